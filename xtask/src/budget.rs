//! How many bytes a learner may have to wait for. This file is the one place that says so.

use anyhow::{Result, bail};

/// What the page weighs, in brotli bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weight {
    /// All that is loaded before the page is usable.
    pub(crate) before_usable: usize,
    /// What is fetched as soon as it is, and most of what a person does needs.
    pub(crate) right_afterwards: usize,
}

/// The most that may be loaded before the page is usable. A build above it fails. It only goes down, but for what a person decides.
///
/// The first whole page needed 733,669; smaller code took away a third of it, the second module (`site::split`) as much again. Since
/// what looks closely at objects comes with the second one it was 322,000; the compiler's leave to put small functions into their
/// callers took 12,000, and made the engine a fifth quicker (`setup::toolchain`); what is compiled for speed took 8,000 for an eighth.
const RATCHET: usize = 348_000;

/// Where we want to be.
const GOAL: usize = 350_000;

/// The most that both may be together. What is still to come has room here; an accident has not.
///
/// All of kubectl's verbs, what `kubectl explain` says of each field and a whole shell took it from 690,000 to 940,000; the course, the answer to
/// "why?" and the controllers' last gaps took the next 110,000. What the editor knows of manifests (completion, help, repairs,
/// differences, tidying) took about 40,000, looking at the past and comparing the rest. One's own cluster, what a change would do there
/// and its way to a real one took 50,000 of the next 70,000, sharing and its code to scan most of the others; the list of other work, questions in the past and a
/// ledger that names causes 5,000. Small functions in their callers took 60,000, what is compiled for speed 15,000;
/// what kubectl says of volumes and variables, the patches it sends and the checks of Services the last 20,000.
const TOGETHER: usize = 1_360_000;

/// Compares with the budget and says how far we are from the goal.
pub(crate) fn check(weight: Weight) -> Result<()> {
    let first = weight.before_usable;
    if first > RATCHET {
        bail!(
            "the page needs {first} brotli bytes before it is usable, {} more than the budget of {RATCHET} \
             (xtask/src/budget.rs). Find out what grew and make it smaller, or let it come later (xtask/src/site/split/rooms.rs)",
            first - RATCHET
        );
    }
    let both = first + weight.right_afterwards;
    if both > TOGETHER {
        bail!(
            "the page and the rest of its engine have {both} brotli bytes, {} more than the budget of {TOGETHER} \
             (xtask/src/budget.rs). Find out what grew and make it smaller",
            both - TOGETHER
        );
    }
    let goal = if first <= GOAL { "the goal is met".to_owned() } else { format!("{} above the goal", first - GOAL) };
    println!("  within the budget of {RATCHET} brotli bytes; goal {GOAL}: {goal}");
    println!("  {both} with the rest of the engine, within {TOGETHER}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{RATCHET, TOGETHER, Weight, check};

    #[test]
    fn a_byte_too_many_is_an_error_that_names_the_file() {
        let weight = |before_usable, both| Weight { before_usable, right_afterwards: both - before_usable };
        assert!(check(weight(RATCHET, TOGETHER)).is_ok());
        for too_heavy in [weight(RATCHET + 1, TOGETHER), weight(RATCHET, TOGETHER + 1)] {
            let error = check(too_heavy).unwrap_err().to_string();
            assert!(error.contains("1 more") && error.contains("xtask/src/budget.rs"), "{error}");
        }
    }
}
