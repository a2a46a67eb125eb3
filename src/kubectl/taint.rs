//! `kubectl taint`.

use std::rc::Rc;

use super::apply::DryRun;
use super::args::Args;
use super::error::{Failure, Result};
use super::print::{self, Format};
use super::resource::{self, Filter, Request};
use super::{Context, Outcome, Output};
use crate::api::{Kind, Node, Object, Resource, Taint, validate::names};

pub(super) const FLAGS: &str = "l/selector= o/output= field-manager= template= all overwrite validate=strict dry-run=unchanged \
    show-managed-fields allow-missing-template-keys";

/// `kubectl taint`.
pub(crate) fn taint(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = Args::parse(words, FLAGS, "kubectl taint")?;
    let dry_run = DryRun::of(&args)?;
    let is_taint = |word: &String| word.contains(['=', ':']) || word.ends_with('-');
    let first = args.words.iter().position(is_taint).unwrap_or(args.words.len());
    let (resources, specs) = args.words.split_at(first);
    if let Some(late) = specs.iter().find(|word| !is_taint(word)) {
        return Err(Failure::refused(format_args!("all resources must be specified before taint changes: {late}")));
    }
    let Some((resource, node_names)) = resources.split_first() else {
        return Err(Failure::client("one or more resources must be specified as <resource> <name>"));
    };
    if specs.is_empty() {
        return Err(Failure::client("at least one taint update is required"));
    }
    let (add, remove) = parse(specs).map_err(|message| Failure::usage("taint", format_args!("{message}")))?;
    if resource.contains(',') {
        return Err(Failure::client("unrecognized character in action: U+002C ','"));
    }
    let kind = resource::kind(resource, &context.sim.cluster().custom_kinds());
    // It is one resource that is asked for, as it stands there: no type with a name.
    let kind = kind.map_err(|_| Failure::Verbatim(format!("the server doesn't have a resource type {resource:?}")))?;
    if kind != Kind::Node {
        return Err(Failure::refused(format_args!("invalid resource type {resource}, only node types are supported")));
    }
    let both = |taint: &&Taint| {
        add.iter().any(|other| other.key == taint.key && (taint.effect.is_empty() || taint.effect == other.effect))
    };
    let conflicts: Vec<String> = remove.iter().filter(both).map(|taint| format!("{}={}", taint.key, taint.effect)).collect();
    if !conflicts.is_empty() {
        let conflicts = conflicts.join(", ");
        return Err(Failure::refused(format_args!(
            "can not both modify and remove the following taint(s) in the same command: {conflicts}"
        )));
    }
    let selects = args.is_filled("selector");
    if args.is_on("all") && selects {
        return Err(Failure::client("setting 'all' parameter with a non empty selector is prohibited"));
    }
    if !args.is_on("all") && !selects && node_names.is_empty() {
        return Err(Failure::client("at least one resource name must be specified since 'all' parameter is not set"));
    }
    let request = if args.is_on("all") || selects {
        Request::Kinds(vec![Kind::Node])
    } else {
        Request::Names(node_names.iter().map(|name| (Kind::Node, name.clone())).collect())
    };
    let (nodes, mut failures) = resource::fetch(context, &request, &Filter::of(&args, context)?)?;
    for object in nodes {
        let Some(node) = Node::of(&object) else { continue };
        match change(node, &add, &remove, args.is_on("overwrite")) {
            Err(failure) => failures.push(failure),
            Ok((taints, operation)) => {
                let mut changed = Rc::clone(node);
                Rc::make_mut(&mut changed).spec.get_or_insert_default().taints = (!taints.is_empty()).then_some(taints);
                let mut shown = Object::from(changed);
                if dry_run == DryRun::No {
                    match context.sim.cluster_mut().update(shown) {
                        Ok(stored) => shown = stored,
                        Err(error) => {
                            failures.push(error.into());
                            continue;
                        }
                    }
                    context.sim.deliver();
                }
                // Upstream this verb does not say that it did nothing.
                print::answer_alone(shown, operation, &Format::of(&args, context.files)?, DryRun::No, out)?;
            }
        }
    }
    Failure::all(failures)?;
    Ok(Outcome::Done(0))
}

/// The taints to add and those to remove, which may lack an effect.
fn parse(specs: &[String]) -> std::result::Result<(Vec<Taint>, Vec<Taint>), String> {
    let (mut add, mut remove): (Vec<Taint>, Vec<Taint>) = (vec![], vec![]);
    for spec in specs {
        if let Some(spec) = spec.strip_suffix('-') {
            remove.push(Taint { value: None, ..one(spec)? });
            continue;
        }
        let taint = one(spec)?;
        if taint.effect.is_empty() {
            return Err(format!("invalid taint spec: {spec}"));
        }
        if add.iter().any(|other| other.key == taint.key && other.effect == taint.effect) {
            return Err(format!(
                "duplicated taints with the same key and effect: {{{} {} {} <nil>}}",
                taint.key,
                taint.value.unwrap_or_default(),
                taint.effect
            ));
        }
        add.push(taint);
    }
    Ok((add, remove))
}

/// A taint as people write it: `key=value:Effect`, `key:Effect`, `key`.
pub(crate) fn one(spec: &str) -> std::result::Result<Taint, String> {
    let invalid = || format!("invalid taint spec: {spec}");
    let parts: Vec<&str> = spec.split(':').collect();
    let (key, value, effect) = match parts.as_slice() {
        [key] => (*key, None, ""),
        [pair, effect] => {
            if !["NoSchedule", "PreferNoSchedule", "NoExecute"].contains(effect) {
                return Err(format!("invalid taint effect: {effect}, unsupported taint effect"));
            }
            match pair.split('=').collect::<Vec<_>>().as_slice() {
                [key] => (*key, None, *effect),
                [key, value] => (*key, Some(*value), *effect),
                _ => return Err(invalid()),
            }
        }
        _ => return Err(invalid()),
    };
    let wrong = value.map(names::label_value).unwrap_or_default();
    let wrong = if wrong.is_empty() { names::label_key(key) } else { wrong };
    if !wrong.is_empty() {
        return Err(format!("{}, {}", invalid(), wrong.join("; ")));
    }
    Ok(Taint {
        key: key.to_owned(),
        value: value.filter(|value| !value.is_empty()).map(str::to_owned),
        effect: effect.to_owned(),
        time_added: None,
    })
}

/// A taint as messages name it: `key=value:Effect` with what there is.
fn named(taint: &Taint) -> String {
    match (taint.effect.as_str(), taint.value.as_deref()) {
        ("", _) => taint.key.clone(),
        (effect, None | Some("")) => format!("{}:{effect}", taint.key),
        (effect, Some(value)) => format!("{}={value}:{effect}", taint.key),
    }
}

fn change(node: &Node, add: &[Taint], remove: &[Taint], overwrite: bool) -> Result<(Vec<Taint>, &'static str)> {
    let old = node.spec.as_ref().and_then(|spec| spec.taints.clone()).unwrap_or_default();
    let same = |a: &Taint, b: &Taint| a.key == b.key && a.effect == b.effect;
    if !overwrite {
        let exists: Vec<&str> =
            add.iter().filter(|a| old.iter().any(|b| same(a, b))).map(|taint| taint.key.as_str()).collect();
        if !exists.is_empty() {
            return Err(Failure::refused(format_args!(
                "node {} already has {} taint(s) with same effect(s) and --overwrite is false",
                node.name(),
                exists.join(",")
            )));
        }
    }
    let mut taints = add.to_vec();
    taints.extend(old.iter().filter(|old| !add.iter().any(|new| same(new, old))).cloned());
    let added = taints.len() != old.len();
    let (mut removed, mut failures) = (false, vec![]);
    for gone in remove {
        let before = taints.len();
        taints.retain(|taint| taint.key != gone.key || (!gone.effect.is_empty() && taint.effect != gone.effect));
        removed = taints.len() != before;
        if !removed {
            failures.push(Failure::refused(format_args!("taint {:?} not found", named(gone))));
        }
    }
    Failure::all(failures)?;
    let operation = if (added && removed) || overwrite {
        "modified"
    } else if added {
        "tainted"
    } else {
        "untainted"
    };
    Ok((taints, operation))
}
