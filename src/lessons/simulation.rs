//! Simulations inside the text: a small cluster of its own, and buttons that do something to it.

use serde_json::Value;

use super::usual_nodes;
use crate::scenario::{Fields, Scenario, nodes};
use crate::sim::Config;

/// A cluster to play with beside the learner's own, which it leaves alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Simulation {
    /// What it shows.
    pub title: String,
    /// The cluster and the file it begins with.
    pub scenario: Scenario,
    /// What can be done, in the order in which it makes sense.
    pub buttons: Vec<Button>,
    /// Where it stands in the lesson's file, counted from 1.
    pub line: usize,
}

/// Something to do in a simulation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// What it says.
    pub text: String,
    /// The command lines it stands for.
    pub run: Vec<String>,
}

impl Simulation {
    /// The simulation of a mapping.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn from_value(value: &Value, line: usize) -> Result<Simulation, String> {
        let fields = Fields::of(value, "a simulation", &["title", "nodes", "file", "buttons"])?;
        let title = fields.text("title")?.ok_or("a simulation needs its `title`")?;
        let of_its_own = fields.list("nodes")?;
        let config =
            Config { nodes: if of_its_own.is_empty() { usual_nodes() } else { nodes(of_its_own)? }, ..Config::default() };
        let mut scenario = Scenario { title: title.clone(), config, ..Scenario::default() };
        if let Some(file) = fields.get("file") {
            let file = Fields::of(file, "file", &["name", "text"])?;
            let part = |key: &str| file.text(key)?.ok_or_else(|| format!("the file of a simulation needs its `{key}`"));
            scenario.files.insert(part("name")?, part("text")?);
        }
        let buttons: Vec<Button> = fields.list("buttons")?.iter().map(Button::from_value).collect::<Result<_, _>>()?;
        if buttons.is_empty() {
            return Err("a simulation needs `buttons`: something to do".to_owned());
        }
        Ok(Simulation { title, scenario, buttons, line })
    }
}

impl Button {
    fn from_value(value: &Value) -> Result<Button, String> {
        let fields = Fields::of(value, "a button", &["text", "run"])?;
        let text = fields.text("text")?.ok_or("a button needs its `text`")?;
        let run = fields.texts("run")?;
        if run.is_empty() {
            Err(format!("the button \"{text}\" needs `run`: command lines"))
        } else {
            Ok(Button { text, run })
        }
    }
}
