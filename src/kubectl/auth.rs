//! `kubectl auth`: everything is allowed to the one user there is, an administrator (upstream: `kubectl/pkg/cmd/auth`).

use serde_json::json;

use super::args::Args;
use super::error::{Failure, Result};
use super::print::{self, Format};
use super::table::TabWriter;
use super::{Context, Outcome, Output, help, misc};
use crate::api::Kind;
use crate::api::date::Date;

pub(super) const CAN_I: &str = "A/all-namespaces list no-headers q/quiet subresource=";
pub(super) const WHOAMI: &str = "o/output= template= show-managed-fields allow-missing-template-keys";

/// What may be done to resources.
const VERBS: &str =
    "get list watch create update patch delete deletecollection use bind impersonate * approve sign escalate attest";

/// What an administrator may do, as `--list` shows it: resources, URLs, verbs.
const RULES: &str = "*.*\t[]\t[]\t[*]
\t[*]\t[]\t[*]
selfsubjectreviews.authentication.k8s.io\t[]\t[]\t[create]
selfsubjectaccessreviews.authorization.k8s.io\t[]\t[]\t[create]
selfsubjectrulesreviews.authorization.k8s.io\t[]\t[]\t[create]
\t[/api/*]\t[]\t[get]
\t[/api]\t[]\t[get]
\t[/apis/*]\t[]\t[get]
\t[/apis]\t[]\t[get]
\t[/healthz]\t[]\t[get]
\t[/healthz]\t[]\t[get]
\t[/livez]\t[]\t[get]
\t[/livez]\t[]\t[get]
\t[/openapi/*]\t[]\t[get]
\t[/openapi]\t[]\t[get]
\t[/readyz]\t[]\t[get]
\t[/readyz]\t[]\t[get]
\t[/version/]\t[]\t[get]
\t[/version/]\t[]\t[get]
\t[/version]\t[]\t[get]
\t[/version]\t[]\t[get]
";

/// `kubectl auth can-i`, `kubectl auth whoami`.
pub(crate) fn auth(words: &[String], context: &Context<'_>, out: &mut Output) -> Result<Outcome> {
    match words.split_first() {
        Some((word, rest)) if word == "can-i" => can_i(rest, context, out),
        Some((word, rest)) if word == "whoami" => {
            let args = Args::parse(rest, WHOAMI, "kubectl auth whoami")?;
            match Format::of(&args, context.files)? {
                Format::Table | Format::Wide => out.out(&TabWriter::table().format(
                    "ATTRIBUTE\tVALUE\nUsername\tkubernetes-admin\nGroups\t[kubeadm:cluster-admins system:authenticated]\n",
                )),
                Format::Name => out.out("selfsubjectreview.authentication.k8s.io/<unknown>\n"),
                format => {
                    let made = Date::of(context.sim.cluster().now()).rfc3339() + "Z";
                    let user = json!({
                        "groups": ["kubeadm:cluster-admins", "system:authenticated"],
                        "username": "kubernetes-admin",
                    });
                    let review = json!({
                        "apiVersion": "authentication.k8s.io/v1",
                        "kind": "SelfSubjectReview",
                        "metadata": {"creationTimestamp": made},
                        "status": {"userInfo": user},
                    });
                    print::value(&review, &format, out)?;
                }
            }
            Ok(Outcome::Done(0))
        }
        Some((word, _)) if word == "reconcile" => {
            Err(Failure::client("the playground does not simulate kubectl auth reconcile"))
        }
        Some(_) => Err(misc::no_subcommand("auth", words)),
        None => Ok(help::wanted("auth", out)),
    }
}

fn can_i(words: &[String], context: &Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = Args::parse(words, CAN_I, "kubectl auth can-i")?;
    if args.is_on("list") {
        let heads = if args.is_on("no-headers") { "" } else { "Resources\tNon-Resource URLs\tResource Names\tVerbs\n" };
        out.out(&TabWriter::table().format(&format!("{heads}{RULES}")));
        return Ok(Outcome::Done(0));
    }
    let [verb, resource] = args.words.as_slice() else {
        return Err(Failure::Verbatim(
            "error: you must specify two arguments: verb resource or verb resource/resourceName.\n\
             See 'kubectl auth can-i -h' for help and examples."
                .to_owned(),
        ));
    };
    let resource = resource.split('/').next().unwrap_or_default();
    let is_url = args.words[1].starts_with('/');
    if resource != "*" && !is_url {
        match Kind::named(resource, &context.sim.cluster().custom_kinds()) {
            None => out.warn(format_args!("Warning: the server doesn't have a resource type '{resource}'\n\n")),
            Some(kind) if !kind.is_namespaced() && !args.is_on("all-namespaces") => {
                let plural = kind.plural();
                let group = if kind.group().is_empty() { String::new() } else { format!(" in group '{}'", kind.group()) };
                out.warn(format_args!("Warning: resource '{plural}' is not namespace scoped{group}\n\n"));
            }
            Some(_) => {}
        }
    }
    let known = if is_url { "get put post head options delete patch *" } else { VERBS };
    if (is_url || !args.is_on("all-namespaces")) && !super::is_one_of(known, verb) {
        out.warn(format_args!("Warning: verb '{verb}' is not a known verb\n\n"));
    }
    out.out(if args.is_on("quiet") { "" } else { "yes\n" });
    Ok(Outcome::Done(0))
}
