//! Takes a command line apart as bash would; what the playground's shell does not have is named before anything runs.

mod words;

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use super::code::{Assignment, Code, From, Op, Piece, Redirect, Simple, When, Word, is_name, starts_jobs};

/// How deep commands may stand in commands: the stack is not deep.
const DEPTH: usize = 20;
/// How often short names may be filled in on one line, and how long a line may become by that.
const ALIASES: usize = 100;
const LONGEST: usize = 256 * 1024;

/// Why a line is no command line; `Display` gives what the shell prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mistake {
    /// A quote, `$(` or `${` is open at the end of the input: what would close it, and the line where it began.
    Open(char, usize),
    /// More was expected after this line.
    Incomplete(usize),
    /// This was not expected here.
    Unexpected {
        /// What.
        token: String,
        /// The number of its line, from 1.
        line: usize,
        /// The whole line.
        text: String,
    },
    /// Bash has it, this shell has not.
    Unsupported(&'static str),
    /// Commands in commands in commands.
    TooDeep,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mistake::Open(quote, line) => {
                write!(f, "bash: -c: line {line}: unexpected EOF while looking for matching `{quote}'")
            }
            Mistake::Incomplete(line) => write!(f, "bash: -c: line {}: syntax error: unexpected end of file", line + 1),
            Mistake::Unexpected { token, line, text } => write!(
                f,
                "bash: -c: line {line}: syntax error near unexpected token `{token}'\nbash: -c: line {line}: `{text}'"
            ),
            Mistake::Unsupported(what) => write!(f, "the playground's shell has no {what}"),
            Mistake::TooDeep => f.write_str("the playground's shell does not go as deep as this line nests its commands"),
        }
    }
}

type Result<T> = std::result::Result<T, Mistake>;

/// Takes a line, or several, apart; `aliases` are filled in.
pub(super) fn parse(text: &str, aliases: &BTreeMap<String, String>) -> Result<Code> {
    parse_at(text, aliases, 0)
}

fn parse_at(text: &str, aliases: &BTreeMap<String, String>, depth: usize) -> Result<Code> {
    let mut parser = Parser { text: text.to_owned(), at: 0, aliases, depth, filled: vec![], fillings: 0, gone: vec![] };
    parser.descend()?;
    let mut code = vec![];
    parser.list(&mut code, &[])?;
    match parser.rest().is_empty() {
        true => Ok(code.into()),
        false => Err(parser.unexpected()),
    }
}

struct Parser<'a> {
    text: String,
    /// Where in the text it is.
    at: usize,
    aliases: &'a BTreeMap<String, String>,
    depth: usize,
    /// Short names being filled in, and how much text follows them.
    filled: Vec<(String, usize)>,
    fillings: usize,
    /// Where lines of here-documents were taken out, and how many.
    gone: Vec<(usize, usize)>,
}

/// What ends a word.
fn is_meta(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | ';' | '|' | '&' | '<' | '>' | '(' | ')')
}

/// Words that only mean something where a command begins, and end or go on with what another began.
const CLOSING: [&str; 8] = ["then", "do", "done", "fi", "else", "elif", "}", "esac"];

const PROCESS: &str = "process substitution: a file or a pipe does it";

/// Words that begin what this shell does not have.
const UNSUPPORTED: [(&str, &str); 5] = [
    ("case", "case: if … elif … fi does it"),
    ("select", "select"),
    ("function", "functions"),
    ("[[", "[[ … ]]: [ … ] does it"),
    ("coproc", "coprocesses"),
];

/// Commands that change what comes behind them, which this shell does not have: nothing is run without them.
const ABSENT: &str = "declare getopts let local mapfile popd pushd readarray readonly shopt trap typeset";

impl Parser<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn takes(&mut self, token: &str) -> bool {
        let is = self.rest().starts_with(token);
        self.at += if is { token.len() } else { 0 };
        is
    }

    fn line(&self) -> usize {
        self.line_of(self.at)
    }

    fn line_of(&self, at: usize) -> usize {
        let gone: usize = self.gone.iter().filter(|(from, _)| *from <= at).map(|(_, lines)| lines).sum();
        1 + gone + self.text[..at].matches('\n').count()
    }

    /// Goes one level down, if the stack is deep enough.
    fn descend(&mut self) -> Result<()> {
        self.depth += 1;
        if self.depth > DEPTH { Err(Mistake::TooDeep) } else { Ok(()) }
    }

    /// Passes blanks, joined lines and comments, but no line end.
    fn blanks(&mut self) {
        loop {
            match self.peek() {
                Some(' ' | '\t' | '\r') => self.at += 1,
                Some('\\') if self.rest().starts_with("\\\n") => self.at += 2,
                Some('#') => self.at += self.rest().find('\n').unwrap_or(self.rest().len()),
                _ => return,
            }
        }
    }

    /// Passes line ends too.
    fn newlines(&mut self) {
        self.blanks();
        while self.takes("\n") {
            self.blanks();
        }
    }

    /// The error of what stands here.
    fn unexpected(&self) -> Mistake {
        let rest = self.rest();
        let operators = ["&&", "||", ";;", "|&", "<<<", "<<", ">>", "&>", "<", ">", ";", "&", "|", "(", ")"];
        let token = match operators.iter().find(|operator| rest.starts_with(*operator)) {
            Some(operator) => (*operator).to_owned(),
            None if rest.is_empty() || rest.starts_with('\n') => "newline".to_owned(),
            None => rest[..rest.find(is_meta).unwrap_or(rest.len())].to_owned(),
        };
        let from = self.text[..self.at].rfind('\n').map_or(0, |at| at + 1);
        let to = rest.find('\n').map_or(self.text.len(), |at| self.at + at);
        Mistake::Unexpected { token, line: self.line(), text: self.text[from..to].to_owned() }
    }

    /// The error of more that is missing.
    fn incomplete(&self) -> Mistake {
        if self.rest().is_empty() { Mistake::Incomplete(self.line()) } else { self.unexpected() }
    }

    /// The word without quotes that stands here, not taken yet.
    fn keyword(&self) -> &str {
        let rest = self.rest();
        let end = rest.find(is_meta).unwrap_or(rest.len());
        &rest[..end]
    }

    /// Commands until one of these words, a `)`, or the end.
    fn list(&mut self, code: &mut Vec<Op>, ends: &[&str]) -> Result<()> {
        self.descend()?;
        loop {
            self.newlines();
            if self.rest().is_empty() || self.rest().starts_with(')') || ends.contains(&self.keyword()) {
                break;
            }
            let from = self.at;
            let mut commands = vec![];
            self.and_or(&mut commands)?;
            let text = self.text[from.min(self.at)..self.at].trim().to_owned();
            self.blanks();
            if self.rest().starts_with(";;") {
                return Err(self.unexpected());
            }
            if self.rest().starts_with('&') && !self.rest().starts_with("&&") {
                self.at += 1;
                if starts_jobs(&commands) {
                    return Err(Mistake::Unsupported("background jobs in background jobs"));
                }
                commands = vec![Op::Background(commands.into(), text.into())];
            } else if !self.takes(";") && !matches!(self.peek(), None | Some('\n' | ')')) {
                return Err(self.unexpected());
            }
            code.append(&mut commands);
        }
        self.depth -= 1;
        Ok(())
    }

    /// A list in which something must stand, and the word that ends it.
    fn block(&mut self, code: &mut Vec<Op>, ends: &[&str]) -> Result<String> {
        let before = code.len();
        self.list(code, ends)?;
        let end = self.keyword().to_owned();
        if !ends.contains(&end.as_str()) {
            return Err(self.incomplete());
        }
        if code.len() == before {
            return Err(self.unexpected());
        }
        self.at += end.len();
        Ok(end)
    }

    fn and_or(&mut self, code: &mut Vec<Op>) -> Result<()> {
        self.pipeline(code)?;
        loop {
            self.blanks();
            let when = if self.takes("&&") {
                When::Failed
            } else if self.takes("||") {
                When::Ok
            } else {
                return Ok(());
            };
            self.newlines();
            if self.rest().is_empty() {
                return Err(self.incomplete());
            }
            let mut next = vec![];
            self.pipeline(&mut next)?;
            code.push(Op::Jump(when, jump(next.len() + 1)));
            code.append(&mut next);
        }
    }

    fn pipeline(&mut self, code: &mut Vec<Op>) -> Result<()> {
        self.blanks();
        let (mut not, mut timed) = (false, false);
        loop {
            match self.keyword() {
                "!" => {
                    self.at += 1;
                    not = !not;
                }
                "time" => {
                    self.at += 4;
                    timed = true;
                }
                _ => break,
            }
            self.blanks();
        }
        if timed {
            code.push(Op::TimeBegin);
        }
        let mut stages: Vec<Vec<Op>> = vec![];
        loop {
            let mut stage = vec![];
            if !(timed && stages.is_empty() && matches!(self.peek(), None | Some('\n' | ';'))) {
                self.command(&mut stage)?;
            }
            self.blanks();
            let both = self.rest().starts_with("|&");
            if both {
                let redirects: Rc<[Redirect]> = [Redirect::Same { from: 2, to: 1 }].into();
                stage.insert(0, Op::Enter(redirects, jump(stage.len() + 2)));
                stage.push(Op::Leave);
            }
            stages.push(stage);
            if self.rest().starts_with("||") || !(self.takes("|&") || self.takes("|")) {
                break;
            }
            self.newlines();
            if self.rest().is_empty() {
                return Err(self.incomplete());
            }
        }
        match stages.len() {
            1 => code.append(&mut stages[0]),
            _ if stages.iter().any(|stage| starts_jobs(stage)) => {
                return Err(Mistake::Unsupported("background jobs inside a pipe"));
            }
            _ => code.push(Op::Pipe(stages.into_iter().map(Code::from).collect())),
        }
        if timed {
            code.push(Op::TimeEnd);
        }
        if not {
            code.push(Op::Not);
        }
        Ok(())
    }

    fn command(&mut self, code: &mut Vec<Op>) -> Result<()> {
        let mut body = vec![];
        if self.rest().starts_with("((") {
            self.at += 2;
            let word = self.arithmetic()?;
            body.push(Op::Arithmetic(Rc::new(word)));
        } else if self.takes("(") {
            body.push(Op::Sub(self.enclosed(false)?));
        } else {
            let keyword = self.keyword().to_owned();
            match keyword.as_str() {
                "{" => {
                    self.at += 1;
                    self.block(&mut body, &["}"])?;
                }
                "if" => self.condition(&mut body)?,
                "while" | "until" => self.repetition(&mut body, &keyword)?,
                "for" => self.iteration(&mut body)?,
                word if CLOSING.contains(&word) => return Err(self.unexpected()),
                word => {
                    if let Some((_, what)) = UNSUPPORTED.iter().find(|(unsupported, _)| *unsupported == word) {
                        return Err(Mistake::Unsupported(what));
                    }
                    if let Some(absent) = ABSENT.split(' ').find(|absent| *absent == word) {
                        return Err(Mistake::Unsupported(absent));
                    }
                    return self.simple(code);
                }
            }
        }
        let mut redirects = vec![];
        self.blanks();
        while let Some(redirect) = self.redirect()? {
            redirects.push(redirect);
            self.blanks();
        }
        if redirects.is_empty() {
            code.append(&mut body);
        } else {
            code.push(Op::Enter(redirects.into(), jump(body.len() + 2)));
            code.append(&mut body);
            code.push(Op::Leave);
        }
        Ok(())
    }

    /// What stands in `( … )`, from behind the opening one.
    fn enclosed(&mut self, may_be_empty: bool) -> Result<Code> {
        let mut code = vec![];
        self.list(&mut code, &[])?;
        if !self.rest().starts_with(')') {
            let open = may_be_empty && self.rest().is_empty();
            return Err(if open { Mistake::Open(')', self.line() + 1) } else { self.incomplete() });
        }
        if code.is_empty() && !may_be_empty {
            return Err(self.unexpected());
        }
        self.at += 1;
        if starts_jobs(&code) {
            return Err(Mistake::Unsupported("background jobs inside ( … ) or $(…)"));
        }
        Ok(code.into())
    }

    fn condition(&mut self, code: &mut Vec<Op>) -> Result<()> {
        self.at += "if".len();
        // The places where a branch that has run goes to the end.
        let mut branches: Vec<Vec<Op>> = vec![];
        loop {
            let mut branch = vec![];
            self.block(&mut branch, &["then"])?;
            let mut body = vec![];
            let end = self.block(&mut body, &["elif", "else", "fi"])?;
            branch.push(Op::Jump(When::Failed, jump(body.len() + 2)));
            branch.append(&mut body);
            branches.push(branch);
            match end.as_str() {
                "elif" => continue,
                "else" => {
                    let mut last = vec![];
                    self.block(&mut last, &["fi"])?;
                    branches.push(last);
                }
                _ => branches.push(vec![Op::Succeed]),
            }
            break;
        }
        let mut after: usize = branches.iter().map(|branch| branch.len() + 1).sum::<usize>() - 1;
        let count = branches.len();
        for (at, mut branch) in branches.into_iter().enumerate() {
            after -= branch.len();
            code.append(&mut branch);
            if at + 1 < count {
                code.push(Op::Jump(When::Always, jump(after)));
                after -= 1;
            }
        }
        Ok(())
    }

    fn repetition(&mut self, code: &mut Vec<Op>, keyword: &str) -> Result<()> {
        self.at += keyword.len();
        let mut condition = vec![];
        self.block(&mut condition, &["do"])?;
        let mut body = vec![];
        self.block(&mut body, &["done"])?;
        let leaves = if keyword == "while" { When::Failed } else { When::Ok };
        condition.push(Op::Jump(leaves, jump(body.len() + 2)));
        condition.append(&mut body);
        looped(code, None, condition);
        Ok(())
    }

    fn iteration(&mut self, code: &mut Vec<Op>) -> Result<()> {
        self.at += "for".len();
        self.blanks();
        if self.rest().starts_with("((") {
            return Err(Mistake::Unsupported("for ((…)): for i in {1..3} or $(seq 3) does it"));
        }
        let name = self.keyword().to_owned();
        if name.is_empty() {
            return Err(self.incomplete());
        }
        if !is_name(&name) {
            return Err(self.unexpected());
        }
        self.at += name.len();
        self.newlines();
        let mut words = vec![];
        if self.keyword() == "in" {
            self.at += "in".len();
            self.blanks();
            while !matches!(self.peek(), None | Some('\n' | ';')) {
                if self.peek().is_some_and(is_meta) {
                    return Err(self.unexpected());
                }
                words.push(self.word()?);
                self.blanks();
            }
        }
        let _ = self.takes(";");
        self.newlines();
        if self.keyword() != "do" {
            return Err(self.incomplete());
        }
        self.at += "do".len();
        let mut body = vec![];
        self.block(&mut body, &["done"])?;
        looped(code, Some(Rc::new((name, words))), body);
        Ok(())
    }

    fn simple(&mut self, code: &mut Vec<Op>) -> Result<()> {
        let mut command = Simple { line: self.line(), ..Simple::default() };
        loop {
            self.blanks();
            if let Some(redirect) = self.redirect()? {
                command.redirects.push(redirect);
                continue;
            }
            match self.peek() {
                Some('(') if command.words.len() == 1 => return Err(Mistake::Unsupported("functions")),
                None | Some('\n' | ';' | '|' | '&' | ')') => break,
                Some(c) if is_meta(c) => return Err(self.unexpected()),
                Some(_) => {}
            }
            if command.words.is_empty() && self.fill_in()? {
                continue;
            }
            if command.words.is_empty()
                && let Some(assignment) = self.assignment()?
            {
                command.assignments.push(assignment);
                continue;
            }
            command.words.push(self.word()?);
        }
        if command.words.is_empty() && command.assignments.is_empty() && command.redirects.is_empty() {
            return Err(self.unexpected());
        }
        code.push(Op::Run(Rc::new(command)));
        Ok(())
    }

    /// Puts what a short name stands for in its place.
    fn fill_in(&mut self) -> Result<bool> {
        let name = self.keyword();
        let Some(value) = self.aliases.get(name) else { return Ok(false) };
        let (name, after) = (name.to_owned(), self.text.len() - self.at - name.len());
        self.filled.retain(|(_, left)| *left <= after);
        if self.filled.iter().any(|(other, _)| *other == name) {
            return Ok(false);
        }
        self.fillings += 1;
        if self.fillings > ALIASES || self.text.len() + value.len() > LONGEST {
            return Err(Mistake::TooDeep);
        }
        self.text.replace_range(self.at..self.at + name.len(), value);
        self.filled.push((name, after));
        Ok(true)
    }

    fn assignment(&mut self) -> Result<Option<Assignment>> {
        let keyword = self.keyword();
        let Some((name, _)) = keyword.split_once('=') else {
            return match keyword.split_once('[') {
                Some((name, rest)) if is_name(name) && rest.contains("]=") => Err(Mistake::Unsupported("arrays")),
                _ => Ok(None),
            };
        };
        let bare = name.strip_suffix('+').unwrap_or(name);
        if !is_name(bare) {
            return match bare.split_once('[') {
                Some((name, _)) if is_name(name) => Err(Mistake::Unsupported("arrays")),
                _ => Ok(None),
            };
        }
        let (appends, length, bare) = (bare.len() < name.len(), name.len() + 1, bare.to_owned());
        self.at += length;
        if self.rest().starts_with('(') {
            return Err(Mistake::Unsupported("arrays"));
        }
        let value = if self.peek().is_none_or(is_meta) { vec![] } else { self.word()? };
        Ok(Some(Assignment { name: bare, appends, value }))
    }

    /// The redirection that stands here, if one does.
    fn redirect(&mut self) -> Result<Option<Redirect>> {
        let rest = self.rest();
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let operator = &rest[digits..];
        let both = digits == 0 && operator.starts_with("&>");
        if !(both || operator.starts_with(['<', '>'])) {
            return Ok(None);
        }
        if operator.starts_with("<(") || operator.starts_with(">(") {
            return Err(Mistake::Unsupported(PROCESS));
        }
        if operator.starts_with("<>") {
            return Err(Mistake::Unsupported("<>"));
        }
        let number = &rest[..digits];
        let reads = operator.starts_with('<');
        let from = match (number, reads) {
            ("", true) | ("0", true) => 0,
            ("", false) | ("1", false) => 1,
            ("2", false) => 2,
            _ => return Err(Mistake::Unsupported("file descriptors but 0, 1 and 2")),
        };
        self.at += digits;
        let stream = if from == 2 { From::Err } else { From::Out };
        if self.takes("<<<") {
            self.blanks();
            let mut word = self.target()?;
            word.push(Piece::Quoted("\n".to_owned()));
            return Ok(Some(Redirect::Text(word)));
        }
        if self.takes("<<-") {
            return self.here_document(true).map(Some);
        }
        if self.takes("<<") {
            return self.here_document(false).map(Some);
        }
        if self.takes("&>>") {
            return Ok(Some(Redirect::File { from: From::Both, appends: true, to: self.target()? }));
        }
        if self.takes("&>") {
            return Ok(Some(Redirect::File { from: From::Both, appends: false, to: self.target()? }));
        }
        if self.takes(">&") || self.takes("<&") {
            self.blanks();
            let to = self.keyword().to_owned();
            if to == "-" {
                self.at += 1;
                return Ok(Some(Redirect::Close(from)));
            }
            if let Ok(number) = to.parse::<u8>() {
                if !matches!(number, 0..=2) {
                    return Err(Mistake::Unsupported("file descriptors but 0, 1 and 2"));
                }
                self.at += to.len();
                return Ok(Some(Redirect::Same { from, to: number }));
            }
            if reads || digits > 0 {
                return Err(Mistake::Unsupported("file descriptors but 0, 1 and 2"));
            }
            return Ok(Some(Redirect::File { from: From::Both, appends: false, to: self.target()? }));
        }
        if self.takes("<") {
            return Ok(Some(Redirect::In(self.target()?)));
        }
        let appends = self.takes(">>");
        if !appends {
            self.at += 1;
            let _ = self.takes("|");
        }
        Ok(Some(Redirect::File { from: stream, appends, to: self.target()? }))
    }

    /// The word behind a redirection.
    fn target(&mut self) -> Result<Word> {
        self.blanks();
        if self.rest().starts_with("<(") || self.rest().starts_with(">(") {
            return Err(Mistake::Unsupported(PROCESS));
        }
        if self.peek().is_none_or(is_meta) { Err(self.unexpected()) } else { self.word() }
    }

    /// A here-document: its text is taken out of the lines that follow this one.
    fn here_document(&mut self, strips_tabs: bool) -> Result<Redirect> {
        self.blanks();
        if self.peek().is_none_or(is_meta) {
            return Err(self.unexpected());
        }
        let (mut mark, mut quoted) = (String::new(), false);
        while let Some(c) = self.peek().filter(|c| !is_meta(*c)) {
            self.at += c.len_utf8();
            match c {
                '\'' | '"' => {
                    quoted = true;
                    let length = self.rest().find(c).ok_or(Mistake::Open(c, self.line()))?;
                    mark.push_str(&self.rest()[..length]);
                    self.at += length + 1;
                }
                '\\' => {
                    quoted = true;
                    mark.extend(self.next());
                }
                c => mark.push(c),
            }
        }
        let start = self.rest().find('\n').map(|at| self.at + at + 1).ok_or(Mistake::Incomplete(self.line()))?;
        let mut body = String::new();
        let mut at = start;
        loop {
            let after = &self.text[at..];
            if after.is_empty() {
                return Err(Mistake::Incomplete(self.line_of(self.text.len())));
            }
            let line = &after[..after.find('\n').unwrap_or(after.len())];
            at += (line.len() + 1).min(after.len());
            let line = if strips_tabs { line.trim_start_matches('\t') } else { line };
            if line.trim_end_matches('\r') == mark {
                break;
            }
            body.push_str(line);
            body.push('\n');
        }
        self.gone.push((start, self.text[start..at].matches('\n').count()));
        self.text.replace_range(start..at, "");
        if quoted {
            return Ok(Redirect::Text(vec![Piece::Quoted(body)]));
        }
        let mut inner = Parser {
            text: body,
            at: 0,
            aliases: self.aliases,
            depth: self.depth,
            filled: vec![],
            fillings: 0,
            gone: vec![],
        };
        inner.descend()?;
        inner.quoted(None).map(Redirect::Text)
    }
}

fn jump(length: usize) -> isize {
    isize::try_from(length).unwrap_or(isize::MAX)
}

/// A loop around a body.
fn looped(code: &mut Vec<Op>, over: Option<Rc<(String, Vec<Word>)>>, mut body: Vec<Op>) {
    // Begin, head, body, back, end.
    code.push(Op::LoopBegin(jump(body.len() + 3), over));
    code.push(Op::LoopHead);
    code.append(&mut body);
    code.push(Op::LoopBack);
    code.push(Op::LoopEnd);
}

/// Whether a line goes on in the next one.
pub(super) fn is_unfinished(text: &str, aliases: &BTreeMap<String, String>) -> bool {
    let joined = text.strip_suffix('\\').is_some_and(|before| !before.ends_with('\\'));
    joined || matches!(parse(text, aliases), Err(Mistake::Open(..) | Mistake::Incomplete(_)))
}
