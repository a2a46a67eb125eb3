//! The rules of `rules.txt`, which says field by field what has to hold, in upstream's order
//! (`pkg/apis/core/validation/validation.go`).
//!
//! A line without a blank before it names a type; each of those below it a field (`a.b`; `.` for the object itself), then what
//! has to hold:
//!
//! | sign | what |
//! |---|---|
//! | `field[]` `field*` | of every item, told with its index or without |
//! | `field>other` | told as of another field |
//! | `&` `?` | what follows holds where there is a value, where it is not empty |
//! | `!` | it is there, then what follows; `!words` tells why |
//! | <code>&#124;A&#124;B</code> | it is one of these |
//! | `1..9` `1..9=words` | a number between these, told in these words |
//! | `Name` | the rules of another type hold |
//! | `@name` | what a function of that name says |
//! | `name` | the text passes a check of [`names`] |

use serde_json::Value;

use super::errors::{Errors, quoted};
use super::{container, kinds, metadata, names, pod_spec, resources, scheduling, security, service, volume, workload};

const RULES: &str = include_str!("rules.txt");

/// Checks an object by the rules of its type.
pub(super) fn check<'a>(errors: &mut Errors<'a>, name: &str, it: &'a Value) {
    let lines = RULES.lines().skip_while(|line| *line != name).skip(1);
    for rule in lines.map_while(|line| line.strip_prefix(' ')) {
        line(errors, rule, it);
    }
}

fn line<'a>(errors: &mut Errors<'a>, rule: &str, it: &'a Value) {
    let (field, words) = rule.split_once(' ').unwrap_or_default();
    let bare = field.trim_end_matches(['[', ']', '*']);
    let (path, shown) = bare.split_once('>').unwrap_or((bare, bare));
    let value = path.split('.').filter(|step| !step.is_empty()).fold(it, |value, step| &value[step]);
    let items = value.as_array().map_or(&[][..], Vec::as_slice);
    errors.within(shown.trim_matches('.'), |errors| match &field[bare.len()..] {
        "" => value_of(errors, words, value),
        "*" => items.iter().for_each(|item| value_of(errors, words, item)),
        _ => errors.each("", items, &mut |errors, item| value_of(errors, words, item)),
    });
}

/// Checks a value by the words of a line.
pub(super) fn value_of<'a>(errors: &mut Errors<'a>, words: &str, value: &'a Value) {
    let (word, rest) = words.split_once(' ').unwrap_or((words, ""));
    let text = value.as_str().unwrap_or_default();
    match word.as_bytes() {
        b"&" if value.is_null() => return,
        b"?" if is_empty(value) => return,
        b"&" | b"?" => {}
        [b'!', ..] if is_empty(value) => return errors.required("", if word == "!" { "" } else { &words[1..] }),
        b"!" => {}
        [b'!', ..] => return,
        [b'|', ..] => {
            if !word[1..].split('|').any(|known| known == text) {
                errors.not_supported("", &quoted(text), &word[1..]);
            }
        }
        [b'@', ..] => special(errors, &word[1..], value),
        [b'A'..=b'Z', ..] => check(errors, word, value),
        b"labels" => metadata::labels(errors, "", value),
        b"mode" => range(errors, "0..511=must be a number between 0 and 0777 (octal), both inclusive", value),
        b">=0" => range(errors, "0..9223372036854775807=must be greater than or equal to 0", value),
        _ if word.contains("..") => return range(errors, words, value),
        _ if word.starts_with("never=") => return errors.invalid("", value, &words["never=".len()..]),
        _ => errors.invalid_each("", text, names::named(word)(text)),
    }
    if !rest.is_empty() {
        value_of(errors, rest, value);
    }
}

fn range(errors: &mut Errors<'_>, words: &str, value: &Value) {
    let (range, detail) = words.split_once('=').unwrap_or((words, ""));
    let (least, most) = range.split_once("..").unwrap_or_default();
    let bound = |text: &str| text.parse::<i64>().unwrap_or_default();
    let number = value.as_i64().unwrap_or_default();
    if !(bound(least)..=bound(most)).contains(&number) {
        let between = format!("must be between {least} and {most}, inclusive");
        errors.shown("", &number.to_string(), if detail.is_empty() { &between } else { detail });
    }
}

/// Whether there is nothing: neither a text, nor a number other than nought, nor an item or entry.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Bool(_) | Value::Object(_) => false,
    }
}

/// A check that no line of a table can say.
type Special = for<'a> fn(&mut Errors<'a>, &'a Value);

/// The special checks, by the names that the rules call them.
const SPECIAL: &[(&str, Special)] = &[
    ("containers", container::containers),
    ("init_containers", container::init_containers),
    ("ephemeral_containers", container::ephemeral_containers),
    ("ports", container::ports),
    ("port", container::port),
    ("headers", container::headers),
    ("env_from", container::env_from),
    ("env_source", container::env_source),
    ("env_field", container::env_field),
    ("resource_field", container::resource_field),
    ("mounts", container::mounts),
    ("devices", container::devices),
    ("resize_policy", container::resize_policy),
    ("handler", container::handler),
    ("host_network", container::host_network),
    ("file_volumes", container::file_volumes),
    ("resources", resources::of_container),
    ("pod_resources", resources::of_pod),
    ("overhead", resources::overhead),
    ("claim", resources::claim),
    ("dns", pod_spec::dns),
    ("gate", pod_spec::gate),
    ("host_name", pod_spec::host_name),
    ("host_users", security::host_users),
    ("host_process", security::host_process),
    ("os", security::os),
    ("one_process_space", security::one_process_space),
    ("sysctl", security::sysctl),
    ("seccomp", security::seccomp),
    ("app_armor", security::app_armor),
    ("unmasked", security::unmasked),
    ("privileges", security::privileges),
    ("gmsa", security::gmsa),
    ("windows_user", security::windows_user),
    ("requirement", scheduling::requirement),
    ("node_requirement", scheduling::node_requirement),
    ("node_field", scheduling::node_field),
    ("label_keys", scheduling::label_keys),
    ("label_value", scheduling::label_value),
    ("spread_twice", scheduling::spread_twice),
    ("min_domains", scheduling::min_domains),
    ("toleration", scheduling::toleration),
    ("volumes", volume::volumes),
    ("size_limit", volume::size_limit),
    ("host_path_type", volume::host_path_type),
    ("iqn", volume::iqn),
    ("iscsi_secret", volume::iscsi_secret),
    ("flocker", volume::flocker),
    ("quobyte", volume::quobyte),
    ("downward_file", volume::downward_file),
    ("fc", volume::fc),
    ("reserved_options", volume::reserved_options),
    ("azure_uri", volume::azure_uri),
    ("projections", volume::projections),
    ("csi_driver", volume::csi_driver),
    ("claim_metadata", volume::claim_metadata),
    ("claim_spec", volume::claim_spec),
    ("claim_source", volume::claim_source),
    ("image_reference", volume::image_reference),
    ("template", pod_spec::template),
    ("share", workload::share),
    ("job_spec", workload::job_spec),
    ("budget", kinds::budget),
    ("priority_class", kinds::priority_class),
    ("config_map", kinds::config_map),
    ("secret", kinds::secret),
    ("namespaced_rule", kinds::namespaced_rule),
    ("role_rule", kinds::role_rule),
    ("subject", kinds::subject),
    ("cluster_subject", kinds::cluster_subject),
    ("service", service::service),
    ("name_or_port", kinds::name_or_port),
    ("external_ip", service::external_ip),
    ("ports_twice", service::ports_twice),
    ("source_ranges", service::source_ranges),
    ("outside_policy", service::outside_policy),
    ("volume_source", kinds::volume_source),
    ("capacity", kinds::capacity),
    ("access_modes", kinds::access_modes),
    ("ingress", kinds::ingress),
    ("ingress_host", kinds::ingress_host),
    ("ingress_path", kinds::ingress_path),
    ("backend", kinds::backend),
    ("end_port", kinds::end_port),
    ("ip_block", kinds::ip_block),
    ("peer", kinds::peer),
    ("policy_types", kinds::policy_types),
    ("most_replicas", kinds::most_replicas),
    ("replication_controller", kinds::replication_controller),
    ("schedule", kinds::schedule),
    ("cron_name", kinds::cron_name),
    ("definition", kinds::definition),
    ("domain", kinds::domain),
    ("one_stored", kinds::one_stored),
];

fn special<'a>(errors: &mut Errors<'a>, name: &str, it: &'a Value) {
    if let Some((_, check)) = SPECIAL.iter().find(|(known, _)| *known == name) {
        check(errors, it);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_rules_means_something() {
        let types: Vec<&str> = RULES.lines().filter(|line| !line.starts_with(' ')).collect();
        let mut used = vec![];
        for rule in RULES.lines().filter_map(|line| line.strip_prefix(' ')) {
            let (_, words) = rule.split_once(' ').expect("a field and what has to hold");
            for word in words.split('=').next().expect("words").split(' ') {
                match word.as_bytes() {
                    [b'@', ..] => {
                        assert!(SPECIAL.iter().any(|(name, _)| *name == &word[1..]), "{rule}");
                        used.push(&word[1..]);
                    }
                    [b'A'..=b'Z', ..] => assert!(types.contains(&word), "{rule}"),
                    [b'!', _, ..] => break,
                    _ => {}
                }
            }
        }
        let unused: Vec<_> = SPECIAL.iter().filter(|(name, _)| !used.contains(name)).collect();
        assert!(unused.is_empty(), "{:?}", unused.iter().map(|(name, _)| name).collect::<Vec<_>>());
    }
}
