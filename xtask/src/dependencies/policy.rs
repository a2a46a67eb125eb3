//! The rules, as `cargo deny` writes them (<https://embarkstudios.github.io/cargo-deny/>).

use anyhow::{Context, Result, bail};
use semver::{Version, VersionReq};
use serde_json::Value;
use spdx::{Expression, LicenseItem, LicenseReq, ParseMode};

/// The rules.
#[derive(Debug)]
pub(super) struct Policy {
    licenses: Vec<LicenseReq>,
    pub(super) bans: Vec<Ban>,
    pub(super) skips: Vec<Exception>,
    pub(super) registries: Vec<String>,
    /// Ids of advisories.
    pub(super) ignored: Vec<String>,
}

/// A crate that nobody may use, or only some.
#[derive(Debug)]
pub(super) struct Ban {
    pub(super) name: Exception,
    pub(super) wrappers: Vec<String>,
}

/// A crate, and why it stands in the rules.
#[derive(Debug)]
pub(super) struct Exception {
    pub(super) name: String,
    pub(super) versions: VersionReq,
    pub(super) reason: String,
}

impl Exception {
    pub(super) fn is_of(&self, name: &str, version: &Version) -> bool {
        self.name == name && self.versions.matches(version)
    }
}

impl Policy {
    /// Reads the rules.
    ///
    /// # Errors
    /// Where they are no rules, or an exception has no reason.
    pub(super) fn read(text: &str) -> Result<Policy> {
        let file: Value = basic_toml::from_str(text).context(".cargo/deny.toml is no TOML")?;
        for (rule, value) in
            [("/bans/multiple-versions", "deny"), ("/sources/unknown-registry", "deny"), ("/sources/unknown-git", "deny")]
        {
            if file.pointer(rule).and_then(Value::as_str) != Some(value) {
                bail!(".cargo/deny.toml: {rule} has to be {value:?}");
            }
        }
        let list = |place: &str| file.pointer(place).and_then(Value::as_array).cloned().unwrap_or_default();
        let texts = |place: &str| list(place).iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>();
        let bans = list("/bans/deny");
        let bans = bans.iter().map(|ban| {
            let wrappers = ban["wrappers"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
            Ok(Ban { name: exception(ban)?, wrappers: wrappers.collect() })
        });
        let ignored = list("/advisories/ignore");
        let ignored = ignored.iter().map(|ignored| Ok(reasoned(ignored, "id")?.0));
        Ok(Policy {
            licenses: texts("/licenses/allow").iter().map(|name| license(name)).collect::<Result<_>>()?,
            bans: bans.collect::<Result<_>>()?,
            skips: list("/bans/skip").iter().map(exception).collect::<Result<_>>()?,
            registries: texts("/sources/allow-registry"),
            ignored: ignored.collect::<Result<_>>()?,
        })
    }

    /// Whether a crate of this licence may be used.
    pub(super) fn allows(&self, license: &str) -> bool {
        // `/` for `or` is how it was written once.
        let expression = Expression::parse_mode(&license.replace('/', " OR "), ParseMode::LAX);
        expression
            .is_ok_and(|expression| expression.evaluate(|wanted| self.licenses.iter().any(|allowed| is(wanted, allowed))))
    }
}

fn is(wanted: &LicenseReq, allowed: &LicenseReq) -> bool {
    let id = |item: &LicenseItem| item.id().map(|id| id.name);
    id(&wanted.license) == id(&allowed.license) && id(&wanted.license).is_some() && wanted.addition == allowed.addition
}

fn license(name: &str) -> Result<LicenseReq> {
    let expression = Expression::parse(name).with_context(|| format!(".cargo/deny.toml: {name:?} is no licence"))?;
    let mut all = expression.requirements();
    match (all.next(), all.next()) {
        (Some(one), None) => Ok(one.req.clone()),
        _ => bail!(".cargo/deny.toml: {name:?} is more than one licence"),
    }
}

/// `{ crate = "syn@1", reason = "…" }`
fn exception(value: &Value) -> Result<Exception> {
    let (name, reason) = reasoned(value, "crate")?;
    let (name, versions) = name.split_once('@').unwrap_or((&name, "*"));
    let versions = versions.parse().with_context(|| format!(".cargo/deny.toml: {versions:?} is no version"))?;
    Ok(Exception { name: name.to_owned(), versions, reason })
}

fn reasoned(value: &Value, key: &str) -> Result<(String, String)> {
    match (value[key].as_str(), value["reason"].as_str()) {
        (Some(name), Some(reason)) if !reason.trim().is_empty() => Ok((name.to_owned(), reason.to_owned())),
        _ => bail!(".cargo/deny.toml: {value} needs a `{key}` and a `reason`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = "[bans]\nmultiple-versions = 'deny'\n[sources]\nunknown-registry = 'deny'\nunknown-git = 'deny'\n[licenses]\n\
        allow = ['MIT', 'Apache-2.0', 'Apache-2.0 WITH LLVM-exception', 'ISC']\n";

    #[test]
    fn licences_are_read_as_expressions() {
        let policy = Policy::read(RULES).unwrap();
        for allowed in
            ["MIT", "MIT/Apache-2.0", "Unlicense OR MIT", "(GPL-3.0 OR MIT) AND ISC", "Apache-2.0 WITH LLVM-exception"]
        {
            assert!(policy.allows(allowed), "{allowed}");
        }
        for denied in ["GPL-3.0-only", "MIT AND GPL-3.0-only", "MIT WITH LLVM-exception", "", "MIT AND", "LicenseRef-mine"] {
            assert!(!policy.allows(denied), "{denied}");
        }
    }

    #[test]
    fn an_exception_needs_a_reason() {
        let with = |skip: &str| Policy::read(&RULES.replacen("[bans]", &format!("[bans]\nskip = [{skip}]"), 1));
        let skips = with("{ crate = 'syn@1', reason = 'old' }").unwrap().skips;
        assert!(skips[0].is_of("syn", &Version::new(1, 0, 109)) && !skips[0].is_of("syn", &Version::new(2, 0, 0)));
        for wrong in [
            "{ crate = 'syn@1' }",
            "{ crate = 'syn@1', reason = ' ' }",
            "{ reason = 'x' }",
            "{ crate = 'a@b', reason = 'x' }",
        ] {
            assert!(with(wrong).is_err(), "{wrong}");
        }
        assert!(Policy::read(&RULES.replacen("deny", "warn", 1)).is_err());
    }
}
