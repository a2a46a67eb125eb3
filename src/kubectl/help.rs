//! Help, in our own words: `help/pages.txt` holds the pages, `help/flags.txt` a sentence for each flag.
//!
//! In the file of pages `* ` begins a group of commands and `= ` a page, with its other names; below stand the usage, the purpose
//! in one line, and lines to try, with a remark (`# `) above those that need one.

use super::args::{self, Flag, Takes};
use super::error::{Failure, Result};
use super::table::TabWriter;
use super::{Outcome, Output, Stream, flags, in_order, misc};

/// What is said of a command.
#[derive(Debug, Default)]
struct Page {
    /// The group of its verb.
    group: &'static str,
    /// The command: `create configmap`.
    name: &'static str,
    /// Other names of its last word, as they are listed: `configmap, cm`.
    names: &'static str,
    usage: &'static str,
    purpose: &'static str,
    /// Lines to try, and remarks.
    examples: Vec<&'static str>,
}

impl Page {
    /// The command it belongs to, empty for a verb, and its own last word.
    fn place(&self) -> (&'static str, &'static str) {
        self.name.rsplit_once(' ').unwrap_or(("", self.name))
    }

    /// Whether its last word is called so.
    fn is_called(&self, word: &str) -> bool {
        self.place().1 == word || self.names.split(", ").skip(1).any(|name| name == word)
    }

    /// Its purpose in one sentence.
    fn summary(&self) -> &'static str {
        self.purpose.split_inclusive(". ").next().unwrap_or_default().trim_end()
    }
}

/// All pages, in the order in which they are listed.
fn pages() -> Vec<Page> {
    let (mut pages, mut group): (Vec<Page>, _) = (vec![], "");
    for line in include_str!("help/pages.txt").lines() {
        if let Some(heading) = line.strip_prefix("* ") {
            group = heading;
        } else if let Some(names) = line.strip_prefix("= ") {
            let name = names.split(", ").next().unwrap_or_default();
            pages.push(Page { group, name, names, ..Page::default() });
        } else if let Some(page) = pages.last_mut() {
            match line.strip_prefix("usage: ") {
                Some(usage) => page.usage = usage,
                None if page.purpose.is_empty() => page.purpose = line,
                None => page.examples.push(line),
            }
        }
    }
    pages
}

/// The last words of a command's subcommands; of the verbs' where it is empty.
pub(crate) fn subcommands(command: &str) -> Vec<String> {
    let its = pages().into_iter().filter(|page| page.place().0 == command && !page.name.is_empty());
    its.map(|page| page.place().1.to_owned()).collect()
}

/// Whether there is such a command, by any of its names.
pub(super) fn is_command(command: &str) -> bool {
    let (parent, word) = command.rsplit_once(' ').unwrap_or(("", command));
    pages().iter().any(|page| page.place().0 == parent && page.is_called(word))
}

/// Subcommands that kubectl has and the playground has not.
const ABSENT: &str = "auth reconcile, cluster-info dump, config delete-cluster, config delete-user, config set-cluster, config \
    set-credentials, create token";

/// The page of a command and its subcommands, as far as the words name any; flags may stand between them.
///
/// # Errors
/// The playground does not simulate it.
fn page_of<'a>(pages: &'a [Page], words: &[String]) -> Result<Option<&'a Page>> {
    let mut found: Option<&Page> = None;
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        if word.starts_with('-') {
            if args::takes_next(word) {
                rest.next();
            }
            continue;
        }
        let parent = found.map_or("", |page| page.name);
        let path = [parent, " ", word].concat();
        if ABSENT.split(", ").any(|absent| absent == path) {
            return Err(Failure::refused(format_args!("the playground does not simulate kubectl {path}")));
        }
        match pages.iter().find(|page| page.place().0 == parent && page.is_called(word)) {
            Some(page) => found = Some(page),
            None => break,
        }
    }
    Ok(found)
}

/// `kubectl VERB … --help`.
pub(crate) fn asked(verb: &str, words: &[String], out: &mut Output) -> Result<Outcome> {
    let pages = pages();
    match page_of(&pages, &[&[verb.to_owned()], words].concat())? {
        Some(page) => print_page(page, &pages, out),
        None => return Err(misc::unknown(verb)),
    }
    Ok(Outcome::Done(0))
}

/// `kubectl help TOPIC`.
pub(crate) fn topic(words: &[String], out: &mut Output) -> Result<Outcome> {
    let pages = pages();
    match page_of(&pages, words)? {
        Some(page) => print_page(page, &pages, out),
        None => {
            if let Some(verb) = words.first() {
                if misc::is_verb(verb) {
                    return Err(misc::unknown(verb));
                }
                let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
                out.warn(format_args!("Unknown help topic [{}]\n\n", quoted.join(" ")));
                wanted("", out);
                return Ok(Outcome::Done(0));
            }
            print_all(&pages, out);
        }
    }
    Ok(Outcome::Done(0))
}

/// Prints the page of a command, or of kubectl where there is none.
pub(crate) fn print(command: &str, out: &mut Output) {
    let pages = pages();
    match pages.iter().find(|page| page.name == command) {
        Some(page) => print_page(page, &pages, out),
        None => print_all(&pages, out),
    }
}

/// A command that wants a subcommand shows its page and fails (`cmd/util`, `DefaultSubCommandRun`): on standard error, but for
/// `rollout`.
pub(crate) fn wanted(command: &str, out: &mut Output) -> Outcome {
    let mut page = Output::default();
    print(command, &mut page);
    let stream = if command == "rollout" { Stream::Out } else { Stream::Err };
    page.chunks.iter().for_each(|chunk| out.push(stream, &chunk.text));
    Outcome::Done(1)
}

/// `kubectl options`: the flags that every command has.
pub(crate) fn options(out: &mut Output) {
    out.out("Every command takes these flags. Those about connections and certificates change nothing here.\n\n");
    print_flags(args::GLOBAL.split_ascii_whitespace().map(Flag::read), out);
}

/// What kubectl is, and its commands by groups.
fn print_all(pages: &[Page], out: &mut Output) {
    out.out("kubectl talks to the API server of the cluster.\n");
    let mut list = String::new();
    let mut group = "";
    for page in pages.iter().filter(|page| page.place().0.is_empty()) {
        if page.group != group {
            group = page.group;
            list.push_str(&["\n", group, ":\n"].concat());
        }
        list.push_str(&format!("  {:<15} {}\n", page.name, page.summary()));
    }
    out.out(&list);
    let absent: Vec<&str> = misc::verbs_without(&|verb| pages.iter().any(|page| page.name == verb));
    out.print(format_args!("\nThe playground does not simulate {}.\n", absent.join(", ")));
    out.out("\nUsage:\n  kubectl [flags] [options]\n");
    print_end("", out);
}

fn print_page(page: &Page, pages: &[Page], out: &mut Output) {
    out.print(format_args!("{}\n", page.purpose));
    if page.names.contains(',') {
        let own = page.place().1;
        let others = page.names.split_once(", ").map_or("", |(_, others)| others);
        out.print(format_args!("\nAliases:\n  {own}, {others}\n"));
    }
    if !page.examples.is_empty() {
        out.out("\nExamples:\n");
        page.examples.iter().for_each(|line| out.print(format_args!("  {line}\n")));
    }
    let mut parts = pages.iter().filter(|part| part.place().0 == page.name).peekable();
    let is_group = parts.peek().is_some();
    if is_group {
        out.out("\nCommands:\n");
        parts.for_each(|part| out.print(format_args!("  {:<20} {}\n", part.place().1, part.summary())));
    }
    let mut flags: Vec<Flag> = flags::flags_of(page.name).collect();
    if !flags.is_empty() {
        in_order(&mut flags, &|a, b| a.name.cmp(b.name));
        out.out("\nFlags:\n");
        print_flags(flags.into_iter(), out);
    }
    out.print(format_args!("\nUsage:\n  kubectl {} [options]\n", page.usage));
    print_end(if is_group { page.name } else { "-" }, out);
}

/// Where to read on; a group of commands, or none (`-`).
fn print_end(group: &str, out: &mut Output) {
    out.out("\n");
    if group != "-" {
        let space = if group.is_empty() { "" } else { " " };
        out.print(format_args!("\"kubectl {group}{space}<command> --help\" tells more about a command.\n"));
    }
    out.out("\"kubectl options\" lists the flags that every command takes.\n");
}

fn print_flags(flags: impl Iterator<Item = Flag>, out: &mut Output) {
    let lines: String = flags.map(line).collect();
    out.out(&TabWriter::describe().format(&lines));
}

/// A flag and what it does: `-o, --output=…` and a sentence.
fn line(flag: Flag) -> String {
    let short = if flag.short.is_empty() { "    ".to_owned() } else { format!("-{}, ", flag.short) };
    let value = match flag.takes {
        Takes::Value => "=…".to_owned(),
        Takes::Nothing => String::new(),
        Takes::Perhaps(without) => format!("[={without}]"),
    };
    format!("  {short}--{}{value}\t{}\n", flag.name, meaning(flag.name))
}

/// What a flag does, in a sentence.
fn meaning(flag: &str) -> &'static str {
    let mut lines = include_str!("help/flags.txt").lines();
    lines.find_map(|line| line.strip_prefix(flag)?.strip_prefix(": ")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::kubectl::args::Args;
    use crate::kubectl::{Context, KubeConfig, SIMULATED, create};
    use crate::sim::{Config, Simulation};

    fn sorted(mut words: Vec<&str>) -> Vec<&str> {
        in_order(&mut words, &|a, b| a.cmp(b));
        words
    }

    #[test]
    fn every_command_has_a_page() {
        let pages = pages();
        let of = |parent: &str| sorted(pages.iter().map(Page::place).filter(|at| at.0 == parent).map(|at| at.1).collect());
        assert_eq!(of(""), sorted(SIMULATED.split_ascii_whitespace().collect()));
        let makers: Vec<&str> = create::names().collect();
        for names in &makers {
            assert!(pages.iter().any(|page| page.names == ["create ", names].concat()), "{names}");
        }
        assert_eq!(of("create").len() + of("create secret").len() + of("create service").len(), makers.len() + 2);
        for (parent, parts) in [
            ("apply", "edit-last-applied set-last-applied view-last-applied"),
            ("auth", "can-i whoami"),
            (
                "config",
                "current-context delete-context get-clusters get-contexts get-users rename-context set set-context unset use-context view",
            ),
            ("rollout", "history pause restart resume status undo"),
            ("set", "env image resources selector serviceaccount subject"),
            ("top", "node pod"),
        ] {
            assert_eq!(of(parent).join(" "), parts);
        }
    }

    #[test]
    fn every_page_is_whole() {
        for Page { group, name, usage, purpose, .. } in pages() {
            assert!(!group.is_empty() && purpose.ends_with('.'), "{name}");
            assert!(usage == name || usage.starts_with(&format!("{name} ")), "{name}: {usage}");
        }
    }

    #[test]
    fn every_flag_has_a_meaning() {
        let global = args::GLOBAL.split_ascii_whitespace().map(Flag::read);
        let own = pages().into_iter().flat_map(|page| flags::flags_of(page.name));
        let mut silent: Vec<&str> = global.chain(own).map(|flag| flag.name).collect();
        silent.retain(|flag| meaning(flag).is_empty());
        assert_eq!(silent, Vec::<&str>::new());
    }

    /// The words of a line, as a shell would read those of the examples.
    fn words(line: &str) -> Vec<String> {
        let (mut words, mut quoted) = (vec![String::new()], false);
        for c in line.chars() {
            match c {
                '\'' => quoted = !quoted,
                ' ' if !quoted => words.push(String::new()),
                c => words.last_mut().expect("one").push(c),
            }
        }
        words.iter().take_while(|word| *word != ">").cloned().collect()
    }

    const DS: &str = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: fluentd}\nspec:\n  selector: {matchLabels: {name: fluentd}}\n  \
        template:\n    metadata: {labels: {name: fluentd}}\n    spec: {containers: [{name: fluentd, image: 'fluent/fluentd:v1.16'}]}\n";

    /// What a command says in a cluster that has the DaemonSet of the examples.
    fn run(words: &[String]) -> String {
        let mut sim = Simulation::new(&Config::default());
        let files = BTreeMap::from([("ds.yaml".to_owned(), DS.to_owned())]);
        let (variables, mut config) = (BTreeMap::new(), KubeConfig::default());
        let mut context =
            Context { sim: &mut sim, files: &files, variables: &variables, stdin: Some(DS), config: &mut config };
        let mut out = Output::default();
        let apply: Vec<String> = ["apply", "-f", "ds.yaml"].map(str::to_owned).to_vec();
        crate::kubectl::run(&apply, &mut context, &mut out);
        assert!(format!("{out:?}").contains("daemonset.apps/fluentd created"));
        out.chunks.clear();
        crate::kubectl::run(words, &mut context, &mut out);
        format!("{out:?}")
    }

    #[test]
    fn every_example_can_be_typed() {
        let pages = pages();
        for page in &pages {
            let lines = page.examples.iter().filter(|line| !line.starts_with("# "));
            let mut is_about_it = page.examples.is_empty();
            for command in lines.flat_map(|line| line.split(" | ")) {
                let Some(line) = command.strip_prefix("kubectl ") else {
                    assert!(command.starts_with("sed ") || command.starts_with("cat "), "{command}");
                    continue;
                };
                let words = words(line);
                let about = page_of(&pages, &words).expect("simulated").expect("a page");
                is_about_it |= about.name.starts_with(page.name);
                let before_dashes = words.split(|word| word == "--").next().unwrap_or_default();
                if let Err(failure) = Args::parse(before_dashes, flags::text(about.name), "kubectl") {
                    panic!("{line}: {failure}");
                }
                let said = run(&words);
                assert!(!said.contains("does not simulate") && !said.contains(" -h' for help"), "{line}: {said}");
            }
            assert!(is_about_it, "{}", page.name);
        }
    }
}
