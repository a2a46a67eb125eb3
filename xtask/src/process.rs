//! Running other programs: their output is shown as it comes, their failure is an error that names them.

use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Says what it runs, runs it to the end and insists on success.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    println!("  $ {}", show(command));
    run_silently(command)
}

/// The same, for steps that have been announced in better words.
pub(crate) fn run_silently(command: &mut Command) -> Result<()> {
    let shown = show(command);
    let status = command.status().with_context(|| format!("`{}` could not be started", program(command)))?;
    if !status.success() {
        bail!("`{shown}` failed ({status}); its own words stand above");
    }
    Ok(())
}

/// Asks quietly: what it printed, or nothing when it failed or does not exist.
pub(crate) fn ask(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// The program of this name in `PATH`.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|candidate| candidate.is_file())
}

fn program(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

/// As one would type it, with paths below the current folder shortened.
fn show(command: &Command) -> String {
    let here = std::env::current_dir().map(|folder| format!("{}/", folder.display())).unwrap_or_default();
    let mut words = vec![program(command)];
    words.extend(command.get_args().map(|word| word.to_string_lossy().into_owned()));
    words.join(" ").replace(&here, "")
}
