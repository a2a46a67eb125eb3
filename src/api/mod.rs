//! The nouns: Kubernetes' types, what they default to, what makes them valid, and how they are written down.
//!
//! Knows no other room of the house. Types come from `k8s-openapi` (Kubernetes 1.36) and are re-exported here under their
//! short names, so that the rest of the code never spells an API group's path.

pub mod base64;
pub mod brief;
pub mod conditions;
pub mod date;
pub mod decode;
pub mod defaults;
pub mod demand;
pub mod duration;
pub mod error;
pub mod event;
pub mod fetch;
pub mod kind;
pub mod lint;
pub mod meta;
pub mod names;
mod nesting;
pub mod node;
pub mod node_status;
pub mod object;
pub mod paged;
pub mod pod;
pub mod pod_status;
pub mod positions;
pub mod quantity;
pub mod revision;
pub mod schema;
pub mod second;
pub mod selector;
pub mod shared;
pub mod sorted;
pub mod table;
pub mod validate;
pub mod wire;
pub mod yaml;

pub use error::{ApiError, FieldError};
pub use event::Event;
pub use kind::Kind;
pub use meta::Head;
pub use node::Node;
pub use object::{Key, Object, Resource, Stored};
pub use pod::Pod;
pub use second::Second;

pub use k8s_openapi::api::apps::v1::{
    ControllerRevision, DaemonSet, DaemonSetSpec, DaemonSetStatus, DaemonSetUpdateStrategy, Deployment, DeploymentCondition,
    DeploymentSpec, DeploymentStatus, DeploymentStrategy, ReplicaSet, ReplicaSetCondition, ReplicaSetSpec, ReplicaSetStatus,
    RollingUpdateDaemonSet, RollingUpdateDeployment, RollingUpdateStatefulSetStrategy, StatefulSet, StatefulSetCondition,
    StatefulSetPersistentVolumeClaimRetentionPolicy, StatefulSetSpec, StatefulSetStatus, StatefulSetUpdateStrategy,
};
pub use k8s_openapi::api::batch::v1::{Job, JobCondition, JobSpec, JobStatus, UncountedTerminatedPods};
pub use k8s_openapi::api::core::v1::{
    Affinity, Container, ContainerPort, ContainerState, ContainerStateRunning, ContainerStateTerminated,
    ContainerStateWaiting, ContainerStatus, EnvVar, EventSource, HostIP, Namespace, NamespaceCondition, NamespaceSpec,
    NamespaceStatus, NodeAddress, NodeAffinity, NodeCondition, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm,
    NodeSpec, NodeStatus, NodeSystemInfo, ObjectReference, PersistentVolumeClaim, PersistentVolumeClaimSpec,
    PodAffinityTerm, PodCondition, PodIP, PodSpec, PodStatus, PodTemplateSpec, ResourceRequirements, Taint, Toleration,
    TopologySpreadConstraint, Volume, VolumeMount, WeightedPodAffinityTerm,
};
pub use k8s_openapi::api::policy::v1::{PodDisruptionBudget, PodDisruptionBudgetSpec, PodDisruptionBudgetStatus};
pub use k8s_openapi::api::scheduling::v1::PriorityClass;
pub use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
pub use k8s_openapi::apimachinery::pkg::apis::meta::v1::{
    LabelSelector, LabelSelectorRequirement, ObjectMeta, OwnerReference, Time,
};
pub use k8s_openapi::apimachinery::pkg::runtime::RawExtension;
pub use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use std::collections::BTreeMap;

/// Labels, annotations and node selectors: sorted, as Kubernetes prints them.
pub type StringMap = BTreeMap<String, String>;
