//! `cargo xtask serve`

use crate::project;
use crate::server::Server;
use crate::setup::WasmToolchain;
use crate::site::{self, Effort};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, SystemTime};

/// Taken when nobody says which, if it is free.
const USUAL_PORT: u16 = 8080;

/// Builds, serves, and builds again whenever a source changes, until Ctrl-C.
pub(super) fn run(arguments: &[String]) -> Result<()> {
    let options = Options::read(arguments)?;
    let toolchain = WasmToolchain::find_or_install()?;
    let folder = match options.effort {
        Effort::Development => project::path("target/serve"),
        Effort::Release => project::dist(),
    };
    let mut built = newest_source();
    site::build(toolchain, options.effort, &folder)?;
    let server = match options.port {
        Some(port) => Server::start(&folder, "/", port)?,
        None => Server::start(&folder, "/", USUAL_PORT).or_else(|_| Server::start(&folder, "/", 0))?,
    };
    loop {
        println!("\nThe playground is at {}  (Ctrl-C ends it)", server.address());
        built = wait_for_change(built);
        println!("\nA source has changed: building again; reload the page afterwards");
        if let Err(error) = site::build(toolchain, options.effort, &folder) {
            eprintln!("\nerror: {error:#}\nThe page is still the one from before.");
        }
    }
}

struct Options {
    effort: Effort,
    port: Option<u16>,
}

impl Options {
    fn read(arguments: &[String]) -> Result<Self> {
        let mut options = Self { effort: Effort::Development, port: None };
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--release" => options.effort = Effort::Release,
                "--port" => {
                    let number = words.next().context("--port needs a number")?;
                    let port = number.parse();
                    options.port = Some(port.with_context(|| format!("`{number}` is no port number"))?);
                }
                other => bail!("`serve` does not know `{other}`; it knows --port N and --release"),
            }
        }
        Ok(options)
    }
}

fn wait_for_change(built: SystemTime) -> SystemTime {
    loop {
        thread::sleep(Duration::from_millis(500));
        let newest = newest_source();
        if newest > built {
            return newest;
        }
    }
}

/// When a source of the page was last changed.
fn newest_source() -> SystemTime {
    ["src", "lessons", "www", "Cargo.toml", "Cargo.lock"]
        .iter()
        .map(|name| newest(&project::path(name)))
        .max()
        .unwrap_or(SystemTime::UNIX_EPOCH)
}

fn newest(path: &Path) -> SystemTime {
    let own = fs::metadata(path).and_then(|metadata| metadata.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    let below = fs::read_dir(path)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_name() != "node_modules")
        .map(|entry| newest(&entry.path()))
        .max();
    own.max(below.unwrap_or(SystemTime::UNIX_EPOCH))
}

#[cfg(test)]
mod tests {
    use super::Options;

    #[test]
    fn a_port_that_is_none_is_said_so() {
        let words = ["--port".to_owned(), "many".to_owned()];
        let error = Options::read(&words).err().unwrap().to_string();
        assert_eq!(error, "`many` is no port number");
    }
}
