//! What somebody wants of the map.

use yew::AttrValue;

use super::{Ask, Effect, State};
use crate::session::Session;
use crate::ui::view::{MapView, Memory, Wish};

impl State {
    /// Takes a wish in.
    #[inline(never)]
    pub(super) fn wish(&mut self, wish: Wish, effects: &mut Vec<Effect>) {
        let Some(memory) = &mut self.memory else { return };
        match &wish {
            // An empty place asks why by itself.
            Wish::Open(Some(id)) => {
                self.why = memory.empty_place(*id).map(|(node, set)| Ask::Node { node, set });
            }
            Wish::Open(None) => effects.push(Effect::FocusCells),
            _ => {}
        }
        if memory.wish(wish) {
            effects.push(Effect::SaveMap(memory.kept()));
        }
        self.map_of = None;
    }

    /// Beside the cells the card of the node is opened that this is the name of, or of a pod on it.
    #[inline(never)]
    pub(super) fn reveal(&mut self, name: &str) {
        if let Some(memory) = &mut self.memory {
            memory.reveal(name);
            self.map_of = None;
        }
    }

    /// What a cell of the map tells.
    #[inline(never)]
    pub(in crate::ui) fn describe(&self, id: u32) -> AttrValue {
        self.memory.as_ref().map(|memory| memory.describe(id)).unwrap_or_default().into()
    }
}

/// The map of a session with all that is on it.
#[inline(never)]
pub(super) fn draw(memory: &mut Option<Box<Memory>>, kept: &str, session: &Session) -> MapView {
    let memory = memory.get_or_insert_with(|| Box::new(Memory::new(kept)));
    memory.view(session.sim().cluster().store(), session.now(), true)
}
