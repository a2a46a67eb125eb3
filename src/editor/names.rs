//! Names that there are in the cluster, or elsewhere in the text, for a value that is being typed.

use super::outline::{Outline, Step};
use super::schema::Spot;
use crate::api::{Kind, Node, Object, StringMap};
use crate::cluster::Cluster;
use crate::kubectl::images_of;

/// Where names are looked for.
pub(super) struct Names<'a> {
    pub(super) outline: &'a Outline<'a>,
    pub(super) document: usize,
    pub(super) cluster: &'a Cluster,
}

/// A name, and where it is from.
pub(super) type Name = (String, &'static str);

/// What a key is a name of.
const OBJECTS: &[(&str, &str, Kind)] = &[
    ("ConfigMapVolumeSource", "name", Kind::ConfigMap),
    ("ConfigMapEnvSource", "name", Kind::ConfigMap),
    ("ConfigMapKeySelector", "name", Kind::ConfigMap),
    ("ConfigMapProjection", "name", Kind::ConfigMap),
    ("SecretVolumeSource", "secretName", Kind::Secret),
    ("SecretEnvSource", "name", Kind::Secret),
    ("SecretKeySelector", "name", Kind::Secret),
    ("SecretProjection", "name", Kind::Secret),
    ("LocalObjectReference", "name", Kind::Secret),
    ("PodSpec", "serviceAccountName", Kind::ServiceAccount),
    ("PodSpec", "priorityClassName", Kind::PriorityClass),
    ("PodSpec", "runtimeClassName", Kind::RuntimeClass),
    ("PodSpec", "nodeName", Kind::Node),
    ("ObjectMeta", "namespace", Kind::Namespace),
    ("PersistentVolumeClaimVolumeSource", "claimName", Kind::PersistentVolumeClaim),
    ("PersistentVolumeClaimSpec", "storageClassName", Kind::StorageClass),
    ("StatefulSetSpec", "serviceName", Kind::Service),
    ("IngressServiceBackend", "name", Kind::Service),
];

impl Names<'_> {
    /// The names that a value may have.
    pub(super) fn of_value(&self, spot: &Spot<'_>, path: &[Step]) -> Vec<Name> {
        let field = spot.row.as_ref().map_or("", |row| row.name);
        if let Some((_, _, kind)) = OBJECTS.iter().find(|(holder, name, _)| (*holder, *name) == (spot.holder, field)) {
            return self.objects(*kind);
        }
        let key = if let Some(Step::Key(key)) = path.last() { key.as_str() } else { "" };
        match (spot.holder, field) {
            ("Container" | "EphemeralContainer", "image") => self.images(),
            ("VolumeMount", "name") => self.siblings(path, "volumes"),
            ("PodSpec", "nodeSelector") => self.node_labels(Some(key)),
            ("NodeSelectorRequirement", "key") | ("PodAffinityTerm" | "TopologySpreadConstraint", "topologyKey") => {
                self.node_labels(None)
            }
            ("NodeSelectorRequirement", "values") => {
                let key = self.beside(path, "key");
                key.map_or_else(Vec::new, |key| self.node_labels(Some(&key)))
            }
            ("Toleration", "key" | "value") => self.taints(field),
            ("LabelSelector", "matchLabels") | ("ObjectMeta", "labels") => self
                .own_labels()
                .into_iter()
                .filter(|(label, _)| label == key)
                .map(|(_, value)| (value, "a label here"))
                .collect(),
            ("ConfigMapKeySelector", "key") => self.keys_of(Kind::ConfigMap, path),
            ("SecretKeySelector", "key") => self.keys_of(Kind::Secret, path),
            _ => vec![],
        }
    }

    /// The names that a key of a free map may have.
    pub(super) fn of_key(&self, spot: &Spot<'_>) -> Vec<Name> {
        let field = spot.row.as_ref().map_or("", |row| row.name);
        match (spot.holder, field) {
            ("PodSpec", "nodeSelector") => self.node_labels(None),
            ("ResourceRequirements", _) => {
                ["cpu", "memory", "ephemeral-storage"].map(|name| (name.to_owned(), "resource")).into()
            }
            ("LabelSelector", "matchLabels") | ("ObjectMeta", "labels") => {
                self.own_labels().into_iter().map(|(label, _)| (label, "a label here")).collect()
            }
            _ => vec![],
        }
    }

    fn objects(&self, kind: Kind) -> Vec<Name> {
        let namespace = self.outline.child(None, self.document, "metadata");
        let namespace = namespace.and_then(|meta| self.outline.child_value(Some(meta), self.document, "namespace"));
        let namespace = namespace.as_deref().unwrap_or("default");
        let is_near = |object: &&Object| !kind.is_namespaced() || object.namespace() == namespace;
        let objects = self.cluster.store().objects(kind).filter(is_near);
        once(objects.map(|object| (object.name().to_owned(), kind.name())))
    }

    fn images(&self) -> Vec<Name> {
        let kinds = [Kind::Pod, Kind::DaemonSet, Kind::Deployment];
        let there = kinds.iter().flat_map(|kind| self.cluster.store().objects(*kind).take(200)).flat_map(images_of);
        let here = self.outline.nodes.iter().enumerate().filter(|(_, node)| node.step == Step::Key("image".to_owned()));
        let here = here.map(|(at, _)| self.outline.value(at)).filter(|image| !image.is_empty());
        once(there.map(|image| (image, "runs in the cluster")).chain(here.map(|image| (image, "in this file"))))
    }

    fn labels(&self) -> impl Iterator<Item = (&String, &String)> {
        let nodes = self.cluster.store().list::<Node>().take(500);
        nodes.flat_map(|node| node.metadata.labels.iter().flat_map(StringMap::iter))
    }

    /// The labels of nodes; the values of one, where a label is given.
    fn node_labels(&self, of: Option<&str>) -> Vec<Name> {
        once(self.labels().filter_map(|(label, value)| match of {
            None => Some((label.clone(), "label of a node")),
            Some(of) => (of == label).then(|| (value.clone(), "value on a node")),
        }))
    }

    fn taints(&self, field: &str) -> Vec<Name> {
        let nodes = self.cluster.store().list::<Node>().take(500);
        let taints = nodes.flat_map(|node| node.spec.iter().flat_map(|spec| spec.taints.iter().flatten()));
        once(taints.filter_map(|taint| match field {
            "key" => Some((taint.key.clone(), "taint of a node")),
            _ => taint.value.clone().filter(|value| !value.is_empty()).map(|value| (value, "taint of a node")),
        }))
    }

    /// The labels that stand anywhere in the document, for a selector and what it selects.
    fn own_labels(&self) -> Vec<(String, String)> {
        let outline = self.outline;
        let is_labels =
            |at: &usize| matches!(&outline.nodes[*at].step, Step::Key(key) if key == "labels" || key == "matchLabels");
        let maps = (0..outline.nodes.len()).filter(is_labels);
        let all = maps.flat_map(|map| outline.children(Some(map), outline.nodes[map].document));
        let mut found: Vec<(String, String)> = all
            .filter_map(|at| {
                if let Step::Key(key) = &outline.nodes[at].step { Some((key.clone(), outline.value(at))) } else { None }
            })
            .filter(|(label, value)| !label.is_empty() && !value.is_empty())
            .collect();
        found.sort();
        found.dedup();
        found
    }

    /// The names of the items of a list in the nearest object above that has one.
    fn siblings(&self, path: &[Step], list: &str) -> Vec<Name> {
        for depth in (0..path.len()).rev() {
            let list = Step::Key(list.to_owned());
            let path: Vec<Step> = path[..depth].iter().cloned().chain([list]).collect();
            let (Some(found), rest) = self.outline.follow(self.document, &super::outline::written(&path)) else { continue };
            if rest.is_empty() {
                let items = self.outline.children(Some(found), self.document);
                let names = items.filter_map(|item| self.outline.child_value(Some(item), self.document, "name"));
                return once(names.map(|name| (name, "a volume here")));
            }
        }
        vec![]
    }

    /// The value of another key of the object that a path leads into.
    fn beside(&self, path: &[Step], key: &str) -> Option<String> {
        let end = path.iter().rposition(|step| matches!(step, Step::Key(_)))?;
        let (object, rest) = self.outline.follow(self.document, &super::outline::written(&path[..end]));
        rest.is_empty().then(|| self.outline.child_value(object, self.document, key))?
    }

    /// The keys of the ConfigMap or Secret that is named beside a value.
    fn keys_of(&self, kind: Kind, path: &[Step]) -> Vec<Name> {
        let Some(name) = self.beside(path, "name") else { return vec![] };
        let object = self.cluster.store().objects(kind).find(|object| object.name() == name);
        let data = object.map(|object| object.to_value()["data"].clone());
        let keys = data.as_ref().and_then(serde_json::Value::as_object).into_iter().flat_map(|data| data.keys());
        once(keys.map(|key| (key.clone(), "key")))
    }
}

/// Each once, in order.
fn once(names: impl Iterator<Item = Name>) -> Vec<Name> {
    let mut names: Vec<Name> = names.collect();
    names.sort_unstable();
    names.dedup_by(|a, b| a.0 == b.0);
    names
}
