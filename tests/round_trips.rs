//! What kubectl prints, it takes: whatever object a cluster has, `get -o yaml | apply -f -` changes nothing of it, and what
//! `create --dry-run=client -o yaml` prints becomes, applied, what `create` makes.

use std::time::Duration;

use playground::api::{Key, Kind};
use playground::kubectl::Stream;
use playground::session::{Action, Session};
use serde_json::Value;

#[path = "support/session.rs"]
mod support;
use support::{printed, session_of};

const SCENARIO: &str = r#"
version: 1
nodes:
- {name: control-plane, labels: {node-role.kubernetes.io/control-plane: ''}, taints: ['node-role.kubernetes.io/control-plane:NoSchedule']}
- {name: worker-1}
- {name: worker-2}
files:
  ds.yaml: |
    apiVersion: apps/v1
    kind: DaemonSet
    metadata:
      name: fluentd
    spec:
      selector:
        matchLabels: {name: fluentd}
      template:
        metadata:
          labels: {name: fluentd}
        spec:
          volumes: [{name: logs, hostPath: {path: /var/log}}]
          containers:
          - name: fluentd
            image: fluent/fluentd:v1.16
            env: [{name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}]
            resources: {requests: {cpu: 100m, memory: 200Mi}}
            volumeMounts: [{name: logs, mountPath: /var/log}]
            readinessProbe: {httpGet: {path: /, port: 80}}
  e.env: |
    A=1
  tls.crt: "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"
  tls.key: "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n"
steps: []
"#;

/// Lines that make an object of nearly every kind.
const MAKES: [&str; 24] = [
    "kubectl create configmap settings --from-literal=a=b --from-file=ds.yaml",
    "kubectl create secret generic token --from-literal=a=b",
    "kubectl create secret docker-registry registry --docker-username=u --docker-password=p",
    "kubectl create namespace team",
    "kubectl create deployment web --image=nginx:1.27 --replicas=2 --port=80",
    "kubectl create service clusterip web --tcp=80:8080",
    "kubectl create service nodeport open --tcp=80",
    "kubectl create secret tls certificate --cert=tls.crt --key=tls.key",
    "kubectl create service loadbalancer wide --tcp=80",
    "kubectl create service externalname far --external-name=example.com",
    "kubectl create serviceaccount robot",
    "kubectl create role reader --verb=get,list --resource=pods,deployments.apps,pods/log",
    "kubectl create clusterrole reader --verb=get --resource=nodes --non-resource-url=/healthz",
    "kubectl create clusterrole all --aggregation-rule=a=b",
    "kubectl create rolebinding reader --role=reader --user=ann --serviceaccount=default:robot",
    "kubectl create clusterrolebinding reader --clusterrole=reader --group=team",
    "kubectl create job once --image=busybox -- sleep 1",
    "kubectl create cronjob nightly --image=busybox --schedule='0 3 * * *'",
    "kubectl create ingress web --rule='example.com/*=web:80,tls=cert' --class=nginx",
    "kubectl create poddisruptionbudget web --selector=app=web --min-available=1",
    "kubectl create priorityclass high --value=1000 --description=high",
    "kubectl create quota small --hard=pods=100,cpu=50",
    "kubectl autoscale deployment web --max=5 --cpu=80%",
    "kubectl run lone --image=nginx:1.27 --labels=app=lone",
];

fn session() -> Session {
    session_of(SCENARIO)
}

/// Runs a line to its end: what it printed on standard output, and on standard error.
fn run(session: &mut Session, line: &str) -> (String, String) {
    support::run(session, line);
    (printed(session, Stream::Out), printed(session, Stream::Err))
}

/// An object without its version and without what was applied last.
fn bare(session: &Session, key: &Key) -> Value {
    let object = session.sim().cluster().store().object(key).expect("it is still there");
    let mut value = object.to_value();
    if key.kind == Kind::Deployment {
        // New annotations count as a new generation of it, here and there.
        value["metadata"]["generation"].take();
        value["status"].take();
    }
    let metadata = value["metadata"].as_object_mut().expect("metadata");
    metadata.remove("resourceVersion");
    if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
        annotations.remove("kubectl.kubernetes.io/last-applied-configuration");
    }
    metadata.retain(|name, value| name != "annotations" || value.as_object().is_some_and(|all| !all.is_empty()));
    value
}

#[test]
fn what_get_prints_apply_leaves_as_it_is() {
    let mut session = session();
    run(&mut session, "kubectl apply -f ds.yaml");
    for line in MAKES {
        let (out, err) = run(&mut session, line);
        assert!(!out.is_empty() && err.is_empty(), "{line}: {err}");
    }
    let text = include_str!("support/every-kind.yaml").to_owned();
    session.act(Action::Write { file: "every-kind.yaml".to_owned(), text });
    let widget = r#"{"apiVersion":"example.org/v1","kind":"Widget","metadata":{"name":"w"},"spec":{"a":[1,"b"]}}"#;
    for line in ["kubectl apply -f every-kind.yaml", &format!("echo '{widget}' | kubectl create -f -")] {
        let (_, err) = run(&mut session, line);
        assert!(err.lines().all(|line| line.starts_with("Warning: ")), "{line}: {err}");
    }
    session.settle(Duration::from_secs(60));
    let mut keys = vec![];
    let custom = session.sim().cluster().custom_kinds();
    assert_eq!(custom.len(), 1);
    for kind in playground::api::kind::ALL.iter().chain(&custom) {
        let is_there = session.sim().cluster().store().objects(*kind).next().is_some();
        assert!(is_there, "there is no {} to try it with", kind.name());
        keys.extend(session.sim().cluster().store().objects(*kind).map(playground::api::Object::key));
    }
    let mut wrong = vec![];
    // A revision's data have a directive for merges inside, which kubectl follows.
    for key in keys.iter().filter(|key| !matches!(key.kind.name(), "Event" | "Lease" | "ControllerRevision")) {
        let (resource, name) = (key.kind.resource(), &key.name);
        let place = if key.namespace.is_empty() { String::new() } else { format!(" -n {}", key.namespace) };
        let before = bare(&session, key);
        let line = format!("kubectl get {resource} '{name}'{place} -o yaml | kubectl apply -f -");
        let (out, err) = run(&mut session, &line);
        // All that is new is the mark of what was applied, which holds the version that was read.
        let is_told = out.ends_with(" configured\n") || out.ends_with(" unchanged\n");
        if !is_told || bare(&session, key) != before || err.lines().any(|line| !line.starts_with("Warning: ")) {
            wrong.push(format!("{resource} {name}:\n{out}{err}"));
        }
    }
    assert!(keys.len() > 60, "{} objects", keys.len());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), keys.len(), wrong.join("\n"));
}

#[test]
fn every_generator_is_tried() {
    let session = session();
    for command in ["create", "create secret", "create service"] {
        let line = format!("kubectl {command} ");
        for word in session.complete(&line, line.len()).candidates {
            let generator = format!("{line}{word} ");
            assert!(MAKES.iter().any(|line| line.starts_with(&generator)), "{generator}");
        }
    }
}

#[test]
fn what_a_dry_run_prints_becomes_what_create_makes() {
    for line in MAKES {
        let (mut made, mut applied) = (session(), session());
        for session in [&mut made, &mut applied] {
            run(session, "kubectl create deployment web --image=nginx:1.27 --dry-run=client -o yaml | kubectl apply -f -");
        }
        let line = if line.contains("deployment web --image") { line.replace(" web ", " web2 ") } else { line.to_owned() };
        let (out, _) = run(&mut made, &line);
        let dry = match line.split_once(" -- ") {
            Some((line, command)) => format!("{line} --dry-run=client -o yaml -- {command}"),
            None => format!("{line} --dry-run=client -o yaml"),
        };
        let (_, err) = run(&mut applied, &format!("{dry} | kubectl apply -f -"));
        assert_eq!(err, "", "{dry}");
        let name = out.split(' ').next().expect("a name");
        let shown = |session: &mut Session| {
            let (text, _) = run(
                session,
                &format!(
                    "kubectl get {name} -o yaml | grep -v 'uid:\\|resourceVersion\\|clusterIP\\|nodePort:\\|  - 10.96'"
                ),
            );
            let text = text.replace("  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n", "");
            let text: Vec<&str> =
                text.lines().filter(|line| !line.trim_start().starts_with('{') && !line.contains("Time")).collect();
            text.join("\n")
        };
        assert_eq!(shown(&mut made), shown(&mut applied), "{line}");
    }
}
