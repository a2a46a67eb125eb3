//! How far a learner is in the course: kept in the browser, taken along as a file.

use serde_json::{Map, Value, json};

use crate::api::sorted::{SortedMap, SortedSet};

/// The version of the file.
const FORMAT: u64 = 1;
/// No lesson has more of anything: a file from elsewhere may say what it wants.
const MOST: usize = 1000;

/// What was done in each lesson, by its id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Course {
    lessons: SortedMap<String, Done>,
}

/// What was done in a lesson.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// How many steps it has.
    pub steps: usize,
    /// Those that were solved, counted from 0.
    pub solved: SortedSet<usize>,
    /// The latest answer to each question by its id: which, counted from 0.
    pub answers: SortedMap<String, usize>,
    /// A challenge: the fewest commands that were enough.
    pub best: Option<usize>,
}

impl Course {
    /// What was done in the lesson of this id.
    pub fn of(&self, id: &str) -> Option<&Done> {
        self.lessons.get(id)
    }

    /// The same, to change it.
    pub fn entry(&mut self, id: &str) -> &mut Done {
        self.lessons.entry(id.to_owned(), Done::default)
    }

    /// Whether all of the lesson of this id is done.
    pub fn is_done(&self, id: &str) -> bool {
        self.of(id).is_some_and(Done::is_whole)
    }

    /// Nothing is lost that either of both has; where they contradict each other, `other` counts.
    pub fn merge(&mut self, other: &Course) {
        for (id, theirs) in &other.lessons {
            let ours = self.entry(id);
            ours.steps = theirs.steps;
            ours.solved.extend(theirs.solved.iter().copied());
            theirs.answers.iter().for_each(|(question, choice)| _ = ours.answers.insert(question.clone(), *choice));
            ours.best = [ours.best, theirs.best].into_iter().flatten().min();
        }
    }

    /// The file.
    pub fn to_json(&self) -> String {
        let lessons: Map<String, Value> = self.lessons.iter().map(|(id, done)| (id.clone(), done.to_value())).collect();
        json!({"format": FORMAT, "lessons": lessons}).to_string()
    }

    /// What such a file holds.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn from_json(text: &str) -> Result<Course, String> {
        let file: Value = serde_json::from_str(text).map_err(|_| "This is no file with progress.".to_owned())?;
        match file.get("format").and_then(Value::as_u64) {
            Some(FORMAT) => {}
            Some(_) => {
                return Err("This progress was saved by a newer playground: reload the page, then try again.".to_owned());
            }
            None => return Err("This is no file with progress.".to_owned()),
        }
        let lessons = file.get("lessons").and_then(Value::as_object).into_iter().flatten().take(MOST);
        Ok(Course { lessons: lessons.map(|(id, value)| (id.clone(), Done::from_value(value))).collect() })
    }
}

impl Done {
    /// Whether every step is solved.
    pub fn is_whole(&self) -> bool {
        self.steps > 0 && (0..self.steps).all(|step| self.solved.contains(&step))
    }

    fn to_value(&self) -> Value {
        let answers: Map<String, Value> = self.answers.iter().map(|(id, choice)| (id.clone(), json!(choice))).collect();
        json!({
            "steps": self.steps,
            "solved": self.solved.iter().copied().collect::<Vec<usize>>(),
            "answers": answers,
            "best": self.best,
        })
    }

    #[inline(never)]
    fn from_value(value: &Value) -> Done {
        let number = |value: &Value| value.as_u64().and_then(|number| usize::try_from(number).ok()).filter(|it| *it <= MOST);
        let field = |key: &str| value.get(key).and_then(number);
        let solved = value.get("solved").and_then(Value::as_array).into_iter().flatten().filter_map(number);
        let answers = value.get("answers").and_then(Value::as_object).into_iter().flatten().take(MOST);
        Done {
            steps: field("steps").unwrap_or_default(),
            solved: solved.take(MOST).collect(),
            answers: answers.filter_map(|(id, choice)| Some((id.clone(), number(choice)?))).collect(),
            best: field("best"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(solved: &[usize], best: Option<usize>) -> Course {
        let mut course = Course::default();
        *course.entry("one") = Done { steps: 3, solved: solved.iter().copied().collect(), best, ..Done::default() };
        course
    }

    #[test]
    fn a_course_comes_back_from_its_file() {
        let mut kept = course(&[0, 2], Some(4));
        kept.entry("one").answers.insert("why".to_owned(), 1);
        assert_eq!(Course::from_json(&kept.to_json()), Ok(kept.clone()));
        assert!(!kept.is_done("one") && !kept.is_done("two"));
        kept.merge(&course(&[1], Some(7)));
        assert!(kept.is_done("one"));
        assert_eq!((kept.of("one").unwrap().best, kept.of("one").unwrap().answers.len()), (Some(4), 1));
    }

    #[test]
    fn nonsense_is_refused_or_left_out() {
        for wrong in ["", "x", "{}", "[]", "{\"format\": 2}"] {
            assert!(Course::from_json(wrong).is_err(), "{wrong}");
        }
        let odd = r#"{"format": 1, "lessons": {"a": 3, "b": {"steps": -1, "solved": ["x", 1e300], "answers": {"q": {}}}}}"#;
        let course = Course::from_json(odd).unwrap();
        assert_eq!((course.of("a"), course.of("b")), (Some(&Done::default()), Some(&Done::default())));
        assert!(!course.is_done("a"), "a lesson without steps is not done");
    }
}
