//! What the API server says when it refuses.

use std::fmt;

use super::Kind;
use super::validate::quoted;

/// One thing wrong with one field.
///
/// `Display` gives what the API server prints: `spec.template.spec.restartPolicy: Unsupported value: "Never": …`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field's path as Kubernetes writes it: `spec.template.spec.containers[0].name`.
    pub field: String,
    /// What is wrong with it: `Required value`, `Invalid value: "x": must be …`.
    pub body: String,
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.body)
    }
}

/// A refusal of the API server (upstream: `apimachinery/pkg/api/errors/errors.go`).
///
/// `Display` gives what kubectl prints, without its `Error from server (Reason):`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiError {
    /// No such object.
    NotFound(Kind, String),
    /// The name is taken.
    AlreadyExists(Kind, String),
    /// Validation failed; every error found, in the server's order.
    Invalid(Kind, String, Vec<FieldError>),
    /// The body could not be read as the kind it claims to be.
    BadRequest(String),
    /// The object changed since it was read.
    Conflict(Kind, String),
    /// Understood, and refused.
    Forbidden(String),
    /// Not now: it may be tried again.
    TooManyRequests(String),
    /// The server cannot do it.
    InternalError(String),
}

impl ApiError {
    /// The machine-readable reason: `NotFound`.
    pub const fn reason(&self) -> &'static str {
        match self {
            ApiError::NotFound(..) => "NotFound",
            ApiError::AlreadyExists(..) => "AlreadyExists",
            ApiError::Invalid(..) => "Invalid",
            ApiError::BadRequest(_) => "BadRequest",
            ApiError::Conflict(..) => "Conflict",
            ApiError::Forbidden(_) => "Forbidden",
            ApiError::TooManyRequests(_) => "TooManyRequests",
            ApiError::InternalError(_) => "InternalError",
        }
    }

    /// The message on one line, as the server sends it: `DaemonSet.apps "a" is invalid: [spec.b: …, spec.c: …]`.
    pub fn message(&self) -> String {
        let ApiError::Invalid(kind, name, errors) = self else { return self.to_string() };
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        let errors = if errors.len() == 1 { errors.concat() } else { format!("[{}]", errors.join(", ")) };
        let group = if kind.group().is_empty() { String::new() } else { ".".to_owned() + kind.group() };
        format!("{}{group} {} is invalid: {errors}", kind.name(), quoted(name))
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ApiError::NotFound(kind, name) => write!(f, "{} \"{name}\" not found", kind.resource()),
            ApiError::AlreadyExists(kind, name) => write!(f, "{} \"{name}\" already exists", kind.resource()),
            ApiError::Invalid(kind, name, errors) => {
                write!(f, "{} {} is invalid: ", kind.name(), quoted(name))?;
                match errors.as_slice() {
                    [one] => write!(f, "{one}"),
                    many => many.iter().try_for_each(|error| write!(f, "\n* {error}")),
                }
            }
            ApiError::Conflict(kind, name) => write!(
                f,
                "Operation cannot be fulfilled on {} \"{name}\": the object has been modified; please apply your changes to \
                 the latest version and try again",
                kind.resource()
            ),
            ApiError::BadRequest(message)
            | ApiError::Forbidden(message)
            | ApiError::TooManyRequests(message)
            | ApiError::InternalError(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for ApiError {}
