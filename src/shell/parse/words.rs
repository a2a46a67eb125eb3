//! Words: quotes, `$…`, backquotes.

use std::rc::Rc;

use super::{Mistake, Parser, Result, is_meta, parse_at};
use crate::shell::code::{Change, Code, Piece, Quotes, Variable, Word, is_name, starts_jobs};

impl Parser<'_> {
    /// The word that stands here; something does.
    pub(super) fn word(&mut self) -> Result<Word> {
        self.pieces(&is_meta)
    }

    /// Pieces without quotes around them, until a letter that ends them.
    fn pieces(&mut self, ends: &dyn Fn(char) -> bool) -> Result<Word> {
        let mut word = Word::new();
        while let Some(c) = self.peek().filter(|c| !ends(*c)) {
            self.at += c.len_utf8();
            match c {
                '\'' => word.push(Piece::Quoted(self.single_quoted()?)),
                '"' => word.append(&mut self.quoted(Some('"'))?),
                '\\' => match self.next() {
                    Some('\n') => {}
                    Some(escaped) => word.push(Piece::Quoted(escaped.to_string())),
                    None => word.push(Piece::Quoted("\\".to_owned())),
                },
                '$' if self.rest().starts_with('\'') => {
                    self.at += 1;
                    word.push(Piece::Quoted(self.escaped()?));
                }
                '$' => match self.dollar(Quotes::None)? {
                    Some(piece) => word.push(piece),
                    None => plain(&mut word, '$'),
                },
                '`' => word.push(Piece::Output(self.backquoted()?, Quotes::None)),
                c => plain(&mut word, c),
            }
        }
        Ok(word)
    }

    fn single_quoted(&mut self) -> Result<String> {
        let length = self.rest().find('\'').ok_or(Mistake::Open('\'', self.line()))?;
        let text = self.rest()[..length].to_owned();
        self.at += length + 1;
        Ok(text)
    }

    /// `$'…'`, from behind the quote.
    fn escaped(&mut self) -> Result<String> {
        let line = self.line();
        let mut raw = String::new();
        loop {
            match self.next() {
                Some('\'') => return Ok(crate::shell::text::unescape(&raw).0),
                Some('\\') => {
                    let escaped = self.next().ok_or(Mistake::Open('\'', line))?;
                    if escaped == '\'' || escaped == '"' {
                        raw.push(escaped);
                    } else {
                        raw.extend(['\\', escaped]);
                    }
                }
                Some(c) => raw.push(c),
                None => return Err(Mistake::Open('\'', line)),
            }
        }
    }

    /// Text in double quotes from behind the opening one, or (`None`) all the text there is, as in a here-document.
    pub(super) fn quoted(&mut self, end: Option<char>) -> Result<Word> {
        let line = self.line();
        let (mut word, mut text) = (Word::new(), String::new());
        loop {
            let Some(c) = self.next() else {
                if let Some(end) = end {
                    return Err(Mistake::Open(end, line));
                }
                break;
            };
            match c {
                c if Some(c) == end => break,
                '\\' => match self.next() {
                    Some('\n') => {}
                    Some(escaped @ ('\\' | '$' | '`')) => text.push(escaped),
                    Some(escaped) if Some(escaped) == end => text.push(escaped),
                    Some(other) => text.extend(['\\', other]),
                    None => text.push('\\'),
                },
                '$' => match self.dollar(Quotes::Double)? {
                    Some(piece) => word.extend([Piece::Quoted(std::mem::take(&mut text)), piece]),
                    None => text.push('$'),
                },
                '`' => {
                    word.push(Piece::Quoted(std::mem::take(&mut text)));
                    word.push(Piece::Output(self.backquoted()?, Quotes::Double));
                }
                c => text.push(c),
            }
        }
        word.push(Piece::Quoted(text));
        Ok(word)
    }

    /// What stands behind a `$`, if that makes it one.
    fn dollar(&mut self, quotes: Quotes) -> Result<Option<Piece>> {
        if self.takes("((") {
            return Ok(Some(Piece::Number(self.arithmetic()?, quotes)));
        }
        if self.takes("(") {
            self.descend()?;
            let code = self.enclosed(true)?;
            self.depth -= 1;
            return Ok(Some(Piece::Output(code, quotes)));
        }
        if self.takes("{") {
            self.descend()?;
            let variable = self.braced()?;
            self.depth -= 1;
            return Ok(Some(Piece::Variable(Rc::new(variable), quotes)));
        }
        let Some(name) = self.name(false) else { return Ok(None) };
        Ok(Some(Piece::Variable(Rc::new(Variable { name, change: Change::None }), quotes)))
    }

    /// The name of a variable that stands here.
    fn name(&mut self, braced: bool) -> Option<String> {
        let rest = self.rest();
        let first = rest.chars().next()?;
        let length = match first {
            '?' | '#' | '@' | '*' | '!' | '$' | '-' => 1,
            '0'..='9' if braced => rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()),
            '0'..='9' => 1,
            _ => rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len()),
        };
        let name = rest[..length].to_owned();
        self.at += length;
        (!name.is_empty()).then_some(name)
    }

    /// `${…}`, from behind the brace.
    fn braced(&mut self) -> Result<Variable> {
        const BEYOND: Mistake = Mistake::Unsupported("${…} of this kind");
        let line = self.line();
        let is_length = self.rest().starts_with('#') && !self.rest().starts_with("#}");
        if is_length {
            self.at += 1;
        } else if self.rest().starts_with('!') && !self.rest().starts_with("!}") {
            return Err(Mistake::Unsupported("${!…}"));
        }
        let Some(name) = self.name(true) else {
            return Err(if self.rest().is_empty() { Mistake::Open('}', line) } else { BEYOND });
        };
        if self.rest().starts_with('[') {
            return Err(Mistake::Unsupported("arrays"));
        }
        let change = if is_length { Change::Length } else { self.change(&name)? };
        match self.next() {
            Some('}') => Ok(Variable { name, change }),
            Some(_) => Err(BEYOND),
            None => Err(Mistake::Open('}', line)),
        }
    }

    fn change(&mut self, name: &str) -> Result<Change> {
        let colon = self.rest().starts_with(':') && self.rest()[1..].starts_with(['-', '=', '?', '+']);
        self.at += usize::from(colon);
        Ok(match self.peek() {
            Some(kind @ ('-' | '=' | '?' | '+')) => {
                self.at += 1;
                if kind == '=' && !is_name(name) {
                    return Err(Mistake::Unsupported("${…} of this kind"));
                }
                Change::Otherwise { kind, colon, word: self.pieces(&|c| c == '}')? }
            }
            Some(':') => {
                self.at += 1;
                let from = self.pieces(&|c| c == '}' || c == ':')?;
                let length = if self.takes(":") { Some(self.pieces(&|c| c == '}')?) } else { None };
                Change::Slice(from, length)
            }
            Some(end @ ('#' | '%')) => {
                self.at += 1;
                let longest = self.takes(&end.to_string());
                Change::Strip { end, longest, pattern: self.pieces(&|c| c == '}')? }
            }
            Some('/') => {
                self.at += 1;
                let every = self.takes("/");
                let pattern = self.pieces(&|c| c == '}' || c == '/')?;
                let with = if self.takes("/") { self.pieces(&|c| c == '}')? } else { vec![] };
                Change::Replace { every, pattern, with }
            }
            Some(to @ ('^' | ',')) => {
                self.at += 1;
                Change::Case { to, every: self.takes(&to.to_string()) }
            }
            _ => Change::None,
        })
    }

    /// `$(( … ))` and `(( … ))`, from behind the opening ones.
    pub(super) fn arithmetic(&mut self) -> Result<Word> {
        self.descend()?;
        let line = self.line();
        let mut word = Word::new();
        let mut open = 0usize;
        loop {
            let Some(c) = self.next() else { return Err(Mistake::Open(')', line)) };
            match c {
                ')' if open == 0 => {
                    if !self.takes(")") {
                        return Err(self.unexpected());
                    }
                    break;
                }
                '(' => open += 1,
                ')' => open -= 1,
                '$' => {
                    if let Some(piece) = self.dollar(Quotes::Double)? {
                        word.push(piece);
                        continue;
                    }
                }
                '`' => {
                    word.push(Piece::Output(self.backquoted()?, Quotes::Double));
                    continue;
                }
                '"' => continue,
                _ => {}
            }
            match word.last_mut() {
                Some(Piece::Quoted(text)) => text.push(c),
                _ => word.push(Piece::Quoted(c.to_string())),
            }
        }
        self.depth -= 1;
        Ok(word)
    }

    /// The command in backquotes, from behind the opening one.
    fn backquoted(&mut self) -> Result<Code> {
        let line = self.line();
        let mut inner = String::new();
        loop {
            match self.next() {
                Some('`') => break,
                Some('\\') => match self.next() {
                    Some(escaped @ ('`' | '\\' | '$')) => inner.push(escaped),
                    Some(other) => inner.extend(['\\', other]),
                    None => {}
                },
                Some(c) => inner.push(c),
                None => return Err(Mistake::Open('`', line)),
            }
        }
        let code = parse_at(&inner, self.aliases, self.depth)?;
        if starts_jobs(&code) {
            return Err(Mistake::Unsupported("background jobs inside ( … ) or $(…)"));
        }
        Ok(code)
    }
}

/// Puts a letter without quotes behind a word.
fn plain(word: &mut Word, c: char) {
    match word.last_mut() {
        Some(Piece::Plain(text)) => text.push(c),
        _ => word.push(Piece::Plain(c.to_string())),
    }
}
