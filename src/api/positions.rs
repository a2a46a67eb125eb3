//! Where in a text the value of a path stands, and how it was written.
//!
//! The one file that names `saphyr_parser`. It marks lines, and tells how a scalar was written, which [`super::yaml`] has no
//! other way to know; whether a text is YAML at all, and what it holds, is said there.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::yaml;

/// The places of the values of a text.
#[derive(Clone, Debug, Default)]
pub struct Positions {
    documents: Vec<Tree>,
}

/// Finds the places of every value of every document; of a broken text those before the mistake.
pub fn positions(text: &str) -> Positions {
    let chunks = yaml::chunks(text);
    Positions { documents: chunks.iter().map(|chunk| Tree::of(&chunk.text, chunk.first_line)).collect() }
}

impl Positions {
    /// Line and column, both counted from 1, of the field at a path such as `spec.template.spec.containers[0].image`; where it
    /// is missing, of the nearest parent that is there. None where there is no such document.
    ///
    /// # Examples
    /// ```
    /// let places = playground::api::positions::positions("a:\n- b: 1\n- b: 2\n");
    /// assert_eq!(places.line_of(0, "a[1].b"), Some((3, 3)));
    /// assert_eq!(places.line_of(0, "a[1].c"), Some((3, 3)));
    /// assert_eq!(places.line_of(0, "x"), Some((1, 1)));
    /// assert_eq!(places.line_of(1, "a"), None);
    /// ```
    pub fn line_of(&self, document: usize, path: &str) -> Option<(usize, usize)> {
        let tree = self.documents.get(document)?;
        let mut node = tree.root.as_ref()?;
        let mut place = (node.line, node.column);
        let mut rest = path;
        while !rest.is_empty() {
            let Some((found, at, after)) = tree.step(node, rest) else { break };
            (node, place, rest) = (found, at, after);
        }
        Some(place)
    }
}

/// A document as it was written.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    /// None where there is nothing in it, or it is broken.
    pub(super) root: Option<Node>,
    /// Whether it was read to its end.
    pub(super) whole: bool,
    anchors: BTreeMap<usize, Node>,
}

/// A value as it was written.
#[derive(Clone, Debug)]
pub(super) struct Node {
    line: usize,
    column: usize,
    /// The tag in full: `tag:yaml.org,2002:str`, `!mine`.
    pub(super) tag: Option<String>,
    pub(super) shape: Shape,
}

#[derive(Clone, Debug)]
pub(super) enum Shape {
    /// Without quotes.
    Plain(String),
    Quoted(String),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
    Alias(usize),
}

/// Deeper documents are cut off (serde_yaml refuses them, and nothing of Kubernetes is).
const DEPTH: usize = 128;

impl Tree {
    /// Reads the first document of `text`, whose first line is the line `first_line` (from 1) of the file.
    pub(super) fn of(text: &str, first_line: usize) -> Tree {
        let mut tree = Tree::default();
        if yaml::too_deep(text) {
            return tree;
        }
        let mut open: Vec<(Node, usize, Option<Node>)> = Vec::new();
        for event in Parser::new_from_str(text) {
            let Ok((event, span)) = event else { break };
            let (line, column) = (span.start.line() + first_line - 1, span.start.col() + 1);
            let node = |tag: Option<std::borrow::Cow<'_, saphyr_parser::Tag>>, shape| Node {
                line,
                column,
                tag: tag.map(|tag| format!("{}{}", tag.handle, tag.suffix)),
                shape,
            };
            let (done, anchor) = match event {
                Event::Scalar(text, ScalarStyle::Plain, anchor, tag) => (node(tag, Shape::Plain(text.into_owned())), anchor),
                Event::Scalar(text, _, anchor, tag) => (node(tag, Shape::Quoted(text.into_owned())), anchor),
                Event::Alias(anchor) => (node(None, Shape::Alias(anchor)), 0),
                Event::SequenceStart(anchor, tag) if open.len() < DEPTH => {
                    open.push((node(tag, Shape::List(Vec::new())), anchor, None));
                    continue;
                }
                Event::MappingStart(anchor, tag) if open.len() < DEPTH => {
                    open.push((node(tag, Shape::Map(Vec::new())), anchor, None));
                    continue;
                }
                Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                    Some((node, anchor, _)) => (node, anchor),
                    None => break,
                },
                Event::DocumentEnd => {
                    tree.whole = true;
                    break;
                }
                Event::SequenceStart(..) | Event::MappingStart(..) => break,
                _ => continue,
            };
            if anchor != 0 {
                tree.anchors.insert(anchor, done.clone());
            }
            tree.put(&mut open, done);
        }
        // Of a broken text, what was open when it broke.
        while let Some((node, _, _)) = open.pop() {
            tree.put(&mut open, node);
        }
        tree
    }

    fn put(&mut self, open: &mut [(Node, usize, Option<Node>)], done: Node) {
        match open.last_mut() {
            None => self.root = Some(done),
            Some((Node { shape: Shape::List(items), .. }, _, _)) => items.push(done),
            Some((Node { shape: Shape::Map(entries), .. }, _, key)) => match key.take() {
                None => *key = Some(done),
                Some(key) => entries.push((key, done)),
            },
            Some(_) => {}
        }
    }

    /// What an alias stands for.
    pub(super) fn resolve<'a>(&'a self, node: &'a Node) -> Option<&'a Node> {
        match &node.shape {
            Shape::Alias(anchor) => self.anchors.get(anchor),
            _ => Some(node),
        }
    }

    /// Takes the first step of a path: the node, its place, the rest of the path. Keys may hold dots, hence the search among
    /// the keys that are there.
    fn step<'a>(&'a self, node: &'a Node, path: &'a str) -> Option<(&'a Node, (usize, usize), &'a str)> {
        let path = path.strip_prefix('.').unwrap_or(path);
        match &self.resolve(node)?.shape {
            Shape::Map(entries) => entries.iter().rev().find_map(|(key, value)| {
                let (Shape::Plain(text) | Shape::Quoted(text)) = &key.shape else { return None };
                let bare = path.strip_prefix('[').unwrap_or(path);
                let after = bare.strip_prefix(text.as_str())?;
                let rest = if bare.len() == path.len() { after } else { after.strip_prefix(']')? };
                let ends = rest.is_empty() || rest.starts_with(['.', '[']);
                ends.then_some((value, (key.line, key.column), rest))
            }),
            Shape::List(items) => {
                let (index, rest) = path.strip_prefix('[')?.split_once(']')?;
                let item = items.get(index.parse::<usize>().ok()?)?;
                Some((item, (item.line, item.column), rest))
            }
            _ => None,
        }
    }
}
