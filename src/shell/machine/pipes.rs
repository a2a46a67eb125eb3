//! Text on its way from one command to the next.

use std::collections::BTreeMap;

/// How much may wait in a pipe.
const MOST: usize = 1024 * 1024;

/// The pipes of a machine, by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Pipes {
    pipes: BTreeMap<usize, Pipe>,
    next: usize,
}

/// One pipe.
#[derive(Clone, Debug, Default)]
pub(in crate::shell) struct Pipe {
    text: String,
    /// How much of it was read.
    read: usize,
    /// Whether nothing more will be written.
    closed: bool,
    /// Whether nobody reads any more.
    broken: bool,
    /// Whether it holds the text of one file or here-document and belongs to one command.
    is_file: bool,
}

impl Pipes {
    /// A new pipe with text in it.
    pub(super) fn add(&mut self, text: &str) -> usize {
        self.next += 1;
        self.pipes.insert(self.next, Pipe { text: text.to_owned(), ..Pipe::default() });
        self.next
    }

    /// A new pipe to which nothing more will be written.
    pub(super) fn add_closed(&mut self, text: &str) -> usize {
        let pipe = self.add(text);
        if let Some(pipe) = self.pipes.get_mut(&pipe) {
            (pipe.closed, pipe.is_file) = (true, true);
        }
        pipe
    }

    /// Forgets a pipe.
    pub(super) fn remove(&mut self, pipe: usize) {
        self.pipes.remove(&pipe);
    }

    /// Forgets the pipe of a file.
    pub(super) fn remove_closed(&mut self, pipe: usize) {
        if self.pipes.get(&pipe).is_some_and(|pipe| pipe.is_file) {
            self.pipes.remove(&pipe);
        }
    }

    /// Puts text in; says whether anybody may read it.
    pub(super) fn write(&mut self, pipe: usize, text: &str) -> bool {
        let Some(pipe) = self.pipes.get_mut(&pipe) else { return false };
        if pipe.broken || pipe.text.len() - pipe.read + text.len() > MOST {
            return false;
        }
        if pipe.read > MOST {
            pipe.text.drain(..pipe.read);
            pipe.read = 0;
        }
        pipe.text.push_str(text);
        true
    }

    /// Nothing more will be written.
    pub(super) fn close(&mut self, pipe: usize) {
        if let Some(pipe) = self.pipes.get_mut(&pipe) {
            pipe.closed = true;
        }
    }

    /// Nothing more will be read; says whether that is news.
    pub(super) fn break_up(&mut self, pipe: usize) -> bool {
        self.pipes.get_mut(&pipe).is_some_and(|pipe| !pipe.is_file && !std::mem::replace(&mut pipe.broken, true))
    }

    /// Whether nothing more will be written.
    pub(super) fn is_closed(&self, pipe: usize) -> bool {
        self.pipes.get(&pipe).is_none_or(|pipe| pipe.closed)
    }

    /// Whether nothing more will be read.
    pub(super) fn is_broken(&self, pipe: usize) -> bool {
        self.pipes.get(&pipe).is_none_or(|pipe| pipe.broken)
    }

    /// All that is in it.
    pub(super) fn take_all(&mut self, pipe: usize) -> String {
        self.pipes
            .get_mut(&pipe)
            .map(|pipe| {
                let text = pipe.text.split_off(pipe.read);
                (pipe.text, pipe.read) = (String::new(), 0);
                text
            })
            .unwrap_or_default()
    }

    /// The end from which it is read.
    pub(super) fn reader(&mut self, pipe: usize) -> Option<&mut Pipe> {
        self.pipes.get_mut(&pipe)
    }
}

impl Pipe {
    /// The next line with its end, or what is left when nothing more will come. Nothing: wait.
    pub(in crate::shell) fn line(&mut self) -> Option<String> {
        let rest = &self.text[self.read..];
        let length = match rest.find('\n') {
            Some(at) => at + 1,
            None if self.closed && !rest.is_empty() => rest.len(),
            None => return None,
        };
        let line = rest[..length].to_owned();
        self.read += length;
        Some(line)
    }

    /// Whether it is empty and stays so.
    pub(in crate::shell) fn is_done(&self) -> bool {
        self.closed && self.read == self.text.len()
    }
}
