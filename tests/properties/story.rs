//! Random stories: nodes, a DaemonSet, and what happens to them. Each is a scenario file.

use std::fmt;

use proptest::collection::vec;
use proptest::prelude::*;

/// How many machines there may be: n0, n1 …
const NODES: u8 = 7;
/// Images by how they behave; the first ones are well.
const IMAGES: [&str; 9] = ["x:1", "x:2", "x:3", "x:slow", "x:stubborn", "x:bad", "x:crash", "x:notready", "x:completes"];
/// What nodes may have.
const LABELS: [&str; 3] = ["disk=ssd", "disk=hdd", "gen=4"];
const SUPPLIES: [&str; 4] = ["memory", "disk", "pid", "network"];
const TAINTS: [&str; 3] = ["k=v:NoSchedule", "k=v:NoExecute", "other:PreferNoSchedule"];
/// What a template may say about nodes.
const PLACES: [&str; 6] = [
    "",
    "nodeSelector: {disk: ssd}",
    "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: disk, \
     operator: NotIn, values: [hdd]}]}]}}}",
    "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: gen, \
     operator: Gt, values: ['3']}]}, {matchExpressions: [{key: disk, operator: DoesNotExist}]}]}}}",
    "nodeSelector: {disk: ssd, gen: '4'}",
    "nodeName: n1",
];
const TOLERATIONS: [&str; 4] = [
    "[]",
    "[{operator: Exists}]",
    "[{key: k, operator: Exists}]",
    "[{key: k, value: v, effect: NoSchedule}, {key: k, operator: Exists, effect: NoExecute, tolerationSeconds: 5}]",
];
const STRATEGIES: [&str; 9] = [
    "{rollingUpdate: {maxUnavailable: 1}}",
    "{rollingUpdate: {maxUnavailable: 2}}",
    "{rollingUpdate: {maxUnavailable: 50%}}",
    "{rollingUpdate: {maxUnavailable: 100%}}",
    "{rollingUpdate: {maxUnavailable: 0, maxSurge: 1}}",
    "{rollingUpdate: {maxUnavailable: 0, maxSurge: 2}}",
    "{rollingUpdate: {maxUnavailable: 0, maxSurge: 50%}}",
    "{rollingUpdate: {maxUnavailable: 0, maxSurge: 100%}}",
    "{type: OnDelete}",
];

/// A story.
#[derive(Clone)]
pub(crate) struct Story {
    nodes: Vec<Node>,
    acts: Vec<(u16, Act)>,
}

/// A machine with its labels and its taint.
#[derive(Clone, Debug)]
struct Node {
    labels: Vec<usize>,
    taint: Option<usize>,
}

/// A DaemonSet: places in the lists above.
#[derive(Clone, Copy, Debug)]
struct Manifest {
    image: usize,
    place: usize,
    tolerations: usize,
    strategy: usize,
    min_ready: u8,
}

/// What happens.
#[derive(Clone, Debug)]
enum Act {
    Apply(Manifest),
    SetImage(usize),
    Label(u8, usize),
    Unlabel(u8, usize),
    Taint(u8, usize),
    Untaint(u8, usize),
    Cordon(u8),
    Uncordon(u8),
    Add(u8, Node),
    /// remove, notready, silent, ready
    Machine(&'static str, u8),
    Pressure(u8, usize),
    Relief(u8, usize),
    DeletePods(u8),
    ForceDeletePods(u8),
    Undo,
    Restart,
    Orphan,
    Delete,
}

/// Any story of a moderate length.
pub(crate) fn stories() -> impl Strategy<Value = Story> {
    let steps = vec((0..120u16, act()), 1..14);
    (vec(node(), 1..=NODES as usize), manifest(), steps).prop_map(|(nodes, first, mut acts)| {
        acts.insert(0, (0, Act::Apply(first)));
        Story { nodes, acts }
    })
}

fn node() -> impl Strategy<Value = Node> {
    let taint = prop_oneof![5 => Just(None), 2 => (0..TAINTS.len()).prop_map(Some)];
    (vec(0..LABELS.len(), 0..3), taint).prop_map(|(labels, taint)| Node { labels, taint })
}

fn manifest() -> impl Strategy<Value = Manifest> {
    let min_ready = prop_oneof![3 => Just(0), 1 => Just(3), 1 => Just(12)];
    (image(), 0..PLACES.len(), 0..TOLERATIONS.len(), 0..STRATEGIES.len(), min_ready).prop_map(
        |(image, place, tolerations, strategy, min_ready)| Manifest { image, place, tolerations, strategy, min_ready },
    )
}

fn image() -> impl Strategy<Value = usize> {
    prop_oneof![3 => 0..3usize, 2 => 3..IMAGES.len()]
}

fn act() -> impl Strategy<Value = Act> {
    let any_node = 0..NODES;
    let about = |make: fn(u8, usize) -> Act, most: usize| (0..NODES, 0..most).prop_map(move |(node, what)| make(node, what));
    let machine = prop_oneof![Just("remove"), Just("notready"), Just("silent"), Just("ready")];
    prop_oneof![
        3 => manifest().prop_map(Act::Apply),
        4 => image().prop_map(Act::SetImage),
        2 => about(Act::Label, LABELS.len()),
        1 => about(Act::Unlabel, LABELS.len()),
        2 => about(Act::Taint, TAINTS.len()),
        2 => about(Act::Untaint, TAINTS.len()),
        1 => any_node.clone().prop_map(Act::Cordon),
        1 => any_node.clone().prop_map(Act::Uncordon),
        2 => (any_node.clone(), node()).prop_map(|(name, node)| Act::Add(name, node)),
        4 => (machine, any_node.clone()).prop_map(|(what, node)| Act::Machine(what, node)),
        2 => about(Act::Pressure, SUPPLIES.len()),
        1 => about(Act::Relief, SUPPLIES.len()),
        2 => any_node.clone().prop_map(Act::DeletePods),
        1 => any_node.prop_map(Act::ForceDeletePods),
        1 => Just(Act::Undo),
        1 => Just(Act::Restart),
        1 => Just(Act::Orphan),
        1 => Just(Act::Delete),
    ]
}

impl Story {
    /// Steps after which nothing is in the way of the DaemonSet any more.
    pub(crate) fn healing(&self) -> String {
        let mut text = "steps:\n".to_owned();
        for node in 0..NODES {
            text += &format!("- node: {{ready: n{node}}}\n");
            for supply in SUPPLIES {
                text += &format!("- node: {{relief: n{node}, resource: {supply}}}\n");
            }
        }
        // What was asked for last, but well.
        let last =
            self.acts.iter().rev().find_map(|(_, act)| if let Act::Apply(manifest) = act { Some(*manifest) } else { None });
        let mut last = last.unwrap_or(Manifest { image: 0, place: 0, tolerations: 0, strategy: 0, min_ready: 0 });
        if TOLERATIONS[last.tolerations].contains("tolerationSeconds") {
            // A patience that ends has pods come and go for ever.
            last.tolerations = 2;
        }
        // A deletion that has begun comes to its end first.
        text += "- wait: 100\n";
        // A surge beside a kubelet that takes nobody leaves many failed pods behind, whose back-offs take hours.
        text += "- run: kubectl delete pods --field-selector status.phase=Failed --wait=false\n";
        text += &apply(&last, "x:last");
        // An adopted pod counts as new where its template's number happens to be that of the new owner (`IsPodUpdated`), however
        // broken it is; and nobody replaces pods that wait for a hand.
        let was_orphaned = self.acts.iter().any(|(_, act)| matches!(act, Act::Orphan));
        if was_orphaned || STRATEGIES[last.strategy].contains("OnDelete") {
            text += "- wait: 5\n- run: kubectl delete pods --all --wait=false\n";
        }
        text
    }

    /// Steps that delete everything.
    pub(crate) fn ending(&self) -> String {
        "steps:\n- run: kubectl delete ds --all --wait=false\n".to_owned()
    }
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cluster: {nodeMonitorGrace: 20s}\nimages: [{match: 'x:slow', startSeconds: 7}]\nnodes:\n")?;
        for (name, node) in self.nodes.iter().enumerate() {
            writeln!(f, "- {}", definition(name, node))?;
        }
        f.write_str("steps:\n")?;
        for (tenths, act) in &self.acts {
            if *tenths > 0 {
                writeln!(f, "- wait: {}.{}", tenths / 10, tenths % 10)?;
            }
            f.write_str(&steps(act))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{self}# then, all being well again:\n{}", self.healing())
    }
}

fn definition(name: impl fmt::Display, node: &Node) -> String {
    let labels: std::collections::BTreeMap<&str, &str> =
        node.labels.iter().filter_map(|&label| LABELS[label].split_once('=')).collect();
    let labels: Vec<String> = labels.iter().map(|(key, value)| format!("{key}: '{value}'")).collect();
    let taint = node.taint.map_or_else(String::new, |taint| format!("'{}'", TAINTS[taint]));
    format!("{{name: n{name}, labels: {{{}}}, taints: [{taint}]}}", labels.join(", "))
}

fn steps(act: &Act) -> String {
    let run = |command: String| format!("- run: {command}\n");
    match act {
        Act::Apply(manifest) => apply(manifest, IMAGES[manifest.image]),
        Act::SetImage(image) => run(format!("kubectl set image ds/d c={}", IMAGES[*image])),
        Act::Label(node, label) => run(format!("kubectl label --overwrite node n{node} {}", LABELS[*label])),
        Act::Unlabel(node, label) => {
            run(format!("kubectl label node n{node} {}-", LABELS[*label].split_once('=').map_or("", |(key, _)| key)))
        }
        Act::Taint(node, taint) => run(format!("kubectl taint --overwrite node n{node} {}", TAINTS[*taint])),
        Act::Untaint(node, taint) => run(format!("kubectl taint node n{node} {}-", TAINTS[*taint])),
        Act::Cordon(node) => run(format!("kubectl cordon n{node}")),
        Act::Uncordon(node) => run(format!("kubectl uncordon n{node}")),
        Act::Add(name, node) => format!("- node: {{add: {}}}\n", definition(name, node)),
        Act::Machine(what, node) => format!("- node: {{{what}: n{node}}}\n"),
        Act::Pressure(node, supply) => format!("- node: {{pressure: n{node}, resource: {}}}\n", SUPPLIES[*supply]),
        Act::Relief(node, supply) => format!("- node: {{relief: n{node}, resource: {}}}\n", SUPPLIES[*supply]),
        Act::DeletePods(node) => run(format!("kubectl delete pods --field-selector spec.nodeName=n{node} --wait=false")),
        Act::ForceDeletePods(node) => {
            run(format!("kubectl delete pods --field-selector spec.nodeName=n{node} --wait=false --force"))
        }
        Act::Undo => run("kubectl rollout undo ds/d".to_owned()),
        Act::Restart => run("kubectl rollout restart ds/d".to_owned()),
        Act::Orphan => run("kubectl delete ds d --cascade=orphan --wait=false".to_owned()),
        Act::Delete => run("kubectl delete ds d --wait=false".to_owned()),
    }
}

fn apply(manifest: &Manifest, image: &str) -> String {
    let Manifest { place, tolerations, strategy, min_ready, .. } = manifest;
    format!(
        "- write:\n    ds.yaml: |\n      apiVersion: apps/v1\n      kind: DaemonSet\n      metadata: {{name: d}}\n      spec:\n        \
         selector: {{matchLabels: {{name: d}}}}\n        updateStrategy: {}\n        minReadySeconds: {min_ready}\n        template:\n          \
         metadata: {{labels: {{name: d}}}}\n          spec:\n            containers: [{{name: c, image: '{image}'}}]\n            \
         terminationGracePeriodSeconds: 6\n            tolerations: {}\n            {}\n- run: kubectl apply -f ds.yaml\n",
        STRATEGIES[*strategy], TOLERATIONS[*tolerations], PLACES[*place]
    )
}
