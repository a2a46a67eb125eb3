//! Texts that nobody would write, made of those that somebody wrote: lines, values and letters change places, come and go.

use super::random::Random;

/// Values that something may trip over.
const VALUES: [&str; 56] = [
    "",
    "null",
    "~",
    "true",
    "yes",
    "0",
    "-1",
    "1",
    "3",
    "08",
    "0x1f",
    "0o17",
    "1e3",
    "1e999",
    "-0.0",
    ".inf",
    ".nan",
    "2147483648",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "18446744073709551616",
    "1_000",
    "2026-01-05",
    "50%",
    "101%",
    "100m",
    "1Ki",
    "1Ei",
    "99999999999Gi",
    "0.0000000001",
    "5s",
    "-5m",
    "''",
    "\"\"",
    "'it''s'",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"a\\nb\"",
    "[]",
    "{}",
    "[[]]",
    "[null]",
    "{a: b}",
    "{null: null}",
    "|",
    ">-",
    "|2",
    "&a [x]",
    "*a",
    "!!binary aGk=",
    "!!str 1",
    "!x y",
    "é",
    "🦀",
    "a/b:c@d",
];
/// Pieces of syntax.
const PIECES: [&str; 44] = [
    "\n",
    " ",
    "  ",
    "\t",
    ": ",
    ":",
    "- ",
    "-",
    "? ",
    "#",
    " # ",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "<<: ",
    "&a ",
    "*a",
    "'",
    "\"",
    "\\",
    "`",
    "```",
    "[",
    "]",
    "{",
    "}",
    ",",
    "|",
    ">",
    "!",
    "@",
    "%",
    "=",
    "/",
    "\u{feff}",
    "\u{0}",
    "\u{85}",
    "\u{2028}",
    "\u{202e}",
    "e\u{301}",
    "\r\n",
    "\u{7f}",
    "$",
    "*",
];
/// What a text may be made to consist of at one place, many times over.
const TOWERS: [&str; 14] = ["[", "{", "{a: ", "- ", "  ", "> ", "'", "&a ", "a:\n ", "? ", "(", "**", "\"", "!"];

/// Texts to begin with, and the words that they are made of.
pub(crate) struct Seeds {
    texts: Vec<String>,
    words: Vec<String>,
}

impl Seeds {
    /// Of texts that somebody wrote.
    pub(crate) fn of(texts: Vec<String>) -> Seeds {
        let is_between = |c: char| c.is_whitespace() || "[]{},\"'".contains(c);
        let mut words: Vec<String> = texts.iter().flat_map(|text| text.split(is_between).map(str::to_owned)).collect();
        words.sort();
        words.dedup();
        assert!(texts.len() > 2, "{} texts", texts.len());
        Seeds { texts, words }
    }

    /// A text that nobody would write.
    pub(crate) fn text(&self, random: &mut Random) -> String {
        let mut text = random.one_of(&self.texts).clone();
        for _ in 0..=random.below(4) {
            text = self.changed(&text, random);
        }
        text
    }

    fn changed(&self, text: &str, random: &mut Random) -> String {
        match random.below(8) {
            0..=2 => self.with_lines_changed(text, random),
            3..=5 => self.with_a_word_changed(text, random),
            6 => with_a_piece(text, random),
            _ => with_a_tower(text, random),
        }
    }

    fn with_lines_changed(&self, text: &str, random: &mut Random) -> String {
        let mut lines: Vec<&str> = text.split('\n').collect();
        let at = random.below(lines.len());
        let other: Vec<&str> = random.one_of(&self.texts).split('\n').collect();
        let indented;
        match random.below(7) {
            0 if lines.len() > 1 => drop(lines.remove(at)),
            1 => lines.insert(at, lines[random.below(lines.len())]),
            2 => {
                let to = random.below(lines.len());
                lines.swap(at, to);
            }
            3 => {
                let from = random.below(other.len());
                let to = (from + random.below(6)).min(other.len());
                drop(lines.splice(at..at, other[from..to].iter().copied()));
            }
            4 => lines.truncate(at),
            5 => lines[at] = lines[at].strip_prefix("  ").unwrap_or(lines[at]),
            _ => {
                indented = format!("{}{}", " ".repeat(1 + random.below(4)), lines[at]);
                lines[at] = &indented;
            }
        }
        lines.join("\n")
    }

    /// A word, or all that stands behind a colon, becomes something else.
    fn with_a_word_changed(&self, text: &str, random: &mut Random) -> String {
        let from = place(text, random);
        let after_colon = text[from..].find(": ").map(|at| from + at + 2).filter(|_| random.below(2) == 0);
        let from = after_colon.unwrap_or_else(|| text[..from].rfind([' ', '\n', '"']).map_or(0, |at| at + 1));
        let ends: &[char] = if after_colon.is_some() { &['\n'] } else { &[' ', '\n', ':', ',', '"', '}', ']'] };
        let to = text[from..].find(ends).map_or(text.len(), |at| from + at);
        let word = match random.below(3) {
            0 => random.one_of(&self.words).as_str(),
            _ => random.one_of(&VALUES),
        };
        [&text[..from], word, &text[to..]].concat()
    }
}

fn with_a_piece(text: &str, random: &mut Random) -> String {
    let (from, length) = (place(text, random), random.below(4));
    let to = text[from..].char_indices().nth(length).map_or(text.len(), |(at, _)| from + at);
    let piece = if random.below(4) == 0 { "" } else { *random.one_of(&PIECES) };
    [&text[..from], piece, &text[to..]].concat()
}

fn with_a_tower(text: &str, random: &mut Random) -> String {
    let at = place(text, random);
    let height = *random.one_of(&[2, 10, 100, 150, 1000, 10_000]);
    [&text[..at], &random.one_of(&TOWERS).repeat(height), &text[at..]].concat()
}

/// A place between two letters.
fn place(text: &str, random: &mut Random) -> usize {
    let at = random.below(text.len() + 1);
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}
