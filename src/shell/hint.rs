//! What a friend beside the terminal would say to a command that went wrong. Never part of what the command prints.

use crate::kubectl::Output;

/// A gentle line beside what a command printed, for mistakes that beginners make.
///
/// `exit` is the command's exit code. Nothing for a command that did what was wanted.
pub fn hint(line: &str, output: &Output, exit: i32) -> Option<String> {
    let _ = (line, output, exit);
    None
}
