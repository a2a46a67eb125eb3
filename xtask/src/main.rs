//! The developer's commands. `cargo xtask help` lists them; each does its own set-up.
//!
//! `commands` says what is done in which order, `setup` gets the tools, `site` makes the page out of the sources.

mod budget;
mod commands;
mod dependencies;
mod process;
mod project;
mod server;
mod setup;
mod site;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match commands::run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}
