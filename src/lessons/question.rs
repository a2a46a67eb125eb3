//! Questions: what a lesson asks, and a learner answers by choosing.

use serde_json::Value;

use super::{Goal, Progress, Verdict};
use crate::scenario::Fields;
use crate::session::Session;

/// Something to think about, with answers to choose from.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Its name, unique in the lesson.
    pub id: String,
    /// What is asked, in Markdown.
    pub ask: String,
    /// Whether it asks what is going to happen: the clock waits for the answer, and any will do.
    pub predict: bool,
    /// What there is to choose from, two at least, one of them right.
    pub answers: Vec<Answer>,
    /// Where it stands in the lesson's file, counted from 1.
    pub line: usize,
}

/// An answer to choose.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The answer, in Markdown.
    pub text: String,
    /// Whether it is right.
    pub right: bool,
    /// Why it is, or is not, in Markdown.
    pub why: String,
    /// What holds in the cluster afterwards if it is right, and does not if it is not.
    pub holds: Option<Goal>,
}

impl Question {
    /// The question of a mapping; `id` is used where it has none.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn from_value(value: &Value, id: &str, line: usize) -> Result<Question, String> {
        let fields = Fields::of(value, "a question", &["id", "ask", "predict", "answers"])?;
        let id = fields.text("id")?.unwrap_or_else(|| id.to_owned());
        let answers = fields.list("answers")?.iter().enumerate();
        let answers: Vec<Answer> = answers
            .map(|(index, value)| Answer::from_value(value, format!("{id}-answer-{}", index + 1), line))
            .collect::<Result<_, _>>()?;
        if answers.len() < 2 || answers.iter().filter(|answer| answer.right).count() != 1 {
            return Err("a question has two `answers` or more, one of them with `right: true`".to_owned());
        }
        let ask = fields.text("ask")?.ok_or("a question needs `ask`: what is asked, in words")?;
        Ok(Question { id, ask, predict: fields.flag("predict")?.unwrap_or(false), answers, line })
    }

    /// Whether it is answered: rightly, or at all where it asks for a prediction.
    pub fn is_answered(&self, progress: &Progress) -> bool {
        let choice = progress.answer_to(&self.id).and_then(|choice| self.answers.get(choice));
        choice.is_some_and(|answer| self.predict || answer.right)
    }

    /// Which answer is right, counted from 0.
    pub fn right(&self) -> usize {
        self.answers.iter().position(|answer| answer.right).unwrap_or_default()
    }

    /// The answers whose `holds` is not as it should be after the step was solved, with why.
    pub fn refuted(&self, session: &Session, progress: &Progress) -> Vec<(&Answer, Verdict)> {
        let judged = self.answers.iter().filter_map(|answer| Some((answer, answer.holds.as_ref()?)));
        let judged = judged.map(|(answer, holds)| (answer, holds.check_with(session, progress)));
        judged.filter(|(answer, verdict)| answer.right != verdict.met).collect()
    }
}

impl Answer {
    fn from_value(value: &Value, id: String, line: usize) -> Result<Answer, String> {
        let fields = Fields::of(value, "an answer", &["text", "right", "why", "holds"])?;
        let text = fields.text("text")?.ok_or("an answer needs its `text`")?;
        let why = fields.text("why")?.ok_or_else(|| format!("the answer \"{text}\" needs `why` it is right, or is not"))?;
        let holds = fields.get("holds").map(|holds| Goal::unspoken(holds, id, line)).transpose()?;
        Ok(Answer { text, right: fields.flag("right")?.unwrap_or(false), why, holds })
    }
}
