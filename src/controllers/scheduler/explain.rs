//! What every plugin says of a pod and a node, with the values it compares: for those who ask why.

use super::case::{Case, Scene};
use super::nodes::{NodeInfo, Nodes};
use super::nominated::Nominated;
use super::plugins::{PLUGINS, with_nominated};
use super::{node_ports, node_resources, pod_affinity, topology_spread};
use crate::api::{Key, Pod, Resource};
use crate::cluster::Store;
use crate::controllers::pods::node_name;

/// What one plugin says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its name, as configurations of the scheduler spell it.
    pub plugin: &'static str,
    /// Why it refuses the node, in the scheduler's words; empty where it does not.
    pub reasons: Vec<String>,
    /// The values it compares, if it compares numbers.
    pub compared: Vec<Compared>,
}

/// Values that a plugin compares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compared {
    /// How many pods there are, and how many there may be.
    Pods(i64, i64),
    /// A resource: cpu in thousandths, all else in whole units.
    Amount {
        /// Its name.
        resource: String,
        /// What the pod asks for.
        wanted: i64,
        /// What the other pods there ask for.
        taken: i64,
        /// What the node has to give.
        total: i64,
    },
    /// A port of the node.
    Port {
        /// `TCP 8080`.
        port: String,
        /// Who has it.
        taken_by: Option<Key>,
    },
    /// Pods in the place that the node is in.
    Neighbours {
        /// Who wishes what of whom.
        wish: Wish,
        /// What makes a place: the label of nodes.
        key: String,
        /// The node's place, if it has that label.
        domain: Option<String>,
        /// How many pods there are.
        count: i64,
    },
    /// How evenly pods are spread.
    Spread {
        /// What makes a place: the label of nodes.
        key: String,
        /// The node's place, if it has that label.
        domain: Option<String>,
        /// How many pods there would be with this one.
        count: i64,
        /// How many there are in the place with the fewest.
        least: i64,
        /// How many more there may be.
        max_skew: i64,
    },
}

/// What is wished of neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// The pod wants them near.
    Near,
    /// The pod wants them far.
    Far,
    /// They want the pod far.
    OfOthers,
}

/// What every plugin says of a pod on these nodes, in their order; the pod itself does not count where it is there already.
/// Nothing for a node that is none.
pub fn findings(store: &Store, pod: &Pod, names: &[&str]) -> Vec<Option<Vec<Finding>>> {
    let (nodes, nominated) = (Nodes::of(store), Nominated::of(store));
    let scene = Scene { store, nodes: &nodes, nominated: &nominated };
    let case = Case::of(scene, pod);
    let of = |name: &&str| Some(ask(scene, case.as_ref()?, nodes.get(name)?));
    names.iter().map(of).collect()
}

fn ask(scene: Scene<'_>, case: &Case<'_>, info: &NodeInfo) -> Vec<Finding> {
    let (mut case, mut info) = (case.clone(), info.clone());
    if node_name(case.pod) == Some(info.name()) {
        let pod = case.pod;
        case.remove(&mut info, pod);
    }
    let crowded = with_nominated(scene, &case, &info);
    let (fuller, fuller_info) = crowded.as_ref().map_or((&case, &info), |(case, info)| (case, info));
    let finding = |plugin: &super::plugins::Plugin| {
        let rejection = (plugin.filter)(fuller, fuller_info).or_else(|| (plugin.filter)(&case, &info));
        Finding {
            plugin: plugin.name,
            reasons: rejection.map(|rejection| rejection.reasons).unwrap_or_default(),
            compared: compared(plugin.name, fuller, fuller_info),
        }
    };
    PLUGINS.iter().map(finding).collect()
}

fn compared(plugin: &str, case: &Case<'_>, info: &NodeInfo) -> Vec<Compared> {
    match plugin {
        "NodePorts" => node_ports::host_ports(case.spec.common())
            .map(|port| Compared::Port {
                port: format!("{} {}", port.protocol.as_deref().unwrap_or("TCP"), port.host_port.unwrap_or_default()),
                taken_by: info.pods.iter().find(|other| node_ports::takes(other, port)).map(|pod| pod.key()),
            })
            .collect(),
        "NodeResourcesFit" => {
            let pods = Compared::Pods(info.pods.len() as i64, info.allocatable.get("pods"));
            let amounts = node_resources::compared(case, info).map(|(name, wanted, taken, total)| Compared::Amount {
                resource: name.to_owned(),
                wanted,
                taken,
                total,
            });
            std::iter::once(pods).chain(amounts).collect()
        }
        "PodTopologySpread" => topology_spread::compared(case, info),
        "InterPodAffinity" => pod_affinity::compared(case, info),
        _ => vec![],
    }
}
