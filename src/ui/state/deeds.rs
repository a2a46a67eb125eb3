//! All that can be done just now, for the palette.

use yew::AttrValue;

use super::{AboutLinks, Ask, AtDesk, CourseView, Message, Own, Room, State, Theme, Window};
use crate::ui::keys::{SHORTCUTS, named};
use crate::ui::view::{Health, Mode, Wish};
use crate::ui::words::{fill, later, t};

/// Something that can be done.
#[derive(Clone, Debug)]
pub(in crate::ui) struct Deed {
    /// What.
    pub(in crate::ui) words: AttrValue,
    /// The key or the command line it stands for; may be empty.
    pub(in crate::ui) note: AttrValue,
    /// What says it.
    pub(in crate::ui) message: Message,
}

impl PartialEq for Deed {
    fn eq(&self, other: &Deed) -> bool {
        (&self.words, &self.note) == (&other.words, &other.note)
    }
}

impl State {
    /// All that can be done, what is wanted most often first.
    #[inline(never)]
    pub(in crate::ui) fn deeds(&self) -> Vec<Deed> {
        let mut deeds = vec![];
        let mut add = |words: String, note: &str, message: Message| {
            deeds.push(Deed { words: words.into(), note: note.to_owned().into(), message });
        };
        let key = |words: &str| {
            let shortcut = SHORTCUTS.iter().find(|one| one.words == words);
            shortcut.map(|one| named(one.shown).collect::<Vec<_>>().join(" ")).unwrap_or_default()
        };
        for (words, message) in [
            (later("Start or pause the clock"), Message::PlayOrPause),
            (later("Next event"), Message::Step),
            (later("Event before"), Message::StepBack),
            (later("Jump to settled"), Message::Settle),
            (later("Back to now"), Message::BackToNow),
            (later("Undo the last command"), Message::Undo),
            (later("Redo it"), Message::Redo),
            (later("To the lesson"), Message::Go(Room::Lesson)),
            (later("To the map"), Message::Go(Room::Cluster)),
            (later("To the editor"), Message::Go(Room::Editor)),
            (later("To the terminal"), Message::Go(Room::Terminal)),
            (later("Apply the open file"), Message::Apply),
            (later("Compare the open file with the cluster"), Message::Desk(AtDesk::Compare)),
            (later("Format the open file"), Message::Desk(AtDesk::Format)),
            (later("Map: cards"), Message::Map(Wish::Mode(Mode::Cards))),
            (later("Map: cells"), Message::Map(Wish::Mode(Mode::Cells))),
            (later("Map: table"), Message::Map(Wish::Mode(Mode::Table))),
            (later("Share: a link to all of this"), Message::Links(AboutLinks::Share)),
            (later("What would applying the open file do?"), Message::Own(Own::WhatIf)),
            (later("Open a cluster or a file"), Message::Own(Own::Import)),
            (later("Export for a real cluster"), Message::Own(Own::Export)),
            (later("Your other work"), Message::Own(Own::Works)),
            (later("The course"), Message::Course(Some(CourseView::Lessons))),
            (later("Free play"), Message::Begin(None)),
            (later("Start over"), Message::StartOver),
            (later("This list of keys"), Message::Window(Some(Window::Keys))),
            (later("Colours: as the system"), Message::Theme(Theme::System)),
            (later("Colours: light"), Message::Theme(Theme::Light)),
            (later("Colours: dark"), Message::Theme(Theme::Dark)),
            (later("Clear the terminal"), Message::ClearScreen),
        ] {
            add(t(words).to_owned(), &key(words), message);
        }
        for set in &self.map.sets {
            add(fill("Why: the rollout of {0}", &[&set.name]), "", Message::Why(Some(Ask::Rollout(set.name.clone()))));
        }
        let line = format!("node add {}", self.map.next_node);
        add(t("Add node").to_owned(), &line.clone(), Message::Command(line));
        // A cluster of thousands is no list to read through.
        for node in self.map.near().take(50) {
            let name = &node.name;
            for set in &self.map.sets {
                let ask = Ask::Node { node: name.clone(), set: set.name.clone() };
                add(fill("Why: {0} on {1}, or not", &[&set.name, name]), "", Message::Why(Some(ask)));
            }
            add(fill("Show {0} on the map", &[name]), "", Message::Reveal(name.clone()));
            let mut act = |words, line: String| add(fill(words, &[name]), &line.clone(), Message::Command(line));
            match node.cordoned {
                true => act(later("Uncordon {0}"), format!("kubectl uncordon {name}")),
                false => act(later("Cordon {0}"), format!("kubectl cordon {name}")),
            }
            match node.health {
                Health::Ready => act(later("Power off {0}"), format!("node poweroff {name}")),
                Health::NotReady | Health::Silent => act(later("Power on {0}"), format!("node poweron {name}")),
            }
            act(later("Remove {0}"), format!("node remove {name}"));
        }
        for file in self.shown().files().keys() {
            add(fill("Open {0}", &[file]), "", Message::Open(file.clone().into()));
        }
        for volume in self.library.volumes() {
            let front = &volume.front;
            add(fill("Lesson: {0}", &[&front.title]), &front.chapter, Message::Begin(Some(front.id.clone().into())));
        }
        deeds
    }
}
