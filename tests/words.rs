//! The page's words: each stands in every catalogue of `www/languages`, and none that a person sees is left out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Texts that are no language, though they look like it: names, what Kubernetes prints, what browsers are asked.
const NO_LANGUAGE: [&str; 26] = [
    " playground",
    "(pointer: coarse)",
    ".cells, .open-node, table, .menu",
    "Completed",
    "DaemonSet",
    "Delete",
    "Deutsch",
    "End",
    "English",
    "Escape",
    "Files",
    "Home",
    "Pending",
    "Ready",
    "Running",
    "Signal:{signal}",
    "Succeeded",
    "Terminating",
    "Ticker",
    "True",
    "Unknown",
    "ds/",
    "exit {code}",
    "name.yaml",
    "taint",
    "textarea, select, [contenteditable=true], input:not([type=range])",
];

/// Texts for people who look behind the page: on the browser's console, and in messages to the page around it.
const FOR_THE_CONSOLE: [&str; 7] = [
    "A part of the page",
    "The lessons",
    "The map",
    "The rest of the engine",
    "the rest of the engine did not arrive",
    "there are too many commands already",
    "this did not work",
];

/// Keys of the keyboard. Those that have other names elsewhere are translated one by one.
const KEYS: [&str; 6] = ["Ctrl", "Enter", "Esc", "Shift", "Space", "Tab"];

/// How command lines begin.
const COMMANDS: [&str; 2] = ["kubectl ", "node "];

/// Attributes of elements and components that a person sees or hears.
const SPOKEN: [&str; 6] = ["alt", "aria-description", "aria-label", "label", "placeholder", "title"];

#[test]
fn every_word_stands_in_every_catalogue_and_no_other_does() {
    let keys = keys();
    let mut wrong = vec![];
    for (language, entries) in catalogues() {
        let known: BTreeSet<&String> = entries.iter().map(|(key, _)| key).collect();
        wrong.extend(keys.iter().filter(|key| !known.contains(key)).map(|key| format!("{language} has no {key:?}")));
        wrong
            .extend(known.iter().filter(|key| !keys.contains(**key)).map(|key| format!("nobody says {key:?} ({language})")));
        wrong.extend(
            entries
                .iter()
                .filter(|(_, text)| text.trim().is_empty())
                .map(|(key, _)| format!("{language}: {key:?} is empty")),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn values_keep_their_places() {
    let mut wrong = vec![];
    for (language, entries) in catalogues() {
        wrong.extend(
            entries
                .iter()
                .filter(|(key, text)| places(key) != places(text))
                .map(|(key, text)| format!("{language}: {key:?} is {text:?}")),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_catalogue_is_in_order() {
    for (language, entries) in catalogues() {
        let out = entries.windows(2).find(|pair| pair[0].0 >= pair[1].0);
        assert!(out.is_none(), "{language}: {out:?}");
    }
}

#[test]
fn what_a_person_sees_can_be_said_in_another_language() {
    let mut wrong = vec![];
    for (file, tokens) in sources() {
        let said: BTreeSet<usize> = said(&tokens).into_iter().map(|(at, _)| at).collect();
        for (at, token) in tokens.iter().enumerate().filter(|(at, _)| !said.contains(at)) {
            let Kind::Text(text) = &token.kind else { continue };
            if is_language(attribute(&tokens, at).as_deref(), text) {
                wrong.push(format!("{}:{}: {text:?}", file.display(), token.line));
            }
        }
    }
    assert!(wrong.is_empty(), "neither `t`, `fill`, `count` nor `later` has these:\n{}", wrong.join("\n"));
}

#[test]
fn language_is_told_from_names() {
    let check = |attribute: Option<&str>, text: &str, expected: bool| {
        assert_eq!(is_language(attribute, text), expected, "{attribute:?} {text:?}");
    };
    check(None, "nothing yet", true);
    check(None, "{} nodes here", true);
    check(None, "Close", true);
    check(None, "{count} problems", false);
    check(None, "is-quiet is-small", false);
    check(None, "ArrowDown", false);
    check(None, "Ctrl K", false);
    check(None, "kubectl get nodes", false);
    check(None, "M5 3.2v9.6l7.6-4.8Z", false);
    check(Some("class"), "panel map", false);
    check(Some("title"), "role", true);
    check(Some(""), " ready", true);
    check(Some("aria-label"), "{name}", false);
}

#[test]
fn the_reader_of_sources_knows_texts_from_all_else() {
    let check = |source: &str, expected: &[&str]| {
        let tokens = read(source);
        let found: Vec<String> = said(&tokens).into_iter().map(|(_, text)| text).collect();
        assert_eq!(found, expected, "{source}");
    };
    check(r#"t("a")"#, &["a"]);
    check(r#"let t = |x: &'a str| 'b'; at("c"); x.t("d"); fn t("e") {}"#, &[]);
    check(r#"t(if x { "a" } else { "b" }), "c""#, &["a", "b"]);
    check(r#"fill("a {0}", &[&"b"])"#, &["a {0}"]);
    check(r#"count(n(1, 2), "one", "many")"#, &["one", "many"]);
    check("// t(\"a\")\n/* t(\"b\") */ later(\"c\\n\\\"\\u{e9}\") r#\"t(\"d\")\"#", &["c\n\"é"]);
    check("t(\"a \\\n   b\")", &["a b"]);
    check(r#"['\'', '\n', '"', t("a")]"#, &["a"]);
}

/// Everything that the page says.
fn keys() -> BTreeSet<String> {
    sources().iter().flat_map(|(_, tokens)| said(tokens)).map(|(_, text)| text).collect()
}

/// Each language with its catalogue, in the order of the file.
fn catalogues() -> BTreeMap<String, Vec<(String, String)>> {
    let files = files(&root().join("www/languages"), "json");
    let catalogues: BTreeMap<String, Vec<(String, String)>> = files
        .iter()
        .map(|file| {
            let text = std::fs::read_to_string(file).expect("a catalogue");
            // Not as an object: that would put the entries in order, and keep only the last of the same.
            let lines = text.lines().filter_map(|line| line.trim().strip_suffix(',').or(Some(line.trim())));
            let entries = lines.filter(|line| line.starts_with('"')).map(|line| {
                let entry: BTreeMap<String, String> =
                    serde_json::from_str(&format!("{{{line}}}")).expect("one entry a line");
                entry.into_iter().next().expect("an entry")
            });
            (file.file_stem().expect("a name").to_string_lossy().into_owned(), entries.collect())
        })
        .collect();
    assert!(catalogues.len() >= 2, "{catalogues:?}");
    catalogues
}

/// `{0}`, `{1}` … of a text, in order.
fn places(text: &str) -> Vec<&str> {
    let mut places: Vec<&str> =
        text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(place, _)| place).collect();
    places.sort_unstable();
    places.dedup();
    places
}

/// The texts that `t`, `fill`, `count` and `later` are called with: which tokens they are, and the texts.
fn said(tokens: &[Token]) -> Vec<(usize, String)> {
    let mut found = vec![];
    // In JavaScript they come from there; others may have such names.
    let imports = |token: &Token| matches!(&token.kind, Kind::Text(text) if text.ends_with("./words.js"));
    if tokens.first().is_some_and(|first| first.kind == Kind::Script) && !tokens.iter().any(imports) {
        return found;
    }
    for at in 0..tokens.len() {
        let Kind::Word(name) = &tokens[at].kind else { continue };
        let arguments: &[usize] = match name.as_str() {
            "t" | "fill" | "later" => &[0],
            "count" => &[1, 2],
            _ => continue,
        };
        let before = at.checked_sub(1).map(|before| &tokens[before].kind);
        let is_call = tokens.get(at + 1).is_some_and(|next| next.kind == Kind::Mark('('));
        let is_other = before == Some(&Kind::Mark('.')) || before == Some(&Kind::Word("fn".to_owned()));
        if !is_call || is_other {
            continue;
        }
        let (mut depth, mut argument) = (0, 0);
        for (at, token) in tokens.iter().enumerate().skip(at + 1) {
            match &token.kind {
                Kind::Mark('(' | '[' | '{') => depth += 1,
                Kind::Mark(')' | ']' | '}') => depth -= 1,
                Kind::Mark(',') if depth == 1 => argument += 1,
                Kind::Text(text) if arguments.contains(&argument) => found.push((at, text.clone())),
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }
    found
}

/// The name of the attribute that the text is the value of: `aria-label="…"`; none where it stands alone in an element:
/// `<p>{ "…" }</p>`.
fn attribute(tokens: &[Token], at: usize) -> Option<String> {
    let mark = |at: Option<usize>, marks: &str| {
        let token = at.and_then(|at| tokens.get(at));
        token.is_some_and(|token| matches!(token.kind, Kind::Mark(mark) if marks.contains(mark)))
    };
    let begins = mark(at.checked_sub(1), "{") && mark(at.checked_sub(2), ">}");
    if begins && mark(Some(at + 1), "}") && mark(Some(at + 2), "<{") {
        return Some(String::new());
    }
    let equals = at.checked_sub(1).filter(|before| tokens[*before].kind == Kind::Mark('='))?;
    let mut name = String::new();
    for token in tokens[..equals].iter().rev() {
        match &token.kind {
            Kind::Word(word) if name.is_empty() || name.starts_with('-') => name.insert_str(0, word),
            Kind::Mark('-') if !name.is_empty() => name.insert(0, '-'),
            _ => break,
        }
    }
    Some(name).filter(|name| !name.is_empty())
}

/// Whether a text that is not said by `t` and its like should be: what stands alone in an element or is an attribute that a
/// person sees or hears, two words in a row, or a word with a capital letter. Names of classes have a hyphen, Kubernetes' words a
/// capital letter within.
fn is_language(attribute: Option<&str>, text: &str) -> bool {
    let is_command = COMMANDS.iter().any(|begin| text.starts_with(begin));
    if attribute == Some("class") || is_command || NO_LANGUAGE.contains(&text) || FOR_THE_CONSOLE.contains(&text) {
        return false;
    }
    let is_kubernetes = |word: &str| word.chars().skip(1).any(char::is_uppercase);
    let bare: String = text.split('{').map(|piece| piece.split_once('}').map_or(piece, |(_, rest)| rest)).collect();
    if attribute.is_some_and(|name| name.is_empty() || SPOKEN.contains(&name)) {
        return bare.contains(char::is_alphabetic) && !bare.split_whitespace().all(is_kubernetes);
    }
    let is_word = |word: &&str| word.len() > 1 && word.chars().all(char::is_alphabetic) && !KEYS.contains(word);
    let is_capital = |word: &&str| word.starts_with(char::is_uppercase) && !is_kubernetes(word);
    bare.lines().any(|line| {
        let words = line.split_whitespace().map(|word| word.trim_matches(|c: char| ".,:;?!()“”…".contains(c)));
        let words: Vec<&str> = words.collect();
        words.iter().any(|word| is_word(word) && is_capital(word)) || words.windows(2).any(|pair| pair.iter().all(is_word))
    })
}

/// A piece of a source file.
struct Token {
    kind: Kind,
    /// The line it begins in, 1-based.
    line: usize,
}

#[derive(Debug, PartialEq)]
enum Kind {
    /// A name or a number.
    Word(String),
    /// A text, as it is when the program runs.
    Text(String),
    /// Any other character.
    Mark(char),
    /// What begins a file in JavaScript.
    Script,
}

/// The source files of the page.
fn sources() -> Vec<(PathBuf, Vec<Token>)> {
    let files = [files(&root().join("src/ui"), "rs"), files(&root().join("www"), "js")].concat();
    files
        .into_iter()
        .map(|file| {
            let text = std::fs::read_to_string(&file).expect("a source file");
            let mut tokens = read(&text);
            if file.extension().is_some_and(|extension| extension == "js") {
                tokens.insert(0, Token { kind: Kind::Script, line: 1 });
            }
            (file.strip_prefix(root()).expect("a file of the project").to_owned(), tokens)
        })
        .collect()
}

/// The pieces of a source text; comments and characters are left out.
fn read(source: &str) -> Vec<Token> {
    let mut tokens = vec![];
    let mut rest = source;
    let mut line = 1;
    while let Some(first) = rest.chars().next() {
        let whole = rest;
        let mut add = |kind| tokens.push(Token { kind, line });
        if rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
        } else if rest.starts_with("/*") {
            rest = rest.find("*/").map_or("", |end| &rest[end + 2..]);
        } else if let Some((text, after)) = raw_text(rest) {
            add(Kind::Text(text.to_owned()));
            rest = after;
        } else if let Some(after) = rest.strip_prefix('"') {
            let (text, after) = plain_text(after);
            add(Kind::Text(text));
            rest = after;
        } else if let Some(length) = character(rest) {
            rest = &rest[length..];
        } else if first.is_alphanumeric() || first == '_' {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            add(Kind::Word(rest[..end].to_owned()));
            rest = &rest[end..];
        } else {
            if !first.is_whitespace() {
                add(Kind::Mark(first));
            }
            rest = &rest[first.len_utf8()..];
        }
        line += whole[..whole.len() - rest.len()].matches('\n').count();
    }
    tokens
}

/// A raw text that begins here, and what comes after it.
fn raw_text(source: &str) -> Option<(&str, &str)> {
    let after = source.strip_prefix('r')?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    let text = after[hashes..].strip_prefix('"')?;
    text.split_once(&format!("\"{}", "#".repeat(hashes)))
}

/// The text up to its quotation mark, and what comes after that.
fn plain_text(source: &str) -> (String, &str) {
    let mut text = String::new();
    let mut rest = source.chars();
    while let Some(letter) = rest.next() {
        match letter {
            '"' => break,
            '\\' => match rest.next() {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some('u') => {
                    let code: String = rest.by_ref().skip(1).take_while(|c| *c != '}').collect();
                    text.extend(u32::from_str_radix(&code, 16).ok().and_then(char::from_u32));
                }
                Some('\n') => rest = rest.as_str().trim_start().chars(),
                other => text.extend(other),
            },
            letter => text.push(letter),
        }
    }
    (text, rest.as_str())
}

/// The length of `'a'` or `'\n'` where it begins here; a lifetime is none.
fn character(source: &str) -> Option<usize> {
    let inner = source.strip_prefix('\'')?;
    let first = inner.chars().next()?.len_utf8();
    let length = match inner.strip_prefix('\\') {
        Some(escaped) => first + 1 + escaped.get(1..)?.find('\'')?,
        None => first,
    };
    inner[length..].starts_with('\'').then_some(length + 2)
}

/// All files with such an ending, also in the directories within.
fn files(directory: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = vec![];
    for entry in std::fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            // What tools put there is nobody's word.
            if !path.ends_with("node_modules") {
                found.extend(files(&path, ending));
            }
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
