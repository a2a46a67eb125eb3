//! What a kubelet knows of an image: where it comes from, whether it can be pulled, how its containers behave.

use std::rc::Rc;
use std::time::Duration;

use crate::cluster::push_hex;
use crate::sim::{Behaviour, ImageRule};

/// The longest time that a rule can ask for.
const LONGEST: Duration = Duration::from_secs(86_400);

/// An image as a pod names it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Image {
    /// As in the pod: `fluent/fluentd`.
    pub(super) name: Rc<str>,
    /// With registry and tag: `docker.io/fluent/fluentd:latest`.
    pub(super) reference: Rc<str>,
    /// The reference by content, as a container's status has it. Invented.
    pub(super) id: Rc<str>,
    /// How its containers behave.
    pub(super) behaviour: Behaviour,
    /// How long until they are ready, beside what the kubelet takes.
    pub(super) start: Duration,
    /// How long they run, where the scenario says so.
    pub(super) run: Option<Duration>,
}

impl Image {
    /// The image of a name, under the scenario's rules; without one its name tells how it behaves.
    pub(super) fn new(name: &str, rules: &[ImageRule]) -> Image {
        let rule = rules.iter().find(|rule| matches(&rule.pattern, name));
        let behaviour = rule.map_or_else(|| telling_name(name), |rule| rule.behaviour);
        let start = rule.and_then(|rule| duration(rule.start_seconds)).unwrap_or_default();
        let run = rule.and_then(|rule| duration(rule.run_seconds));
        let reference = reference(name);
        let id = format!("{}@sha256:{}", split_tag(&reference).0, hex(&reference, 64));
        Image { name: name.into(), reference: reference.into(), id: id.into(), behaviour, start, run }
    }

    /// The reference without its tag.
    fn repository(&self) -> &str {
        split_tag(&self.reference).0
    }

    /// Bytes. Invented.
    pub(super) fn size(&self) -> u64 {
        20_000_000 + fnv(&self.reference) % 20_000_000
    }

    /// What containerd says when it cannot pull it: a bad tag is not found, a bad repository is denied.
    pub(super) fn pull_error(&self) -> String {
        let reference = &self.reference;
        let steps = format!("failed to pull and unpack image \"{reference}\": failed to resolve reference \"{reference}\"");
        if is_bad(self.repository()) {
            format!(
                "{steps}: pull access denied, repository does not exist or may require authorization: server message: \
                 insufficient_scope: authorization failed"
            )
        } else {
            format!("rpc error: code = NotFound desc = {steps}: {reference}: not found")
        }
    }
}

fn duration(seconds: Option<f64>) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds?).ok().map(|duration| duration.min(LONGEST))
}

fn telling_name(name: &str) -> Behaviour {
    if is_bad(name) {
        Behaviour::PullFails
    } else if name.contains("crash") {
        Behaviour::Crash
    } else if name.contains("notready") {
        Behaviour::NotReady
    } else if name.contains("stubborn") {
        Behaviour::Stubborn
    } else if name.contains("completes") || name.contains("hello-world") {
        Behaviour::Completes
    } else {
        Behaviour::Ok
    }
}

fn is_bad(text: &str) -> bool {
    text.contains("bad") || text.contains("doesnotexist")
}

/// Whether `pattern`, with `*` for any text, matches the whole of `text`.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        if let Some(previous) = last.replace(part) {
            let Some(at) = rest.find(previous) else {
                return false;
            };
            rest = &rest[at + previous.len()..];
        }
    }
    last.map_or(rest.is_empty(), |last| rest.ends_with(last))
}

/// (name, tag); a colon of a port is no tag's.
fn split_tag(name: &str) -> (&str, Option<&str>) {
    match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
        _ => (name, None),
    }
}

fn reference(name: &str) -> String {
    if name.contains('@') {
        return name.to_owned();
    }
    let (repository, tag) = split_tag(name);
    let host = repository.split_once('/').map_or("", |(host, _)| host);
    let has_host = host.contains('.') || host.contains(':') || host == "localhost";
    let prefix = match (has_host, repository.contains('/')) {
        (true, _) => "",
        (false, true) => "docker.io/",
        (false, false) => "docker.io/library/",
    };
    format!("{prefix}{repository}:{}", tag.unwrap_or("latest"))
}

/// `length` hexadecimal digits that follow from a text: the invented digests and ids.
pub(super) fn hex(text: &str, length: usize) -> String {
    let mut digits = String::with_capacity(length + 16);
    let mut state = fnv(text);
    while digits.len() < length {
        state = state.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
        push_hex(&mut digits, state ^ (state >> 29));
    }
    digits.truncate(length);
    digits
}

fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        for (name, expect) in [
            ("nginx", "docker.io/library/nginx:latest"),
            ("fluent/fluentd:v1", "docker.io/fluent/fluentd:v1"),
            ("example.com/app:bad", "example.com/app:bad"),
            ("localhost:5000/app", "localhost:5000/app:latest"),
        ] {
            assert_eq!(reference(name), expect);
        }
    }

    #[test]
    fn patterns() {
        for (pattern, text, expect) in [
            ("*:v9", "fluent/fluentd:v9", true),
            ("*:v9", "fluent/fluentd:v91", false),
            ("nginx", "nginx", true),
            ("nginx", "nginx:1", false),
            ("*fluent*:*2", "a/fluentd:v2", true),
            ("", "x", false),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern, text), expect, "{pattern} on {text}");
        }
    }

    #[test]
    fn names_that_tell() {
        let behaviour = |name| Image::new(name, &[]).behaviour;
        assert_eq!(behaviour("a:bad"), Behaviour::PullFails);
        assert_eq!(behaviour("crash:1"), Behaviour::Crash);
        assert_eq!(behaviour("a:notready"), Behaviour::NotReady);
        assert_eq!(behaviour("hello-world"), Behaviour::Completes);
        assert_eq!(behaviour("a:stubborn"), Behaviour::Stubborn);
        let rule = |start_seconds| ImageRule {
            pattern: "*:v9".to_owned(),
            behaviour: Behaviour::Crash,
            start_seconds,
            run_seconds: Some(1e9),
        };
        let image = |start_seconds| Image::new("a:v9", &[rule(start_seconds)]);
        assert_eq!(image(Some(2.5)).behaviour, Behaviour::Crash);
        assert_eq!((image(Some(2.5)).start, image(Some(2.5)).run), (Duration::from_millis(2500), Some(LONGEST)));
        assert_eq!(image(Some(f64::NAN)).start, Duration::ZERO);
        assert_eq!(image(Some(-1.0)).start, Duration::ZERO);
    }
}
