//! Mistakes of a manifest with their places, for the editor.

use std::rc::Rc;

use super::{Kind, Object, decode, defaults, positions, validate};

/// A mistake at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1.
    pub column: usize,
    /// The server's or kubectl's words.
    pub message: String,
    /// How bad it is.
    pub severity: Severity,
}

/// How bad a mistake is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// It will be refused.
    Error,
    /// It will be taken, with a warning.
    Warning,
}

/// Everything wrong with a file, document by document: what it would be refused for if none of its objects existed yet, and what
/// it would be warned of.
///
/// # Examples
/// ```
/// let text = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - nam: web\n";
/// let found = playground::api::lint::lint("pod.yaml", text, &[]);
/// assert_eq!((found[0].line, found[0].column), (7, 5));
/// assert_eq!(found[0].message, "unknown field \"spec.containers[0].nam\"");
/// ```
/// `custom` are the kinds of people's own that the server serves.
pub fn lint(file: &str, text: &str, custom: &[Kind]) -> Vec<Diagnostic> {
    let places = positions::positions(text);
    let mut found = Vec::new();
    let mut add = |document: usize, field: &str, message: String, severity| {
        let (line, column) = places.line_of(document, field).unwrap_or((1, 1));
        found.push(Diagnostic { line, column, message, severity });
    };
    let mut broken = None;
    for result in decode::decode(file, text, custom, true) {
        match result.and_then(|manifest| Ok((manifest.object()?, manifest))) {
            Err(error) => match (error.line, error.fields.as_slice()) {
                (Some(line), _) => broken = Some((line, error.message)),
                (None, []) => add(error.document, "", error.message, Severity::Error),
                (None, [field]) if !error.message.contains("unknown field ") => {
                    add(error.document, field, error.message, Severity::Error);
                }
                (None, fields) => {
                    for field in fields {
                        add(error.document, field, format!("unknown field {field:?}"), Severity::Error);
                    }
                }
            },
            Ok((mut object, manifest)) => {
                if object.kind().is_namespaced() && object.namespace().is_empty() {
                    // As kubectl does.
                    object.meta_mut().namespace = Some("default".to_owned());
                }
                if let Object::Job(job) = &mut object {
                    let job = Rc::make_mut(job);
                    job.metadata.uid = Some("new".to_owned());
                    defaults::select_own_pods(job);
                }
                defaults::apply(&mut object);
                for error in validate::create(&object) {
                    add(manifest.document, &manifest.path(&error.field), error.to_string(), Severity::Error);
                }
                for warning in validate::warnings(&object, None) {
                    let field = warning.split(": ").next().unwrap_or_default();
                    let field = manifest.path(field);
                    add(manifest.document, &field, warning, Severity::Warning);
                }
            }
        }
    }
    if let Some((line, message)) = broken {
        // A mistake at the end of the text is marked on its last line.
        let last = text.lines().count().max(1);
        found.push(Diagnostic { line: line.min(last), column: 1, message, severity: Severity::Error });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The diagnostics as `line:column message`.
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<String> =
            lint("x.yaml", text, &[]).into_iter().map(|it| format!("{}:{} {}", it.line, it.column, it.message)).collect();
        assert_eq!(found, expected, "{text}");
    }

    const HEAD: &str = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata:\n  name: a\nspec:\n";
    const TAIL: &str = "  selector:\n    matchLabels: {a: b}\n  template:\n    metadata:\n      labels: {a: b}\n    spec:\n";

    #[test]
    fn nothing_is_wrong_with_a_good_manifest() {
        check(&format!("{HEAD}{TAIL}      containers:\n      - name: c\n        image: i\n"), &[]);
        let job = "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: a\nspec:\n  template:\n    spec:\n";
        check(&format!("{job}      restartPolicy: Never\n      containers:\n      - name: c\n        image: i\n"), &[]);
        check("", &[]);
        check("# nothing\n---\n", &[]);
    }

    #[test]
    fn marks_the_field_or_its_nearest_parent() {
        check(
            &format!("{HEAD}{TAIL}      containers:\n      - name: C_1\n"),
            &[
                "13:9 spec.template.spec.containers[0].name: Invalid value: \"C_1\": a lowercase RFC 1123 label must consist of \
                 lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. \
                 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
                "13:9 spec.template.spec.containers[0].image: Required value",
            ],
        );
        check(
            &format!("{HEAD}  foo: 1\n  bar: 2\n{TAIL}      containers: []\n"),
            &["7:3 unknown field \"spec.bar\"", "6:3 unknown field \"spec.foo\""],
        );
    }

    #[test]
    fn counts_lines_in_the_whole_file() {
        check(
            &format!("# one\n---\n{HEAD}{TAIL}      containers:\n      - name: c\n        image: i\n---\na: b\n c: d\n"),
            &[
                "19:1 error parsing x.yaml: error converting YAML to JSON: yaml: line 2: mapping values are not allowed in this \
                 context",
            ],
        );
    }

    #[test]
    fn items_of_a_list_are_found() {
        let pod = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: p}\n  spec:\n";
        check(
            &format!("{pod}    hostNetwork: 5\n"),
            &["8:5 Pod in version \"v1\" cannot be handled as a Pod: json: cannot unmarshal number into Go struct field \
             PodSpec.spec.hostNetwork of type bool"],
        );
        check(&format!("{pod}    containers: []\n"), &["8:5 spec.containers: Required value"]);
    }
}
