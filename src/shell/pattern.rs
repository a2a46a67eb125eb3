//! Regular expressions as `grep`, `sed` and `awk` know them, matched in time that grows with text and pattern only.
//!
//! All ways to match go forward side by side (Thompson's construction), so that no pattern is slow. Of the matches that begin
//! first the longest is taken, as POSIX wants.

/// A pattern.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    steps: Vec<Step>,
    groups: usize,
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
    /// `+`, `?`, `|`, `{` and `(` mean themselves unless a `\` stands before them.
    Basic,
    /// They mean something unless a `\` stands before them.
    Extended,
}

/// Where a match and its groups begin and end, in letters: two numbers each, the whole match first.
pub(super) type Places = Vec<Option<usize>>;

#[derive(Clone, Debug)]
enum Step {
    Any,
    Letter(char),
    Class(Vec<Range>, bool),
    /// Goes on at both, the first one first.
    Split(usize, usize),
    Jump(usize),
    /// Remembers the place.
    Save(usize),
    Is(Place),
    Found,
}

#[derive(Clone, Debug)]
enum Range {
    Letters(char, char),
    Named(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Start,
    End,
    WordEdge,
    NoWordEdge,
    WordStart,
    WordEnd,
}

/// How many steps a pattern may have, how deep groups may be nested, and how much may be tried on one line.
const MOST_STEPS: usize = 5000;
const DEPTH: usize = 30;
pub(super) const FUEL: usize = 20_000_000;

impl Pattern {
    /// Reads a pattern; says what is wrong with it.
    pub(super) fn parse(text: &str, syntax: Syntax, case: Case) -> Result<Pattern, String> {
        let mut parser = Parser { letters: text.chars().collect(), at: 0, syntax, groups: 0, starred: false };
        let inner = if syntax == Syntax::Fixed {
            parser.letters.iter().map(|c| Step::Letter(*c)).collect()
        } else {
            let inner = parser.alternatives(0)?;
            if parser.at < parser.letters.len() {
                return Err("Unmatched ) or \\)".to_owned());
            }
            inner
        };
        let mut steps = vec![Step::Save(0)];
        steps.extend(shifted(inner, 1));
        steps.extend([Step::Save(1), Step::Found]);
        if steps.len() > MOST_STEPS {
            return Err("Regular expression too big".to_owned());
        }
        Ok(Pattern { steps, groups: parser.groups, case })
    }

    /// The first match from a place on, and of those that begin there the longest.
    pub(super) fn find(&self, line: &[char], from: usize) -> Option<(usize, usize)> {
        let places = self.places(line, from)?;
        Some((places[0]?, places[1]?))
    }

    /// The same with its groups.
    pub(super) fn places(&self, line: &[char], from: usize) -> Option<Places> {
        self.search(line, from, &mut FUEL.clone())
    }

    /// The same for one of many searches, which share what may be tried: with nothing left nothing is found.
    pub(super) fn search(&self, line: &[char], from: usize, fuel: &mut usize) -> Option<Places> {
        *fuel = fuel.saturating_sub(self.steps.len());
        let slots = 2 * (self.groups + 1);
        let mut best: Option<Places> = None;
        let (mut now, mut next) = (Threads::new(self.steps.len()), Threads::new(self.steps.len()));
        for at in from..=line.len() {
            if now.list.is_empty() && best.is_some() {
                break;
            }
            if best.is_none() {
                self.add(&mut now, 0, at, line, vec![None; slots], fuel);
            }
            let here = line.get(at).copied();
            for (step, places) in now.list.drain(..) {
                *fuel = fuel.saturating_sub(1);
                match &self.steps[step] {
                    Step::Found => {
                        let better = best
                            .as_ref()
                            .is_none_or(|best| places[0] < best[0] || (places[0] == best[0] && places[1] > best[1]));
                        if better {
                            best = Some(places);
                        }
                    }
                    // One that began later than what was found is of no use.
                    one if best.as_ref().is_none_or(|best| places[0] <= best[0])
                        && here.is_some_and(|c| self.is(one, c)) =>
                    {
                        self.add(&mut next, step + 1, at + 1, line, places, fuel);
                    }
                    _ => {}
                }
            }
            now.clear();
            std::mem::swap(&mut now, &mut next);
            if *fuel == 0 {
                return None;
            }
        }
        best
    }

    /// How much work a line of this length is at most, in the measure of a command.
    pub(super) const fn work(&self, length: usize) -> usize {
        self.steps.len() * length / 2000
    }

    /// How many groups it has.
    pub(super) const fn groups(&self) -> usize {
        self.groups
    }

    /// Whether it matches anywhere in a line.
    pub(super) fn is_in(&self, line: &str) -> bool {
        self.find(&line.chars().collect::<Vec<_>>(), 0).is_some()
    }

    fn is(&self, step: &Step, c: char) -> bool {
        let other = if c.is_lowercase() { c.to_uppercase().next() } else { c.to_lowercase().next() };
        let other = other.filter(|_| self.case == Case::Ignored);
        match step {
            Step::Any => true,
            Step::Letter(letter) => *letter == c || Some(*letter) == other,
            Step::Class(ranges, negated) => {
                let has = |c: char| {
                    ranges.iter().any(|range| match range {
                        Range::Letters(from, to) => (*from..=*to).contains(&c),
                        Range::Named(name) => super::text::is_in_class(name, c),
                    })
                };
                (has(c) || other.is_some_and(has)) != *negated
            }
            _ => false,
        }
    }

    /// Adds a thread at a step, and at all that follow from it without a letter.
    fn add(&self, threads: &mut Threads, step: usize, at: usize, line: &[char], places: Places, fuel: &mut usize) {
        let mut open = vec![(step, places)];
        while let Some((step, mut places)) = open.pop() {
            *fuel = fuel.saturating_sub(1);
            if *fuel == 0 || std::mem::replace(&mut threads.seen[step], true) {
                continue;
            }
            match &self.steps[step] {
                Step::Jump(to) => open.push((*to, places)),
                Step::Split(first, second) => {
                    open.push((*second, places.clone()));
                    open.push((*first, places));
                }
                Step::Save(slot) => {
                    if let Some(place) = places.get_mut(*slot) {
                        *place = Some(at);
                    }
                    open.push((step + 1, places));
                }
                Step::Is(place) => {
                    if is_at(*place, at, line) {
                        open.push((step + 1, places));
                    }
                }
                _ => threads.list.push((step, places)),
            }
        }
    }
}

struct Threads {
    list: Vec<(usize, Places)>,
    seen: Vec<bool>,
}

impl Threads {
    fn new(steps: usize) -> Threads {
        Threads { list: vec![], seen: vec![false; steps] }
    }

    fn clear(&mut self) {
        self.list.clear();
        self.seen.fill(false);
    }
}

/// Whether a letter belongs to a word.
pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_at(place: Place, at: usize, line: &[char]) -> bool {
    let before = at > 0 && is_word(line[at - 1]);
    let after = line.get(at).is_some_and(|c| is_word(*c));
    match place {
        Place::Start => at == 0,
        Place::End => at == line.len(),
        Place::WordEdge => before != after,
        Place::NoWordEdge => before == after,
        Place::WordStart => !before && after,
        Place::WordEnd => before && !after,
    }
}

/// Steps that begin somewhere else.
fn shifted(steps: Vec<Step>, by: usize) -> impl Iterator<Item = Step> {
    steps.into_iter().map(move |step| match step {
        Step::Split(a, b) => Step::Split(a + by, b + by),
        Step::Jump(to) => Step::Jump(to + by),
        step => step,
    })
}

struct Parser {
    letters: Vec<char>,
    at: usize,
    syntax: Syntax,
    groups: usize,
    /// Whether the piece at hand can be repeated: `*` at the beginning means itself.
    starred: bool,
}

impl Parser {
    fn next_is(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(i, c)| self.letters.get(self.at + i) == Some(&c))
    }

    /// Takes an operator, which basic syntax writes with a `\`.
    fn takes(&mut self, operator: char) -> bool {
        let escaped = self.syntax == Syntax::Basic;
        let found = match escaped {
            true => self.letters.get(self.at) == Some(&'\\') && self.letters.get(self.at + 1) == Some(&operator),
            false => self.letters.get(self.at) == Some(&operator),
        };
        self.at += if found { 1 + usize::from(escaped) } else { 0 };
        found
    }

    fn alternatives(&mut self, depth: usize) -> Result<Vec<Step>, String> {
        if depth > DEPTH {
            return Err("Regular expression too big".to_owned());
        }
        let mut all: Option<Vec<Step>> = None;
        loop {
            let one = self.sequence(depth)?;
            all = Some(match all {
                None => one,
                Some(before) => {
                    let (first, second) = (before.len(), one.len());
                    let mut both = vec![Step::Split(1, first + 2)];
                    both.extend(shifted(before, 1));
                    both.push(Step::Jump(first + second + 2));
                    both.extend(shifted(one, first + 2));
                    both
                }
            });
            if !self.takes('|') {
                return Ok(all.unwrap_or_default());
            }
        }
    }

    fn sequence(&mut self, depth: usize) -> Result<Vec<Step>, String> {
        let mut steps = vec![];
        let mut first = true;
        while self.at < self.letters.len() {
            let (close, or) = if self.syntax == Syntax::Basic { ("\\)", "\\|") } else { (")", "|") };
            if self.next_is(or) || (self.next_is(close) && (depth > 0 || self.syntax == Syntax::Basic)) {
                break;
            }
            if depth == 0 && self.next_is(close) {
                return Err("Unmatched ) or \\)".to_owned());
            }
            self.starred = true;
            let piece = self.piece(first, depth)?;
            let piece = if self.starred { self.repeated(piece)? } else { piece };
            let by = steps.len();
            steps.extend(shifted(piece, by));
            if steps.len() > MOST_STEPS {
                return Err("Regular expression too big".to_owned());
            }
            first = false;
        }
        Ok(steps)
    }

    fn repeated(&mut self, mut piece: Vec<Step>) -> Result<Vec<Step>, String> {
        loop {
            let (least, most) = if self.next_is("*") {
                self.at += 1;
                (0, None)
            } else if self.takes('+') {
                (1, None)
            } else if self.takes('?') {
                (0, Some(1))
            } else if self.syntax == Syntax::Extended
                && self.next_is("{")
                && !self.letters.get(self.at + 1).is_some_and(char::is_ascii_digit)
                && !self.next_is("{,")
            {
                return Ok(piece);
            } else if self.takes('{') {
                self.bounds()?
            } else {
                return Ok(piece);
            };
            piece = repeat(&piece, least, most).ok_or("Regular expression too big")?;
        }
    }

    fn bounds(&mut self) -> Result<(usize, Option<usize>), String> {
        let number = |parser: &mut Self| {
            let mut digits = String::new();
            while let Some(c) = parser.letters.get(parser.at).filter(|c| c.is_ascii_digit()) {
                digits.push(*c);
                parser.at += 1;
            }
            digits.parse::<usize>().ok()
        };
        let least = number(self);
        let comma = self.next_is(",");
        self.at += usize::from(comma);
        let most = if comma { number(self) } else { least };
        if !self.takes('}') {
            return Err("Unmatched { or \\{".to_owned());
        }
        match (least.unwrap_or(0), most) {
            (least, Some(most)) if most < least => Err("Invalid content of \\{\\}".to_owned()),
            (least, most) if least > 255 || most.is_some_and(|most| most > 255) => {
                let _ = (least, most);
                Err("Regular expression too big".to_owned())
            }
            bounds => Ok(bounds),
        }
    }

    fn piece(&mut self, first: bool, depth: usize) -> Result<Vec<Step>, String> {
        if self.takes('(') {
            self.groups += 1;
            let group = self.groups;
            let inner = self.alternatives(depth + 1)?;
            if !self.takes(')') {
                return Err("Unmatched ( or \\(".to_owned());
            }
            self.starred = true;
            let mut steps = vec![Step::Save(2 * group)];
            steps.extend(shifted(inner, 1));
            steps.push(Step::Save(2 * group + 1));
            return Ok(steps);
        }
        let c = self.letters[self.at];
        self.at += 1;
        let basic = self.syntax == Syntax::Basic;
        let at_end = self.at == self.letters.len() || (basic && (self.next_is("\\)") || self.next_is("\\|")));
        Ok(vec![match c {
            '.' => Step::Any,
            '^' if first || !basic => {
                self.starred = false;
                Step::Is(Place::Start)
            }
            '$' if at_end || !basic => {
                self.starred = false;
                Step::Is(Place::End)
            }
            '[' => self.class()?,
            '*' if first && basic => Step::Letter('*'),
            '*' | '+' | '?' if first => {
                // Nothing to repeat: GNU's tools take it as nothing.
                self.starred = false;
                return Ok(vec![]);
            }
            '\\' => {
                let escaped = *self.letters.get(self.at).ok_or("Trailing backslash")?;
                self.at += 1;
                let named = |name: &str, negated: bool| Step::Class(vec![Range::Named(name.to_owned())], negated);
                let word =
                    |negated: bool| Step::Class(vec![Range::Named("alnum".to_owned()), Range::Letters('_', '_')], negated);
                match escaped {
                    'd' => named("digit", false),
                    'D' => named("digit", true),
                    's' => named("space", false),
                    'S' => named("space", true),
                    'w' => word(false),
                    'W' => word(true),
                    'b' => Step::Is(Place::WordEdge),
                    'B' => Step::Is(Place::NoWordEdge),
                    '<' => Step::Is(Place::WordStart),
                    '>' => Step::Is(Place::WordEnd),
                    'n' => Step::Letter('\n'),
                    't' => Step::Letter('\t'),
                    '1'..='9' => return Err("the playground's patterns have no \\1 … \\9".to_owned()),
                    other => Step::Letter(other),
                }
            }
            c => Step::Letter(c),
        }])
    }

    fn class(&mut self) -> Result<Step, String> {
        let unmatched = "Unmatched [, [^, [:, [., or [=";
        let negated = self.next_is("^");
        self.at += usize::from(negated);
        let mut ranges = vec![];
        loop {
            let from = *self.letters.get(self.at).ok_or(unmatched)?;
            if from == ']' && !ranges.is_empty() {
                self.at += 1;
                return Ok(Step::Class(ranges, negated));
            }
            if self.next_is("[:") {
                let length = self.letters[self.at..].iter().position(|c| *c == ']').ok_or(unmatched)?;
                let name: String = self.letters[self.at + 2..self.at + length].iter().collect();
                let name = name.strip_suffix(':').ok_or(unmatched)?;
                let known = [
                    "digit", "alpha", "alnum", "space", "blank", "upper", "lower", "punct", "xdigit", "cntrl", "print",
                    "graph",
                ];
                if !known.contains(&name) {
                    return Err("Invalid character class name".to_owned());
                }
                self.at += length + 1;
                ranges.push(Range::Named(name.to_owned()));
                continue;
            }
            self.at += 1;
            let to = match (self.letters.get(self.at), self.letters.get(self.at + 1)) {
                (Some('-'), Some(&to)) if to != ']' => {
                    self.at += 2;
                    to
                }
                _ => from,
            };
            if to < from {
                return Err("Invalid range end".to_owned());
            }
            ranges.push(Range::Letters(from, to));
        }
    }
}

/// A piece as often as wanted.
fn repeat(piece: &[Step], least: usize, most: Option<usize>) -> Option<Vec<Step>> {
    let mut steps = vec![];
    let copies = most.unwrap_or(least + 1).max(1);
    if copies * (piece.len() + 2) > MOST_STEPS {
        return None;
    }
    let copy = |steps: &mut Vec<Step>| {
        let by = steps.len();
        steps.extend(shifted(piece.to_vec(), by));
    };
    for _ in 0..least {
        copy(&mut steps);
    }
    match most {
        None => {
            // Again: try one more, or go on.
            let head = steps.len();
            steps.push(Step::Split(head + 1, head + piece.len() + 2));
            copy(&mut steps);
            steps.push(Step::Jump(head));
        }
        Some(most) => {
            let each = piece.len() + 1;
            let end = steps.len() + (most - least) * each;
            for _ in least..most {
                let at = steps.len();
                steps.push(Step::Split(at + 1, end));
                copy(&mut steps);
            }
        }
    }
    Some(steps)
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
            ("a|ab", Extended, "xab", Some((1, 3))),
            ("(ab)+c", Extended, "xababc", Some((1, 6))),
            ("(a|b)*c", Extended, "abac", Some((0, 4))),
            ("a{2,3}", Extended, "aaaa", Some((0, 3))),
            ("a\\{2\\}", Basic, "baaa", Some((1, 3))),
            ("a{2,}", Extended, "aaaab", Some((0, 4))),
            ("x{", Extended, "x{", Some((0, 2))),
            ("\\bfoo\\b", Extended, "afoo foo", Some((5, 8))),
            ("\\S+$", Extended, "a b", Some((2, 3))),
            ("[^a]", Basic, "aab", Some((2, 3))),
            ("[]a]", Basic, "]", Some((0, 1))),
            ("[[:digit:]]\\+", Basic, "ab12", Some((2, 4))),
            ("a.c", Fixed, "abc a.c", Some((4, 7))),
            ("\\.", Basic, "a.b", Some((1, 2))),
            ("*a", Basic, "*a", Some((0, 2))),
            ("a^b$c", Basic, "a^b$c", Some((0, 5))),
            ("(a*)*b", Extended, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaac", None),
            ("(a|aa)+$", Extended, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", Some((0, 37))),
        ] {
            let found = Pattern::parse(pattern, syntax, Case::Matters).map(|p| p.find(&line.chars().collect::<Vec<_>>(), 0));
            assert_eq!(found, Ok(expect), "{pattern} in {line}");
        }
        for (pattern, syntax) in [
            ("[", Basic),
            ("\\(", Basic),
            ("(", Extended),
            (")", Extended),
            ("\\", Basic),
            ("[[:x:]]", Basic),
            ("[b-a]", Basic),
        ] {
            assert!(Pattern::parse(pattern, syntax, Case::Ignored).is_err(), "{pattern}");
        }
        assert!(Pattern::parse("RUN", Basic, Case::Ignored).is_ok_and(|p| p.is_in("running")));
        assert!(Pattern::parse("\\S[a-c]", Basic, Case::Ignored).is_ok_and(|p| p.is_in("xB")));
        assert!(Pattern::parse(&"(".repeat(5000), Extended, Case::Matters).is_err());
        assert!(Pattern::parse("(a{255}){255}", Extended, Case::Matters).is_err());
    }

    #[test]
    fn groups_are_found() {
        let line: Vec<char> = "image: nginx:1.2".chars().collect();
        let pattern = Pattern::parse("([a-z]+):([0-9.]+)", Syntax::Extended, Case::Matters).expect("a pattern");
        assert_eq!(pattern.places(&line, 0), Some(vec![Some(7), Some(16), Some(7), Some(12), Some(13), Some(16)]));
    }
}
