//! Lessons that are not the same twice: names in double braces stand for one of several values.
//!
//! `vary: {zone: [north, south]}` in the front matter, and `{{zone}}` anywhere in the file.

use serde_json::Value;

use crate::api::yaml;

/// What may be put in the place of each name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Vary(Vec<(String, Vec<String>)>);

impl Vary {
    /// What a lesson's text says; nothing varies where it says nothing.
    ///
    /// The front matter is no YAML while there are names in braces in it, so only this part of it is read.
    ///
    /// # Errors
    /// What is wrong, with the line counted from 1.
    pub(super) fn of(text: &str) -> Result<Vary, (usize, String)> {
        // Nearly all lessons go one way only.
        if text.contains("\nvary:") { Vary::read(text) } else { Ok(Vary::default()) }
    }

    #[inline(never)]
    fn read(text: &str) -> Result<Vary, (usize, String)> {
        let lines: Vec<&str> = text.lines().collect();
        let end = lines.iter().skip(1).position(|line| line.trim_end() == "---").map_or(0, |at| at + 1);
        let Some(start) = lines[..end].iter().position(|line| line.starts_with("vary:")) else { return Ok(Vary::default()) };
        let more = lines[start + 1..end].iter().take_while(|line| line.starts_with([' ', '-', '#'])).count();
        let wrong = || (start + 1, "`vary` is a mapping of names to lists of texts: `{zone: [north, south]}`".to_owned());
        let parsed = yaml::parse(&lines[start..=start + more].join("\n")).map_err(|_| wrong())?;
        let names = parsed.first().and_then(|document| document.get("vary")).and_then(Value::as_object).ok_or_else(wrong)?;
        let mut vary = Vary::default();
        for (name, values) in names {
            let values = values.as_array().filter(|values| !values.is_empty()).ok_or_else(wrong)?;
            let values: Option<Vec<String>> = values.iter().map(spelt).collect();
            vary.0.push((name.clone(), values.ok_or_else(wrong)?));
        }
        Ok(vary)
    }

    /// In how many ways it can go.
    pub(super) fn variants(&self) -> u64 {
        self.0.iter().map(|(_, values)| values.len() as u64).product()
    }

    /// The text as it is in one of these ways; they are counted from 0, and begin anew after the last.
    pub(super) fn apply(&self, text: &str, seed: u64) -> String {
        let mut text = text.to_owned();
        let mut seed = seed;
        for (name, values) in &self.0 {
            let count = values.len() as u64;
            let value = values.get((seed % count) as usize).map_or("", String::as_str);
            text = text.replace(&format!("{{{{{name}}}}}"), value);
            seed /= count;
        }
        text
    }
}

/// A value as it is written into the text: one line.
fn spelt(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => (!text.contains('\n')).then(|| text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Vary;

    #[test]
    fn every_seed_gives_another_text() {
        let text = "---\nid: x\nvary:\n  a: [one, two]\n  b: [1, 2, 3]\ncluster: {labels: {zone: {{a}}}}\n---\n{{a}} {{b}} {{c}} {{ a }}\n";
        let vary = Vary::of(text).unwrap();
        let last = |seed| vary.apply(text, seed).lines().last().unwrap().to_owned();
        assert_eq!(vary.variants(), 6);
        assert_eq!(
            (last(0), last(1), last(5)),
            ("one 1 {{c}} {{ a }}".into(), "two 1 {{c}} {{ a }}".into(), "two 3 {{c}} {{ a }}".into())
        );
        assert_eq!(last(6), last(0));
    }

    #[test]
    fn what_cannot_vary_is_told_with_its_line() {
        for wrong in ["vary: 3", "vary: {a: x}", "vary: {a: []}", "vary: {a: [[x]]}", "vary: [a"] {
            let (line, message) = Vary::of(&format!("---\nid: x\n{wrong}\n---\n")).unwrap_err();
            assert!(line == 3 && message.starts_with("`vary` is a mapping"), "{wrong}: {line} {message}");
        }
    }
}
