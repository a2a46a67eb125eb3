//! `--field-selector`: `spec.nodeName=worker-1,status.phase!=Running`.

use super::error::{Failure, Result};
use crate::api::{ApiError, Kind, Object};

/// Requirements on fields, all of which must hold (upstream: `apimachinery/pkg/fields/selector.go`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FieldSelector {
    text: String,
    requirements: Vec<Requirement>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Requirement {
    field: String,
    equals: bool,
    value: String,
}

impl FieldSelector {
    /// Reads the flag's value.
    pub(crate) fn parse(text: &str) -> Result<FieldSelector> {
        let mut requirements = vec![];
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let (field, equals, value) = if let Some((field, value)) = part.split_once("!=") {
                (field, false, value)
            } else if let Some((field, value)) = part.split_once("==").or_else(|| part.split_once('=')) {
                (field, true, value)
            } else {
                return Err(Failure::refused(format_args!("invalid selector: '{text}'; can't understand '{part}'")));
            };
            requirements.push(Requirement { field: field.to_owned(), equals, value: value.to_owned() });
        }
        Ok(FieldSelector { text: text.to_owned(), requirements })
    }

    /// Refuses fields that the API server cannot select a kind by.
    pub(crate) fn check(&self, kind: Kind) -> Result<()> {
        let Some(unknown) = self.requirements.iter().find(|r| !fields(kind).contains(&r.field.as_str())) else {
            return Ok(());
        };
        let field = &unknown.field;
        let why = match kind {
            Kind::Pod | Kind::Node | Kind::Event | Kind::Namespace => format!("field label not supported: {field}"),
            _ => format!("{field:?} is not a known field selector: only \"metadata.name\", \"metadata.namespace\""),
        };
        let version = kind.api_version();
        let version = if kind.group().is_empty() { format!("/{version}") } else { version.to_owned() };
        let message = format!(
            "Unable to find \"{version}, Resource={}\" that match label selector \"\", field selector {:?}: {why}",
            kind.plural(),
            self.text
        );
        Err(ApiError::BadRequest(message).into())
    }

    /// Whether an object has these fields.
    pub(crate) fn matches(&self, object: &Object) -> bool {
        self.requirements.iter().all(|r| (field(object, &r.field) == r.value) == r.equals)
    }
}

/// The fields a kind can be selected by (`pkg/apis/*/v1/conversion.go`).
const fn fields(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Pod => &[
            "metadata.name",
            "metadata.namespace",
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.nominatedNodeName",
        ],
        Kind::Node => &["metadata.name", "spec.unschedulable"],
        Kind::Namespace => &["metadata.name", "status.phase"],
        Kind::Event => &[
            "metadata.name",
            "metadata.namespace",
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        ],
        Kind::ControllerRevision | Kind::DaemonSet => &["metadata.name", "metadata.namespace"],
    }
}

fn field(object: &Object, field: &str) -> String {
    let text = |text: Option<&String>| text.cloned().unwrap_or_default();
    match (field, object) {
        ("metadata.name", _) => object.name().to_owned(),
        ("metadata.namespace", _) => object.namespace().to_owned(),
        (_, Object::Pod(pod)) => {
            let (spec, status) = (pod.spec.as_ref(), pod.status.as_ref());
            match field {
                "spec.nodeName" => text(spec.and_then(|s| s.node_name.as_ref())),
                "spec.restartPolicy" => text(spec.and_then(|s| s.restart_policy.as_ref())),
                "spec.schedulerName" => text(spec.and_then(|s| s.scheduler_name.as_ref())),
                "spec.serviceAccountName" => text(spec.and_then(|s| s.service_account_name.as_ref())),
                "spec.hostNetwork" => spec.is_some_and(|s| s.host_network == Some(true)).to_string(),
                "status.phase" => text(status.and_then(|s| s.phase.as_ref())),
                "status.podIP" => text(status.and_then(|s| s.pod_ip.as_ref())),
                "status.nominatedNodeName" => text(status.and_then(|s| s.nominated_node_name.as_ref())),
                _ => String::new(),
            }
        }
        ("spec.unschedulable", Object::Node(node)) => {
            node.spec.as_ref().is_some_and(|spec| spec.unschedulable == Some(true)).to_string()
        }
        ("status.phase", Object::Namespace(namespace)) => text(namespace.status.as_ref().and_then(|s| s.phase.as_ref())),
        (_, Object::Event(event)) => {
            let about = &event.involved_object;
            text(match field {
                "involvedObject.kind" => about.kind.as_ref(),
                "involvedObject.namespace" => about.namespace.as_ref(),
                "involvedObject.name" => about.name.as_ref(),
                "involvedObject.uid" => about.uid.as_ref(),
                "involvedObject.apiVersion" => about.api_version.as_ref(),
                "involvedObject.resourceVersion" => about.resource_version.as_ref(),
                "involvedObject.fieldPath" => about.field_path.as_ref(),
                "reason" => event.reason.as_ref(),
                "reportingComponent" => event.reporting_component.as_ref(),
                "source" => event.source.as_ref().and_then(|s| s.component.as_ref()).or(event.reporting_component.as_ref()),
                "type" => event.type_.as_ref(),
                _ => None,
            })
        }
        _ => String::new(),
    }
}
