//! Gets the tools that a command needs: looks first, installs what is missing, says what it does.

mod browser;
mod components;
mod debian;
mod npm;
mod toolchain;

pub(crate) use browser::{chromium, firefox, firefox_if_there, too_old};
pub(crate) use components::component;
pub(crate) use debian::shellcheck;
pub(crate) use npm::{node_tool, packages};
pub(crate) use toolchain::{Library, WasmToolchain};
