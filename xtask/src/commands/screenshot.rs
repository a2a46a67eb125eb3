//! `cargo xtask screenshot`

use super::{browser, build, no_more};
use anyhow::Result;

/// Makes the README's picture out of the built page.
pub(super) fn run(arguments: &[String]) -> Result<()> {
    let rest = build::unless_told(arguments)?;
    no_more(&rest)?;
    browser::script("screenshot.mjs", &[])
}
