//! What a command prints, in the order in which it prints it.

use std::fmt;

/// Where a piece of text goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// A piece of text on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Where it goes.
    pub stream: Stream,
    /// The text, usually whole lines with their line ends.
    pub text: String,
}

/// Everything printed so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// In order; neighbours go to different streams.
    pub chunks: Vec<Chunk>,
}

impl Output {
    /// Prints on standard output.
    pub fn out(&mut self, text: &str) {
        self.push(Stream::Out, text);
    }

    /// Prints on standard error.
    pub fn err(&mut self, text: &str) {
        self.push(Stream::Err, text);
    }

    /// Prints what has to be put together on standard output.
    pub fn print(&mut self, text: fmt::Arguments<'_>) {
        self.out(&fmt::format(text));
    }

    /// Prints what has to be put together on standard error.
    pub fn warn(&mut self, text: fmt::Arguments<'_>) {
        self.err(&fmt::format(text));
    }

    /// Prints on `stream`.
    pub fn push(&mut self, stream: Stream, text: &str) {
        match self.chunks.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if last.stream == stream => last.text.push_str(text),
            _ => self.chunks.push(Chunk { stream, text: text.to_owned() }),
        }
    }

    /// How much was printed, in bytes.
    pub fn bytes(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.text.len()).sum()
    }

    /// All that went to `stream`.
    pub fn text(&self, stream: Stream) -> String {
        self.chunks.iter().filter(|chunk| chunk.stream == stream).map(|chunk| chunk.text.as_str()).collect()
    }
}
