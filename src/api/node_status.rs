//! How a node is: what its kubelet says when it registers is written out once somebody reads all of it.

use super::NodeStatus;
use super::brief::{Brief, InShort};

/// The status of a node: it reads like a [`NodeStatus`].
///
/// Whoever reads it as such has it written out, which takes time and room for every node; [`Status::condition`] does not.
pub type Status = Brief<dyn Said>;

/// What a kubelet says of its node, in short.
pub trait Said {
    /// The status of one of the conditions: `True`, `False` or `Unknown`.
    fn condition(&self, kind: &str) -> Option<&str>;
    /// All of it.
    fn write_out(&self) -> NodeStatus;
}

impl InShort for dyn Said {
    type Whole = NodeStatus;

    fn write_out(&self) -> NodeStatus {
        Said::write_out(self)
    }
}

impl Status {
    /// The status of one of its conditions: `True`, `False` or `Unknown`.
    #[inline]
    pub fn condition(&self, kind: &str) -> Option<&str> {
        if let Some(said) = self.short() {
            return said.condition(kind);
        }
        let found = self.conditions.iter().flatten().find(|condition| condition.type_ == kind);
        found.map(|condition| condition.status.as_str())
    }
}

impl From<NodeStatus> for Status {
    fn from(status: NodeStatus) -> Status {
        Status::written(status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::NodeCondition;
    use std::rc::Rc;

    struct Ill;

    impl Said for Ill {
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
        assert!(!short.is_read() && short == clone && !short.is_read());
        assert!(short == written && short.is_read());
        let mut changed = short.clone();
        for condition in changed.conditions.iter_mut().flatten() {
            condition.status = "True".to_owned();
        }
        assert_eq!((changed.condition("Ready"), short.condition("Ready")), (Some("True"), Some("False")));
        assert!(changed != short && short == clone && Status::default() == NodeStatus::default().into());
    }
}
