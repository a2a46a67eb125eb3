//! The words of a template (upstream: `text/template/parse/lex.go`).

use serde_json::Value;

use crate::kubectl::go;

/// A word, and where it begins.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) at: usize,
    pub(super) kind: TokenKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind {
    /// Text between actions.
    Text(String),
    Open,
    Close,
    Space,
    /// `.name`
    Field(String),
    /// `.`
    Dot,
    /// `$` or `$name`
    Variable(String),
    Word(String),
    /// A number, a text, a character, with how it is written.
    Literal(Value, String),
    /// `|`, `(`, `)`, `,`, `:=`, `=`
    Sign(&'static str),
    /// What is no word.
    Wrong(String),
    End,
}

/// The words of a template; the last is [`TokenKind::End`] or [`TokenKind::Wrong`].
pub(super) fn lex(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { text, at: 0, tokens: vec![] };
    if let Err((at, why)) = lexer.template() {
        lexer.tokens.push(Token { at, kind: TokenKind::Wrong(why) });
    } else {
        lexer.tokens.push(Token { at: text.len(), kind: TokenKind::End });
    }
    lexer.tokens
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
}

type Lexed = Result<(), (usize, String)>;

const SPACES: [char; 4] = [' ', '\t', '\r', '\n'];

impl Lexer<'_> {
    fn push(&mut self, at: usize, kind: TokenKind) {
        self.tokens.push(Token { at, kind });
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn template(&mut self) -> Lexed {
        loop {
            let rest = self.rest();
            let open = rest.find("{{").unwrap_or(rest.len());
            let mut plain = rest[..open].to_owned();
            let ended = open == rest.len();
            let trims = rest[open..].starts_with("{{-") && rest[open + 3..].starts_with(SPACES);
            if trims {
                plain.truncate(plain.trim_end_matches(SPACES).len());
            }
            if !plain.is_empty() {
                self.push(self.at, TokenKind::Text(plain));
            }
            if ended {
                return Ok(());
            }
            let at = self.at + open;
            self.at = at + if trims { 4 } else { 2 };
            if self.rest().trim_start_matches(SPACES).starts_with("/*") && (trims || self.rest().starts_with("/*")) {
                self.comment(at)?;
                continue;
            }
            self.push(at, TokenKind::Open);
            self.action(at)?;
        }
    }

    fn comment(&mut self, at: usize) -> Lexed {
        let end = self.rest().find("*/").ok_or_else(|| (at, "unclosed comment".to_owned()))?;
        self.at += end + 2;
        let (close, trims) = if self.rest().starts_with("}}") {
            (2, false)
        } else if self.rest().starts_with(SPACES) && self.rest()[1..].starts_with("-}}") {
            (4, true)
        } else {
            return Err((at, "comment ends before closing delimiter".to_owned()));
        };
        self.at += close;
        self.trim(trims);
        Ok(())
    }

    /// Goes over white space behind `-}}`.
    fn trim(&mut self, trims: bool) {
        if trims {
            self.at = self.text.len() - self.rest().trim_start_matches(SPACES).len();
        }
    }

    fn action(&mut self, open: usize) -> Lexed {
        let mut parens = 0_usize;
        loop {
            let at = self.at;
            let rest = self.rest();
            let trimmed = rest.starts_with(SPACES) && rest[1..].starts_with("-}}");
            if trimmed || rest.starts_with("}}") {
                if parens > 0 {
                    return Err((at, "unclosed left paren".to_owned()));
                }
                self.at += if trimmed { 4 } else { 2 };
                self.push(at, TokenKind::Close);
                self.trim(trimmed);
                return Ok(());
            }
            let Some(c) = rest.chars().next() else { return Err((open, "unclosed action".to_owned())) };
            let next = rest[c.len_utf8()..].chars().next();
            match c {
                ' ' | '\t' | '\r' | '\n' => {
                    let length = rest.len() - rest.trim_start_matches(SPACES).len();
                    // The white space before `-}}` belongs to it.
                    let ends = rest[length..].starts_with("-}}");
                    self.at += if ends { length - 1 } else { length };
                    if self.at > at {
                        self.push(at, TokenKind::Space);
                    }
                }
                ':' if next == Some('=') => self.sign(":="),
                ':' => return Err((at, "expected :=".to_owned())),
                '=' => self.sign("="),
                '|' => self.sign("|"),
                ',' => self.sign(","),
                '(' => {
                    parens += 1;
                    self.sign("(");
                }
                ')' if parens == 0 => return Err((at, "unexpected right paren".to_owned())),
                ')' => {
                    parens -= 1;
                    self.sign(")");
                }
                '"' | '\'' => self.quoted(c)?,
                '`' => {
                    let length = rest[1..].find('`').ok_or_else(|| (at, "unterminated raw quoted string".to_owned()))?;
                    let text = rest[1..=length].to_owned();
                    let written = rest[..length + 2].to_owned();
                    self.at += length + 2;
                    self.push(at, TokenKind::Literal(Value::String(text), written));
                }
                '.' if !next.is_some_and(|next| next.is_ascii_digit()) => {
                    let name = self.name(at + 1)?;
                    self.push(at, if name.is_empty() { TokenKind::Dot } else { TokenKind::Field(name) });
                }
                '$' => {
                    let name = self.name(at + 1)?;
                    self.push(at, TokenKind::Variable(format!("${name}")));
                }
                c if c.is_ascii_digit() || matches!(c, '+' | '-' | '.') => self.number()?,
                c if is_alphanumeric(c) => {
                    let name = self.name(at)?;
                    self.push(at, TokenKind::Word(name));
                }
                c => return Err((at, format!("unrecognized character in action: U+{:04X} '{c}'", u32::from(c)))),
            }
        }
    }

    fn sign(&mut self, sign: &'static str) {
        self.push(self.at, TokenKind::Sign(sign));
        self.at += sign.len();
    }

    /// The letters and digits from `from` on; what follows must be able to end a word.
    fn name(&mut self, from: usize) -> Result<String, (usize, String)> {
        let rest = &self.text[from..];
        let (name, after) = rest.split_at(rest.find(|c| !is_alphanumeric(c)).unwrap_or(rest.len()));
        self.at = from + name.len();
        match after.chars().next() {
            Some(c)
                if !SPACES.contains(&c)
                    && !matches!(c, '.' | ',' | '|' | ':' | '(' | ')' | '=')
                    && !after.starts_with("}}") =>
            {
                Err((self.at, format!("bad character U+{:04X} '{c}'", u32::from(c))))
            }
            _ => Ok(name.to_owned()),
        }
    }

    fn quoted(&mut self, quote: char) -> Lexed {
        let at = self.at;
        let mut escaped = false;
        for (length, c) in self.rest().char_indices().skip(1) {
            match c {
                '\n' => break,
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                c if c == quote => {
                    let written = self.rest()[..=length].to_owned();
                    let text = go::unquote(&written).ok_or_else(|| (at, "invalid syntax".to_owned()))?;
                    let value = match quote {
                        '"' => Value::String(text),
                        // A character is its number.
                        _ => text.chars().next().map_or(0, u32::from).into(),
                    };
                    self.at += length + 1;
                    self.push(at, TokenKind::Literal(value, written));
                    return Ok(());
                }
                _ => {}
            }
        }
        let what = if quote == '"' { "unterminated quoted string" } else { "unterminated character constant" };
        Err((at, what.to_owned()))
    }

    fn number(&mut self) -> Lexed {
        let at = self.at;
        let rest = self.rest();
        let sign = usize::from(rest.starts_with(['+', '-']));
        let end =
            rest[sign..].find(|c: char| !c.is_alphanumeric() && c != '.' && c != '_').map_or(rest.len(), |end| end + sign);
        let written = rest[..end].to_owned();
        let digits = written.replace('_', "");
        let hex = digits.strip_prefix("0x").and_then(|digits| i64::from_str_radix(digits, 16).ok());
        let whole = || digits.parse::<i64>().ok().or(hex).map(Value::from);
        let float = || digits.parse::<f64>().ok().filter(|it| it.is_finite()).map(Value::from);
        let value = whole().or_else(float).ok_or_else(|| (at, format!("bad number syntax: {}", go::quote(&written))))?;
        self.at += end;
        self.push(at, TokenKind::Literal(value, written));
        Ok(())
    }
}

fn is_alphanumeric(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}
