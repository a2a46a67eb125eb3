//! Who is meant: label selectors, node selectors, and which taints a pod puts up with.

use std::fmt;

use super::validate::names;
use super::{
    LabelSelector, LabelSelectorRequirement, Node, NodeSelectorRequirement, NodeSelectorTerm, PodSpec, StringMap, Taint,
    Toleration,
};

/// A label selector: every requirement must hold (upstream: `apimachinery/pkg/labels/selector.go`).
///
/// `Display` gives it as `kubectl describe` prints it: `app=web,tier in (a,b)`; nothing where it selects everything.
///
/// # Examples
/// Equality, with one `=` or two:
/// ```
/// # use playground::api::selector::Selector;
/// # let labels = [("app".to_owned(), "web".to_owned())].into();
/// assert!(Selector::parse("app=web")?.matches(&labels));
/// assert!(Selector::parse("app==web")?.matches(&labels));
/// # Ok::<(), String>(())
/// ```
/// Inequality, which an absent label satisfies:
/// ```
/// # use playground::api::selector::Selector;
/// # let labels = [("app".to_owned(), "web".to_owned())].into();
/// assert!(!Selector::parse("app!=web")?.matches(&labels));
/// assert!(Selector::parse("tier!=web")?.matches(&labels));
/// # Ok::<(), String>(())
/// ```
/// One of, none of:
/// ```
/// # use playground::api::selector::Selector;
/// # let labels = [("app".to_owned(), "web".to_owned())].into();
/// assert!(Selector::parse("app in (db, web)")?.matches(&labels));
/// assert!(!Selector::parse("app notin (db, web)")?.matches(&labels));
/// assert!(Selector::parse("tier notin (db)")?.matches(&labels));
/// # Ok::<(), String>(())
/// ```
/// There, not there:
/// ```
/// # use playground::api::selector::Selector;
/// # let labels = [("app".to_owned(), "web".to_owned())].into();
/// assert!(Selector::parse("app")?.matches(&labels));
/// assert!(Selector::parse("!tier")?.matches(&labels));
/// # Ok::<(), String>(())
/// ```
/// Greater, less, as numbers:
/// ```
/// # use playground::api::selector::Selector;
/// # let labels = [("cores".to_owned(), "8".to_owned())].into();
/// assert!(Selector::parse("cores>4")?.matches(&labels));
/// assert!(!Selector::parse("cores<4")?.matches(&labels));
/// # Ok::<(), String>(())
/// ```
/// Several at once:
/// ```
/// # use playground::api::selector::Selector;
/// # let labels = [("app".to_owned(), "web".to_owned())].into();
/// assert!(Selector::parse("app=web,!tier")?.matches(&labels));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Selector {
    /// Sorted by key.
    requirements: Vec<Requirement>,
    /// Selects no object at all, as a missing `LabelSelector` does.
    nothing: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Requirement {
    key: String,
    operator: Operator,
    values: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equals,
    DoubleEquals,
    NotEquals,
    In,
    NotIn,
    Exists,
    DoesNotExist,
    GreaterThan,
    LessThan,
}

impl Selector {
    /// The selector that every object satisfies.
    pub const fn everything() -> Selector {
        Selector { requirements: Vec::new(), nothing: false }
    }

    /// The selector that no object satisfies.
    pub const fn nothing() -> Selector {
        Selector { requirements: Vec::new(), nothing: true }
    }

    /// The selector of a `-l` argument.
    ///
    /// # Errors
    /// kubectl's words after `error: `: `unable to parse requirement: found '=', expected: identifier`.
    pub fn parse(text: &str) -> Result<Selector, String> {
        Parser { tokens: tokens(text), next: 0 }.selector()
    }

    /// The selector of these labels, all of which must be there.
    pub fn from_labels(labels: &StringMap) -> Selector {
        let requirement = |(key, value): (&String, &String)| Requirement {
            key: key.clone(),
            operator: Operator::Equals,
            values: vec![value.clone()],
        };
        Selector { requirements: labels.iter().map(requirement).collect(), nothing: false }
    }

    /// The selector of an object's `spec.selector`; an empty one selects everything.
    ///
    /// # Errors
    /// The operator that is none, in the server's words. Validation refuses such objects.
    pub fn from_label_selector(selector: &LabelSelector) -> Result<Selector, String> {
        let mut result = selector.match_labels.as_ref().map(Selector::from_labels).unwrap_or_default();
        for expression in selector.match_expressions.iter().flatten() {
            let operator = match operator(&expression.operator) {
                Some(operator) if !matches!(operator, Operator::GreaterThan | Operator::LessThan) => operator,
                _ => return Err(format!("{:?} is not a valid label selector operator", expression.operator)),
            };
            let values = expression.values.clone().unwrap_or_default();
            result.add(Requirement { key: expression.key.clone(), operator, values });
        }
        Ok(result)
    }

    /// It as an object's `spec.selector` says it.
    ///
    /// # Errors
    /// The operator that those do not know, in kubectl's words.
    pub fn to_label_selector(&self) -> Result<LabelSelector, String> {
        let (mut labels, mut expressions) = (StringMap::new(), vec![]);
        for Requirement { key, operator, values } in &self.requirements {
            let operator = match operator {
                Operator::Equals | Operator::DoubleEquals => {
                    labels.insert(key.clone(), values.concat());
                    continue;
                }
                Operator::In => "In",
                Operator::NotIn => "NotIn",
                Operator::Exists => "Exists",
                Operator::DoesNotExist => "DoesNotExist",
                Operator::NotEquals => return Err("\"!=\" is not a valid label selector operator".to_owned()),
                Operator::GreaterThan => return Err("\"gt\" isn't supported in label selectors".to_owned()),
                Operator::LessThan => return Err("\"lt\" isn't supported in label selectors".to_owned()),
            };
            let mut values = values.clone();
            values.sort();
            let (key, operator, values) = (key.clone(), operator.to_owned(), (!values.is_empty()).then_some(values));
            expressions.push(LabelSelectorRequirement { key, operator, values });
        }
        Ok(LabelSelector {
            match_labels: (!labels.is_empty()).then_some(labels),
            match_expressions: (!expressions.is_empty()).then_some(expressions),
        })
    }

    /// Keeps the order of the keys.
    fn add(&mut self, requirement: Requirement) {
        let place = self.requirements.iter().position(|other| other.key > requirement.key);
        self.requirements.insert(place.unwrap_or(self.requirements.len()), requirement);
    }

    /// Whether an object with these labels is selected.
    pub fn matches(&self, labels: &StringMap) -> bool {
        !self.nothing && self.requirements.iter().all(|it| it.operator.holds(labels.get(&it.key), &it.values))
    }

    /// Whether it selects everything.
    pub fn is_everything(&self) -> bool {
        self.requirements.is_empty() && !self.nothing
    }
}

impl Operator {
    fn holds(self, value: Option<&String>, values: &[String]) -> bool {
        let has = |value: &String| values.contains(value);
        match self {
            Operator::In | Operator::Equals | Operator::DoubleEquals => value.is_some_and(has),
            Operator::NotIn | Operator::NotEquals => !value.is_some_and(has),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
            Operator::GreaterThan | Operator::LessThan => {
                let (Some(value), [bound]) = (value, values) else { return false };
                let (Ok(value), Ok(bound)) = (value.parse::<i64>(), bound.parse::<i64>()) else { return false };
                if self == Operator::GreaterThan { value > bound } else { value < bound }
            }
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, requirement) in self.requirements.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let Requirement { key, operator, values } = requirement;
            let mut values = values.clone();
            values.sort();
            let values = values.join(",");
            let (before, between, after) = match operator {
                Operator::Equals => ("", "=", ""),
                Operator::DoubleEquals => ("", "==", ""),
                Operator::NotEquals => ("", "!=", ""),
                Operator::In => ("", " in (", ")"),
                Operator::NotIn => ("", " notin (", ")"),
                Operator::Exists => ("", "", ""),
                Operator::DoesNotExist => ("!", "", ""),
                Operator::GreaterThan => ("", ">", ""),
                Operator::LessThan => ("", "<", ""),
            };
            write!(f, "{comma}{before}{key}{between}{values}{after}")?;
        }
        Ok(())
    }
}

/// Whether a node with these labels and this name satisfies the term. An empty term satisfies nobody
/// (upstream: `component-helpers/scheduling/corev1/nodeaffinity`).
///
/// # Examples
/// ```
/// use playground::api::{NodeSelectorRequirement, NodeSelectorTerm, selector::term_matches};
/// let term = |operator: &str, values: &[&str]| NodeSelectorTerm {
///     match_expressions: Some(vec![NodeSelectorRequirement {
///         key: "cores".into(),
///         operator: operator.into(),
///         values: Some(values.iter().map(|value| value.to_string()).collect()),
///     }]),
///     ..Default::default()
/// };
/// let labels = [("cores".to_owned(), "8".to_owned())].into();
/// assert!(term_matches(&term("In", &["8", "16"]), &labels, "n1"));
/// assert!(!term_matches(&term("NotIn", &["8", "16"]), &labels, "n1"));
/// assert!(term_matches(&term("Exists", &[]), &labels, "n1"));
/// assert!(!term_matches(&term("DoesNotExist", &[]), &labels, "n1"));
/// assert!(term_matches(&term("Gt", &["4"]), &labels, "n1"));
/// assert!(!term_matches(&term("Lt", &["4"]), &labels, "n1"));
///
/// let pin = NodeSelectorTerm {
///     match_fields: Some(vec![NodeSelectorRequirement {
///         key: "metadata.name".into(),
///         operator: "In".into(),
///         values: Some(vec!["n1".into()]),
///     }]),
///     ..Default::default()
/// };
/// assert!(term_matches(&pin, &labels, "n1"));
/// assert!(!term_matches(&pin, &labels, "n2"));
/// assert!(!term_matches(&NodeSelectorTerm::default(), &labels, "n1"));
/// ```
pub fn term_matches(term: &NodeSelectorTerm, labels: &StringMap, node_name: &str) -> bool {
    let expressions = term.match_expressions.as_deref().unwrap_or_default();
    let fields = term.match_fields.as_deref().unwrap_or_default();
    (!expressions.is_empty() || !fields.is_empty())
        && expressions.iter().all(|expression| label_holds(expression, labels))
        && fields.iter().all(|field| field_holds(field, node_name))
}

/// Whether labels satisfy one requirement of a node selector term.
pub fn label_holds(expression: &NodeSelectorRequirement, labels: &StringMap) -> bool {
    let values = expression.values.as_deref().unwrap_or_default();
    operator(&expression.operator).is_some_and(|operator| operator.holds(labels.get(&expression.key), values))
}

/// The operator of this name in objects.
fn operator(name: &str) -> Option<Operator> {
    Some(match name {
        "In" => Operator::In,
        "NotIn" => Operator::NotIn,
        "Exists" => Operator::Exists,
        "DoesNotExist" => Operator::DoesNotExist,
        "Gt" => Operator::GreaterThan,
        "Lt" => Operator::LessThan,
        _ => return None,
    })
}

/// Whether a node of this name satisfies one requirement of a term's `matchFields`.
pub fn field_holds(field: &NodeSelectorRequirement, node_name: &str) -> bool {
    let [value] = field.values.as_deref().unwrap_or_default() else { return false };
    let actual = if field.key == "metadata.name" { node_name } else { "" };
    match field.operator.as_str() {
        "In" => value == actual,
        "NotIn" => value != actual,
        _ => false,
    }
}

/// Whether the pod's `nodeSelector` and its required node affinity both let it run on the node.
/// Taints and resources play no part.
pub fn node_matches(pod: &PodSpec, node: &Node) -> bool {
    static NONE: StringMap = StringMap::new();
    let labels = node.metadata.labels.as_ref().unwrap_or(&NONE);
    let name = node.metadata.name.as_deref().unwrap_or_default();
    let affinity = pod.affinity.as_ref().and_then(|affinity| affinity.node_affinity.as_ref());
    let required = affinity.and_then(|affinity| affinity.required_during_scheduling_ignored_during_execution.as_ref());
    let wanted =
        |required: &super::NodeSelector| required.node_selector_terms.iter().any(|term| term_matches(term, labels, name));
    node_is_selected(pod, node) && required.is_none_or(wanted)
}

/// Whether the pod's `nodeSelector` lets it run on the node.
pub fn node_is_selected(pod: &PodSpec, node: &Node) -> bool {
    let has = |key, value| node.metadata.labels.as_ref().and_then(|labels| labels.get(key)) == Some(value);
    pod.node_selector.iter().flatten().all(|(key, value)| has(key, value))
}

/// The node a pod's required affinity pins it to, as the DaemonSet controller does
/// (upstream: `GetTargetNodeName` in `pkg/controller/daemon/util/daemonset_util.go`).
pub fn pinned_node(pod: &PodSpec) -> Option<&str> {
    let affinity = pod.affinity.as_ref()?.node_affinity.as_ref()?;
    let required = affinity.required_during_scheduling_ignored_during_execution.as_ref()?;
    required.node_selector_terms.iter().find_map(|term| match term.match_fields.as_deref()? {
        [field] if field.key == "metadata.name" && field.operator == "In" => match field.values.as_deref()? {
            [name] => Some(name.as_str()),
            _ => None,
        },
        _ => None,
    })
}

/// Whether the toleration covers the taint (upstream: `ToleratesTaint` in `api/core/v1/toleration.go`).
///
/// # Examples
/// ```
/// use playground::api::{Taint, Toleration, selector::tolerates};
/// let taint = Taint { key: "gpu".into(), value: Some("yes".into()), effect: "NoSchedule".into(), ..Default::default() };
/// let equal = Toleration { key: Some("gpu".into()), value: Some("yes".into()), ..Default::default() };
/// assert!(tolerates(&equal, &taint));
/// let exists = Toleration { operator: Some("Exists".into()), ..Default::default() };
/// assert!(tolerates(&exists, &taint), "no key and Exists covers everything");
/// let other = Toleration { effect: Some("NoExecute".into()), ..exists };
/// assert!(!tolerates(&other, &taint));
/// ```
pub fn tolerates(toleration: &Toleration, taint: &Taint) -> bool {
    let is_or_empty = |field: &Option<String>, wanted: &str| field.as_deref().is_none_or(|it| it.is_empty() || it == wanted);
    is_or_empty(&toleration.effect, &taint.effect)
        && is_or_empty(&toleration.key, &taint.key)
        && match toleration.operator.as_deref().unwrap_or_default() {
            "" | "Equal" => toleration.value.as_deref().unwrap_or_default() == taint.value.as_deref().unwrap_or_default(),
            "Exists" => true,
            _ => false,
        }
}

/// The first taint with one of the `effects` that no toleration covers.
pub fn untolerated<'a>(taints: &'a [Taint], tolerations: &[Toleration], effects: &[&str]) -> Option<&'a Taint> {
    let counts = |taint: &&Taint| effects.contains(&taint.effect.as_str());
    taints.iter().filter(counts).find(|taint| !tolerations.iter().any(|toleration| tolerates(toleration, taint)))
}

/// A word of a `-l` argument. The end of the text is an empty word of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    End,
    Symbol(&'a str),
    Word(&'a str),
    Wrong(&'a str),
}

impl fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Token::End => Ok(()),
            Token::Symbol(text) | Token::Word(text) => f.write_str(text),
            Token::Wrong(text) => write!(f, "error expected: keyword found '{text}'"),
        }
    }
}

const SPACES: [char; 4] = [' ', '\t', '\r', '\n'];
const SYMBOLS: &str = "=!(),><";

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut rest = text.trim_start_matches(SPACES);
    while let Some(first) = rest.chars().next() {
        let token = if SYMBOLS.contains(first) {
            let known = ["==", "!=", ")", ",", "!", "=", ">", "<", "("].into_iter().find(|symbol| rest.starts_with(symbol));
            let length = known.map_or(1, str::len);
            if known.is_some() { Token::Symbol(&rest[..length]) } else { Token::Wrong(&rest[..length]) }
        } else {
            let end = rest.find(|c| SYMBOLS.contains(c) || SPACES.contains(&c)).unwrap_or(rest.len());
            Token::Word(&rest[..end])
        };
        let length = match token {
            Token::Symbol(text) | Token::Word(text) | Token::Wrong(text) => text.len(),
            Token::End => 0,
        };
        found.push(token);
        rest = rest[length..].trim_start_matches(SPACES);
    }
    found.push(Token::End);
    found
}

struct Parser<'a> {
    tokens: Vec<Token<'a>>,
    next: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Token<'a> {
        self.tokens.get(self.next).copied().unwrap_or(Token::End)
    }

    fn take(&mut self) -> Token<'a> {
        let token = self.peek();
        self.next += 1;
        token
    }

    fn selector(mut self) -> Result<Selector, String> {
        let mut selector = Selector::everything();
        loop {
            match self.peek() {
                Token::End => break,
                Token::Word(_) | Token::Symbol("!") => {
                    let requirement = self.requirement();
                    selector.add(requirement.map_err(|error| format!("unable to parse requirement: {error}"))?);
                    match self.take() {
                        Token::End => break,
                        Token::Symbol(",") => match self.peek() {
                            Token::Word(_) | Token::Symbol("!") => {}
                            other => return Err(format!("found '{other}', expected: identifier after ','")),
                        },
                        other => return Err(format!("found '{other}', expected: ',' or 'end of string'")),
                    }
                }
                other => return Err(format!("found '{other}', expected: !, identifier, or 'end of string'")),
            }
        }
        Ok(selector)
    }

    fn requirement(&mut self) -> Result<Requirement, String> {
        let mut token = self.take();
        let negated = token == Token::Symbol("!");
        if negated {
            token = self.take();
        }
        let Token::Word(key) = token else { return Err(format!("found '{token}', expected: identifier")) };
        if let Some(message) = joined(&names::label_key(key)) {
            return Err(format!("<nil>: Invalid value: {key:?}: {message}"));
        }
        let key = key.to_owned();
        if negated {
            return Ok(Requirement { key, operator: Operator::DoesNotExist, values: Vec::new() });
        }
        if matches!(self.peek(), Token::End | Token::Symbol(",")) {
            return Ok(Requirement { key, operator: Operator::Exists, values: Vec::new() });
        }
        let operator = match self.take() {
            Token::Word("in") => Operator::In,
            Token::Word("notin") => Operator::NotIn,
            Token::Symbol("=") => Operator::Equals,
            Token::Symbol("==") => Operator::DoubleEquals,
            Token::Symbol("!=") => Operator::NotEquals,
            Token::Symbol(">") => Operator::GreaterThan,
            Token::Symbol("<") => Operator::LessThan,
            other => return Err(format!("found '{other}', expected: in, notin, =, ==, !=, gt, lt")),
        };
        let values = match operator {
            Operator::In | Operator::NotIn => self.values()?,
            _ => vec![self.value()?],
        };
        if matches!(operator, Operator::GreaterThan | Operator::LessThan) && values[0].parse::<i64>().is_err() {
            let value = &values[0];
            return Err(format!(
                "values[0]: Invalid value: {value:?}: for 'Gt', 'Lt' operators, the value must be an integer"
            ));
        }
        let wrong = |(index, value): (usize, &String)| {
            let message = joined(&names::label_value(value))?;
            Some(format!("values[{index}][{key}]: Invalid value: {value:?}: {message}"))
        };
        let wrong: Vec<String> = values.iter().enumerate().filter_map(wrong).collect();
        match wrong.as_slice() {
            [] => Ok(Requirement { key, operator, values }),
            [one] => Err(one.clone()),
            many => Err(format!("[{}]", many.join(", "))),
        }
    }

    /// The one value after `=`, which may be missing.
    fn value(&mut self) -> Result<String, String> {
        if matches!(self.peek(), Token::End | Token::Symbol(",")) {
            return Ok(String::new());
        }
        match self.take() {
            Token::Word(value) => Ok(value.to_owned()),
            other => Err(format!("found '{other}', expected: identifier")),
        }
    }

    /// `(a, b)`, sorted, each once.
    fn values(&mut self) -> Result<Vec<String>, String> {
        let open = self.take();
        if open != Token::Symbol("(") {
            return Err(format!("found '{open}' expected: '('"));
        }
        let mut values: Vec<String> = Vec::new();
        match self.peek() {
            Token::Symbol(")") => values.push(String::new()),
            Token::Word(_) | Token::Symbol(",") => loop {
                match self.take() {
                    Token::Word(value) => {
                        values.push(value.to_owned());
                        match self.peek() {
                            Token::Symbol(",") => {}
                            Token::Symbol(")") => break,
                            other => return Err(format!("found '{other}', expected: ',' or ')'")),
                        }
                    }
                    Token::Symbol(",") => {
                        if values.is_empty() || matches!(self.peek(), Token::Symbol("," | ")")) {
                            values.push(String::new());
                        }
                        if self.peek() == Token::Symbol(")") {
                            break;
                        }
                    }
                    other => return Err(format!("found '{other}', expected: ',', or identifier")),
                }
            },
            other => return Err(format!("found '{other}', expected: ',', ')' or identifier")),
        }
        self.take();
        values.sort();
        values.dedup();
        Ok(values)
    }
}

fn joined(messages: &[String]) -> Option<String> {
    if messages.is_empty() { None } else { Some(messages.join("; ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_in_order_of_keys() {
        for (text, expected) in [
            ("", ""),
            ("b=2,a=1", "a=1,b=2"),
            ("a in (z, y,x)", "a in (x,y,z)"),
            ("a notin ()", "a notin ()"),
            ("a,!b , c!=d", "a,!b,c!=d"),
            ("in in (in)", "in in (in)"),
            ("a=", "a="),
        ] {
            assert_eq!(Selector::parse(text).map(|it| it.to_string()).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn mistakes() {
        for (text, expected) in [
            ("=a", "found '=', expected: !, identifier, or 'end of string'"),
            ("a=b,", "found '', expected: identifier after ','"),
            ("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
            ("a=b c", "found 'c', expected: ',' or 'end of string'"),
            ("a in b", "unable to parse requirement: found 'b' expected: '('"),
            ("a in (b", "unable to parse requirement: found '', expected: ',' or ')'"),
            ("a==(", "unable to parse requirement: found '(', expected: identifier"),
        ] {
            assert_eq!(Selector::parse(text).map(|it| it.to_string()), Err(expected.to_owned()), "{text}");
        }
        assert!(Selector::parse("ü(é,\u{0}=").is_err());
    }
}
