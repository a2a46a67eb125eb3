//! Deployments, StatefulSets, Jobs and disruption budgets, by what a person sees of them: lines in, text out.

use std::time::Duration;

use fancy_regex::Regex;
use playground::kubectl::Stream;
use playground::scenario::Scenario;
use playground::session::{Action, Session};

const SCENARIO: &str = r#"
version: 1
nodes:
- {name: worker-1}
- {name: worker-2}
- {name: worker-3}
images:
- {match: "perl:*", behaviour: completes, runSeconds: 3}
files:
  job.yaml: |
    apiVersion: batch/v1
    kind: Job
    metadata: {name: pi}
    spec:
      completions: 3
      parallelism: 2
      backoffLimit: 2
      template:
        spec:
          restartPolicy: Never
          containers:
          - {name: pi, image: "perl:5"}
  web.yaml: |
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, labels: {app: web}}
    spec:
      replicas: 3
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec:
          containers:
          - {name: web, image: "nginx:1.27"}
  db.yaml: |
    apiVersion: apps/v1
    kind: StatefulSet
    metadata: {name: db}
    spec:
      serviceName: db
      replicas: 3
      selector: {matchLabels: {app: db}}
      template:
        metadata: {labels: {app: db}}
        spec:
          containers:
          - {name: db, image: "postgres:16"}
      volumeClaimTemplates:
      - metadata: {name: data}
        spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
  budget.yaml: |
    apiVersion: policy/v1
    kind: PodDisruptionBudget
    metadata: {name: web}
    spec:
      minAvailable: 3
      selector: {matchLabels: {app: web}}
  local.yaml: |
    apiVersion: v1
    kind: Pod
    metadata: {name: local}
    spec:
      nodeName: worker-1
      containers:
      - {name: c, image: "nginx:1.27"}
      volumes:
      - {name: tmp, emptyDir: {}}
steps: []
"#;

/// A session with a terminal in which random names are called `A`, `B`, … in the order in which they appear.
struct Terminal {
    session: Session,
    random: Regex,
    names: Vec<String>,
}

impl Terminal {
    fn new() -> Terminal {
        let session = Session::new(&Scenario::parse(SCENARIO).expect("a scenario"));
        let random =
            Regex::new(r"(?<=-)[bcdfghjklmnpqrstvwxz2456789]{8,10}(-[bcdfghjklmnpqrstvwxz2456789]{5})?").expect("a pattern");
        Terminal { session, random, names: vec![] }
    }

    /// Runs a line to its end; `exit N` follows what it printed where it is not 0, `!` stands before lines of standard error.
    fn run(&mut self, line: &str) -> String {
        self.session.act(Action::Run(line.to_owned()));
        if !self.session.finish_command(Duration::from_secs(3600)) {
            self.session.act(Action::Interrupt);
        }
        let job = &self.session.entries().last().expect("a command").job;
        let errors: String = job.output.text(Stream::Err).lines().map(|line| format!("! {line}\n")).collect();
        let exit = job.exit.filter(|exit| *exit != 0).map(|exit| format!("exit {exit}\n")).unwrap_or_default();
        let text = job.output.text(Stream::Out) + &errors + &exit;
        self.plain(&text)
    }

    fn plain(&mut self, text: &str) -> String {
        let mut plain = text.to_owned();
        for found in self.random.find_iter(text).flatten() {
            let hash = found.as_str().split('-').next().unwrap_or_default().to_owned();
            let place = self.names.iter().position(|name| *name == hash).unwrap_or_else(|| {
                self.names.push(hash);
                self.names.len() - 1
            });
            let name = char::from(b'A' + u8::try_from(place).expect("a few names"));
            plain = plain.replacen(found.as_str(), &name.to_string(), 1);
        }
        plain
    }
}

/// Runs lines one after the other in a new session.
fn check(table: &[(&str, &str)]) {
    let mut terminal = Terminal::new();
    for (line, expect) in table {
        assert_eq!(terminal.run(line), *expect, "$ {line}");
    }
}

/// What the Deployment controller says it did, oldest first.
const SCALINGS: &str =
    "k get events -o jsonpath='{range .items[?(@.reason==\"ScalingReplicaSet\")]}{.message}{\"\\n\"}{end}'";
/// Type, reason and status of each condition of the Deployment.
const CONDITIONS: &str =
    "k get deploy web -o jsonpath='{range .status.conditions[*]}{.type} {.reason}={.status}{\"\\n\"}{end}'";

#[test]
fn a_rolling_update_goes_up_and_down_within_its_bounds() {
    // 25 % of 3 is one pod more (rounded up) and none fewer (rounded down).
    check(&[
        ("k apply -f web.yaml", "deployment.apps/web created\n"),
        ("k rollout status deploy/web | tail -1", "deployment \"web\" successfully rolled out\n"),
        ("k set image deploy/web web=nginx:1.28", "deployment.apps/web image updated\n"),
        ("k rollout status deploy web | tail -1", "deployment \"web\" successfully rolled out\n"),
        (
            SCALINGS,
            "Scaled up replica set web-A from 0 to 3\nScaled up replica set web-B from 0 to 1\nScaled down replica set web-A from 3 to \
             2\nScaled up replica set web-B from 1 to 2\nScaled down replica set web-A from 2 to 1\nScaled up replica set web-B from 2 \
             to 3\nScaled down replica set web-A from 1 to 0\n",
        ),
        (CONDITIONS, "Available MinimumReplicasAvailable=True\nProgressing NewReplicaSetAvailable=True\n"),
    ]);
    // maxSurge 1 and maxUnavailable 1 of 3: up and down at once.
    check(&[
        ("k apply -f web.yaml", "deployment.apps/web created\n"),
        (
            "k patch deploy web -p '{\"spec\":{\"strategy\":{\"rollingUpdate\":{\"maxUnavailable\":1}}}}'",
            "deployment.apps/web patched\n",
        ),
        ("k rollout status deploy web | tail -1", "deployment \"web\" successfully rolled out\n"),
        ("k set image deploy/web web=nginx:1.28", "deployment.apps/web image updated\n"),
        ("k rollout status deploy web | tail -1", "deployment \"web\" successfully rolled out\n"),
        (
            SCALINGS,
            "Scaled up replica set web-A from 0 to 3\nScaled up replica set web-B from 0 to 1\nScaled down replica set web-A from 3 to \
             2\nScaled up replica set web-B from 1 to 2\nScaled down replica set web-A from 2 to 0\nScaled up replica set web-B from 2 \
             to 3\n",
        ),
    ]);
}

#[test]
fn recreate_lets_the_old_pods_go_first() {
    check(&[
        ("k apply -f web.yaml", "deployment.apps/web created\n"),
        (
            "k patch deploy web -p '{\"spec\":{\"strategy\":{\"type\":\"Recreate\",\"rollingUpdate\":null}}}'",
            "deployment.apps/web patched\n",
        ),
        ("k rollout status deploy web | tail -1", "deployment \"web\" successfully rolled out\n"),
        ("k set image deploy/web web=nginx:1.28; sleep 0.3", "deployment.apps/web image updated\n"),
        ("k get rs --no-headers", "web-A   0     0     0     1s\n"),
        ("k rollout status deploy web | tail -1", "deployment \"web\" successfully rolled out\n"),
        (
            SCALINGS,
            "Scaled up replica set web-A from 0 to 3\nScaled down replica set web-A from 3 to 0\nScaled up replica set web-B from 0 \
             to 3\n",
        ),
    ]);
}

/// A rollout that gets stuck is scaled in proportion, times out, and goes back.
#[test]
fn a_stuck_rollout_keeps_its_proportions_and_goes_back() {
    check(&[
        ("k create deployment web --image=nginx:1.27 --replicas=10", "deployment.apps/web created\n"),
        ("k patch deploy web -p '{\"spec\":{\"progressDeadlineSeconds\":60}}'", "deployment.apps/web patched\n"),
        ("k annotate deploy web kubernetes.io/change-cause=first; sleep 3", "deployment.apps/web annotated\n"),
        ("k set image deploy/web nginx=nginx:bad; sleep 5", "deployment.apps/web image updated\n"),
        ("k get deploy --no-headers", "web   8/10   5     8     8s\n"),
        ("k get rs --no-headers", "web-A   8     8     8     8s\nweb-B   5     5     0     5s\n"),
        ("k scale deploy web --replicas=20; sleep 3", "deployment.apps/web scaled\n"),
        ("k get rs --no-headers", "web-A   15    15    15    11s\nweb-B   10    10    0     8s\n"),
        (
            "k rollout status deploy web",
            "Waiting for deployment \"web\" rollout to finish: 10 out of 20 new replicas have been updated...\n! error: deployment \
             \"web\" exceeded its progress deadline\nexit 1\n",
        ),
        (CONDITIONS, "Available MinimumReplicasAvailable=True\nProgressing ProgressDeadlineExceeded=False\n"),
        (
            "k rollout history deploy web",
            "deployment.apps/web \nREVISION  CHANGE-CAUSE\n1         first\n2         first\n\n",
        ),
        (
            "k rollout undo deploy web; k rollout status deploy web | tail -1",
            "deployment.apps/web rolled back\ndeployment \"web\" successfully rolled out\n",
        ),
        (
            "k rollout history deploy web",
            "deployment.apps/web \nREVISION  CHANGE-CAUSE\n2         first\n3         first\n\n",
        ),
        ("k rollout undo deploy web --to-revision=9", "! error: unable to find specified revision 9 in history\nexit 1\n"),
        (
            "k rollout undo deploy web --to-revision=3",
            "deployment.apps/web skipped rollback (current template already matches revision 3)\n",
        ),
        ("k get rs --no-headers", "web-A   20    20    20    71s\nweb-B   0     0     0     68s\n"),
    ]);
}

#[test]
fn a_paused_rollout_waits() {
    check(&[
        (
            "k apply -f web.yaml; sleep 3; k rollout pause deploy web",
            "deployment.apps/web created\ndeployment.apps/web paused\n",
        ),
        ("k rollout pause deploy web", "! error: deployments.apps \"web\" is already paused\nexit 1\n"),
        (
            "k rollout restart deploy web",
            "! error: deployments.apps \"web\" can't restart paused deployment (run rollout resume first)\nexit 1\n",
        ),
        ("k set image deploy/web web=nginx:1.28; sleep 3", "deployment.apps/web image updated\n"),
        ("k scale deploy web --replicas=4 --current-replicas=3; sleep 3", "deployment.apps/web scaled\n"),
        ("k scale deploy web --replicas=9 --current-replicas=3", "! error: Expected replicas to be 3, was 4\nexit 1\n"),
        (
            "k get deploy,rs --no-headers",
            "deployment.apps/web   4/4   0     4     9s\nreplicaset.apps/web-A   4     4     4     9s\n",
        ),
        (CONDITIONS, "Available MinimumReplicasAvailable=True\nProgressing DeploymentPaused=Unknown\n"),
        (
            "k rollout resume deploy web; k rollout status deploy web | tail -1",
            "deployment.apps/web resumed\ndeployment \"web\" successfully rolled out\n",
        ),
        ("k rollout resume deploy web", "! error: deployments.apps \"web\" is not paused\nexit 1\n"),
        ("k get rs --no-headers | grep ' 4 '", "web-B   4     4     4     2s\n"),
    ]);
}

/// Old ReplicaSets beyond the limit are deleted; pods without an owner are adopted, pods whose labels change are let go.
#[test]
fn a_deployment_keeps_what_is_its_own() {
    check(&[
        (
            "k apply -f web.yaml; k patch deploy web -p '{\"spec\":{\"revisionHistoryLimit\":1}}'",
            "deployment.apps/web created\ndeployment.apps/web patched\n",
        ),
        ("k rollout status deploy web | tail -1", "deployment \"web\" successfully rolled out\n"),
        (
            "k set image deploy web web=nginx:2; k rollout status deploy web | tail -1",
            "deployment.apps/web image updated\ndeployment \"web\" successfully rolled out\n",
        ),
        (
            "k set image deploy web web=nginx:3; k rollout status deploy web | tail -1; sleep 2",
            "deployment.apps/web image updated\ndeployment \"web\" successfully rolled out\n",
        ),
        ("k get rs -o jsonpath='{.items[*].spec.replicas}'", "3 0"),
        (
            "k delete deploy web --cascade=orphan; sleep 1; k get rs,pods -o name | wc -l",
            "deployment.apps \"web\" deleted from default namespace\n5\n",
        ),
        (
            "k apply -f web.yaml; k set image deploy web web=nginx:3; sleep 3",
            "deployment.apps/web created\ndeployment.apps/web image updated\n",
        ),
        ("k get pods -o name | wc -l", "3\n"),
        ("k label pod -l app=web app- | wc -l; sleep 3", "3\n"),
        ("k get pods -l app=web -o name | wc -l; k get pods -o name | wc -l", "3\n6\n"),
        (
            "k delete deploy web --cascade=foreground; k get rs,pods -l app=web",
            "deployment.apps \"web\" deleted from default namespace\n! No resources found in default namespace.\n",
        ),
        ("k get pods -o name | wc -l", "3\n"),
    ]);
}

/// What a budget says of itself: healthy, needed, expected, allowed, and why.
const BUDGET: &str = "k get pdb web -o jsonpath='{.status.currentHealthy} {.status.desiredHealthy} {.status.expectedPods} \
    {.status.disruptionsAllowed} {.status.conditions[0].reason}'";

#[test]
fn a_budget_holds_a_drain_back() {
    check(&[
        (
            "k apply -f web.yaml -f budget.yaml; sleep 3",
            "deployment.apps/web created\npoddisruptionbudget.policy/web created\n",
        ),
        (BUDGET, "3 3 3 0 InsufficientPods"),
        (
            "k drain worker-1 --timeout=7s",
            "node/worker-1 cordoned\nevicting pod default/web-A\nevicting pod default/web-A\nevicting pod default/web-A\n! error when \
             evicting pods/\"web-A\" -n \"default\" (will retry after 5s): Cannot evict pod as it would violate the pod's disruption \
             budget.\n! error when evicting pods/\"web-A\" -n \"default\" (will retry after 5s): Cannot evict pod as it would violate the \
             pod's disruption budget.\n! There are pending pods in node \"worker-1\" when an error occurred: error when evicting \
             pods/\"web-A\" -n \"default\": global timeout reached: 7s\n! pod/web-A\n! error: unable to drain node \"worker-1\" due to \
             error: error when evicting pods/\"web-A\" -n \"default\": global timeout reached: 7s, continuing command...\n! There are \
             pending nodes to be drained:\n!  worker-1\n! error when evicting pods/\"web-A\" -n \"default\": global timeout reached: \
             7s\nexit 1\n",
        ),
        ("k scale deploy web --replicas=4; sleep 3", "deployment.apps/web scaled\n"),
        (BUDGET, "4 3 4 1 SufficientPods"),
        (
            "k drain worker-1",
            "node/worker-1 already cordoned\nevicting pod default/web-A\npod/web-A evicted\nnode/worker-1 drained\n",
        ),
        // Another way past a budget that is too tight is to delete.
        (
            "k scale deploy web --replicas=3; sleep 3; k uncordon worker-1",
            "deployment.apps/web scaled\nnode/worker-1 uncordoned\n",
        ),
        ("k drain worker-2 --disable-eviction | tail -1", "node/worker-2 drained\n"),
    ]);
    // A share of pods is a share of what their controllers want to have; where these do not say, nothing may go.
    check(&[
        (
            "k apply -f web.yaml; sed 's/minAvailable: 3/maxUnavailable: 40%/' budget.yaml | k apply -f -; sleep 3",
            "deployment.apps/web created\npoddisruptionbudget.policy/web created\n",
        ),
        (BUDGET, "3 1 3 2 SufficientPods"),
        ("k run alone --image=nginx --labels=app=web; sleep 3", "pod/alone created\n"),
        (BUDGET, "4 1 3 3 SufficientPods"),
        ("k get events -o jsonpath='{.items[?(@.reason==\"UnmanagedPods\")].count}' | wc -w", "1\n"),
        (
            "sed 's/kind: Deployment/kind: DaemonSet/; /replicas: 3/d; s/name: web, labels/name: ds, labels/' web.yaml | k apply -f -; sleep 3",
            "daemonset.apps/ds created\n",
        ),
        (BUDGET, "4 1 3 0 SyncFailed"),
        (
            "k get pdb web -o jsonpath='{.status.conditions[0].message}'",
            "daemonsets.apps does not implement the scale subresource",
        ),
    ]);
}

#[test]
fn a_drain_spares_what_it_may_not_take() {
    let refused = |why: &str| {
        format!(
            "! error: unable to drain node \"worker-1\" due to error: cannot delete {why}, continuing command...\n! There are pending \
             nodes to be drained:\n!  worker-1\n! cannot delete {why}\nexit 1\n"
        )
    };
    let usage = "! See 'kubectl drain -h' for help and examples\n";
    check(&[
        ("k apply -f local.yaml; sleep 2", "pod/local created\n"),
        ("k drain", &format!("! error: USAGE: drain NODE [flags]\n{usage}exit 1\n")),
        (
            "k drain worker-1 -l a=b",
            &format!("! error: cannot specify both a node name and a --selector option\n{usage}exit 1\n"),
        ),
        (
            "k drain worker-1 --pod-selector='a b'",
            "! error: --pod-selector=<pod_selector> must be a valid label selector\nexit 1\n",
        ),
        ("k drain worker-9", "! Error from server (NotFound): nodes \"worker-9\" not found\nexit 1\n"),
        ("k cordon worker-1", "node/worker-1 cordoned\n"),
        (
            "k drain worker-1 >/dev/null",
            &refused("Pods with local storage (use --delete-emptydir-data to override): default/local"),
        ),
        (
            "k drain worker-1 --delete-emptydir-data >/dev/null",
            &refused("Pods that declare no controller (use --force to override): default/local"),
        ),
        ("k drain worker-1 --pod-selector=a=b", "node/worker-1 already cordoned\nnode/worker-1 drained\n"),
        (
            "k drain worker-1 --delete-emptydir-data --force --dry-run=client",
            "node/worker-1 already cordoned (dry run)\nevicting pod default/local (dry run)\nnode/worker-1 drained (dry run)\n! \
             Warning: deleting Pods that declare no controller: default/local\n",
        ),
        (
            "k drain worker-1 --delete-emptydir-data --force --timeout=200ms 2>&1 | tail -1",
            "error when waiting for pod \"local\" in namespace \"default\" to terminate: context deadline exceeded\n",
        ),
        (
            "k get pod local -o jsonpath='{.status.conditions[?(@.type==\"DisruptionTarget\")].reason}'",
            "EvictionByEvictionAPI",
        ),
    ]);
}

/// Name and image of each pod of the StatefulSet.
const IMAGES: &str =
    "k get pods -l app=db -o jsonpath='{range .items[*]}{.metadata.name} {.spec.containers[0].image}{\"\\n\"}{end}'";

#[test]
fn a_stateful_set_goes_by_its_order() {
    check(&[
        ("k apply -f db.yaml; sleep 1.5", "statefulset.apps/db created\n"),
        (
            "k get pods --no-headers",
            "db-0   1/1   Running             0     1s\ndb-1   0/1   ContainerCreating   0     0s\n",
        ),
        ("k rollout status sts db | tail -1", "partitioned roll out complete: 3 new pods have been updated...\n"),
        (
            "k get sts db --no-headers; k get pvc -o name",
            "db    3/3   3s\npersistentvolumeclaim/data-db-0\npersistentvolumeclaim/data-db-1\npersistentvolumeclaim/data-db-2\n",
        ),
        // The last pod is replaced first, and the one before only when that is ready again.
        ("k set image sts db db=postgres:17; sleep 2", "statefulset.apps/db image updated\n"),
        (IMAGES, "db-0 postgres:16\ndb-1 postgres:16\ndb-2 postgres:17\n"),
        ("k rollout status sts db | tail -1", "partitioned roll out complete: 3 new pods have been updated...\n"),
        (IMAGES, "db-0 postgres:17\ndb-1 postgres:17\ndb-2 postgres:17\n"),
        (
            "k get sts db -o jsonpath='{.status.currentReplicas} {.status.updatedReplicas} {.status.currentRevision}={.status.updateRevision}'",
            "3 3 db-A=db-A",
        ),
        ("k rollout history sts db", "statefulset.apps/db \nREVISION  CHANGE-CAUSE\n1         <none>\n2         <none>\n\n"),
        // Below the partition nothing changes, whatever becomes of a pod.
        (
            "k patch sts db -p '{\"spec\":{\"updateStrategy\":{\"rollingUpdate\":{\"partition\":2}}}}'",
            "statefulset.apps/db patched\n",
        ),
        (
            "k rollout undo sts db --to-revision=1 2>/dev/null; sleep 3; k delete pod db-0 --wait=false; sleep 3",
            "statefulset.apps/db rolled back\npod \"db-0\" deleted from default namespace\n",
        ),
        (IMAGES, "db-0 postgres:17\ndb-1 postgres:17\ndb-2 postgres:16\n"),
        ("k rollout history sts db", "statefulset.apps/db \nREVISION  CHANGE-CAUSE\n2         <none>\n3         <none>\n\n"),
        // Up from the first, down from the last, one at a time.
        (
            "k scale sts db --replicas=5; sleep 0.5; k get pods -o name",
            "statefulset.apps/db scaled\npod/db-0\npod/db-1\npod/db-2\npod/db-3\n",
        ),
        (
            "sleep 4; k scale sts db --replicas=2; sleep 1; k get pods -o name",
            "statefulset.apps/db scaled\npod/db-0\npod/db-1\npod/db-2\npod/db-3\n",
        ),
        ("sleep 3; k get pods -o name", "pod/db-0\npod/db-1\n"),
        (
            "k delete sts db; sleep 1; k get pods; k get pvc -o name | wc -l",
            "statefulset.apps \"db\" deleted from default namespace\n5\n! No resources found in default namespace.\n",
        ),
    ]);
    // In parallel all of them come at once; with OnDelete only a deleted pod is replaced.
    check(&[
        (
            "sed 's/serviceName: db/podManagementPolicy: Parallel/' db.yaml | k apply -f -; sleep 0.5",
            "statefulset.apps/db created\n",
        ),
        ("k get pods -o name | wc -l", "3\n"),
        (
            "k patch sts db -p '{\"spec\":{\"updateStrategy\":{\"type\":\"OnDelete\",\"rollingUpdate\":null}}}'",
            "statefulset.apps/db patched\n",
        ),
        (
            "sleep 3; k set image sts db db=postgres:17; sleep 2; k delete pod db-1 --wait=false; sleep 3",
            "statefulset.apps/db image updated\npod \"db-1\" deleted from default namespace\n",
        ),
        (IMAGES, "db-0 postgres:16\ndb-1 postgres:17\ndb-2 postgres:16\n"),
        ("k rollout status sts db", "! error: rollout status is only available for RollingUpdate strategy type\nexit 1\n"),
        ("k scale sts db --replicas=0; sleep 1; k get pods -o name | wc -l", "statefulset.apps/db scaled\n0\n"),
    ]);
}

/// What the job controller says, oldest first, with the second since the Job was made.
const JOB: &str = "k get events -o jsonpath='{range .items[?(@.involvedObject.kind==\"Job\")]}{.reason}{\" \"}{end}'";
/// Type and reason of each condition of the Job that holds.
const ENDS: &str = "k get job pi -o jsonpath='{range .status.conditions[?(@.status==\"True\")]}{.type}={.reason} {end}'";
/// Active, succeeded and failed pods.
const TALLY: &str = "k get job pi -o jsonpath='{.status.active}/{.status.succeeded}/{.status.failed}'";

#[test]
fn a_job_runs_to_its_end() {
    check(&[
        ("k apply -f job.yaml; sleep 2; k get pods -o name | wc -l", "job.batch/pi created\n2\n"),
        (TALLY, "2//"),
        ("k get pods -o jsonpath='{.items[0].metadata.finalizers[0]}'", "batch.kubernetes.io/job-tracking"),
        ("sleep 4", ""),
        (TALLY, "1/2/"),
        ("sleep 6; k get jobs --no-headers", "pi    Complete   3/3   10s   12s\n"),
        (ENDS, "SuccessCriteriaMet=CompletionsReached Complete=CompletionsReached "),
        (JOB, "SuccessfulCreate SuccessfulCreate SuccessfulCreate Completed "),
        ("k get pods -o jsonpath='{.items[*].metadata.finalizers}'", ""),
        (
            "k delete job pi; sleep 1; k get pods",
            "job.batch \"pi\" deleted from default namespace\n! No resources found in default namespace.\n",
        ),
    ]);
}

/// Each failure doubles the wait: 10 s, then 20 s, and at the third the Job gives up.
#[test]
fn a_job_backs_off_and_gives_up() {
    check(&[
        ("sed 's/completions: 3/completions: 1/; s/perl/crash/' job.yaml | k apply -f -", "job.batch/pi created\n"),
        ("sleep 10; k get pods -o name | wc -l", "1\n"),
        ("sleep 4; k get pods -o name | wc -l", "2\n"),
        ("sleep 18; k get pods -o name | wc -l", "2\n"),
        ("sleep 5; k get pods -o name | wc -l", "3\n"),
        ("sleep 60; k get jobs --no-headers | cut -d' ' -f1-5", "pi    Failed\n"),
        (TALLY, "//3"),
        (ENDS, "FailureTarget=BackoffLimitExceeded Failed=BackoffLimitExceeded "),
        (JOB, "SuccessfulCreate SuccessfulCreate SuccessfulCreate BackoffLimitExceeded "),
    ]);
}

#[test]
fn a_job_has_a_deadline_and_a_time_to_live() {
    check(&[
        (
            "sed 's/backoffLimit: 2/activeDeadlineSeconds: 2/; s/parallelism: 2/ttlSecondsAfterFinished: 5/; s/perl/nginx/' job.yaml | k apply -f -",
            "job.batch/pi created\n",
        ),
        ("sleep 4", ""),
        (ENDS, "FailureTarget=DeadlineExceeded Failed=DeadlineExceeded "),
        ("k get pods", "! No resources found in default namespace.\n"),
        ("sleep 6; k get jobs", "! No resources found in default namespace.\n"),
    ]);
}

#[test]
fn a_suspended_job_has_no_pods() {
    check(&[
        ("sed 's/backoffLimit: 2/suspend: true/' job.yaml | k apply -f -; sleep 2", "job.batch/pi created\n"),
        (ENDS, "Suspended=JobSuspended "),
        ("k patch job pi -p '{\"spec\":{\"suspend\":false}}'; sleep 2", "job.batch/pi patched\n"),
        (TALLY, "2//"),
        ("k patch job pi -p '{\"spec\":{\"suspend\":true}}'; sleep 3", "job.batch/pi patched\n"),
        // Pods that a suspension ends have not failed.
        (TALLY, "//"),
        ("k patch job pi -p '{\"spec\":{\"suspend\":false}}'; sleep 14", "job.batch/pi patched\n"),
        (TALLY, "/3/"),
        ("k get jobs -o jsonpath='{.items[*].status.conditions[*].type}'", "Suspended SuccessCriteriaMet Complete"),
    ]);
}

#[test]
fn an_indexed_job_counts_indexes() {
    check(&[
        ("sed 's/backoffLimit: 2/completionMode: Indexed/' job.yaml | k apply -f -; sleep 7", "job.batch/pi created\n"),
        ("k get job pi -o jsonpath='{.status.completedIndexes}'", "0,1"),
        ("sleep 4; k get job pi -o jsonpath='{.status.completedIndexes}'", "0-2"),
        ("k get pods -o jsonpath='{.items[*].spec.hostname}'", "pi-0 pi-1 pi-2"),
        ("k get pods -o jsonpath='{.items[2].spec.containers[0].env[0].name}'", "JOB_COMPLETION_INDEX"),
    ]);
}

/// The three ways to delete an owner, for each of them.
#[test]
fn what_is_owned_goes_after_before_or_never() {
    for (file, kind, name, pods) in [
        ("web.yaml", "deployment.apps", "web", 3),
        ("db.yaml", "statefulset.apps", "db", 3),
        ("job.yaml", "job.batch", "pi", 2),
    ] {
        for (cascade, left) in [("background", 0), ("foreground", 0), ("orphan", pods)] {
            check(&[
                (
                    &format!("k apply -f {file}; sleep 4; k get pods -o name | wc -l"),
                    &format!("{kind}/{name} created\n{pods}\n"),
                ),
                (
                    &format!("k delete -f {file} --cascade={cascade}; k get {kind}"),
                    &format!(
                        "{kind} \"{name}\" deleted from default namespace\n! No resources found in default namespace.\n"
                    ),
                ),
                ("sleep 1; k get pods -o name | wc -l", &format!("{left}\n")),
                ("k get pods -o jsonpath='{.items[*].metadata.finalizers}'", ""),
            ]);
        }
    }
}
