//! What a command line means, so that any right way of typing it is accepted.
//!
//! `kubectl get ds -owide`, `kubectl get daemonsets.apps --output wide` and `k -n default get daemonset -o=wide` mean the same.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::api::Kind;
use crate::api::sorted::SortedSet;

/// One command with what it is about, without how it was spelt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Meaning {
    /// The program; `kubectl` for `k`.
    program: String,
    /// kubectl's verb, with its second word where it has one: `rollout status`.
    verb: String,
    /// The resources in their plural.
    kinds: SortedSet<String>,
    /// The names of objects.
    names: SortedSet<String>,
    /// Flags by their long name; those without a value have `true`.
    flags: BTreeMap<String, String>,
    /// Every other word.
    words: SortedSet<String>,
}

/// How well a command fits a wanted one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// It does.
    Yes,
    /// All but this flag, as people type it.
    Lacks(String),
    /// Not at all.
    No,
}

/// Verbs that have a second word.
const TWO_WORDS: [&str; 5] = ["rollout", "set", "config", "auth", "top"];
/// Verbs whose arguments are nodes.
const ABOUT_NODES: [&str; 3] = ["cordon", "uncordon", "drain"];
/// Verbs that change nothing.
const LOOKING: [&str; 25] = [
    "",
    "get",
    "describe",
    "logs",
    "events",
    "explain",
    "diff",
    "wait",
    "rollout status",
    "rollout history",
    "auth can-i",
    "auth whoami",
    "top node",
    "top pod",
    "version",
    "cluster-info",
    "api-resources",
    "api-versions",
    "config view",
    "config current-context",
    "config get-contexts",
    "completion",
    "help",
    "whatif",
    "why",
];
/// Verbs whose first argument is a resource.
const ABOUT_RESOURCES: [&str; 11] =
    ["get", "describe", "delete", "rollout", "set", "label", "annotate", "taint", "edit", "patch", "wait"];
/// Short flags with their long names.
const SHORT: [(char, &str); 9] = [
    ('n', "namespace"),
    ('o', "output"),
    ('l', "selector"),
    ('f', "filename"),
    ('L', "label-columns"),
    ('c', "container"),
    ('A', "all-namespaces"),
    ('w', "watch"),
    ('R', "recursive"),
];
/// Long flags that take a value even without `=`.
const WITH_VALUE: [&str; 14] = [
    "namespace",
    "output",
    "selector",
    "filename",
    "label-columns",
    "container",
    "field-selector",
    "sort-by",
    "to-revision",
    "revision",
    "timeout",
    "grace-period",
    "patch",
    "type",
];

impl Meaning {
    /// What each command of a command line means: those of a pipe or a list one by one.
    pub(super) fn of_line(line: &str) -> Vec<Meaning> {
        split(line).into_iter().filter(|words| !words.is_empty()).map(|words| Meaning::of_words(&words)).collect()
    }

    /// What a command is to mean, given as a mapping: `{verb: rollout status, resource: ds, name: fluentd, flags: {watch: true}}`.
    pub(super) fn from_value(value: &Value) -> Result<Meaning, String> {
        let map = value.as_object().ok_or("a command is a text or a mapping with `verb`")?;
        let mut meaning = Meaning { program: "kubectl".to_owned(), ..Meaning::default() };
        for (key, value) in map {
            let text = || value.as_str().map(str::to_owned).ok_or_else(|| format!("`{key}` is a text"));
            match key.as_str() {
                "verb" => meaning.verb = text()?,
                "resource" => meaning.kinds.extend(text()?.split(',').map(plural)),
                "name" => {
                    meaning.names.insert(text()?);
                }
                "flags" => {
                    let flags = value.as_object().ok_or("`flags` is a mapping: {output: wide, watch: true}")?;
                    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    meaning.flags.extend(flags.iter().map(|(flag, value)| (flag.clone(), text(value))));
                }
                "exit" => {}
                other => {
                    return Err(format!("a command has no `{other}`; it has `verb`, `resource`, `name`, `flags`, `exit`"));
                }
            }
        }
        if meaning.verb.is_empty() {
            return Err("a command needs its `verb`".to_owned());
        }
        Ok(meaning)
    }

    /// Whether it is meant to change the cluster, wherever in a line it stands (`do kubectl …`, `xargs kubectl …`).
    pub(super) fn changes_something(&self) -> bool {
        match self.program.as_str() {
            "kubectl" => {
                let asks = ["help", "dry-run"].into_iter().any(|flag| self.flags.contains_key(flag));
                !asks && !LOOKING.contains(&self.verb.as_str())
            }
            "node" => !self.words.contains("list"),
            _ => false,
        }
    }

    /// How well `given`, which somebody typed, fits this one, which was wanted. What is asked for beyond it does no harm.
    pub(super) fn fit(&self, given: &Meaning) -> Fit {
        let everything = given.kinds.contains("all");
        let names_optional = given.names.is_empty() && ["get", "describe"].contains(&given.verb.as_str());
        let same = self.program == given.program
            && self.verb == given.verb
            && (everything || self.kinds.is_subset(&given.kinds))
            && (names_optional || self.names.is_subset(&given.names))
            && self.words.is_subset(&given.words)
            && self.same_namespace(given);
        if !same {
            return Fit::No;
        }
        let lacking = self.flags.iter().find(|(flag, value)| *flag != "namespace" && given.flags.get(*flag) != Some(value));
        lacking.map_or(Fit::Yes, |(flag, value)| Fit::Lacks(spell(flag, value)))
    }

    fn same_namespace(&self, given: &Meaning) -> bool {
        let namespaced = |kind: &String| Kind::from_argument(kind).is_none_or(Kind::is_namespaced);
        let namespace = |meaning: &Meaning| meaning.flags.get("namespace").cloned().unwrap_or_else(|| "default".to_owned());
        !self.kinds.iter().any(namespaced)
            || given.flags.contains_key("all-namespaces")
            || self.flags.contains_key("all-namespaces")
            || namespace(self) == namespace(given)
    }

    fn of_words(words: &[String]) -> Meaning {
        const BEFORE: [&str; 8] = ["do", "then", "else", "if", "while", "until", "!", "time"];
        let before = words.iter().take_while(|word| BEFORE.contains(&word.as_str())).count();
        let behind_xargs = words.iter().take(1).any(|word| word == "xargs");
        let kubectl = || words.iter().position(|word| word == "kubectl" || word == "k");
        let words = &words[if behind_xargs { kubectl().unwrap_or(0) } else { before }..];
        let (program, rest) = words.split_first().map_or(("", words), |(program, rest)| (program.as_str(), rest));
        if program != "kubectl" && program != "k" {
            let words = rest.iter().map(|word| file_name(word)).collect();
            return Meaning { program: program.to_owned(), words, ..Meaning::default() };
        }
        let mut meaning = Meaning { program: "kubectl".to_owned(), ..Meaning::default() };
        let mut arguments = meaning.take_flags(rest).into_iter().peekable();
        let first = arguments.next().unwrap_or_default();
        meaning.verb.clone_from(&first);
        if TWO_WORDS.contains(&first.as_str())
            && let Some(second) = arguments.next()
        {
            meaning.verb = format!("{first} {second}");
        }
        if ABOUT_NODES.contains(&first.as_str()) {
            meaning.kinds.insert("nodes".to_owned());
        } else if ABOUT_RESOURCES.contains(&first.as_str())
            && let Some(resources) = arguments.next_if(|argument| !argument.contains('/'))
        {
            meaning.kinds.extend(resources.split(',').map(plural));
        }
        for argument in arguments {
            match argument.split_once('/') {
                _ if argument.contains(['=', ':']) || argument.ends_with('-') => meaning.words.insert(argument),
                Some((kind, name)) => {
                    meaning.kinds.insert(plural(kind));
                    meaning.names.insert(name.to_owned())
                }
                None => meaning.names.insert(argument),
            };
        }
        meaning
    }

    /// Keeps the flags, gives the other words back.
    fn take_flags(&mut self, words: &[String]) -> Vec<String> {
        let mut arguments = vec![];
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if let Some(long) = word.strip_prefix("--") {
                let (flag, value) =
                    long.split_once('=').map_or((long, None), |(flag, value)| (flag, Some(value.to_owned())));
                let value = value.or_else(|| WITH_VALUE.contains(&flag).then(|| words.next().cloned()).flatten());
                self.add_flag(flag, value);
            } else if let Some(short) = word.strip_prefix('-').filter(|short| !short.is_empty()) {
                for (at, letter) in short.char_indices() {
                    let long = SHORT.iter().find(|(short, _)| *short == letter).map_or("", |(_, long)| *long);
                    if WITH_VALUE.contains(&long) {
                        let rest = &short[at + letter.len_utf8()..];
                        let value = if rest.is_empty() {
                            words.next().cloned()
                        } else {
                            Some(rest.trim_start_matches('=').to_owned())
                        };
                        self.add_flag(long, value);
                        break;
                    }
                    self.add_flag(if long.is_empty() { short } else { long }, None);
                }
            } else {
                arguments.push(word.clone());
            }
        }
        arguments
    }

    fn add_flag(&mut self, flag: &str, value: Option<String>) {
        let value = value.unwrap_or_else(|| "true".to_owned());
        let value = if flag == "filename" { file_name(&value) } else { value };
        self.flags.insert(flag.to_owned(), value);
    }
}

/// A flag as people type it.
fn spell(flag: &str, value: &str) -> String {
    let short = SHORT.iter().find(|(_, long)| *long == flag).map(|(short, _)| *short);
    match (short, value) {
        (Some(short), "true") => format!("-{short}"),
        (Some(short), value) => format!("-{short} {value}"),
        (None, "true") => format!("--{flag}"),
        (None, value) => format!("--{flag}={value}"),
    }
}

fn plural(resource: &str) -> String {
    Kind::from_argument(resource).map_or_else(|| resource.to_ascii_lowercase(), |kind| kind.plural().to_owned())
}

fn file_name(word: &str) -> String {
    word.strip_prefix("./").unwrap_or(word).to_owned()
}

/// The words of each command of a line.
fn split(line: &str) -> Vec<Vec<String>> {
    let mut commands = vec![vec![]];
    let mut word: Option<String> = None;
    let mut redirected = false;
    let mut chars = line.chars().peekable();
    loop {
        let c = chars.next();
        let ends_word = c.is_none_or(|c| c.is_whitespace() || "|&;<>\n".contains(c));
        if ends_word
            && let Some(word) = word.take()
            && !std::mem::take(&mut redirected)
            && let Some(command) = commands.last_mut()
        {
            command.push(word);
        }
        match c {
            None => return commands,
            Some('|' | ';' | '&' | '\n') => commands.push(vec![]),
            Some('>') => redirected = true,
            Some(_) if ends_word => {}
            Some('#') if word.is_none() => while chars.next_if(|&c| c != '\n').is_some() {},
            Some('\\') => word.get_or_insert_default().extend(chars.next()),
            Some(quote @ ('\'' | '"')) => {
                let word = word.get_or_insert_default();
                while let Some(c) = chars.next().filter(|&c| c != quote) {
                    match c {
                        '\\' if quote == '"' => word.extend(chars.next()),
                        c => word.push(c),
                    }
                }
            }
            Some(c) => word.get_or_insert_default().push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(wanted: &str, given: &str) -> Fit {
        let wanted = Meaning::of_line(wanted).remove(0);
        let fits: Vec<Fit> = Meaning::of_line(given).iter().map(|given| wanted.fit(given)).collect();
        let of = |kind: fn(&&Fit) -> bool| fits.iter().find(kind).cloned();
        of(|fit| **fit == Fit::Yes).or_else(|| of(|fit| matches!(fit, Fit::Lacks(_)))).unwrap_or(Fit::No)
    }

    #[test]
    fn any_right_spelling_fits() {
        for given in [
            "kubectl get daemonsets",
            "kubectl  get   ds ",
            "k get DaemonSet",
            "kubectl get daemonsets.apps -o wide",
            "kubectl get ds,pods",
            "kubectl get pods,ds --show-labels",
            "kubectl -n default get ds",
            "kubectl get all",
            "kubectl get ds -A",
            "kubectl get ds | grep flu",
            "clear; kubectl get 'ds' > out.txt",
            "kubectl get ds/fluentd",
            "kubectl get ds fluentd # my agent",
        ] {
            assert_eq!(fits("kubectl get daemonsets", given), Fit::Yes, "{given}");
        }
        for given in
            ["kubectl get pods", "kubectl describe ds", "echo kubectl get ds", "kubectl get ds -n kube-system", "", "ls"]
        {
            assert_eq!(fits("kubectl get daemonsets", given), Fit::No, "{given}");
        }
    }

    #[test]
    fn flags_fit_however_they_are_spelt() {
        for given in ["-o wide", "-owide", "-o=wide", "--output wide", "--output=wide", "-Ao wide", "-o 'wide'"] {
            let given = format!("kubectl get pods {given}");
            assert_eq!(fits("kubectl get pods -o wide", &given), Fit::Yes, "{given}");
        }
        assert_eq!(fits("kubectl get pods -o wide", "kubectl get po"), Fit::Lacks("-o wide".to_owned()));
        assert_eq!(fits("kubectl get pods -w", "kubectl get po"), Fit::Lacks("-w".to_owned()));
        assert_eq!(fits("kubectl apply -f ds.yaml", "kubectl apply -f ./ds.yaml"), Fit::Yes);
        assert_eq!(fits("kubectl get pods -n kube-system", "kubectl get pods -n kube-system"), Fit::Yes);
        assert_eq!(fits("kubectl get pods -n kube-system", "kubectl get pods"), Fit::No);
    }

    #[test]
    fn names_count_where_they_matter() {
        assert_eq!(fits("kubectl rollout status ds/fluentd", "kubectl rollout status daemonset fluentd"), Fit::Yes);
        assert_eq!(fits("kubectl rollout status ds/fluentd", "kubectl rollout status ds/other"), Fit::No);
        assert_eq!(fits("kubectl describe ds fluentd", "kubectl describe ds"), Fit::Yes);
        assert_eq!(fits("kubectl describe node worker-1", "kubectl describe nodes -l a=b"), Fit::Yes);
        assert_eq!(fits("kubectl label node worker-1 gpu=true", "kubectl label no worker-1 worker-2 gpu=true"), Fit::Yes);
        assert_eq!(fits("kubectl label node worker-1 gpu-", "kubectl label node worker-1 gpu=true"), Fit::No);
        assert_eq!(fits("kubectl cordon worker-1", "kubectl cordon node/worker-1"), Fit::Yes);
        assert_eq!(fits("cat ds.yaml", "cat ./ds.yaml | head"), Fit::Yes);
        assert_eq!(fits("cat ds.yaml", "cat other.yaml"), Fit::No);
    }

    #[test]
    fn looking_is_told_from_changing() {
        let check = |line: &str, expected: bool| {
            assert_eq!(Meaning::of_line(line).iter().any(Meaning::changes_something), expected, "{line}");
        };
        for looking in [
            "kubectl get ds -w",
            "k rollout status ds/a",
            "kubectl apply -f x --dry-run=client",
            "sed -i s/a/b/ ds.yaml",
            "kubectl delete --help",
            "echo kubectl delete",
            "kubectl",
            "node list",
        ] {
            check(looking, false);
        }
        for changing in [
            "kubectl apply -f x",
            "cat x | k apply -f -",
            "kubectl get ds; kubectl rollout undo ds/a",
            "for n in a b; do kubectl label node $n x=y; done",
            "kubectl get no -o name | xargs -n1 kubectl cordon",
            "node add worker-4",
        ] {
            check(changing, true);
        }
    }

    #[test]
    fn nothing_that_is_typed_panics() {
        for line in
            ["'", "\"\\", "kubectl -", "kubectl --", "kubectl -ö wide", "kubectl get -o", "|||", "a\\", "k rollout", "> >"]
        {
            Meaning::of_line(line);
        }
    }
}
