//! Manifests ⇄ objects, as strict as `kubectl apply` and the API server are.

use std::fmt;

use serde_json::Value;

use super::{Kind, Object, yaml};

/// One object of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// Its kind.
    pub kind: Kind,
    /// Its name, empty where the manifest gives none.
    pub name: String,
    /// Its namespace, where the manifest gives one.
    pub namespace: Option<String>,
    /// What the file says, as given.
    pub value: Value,
    /// The object, without defaults.
    pub object: Object,
    /// Which document of the file it comes from, counted from 0.
    pub document: usize,
}

/// Why a document is no object. `Display` gives kubectl's words without the `error: ` or `Error from server (…): ` before them;
/// [`DecodeError::to_stderr`] gives the whole line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// Who found it.
    pub stage: Stage,
    /// Which document of the file, counted from 0.
    pub document: usize,
    /// Where in the document, as paths (`spec.template.spec.containers[0].img`); none where it concerns the whole.
    pub fields: Vec<String>,
    /// The line of a syntax error, counted from 1 in the whole file.
    pub line: Option<usize>,
    /// The file's name as kubectl was given it.
    pub file: String,
    /// What is wrong, without the phrase that says what was being done.
    pub message: String,
}

/// Who found a mistake, which decides what stands before the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// kubectl could not read the text; it reads no further.
    Syntax,
    /// kubectl could not make sense of the document: no kind, unknown kind, unreadable metadata.
    Client,
    /// The server could not read the object.
    Server,
    /// The playground does not know the kind, though Kubernetes does.
    NotSimulated,
}

impl DecodeError {
    /// What kubectl prints while it was doing `verb` (`creating`, `replacing`): with `error: ` or `Error from server (BadRequest): `.
    pub fn to_stderr(&self, verb: &str) -> String {
        match self.stage {
            Stage::Server => {
                format!("Error from server (BadRequest): error when {verb} \"{}\": {}", self.file, self.message)
            }
            _ => format!("error: {}", self.message),
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_stderr("creating"))
    }
}
impl std::error::Error for DecodeError {}

/// The objects of a file, in order; a syntax error ends the list.
pub fn decode(file: &str, text: &str) -> Vec<Result<Manifest, DecodeError>> {
    let error = |stage, document, message| DecodeError {
        stage,
        document,
        fields: Vec::new(),
        line: None,
        file: file.to_owned(),
        message,
    };
    let documents = match yaml::parse(text) {
        Ok(documents) => documents,
        Err(mistake) => {
            let message = format!("error parsing {file}: error converting YAML to JSON: {mistake}");
            return vec![Err(DecodeError { line: mistake.line, ..error(Stage::Syntax, 0, message) })];
        }
    };
    let one = |(document, value): (usize, Value)| {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (version, kind) = (text(&value["apiVersion"]), text(&value["kind"]));
        let name = text(&value["metadata"]["name"]);
        let namespace = value["metadata"]["namespace"].as_str().map(str::to_owned);
        let Some(kind) = Kind::from_manifest(&version, &kind) else {
            let message = format!(
                "resource mapping not found for name: {name:?} namespace: {:?} from {file:?}: no matches for kind {kind:?} in \
                 version {version:?}\nensure CRDs are installed first",
                namespace.unwrap_or_default()
            );
            return Err(error(Stage::Client, document, message));
        };
        let object = Object::from_value(kind, value.clone()).map_err(|mistake| {
            error(Stage::Server, document, format!("{} in version \"v1\" cannot be handled: {mistake}", kind.name()))
        })?;
        Ok(Manifest { kind, name, namespace, value, object, document })
    };
    documents.into_iter().enumerate().map(one).collect()
}
