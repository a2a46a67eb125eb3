//! Text in columns, as Go's `text/tabwriter` and kubectl's copy of it lay it out.

/// A writer of columns: cells end with a tab, each column is as wide as its widest cell.
///
/// A column reaches over neighbouring lines that have a cell in it; the last cell of a line belongs to no column.
#[derive(Clone, Debug)]
pub(crate) struct TabWriter {
    min: usize,
    padding: usize,
    /// The widths of earlier texts, where they are remembered (`tabwriter.RememberWidths` in kubectl's copy).
    remembered: Option<Vec<usize>>,
}

impl TabWriter {
    /// kubectl's tables (`cli-runtime/pkg/printers/tabwriter.go`).
    pub(crate) const fn table() -> TabWriter {
        TabWriter { min: 6, padding: 3, remembered: Some(Vec::new()) }
    }

    /// `kubectl describe` (`describe.go`, `tabbedString`).
    pub(crate) const fn describe() -> TabWriter {
        TabWriter { min: 0, padding: 2, remembered: None }
    }

    /// Lays out a whole text.
    pub(crate) fn format(&mut self, text: &str) -> String {
        let ends_open = !text.ends_with('\n');
        let body = text.strip_suffix('\n').unwrap_or(text);
        if text.is_empty() {
            return String::new();
        }
        let lines: Vec<Vec<&str>> = body.split('\n').map(|line| line.split('\t').collect()).collect();
        let mut out = String::with_capacity(text.len() * 2);
        let mut widths = vec![];
        self.block(&lines, 0, lines.len(), &mut widths, &mut out);
        if ends_open {
            out.pop();
        }
        out
    }

    fn block(&mut self, lines: &[Vec<&str>], mut from: usize, to: usize, widths: &mut Vec<usize>, out: &mut String) {
        let column = widths.len();
        let mut this = from;
        while this < to {
            if column + 1 >= lines[this].len() {
                this += 1;
                continue;
            }
            write(&lines[from..this], widths, out);
            from = this;
            let mut width = self.min;
            while this < to && column + 1 < lines[this].len() {
                width = width.max(lines[this][column].chars().count() + self.padding);
                this += 1;
            }
            if let Some(remembered) = &mut self.remembered {
                if remembered.len() <= column {
                    remembered.resize(column + 1, 0);
                }
                width = width.max(remembered[column]);
                remembered[column] = width;
            }
            widths.push(width);
            self.block(lines, from, this, widths, out);
            widths.pop();
            from = this;
        }
        write(&lines[from..to], widths, out);
    }
}

fn write(lines: &[Vec<&str>], widths: &[usize], out: &mut String) {
    for line in lines {
        for (j, cell) in line.iter().enumerate() {
            out.push_str(cell);
            if let Some(width) = widths.get(j) {
                let length = cell.chars().count();
                out.extend(std::iter::repeat_n(' ', width.saturating_sub(length)));
            }
        }
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_at_least_six_wide_and_remember() {
        let mut writer = TabWriter::table();
        assert_eq!(writer.format("NAME\tREADY\tLABEL\nfluentd\t1/1\t\n"), "NAME      READY   LABEL\nfluentd   1/1     \n");
        assert_eq!(writer.format("a\t1\tx\n"), "a         1       x\n");
        assert_eq!(TabWriter::table().format("fluentd\t3\t4s\n"), "fluentd   3     4s\n");
        assert_eq!(TabWriter::table().format(""), "");
    }

    #[test]
    fn columns_end_where_a_line_has_none() {
        let mut writer = TabWriter::describe();
        assert_eq!(
            writer.format("Name:\tx\nNode-Selector:\ty\nDesired: 3\nA:\tb\n"),
            "Name:           x\nNode-Selector:  y\nDesired: 3\nA:  b\n"
        );
        assert_eq!(writer.format("a:\tb\tc\nlong:\td\n"), "a:     b  c\nlong:  d\n");
        assert_eq!(writer.format("x\ty"), "x  y");
    }
}
