//! Text that more than one part of the shell takes apart: escapes, the patterns of file names, and expressions from left to right;
//! and what breaks sentences into lines.

/// How wide what the playground's own commands say is.
const WIDTH: usize = 100;

/// Words in lines of a width, the first with `head` before it, the others with `indent`.
pub(super) fn wrap(text: &mut String, head: &str, indent: &str, words: &str) {
    text.push_str(head);
    let mut used = head.chars().count();
    let mut is_first = true;
    for word in words.split_whitespace() {
        let length = word.chars().count();
        if !is_first && used + 1 + length > WIDTH {
            text.push_str(&format!("\n{indent}"));
            used = indent.chars().count();
            is_first = true;
        }
        if !is_first {
            text.push(' ');
            used += 1;
        }
        text.push_str(word);
        used += length;
        is_first = false;
    }
    text.push('\n');
}

/// A place in a text that is read from left to right.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    /// The whole text.
    pub(super) text: &'a str,
    /// How many bytes of it were read.
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) const fn new(text: &'a str) -> Cursor<'a> {
        Cursor { text, at: 0 }
    }

    /// What was not read yet.
    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Passes blanks.
    pub(super) fn blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    /// Passes blanks, and the token if it comes next.
    pub(super) fn takes(&mut self, token: &str) -> bool {
        self.blanks();
        let is = self.rest().starts_with(token);
        self.at += if is { token.len() } else { 0 };
        is
    }

    /// Passes one letter, if there is one.
    pub(super) fn letter(&mut self) -> Option<char> {
        let letter = self.rest().chars().next();
        self.at += letter.map_or(0, char::len_utf8);
        letter
    }
}

/// What `\n`, `\t`, `\x41` and the like stand for, and whether a `\c` ended the text.
pub(super) fn unescape(text: &str) -> (String, bool) {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(c) = rest.chars().next() else {
            out.push('\\');
            break;
        };
        let after = &rest[c.len_utf8()..];
        let (base, most) = match c {
            'x' => (16, 2),
            'u' => (16, 4),
            'U' => (16, 8),
            '0' => (8, 3),
            _ => (0, 0),
        };
        let digits = after.chars().take(most).take_while(|c| c.is_digit(base.max(2))).count();
        if base > 0 && (digits > 0 || base == 8) {
            let code = u32::from_str_radix(&after[..digits], base).unwrap_or(0);
            out.extend(char::from_u32(code));
            rest = &after[digits..];
            continue;
        }
        rest = after;
        match c {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' => out.push('\r'),
            '\\' => out.push('\\'),
            'a' => out.push('\x07'),
            'b' => out.push('\x08'),
            'e' | 'E' => out.push('\x1b'),
            'f' => out.push('\x0c'),
            'v' => out.push('\x0b'),
            'c' => return (out, true),
            other => out.extend(['\\', other]),
        }
    }
    out.push_str(rest);
    (out, false)
}

/// Whether a text matches a pattern of `*`, `?`, `[…]` and `\`, as a whole.
pub(super) fn matches(pattern: &[char], text: &[char]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    loop {
        let here = text.get(n).copied();
        let (fits, width) = match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
                continue;
            }
            Some('\\') if p + 1 < pattern.len() => (here.is_some() && pattern.get(p + 1).copied() == here, 2),
            Some('?') => (here.is_some(), 1),
            Some('[') => match class(&pattern[p..], here) {
                Some((fits, width)) => (fits && here.is_some(), width),
                None => (here == Some('['), 1),
            },
            Some(c) => (here == Some(*c), 1),
            None if n == text.len() => return true,
            None => (false, 0),
        };
        if fits {
            (p, n) = (p + width, n + 1);
        } else if let Some((at, from)) = star.filter(|(_, from)| *from < text.len()) {
            star = Some((at, from + 1));
            (p, n) = (at + 1, from + 1);
        } else {
            return false;
        }
    }
}

/// Whether `c` is in the class that a pattern begins with, and how long that is written.
fn class(pattern: &[char], c: Option<char>) -> Option<(bool, usize)> {
    let mut at = 1;
    let negated = matches!(pattern.get(at), Some('!' | '^'));
    at += usize::from(negated);
    let (first, mut found) = (at, false);
    loop {
        let mut from = *pattern.get(at)?;
        if from == ']' && at > first {
            return Some((found != negated, at + 1));
        }
        if from == '[' && pattern.get(at + 1) == Some(&':') {
            let length = pattern[at..].iter().position(|c| *c == ']')?;
            let name: String = pattern[at + 2..at + length - 1].iter().collect();
            found |= c.is_some_and(|c| is_in_class(&name, c));
            at += length + 1;
            continue;
        }
        if from == '\\' {
            at += 1;
            from = *pattern.get(at)?;
        }
        at += 1;
        let mut to = from;
        if pattern.get(at) == Some(&'-') && pattern.get(at + 1).is_some_and(|c| *c != ']') {
            to = pattern[at + 1];
            at += 2;
        }
        found |= c.is_some_and(|c| (from..=to).contains(&c));
    }
}

/// Whether a letter is in `[:alpha:]` and the like.
pub(super) fn is_in_class(name: &str, c: char) -> bool {
    match name {
        "digit" => c.is_ascii_digit(),
        "alpha" => c.is_alphabetic(),
        "alnum" => c.is_alphanumeric(),
        "space" => c.is_whitespace(),
        "blank" => c == ' ' || c == '\t',
        "upper" => c.is_uppercase(),
        "lower" => c.is_lowercase(),
        "punct" => c.is_ascii_punctuation(),
        "xdigit" => c.is_ascii_hexdigit(),
        "cntrl" => c.is_control(),
        "print" => !c.is_control(),
        "graph" => !c.is_control() && c != ' ',
        _ => false,
    }
}
