//! An object of any kind, and the trait that gives it its type back.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Deref;
use std::rc::Rc;

use serde_json::{Map, Value};
use smol_str::SmolStr;

use super::table::Wanted;
use super::wire::{self, Mismatch};

use super::{
    ControllerRevision, DaemonSet, Deployment, Event, Head, Job, Kind, Namespace, Node, ObjectMeta, Pod,
    PodDisruptionBudget, PodTemplateSpec, PriorityClass, ReplicaSet, StatefulSet,
};

/// What names an object: kind, namespace (empty for cluster-wide kinds) and name. Sorted as the API server lists.
///
/// Everybody who waits for an object or keeps something of it holds its key, and looks it up by it many times: a clone costs a
/// counter, the hash is at hand without a look at the names, and so is where the object stands.
#[derive(Clone)]
pub struct Key {
    names: Rc<Names>,
    hash: u32,
    /// A guess, and no part of what the key says.
    place: u32,
}

/// What a [`Key`] consists of.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Names {
    /// The kind.
    pub kind: Kind,
    /// The namespace, empty for kinds without one.
    pub namespace: SmolStr,
    /// The name.
    pub name: SmolStr,
}

impl Key {
    /// The key of `kind` `name` in `namespace`, which is dropped where the kind has none.
    pub fn new(kind: Kind, namespace: &str, name: &str) -> Key {
        let namespace = if kind.is_namespaced() { namespace } else { "" };
        let names = Rc::new(Names { kind, namespace: namespace.into(), name: name.into() });
        Key { names, hash: Key::hash_of(namespace, name), place: u32::MAX }
    }

    /// The key of a node.
    pub fn of_node(name: &str) -> Key {
        Key::new(Kind::Node, "", name)
    }

    /// Finds it in [`super::table::Table`].
    #[inline]
    pub fn wanted(&self) -> Wanted<impl Fn(&Key) -> bool + Copy> {
        Wanted::new(self.hash(), move |other: &Key| other == self).likely_at(self.place as usize)
    }

    /// The key, with where its object stands in the store's [`super::table::Table`]. What others keep of the object stands there in
    /// their tables.
    pub(crate) fn standing_at(self, place: usize) -> Key {
        Key { place: u32::try_from(place).unwrap_or(u32::MAX), ..self }
    }

    /// Where its object stands, where somebody has said so.
    #[inline]
    pub(crate) fn place(&self) -> Option<usize> {
        (self.place < u32::MAX).then_some(self.place as usize)
    }

    /// Finds the key in [`super::table::Table`] where it is at hand, and else the key with these parts: whose key is at hand, of
    /// that not even the names are looked at.
    #[inline]
    pub(super) fn wanted_or_named<'a>(
        key: Option<&'a Key>,
        kind: Kind,
        names: impl Fn() -> (&'a str, &'a str) + Copy + 'a,
    ) -> Wanted<impl Fn(&Key) -> bool + Copy + 'a> {
        let hash_of = |(namespace, name)| Key::hash_of(namespace, name).into();
        let hash = key.map_or_else(|| hash_of(names()), Key::hash);
        let is = move |other: &Key| key.map_or_else(|| other.is(kind, names()), |key| other == key);
        Wanted::new(hash, is).likely_at(key.map_or(usize::MAX, |key| key.place as usize))
    }

    /// Finds the key with these parts in [`super::table::Table`], where it is not at hand itself.
    pub fn named<'a>(kind: Kind, namespace: &'a str, name: &'a str) -> Wanted<impl Fn(&Key) -> bool + Copy + use<'a>> {
        Wanted::new(Key::hash_of(namespace, name).into(), move |key: &Key| key.is(kind, (namespace, name)))
    }

    #[inline]
    fn is(&self, kind: Kind, (namespace, name): (&str, &str)) -> bool {
        self.kind == kind && self.name == *name && self.namespace == *namespace
    }

    /// The half of a hash that a table goes by.
    fn hash_of(namespace: &str, name: &str) -> u32 {
        super::table::hash(&[namespace, name]) as u32
    }

    /// Its hash by namespace and name.
    #[inline]
    pub(crate) const fn hash(&self) -> u64 {
        self.hash as u64
    }
}

impl Deref for Key {
    type Target = Names;

    #[inline]
    fn deref(&self) -> &Names {
        &self.names
    }
}

impl PartialEq for Key {
    #[inline]
    fn eq(&self, other: &Key) -> bool {
        Rc::ptr_eq(&self.names, &other.names) || (self.hash == other.hash && self.names == other.names)
    }
}

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Key) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    #[inline]
    fn cmp(&self, other: &Key) -> Ordering {
        if Rc::ptr_eq(&self.names, &other.names) { Ordering::Equal } else { self.names.cmp(&other.names) }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.names.fmt(f)
    }
}

impl Object {
    /// Finds its key in [`super::table::Table`].
    #[inline]
    pub fn wanted(&self) -> Wanted<impl Fn(&Key) -> bool + Copy + use<'_>> {
        let (kind, head) = (self.kind(), self.head());
        Key::wanted_or_named(head.key(), kind, move || {
            (if kind.is_namespaced() { head.namespace() } else { "" }, head.name())
        })
    }
}

/// Makes the enum of the typed kinds, and all that is done to each of them in the same way.
macro_rules! typed {
    ($($kind:ident)*) => {
        /// An object of any kind, shared: a clone costs a counter, a change copies what is shared (`Rc::make_mut`).
        #[derive(Clone, Debug, PartialEq)]
        pub enum Object {
            $(#[doc = concat!("See [`", stringify!($kind), "`].")] $kind(Rc<$kind>),)*
            /// An object of any other kind.
            Stored(Rc<Stored>),
        }

        impl Object {
            /// The kind.
            #[inline]
            pub fn kind(&self) -> Kind {
                match self {
                    $(Object::$kind(_) => Kind::$kind,)*
                    Object::Stored(it) => it.kind,
                }
            }

            /// The metadata.
            pub fn meta(&self) -> &ObjectMeta {
                match self {
                    $(Object::$kind(it) => &it.metadata,)*
                    Object::Stored(it) => &it.metadata,
                }
            }

            /// What is asked of the metadata again and again.
            #[inline]
            pub fn head(&self) -> &dyn Head {
                match self {
                    $(Object::$kind(it) => &it.metadata,)*
                    Object::Stored(it) => &it.metadata,
                }
            }

            /// The metadata, to be changed; copies the object if it is shared.
            pub fn meta_mut(&mut self) -> &mut ObjectMeta {
                match self {
                    $(Object::$kind(it) => &mut Rc::make_mut(it).metadata,)*
                    Object::Stored(it) => &mut Rc::make_mut(it).metadata,
                }
            }

            /// The typed object of a JSON value that has the shape of `kind`.
            ///
            /// # Errors
            /// Where a value has the wrong shape. Unknown fields are dropped; [`super::decode`] finds them first.
            pub fn from_value(kind: Kind, value: Value) -> Result<Object, Mismatch> {
                Ok(match kind {
                    $(Kind::$kind => Object::$kind(wire::from_value(value).map(Rc::new)?),)*
                    kind => Object::Stored(Rc::new(Stored::from_value(kind, value)?)),
                })
            }

            fn fields_to_value(&self) -> Value {
                match self {
                    $(Object::$kind(it) => wire::to_value(&**it),)*
                    Object::Stored(it) => it.to_value(),
                }
            }
        }

        $(
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
                #[inline]
                fn head(&self) -> &dyn Head {
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
        )*
    };
}

typed! {
    ControllerRevision DaemonSet Deployment Event Job Namespace Node Pod PodDisruptionBudget PriorityClass ReplicaSet
    StatefulSet
}

impl Object {
    /// The name, empty while the server has not made one.
    #[inline]
    pub fn name(&self) -> &str {
        self.head().name()
    }

    /// The namespace, empty for cluster-wide kinds.
    #[inline]
    pub fn namespace(&self) -> &str {
        self.head().namespace()
    }

    /// The key it is stored under.
    #[inline]
    pub fn key(&self) -> Key {
        match self {
            Object::Event(event) => event.key(),
            Object::Pod(pod) => pod.key(),
            _ => Key::new(self.kind(), self.namespace(), self.name()),
        }
    }

    /// Says where it will stand, for the keys it gives; copies the object if it is shared.
    pub(crate) fn stand_at(&mut self, place: usize) {
        if let Object::Pod(pod) = self {
            Rc::make_mut(pod).metadata.stand_at(place);
        }
    }

    /// Sets the `resourceVersion`; copies the object if it is shared.
    pub fn set_revision(&mut self, revision: u64) {
        match self {
            Object::Event(event) => Rc::make_mut(event).set_revision(revision),
            Object::Node(node) => Rc::make_mut(node).set_revision(revision),
            Object::Pod(pod) => Rc::make_mut(pod).set_revision(revision),
            _ => self.meta_mut().resource_version = Some(revision.to_string()),
        }
    }

    /// The `resourceVersion` it was read at.
    pub fn resource_version(&self) -> Option<String> {
        match self {
            Object::Node(node) => node.resource_version(),
            Object::Pod(pod) => pod.resource_version(),
            _ => self.meta().resource_version.clone(),
        }
    }

    /// The `resourceVersion` it was read at, as a number; 0 if it has none.
    pub fn revision(&self) -> u64 {
        match self {
            Object::Node(node) if node.revision > 0 => node.revision,
            Object::Pod(pod) if pod.revision > 0 => pod.revision,
            _ => self.resource_version().and_then(|version| version.parse().ok()).unwrap_or_default(),
        }
    }

    /// Forgets the `resourceVersion`: what is written without one overwrites whatever is stored.
    pub fn forget_revision(&mut self) {
        match self {
            Object::Node(node) => Rc::make_mut(node).set_revision(0),
            Object::Pod(pod) => Rc::make_mut(pod).set_revision(0),
            _ => self.meta_mut().resource_version = None,
        }
    }

    /// It, if it is kept as it was sent.
    pub fn stored(&self) -> Option<&Stored> {
        if let Object::Stored(it) = self { Some(it) } else { None }
    }

    /// The pod template of an object that has one.
    pub fn template(&self) -> Option<&PodTemplateSpec> {
        match self {
            Object::DaemonSet(it) => Some(&it.spec.as_ref()?.template),
            Object::Deployment(it) => Some(&it.spec.as_ref()?.template),
            Object::Job(it) => Some(&it.spec.as_ref()?.template),
            Object::ReplicaSet(it) => it.spec.as_ref()?.template.as_ref(),
            Object::StatefulSet(it) => Some(&it.spec.as_ref()?.template),
            _ => None,
        }
    }

    /// The pod template of an object that has one, to be changed; copies the object if it is shared.
    pub fn template_mut(&mut self) -> Option<&mut PodTemplateSpec> {
        match self {
            Object::DaemonSet(it) => Some(&mut Rc::make_mut(it).spec.get_or_insert_default().template),
            Object::Deployment(it) => Some(&mut Rc::make_mut(it).spec.get_or_insert_default().template),
            Object::Job(it) => Some(&mut Rc::make_mut(it).spec.get_or_insert_default().template),
            Object::ReplicaSet(it) => Some(Rc::make_mut(it).spec.get_or_insert_default().template.get_or_insert_default()),
            Object::StatefulSet(it) => Some(&mut Rc::make_mut(it).spec.get_or_insert_default().template),
            _ => None,
        }
    }

    /// The object as the API server would send it, with `apiVersion` and `kind`.
    pub fn to_value(&self) -> Value {
        let mut value = self.fields_to_value();
        value["apiVersion"] = self.kind().api_version().into();
        value["kind"] = self.kind().name().into();
        // The one kind that has whole objects inside (`Convert_apps_StatefulSetSpec_To_v1_StatefulSetSpec`).
        let claims = value.pointer_mut("/spec/volumeClaimTemplates").filter(|_| self.kind() == Kind::StatefulSet);
        for claim in claims.and_then(Value::as_array_mut).into_iter().flatten() {
            claim["apiVersion"] = Kind::PersistentVolumeClaim.api_version().into();
            claim["kind"] = Kind::PersistentVolumeClaim.name().into();
        }
        value
    }
}

/// An object of a kind that nobody but the server and its clients reads: its metadata is typed, the rest is as it was sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// The kind.
    pub kind: Kind,
    /// The metadata.
    pub metadata: ObjectMeta,
    /// All fields but `apiVersion`, `kind` and `metadata`.
    pub fields: Map<String, Value>,
}

impl Stored {
    /// One that has a name and, where its kind has one, a namespace; `fields` is an object.
    pub fn new(kind: Kind, namespace: &str, name: &str, fields: Value) -> Stored {
        let namespace = kind.is_namespaced().then(|| namespace.to_owned());
        let metadata = ObjectMeta { name: Some(name.to_owned()), namespace, ..ObjectMeta::default() };
        let fields = if let Value::Object(fields) = fields { fields } else { Map::new() };
        Stored { kind, metadata, fields }
    }

    fn from_value(kind: Kind, value: Value) -> Result<Stored, Mismatch> {
        let metadata = wire::from_value::<MetadataOnly>(value.clone())?.metadata;
        let Value::Object(mut fields) = value else { return Ok(Stored { kind, metadata, fields: Map::new() }) };
        fields.retain(|name, _| !matches!(name.as_str(), "apiVersion" | "kind" | "metadata"));
        Ok(Stored { kind, metadata, fields })
    }

    fn to_value(&self) -> Value {
        let mut fields = self.fields.clone();
        fields.insert("metadata".to_owned(), wire::to_value(&self.metadata));
        Value::Object(fields)
    }

    /// A field; null where it is absent.
    pub fn field(&self, name: &str) -> &Value {
        self.fields.get(name).unwrap_or(&Value::Null)
    }
}

impl From<Stored> for Object {
    fn from(it: Stored) -> Object {
        Object::Stored(Rc::new(it))
    }
}

/// The part of an object that every kind has.
#[derive(Default)]
struct MetadataOnly {
    metadata: ObjectMeta,
}

impl wire::Fields for MetadataOnly {
    fn each(&mut self, visit: &mut dyn FnMut(&'static str, &mut dyn wire::Wire)) {
        visit("metadata", &mut self.metadata);
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
    /// What is asked of its metadata again and again.
    fn head(&self) -> &dyn Head;

    /// The name, empty while the server has not made one.
    #[inline]
    fn name(&self) -> &str {
        self.head().name()
    }
    /// The namespace, empty for cluster-wide kinds.
    #[inline]
    fn namespace(&self) -> &str {
        self.head().namespace()
    }
    /// The unique id, empty before the object is stored.
    fn uid(&self) -> &str {
        self.head().uid()
    }
    /// The key it is stored under.
    #[inline]
    fn key(&self) -> Key {
        self.head().key().cloned().unwrap_or_else(|| Key::new(Self::KIND, self.namespace(), self.name()))
    }
    /// The value of a label.
    fn label(&self, key: &str) -> Option<&str> {
        self.head().labels()?.get(key).map(String::as_str)
    }
    /// Whether its deletion has begun.
    fn is_terminating(&self) -> bool {
        self.head().deletion().is_some()
    }
}
