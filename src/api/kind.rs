//! The kinds the playground serves, with the names people call them by.

/// A kind of object. The order is the alphabetical one of the kinds' names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `controllerrevisions.apps`: a remembered pod template.
    ControllerRevision,
    /// `daemonsets.apps`.
    DaemonSet,
    /// `events`: what happened, as a controller told it.
    Event,
    /// `namespaces`.
    Namespace,
    /// `nodes`.
    Node,
    /// `pods`.
    Pod,
}

/// Every kind, in order.
pub const ALL: [Kind; 6] = [Kind::ControllerRevision, Kind::DaemonSet, Kind::Event, Kind::Namespace, Kind::Node, Kind::Pod];

impl Kind {
    /// The kind as manifests spell it: `DaemonSet`.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::ControllerRevision => "ControllerRevision",
            Kind::DaemonSet => "DaemonSet",
            Kind::Event => "Event",
            Kind::Namespace => "Namespace",
            Kind::Node => "Node",
            Kind::Pod => "Pod",
        }
    }

    /// The API group, empty for the core group: `apps`.
    pub const fn group(self) -> &'static str {
        match self {
            Kind::ControllerRevision | Kind::DaemonSet => "apps",
            _ => "",
        }
    }

    /// `apps/v1` or `v1`.
    pub const fn api_version(self) -> &'static str {
        match self {
            Kind::ControllerRevision | Kind::DaemonSet => "apps/v1",
            _ => "v1",
        }
    }

    /// The resource as URLs spell it: `daemonsets`.
    pub const fn plural(self) -> &'static str {
        match self {
            Kind::ControllerRevision => "controllerrevisions",
            Kind::DaemonSet => "daemonsets",
            Kind::Event => "events",
            Kind::Namespace => "namespaces",
            Kind::Node => "nodes",
            Kind::Pod => "pods",
        }
    }

    /// `daemonset`.
    pub const fn singular(self) -> &'static str {
        match self {
            Kind::ControllerRevision => "controllerrevision",
            Kind::DaemonSet => "daemonset",
            Kind::Event => "event",
            Kind::Namespace => "namespace",
            Kind::Node => "node",
            Kind::Pod => "pod",
        }
    }

    /// The short name of `kubectl api-resources`, where there is one: `ds`.
    pub const fn short_name(self) -> Option<&'static str> {
        match self {
            Kind::ControllerRevision => None,
            Kind::DaemonSet => Some("ds"),
            Kind::Event => Some("ev"),
            Kind::Namespace => Some("ns"),
            Kind::Node => Some("no"),
            Kind::Pod => Some("po"),
        }
    }

    /// Whether objects of the kind live in a namespace.
    pub const fn is_namespaced(self) -> bool {
        !matches!(self, Kind::Namespace | Kind::Node)
    }

    /// The resource with its group, as error messages name it: `daemonsets.apps`, `pods`.
    pub fn resource(self) -> String {
        match self.group() {
            "" => self.plural().to_owned(),
            group => format!("{}.{group}", self.plural()),
        }
    }

    /// The kind of a resource argument as people type it: plural, singular, short or kind name, in any case, with or without
    /// its group (`ds`, `DaemonSets`, `daemonsets.apps`, `daemonset.v1.apps`).
    pub fn from_argument(argument: &str) -> Option<Kind> {
        let argument = argument.to_ascii_lowercase();
        let (name, group) = argument.split_once('.').map_or((argument.as_str(), None), |(name, group)| (name, Some(group)));
        ALL.into_iter().find(|kind| {
            let named = [Some(kind.plural()), Some(kind.singular()), kind.short_name()].contains(&Some(name));
            let grouped = group.is_none_or(|group| group == kind.group() || group == format!("v1.{}", kind.group()));
            named && grouped
        })
    }

    /// The kind of a manifest's `apiVersion` and `kind`.
    pub fn from_manifest(api_version: &str, kind: &str) -> Option<Kind> {
        ALL.into_iter().find(|k| k.api_version() == api_version && k.name() == kind)
    }
}
