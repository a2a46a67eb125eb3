//! Flags that commands have in common, as far as they can be wrong before the command begins: there is one configuration here, with
//! one cluster and one user (upstream: `client-go/tools/clientcmd`).

use super::args::{Args, duration};
use super::config::{CLUSTER, USER};
use super::error::{Failure, Result};
use super::{Context, Outcome, Output, flags, misc};
use crate::api::date::Date;

/// Looks at the long flags of a command.
///
/// # Errors
/// One of them asks for a context, cluster, user or file that there is not.
#[inline(never)]
pub(super) fn check(verb: &str, words: &[String], context: &Context<'_>, out: &mut Output) -> Result<()> {
    let path: Vec<&str> = std::iter::once(verb).chain(words.iter().map(String::as_str)).collect();
    let mut command = flags::command_of(&path);
    if verb == "top" && words.iter().any(|word| word == "no" || word == "nodes") {
        "top node".clone_into(&mut command);
    }
    let records = words.iter().any(|word| word == "--record" || word.starts_with("--record="));
    if records && flags::flag_of(&command, "-record").is_some() {
        out.err("Flag --record has been deprecated, --record will be removed in the future\n");
    }
    // Who asks the client alone asks no server.
    let is_local = matches!(verb, "completion" | "config" | "help" | "options")
        || (verb == "version" && words.iter().any(|word| word == "--client"));
    let mut dry_run = None;
    let mut asks_for_context = false;
    for (at, word) in words.iter().enumerate() {
        let Some(long) = word.strip_prefix("--") else { continue };
        let (name, given) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
        if name == "dry-run" {
            dry_run = Some(given.unwrap_or_default());
        }
        let value = given.or_else(|| words.get(at + 1).map(String::as_str)).unwrap_or_default();
        // `create rolebinding --user` means another user.
        let is_its_own = flags::flags_of(&command).any(|flag| flag.name == name);
        asks_for_context |= name == "context" && !value.is_empty();
        if !is_local && !is_its_own && !value.is_empty() {
            check_one(&command, name, value, context)?;
        }
    }
    if !is_local && !asks_for_context {
        context.config.check(None, is_late(&command))?;
    }
    if let Some(given) = dry_run.filter(|_| flags::flag_of(&command, "-dry-run").is_some()) {
        warn_of_dry_run(given, context, out);
    }
    Ok(())
}

/// How a command ends that begins so: what `diff` could not tell is a 2.
#[inline(never)]
pub(super) fn refused(verb: &str, failure: Failure, out: &mut Output) -> Result<Outcome> {
    if verb != "diff" {
        return Err(failure);
    }
    out.warn(format_args!("{failure}\n"));
    Ok(Outcome::Done(2))
}

/// Verbs that ask the configuration for its namespace before all else; the others begin with the server's address.
const NAMESPACE_FIRST: &str = "annotate delete describe edit events exec get label logs patch rollout scale set taint top";
/// Subcommands that do not as their verb does.
const OTHERWISE: [&str; 5] =
    ["set env", "top node", "apply view-last-applied", "apply set-last-applied", "apply edit-last-applied"];

/// Whether a command asks for the server's address before it asks the configuration for its namespace.
fn is_late(command: &str) -> bool {
    let verb = command.split(' ').next().unwrap_or_default();
    misc::is_one_of(NAMESPACE_FIRST, verb) == OTHERWISE.contains(&command)
}

fn check_one(command: &str, name: &str, value: &str, context: &Context<'_>) -> Result<()> {
    let why = match name {
        "context" => return context.config.check(Some(value), is_late(command)),
        "cluster" if value != CLUSTER && is_late(command) => format!("cluster {value:?} does not exist"),
        "cluster" if value != CLUSTER => format!("no server found for cluster {value:?}"),
        "user" if value != USER => format!("auth info {value:?} does not exist"),
        "as" if value != USER => format!("the playground knows no other user than {USER}: not {value}"),
        "kubeconfig" if context.files.contains_key(value) => {
            format!("the playground's kubectl has one configuration only: it does not read {value}")
        }
        "kubeconfig" if !value.ends_with(".kube/config") => format!("stat {value}: no such file or directory"),
        "request-timeout" if request_timeout(value).is_none() => {
            "Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit \
             (e.g. 1s | 2m | 3h)"
                .to_owned()
        }
        _ => return Ok(()),
    };
    Err(Failure::Client(why))
}

/// How much is to be told (`klog.Level.Set`): nothing more here, but it has to be a number.
#[inline(never)]
pub(super) fn check_verbosity(given: &str, args: &Args) -> Result<()> {
    let digits = given.strip_prefix(['+', '-']).unwrap_or(given);
    let why = match given.parse::<i32>() {
        Ok(_) => return Ok(()),
        Err(_) if !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()) => "value out of range",
        Err(_) => "invalid syntax",
    };
    Err(args
        .wrong(format_args!("invalid argument {given:?} for \"-v, --v\" flag: strconv.ParseInt: parsing {given:?}: {why}")))
}

/// How long a request may take: seconds, or a duration as Go writes it.
pub(super) fn request_timeout(text: &str) -> Option<std::time::Duration> {
    let seconds = text.parse::<i64>().ok().map(|seconds| std::time::Duration::from_secs(seconds.max(0).unsigned_abs()));
    seconds.or_else(|| duration(text))
}

/// Why a text is no duration, as Go's `time.ParseDuration` says it.
#[inline(never)]
pub(super) fn wrong_duration(text: &str) -> String {
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    while !rest.is_empty() {
        let is_number = |c: char| c.is_ascii_digit() || c == '.';
        let end = rest.find(|c| !is_number(c)).unwrap_or(rest.len());
        let (number, after) = rest.split_at(end);
        if !number.contains(|c: char| c.is_ascii_digit()) || number.matches('.').count() > 1 {
            break;
        }
        let (unit, after) = after.split_at(after.find(is_number).unwrap_or(after.len()));
        match unit {
            "" => return format!("missing unit in duration {text:?}"),
            "ns" | "us" | "µs" | "ms" | "s" | "m" | "h" => rest = after,
            unit => return format!("unknown unit {unit:?} in duration {text:?}"),
        }
    }
    format!("invalid duration {text:?}")
}

/// The forms of `--dry-run` that are on their way out (`cmd/util/helpers.go`, `GetDryRunStrategy`), told as klog does.
fn warn_of_dry_run(given: &str, context: &Context<'_>, out: &mut Output) {
    let (what, instead) = match given {
        "" | "unchanged" => ("--dry-run is deprecated".to_owned(), "client"),
        "true" => (format!("--dry-run={given} is deprecated (boolean value)"), "client"),
        "false" => (format!("--dry-run={given} is deprecated (boolean value)"), "none"),
        _ => return,
    };
    let now = context.sim.cluster().now();
    let (date, micros) = (Date::of(now), now.as_microsecond().rem_euclid(1_000_000));
    let Date { month, day, .. } = date;
    let clock = date.clock();
    out.warn(format_args!(
        "W{month:02}{day:02} {clock}.{micros:06}    1001 helpers.go:719] {what} and can be replaced with --dry-run={instead}.\n"
    ));
}
