//! `kubectl set subject` (upstream: `kubectl/pkg/cmd/set/set_subject.go`).

use std::rc::Rc;

use serde_json::Value;

use crate::api::{Kind, Object};
use crate::kubectl::apply::{self, DryRun};
use crate::kubectl::create::subjects;
use crate::kubectl::error::{Failure, Result};
use crate::kubectl::print::{self, Format};
use crate::kubectl::{Context, Outcome, Output};

/// `kubectl set subject`: adds to whom a role is bound.
pub(super) fn set(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = super::parse(words, "subject")?;
    let (dry_run, format) = (DryRun::of(&args)?, Format::of(&args, context.files)?);
    let objects = super::objects(&args.words, &args, context)?;
    super::refuse_together(&args)?;
    let new = subjects(&args)?;
    if new.is_empty() {
        return Err(Failure::client("you must specify at least one value of user, group or serviceaccount"));
    }
    let mut failures = vec![];
    for object in objects {
        let kind = object.kind();
        let stored = match &object {
            Object::Stored(stored) if matches!(kind, Kind::RoleBinding | Kind::ClusterRoleBinding) => stored,
            _ => {
                let why = "setting subjects is only supported for RoleBinding/ClusterRoleBinding";
                failures.push(super::refused(&object, why));
                continue;
            }
        };
        let mut changed = Rc::clone(stored);
        let fields = &mut Rc::make_mut(&mut changed).fields;
        let known = fields.entry("subjects").or_insert_with(|| Value::Array(vec![]));
        let before = known.as_array().map_or(0, Vec::len);
        if let Some(known) = known.as_array_mut() {
            for subject in &new {
                if !known.contains(subject) {
                    known.push(subject.clone());
                }
            }
        }
        if known.as_array().map_or(0, Vec::len) == before {
            continue;
        }
        let is_local = args.is_on("local");
        let changed = Object::Stored(changed);
        let stored = apply::update(changed, if is_local { DryRun::Client } else { dry_run }, context, out)?;
        context.sim.deliver();
        print::answer(stored, "subjects updated", &format, if is_local { DryRun::No } else { dry_run }, out)?;
    }
    Failure::all(failures)?;
    Ok(Outcome::Done(0))
}
