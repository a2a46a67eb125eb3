//! `whatif`: what a change would do, tried on a copy of the cluster. The playground's own command: kubectl has none like it.

use crate::kubectl::{self, Context, Files, KubeConfig, Outcome, Output};
use crate::sim::Simulation;
use crate::whatif::{Effect, WhatIf, whatif};

use super::text::wrap;
use super::{Env, Shell, node};

const USAGE: &str = "\
whatif says what a change would do to the pods of DaemonSets. It is tried on a copy of the cluster, which goes on until it is at
rest; nothing happens to the cluster itself. It is the playground's own command; kubectl has none like it.

  whatif -f FILE         what applying a file would do: which nodes gain, lose or replace a pod, why, and how it is rolled out
  whatif kubectl ARGS    the same for any kubectl command: whatif kubectl label node worker-1 disktype=ssd
  whatif node ARGS       the same for what happens to a machine: whatif node poweroff worker-1
";

/// Runs `whatif ARGS`; gives the exit code.
pub(super) fn run(args: &[String], shell: &Shell, env: &Env, sim: &Simulation, out: &mut Output) -> i32 {
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let is_kubectl = |word: &str| word == "kubectl" || shell.aliases.get(word).is_some_and(|value| value == "kubectl");
    let answer = match words.as_slice() {
        [] | ["help" | "--help" | "-h"] => {
            out.out(USAGE);
            return 0;
        }
        ["node", ..] => whatif(sim, |sim, out| node::run(&args[1..], sim, out)),
        [first, ..] if is_kubectl(first) => ask(&args[1..], shell, env, sim),
        [first, ..] if first.starts_with('-') => ask(&[&["apply".to_owned()], args].concat(), shell, env, sim),
        [first, ..] => {
            out.warn(format_args!("error: whatif cannot try {first:?}\nSee 'whatif --help' for usage.\n"));
            return 1;
        }
    };
    out.out(&text(&answer));
    answer.exit
}

/// What applying a file with this text would do.
pub(super) fn applied(shell: &Shell, file: &str, text: &str, sim: &Simulation) -> WhatIf {
    let files = Files::from([(file.to_owned(), text.to_owned())]);
    kubectl_would(&["apply".to_owned(), "-f".to_owned(), file.to_owned()], &files, shell, &shell.env, sim)
}

/// What a kubectl command would do.
fn ask(args: &[String], shell: &Shell, env: &Env, sim: &Simulation) -> WhatIf {
    let view = (!env.cwd.is_empty()).then(|| shell.seen_from(&env.cwd));
    kubectl_would(args, view.as_ref().unwrap_or(&shell.files), shell, env, sim)
}

fn kubectl_would(args: &[String], files: &Files, shell: &Shell, env: &Env, sim: &Simulation) -> WhatIf {
    let mut config: KubeConfig = shell.kube.clone();
    whatif(sim, |sim, out| {
        let mut context = Context { sim, files, variables: &env.variables, stdin: None, config: &mut config };
        match kubectl::run(args, &mut context, out) {
            Outcome::Done(exit) => exit,
            // What it waits for comes, or does not, while the copy goes on.
            Outcome::Running(_) => 0,
        }
    })
}

/// An answer, as it is read in a terminal.
fn text(answer: &WhatIf) -> String {
    let mut text = answer.printed.clone();
    if !text.is_empty() {
        text.push('\n');
    }
    match answer.sets.as_slice() {
        [one] => effect(&mut text, one),
        sets => {
            wrap(&mut text, "", "", &answer.verdict);
            for set in sets {
                text.push('\n');
                effect(&mut text, set);
            }
        }
    }
    for note in &answer.notes {
        wrap(&mut text, "", "", note);
    }
    text.push_str("\nNothing of this has happened: it was tried on a copy of the cluster.\n");
    text
}

fn effect(text: &mut String, effect: &Effect) {
    wrap(text, "", "", &effect.verdict);
    for group in &effect.groups {
        wrap(text, &format!("  {} ", group.what.mark()), "    ", &format!("{}: {}", group.names(), group.words()));
    }
    for said in &effect.rollout {
        wrap(text, "  ", "    ", said);
    }
}
