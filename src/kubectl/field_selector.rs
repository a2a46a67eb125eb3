//! `--field-selector`: `spec.nodeName=worker-1,status.phase!=Running`.

use std::rc::Rc;

use serde_json::Value;

use super::error::Result;
use super::is_one_of;
use super::jsonpath::{at, text_at};
use super::resource::cannot_find;
use crate::api::{Kind, Object};

/// Requirements on fields, all of which must hold (upstream: `apimachinery/pkg/fields/selector.go`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FieldSelector {
    text: String,
    requirements: Rc<Vec<Requirement>>,
}

#[derive(Debug, PartialEq, Eq)]
struct Requirement {
    field: String,
    equals: bool,
    value: String,
}

impl FieldSelector {
    /// Reads the flag's value.
    pub(crate) fn parse(text: &str) -> std::result::Result<FieldSelector, String> {
        let mut requirements = vec![];
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let (field, equals, value) = if let Some((field, value)) = part.split_once("!=") {
                (field, false, value)
            } else if let Some((field, value)) = part.split_once("==").or_else(|| part.split_once('=')) {
                (field, true, value)
            } else {
                return Err(format!("invalid selector: '{text}'; can't understand '{part}'"));
            };
            requirements.push(Requirement { field: field.to_owned(), equals, value: value.to_owned() });
        }
        Ok(FieldSelector { text: text.to_owned(), requirements: Rc::new(requirements) })
    }

    /// Refuses fields that the API server cannot select a kind by.
    pub(crate) fn check(&self, kind: Kind) -> Result<()> {
        let Some(unknown) = self.requirements.iter().find(|r| !is_one_of(fields(kind), &r.field)) else {
            return Ok(());
        };
        let field = &unknown.field;
        let why = match kind {
            Kind::Pod | Kind::Node | Kind::Event | Kind::Namespace | Kind::Service | Kind::Secret => {
                format!("field label not supported: {field}")
            }
            _ => format!("{field:?} is not a known field selector: only \"metadata.name\", \"metadata.namespace\""),
        };
        Err(cannot_find(kind, "", &self.text, &why))
    }

    /// Whether an object has these fields.
    pub(crate) fn matches(&self, object: &Object) -> bool {
        if self.requirements.is_empty() {
            return true;
        }
        let object = object.to_value();
        self.requirements.iter().all(|r| (field(&object, &r.field) == r.value) == r.equals)
    }
}

/// The fields a kind can be selected by (`pkg/apis/*/v1/conversion.go`).
pub(crate) const fn fields(kind: Kind) -> &'static str {
    match kind {
        Kind::Pod => {
            "metadata.name metadata.namespace spec.nodeName spec.restartPolicy spec.schedulerName spec.serviceAccountName \
             spec.hostNetwork status.phase status.podIP status.nominatedNodeName"
        }
        Kind::Node => "metadata.name spec.unschedulable",
        Kind::Namespace => "metadata.name status.phase",
        Kind::Event => {
            "metadata.name metadata.namespace involvedObject.kind involvedObject.namespace involvedObject.name \
             involvedObject.uid involvedObject.apiVersion involvedObject.resourceVersion involvedObject.fieldPath reason \
             reportingComponent source type"
        }
        Kind::ReplicationController => "metadata.name metadata.namespace status.replicas",
        Kind::Service => "metadata.name metadata.namespace spec.clusterIP spec.type",
        Kind::Secret => "metadata.name metadata.namespace type",
        Kind::CertificateSigningRequest => "metadata.name spec.signerName",
        Kind::Job => "metadata.name metadata.namespace status.successful",
        kind if !kind.is_namespaced() => "metadata.name",
        _ => "metadata.name metadata.namespace",
    }
}

/// A field of an object, by which it can be selected, as text.
pub(crate) fn field_of(object: &Object, name: &str) -> String {
    field(&object.to_value(), name)
}

fn field(object: &Value, field: &str) -> String {
    match field {
        "spec.hostNetwork" | "spec.unschedulable" => (*at(object, field) == true).to_string(),
        "source" if at(object, "source.component").is_null() => text_at(object, "reportingComponent"),
        "source" => text_at(object, "source.component"),
        field => text_at(object, field),
    }
}
