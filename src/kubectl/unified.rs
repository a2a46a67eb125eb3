//! What differs between two texts, line by line, in the words of GNU diff: for `kubectl diff` and the shell's `diff`.
//!
//! The shortest way from one text to the other (E. Myers, "An O(ND) difference algorithm and its variations", 1986, in linear
//! space); a change that could stand in several places stands in the lowest one, or beside a change of the other text.

use std::ops::Range;

/// Lines of one text that have become lines of another; one of the two may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// Which lines of the old text, counted from 0.
    pub(crate) old: Range<usize>,
    /// Which lines of the new one.
    pub(crate) new: Range<usize>,
}

/// The lines of a text, each with its line end if it has one.
pub(crate) fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// The changes that make the new lines of the old ones, in order. Of the lines that both begin or end with, only as many are looked
/// at as are shown `around` a change: further down none is moved.
pub(crate) fn changes(old: &[&str], new: &[&str], around: usize) -> Vec<Change> {
    let skipped = alike(old.iter().zip(new)).saturating_sub(around);
    let (old, new) = (&old[skipped..], &new[skipped..]);
    let cut = alike(old.iter().rev().zip(new.iter().rev())).saturating_sub(around);
    let mut changes = between(&old[..old.len() - cut], &new[..new.len() - cut]);
    for Change { old, new } in &mut changes {
        *old = old.start + skipped..old.end + skipped;
        *new = new.start + skipped..new.end + skipped;
    }
    changes
}

/// How many pairs are alike before the first that is not.
fn alike<'a>(pairs: impl Iterator<Item = (&'a &'a str, &'a &'a str)>) -> usize {
    pairs.take_while(|(old, new)| old == new).count()
}

fn between(old: &[&str], new: &[&str]) -> Vec<Change> {
    let (mut gone, mut come) = marks(old, new);
    slide(&mut gone, &come, old);
    slide(&mut come, &gone, new);
    let (mut found, mut at) = (vec![], (0, 0));
    while at.0 < old.len() || at.1 < new.len() {
        let (left, right) = (run(&gone, at.0), run(&come, at.1));
        if left.is_empty() && right.is_empty() {
            at = (at.0 + 1, at.1 + 1);
            continue;
        }
        at = (left.end, right.end);
        found.push(Change { old: left, new: right });
    }
    found
}

/// The changes as `diff -u` prints them below its two lines of names, with this many lines around each; empty where there are none.
pub(crate) fn unified(old: &str, new: &str, around: usize) -> String {
    let (old, new) = (lines(old), lines(new));
    let changes = changes(&old, &new, around);
    let mut text = String::new();
    for hunk in changes.chunk_by(|a, b| b.old.start - a.old.end <= 2 * around) {
        let (first, last) = (&hunk[0], &hunk[hunk.len() - 1]);
        let before = first.old.start.min(around);
        let after = (old.len() - last.old.end).min(around);
        let shown = first.old.start - before..last.old.end + after;
        text.push_str("@@ -");
        text.push_str(&span(&shown));
        text.push_str(" +");
        text.push_str(&span(&(first.new.start - before..last.new.end + after)));
        text.push_str(" @@\n");
        let mut at = shown.start;
        for change in hunk {
            push(&mut text, " ", &old[at..change.old.start]);
            push(&mut text, "-", &old[change.old.clone()]);
            push(&mut text, "+", &new[change.new.clone()]);
            at = change.old.end;
        }
        push(&mut text, " ", &old[at..shown.end]);
    }
    text
}

/// The changes as `diff` prints them when nothing is asked of it: `2c2`, the lines that go, the lines that come.
pub(crate) fn normal(old: &str, new: &str) -> String {
    let (old, new) = (lines(old), lines(new));
    let mut text = String::new();
    for change in changes(&old, &new, 0) {
        let kind = match (change.old.is_empty(), change.new.is_empty()) {
            (true, _) => "a",
            (_, true) => "d",
            _ => "c",
        };
        text.push_str(&[&first_and_last(&change.old), kind, &first_and_last(&change.new), "\n"].concat());
        push(&mut text, "< ", &old[change.old]);
        text.push_str(if kind == "c" { "---\n" } else { "" });
        push(&mut text, "> ", &new[change.new]);
    }
    text
}

/// Lines by the first and the last of them, counted from 1; no lines by the one before them.
fn first_and_last(lines: &Range<usize>) -> String {
    match lines.len() {
        0 => lines.start.to_string(),
        1 => lines.end.to_string(),
        _ => format!("{},{}", lines.start + 1, lines.end),
    }
}

fn push(text: &mut String, mark: &str, lines: &[&str]) {
    for line in lines {
        text.push_str(mark);
        text.push_str(line);
        if !line.ends_with('\n') {
            text.push_str("\n\\ No newline at end of file\n");
        }
    }
}

/// Lines as the head of a hunk names them: the first one, counted from 1, and how many if not one. No lines are named after the
/// one before them.
fn span(lines: &Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => (lines.start + 1).to_string(),
        many => format!("{},{many}", lines.start + 1),
    }
}

/// The marked lines that begin at a place.
fn run(marks: &[bool], from: usize) -> Range<usize> {
    let length = marks[from..].iter().take_while(|marked| **marked).count();
    from..from + length
}

/// Which lines of each text have no counterpart in the other.
fn marks(old: &[&str], new: &[&str]) -> (Vec<bool>, Vec<bool>) {
    let (mut gone, mut come) = (missing(old, new), missing(new, old));
    let left = |marks: &[bool]| -> Vec<usize> { (0..marks.len()).filter(|at| !marks[*at]).collect() };
    let places = (left(&gone), left(&come));
    let mut search = Search {
        old: places.0.iter().map(|at| old[*at]).collect(),
        new: places.1.iter().map(|at| new[*at]).collect(),
        gone: vec![],
        come: vec![],
    };
    search.compare(0..places.0.len(), 0..places.1.len());
    search.gone.iter().for_each(|at| gone[places.0[*at]] = true);
    search.come.iter().for_each(|at| come[places.1[*at]] = true);
    (gone, come)
}

/// Which lines stand nowhere in the other text.
fn missing(lines: &[&str], other: &[&str]) -> Vec<bool> {
    let mut sorted = other.to_vec();
    sorted.sort_unstable();
    lines.iter().map(|line| sorted.binary_search(line).is_err()).collect()
}

/// A search for the shortest way.
struct Search<'a> {
    old: Vec<&'a str>,
    new: Vec<&'a str>,
    gone: Vec<usize>,
    come: Vec<usize>,
}

impl Search<'_> {
    /// Marks what differs between a part of the old and a part of the new lines.
    fn compare(&mut self, mut old: Range<usize>, mut new: Range<usize>) {
        while !old.is_empty() && !new.is_empty() && self.old[old.start] == self.new[new.start] {
            (old.start, new.start) = (old.start + 1, new.start + 1);
        }
        while !old.is_empty() && !new.is_empty() && self.old[old.end - 1] == self.new[new.end - 1] {
            (old.end, new.end) = (old.end - 1, new.end - 1);
        }
        if old.is_empty() || new.is_empty() {
            self.gone.extend(old);
            self.come.extend(new);
            return;
        }
        let (x, y) = self.middle(&old, &new);
        self.compare(old.start..x, new.start..y);
        self.compare(x..old.end, y..new.end);
    }

    /// A point on a shortest way, where a search from the beginning and one from the end meet.
    fn middle(&self, old: &Range<usize>, new: &Range<usize>) -> (usize, usize) {
        let (width, height) = (old.len() as isize, new.len() as isize);
        let same = |x: isize, y: isize| self.old[old.start + x as usize] == self.new[new.start + y as usize];
        let meet = |x: isize, y: isize| (old.start + x as usize, new.start + y as usize);
        // How far each diagonal, x - y, was followed; the outermost ones are never reached.
        let place = |diagonal: isize| (diagonal + height + 1) as usize;
        let size = (width + height + 3) as usize;
        let (mut ahead, mut back) = (vec![-1; size], vec![isize::MAX; size]);
        let corner = width - height;
        let (mut from_start, mut from_end) = (0..=0, corner..=corner);
        ahead[place(0)] = 0;
        back[place(corner)] = width;
        let is_odd = corner % 2 != 0;
        loop {
            from_start = wider(&from_start, height, width);
            for diagonal in from_start.clone().rev().step_by(2) {
                let (below, above) = (ahead[place(diagonal - 1)], ahead[place(diagonal + 1)]);
                let mut x = if below < above { above } else { below + 1 };
                while x < width && x - diagonal < height && same(x, x - diagonal) {
                    x += 1;
                }
                ahead[place(diagonal)] = x;
                if is_odd && from_end.contains(&diagonal) && back[place(diagonal)] <= x {
                    return meet(x, x - diagonal);
                }
            }
            from_end = wider(&from_end, height, width);
            for diagonal in from_end.clone().rev().step_by(2) {
                let (below, above) = (back[place(diagonal - 1)], back[place(diagonal + 1)]);
                let mut x = if below < above { below } else { above - 1 };
                while x > 0 && x - diagonal > 0 && same(x - 1, x - diagonal - 1) {
                    x -= 1;
                }
                back[place(diagonal)] = x;
                if !is_odd && from_start.contains(&diagonal) && x <= ahead[place(diagonal)] {
                    return meet(x, x - diagonal);
                }
            }
        }
    }
}

/// The diagonals after one more step: one more on each side, or one less where there is none.
fn wider(diagonals: &std::ops::RangeInclusive<isize>, height: isize, width: isize) -> std::ops::RangeInclusive<isize> {
    let (low, high) = (*diagonals.start(), *diagonals.end());
    (if low > -height { low - 1 } else { low + 1 })..=(if high < width { high + 1 } else { high - 1 })
}

/// Moves the marked runs of one text, where the lines around them are alike: up to meet another run, else down as far as it goes,
/// or to the last place where a run of the other text is beside it.
fn slide(marks: &mut [bool], other: &[bool], lines: &[&str]) {
    let length = lines.len();
    let is = |marks: &[bool], at: usize| marks.get(at).copied().unwrap_or(false);
    // `end` and `across` are lines that belong together, behind the run and behind what is beside it.
    let (mut end, mut across) = (0, 0);
    let back = |mut across: usize| {
        across = across.saturating_sub(1);
        while across > 0 && is(other, across) {
            across -= 1;
        }
        across
    };
    loop {
        while end < length && !marks[end] {
            across = run(other, across.min(other.len())).end + 1;
            end += 1;
        }
        if end == length {
            return;
        }
        let mut start = end;
        end = run(marks, end).end;
        across = run(other, across.min(other.len())).end;
        let mut beside;
        loop {
            let before = end - start;
            while start > 0 && lines[start - 1] == lines[end - 1] {
                (start, end) = (start - 1, end - 1);
                marks[start] = true;
                marks[end] = false;
                start -= marks[..start].iter().rev().take_while(|marked| **marked).count();
                across = back(across);
            }
            beside = (across > 0 && is(other, across - 1)).then_some(end);
            while end < length && lines[start] == lines[end] {
                marks[start] = false;
                marks[end] = true;
                start += 1;
                end = run(marks, end).end;
                across += 1;
                while is(other, across) {
                    beside = Some(end);
                    across += 1;
                }
            }
            if before == end - start {
                break;
            }
        }
        while beside.is_some_and(|beside| beside < end) {
            (start, end) = (start - 1, end - 1);
            marks[start] = true;
            marks[end] = false;
            across = back(across);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(old: &str, new: &str, expect: &str) {
        let text = |words: &str| words.split_whitespace().map(|word| format!("{word}\n")).collect::<String>();
        assert_eq!(unified(&text(old), &text(new), 1).replace('\n', "|"), expect, "{old} → {new}");
    }

    /// As GNU diff 3.8 prints them with `-U1`.
    #[test]
    fn changes_stand_where_gnu_diff_puts_them() {
        check("a b c", "a b c", "");
        check("", "a b", "@@ -0,0 +1,2 @@|+a|+b|");
        check("a", "", "@@ -1 +0,0 @@|-a|");
        check("a b c d e f g", "a b X d e Y g", "@@ -2,6 +2,6 @@| b|-c|+X| d| e|-f|+Y| g|");
        check("a b c d e f g h", "X b c d e f g Y", "@@ -1,2 +1,2 @@|-a|+X| b|@@ -7,2 +7,2 @@| g|-h|+Y|");
        check("{ a } { b }", "{ a } { c } { b }", "@@ -4,2 +4,5 @@| {|+c|+}|+{| b|");
        check("a b c a b b a", "c b a b a c", "@@ -1,7 +1,6 @@|-a|-b| c|-a| b|+a| b| a|+c|");
    }

    /// As GNU diff 3.8 prints them.
    #[test]
    fn without_a_flag_the_lines_are_numbered() {
        let text = |words: &str| words.split_whitespace().map(|word| format!("{word}\n")).collect::<String>();
        let shown = normal(&text("a b c d e f g h"), &text("X a b d Y Z g h i")).replace('\n', "|");
        assert_eq!(shown, "0a1|> X|3d3|< c|5,6c5,6|< e|< f|---|> Y|> Z|8a9|> i|");
    }

    #[test]
    fn the_end_of_a_last_line_counts() {
        assert_eq!(unified("a\nb", "a\nb\n", 3), "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n");
    }

    proptest::proptest! {
        #[test]
        fn the_changes_make_the_new_lines_of_the_old(old in "([abc]\n){0,12}", new in "([abcd]\n){0,12}") {
            let (old, new) = (lines(&old), lines(&new));
            let (mut made, mut at) = (vec![], 0);
            for change in changes(&old, &new, 0) {
                made.extend_from_slice(&old[at..change.old.start]);
                made.extend_from_slice(&new[change.new.clone()]);
                at = change.old.end;
            }
            made.extend_from_slice(&old[at..]);
            proptest::prop_assert_eq!(made, new);
        }
    }
}
