//! Which flags each command knows: what parsing, help and completion have in common.

use super::args::Flag;
use super::{
    apply, auth, autoscale, cordon, create, delete, describe, diff, drain, edit, events, exec, explain, expose, get, label,
    logs, misc, patch_verb, rollout, run_verb, scale, set, taint, wait,
};

/// The flags of a command (`get`, `rollout`, `create deployment`) in the order of its table, without those that every command has;
/// none for a command that is none. A subcommand that has no flags of its own has those of its verb.
pub(crate) fn flags_of(command: &str) -> impl Iterator<Item = Flag> {
    let verb = command.split(' ').next().unwrap_or_default();
    let text = of(command).or_else(|| of(verb)).unwrap_or_default();
    text.split_ascii_whitespace().map(Flag::read)
}

/// The flags as their commands write them.
fn of(command: &str) -> Option<&'static str> {
    Some(match command {
        "annotate" | "label" => label::FLAGS,
        "api-resources" => misc::API_RESOURCES,
        "apply" => apply::FLAGS,
        "autoscale" => autoscale::FLAGS,
        "auth" => auth::FLAGS,
        "config" => misc::CONFIG,
        "cordon" | "uncordon" => cordon::FLAGS,
        "create" => create::FLAGS,
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
        "replace" => apply::FLAGS,
        "rollout" => rollout::FLAGS,
        "run" => run_verb::FLAGS,
        "scale" => scale::FLAGS,
        "set" => set::FLAGS,
        "taint" => taint::FLAGS,
        "version" => misc::VERSION,
        "wait" => wait::FLAGS,
        other => return create::flags_of(other.strip_prefix("create ")?),
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
        assert_eq!(has("rollout undo", "to-revision"), has("rollout", "to-revision"));
        assert!(has("create deployment", "replicas").is_some() && has("create", "replicas").is_none());
        assert_eq!(flags_of("nope").count(), 0);
    }
}
