//! How a node is: what its kubelet says when it registers is written out once somebody reads all of it.

use std::cell::OnceCell;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;

use super::NodeStatus;
use super::wire::{Fields, Wire};

/// The status of a node: it reads like a [`NodeStatus`].
///
/// Whoever reads it as such has it written out, which takes time and room for every node; [`Status::condition`] does not.
#[derive(Clone, Default)]
pub struct Status {
    /// As its kubelet wrote it first.
    short: Option<Rc<dyn InShort>>,
    /// The same as somebody has read it.
    read: OnceCell<Rc<NodeStatus>>,
    /// What was written in its place.
    changed: Option<Rc<NodeStatus>>,
}

/// A status that is known without being written out.
pub trait InShort {
    /// The status of one of its conditions: `True`, `False` or `Unknown`.
    fn condition(&self, kind: &str) -> Option<&str>;
    /// All of it.
    fn write_out(&self) -> NodeStatus;
}

impl Status {
    /// What is to be written out once somebody reads it.
    pub fn in_short(short: Rc<dyn InShort>) -> Status {
        Status { short: Some(short), ..Status::default() }
    }

    /// The status of one of its conditions: `True`, `False` or `Unknown`.
    #[inline]
    pub fn condition(&self, kind: &str) -> Option<&str> {
        if let (Some(short), None) = (&self.short, &self.changed) {
            return short.condition(kind);
        }
        let found = self.conditions.iter().flatten().find(|condition| condition.type_ == kind);
        found.map(|condition| condition.status.as_str())
    }

    /// Whether both are one, which is sooner seen than whether they are equal.
    fn is_shared_with(&self, other: &Status) -> bool {
        match (&self.changed, &other.changed) {
            (None, None) => self.short.as_ref().zip(other.short.as_ref()).is_some_and(|(one, other)| Rc::ptr_eq(one, other)),
            (Some(one), Some(other)) => Rc::ptr_eq(one, other),
            _ => false,
        }
    }
}

fn written_out(short: Option<&Rc<dyn InShort>>) -> Rc<NodeStatus> {
    Rc::new(short.map(|short| short.write_out()).unwrap_or_default())
}

impl From<NodeStatus> for Status {
    fn from(status: NodeStatus) -> Status {
        Status { changed: Some(Rc::new(status)), ..Status::default() }
    }
}

impl Deref for Status {
    type Target = NodeStatus;

    fn deref(&self) -> &NodeStatus {
        self.changed.as_ref().unwrap_or_else(|| self.read.get_or_init(|| written_out(self.short.as_ref())))
    }
}

impl DerefMut for Status {
    fn deref_mut(&mut self) -> &mut NodeStatus {
        let (short, read) = (&self.short, &mut self.read);
        Rc::make_mut(self.changed.get_or_insert_with(|| read.take().unwrap_or_else(|| written_out(short.as_ref()))))
    }
}

impl PartialEq for Status {
    fn eq(&self, other: &Status) -> bool {
        self.is_shared_with(other) || **self == **other
    }
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl Fields for Status {
    fn each(&mut self, visit: &mut dyn FnMut(&'static str, &mut dyn Wire)) {
        (**self).each(visit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::NodeCondition;

    struct Ill;

    impl InShort for Ill {
        fn condition(&self, kind: &str) -> Option<&str> {
            (kind == "Ready").then_some("False")
        }

        fn write_out(&self) -> NodeStatus {
            let ready = NodeCondition { type_: "Ready".to_owned(), status: "False".to_owned(), ..NodeCondition::default() };
            NodeStatus { conditions: Some(vec![ready]), ..NodeStatus::default() }
        }
    }

    #[test]
    fn it_says_the_same_in_short_and_written_out() {
        let short = Status::in_short(Rc::new(Ill));
        let clone = short.clone();
        let written = Status::from(Ill.write_out());
        for status in [&short, &written] {
            assert_eq!([status.condition("Ready"), status.condition("Other")], [Some("False"), None]);
        }
        assert!(short.read.get().is_none() && short == clone && short.read.get().is_none());
        assert!(short == written && short.read.get().is_some());
        let mut changed = short.clone();
        for condition in changed.conditions.iter_mut().flatten() {
            condition.status = "True".to_owned();
        }
        assert_eq!((changed.condition("Ready"), short.condition("Ready")), (Some("True"), Some("False")));
        assert!(changed != short && short == clone && Status::default() == NodeStatus::default().into());
    }
}
