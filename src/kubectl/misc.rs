//! Small verbs: `version`, `completion`, and what `kubectl` says to verbs it does not know.

use super::args::Args;
use super::config::SERVER;
use super::error::{Failure, Result};
use super::resource::{self, Request, WithoutNames};
use super::{Context, Outcome, Output, flags};
use crate::api::{Key, yaml};

/// Every verb of kubectl 1.36, in its order.
const VERBS: &str = "create expose run set explain get edit delete rollout scale autoscale certificate cluster-info top cordon \
    uncordon drain taint describe logs attach exec port-forward proxy cp auth debug events diff apply patch \
    replace wait kustomize label annotate completion alpha api-resources api-versions config plugin version kuberc \
    options";

/// The verbs that the playground simulates, for completion.
pub(crate) const SIMULATED: &str = "annotate api-resources api-versions apply auth autoscale completion config cordon create delete describe \
    diff drain edit events exec explain expose get help label logs options patch replace rollout run scale set taint top uncordon \
    version wait cluster-info";

/// Words that people try, and the verbs they mean (`SuggestFor` upstream).
const OTHER_WORDS: [(&str, &str); 6] =
    [("list", "get"), ("ls", "get"), ("inspect", "describe"), ("rm", "delete"), ("remove", "delete"), ("stats", "top")];

pub(super) const VERSION: &str = "client o/output=";

/// Whether a list of words has this one.
pub(crate) fn is_one_of(list: &str, word: &str) -> bool {
    list.split(' ').any(|known| known == word)
}

/// What kubectl says to a verb that is none, or that the playground does not simulate.
pub(crate) fn unknown(verb: &str) -> Failure {
    if is_one_of(VERBS, verb) {
        return not_simulated(verb);
    }
    let given = verb.to_ascii_lowercase();
    let mut near = String::new();
    for known in VERBS.split(' ') {
        let is_other_word = OTHER_WORDS.contains(&(given.as_str(), known));
        if is_other_word || distance(&given, known) <= 2 || (!verb.is_empty() && known.starts_with(&given)) {
            near.push_str("\n\t");
            near.push_str(known);
        }
    }
    let ask = if near.is_empty() { "" } else { "\n\nDid you mean this?" };
    Failure::Verbatim(format!("error: unknown command {verb:?} for \"kubectl\"{ask}{near}"))
}

/// The words behind a command that wants a subcommand begin with none of those it has.
pub(super) fn no_subcommand(command: &str, words: &[String]) -> Failure {
    match Args::parse(words, "", &["kubectl ", command].concat()) {
        Ok(args) => Failure::usage(command, format_args!("unknown command {:?}", args.words.join(" "))),
        Err(failure) => failure,
    }
}

/// What the playground says of a verb that it has not.
fn not_simulated(verb: &str) -> Failure {
    let why = match verb {
        "port-forward" | "proxy" => ": there is no network here",
        "cp" | "debug" => ": its containers have no processes and no files",
        "kustomize" => ": write plain manifests instead",
        "certificate" => ": nobody signs certificates here",
        "attach" => ": its containers have no processes",
        "alpha" | "kuberc" | "plugin" => ": its kubectl has no such parts",
        _ => " yet",
    };
    Failure::refused(format_args!("the playground does not simulate kubectl {verb}{why}"))
}

/// `kubectl alpha`, which has no commands in this version.
pub(super) fn alpha(out: &mut Output) -> Outcome {
    out.err("No alpha commands are available in this version of kubectl\n");
    Outcome::Done(0)
}

/// `kubectl plugin list`: there are none.
pub(super) fn plugin(words: &[String]) -> Failure {
    match words.first().map(String::as_str) {
        Some("list") => Failure::client("unable to find any kubectl plugins in your PATH"),
        Some(word) if !word.starts_with('-') => no_subcommand("plugin", words),
        _ => not_simulated("plugin"),
    }
}

/// Whether kubectl has such a verb.
pub(crate) fn is_verb(word: &str) -> bool {
    is_one_of(VERBS, word)
}

/// kubectl's verbs, without those that are so.
pub(crate) fn verbs_without(is_so: &dyn Fn(&str) -> bool) -> Vec<&'static str> {
    VERBS.split(' ').filter(|verb| !is_so(verb)).collect()
}

/// What a verb says that the playground does not simulate, and that is about an object: first of all whether there is one.
pub(crate) fn about_object(verb: &str, words: &[String], context: &Context<'_>) -> Failure {
    const FLAGS: &str = "c/container= tail= since= l/selector= o/output= \
    f/follow p/previous i/stdin t/tty all-containers timestamps";
    let words = words.split(|word| word == "--").next().unwrap_or_default();
    let args = match Args::parse(words, FLAGS, &format!("kubectl {verb}")) {
        Ok(args) => args,
        Err(failure) => return failure,
    };
    let named: Vec<String> = match (verb, args.words.as_slice()) {
        ("exec" | "logs" | "attach", [first, ..]) if !first.contains('/') => vec!["pods".to_owned(), first.clone()],
        (_, [first, ..]) if first.contains('/') => vec![first.clone()],
        (_, [first, second, ..]) => vec![first.clone(), second.clone()],
        (_, words) => words.to_vec(),
    };
    let request = match resource::request(&named, &Args::default(), WithoutNames::Allowed, context) {
        Ok(request) => request,
        Err(failure) => return failure,
    };
    let Request::Names(names) = request else { return unknown(verb) };
    let namespace = resource::namespace(&args, context);
    let store = context.sim.cluster().store();
    for (kind, name) in names {
        if store.object(&Key::new(kind, &namespace, &name)).is_none() {
            let missing = resource::not_there(store, kind, &namespace, &name);
            return match verb {
                "logs" if named.len() == 1 => super::pods_of::logs_not_found(&missing, &namespace),
                _ => missing.into(),
            };
        }
    }
    unknown(verb)
}

/// How many letters must be added, dropped or changed to make one word of the other.
pub(crate) fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut corner = i;
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let changed = corner + usize::from(from != *to);
            corner = row[j + 1];
            row[j + 1] = changed.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// `kubectl cluster-info`.
pub(crate) fn cluster_info(words: &[String], out: &mut Output) -> Result<Outcome> {
    let args = Args::parse(words, "", "kubectl cluster-info")?;
    if args.words.first().is_some_and(|word| word == "dump") {
        return Err(Failure::client("the playground does not simulate kubectl cluster-info dump"));
    }
    out.print(format_args!(
        "Kubernetes control plane is running at {SERVER}\n\n\
         To further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n"
    ));
    Ok(Outcome::Done(0))
}

/// `kubectl get` of nothing.
#[inline(never)]
pub(crate) fn get_what(out: &mut Output) -> Failure {
    out.err(
        "You must specify the type of resource to get. Use \"kubectl api-resources\" for a complete list of supported \
         resources.\n\n",
    );
    Failure::usage(
        "get",
        format_args!(
            "Required resource not specified.\nUse \"kubectl explain <resource>\" for a detailed description of that resource (e.g. \
             kubectl explain pods)."
        ),
    )
}

/// Words beside `-f`: what is wrong with the files is told first.
#[inline(never)]
pub(crate) fn words_and_files(args: &Args, context: &Context<'_>, doing: &str, what: &str) -> Result<()> {
    if !args.has("filename") || args.words.is_empty() {
        return Ok(());
    }
    Failure::all(super::manifests::load(args, context, doing)?.1)?;
    Err(Failure::refused(format_args!(
        "when paths, URLs, or stdin is provided as input, you may not specify {what} as well"
    )))
}

/// `kubectl get --raw`: whether the server is well.
#[inline(never)]
pub(crate) fn raw(path: &str, out: &mut Output) -> Result<Outcome> {
    match path {
        "/readyz" | "/livez" | "/healthz" => out.out("ok"),
        other => return Err(Failure::refused(format_args!("the playground does not simulate kubectl get --raw {other}"))),
    }
    Ok(Outcome::Done(0))
}

/// `kubectl completion`: a script of nothing but a remark, as this terminal knows kubectl already.
pub(crate) fn completion(words: &[String], out: &mut Output) -> Result<Outcome> {
    let args = Args::parse(words, "", "kubectl completion")?;
    match args.words.as_slice() {
        [] => return Err(Failure::usage("completion", format_args!("Shell not specified."))),
        [shell] if is_one_of("bash fish powershell zsh", shell) => {
            out.out("# Nothing to load: this terminal completes kubectl's commands by itself. Press Tab.\n");
        }
        [other] => return Err(Failure::usage("completion", format_args!("Unsupported shell type {other:?}."))),
        _ => {
            let why = format_args!("Too many arguments. Expected only the shell type.");
            return Err(Failure::usage("completion", why));
        }
    }
    Ok(Outcome::Done(0))
}

/// `kubectl top`: there is no metrics server in this cluster.
pub(crate) fn top(words: &[String], out: &mut Output) -> Result<Outcome> {
    let Some((subcommand, rest)) = words.split_first() else {
        return Ok(super::help::wanted("top", out));
    };
    let command = match subcommand.as_str() {
        "node" | "nodes" | "no" => "top node",
        "pod" | "pods" | "po" => "top pod",
        _ => return Err(no_subcommand("top", words)),
    };
    let args = Args::parse(rest, flags::text(command), &["kubectl ", command].concat())?;
    if args.words.len() > 1 {
        let kind = command.strip_prefix("top ").unwrap_or_default();
        return Err(Failure::usage(command, format_args!("{kind} [NAME | -l label]")));
    }
    if args.get("sort-by").is_some_and(|by| !by.is_empty() && !is_one_of("cpu memory", by)) {
        return Err(Failure::client("--sort-by accepts only cpu or memory"));
    }
    Err(Failure::client("Metrics API not available"))
}

/// `kubectl version`.
pub(crate) fn version(words: &[String], out: &mut Output) -> Result<Outcome> {
    let args = Args::parse(words, VERSION, "kubectl version")?;
    let server = !args.is_on("client");
    if server && !args.words.is_empty() {
        return Err(Failure::refused(format_args!("extra arguments: [{}]", args.words.join(" "))));
    }
    let build = |version: &str| serde_json::json!({"compiler": "gc", "gitVersion": version, "major": "1", "minor": "36", "platform": "linux/amd64"});
    let mut value = serde_json::json!({"clientVersion": build(CLIENT_VERSION), "kustomizeVersion": KUSTOMIZE_VERSION});
    if server {
        value["serverVersion"] = build(SERVER_VERSION);
    }
    match args.get("output") {
        None | Some("") => {
            out.print(format_args!("Client Version: {CLIENT_VERSION}\nKustomize Version: {KUSTOMIZE_VERSION}\n"));
            if server {
                out.print(format_args!("Server Version: {SERVER_VERSION}\n"));
            }
        }
        Some("yaml") => out.print(format_args!("{}\n", yaml::to_string(&value))),
        Some("json") => out.out(&yaml::to_json(&value).replace("    ", "  ")),
        Some(_) => return Err(Failure::client("--output must be 'yaml' or 'json'")),
    }
    Ok(Outcome::Done(0))
}

const CLIENT_VERSION: &str = "v1.36.4";
const KUSTOMIZE_VERSION: &str = "v5.8.1";
const SERVER_VERSION: &str = "v1.36.2";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_verbs_get_suggestions() {
        for (verb, expect) in [
            ("gte", "error: unknown command \"gte\" for \"kubectl\"\n\nDid you mean this?\n\tget"),
            ("aply", "error: unknown command \"aply\" for \"kubectl\"\n\nDid you mean this?\n\tapply"),
            ("xyzzy-frotz", "error: unknown command \"xyzzy-frotz\" for \"kubectl\""),
            ("attach", "error: the playground does not simulate kubectl attach: its containers have no processes"),
            ("proxy", "error: the playground does not simulate kubectl proxy: there is no network here"),
        ] {
            assert_eq!(unknown(verb).to_string(), expect);
        }
    }
}
