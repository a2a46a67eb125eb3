//! What comes from elsewhere and what goes elsewhere: somebody's own cluster, files of all kinds that are dropped or chosen, what a
//! change would do, a script for a real cluster, and what was set aside.

use std::rc::Rc;

use yew::AttrValue;

use super::opening::Whose;
use super::{Banner, Effect, Offer, Room, State};
use crate::export;
use crate::import::{self, Given, Imported, Recognised, recognise};
use crate::lessons::Course;
use crate::share::{self, Shared};
use crate::ui::words::{fill, t};
use crate::whatif::WhatIf;

/// What is wanted.
#[derive(Clone, Debug)]
pub(in crate::ui) enum Own {
    /// The dialog that takes in a cluster, or any file.
    Import,
    /// The dialog with what can be taken to a real cluster.
    Export,
    /// What applying the open file would do.
    WhatIf,
    /// All works that wait beside this one.
    Works,
    /// What the browser has set aside is to be shown.
    AskAside,
    /// What that is, by key.
    Aside(Vec<(AttrValue, AttrValue)>),
    /// The dialog was closed.
    Close,
    /// Texts with their names: dropped, chosen or pasted. Nothing stands for a file that is too large or cannot be read.
    Take(Vec<(AttrValue, Option<AttrValue>)>),
    /// The cluster that was read becomes the one that is shown, beside the own work.
    Open,
    /// Saves a text as a file on the person's machine.
    Save(AttrValue, AttrValue),
    /// Deletes what was set aside under this key.
    Delete(AttrValue),
}

/// What is shown of all this.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::ui) enum OwnView {
    /// Nothing was read yet, or the last thing could not be: why.
    Import(Option<AttrValue>),
    /// A cluster that was read.
    Imported(Rc<Imported>),
    /// The script, the manifests, the scenario file.
    Export([AttrValue; 3]),
    /// What applying a file would do.
    WhatIf(AttrValue, Rc<WhatIf>),
    /// The works that wait.
    Works,
    /// What was set aside: key and text.
    Aside(Vec<(AttrValue, AttrValue)>),
}

impl State {
    /// Does what is wanted. Says whether the page has to be drawn again.
    #[inline(never)]
    pub(super) fn update_own(&mut self, own: Own, effects: &mut Vec<Effect>) -> bool {
        match own {
            Own::Import => self.own = Some(OwnView::Import(None)),
            Own::Export => self.own = Some(self.exported()),
            Own::WhatIf => {
                let file = self.open.clone();
                let answer = self.shown().whatif(&file, &self.text_of(&file));
                self.own = Some(OwnView::WhatIf(file, Rc::new(answer)));
            }
            Own::Works => self.own = Some(OwnView::Works),
            Own::AskAside => effects.push(Effect::FetchAside),
            Own::Aside(kept) => self.own = Some(OwnView::Aside(kept)),
            Own::Close => self.own = None,
            Own::Take(files) => self.take(&files, effects),
            Own::Open => self.open_imported(effects),
            Own::Save(name, text) => effects.push(Effect::SaveFile(name, text)),
            Own::Delete(key) => effects.push(Effect::DeleteAside(key)),
        }
        true
    }

    /// Something from outside: whatever it is, nothing that is here is lost.
    fn take(&mut self, files: &[(AttrValue, Option<AttrValue>)], effects: &mut Vec<Effect>) {
        let mut known = vec![];
        for (name, text) in files {
            match text {
                Some(text) => known.push((name, text, recognise(name, text))),
                None => {
                    let most = import::MAX_TEXT / 1024 / 1024;
                    return self.refuse(&fill(
                        "{0} has more than {1} MiB, or cannot be read: nothing was changed.",
                        &[name, &most],
                    ));
                }
            }
        }
        if known.iter().any(|(.., what)| *what == Recognised::Cluster) {
            let given: Vec<Given<'_>> = known.iter().map(|(name, text, _)| Given { name, text }).collect();
            self.own = Some(match import::import(&given) {
                Ok(imported) => OwnView::Imported(Rc::new(imported)),
                Err(error) => OwnView::Import(Some(error.to_string().into())),
            });
            return;
        }
        for (name, text, what) in known {
            self.take_one(name, text, what, effects);
        }
    }

    fn take_one(&mut self, name: &AttrValue, text: &AttrValue, what: Recognised, effects: &mut Vec<Effect>) {
        let is_manifest = [".yaml", ".yml", ".json"].iter().any(|ending| name.ends_with(ending));
        let words = || fill("This is what {0} holds. Your own work is kept.", &[name]);
        match what {
            Recognised::Lesson => self.take_file(name, text, effects),
            Recognised::Progress => self.take_progress(name, text, effects),
            Recognised::Link => match share::decode(text.trim(), &self.library) {
                Ok(shared) => self.open_beside(shared, words(), effects),
                Err(error) => self.refuse(&format!("{name}: {error}")),
            },
            Recognised::Scenario => self.play_file(name, text, effects),
            Recognised::Manifest => self.take_manifest(name, text, effects),
            Recognised::Unknown if is_manifest => self.take_manifest(name, text, effects),
            Recognised::Empty => self.refuse(&fill("{0} is empty: nothing was changed.", &[name])),
            Recognised::Binary => self.refuse(&fill("{0} is no text: nothing was changed.", &[name])),
            Recognised::Unknown | Recognised::Cluster => self.refuse(&match import::misunderstanding(text) {
                Some(why) => format!("{name}: {why}"),
                None => fill(
                    "{0} is neither a manifest, nor what kubectl prints of a cluster, nor a scenario, a link or a lesson: nothing was changed.",
                    &[name],
                ),
            }),
        }
    }

    /// A word about what could not be taken in: in the dialog where that is open, else over the page.
    pub(super) fn refuse(&mut self, words: &str) {
        match &mut self.own {
            Some(OwnView::Import(error)) => *error = Some(words.to_owned().into()),
            _ => self.tell(words.to_owned()),
        }
        self.course_view = None;
    }

    /// A file more in the editor, under a name that none has yet.
    fn take_manifest(&mut self, name: &AttrValue, text: &AttrValue, effects: &mut Vec<Effect>) {
        let plain: String =
            name.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' }).collect();
        let plain = plain.trim_start_matches(['-', '.']);
        let (stem, ending) = plain.rsplit_once('.').unwrap_or((plain, "yaml"));
        let stem = if stem.is_empty() { "manifest" } else { stem };
        let files = self.shown().files();
        let is_free =
            |name: &String| files.get(name).is_none_or(|old| old == text.as_str()) && !self.drafts.contains_key(name);
        let names =
            std::iter::once(format!("{stem}.{ending}")).chain((2..).map(|number| format!("{stem}-{number}.{ending}")));
        let Some(file) = names.take(1000).find(is_free) else { return };
        if text.len() > share::MAX_FILE_BYTES {
            return self.refuse(&fill(
                "{0} is longer than {1} KiB: nothing was changed.",
                &[name, &(share::MAX_FILE_BYTES / 1024)],
            ));
        }
        self.own = None;
        self.tell(fill("{0} stands in the editor now.", &[&file]));
        self.put(file.into(), text.to_string(), effects);
        self.room = Room::Editor;
        effects.push(Effect::FocusEditor);
    }

    fn take_progress(&mut self, name: &AttrValue, text: &AttrValue, effects: &mut Vec<Effect>) {
        match Course::from_json(text) {
            Ok(other) => {
                self.merge_course(&other, effects);
                self.course_view = None;
                self.tell(t("Your progress has been brought in.").to_owned());
            }
            Err(error) => self.refuse(&format!("{name}: {error}")),
        }
    }

    /// Shows something beside the own work, as a link does.
    pub(super) fn open_beside(&mut self, shared: Shared, words: String, effects: &mut Vec<Effect>) {
        if !self.visiting {
            self.flush();
            effects.push(Effect::Save(self.kept()));
        }
        let banner = Banner { text: words.into(), offer: Some(Offer::Mine) };
        let (library, course) = (self.library.clone(), self.course.clone());
        let opened = State::opening(library, course, shared, Whose::Visit { own: true }, Some(banner));
        self.replace(opened);
        (self.visiting, self.mine) = (true, true);
        self.own = None;
        self.goals_of = None;
        self.room = Room::Cluster;
    }

    fn open_imported(&mut self, effects: &mut Vec<Effect>) {
        let Some(OwnView::Imported(imported)) = self.own.take() else { return };
        let words = t("This is your cluster, rebuilt. Change a file and ask what that would do. Your other work is kept.")
            .to_owned();
        self.open_beside(imported.shared(), words, effects);
        self.playing = true;
    }

    /// What can be taken along of what is shown.
    fn exported(&self) -> OwnView {
        let session = self.shown();
        let scenario = self.timeline.scenario().with_history(session.history(), session.now());
        let manifests = export::manifests(session.sim().cluster().store());
        OwnView::Export([export::script(&scenario), manifests, scenario.to_text()].map(AttrValue::from))
    }
}
