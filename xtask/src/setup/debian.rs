//! Debian's packages.

use crate::process;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Whether packages can be installed with apt here.
pub(crate) fn is_debian() -> bool {
    Path::new("/usr/bin/apt-get").exists() && Path::new("/etc/debian_version").exists()
}

/// Whether all of these are installed.
pub(crate) fn installed(packages: &[&str]) -> bool {
    packages.iter().all(|package| {
        process::ask(Command::new("dpkg-query").args(["-W", "-f", "${Status}", package]))
            .is_some_and(|status| status == "install ok installed")
    })
}

/// Installs packages; never removes one.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    if !is_debian() {
        bail!("this is not a Debian machine: please install {} by hand", packages.join(", "));
    }
    println!("Installing Debian's {} (apt-get)", packages.join(", "));
    let known = process::ask(Command::new("apt-cache").arg("show").args(packages)).is_some();
    if known && process::run(apt_get()?.args(INSTALL).args(packages)).is_ok() {
        return Ok(());
    }
    // The lists are missing or out of date.
    process::run(apt_get()?.arg("update"))?;
    process::run(apt_get()?.args(INSTALL).args(packages))
}

/// The tool that reads shell scripts (tests/export.rs), installed if it is missing.
pub(crate) fn shellcheck() -> Result<PathBuf> {
    if process::find("shellcheck").is_none() {
        install(&["shellcheck"]).context("shellcheck is needed: https://www.shellcheck.net")?;
    }
    process::find("shellcheck").context("shellcheck was installed and is not found")
}

const INSTALL: [&str; 4] = ["install", "-y", "--no-install-recommends", "--no-remove"];

fn apt_get() -> Result<Command> {
    let user = process::ask(Command::new("id").arg("-u"));
    let mut command = if user.as_deref() == Some("0") {
        Command::new("apt-get")
    } else if process::find("sudo").is_some() {
        let mut sudo = Command::new("sudo");
        sudo.arg("apt-get");
        sudo
    } else {
        bail!("installing packages needs root, and there is no sudo: run this once as root");
    };
    command.env("DEBIAN_FRONTEND", "noninteractive");
    Ok(command)
}
