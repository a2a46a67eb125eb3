//! A command line as it runs: a list of operations with jumps, which a thread can leave and come back to anywhere.

use std::rc::Rc;

/// Operations, run from the first on.
pub(super) type Code = Rc<[Op]>;

/// One step of a command line. Jumps are relative, so that code can be put into other code as it is.
#[derive(Debug)]
pub(super) enum Op {
    /// Runs a command.
    Run(Rc<Simple>),
    /// Runs commands side by side, each one's output the next one's input.
    Pipe(Rc<[Code]>),
    /// Runs code in a shell of its own: `( … )`.
    Sub(Code),
    /// Redirects what follows until [`Op::Leave`]; jumps if that fails.
    Enter(Rc<[Redirect]>, isize),
    /// Ends what [`Op::Enter`] began.
    Leave,
    /// Starts code in the background; the text is what `jobs` shows.
    Background(Code, Rc<str>),
    /// `!`: turns success into failure and back.
    Not,
    /// Forgets the last exit code: an `if` that runs nothing succeeds.
    Succeed,
    /// Goes elsewhere.
    Jump(When, isize),
    /// Begins a loop; its [`Op::LoopEnd`] is that far away. `for` has a variable and words.
    LoopBegin(isize, Option<Rc<(String, Vec<Word>)>>),
    /// The head of a loop: `for` takes its next word or goes to the end.
    LoopHead,
    /// The end of a loop's body: back to the head.
    LoopBack,
    /// The end of a loop.
    LoopEnd,
    /// `(( … ))`.
    Arithmetic(Rc<Word>),
    /// `time`: looks at the clock.
    TimeBegin,
    /// `time`: says what has passed.
    TimeEnd,
}

/// When a jump is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// Always.
    Always,
    /// If the last command succeeded.
    Ok,
    /// If the last command failed.
    Failed,
}

/// A command with its words.
#[derive(Debug, Default)]
pub(super) struct Simple {
    /// `name=value` before the words.
    pub(super) assignments: Vec<Assignment>,
    /// Its name and arguments.
    pub(super) words: Vec<Word>,
    /// Where its input comes from and its output goes, in order.
    pub(super) redirects: Vec<Redirect>,
    /// The line of the input it stands in, from 1.
    pub(super) line: usize,
}

/// `name=value` or `name+=value`.
#[derive(Debug)]
pub(super) struct Assignment {
    /// The variable.
    pub(super) name: String,
    /// Whether the value is put behind the old one.
    pub(super) appends: bool,
    /// The value.
    pub(super) value: Word,
}

/// A word, of pieces.
pub(super) type Word = Vec<Piece>;

/// A piece of a word.
#[derive(Debug)]
pub(super) enum Piece {
    /// Text in quotes, which means itself.
    Quoted(String),
    /// Text without quotes, in which `*`, `?`, `[…]`, `{…}` and `~` mean something.
    Plain(String),
    /// A variable.
    Variable(Rc<Variable>, Quotes),
    /// What a command prints: `$(…)`.
    Output(Code, Quotes),
    /// A number: `$((…))`.
    Number(Word, Quotes),
}

/// Whether a value may become several words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quotes {
    /// It stands in double quotes: one word.
    Double,
    /// It may.
    None,
}

/// A variable and what is made of its value.
#[derive(Debug)]
pub(super) struct Variable {
    /// Its name; `?`, `#`, `@` and digits too.
    pub(super) name: String,
    /// What is made of its value.
    pub(super) change: Change,
}

/// What is made of a variable's value.
#[derive(Debug)]
pub(super) enum Change {
    /// Nothing.
    None,
    /// `${#x}`.
    Length,
    /// `${x:-…}`, `${x:=…}`, `${x:?…}`, `${x:+…}`, or without the colon.
    Otherwise {
        /// `-`, `=`, `?` or `+`.
        kind: char,
        /// Whether an empty value counts as none.
        colon: bool,
        /// What stands behind it.
        word: Word,
    },
    /// `${x#…}`, `${x##…}`, `${x%…}`, `${x%%…}`.
    Strip {
        /// `#` or `%`.
        end: char,
        /// Whether the longest match goes.
        longest: bool,
        /// The pattern.
        pattern: Word,
    },
    /// `${x/a/b}`, `${x//a/b}`.
    Replace {
        /// Whether every match is replaced.
        every: bool,
        /// The pattern.
        pattern: Word,
        /// What comes in its place.
        with: Word,
    },
    /// `${x:1:2}`.
    Slice(Word, Option<Word>),
    /// `${x^}`, `${x^^}`, `${x,}`, `${x,,}`.
    Case {
        /// `^` or `,`.
        to: char,
        /// Whether all letters change or the first.
        every: bool,
    },
}

/// One redirection.
#[derive(Debug)]
pub(super) enum Redirect {
    /// `< file`.
    In(Word),
    /// `<<END`, `<<< word`: this text.
    Text(Word),
    /// `> file`, `2>> file`, `&> file`.
    File {
        /// What goes there.
        from: From,
        /// Whether what is in the file stays.
        appends: bool,
        /// The file.
        to: Word,
    },
    /// `2>&1`, `1>&2`.
    Same {
        /// 1 or 2.
        from: u8,
        /// 1 or 2.
        to: u8,
    },
    /// `>&-`, `2>&-`, `<&-`.
    Close(u8),
}

/// A stream of a command that is redirected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
    /// Both.
    Both,
}

/// Whether code starts something in the background at its own level.
pub(super) fn starts_jobs(code: &[Op]) -> bool {
    code.iter().any(|op| matches!(op, Op::Background(..)))
}

/// Whether a variable can be called so.
pub(super) fn is_name(name: &str) -> bool {
    name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_')
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
}
