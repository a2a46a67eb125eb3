//! Go templates as people use them with `-o go-template` (upstream: Go's `text/template`): fields, variables, `if`, `with`, `range`,
//! pipelines and the functions that come with them. `define`, `template` and `block` say that they are not simulated.

mod functions;
mod lex;
mod parse;
mod run;

use std::rc::Rc;

use serde_json::Value;

/// A template.
#[derive(Clone, Debug)]
pub(crate) struct GoTemplate {
    text: Rc<str>,
    nodes: Rc<Vec<Node>>,
}

/// A piece of a template.
#[derive(Debug)]
enum Node {
    Text(String),
    Print(Pipe),
    If(Pipe, Vec<Node>, Vec<Node>),
    With(Pipe, Vec<Node>, Vec<Node>),
    Range(Pipe, Vec<Node>, Vec<Node>),
    Break,
    Continue,
}

/// Commands, each of which gets what the one before gave, and the variables that take what the last one gives.
#[derive(Debug)]
struct Pipe {
    variables: Vec<String>,
    /// Whether the variables are there already: `=` and not `:=`.
    assigns: bool,
    commands: Vec<Command>,
}

/// A function or a value, and what it is given.
#[derive(Debug)]
struct Command {
    at: usize,
    arguments: Vec<Operand>,
}

/// Something with a value.
#[derive(Debug)]
struct Operand {
    /// Where it stands in the template, as Go counts it: a chain of fields at its second one.
    at: usize,
    /// As it is written.
    text: String,
    kind: OperandKind,
}

#[derive(Debug)]
enum OperandKind {
    Dot,
    Nil,
    Literal(Value),
    Field(Vec<String>),
    Variable(String, Vec<String>),
    Function(&'static str),
    Pipe(Pipe, Vec<String>),
}

impl GoTemplate {
    /// Reads a template.
    ///
    /// # Errors
    /// `template: output:1: unclosed action`.
    pub(crate) fn parse(text: &str) -> Result<GoTemplate, String> {
        Ok(GoTemplate { text: text.into(), nodes: Rc::new(parse::parse(text)?) })
    }

    /// The template as given.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Fills the template in. What was printed is in `out`, up to the error if there is one.
    ///
    /// # Errors
    /// `template: output:1:2: executing "output" at <.a>: …`.
    pub(crate) fn print(&self, root: &Value, missing: super::jsonpath::Missing, out: &mut String) -> Result<(), String> {
        run::run(self, root, missing, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubectl::jsonpath::Missing;
    use serde_json::json;

    fn check(template: &str, expect: &str) {
        let value = json!({
            "kind": "List", "n": 3, "none": null, "float": 0.5, "yes": true, "data": {"p": "c2VjcmV0"},
            "items": [{"name": "a", "labels": {"x.y/z": "q", "a": "b"}}, {"name": "b", "list": [1, 2]}],
        });
        let mut out = String::new();
        let result = GoTemplate::parse(template).and_then(|it| it.print(&value, Missing::Allowed, &mut out));
        if let Err(why) = result {
            out.push_str(&format!("error: {why}"));
        }
        assert_eq!(out, expect, "{template}");
    }

    #[test]
    fn values() {
        check(
            "plain {{.kind}} {{.n}} {{.float}} {{.yes}} {{.none}} {{.no}} {{.no.more}}",
            "plain List 3 0.5 true <no value> <no value> <no value>",
        );
        check("{{(index .items 0).labels}}", "map[a:b x.y/z:q]");
        check("{{.items}}", "[map[labels:map[a:b x.y/z:q] name:a] map[list:[1 2] name:b]]");
        check("{{\"a\\n\"}}{{`raw\\n`}}{{1}}{{true}}{{'a'}}{{1.5}}", "a\nraw\\n1true971.5");
        check("{{$x := .kind}}{{$x}} {{$.n}} {{$x = 2}}{{$x}}", "List 3 2");
        check("a {{- .n -}} \n b {{/* nothing */}}c{{- /* nor here */ -}} d", "a3b cd");
    }

    #[test]
    fn control() {
        check("{{range .items}}{{.name}},{{end}}", "a,b,");
        check("{{range $i, $e := .items}}{{$i}}={{$e.name}} {{end}}", "0=a 1=b ");
        check("{{range $k, $v := (index .items 0).labels}}{{$k}}={{$v}} {{end}}", "a=b x.y/z=q ");
        check("{{range .nope}}x{{else}}none{{end}}", "none");
        check("{{range .items}}{{if eq .name \"b\"}}{{break}}{{end}}{{.name}}{{end}}", "a");
        check("{{range .items}}{{if eq .name \"a\"}}{{continue}}{{end}}{{.name}}{{end}}", "b");
        check("{{range 3}}{{.}}{{end}}", "012");
        check("{{if .nope}}1{{else if .yes}}2{{else}}3{{end}}", "2");
        check("{{if and .yes (not .nope)}}y{{end}}{{if or .nope .none 0 \"\"}}y{{else}}n{{end}}", "yn");
        check(
            "{{with .data}}{{.p}}{{end}}{{with .nope}}x{{else}}y{{end}}{{with $d := .data}}{{$d.p}}{{end}}",
            "c2VjcmV0yc2VjcmV0",
        );
    }

    #[test]
    fn functions() {
        check("{{.data.p | base64decode}} {{len .items}} {{len .kind}}", "secret 2 4");
        check("{{index (index .items 0).labels \"x.y/z\"}} {{index .items 1 \"list\" 0}}", "q 1");
        check(
            "{{printf \"%s=%d %v %q %5s|%-5s| %05d %t %%\" .kind .n .items \"x\" \"ab\" \"ab\" 42 true}}",
            "List=3 [map[labels:map[a:b x.y/z:q] name:a] map[list:[1 2] name:b]] \"x\"    ab|ab   | 00042 true %",
        );
        check(
            "{{printf \"%d\" .kind}} {{printf \"%s\"}} {{printf \"x\" 1}} {{printf \"%s\" .nope}}",
            "%!d(string=List) %!s(MISSING) x%!(EXTRA int=1) %!s(<nil>)",
        );
        check("{{print 1 2 \"a\" \"b\"}} {{println .kind .n}}", "1 2ab List 3\n");
        check(
            "{{eq .n 3}} {{ne .n 3}} {{lt .n 4}} {{ge .n 4}} {{eq .kind \"x\" \"List\"}} {{eq .nope \"x\"}}",
            "true false true false true false",
        );
        check("{{.kind | printf \"%s-%s\" \"x\"}} {{\"<a>\" | html}} {{slice .kind 1 3}}", "x-List &lt;a&gt; is");
        check("{{exists . \"data\" \"p\"}} {{exists . \"data\" \"q\"}}", "true false");
    }

    #[test]
    fn errors() {
        let parse = |template: &str, expect: &str| check(template, &format!("error: template: output:1: {expect}"));
        parse("{{.kind", "unclosed action");
        parse("{{range .items}}", "unexpected EOF");
        parse("{{end}}", "unexpected {{end}}");
        parse("{{else}}", "unexpected {{else}}");
        parse("{{nope .kind}}", "function \"nope\" not defined");
        parse("{{$x}}", "undefined variable \"$x\"");
        parse("{{if}}x{{end}}", "missing value for if");
        parse("{{}}", "missing value for command");
        parse("{{.kind | }}", "missing value for command");
        parse("{{\"x}}", "unterminated quoted string");
        parse("{{.items[0]}}", "bad character U+005B '['");
        parse("{{(.kind}}", "unclosed left paren");
        parse("{{1 2 | 3}}", "non executable command in pipeline stage 2");
        let run = |template: &str, expect: &str| check(template, &format!("error: template: output:1:{expect}"));
        run("{{.kind.name}}", "7: executing \"output\" at <.kind.name>: can't evaluate field name in type interface {}");
        run("{{.none.name}}", "7: executing \"output\" at <.none.name>: nil pointer evaluating interface {}.name");
        run("{{range .kind}}{{end}}", "8: executing \"output\" at <.kind>: range can't iterate over List");
        run("{{index .items 5}}", "2: executing \"output\" at <index .items 5>: error calling index: index out of range: 5");
        run(
            "{{eq .n \"3\"}}",
            "2: executing \"output\" at <eq .n \"3\">: error calling eq: incompatible types for comparison",
        );
        run("{{len .n}}", "2: executing \"output\" at <len .n>: error calling len: len of type int64");
        run("{{len}}", "2: executing \"output\" at <len>: wrong number of args for len: want 1 got 0");
        run("{{.kind .n}}", "2: executing \"output\" at <.kind>: kind is not a method but has arguments");
    }
}
