//! The tree of a template (upstream: `text/template/parse/parse.go`).

use serde_json::Value;

use super::functions;
use super::lex::{Token, TokenKind, lex};
use super::{Command, Node, Operand, OperandKind, Pipe};
use crate::kubectl::go;

/// How deep blocks and parentheses may be nested; a longer template is refused before it can exhaust the stack.
const DEPTH: usize = 32;

/// Reads a template.
pub(super) fn parse(text: &str) -> Result<Vec<Node>, String> {
    let mut parser = Parser { text, tokens: lex(text), next: 0, depth: 0, loops: 0, variables: vec!["$".to_owned()] };
    match parser.list()? {
        (nodes, Ending::File) => Ok(nodes),
        (_, Ending::End) => Err(parser.wrong("unexpected {{end}}")),
        (_, Ending::Else) => Err(parser.wrong("unexpected {{else}}")),
    }
}

/// What ends a list of nodes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    File,
    End,
    /// The words behind `else` are still to be read.
    Else,
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
    loops: usize,
    variables: Vec<String>,
}

type Parsed<T> = Result<T, String>;

impl Parser<'_> {
    /// `template: output:LINE: WHY`, where the last word read is.
    fn wrong(&self, why: &str) -> String {
        let at = self.tokens.get(self.next.saturating_sub(1)).map_or(0, |token| token.at);
        let line = 1 + self.text.as_bytes()[..at.min(self.text.len())].iter().filter(|byte| **byte == b'\n').count();
        format!("template: output:{line}: {why}")
    }

    fn take(&mut self) -> Parsed<Token> {
        let token = self.tokens.get(self.next).cloned().unwrap_or(Token { at: self.text.len(), kind: TokenKind::End });
        self.next += 1;
        match token.kind {
            TokenKind::Wrong(why) => Err(self.wrong(&why)),
            _ => Ok(token),
        }
    }

    fn peek(&self) -> &TokenKind {
        self.tokens.get(self.next).map_or(&TokenKind::End, |token| &token.kind)
    }

    fn skip_space(&mut self) {
        while *self.peek() == TokenKind::Space {
            self.next += 1;
        }
    }

    fn deeper(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > DEPTH { Err(self.wrong("the playground's templates are nested no deeper than 32")) } else { Ok(()) }
    }

    fn list(&mut self) -> Parsed<(Vec<Node>, Ending)> {
        self.deeper()?;
        let mut nodes = vec![];
        loop {
            match self.take()?.kind {
                TokenKind::Text(text) => nodes.push(Node::Text(text)),
                TokenKind::Open => {
                    self.skip_space();
                    let word = if let TokenKind::Word(word) = self.peek() { word.clone() } else { String::new() };
                    match word.as_str() {
                        "end" => {
                            self.next += 1;
                            self.close("end")?;
                            self.depth -= 1;
                            return Ok((nodes, Ending::End));
                        }
                        "else" => {
                            self.next += 1;
                            self.depth -= 1;
                            return Ok((nodes, Ending::Else));
                        }
                        _ => nodes.push(self.action(&word)?),
                    }
                }
                _ => {
                    self.depth -= 1;
                    return Ok((nodes, Ending::File));
                }
            }
        }
    }

    /// Reads `}}` behind a word that has nothing more to say.
    fn close(&mut self, what: &str) -> Parsed<()> {
        self.skip_space();
        let token = self.take()?;
        if token.kind == TokenKind::Close { Ok(()) } else { Err(self.unexpected(&token, what)) }
    }

    fn action(&mut self, word: &str) -> Parsed<Node> {
        match word {
            "if" | "with" | "range" => {
                self.next += 1;
                self.block(word)
            }
            "break" | "continue" => {
                self.next += 1;
                if self.loops == 0 {
                    return Err(self.wrong(&format!("{{{{{word}}}}} outside {{{{range}}}}")));
                }
                self.close(word)?;
                Ok(if word == "break" { Node::Break } else { Node::Continue })
            }
            "define" | "template" | "block" => {
                self.next += 1;
                Err(self.wrong(&format!("the playground does not simulate {{{{{word}}}}} in templates")))
            }
            _ => Ok(Node::Print(self.pipe("command", false)?)),
        }
    }

    /// `if`, `with`, `range`, up to their `end`.
    fn block(&mut self, word: &str) -> Parsed<Node> {
        let known = self.variables.len();
        let pipe = self.pipe(word, word == "range")?;
        self.loops += usize::from(word == "range");
        let (body, ending) = self.list()?;
        self.loops -= usize::from(word == "range");
        let mut otherwise = vec![];
        match ending {
            Ending::File => return Err(self.wrong("unexpected EOF")),
            Ending::End => {}
            Ending::Else => {
                self.skip_space();
                let chained = matches!((self.peek(), word), (TokenKind::Word(next), "if" | "with") if next == word);
                if chained {
                    self.next += 1;
                    self.deeper()?;
                    otherwise.push(self.block(word)?);
                    self.depth -= 1;
                } else {
                    self.close("else")?;
                    let (nodes, ending) = self.list()?;
                    match ending {
                        Ending::End => otherwise = nodes,
                        Ending::File => return Err(self.wrong("unexpected EOF")),
                        Ending::Else => return Err(self.wrong("expected end; found {{else}}")),
                    }
                }
            }
        }
        self.variables.truncate(known);
        Ok(match word {
            "if" => Node::If(pipe, body, otherwise),
            "with" => Node::With(pipe, body, otherwise),
            _ => Node::Range(pipe, body, otherwise),
        })
    }

    /// A pipeline and the `}}` or `)` behind it.
    fn pipe(&mut self, context: &str, two_variables: bool) -> Parsed<Pipe> {
        self.deeper()?;
        let mut pipe = Pipe { variables: vec![], assigns: false, commands: vec![] };
        self.skip_space();
        self.declarations(&mut pipe, two_variables)?;
        loop {
            self.skip_space();
            let token = self.take()?;
            let ends = matches!(token.kind, TokenKind::Close | TokenKind::Sign(")"));
            if ends {
                if pipe.commands.is_empty() {
                    return Err(self.wrong(&format!("missing value for {context}")));
                }
                self.check_stages(&pipe)?;
                self.depth -= 1;
                return Ok(pipe);
            }
            self.next -= 1;
            let command = self.command(context)?;
            pipe.commands.push(command);
        }
    }

    /// `$x :=`, `$i, $e :=`, `$x =`.
    fn declarations(&mut self, pipe: &mut Pipe, two: bool) -> Parsed<()> {
        let begun = self.next;
        let mut names = vec![];
        while let TokenKind::Variable(name) = self.peek().clone() {
            names.push(name);
            self.next += 1;
            self.skip_space();
            match *self.peek() {
                TokenKind::Sign(sign @ (":=" | "=")) => {
                    self.next += 1;
                    pipe.assigns = sign == "=";
                    for name in &names {
                        if !pipe.assigns {
                            self.variables.push(name.clone());
                        } else if !self.variables.contains(name) {
                            return Err(self.wrong(&format!("undefined variable {}", go::quote(name))));
                        }
                    }
                    pipe.variables = names;
                    return Ok(());
                }
                TokenKind::Sign(",") if two && names.len() < 2 => {
                    self.next += 1;
                    self.skip_space();
                }
                TokenKind::Sign(",") => return Err(self.wrong("too many declarations in command")),
                _ => break,
            }
        }
        self.next = begun;
        Ok(())
    }

    /// Only functions and what may have methods can be given something by the stage before.
    fn check_stages(&self, pipe: &Pipe) -> Parsed<()> {
        for (stage, command) in pipe.commands.iter().enumerate().skip(1) {
            if let Some(OperandKind::Literal(_) | OperandKind::Dot | OperandKind::Nil) =
                command.arguments.first().map(|operand| &operand.kind)
            {
                return Err(self.wrong(&format!("non executable command in pipeline stage {}", stage + 1)));
            }
        }
        Ok(())
    }

    /// Operands up to `|`, which is read, or the end of the pipeline, which is not.
    fn command(&mut self, context: &str) -> Parsed<Command> {
        self.skip_space();
        let at = self.tokens.get(self.next).map_or(0, |token| token.at);
        let mut arguments = vec![];
        loop {
            self.skip_space();
            if let Some(operand) = self.operand()? {
                arguments.push(operand);
            }
            let token = self.take()?;
            match token.kind {
                TokenKind::Space => {}
                TokenKind::Close | TokenKind::Sign(")") => {
                    self.next -= 1;
                    break;
                }
                TokenKind::Sign("|") => {
                    self.skip_space();
                    if matches!(self.peek(), TokenKind::Close | TokenKind::Sign(")")) {
                        self.next += 1;
                        return Err(self.wrong(&format!("missing value for {context}")));
                    }
                    break;
                }
                _ => return Err(self.unexpected(&token, "operand")),
            }
        }
        if arguments.is_empty() {
            return Err(self.wrong("empty command"));
        }
        Ok(Command { at, arguments })
    }

    fn operand(&mut self) -> Parsed<Option<Operand>> {
        let token = self.take()?;
        let at = token.at;
        let (text, kind) = match token.kind {
            TokenKind::Word(word) => match word.as_str() {
                "true" | "false" => (word.clone(), OperandKind::Literal(Value::Bool(word == "true"))),
                "nil" => (word, OperandKind::Nil),
                name => match functions::named(name) {
                    Some(function) => (word, OperandKind::Function(function)),
                    None => return Err(self.wrong(&format!("function {} not defined", go::quote(name)))),
                },
            },
            TokenKind::Dot => (".".to_owned(), OperandKind::Dot),
            TokenKind::Field(name) => (format!(".{name}"), OperandKind::Field(vec![name])),
            TokenKind::Variable(name) => {
                if !self.variables.contains(&name) {
                    return Err(self.wrong(&format!("undefined variable {}", go::quote(&name))));
                }
                (name.clone(), OperandKind::Variable(name, vec![]))
            }
            TokenKind::Literal(value, written) => (written, OperandKind::Literal(value)),
            TokenKind::Sign("(") => {
                let begun = self.tokens[self.next - 1].at;
                let pipe = self.pipe("parenthesized pipeline", false)?;
                let end = self.tokens[self.next - 1].at;
                (self.text[begun..=end].to_owned(), OperandKind::Pipe(pipe, vec![]))
            }
            _ => {
                self.next -= 1;
                return Ok(None);
            }
        };
        let mut operand = Operand { at, text, kind };
        self.fields(&mut operand)?;
        Ok(Some(operand))
    }

    /// The fields that follow an operand directly.
    fn fields(&mut self, operand: &mut Operand) -> Parsed<()> {
        let mut first = true;
        while let TokenKind::Field(name) = self.peek().clone() {
            let at = self.tokens[self.next].at;
            self.next += 1;
            operand.text.push_str(&format!(".{name}"));
            if std::mem::replace(&mut first, false) {
                operand.at = at;
            }
            match &mut operand.kind {
                OperandKind::Field(fields) | OperandKind::Variable(_, fields) | OperandKind::Pipe(_, fields) => {
                    fields.push(name);
                }
                _ => return Err(self.wrong(&format!("unexpected . after term {}", go::quote(&operand.text)))),
            }
        }
        Ok(())
    }

    fn unexpected(&self, token: &Token, context: &str) -> String {
        let shown = match &token.kind {
            TokenKind::Field(name) => format!("<.{name}>"),
            TokenKind::Variable(name) => go::quote(name),
            TokenKind::Word(word) => format!("<{word}>"),
            TokenKind::Literal(_, written) => go::quote(written),
            TokenKind::Sign(sign) => go::quote(sign),
            TokenKind::Dot => "<.>".to_owned(),
            TokenKind::Open => "\"{{\"".to_owned(),
            TokenKind::End => "EOF".to_owned(),
            _ => "\"}}\"".to_owned(),
        };
        self.wrong(&format!("unexpected {shown} in {context}"))
    }
}
