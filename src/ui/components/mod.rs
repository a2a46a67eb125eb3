//! The parts of the page. Each gets plain values and says what the person wants.

mod banner;
mod board;
mod catalogue;
mod controls;
mod dialog;
mod editor;
mod icons;
mod lesson;
mod map;
mod markdown;
mod menu;
mod node_card;
mod palette;
mod pod_chip;
mod share;
mod side_by_side;
mod simulation;
mod terminal;
mod timeline;
mod top_bar;
mod why;

pub(super) use banner::banner_bar;
pub(super) use catalogue::catalogue;
pub(super) use controls::{all, class, say, when};
pub(super) use editor::EditorPanel;
pub(super) use icons::Icon;
pub(super) use lesson::LessonPanel;
pub(super) use map::MapPanel;
pub(super) use markdown::{markdown, spans};
pub(super) use palette::{keys_dialog, palette_dialog};
pub(super) use share::share_dialog;
pub(super) use terminal::TerminalPanel;
pub(super) use timeline::{TimelineView, timeline_bar};
pub(super) use top_bar::{ClockView, TopBarView, top_bar};
pub(super) use why::why_dialog;
