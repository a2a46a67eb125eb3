//! Takes an awk program apart.

use std::rc::Rc;

use crate::shell::pattern::{Case, Pattern, Syntax};

/// How deep a program may be nested, chains of operators counted too: the stack is not deep.
const DEPTH: usize = 120;

/// A program.
#[derive(Debug, Default)]
pub(super) struct Program {
    pub(super) begin: Vec<Statement>,
    pub(super) rules: Vec<Rule>,
    pub(super) end: Vec<Statement>,
}

/// A pattern and what is done where it fits.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) from: Option<Expr>,
    /// The end of a range.
    pub(super) to: Option<Expr>,
    /// Nothing: prints the line.
    pub(super) body: Option<Vec<Statement>>,
}

#[derive(Debug)]
pub(super) enum Statement {
    Print(Vec<Expr>),
    Printf(Vec<Expr>),
    Do(Expr),
    If(Expr, Vec<Statement>, Vec<Statement>),
    /// Condition, what follows each round, body, whether the body comes first.
    Loop(Option<Expr>, Option<Box<Statement>>, Vec<Statement>, bool),
    Each(String, String, Vec<Statement>),
    Delete(String, Option<Expr>),
    Next,
    Exit(Option<Expr>),
    Break,
    Continue,
}

#[derive(Debug)]
pub(super) enum Expr {
    Number(f64),
    Text(String),
    Regex(Rc<Pattern>),
    Variable(String),
    Field(Box<Expr>),
    Item(String, Box<Expr>),
    /// An operator of one operand: `-`, `!`, `+`.
    Unary(char, Box<Expr>),
    Binary(&'static str, Box<Expr>, Box<Expr>),
    Match(Box<Expr>, Box<Expr>, bool),
    In(Box<Expr>, String),
    Choice(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `x = …`, `x += …`; the operator without `=`.
    Assign(&'static str, Box<Expr>, Box<Expr>),
    /// `x++` and the like: the step, and whether the old value is meant.
    Step(Box<Expr>, f64, bool),
    Call(String, Vec<Expr>),
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Number(f64),
    Text(String),
    Regex(String),
    Name(String),
    /// A name with a `(` right behind it.
    Call(String),
    Sign(&'static str),
    Line,
}

const SIGNS: [&str; 43] = [
    "&&", "||", "==", "!=", "<=", ">=", "!~", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", "**", ">>", "{", "}", "(",
    ")", "[", "]", ";", ",", "+", "-", "*", "/", "%", "^", "!", ">", "<", "|", "?", ":", "~", "$", "=", "\\", "&", "@",
];

/// The functions.
const FUNCTIONS: &str =
    "length substr index split sub gsub match toupper tolower sprintf int sqrt exp log sin cos rand srand systime";

/// Takes a program apart; says what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Program, String> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0, no_in: false, no_greater: false };
    let mut program = Program::default();
    loop {
        parser.lines();
        let Some(token) = parser.peek().cloned() else { return Ok(program) };
        match token {
            Token::Name(name) if name == "BEGIN" || name == "END" => {
                parser.at += 1;
                let body = parser.braces()?;
                if name == "BEGIN" { program.begin.extend(body) } else { program.end.extend(body) }
            }
            Token::Name(name) if name == "function" || name == "func" => {
                return Err("the playground's awk has no functions of your own".to_owned());
            }
            Token::Sign("{") => {
                let body = parser.braces()?;
                program.rules.push(Rule { from: None, to: None, body: Some(body) });
            }
            _ => {
                let from = Some(parser.expression()?);
                let to = if parser.takes(",") { Some(parser.expression()?) } else { None };
                let body = if parser.is("{") { Some(parser.braces()?) } else { None };
                program.rules.push(Rule { from, to, body });
            }
        }
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens: Vec<Token> = vec![];
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        // Behind a value a `/` divides, elsewhere it begins a pattern.
        let after_value = matches!(
            tokens.last(),
            Some(Token::Number(_) | Token::Text(_) | Token::Name(_) | Token::Sign(")" | "]" | "$" | "++" | "--"))
        );
        if c == '\n' {
            tokens.push(Token::Line);
            rest = &rest[1..];
        } else if c.is_whitespace() {
            rest = &rest[c.len_utf8()..];
        } else if c == '\\' && rest[1..].starts_with('\n') {
            rest = &rest[2..];
        } else if c == '#' {
            rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
        } else if c == '"' {
            let (text, length) = quoted(&rest[1..], '"')?;
            tokens.push(Token::Text(unescaped(&text)));
            rest = &rest[1 + length..];
        } else if c == '/' && !after_value {
            let (text, length) = quoted(&rest[1..], '/').map_err(|_| "unterminated regexp".to_owned())?;
            tokens.push(Token::Regex(text.replace("\\/", "/")));
            rest = &rest[1 + length..];
        } else if c.is_ascii_digit() || (c == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit())) {
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            let exponent = rest[end..].strip_prefix(['e', 'E']).map_or(0, |after| {
                let sign = usize::from(after.starts_with(['-', '+']));
                let digits = after[sign..].bytes().take_while(u8::is_ascii_digit).count();
                if digits > 0 { 1 + sign + digits } else { 0 }
            });
            tokens.push(Token::Number(rest[..end + exponent].parse().unwrap_or(0.0)));
            rest = &rest[end + exponent..];
        } else if c.is_ascii_alphabetic() || c == '_' {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            let name = rest[..end].to_owned();
            rest = &rest[end..];
            tokens.push(if rest.starts_with('(') { Token::Call(name) } else { Token::Name(name) });
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            tokens.push(Token::Sign(sign));
            rest = &rest[sign.len()..];
        } else {
            return Err(format!("syntax error near {c}"));
        }
    }
    Ok(tokens)
}

/// The text up to a closing letter, and how long that is with it.
fn quoted(text: &str, end: char) -> Result<(String, usize), String> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            '\n' => break,
            c if c == end && !escaped => return Ok((text[..at].to_owned(), at + 1)),
            c => escaped = c == '\\' && !escaped,
        }
    }
    Err("unterminated string".to_owned())
}

fn unescaped(text: &str) -> String {
    crate::shell::text::unescape(&text.replace("\\\"", "\"").replace("\\/", "/")).0
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    /// Whether `in` ends an expression, as in `for (k in a)`, and whether `>` does, as in `print a > "file"`.
    no_in: bool,
    no_greater: bool,
}

type Result2<T> = Result<T, String>;

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.peek(), Some(Token::Sign(found)) if *found == sign)
    }

    fn takes(&mut self, sign: &str) -> bool {
        let is = self.is(sign);
        self.at += usize::from(is);
        is
    }

    fn takes_name(&mut self, name: &str) -> bool {
        let is = matches!(self.peek(), Some(Token::Name(found) | Token::Call(found)) if found == name);
        self.at += usize::from(is);
        is
    }

    fn needs(&mut self, sign: &str) -> Result2<()> {
        if self.takes(sign) { Ok(()) } else { Err(self.wrong()) }
    }

    fn wrong(&self) -> String {
        match self.peek() {
            None => "syntax error near end of the program".to_owned(),
            Some(Token::Line) => "syntax error near a line end".to_owned(),
            Some(Token::Sign(sign)) => format!("syntax error near {sign}"),
            Some(Token::Name(text) | Token::Call(text) | Token::Text(text) | Token::Regex(text)) => {
                format!("syntax error near {text}")
            }
            Some(Token::Number(number)) => format!("syntax error near {number}"),
        }
    }

    fn deeper(&mut self) -> Result2<()> {
        self.depth += 1;
        if self.depth > DEPTH {
            Err("the playground's awk does not run programs nested as deep as this one".to_owned())
        } else {
            Ok(())
        }
    }

    fn lines(&mut self) {
        while matches!(self.peek(), Some(Token::Line | Token::Sign(";"))) {
            self.at += 1;
        }
    }

    fn line_ends(&mut self) {
        while matches!(self.peek(), Some(Token::Line)) {
            self.at += 1;
        }
    }

    fn braces(&mut self) -> Result2<Vec<Statement>> {
        self.deeper()?;
        self.line_ends();
        self.needs("{")?;
        let mut body = vec![];
        loop {
            self.lines();
            if self.takes("}") {
                self.depth -= 1;
                return Ok(body);
            }
            if self.peek().is_none() {
                return Err(self.wrong());
            }
            body.push(self.statement()?);
            if !matches!(self.peek(), Some(Token::Line | Token::Sign(";" | "}"))) {
                let ended = matches!(self.tokens.get(self.at.wrapping_sub(1)), Some(Token::Sign("}" | ";")));
                if !ended {
                    return Err(self.wrong());
                }
            }
        }
    }

    /// One statement, or several in braces.
    fn block(&mut self) -> Result2<Vec<Statement>> {
        self.line_ends();
        if self.is("{") {
            return self.braces();
        }
        if self.takes(";") {
            return Ok(vec![]);
        }
        let statement = self.statement()?;
        let _ = self.takes(";");
        Ok(vec![statement])
    }

    fn statement(&mut self) -> Result2<Statement> {
        self.deeper()?;
        let statement = self.statement_inside();
        self.depth -= 1;
        statement
    }

    fn statement_inside(&mut self) -> Result2<Statement> {
        if self.is("{") {
            let body = self.braces()?;
            return Ok(Statement::If(Expr::Number(1.0), body, vec![]));
        }
        if self.takes_name("print") {
            return Ok(Statement::Print(self.printed()?));
        }
        if self.takes_name("printf") {
            return Ok(Statement::Printf(self.printed()?));
        }
        if self.takes_name("if") {
            self.needs("(")?;
            let condition = self.expression()?;
            self.needs(")")?;
            let yes = self.block()?;
            let before = self.at;
            self.lines();
            if self.takes_name("else") {
                return Ok(Statement::If(condition, yes, self.block()?));
            }
            self.at = before;
            return Ok(Statement::If(condition, yes, vec![]));
        }
        if self.takes_name("while") {
            self.needs("(")?;
            let condition = self.expression()?;
            self.needs(")")?;
            return Ok(Statement::Loop(Some(condition), None, self.block()?, false));
        }
        if self.takes_name("do") {
            let body = self.block()?;
            self.lines();
            if !self.takes_name("while") {
                return Err(self.wrong());
            }
            self.needs("(")?;
            let condition = self.expression()?;
            self.needs(")")?;
            return Ok(Statement::Loop(Some(condition), None, body, true));
        }
        if self.takes_name("for") {
            return self.for_loop();
        }
        if self.takes_name("delete") {
            let Some(Token::Name(name)) = self.peek().cloned() else { return Err(self.wrong()) };
            self.at += 1;
            if !self.takes("[") {
                return Ok(Statement::Delete(name, None));
            }
            let index = self.index()?;
            return Ok(Statement::Delete(name, Some(index)));
        }
        if self.takes_name("exit") {
            let ends = matches!(self.peek(), None | Some(Token::Line | Token::Sign(";" | "}")));
            return Ok(Statement::Exit(if ends { None } else { Some(self.expression()?) }));
        }
        for (name, statement) in [("next", Statement::Next), ("break", Statement::Break), ("continue", Statement::Continue)]
        {
            if self.takes_name(name) {
                return Ok(statement);
            }
        }
        Ok(Statement::Do(self.expression()?))
    }

    fn for_loop(&mut self) -> Result2<Statement> {
        self.needs("(")?;
        if let (Some(Token::Name(name)), Some(Token::Name(word)), Some(Token::Name(array)), Some(Token::Sign(")"))) = (
            self.tokens.get(self.at),
            self.tokens.get(self.at + 1),
            self.tokens.get(self.at + 2),
            self.tokens.get(self.at + 3),
        ) && word == "in"
        {
            let (name, array) = (name.clone(), array.clone());
            self.at += 4;
            return Ok(Statement::Each(name, array, self.block()?));
        }
        let first = if self.is(";") { None } else { Some(self.statement()?) };
        self.needs(";")?;
        let condition = if self.is(";") { None } else { Some(self.expression()?) };
        self.needs(";")?;
        let step = if self.is(")") { None } else { Some(Box::new(self.statement()?)) };
        self.needs(")")?;
        let body = self.block()?;
        let repeated = Statement::Loop(condition, step, body, false);
        Ok(match first {
            None => repeated,
            Some(first) => Statement::If(Expr::Number(1.0), vec![first, repeated], vec![]),
        })
    }

    /// What is printed.
    fn printed(&mut self) -> Result2<Vec<Expr>> {
        let mut all = vec![];
        if matches!(self.peek(), None | Some(Token::Line | Token::Sign(";" | "}"))) {
            return Ok(all);
        }
        self.no_greater = true;
        // `print (a, b)` prints both.
        let start = self.at;
        let mut grouped = false;
        if self.takes("(") {
            self.no_greater = false;
            let mut inner = vec![self.expression()?];
            while self.takes(",") {
                self.line_ends();
                inner.push(self.expression()?);
            }
            self.needs(")")?;
            self.no_greater = true;
            grouped = matches!(self.peek(), None | Some(Token::Line | Token::Sign(";" | "}" | ">" | ">>" | "|")));
            if grouped {
                all = inner;
            } else {
                self.at = start;
            }
        }
        if !grouped {
            all.push(self.expression()?);
            while self.takes(",") {
                self.line_ends();
                all.push(self.expression()?);
            }
        }
        self.no_greater = false;
        if self.is(">") || self.is(">>") || self.is("|") {
            return Err("the playground's awk prints to its output only: the shell's > writes a file".to_owned());
        }
        Ok(all)
    }

    /// What stands in `[ … ]`, from behind the opening one.
    fn index(&mut self) -> Result2<Expr> {
        let mut index = self.expression()?;
        while self.takes(",") {
            let next = self.expression()?;
            let both = Expr::Binary(" ", Box::new(index), Box::new(Expr::Variable("SUBSEP".to_owned())));
            index = Expr::Binary(" ", Box::new(both), Box::new(next));
        }
        self.needs("]")?;
        Ok(index)
    }

    fn expression(&mut self) -> Result2<Expr> {
        self.deeper()?;
        let condition = self.binary(0)?;
        let expression = if self.takes("?") {
            let yes = self.expression()?;
            self.needs(":")?;
            let no = self.expression()?;
            Expr::Choice(Box::new(condition), Box::new(yes), Box::new(no))
        } else {
            let assigned = [("=", ""), ("+=", "+"), ("-=", "-"), ("*=", "*"), ("/=", "/"), ("%=", "%"), ("^=", "^")];
            let found = assigned.iter().find(|(sign, _)| self.is(sign));
            match found {
                Some((_, operator)) if is_place(&condition) => {
                    self.at += 1;
                    let value = self.expression()?;
                    Expr::Assign(operator, Box::new(condition), Box::new(value))
                }
                Some(_) => return Err(self.wrong()),
                None => condition,
            }
        };
        self.depth -= 1;
        Ok(expression)
    }

    /// The operator that stands here, and how tightly it binds.
    fn operator(&self) -> Option<(&'static str, usize)> {
        Some(match self.peek()? {
            Token::Sign(sign) => match *sign {
                "||" => ("||", 1),
                "&&" => ("&&", 2),
                "~" => ("~", 4),
                "!~" => ("!~", 4),
                ">" if self.no_greater => return None,
                "==" | "!=" | "<=" | ">=" | "<" | ">" => (sign, 5),
                "+" | "-" => (sign, 7),
                "*" | "/" | "%" => (sign, 8),
                "^" | "**" => ("^", 10),
                // Two values side by side are put together.
                "$" | "!" | "(" | "++" | "--" if *sign != "!" => (" ", 6),
                _ => return None,
            },
            Token::Name(name) if name == "in" => {
                if self.no_in {
                    return None;
                }
                ("in", 3)
            }
            Token::Name(name) if name == "getline" => return None,
            Token::Number(_) | Token::Text(_) | Token::Name(_) | Token::Call(_) => (" ", 6),
            Token::Regex(_) | Token::Line => return None,
        })
    }

    fn binary(&mut self, least: usize) -> Result2<Expr> {
        let mut left = self.unary()?;
        let before = self.depth;
        while let Some((operator, level)) = self.operator().filter(|(_, level)| *level > least) {
            self.deeper()?;
            if operator != " " {
                self.at += 1;
            }
            if operator == "&&" || operator == "||" {
                self.line_ends();
            }
            if operator == "in" {
                let Some(Token::Name(array)) = self.peek().cloned() else { return Err(self.wrong()) };
                self.at += 1;
                left = Expr::In(Box::new(left), array);
                continue;
            }
            // `^` and `=` group from the right.
            let mut right = self.binary(if operator == "^" { level - 1 } else { level })?;
            if matches!(operator, "&&" | "||") && self.is("=") && is_place(&right) {
                self.at += 1;
                right = Expr::Assign("", Box::new(right), Box::new(self.expression()?));
            }
            left = match operator {
                "~" | "!~" => Expr::Match(Box::new(left), Box::new(right), operator == "!~"),
                operator => Expr::Binary(operator, Box::new(left), Box::new(right)),
            };
        }
        self.depth = before;
        Ok(left)
    }

    fn unary(&mut self) -> Result2<Expr> {
        self.deeper()?;
        let expression = if self.takes("!") {
            Expr::Unary('!', Box::new(self.binary(8)?))
        } else if self.takes("-") {
            Expr::Unary('-', Box::new(self.binary(9)?))
        } else if self.takes("+") {
            Expr::Unary('+', Box::new(self.binary(9)?))
        } else if self.is("++") || self.is("--") {
            let step = if self.is("++") { 1.0 } else { -1.0 };
            self.at += 1;
            let place = self.unary()?;
            if !is_place(&place) {
                return Err(self.wrong());
            }
            Expr::Step(Box::new(place), step, false)
        } else {
            let value = self.primary()?;
            if is_place(&value) && (self.is("++") || self.is("--")) {
                let step = if self.is("++") { 1.0 } else { -1.0 };
                self.at += 1;
                Expr::Step(Box::new(value), step, true)
            } else {
                value
            }
        };
        self.depth -= 1;
        Ok(expression)
    }

    fn primary(&mut self) -> Result2<Expr> {
        let Some(token) = self.peek().cloned() else { return Err(self.wrong()) };
        self.at += 1;
        Ok(match token {
            Token::Number(number) => Expr::Number(number),
            Token::Text(text) => Expr::Text(text),
            Token::Regex(text) => {
                let pattern = Pattern::parse(&text, Syntax::Extended, Case::Matters)?;
                Expr::Regex(Rc::new(pattern))
            }
            Token::Sign("$") => {
                self.deeper()?;
                let field = if self.is("++") || self.is("--") || self.is("-") { self.unary()? } else { self.primary()? };
                self.depth -= 1;
                Expr::Field(Box::new(field))
            }
            Token::Sign("(") => {
                let (no_in, no_greater) = (self.no_in, self.no_greater);
                (self.no_in, self.no_greater) = (false, false);
                let inner = self.expression()?;
                (self.no_in, self.no_greater) = (no_in, no_greater);
                self.needs(")")?;
                // What stands in parentheses is a value, no place.
                Expr::Choice(Box::new(Expr::Number(1.0)), Box::new(inner), Box::new(Expr::Number(0.0)))
            }
            Token::Name(name) if name == "getline" => return Err("the playground's awk has no getline".to_owned()),
            Token::Name(name) if name == "length" => Expr::Call(name, vec![]),
            Token::Name(name) => {
                if self.takes("[") {
                    let index = self.index()?;
                    return Ok(Expr::Item(name, Box::new(index)));
                }
                Expr::Variable(name)
            }
            Token::Call(name) => {
                if !FUNCTIONS.split(' ').any(|known| known == name) {
                    // `if(x)y(z)`: a variable beside parentheses.
                    return match name.as_str() {
                        "getline" | "system" | "close" | "fflush" | "strftime" | "gensub" | "asort" | "asorti"
                        | "printf" | "print" => Err(format!("the playground's awk has no {name}")),
                        _ => Err(format!("function {name} is not known")),
                    };
                }
                self.needs("(")?;
                let no_greater = std::mem::replace(&mut self.no_greater, false);
                let mut args = vec![];
                while !self.takes(")") {
                    if !args.is_empty() {
                        self.needs(",")?;
                        self.line_ends();
                    }
                    args.push(self.expression()?);
                }
                self.no_greater = no_greater;
                Expr::Call(name, args)
            }
            _ => {
                self.at -= 1;
                return Err(self.wrong());
            }
        })
    }
}

/// Whether it can be written.
fn is_place(expression: &Expr) -> bool {
    matches!(expression, Expr::Variable(_) | Expr::Field(_) | Expr::Item(..))
}
