//! Tidies a text: indentation of two, lists under their key, one space after colons and dashes. Comments stay.

use super::outline::{Line, Node, Outline, Sort, Step};
use crate::api::yaml;

/// The text as it is tidy. It says the same as before.
///
/// # Errors
/// Why it stays as it is, and what to do.
///
/// # Examples
/// ```
/// let tidy = playground::editor::format("a:\n    - b:   1   # one\n      c: 2\n").unwrap();
/// assert_eq!(tidy, "a:\n- b: 1   # one\n  c: 2\n");
/// ```
pub fn format(text: &str) -> Result<String, String> {
    let before = yaml::parse(text).map_err(|error| {
        let place = error.line.map(|line| format!("line {line}")).unwrap_or_else(|| "the text".to_owned());
        format!("Nothing was changed: {place} is not YAML yet ({error}). Mend that first, then format.")
    })?;
    let outline = Outline::of(text);
    let mut nodes: Vec<&Node> = outline.nodes.iter().filter(|node| !node.is_flow).collect();
    nodes.sort_by_key(|node| node.line);
    let tidy = Tidy { outline: &outline, nodes }.text();
    match yaml::parse(&tidy) {
        Ok(after) if after == before => Ok(tidy),
        _ => Err("Nothing was changed: this text cannot be indented anew without saying something else.".to_owned()),
    }
}

struct Tidy<'a> {
    outline: &'a Outline<'a>,
    /// The nodes that stand there without brackets, line by line.
    nodes: Vec<&'a Node>,
}

impl Tidy<'_> {
    fn text(&self) -> String {
        let mut new = String::new();
        let mut was_blank = true;
        for (at, line) in self.outline.lines.iter().enumerate() {
            if line.sort == Sort::Blank {
                // One empty line is enough, and none at the ends.
                if !std::mem::replace(&mut was_blank, true) {
                    new.push('\n');
                }
                continue;
            }
            was_blank = false;
            new.push_str(&self.line(at, line));
            new.push('\n');
        }
        let end = new.trim_end_matches('\n').len();
        new.truncate(end);
        if end > 0 {
            new.push('\n');
        }
        new
    }

    /// Where a node's first letter comes to stand.
    fn column(&self, node: &Node) -> usize {
        let Some(parent) = node.parent.map(|parent| &self.outline.nodes[parent]) else { return 0 };
        let is_list_of_key = matches!((&parent.step, &node.step), (Step::Key(_), Step::Item(_)));
        self.column(parent) + if is_list_of_key { 0 } else { 2 }
    }

    /// The nodes of a line that stand there without brackets.
    fn nodes(&self, at: usize) -> impl Iterator<Item = &Node> {
        self.nodes_from(at).iter().copied().take_while(move |node| node.line == at)
    }

    fn nodes_from(&self, at: usize) -> &[&Node] {
        &self.nodes[self.nodes.partition_point(|node| node.line < at)..]
    }

    fn line(&self, at: usize, line: &Line) -> String {
        let text = self.outline.line(at);
        match line.sort {
            Sort::Blank | Sort::Separator => text.trim_end().to_owned(),
            Sort::Comment => self.comment(at, line),
            Sort::Entry => self.entry(at, text),
            Sort::Block => self.block(at, text),
            Sort::More => {
                let Some(owner) = self.owner(at) else { return text.to_owned() };
                let indent = indent(text) + self.column(owner);
                let indent = indent.saturating_sub(owner.column).max(self.column(owner) + 1);
                " ".repeat(indent) + text.trim_start()
            }
        }
    }

    /// The last node above a line.
    fn owner(&self, at: usize) -> Option<&Node> {
        self.nodes[..self.nodes.partition_point(|node| node.line < at)].last().copied()
    }

    fn entry(&self, at: usize, text: &str) -> String {
        let Some(first) = self.nodes(at).next() else { return text.trim_end().to_owned() };
        let mut new = " ".repeat(self.column(first));
        let start = self.outline.lines[at].span.start;
        let mut rest = text;
        for node in self.nodes(at) {
            let end = node.key.end - start;
            match node.step {
                Step::Item(_) => {
                    new.push_str("- ");
                    rest = &text[end..];
                }
                Step::Key(_) => {
                    new.push_str(&text[node.key.start - start..end]);
                    new.push_str(": ");
                    rest = text[end..].split_once(':').map_or("", |(_, rest)| rest);
                }
            }
        }
        new.push_str(rest.trim_start());
        new.truncate(new.trim_end().len());
        new
    }

    /// A line of a text behind `|`: all of its lines move together.
    fn block(&self, at: usize, text: &str) -> String {
        let Some(owner) = self.owner(at) else { return text.to_owned() };
        let lines = (owner.line + 1..self.outline.lines.len()).take_while(|at| self.outline.lines[*at].sort == Sort::Block);
        let lines = lines.map(|at| self.outline.line(at)).filter(|line| !line.trim().is_empty());
        let has_width = self.outline.text[owner.value.clone()].contains(|c: char| c.is_ascii_digit());
        let (least, wanted) = match lines.map(indent).min() {
            Some(least) if !has_width => (least, self.column(owner) + 2),
            _ => (owner.column, self.column(owner)),
        };
        if text.trim().is_empty() && text.len() <= least {
            return String::new();
        }
        " ".repeat(wanted) + text.get(least..).unwrap_or_default()
    }

    /// A comment keeps to what it was in line with, or else to what follows.
    fn comment(&self, at: usize, line: &Line) -> String {
        let text = self.outline.line(at);
        let below = self.nodes_from(at + 1).iter().copied().find(|node| node.document == line.document);
        let mut above = self.owner(at).filter(|node| node.document == line.document);
        let mut like = below.filter(|node| node.column == indent(text));
        while let Some(node) = above.filter(|_| like.is_none()) {
            like = Some(node).filter(|node| node.column == indent(text));
            above = node.parent.map(|parent| &self.outline.nodes[parent]);
        }
        " ".repeat(like.or(below).map_or(0, |node| self.column(node))) + text.trim()
    }
}

fn indent(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(format(text).as_deref(), Ok(expected), "{text}");
        assert_eq!(format(expected).as_deref(), Ok(expected), "once more: {text}");
    }

    #[test]
    fn indentation_becomes_even() {
        check(
            "a:\n     b:\n        - c:   1\n          d: 2\n        -   e\nf: 3",
            "a:\n  b:\n  - c: 1\n    d: 2\n  - e\nf: 3\n",
        );
        check("\n\na: 1\n\n\n\nb: 2\n\n\n", "a: 1\n\nb: 2\n");
        check("a: {b: 1,\n      c: 2}\nd:\n    e: [1,\n        2]\n", "a: {b: 1,\n      c: 2}\nd:\n  e: [1,\n      2]\n");
        check("- - a\n  - b\n- c: d\n", "- - a\n  - b\n- c: d\n");
        check("a: 1   \r\nb:    2\r\n", "a: 1\nb: 2\n");
        check("", "");
    }

    #[test]
    fn comments_and_texts_stay() {
        check(
            "# top\na:   # of a\n    # of b\n    b: 1\n    # after b\n# of c\nc: 2\n# end\n",
            "# top\na: # of a\n  # of b\n  b: 1\n  # after b\n# of c\nc: 2\n# end\n",
        );
        check(
            "a:\n    b: |\n            x: y\n\n              z\n    c: >-\n        w\n",
            "a:\n  b: |\n    x: y\n\n      z\n  c: >-\n    w\n",
        );
        check("a:\n   'b: c':   \"x  # y\"\n", "a:\n  'b: c': \"x  # y\"\n");
        check("a: x\n   y\nb: 1\n", "a: x\n   y\nb: 1\n");
        check("---\na: 1\n---\n    b:\n        c: 2\n", "---\na: 1\n---\nb:\n  c: 2\n");
    }

    #[test]
    fn what_is_not_yaml_stays() {
        let said = format("a:\n\tb: 1\n").unwrap_err();
        assert!(said.starts_with("Nothing was changed: line 2 is not YAML yet"), "{said}");
    }
}
