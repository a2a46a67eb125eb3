//! The browsers for the tests: the machine's own Chromium or Chrome, and its Firefox.

use super::debian;
use crate::process;
use anyhow::{Context, Result, bail};
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

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

/// The first Firefox that Playwright can drive: it wants `network.addDataCollector` of WebDriver BiDi.
const FIRST_FIREFOX: u32 = 143;

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

/// Why Playwright cannot drive this Firefox, if it says of itself that it is too old.
pub(crate) fn too_old(firefox: &Path) -> Option<String> {
    let said = process::ask(Command::new(firefox).arg("--version"))?;
    is_too_old(&said).then(|| {
        let file = firefox.display();
        format!("{file} is {said}, and Playwright needs {FIRST_FIREFOX} or later; FIREFOX=/path/to/it names another")
    })
}

/// `Mozilla Firefox 140.10.2esr`
fn is_too_old(said: &str) -> bool {
    let number = said.split_whitespace().last().and_then(|version| version.split('.').next());
    number.and_then(|number| number.parse::<u32>().ok()).is_some_and(|number| number < FIRST_FIREFOX)
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

#[cfg(test)]
mod tests {
    use super::is_too_old;

    #[test]
    fn a_firefox_that_is_too_old_is_known_by_its_version() {
        for (said, expected) in [
            ("Mozilla Firefox 140.10.2esr", true),
            ("Mozilla Firefox 142.0", true),
            ("Mozilla Firefox 143.0.1\n", false),
            ("Mozilla Firefox 200.0a1", false),
            ("something else", false),
        ] {
            assert_eq!(is_too_old(said), expected, "{said}");
        }
    }
}
