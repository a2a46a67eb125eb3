//! A scenario file on its way to being shown: it is played beside the own work, piece by piece, and opened when it is at its end.

use yew::AttrValue;

use super::opening::OF_A_FRAME;
use super::{Banner, Effect, Offer, State};
use crate::scenario::{Play, Scenario};
use crate::share::Shared;
use crate::timeline::Bounds;
use crate::ui::browser;
use crate::ui::words::{count, fill};

/// Between two looks at the clock.
const LOOK: usize = 8;

/// What is being played.
#[derive(Debug)]
pub(super) struct Film {
    name: AttrValue,
    scenario: Scenario,
    /// How many of its steps nobody could type.
    left_out: usize,
    play: Play,
    /// The step that the person was told of.
    shown: Option<usize>,
}

impl State {
    /// Begins to play a scenario file.
    #[inline(never)]
    pub(super) fn play_file(&mut self, name: &AttrValue, text: &str, effects: &mut Vec<Effect>) {
        match Scenario::parse(text) {
            Ok(scenario) => {
                let (scenario, left_out) = scenario.typed();
                let play = Play::new(&scenario, Bounds::default().steps as u64);
                self.film = Some(Box::new(Film { name: name.clone(), scenario, left_out, play, shown: None }));
                self.film_frame(effects);
            }
            Err(error) => self.refuse(&format!("{name}: {error}")),
        }
    }

    /// Goes on with it for a frame. Says whether the page has to be drawn again.
    #[inline(never)]
    pub(super) fn film_frame(&mut self, effects: &mut Vec<Effect>) -> bool {
        let Some(film) = &mut self.film else { return false };
        let until = browser::millis() + OF_A_FRAME;
        while browser::millis() < until {
            if (0..LOOK).any(|_| !film.play.go_on()) || film.is_too_much() {
                self.end_film(effects);
                return true;
            }
        }
        let (at, steps) = film.play.done();
        if film.shown.replace(at) == Some(at) {
            return false;
        }
        let text = fill("Playing {0}: step {1} of {2}", &[&film.name, &(at + 1).min(steps), &steps]);
        self.banner = Some(Banner { text: text.into(), offer: Some(Offer::Stop) });
        true
    }

    /// Opens what was played, as far as that came.
    #[inline(never)]
    pub(super) fn end_film(&mut self, effects: &mut Vec<Effect>) {
        let Some(film) = self.film.take() else { return };
        let Film { name, scenario, left_out, play, .. } = *film;
        let (session, _, end) = play.end();
        let mut words = vec![fill("This is what {0} holds. Your own work is kept.", &[&name])];
        if left_out > 0 {
            words.push(count(
                left_out,
                "1 step of it cannot be typed, and was left out.",
                "{0} steps of it cannot be typed, and were left out.",
            ));
        }
        if let Err(stopped) = end {
            words.push(fill("It was played to {0} only.", &[&stopped.at]));
        }
        self.open_beside(Shared::of(&scenario, &session), words.join(" "), effects);
    }
}

impl Film {
    /// Whether to open it would be more than the page does.
    fn is_too_much(&self) -> bool {
        let bounds = Bounds::default();
        self.play.printed() > bounds.printed || self.play.session().sim().cluster().store().len() > bounds.objects
    }
}
