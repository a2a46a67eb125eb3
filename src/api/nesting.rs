//! How deep a YAML text nests, before anybody reads it.
//!
//! libyaml takes the square of the depth and needs a look at nothing but the beginnings and ends of what nests, so they are found
//! here first: by the rules of its scanner (`scanner.c`), because a bracket in a quoted text opens nothing, and what looks like a
//! quote in the middle of a plain text quotes nothing.

use std::str::Chars;

use super::yaml::BREAKS;

/// Whether more collections than that are open in one another somewhere in a document. A text that libyaml finds a mistake in is
/// looked at up to there, or a little beyond. A list that stands no further in than its key counts as one with the map.
pub(super) fn is_deeper_than(most: usize, text: &str) -> bool {
    let openers = text.bytes().filter(|c| b"[{-?:".contains(c)).count();
    openers > most && Scanner::new(text).any(|depth| depth > most)
}

/// Reads one token after the other; gives how deep each is.
struct Scanner<'t> {
    rest: Chars<'t>,
    column: usize,
    /// The columns of the block collections that are open.
    indents: Vec<usize>,
    /// How many flow collections are open.
    flow: usize,
    /// Where on this line a key may have begun that needs no `?`.
    key: Option<usize>,
    may_be_key: bool,
}

impl Iterator for Scanner<'_> {
    type Item = usize;

    /// Nothing at the end, and where no token can begin.
    fn next(&mut self) -> Option<usize> {
        self.go_to_next_token();
        if self.flow == 0 {
            while self.indents.last().is_some_and(|indent| *indent > self.column) {
                self.indents.pop();
            }
        }
        self.token()?;
        Some(self.indents.len() + self.flow)
    }
}

impl<'t> Scanner<'t> {
    fn new(text: &'t str) -> Scanner<'t> {
        Scanner { rest: text.chars(), column: 0, indents: vec![], flow: 0, key: None, may_be_key: true }
    }

    fn token(&mut self) -> Option<()> {
        let (c, next) = (self.peek(0)?, self.peek(1));
        let (is_alone, is_flow) = (is_blank_or_end(next), self.flow > 0);
        match c {
            '.' if self.is_document_mark() => return None,
            '-' if self.is_document_mark() => {
                self.indents.clear();
                (self.key, self.may_be_key) = (None, false);
                self.skip_while(|c| c == '-');
            }
            '%' if self.column == 0 => self.skip_line(),
            '[' | '{' => {
                self.begin();
                self.flow += 1;
                self.may_be_key = true;
                self.skip();
            }
            ']' | '}' => {
                self.flow = self.flow.saturating_sub(1);
                self.may_be_key = false;
                self.skip();
            }
            ',' => {
                self.may_be_key = true;
                self.skip();
            }
            '-' if is_alone => self.indicator()?,
            '?' if is_alone || is_flow => self.indicator()?,
            ':' if is_alone || is_flow => match self.key.take_if(|_| !is_flow) {
                Some(column) => {
                    self.open(column);
                    self.may_be_key = false;
                    self.skip();
                }
                None => self.indicator()?,
            },
            '&' | '*' => {
                self.begin();
                self.skip();
                self.skip_while(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
            }
            '!' => {
                self.begin();
                let is_verbatim = next == Some('<');
                self.skip_while(|c| !is_blank_or_end(Some(c)) && if is_verbatim { c != '>' } else { !is_flow || c != ',' });
                if is_verbatim {
                    self.skip();
                }
            }
            '|' | '>' if !is_flow => self.block_scalar(),
            '\'' | '"' => {
                self.begin();
                self.quoted(c);
            }
            '#' | '|' | '>' | '%' | '@' | '`' => return None,
            _ => {
                self.begin();
                self.plain();
            }
        }
        Some(())
    }

    /// `-`, `?`, and a `:` without a key before it.
    fn indicator(&mut self) -> Option<()> {
        if self.flow == 0 {
            if !self.may_be_key {
                return None;
            }
            self.open(self.column);
            self.key = None;
        }
        self.may_be_key = self.flow == 0;
        self.skip();
        Some(())
    }

    /// A block collection begins at the column, if none did.
    fn open(&mut self, column: usize) {
        if self.flow == 0 && self.indents.last().is_none_or(|indent| *indent < column) {
            self.indents.push(column);
        }
    }

    /// Something begins that may turn out to be a key.
    fn begin(&mut self) {
        if self.flow == 0 && self.may_be_key {
            self.key = Some(self.column);
        }
        self.may_be_key = false;
    }

    fn quoted(&mut self, quote: char) {
        self.skip();
        while let Some(c) = self.peek(0) {
            let is_pair = if quote == '"' { c == '\\' } else { c == quote && self.peek(1) == Some(quote) };
            self.skip();
            if is_pair {
                self.skip();
            } else if c == quote {
                break;
            }
        }
    }

    fn plain(&mut self) {
        let indent = self.indents.last().map_or(0, |indent| indent + 1);
        loop {
            if self.is_document_mark() || self.peek(0) == Some('#') {
                return;
            }
            while let Some(c) = self.peek(0).filter(|c| !is_blank_or_end(Some(*c))) {
                let is_value = c == ':' && is_blank_or_end(self.peek(1));
                if is_value || self.flow > 0 && ",[]{}".contains(c) {
                    return;
                }
                self.may_be_key = false;
                self.skip();
            }
            if self.peek(0).is_none() {
                return;
            }
            while let Some(c) = self.peek(0).filter(|c| is_blank_or_end(Some(*c))) {
                self.may_be_key |= is_break(c);
                self.skip();
            }
            if self.flow == 0 && self.column < indent {
                return;
            }
        }
    }

    fn block_scalar(&mut self) {
        (self.key, self.may_be_key) = (None, true);
        self.skip();
        let mut given = None;
        while let Some(c) = self.peek(0).filter(|c| matches!(c, '+' | '-' | '1'..='9')) {
            given = c.to_digit(10).map(|digit| digit as usize).or(given);
            self.skip();
        }
        self.skip_line();
        let outer = self.indents.last().copied();
        let mut indent = given.map(|given| outer.unwrap_or(0) + given);
        let mut most = 0;
        loop {
            while indent.is_none_or(|indent| self.column < indent) && self.peek(0) == Some(' ') {
                self.skip();
            }
            most = most.max(self.column);
            if self.peek(0).is_some_and(is_break) {
                self.skip();
                continue;
            }
            let indent = *indent.get_or_insert_with(|| most.max(outer.map_or(1, |outer| outer + 1)));
            if self.column != indent || self.peek(0).is_none() {
                return;
            }
            self.skip_line();
        }
    }

    fn go_to_next_token(&mut self) {
        loop {
            self.skip_while(|c| matches!(c, ' ' | '\t' | '\u{feff}'));
            if self.peek(0) == Some('#') {
                self.skip_while(|c| !is_break(c));
            }
            if !self.peek(0).is_some_and(is_break) {
                return;
            }
            self.skip();
            self.may_be_key |= self.flow == 0;
        }
    }

    fn is_document_mark(&self) -> bool {
        let text = self.rest.as_str();
        self.column == 0 && (text.starts_with("---") || text.starts_with("...")) && is_blank_or_end(self.peek(3))
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.rest.clone().nth(ahead)
    }

    fn skip(&mut self) {
        match self.rest.next() {
            // A key stands on one line.
            Some(c) if is_break(c) => (self.column, self.key) = (0, None),
            Some(_) => self.column += 1,
            None => {}
        }
    }

    fn skip_while(&mut self, is_part: impl Fn(char) -> bool) {
        while self.peek(0).is_some_and(&is_part) {
            self.skip();
        }
    }

    /// With its break.
    fn skip_line(&mut self) {
        self.skip_while(|c| !is_break(c));
        self.skip();
    }
}

fn is_break(c: char) -> bool {
    BREAKS.contains(&c)
}

fn is_blank_or_end(c: Option<char>) -> bool {
    c.is_none_or(|c| c == ' ' || c == '\t' || is_break(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_that_of_what_nests() {
        for (text, depth) in [
            ("", 0),
            ("a", 0),
            ("a: b", 1),
            ("a:\n  b:\n    c: d\ne: f", 3),
            ("- - - a\n- b", 3),
            ("- a:\n  - b: [c, {d: e}]", 5),
            ("? - a\n: - b", 2),
            ("[[], [[]], {}]", 3),
            ("a: '[[[['", 1),
            ("a: \"[[\\\"[[\"", 1),
            ("a: 'it''s [[['\nb: [[]]", 3),
            ("a: b [[[[", 1),
            ("a: b '[[[[\nc: [d]", 2),
            ("a: b\n  'c\nd: [[['", 4),
            ("[a 'b, [[[', c]]]]", 4),
            ("[a\n'b, [[[']]]]", 4),
            ("a: # '\n- [[[", 4),
            ("a: b# '\nc: [[ # '", 3),
            ("a: |\n  it's [[[\n\n  [[\nb: [c]", 2),
            ("a:\n- |-\n  [[[\n- >1\n  [[\n- [b]", 2),
            ("|\n [[[\n", 0),
            ("a: &x !!str '[['\nb: !<t:[,'> [c]", 2),
            ("'a [': '['\n\"b\": [c]", 2),
            ("é:\n  ü: [ö]", 3),
            ("a\u{2028}'b\u{2028}c: [[[']]]", 0),
            ("%YAML '\n--- '\n[[['\n", 0),
            ("---\na: [\n--- [", 2),
            ("a: [\n...\n[[[", 2),
            ("a: b: [[[", 1),
            ("{a: b}: [[]]\n? {c: d}\n: [[]]", 3),
        ] {
            assert_eq!(Scanner::new(text).max().unwrap_or(0), depth, "{text:?}");
        }
    }
}
