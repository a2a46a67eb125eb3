//! Which flags each command knows: what parsing, help and completion have in common.

use super::args::{self, Flag};
use super::help::is_command;
use super::{
    api_resources, apply, auth, autoscale, cordon, create, delete, describe, diff, drain, edit, events, exec, explain,
    expose, get, label, logs, misc, patch_verb, rollout, run_verb, scale, set, taint, wait,
};

/// The flags of a command (`get`, `rollout`, `create deployment`) in the order of its table, without those that every command has;
/// none for a command that is none. A subcommand that has no flags of its own has those of its verb.
pub(crate) fn flags_of(command: &str) -> impl Iterator<Item = Flag> {
    text(command).split_ascii_whitespace().map(Flag::read)
}

/// The command that words begin with, with its subcommands: `create secret generic`.
pub(crate) fn command_of(words: &[&str]) -> String {
    let most = words.len().min(3);
    let mut commands = (1..=most).rev().map(|count| words[..count].join(" "));
    let is_one = |command: &String| of(command).is_some() || is_command(command);
    commands.find(is_one).unwrap_or_else(|| words.first().copied().unwrap_or_default().to_owned())
}

/// The flag of a command that a word means, without its first dash: `-namespace`, `n`.
pub(crate) fn flag_of(command: &str, word: &str) -> Option<Flag> {
    let long = word.strip_prefix('-');
    args::find(text(command), long.unwrap_or(word), long.is_none())
}

/// The flags of a command as they are written for [`super::args::Args::parse`].
pub(crate) fn text(command: &str) -> &'static str {
    let verb = command.split(' ').next().unwrap_or_default();
    of(command).or_else(|| of(verb)).unwrap_or_default()
}

/// The flags as their commands write them.
fn of(command: &str) -> Option<&'static str> {
    Some(match command {
        "annotate" | "label" => label::FLAGS,
        "api-resources" => api_resources::FLAGS,
        "apply" => apply::FLAGS,
        "autoscale" => autoscale::FLAGS,
        "apply edit-last-applied" => edit::LAST_APPLIED,
        "apply set-last-applied" => apply::SET,
        "apply view-last-applied" => apply::VIEW,
        "auth can-i" => auth::CAN_I,
        "auth whoami" => auth::WHOAMI,
        "config get-contexts" => "o/output= no-headers",
        "config set" => "set-raw-bytes",
        "config set-context" => "cluster= user= current",
        "config view" => "o/output= template= flatten merge minify raw show-managed-fields allow-missing-template-keys",
        "cordon" | "uncordon" => cordon::FLAGS,
        "create" => create::FLAGS,
        "create secret" | "create service" | "create svc" => "",
        "delete" => delete::FLAGS,
        "describe" => describe::FLAGS,
        "diff" => diff::FLAGS,
        "drain" => drain::FLAGS,
        "edit" => edit::FLAGS,
        "events" => events::FLAGS,
        "explain" => explain::FLAGS,
        "expose" => expose::FLAGS,
        "exec" => exec::FLAGS,
        "get" => get::FLAGS,
        "logs" => logs::FLAGS,
        "patch" => patch_verb::FLAGS,
        "replace" => apply::REPLACE,
        "run" => run_verb::FLAGS,
        "scale" => scale::FLAGS,
        "taint" => taint::FLAGS,
        "top node" | "top nodes" | "top no" => {
            "l/selector= sort-by= no-headers show-capacity show-swap use-protocol-buffers"
        }
        "top pod" | "top pods" | "top po" => {
            "l/selector= field-selector= sort-by= A/all-namespaces containers no-headers show-swap sum use-protocol-buffers"
        }
        "version" => misc::VERSION,
        "wait" => wait::FLAGS,
        other => {
            let (verb, subcommand) = other.split_once(' ')?;
            return match verb {
                "create" => create::flags_of(subcommand),
                "rollout" => rollout::flags_of(subcommand),
                "set" => set::flags_of(subcommand),
                _ => None,
            };
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubectl::args::Takes;

    #[test]
    fn commands_and_subcommands_have_flags() {
        let has = |command: &str, name: &str| flags_of(command).find(|flag| flag.name == name);
        assert_eq!(has("get", "output"), Some(Flag { name: "output", short: "o", takes: Takes::Value }));
        assert_eq!(has("get", "watch").map(|flag| flag.takes), Some(Takes::Nothing));
        assert!(has("rollout undo", "to-revision").is_some() && has("rollout status", "to-revision").is_none());
        assert!(has("create deployment", "replicas").is_some() && has("create", "replicas").is_none());
        assert_eq!(flags_of("nope").count(), 0);
    }
}
