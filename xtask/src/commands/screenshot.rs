//! `cargo xtask screenshot`

use super::{browser, build, no_more};
use anyhow::Result;

/// Makes the README's picture out of the built page, and those of all views, in `tests/screenshots`, to be looked at.
pub(super) fn run(arguments: &[String]) -> Result<()> {
    let rest = build::unless_told(arguments)?;
    no_more(&rest)?;
    browser::script("screenshot.mjs", &[])?;
    browser::script("views.mjs", &[])
}
