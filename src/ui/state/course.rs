//! What the page does about lessons: where the learner is, what is solved, what is answered.

use std::rc::Rc;

use yew::AttrValue;

use super::{Effect, GoalView, Message, State};
use crate::api::sorted::SortedMap;
use crate::lessons::{self, Challenge, Course, Lesson, Library, Progress, Question, Step, Verdict, Volume};
use crate::session::{Action, Taken};
use crate::share;
use crate::ui::words::fill;

/// How a challenge stands.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::ui) struct ChallengeView {
    /// How many commands have changed something.
    pub(in crate::ui) taken: usize,
    /// The fewest that are known to be enough.
    pub(in crate::ui) best: usize,
    /// The fewest that were enough for this person.
    pub(in crate::ui) own: Option<usize>,
    /// Whether there are other ways in which it can go.
    pub(in crate::ui) varies: bool,
    /// Seconds that are allowed, where it has a clock.
    pub(in crate::ui) allowed: Option<u64>,
    /// Seconds that have passed, where somebody races.
    pub(in crate::ui) passed: Option<u64>,
}

impl State {
    /// Takes in what is said about lessons. Says whether the page has to be drawn again.
    #[inline(never)]
    pub(super) fn update_course(&mut self, message: Message, effects: &mut Vec<Effect>) -> bool {
        match message {
            Message::StepTo(step) => {
                self.step_to(step, effects);
                true
            }
            Message::Begin(id) => {
                self.leave(effects);
                effects.push(Effect::Fetch(id));
                false
            }
            Message::Continue(id, saved) => {
                let recalled = |text: AttrValue| State::recalled(self.library.clone(), self.course.clone(), &text).ok();
                let saved = saved.and_then(recalled);
                let lesson = || id.and_then(|id| self.library.lesson(&id));
                let other = saved.unwrap_or_else(|| State::new(self.library.clone(), self.course.clone(), lesson()));
                self.replace(other);
                effects.extend([Effect::SetAside(None), Effect::PersistSoon, Effect::FocusLesson]);
                true
            }
            Message::StartOver | Message::Another => {
                self.start_over(matches!(message, Message::Another), effects);
                true
            }
            Message::Aside => {
                self.try_aside(effects);
                true
            }
            Message::Course(view) => {
                self.course_view = view;
                true
            }
            Message::Term(term) => {
                self.term = term.filter(|term| self.library.term(term).is_some());
                true
            }
            Message::Follow(target) => match target.strip_prefix("glossary.md#").or_else(|| target.strip_prefix('#')) {
                Some(term) => self.update_course(Message::Term(Some(term.to_owned().into())), effects),
                None => match self.library.linked(&target).map(|id| AttrValue::from(id.to_owned())) {
                    Some(id) => self.update_course(Message::Begin(Some(id)), effects),
                    None => false,
                },
            },
            Message::Race(on) => {
                self.race = on.then_some(0.0);
                true
            }
            Message::Lessons(library) => {
                self.library = library;
                true
            }
            Message::Notice(notice) => {
                if !self.notices.contains(&notice) {
                    self.notices.push_back(notice);
                }
                true
            }
            Message::Noticed => {
                self.notices.pop_front();
                true
            }
            Message::Merge(text) => {
                if let Ok(other) = Course::from_json(&text) {
                    self.change_course(|course| course.merge(&other), effects);
                }
                false
            }
            Message::Put(file, text) => {
                self.put(file.into(), text, effects);
                true
            }
            Message::Visit(link) => self.visit(&link),
            Message::Answer(question, choice) => {
                self.progress.answer(&question, choice);
                if let Some((lesson, _)) = self.lesson.clone() {
                    let answer = |course: &mut Course| {
                        _ = course.entry(&lesson.front.id).answers.insert(question.to_string(), choice);
                    };
                    self.change_course(answer, effects);
                }
                self.goals_of = None;
                effects.push(Effect::PersistSoon);
                true
            }
            _ => false,
        }
    }

    /// Notes in the course what the step has reached.
    pub(super) fn note_solved(&mut self, effects: &mut Vec<Effect>) {
        let Some((lesson, step)) = self.lesson.clone() else { return };
        // What somebody else has done does not count.
        if self.visiting || self.in_the_past() || !self.is_step_done() {
            return;
        }
        let taken = lesson.front.challenge.map(|_| self.taken);
        let last = step + 1 == lesson.steps.len();
        let known = self.course.of(&lesson.front.id);
        let better =
            taken.filter(|_| last).filter(|taken| known.and_then(|known| known.best).is_none_or(|best| *taken < best));
        if known.is_some_and(|known| known.solved.contains(&step) && known.steps == lesson.steps.len()) && better.is_none() {
            return;
        }
        self.change_course(
            |course| {
                let done = course.entry(&lesson.front.id);
                done.steps = lesson.steps.len();
                done.solved.insert(step);
                done.best = better.or(done.best);
            },
            effects,
        );
    }

    /// The end of a link to the present, with what is typed and not saved yet.
    pub(in crate::ui) fn link(&self) -> String {
        let live = self.timeline.live();
        let mut shared = self.shared(live);
        let typed = self.drafts.iter().filter(|(file, text)| live.files().get(*file) != Some(*text));
        let typed = typed.map(|(file, text)| Action::Write { file: file.clone(), text: text.clone() });
        shared.history.extend(typed.map(|action| Taken { at: shared.now, action }));
        share::encode(&shared, &self.library)
    }

    /// Where the learner is and how much was done there: something else as soon as anything is.
    pub(in crate::ui) fn done(&self) -> String {
        let step = self.lesson.as_ref().map_or(0, |(_, step)| *step);
        format!("{} {step} {} {}", self.place(), self.timeline.live().history().len(), self.drafts.len())
    }

    /// The step of the lesson.
    pub(in crate::ui) fn current_step(&self) -> Option<&Step> {
        let (lesson, step) = self.lesson.as_ref()?;
        lesson.steps.get(*step)
    }

    /// Whether all goals of the step are met and all its questions answered.
    pub(in crate::ui) fn is_step_done(&self) -> bool {
        let answered = |step: &Step| step.questions().all(|question| question.is_answered(&self.progress));
        self.goals.iter().all(|goal| goal.met) && self.current_step().is_none_or(answered)
    }

    /// The prediction of the step that the clock waits for.
    pub(super) fn prediction(&self) -> Option<&Question> {
        self.current_step()?.awaits(&self.progress)
    }

    /// The answers to the questions of the step, in their order.
    pub(in crate::ui) fn answers(&self) -> Vec<Option<usize>> {
        let questions = self.current_step().into_iter().flat_map(Step::questions);
        questions.map(|question| self.progress.answer_to(&question.id)).collect()
    }

    /// What the glossary says about the word that is shown: its heading and its paragraph.
    pub(in crate::ui) fn term(&self) -> Option<(AttrValue, AttrValue)> {
        let (title, text) = self.library.term(self.term.as_deref()?)?;
        Some((title.to_owned().into(), text.to_owned().into()))
    }

    /// The lesson after this one: id and title.
    pub(in crate::ui) fn following(&self) -> Option<(AttrValue, AttrValue)> {
        let (lesson, _) = self.lesson.as_ref()?;
        let next = self.library.after(&lesson.front.id)?;
        Some((next.front.id.clone().into(), next.front.title.clone().into()))
    }

    /// How the challenge stands, if the lesson is one.
    pub(in crate::ui) fn challenge(&self) -> Option<ChallengeView> {
        let (lesson, _) = self.lesson.as_ref()?;
        Some(self.challenge_view(lesson, lesson.front.challenge?))
    }

    #[inline(never)]
    fn challenge_view(&self, lesson: &Lesson, challenge: Challenge) -> ChallengeView {
        ChallengeView {
            taken: self.taken,
            best: challenge.best,
            own: self.course.of(&lesson.front.id).and_then(|done| done.best),
            varies: lesson.variants > 1,
            allowed: challenge.clock.map(|clock| clock.as_secs()),
            passed: self.race.map(|millis| (millis / 1000.0) as u64),
        }
    }

    /// The name under which the work is kept that is being done.
    fn place(&self) -> String {
        match (&self.lesson, &self.aside) {
            (None, Some(_)) => "aside".to_owned(),
            (lesson, _) => place(lesson.as_ref().map(|(lesson, _)| lesson.front.id.as_str())),
        }
    }

    /// Keeps what is being left.
    fn leave(&mut self, effects: &mut Vec<Effect>) {
        self.flush();
        self.course_view = None;
        effects.push(Effect::PutAside(self.place(), self.kept()));
    }

    /// The lesson, or free play, from its beginning; a challenge also in the next of its ways.
    #[inline(never)]
    fn start_over(&mut self, another: bool, effects: &mut Vec<Effect>) {
        let lesson = self
            .lesson
            .as_ref()
            .and_then(|(lesson, _)| self.library.variant(&lesson.front.id, lesson.seed + u64::from(another)));
        if let Some(lesson) = &lesson {
            self.change_course(|course| course.entry(&lesson.front.id).answers = SortedMap::default(), effects);
        }
        let aside = self.aside.clone();
        self.replace(State::new(self.library.clone(), self.course.clone(), lesson));
        self.aside = aside;
        effects.push(Effect::PersistSoon);
    }

    /// Free play from the cluster as it is, while the lesson waits.
    #[inline(never)]
    fn try_aside(&mut self, effects: &mut Vec<Effect>) {
        self.leave(effects);
        self.aside = self.lesson.take().map(|(lesson, _)| lesson.front.id.clone().into());
        (self.term, self.goals_of) = (None, None);
        effects.extend([Effect::SetAside(self.aside.clone()), Effect::PersistSoon]);
    }

    fn step_to(&mut self, step: usize, effects: &mut Vec<Effect>) {
        if let Some((lesson, current)) = &mut self.lesson {
            *current = step.min(lesson.steps.len().saturating_sub(1));
        }
        (self.term, self.goals_of) = (None, None);
        self.open_step();
        effects.push(Effect::PersistSoon);
    }

    /// Gives the files that the step brings along, and shows the first.
    fn open_step(&mut self) {
        let Some(actions) = self.current_step().map(|step| step.open(self.timeline.live())) else { return };
        for action in actions {
            if let Action::Write { file, .. } = &action {
                self.open = file.clone().into();
            }
            self.timeline.act(action);
        }
        self.lint();
    }

    fn change_course(&mut self, change: impl FnOnce(&mut Course), effects: &mut Vec<Effect>) {
        change(Rc::make_mut(&mut self.course));
        self.course_changed = true;
        effects.push(Effect::PersistSoon);
    }

    /// Judges the step's goals and mistakes, and counts what a challenge has taken. Says whether something is different.
    pub(super) fn judge(&mut self) -> bool {
        let session = self.past.as_ref().unwrap_or_else(|| self.timeline.live());
        let step = self.current_step();
        let goals = step.map_or(&[][..], |step| &step.goals).iter().map(|goal| {
            let Verdict { met, reason } = goal.check_with(session, &self.progress);
            GoalView { id: goal.id.clone().into(), text: goal.text.clone().into(), met, reason: reason.into() }
        });
        let goals: Vec<GoalView> = goals.collect();
        let mistakes = step.map_or(&[][..], |step| &step.mistakes).iter();
        let made = mistakes.filter(|mistake| mistake.check_with(session, &self.progress).met);
        let mistakes: Vec<AttrValue> = made.map(|mistake| AttrValue::from(mistake.id.clone())).collect();
        let challenge = self.lesson.as_ref().and_then(|(lesson, _)| lesson.front.challenge);
        let taken = challenge.map_or(0, |_| lessons::changes(session));
        let changed = goals != *self.goals || mistakes != *self.mistakes || taken != self.taken;
        if changed {
            (self.goals, self.mistakes, self.taken) = (Rc::new(goals), Rc::new(mistakes), taken);
        }
        changed
    }

    /// Notes what holds now of what only has to hold once. Nobody waits for the rest of the engine because of this: when it is
    /// there, what was missed is found out from the history.
    pub(super) fn observe(&mut self) {
        if let Some((lesson, _)) = self.lesson.as_ref().filter(|_| self.whole) {
            self.progress.observe(lesson, self.timeline.live());
        }
    }

    /// The same when all of the engine is there for sure.
    pub(super) fn observe_all(&mut self) {
        if let Some((lesson, _)) = &self.lesson {
            self.progress.observe(lesson, self.timeline.live());
        }
    }

    /// Finds out anew what held at some time.
    pub(super) fn recall(&mut self) {
        let live = self.timeline.live();
        if let Some((lesson, _)) = &self.lesson {
            self.progress = Progress::replay(lesson, live.history(), live.now());
        }
        self.recall_answers();
    }

    /// What was answered in this lesson.
    pub(super) fn recall_answers(&mut self) {
        let done = self.lesson.as_ref().and_then(|(lesson, _)| self.course.of(&lesson.front.id));
        for (question, choice) in done.map(|done| &done.answers).into_iter().flat_map(SortedMap::iter) {
            self.progress.answer(question, *choice);
        }
        self.goals_of = None;
    }

    /// The clock of a challenge goes on until it is solved.
    pub(super) fn race_on(&mut self, passed: f64) {
        let solved = !self.goals.is_empty() && self.goals.iter().all(|goal| goal.met);
        if let Some(race) = self.race.as_mut().filter(|_| !solved) {
            *race += passed;
        }
    }

    /// What is to be kept of the course, if something is different. Nobody waits for the rest of the engine because of this.
    pub(super) fn save_course(&mut self, effects: &mut Vec<Effect>) {
        if self.whole && std::mem::take(&mut self.course_changed) {
            effects.push(Effect::SaveCourse(self.course.to_json()));
        }
    }

    /// The progress of another browser.
    pub(super) fn merge_course(&mut self, other: &Course, effects: &mut Vec<Effect>) {
        self.change_course(|course| course.merge(other), effects);
    }

    /// A lesson from outside.
    #[inline(never)]
    pub(super) fn take_file(&mut self, name: &str, text: &str, effects: &mut Vec<Effect>) {
        let told = self.take_lesson(name, text, effects);
        self.own = None;
        // The word is to be seen, and no dialog over it.
        self.course_view = None;
        let text = told.unwrap_or_else(|error| format!("{name}: {error}"));
        self.tell(text);
    }

    /// Puts a lesson among the others and begins it.
    fn take_lesson(&mut self, name: &str, text: &str, effects: &mut Vec<Effect>) -> Result<String, String> {
        let lesson = lessons::parse(name, text).map_err(|errors| {
            let lines: Vec<String> =
                errors.iter().map(|error| fill("line {0}: {1}", &[&error.line, &error.message])).collect();
            fill("this lesson has mistakes. {0}", &[&lines.join("; ")])
        })?;
        let volume = Volume { file: name.to_owned(), text: text.to_owned(), front: lesson.front.clone() };
        let title = lesson.front.title.clone();
        self.leave(effects);
        let mut library = Library::clone(&self.library);
        library.add(volume);
        effects.push(Effect::SaveOpened(serde_json::json!({ name: text }).to_string()));
        self.replace(State::new(Rc::new(library), self.course.clone(), Some(lesson)));
        effects.push(Effect::PersistSoon);
        Ok(fill("The lesson “{0}” stands in this browser's course now.", &[&title]))
    }
}

/// The name under which the work in a lesson is kept.
pub(in crate::ui) fn place(lesson: Option<&str>) -> String {
    lesson.map_or_else(|| "free".to_owned(), |id| format!("lesson.{id}"))
}
