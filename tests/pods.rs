//! The lives of pods as `kubectl get pods` tells them, second by second.

use std::time::Duration;

use playground::api::{Event, Pod};
use playground::kubectl::pod_health;
use playground::scenario::Scenario;
use playground::session::{Action, Session};

/// A session on one node with these images and a pod `p` of this spec.
fn with_pod(images: &str, spec: &str) -> Session {
    let text = format!(
        "nodes: [{{name: a}}]\nimages: [{images}]\nfiles:\n  pod.yaml: |\n    apiVersion: v1\n    kind: Pod\n    metadata: {{name: \
         p}}\n    spec: {spec}\n"
    );
    let mut session = Session::new(&Scenario::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}")));
    type_in(&mut session, "kubectl apply -f pod.yaml");
    session
}

fn type_in(session: &mut Session, line: &str) {
    session.act(Action::Run(line.to_owned()));
    let entry = session.entries().last().expect("a command");
    assert!(entry.job.exit.is_none_or(|code| code == 0), "{line}: {:?}", entry.job.output);
}

/// What the pod's row says from now on for so many seconds, each time it changes: `1.0 1/1 Running`, with the restarts if any.
fn story(session: &mut Session, seconds: u64) -> Vec<String> {
    let begun = session.now();
    let mut story: Vec<String> = vec![];
    let mut last = String::new();
    while session.now() - begun < Duration::from_secs(seconds) {
        let pod = session.sim().cluster().store().get::<Pod>("default", "p").cloned();
        let row = pod.map_or_else(
            || "gone".to_owned(),
            |pod| {
                let health = pod_health(&pod);
                let restarts = if health.restarts == 0 { String::new() } else { format!(" {}", health.restarts) };
                format!("{}/{} {}{restarts}", health.ready, health.containers, health.reason)
            },
        );
        if row != last {
            story.push(format!("{:.1} {row}", (session.now() - begun).as_secs_f64()));
            last = row;
        }
        session.advance(session.now() + Duration::from_millis(100));
    }
    story
}

/// The life of a pod of this spec.
fn check(images: &str, spec: &str, seconds: u64, expect: &[&str]) {
    assert_eq!(story(&mut with_pod(images, spec), seconds), expect, "{images} {spec}");
}

/// The pod's events of these reasons, oldest first, each with its count.
fn events(session: &Session, reasons: &[&str]) -> Vec<String> {
    let events = session.sim().cluster().store().list::<Event>();
    let of_pod = events.filter(|event| event.involved_object.name.as_deref() == Some("p"));
    let mut told: Vec<_> = of_pod
        .filter(|event| event.reason.as_deref().is_some_and(|reason| reasons.contains(&reason)))
        .map(|event| {
            let message = event.message.clone().unwrap_or_default();
            (event.first_timestamp.clone(), format!("{message} x{}", event.count.unwrap_or(1)))
        })
        .collect();
    told.sort();
    told.into_iter().map(|(_, text)| text).collect()
}

/// `{type: status reason}` of the pod's conditions, and its phase.
fn conditions(session: &Session) -> String {
    let pod = session.sim().cluster().store().get::<Pod>("default", "p").expect("p").clone();
    let status = pod.status.clone().unwrap_or_default();
    let of = |condition: &playground::api::PodCondition| {
        let reason = condition.reason.as_ref().map(|reason| format!(" {reason}")).unwrap_or_default();
        format!("{} {}{reason}", condition.type_, condition.status)
    };
    let all: Vec<String> = status.conditions.iter().flatten().map(of).collect();
    format!("{}: {}", status.phase.clone().unwrap_or_default(), all.join(", "))
}

#[test]
fn init_containers_run_one_after_the_other() {
    let spec = "{initContainers: [{name: i, image: one}, {name: j, image: two}], containers: [{name: c, image: three}]}";
    let check = |images: &str, seconds: u64, expect: &[&str]| check(images, spec, seconds, expect);
    check(
        "{match: one, runSeconds: 2}",
        8,
        &["0.0 0/1 Pending", "0.1 0/1 Init:0/2", "2.8 0/1 Init:1/2", "3.3 0/1 PodInitializing", "4.0 1/1 Running"],
    );
    check(
        "{match: two, behaviour: pull-fails}",
        4,
        &[
            "0.0 0/1 Pending",
            "0.1 0/1 Init:0/2",
            "0.9 0/1 Init:1/2",
            "1.2 0/1 Init:ErrImagePull",
            "2.2 0/1 Init:ImagePullBackOff",
        ],
    );
    check(
        "{match: one, behaviour: crash}",
        14,
        &[
            "0.0 0/1 Pending",
            "0.1 0/1 Init:0/2",
            "1.8 0/1 Init:Error",
            "2.3 0/1 Init:0/2 1",
            "3.3 0/1 Init:CrashLoopBackOff 1",
            "13.7 0/1 Init:0/2 2",
        ],
    );
}

#[test]
fn sidecars_run_beside_the_others_and_stop_last() {
    let spec = "{restartPolicy: Never, initContainers: [{name: s, image: one, restartPolicy: Always}, {name: j, image: two}], \
                containers: [{name: c, image: three}]}";
    let check = |images: &str, expect: &[&str], ending: &str| {
        let mut session = with_pod(images, spec);
        assert_eq!(story(&mut session, 8), expect, "{images}");
        assert_eq!(conditions(&session), ending, "{images}");
    };
    check(
        "{match: three, behaviour: completes, runSeconds: 3}",
        &[
            "0.0 0/2 Pending",
            "0.1 0/2 Init:0/2",
            "0.8 1/2 Init:1/2",
            "1.3 1/2 PodInitializing",
            "2.0 2/2 Running",
            "5.0 1/2 Completed",
            "5.5 0/2 Completed",
        ],
        "Succeeded: PodReadyToStartContainers False, Initialized True PodCompleted, Ready False PodCompleted, ContainersReady \
         False PodCompleted, PodScheduled True",
    );
    check(
        "{match: two, behaviour: crash}",
        &["0.0 0/2 Pending", "0.1 0/2 Init:0/2", "0.8 1/2 Init:1/2", "2.2 1/2 Init:Error", "2.7 0/2 Init:Error"],
        "Failed: PodReadyToStartContainers False, Initialized False ContainersNotInitialized, Ready False PodFailed, \
         ContainersReady False PodFailed, PodScheduled True",
    );
    // A sidecar that fails is started again, and its pod stays initialized.
    check(
        "{match: one, behaviour: crash, runSeconds: 4}",
        &[
            "0.0 0/2 Pending",
            "0.1 0/2 Init:0/2",
            "0.8 1/2 Init:1/2",
            "1.3 1/2 PodInitializing",
            "2.0 2/2 Running",
            "4.8 1/2 Init:Error",
            "5.3 2/2 Running 1",
        ],
        "Running: PodReadyToStartContainers True, Initialized True, Ready True, ContainersReady True, PodScheduled True",
    );
}

#[test]
fn restart_policies() {
    let check = |policy: &str, behaviour: &str, expect: &[&str], phase: &str| {
        let images = format!("{{match: one, behaviour: {behaviour}}}");
        let mut session = with_pod(&images, &format!("{{restartPolicy: {policy}, containers: [{{name: c, image: one}}]}}"));
        assert_eq!(story(&mut session, 20)[2..], *expect, "{policy} {behaviour}");
        assert!(conditions(&session).starts_with(phase), "{policy} {behaviour}: {}", conditions(&session));
    };
    let again = |word| {
        [
            "1.1 1/1 Running",
            word,
            "2.9 1/1 Running 1",
            "3.9 0/1 CrashLoopBackOff 1",
            "14.6 1/1 Running 2",
            "15.6 0/1 CrashLoopBackOff 2",
        ]
    };
    check("Always", "completes", &again("2.1 0/1 Completed"), "Running: ");
    check("Always", "crash", &again("2.1 0/1 Error"), "Running: ");
    check("OnFailure", "crash", &again("2.1 0/1 Error"), "Running: ");
    check("OnFailure", "completes", &["1.1 1/1 Running", "2.1 0/1 Completed"], "Succeeded: ");
    check("Never", "completes", &["1.1 1/1 Running", "2.1 0/1 Completed"], "Succeeded: ");
    check("Never", "crash", &["1.1 1/1 Running", "2.1 0/1 Error"], "Failed: ");
}

#[test]
fn a_command_ends_where_it_may() {
    let check = |spec: &str, expect: &[&str]| assert_eq!(story(&mut with_pod("", spec), 9)[2..], *expect, "{spec}");
    let container = "containers: [{name: c, image: one, command: [sh, -c, sleep 3; exit 2]}]";
    check(&format!("{{restartPolicy: Never, {container}}}"), &["1.1 1/1 Running", "4.1 0/1 Error"]);
    check(&format!("{{{container}}}"), &["1.1 1/1 Running"]);
    check("{restartPolicy: OnFailure, containers: [{name: c, image: one}]}", &["1.1 1/1 Running"]);
}

#[test]
fn back_off_forgets_after_ten_minutes_of_running() {
    let check = |run: u64, expect: &[&str]| {
        let images = format!("{{match: one, behaviour: crash, runSeconds: {run}}}");
        let mut session = with_pod(&images, "{containers: [{name: c, image: one}]}");
        let rows = story(&mut session, 2200);
        let words: Vec<&str> = rows[2..].iter().filter_map(|row| row.split_once(' ')).map(|(_, row)| row).collect();
        assert_eq!(words[..expect.len()], *expect, "{run}");
    };
    let [running, error, once] = ["1/1 Running", "0/1 Error", "1/1 Running 1"];
    check(590, &[running, error, once, "0/1 CrashLoopBackOff 1", "1/1 Running 2", "0/1 CrashLoopBackOff 2"]);
    check(601, &[running, error, once, "0/1 Error 1", "1/1 Running 2", "0/1 Error 2"]);
}

#[test]
fn probes() {
    let check = |images: &str, probes: &str, expect: &[&str], told: &[&str]| {
        let mut session = with_pod(images, &format!("{{containers: [{{name: c, image: one, {probes}}}]}}"));
        assert_eq!(story(&mut session, 42)[2..], *expect, "{images} {probes}");
        assert_eq!(events(&session, &["Unhealthy", "Killing"]), told, "{images} {probes}");
    };
    let sick = "{match: one, behaviour: not-ready}";
    // Killed after 5 s + 3 × 2 s.
    check(
        sick,
        "livenessProbe: {httpGet: {port: 80}, initialDelaySeconds: 5, periodSeconds: 2}",
        &[
            "1.1 0/1 Running",
            "12.6 0/1 Error",
            "13.4 0/1 Running 1",
            "24.9 0/1 Error 1",
            "25.7 0/1 Running 2",
            "37.2 0/1 Error 2",
            "38.0 0/1 Running 3",
        ],
        &[
            "Liveness probe failed: HTTP probe failed with statuscode: 503 x9",
            "Container c failed liveness probe, will be restarted x3",
        ],
    );
    check(
        sick,
        "readinessProbe: {exec: {command: [cat, /ready]}, periodSeconds: 20}",
        &["1.1 0/1 Running"],
        &["Readiness probe failed: cat: can't open '/ready': No such file or directory x2"],
    );
    let slow = |seconds: u32| format!("{{match: one, startSeconds: {seconds}}}");
    // Slow to start: a liveness probe alone kills it, a startup probe gives it time, not enough of it kills it too.
    check(
        &slow(35),
        "livenessProbe: {tcpSocket: {port: web}}, ports: [{name: web, containerPort: 80}]",
        &["1.1 0/1 Running", "31.6 0/1 Error", "32.4 0/1 Running 1"],
        &[
            "Liveness probe failed: dial tcp 10.244.0.2:80: connect: connection refused x3",
            "Container c failed liveness probe, will be restarted x1",
        ],
    );
    check(
        &slow(25),
        "startupProbe: {grpc: {port: 80}}, livenessProbe: {grpc: {port: 80}, periodSeconds: 1}, readinessProbe: {grpc: {port: 80}}",
        &["1.1 0/1 Running", "27.1 1/1 Running"],
        &["Startup probe failed: service unhealthy (responded with \"NOT_SERVING\") x2"],
    );
    check(
        &slow(35),
        "startupProbe: {tcpSocket: {port: 80}}",
        &["1.1 0/1 Running", "31.6 0/1 Error", "32.4 0/1 Running 1"],
        &[
            "Startup probe failed: dial tcp 10.244.0.2:80: connect: connection refused x3",
            "Container c failed startup probe, will be restarted x1",
        ],
    );
}

#[test]
fn a_deleted_pod_gets_its_grace_period() {
    let one = "{containers: [{name: c, image: one}]}";
    let check = |images: &str, spec: &str, after_millis: u64, line: &str, expect: &[&str]| {
        let mut session = with_pod(images, spec);
        session.advance(session.now() + Duration::from_millis(after_millis));
        type_in(&mut session, line);
        assert_eq!(story(&mut session, 40), expect, "{images} {spec} {line}");
    };
    let delete = "kubectl delete pod p --wait=false";
    let [stubborn, ok] = ["{match: one, behaviour: stubborn}", ""];
    check(ok, one, 3000, delete, &["0.0 1/1 Terminating", "0.6 gone"]);
    check(stubborn, one, 3000, delete, &["0.0 1/1 Terminating", "30.1 gone"]);
    check(stubborn, one, 3000, &format!("{delete} --grace-period=5"), &["0.0 1/1 Terminating", "5.1 gone"]);
    check(stubborn, one, 3000, &format!("{delete} --now"), &["0.0 1/1 Terminating", "2.1 gone"]);
    check(stubborn, one, 3000, &format!("{delete} --force"), &["0.0 gone"]);
    let ten = "{terminationGracePeriodSeconds: 10, containers: [{name: c, image: one}]}";
    check(stubborn, ten, 3000, delete, &["0.0 1/1 Terminating", "10.1 gone"]);
    // Asked again, with less patience.
    check(
        stubborn,
        ten,
        3000,
        &format!("{delete}; sleep 3; {delete} --grace-period=2"),
        &["0.0 1/1 Terminating", "5.1 gone"],
    );
    check("{match: one, behaviour: crash}", one, 8000, delete, &["0.0 0/1 Terminating 1", "0.2 gone"]);
    check("{match: one, behaviour: pull-fails}", one, 8000, delete, &["0.0 0/1 Terminating", "0.2 gone"]);
    check(ok, one, 500, delete, &["0.0 0/1 Terminating", "0.2 gone"]);
    let sidecars = "{initContainers: [{name: s, image: one, restartPolicy: Always}, {name: t, image: one, restartPolicy: Always}], \
                    containers: [{name: c, image: three}]}";
    let gone = ["0.0 3/3 Terminating", "0.6 2/3 Terminating", "1.1 1/3 Terminating", "1.6 gone"];
    check(ok, sidecars, 3000, delete, &gone);
}

#[test]
fn a_pod_that_has_ended_goes_at_once() {
    let mut session = with_pod("", "{restartPolicy: Never, containers: [{name: c, image: hello-world}]}");
    assert_eq!(story(&mut session, 4).last().expect("a row"), "2.1 0/1 Completed");
    type_in(&mut session, "kubectl delete pod p --wait=false");
    assert_eq!(story(&mut session, 4), ["0.0 gone"]);
}
