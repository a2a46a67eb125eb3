//! `kubectl create job` and `kubectl create cronjob`.

use serde_json::Value;

use super::{Given, Maker, flags, list, object, text, texts};
use crate::api::Kind;
use crate::kubectl::Context;
use crate::kubectl::error::{Failure, Result};
use crate::kubectl::resource::{self, Filter, WithoutNames};

pub(super) const JOB: Maker = Maker {
    names: "job",
    flags: flags!("image= from="),
    required: &[],
    kind: Kind::Job,
    failing: "job:",
    make: |given, context, _| job(given, context),
};

pub(super) const CRON_JOB: Maker = Maker {
    names: "cronjob, cj",
    flags: flags!("image= schedule= restart="),
    required: &["image", "schedule"],
    kind: Kind::CronJob,
    failing: "cronjob:",
    make: |given, _, _| {
        let restart = given.args.get("restart").filter(|restart| !restart.is_empty()).unwrap_or("OnFailure");
        let template = object(vec![("metadata", object(vec![("name", given.name.into())])), ("spec", spec(given, restart))]);
        let spec = object(vec![("schedule", given.text("schedule").into()), ("jobTemplate", template)]);
        Ok(object(vec![("spec", spec)]))
    },
};

fn job(given: &Given<'_>, context: &Context<'_>) -> Result<Value> {
    let (image, from) = (given.text("image"), given.text("from"));
    if image.is_empty() == from.is_empty() {
        return Err(Failure::client("either --image or --from must be specified"));
    }
    if from.is_empty() {
        return Ok(object(vec![("spec", spec(given, "Never"))]));
    }
    if !given.command.is_empty() {
        return Err(Failure::client("cannot specify --from and command"));
    }
    let request = resource::request(&[from.to_owned()], given.args, WithoutNames::Refused, context)?;
    let (objects, missing) = resource::fetch(context, &request, &Filter::of(given.args, context)?)?;
    Failure::all(missing)?;
    let [cron_job] = objects.as_slice() else { return Err(Failure::client("from must be an existing cronjob")) };
    if cron_job.kind() != Kind::CronJob {
        let kind = cron_job.kind();
        let package = kind.api_version().replace('/', "");
        let package =
            if kind.group().is_empty() { "v1".to_owned() } else { package.trim_start_matches(kind.group()).to_owned() };
        return Err(Failure::refused(format_args!("unknown object type *{package}.{}", kind.name())));
    }
    let value = cron_job.to_value();
    let template = &value["spec"]["jobTemplate"];
    let mut annotations = template["metadata"]["annotations"].clone();
    if !annotations.is_object() {
        annotations = object(vec![]);
    }
    let mark = &mut annotations["cronjob.kubernetes.io/instantiate"];
    if mark.is_null() {
        *mark = "manual".into();
    }
    let owner = object(vec![
        ("apiVersion", Kind::CronJob.api_version().into()),
        ("controller", true.into()),
        ("kind", Kind::CronJob.name().into()),
        ("name", cron_job.name().into()),
        ("uid", text(cron_job.meta().uid.as_deref().unwrap_or_default())),
    ]);
    let metadata = object(vec![
        ("annotations", annotations),
        ("labels", template["metadata"]["labels"].clone()),
        ("ownerReferences", list(vec![owner])),
    ]);
    Ok(object(vec![("metadata", metadata), ("spec", template["spec"].clone())]))
}

/// The spec of a job with one container.
fn spec(given: &Given<'_>, restart: &str) -> Value {
    let container =
        object(vec![("command", texts(given.command)), ("image", given.text("image").into()), ("name", given.name.into())]);
    let pod = object(vec![("containers", list(vec![container])), ("restartPolicy", restart.into())]);
    object(vec![("template", object(vec![("metadata", object(vec![])), ("spec", pod)]))])
}
