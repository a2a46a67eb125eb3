//! The files on the desk: how each stands to the cluster, what was done to them, and what the editor asks.
//!
//! All of it waits for the whole engine.

use std::rc::Rc;

use serde_json::{Value, json};
use yew::AttrValue;

use super::{Effect, Jump, Order, Room, State};
use crate::api::lint::Diagnostic;
use crate::api::{Key, positions};
use crate::editor::{self, Applied, Edit};
use crate::session::Action;
use crate::ui::words::{fill, t};
use crate::why;

/// What the page knows of the files beside their texts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::ui) struct Desk {
    /// How each YAML file stands to the cluster, by name.
    pub(in crate::ui) marks: Vec<(String, editor::State)>,
    /// What repairs each problem of the open file: titles, problem by problem.
    pub(in crate::ui) repairs: Vec<Vec<AttrValue>>,
    /// The open file against what is in the cluster, while that is asked for.
    pub(in crate::ui) compared: Option<Applied>,
    /// The file that was deleted last, and can come back.
    pub(in crate::ui) deleted: Option<(AttrValue, AttrValue)>,
    /// Why something was not done.
    pub(in crate::ui) said: Option<AttrValue>,
}

/// What a person does with files.
#[derive(Clone, Debug)]
pub(in crate::ui) enum AtDesk {
    /// Gives a file another name.
    Rename(AttrValue, String),
    /// Deletes a file.
    Delete(AttrValue),
    /// Brings back the file that was deleted last.
    Restore,
    /// Forgets that it can come back.
    Forget,
    /// Shows a field of an object's manifest.
    Show(Key, String),
    /// Changes a field of an object's manifest, in its file.
    Change(Key, why::Edit),
    /// Repairs a problem of the open file, by the title of the repair.
    Repair(Diagnostic, AttrValue),
    /// Tidies the open file.
    Format,
    /// Compares the open file with what is in the cluster, or no longer.
    Compare,
    /// What the editor's own keys and buttons say, as JSON (`www/editor.js`).
    Told(String),
}

/// For how many problems repairs are looked for: each takes a look at the whole text.
const MOST_REPAIRED: usize = 12;

impl State {
    /// Does something with files.
    #[inline(never)]
    pub(super) fn do_at_desk(&mut self, deed: AtDesk, effects: &mut Vec<Effect>) {
        let edits = matches!(deed, AtDesk::Change(..) | AtDesk::Repair(..) | AtDesk::Format);
        if edits && self.in_the_past() {
            return self.say(t("This is the past: it cannot be changed. Go back to now first.").to_owned());
        }
        match deed {
            AtDesk::Rename(from, to) => self.rename(&from, to.trim(), effects),
            AtDesk::Delete(file) => self.delete(&file, effects),
            AtDesk::Restore => {
                if let Some((file, text)) = self.desk_mut().deleted.take() {
                    self.flush();
                    self.fork();
                    self.timeline.act(Action::Write { file: file.to_string(), text: text.to_string() });
                    self.open = file;
                    effects.extend([Effect::PersistSoon, Effect::FocusEditor]);
                    self.study();
                }
            }
            AtDesk::Forget => self.desk_mut().deleted = None,
            AtDesk::Show(key, path) => {
                if let Some((document, prefix)) = self.open_manifest(&key) {
                    let places = positions::positions(&self.document());
                    let line = places.line_of(document, &(prefix + &path)).map_or(1, |(line, _)| line);
                    self.order(Order::Line(line));
                }
            }
            AtDesk::Change(key, edit) => {
                if let Some((document, prefix)) = self.open_manifest(&key) {
                    let edits = editor::change(&self.document(), document, &(prefix + &edit.path), &edit.change);
                    if edits.is_empty() {
                        self.say(t("The file says so already: apply it.").to_owned());
                    }
                    self.order(Order::Edits(Rc::new(edits)));
                }
            }
            AtDesk::Repair(problem, title) => {
                let text = self.document();
                let found = editor::repairs(&text, &problem, self.shown().sim().cluster());
                if let Some(repair) = found.into_iter().find(|repair| repair.title == *title) {
                    self.order(Order::Edits(Rc::new(repair.edits)));
                }
            }
            AtDesk::Format => match editor::format(&self.document()) {
                Ok(text) if text == *self.document() => self.say(t("Tidy already.").to_owned()),
                Ok(text) => self.order(Order::Text(text.into())),
                Err(words) => self.say(words),
            },
            AtDesk::Compare => {
                let compared = if self.desk.compared.is_some() { None } else { Some(self.compare()) };
                self.desk_mut().compared = compared;
            }
            AtDesk::Told(command) => self.told(&command, effects),
        }
    }

    /// Answers the editor: JSON in, JSON out (`www/editor.js`). Places are counted in UTF-16 there, in bytes here.
    #[inline(never)]
    pub(in crate::ui) fn ask(&self, question: &str) -> String {
        let question: Value = serde_json::from_str(question).unwrap_or_default();
        let text = question["text"].as_str().unwrap_or_default();
        let at = byte_at(text, question["at"].as_u64().unwrap_or(0));
        let cluster = self.shown().sim().cluster();
        let answer = match question["ask"].as_str() {
            Some("complete") => {
                let found = editor::complete(text, at, cluster);
                let option = |it: &editor::Suggestion| {
                    json!({"label": it.label, "detail": it.detail, "info": it.info, "insert": it.insert,
                        "required": it.is_required, "more": it.goes_on})
                };
                json!({"from": utf16_at(text, found.from), "options": found.options.iter().map(option).collect::<Vec<_>>()})
            }
            Some("help") => editor::help(text, at, cluster).map_or(Value::Null, |it| {
                json!({"from": utf16_at(text, it.from), "to": utf16_at(text, it.to), "path": it.path, "type": it.type_name,
                    "required": it.is_required, "default": it.default, "values": it.values, "text": it.text})
            }),
            _ => Value::Null,
        };
        answer.to_string()
    }

    /// Looks at the open file and at how all of them stand to the cluster. Says whether something is different.
    #[inline(never)]
    pub(super) fn study(&mut self) -> bool {
        let text = self.document();
        let cluster = self.timeline.live().sim().cluster();
        let problems = if is_yaml(&self.open) { editor::problems(&self.open, &text, cluster) } else { vec![] };
        let titles = |problem: &Diagnostic| -> Vec<AttrValue> {
            editor::repairs(&text, problem, cluster).into_iter().map(|repair| repair.title.into()).collect()
        };
        let repairs = problems.iter().take(MOST_REPAIRED).map(titles).collect();
        let marks = self.marks();
        let compared = self.desk.compared.as_ref().map(|_| self.compare());
        let desk = Desk { marks, repairs, compared, deleted: self.desk.deleted.clone(), said: None };
        let changed = *self.problems != problems || *self.desk != desk;
        if changed {
            self.problems = Rc::new(problems);
            self.desk = Rc::new(desk);
        }
        changed
    }

    /// The same after a command, which may have changed what is in the cluster.
    #[inline(never)]
    pub(super) fn study_after_command(&mut self) -> bool {
        let looked = (self.shown().entries().len(), self.shown().is_busy());
        self.looked != looked && {
            self.looked = looked;
            self.study()
        }
    }

    /// The file that holds the manifest of an object, as far as it can be found in one.
    pub(super) fn manifest_file(&self, key: &Key) -> Option<AttrValue> {
        let files = self.shown().files().keys().filter(|file| is_yaml(file));
        files.map(|file| AttrValue::from(file.clone())).find(|file| editor::find(&self.text_of(file), key).is_some())
    }

    fn open_manifest(&mut self, key: &Key) -> Option<(usize, String)> {
        let file = self.manifest_file(key)?;
        self.why = None;
        self.open = file;
        self.room = Room::Editor;
        self.study();
        editor::find(&self.document(), key)
    }

    fn marks(&self) -> Vec<(String, editor::State)> {
        let cluster = self.shown().sim().cluster();
        let files = self.shown().files().keys().filter(|file| is_yaml(file));
        files.map(|file| (file.clone(), editor::applied(file, &self.text_of(file), cluster).state)).collect()
    }

    fn compare(&self) -> Applied {
        editor::applied(&self.open, &self.document(), self.shown().sim().cluster())
    }

    fn rename(&mut self, from: &AttrValue, to: &str, effects: &mut Vec<Effect>) {
        if to.is_empty() || to == from.as_str() {
            return;
        }
        if self.timeline.live().files().contains_key(to) {
            return self.say(fill("There is a file {0} already. Choose another name, or delete that one first.", &[&to]));
        }
        self.flush();
        self.fork();
        let Some(text) = self.timeline.live().files().get(from.as_str()).cloned() else { return };
        self.timeline.act(Action::Write { file: to.to_owned(), text });
        self.timeline.act(Action::Remove { file: from.to_string() });
        self.open = to.to_owned().into();
        effects.push(Effect::PersistSoon);
        self.study();
    }

    fn delete(&mut self, file: &AttrValue, effects: &mut Vec<Effect>) {
        if self.editing.as_ref() == Some(file) {
            return self.say(t("kubectl edit waits for this file: close it first.").to_owned());
        }
        self.flush();
        self.fork();
        let names: Vec<String> = self.timeline.live().files().keys().cloned().collect();
        let Some(at) = names.iter().position(|name| *name == **file) else { return };
        let text = self.text_of(file);
        self.timeline.act(Action::Remove { file: file.to_string() });
        let next = names.get(at + 1).or_else(|| names.get(at.checked_sub(1)?));
        self.open = next.cloned().unwrap_or_default().into();
        self.desk_mut().deleted = Some((file.clone(), text.into()));
        effects.push(Effect::PersistSoon);
        self.study();
    }

    fn told(&mut self, command: &str, effects: &mut Vec<Effect>) {
        let command: Value = serde_json::from_str(command).unwrap_or_default();
        let number = |name: &str| command[name].as_u64().unwrap_or(1) as usize;
        match command["tell"].as_str() {
            Some("format") => self.do_at_desk(AtDesk::Format, effects),
            Some("compare") => self.do_at_desk(AtDesk::Compare, effects),
            Some("repair") => {
                let message = command["message"].as_str().unwrap_or_default();
                let here = |it: &&Diagnostic| it.message == message;
                // Of several that say the same, the one at the place.
                let near = |it: &&Diagnostic| (it.line.abs_diff(number("line")), it.column.abs_diff(number("column")));
                let Some(problem) = self.problems.iter().filter(here).min_by_key(near).cloned() else { return };
                let problem = Diagnostic { line: number("line"), ..problem };
                let title = command["title"].as_str().unwrap_or_default().to_owned();
                self.do_at_desk(AtDesk::Repair(problem, title.into()), effects);
            }
            _ => {}
        }
    }

    fn order(&mut self, order: Order) {
        self.jump = Jump { order, count: self.jump.count + 1 };
    }

    fn say(&mut self, words: String) {
        self.desk_mut().said = Some(words.into());
    }

    fn desk_mut(&mut self) -> &mut Desk {
        Rc::make_mut(&mut self.desk)
    }
}

/// The edits as the editor takes them.
pub(in crate::ui) fn in_utf16(text: &str, edits: &[Edit]) -> String {
    let edit = |it: &Edit| json!({"from": utf16_at(text, it.from), "to": utf16_at(text, it.to), "insert": it.insert});
    Value::Array(edits.iter().map(edit).collect()).to_string()
}

fn is_yaml(file: &str) -> bool {
    file.ends_with(".yaml") || file.ends_with(".yml")
}

fn utf16_at(text: &str, byte: usize) -> usize {
    text.get(..byte).unwrap_or(text).encode_utf16().count()
}

fn byte_at(text: &str, utf16: u64) -> usize {
    let mut left = utf16 as usize;
    let mut letters = text.char_indices();
    let end = letters.find(|(_, letter)| {
        let is_here = left == 0;
        left = left.saturating_sub(letter.len_utf16());
        is_here
    });
    end.map_or(text.len(), |(byte, _)| byte)
}
