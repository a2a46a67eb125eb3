//! Regular expressions, as far as `grep` and `sed` are used by hand: `.`, `[…]`, `*`, `+`, `?`, `^`, `$`, `|`, groups.

/// A pattern.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    alternatives: Vec<Vec<Item>>,
    case: Case,
}

/// Whether capitals count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    /// They do.
    Matters,
    /// They do not.
    Ignored,
}

/// How a pattern is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    /// As text.
    Fixed,
    /// `+`, `?`, `|` and `(` mean themselves unless a `\` stands before them.
    Basic,
    /// They mean something unless a `\` stands before them.
    Extended,
}

#[derive(Clone, Debug)]
struct Item {
    one: One,
    least: usize,
    most: usize,
}

#[derive(Clone, Debug)]
enum One {
    Any,
    Char(char),
    Class(Vec<(char, char)>, Negated),
    Start,
    End,
    Group(Vec<Vec<Item>>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Negated {
    Yes,
    No,
}

/// Steps a match may take on one line; a pattern that wants more does not match.
const FUEL: usize = 100_000;
/// How deep groups may be nested.
const DEPTH: usize = 8;
/// How often a group may be repeated, and how long a pattern may be: the stack is not deep.
const REPEATS: usize = 300;

impl Pattern {
    /// Reads a pattern; says what is wrong with it.
    pub(super) fn parse(text: &str, syntax: Syntax, case: Case) -> Result<Pattern, String> {
        let fold = |c: char| if case == Case::Ignored { c.to_ascii_lowercase() } else { c };
        if syntax == Syntax::Fixed {
            let items = text.chars().map(|c| Item { one: One::Char(fold(c)), least: 1, most: 1 }).collect();
            return Ok(Pattern { alternatives: vec![items], case });
        }
        if text.chars().filter(|c| "*+?({".contains(*c)).count() > REPEATS {
            return Err("Regular expression too big".to_owned());
        }
        let mut parser = Parser { chars: text.chars().map(fold).collect(), at: 0, syntax };
        let alternatives = parser.alternatives(0)?;
        if parser.at < parser.chars.len() {
            return Err("Unmatched ) or \\)".to_owned());
        }
        Ok(Pattern { alternatives, case })
    }

    /// The first match in a line, as character positions: the earliest, and of those the longest of its alternatives' firsts.
    pub(super) fn find(&self, line: &[char], from: usize) -> Option<(usize, usize)> {
        let folded: Vec<char> = match self.case {
            Case::Ignored => line.iter().map(char::to_ascii_lowercase).collect(),
            Case::Matters => line.to_vec(),
        };
        let mut fuel = FUEL;
        (from..=folded.len()).find_map(|start| {
            let ends =
                self.alternatives.iter().filter_map(|items| run(items, &folded, start, &mut fuel, &mut |end, _| Some(end)));
            ends.max().map(|end| (start, end))
        })
    }

    /// Whether it matches anywhere in a line.
    pub(super) fn is_in(&self, line: &str) -> bool {
        self.find(&line.chars().collect::<Vec<_>>(), 0).is_some()
    }
}

type Then<'a> = &'a mut dyn FnMut(usize, &mut usize) -> Option<usize>;

/// Matches items from a position, then whatever comes after them; gives where that ends.
fn run(mut items: &[Item], line: &[char], mut at: usize, fuel: &mut usize, then: Then<'_>) -> Option<usize> {
    *fuel = fuel.checked_sub(1)?;
    while let Some((Item { one: one @ (One::Any | One::Char(_) | One::Class(..)), least: 1, most: 1 }, rest)) =
        items.split_first()
    {
        if !line.get(at).is_some_and(|c| is(one, *c)) {
            return None;
        }
        (items, at) = (rest, at + 1);
    }
    match items.split_first() {
        None => then(at, fuel),
        Some((item, rest)) => repeat(item, 0, rest, line, at, fuel, then),
    }
}

fn repeat(
    item: &Item,
    count: usize,
    rest: &[Item],
    line: &[char],
    at: usize,
    fuel: &mut usize,
    then: Then<'_>,
) -> Option<usize> {
    *fuel = fuel.checked_sub(1)?;
    // Single characters are counted in a loop: lines are longer than stacks are deep.
    if let One::Any | One::Char(_) | One::Class(..) = item.one {
        let fits = line[at..].iter().take(item.most).take_while(|c| is(&item.one, **c)).count();
        return (item.least..=fits).rev().find_map(|taken| run(rest, line, at + taken, fuel, then));
    }
    if count < item.most.min(REPEATS) {
        let found = match &item.one {
            One::Start if at == 0 => run(rest, line, at, fuel, then),
            One::End if at == line.len() => run(rest, line, at, fuel, then),
            One::Group(alternatives) => alternatives.iter().find_map(|items| {
                run(items, line, at, fuel, &mut |end, fuel| {
                    if end == at { None } else { repeat(item, count + 1, rest, line, end, fuel, then) }
                })
            }),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    if count >= item.least { run(rest, line, at, fuel, then) } else { None }
}

fn is(one: &One, c: char) -> bool {
    match one {
        One::Any => true,
        One::Char(other) => *other == c,
        One::Class(ranges, negated) => {
            ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)) == (*negated == Negated::No)
        }
        _ => false,
    }
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    syntax: Syntax,
}

impl Parser {
    fn next_is(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(i, c)| self.chars.get(self.at + i) == Some(&c))
    }

    /// Takes an operator, which basic syntax writes with a `\`.
    fn takes(&mut self, operator: char) -> bool {
        let text = if self.syntax == Syntax::Basic { format!("\\{operator}") } else { operator.to_string() };
        let is = self.next_is(&text);
        if is {
            self.at += text.chars().count();
        }
        is
    }

    fn alternatives(&mut self, depth: usize) -> Result<Vec<Vec<Item>>, String> {
        if depth > DEPTH {
            return Err("Regular expression too big".to_owned());
        }
        let mut alternatives = vec![vec![]];
        while self.at < self.chars.len() {
            let close = if self.syntax == Syntax::Basic { "\\)" } else { ")" };
            if self.next_is(close) {
                break;
            }
            if self.takes('|') {
                alternatives.push(vec![]);
                continue;
            }
            let first = alternatives.last().is_none_or(Vec::is_empty);
            let one = self.one(first, depth)?;
            let (mut least, mut most) = (1, 1);
            if !matches!(one, One::Start) {
                if self.next_is("*") {
                    self.at += 1;
                    (least, most) = (0, usize::MAX);
                } else if self.takes('+') {
                    most = usize::MAX;
                } else if self.takes('?') {
                    least = 0;
                }
            }
            if let Some(items) = alternatives.last_mut() {
                items.push(Item { one, least, most });
            }
        }
        Ok(alternatives)
    }

    fn one(&mut self, first: bool, depth: usize) -> Result<One, String> {
        if self.takes('(') {
            let inner = self.alternatives(depth + 1)?;
            if !self.takes(')') {
                return Err("Unmatched ( or \\(".to_owned());
            }
            return Ok(One::Group(inner));
        }
        let c = self.chars[self.at];
        self.at += 1;
        Ok(match c {
            '.' => One::Any,
            '^' if first => One::Start,
            '$' if self.at == self.chars.len() => One::End,
            '[' => self.class()?,
            '\\' => {
                let escaped = *self.chars.get(self.at).ok_or("Trailing backslash")?;
                self.at += 1;
                match escaped {
                    'd' => One::Class(vec![('0', '9')], Negated::No),
                    's' => One::Class(vec![(' ', ' '), ('\t', '\t')], Negated::No),
                    'S' => One::Class(vec![(' ', ' '), ('\t', '\t')], Negated::Yes),
                    'w' => One::Class(vec![('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')], Negated::No),
                    'n' => One::Char('\n'),
                    't' => One::Char('\t'),
                    other => One::Char(other),
                }
            }
            c => One::Char(c),
        })
    }

    fn class(&mut self) -> Result<One, String> {
        let negated = if self.next_is("^") { Negated::Yes } else { Negated::No };
        self.at += usize::from(negated == Negated::Yes);
        let mut ranges = vec![];
        loop {
            let unmatched = "Unmatched [, [^, [:, [., or [=";
            let from = *self.chars.get(self.at).ok_or(unmatched)?;
            if from == ']' && !ranges.is_empty() {
                self.at += 1;
                return Ok(One::Class(ranges, negated));
            }
            if self.next_is("[:") {
                let names: [(&str, &[(char, char)]); 5] = [
                    ("[:digit:]", &[('0', '9')]),
                    ("[:alpha:]", &[('a', 'z'), ('A', 'Z')]),
                    ("[:alnum:]", &[('a', 'z'), ('A', 'Z'), ('0', '9')]),
                    ("[:space:]", &[(' ', ' '), ('\t', '\t')]),
                    ("[:upper:]", &[('A', 'Z')]),
                ];
                let named = names.iter().find(|(name, _)| self.next_is(name)).ok_or("Invalid character class name")?;
                self.at += named.0.len();
                ranges.extend(named.1);
                continue;
            }
            self.at += 1;
            let to = match (self.chars.get(self.at), self.chars.get(self.at + 1)) {
                (Some('-'), Some(&to)) if to != ']' => {
                    self.at += 2;
                    to
                }
                _ => from,
            };
            ranges.push((from, to));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_grep_does() {
        use Syntax::{Basic, Extended, Fixed};
        for (pattern, syntax, line, expect) in [
            ("b.d", Basic, "abcd", Some((1, 4))),
            ("^a", Basic, "ba", None),
            ("d$", Basic, "abcd", Some((3, 4))),
            ("a*", Basic, "baa", Some((0, 0))),
            ("ba*", Basic, "cbaa", Some((1, 4))),
            ("a+", Basic, "a+", Some((0, 2))),
            ("a\\+", Basic, "baa", Some((1, 3))),
            ("a+b?", Extended, "caab", Some((1, 4))),
            ("foo|ba[rz]", Extended, "a baz", Some((2, 5))),
            ("foo\\|bar", Basic, "a bar", Some((2, 5))),
            ("(ab)+c", Extended, "xababc", Some((1, 6))),
            ("(a|b)*c", Extended, "abac", Some((0, 4))),
            ("[^a]", Basic, "aab", Some((2, 3))),
            ("[[:digit:]]\\+", Basic, "ab12", Some((2, 4))),
            ("a.c", Fixed, "abc a.c", Some((4, 7))),
            ("\\.", Basic, "a.b", Some((1, 2))),
            ("*a", Basic, "*a", Some((0, 2))),
            ("(a*)*b", Extended, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaac", None),
        ] {
            let found = Pattern::parse(pattern, syntax, Case::Matters).map(|p| p.find(&line.chars().collect::<Vec<_>>(), 0));
            assert_eq!(found, Ok(expect), "{pattern} in {line}");
        }
        for (pattern, syntax) in
            [("[", Basic), ("\\(", Basic), ("(", Extended), (")", Extended), ("\\", Basic), ("[[:x:]]", Basic)]
        {
            assert!(Pattern::parse(pattern, syntax, Case::Ignored).is_err(), "{pattern}");
        }
        assert!(Pattern::parse("RUN", Basic, Case::Ignored).is_ok_and(|p| p.is_in("running")));
    }
}
