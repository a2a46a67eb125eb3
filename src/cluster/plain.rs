//! Nodes that are right at a glance, by the rules for names alone. What looks closely at objects (`api/validate`) says all that
//! can be wrong, and comes to the page with the second half of the engine; the nodes that a page begins with, and the taints that
//! controllers give and take, need none of it.

use crate::api::validate::names::{dns_subdomain, label_key, label_value};
use crate::api::{Node, NodeSpec, ObjectMeta, Taint};

/// The most that the annotations of a node may take up to be looked over.
const MOST_NOTES: usize = 10_000;

/// Whether a new node is valid for sure. Of the others nothing is known.
pub(super) fn is_plain(node: &Node) -> bool {
    has_plain_metadata(&node.metadata) && has_plain_taints(node)
}

/// Whether a node changes in its taints alone, or in whether pods may be scheduled to it, and is valid for sure.
pub(super) fn changes_plainly(new: &Node, old: &Node) -> bool {
    let is_alike = new.spec.as_deref().zip(old.spec.as_deref()).is_some_and(|(new, old)| rest(new) == rest(old));
    new.metadata == old.metadata && is_alike && has_plain_taints(new)
}

/// What is asked of a node besides its taints and whether pods may be scheduled to it.
fn rest(spec: &NodeSpec) -> impl PartialEq {
    let NodeSpec { taints: _, unschedulable: _, config_source, external_id, pod_cidr, pod_cidrs, provider_id } = spec;
    (config_source, external_id, pod_cidr, pod_cidrs, provider_id)
}

fn has_plain_metadata(meta: &ObjectMeta) -> bool {
    let is_bare = meta.generate_name.is_none()
        && meta.generation.is_none()
        && meta.owner_references.is_none()
        && meta.finalizers.is_none();
    let notes = || meta.annotations.iter().flatten();
    is_bare
        && meta.name.as_deref().is_some_and(|name| fits(dns_subdomain, name))
        && meta.labels.iter().flatten().all(|(key, value)| fits(label_key, key) && fits(label_value, value))
        && notes().all(|(key, _)| fits(label_key, key))
        && notes().map(|(key, value)| key.len() + value.len()).sum::<usize>() <= MOST_NOTES
}

fn has_plain_taints(node: &Node) -> bool {
    let taints = node.spec.iter().flat_map(|spec| spec.taints.iter().flatten());
    let is_plain = |taint: &Taint| {
        fits(label_key, &taint.key)
            && fits(label_value, taint.value.as_deref().unwrap_or_default())
            && ["NoSchedule", "PreferNoSchedule", "NoExecute"].contains(&&*taint.effect)
    };
    let again = |(index, taint): (usize, &Taint)| {
        taints.clone().take(index).any(|other| (&other.key, &other.effect) == (&taint.key, &taint.effect))
    };
    taints.clone().all(is_plain) && !taints.clone().enumerate().any(again)
}

/// Whether one of the rules for names has nothing to say of a text.
fn fits(rule: fn(&str) -> Vec<String>, text: &str) -> bool {
    rule(text).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Object, validate};
    use proptest::prelude::*;

    const WORDS: [&str; 16] = [
        "a",
        "worker-1",
        "A",
        "-a",
        "a-",
        "",
        "a_b",
        "a.b",
        "a..b",
        "é",
        "a b",
        "0",
        "x/y",
        "X.y/z",
        "a/b/c",
        "abcdefghijklmnopqrstuvwxyz-abcdefghijklmnopqrstuvwxyz-abcdefghijklmnopqrstuvwxyz",
    ];
    const EFFECTS: [&str; 4] = ["NoSchedule", "NoExecute", "", "Never"];

    fn node(words: &[&str; 5], effects: &[&str; 2]) -> Node {
        let text = |text: &str| Some(text.to_owned());
        let taint = |key: &str, effect: &str| Taint {
            key: key.to_owned(),
            value: text(words[4]),
            effect: effect.to_owned(),
            ..Taint::default()
        };
        let mut node = Node::default();
        node.metadata.name = text(words[0]);
        node.metadata.labels = Some([(words[1].to_owned(), words[2].to_owned())].into());
        node.metadata.annotations = Some([(words[3].to_owned(), "any é".to_owned())].into());
        node.spec.get_or_insert_default().taints = Some(vec![taint(words[1], effects[0]), taint(words[3], effects[1])]);
        node
    }

    #[test]
    fn what_can_be_wrong_is_not_plain() {
        let plain = node(&["worker-1", "example.com/a", "B", "c", ""], &["NoSchedule", "NoExecute"]);
        assert!(is_plain(&plain) && changes_plainly(&plain, &plain));
        for (index, word) in [(0, "Worker"), (0, ""), (1, "a/b/c"), (1, "-a"), (2, "é"), (2, "x/y"), (3, ""), (4, "a b")] {
            let mut words = ["worker-1", "example.com/a", "B", "c", ""];
            words[index] = word;
            assert!(!is_plain(&node(&words, &EFFECTS[..2].try_into().unwrap())), "{words:?}");
        }
        let twice = node(&["worker-1", "c", "B", "c", ""], &["NoExecute"; 2]);
        assert!(!is_plain(&twice) && !changes_plainly(&twice, &plain));
        let mut other = plain.clone();
        other.spec.get_or_insert_default().pod_cidr = Some("10.0.0.0/24".to_owned());
        assert!(!changes_plainly(&other, &plain));
    }

    proptest! {
        #[test]
        fn what_is_plain_is_valid(
            one in (0..5usize, prop::sample::select(&WORDS[..])),
            two in (0..5usize, prop::sample::select(&WORDS[..])),
            effects in prop::array::uniform2(prop::sample::select(&EFFECTS[..])),
        ) {
            let mut words = ["worker-1", "example.com/a", "B", "c", "d"];
            for (place, word) in [one, two] {
                words[place] = word;
            }
            let (node, other) = (node(&words, &effects), node(&["b"; 5], &["NoSchedule"; 2]));
            let object = Object::from(node.clone());
            if is_plain(&node) {
                prop_assert_eq!(validate::create(&object), vec![]);
            }
            let mut old = node.clone();
            old.spec = other.spec;
            if is_plain(&node) && changes_plainly(&node, &old) {
                prop_assert_eq!(validate::update(&object, &old.into()), vec![]);
            }
        }
    }
}
