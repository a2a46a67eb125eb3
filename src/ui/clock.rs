//! Real time: a call for every frame the browser draws, while somebody wants it.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

use super::browser;

/// Calls back for every frame while it runs. A hidden page draws no frames.
pub(super) struct Ticker {
    running: Rc<Cell<bool>>,
    asked: Rc<Cell<bool>>,
    frame: Frame,
}

type Frame = Rc<RefCell<Option<Closure<dyn FnMut(f64)>>>>;

impl Ticker {
    /// A ticker at rest; `tick` gets the frame's time in milliseconds.
    pub(super) fn new(tick: impl Fn(f64) + 'static) -> Ticker {
        let ticker = Ticker { running: Rc::default(), asked: Rc::default(), frame: Rc::default() };
        let (running, asked, frame) = (ticker.running.clone(), ticker.asked.clone(), ticker.frame.clone());
        let closure = Closure::<dyn FnMut(f64)>::new(move |stamp| {
            asked.set(false);
            if running.get() {
                ask(&asked, &frame);
                tick(stamp);
            }
        });
        *ticker.frame.borrow_mut() = Some(closure);
        ticker
    }

    /// Goes on or stops.
    pub(super) fn set_running(&self, running: bool) {
        self.running.set(running);
        if running {
            ask(&self.asked, &self.frame);
        }
    }
}

fn ask(asked: &Cell<bool>, frame: &Frame) {
    if asked.get() {
        return;
    }
    if let (Some(window), Some(closure)) = (browser::window(), frame.borrow().as_ref()) {
        asked.set(window.request_animation_frame(closure.as_ref().unchecked_ref()).is_ok());
    }
}

impl fmt::Debug for Ticker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticker").field("running", &self.running).finish_non_exhaustive()
    }
}
