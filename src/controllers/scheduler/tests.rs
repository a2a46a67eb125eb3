//! Tables of what the plugins say and who is best, after the facts of upstream's own tests.

use std::rc::Rc;

use serde_json::{Value, json};

use super::case::{Case, Scene, priority};
use super::nodes::Nodes;
use super::nominated::Nominated;
use super::plugins::{Cure, PLUGINS, Rejection, judge};
use super::preemption::{Preemption, preempt};
use super::search::{Failure, search};
use crate::api::{Kind, Node, Object, Pod, Resource, yaml};
use crate::cluster::{Cluster, Rng};
use crate::sim::SimTime;

/// A pod of words: `on=n1` is its node, `nominated=n1` where it is to go, `cpu=1` and the like what it asks for, `port=80` a
/// host port, `priority=5`, and all else a label. What its spec has besides is YAML.
pub(super) fn pod(words: &str, spec: &str) -> Pod {
    let mut words = words.split_whitespace();
    let name = words.next().expect("a name");
    let mut value = json!({"metadata": {"name": name, "uid": name, "namespace": "default", "labels": {}}});
    let spec = if spec.is_empty() { json!({}) } else { yaml::parse(spec).expect("YAML").remove(0) };
    value["spec"] = spec;
    if value["spec"].get("containers").is_none() {
        value["spec"]["containers"] = json!([{"name": "c", "image": "x", "resources": {"requests": {}}}]);
    }
    for (key, word) in words.map(|word| word.split_once('=').expect("key=value")) {
        match key {
            "on" => value["spec"]["nodeName"] = word.into(),
            "in" => value["metadata"]["namespace"] = word.into(),
            "nominated" => value["status"]["nominatedNodeName"] = word.into(),
            "started" => value["status"]["startTime"] = format!("2026-01-01T00:00:{word:0>2}Z").into(),
            "priority" => value["spec"]["priority"] = word.parse::<i32>().expect("a number").into(),
            "port" => {
                value["spec"]["containers"][0]["ports"] =
                    json!([{"containerPort": 1, "hostPort": word.parse::<i32>().expect("a number")}]);
            }
            "cpu" | "memory" => value["spec"]["containers"][0]["resources"]["requests"][key] = word.into(),
            label => value["metadata"]["labels"][label] = word.into(),
        }
    }
    let mut object = Object::from_value(Kind::Pod, value).expect("a pod");
    crate::api::defaults::apply(&mut object);
    Pod::clone(Pod::of(&object).expect("a pod"))
}

/// A node of words: `cpu=2` and the like are what it has, `cordoned`, `key=value:Effect` a taint, and all else a label.
fn node(words: &str) -> Node {
    let mut words = words.split_whitespace();
    let name = words.next().expect("a name");
    let mut value = json!({
        "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name}},
        "spec": {"taints": []},
        "status": {"allocatable": {"cpu": "4", "memory": "8Gi", "pods": "110"}},
    });
    for word in words {
        match word.split_once('=') {
            None => value["spec"]["unschedulable"] = true.into(),
            Some((key @ ("cpu" | "memory" | "pods" | "nvidia.com/gpu" | "ephemeral-storage"), amount)) => {
                value["status"]["allocatable"][key] = amount.into();
            }
            Some((key, taint)) if taint.contains(':') => {
                let (taint, effect) = taint.split_once(':').expect("value:Effect");
                let taints = value["spec"]["taints"].as_array_mut().expect("taints");
                taints.push(json!({"key": key, "value": taint, "effect": effect}));
            }
            Some((key, label)) => value["metadata"]["labels"][key] = label.into(),
        }
    }
    Node::clone(Node::of(&Object::from_value(Kind::Node, value).expect("a node")).expect("a node"))
}

/// A cluster of nodes and pods, and whatever else.
pub(super) struct World {
    cluster: Cluster,
    nodes: Nodes,
    nominated: Nominated,
}

impl World {
    fn new(nodes: &[&str], pods: &[Pod], others: &[(Kind, Value)]) -> World {
        let mut cluster = Cluster::new(1, SimTime::ZERO.timestamp());
        for (kind, value) in others {
            let object = Object::from_value(*kind, value.clone()).expect("an object");
            let status = object.clone();
            cluster.create(object).expect("created");
            let _ = cluster.update_status(status);
        }
        for words in nodes {
            let node = node(words);
            cluster.create(node.clone()).expect("created");
            // A new node is tainted until it is ready.
            cluster.update(node).expect("updated");
        }
        for pod in pods {
            create(&mut cluster, pod.clone());
        }
        let nodes = Nodes::of(cluster.store());
        let nominated = Nominated::of(cluster.store());
        World { cluster, nodes, nominated }
    }

    fn scene(&self) -> Scene<'_> {
        Scene { store: self.cluster.store(), nodes: &self.nodes, nominated: &self.nominated }
    }
}

/// Stores a pod with all that admission and the kubelet would give it.
fn create(cluster: &mut Cluster, mut pod: Pod) {
    let class = format!("p{}", priority(&pod)).replace('-', "m");
    let value = json!({"metadata": {"name": class}, "value": priority(&pod)});
    let _ = cluster.create(Object::from_value(Kind::PriorityClass, value).expect("a class"));
    let account = json!({"metadata": {"name": "default", "namespace": pod.namespace()}});
    let _ = cluster.create(Object::from_value(Kind::ServiceAccount, account).expect("an account"));
    pod.spec.as_mut().expect("a spec").priority_class_name = Some(class);
    let stored = cluster.create(pod.clone()).expect("created");
    let mut stored = Rc::clone(Pod::of(&stored).expect("a pod"));
    if let (Some(given), Some(status)) = (pod.status, &mut Rc::make_mut(&mut stored).status) {
        (status.start_time, status.nominated_node_name) = (given.start_time.clone(), given.nominated_node_name.clone());
    }
    cluster.update_status(stored).expect("status");
}

/// `NodePorts: node(s) …`; with `!` where taking pods off the node would not help.
fn told(rejection: Option<Rejection>) -> String {
    let Some(Rejection { reasons, cure, by }) = rejection else {
        return "fits".to_owned();
    };
    format!("{}{}: {}", PLUGINS[by].name, if cure == Cure::None { "!" } else { "" }, reasons.join(", "))
}

#[test]
fn what_the_plugins_say() {
    let check = |nodes: &[&str], pods: &[Pod], incoming: &Pod, expect: &[&str]| {
        let world = World::new(nodes, pods, &[]);
        let case = Case::of(world.scene(), incoming).expect("a spec");
        let said = world.nodes.iter().map(|info| told(judge(world.scene(), &case, info)));
        assert_eq!(said.collect::<Vec<String>>(), expect, "{nodes:?} {:?}", incoming.spec);
    };
    let plain = pod("p", "");
    check(&["a", "b cordoned"], &[], &plain, &["fits", "NodeUnschedulable!: node(s) were unschedulable"]);
    let bears = pod("p", "tolerations: [{key: node.kubernetes.io/unschedulable, operator: Exists}]");
    check(&["b cordoned"], &[], &bears, &["fits"]);

    let taints = ["a t=v:NoSchedule", "b t=v:NoExecute", "c t=v:PreferNoSchedule"];
    let untolerated = "TaintToleration!: node(s) had untolerated taint(s)";
    check(&taints, &[], &plain, &[untolerated, untolerated, "fits"]);
    check(&taints, &[], &pod("p", "tolerations: [{key: t, value: v, effect: NoSchedule}]"), &["fits", untolerated, "fits"]);

    let affinity = "NodeAffinity!: node(s) didn't match Pod's node affinity/selector";
    check(&["a disk=ssd", "b"], &[], &pod("p", "nodeSelector: {disk: ssd}"), &["fits", affinity]);
    // The first plugin that says no speaks for the node.
    check(&["b t=v:NoSchedule cpu=0"], &[], &pod("p cpu=1", "nodeSelector: {disk: ssd}"), &[untolerated]);

    let ports = "NodePorts: node(s) didn't have free ports for the requested pod ports";
    check(&["a", "b"], &[pod("q on=a port=80", "")], &pod("p port=80", ""), &[ports, "fits"]);
    check(&["a"], &[pod("q on=a port=80", "")], &pod("p port=81", ""), &["fits"]);
    let of = |ip: &str, protocol: &str| {
        let port = format!("{{containerPort: 1, hostPort: 80, hostIP: {ip}, protocol: {protocol}}}");
        format!("containers: [{{name: c, image: x, ports: [{port}]}}]")
    };
    for (one, other, expect) in [
        (of("127.0.0.1", "TCP"), of("127.0.0.2", "TCP"), "fits"),
        (of("127.0.0.1", "TCP"), of("0.0.0.0", "TCP"), ports),
        (of("127.0.0.1", "TCP"), of("127.0.0.1", "UDP"), "fits"),
        (of("127.0.0.1", "UDP"), of("127.0.0.1", "UDP"), ports),
    ] {
        check(&["a"], &[pod("q on=a", &one)], &pod("p", &other), &[expect]);
    }
    let init = |policy: &str| {
        let container = format!("{{name: i, image: x, {policy} ports: [{{containerPort: 1, hostPort: 80}}]}}");
        pod("p", &format!("initContainers: [{container}]"))
    };
    check(&["a"], &[pod("q on=a port=80", "")], &init("restartPolicy: Always,"), &[ports]);
    check(&["a"], &[pod("q on=a port=80", "")], &init(""), &["fits"]);

    let full = [pod("q on=a cpu=3", ""), pod("r on=b cpu=1 memory=7Gi", "")];
    check(
        &["a", "b", "c cpu=1"],
        &full,
        &pod("p cpu=2 memory=2Gi", ""),
        &[
            "NodeResourcesFit: Insufficient cpu",
            "NodeResourcesFit: Insufficient memory",
            "NodeResourcesFit!: Insufficient cpu",
        ],
    );
    check(&["a pods=1", "b"], &full[..1], &plain, &["NodeResourcesFit: Too many pods", "fits"]);
    check(&["a pods=1 cpu=3"], &full[..1], &pod("p cpu=4", ""), &["NodeResourcesFit!: Too many pods, Insufficient cpu"]);
    let gpu = "containers: [{name: c, image: x, resources: {limits: {nvidia.com/gpu: '1'}}}]";
    check(&["a nvidia.com/gpu=1", "b"], &[], &pod("p", gpu), &["fits", "NodeResourcesFit!: Insufficient nvidia.com/gpu"]);
    check(
        &["a nvidia.com/gpu=1"],
        &[pod("q on=a", gpu)],
        &pod("p", gpu),
        &["NodeResourcesFit: Insufficient nvidia.com/gpu"],
    );
    let disk = "containers: [{name: c, image: x, resources: {requests: {ephemeral-storage: 2Gi}}}]";
    let short = "NodeResourcesFit!: Insufficient ephemeral-storage";
    check(&["a ephemeral-storage=3Gi", "b ephemeral-storage=1Gi"], &[], &pod("p", disk), &["fits", short]);
    // A pod that asks for nothing fits on a node that has nothing left.
    check(&["a"], &[pod("q on=a cpu=4", "")], &plain, &["fits"]);

    // Who waits for a node counts there for those who are no more important.
    let waiting = [pod("q nominated=a cpu=3 priority=5", "")];
    check(&["a", "b"], &waiting, &pod("p cpu=2 priority=5", ""), &["NodeResourcesFit: Insufficient cpu", "fits"]);
    check(&["a", "b"], &waiting, &pod("p cpu=2 priority=6", ""), &["fits", "fits"]);
}

#[test]
fn one_node_is_explained() {
    let world = World::new(&["a", "b cordoned", "c cpu=1"], &[], &[]);
    let check = |node: &str, expect: Option<(&str, Vec<String>)>| {
        assert_eq!(super::why_not(world.cluster.store(), &pod("p cpu=2", ""), node), expect, "{node}");
    };
    check("a", None);
    check("b", Some(("NodeUnschedulable", vec!["node(s) were unschedulable".to_owned()])));
    check("c", Some(("NodeResourcesFit", vec!["Insufficient cpu".to_owned()])));
    check("gone", None);
}

#[test]
fn spreading_over_topologies() {
    let check = |nodes: &[&str], pods: &[&str], incoming: &str, constraints: &str, expect: &str| {
        let pods: Vec<Pod> = pods.iter().map(|words| pod(words, "")).collect();
        let world = World::new(nodes, &pods, &[]);
        let incoming = pod(incoming, &format!("topologySpreadConstraints: [{constraints}]\nnodeSelector: {{}}"));
        let case = Case::of(world.scene(), &incoming).expect("a spec");
        let said = world.nodes.iter().map(|info| match judge(world.scene(), &case, info) {
            None => "fits".to_owned(),
            Some(rejection) => match rejection.reasons[0].split_once("constraints").expect("a constraint").1 {
                "" => "skew".to_owned(),
                other => format!("{}!", other.trim()),
            },
        });
        assert_eq!(said.collect::<Vec<String>>().join(" "), expect, "{nodes:?} {pods:?} {constraints}");
    };
    let constraint = |key: &str, more: &str| {
        format!(
            "{{maxSkew: 1, topologyKey: {key}, whenUnsatisfiable: DoNotSchedule, labelSelector: {{matchLabels: {{app: w}}}}{more}}}"
        )
    };
    let zones = ["a zone=1", "b zone=1", "c zone=2"];
    let by_zone = constraint("zone", "");
    check(&zones, &[], "p app=w", &by_zone, "fits fits fits");
    check(&zones, &["q on=a app=w"], "p app=w", &by_zone, "skew skew fits");
    check(&zones, &["q on=a app=w", "r on=c app=w"], "p app=w", &by_zone, "fits fits fits");
    // One that is not counted itself may join the fullest domain.
    check(&zones, &["q on=a app=w"], "p app=v", &by_zone, "fits fits fits");
    check(&zones, &["q on=a app=w", "r on=b app=w"], "p app=v", &by_zone, "skew skew fits");
    // Other namespaces do not count.
    check(&zones, &["q on=a app=w in=kube-system"], "p app=w", &by_zone, "fits fits fits");
    check(&["a zone=1", "b"], &[], "p app=w", &by_zone, "fits (missing required label)!");
    // With fewer domains than wanted the least is nobody.
    let five = constraint("zone", ", minDomains: 5");
    check(&zones, &["q on=a app=w", "r on=c app=w"], "p app=w", &five, "skew skew skew");
    // Two constraints must both hold.
    let both = format!("{by_zone}, {}", constraint("kubernetes.io/hostname", ""));
    check(&zones, &["q on=a app=w", "r on=c app=w"], "p app=w", &both, "skew fits skew");
    // A tainted node counts, unless the policy says otherwise.
    let tainted = ["a zone=1", "c zone=2 t=v:NoSchedule"];
    let told = |policy: &str| constraint("zone", &format!(", nodeTaintsPolicy: {policy}"));
    check(&tainted[..1], &["q on=a app=w"], "p app=w", &told("Ignore"), "fits");
    let world = |policy: &str| {
        let incoming = pod("p app=w", &format!("topologySpreadConstraints: [{}]", told(policy)));
        let world = World::new(&tainted, &[pod("q on=a app=w", "")], &[]);
        let case = Case::of(world.scene(), &incoming).expect("a spec");
        judge(world.scene(), &case, world.nodes.get("a").expect("a")).is_none()
    };
    assert_eq!((world("Ignore"), world("Honor")), (false, true));
    // Nodes that its selector excludes do not count, unless the policy says otherwise.
    let world = |policy: &str| {
        let constraint = constraint("zone", &format!(", nodeAffinityPolicy: {policy}"));
        let incoming = pod("p app=w", &format!("topologySpreadConstraints: [{constraint}]\nnodeSelector: {{zone: '1'}}"));
        let world = World::new(&zones, &[pod("q on=a app=w", "")], &[]);
        let case = Case::of(world.scene(), &incoming).expect("a spec");
        judge(world.scene(), &case, world.nodes.get("b").expect("b")).is_none()
    };
    assert_eq!((world("Ignore"), world("Honor")), (false, true));
}

#[test]
fn being_near_and_far() {
    let check = |nodes: &[&str], pods: &[Pod], incoming: &Pod, expect: &str| {
        let namespace = json!({"metadata": {"name": "other", "labels": {"team": "x"}}});
        let world = World::new(nodes, pods, &[(Kind::Namespace, namespace)]);
        let case = Case::of(world.scene(), incoming).expect("a spec");
        let said = world.nodes.iter().map(|info| match judge(world.scene(), &case, info) {
            None => "fits".to_owned(),
            Some(rejection) => match rejection.reasons[0].as_str() {
                "node(s) didn't match pod affinity rules" => "lonely!".to_owned(),
                "node(s) didn't match pod anti-affinity rules" => "foes".to_owned(),
                "node(s) didn't satisfy existing pods anti-affinity rules" => "rivals".to_owned(),
                other => other.to_owned(),
            },
        });
        assert_eq!(said.collect::<Vec<String>>().join(" "), expect, "{nodes:?} {:?}", incoming.spec);
    };
    let term = |key: &str, more: &str| format!("{{topologyKey: {key}, labelSelector: {{matchLabels: {{app: w}}}}{more}}}");
    let rule = |kind: &str, terms: &str| {
        format!("affinity: {{{kind}: {{requiredDuringSchedulingIgnoredDuringExecution: [{terms}]}}}}")
    };
    let near = |terms: &str| rule("podAffinity", terms);
    let far = |terms: &str| rule("podAntiAffinity", terms);
    let nodes = ["a zone=1", "b zone=1", "c zone=2", "d"];
    let web = [pod("q on=a app=w", "")];
    check(&nodes, &web, &pod("p", &near(&term("zone", ""))), "fits fits lonely! lonely!");
    check(&nodes, &web, &pod("p", &far(&term("zone", ""))), "foes foes fits fits");
    // The first of a group may go anywhere that knows the topology.
    check(&nodes, &[], &pod("p app=w", &near(&term("zone", ""))), "fits fits fits lonely!");
    check(&nodes, &[], &pod("p app=v", &near(&term("zone", ""))), "lonely! lonely! lonely! lonely!");
    // All terms have to select the same pod.
    let both = format!("{}, {}", term("zone", ""), term("kubernetes.io/hostname", "").replace("app: w", "tier: x"));
    check(&nodes, &web, &pod("p", &near(&both)), "lonely! lonely! lonely! lonely!");
    check(&nodes, &[pod("q on=a app=w tier=x", "")], &pod("p", &near(&both)), "fits lonely! lonely! lonely!");
    // Others may want to be far from this one.
    let rival = [pod("q on=a", &far(&term("zone", "")))];
    check(&nodes, &rival, &pod("p app=w", ""), "rivals rivals fits fits");
    check(&nodes, &rival, &pod("p app=v", ""), "fits fits fits fits");
    // Namespaces: the pod's own, those named, those chosen by label.
    let elsewhere = [pod("q on=a app=w in=other", "")];
    for (more, expect) in [
        ("", "fits fits fits fits"),
        (", namespaces: [other]", "foes foes fits fits"),
        (", namespaceSelector: {matchLabels: {team: x}}", "foes foes fits fits"),
        (", namespaceSelector: {matchLabels: {team: z}}", "fits fits fits fits"),
        (", namespaceSelector: {}", "foes foes fits fits"),
    ] {
        check(&nodes, &elsewhere, &pod("p", &far(&term("zone", more))), expect);
    }
}

#[test]
fn the_best_nodes() {
    let check = |nodes: &[&str], pods: &[Pod], incoming: &Pod, expect: &str| {
        let set = json!({"metadata": {"name": "web", "namespace": "default", "uid": "web"}, "spec": {"replicas": 1,
            "selector": {"matchLabels": {"app": "w"}}, "template": {"metadata": {"labels": {"app": "w"}},
            "spec": {"containers": [{"name": "c", "image": "x"}]}}}});
        let world = World::new(nodes, pods, &[(Kind::ReplicaSet, set)]);
        let case = Case::of(world.scene(), incoming).expect("a spec");
        let (_, found) = search(world.scene(), &case, 0);
        let best = found.unwrap_or_default();
        let names: Vec<&str> = best.iter().map(|info| info.name()).collect();
        assert_eq!(names.join(" "), expect, "{nodes:?} {:?}", incoming.spec);
    };
    check(&["a", "b", "c"], &[], &pod("p", ""), "a b c");
    // The emptiest, by what pods ask for, or are taken to ask for.
    check(&["a", "b"], &[pod("q on=a cpu=2 memory=4Gi", "")], &pod("p cpu=1", ""), "b");
    check(&["a", "b"], &[pod("q on=a", ""), pod("r on=a", ""), pod("s on=b", "")], &pod("p", ""), "b");
    // Cpu and memory used alike: `b` is as full, but with memory alone.
    check(
        &["a cpu=10 memory=10Gi", "b cpu=10 memory=10Gi"],
        &[pod("q on=a cpu=3 memory=3Gi", ""), pod("r on=b cpu=5 memory=1Gi", "")],
        &pod("p cpu=1 memory=3Gi", ""),
        "b",
    );
    // A taint that asks to stay away counts more than all the room.
    check(&["a t=v:PreferNoSchedule", "b"], &[pod("q on=b cpu=2 memory=4Gi", "")], &pod("p", ""), "b");
    let tolerant = pod("p", "tolerations: [{key: t, operator: Exists}]");
    check(&["a t=v:PreferNoSchedule", "b"], &[pod("q on=b cpu=2 memory=4Gi", "")], &tolerant, "a");
    // Preferences by weight.
    let term = |weight: i32, key: &str| {
        format!("{{weight: {weight}, preference: {{matchExpressions: [{{key: {key}, operator: Exists}}]}}}}")
    };
    let preferred = format!(
        "affinity: {{nodeAffinity: {{preferredDuringSchedulingIgnoredDuringExecution: [{}, {}]}}}}",
        term(10, "ssd"),
        term(20, "gpu")
    );
    check(&["a ssd=y", "b gpu=y", "c"], &[], &pod("p", &preferred), "b");
    check(&["a ssd=y", "c"], &[], &pod("p", &preferred), "a");
    let owned = |name: &str| {
        let mut owned = pod(name, "");
        let owner =
            json!([{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "web", "controller": true}]);
        let value = json!({"metadata": {"ownerReferences": owner}});
        let object = Object::from_value(Kind::Pod, value).expect("a pod");
        owned.metadata.owner_references.clone_from(&object.meta().owner_references);
        owned
    };
    // Replicas keep away from each other: first from the node, then from the zone.
    let replicas = [owned("q on=a app=w"), owned("r on=b app=w")];
    check(&["a", "b", "c"], &replicas, &owned("p app=w"), "c");
    let zone = "topology.kubernetes.io/zone";
    let zones = [format!("a {zone}=1"), format!("b {zone}=1"), format!("c {zone}=2")];
    let zones: Vec<&str> = zones.iter().map(String::as_str).collect();
    check(&zones, &replicas[..1], &owned("p app=w"), "c");
    // Near friends, far from foes, as much as can be.
    let soft = |kind: &str| {
        let term = "{topologyKey: zone, labelSelector: {matchLabels: {app: w}}}";
        let weighted = format!("{{weight: 100, podAffinityTerm: {term}}}");
        format!("affinity: {{{kind}: {{preferredDuringSchedulingIgnoredDuringExecution: [{weighted}]}}}}")
    };
    let nodes = ["a zone=1", "b zone=1", "c zone=2"];
    let web = [pod("q on=a app=w cpu=3 memory=6Gi", "")];
    check(&nodes, &web, &pod("p", &soft("podAffinity")), "b");
    check(&nodes, &web, &pod("p", &soft("podAntiAffinity")), "c");
    check(&nodes, &[pod("q on=a cpu=3 memory=6Gi", &soft("podAffinity"))], &pod("p app=w", ""), "b");
    // The node that was cleared for it, whatever the others look like.
    check(&["a", "b"], &[pod("q on=a cpu=2", "")], &pod("p nominated=a cpu=1", ""), "a");
}

#[test]
fn where_names_let_a_pod_go() {
    let check = |terms: &str, expect: &str| {
        let rule = format!("requiredDuringSchedulingIgnoredDuringExecution: {{nodeSelectorTerms: [{terms}]}}");
        let incoming = pod("p cpu=9", &format!("affinity: {{nodeAffinity: {{{rule}}}}}"));
        let world = World::new(&["a", "b", "c"], &[], &[]);
        let case = Case::of(world.scene(), &incoming).expect("a spec");
        let failure = search(world.scene(), &case, 0).1.expect_err("too much cpu");
        assert_eq!(failure.message(3), expect, "{terms}");
    };
    let name = |name: &str| format!("{{matchFields: [{{key: metadata.name, operator: In, values: [{name}]}}]}}");
    let both =
        "{matchFields: [{key: metadata.name, operator: In, values: [a]}, {key: metadata.name, operator: In, values: [b]}]}";
    let elsewhere = "node(s) didn't satisfy plugin(s) [NodeAffinity]";
    check(&name("a"), &format!("0/3 nodes are available: 1 Insufficient cpu, 2 {elsewhere}."));
    check(&format!("{}, {}", name("a"), name("b")), &format!("0/3 nodes are available: 1 {elsewhere}, 2 Insufficient cpu."));
    check(&name("gone"), &format!("0/3 nodes are available: 3 {elsewhere}."));
    check(both, "0/3 nodes are available: pod affinity terms conflict. not found");
    check(&format!("{both}, {}", name("c")), &format!("0/3 nodes are available: 1 Insufficient cpu, 2 {elsewhere}."));
    let label = "{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [b]}]}";
    let affinity = "node(s) didn't match Pod's node affinity/selector";
    check(&format!("{label}, {}", name("a")), &format!("0/3 nodes are available: 1 {affinity}, 2 Insufficient cpu."));
}

#[test]
fn whom_to_remove() {
    let check = |nodes: &[&str], pods: &[Pod], incoming: &Pod, budgets: &[(&str, i32)], expect: &str| {
        let budget = |(app, allowed): &(&str, i32)| {
            let spec = json!({"selector": {"matchLabels": {"app": app}}});
            let status = json!({"disruptionsAllowed": allowed, "currentHealthy": 0, "desiredHealthy": 0, "expectedPods": 0});
            (
                Kind::PodDisruptionBudget,
                json!({"metadata": {"name": app, "namespace": "default"}, "spec": spec, "status": status}),
            )
        };
        let world = World::new(nodes, pods, &budgets.iter().map(budget).collect::<Vec<_>>());
        let case = Case::of(world.scene(), incoming).expect("a spec");
        let failure = search(world.scene(), &case, 0).1.expect_err("no room");
        let Failure::Refused { rejections, .. } = failure else { panic!("no node was asked") };
        let said = match preempt(world.scene(), &case, &rejections) {
            Preemption::Hopeless(why) | Preemption::NotEligible(why) => why,
            Preemption::Victims { node, victims } => {
                let names: Vec<&str> = victims.iter().map(|pod| pod.name()).collect();
                format!("{node}: {}", names.join(" "))
            }
        };
        assert_eq!(said, expect, "{nodes:?} {pods:?}");
    };
    let one = ["a"];
    let vip = pod("p cpu=2 priority=100", "");
    let small = |name: &str, more: &str| pod(&format!("{name} cpu=1 {more}"), "");
    let four = ["q on=a priority=1", "r on=a priority=2", "s on=a priority=3", "t on=a priority=4"];
    let four: Vec<Pod> = four.iter().map(|words| pod(&format!("{words} cpu=1"), "")).collect();
    // The least important, and no more of them than it takes.
    check(&one, &four, &vip, &[], "a: r q");
    check(&one, &four, &pod("p cpu=1 priority=100", ""), &[], "a: q");
    // Nobody equal or better.
    check(
        &one,
        &four,
        &pod("p cpu=2 priority=1", ""),
        &[],
        "0/1 nodes are available: 1 No preemption victims found for incoming pod.",
    );
    check(&one, &four, &pod("p cpu=2 priority=2", ""), &[], "0/1 nodes are available: 1 Insufficient cpu.");
    check(
        &["a", "b t=v:NoSchedule"],
        &four,
        &pod("p cpu=9 priority=9", ""),
        &[],
        "0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
    );
    let meek = pod("p cpu=2 priority=100", "preemptionPolicy: Never");
    check(&one, &four, &meek, &[], "not eligible due to preemptionPolicy=Never.");
    // Of equals the younger ones go.
    let equals =
        [small("q", "on=a started=1"), small("r", "on=a started=3"), small("s", "on=a started=2"), small("t", "on=a")];
    check(&one, &equals, &vip, &[], "a: r t");
    // A budget saves whom it can.
    let kept =
        [small("q", "on=a app=x"), small("r", "on=a app=x"), small("s", "on=a priority=1"), small("t", "on=a priority=1")];
    check(&one, &kept, &vip, &[("x", 0)], "a: s t");
    check(&one, &kept, &vip, &[("x", 1)], "a: t q");
    check(&one, &kept, &vip, &[("x", 2)], "a: q r");
    check(&one, &kept, &pod("p cpu=4 priority=100", ""), &[("x", 0)], "a: s t q r");
    // The node where it hurts least: by budgets, by the most important victim, by all of them, by their number, by their age.
    let two = ["a cpu=1", "b cpu=1"];
    let half = |name: &str, more: &str| pod(&format!("{name} cpu=500m {more}"), "");
    let all = pod("p cpu=1 priority=100", "");
    check(&two, &[small("q", "on=a app=x"), small("r", "on=b priority=9")], &all, &[("x", 0)], "b: r");
    check(
        &two,
        &[small("q", "on=a priority=9"), half("r", "on=b priority=8"), half("s", "on=b priority=8")],
        &all,
        &[],
        "b: r s",
    );
    check(
        &two,
        &[
            half("q", "on=a priority=9"),
            half("r", "on=a priority=2"),
            half("s", "on=b priority=9"),
            half("t", "on=b priority=1"),
        ],
        &all,
        &[],
        "b: s t",
    );
    check(
        &two,
        &[half("q", "on=a priority=-1"), half("r", "on=a priority=-1"), small("s", "on=b priority=-1")],
        &all,
        &[],
        "b: s",
    );
    check(&two, &[small("q", "on=a started=1"), small("r", "on=b started=2")], &all, &[], "b: r");
    check(&two, &[small("q", "on=a started=1"), small("r", "on=b started=1")], &all, &[], "a: q");
    // Ports and neighbours can be in the way as well.
    check(&one, &[pod("q on=a port=80", ""), pod("r on=a", "")], &pod("p port=80 priority=1", ""), &[], "a: q");
    let far = "affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: w}}}]}}";
    check(&one, &[pod("q on=a app=w", ""), pod("r on=a", "")], &pod("p priority=1", far), &[], "a: q");
    check(&one, &[pod("q on=a", far), pod("r on=a", "")], &pod("p app=w priority=1", ""), &[], "a: q");
    // Room that somebody more important waits for is no room.
    check(
        &one,
        &[small("q", "on=a"), pod("r nominated=a cpu=3 priority=200", "")],
        &vip,
        &[],
        "0/1 nodes are available: 1 Insufficient cpu.",
    );
}

#[test]
fn what_is_remembered_is_what_is_stored() {
    let mut rng = Rng::new(7);
    let mut draw = |below: u64| rng.next_u64() % below;
    let mut world = World::new(&["a", "b", "c"], &[], &[]);
    for round in 0..300 {
        let (name, node) = (format!("p{}", draw(8)), ["a", "b", "c"][draw(3) as usize]);
        let key = crate::api::Key::new(Kind::Pod, "default", &name);
        let stored = world.cluster.store().get::<Pod>("default", &name).cloned();
        match (draw(4), stored) {
            (0 | 1, None) => {
                let words = format!("{name} cpu={}m on={node} port={}", 1 + draw(500), 80 + draw(3));
                let minds = "affinity: {podAntiAffinity: {}}";
                create(&mut world.cluster, pod(&words, if draw(4) == 0 { minds } else { "" }));
            }
            (0, Some(mut pod)) => {
                Rc::make_mut(&mut pod).status.get_or_insert_default().phase = Some("Succeeded".to_owned());
                world.cluster.update_status(pod).expect("status");
            }
            (1, Some(mut pod)) => {
                let label = draw(5).to_string();
                Rc::make_mut(&mut pod).metadata.labels.get_or_insert_default().insert("l".to_owned(), label);
                world.cluster.update(pod).expect("updated");
            }
            (2, Some(_)) => drop(world.cluster.delete(&key, &Default::default())),
            _ => {
                let mut node = world.cluster.store().get::<Node>("", node).expect("a node").clone();
                Rc::make_mut(&mut node).metadata.labels.get_or_insert_default().insert("r".to_owned(), round.to_string());
                world.cluster.update(node).expect("updated");
            }
        }
        for change in world.cluster.take_changes() {
            world.nodes.observe(&change);
        }
        let fresh = Nodes::of(world.cluster.store());
        let line = |info: &Rc<super::nodes::NodeInfo>| {
            let pods: Vec<_> = info.pods.iter().map(|pod| (pod.name().to_owned(), pod.metadata.labels.clone())).collect();
            format!("{:?} {pods:?} {:?} {:?}", info.node.metadata.labels, info.requested, info.guessed())
        };
        match draw(5) {
            0 => {
                world.nodes.refresh(world.cluster.store());
                assert_eq!(world.nodes.len(), fresh.len());
                assert!(world.nodes.iter().map(line).eq(fresh.iter().map(line)), "round {round}");
            }
            1 => {
                world.nodes.refresh_for(world.cluster.store(), &crate::api::Key::of_node(node));
                assert_eq!(world.nodes.get(node).map(line), fresh.get(node).map(line), "round {round}");
                assert!(world.nodes.sociable().map(line).eq(fresh.sociable().map(line)), "round {round}");
            }
            _ => {}
        }
    }
}
