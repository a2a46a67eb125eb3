//! Pods: what those of one template have in common is kept once, and a pod is written out when somebody reads all of it.

use std::cell::OnceCell;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;

use k8s_openapi::api::core::v1::{
    ConfigMapProjection, DownwardAPIProjection, DownwardAPIVolumeFile, KeyToPath, ObjectFieldSelector,
    ProjectedVolumeSource, ServiceAccountTokenProjection, VolumeProjection,
};
use serde_json::Value;

use super::meta::Meta;
use super::pod_status::Status;
use super::selector::pinned_node;
use super::table::Wanted;
use super::wire::{Fields, Mismatch, Wire};
use super::{
    Container, Key, Kind, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, PodSpec, Time, Volume, VolumeMount,
};

/// Where a pod finds the token of its service account.
const TOKEN_PATH: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// A pod: it reads like one of `k8s-openapi`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pod {
    /// The metadata, without a `resourceVersion` where `revision` says it.
    pub metadata: Meta,
    /// The `resourceVersion`, as the store keeps it; 0 for a pod that was not read from there.
    pub revision: u64,
    /// What it asks for.
    pub spec: Option<Spec>,
    /// What became of it.
    pub status: Option<Status>,
}

impl Pod {
    /// Whether it is Ready (`pkg/api/v1/pod/util.go` `IsPodReady`).
    #[inline]
    pub fn is_ready(&self) -> bool {
        let ready = self.status.as_ref().and_then(|status| status.condition("Ready"));
        ready.is_some_and(|ready| ready.status == "True")
    }

    /// Whether it is bound to a node; the name of that is not looked at.
    #[inline]
    pub fn is_bound(&self) -> bool {
        self.spec.as_ref().is_some_and(Spec::is_bound)
    }

    /// Takes a look at each of its parts, for [`super::fetch::fetch`].
    #[inline]
    pub(crate) fn glance(&self) -> usize {
        self.metadata.glance() + usize::from(self.is_bound()) + self.status.as_ref().map_or(0, Status::glance)
    }

    /// Whether both are bound to the same node, or both to none.
    #[inline]
    pub fn is_bound_like(&self, other: &Pod) -> bool {
        match (&self.spec, &other.spec) {
            (Some(spec), Some(other)) => spec.is_bound_like(other),
            _ => !self.is_bound() && !other.is_bound(),
        }
    }

    /// The `resourceVersion` it was read at.
    pub fn resource_version(&self) -> Option<String> {
        self.metadata.version().cloned().or_else(|| (self.revision > 0).then(|| self.revision.to_string()))
    }

    /// Says what the server makes of the metadata of a new pod.
    pub fn begin(&mut self, key: Key, uid: Box<str>, now: Time, generation: Option<i64>) {
        self.metadata.begin(key, uid, now, generation);
        self.revision = 0;
    }

    /// Sets the `resourceVersion`; 0 is none.
    pub(super) fn set_revision(&mut self, revision: u64) {
        self.revision = revision;
        if self.metadata.version().is_some() {
            self.metadata.resource_version = None;
        }
    }
}

impl Fields for Pod {
    fn each(&mut self, visit: &mut dyn FnMut(&'static str, &mut dyn Wire)) {
        if let Some(version) = self.resource_version() {
            self.metadata.resource_version = Some(version);
        }
        visit("metadata", &mut self.metadata);
        visit("spec", &mut self.spec);
        visit("status", &mut self.status);
    }
}

/// What a pod asks for: it reads like a [`PodSpec`].
///
/// Whoever reads it as such has it written out, which takes time and room for every pod; [`Spec::common`] and the other methods
/// do not.
#[derive(Clone, Default)]
pub struct Spec {
    common: Rc<PodSpec>,
    /// Its versions share it, as they share what it has in common with others: a status is written a dozen times.
    own: Option<Rc<Own>>,
    /// All of it, as somebody has read it.
    whole: OnceCell<Rc<PodSpec>>,
}

/// What a pod of a template has to itself. It goes before what the template says of the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Own {
    /// The node it is bound to.
    node: Option<Key>,
    /// The one node it may go to: the required terms of its node affinity.
    pin: Option<Key>,
    /// The name of the volume with the token of its service account.
    token: Option<Rc<str>>,
}

impl Spec {
    /// What pods of its template have in common. Read all of a spec for its node, its required node affinity, its volumes and
    /// their mounts: of these it may have its own.
    pub fn common(&self) -> &PodSpec {
        &self.common
    }

    /// The same, to be shared.
    pub fn shared(&self) -> &Rc<PodSpec> {
        &self.common
    }

    /// Its containers, with what is mounted in them.
    pub fn containers(&self) -> Containers {
        Containers { common: Rc::clone(&self.common), token: self.token().cloned() }
    }

    /// Whether both ask for the same, but for the node that each is pinned to.
    pub fn differs_in_pin_only(&self, other: &Spec) -> bool {
        let is_alike = Rc::ptr_eq(&self.common, &other.common) || self.common == other.common;
        is_alike
            && self.pin_key().is_some() == other.pin_key().is_some()
            && (self.node_key(), self.token()) == (other.node_key(), other.token())
    }

    /// What it has in common with others, without what is its own.
    pub fn template(&self) -> Spec {
        Spec { common: Rc::clone(&self.common), ..Spec::default() }
    }

    /// It, with other things in common.
    pub fn made_of(self, template: &Spec) -> Spec {
        Spec { common: Rc::clone(&template.common), own: self.own, whole: OnceCell::new() }
    }

    /// The node it is bound to.
    #[inline]
    pub fn node_name(&self) -> Option<&str> {
        self.node_key().map(|node| &*node.name).or(self.common.node_name.as_deref())
    }

    #[inline]
    fn is_bound(&self) -> bool {
        self.node_key().is_some() || self.common.node_name.as_deref().is_some_and(|name| !name.is_empty())
    }

    #[inline]
    fn is_bound_like(&self, other: &Spec) -> bool {
        match (self.node_key(), other.node_key()) {
            (Some(node), Some(other)) => node == other,
            _ => self.node_name() == other.node_name(),
        }
    }

    /// Finds the node it is bound to in a [`super::table::Table`], if it is bound.
    #[inline]
    pub fn wanted_node(&self) -> Option<Wanted<impl Fn(&Key) -> bool + Copy + use<'_>>> {
        let name = move || ("", self.common.node_name.as_deref().unwrap_or_default());
        self.is_bound().then(|| Key::wanted_or_named(self.node_key(), Kind::Node, name))
    }

    #[inline]
    fn node_key(&self) -> Option<&Key> {
        self.own.as_ref()?.node.as_ref()
    }

    /// The key of [`Spec::pin`].
    #[inline]
    pub fn pin_key(&self) -> Option<&Key> {
        self.own.as_ref()?.pin.as_ref()
    }

    #[inline]
    fn token(&self) -> Option<&Rc<str>> {
        self.own.as_ref()?.token.as_ref()
    }

    fn own_mut(&mut self) -> &mut Own {
        self.whole.take();
        Rc::make_mut(self.own.get_or_insert_default())
    }

    /// The one node it may go to, where that was said by [`Spec::pin_to`].
    pub fn pin(&self) -> Option<&str> {
        self.pin_key().map(|node| &*node.name)
    }

    /// The node it is bound to, or is pinned to while it is bound to none.
    pub fn target_node(&self) -> Option<&str> {
        self.node_name().filter(|name| !name.is_empty()).or_else(|| self.pin().or_else(|| pinned_node(&self.common)))
    }

    /// The key of [`Spec::target_node`].
    #[inline]
    pub fn target_key(&self) -> Option<Key> {
        // Of a key at hand not even the name is looked at.
        let at_hand = if self.is_bound() { self.node_key() } else { self.pin_key() };
        at_hand.cloned().or_else(|| self.target_node().map(Key::of_node))
    }

    /// Whether both are bound or pinned to the same node, as far as that is seen without a look at names.
    #[inline]
    pub fn goes_where(&self, other: &Spec) -> bool {
        let is_shared = |(one, other)| Rc::ptr_eq(one, other);
        Rc::ptr_eq(&self.common, &other.common)
            && (self.own.as_ref().zip(other.own.as_ref()).is_some_and(is_shared)
                || (self.node_key(), self.pin_key()) == (other.node_key(), other.pin_key()))
    }

    /// Binds it to a node.
    pub fn bind_to(&mut self, node: &str) {
        let pin = self.pin_key().filter(|pin| pin.name == *node).cloned();
        self.own_mut().node = Some(pin.unwrap_or_else(|| Key::of_node(node)));
    }

    /// Replaces the required terms of its node affinity by the one that names this node
    /// (`ReplaceDaemonSetPodNodeNameNodeAffinity`).
    pub fn pin_to(&mut self, node: Key) {
        self.own_mut().pin = Some(node);
    }

    /// Whether it has a volume with the token of its service account, by [`Spec::mount_token`].
    pub fn has_token(&self) -> bool {
        self.token().is_some()
    }

    /// Gives it the volume in which it finds the token of its service account, and mounts that in all containers.
    pub fn mount_token(&mut self, volume: &str) {
        self.own_mut().token = Some(volume.into());
    }

    fn whole(&self) -> &PodSpec {
        if self.own.is_none() { &self.common } else { self.whole.get_or_init(|| Rc::new(self.write_out())) }
    }

    fn write_out(&self) -> PodSpec {
        let mut spec = PodSpec::clone(&self.common);
        if let Some(node) = self.node_key() {
            spec.node_name = Some((*node.name).to_owned());
        }
        if let Some(node) = self.pin_key() {
            let affinity = spec.affinity.get_or_insert_default().node_affinity.get_or_insert_default();
            affinity.required_during_scheduling_ignored_during_execution = Some(only(&node.name));
        }
        if let Some(volume) = self.token() {
            for container in spec.init_containers.iter_mut().flatten().chain(&mut spec.containers) {
                let mount = token_mount(volume, container);
                container.volume_mounts.get_or_insert_default().extend(mount);
            }
            spec.volumes.get_or_insert_default().push(token_volume(volume));
        }
        spec
    }
}

/// The part of a [`Spec`] that a status speaks of.
#[derive(Clone, Debug, Default)]
pub struct Containers {
    common: Rc<PodSpec>,
    token: Option<Rc<str>>,
}

impl Containers {
    /// What pods of their template have in common.
    pub fn common(&self) -> &PodSpec {
        &self.common
    }

    /// Whether they are of one template and mount the same token.
    pub fn are_alike(&self, other: &Containers) -> bool {
        Rc::ptr_eq(&self.common, &other.common) && self.token == other.token
    }

    /// Whether the token of the pod's service account is mounted in them.
    pub const fn have_token(&self) -> bool {
        self.token.is_some()
    }

    /// The mount of the token in one of them, if that has none of its own in its place.
    pub fn token_mount(&self, container: &Container) -> Option<VolumeMount> {
        self.token.as_deref().and_then(|volume| token_mount(volume, container))
    }
}

impl From<PodSpec> for Spec {
    fn from(spec: PodSpec) -> Spec {
        Spec { common: Rc::new(spec), ..Spec::default() }
    }
}

impl Deref for Spec {
    type Target = PodSpec;

    fn deref(&self) -> &PodSpec {
        self.whole()
    }
}

impl DerefMut for Spec {
    fn deref_mut(&mut self) -> &mut PodSpec {
        if self.own.is_some() {
            self.common = self.whole.take().unwrap_or_else(|| Rc::new(self.write_out()));
            self.own = None;
        }
        Rc::make_mut(&mut self.common)
    }
}

impl PartialEq for Spec {
    fn eq(&self, other: &Spec) -> bool {
        if self.own == other.own && Rc::ptr_eq(&self.common, &other.common) { true } else { **self == **other }
    }
}

impl fmt::Debug for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl Wire for Spec {
    fn blank() -> Spec {
        Spec::default()
    }

    fn read(&mut self, value: Value) -> Result<(), Mismatch> {
        (**self).read(value)
    }

    fn write(&mut self) -> Option<Value> {
        (**self).write()
    }
}

/// The terms that one node alone satisfies.
fn only(node: &str) -> NodeSelector {
    let term = NodeSelectorTerm {
        match_expressions: None,
        match_fields: Some(vec![NodeSelectorRequirement {
            key: "metadata.name".to_owned(),
            operator: "In".to_owned(),
            values: Some(vec![node.to_owned()]),
        }]),
    };
    NodeSelector { node_selector_terms: vec![term] }
}

fn token_mount(volume: &str, container: &Container) -> Option<VolumeMount> {
    let mut mounts = container.volume_mounts.iter().flatten();
    let is_taken = mounts.any(|mount| mount.mount_path == TOKEN_PATH);
    (!is_taken).then(|| VolumeMount {
        name: volume.to_owned(),
        mount_path: TOKEN_PATH.to_owned(),
        read_only: Some(true),
        ..VolumeMount::default()
    })
}

/// `plugin/pkg/admission/serviceaccount/admission.go` `TokenVolumeSource`.
fn token_volume(name: &str) -> Volume {
    let token = ServiceAccountTokenProjection {
        expiration_seconds: Some(3607),
        path: "token".to_owned(),
        ..ServiceAccountTokenProjection::default()
    };
    let certificate = ConfigMapProjection {
        name: "kube-root-ca.crt".to_owned(),
        items: Some(vec![KeyToPath { key: "ca.crt".to_owned(), path: "ca.crt".to_owned(), mode: None }]),
        ..ConfigMapProjection::default()
    };
    let namespace = DownwardAPIProjection {
        items: Some(vec![DownwardAPIVolumeFile {
            path: "namespace".to_owned(),
            field_ref: Some(ObjectFieldSelector {
                api_version: Some("v1".to_owned()),
                field_path: "metadata.namespace".to_owned(),
            }),
            ..DownwardAPIVolumeFile::default()
        }]),
    };
    let sources = vec![
        VolumeProjection { service_account_token: Some(token), ..VolumeProjection::default() },
        VolumeProjection { config_map: Some(certificate), ..VolumeProjection::default() },
        VolumeProjection { downward_api: Some(namespace), ..VolumeProjection::default() },
    ];
    Volume {
        name: name.to_owned(),
        projected: Some(ProjectedVolumeSource { default_mode: Some(0o644), sources: Some(sources) }),
        ..Volume::default()
    }
}
