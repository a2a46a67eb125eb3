//! An object of any kind, and the trait that gives it its type back.

use std::rc::Rc;

use serde_json::Value;

use super::wire::{self, Mismatch};

use super::{ControllerRevision, DaemonSet, Event, Kind, Namespace, Node, ObjectMeta, Pod};

/// What names an object: kind, namespace (empty for cluster-wide kinds) and name. Sorted as the API server lists.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The kind.
    pub kind: Kind,
    /// The namespace, empty for kinds without one.
    pub namespace: String,
    /// The name.
    pub name: String,
}

impl Key {
    /// The key of `kind` `name` in `namespace`, which is dropped where the kind has none.
    pub fn new(kind: Kind, namespace: &str, name: &str) -> Key {
        let namespace = if kind.is_namespaced() { namespace } else { "" };
        Key { kind, namespace: namespace.to_owned(), name: name.to_owned() }
    }
}

/// An object of any kind, shared: a clone costs a counter, a change copies what is shared (`Rc::make_mut`).
#[derive(Clone, Debug, PartialEq)]
pub enum Object {
    /// See [`ControllerRevision`].
    ControllerRevision(Rc<ControllerRevision>),
    /// See [`DaemonSet`].
    DaemonSet(Rc<DaemonSet>),
    /// See [`Event`].
    Event(Rc<Event>),
    /// See [`Namespace`].
    Namespace(Rc<Namespace>),
    /// See [`Node`].
    Node(Rc<Node>),
    /// See [`Pod`].
    Pod(Rc<Pod>),
}

/// Runs the same expression over the typed object, whatever its kind.
macro_rules! each_kind {
    ($object:expr, $typed:ident => $body:expr) => {
        match $object {
            Object::ControllerRevision($typed) => $body,
            Object::DaemonSet($typed) => $body,
            Object::Event($typed) => $body,
            Object::Namespace($typed) => $body,
            Object::Node($typed) => $body,
            Object::Pod($typed) => $body,
        }
    };
}

impl Object {
    /// The kind.
    pub const fn kind(&self) -> Kind {
        match self {
            Object::ControllerRevision(_) => Kind::ControllerRevision,
            Object::DaemonSet(_) => Kind::DaemonSet,
            Object::Event(_) => Kind::Event,
            Object::Namespace(_) => Kind::Namespace,
            Object::Node(_) => Kind::Node,
            Object::Pod(_) => Kind::Pod,
        }
    }

    /// The metadata.
    pub fn meta(&self) -> &ObjectMeta {
        each_kind!(self, object => &object.metadata)
    }

    /// The metadata, to be changed; copies the object if it is shared.
    pub fn meta_mut(&mut self) -> &mut ObjectMeta {
        each_kind!(self, object => &mut Rc::make_mut(object).metadata)
    }

    /// The name, empty while the server has not made one.
    pub fn name(&self) -> &str {
        self.meta().name.as_deref().unwrap_or_default()
    }

    /// The namespace, empty for cluster-wide kinds.
    pub fn namespace(&self) -> &str {
        self.meta().namespace.as_deref().unwrap_or_default()
    }

    /// The key it is stored under.
    pub fn key(&self) -> Key {
        Key::new(self.kind(), self.namespace(), self.name())
    }

    /// The object as the API server would send it, with `apiVersion` and `kind`.
    pub fn to_value(&self) -> Value {
        let mut value = each_kind!(self, object => wire::to_value(&**object));
        value["apiVersion"] = self.kind().api_version().into();
        value["kind"] = self.kind().name().into();
        value
    }

    /// The typed object of a JSON value that has the shape of `kind`.
    ///
    /// # Errors
    /// Where a value has the wrong shape. Unknown fields are dropped; [`super::decode`] finds them first.
    pub fn from_value(kind: Kind, value: Value) -> Result<Object, Mismatch> {
        Ok(match kind {
            Kind::ControllerRevision => Object::ControllerRevision(wire::from_value(value).map(Rc::new)?),
            Kind::DaemonSet => Object::DaemonSet(wire::from_value(value).map(Rc::new)?),
            Kind::Event => Object::Event(wire::from_value(value).map(Rc::new)?),
            Kind::Namespace => Object::Namespace(wire::from_value(value).map(Rc::new)?),
            Kind::Node => Object::Node(wire::from_value(value).map(Rc::new)?),
            Kind::Pod => Object::Pod(wire::from_value(value).map(Rc::new)?),
        })
    }
}

/// A typed kind of object.
pub trait Resource: Clone + 'static {
    /// Its kind.
    const KIND: Kind;
    /// The object that holds it.
    fn wrap(this: Rc<Self>) -> Object;
    /// It, if `object` is one.
    fn of(object: &Object) -> Option<&Rc<Self>>;
    /// Its metadata.
    fn meta(&self) -> &ObjectMeta;

    /// The name, empty while the server has not made one.
    fn name(&self) -> &str {
        self.meta().name.as_deref().unwrap_or_default()
    }
    /// The namespace, empty for cluster-wide kinds.
    fn namespace(&self) -> &str {
        self.meta().namespace.as_deref().unwrap_or_default()
    }
    /// The unique id, empty before the object is stored.
    fn uid(&self) -> &str {
        self.meta().uid.as_deref().unwrap_or_default()
    }
    /// The key it is stored under.
    fn key(&self) -> Key {
        Key::new(Self::KIND, self.namespace(), self.name())
    }
    /// The value of a label.
    fn label(&self, key: &str) -> Option<&str> {
        self.meta().labels.as_ref()?.get(key).map(String::as_str)
    }
    /// Whether its deletion has begun.
    fn is_terminating(&self) -> bool {
        self.meta().deletion_timestamp.is_some()
    }
}

macro_rules! resource {
    ($kind:ident) => {
        impl Resource for $kind {
            const KIND: Kind = Kind::$kind;
            fn wrap(this: Rc<Self>) -> Object {
                Object::$kind(this)
            }
            fn of(object: &Object) -> Option<&Rc<Self>> {
                if let Object::$kind(it) = object { Some(it) } else { None }
            }
            fn meta(&self) -> &ObjectMeta {
                &self.metadata
            }
        }
        impl From<$kind> for Object {
            fn from(it: $kind) -> Object {
                Object::$kind(Rc::new(it))
            }
        }
        impl From<Rc<$kind>> for Object {
            fn from(it: Rc<$kind>) -> Object {
                Object::$kind(it)
            }
        }
    };
}
resource!(ControllerRevision);
resource!(DaemonSet);
resource!(Event);
resource!(Namespace);
resource!(Node);
resource!(Pod);
