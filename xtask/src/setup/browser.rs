//! The browsers for the tests: the machine's own Chromium or Chrome, and its Firefox.

use super::debian;
use crate::process;
use anyhow::{Context, Result, bail};
use std::env;
use std::path::PathBuf;

/// A browser, and where it may be.
struct Browser {
    name: &'static str,
    /// The environment variable that has the first word.
    variable: &'static str,
    programs: &'static [&'static str],
    mac: &'static str,
    /// Debian's package.
    package: &'static str,
}

const CHROMIUM: Browser = Browser {
    name: "Chromium or Chrome",
    variable: "CHROME",
    programs: &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
    mac: "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    package: "chromium",
};

const FIREFOX: Browser = Browser {
    name: "Firefox",
    variable: "FIREFOX",
    programs: &["firefox", "firefox-esr"],
    mac: "/Applications/Firefox.app/Contents/MacOS/firefox",
    package: "firefox-esr",
};

/// Chromium's program. The environment variable `CHROME` has the first word.
pub(crate) fn chromium() -> Result<PathBuf> {
    CHROMIUM.found_or_installed()
}

/// Firefox's program. The environment variable `FIREFOX` has the first word.
pub(crate) fn firefox() -> Result<PathBuf> {
    FIREFOX.found_or_installed()
}

/// Firefox's program where there is one.
pub(crate) fn firefox_if_there() -> Result<Option<PathBuf>> {
    FIREFOX.found()
}

impl Browser {
    fn found_or_installed(&self) -> Result<PathBuf> {
        if let Some(found) = self.found()? {
            return Ok(found);
        }
        let Browser { name, variable, package, .. } = self;
        println!("No {name} found");
        debian::install(&[package])
            .with_context(|| format!("the browser tests need {name}; {variable}=/path/to/it says where it is"))?;
        self.known().with_context(|| {
            format!("{package} was installed but cannot be found in PATH; {variable}=/path/to/it says where it is")
        })
    }

    fn found(&self) -> Result<Option<PathBuf>> {
        let Some(chosen) = env::var_os(self.variable).map(PathBuf::from) else {
            return Ok(self.known());
        };
        if !chosen.is_file() {
            bail!("{} names {}, which is not there", self.variable, chosen.display());
        }
        Ok(Some(chosen))
    }

    fn known(&self) -> Option<PathBuf> {
        let mac = PathBuf::from(self.mac);
        self.programs.iter().find_map(|name| process::find(name)).or_else(|| mac.is_file().then_some(mac))
    }
}
