//! `kubectl create deployment`.

use serde_json::Value;

use super::{Given, Maker, flags, list, object, texts};
use crate::api::Kind;
use crate::kubectl::Context;
use crate::kubectl::error::{Failure, Result};

pub(super) const DEPLOYMENT: Maker = Maker {
    names: "deployment, deploy",
    flags: flags!("image= port= r/replicas="),
    required: &["image"],
    kind: Kind::Deployment,
    failing: "deployment:",
    make: |given, context, _| deployment(given, context),
};

fn deployment(given: &Given<'_>, context: &mut Context<'_>) -> Result<Value> {
    let images = given.args.all("image");
    if images.len() > 1 && !given.command.is_empty() {
        return Err(Failure::client("cannot specify multiple --image options and command"));
    }
    let mut containers = vec![];
    let port = given.args.number("port")?.filter(|port| *port >= 0);
    for image in images {
        let ports = port.filter(|_| containers.is_empty()).map(|port| object(vec![("containerPort", port.into())]));
        containers.push(object(vec![
            ("command", texts(given.command)),
            ("name", container_name(&image, context).into()),
            ("image", image.into()),
            ("ports", list(ports.into_iter().collect())),
        ]));
    }
    let labels = || object(vec![("app", given.name.into())]);
    let metadata = || object(vec![("labels", labels())]);
    let spec = object(vec![
        ("replicas", given.args.number("replicas")?.unwrap_or(1).into()),
        ("selector", object(vec![("matchLabels", labels())])),
        ("template", object(vec![("metadata", metadata()), ("spec", object(vec![("containers", list(containers))]))])),
    ]);
    Ok(object(vec![("metadata", metadata()), ("spec", spec)]))
}

/// An image's name without its repository and tag; with something random where it is no name of a container as it stands.
fn container_name(image: &str, context: &mut Context<'_>) -> String {
    let name = image.rsplit('/').next().unwrap_or_default();
    let name = name.split([':', '@']).next().unwrap_or_default();
    if !name.contains(['_', '.']) {
        return name.to_owned();
    }
    let base = name.replace(['_', '.'], "-") + "-";
    context.sim.cluster_mut().rng().named(&base, 5)
}
