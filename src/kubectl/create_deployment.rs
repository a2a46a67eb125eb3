//! `kubectl create deployment` (upstream: `kubectl/pkg/cmd/create/create_deployment.go`).

use super::apply::{self, DryRun};
use super::args::Args;
use super::error::{Failure, Result};
use super::print::{self, Format};
use super::resource::namespace;
use super::{Context, Outcome, Output};
use crate::api::{
    Container, ContainerPort, Deployment, DeploymentSpec, LabelSelector, ObjectMeta, PodSpec, PodTemplateSpec, StringMap,
};

pub(super) const FLAGS: &str = "image= port= r/replicas= o/output= field-manager= template= dry-run=unchanged validate=strict \
    save-config show-managed-fields";

/// `kubectl create deployment`.
pub(crate) fn run(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let mut parts = words.splitn(2, |word| word == "--");
    let args = Args::parse(parts.next().unwrap_or_default(), FLAGS, "kubectl create deployment")?;
    let command = parts.next().filter(|command| !command.is_empty());
    let [name] = args.words.as_slice() else {
        let given = args.words.len();
        return Err(Failure::usage("create deployment", format_args!("exactly one NAME is required, got {given}")));
    };
    let images = args.all("image");
    if images.is_empty() {
        return Err(Failure::client("required flag(s) \"image\" not set"));
    }
    if images.len() > 1 && command.is_some() {
        return Err(Failure::client("cannot specify multiple --image options and command"));
    }
    let (dry_run, format) = (DryRun::of(&args)?, Format::of(&args)?);
    let number =
        |flag| -> Result<Option<i32>> { Ok(args.number(flag)?.map(|number| i32::try_from(number).unwrap_or(i32::MAX))) };
    let mut containers = vec![];
    for image in images {
        let container = Container {
            name: container_name(&image, context),
            image: Some(image),
            command: command.map(<[String]>::to_vec),
            resources: Some(Default::default()),
            ..Container::default()
        };
        containers.push(container);
    }
    if let Some(port) = number("port")?.filter(|port| *port >= 0) {
        containers[0].ports = Some(vec![ContainerPort { container_port: port, ..ContainerPort::default() }]);
    }
    let labels: StringMap = [("app".to_owned(), name.clone())].into();
    let template = PodTemplateSpec {
        metadata: Some(ObjectMeta { labels: Some(labels.clone()), ..ObjectMeta::default() }),
        spec: Some(PodSpec { containers, ..PodSpec::default() }),
    };
    let spec = DeploymentSpec {
        replicas: Some(number("replicas")?.unwrap_or(1)),
        selector: LabelSelector { match_labels: Some(labels.clone()), match_expressions: None },
        strategy: Some(Default::default()),
        template,
        ..DeploymentSpec::default()
    };
    let metadata = ObjectMeta {
        name: Some(name.clone()),
        namespace: Some(namespace(&args, context)),
        labels: Some(labels),
        ..ObjectMeta::default()
    };
    let deployment = Deployment { metadata, spec: Some(spec), status: Some(Default::default()) };
    let created = match apply::create_one(deployment.into(), "", "creating", dry_run, context, out) {
        Err(Failure::Server { error, .. }) => {
            return Err(Failure::refused(format_args!("failed to create deployment: {error}")));
        }
        created => created?,
    };
    context.sim.deliver();
    print::answer(created, "created", &format, dry_run, out)?;
    Ok(Outcome::Done(0))
}

/// An image's name without its repository and tag; with something random where it is no name of a container as it stands.
fn container_name(image: &str, context: &mut Context<'_>) -> String {
    let name = image.rsplit('/').next().unwrap_or_default();
    let name = name.split([':', '@']).next().unwrap_or_default();
    if !name.contains(['_', '.']) {
        return name.to_owned();
    }
    let suffix = context.sim.cluster_mut().rng().suffix(5);
    format!("{}-{suffix}", name.replace(['_', '.'], "-"))
}
