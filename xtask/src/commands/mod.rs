//! What one can ask for.

mod bench;
mod browser;
mod build;
mod fuzz;
mod screenshot;
mod serve;
mod soak;
mod test;

use crate::{dependencies, project};
use anyhow::{Result, bail};

const HELP: &str = "\
cargo xtask <command>

  serve [--port N] [--release]   build the page, serve it on this machine, rebuild when a source changes
  build [--check-reproducible]   a release into dist/, for any static host; built again elsewhere it has to be the same
  test [words]                   everything that CI checks, or the steps so named (`test clippy browser`)
  browser [--no-build] [--firefox] [...]
                                 the browser tests alone, in Firefox if asked; the rest goes to Playwright (-g 'words')
  bench                          how long the engine takes on 100 to 100,000 nodes, and its memory
  bench --browser [--no-build]   how much longer the engine takes in the browser
  bench --page [--no-build]      how long the page takes to load
  deny                           licences, sources, bans and known faults of what is depended on
  fuzz [TARGET] [--inputs N | --seconds N] [--seed N]
                                 inputs that nobody would write: no panic, no hang, no memory without end
  soak [--hours N] [--nodes N] [--seed N]
                                 a month of everything that can happen, on a thousand nodes
  screenshot [--no-build]        www/screenshot.png, for the README

Tools that are missing are installed. Environment:
  CHROME=/path/to/chrome         the browser to test with
  FIREFOX=/path/to/firefox       the one for --firefox
  WASM_TOOLCHAIN=default|debian  who compiles to WebAssembly
";

/// Does what the command line asks for.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let Some((command, rest)) = arguments.split_first() else {
        bail!("say what to do\n\n{HELP}");
    };
    std::env::set_current_dir(project::root())?;
    match command.as_str() {
        "serve" => serve::run(rest),
        "build" => build::command(rest),
        "test" => test::run(rest),
        "browser" => browser::run(rest),
        "bench" => bench::run(rest),
        "deny" => no_more(rest).and_then(|()| dependencies::check()),
        "fuzz" => fuzz::run(rest),
        "soak" => soak::run(rest),
        "screenshot" => screenshot::run(rest),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        other => bail!("there is no command `{other}`\n\n{HELP}"),
    }
}

fn no_more(rest: &[String]) -> Result<()> {
    match rest.first() {
        Some(word) => bail!("`{word}` is not understood here\n\n{HELP}"),
        None => Ok(()),
    }
}
