//! What is packed: sections, each a tag, a length and its content. What is as usual is left out.
//!
//! | tag | content |
//! |---|---|
//! | 1 | lesson: id, step |
//! | 2 | title of the link |
//! | 3 | the lesson of section 1 is the base of sections 4 to 8: check value (4 bytes) of its own scenario, written as these sections with none as base |
//! | 4 | title of the scenario |
//! | 5 | nodes, in groups: prefix, first number + 1 and count (or 0: the prefix is the name), labels, taints, allocatable; each a count, then its texts or pairs of texts |
//! | 6 | images: pattern, behaviour (a byte: ok, pull-fails, crash, not-ready, completes, stubborn), a byte with 1 where start seconds follow + 2 where run seconds follow, these (IEEE 754, 8 bytes, little-endian) |
//! | 7 | settings: monitor grace, start, stop in milliseconds, seed |
//! | 8 | files that differ: name, then 0 where it is removed, or 1 and a splice: how many bytes of the file before stay at its beginning, how many at its end, the text between |
//! | 9 | history: 8 × milliseconds since the last action + kind, then what the kind needs |
//! | 10 | milliseconds from the last action to the time that is shown |
//! | 11 | name of the open file |
//! | 12 | milliseconds from the beginning to the moment that is looked at, where that is not the time of section 10 |
//! | 13 | presents that were left behind, each: how many actions it has in common with section 9, milliseconds from the last action to its time, length and content of what else was done there, as in section 9 |
//!
//! Numbers are LEB128, texts UTF-8 with their length in bytes before them. Kinds of section 9: 0 a command line (text), 1 Ctrl-C, 2 a
//! saved file (name, splice on what it was), 3 a removed file (name); any other is followed by a text that holds whatever it needs.
//!
//! Unknown sections and kinds are skipped and counted, so that a later version can add what older ones can do without.

use std::time::Duration;

use super::bytes::{Reader, Writer};
use super::{
    MAX_BYTES, MAX_COMMAND_BYTES, MAX_FILE_BYTES, MAX_FILES, MAX_HISTORY, MAX_NAME_BYTES, MAX_NODES, MAX_OTHERS,
    MAX_TEXT_BYTES, MAX_TIME, ShareError, Shared, pack,
};
use crate::api::StringMap;
use crate::kubectl::Files;
use crate::lessons::Library;
use crate::scenario::Scenario;
use crate::session::{Action, Taken};
use crate::sim::{Behaviour, Config, ImageRule, Kubelets, NodeDefinition, SimTime};
use crate::timeline::Branch;

const LESSON: u8 = 1;
const TITLE: u8 = 2;
const BASE: u8 = 3;
const SCENARIO_TITLE: u8 = 4;
const NODES: u8 = 5;
const IMAGES: u8 = 6;
const SETTINGS: u8 = 7;
const FILES: u8 = 8;
const HISTORY: u8 = 9;
const NOW: u8 = 10;
const OPEN_FILE: u8 = 11;
const SEEN: u8 = 12;
const OTHERS: u8 = 13;
/// All that are known.
const KNOWN: std::ops::RangeInclusive<u8> = LESSON..=OTHERS;

const RUN: u64 = 0;
const INTERRUPT: u64 = 1;
const WRITE: u64 = 2;
const REMOVE: u64 = 3;

const BEHAVIOURS: [Behaviour; 6] =
    [Behaviour::Ok, Behaviour::PullFails, Behaviour::Crash, Behaviour::NotReady, Behaviour::Completes, Behaviour::Stubborn];

/// A link that holds the whole scenario outlives changes of its lesson: it may be so many bytes longer than one that does not.
const WORTH: usize = 64;

/// The shorter of two ways: with all of the scenario, or with what its lesson does not have.
pub(super) fn write(shared: &Shared, library: &Library) -> Vec<u8> {
    let whole = write_whole(shared);
    let base = shared.lesson.as_ref().and_then(|(name, _)| library.lesson(name));
    let Some(on_base) = base.map(|lesson| write_on(shared, Some(&lesson.scenario))) else { return whole };
    let shorter = pack::deflate(&on_base).len() + WORTH < pack::deflate(&whole).len();
    if shorter { on_base } else { whole }
}

/// With all of the scenario.
pub(super) fn write_whole(shared: &Shared) -> Vec<u8> {
    write_on(shared, None)
}

fn write_on(shared: &Shared, base: Option<&Scenario>) -> Vec<u8> {
    let mut out = Writer::default();
    if let Some((id, step)) = &shared.lesson {
        section(&mut out, LESSON, |out| {
            out.text(id);
            out.number(*step as u64);
        });
    }
    if !shared.title.is_empty() {
        section(&mut out, TITLE, |out| out.text(&shared.title));
    }
    if let Some(base) = base {
        section(&mut out, BASE, |out| out.bytes.extend(fingerprint(base).to_le_bytes()));
    }
    write_scenario(&mut out, &shared.scenario, base.unwrap_or(&Scenario::default()));
    let last = shared.history.last().map_or(SimTime::ZERO, |taken| taken.at);
    if !shared.history.is_empty() {
        section(&mut out, HISTORY, |out| write_history(out, &shared.history, 0, shared.scenario.files.clone()));
    }
    if shared.now > last {
        section(&mut out, NOW, |out| out.number(millis(shared.now - last)));
    }
    if let Some(file) = &shared.open_file {
        section(&mut out, OPEN_FILE, |out| out.text(file));
    }
    // Nobody who keeps the present waits for the rest of the engine because of this.
    if shared.seen.is_some() || !shared.others.is_empty() {
        write_beside(&mut out, shared);
    }
    out.bytes
}

/// What is not needed to come back to the present.
#[inline(never)]
fn write_beside(out: &mut Writer, shared: &Shared) {
    if let Some(seen) = shared.seen {
        section(out, SEEN, |out| out.number(seen.as_millis()));
    }
    if !shared.others.is_empty() {
        section(out, OTHERS, |out| shared.others.iter().for_each(|other| write_other(out, other, shared)));
    }
}

fn write_other(out: &mut Writer, other: &Branch, shared: &Shared) {
    let common = other.history.iter().zip(&shared.history).take_while(|(other, shared)| other == shared).count();
    out.number(common as u64);
    let last = other.history.last().map_or(SimTime::ZERO, |taken| taken.at);
    out.number(millis(other.now - last));
    let mut rest = Writer::default();
    write_history(&mut rest, &other.history, common, shared.scenario.files.clone());
    out.number(rest.bytes.len() as u64);
    out.bytes.extend(rest.bytes);
}

fn section(out: &mut Writer, tag: u8, content: impl FnOnce(&mut Writer)) {
    let mut inner = Writer::default();
    content(&mut inner);
    out.bytes.push(tag);
    out.number(inner.bytes.len() as u64);
    out.bytes.extend(inner.bytes);
}

/// What a link that builds on a scenario remembers of it.
fn fingerprint(scenario: &Scenario) -> u32 {
    let mut out = Writer::default();
    write_scenario(&mut out, scenario, &Scenario::default());
    pack::checksum(0, &out.bytes)
}

fn write_scenario(out: &mut Writer, scenario: &Scenario, base: &Scenario) {
    let (config, usual) = (&scenario.config, &base.config);
    if scenario.title != base.title {
        section(out, SCENARIO_TITLE, |out| out.text(&scenario.title));
    }
    if config.nodes != usual.nodes {
        section(out, NODES, |out| write_nodes(out, &config.nodes));
    }
    if config.images != usual.images {
        section(out, IMAGES, |out| config.images.iter().for_each(|rule| write_image(out, rule)));
    }
    let settings = |config: &Config| {
        [millis(config.node_monitor_grace), millis(config.kubelets.start), millis(config.kubelets.stop), config.seed]
    };
    if settings(config) != settings(usual) {
        section(out, SETTINGS, |out| settings(config).into_iter().for_each(|number| out.number(number)));
    }
    if scenario.files != base.files {
        section(out, FILES, |out| write_files(out, &scenario.files, &base.files));
    }
}

fn write_nodes(out: &mut Writer, nodes: &[NodeDefinition]) {
    let mut rest = nodes;
    while let Some(first) = rest.first() {
        let numbered = split_number(&first.name);
        let like_first = |(index, node): &(usize, &NodeDefinition)| {
            let next = numbered.map(|(prefix, number)| format!("{prefix}{}", u64::from(number) + *index as u64));
            let name = next.unwrap_or_else(|| if *index == 0 { first.name.clone() } else { String::new() });
            node.name == name
                && node.labels == first.labels
                && node.taints == first.taints
                && node.allocatable == first.allocatable
        };
        let count = rest.iter().enumerate().take_while(like_first).count().max(1);
        match numbered {
            Some((prefix, number)) => {
                out.text(prefix);
                out.number(u64::from(number) + 1);
                out.number(count as u64);
            }
            None => {
                out.text(&first.name);
                out.number(0);
            }
        }
        write_map(out, &first.labels);
        out.number(first.taints.len() as u64);
        first.taints.iter().for_each(|taint| out.text(taint));
        write_map(out, &first.allocatable);
        rest = &rest[if numbered.is_some() { count } else { 1 }..];
    }
}

/// `worker-12` is `worker-` and 12; a number that would be written otherwise is none.
fn split_number(name: &str) -> Option<(&str, u32)> {
    let prefix = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = &name[prefix.len()..];
    let number = digits.parse::<u32>().ok()?;
    (number.to_string() == digits).then_some((prefix, number))
}

fn write_map(out: &mut Writer, map: &StringMap) {
    out.number(map.len() as u64);
    for (key, value) in map {
        out.text(key);
        out.text(value);
    }
}

fn write_image(out: &mut Writer, rule: &ImageRule) {
    out.text(&rule.pattern);
    out.bytes.push(BEHAVIOURS.iter().position(|behaviour| *behaviour == rule.behaviour).unwrap_or_default() as u8);
    out.bytes.push(u8::from(rule.start_seconds.is_some()) | u8::from(rule.run_seconds.is_some()) << 1);
    out.bytes.extend(rule.start_seconds.into_iter().chain(rule.run_seconds).flat_map(f64::to_le_bytes));
}

fn write_files(out: &mut Writer, files: &Files, base: &Files) {
    for name in base.keys().filter(|name| !files.contains_key(*name)) {
        out.text(name);
        out.number(0);
    }
    for (name, text) in files.iter().filter(|(name, text)| base.get(*name) != Some(text)) {
        out.text(name);
        out.number(1);
        write_splice(out, base.get(name).map_or("", String::as_str), text);
    }
}

/// A text by what stays of an older one: how many bytes at its beginning, how many at its end, and what stands between.
fn write_splice(out: &mut Writer, old: &str, new: &str) {
    let mut prefix = old.bytes().zip(new.bytes()).take_while(|(old, new)| old == new).count();
    while !(old.is_char_boundary(prefix) && new.is_char_boundary(prefix)) {
        prefix -= 1;
    }
    let (old, new) = (&old[prefix..], &new[prefix..]);
    let mut suffix = old.bytes().rev().zip(new.bytes().rev()).take_while(|(old, new)| old == new).count();
    while !(old.is_char_boundary(old.len() - suffix) && new.is_char_boundary(new.len() - suffix)) {
        suffix -= 1;
    }
    out.number(prefix as u64);
    out.number(suffix as u64);
    out.text(&new[..new.len() - suffix]);
}

/// What was done after the first `skipped` actions, which are known.
fn write_history(out: &mut Writer, history: &[Taken], skipped: usize, mut files: Files) {
    let mut last = SimTime::ZERO;
    for (index, taken) in history.iter().enumerate() {
        let begin = |out: &mut Writer, kind: u64| {
            out.number(millis(taken.at - last) * 8 + kind);
        };
        if index >= skipped {
            match &taken.action {
                Action::Run(line) => {
                    begin(out, RUN);
                    out.text(line);
                }
                Action::Interrupt => begin(out, INTERRUPT),
                Action::Write { file, text } => {
                    begin(out, WRITE);
                    out.text(file);
                    write_splice(out, files.get(file).map_or("", String::as_str), text);
                }
                Action::Remove { file } => {
                    begin(out, REMOVE);
                    out.text(file);
                }
            }
        }
        last = last.max(taken.at);
        follow(&mut files, &taken.action);
    }
}

/// What becomes of the files.
fn follow(files: &mut Files, action: &Action) {
    match action {
        Action::Write { file, text } => _ = files.insert(file.clone(), text.clone()),
        Action::Remove { file } => _ = files.remove(file),
        Action::Run(_) | Action::Interrupt => {}
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

pub(super) fn read(bytes: &[u8], library: &Library) -> Result<Shared, ShareError> {
    let mut sections = [None; 256];
    let mut reader = Reader::new(bytes);
    while !reader.is_empty() {
        let section = &mut sections[usize::from(reader.byte()?)];
        let length = reader.count(MAX_BYTES, "text")?;
        if section.replace(reader.slice(length)?).is_some() {
            return Err(ShareError::Damaged);
        }
    }
    let get = |tag: u8| sections[usize::from(tag)].map(Reader::new);
    let text = |tag: u8| get(tag).map(|mut reader| reader.text(MAX_NAME_BYTES, "text").map(str::to_owned)).transpose();
    let mut budget = Budget(MAX_TEXT_BYTES);

    let lesson = match get(LESSON) {
        None => None,
        Some(mut reader) => Some((reader.text(MAX_NAME_BYTES, "text")?.to_owned(), reader.count(1000, "steps")?)),
    };
    let mut scenario = match get(BASE) {
        None => Scenario::default(),
        Some(mut reader) => {
            let (id, _) = lesson.as_ref().ok_or(ShareError::Damaged)?;
            let base = library.lesson(id).map(|lesson| lesson.scenario);
            base.filter(|base| reader.slice(4) == Ok(&fingerprint(base).to_le_bytes()))
                .ok_or_else(|| ShareError::Lesson(id.clone()))?
        }
    };
    if let Some(title) = text(SCENARIO_TITLE)? {
        scenario.title = title;
    }
    if let Some(mut reader) = get(NODES) {
        scenario.config.nodes = read_nodes(&mut reader, &mut budget)?;
    }
    if let Some(mut reader) = get(IMAGES) {
        scenario.config.images = read_images(&mut reader)?;
    }
    if let Some(mut reader) = get(SETTINGS) {
        scenario.config.node_monitor_grace = read_duration(&mut reader)?;
        scenario.config.kubelets = Kubelets { start: read_duration(&mut reader)?, stop: read_duration(&mut reader)? };
        scenario.config.seed = reader.number()?;
    }
    if let Some(mut reader) = get(FILES) {
        read_files(&mut reader, &mut scenario.files, &mut budget)?;
    }
    let mut unknown =
        sections.iter().zip(0..=u8::MAX).filter(|(there, tag)| there.is_some() && !KNOWN.contains(tag)).count();
    let mut history = vec![];
    if let Some(mut reader) = get(HISTORY) {
        read_history(&mut reader, &mut history, scenario.files.clone(), &mut budget, &mut unknown)?;
    }
    let last = history.last().map_or(SimTime::ZERO, |taken| taken.at);
    let now = match get(NOW) {
        Some(mut reader) => later(last, reader.number()?)?,
        None => last,
    };
    let seen = get(SEEN).map(|mut reader| later(SimTime::ZERO, reader.number()?)).transpose()?;
    let others = match get(OTHERS) {
        Some(mut reader) => read_others(&mut reader, &history, &scenario.files, &mut budget, &mut unknown)?,
        None => vec![],
    };
    Ok(Shared {
        title: text(TITLE)?.unwrap_or_default(),
        lesson,
        scenario,
        history,
        now,
        open_file: text(OPEN_FILE)?,
        seen,
        others,
        unknown,
    })
}

/// How many bytes of text may still be made out of few.
struct Budget(usize);

impl Budget {
    fn spend(&mut self, bytes: usize, what: &'static str) -> Result<(), ShareError> {
        self.0 = self.0.checked_sub(bytes).ok_or(ShareError::TooLarge(what))?;
        Ok(())
    }
}

fn later(time: SimTime, millis: u64) -> Result<SimTime, ShareError> {
    let later = time + Duration::from_millis(millis);
    if later > MAX_TIME { Err(ShareError::TooLarge("time")) } else { Ok(later) }
}

fn read_duration(reader: &mut Reader<'_>) -> Result<Duration, ShareError> {
    Ok(later(SimTime::ZERO, reader.number()?)? - SimTime::ZERO)
}

fn read_nodes(reader: &mut Reader<'_>, budget: &mut Budget) -> Result<Vec<NodeDefinition>, ShareError> {
    let mut nodes = vec![];
    while !reader.is_empty() {
        let prefix = reader.text(MAX_NAME_BYTES, "text")?;
        let first = match reader.number()? {
            0 => None,
            number => Some(u32::try_from(number - 1).map_err(|_| ShareError::Damaged)?),
        };
        let count = if first.is_some() { reader.count(MAX_NODES - nodes.len(), "nodes")? } else { 1 };
        let mut bytes = 128 + prefix.len();
        let labels = read_map(reader, &mut bytes)?;
        let mut taints = vec![];
        for _ in 0..reader.count(MAX_BYTES, "taints")? {
            let taint = reader.text(MAX_NAME_BYTES, "text")?.to_owned();
            bytes += taint.len() + 24;
            taints.push(taint);
        }
        let allocatable = read_map(reader, &mut bytes)?;
        if nodes.len() + count > MAX_NODES {
            return Err(ShareError::TooLarge("nodes"));
        }
        budget.spend(bytes.saturating_mul(count), "labels and taints")?;
        for index in 0..count {
            let name =
                first.map_or_else(|| prefix.to_owned(), |first| format!("{prefix}{}", u64::from(first) + index as u64));
            nodes.push(NodeDefinition {
                name,
                labels: labels.clone(),
                taints: taints.clone(),
                allocatable: allocatable.clone(),
            });
        }
    }
    Ok(nodes)
}

fn read_map(reader: &mut Reader<'_>, bytes: &mut usize) -> Result<StringMap, ShareError> {
    let mut map = StringMap::new();
    for _ in 0..reader.count(MAX_BYTES, "labels")? {
        let (key, value) = (reader.text(MAX_NAME_BYTES, "text")?, reader.text(MAX_NAME_BYTES, "text")?);
        *bytes += key.len() + value.len() + 48;
        map.insert(key.to_owned(), value.to_owned());
    }
    Ok(map)
}

fn read_images(reader: &mut Reader<'_>) -> Result<Vec<ImageRule>, ShareError> {
    let mut images = vec![];
    while !reader.is_empty() {
        let pattern = reader.text(MAX_NAME_BYTES, "text")?.to_owned();
        let behaviour = *BEHAVIOURS.get(usize::from(reader.byte()?)).ok_or(ShareError::Damaged)?;
        let given = reader.byte()?;
        let start_seconds = if given & 1 == 0 { None } else { Some(read_seconds(reader)?) };
        let run_seconds = if given & 2 == 0 { None } else { Some(read_seconds(reader)?) };
        images.push(ImageRule { pattern, behaviour, start_seconds, run_seconds });
    }
    Ok(images)
}

/// A day at most.
fn read_seconds(reader: &mut Reader<'_>) -> Result<f64, ShareError> {
    let seconds = reader.slice(8)?.try_into().map(f64::from_le_bytes).map_err(|_| ShareError::Damaged)?;
    if (0.0..=86_400.0).contains(&seconds) { Ok(seconds) } else { Err(ShareError::TooLarge("time")) }
}

fn read_files(reader: &mut Reader<'_>, files: &mut Files, budget: &mut Budget) -> Result<(), ShareError> {
    while !reader.is_empty() {
        let name = reader.text(MAX_NAME_BYTES, "text")?;
        match reader.number()? {
            0 => _ = files.remove(name),
            1 => {
                let text = read_splice(reader, files.get(name).map_or("", String::as_str), budget)?;
                files.insert(name.to_owned(), text);
            }
            _ => return Err(ShareError::Damaged),
        }
        if files.len() > MAX_FILES {
            return Err(ShareError::TooLarge("files"));
        }
    }
    Ok(())
}

fn read_splice(reader: &mut Reader<'_>, old: &str, budget: &mut Budget) -> Result<String, ShareError> {
    let prefix = reader.count(MAX_FILE_BYTES, "text")?;
    let suffix = reader.count(MAX_FILE_BYTES, "text")?;
    let between = reader.text(MAX_FILE_BYTES, "text")?;
    let prefix = old.get(..prefix).ok_or(ShareError::Damaged)?;
    let suffix = old[prefix.len()..]
        .len()
        .checked_sub(suffix)
        .and_then(|at| old[prefix.len()..].get(at..))
        .ok_or(ShareError::Damaged)?;
    let length = prefix.len() + between.len() + suffix.len();
    if length > MAX_FILE_BYTES {
        return Err(ShareError::TooLarge("text"));
    }
    budget.spend(length, "text")?;
    Ok([prefix, between, suffix].concat())
}

/// Reads what was done after the actions that are in `history` already.
fn read_history(
    reader: &mut Reader<'_>,
    history: &mut Vec<Taken>,
    mut files: Files,
    budget: &mut Budget,
    unknown: &mut usize,
) -> Result<(), ShareError> {
    let mut at = SimTime::ZERO;
    for taken in &*history {
        at = at.max(taken.at);
        follow(&mut files, &taken.action);
    }
    while !reader.is_empty() {
        if history.len() + *unknown >= MAX_HISTORY {
            return Err(ShareError::TooLarge("history"));
        }
        let number = reader.number()?;
        at = later(at, number / 8)?;
        let action = match number % 8 {
            RUN => Action::Run(reader.text(MAX_COMMAND_BYTES, "text")?.to_owned()),
            INTERRUPT => Action::Interrupt,
            WRITE => {
                let file = reader.text(MAX_NAME_BYTES, "text")?.to_owned();
                let text = read_splice(reader, files.get(&file).map_or("", String::as_str), budget)?;
                Action::Write { file, text }
            }
            REMOVE => Action::Remove { file: reader.text(MAX_NAME_BYTES, "text")?.to_owned() },
            _ => {
                reader.text(MAX_BYTES, "text")?;
                *unknown += 1;
                continue;
            }
        };
        follow(&mut files, &action);
        if files.len() > MAX_FILES {
            return Err(ShareError::TooLarge("files"));
        }
        history.push(Taken { at, action });
    }
    Ok(())
}

fn read_others(
    reader: &mut Reader<'_>,
    history: &[Taken],
    files: &Files,
    budget: &mut Budget,
    unknown: &mut usize,
) -> Result<Vec<Branch>, ShareError> {
    let mut others = vec![];
    while !reader.is_empty() {
        if others.len() == MAX_OTHERS {
            return Err(ShareError::TooLarge("history"));
        }
        let common = history.get(..reader.count(MAX_HISTORY, "history")?).ok_or(ShareError::Damaged)?;
        let millis = reader.number()?;
        // What is taken over is paid for before it is copied.
        budget.spend(common.iter().map(weight).sum(), "history")?;
        let mut history = common.to_vec();
        let length = reader.count(MAX_BYTES, "text")?;
        read_history(&mut Reader::new(reader.slice(length)?), &mut history, files.clone(), budget, unknown)?;
        let now = later(history.last().map_or(SimTime::ZERO, |taken| taken.at), millis)?;
        others.push(Branch { history, now });
    }
    Ok(others)
}

/// What a copy of it takes, in bytes, about.
fn weight(taken: &Taken) -> usize {
    let text = match &taken.action {
        Action::Run(line) => line.len(),
        Action::Interrupt => 0,
        Action::Write { file, text } => file.len() + text.len(),
        Action::Remove { file } => file.len(),
    };
    size_of::<Taken>() + text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> (String, Scenario) {
        let lesson = Library::first().volumes()[0].front.id.clone();
        let scenario = Library::first().lesson(&lesson).unwrap().scenario;
        (lesson, scenario)
    }

    fn shared() -> Shared {
        let (lesson, mut scenario) = base();
        scenario.files.insert("more.yaml".to_owned(), "a: b\n".to_owned());
        Shared { lesson: Some((lesson, 2)), scenario, ..Shared::default() }
    }

    #[test]
    fn a_record_can_build_on_its_lesson() {
        let shared = shared();
        let (_, base) = base();
        let (whole, on_base) = (write_on(&shared, None), write_on(&shared, Some(&base)));
        assert!(on_base.len() + 200 < whole.len());
        assert_eq!(
            (read(&whole, &Library::first()).as_ref(), read(&on_base, &Library::first()).as_ref()),
            (Ok(&shared), Ok(&shared))
        );
    }

    #[test]
    fn a_record_does_not_build_on_another_lesson() {
        let shared = shared();
        let (lesson, mut other) = base();
        other.config.nodes.pop();
        assert_eq!(read(&write_on(&shared, Some(&other)), &Library::first()), Err(ShareError::Lesson(lesson)));
    }

    #[test]
    fn nonsense_is_refused_without_panic() {
        let good = write_on(&shared(), None);
        for position in 0..good.len() {
            for byte in [0, 1, 0x7f, 0x80, 0xff] {
                let mut bad = good.clone();
                bad[position] = byte;
                // It may be another good record; it must only not go wrong.
                let _ = read(&bad, &Library::first());
                let _ = read(&bad[..position], &Library::first());
            }
        }
    }

    #[test]
    fn a_section_of_a_later_version_is_skipped() {
        let mut bytes = write_on(&shared(), None);
        bytes.extend([200, 3, 1, 2, 3]);
        assert_eq!(read(&bytes, &Library::first()), Ok(Shared { unknown: 1, ..shared() }));
    }

    #[test]
    fn a_deed_of_a_later_version_is_skipped() {
        let run = |millis, line: &str| Taken { at: SimTime::from_millis(millis), action: Action::Run(line.to_owned()) };
        let history = vec![run(1000, "a"), run(3000, "b")];
        let mut bytes = write_on(&Shared::default(), None);
        // `a`; a second later something of kind 5 with two bytes of its own; one second on, `b`.
        let mut content = Writer::default();
        for (millis, kind, text) in [(1000, RUN, "a"), (1000, 5, "??"), (1000, RUN, "b")] {
            content.number(millis * 8 + kind);
            content.text(text);
        }
        bytes.extend([HISTORY, content.bytes.len() as u8]);
        bytes.extend(content.bytes);
        let expected = Shared { history, now: SimTime::from_millis(3000), unknown: 1, ..Shared::default() };
        assert_eq!(read(&bytes, &Library::first()), Ok(expected));
    }
}
