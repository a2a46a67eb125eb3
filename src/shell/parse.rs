//! A command line, taken apart as bash would; what the playground's shell does not have is named, never half run.

use std::collections::BTreeMap;
use std::fmt;

/// Commands with what joins each to the one before it.
pub(super) type List = Vec<(Join, Vec<Command>)>;

/// When a pipeline runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Join {
    /// Whatever the one before it came to.
    Always,
    /// If that succeeded.
    IfOk,
    /// If that failed.
    IfFailed,
}

/// One command of a pipeline.
#[derive(Debug, Default)]
pub(super) struct Command {
    /// Its name and arguments.
    pub(super) words: Vec<Word>,
    /// Where its input comes from and its output goes.
    pub(super) redirects: Vec<Redirect>,
}

impl Command {
    fn is_empty(&self) -> bool {
        self.words.is_empty() && self.redirects.is_empty()
    }
}

/// A word, of pieces.
pub(super) type Word = Vec<Piece>;

/// A piece of a word.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Text in quotes, which means itself.
    Quoted(String),
    /// Text without quotes, in which `*` and `?` stand for files.
    Plain(String),
    /// A variable; not split into words if it stands in quotes.
    Variable(String, Splits),
}

/// Whether the value of a variable may become several words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Splits {
    /// It may.
    Yes,
    /// It stands in double quotes.
    No,
}

/// One redirection.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Redirect {
    /// `< file`.
    In(Word),
    /// `> file`, `2>> file`.
    File {
        /// 1 or 2.
        from: u8,
        /// Whether what is there stays.
        mode: Mode,
        /// The file.
        to: Word,
    },
    /// `2>&1`, `1>&2`.
    Same {
        /// 1 or 2.
        from: u8,
        /// 1 or 2.
        to: u8,
    },
}

/// What becomes of a file that output goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// It is emptied first.
    Truncate,
    /// It grows.
    Append,
}

/// Why a line is no command line; `Display` gives what the shell prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mistake {
    /// A quote is open at the end.
    Open(char),
    /// This was not expected here.
    Unexpected(String),
    /// Bash has it, this shell has not.
    Unsupported(&'static str),
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mistake::Open(quote) => write!(f, "bash: -c: line 1: unexpected EOF while looking for matching `{quote}'"),
            Mistake::Unexpected(token) => write!(f, "bash: -c: line 1: syntax error near unexpected token `{token}'"),
            Mistake::Unsupported(what) => write!(f, "the playground's shell has no {what}"),
        }
    }
}

enum Token {
    Word(Word),
    Operator(&'static str),
    /// A redirection operator with the stream's number.
    Redirect(u8, &'static str),
    /// `2>&1`.
    Same(u8, u8),
}

/// Words that begin what this shell does not have.
const KEYWORDS: [(&str, &str); 12] = [
    ("if", "if"),
    ("for", "for loops"),
    ("while", "while loops"),
    ("until", "until loops"),
    ("case", "case"),
    ("select", "select"),
    ("function", "functions"),
    ("time", "time"),
    ("[[", "[["),
    ("{", "{ groups }"),
    ("!", "!"),
    ("coproc", "coprocesses"),
];

/// Takes a line apart.
pub(super) fn parse(line: &str) -> Result<List, Mistake> {
    let mut list: List = vec![];
    let mut join = Join::Always;
    let mut pipeline: Vec<Command> = vec![];
    let mut command = Command::default();
    let mut tokens = tokens(line)?.into_iter();
    while let Some(token) = tokens.next() {
        match token {
            Token::Word(word) => {
                if let ([], [Piece::Plain(text)]) = (command.words.as_slice(), word.as_slice())
                    && let Some((_, what)) = KEYWORDS.iter().find(|(keyword, _)| keyword == text)
                {
                    return Err(Mistake::Unsupported(what));
                }
                command.words.push(word);
            }
            Token::Same(from, to) => command.redirects.push(Redirect::Same { from, to }),
            Token::Redirect(from, operator) => {
                let file = match tokens.next() {
                    Some(Token::Word(word)) => word,
                    Some(other) => return Err(Mistake::Unexpected(other.text())),
                    None => return Err(Mistake::Unexpected("newline".to_owned())),
                };
                command.redirects.push(match operator {
                    "<" => Redirect::In(file),
                    ">>" => Redirect::File { from, mode: Mode::Append, to: file },
                    _ => Redirect::File { from, mode: Mode::Truncate, to: file },
                });
            }
            Token::Operator(operator) => {
                let empty = command.is_empty();
                if empty && (!pipeline.is_empty() || operator != "\n") {
                    return Err(Mistake::Unexpected(if operator == "\n" { "newline" } else { operator }.to_owned()));
                }
                if !empty {
                    pipeline.push(std::mem::take(&mut command));
                }
                if operator == "|" {
                    continue;
                }
                if !pipeline.is_empty() {
                    list.push((join, std::mem::take(&mut pipeline)));
                    join = match operator {
                        "&&" => Join::IfOk,
                        "||" => Join::IfFailed,
                        _ => Join::Always,
                    };
                }
            }
        }
    }
    if !command.is_empty() {
        pipeline.push(command);
    } else if !pipeline.is_empty() || join != Join::Always {
        return Err(Mistake::Unexpected("newline".to_owned()));
    }
    if !pipeline.is_empty() {
        list.push((join, pipeline));
    }
    Ok(list)
}

impl Token {
    fn text(&self) -> String {
        match self {
            Token::Operator("\n") => "newline".to_owned(),
            Token::Operator(operator) | Token::Redirect(_, operator) => (*operator).to_owned(),
            Token::Same(..) => ">&".to_owned(),
            Token::Word(_) => String::new(),
        }
    }
}

fn tokens(line: &str) -> Result<Vec<Token>, Mistake> {
    let mut tokens = vec![];
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        if c == ' ' || c == '\t' || c == '\r' {
            rest = &rest[1..];
        } else if let Some(after) = rest.strip_prefix("\\\n") {
            rest = after;
        } else if c == '#' {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
        } else if let Some((token, after)) = operator(rest)? {
            tokens.push(token);
            rest = after;
        } else {
            let (word, after) = word(rest)?;
            tokens.push(Token::Word(word));
            rest = after;
        }
    }
    Ok(tokens)
}

fn operator(text: &str) -> Result<Option<(Token, &str)>, Mistake> {
    for (start, from, to) in [("2>&1", 2, 1), ("1>&2", 1, 2), (">&2", 1, 2), (">&1", 1, 1)] {
        if let Some(rest) = text.strip_prefix(start) {
            return Ok(Some((Token::Same(from, to), rest)));
        }
    }
    let unsupported = [
        ("<<", "here-documents"),
        ("<(", "process substitution"),
        (">(", "process substitution"),
        ("<&", "<&"),
        (">&", ">&"),
        ("<>", "<>"),
        (">|", ">|"),
        ("|&", "|&"),
        (";;", ";;"),
        ("((", "arithmetic"),
        ("(", "subshells"),
        (")", "subshells"),
    ];
    if let Some((_, what)) = unsupported.iter().find(|(start, _)| text.starts_with(start)) {
        return Err(Mistake::Unsupported(what));
    }
    for (start, from, operator) in [
        ("2>>", 2, ">>"),
        ("1>>", 1, ">>"),
        (">>", 1, ">>"),
        ("2>", 2, ">"),
        ("1>", 1, ">"),
        (">", 1, ">"),
        ("0<", 0, "<"),
        ("<", 0, "<"),
    ] {
        if let Some(rest) = text.strip_prefix(start) {
            return Ok(Some((Token::Redirect(from, operator), rest)));
        }
    }
    if text.starts_with("&>") {
        return Err(Mistake::Unsupported("&> (> file 2>&1 does it)"));
    }
    for operator in ["&&", "||", "|", ";", "\n"] {
        if let Some(rest) = text.strip_prefix(operator) {
            return Ok(Some((Token::Operator(operator), rest)));
        }
    }
    if text.starts_with('&') {
        return Err(Mistake::Unsupported("background jobs (&)"));
    }
    Ok(None)
}

fn word(text: &str) -> Result<(Word, &str), Mistake> {
    let mut pieces = Word::new();
    let mut plain = String::new();
    let mut chars = text.char_indices().peekable();
    let flush = |plain: &mut String, pieces: &mut Word| {
        if !plain.is_empty() {
            pieces.push(Piece::Plain(std::mem::take(plain)));
        }
    };
    while let Some(&(at, c)) = chars.peek() {
        match c {
            ' ' | '\t' | '\r' | '\n' | ';' | '|' | '&' | '<' | '>' | '(' | ')' => {
                flush(&mut plain, &mut pieces);
                return Ok((pieces, &text[at..]));
            }
            '\'' => {
                flush(&mut plain, &mut pieces);
                let inner = &text[at + 1..];
                let end = inner.find('\'').ok_or(Mistake::Open('\''))?;
                pieces.push(Piece::Quoted(inner[..end].to_owned()));
                skip(&mut chars, at + 1 + end + 1);
            }
            '"' => {
                flush(&mut plain, &mut pieces);
                chars.next();
                let end = double_quoted(text, at + 1, &mut pieces)?;
                skip(&mut chars, end);
            }
            '\\' => {
                flush(&mut plain, &mut pieces);
                chars.next();
                match chars.next() {
                    Some((_, '\n')) => {}
                    Some((_, escaped)) => pieces.push(Piece::Quoted(escaped.to_string())),
                    None => pieces.push(Piece::Quoted("\\".to_owned())),
                }
            }
            '$' => {
                flush(&mut plain, &mut pieces);
                match variable(&text[at..])? {
                    Some((name, length)) => {
                        pieces.push(Piece::Variable(name, Splits::Yes));
                        skip(&mut chars, at + length);
                    }
                    None => {
                        plain.push('$');
                        chars.next();
                    }
                }
            }
            '`' => return Err(Mistake::Unsupported("command substitution (`…`)")),
            c => {
                plain.push(c);
                chars.next();
            }
        }
    }
    flush(&mut plain, &mut pieces);
    Ok((pieces, ""))
}

fn skip(chars: &mut std::iter::Peekable<std::str::CharIndices<'_>>, to: usize) {
    while chars.next_if(|(at, _)| *at < to).is_some() {}
}

/// Reads from after an opening quote; says where the text behind the closing one begins.
fn double_quoted(text: &str, from: usize, pieces: &mut Word) -> Result<usize, Mistake> {
    let mut quoted = String::new();
    let mut chars = text[from..].char_indices().map(|(at, c)| (at + from, c)).peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => {
                pieces.push(Piece::Quoted(quoted));
                return Ok(at + 1);
            }
            '\\' => match chars.next() {
                Some((_, escaped @ ('"' | '\\' | '$' | '`'))) => quoted.push(escaped),
                Some((_, '\n')) => {}
                Some((_, other)) => quoted.extend(['\\', other]),
                None => return Err(Mistake::Open('"')),
            },
            '$' => match variable(&text[at..])? {
                Some((name, length)) => {
                    pieces.push(Piece::Quoted(std::mem::take(&mut quoted)));
                    pieces.push(Piece::Variable(name, Splits::No));
                    while chars.next_if(|(next, _)| *next < at + length).is_some() {}
                }
                None => quoted.push('$'),
            },
            '`' => return Err(Mistake::Unsupported("command substitution (`…`)")),
            c => quoted.push(c),
        }
    }
    Err(Mistake::Open('"'))
}

/// The name of the variable that `text`, which begins with `$`, begins with, and how long that is.
fn variable(text: &str) -> Result<Option<(String, usize)>, Mistake> {
    let rest = &text[1..];
    if rest.starts_with("((") {
        return Err(Mistake::Unsupported("arithmetic ($((…)))"));
    }
    if rest.starts_with('(') {
        return Err(Mistake::Unsupported("command substitution ($(…))"));
    }
    if rest.starts_with('\'') {
        return Err(Mistake::Unsupported("$'…' quotes"));
    }
    if let Some(inner) = rest.strip_prefix('{') {
        let end = inner.find('}').ok_or(Mistake::Open('}'))?;
        let name = &inner[..end];
        if !is_name(name) && name != "?" {
            return Err(Mistake::Unsupported("${…} beyond ${NAME}"));
        }
        return Ok(Some((name.to_owned(), end + 3)));
    }
    if rest.starts_with('?') {
        return Ok(Some(("?".to_owned(), 2)));
    }
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    let name = &rest[..end];
    Ok(is_name(name).then(|| (name.to_owned(), end + 1)))
}

/// Whether a variable can be called so.
pub(super) fn is_name(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
}

/// The words a word becomes: variables filled in, `*` and `?` matched with files.
pub(super) fn expand(word: &Word, variables: &BTreeMap<String, String>, files: &[&str]) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut pattern = String::new();
    let mut globs = false;
    let mut exists = false;
    for piece in word {
        let last = words.len() - 1;
        match piece {
            Piece::Quoted(text) => {
                exists = true;
                words[last].push_str(text);
                text.chars().for_each(|c| pattern.extend(['\\', c]));
            }
            Piece::Plain(text) => {
                exists = true;
                globs |= text.contains(['*', '?']);
                words[last].push_str(text);
                pattern.push_str(text);
            }
            Piece::Variable(name, splits) => {
                let value = variables.get(name).map_or("", String::as_str);
                value.chars().for_each(|c| pattern.extend(['\\', c]));
                if *splits == Splits::No {
                    exists = true;
                    words[last].push_str(value);
                    continue;
                }
                for (i, part) in value.split_whitespace().enumerate() {
                    exists = true;
                    if i == 0 && !value.starts_with(char::is_whitespace) {
                        words[last].push_str(part);
                    } else {
                        words.push(part.to_owned());
                    }
                }
            }
        }
    }
    if !exists {
        return vec![];
    }
    if globs && words.len() == 1 {
        let found: Vec<String> =
            files.iter().filter(|file| matches(&pattern, file)).map(|file| (*file).to_owned()).collect();
        if !found.is_empty() {
            return found;
        }
    }
    words
}

/// Whether a file's name matches a pattern of `*`, `?` and `\`.
fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    loop {
        let (fits, width) = match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
                continue;
            }
            Some('\\') => (n < name.len() && pattern.get(p + 1) == name.get(n), 2),
            Some('?') => (n < name.len(), 1),
            Some(c) => (name.get(n) == Some(c), 1),
            None if n == name.len() => return true,
            None => (false, 0),
        };
        if fits {
            (p, n) = (p + width, n + 1);
        } else if let Some((at, from)) = star.filter(|(_, from)| *from < name.len()) {
            star = Some((at, from + 1));
            (p, n) = (at + 1, from + 1);
        } else {
            return false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expect: &str) {
        let variables = BTreeMap::from([("A".to_owned(), "x y".to_owned()), ("?".to_owned(), "0".to_owned())]);
        let files = ["a.yaml", "b.yaml", "c.txt"];
        let show = |command: &Command| {
            let words: Vec<String> = command.words.iter().flat_map(|word| expand(word, &variables, &files)).collect();
            let redirects: Vec<String> = command.redirects.iter().map(|redirect| format!("{redirect:?}")).collect();
            format!("{words:?}{}", redirects.join(""))
        };
        let seen = match parse(line) {
            Err(mistake) => mistake.to_string(),
            Ok(list) => {
                let pipeline = |(join, commands): &(Join, Vec<Command>)| {
                    let join = match join {
                        Join::Always => ";",
                        Join::IfOk => "&&",
                        Join::IfFailed => "||",
                    };
                    format!("{join}{}", commands.iter().map(show).collect::<Vec<_>>().join("|"))
                };
                list.iter().map(pipeline).collect::<Vec<_>>().join(" ")
            }
        };
        assert_eq!(seen, expect, "{line}");
    }

    #[test]
    fn lines_are_taken_apart_as_bash_does() {
        check("", "");
        check("  # nothing", "");
        check("a b  c", r#";["a", "b", "c"]"#);
        check("a 'b c' \"d e\" f\\ g ''", r#";["a", "b c", "d e", "f g", ""]"#);
        check("a|b && c || d; e", r#";["a"]|["b"] &&["c"] ||["d"] ;["e"]"#);
        check("echo $A \"$A\" '$A' ${A}b $? $", r#";["echo", "x", "y", "x y", "$A", "x", "yb", "0", "$"]"#);
        check("echo $NOPE\"\" $NOPE", r#";["echo", ""]"#);
        check("ls *.yaml *.md '*.yaml' ?.txt", r#";["ls", "a.yaml", "b.yaml", "*.md", "*.yaml", "c.txt"]"#);
        check("a{b}[*]=c~", r#";["a{b}[*]=c~"]"#);
        check("a\nb", r#";["a"] ;["b"]"#);
        check("a;", r#";["a"]"#);
        check("a > f 2>&1", r#";["a"]File { from: 1, mode: Truncate, to: [Plain("f")] }Same { from: 2, to: 1 }"#);
        check("a<f>>g", r#";["a"]In([Plain("f")])File { from: 1, mode: Append, to: [Plain("g")] }"#);
        check("echo a#b", r#";["echo", "a#b"]"#);
        check("'", "bash: -c: line 1: unexpected EOF while looking for matching `''");
        check("\"a", "bash: -c: line 1: unexpected EOF while looking for matching `\"'");
        check("| a", "bash: -c: line 1: syntax error near unexpected token `|'");
        check("a | | b", "bash: -c: line 1: syntax error near unexpected token `|'");
        check("a |", "bash: -c: line 1: syntax error near unexpected token `newline'");
        check("a &&", "bash: -c: line 1: syntax error near unexpected token `newline'");
        check("a >", "bash: -c: line 1: syntax error near unexpected token `newline'");
        check("a &", "the playground's shell has no background jobs (&)");
        check("a $(b)", "the playground's shell has no command substitution ($(…))");
        check("cat <<EOF", "the playground's shell has no here-documents");
        check("for i in a; do b; done", "the playground's shell has no for loops");
        check("(a)", "the playground's shell has no subshells");
    }
}
