//! Command lines taken apart, and what of them may be run on somebody's own machine.

/// What becomes of a command of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// These words behind `kubectl`.
    Kubectl(Vec<String>),
    /// These behind `node`.
    Node(Vec<String>),
    /// These behind `sleep`: how many seconds.
    Sleep(u64),
    /// Nothing: why.
    Not(&'static str),
}

/// Verbs that change or show objects and come to an end by themselves.
const VERBS: [&str; 24] = [
    "annotate",
    "api-resources",
    "apply",
    "autoscale",
    "cordon",
    "create",
    "delete",
    "describe",
    "diff",
    "drain",
    "events",
    "explain",
    "expose",
    "get",
    "label",
    "patch",
    "replace",
    "rollout",
    "run",
    "scale",
    "set",
    "taint",
    "uncordon",
    "version",
];
/// Flags that lead to another cluster, to another person's rights, to a file or program of the machine, or to no end.
const NOT_FLAGS: [&str; 24] = [
    "as",
    "as-group",
    "as-uid",
    "cache-dir",
    "certificate-authority",
    "client-certificate",
    "client-key",
    "cluster",
    "context",
    "from-env-file",
    "from-file",
    "insecure-skip-tls-verify",
    "kubeconfig",
    "kuberc",
    "kustomize",
    "profile",
    "profile-output",
    "raw",
    "server",
    "tls-server-name",
    "token",
    "user",
    "watch",
    "watch-only",
];

/// Formats that are read from a file.
const OTHER_FILES: [&str; 4] = ["jsonpath-file", "template-file", "templatefile", "columns-file"];

/// The commands of a line, in order.
pub(super) fn commands(line: &str) -> Vec<Command> {
    match split(line) {
        Some(commands) => commands.iter().map(|words| judge(words)).collect(),
        None => vec![Command::Not("only kubectl commands without pipes, variables and redirections are replayed")],
    }
}

fn judge(words: &[String]) -> Command {
    let rest = || words[1..].to_vec();
    match words[0].as_str() {
        "kubectl" | "k" => may_run(rest()),
        "node" => Command::Node(rest()),
        "sleep" => match words.get(1).and_then(|word| word.trim_end_matches('s').parse().ok()) {
            Some(seconds) => Command::Sleep(seconds),
            None => Command::Not("how long to sleep could not be read"),
        },
        "why" | "whatif" => Command::Not("only the playground can tell"),
        _ => Command::Not("only kubectl commands are replayed"),
    }
}

fn may_run(words: Vec<String>) -> Command {
    let verb = words.iter().find(|word| !word.starts_with('-')).map(String::as_str).unwrap_or_default();
    let is_first = words.first().is_some_and(|word| word == verb);
    let own = words.iter().take_while(|word| *word != "--");
    let is_fine = |word: &String| {
        let Some(flag) = word.strip_prefix("--") else {
            // Short flags: -s is --server, -k --kustomize, -w --watch; what they are given may stand in the same word.
            let short = word.strip_prefix('-').filter(|rest| !rest.is_empty());
            return short.is_none_or(|short| !short.starts_with(['s', 'k', 'w', 'i', 't']));
        };
        !NOT_FLAGS.contains(&flag.split('=').next().unwrap_or_default())
    };
    let from_elsewhere = words.iter().any(|word| word.contains("://") || OTHER_FILES.iter().any(|of| word.contains(of)));
    let file = files_of(&words).into_iter().find(|file| !is_file(file));
    match () {
        () if verb.is_empty() || !is_first => Command::Not("the verb does not stand first"),
        () if verb == "edit" || verb == "wait" || !VERBS.contains(&verb) => Command::Not("this verb is not replayed"),
        () if !own.clone().all(is_fine) => Command::Not("one of its flags is not replayed"),
        () if from_elsewhere || file.is_some() => Command::Not("it reads something that is no file of the playground"),
        () if words.iter().any(|word| word.contains('\0') || word.contains('\n')) => {
            Command::Not("it has a line break in a word")
        }
        () => Command::Kubectl(words),
    }
}

/// What `-f`, `--filename` and `--patch-file` name.
fn files_of(words: &[String]) -> Vec<&str> {
    let mut files = vec![];
    let mut rest = words.iter().map(String::as_str);
    while let Some(word) = rest.next() {
        let in_word = ["--filename=", "--patch-file=", "-f=", "-f"].iter().find_map(|flag| word.strip_prefix(flag));
        files.extend(match word {
            "-f" | "--filename" | "--patch-file" => rest.next(),
            _ => in_word,
        });
    }
    files.into_iter().flat_map(|files| files.split(',')).collect()
}

/// Whether a name is one of a file below the directory in which the script works.
pub(super) fn is_file(name: &str) -> bool {
    let name = name.strip_prefix("./").unwrap_or(name);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-/ ".contains(c);
    name == "."
        || !name.is_empty()
            && !name.starts_with(['/', '-', '~', ' '])
            && name.split('/').all(|part| !part.is_empty() && part != ".." && part != ".")
            && name.chars().all(is_plain)
            && name.len() <= 200
}

/// The words of each command of a line; nothing where more is in it than words, quotes, `;`, `&&` and comments.
fn split(line: &str) -> Option<Vec<Vec<String>>> {
    let mut commands = vec![vec![]];
    let mut word: Option<String> = None;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        let is_between = word.is_none();
        match letter {
            ' ' | '\t' => {
                let last = commands.last_mut()?;
                last.extend(word.take());
            }
            '#' if is_between => while letters.next_if(|letter| *letter != '\n').is_some() {},
            ';' | '\n' => {
                commands.last_mut()?.extend(word.take());
                commands.push(vec![]);
            }
            '&' => {
                letters.next_if_eq(&'&')?;
                commands.last_mut()?.extend(word.take());
                commands.push(vec![]);
            }
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match letters.next()? {
                        '\'' => break,
                        inner => word.push(inner),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match letters.next()? {
                        '"' => break,
                        '$' | '`' => return None,
                        '\\' => match letters.next()? {
                            inner @ ('"' | '\\' | '$' | '`') => word.push(inner),
                            '\n' => {}
                            inner => word.extend(['\\', inner]),
                        },
                        inner => word.push(inner),
                    }
                }
            }
            '\\' => match letters.next()? {
                '\n' => {}
                inner => word.get_or_insert_default().push(inner),
            },
            '|' | '<' | '>' | '(' | ')' | '$' | '`' | '*' | '?' => return None,
            '!' | '{' | '}' | '[' | ']' | '~' if is_between => return None,
            other => word.get_or_insert_default().push(other),
        }
    }
    commands.last_mut()?.extend(word.take());
    commands.retain(|words| !words.is_empty());
    let is_control = |word: &String| {
        ["for", "while", "until", "if", "case", "do", "done", "then", "fi", "function"].contains(&word.as_str())
    };
    let is_assignment = |word: &String| {
        word.split_once('=').is_some_and(|(name, _)| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
    };
    (!commands.iter().any(|words| is_control(&words[0]) || is_assignment(&words[0]))).then_some(commands)
}

/// A word as a shell reads it back.
pub(super) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-/=:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// A text as the rest of a comment: one line of plain characters.
pub(super) fn comment(text: &str) -> String {
    const LONGEST: usize = 160;
    let plain = |c: char| if c.is_control() || is_direction(c) { ' ' } else { c };
    let mut line: String = text.chars().take(LONGEST).map(plain).collect();
    if text.chars().count() > LONGEST {
        line.push('…');
    }
    line
}

/// Characters that turn the direction of writing, or are not seen: a comment with them may not look like what it is.
const fn is_direction(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_words_are_taken() {
        let kubectl = |words: &[&str]| vec![Command::Kubectl(words.iter().map(|word| (*word).to_owned()).collect())];
        for (line, expected) in [
            ("kubectl get pods", kubectl(&["get", "pods"])),
            ("k label node worker-1 'a=b c'", kubectl(&["label", "node", "worker-1", "a=b c"])),
            ("kubectl apply -f ds.yaml # mine", kubectl(&["apply", "-f", "ds.yaml"])),
            (r#"kubectl patch ds a -p "{\"spec\":{}}""#, kubectl(&["patch", "ds", "a", "-p", "{\"spec\":{}}"])),
        ] {
            assert_eq!(commands(line), expected, "{line}");
        }
        assert_eq!(commands("kubectl get no; kubectl get po && sleep 3").len(), 3);
        for line in [
            "rm -rf ~",
            "kubectl get pods | sh",
            "kubectl get pods > /etc/passwd",
            "kubectl get $(reboot)",
            "kubectl get `reboot`",
            "kubectl get \"$(reboot)\"",
            "kubectl --context production delete ds a",
            "kubectl delete ds a --context=production",
            "kubectl delete ds a --kubeconfig=/root/.kube/config",
            "kubectl -s https://example.com delete ds a",
            "kubectl delete ds a -shttps://example.com",
            "kubectl delete ds a --token x",
            "kubectl apply -f https://example.com/x.yaml",
            "kubectl apply -f /etc/kubernetes/admin.conf",
            "kubectl apply -f ../../x.yaml",
            "kubectl apply -f../x.yaml",
            "kubectl apply --filename=/x.yaml",
            "kubectl apply -k .",
            "kubectl create secret generic a --from-file=/etc/shadow",
            "kubectl exec a -- sh",
            "kubectl cp a:/x /etc/x",
            "kubectl config use-context production",
            "kubectl some-plugin",
            "kubectl get pods -w",
            "kubectl get pods -o go-template-file=/etc/shadow",
            "kubectl proxy",
            "kubectl get --raw /",
            "kubectl get pods &",
            "kubectl get 'a\nb'",
            "KUBECONFIG=x kubectl get pods",
            "for n in a b; do kubectl delete node $n; done",
            "kubectl get pods '",
        ] {
            assert!(
                commands(line).iter().all(|command| !matches!(command, Command::Kubectl(_))),
                "{line}: {:?}",
                commands(line)
            );
        }
    }

    #[test]
    fn a_comment_stays_a_comment() {
        assert_eq!(comment("a\nrm -rf ~\u{202e}x\r"), "a rm -rf ~ x ");
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
    }
}
