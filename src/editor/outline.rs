//! The outline of a manifest: which key and which item stands where.
//!
//! Read by lines and indentation alone, so that it is there while somebody types and the text is no YAML yet. What a text means
//! is never read from it, only where something stands.

use std::ops::Range;

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// To the value of a key.
    Key(String),
    /// To an item, counted from 0.
    Item(usize),
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// Nothing, or white space.
    Blank,
    /// A comment and nothing else.
    Comment,
    /// `---`
    Separator,
    /// A line of a text behind `|` or `>`.
    Block,
    /// It goes on with the value of the line above.
    More,
    /// A key, an item, or a word that is to become one.
    Entry,
}

/// A line.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Where it stands in the text, without its end.
    pub(super) span: Range<usize>,
    /// What it is.
    pub(super) sort: Sort,
    /// Which document it belongs to, counted as [`crate::api::positions`] counts.
    pub(super) document: usize,
}

/// A key or an item.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// Its document.
    pub(super) document: usize,
    /// Its line, counted from 0.
    pub(super) line: usize,
    /// The column of its first letter (of the dash, if it is an item), counted from 0 in bytes.
    pub(super) column: usize,
    /// How its parent leads to it.
    pub(super) step: Step,
    /// The key, with its quotes; the dash of an item.
    pub(super) key: Range<usize>,
    /// The value as far as it stands on the same line, without the comment behind it; all of it where it is in brackets.
    pub(super) value: Range<usize>,
    /// What it is in.
    pub(super) parent: Option<usize>,
    /// Whether it stands within brackets.
    pub(super) is_flow: bool,
}

/// An outline; nodes stand in the order of the text.
#[derive(Debug)]
pub(super) struct Outline<'a> {
    pub(super) text: &'a str,
    pub(super) lines: Vec<Line>,
    pub(super) nodes: Vec<Node>,
}

impl<'a> Outline<'a> {
    /// Reads a text.
    pub(super) fn of(text: &'a str) -> Outline<'a> {
        let mut outline = Outline { text, lines: vec![], nodes: vec![] };
        let (mut start, mut document, mut begun) = (0, 0, false);
        let mut goes_on = GoesOn::No;
        for whole in text.split_inclusive('\n') {
            let line = whole.trim_end_matches(['\n', '\r']);
            let is_separator = line.starts_with("---");
            if is_separator && begun {
                (document, begun) = (document + 1, false);
            } else {
                begun = true;
            }
            if is_separator {
                goes_on = GoesOn::No;
            }
            let at = outline.lines.len();
            let span = start..start + line.len();
            start += whole.len();
            let sort = if is_separator { Sort::Separator } else { goes_on.sort(line) };
            outline.lines.push(Line { span, sort, document });
            match sort {
                Sort::Entry => goes_on = outline.read(at),
                Sort::More => goes_on = goes_on.after(line),
                _ => {}
            }
        }
        if text.is_empty() || text.ends_with('\n') {
            // The empty line behind the last end of line can be typed into.
            outline.lines.push(Line { span: text.len()..text.len(), sort: Sort::Blank, document });
        }
        outline.read_brackets();
        outline
    }

    /// The text of a line.
    pub(super) fn line(&self, at: usize) -> &'a str {
        &self.text[self.lines[at].span.clone()]
    }

    /// Which line a place in the text is on, and in which column.
    pub(super) fn place(&self, at: usize) -> (usize, usize) {
        let line = self.lines.partition_point(|line| line.span.start <= at).saturating_sub(1);
        (line, at.saturating_sub(self.lines[line].span.start))
    }

    /// Reads the dashes and the key of a line.
    fn read(&mut self, at: usize) -> GoesOn {
        let (start, document) = (self.lines[at].span.start, self.lines[at].document);
        let line = self.line(at);
        let mut column = line.len() - line.trim_start().len();
        let mut dashes = 0;
        while let Some(after) = dash(&line[column..]).filter(|_| dashes < MOST_DASHES) {
            dashes += 1;
            let parent = self.parent_at(at, column, true);
            let step = Step::Item(self.children(parent, document).count());
            let value = start + column + after..start + column + after + plain_end(&line[column + after..]);
            let key = start + column..start + column + 1;
            self.nodes.push(Node { document, line: at, column, step, key, value, parent, is_flow: false });
            column += after;
        }
        let mut owner = column;
        let mut value = &line[column..];
        if let Some((key, after)) = split_key(value) {
            let parent = self.parent_at(at, column, false);
            let rest = &value[after..];
            let inner = after + rest.len() - rest.trim_start().len();
            let end = inner + plain_end(&value[inner..]);
            let begin = start + column;
            let step = Step::Key(unquoted(&value[key.clone()]));
            let key = begin + key.start..begin + key.end;
            let span = begin + inner.min(end)..begin + end;
            self.nodes.push(Node { document, line: at, column, step, key, value: span, parent, is_flow: false });
            value = &value[inner..];
        } else {
            // What goes on with an item is indented more than its dash.
            owner = self.nodes.last().filter(|node| node.line == at).map_or(column, |node| node.column);
        }
        GoesOn::from(value, owner)
    }

    /// What a key or an item at a column of a line is in, by what stands above it.
    pub(super) fn parent_at(&self, line: usize, column: usize, is_item: bool) -> Option<usize> {
        let document = self.lines[line].document;
        let is_before = |node: &Node| node.line < line || (node.line == line && node.column < column);
        let mut above = self.nodes.iter().rposition(|node| !node.is_flow && is_before(node))?;
        loop {
            let node = &self.nodes[above];
            if node.document != document {
                return None;
            }
            let is_in_key = is_item && node.column == column && matches!(node.step, Step::Key(_));
            if node.column < column || is_in_key {
                return Some(above);
            }
            above = node.parent?;
        }
    }

    /// What is directly in a node; the outermost nodes of a document where that is none.
    pub(super) fn children(&self, parent: Option<usize>, document: usize) -> impl Iterator<Item = usize> {
        let is_child = move |node: &Node| node.parent == parent && node.document == document;
        self.nodes.iter().enumerate().filter(move |(_, node)| is_child(node)).map(|(at, _)| at)
    }

    /// The child with this key.
    pub(super) fn child(&self, parent: Option<usize>, document: usize, key: &str) -> Option<usize> {
        self.children(parent, document).find(|at| matches!(&self.nodes[*at].step, Step::Key(it) if it == key))
    }

    /// The value of a child on its line, without quotes.
    pub(super) fn child_value(&self, parent: Option<usize>, document: usize, key: &str) -> Option<String> {
        let value = self.value(self.child(parent, document, key)?);
        Some(value).filter(|value| !value.is_empty())
    }

    /// The value of a node on its line, without quotes.
    pub(super) fn value(&self, node: usize) -> String {
        unquoted(&self.text[self.nodes[node].value.clone()])
    }

    /// How a document leads to a node.
    pub(super) fn path(&self, node: usize) -> Vec<Step> {
        let mut steps = vec![];
        let mut at = Some(node);
        while let Some(node) = at {
            steps.push(self.nodes[node].step.clone());
            at = self.nodes[node].parent;
        }
        steps.reverse();
        steps
    }

    /// The deepest node on the way along a path, and the steps that lead on from there.
    pub(super) fn follow(&self, document: usize, path: &str) -> (Option<usize>, Vec<Step>) {
        let mut steps = steps(path);
        let mut at = None;
        while let Some(step) = steps.first() {
            let number = if let Step::Item(number) = step { number.to_string() } else { String::new() };
            let leads = |node: &usize| match &self.nodes[*node].step {
                Step::Key(key) => *step == Step::Key(key.clone()) || *key == number,
                item => item == step,
            };
            // Of a key that stands twice the last one counts.
            let Some(next) = self.children(at, document).filter(leads).last() else { break };
            at = Some(next);
            steps.remove(0);
        }
        (at, steps)
    }

    /// The last node within a node: itself, where nothing is in it.
    fn last_within(&self, node: usize) -> usize {
        let is_within = |mut at: usize| loop {
            match self.nodes[at].parent {
                Some(parent) if parent == node => return true,
                Some(parent) => at = parent,
                None => return false,
            }
        };
        (node + 1..self.nodes.len()).take_while(|at| is_within(*at)).last().unwrap_or(node)
    }

    /// The last line of a node and all that is in it.
    pub(super) fn last_line(&self, node: usize) -> usize {
        let last = self.nodes[self.last_within(node)].line;
        let goes_on = |line: &Line| matches!(line.sort, Sort::More | Sort::Block);
        // A block may have empty lines in it, but does not end with them.
        let mut end = last;
        for at in last + 1..self.lines.len() {
            match self.lines[at].sort {
                Sort::Blank => {}
                _ if goes_on(&self.lines[at]) => end = at,
                _ => break,
            }
        }
        end
    }

    /// Reads what stands in brackets.
    fn read_brackets(&mut self) {
        let is_open = |node: &Node, text: &str| text[node.value.start.min(text.len())..].starts_with(['{', '[']);
        let mut at = 0;
        while at < self.nodes.len() {
            let node = &self.nodes[at];
            // An item whose value is a key has brackets only further on.
            if !node.is_flow && is_open(node, self.text) && !node.value.is_empty() {
                let start = node.value.start;
                let mut found = vec![];
                let end = Brackets { text: self.text, document: node.document }.read(start, [at, at + 1], 0, &mut found);
                self.nodes[at].value.end = end.max(self.nodes[at].value.end);
                self.insert(at + 1, found);
            }
            at += 1;
        }
    }

    /// Puts nodes in place, and corrects who is in whom.
    fn insert(&mut self, at: usize, mut found: Vec<Node>) {
        for node in &mut found {
            (node.line, node.column) = self.place(node.key.start);
        }
        let by = found.len();
        for parent in self.nodes.iter_mut().filter_map(|node| node.parent.as_mut()).filter(|parent| **parent >= at) {
            *parent += by;
        }
        self.nodes.splice(at..at, found);
    }
}

/// How the lines after an entry go on.
enum GoesOn {
    No,
    /// A text behind `|`, indented more than this.
    Block(usize),
    /// Words without quotes, indented more than this.
    Words(usize),
    /// Until this quote.
    Quote(char),
    /// Until so many brackets are closed.
    Brackets(usize),
}

impl GoesOn {
    /// By the value that stands on the line; `column` is that of its key or item.
    fn from(value: &str, column: usize) -> GoesOn {
        let value = value.trim_start();
        match value.chars().next() {
            Some('|' | '>') => GoesOn::Block(column),
            Some(quote @ ('"' | '\'')) if !is_closed(value, quote) => GoesOn::Quote(quote),
            Some('{' | '[') => match open_brackets(value, 0) {
                0 => GoesOn::No,
                open => GoesOn::Brackets(open),
            },
            None | Some('#' | '"' | '\'' | '&') => GoesOn::No,
            Some(_) => GoesOn::Words(column),
        }
    }

    /// What the next line is.
    fn sort(&mut self, line: &str) -> Sort {
        let (indent, words) = (line.len() - line.trim_start().len(), line.trim());
        let sort = match self {
            GoesOn::Block(column) if words.is_empty() || indent > *column => return Sort::Block,
            GoesOn::Quote(_) | GoesOn::Brackets(_) => return Sort::More,
            GoesOn::Words(column) if indent > *column && !words.starts_with('#') && dash(words).is_none() => {
                if split_key(words).is_none() && !words.is_empty() { Sort::More } else { Sort::Entry }
            }
            _ => Sort::Entry,
        };
        match words.chars().next() {
            // A comment or an empty line ends nothing.
            None => Sort::Blank,
            Some('#') => Sort::Comment,
            Some(_) => {
                if sort == Sort::Entry {
                    *self = GoesOn::No;
                }
                sort
            }
        }
    }

    /// What is left after a line that goes on.
    fn after(self, line: &str) -> GoesOn {
        match self {
            GoesOn::Quote(quote) if is_ended(line, quote) => GoesOn::No,
            GoesOn::Brackets(open) => match open_brackets(line, open) {
                0 => GoesOn::No,
                open => GoesOn::Brackets(open),
            },
            other => other,
        }
    }
}

/// How many brackets may stand in each other: the parser of YAML goes no deeper (`serde_yaml`: 128).
const DEEPEST: usize = 128;

/// Reads brackets.
struct Brackets<'a> {
    text: &'a str,
    document: usize,
}

impl Brackets<'_> {
    /// Reads from the bracket at `start`, which belongs to the node `parent`; the nodes found get the numbers from `first` on. Gives
    /// where it ends. What stands too deep is not read.
    fn read(&self, start: usize, [parent, first]: [usize; 2], depth: usize, found: &mut Vec<Node>) -> usize {
        if depth > DEEPEST {
            return self.text.len();
        }
        let is_map = self.text[start..].starts_with('{');
        let mut at = start + 1;
        let mut items = 0;
        loop {
            at += self.white(at);
            match self.text[at..].chars().next() {
                None => return at,
                Some('}' | ']') => return at + 1,
                Some(',') => at += 1,
                Some(_) => {
                    let begin = at;
                    let word = self.word(at, is_map);
                    let mut value = word.clone();
                    let step = if is_map {
                        at = word.end;
                        at += self.white(at);
                        if self.text[at..].starts_with(':') {
                            at += 1;
                            at += self.white(at);
                        }
                        value = if self.text[at..].starts_with(['{', '[', ',', '}', ']']) {
                            at..at
                        } else {
                            self.word(at, false)
                        };
                        Step::Key(unquoted(&self.text[word.clone()]))
                    } else {
                        items += 1;
                        Step::Item(items - 1)
                    };
                    let own = found.len();
                    let key = if is_map { word } else { begin..begin };
                    let node = Node {
                        document: self.document,
                        line: 0,
                        column: 0,
                        step,
                        key,
                        value: value.clone(),
                        parent: Some(parent),
                        is_flow: true,
                    };
                    found.push(node);
                    let opens = if is_map { at } else { begin };
                    at = if self.text[opens..].starts_with(['{', '[']) {
                        let end = self.read(opens, [first + own, first], depth + 1, found);
                        found[own].value = opens..end;
                        end
                    } else {
                        value.end
                    };
                    if at == begin {
                        // Something that leads nowhere, such as a bracket of the wrong sort.
                        at += self.text[at..].chars().next().map_or(1, char::len_utf8);
                    }
                }
            }
        }
    }

    /// How much white space, and comments, there is.
    fn white(&self, at: usize) -> usize {
        let rest = &self.text[at..];
        let mut left = rest.trim_start();
        while left.starts_with('#') {
            left = left.split_once('\n').map_or("", |(_, left)| left).trim_start();
        }
        rest.len() - left.len()
    }

    /// A scalar.
    fn word(&self, at: usize, is_key: bool) -> Range<usize> {
        let rest = &self.text[at..];
        if let Some(quote @ ('"' | '\'')) = rest.chars().next() {
            return at..at + 1 + rest[1..].find(quote).map_or(rest.len() - 1, |end| end + 1);
        }
        let is_end = |(place, c): (usize, char)| match c {
            ',' | '{' | '}' | '[' | ']' | '\n' => true,
            ':' => is_key && rest[place + 1..].chars().next().is_none_or(|c| c.is_whitespace()),
            _ => false,
        };
        let end = rest.char_indices().find(|it| is_end(*it)).map_or(rest.len(), |(end, _)| end);
        at..at + rest[..end].trim_end().len()
    }
}

/// The steps of a path: `spec.containers[0].image`, `metadata.labels[app.kubernetes.io/name]`.
pub(super) fn steps(path: &str) -> Vec<Step> {
    let mut found = vec![];
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let (word, after) = inner.split_once(']').unwrap_or((inner, ""));
            found.push(word.parse().map_or_else(|_| Step::Key(word.to_owned()), Step::Item));
            rest = after;
        } else {
            let bare = rest.strip_prefix('.').unwrap_or(rest);
            let end = bare.find(['.', '[']).unwrap_or(bare.len());
            if end > 0 {
                found.push(Step::Key(bare[..end].to_owned()));
            }
            rest = &bare[end..];
            if end == 0 && rest.starts_with('.') {
                rest = &rest[1..];
            }
        }
    }
    found
}

/// A path as it is read.
pub(super) fn written(steps: &[Step]) -> String {
    let mut path = String::new();
    for step in steps {
        match step {
            Step::Item(number) => path.push_str(&format!("[{number}]")),
            Step::Key(key) if key.chars().all(|c| c.is_ascii_alphanumeric()) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(key);
            }
            Step::Key(key) => path.push_str(&format!("[{key}]")),
        }
    }
    path
}

/// How many letters a dash takes, with the white space after it, if the text begins with one.
pub(super) fn dash(text: &str) -> Option<usize> {
    let rest = text.strip_prefix('-')?;
    let is_one = rest.is_empty() || rest.starts_with(' ');
    is_one.then(|| if rest.trim().is_empty() { 1 + rest.len().min(1) } else { 1 + rest.len() - rest.trim_start().len() })
}

/// The key that a text begins with, and where what follows its colon begins.
pub(super) fn split_key(text: &str) -> Option<(Range<usize>, usize)> {
    let end = match text.chars().next()? {
        quote @ ('"' | '\'') => 2 + text[1..].find(quote)?,
        '{' | '[' | '#' | '|' | '>' | '@' | '`' | '%' | '}' | ']' | ',' => return None,
        _ => {
            let is_end = |place: &usize| text[place + 1..].chars().next().is_none_or(char::is_whitespace);
            let end = text.match_indices(':').map(|(place, _)| place).find(is_end)?;
            if end == 0 || text[..end].contains(" #") {
                return None;
            }
            end
        }
    };
    text[end..].starts_with(':').then(|| (0..text[..end].trim_end().len(), end + 1))
}

/// So many dashes of a line are read: no reader of YAML goes deeper, and each of them is looked for among those before it.
const MOST_DASHES: usize = 128;

/// Where a value ends that begins a text: before the comment, without white space.
pub(super) fn plain_end(text: &str) -> usize {
    if text.starts_with('#') {
        return 0;
    }
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '"' | '\'') if before == ' ' || "[{,:".contains(before) => quote = Some(c),
            (None, '#') if before == ' ' || before == '\t' => return text[..at].trim_end().len(),
            _ => {}
        }
        before = c;
    }
    text.trim_end().len()
}

/// A scalar without its quotes.
pub(super) fn unquoted(text: &str) -> String {
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote) {
            return inner.strip_suffix(quote).unwrap_or(inner).to_owned();
        }
    }
    text.to_owned()
}

/// Whether a scalar that begins with a quote has its end on the line.
fn is_closed(text: &str, quote: char) -> bool {
    is_ended(&text[1..], quote)
}

/// Whether a quote that is open ends on a line.
fn is_ended(line: &str, quote: char) -> bool {
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == '\\' && quote == '"' {
            letters.next();
        } else if letter == quote {
            if quote == '\'' && letters.peek() == Some(&'\'') {
                letters.next();
            } else {
                return true;
            }
        }
    }
    false
}

/// How many brackets are open after a line before which so many were.
fn open_brackets(line: &str, before: usize) -> usize {
    let mut open = before;
    let mut quote = None;
    for c in line[..plain_end(line)].chars() {
        match (quote, c) {
            (Some(it), _) if it == c => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '{' | '[') => open += 1,
            (None, '}' | ']') => open = open.saturating_sub(1),
            _ => {}
        }
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every node as `line:column path = value`.
    fn check(text: &str, expected: &[&str]) {
        let outline = Outline::of(text);
        let nodes = outline.nodes.iter().enumerate();
        let written = nodes.map(|(at, node)| {
            let value = &text[node.value.clone()];
            format!("{}:{} {} = {value}", node.line, node.column, written(&outline.path(at))).trim_end().to_owned()
        });
        assert_eq!(written.collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn keys_and_items() {
        check(
            "a: 1 # one\nb:\n- c: 'x # y'\n  d:\n    e: f\n- g\nh:\n  - - i\n",
            &[
                "0:0 a = 1",
                "1:0 b =",
                "2:0 b[0] = c: 'x # y'",
                "2:2 b[0].c = 'x # y'",
                "3:2 b[0].d =",
                "4:4 b[0].d.e = f",
                "5:0 b[1] = g",
                "6:0 h =",
                "7:2 h[0] = - i",
                "7:4 h[0][0] = i",
            ],
        );
    }

    #[test]
    fn what_goes_on_over_lines_is_no_key() {
        check(
            "a: |\n  b: c\n\n  d\ne: \"x\n  y: z\"\nf: word\n  more\ng:\n  # h: i\n  j: k\n",
            &["0:0 a = |", "4:0 e = \"x", "6:0 f = word", "8:0 g =", "10:2 g.j = k"],
        );
    }

    #[test]
    fn brackets() {
        check(
            "a: {b: 1, 'c d': [e, {f: g}]}\nh: i\nk: {l: {\n  m: n}}\n",
            &[
                "0:0 a = {b: 1, 'c d': [e, {f: g}]}",
                "0:4 a.b = 1",
                "0:10 a[c d] = [e, {f: g}]",
                "0:18 a[c d][0] = e",
                "0:21 a[c d][1] = {f: g}",
                "0:22 a[c d][1].f = g",
                "1:0 h = i",
                "2:0 k = {l: {\n  m: n}}",
                "2:4 k.l = {\n  m: n}",
                "3:2 k.l.m = n",
            ],
        );
    }

    #[test]
    fn what_is_being_typed_breaks_nothing() {
        check("spec:\n  te\n  a: 1\n  {\n  b: [1, \n", &["0:0 spec =", "2:2 spec.a = 1"]);
        check("a: {b\n", &["0:0 a = {b", "0:4 a.b ="]);
        check("a: ]}\n: x\n\"\n", &["0:0 a = ]}"]);
    }

    #[test]
    fn documents_count_as_elsewhere() {
        let text = "---\na: 1\n---\nb: 2\n--- # c\nd: 3\n";
        let outline = Outline::of(text);
        let documents: Vec<usize> = outline.nodes.iter().map(|node| node.document).collect();
        assert_eq!(documents, [0, 1, 2]);
        for node in &outline.nodes {
            let Step::Key(key) = &node.step else { panic!() };
            let place = crate::api::positions::positions(text).line_of(node.document, key);
            assert_eq!(place, Some((node.line + 1, 1)));
        }
    }

    #[test]
    fn paths_lead_back() {
        let text = "spec:\n  list:\n  - a.b/c: 1\n    '0': x\n";
        let outline = Outline::of(text);
        for at in 0..outline.nodes.len() {
            assert_eq!(outline.follow(0, &written(&outline.path(at))), (Some(at), vec![]));
        }
        assert_eq!(outline.follow(0, "spec.other[1]").1, [Step::Key("other".to_owned()), Step::Item(1)]);
        assert_eq!(outline.last_line(0), 3);
    }
}
