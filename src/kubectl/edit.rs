//! `kubectl edit`, and what edits otherwise: `create --edit`, `apply edit-last-applied`
//! (upstream: `kubectl/pkg/cmd/util/editor/editoptions.go`).
//!
//! The objects go into a file. Where the environment names an editor, the shell runs it on that file; else a person edits it, and
//! kubectl goes on when it is no longer there, with what was saved last. What the server finds invalid is to be edited again.

use serde_json::{Map, Value};

use super::apply::{self, DryRun};
use super::args::Args;
use super::error::{Failure, Result};
use super::print::{self, Format};
use super::process::Process;
use super::resource::{self, Filter, WithoutNames};
use super::{Context, Files, Outcome, Output, manifests, patch, wire};
use crate::api::decode::{self, Manifest, Reader};
use crate::api::{ApiError, Key, Kind, Object, yaml};
use crate::sim::Simulation;

pub(crate) const FLAGS: &str = "f/filename= o/output= field-manager= subresource= k/kustomize= template= \
    validate=strict output-patch save-config windows-line-endings record R/recursive show-managed-fields \
    allow-missing-template-keys";

/// The flags of `kubectl apply edit-last-applied`.
pub(super) const LAST_APPLIED: &str = "f/filename= o/output= field-manager= k/kustomize= template= validate=strict \
    windows-line-endings record R/recursive show-managed-fields allow-missing-template-keys";

/// What becomes of edited objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// They are changed.
    Change,
    /// They are created.
    Create,
    /// They are what was applied last.
    LastApplied,
}

/// An object as it went into the file.
#[derive(Clone, Debug)]
struct Original {
    key: Key,
    value: Value,
}

impl Original {
    fn uid(&self) -> &Value {
        &self.value["metadata"]["uid"]
    }
}

/// A person, or a program, edits objects.
#[derive(Clone, Debug)]
pub struct Edit {
    mode: Mode,
    /// The objects that are edited, and those that are edited after them.
    rounds: Vec<Vec<Original>>,
    namespace: String,
    format: Format,
    args: Args,
    /// The command that edits a file, if one does.
    program: Option<String>,
    /// The file with the objects, none before the first look, and its text when it was last looked at.
    file: String,
    text: String,
    /// What the file began with.
    begun: String,
    /// Whether what was saved last was wrong.
    is_again: bool,
    /// Why the objects are edited again.
    reasons: Vec<String>,
    /// How often a program has edited them.
    tries: usize,
}

/// How often a program may make the same objects invalid: unlike a person it would go on for ever.
const TRIES: usize = 8;

/// `kubectl edit`.
pub(crate) fn edit(words: &[String], context: &Context<'_>) -> Result<Outcome> {
    let args = Args::parse(words, FLAGS, "kubectl edit")?;
    args.refuse(&["output-patch", "subresource", "kustomize"])?;
    something_named(&args)?;
    let objects = asked(&args, context)?;
    if objects.is_empty() {
        return Err(Failure::client("edit cancelled, no objects found"));
    }
    let originals = objects.iter().map(|object| Original { key: object.key(), value: wire::value(object) }).collect();
    Edit::start(Mode::Change, vec![originals], &args, context)
}

/// `kubectl apply edit-last-applied`.
pub(crate) fn edit_last_applied(args: &Args, context: &Context<'_>) -> Result<Outcome> {
    something_named(args)?;
    let mut originals = vec![];
    for object in asked(args, context)? {
        let last = apply::last_applied(&object).unwrap_or_default();
        if let Ok(value @ Value::Object(_)) = serde_json::from_str::<Value>(&last) {
            originals.push(Original { key: object.key(), value });
        }
    }
    if originals.is_empty() {
        return Err(Failure::client(
            "no last-applied-configuration annotation found on resources, to create the annotation, use command `kubectl apply \
             set-last-applied --create-annotation`",
        ));
    }
    Edit::start(Mode::LastApplied, vec![originals], args, context)
}

/// `kubectl create --edit`: one object after the other.
pub(crate) fn edit_and_create(given: &[Manifest], args: &Args, context: &Context<'_>) -> Result<Outcome> {
    let rounds = given.iter().map(|given| vec![Original { key: given.key(), value: given.value.clone() }]).collect();
    Edit::start(Mode::Create, rounds, args, context)
}

fn something_named(args: &Args) -> Result<()> {
    if args.words.is_empty() && !args.has("filename") {
        return Err(Failure::client(super::delete::NOTHING_NAMED));
    }
    Ok(())
}

fn asked(args: &Args, context: &Context<'_>) -> Result<Vec<Object>> {
    let (request, failures) = resource::asked(&args.words, args, WithoutNames::Allowed, context)?;
    Failure::all(failures)?;
    let (objects, missing) = resource::fetch(context, &request, &Filter::of(args, context)?)?;
    Failure::all(missing)?;
    Ok(objects)
}

/// What came of a saved file.
enum Next {
    /// It is edited once more.
    Again,
    /// The editing is over, with this exit code.
    Over(i32),
}

impl Edit {
    fn start(mode: Mode, rounds: Vec<Vec<Original>>, args: &Args, context: &Context<'_>) -> Result<Outcome> {
        let format = Format::of(args, context.files)?;
        let program = ["KUBE_EDITOR", "EDITOR"].iter().find_map(|name| context.variables.get(*name));
        let edit = Edit {
            mode,
            rounds,
            namespace: resource::namespace(args, context),
            format,
            args: args.clone(),
            program: program.filter(|program| !program.is_empty()).cloned(),
            file: String::new(),
            text: String::new(),
            begun: String::new(),
            is_again: false,
            reasons: vec![],
            tries: 0,
        };
        Ok(Outcome::Running(Process::Edit(Box::new(edit))))
    }

    /// The file that is being edited.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// The command line that edits the file, if a program does.
    pub(crate) fn command(&self) -> Option<String> {
        self.program.as_ref().map(|program| [program, " ~/", &self.file].concat())
    }

    /// The program has ended with this exit code; gives kubectl's if it is over then.
    pub(crate) fn edited(&mut self, exit: i32, sim: &mut Simulation, files: &mut Files, out: &mut Output) -> Option<i32> {
        if exit != 0 {
            let program = self.program.as_deref().unwrap_or_default();
            let why = if exit == 127 { "unable to launch the editor" } else { "there was a problem with the editor" };
            // What has quotes in it is run by a shell (`cmd/util/editor/editor.go`).
            let shell = if program.contains(['"', '\'', '\\']) { "/bin/bash -c " } else { "" };
            out.warn(format_args!("error: {why} {:?}\n", [shell, program].concat()));
            return Some(1);
        }
        self.text = files.remove(&self.file).unwrap_or_default();
        self.tries += 1;
        if self.tries > TRIES && self.is_again {
            self.preserve(files, out);
            out.err("error: Edit cancelled, no valid changes were saved.\n");
            return Some(1);
        }
        self.poll(sim, files, out)
    }

    /// Looks at the file; where it is gone, goes on with what was in it.
    pub(crate) fn poll(&mut self, sim: &mut Simulation, files: &mut Files, out: &mut Output) -> Option<i32> {
        if self.file.is_empty() {
            self.open(files);
        }
        if let Some(text) = files.get(&self.file) {
            self.text.clone_from(text);
            return None;
        }
        match self.go_on(sim, files, out) {
            Next::Again => self.open(files),
            Next::Over(0) if self.rounds.len() > 1 => {
                self.rounds.remove(0);
                self.is_again = false;
                self.open(files);
            }
            Next::Over(exit) => return Some(exit),
        }
        None
    }

    /// Puts the objects, or what was made of them, into a new file.
    fn open(&mut self, files: &mut Files) {
        let is_json = matches!(self.format, Format::Json);
        let mut text = if is_json { String::new() } else { self.head() };
        if self.is_again {
            text.push_str(&without_remarks(&self.text));
        } else {
            let value = self.originals();
            text.push_str(&if is_json { yaml::to_json(&value) } else { yaml::to_string(&value) });
            self.begun.clone_from(&text);
        }
        let ending = if is_json { "json" } else { "yaml" };
        let mut number = 1;
        while files.contains_key(&format!("kubectl-edit-{number}.{ending}")) {
            number += 1;
        }
        self.file = format!("kubectl-edit-{number}.{ending}");
        self.text.clone_from(&text);
        files.insert(self.file.clone(), text);
    }

    fn originals(&self) -> Value {
        match self.rounds.first().map_or(&[][..], Vec::as_slice) {
            [one] => one.value.clone(),
            many => {
                let mut list = Value::Object(Map::new());
                list["apiVersion"] = "v1".into();
                list["items"] = Value::Array(many.iter().map(|original| original.value.clone()).collect());
                list["kind"] = "List".into();
                list["metadata"] = Value::Object(Map::new());
                list
            }
        }
    }

    /// The remarks at the head of the file.
    fn head(&self) -> String {
        let mut head = match self.mode {
            Mode::LastApplied => {
                "# Please edit the 'last-applied-configuration' annotations below.\n# Lines beginning with a '#' will be ignored, \
                 and an empty file will abort the edit.\n#\n"
            }
            _ => {
                "# Please edit the object below. Lines beginning with a '#' will be ignored,\n# and an empty file will abort the \
                 edit. If an error occurs while saving this file will be\n# reopened with the relevant failures.\n#\n"
            }
        }
        .to_owned();
        for reason in &self.reasons {
            head.push_str(reason);
            head.push_str("#\n");
        }
        head
    }

    /// Keeps what was saved.
    fn preserve(&self, files: &mut Files, out: &mut Output) {
        files.insert(self.file.clone(), self.text.clone());
        out.warn(format_args!("A copy of your changes has been stored to {:?}\n", self.file));
    }

    fn refuse(&self, why: &str, files: &mut Files, out: &mut Output) -> Next {
        self.preserve(files, out);
        out.warn(format_args!("error: {why}\n"));
        Next::Over(1)
    }

    /// Does with the saved text what is to be done with it.
    fn go_on(&mut self, sim: &mut Simulation, files: &mut Files, out: &mut Output) -> Next {
        if content(&self.text) == content(&self.begun) {
            if self.is_again {
                return self.refuse("Edit cancelled, no valid changes were saved.", files, out);
            }
            out.err("Edit cancelled, no changes made.\n");
            return Next::Over(0);
        }
        let is_filled = |line: &str| !line.trim().is_empty() && !line.trim().starts_with('#');
        if !self.text.lines().any(is_filled) {
            out.err("Edit cancelled, saved file was empty.\n");
            return Next::Over(0);
        }
        self.reasons.clear();
        let read: std::result::Result<Vec<Manifest>, _> =
            decode::decode("edited-file", &self.text, &sim.cluster().custom_kinds(), true).into_iter().collect();
        let edited = match read {
            Ok(edited) => edited,
            // A kind that is none passes the validation, and is not found afterwards.
            Err(why) if why.message.starts_with("resource mapping not found") => {
                return self.again(vec![remark(&["The edited file had a syntax error: ", &why.message].concat())]);
            }
            Err(why) => {
                let named =
                    self.rounds.first().and_then(|all| all.first()).map(|original| named(&original.key)).unwrap_or_default();
                out.warn(format_args!("error: {named} is invalid\n"));
                let why = format!("* <nil>: Invalid value: \"The edited file failed validation\": {}", why.message);
                return self.again(vec![remark(&format!("{named} was not valid:")) + &remark(&why)]);
            }
        };
        for given in &edited {
            let other = given.namespace.as_deref().filter(|_| given.kind.is_namespaced());
            if let Some(other) = other.filter(|other| *other != self.namespace && !other.is_empty()) {
                let own = &self.namespace;
                let why = format!(
                    "the namespace from the provided object {other:?} does not match the namespace {own:?}. You must pass \
                     '--namespace={other}' to perform this operation."
                );
                return self.refuse(&why, files, out);
            }
        }
        let mut problems = Problems::default();
        for mut given in edited {
            if self.args.is_on("save-config") {
                given.value = apply::with_last_applied(given.value);
            }
            apply::record(&self.args, &mut given.value);
            let done = match self.mode {
                Mode::Create => self.create(&given, sim, out),
                Mode::LastApplied => self.set_last_applied(&given, sim, out),
                Mode::Change => self.change(&given, &mut problems, sim, out),
            };
            sim.deliver();
            if let Err(failure) = done {
                self.preserve(files, out);
                out.warn(format_args!("{failure}\n"));
                return Next::Over(1);
            }
        }
        if problems.is_retryable {
            files.insert(self.file.clone(), self.text.clone());
            out.warn(format_args!("You can run `kubectl replace -f {}` to try this update again.\n", self.file));
            return Next::Over(1);
        }
        if problems.is_gone {
            files.insert(self.file.clone(), self.text.clone());
            out.warn(format_args!("The edits you made on deleted resources have been saved to {:?}\n", self.file));
            return Next::Over(1);
        }
        if problems.reasons.is_empty() { Next::Over(0) } else { self.again(problems.reasons) }
    }

    fn again(&mut self, reasons: Vec<String>) -> Next {
        self.reasons = reasons;
        self.is_again = true;
        self.begun.clone_from(&self.text);
        Next::Again
    }

    fn tell(&self, object: Object, what: &str, out: &mut Output) -> Result<()> {
        print::answer(object, what, &self.format, DryRun::No, out)
    }

    /// The object that an edited one was.
    fn original(&self, given: &Manifest) -> Result<&Original> {
        let uid = &given.value["metadata"]["uid"];
        let found = self.rounds.first().into_iter().flatten().find(|original| original.uid() == uid);
        found.ok_or_else(|| {
            Failure::refused(format_args!("no original object found for {} {:?}", given.kind.name(), given.name))
        })
    }

    fn change(&self, given: &Manifest, problems: &mut Problems, sim: &mut Simulation, out: &mut Output) -> Result<()> {
        let original = self.original(given)?;
        let key = &original.key;
        let live = sim.cluster().store().object(key).cloned();
        if original.value == given.value {
            return live.map_or(Ok(()), |live| self.tell(live, "skipped", out));
        }
        if given.kind != key.kind || key.name != *given.name {
            return Err(Failure::client("At least one of apiVersion, kind and name was changed"));
        }
        let changed = live
            .ok_or_else(|| Failure::from(ApiError::NotFound(key.kind, key.name.to_string())))
            .and_then(|live| patched(&live, &original.value, &given.value))
            .and_then(|object| Ok(apply::store_update(object, sim, out)?));
        match changed {
            Ok(object) => self.tell(object, "edited", out),
            Err(failure) => {
                problems.add(failure, key, out);
                Ok(())
            }
        }
    }

    fn create(&self, given: &Manifest, sim: &mut Simulation, out: &mut Output) -> Result<()> {
        let mut value = given.value.clone();
        if given.kind.is_namespaced() {
            manifests::put_namespace(&mut value, given.namespace.as_deref().unwrap_or(&self.namespace));
        }
        let object = decode::typed(given.kind, &value)
            .map_err(|(_, why)| Failure::Verbatim(format!("Error from server (BadRequest): {why}")))?;
        let created = sim.cluster_mut().create(object)?;
        apply::warn(&created, None, sim, out);
        self.tell(created, "created", out)
    }

    fn set_last_applied(&self, given: &Manifest, sim: &mut Simulation, out: &mut Output) -> Result<()> {
        let original = self.original(given)?;
        let Some(live) = sim.cluster().store().object(&original.key).cloned() else {
            return Err(ApiError::NotFound(original.key.kind, original.key.name.to_string()).into());
        };
        if original.value == given.value {
            return self.tell(live, "skipped", out);
        }
        let changed = apply::annotated(live, &given.value);
        let stored = sim.cluster_mut().update(changed)?;
        self.tell(stored, "edited", out)
    }
}

/// What was wrong with edited objects.
#[derive(Default)]
struct Problems {
    reasons: Vec<String>,
    is_gone: bool,
    is_retryable: bool,
}

impl Problems {
    /// Says what is wrong with one.
    fn add(&mut self, failure: Failure, key: &Key, out: &mut Output) {
        let named = named(key);
        match failure {
            Failure::Server { error: ApiError::Invalid(_, _, errors), .. } => {
                let mut reason = remark(&format!("{named} was not valid:"));
                errors.iter().for_each(|error| reason.push_str(&remark(&format!("* {}: {}", error.field, error.body))));
                self.reasons.push(reason);
                out.warn(format_args!("error: {named} is invalid\n"));
            }
            Failure::Server { error: ApiError::NotFound(..), .. } => {
                self.is_gone = true;
                out.warn(format_args!("error: {named} could not be found on the server\n"));
            }
            other => {
                self.is_retryable = true;
                let why = match other {
                    Failure::Server { error, .. } => error.message(),
                    other => other.to_string(),
                };
                out.warn(format_args!("error: {named} could not be patched: {why}\n"));
            }
        }
    }
}

/// `daemonsets.apps "fluentd"`.
fn named(key: &Key) -> String {
    format!("{} {:?}", key.kind.resource(), key.name)
}

/// Lines as remarks.
fn remark(text: &str) -> String {
    format!("# {}\n", text.trim_end().replace('\n', "\n# "))
}

/// What a text says, whatever remarks it makes.
fn content(text: &str) -> Value {
    match yaml::parse(text).as_deref() {
        Ok([one]) => one.clone(),
        _ => without_remarks(text).into(),
    }
}

fn without_remarks(text: &str) -> String {
    let is_remark = |line: &&str| line.trim_start().starts_with('#') && !line.trim_start().starts_with("#!");
    text.split_inclusive('\n').filter(|line| !is_remark(line)).collect()
}

/// The live object with what was edited in it; what was not may have changed meanwhile.
fn patched(live: &Object, original: &Value, edited: &Value) -> Result<Object> {
    let (last, new) = differing(original, edited);
    let kind: Kind = live.kind();
    let refused = |why: String| Failure::Verbatim(format!("The request is invalid: {why}"));
    let merged = patch::three_way(kind.schema(), &last, &new, &wire::value(live)).map_err(refused)?;
    let (object, unknown) = decode::read(Reader::Maps, kind, &merged);
    let why = match object {
        Ok(object) if unknown.is_empty() => return Ok(object),
        Ok(_) => decode::strict(&unknown),
        Err((_, why)) => why,
    };
    let patch = crate::api::validate::quoted(&patch::go_words(&new));
    Err(refused(format!("patch: Invalid value: {patch}: {why}")))
}

/// Two values without the fields that are alike in both.
fn differing(old: &Value, new: &Value) -> (Value, Value) {
    let (Value::Object(old), Value::Object(new)) = (old, new) else { return (old.clone(), new.clone()) };
    let (mut before, mut after) = (old.clone(), new.clone());
    for (name, value) in old {
        match new.get(name) {
            Some(other) if other == value => {
                before.remove(name);
                after.remove(name);
            }
            Some(other) => {
                let (inner_before, inner_after) = differing(value, other);
                before.insert(name.clone(), inner_before);
                after.insert(name.clone(), inner_after);
            }
            None => {}
        }
    }
    (Value::Object(before), Value::Object(after))
}
