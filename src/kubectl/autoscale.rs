//! `kubectl autoscale` (upstream: `kubectl/pkg/cmd/autoscale/autoscale.go`).

use serde_json::Value;

use super::apply::{self, DryRun};
use super::args::Args;
use super::create::{list, object, text};
use super::error::{Failure, Result};
use super::print::{self, Format};
use super::resource::{self, Filter, WithoutNames};
use super::{Context, Outcome, Output};
use crate::api::quantity::Amount;
use crate::api::{Kind, Object, decode};

pub(crate) const FLAGS: &str = "f/filename= o/output= min= max= cpu= cpu-percent= memory= name= field-manager= k/kustomize= \
    template= dry-run=unchanged save-config record R/recursive show-managed-fields allow-missing-template-keys";

/// `kubectl autoscale`.
pub(crate) fn autoscale(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = Args::parse(words, FLAGS, "kubectl autoscale")?;
    let (least, most) = (args.number("min")?.unwrap_or(-1), args.number("max")?);
    let Some(most) = most else { return Err(Failure::client("required flag(s) \"max\" not set")) };
    if args.has("cpu-percent") {
        out.err(
            "Flag --cpu-percent has been deprecated, Use --cpu with percentage or resource quantity format (e.g., '70%' for \
             utilization or '500m' for milliCPU).\n",
        );
    }
    if most < 1 {
        return Err(Failure::refused(format_args!("--max=MAXPODS is required and must be at least 1, max: {most}")));
    }
    if most < least {
        return Err(Failure::refused(format_args!(
            "--max=MAXPODS must be larger or equal to --min=MINPODS, max: {most}, min: {least}"
        )));
    }
    let metrics = metrics(&args)?;
    let (dry_run, format) = (DryRun::of(&args)?, Format::of(&args, context.files)?);
    if args.words.is_empty() && !args.has("filename") {
        return Err(Failure::client(super::delete::NOTHING_NAMED));
    }
    let (request, failures) = resource::asked(&args.words, &args, WithoutNames::Refused, context)?;
    Failure::all(failures)?;
    let (objects, missing) = resource::fetch(context, &request, &Filter::of(&args, context)?)?;
    Failure::all(missing)?;
    for scaled in objects {
        let kind = scaled.kind();
        if !matches!(kind, Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet) {
            return Err(Failure::refused(format_args!(
                "cannot autoscale a {}: could not find scale subresource for {}, Resource={} in discovery information",
                kind.name(),
                [kind.group(), kind.version()].join("/"),
                kind.plural()
            )));
        }
        let mut value = scaler(&scaled, &args, [least, most], &metrics);
        // What only kubectl sees has no namespace unless one is asked for.
        if dry_run != DryRun::Client || args.is_filled("namespace") {
            value["metadata"]["namespace"] = scaled.namespace().into();
        }
        apply::record(&args, &mut value);
        if args.is_on("save-config") {
            value = apply::with_last_applied(value);
        }
        let kind = Kind::HorizontalPodAutoscaler;
        let (object, _) = decode::lenient(kind, &value).map_err(|(_, why)| Failure::client(&why))?;
        let created = match apply::create_one(object, "", "creating", dry_run, context, out) {
            // Upstream it then tries the older version, which has no metrics, and tells of that only.
            Err(Failure::Server { .. }) if metrics.is_empty() => {
                return Err(Failure::client(
                    "failed to create autoscaling/v2 HPA and the configuration is incompatible with autoscaling/v1: empty input",
                ));
            }
            Err(Failure::Server { error, .. }) => return Err(Failure::refused(format_args!("{}", error.message()))),
            created => created?,
        };
        context.sim.deliver();
        print::answer_alone(created, "autoscaled", &format, dry_run, out)?;
    }
    Ok(Outcome::Done(0))
}

fn scaler(scaled: &Object, args: &Args, [least, most]: [i64; 2], metrics: &[Value]) -> Value {
    let target = object(vec![
        ("apiVersion", scaled.kind().api_version().into()),
        ("kind", scaled.kind().name().into()),
        ("name", scaled.name().into()),
    ]);
    let spec = object(vec![
        ("maxReplicas", most.into()),
        ("metrics", list(metrics.to_vec())),
        ("minReplicas", if least > 0 { least.into() } else { Value::Null }),
        ("scaleTargetRef", target),
    ]);
    let name = args.get("name").filter(|name| !name.is_empty()).unwrap_or(scaled.name());
    object(vec![
        ("apiVersion", Kind::HorizontalPodAutoscaler.api_version().into()),
        ("kind", Kind::HorizontalPodAutoscaler.name().into()),
        ("metadata", object(vec![("name", text(name))])),
        ("spec", spec),
    ])
}

/// What the pods are measured by.
fn metrics(args: &Args) -> Result<Vec<Value>> {
    let mut metrics = vec![];
    let percent = args.number("cpu-percent")?.filter(|percent| *percent >= 0).map(|percent| format!("{percent}%"));
    let cpu = percent.as_deref().or(args.get("cpu"));
    for (name, amount) in [("cpu", cpu), ("memory", args.get("memory"))] {
        let Some(amount) = amount.filter(|amount| !amount.is_empty()) else { continue };
        let target = match amount.strip_suffix('%').map(str::parse::<i32>) {
            Some(Ok(percent)) => object(vec![("averageUtilization", percent.into()), ("type", "Utilization".into())]),
            Some(Err(_)) => {
                return Err(Failure::refused(format_args!("invalid {name} utilization: {amount}")));
            }
            None => {
                let amount: Amount = amount.parse().map_err(|why| Failure::refused(format_args!("{why}")))?;
                object(vec![("averageValue", amount.to_string().into()), ("type", "AverageValue".into())])
            }
        };
        let resource = object(vec![("name", name.into()), ("target", target)]);
        metrics.push(object(vec![("resource", resource), ("type", "Resource".into())]));
    }
    Ok(metrics)
}
