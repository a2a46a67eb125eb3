//! The kinds the playground serves, with the names people call them by: one table, a line a kind; and those that people define
//! themselves.

use std::cmp::Ordering;
use std::sync::{Mutex, PoisonError};

use super::schema::Type;

use Generation::{Absent, Counted};
use Scope::{Cluster, Namespaced};

/// What is known of a kind.
#[derive(Debug, PartialEq, Eq)]
pub struct Facts {
    /// The kind as manifests spell it: `DaemonSet`.
    pub name: &'static str,
    /// `apps/v1` or `v1`.
    pub api_version: &'static str,
    /// The resource as URLs spell it: `daemonsets`.
    pub plural: &'static str,
    /// The short names of `kubectl api-resources`, separated by commas: `ds`.
    pub short_names: &'static str,
    /// Where its objects live.
    pub scope: Scope,
    /// The group of kinds that `kubectl get` takes for all of them: `all`; empty for most.
    pub category: &'static str,
    /// What the server makes of `metadata.generation`.
    pub generation: Generation,
}

/// Where objects of a kind live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// In a namespace.
    Namespaced,
    /// In the cluster as a whole.
    Cluster,
}

/// What `metadata.generation` tells of objects of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Generation {
    /// How often what they ask for changed.
    Counted,
    /// Nothing: they have none.
    Absent,
}

/// Makes the enum, [`ALL`] and [`Kind::facts`] of the table.
macro_rules! kinds {
    ($($kind:ident $api_version:literal $plural:literal $short:literal $scope:ident $generation:ident $category:literal;)*) => {
        /// A kind of object. The order is the alphabetical one of the kinds' names, in any case.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind {
            $(#[doc = concat!("`", $plural, "` of `", $api_version, "`.")] $kind,)*
            /// One that a CustomResourceDefinition made.
            Custom(&'static Custom),
        }

        /// Every kind that is always there, in order.
        pub const ALL: &[Kind] = &[$(Kind::$kind),*];

        impl Kind {
            /// What is known of it.
            pub const fn facts(self) -> &'static Facts {
                match self {
                    $(Kind::$kind => &Facts {
                        name: stringify!($kind),
                        api_version: $api_version,
                        plural: $plural,
                        short_names: $short,
                        scope: $scope,
                        category: $category,
                        generation: $generation,
                    },)*
                    Kind::Custom(custom) => &custom.facts,
                }
            }
        }
    };
}

#[rustfmt::skip]
kinds! {
    // Kind, version, plural, short names, where it lives, what its generation counts, the category that kubectl has a name for.
    APIService "apiregistration.k8s.io/v1" "apiservices" "" Cluster Absent "api-extensions";
    CertificateSigningRequest "certificates.k8s.io/v1" "certificatesigningrequests" "csr" Cluster Absent "";
    ClusterRole "rbac.authorization.k8s.io/v1" "clusterroles" "" Cluster Absent "";
    ClusterRoleBinding "rbac.authorization.k8s.io/v1" "clusterrolebindings" "" Cluster Absent "";
    ConfigMap "v1" "configmaps" "cm" Namespaced Absent "";
    ControllerRevision "apps/v1" "controllerrevisions" "" Namespaced Absent "";
    CronJob "batch/v1" "cronjobs" "cj" Namespaced Counted "all";
    CSIDriver "storage.k8s.io/v1" "csidrivers" "" Cluster Absent "";
    CSINode "storage.k8s.io/v1" "csinodes" "" Cluster Absent "";
    CSIStorageCapacity "storage.k8s.io/v1" "csistoragecapacities" "" Namespaced Absent "";
    CustomResourceDefinition "apiextensions.k8s.io/v1" "customresourcedefinitions" "crd,crds" Cluster Counted "api-extensions";
    DaemonSet "apps/v1" "daemonsets" "ds" Namespaced Counted "all";
    Deployment "apps/v1" "deployments" "deploy" Namespaced Counted "all";
    Endpoints "v1" "endpoints" "ep" Namespaced Absent "";
    EndpointSlice "discovery.k8s.io/v1" "endpointslices" "" Namespaced Counted "";
    Event "v1" "events" "ev" Namespaced Absent "";
    FlowSchema "flowcontrol.apiserver.k8s.io/v1" "flowschemas" "" Cluster Counted "";
    HorizontalPodAutoscaler "autoscaling/v2" "horizontalpodautoscalers" "hpa" Namespaced Absent "all";
    Ingress "networking.k8s.io/v1" "ingresses" "ing" Namespaced Counted "";
    IngressClass "networking.k8s.io/v1" "ingressclasses" "" Cluster Counted "";
    IPAddress "networking.k8s.io/v1" "ipaddresses" "ip" Cluster Absent "";
    Job "batch/v1" "jobs" "" Namespaced Counted "all";
    Lease "coordination.k8s.io/v1" "leases" "" Namespaced Absent "";
    LimitRange "v1" "limitranges" "limits" Namespaced Absent "";
    MutatingWebhookConfiguration "admissionregistration.k8s.io/v1" "mutatingwebhookconfigurations" "" Cluster Counted "api-extensions";
    Namespace "v1" "namespaces" "ns" Cluster Absent "";
    NetworkPolicy "networking.k8s.io/v1" "networkpolicies" "netpol" Namespaced Counted "";
    Node "v1" "nodes" "no" Cluster Absent "";
    PersistentVolume "v1" "persistentvolumes" "pv" Cluster Absent "";
    PersistentVolumeClaim "v1" "persistentvolumeclaims" "pvc" Namespaced Absent "";
    Pod "v1" "pods" "po" Namespaced Counted "all";
    PodDisruptionBudget "policy/v1" "poddisruptionbudgets" "pdb" Namespaced Counted "";
    PodTemplate "v1" "podtemplates" "" Namespaced Counted "";
    PriorityClass "scheduling.k8s.io/v1" "priorityclasses" "pc" Cluster Counted "";
    PriorityLevelConfiguration "flowcontrol.apiserver.k8s.io/v1" "prioritylevelconfigurations" "" Cluster Counted "";
    ReplicaSet "apps/v1" "replicasets" "rs" Namespaced Counted "all";
    ReplicationController "v1" "replicationcontrollers" "rc" Namespaced Counted "all";
    ResourceQuota "v1" "resourcequotas" "quota" Namespaced Absent "";
    Role "rbac.authorization.k8s.io/v1" "roles" "" Namespaced Absent "";
    RoleBinding "rbac.authorization.k8s.io/v1" "rolebindings" "" Namespaced Absent "";
    RuntimeClass "node.k8s.io/v1" "runtimeclasses" "" Cluster Absent "";
    Secret "v1" "secrets" "" Namespaced Absent "";
    Service "v1" "services" "svc" Namespaced Absent "all";
    ServiceAccount "v1" "serviceaccounts" "sa" Namespaced Absent "";
    ServiceCIDR "networking.k8s.io/v1" "servicecidrs" "" Cluster Absent "";
    StatefulSet "apps/v1" "statefulsets" "sts" Namespaced Counted "all";
    StorageClass "storage.k8s.io/v1" "storageclasses" "sc" Cluster Absent "";
    ValidatingAdmissionPolicy "admissionregistration.k8s.io/v1" "validatingadmissionpolicies" "" Cluster Counted "api-extensions";
    ValidatingAdmissionPolicyBinding "admissionregistration.k8s.io/v1" "validatingadmissionpolicybindings" "" Cluster Counted "api-extensions";
    ValidatingWebhookConfiguration "admissionregistration.k8s.io/v1" "validatingwebhookconfigurations" "" Cluster Counted "api-extensions";
    VolumeAttachment "storage.k8s.io/v1" "volumeattachments" "" Cluster Absent "";
    VolumeAttributesClass "storage.k8s.io/v1" "volumeattributesclasses" "vac" Cluster Absent "";
}

impl Kind {
    /// The kind as manifests spell it: `DaemonSet`.
    pub const fn name(self) -> &'static str {
        self.facts().name
    }

    /// The API group, empty for the core group: `apps`.
    pub fn group(self) -> &'static str {
        self.api_version().rsplit_once('/').map_or("", |(group, _)| group)
    }

    /// The version in its group: `v1`.
    pub fn version(self) -> &'static str {
        self.api_version().rsplit_once('/').map_or(self.api_version(), |(_, version)| version)
    }

    /// `apps/v1` or `v1`.
    pub const fn api_version(self) -> &'static str {
        self.facts().api_version
    }

    /// The resource as URLs spell it: `daemonsets`.
    pub const fn plural(self) -> &'static str {
        self.facts().plural
    }

    /// `daemonset`.
    pub fn singular(self) -> String {
        self.name().to_ascii_lowercase()
    }

    /// The short names of `kubectl api-resources`: `ds`.
    pub fn short_names(self) -> impl Iterator<Item = &'static str> {
        self.facts().short_names.split(',').filter(|name| !name.is_empty())
    }

    /// Whether objects of the kind live in a namespace.
    pub const fn is_namespaced(self) -> bool {
        matches!(self.facts().scope, Namespaced)
    }

    /// The resource with its group, as error messages name it: `daemonsets.apps`, `pods`.
    pub fn resource(self) -> String {
        self.with_group(self.plural())
    }

    /// The kind as kubectl names it in its answers: `daemonset.apps`, `pod`.
    pub fn singular_with_group(self) -> String {
        self.with_group(&self.singular())
    }

    fn with_group(self, name: &str) -> String {
        match self.group() {
            "" => name.to_owned(),
            group => [name, group].join("."),
        }
    }

    /// The kind of a resource argument as people type it: plural, singular, short or kind name, in any case, with or without
    /// its group (`ds`, `DaemonSets`, `daemonsets.apps`, `daemonset.v1.apps`).
    pub fn from_argument(argument: &str) -> Option<Kind> {
        Kind::named(argument, &[])
    }

    /// The same, where there are kinds of people's own. Only short names have to be in small letters.
    pub fn named(argument: &str, custom: &[Kind]) -> Option<Kind> {
        let (given, group) = argument.split_once('.').map_or((argument, None), |(name, group)| (name, Some(group)));
        let name = given.to_ascii_lowercase();
        ALL.iter().chain(custom).copied().find(|kind| {
            let is_short = kind.short_names().any(|short| short == given);
            let named = is_short || kind.plural() == name || kind.singular() == name;
            named
                && group.is_none_or(|group| {
                    // A group may be cut short, and upstream does not look at the version behind a short name.
                    let (version, rest) = group.split_once('.').unwrap_or_default();
                    let is_of_version = rest == kind.group() && (is_short || version == kind.version());
                    kind.group().starts_with(group) || (is_of_version && group.contains('.'))
                })
        })
    }

    /// The kind of a manifest's `apiVersion` and `kind`.
    pub fn from_manifest(api_version: &str, kind: &str) -> Option<Kind> {
        Kind::in_manifest(api_version, kind, &[])
    }

    /// The same, where there are kinds of people's own.
    pub fn in_manifest(api_version: &str, kind: &str, custom: &[Kind]) -> Option<Kind> {
        ALL.iter().chain(custom).copied().find(|k| k.name() == kind && k.serves(api_version))
    }

    /// Whether objects of the kind may be sent in this version: a few have several, and those of people's own can.
    pub fn serves(self, api_version: &str) -> bool {
        let also = match self {
            Kind::Custom(custom) => custom.definition.versions.iter().any(|version| version == api_version),
            Kind::HorizontalPodAutoscaler => api_version == "autoscaling/v1",
            _ => false,
        };
        also || self.api_version() == api_version
    }

    /// Whether the kind belongs to a category: `all`.
    pub fn is_in(self, category: &str) -> bool {
        self.facts().category.split(',').any(|it| it == category && !it.is_empty())
    }

    /// The shape of its objects; without fields where people made it, whose schemas are not looked into.
    pub fn schema(self) -> Type {
        if matches!(self, Kind::Custom(_)) { Type::default() } else { Type::named(self.name()) }
    }

    /// The kind that a definition makes: the same one for the same definition. Each is kept for good, so that a kind stays as
    /// small as it is; people do not write many.
    pub fn custom(definition: Definition) -> Kind {
        static KNOWN: Mutex<Vec<&'static Custom>> = Mutex::new(Vec::new());
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(custom) = known.iter().find(|custom| *custom.definition == definition) {
            return Kind::Custom(custom);
        }
        let definition: &'static Definition = Box::leak(Box::new(definition));
        let facts = Facts {
            name: &definition.name,
            api_version: definition.versions.first().map_or("", String::as_str),
            plural: &definition.plural,
            short_names: &definition.short_names,
            scope: definition.scope,
            category: &definition.categories,
            generation: Generation::Counted,
        };
        let custom: &'static Custom = Box::leak(Box::new(Custom { facts, definition }));
        known.push(custom);
        Kind::Custom(custom)
    }
}

/// What a CustomResourceDefinition says.
#[derive(Debug, PartialEq, Eq)]
pub struct Definition {
    /// The kind's name.
    pub name: String,
    /// The resource as URLs spell it.
    pub plural: String,
    /// Short names, separated by commas.
    pub short_names: String,
    /// Where its objects live.
    pub scope: Scope,
    /// The groups of kinds that have a name of their own, separated by commas.
    pub categories: String,
    /// Every version in which its objects may be sent, with the group (`example.com/v1`), the preferred one first.
    pub versions: Vec<String>,
    /// The columns of its table behind the name; its age where there are none.
    pub columns: Vec<PrinterColumn>,
}

/// A kind that people defined. Two definitions of the same resource are the same kind, whatever else they say.
#[derive(Debug)]
pub struct Custom {
    /// What every kind has.
    pub facts: Facts,
    /// All that was said of it.
    pub definition: &'static Definition,
}

/// A column that a definition asks for.
#[derive(Debug, PartialEq, Eq)]
pub struct PrinterColumn {
    /// Its head.
    pub head: String,
    /// What the cells show, as a JSONPath.
    pub path: String,
    /// Whether the cells are times, which are shown as ages.
    pub is_time: bool,
    /// Whether only wide tables have it.
    pub is_wide: bool,
}

impl Custom {
    fn resource(&self) -> (&'static str, &'static str) {
        let group = self.facts.api_version.split('/').next().unwrap_or_default();
        (self.facts.plural, group)
    }
}

impl PartialEq for Custom {
    fn eq(&self, other: &Custom) -> bool {
        self.resource() == other.resource()
    }
}
impl Eq for Custom {}
impl PartialOrd for Custom {
    fn partial_cmp(&self, other: &Custom) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Custom {
    #[inline]
    fn cmp(&self, other: &Custom) -> Ordering {
        self.resource().cmp(&other.resource())
    }
}
