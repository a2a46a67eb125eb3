//! `base64`.

use super::{Failed, Filter, Flow, Started, Tool, options};
use crate::kubectl::Output;

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

#[derive(Clone)]
struct Base64 {
    decodes: bool,
    width: usize,
    text: String,
}

/// `base64 [-d] [-w COLUMNS] [FILE]`.
pub(super) fn base64(args: &[String]) -> Result<Started, Failed> {
    let call = options(args, "w", "dDi", &[("decode", 'd'), ("wrap", 'w')], 1)?;
    let width = call.number('w', "invalid wrap size")?.unwrap_or(76);
    let tool = Base64 { decodes: call.on('d') || call.on('D'), width, text: String::new() };
    Ok(Started::Reads(Filter::new("base64", tool, &call.names, 1)))
}

impl Tool for Base64 {
    fn line(&mut self, line: &str, _out: &mut Output) -> Flow {
        self.text.push_str(line);
        Flow::More
    }

    fn finish(&mut self, out: &mut Output) -> i32 {
        if self.decodes {
            let (bytes, whole) = decode(&self.text);
            out.out(&String::from_utf8_lossy(&bytes));
            if !whole {
                out.err("base64: invalid input\n");
            }
            return i32::from(!whole);
        }
        let text = crate::api::base64::encode(self.text.as_bytes());
        if self.width == 0 {
            out.out(&text);
            return 0;
        }
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let (line, after) = rest.split_at(self.width.min(rest.len()));
            out.print(format_args!("{line}\n"));
            rest = after;
        }
        0
    }

    fn copy(&self) -> Box<dyn Tool> {
        Box::new(self.clone())
    }
}

fn decode(text: &str) -> (Vec<u8>, bool) {
    let (mut bytes, mut bits, mut count) = (vec![], 0u32, 0);
    let mut letters = text.bytes().filter(|c| !c.is_ascii_whitespace());
    for c in letters.by_ref() {
        if c == b'=' {
            break;
        }
        let Some(value) = LETTERS.iter().position(|letter| *letter == c) else { return (bytes, false) };
        bits = (bits << 6) | value as u32;
        count += 1;
        if count % 4 != 1 {
            let shift = [0, 0, 4, 2, 0];
            let left = shift[if count % 4 == 0 { 4 } else { count % 4 }];
            bytes.push((bits >> left) as u8);
        }
    }
    (bytes, count % 4 != 1 && letters.all(|c| c == b'='))
}
