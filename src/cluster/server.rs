//! The API server's verbs: create, update, delete, bind, and what each of them does to metadata on the way.

use std::rc::Rc;

use jiff::Timestamp;

use super::alike::{Given, Made, Templates};
use super::events::Recorder;
use super::{Change, Reason, Rng, Source, Store, admission, custom, plain, pod_security, pods, services, start};
use crate::api::decode::TEMPLATE_GENERATION;
use crate::api::node::Amounts;
use crate::api::pod_status::{QosClass, Status};
use crate::api::shared::Shared;
use crate::api::{
    ApiError, DaemonSet, Event, Head, Key, Kind, Namespace, Object, Pod, Resource, Second, Time, defaults, kind::Generation,
    validate, wire,
};

/// How many seconds an event is kept after it was told last (`--event-ttl`, default 1 h).
const EVENT_TTL: i64 = 3600;

/// The API server with everything it stores.
///
/// Invariants: every stored object has a name, a uid, a creation time and a `resourceVersion`; a refused write changes nothing;
/// a write that would change nothing is no write.
#[derive(Clone, Debug)]
pub struct Cluster {
    store: Store,
    now: Timestamp,
    rng: Rng,
    recorder: Recorder,
    /// Those of the last node that came.
    amounts: Shared<Amounts>,
    templates: Templates,
}

/// How to delete (upstream: `DeleteOptions`).
#[derive(Clone, Debug, Default)]
pub struct DeleteOptions {
    /// Seconds a pod gets to stop; its own `terminationGracePeriodSeconds` where absent, at once where 0.
    pub grace_period_seconds: Option<i64>,
    /// What becomes of the objects this one owns.
    pub propagation: Propagation,
}

/// What becomes of the objects that a deleted one owns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Propagation {
    /// They are deleted after it.
    #[default]
    Background,
    /// They are deleted first; it goes with the last of them.
    Foreground,
    /// They stay, without an owner.
    Orphan,
}

impl Propagation {
    /// The finalizer that holds the owner until the garbage collector has dealt with its dependents.
    pub const fn finalizer(self) -> Option<&'static str> {
        match self {
            Propagation::Background => None,
            Propagation::Foreground => Some("foregroundDeletion"),
            Propagation::Orphan => Some("orphan"),
        }
    }
}

impl Cluster {
    /// An API server with what every cluster has: four namespaces, two priorities, its own Service.
    pub fn new(seed: u64, now: Timestamp) -> Cluster {
        let mut cluster = Cluster {
            store: Store::default(),
            now,
            rng: Rng::new(seed),
            recorder: Recorder::default(),
            amounts: Shared::default(),
            templates: Templates::default(),
        };
        start::fill(&mut cluster);
        cluster
    }

    /// What is stored.
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// The kinds that people defined themselves.
    pub fn custom_kinds(&self) -> Vec<Kind> {
        custom::kinds(&self.store)
    }

    /// The time on the server's clock.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// The time as objects carry it: whole seconds.
    pub fn now_in_seconds(&self) -> Time {
        Time(Timestamp::from_second(self.now.as_second()).unwrap_or(self.now))
    }

    /// Moves the server's clock. What is too old goes at the next full minute, whenever the clock is moved: how it gets to a
    /// moment makes no difference.
    pub fn set_now(&mut self, now: Timestamp) {
        let minute = |time: Timestamp| time.as_second().div_euclid(60);
        if minute(self.now) != minute(now)
            && let Ok(since) = Timestamp::from_second(minute(now) * 60 - EVENT_TTL)
        {
            self.store.remove_events_until(since);
        }
        self.now = now;
    }

    /// What the server warns of in an object that it has stored, because of what else it has stored.
    pub fn warnings(&self, object: &Object, old: Option<&Object>) -> Vec<String> {
        pod_security::warnings(object, old, &self.store)
    }

    /// The source of chance.
    pub const fn rng(&mut self) -> &mut Rng {
        &mut self.rng
    }

    /// The changes since the last call, oldest first.
    pub fn take_changes(&mut self) -> Vec<Change> {
        self.store.take_changes()
    }

    /// Takes back a list that [`Cluster::take_changes`] gave, whose room is used again.
    pub fn give_back(&mut self, changes: Vec<Change>) {
        self.store.give_back(changes);
    }

    /// Stores a new object: defaulted, admitted, validated, with a name where only `generateName` is given.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] for its namespace, [`ApiError::AlreadyExists`], [`ApiError::Invalid`].
    #[cfg_attr(quick, optimize(speed))]
    pub fn create(&mut self, object: impl Into<Object>) -> Result<Object, ApiError> {
        let object = self.prepare_create(object.into())?;
        if object.head().common().generate_name.is_none() {
            // What was said since another of this name went was said of that one.
            self.recorder.forget(&object);
        }
        Ok(self.store.put(object))
    }

    /// What [`Cluster::create`] would store, without storing it.
    ///
    /// # Errors
    /// As [`Cluster::create`].
    pub fn prepare_create(&mut self, object: Object) -> Result<Object, ApiError> {
        self.prepare(object, false)
    }

    /// Stores what a cluster begins with, which is right as it stands.
    ///
    /// # Errors
    /// As [`Cluster::create`], but for [`ApiError::Invalid`].
    pub(super) fn begin_with(&mut self, object: impl Into<Object>) -> Result<(), ApiError> {
        let object = self.prepare(object.into(), true)?;
        self.store.put(object);
        Ok(())
    }

    #[cfg_attr(quick, optimize(speed))]
    fn prepare(&mut self, mut object: Object, is_right: bool) -> Result<Object, ApiError> {
        let kind = object.kind();
        if kind.is_namespaced() && object.namespace().is_empty() {
            object.meta_mut().namespace = Some("default".to_owned());
        }
        if kind.is_namespaced() {
            let namespace = self.store.get::<Namespace>("", object.namespace());
            let namespace = namespace.ok_or_else(|| ApiError::NotFound(Kind::Namespace, object.namespace().to_owned()))?;
            if namespace.is_terminating() && kind != Kind::Event {
                let (resource, name, place) = (kind.resource(), object.name(), namespace.name());
                let why = format!("unable to create new content in namespace {place} because it is being terminated");
                return Err(ApiError::Forbidden(format!("{resource} \"{name}\" is forbidden: {why}")));
            }
        }
        if kind == Kind::Pod {
            return self.prepare_pod(object);
        }
        self.begin(&mut object);
        match &mut object {
            Object::Stored(it) => drop(Rc::make_mut(it).fields.remove("status")),
            Object::Namespace(it) => {
                Rc::make_mut(it).spec.get_or_insert_default().finalizers = Some(vec!["kubernetes".to_owned()]);
            }
            Object::Job(_) => select_own_pods(&mut object),
            _ => {}
        }
        match &mut object {
            Object::Node(node) => defaults::node(Rc::make_mut(node), &mut self.amounts),
            _ => defaults::apply(&mut object),
        }
        admission::admit(&mut object, &self.store, &mut self.rng)?;
        if !matches!(
            object,
            Object::Event(_) | Object::Namespace(_) | Object::Node(_) | Object::PriorityClass(_) | Object::Stored(_)
        ) {
            begin_status(&mut object);
        }
        if let Object::Stored(it) = &mut object
            && kind == Kind::Service
        {
            services::allocate(Rc::make_mut(it), None, &self.store)?;
        }
        if is_right || matches!(&object, Object::Node(node) if plain::is_plain(node)) {
            debug_assert_eq!(self.look_closely(&object), Ok(()));
        } else {
            self.look_closely(&object)?;
        }
        let mut object = self.unless_taken(object)?;
        if let Object::Stored(it) = &mut object
            && kind == Kind::CustomResourceDefinition
        {
            let now = wire::to_value(&self.now_in_seconds());
            custom::establish(Rc::make_mut(it), &now);
        }
        Ok(object)
    }

    /// What a pod's template makes of it is worked out once, and shared by all its pods.
    #[inline(never)]
    #[cfg_attr(quick, optimize(speed))]
    fn prepare_pod(&mut self, mut object: Object) -> Result<Object, ApiError> {
        let rules = self.store.rules();
        let known = Pod::of(&object).and_then(|pod| self.templates.find(pod, rules));
        let given = Pod::of(&object).filter(|_| known.is_none()).and_then(|pod| Given::of(pod));
        if let (Object::Pod(pod), Some((metadata, _))) = (&mut object, &known) {
            // They are the same, and kept once.
            Rc::make_mut(pod).metadata = metadata.clone();
        }
        self.begin(&mut object);
        if let (Object::Pod(pod), Some((_, known))) = (&mut object, known) {
            let pod = Rc::make_mut(pod);
            self.make_alike(pod, &known);
            self.settle_in(pod, known.qos_class);
            pod_security::admit(&object, None, &self.store)?;
            return self.unless_taken(object);
        }
        defaults::apply(&mut object);
        if let Object::Pod(pod) = &mut object {
            pods::go_by_label_keys(Rc::make_mut(pod));
        }
        admission::admit(&mut object, &self.store, &mut self.rng)?;
        if let Object::Pod(pod) = &mut object {
            let pod = Rc::make_mut(pod);
            self.settle_in(pod, admission::qos_class(pod));
        }
        self.look_closely(&object)?;
        if let (Object::Pod(pod), Some(given)) = (&object, given)
            && let Some(spec) = &pod.spec
        {
            let (has_token, qos_class) = (spec.has_token(), admission::qos_class(pod));
            self.templates.add(given, Made { spec: spec.template(), has_token, qos_class }, rules);
        }
        self.unless_taken(object)
    }

    /// Whether a new object may be as it is.
    #[inline(never)]
    fn look_closely(&self, object: &Object) -> Result<(), ApiError> {
        let errors = validate::create(object);
        if !errors.is_empty() {
            return Err(ApiError::Invalid(object.kind(), object.name().to_owned(), errors));
        }
        pod_security::admit(object, None, &self.store)
    }

    /// Gives a new object what only the server can: a name, if it has none, a unique id, a time.
    fn begin(&mut self, object: &mut Object) {
        let name = match (object.name(), &object.head().common().generate_name) {
            // The server cuts the base so that the whole fits 63 characters (`names/generate.go`).
            ("", Some(prefix)) => {
                let end = prefix.char_indices().nth(58).map_or(prefix.len(), |(end, _)| end);
                Some(self.rng.named(&prefix[..end], 5))
            }
            ("", None) => None,
            (name, _) => Some(name.to_owned()),
        };
        let now = self.now_in_seconds();
        let uid = self.rng.uid().to_string();
        let generation = (object.kind().facts().generation == Generation::Counted).then_some(1);
        if let Object::Pod(pod) = object {
            let key = Key::new(Kind::Pod, pod.namespace(), name.as_deref().unwrap_or_default());
            Rc::make_mut(pod).begin(key, uid.into(), now, generation);
            return;
        }
        let meta = object.meta_mut();
        (meta.name, meta.uid, meta.creation_timestamp) = (name, Some(uid), Some(now));
        meta.deletion_timestamp = None;
        meta.generation = generation;
        object.forget_revision();
    }

    /// Makes of a pod what was made of another of its template.
    fn make_alike(&mut self, pod: &mut Pod, known: &Made) {
        let mut spec = pod.spec.take().unwrap_or_default().made_of(&known.spec);
        if known.has_token {
            spec.mount_token(&admission::token_volume(&mut self.rng));
        }
        pod.spec = Some(spec);
    }

    /// What a new pod begins with.
    fn settle_in(&self, pod: &mut Pod, qos_class: QosClass) {
        pods::prepare(pod, qos_class, &self.now_in_seconds());
        if let Some(node) = self.store.node_of(pod) {
            pods::label_with_topology(pod, node);
        }
    }

    fn unless_taken(&self, object: Object) -> Result<Object, ApiError> {
        match self.store.twin(&object) {
            Some(_) => Err(ApiError::AlreadyExists(object.kind(), object.name().to_owned())),
            None => Ok(object),
        }
    }

    /// Replaces an object's metadata and spec; its status stays. An object without a `resourceVersion` overwrites whatever is
    /// stored.
    ///
    /// # Errors
    /// [`ApiError::NotFound`], [`ApiError::Conflict`] where the object changed since it was read, [`ApiError::Invalid`].
    #[cfg_attr(quick, optimize(speed))]
    pub fn update(&mut self, object: impl Into<Object>) -> Result<Object, ApiError> {
        let object = object.into();
        match self.prepare_update(object)? {
            Prepared::Unchanged(stored) => Ok(stored),
            Prepared::Changed(object) => Ok(self.write(object)),
        }
    }

    /// What [`Cluster::update`] would store, without storing it.
    ///
    /// # Errors
    /// As [`Cluster::update`].
    #[cfg_attr(quick, optimize(speed))]
    pub fn prepare_update(&self, mut object: Object) -> Result<Prepared, ApiError> {
        let stored = self.current(&object)?.clone();
        keep_what_the_server_owns(&mut object, &stored);
        match &mut object {
            // The rest is in the status, of which an update takes nothing.
            Object::Node(node) => drop(Rc::make_mut(node).spec.get_or_insert_default()),
            _ => defaults::apply(&mut object),
        }
        if let (Object::Stored(it), Object::Stored(old), Kind::Service) = (&mut object, &stored, stored.kind()) {
            services::allocate(Rc::make_mut(it), Some(old), &self.store)?;
        }
        if let (Object::Namespace(it), Object::Namespace(old)) = (&mut object, &stored) {
            Rc::make_mut(it).spec.clone_from(&old.spec);
        }
        copy_status(&mut object, &stored);
        admission::admit_update(&mut object, &stored, &self.store)?;
        bump_generations(&mut object, &stored);
        if object == stored {
            return Ok(Prepared::Unchanged(stored));
        }
        match (&object, &stored) {
            (Object::Node(new), Object::Node(old)) if plain::changes_plainly(new, old) => {
                debug_assert_eq!(self.look_closely_at_change(&object, &stored), Ok(()));
            }
            _ => self.look_closely_at_change(&object, &stored)?,
        }
        Ok(Prepared::Changed(object))
    }

    /// Whether an object may change in this way.
    #[inline(never)]
    fn look_closely_at_change(&self, object: &Object, stored: &Object) -> Result<(), ApiError> {
        let errors = validate::update(object, stored);
        if !errors.is_empty() {
            return Err(ApiError::Invalid(object.kind(), object.name().to_owned(), errors));
        }
        pod_security::admit(object, Some(stored), &self.store)
    }

    /// Replaces an object's status; all else stays, but for a Deployment's annotations, among which is the number of its revision
    /// (`PrepareForUpdate` in `pkg/registry/apps/deployment/strategy.go`).
    ///
    /// # Errors
    /// [`ApiError::NotFound`], [`ApiError::Conflict`].
    #[cfg_attr(quick, optimize(speed))]
    pub fn update_status(&mut self, object: impl Into<Object>) -> Result<Object, ApiError> {
        let object = object.into();
        let stored = self.current(&object)?;
        let mut updated = stored.clone();
        copy_status(&mut updated, &object);
        if let Object::Deployment(it) = &mut updated {
            Rc::make_mut(it).metadata.annotations.clone_from(&object.meta().annotations);
        }
        if updated == *stored { Ok(updated) } else { Ok(self.store.put(updated)) }
    }

    /// Replaces an object's status and what people write on it, labels and annotations, as they do by its subresource `status`.
    ///
    /// # Errors
    /// [`ApiError::NotFound`], [`ApiError::Conflict`].
    pub fn patch_status(&mut self, object: &Object) -> Result<Object, ApiError> {
        let updated = self.with_status(object)?;
        if updated == *self.current(object)? { Ok(updated) } else { Ok(self.store.put(updated)) }
    }

    /// What [`Cluster::patch_status`] would store, without storing it.
    ///
    /// # Errors
    /// As [`Cluster::patch_status`].
    pub fn with_status(&self, object: &Object) -> Result<Object, ApiError> {
        let mut updated = self.current(object)?.clone();
        copy_status(&mut updated, object);
        let (to, from) = (updated.meta_mut(), object.meta());
        to.labels.clone_from(&from.labels);
        to.annotations.clone_from(&from.annotations);
        Ok(updated)
    }

    /// Replaces a pod's status, whatever it has become since it was read: so a kubelet does, which sends a patch.
    pub fn report(&mut self, pod: &Rc<Pod>, status: Status) {
        if pod.status.as_ref() != Some(&status) {
            let (metadata, spec) = (pod.metadata.clone(), pod.spec.clone());
            self.store.put(Pod { metadata, spec, status: Some(status), revision: 0 }.into());
        }
    }

    /// Deletes an object, or begins to: a running pod gets its grace period, finalizers hold whatever has them.
    ///
    /// # Errors
    /// [`ApiError::NotFound`].
    #[cfg_attr(quick, optimize(speed))]
    pub fn delete(&mut self, key: &Key, options: &DeleteOptions) -> Result<Object, ApiError> {
        let stored = self.may_delete(key)?;
        match stored {
            Object::Pod(pod) => {
                let pod = Rc::clone(pod);
                Ok(self.delete_pod(key, &pod, options))
            }
            Object::Namespace(namespace) => {
                let namespace = Rc::clone(namespace);
                Ok(self.end_namespace(namespace))
            }
            Object::Stored(definition) if key.kind == Kind::CustomResourceDefinition => {
                // What it defines goes first.
                let (stored, kind) = (stored.clone(), custom::kind(definition));
                let keys: Vec<Key> = kind.into_iter().flat_map(|kind| self.store.objects(kind)).map(Object::key).collect();
                for key in keys {
                    self.delete(&key, &DeleteOptions::default())?;
                }
                Ok(self.delete_with_finalizers(key, &stored, options))
            }
            _ => Ok(self.delete_with_finalizers(key, &stored.clone(), options)),
        }
    }

    /// An object that may be deleted.
    ///
    /// # Errors
    /// [`ApiError::NotFound`]; [`ApiError::Forbidden`] for what Kubernetes needs (`immortalNamespaces` in
    /// `plugin/pkg/admission/namespace/lifecycle`; `pkg/registry/scheduling/priorityclass/storage`).
    pub fn may_delete(&self, key: &Key) -> Result<&Object, ApiError> {
        let stored = self.store.object(key).ok_or_else(|| ApiError::NotFound(key.kind, key.name.to_string()))?;
        if key.kind == Kind::Namespace && matches!(&*key.name, "default" | "kube-public" | "kube-system") {
            let name = &key.name;
            return Err(ApiError::Forbidden(format!("namespaces {name:?} is forbidden: this namespace may not be deleted")));
        }
        if key.kind == Kind::PriorityClass && key.name.starts_with("system-") {
            let (kind, name) = (key.kind.resource(), &key.name);
            let why = "this is a system priority class and cannot be deleted";
            return Err(ApiError::Forbidden(format!("{kind} {name:?} is forbidden: {why}")));
        }
        Ok(stored)
    }

    /// Assigns a pod to a node, as the scheduler's binding does (`pkg/registry/core/pod/storage/storage.go`).
    ///
    /// # Errors
    /// [`ApiError::NotFound`]; [`ApiError::Conflict`] if it has a node already, or may not have one yet.
    #[cfg_attr(quick, optimize(speed))]
    pub fn bind(&mut self, pod: &Key, node: &str) -> Result<(), ApiError> {
        let missing = || ApiError::NotFound(Kind::Pod, pod.name.to_string());
        let mut bound = self.store.object(pod).and_then(Pod::of).cloned().ok_or_else(missing)?;
        let spec = bound.spec.as_ref();
        let is_gated =
            spec.is_some_and(|spec| spec.common().scheduling_gates.as_ref().is_some_and(|gates| !gates.is_empty()));
        if is_gated || bound.is_bound() {
            return Err(ApiError::Conflict(Kind::Pod, pod.name.to_string()));
        }
        let now = Second::of(self.now);
        let it = Rc::make_mut(&mut bound);
        pods::bind(it, node, now);
        if let Some(node) = self.store.node_of(it) {
            pods::label_with_topology(it, node);
        }
        self.store.put(bound.into());
        Ok(())
    }

    /// Fetches these pods and what was told of them.
    pub fn fetch_pods<'a>(&self, pods: impl Iterator<Item = &'a Key> + Clone) {
        self.store.fetch_pods(pods.clone());
        self.recorder.fetch(pods);
    }

    /// Tells an event about an object; alike ones are counted, too many are dropped.
    #[cfg_attr(quick, optimize(speed))]
    pub fn record(&mut self, about: &Object, source: &Source, reason: Reason, message: &str) {
        let store = &mut self.store;
        let send = |event: Event| Event::of(&store.put(event.into())).cloned();
        self.recorder.observe(self.now, &mut self.rng, about, source, reason, message, send);
    }

    fn current(&self, object: &Object) -> Result<&Object, ApiError> {
        let missing = || ApiError::NotFound(object.kind(), object.name().to_owned());
        let stored = self.store.twin(object).ok_or_else(missing)?;
        let read_at = object.resource_version();
        if read_at.is_some() && read_at != stored.resource_version() {
            return Err(ApiError::Conflict(object.kind(), object.name().to_owned()));
        }
        Ok(stored)
    }

    /// Stores an update; a terminating object whose last finalizer went goes with it.
    fn write(&mut self, object: Object) -> Object {
        let meta = object.meta();
        let is_free = meta.deletion_timestamp.is_some() && meta.finalizers.as_ref().is_none_or(Vec::is_empty);
        // A pod may still be stopping.
        let is_finished = is_free && (object.kind() != Kind::Pod || meta.deletion_grace_period_seconds == Some(0));
        let key = object.key();
        let stored = self.store.put(object);
        if is_finished {
            self.remove(&key);
        }
        stored
    }

    /// An object is gone; one that comes by its name is another.
    #[cfg_attr(quick, optimize(speed))]
    fn remove(&mut self, key: &Key) {
        if let Some(object) = self.store.remove(key) {
            self.recorder.forget(&object);
        }
    }

    #[cfg_attr(quick, optimize(speed))]
    fn delete_pod(&mut self, key: &Key, pod: &Rc<Pod>, options: &DeleteOptions) -> Object {
        let spec = pod.spec.as_ref();
        let asked =
            options.grace_period_seconds.or_else(|| spec?.common().termination_grace_period_seconds).unwrap_or(30).max(0);
        let phase = pod.status.as_ref().and_then(|status| status.phase());
        let never_ran = !pod.is_bound();
        let grace = if never_ran || matches!(phase, Some("Succeeded" | "Failed")) { 0 } else { asked };
        let already = pod.metadata.grace();
        let is_held = !pod.metadata.finalizers().is_empty();
        if already.is_some_and(|seconds| (grace > 0 || is_held) && grace >= seconds) {
            return Object::Pod(Rc::clone(pod));
        }
        let mut dying = Rc::clone(pod);
        if grace > 0 || already.is_some() || is_held {
            let end = self.now_in_seconds().0.checked_add(jiff::SignedDuration::from_secs(grace)).unwrap_or(self.now);
            Rc::make_mut(&mut dying).metadata.end(Time(end), grace);
            self.store.put(Object::Pod(Rc::clone(&dying)));
        }
        if grace == 0 && !is_held {
            self.remove(key);
        }
        Object::Pod(dying)
    }

    /// A namespace goes when everything in it has: until then it is Terminating.
    fn end_namespace(&mut self, mut namespace: Rc<Namespace>) -> Object {
        let now = self.now_in_seconds();
        let it = Rc::make_mut(&mut namespace);
        if it.metadata.deletion_timestamp.is_none() {
            it.metadata.deletion_timestamp = Some(now);
            it.status.get_or_insert_default().phase = Some("Terminating".to_owned());
            self.store.put(Object::Namespace(Rc::clone(&namespace)));
        }
        Object::Namespace(namespace)
    }

    /// Removes a namespace that is Terminating and empty.
    pub fn finalize_namespace(&mut self, name: &str) {
        let key = Key::new(Kind::Namespace, "", name);
        if self.store.object(&key).is_some_and(|object| object.meta().deletion_timestamp.is_some()) {
            self.remove(&key);
        }
    }

    fn delete_with_finalizers(&mut self, key: &Key, stored: &Object, options: &DeleteOptions) -> Object {
        let mut object = stored.clone();
        let now = self.now_in_seconds();
        let meta = object.meta_mut();
        if let Some(finalizer) = options.propagation.finalizer() {
            let finalizers = meta.finalizers.get_or_insert_default();
            if !finalizers.iter().any(|f| f == finalizer) {
                finalizers.push(finalizer.to_owned());
            }
        }
        if meta.finalizers.as_ref().is_none_or(Vec::is_empty) {
            self.remove(key);
            return object;
        }
        if meta.deletion_timestamp.is_none() {
            meta.deletion_timestamp = Some(now);
            meta.deletion_grace_period_seconds = Some(0);
            meta.generation = meta.generation.map(|generation| generation + 1);
        }
        if object == *stored { object } else { self.store.put(object) }
    }
}

/// What an update comes to.
#[derive(Clone, Debug)]
pub enum Prepared {
    /// Nothing: the stored object, as it is.
    Unchanged(Object),
    /// The object to be stored.
    Changed(Object),
}

fn keep_what_the_server_owns(object: &mut Object, stored: &Object) {
    if let (Object::Node(node), Object::Node(stored)) = (&mut *object, stored) {
        let node = Rc::make_mut(node);
        node.revision = stored.revision;
        if node.metadata.is_one_with(&stored.metadata) {
            return;
        }
    }
    let kept = stored.meta().clone();
    let meta = object.meta_mut();
    // Another one is refused.
    meta.uid = meta.uid.take().filter(|uid| !uid.is_empty()).or(kept.uid);
    meta.creation_timestamp = kept.creation_timestamp;
    meta.deletion_timestamp = kept.deletion_timestamp;
    meta.deletion_grace_period_seconds = kept.deletion_grace_period_seconds;
    meta.generation = kept.generation;
    meta.generate_name = kept.generate_name;
    meta.resource_version = kept.resource_version;
    if let (Object::Pod(pod), Object::Pod(stored)) = (object, stored) {
        Rc::make_mut(pod).revision = stored.revision;
    }
}

/// Gives an object the status of another of its kind; kinds without a status stay as they are.
fn copy_status(to: &mut Object, from: &Object) {
    match (&mut *to, from) {
        (Object::Node(to), Object::Node(from)) => {
            let to = Rc::make_mut(to);
            to.status.clone_from(&from.status);
            to.amounts.clone_from(&from.amounts);
        }
        _ => copy_status_of(to, from),
    }
}

#[inline(never)]
fn copy_status_of(to: &mut Object, from: &Object) {
    macro_rules! kinds_with_status {
        ($($kind:ident)*) => {
            match (to, from) {
                $((Object::$kind(to), Object::$kind(from)) => Rc::make_mut(to).status.clone_from(&from.status),)*
                (Object::Stored(to), Object::Stored(from)) => {
                    let fields = &mut Rc::make_mut(to).fields;
                    match from.fields.get("status") {
                        Some(status) => fields.insert("status".to_owned(), status.clone()),
                        None => fields.remove("status"),
                    };
                }
                _ => {}
            }
        };
    }
    kinds_with_status!(DaemonSet Deployment Job Namespace Pod PodDisruptionBudget ReplicaSet StatefulSet);
}

/// Upstream it comes after the defaults, one of which shares the template's labels with the job (see there).
#[inline(never)]
fn select_own_pods(object: &mut Object) {
    if let Object::Job(job) = object {
        defaults::select_own_pods(Rc::make_mut(job));
    }
}

/// What a workload has from its first moment on: nobody has seen to it.
#[inline(never)]
fn begin_status(object: &mut Object) {
    match object {
        Object::DaemonSet(ds) => {
            let ds = Rc::make_mut(ds);
            ds.status = Some(Default::default());
            set_template_generation(ds, template_generation(ds).max(1));
        }
        Object::Deployment(it) => Rc::make_mut(it).status = Some(Default::default()),
        Object::Job(it) => Rc::make_mut(it).status = Some(Default::default()),
        Object::PodDisruptionBudget(it) => Rc::make_mut(it).status = Some(Default::default()),
        Object::ReplicaSet(it) => Rc::make_mut(it).status = Some(Default::default()),
        Object::StatefulSet(it) => Rc::make_mut(it).status = Some(Default::default()),
        _ => {}
    }
}

/// `generation` grows with every change of what an object asks for, of a Deployment's annotations too; a DaemonSet's template
/// generation only with its template (`PrepareForUpdate` in `pkg/registry/*/*/strategy.go`).
fn bump_generations(object: &mut Object, stored: &Object) {
    if let Some(generation) = object.head().generation() {
        let mut asked = object.clone();
        asked.meta_mut().clone_from(stored.meta());
        let annotated = object.kind() == Kind::Deployment && object.meta().annotations != stored.meta().annotations;
        if asked != *stored || annotated {
            object.meta_mut().generation = Some(generation + 1);
        }
    }
    if let (Object::DaemonSet(new), Object::DaemonSet(old)) = (object, stored) {
        let template = |ds: &DaemonSet| ds.spec.as_ref().map(|spec| spec.template.clone());
        let changed = template(new) != template(old);
        set_template_generation(Rc::make_mut(new), template_generation(old) + i64::from(changed));
    }
}

/// A DaemonSet's template generation: 1 for its first template, one more with every change of it.
pub fn template_generation(ds: &DaemonSet) -> i64 {
    ds.metadata.annotations.as_ref().and_then(|all| all.get(TEMPLATE_GENERATION)?.parse().ok()).unwrap_or(1)
}

fn set_template_generation(ds: &mut DaemonSet, generation: i64) {
    ds.metadata.annotations.get_or_insert_default().insert(TEMPLATE_GENERATION.to_owned(), generation.to_string());
}
