//! `kubectl set selector` (upstream: `kubectl/pkg/cmd/set/set_selector.go`).

use std::rc::Rc;

use crate::api::selector::Selector;
use crate::api::{Kind, Object, wire};
use crate::kubectl::apply::{self, DryRun};
use crate::kubectl::error::{Failure, Result};
use crate::kubectl::print::{self, Format};
use crate::kubectl::{Context, Outcome, Output};

/// `kubectl set selector`: the words, then the selector.
pub(super) fn set(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let mut args = super::parse(words, "selector")?;
    let (dry_run, format) = (DryRun::of(&args)?, Format::of(&args, context.files)?);
    // The last word is the selector, whatever it looks like.
    let given = args.words.pop().ok_or_else(|| Failure::client("one selector is required"))?;
    let selector = Selector::parse(&given).map_err(|why| Failure::client(&why))?;
    let selector = selector.to_label_selector().map_err(|why| Failure::client(&why))?;
    let expressions = selector.match_expressions.iter().flatten();
    let shown: Vec<String> = expressions
        .map(|it| format!("{{{} {} [{}]}}", it.key, it.operator, it.values.clone().unwrap_or_default().join(" ")))
        .collect();
    for object in super::objects(&args.words, &args, context)? {
        let Object::Stored(stored) = &object else { return Err(not_a_service()) };
        if object.kind() != Kind::Service {
            return Err(not_a_service());
        }
        if !shown.is_empty() {
            return Err(Failure::refused(format_args!(
                "match expression [{}] not supported on this object",
                shown.join(" ")
            )));
        }
        let mut changed = Rc::clone(stored);
        let it = Rc::make_mut(&mut changed);
        if let Some(spec) = it.fields.get_mut("spec") {
            spec["selector"] = wire::to_value(&selector.match_labels.clone().unwrap_or_default());
        }
        if let Some(version) = args.get("resource-version").filter(|version| !version.is_empty()) {
            it.metadata.resource_version = Some(version.to_owned());
        }
        let mut changed = Object::Stored(changed);
        apply::record_on(&args, &mut changed);
        let is_local = args.is_on("local");
        let stored = apply::update(changed, if is_local { DryRun::Client } else { dry_run }, context, out)?;
        context.sim.deliver();
        print::answer(stored, "selector updated", &format, if is_local { DryRun::No } else { dry_run }, out)?;
    }
    Ok(Outcome::Done(0))
}

fn not_a_service() -> Failure {
    Failure::client("setting a selector is only supported for Services")
}
