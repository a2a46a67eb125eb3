//! `man` and `help`: short pages in plain words.

use crate::kubectl::Output;

const PAGES: &str = include_str!("man.txt");

/// What `help` prints.
const HELP: &str = "\
Commands:
  kubectl …: talk to the cluster; k is short for it, kubectl help lists what it can
  node …: add, remove, switch off or break a machine; node help lists how
  why …: why there is a pod on a node, or none; why help lists how
  whatif …: what a command would do, tried on a copy of the cluster
  ls, cat, cp, mv, rm, mkdir, touch, diff, comm: the files of the editor
  grep, head, tail, wc, sort, uniq, cut, tr, sed, awk, xargs, column, jq, yq: text
  echo, printf, seq, sleep, watch, date, env, history, clear

Join commands with ; && || | and &, write output to a file with > or >>, read one
with <. Variables, $(…), $((…)), *, {a,b}, if, for, while and here-documents work
as in bash. man NAME says more about a command. Ctrl-C ends one that waits, ↑ and ↓
bring back earlier lines, Tab completes.
";

/// `man NAME`, `help [NAME]`.
pub(super) fn man(name: &str, args: &[String], out: &mut Output) -> i32 {
    let asked: Vec<&String> = args.iter().filter(|arg| !arg.starts_with('-') && arg.parse::<u8>().is_err()).collect();
    if asked.is_empty() {
        if name == "help" {
            out.out(HELP);
            return 0;
        }
        out.err("What manual page do you want?\nFor example, try 'man man'.\n");
        return 1;
    }
    let mut exit = 0;
    for topic in asked {
        match page(topic) {
            Some(text) => out.out(&text),
            None if name == "help" => {
                out.warn(format_args!("bash: line 1: help: no help topics match `{topic}'.  Try `man {topic}'.\n"));
                exit = 1;
            }
            None => {
                out.warn(format_args!("No manual entry for {topic}\n"));
                exit = 16;
            }
        }
    }
    exit
}

/// The page of a command.
pub(super) fn page(topic: &str) -> Option<String> {
    let mut pages = PAGES.split("\n\n").filter_map(|page| page.trim_matches('\n').split_once('\n'));
    let (head, text) = pages.find(|(head, _)| {
        let names = head.split(" - ").next().unwrap_or_default();
        names.split(", ").any(|name| name == topic)
    })?;
    let text: String = text.lines().map(|line| format!("       {line}\n")).collect();
    Some(format!("NAME\n       {head}\n\nHOW TO\n{text}"))
}
