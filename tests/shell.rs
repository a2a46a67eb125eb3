//! The shell and kubectl as a person at the keyboard meets them: lines in, text out; nothing a person types may panic.
//!
//! `tests/shell/bash.txt` holds what a real bash prints.

use std::time::Duration;

use playground::kubectl::{Output, Stream};
use playground::scenario::Scenario;
use playground::session::{Action, Session};

#[path = "support/session.rs"]
mod support;
use support::{SCENARIO, last, run, session, with_daemon_set};

fn check(session: &mut Session, table: &[(&str, &str)]) {
    for (line, expect) in table {
        assert_eq!(run(session, line), *expect, "$ {line}");
    }
}

#[test]
fn files_and_text() {
    check(
        &mut session(),
        &[
            ("ls", "ds.yaml\nempty\nwords.txt\n"),
            ("ls nope", "! ls: cannot access 'nope': No such file or directory\nexit 2\n"),
            ("cat words.txt", "one two\ntwo three\ntwo three\n"),
            ("cat nope", "! cat: nope: No such file or directory\nexit 1\n"),
            ("grep -n three words.txt", "2:two three\n3:two three\n"),
            ("grep -c 'o.e' words.txt", "1\n"),
            ("grep -v two words.txt", "exit 1\n"),
            ("grep -o 't[a-z]*' words.txt | sort | uniq -c", "      2 three\n      3 two\n"),
            ("grep [ words.txt", "! grep: Unmatched [, [^, [:, [., or [=\nexit 2\n"),
            ("head -n 1 words.txt; tail -1 words.txt", "one two\ntwo three\n"),
            ("cat words.txt | wc -l", "3\n"),
            ("wc words.txt", " 3  6 28 words.txt\n"),
            ("awk '{print $2, NR}' words.txt", "two 1\nthree 2\nthree 3\n"),
            ("awk '/one/' words.txt", "one two\n"),
            ("cut -d' ' -f2 words.txt | uniq", "two\nthree\n"),
            ("sed 's/two/2/g; s|one|a/b|' words.txt | head -2", "a/b 2\n2 three\n"),
            ("sed 's/t\\(w\\)o/[&]/' words.txt | head -1", "one [two]\n"),
            ("sed -n '2p' words.txt", "two three\n"),
            ("sed '/one/d' words.txt | wc -l", "2\n"),
            (
                "sort -c words.txt",
                "! sort: the playground's sort has no -c: sort FILE | diff FILE - shows what is not in order\n\
                 exit 2\n",
            ),
            ("sort -o x words.txt", "! sort: the playground's sort has no -o: > FILE does it\nexit 2\n"),
            ("chmod +x words.txt", "! the playground's files have no modes: bash FILE runs one\nexit 127\n"),
            ("env -i A=b env", "! env: the playground's env has no -i\nexit 125\n"),
            ("sed -i s/one/1/ words.txt && head -1 words.txt", "1 two\n"),
            ("echo a > x; echo b >> x; cat x", "a\nb\n"),
            ("cat < x", "a\nb\n"),
            ("cp x y && mv y z && ls ?", "x\nz\n"),
            ("rm x z; ls x", "! ls: cannot access 'x': No such file or directory\nexit 2\n"),
            ("echo -n a; echo -e 'b\\tc'", "ab\tc\n"),
            ("NAME=value; echo $NAME ${NAME}s '$NAME' \"$NAME\"", "value values $NAME value\n"),
            ("false; echo $?", "1\n"),
            ("false || echo no && echo yes", "no\nyes\n"),
            ("true && false || echo x; echo y", "x\ny\n"),
            ("echo a > dir/x", "! bash: line 1: dir/x: No such file or directory\nexit 1\n"),
            ("nope | wc -l", "0\n! bash: line 1: nope: command not found\n"),
            ("nope", "! bash: line 1: nope: command not found\nexit 127\n"),
            ("cat nope 2>/dev/null", "exit 1\n"),
            ("cat nope > out 2>&1; cat out", "cat: nope: No such file or directory\n"),
            ("echo a >&1 > out; cat out; echo b >&1", "a\nb\n"),
            ("echo 'open", "! bash: -c: line 1: unexpected EOF while looking for matching `''\nexit 2\n"),
            ("echo $(date)", "Mon Jan 5 09:00:01 UTC 2026\n"),
            ("sleep x", "! sleep: invalid time interval 'x'\n! Try 'sleep --help' for more information.\nexit 1\n"),
            ("exit 3; echo never", "exit 3\n"),
        ],
    );
}

#[test]
fn machines() {
    check(
        &mut session(),
        &[
            ("node add worker-3 --label disktype=ssd --taint dedicated=gpu:NoSchedule", "node/worker-3 joined\n"),
            ("kubectl get node worker-3 -L disktype --no-headers -o name", "node/worker-3\n"),
            ("kubectl get node -l disktype=ssd -o name", "node/worker-3\n"),
            ("node add worker-3", "! node: there is a node \"worker-3\" already\nexit 1\n"),
            ("node remove worker-9", "! node: there is no node \"worker-9\"\nexit 1\n"),
            ("node remove worker-3", "node/worker-3 removed\n"),
            (
                "node explode x",
                "! node: cannot \"explode\": it can add, notready, poweroff, poweron, pressure, ready, relief, \
                 remove\nexit 1\n",
            ),
            ("node add", "! node: what is its name? node add NAME\nexit 1\n"),
            ("node add --help | head -1", "node does to a machine what no kubectl command can:\n"),
            (
                "node add a b",
                "! node: one at a time: \"b\" is too much (for i in 1 2 3; do node add n-$i; done adds three)\nexit 1\n",
            ),
            ("node pressure worker-1", "! node: which one, and what? node pressure NAME memory\nexit 1\n"),
            ("node pressure worker-1 gold", "! node: \"gold\" is none of memory, disk, pid, network\nexit 1\n"),
            ("node pressure worker-1 memory", "node/worker-1 under pressure\n"),
            ("node relief node/worker-1 memory", "node/worker-1 relieved\n"),
            ("node notready worker-1", "node/worker-1 reports NotReady\n"),
            ("sleep 1; kubectl get node worker-1 --no-headers | awk '{print $2}'", "NotReady\n"),
            (
                "node ready worker-1; node poweroff worker-2; node poweron worker-2",
                "node/worker-1 reports Ready\nnode/worker-2 powered off\nnode/worker-2 powered on\n",
            ),
        ],
    );
}

#[test]
fn kubectl_says_what_it_does() {
    let mut session = with_daemon_set();
    check(
        &mut session,
        &[
            (
                "k get ds -o custom-columns=N:.metadata.name,I:spec.template.spec.containers[*].image",
                "N         I\nfluentd   fluent/fluentd:v1.16\n",
            ),
            ("k get ds fluentd -o jsonpath='{.status.numberReady}/{.status.desiredNumberScheduled}{\"\\n\"}'", "2/2\n"),
            ("k get nodes --sort-by='{.metadata.name}' -o name", "node/control-plane\nnode/worker-1\nnode/worker-2\n"),
            ("k get ds,nodes -o name", "daemonset.apps/fluentd\nnode/control-plane\nnode/worker-1\nnode/worker-2\n"),
            ("k get ds -o foo 2>&1 | cut -c1-5", "error\n"),
            ("k get ds fluentd -A", "! error: a resource cannot be retrieved by name across all namespaces\nexit 1\n"),
            (
                "k get ds -l 'a in'",
                "! Error from server (BadRequest): Unable to find \"apps/v1, Resource=daemonsets\" that match label selector \
                 \"a in\", field selector \"\": unable to parse requirement: found '' expected: '('\nexit 1\n",
            ),
            (
                "k get pods --field-selector nope=1",
                "! Error from server (BadRequest): Unable to find \"/v1, Resource=pods\" that match label selector \"\", field selector \"nope=1\": field label not supported: nope\nexit 1\n",
            ),
            ("k get pods/a/b", "! error: arguments in resource/name form may not have more than one slash\nexit 1\n"),
            ("k delete ds", "! error: resource(s) were provided, but no name was specified\nexit 1\n"),
            ("k delete pods -l nope=1", "No resources found\n"),
            ("k annotate ds fluentd kubernetes.io/change-cause=first", "daemonset.apps/fluentd annotated\n"),
            ("k patch ds fluentd --type=merge -p '{\"spec\":{\"minReadySeconds\":1}}'", "daemonset.apps/fluentd patched\n"),
            (
                "k patch ds fluentd --type=merge -p '{\"spec\":{\"minReadySeconds\":1}}'",
                "daemonset.apps/fluentd patched (no change)\n",
            ),
            (
                "k patch ds fluentd --type=json -p '[{\"op\":\"replace\",\"path\":\"/spec/minReadySeconds\",\"value\":0}]'",
                "daemonset.apps/fluentd patched\n",
            ),
            (
                "k patch ds fluentd -p '{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"$patch\":\"delete\",\"name\":\"none\"}]}}}}'",
                "daemonset.apps/fluentd patched (no change)\n",
            ),
            (
                "k patch ds fluentd -p nope",
                "! Error from server (BadRequest): json: cannot unmarshal string into Go value of type map[string]interface {}\nexit 1\n",
            ),
            (
                "k scale ds fluentd --replicas=2",
                "! Error from server (NotFound): the server could not find the requested resource\nexit 1\n",
            ),
            (
                "k taint node worker-1 a:b",
                "! error: invalid taint effect: b, unsupported taint effect\n! See 'kubectl taint -h' for help and examples\nexit 1\n",
            ),
            ("k taint node worker-1 a=b:NoSchedule", "node/worker-1 tainted\n"),
            (
                "k taint node worker-1 a=c:NoSchedule",
                "! error: node worker-1 already has a taint(s) with same effect(s) and --overwrite is false\nexit 1\n",
            ),
            ("k taint node worker-1 a=c:NoSchedule --overwrite", "node/worker-1 modified\n"),
            ("k taint node worker-1 a-", "node/worker-1 untainted\n"),
            ("k cordon", "! error: USAGE: cordon NODE [flags]\n! See 'kubectl cordon -h' for help and examples\nexit 1\n"),
            (
                "k set image ds/fluentd '*=fluent/fluentd:v2' && k rollout status ds/fluentd | tail -1",
                "daemonset.apps/fluentd image updated\ndaemon set \"fluentd\" successfully rolled out\n",
            ),
            ("k set image ds/fluentd fluentd=fluent/fluentd:v2", ""),
            ("k rollout restart ds/fluentd", "daemonset.apps/fluentd restarted\n"),
            (
                "k rollout status ds/fluentd --watch=false --timeout=x",
                "! error: invalid argument \"x\" for \"--timeout\" flag: time: invalid duration \"x\"\n! See 'kubectl rollout status --help' for usage.\nexit 1\n",
            ),
            (
                "k rollout status ds/fluentd >/dev/null; k delete ds fluentd",
                "daemonset.apps \"fluentd\" deleted from default namespace\n",
            ),
            (
                "sleep 3; k get all",
                "NAME                 TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE\n\
                 service/kubernetes   ClusterIP   10.96.0.1    <none>        443/TCP   13s\n",
            ),
            ("k drain worker-1", "node/worker-1 cordoned\nnode/worker-1 drained\n"),
            ("k get deploy", "! No resources found in default namespace.\n"),
        ],
    );
}

#[test]
fn what_is_printed_can_be_applied() {
    let mut session = with_daemon_set();
    run(&mut session, "kubectl get ds fluentd -o yaml > live.yaml");
    for kind in ["yaml", "json"] {
        run(&mut session, &format!("kubectl get ds fluentd -o {kind} > live.{kind}"));
        let answer = run(&mut session, &format!("kubectl replace -f live.{kind}"));
        assert_eq!(answer, "daemonset.apps/fluentd replaced\n");
        let again = run(&mut session, "kubectl get ds fluentd -o jsonpath={.metadata.generation}");
        assert_eq!(again, "1", "nothing changed");
    }
    let live = run(&mut session, "kubectl get ds fluentd -o yaml");
    run(&mut session, "sed -i /resourceVersion/d live.yaml; kubectl apply -f live.yaml");
    assert_eq!(run(&mut session, "kubectl apply -f live.yaml"), "daemonset.apps/fluentd unchanged\n");
    let generation = |text: &str| text.lines().find(|line| line.starts_with("  generation")).map(str::to_owned);
    assert_eq!(generation(&run(&mut session, "kubectl get ds fluentd -o yaml")), generation(&live));
}

#[test]
fn commands_that_wait_end_with_ctrl_c() {
    let mut session = with_daemon_set();
    session.act(Action::Run("kubectl get pods -w --no-headers; echo never".to_owned()));
    assert!(session.is_busy());
    let printed = last(&session).lines().count();
    assert_eq!(printed, 2, "{}", last(&session));
    session.act(Action::Interrupt);
    assert!(!session.is_busy());
    assert!(last(&session).ends_with("exit 1\n"), "{}", last(&session));
    session.act(Action::Run("sleep 1000 && echo never".to_owned()));
    session.act(Action::Interrupt);
    assert_eq!(last(&session), "exit 130\n");
    // What happened before a watch began is no news to it.
    session.act(Action::Run("kubectl delete pod -l name=fluentd --wait=false; kubectl get pods -w --no-headers".to_owned()));
    let rows = last(&session).lines().filter(|line| line.contains("Terminating")).count();
    assert_eq!(rows, 2, "{}", last(&session));
    session.advance(session.now() + Duration::from_secs(5));
    session.act(Action::Interrupt);
    assert!(last(&session).contains("Running"));
}

#[test]
fn a_line_goes_on_after_a_command_that_waited() {
    let mut session = with_daemon_set();
    let before = session.now();
    let printed = run(&mut session, "kubectl delete pod -l name=fluentd | wc -l; sleep 2 && echo later");
    assert_eq!(printed, "2\nlater\n");
    assert!(session.now() - before >= Duration::from_secs(2));
    let timed_out = run(
        &mut session,
        "kubectl set image ds/fluentd fluentd=x:bad; kubectl rollout status ds/fluentd --timeout=3s | tail -1",
    );
    assert!(timed_out.contains("! error: timed out waiting for the condition\n"), "{timed_out}");
}

/// Lines that once were, or could be, too much.
const NASTY: &[&str] = &[
    "",
    " ",
    "#",
    "'",
    "\"",
    "\\",
    "|",
    "||",
    "&&",
    "&",
    ";",
    ";;",
    ">",
    "<",
    ">>",
    "2>",
    "2>&1",
    ">&2",
    "$",
    "$$",
    "${",
    "${}",
    "$(",
    "`",
    "é",
    "🦀 | 🦀",
    "echo \\",
    "echo \"\\",
    "echo ${?}",
    "a=",
    "=",
    "a=b=c",
    "1a=b",
    "echo é > é; cat é",
    "cat -",
    "cat | cat | cat",
    "* *",
    "? < ?",
    "ls *",
    "echo > ''",
    "cat < ''",
    "grep",
    "grep ''",
    "grep '' ds.yaml",
    "grep -E '(((' ds.yaml",
    "grep '\\' ds.yaml",
    "grep -E '(a*)*b' ds.yaml",
    "grep -A",
    "grep -A x a ds.yaml",
    "grep -e",
    "sed",
    "sed s",
    "sed s/",
    "sed 's/a/b' ds.yaml",
    "sed 's/a*/x/g' ds.yaml",
    "sed 'é' ds.yaml",
    "sed 'séaébé' ds.yaml",
    "sed '$d' empty",
    "sed -i",
    "sed '0p' ds.yaml",
    "sed '9,1d' ds.yaml",
    "sed '/'",
    "awk",
    "awk '{print $99999999999999999999}' ds.yaml",
    "awk '{print \"'",
    "awk '{print \"\\\"}' ds.yaml",
    "awk é",
    "awk -F",
    "awk -F é '{print $2}' ds.yaml",
    "awk 'NR>' ds.yaml",
    "head -n",
    "head -n -9223372036854775808 ds.yaml",
    "tail -n +0 ds.yaml",
    "tail -n +99999999999999999999 ds.yaml",
    "head -c 3 ds.yaml",
    "tail -é",
    "echo hello | tr éa-z A-Z",
    "echo hello | tr '\\é' '\\'",
    "head -99999999999 ds.yaml",
    "wc nope ds.yaml",
    "cut -d é -f 1-",
    "cut -f 0 ds.yaml",
    "cut -f - ds.yaml",
    "cut -d '' -f1",
    "sort -k 0 ds.yaml",
    "sort -k9999999999999 -n ds.yaml",
    "uniq -c empty",
    "tee",
    "tee /",
    "tee a/b",
    "cp",
    "cp a",
    "cp ds.yaml ds.yaml",
    "mv ds.yaml ds.yaml",
    "mv ds.yaml /",
    "rm",
    "rm -rf /",
    "touch .",
    "touch",
    "sleep",
    "sleep -1",
    "sleep nan",
    "sleep inf",
    "sleep 1e400",
    "sleep é",
    "exit x",
    "exit 99999999999999",
    "export",
    "export =",
    "history",
    "node",
    "node add é",
    "node add -x",
    "node add a --cpu x",
    "node add A_B",
    "node add x --taint :",
    "node add x --label =",
    "node add '' ",
    "kubectl",
    "kubectl ''",
    "kubectl -",
    "kubectl --",
    "kubectl -- get pods",
    "kubectl -n",
    "kubectl -n x",
    "kubectl --nope",
    "kubectl -é",
    "kubectl help nope",
    "kubectl --help",
    "kubectl get --help",
    "kubectl get",
    "kubectl get ''",
    "kubectl get /",
    "kubectl get a/",
    "kubectl get /b",
    "kubectl get ,",
    "kubectl get ds,",
    "kubectl get ds/a,b/c",
    "kubectl get é",
    "kubectl get ds é",
    "kubectl get pods -n ''",
    "kubectl get pods -n é",
    "kubectl get pods -o",
    "kubectl get pods -o ''",
    "kubectl get pods -o jsonpath",
    "kubectl get pods -o jsonpath=",
    "kubectl get pods -o jsonpath='{'",
    "kubectl get pods -o jsonpath='{.items[-9223372036854775808]}'",
    "kubectl get pods -o jsonpath='{.items[0:9:0]}'",
    "kubectl get pods -o jsonpath='{.items[?(@.a==]}'",
    "kubectl get pods -o jsonpath='{range}'",
    "kubectl get pods -o jsonpath='{range .items[*]}{end}{end}'",
    "kubectl get pods -o jsonpath='{..}'",
    "kubectl get pods -o jsonpath='{................}' | wc -c",
    "kubectl get pods -o jsonpath='{é}'",
    "kubectl get pods -o jsonpath=\"{'é\"",
    "kubectl get pods -o custom-columns=",
    "kubectl get pods -o custom-columns=A",
    "kubectl get pods -o custom-columns=A:,B:.x",
    "kubectl get pods --sort-by=",
    "kubectl get pods --sort-by=é",
    "kubectl get pods --sort-by='{'",
    "kubectl get pods --field-selector =",
    "kubectl get pods --field-selector a",
    "kubectl get pods -l =",
    "kubectl get pods -l 'a in ('",
    "kubectl get pods -l '!'",
    "kubectl get pods -L ,",
    "kubectl get pods -w -o yaml",
    "kubectl get pods,ds -w",
    "kubectl get -w",
    "kubectl get pods a b -w",
    "kubectl get events -A -o wide",
    "kubectl get all -A",
    "kubectl get -f ds.yaml",
    "kubectl get -f empty",
    "kubectl get -f .",
    "kubectl apply -f",
    "kubectl apply -f ''",
    "kubectl apply -f -",
    "kubectl apply -f - < empty",
    "kubectl apply -f words.txt",
    "kubectl apply -f . --dry-run=x",
    "kubectl apply -f ds.yaml -f ds.yaml",
    "kubectl apply -f ds.yaml -o json",
    "kubectl apply -f http://x",
    "echo '{}' | kubectl apply -f -",
    "echo '[]' | kubectl apply -f -",
    "echo 'a: [' | kubectl apply -f -",
    "echo '&a *a' | kubectl apply -f -",
    "echo '{apiVersion: v1, kind: Pod}' | kubectl apply -f -",
    "echo '{apiVersion: v1, kind: Pod, metadata: x}' | kubectl apply -f -",
    "echo '{apiVersion: v1, kind: Namespace, metadata: {name: a}, spec: []}' | kubectl apply -f -",
    "echo '{apiVersion: v1, kind: List, items: 3}' | kubectl create -f -",
    "echo '{apiVersion: v1, kind: Pod, metadata: {generateName: a-}, spec: {containers: [{name: a, image: b}]}}' | kubectl create -f -",
    "kubectl create",
    "kubectl create ns",
    "kubectl create ns a b",
    "kubectl create ns A_B",
    "kubectl create deployment x",
    "kubectl delete",
    "kubectl delete pods --all -l a=b",
    "kubectl delete ds fluentd --grace-period=x",
    "kubectl delete ds --all --cascade=x",
    "kubectl delete ns default",
    "kubectl delete nodes --all --wait=false",
    "kubectl delete pods --all -A --force --timeout=1s",
    "kubectl delete -f ds.yaml --timeout=1ns",
    "kubectl describe",
    "kubectl describe all",
    "kubectl describe pods",
    "kubectl describe events",
    "kubectl describe ns",
    "kubectl describe ds f",
    "kubectl describe nodes -l x",
    "kubectl rollout",
    "kubectl rollout status",
    "kubectl rollout status nodes",
    "kubectl rollout status ds",
    "kubectl rollout status ds/fluentd --timeout=-1s",
    "kubectl rollout history ds",
    "kubectl rollout history ds/fluentd --revision=-1",
    "kubectl rollout history ds/fluentd --revision=9223372036854775807",
    "kubectl rollout history nodes",
    "kubectl rollout undo ds/fluentd --to-revision=x",
    "kubectl rollout undo pods",
    "kubectl rollout restart pods",
    "kubectl rollout restart ds",
    "kubectl rollout restart ds",
    "kubectl set",
    "kubectl set image",
    "kubectl set image ds/fluentd =",
    "kubectl set image ds fluentd a=b *=c",
    "kubectl set image ds fluentd a=",
    "kubectl set image nodes --all a=b",
    "kubectl set image ds --all '*='",
    "kubectl label",
    "kubectl label nodes --all",
    "kubectl label nodes --all a=b=c",
    "kubectl label nodes --all -",
    "kubectl label nodes --all =",
    "kubectl label nodes --all a=b a-",
    "kubectl label ds fluentd --list",
    "kubectl annotate ds fluentd =x",
    "kubectl annotate nodes --all a=b=c",
    "kubectl taint",
    "kubectl taint nodes",
    "kubectl taint nodes --all :",
    "kubectl taint nodes --all -",
    "kubectl taint nodes --all a:NoSchedule a:NoSchedule",
    "kubectl taint pods x a:NoSchedule",
    "kubectl taint node/worker-1 a:NoSchedule",
    "kubectl cordon",
    "kubectl cordon node/worker-1",
    "kubectl uncordon -l a=b x",
    "kubectl patch",
    "kubectl patch ds fluentd -p",
    "kubectl patch ds fluentd -p ''",
    "kubectl patch ds fluentd -p '[]'",
    "kubectl patch ds fluentd -p '{\"spec\":3}'",
    "kubectl patch ds fluentd -p '{\"spec\":{\"template\":null}}'",
    "kubectl patch ds fluentd -p '{\"metadata\":{\"name\":\"x\"}}'",
    "kubectl patch ds fluentd --type=json -p '[{}]'",
    "kubectl patch ds fluentd --type=json -p '[{\"op\":\"remove\",\"path\":\"/spec\"}]'",
    "kubectl patch node worker-1 -p '{\"status\":null}'",
    "kubectl patch ds fluentd --type=merge -p '{\"metadata\":null}'",
    "kubectl patch ds fluentd --type=json -p '[{\"op\":\"add\",\"path\":\"/spec/template/spec/containers/9\",\"value\":1}]'",
    "kubectl events",
    "kubectl events --for",
    "kubectl events --for x",
    "kubectl events --for ds",
    "kubectl events --types=x",
    "kubectl config",
    "kubectl config set-context",
    "kubectl config set-context --current --namespace=",
    "kubectl config x",
    "kubectl version -o x",
    "kubectl api-resources -o x",
    "kubectl api-resources -o wide",
    "kubectl run",
    "kubectl run é --image=x",
    "kubectl run a --image",
    "kubectl run a --image=b --port=99999999999999 --env=x -l a",
    "kubectl replace",
    "kubectl replace -f ds.yaml --force",
    "kubectl logs",
    "kubectl logs -f x",
    "kubectl exec x -- sh -c 'a'",
    "kubectl scale",
    "kubectl scale ds",
    "kubectl drain",
    "kubectl expose ''",
    "kubectl autoscale /",
];

#[test]
fn nothing_a_person_types_panics() {
    let mut session = with_daemon_set();
    for line in NASTY {
        session.act(Action::Run((*line).to_owned()));
        session.finish_command(Duration::from_secs(2));
        session.act(Action::Interrupt);
        assert!(!session.is_busy(), "{line}");
        for cursor in 0..=line.len() + 1 {
            session.complete(line, cursor);
        }
    }
    session.settle(Duration::from_secs(60));
}

#[test]
fn words_thrown_together_do_not_panic_and_replay_alike() {
    const WORDS: &[&str] = &[
        "kubectl",
        "k",
        "get",
        "describe",
        "delete",
        "apply",
        "rollout",
        "status",
        "history",
        "undo",
        "restart",
        "set",
        "image",
        "label",
        "taint",
        "cordon",
        "uncordon",
        "patch",
        "node",
        "add",
        "remove",
        "poweroff",
        "ds",
        "pods",
        "nodes",
        "events",
        "controllerrevisions",
        "ns",
        "ds/fluentd",
        "fluentd",
        "worker-1",
        "worker-2",
        "all",
        "-o",
        "yaml",
        "wide",
        "json",
        "name",
        "-w",
        "-A",
        "-l",
        "name=fluentd",
        "a=b",
        "a-",
        "a=b:NoExecute",
        "a:NoSchedule-",
        "--all",
        "-f",
        "ds.yaml",
        "words.txt",
        "-n",
        "kube-system",
        "--overwrite",
        "--timeout=1s",
        "--wait=false",
        "--cascade=orphan",
        "fluentd=x:v2",
        "fluentd=x:bad",
        "--to-revision=1",
        "|",
        "||",
        "&&",
        ";",
        ">",
        ">>",
        "<",
        "grep",
        "sed",
        "s/a/b/",
        "awk",
        "{print $1}",
        "'{print $1}'",
        "head",
        "-n",
        "3",
        "sleep",
        "1",
        "echo",
        "$?",
        "\"",
        "'",
        "*",
        "é",
        "--",
        "-",
        "=",
        ",",
        "/",
    ];
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap_or(0)
    };
    let scenario = Scenario::parse(SCENARIO).expect("a scenario");
    let mut session = Session::new(&scenario);
    for _ in 0..1500 {
        let mut line = if random(3) > 0 { "kubectl".to_owned() } else { String::new() };
        for _ in 0..1 + random(7) {
            line.push_str(if random(12) > 0 { " " } else { "" });
            line.push_str(WORDS[random(WORDS.len())]);
        }
        session.complete(&line, random(line.len() + 1));
        session.act(Action::Run(line));
        if random(4) == 0 {
            session.advance(session.now() + Duration::from_millis(random(2000) as u64));
        }
    }
    let again = Session::replay(&scenario, session.history(), session.now());
    let said = |session: &Session| {
        session
            .entries()
            .iter()
            .map(|entry| (entry.line.clone(), entry.job.output.clone(), entry.job.exit))
            .collect::<Vec<_>>()
    };
    assert_eq!(said(&session), said(&again));
}

/// The commands of `tests/shell/bash.txt`, and what stands below each.
fn measured() -> Vec<(String, String)> {
    let text = std::fs::read_to_string(BASH).expect("tests/shell/bash.txt");
    let mut all: Vec<(String, String)> = vec![];
    for line in text.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            all.push((command.to_owned(), String::new()));
        } else if let (Some(more), Some((command, _))) = (line.strip_prefix("$> "), all.last_mut()) {
            command.push('\n');
            command.push_str(more);
        } else if let Some((_, printed)) = all.last_mut().filter(|_| !line.is_empty()) {
            printed.push_str(line);
            printed.push('\n');
        }
    }
    all
}

const BASH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/shell/bash.txt");

/// What a command printed, as the file has it.
fn shown(out: &str, err: &str, exit: i32) -> String {
    let lines = |text: &str, mark: &str| {
        let end = if text.is_empty() || text.ends_with('\n') { "" } else { "␄" };
        let lines: Vec<String> = text.lines().map(|line| format!("{mark}{line}")).collect();
        if text.is_empty() { String::new() } else { format!("{}{end}\n", lines.join("\n")) }
    };
    let exit = if exit == 0 { String::new() } else { format!("[exit {exit}]\n") };
    lines(out, "| ") + &lines(err, "! ") + &exit
}

#[test]
fn bash_prints_the_same() {
    let scenario = Scenario::parse("version: 1\nsteps: []\n").expect("a scenario");
    let update = std::env::var("UPDATE_BASH").is_ok();
    let mut file: String = std::fs::read_to_string(BASH)
        .expect("a file")
        .lines()
        .take_while(|line| line.starts_with("##"))
        .map(|line| format!("{line}\n"))
        .collect();
    let (mut complaints, all) = (String::new(), measured());
    assert!(all.len() > 100, "{} commands", all.len());
    for (line, mut expect) in all {
        if update {
            expect = real_bash(&line);
            let command: Vec<String> =
                line.lines().enumerate().map(|(at, line)| format!("{} {line}", if at == 0 { "$" } else { "$>" })).collect();
            file.push_str(&format!("\n{}\n{expect}", command.join("\n")));
        }
        let mut session = Session::new(&scenario);
        session.act(Action::Run(line.clone()));
        session.finish_command(Duration::from_secs(60));
        let job = &session.entries().last().expect("a command").job;
        let seen = shown(&job.output.text(Stream::Out), &job.output.text(Stream::Err), job.exit.unwrap_or(-1));
        if seen != expect {
            complaints.push_str(&format!("$ {line}\nours:\n{seen}bash:\n{expect}\n"));
        }
    }
    if update {
        std::fs::write(BASH, file).expect("a file that can be written");
    }
    assert!(complaints.is_empty(), "{complaints}");
}

/// What the bash of this machine prints.
fn real_bash(line: &str) -> String {
    let here = std::env::temp_dir().join(format!("bash-{}", std::process::id()));
    std::fs::create_dir_all(&here).expect("a directory");
    let mut command = std::process::Command::new("bash");
    command.args(["-c", line]).current_dir(&here).env_clear().stdin(std::process::Stdio::null());
    let output =
        command.envs([("PATH", "/usr/bin:/bin"), ("HOME", "/home/learner"), ("LC_ALL", "C")]).output().expect("bash");
    std::fs::remove_dir_all(&here).expect("to be rid of it");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    shown(&text(&output.stdout), &text(&output.stderr), output.status.code().unwrap_or(-1))
}

#[test]
fn what_the_shell_does_not_have_is_named_and_nothing_runs() {
    let mut session = session();
    for (line, what) in [
        ("touch x; f() { echo hi; }", "functions"),
        ("touch x; function f { echo; }", "functions"),
        ("touch x; case a in a) echo b;; esac", "case: if … elif … fi does it"),
        ("touch x; a=(1 2)", "arrays"),
        ("touch x; echo ${a[0]}", "arrays"),
        ("touch x; [[ a == b ]]", "[[ … ]]: [ … ] does it"),
        ("touch x; cat <(ls)", "process substitution: a file or a pipe does it"),
        ("touch x; cat < <(ls)", "process substitution: a file or a pipe does it"),
        ("touch x; exec 3> y", "file descriptors but 0, 1 and 2"),
        ("touch x; coproc cat", "coprocesses"),
        ("touch x; let a=1+2; echo $a", "let"),
        ("touch x; readonly a=1", "readonly"),
        ("trap 'touch x' EXIT", "trap"),
        ("touch x; pushd /tmp && ls", "pushd"),
        ("touch x; declare -A m; m=1", "declare"),
        ("touch x; (sleep 1 & sleep 2)", "background jobs inside ( … ) or $(…)"),
        ("touch x; for ((i=0;i<3;i++)); do echo; done", "for ((…)): for i in {1..3} or $(seq 3) does it"),
    ] {
        assert_eq!(run(&mut session, line), format!("! the playground's shell has no {what}\nexit 2\n"), "{line}");
        assert!(!session.files().contains_key("x"), "{line} ran");
    }
}

#[test]
fn pipes_are_read_line_by_line_and_end_with_their_reader() {
    let mut session = with_daemon_set();
    assert_eq!(run(&mut session, "kubectl get pods -w --no-headers | head -1 | wc -l"), "1\n");
    session.act(Action::Run("kubectl get pods -w --no-headers | grep -c Running".to_owned()));
    assert!(session.is_busy());
    session.act(Action::Interrupt);
    assert_eq!(last(&session), "exit 130\n");
    session.act(Action::Run("kubectl get pods -w --no-headers | grep Terminating | cut -c1-8".to_owned()));
    assert_eq!(last(&session), "");
    session.act(Action::Interrupt);
    check(
        &mut session,
        &[
            ("for pod in $(kubectl get pods -o name); do kubectl delete $pod; done | wc -l", "2\n"),
            (
                "sleep 3; kubectl get pods -o name | while read pod; do kubectl get $pod --no-headers; done | awk '{print $3}'",
                "Running\nRunning\n",
            ),
            ("kubectl get pods -o name | xargs -n1 kubectl get -o name | wc -l", "2\n"),
            (
                "until [ \"$(kubectl get ds fluentd -o jsonpath={.status.numberReady})\" = 2 ]; do sleep 1; done; echo ready",
                "ready\n",
            ),
            ("x=$(kubectl rollout status ds/fluentd); echo $x | cut -c1-10", "daemon set\n"),
            ("kubectl get pods -o json | jq '.items | length'", "2\n"),
            ("kubectl get ds fluentd -o yaml | yq .metadata.name", "fluentd\n"),
        ],
    );
}

#[test]
fn jobs_run_beside_other_lines() {
    let mut session = with_daemon_set();
    check(
        &mut session,
        &[
            ("sleep 5 & echo on", "on\n! [1] 1001\n"),
            ("jobs", "[1]+  Running                 sleep 5 &\n"),
            ("sleep 100 &", "! [2] 1002\n"),
            ("kill %2", "! [2]+  Terminated              sleep 100\n"),
            ("echo next", "next\n"),
            ("wait; echo done", "done\n! [1]+  Done                    sleep 5\n"),
            ("wc --help | tail -1", "       kubectl get pods --no-headers | wc -l\n"),
            ("kill %7", "! bash: line 1: kill: %7: no such job\nexit 1\n"),
            ("sleep 2 & fg", "sleep 2\n! [1] 1003\n"),
            ("time sleep 1.5", "! \n! real\t0m1.500s\n! user\t0m0.000s\n! sys\t0m0.000s\n"),
        ],
    );
    // A copy of a session goes on as the session itself does.
    session.act(Action::Run("(sleep 1; echo late) & kubectl get pods -w --no-headers | grep -v Running &".to_owned()));
    let mut copy = session.clone();
    for session in [&mut session, &mut copy] {
        session.act(Action::Run("kubectl delete pod -l name=fluentd".to_owned()));
        session.finish_command(Duration::from_secs(60));
        session.act(Action::Run("kill %2; sleep 2".to_owned()));
        session.finish_command(Duration::from_secs(60));
    }
    let said = |session: &Session| session.entries().iter().map(|entry| entry.job.output.clone()).collect::<Vec<Output>>();
    assert_eq!(said(&session), said(&copy));
    let all: String = said(&session).iter().map(|output| output.text(Stream::Out)).collect();
    assert!(all.contains("late\n") && all.contains("Terminating"), "{all}");
}

#[test]
fn nothing_runs_for_ever_or_grows_without_end() {
    let mut session = session();
    let stopped = "! bash: stopped: the playground's shell does not run so many commands without a pause: put a sleep into the loop\nexit 137\n";
    check(
        &mut session,
        &[
            ("while true; do x=1; done", stopped),
            (
                "x=aaaaaaaaaa; for i in {1..30}; do x=$x$x; done; echo ${#x}",
                "! bash: line 1: Argument list too long\nexit 126\n",
            ),
            ("yes | wc -l", "1000\n"),
            (
                "awk 'BEGIN {while (1) x = x \"a\"}'",
                "! awk: the playground's awk stopped: the program does too much\nexit 2\n",
            ),
            ("for i in {1..99999}; do echo; done", "! bash: line 1: Argument list too long\nexit 126\n"),
        ],
    );
    // What a tool does counts: a loop of tools that do much ends soon.
    let printed = run(&mut session, "while true; do awk 'BEGIN {while (1) x = x \"a\"}'; done");
    assert!(printed.ends_with("exit 137\n") && printed.lines().count() < 10, "{printed}");
    // What a job in the background does at once counts for the line that began it.
    let printed = run(&mut session, "while true; do (while true; do x=1; done) & done");
    assert!(printed.ends_with("exit 137\n") && printed.lines().count() < 10, "{printed}");
    run(&mut session, "echo abcdefghij > a; for i in {1..40}; do cat a a > b; cat b b > a; done");
    assert!(session.files().values().map(String::len).sum::<usize>() < 5 * 1024 * 1024);
    run(&mut session, "while true; do sleep 0.001; done");
    session.act(Action::Run("while true; do sleep 1; done".to_owned()));
    session.advance(session.now() + Duration::from_secs(30));
    assert!(session.is_busy());
    session.act(Action::Interrupt);
    assert_eq!(last(&session), "exit 130\n");
}

#[test]
fn a_line_is_suggested_and_words_are_offered_to_tap() {
    let mut session = with_daemon_set();
    run(&mut session, "kubectl get pods -o wide");
    assert_eq!(session.suggest("kubectl get po"), Some("ds -o wide".to_owned()));
    assert_eq!(session.suggest("kubectl rollo"), Some("ut".to_owned()));
    assert_eq!(session.suggest(""), None);
    for (line, expect) in [
        ("", "kubectl"),
        ("kubectl ", "get"),
        ("k get ", "pods"),
        ("kubectl rollout ", "status"),
        ("kubectl describe ds ", "fluentd"),
        ("kubectl rollout status ds/", "fluentd"),
        ("kubectl apply -f ", "ds.yaml"),
        ("kubectl get pods | ", "grep"),
        ("kubectl set image ds/fluentd ", "fluentd="),
    ] {
        let chips = session.chips(line);
        assert_eq!(chips.candidates.first().map(String::as_str), Some(expect), "{line}: {chips:?}");
        assert!(chips.candidates.len() <= 8, "{line}: {chips:?}");
    }
    for (line, goes_on) in [
        ("for i in 1 2; do", true),
        ("echo 'a", true),
        ("ls", false),
        ("cat <<E", true),
        ("ls |", true),
        ("fi", false),
        ("a \\", true),
    ] {
        assert_eq!(session.is_unfinished(line), goes_on, "{line}");
    }
}

#[test]
fn a_friend_says_what_is_wrong() {
    let mut session = with_daemon_set();
    run(&mut session, "printf 'a:\\n\\tb: 1\\n' > tab.yaml");
    let mut wrong = vec![];
    for (line, word) in [
        ("kubectl scale ds fluentd --replicas=3", "its size is its nodes"),
        ("source <(kubectl completion bash)", "Press Tab"),
        ("k scale --replicas=3 daemonset/fluentd", "its size is its nodes"),
        ("kubectl autoscale ds fluentd --max=3", "cannot be scaled"),
        ("kubectl rollout pause ds/fluentd", "OnDelete"),
        ("kubectl create -f ds.yaml", "kubectl apply -f"),
        ("kubectl apply ds.yaml", "-f before it"),
        ("kubectl apply -f nope.yaml", "ls lists"),
        ("kubectl get fluentd", "kubectl get ds fluentd"),
        ("kubectl get deamonsets", "did you mean daemonsets"),
        ("kubectl dsecirbe pods", "Did you mean kubectl describe"),
        ("kubectl restart ds/fluentd", "rollout restart"),
        ("kubectl list pods", "kubectl get lists"),
        ("kubectl get pods -namespace default", "two dashes"),
        ("kubectl get ds fluent", "-A looks in all"),
        ("kubectl get ds -n kube-public", "-A looks in all"),
        ("kubectl drain worker-1", "--ignore-daemonsets"),
        ("kubectl apply -f tab.yaml", "tab"),
        ("kubectl get nodes worker-1 worker-9", "Those that were found"),
        ("kubectl get pods -o yml", "-o takes"),
        ("kubectl top nodes", "metrics-server"),
        ("kubectl label ds fluentd app=x", "--overwrite"),
        ("kubectl taint nodes worker-1 gpu", "KEY=VALUE:EFFECT"),
        ("kubectl delete ds", "--all"),
        ("kubectl rollout undo ds/fluentd --to-revision=9", "rollout history"),
        ("docker ps", "kubectl get pods"),
        ("sudo kubectl get pods", "leave sudo out"),
        ("helm install x", "kubectl apply -f"),
        ("ssh worker-1", "node poweroff"),
        ("get pods", "kubectl comes first"),
        ("kubctl get pods", "did you mean kubectl"),
        ("vim ds.yaml", "beside the terminal"),
        ("echo 'open", "quote is open"),
        ("for i in 1 2; do echo", "done"),
        ("curl example.com", "no network"),
        ("kubectl get DS", "small letters: ds"),
        ("kubectl get pods, ds", "one comma"),
        ("kubectl get pods --context=dev", "one context"),
        ("kubectl apply -f ds.yaml --context dev", "one context"),
        ("kubectl rollback ds/fluentd", "rollout undo"),
        ("kubectl exec fluentd ls", "Two dashes"),
        ("kubectl set image ds/fluentd fluent/fluentd:v2", "CONTAINER=IMAGE"),
        ("kubectl set image ds/fluentd nope=x", "container's name"),
        ("kubectl taint node worker-1 a=b", "KEY=VALUE:EFFECT"),
        ("kubectl label node worker-1 disktype ssd", "KEY=VALUE"),
        ("kubectl cordon", "Name a node"),
        ("kubectl rollout status fluentd", "kubectl get ds"),
        ("kubectl edit fluentd", "kubectl get ds"),
        ("kubectl create ds x --image=y", "manifest"),
        ("kubectl run", "kubectl run"),
        ("kubectl ds", "verb comes first"),
        ("kubectl logs nope", "kubectl get pods lists"),
        ("kubectl untaint node worker-1 a", "takes it away"),
        ("kubectl get pods -n nope", "in another one"),
        ("kubectl wait ds/fluentd", "--for"),
    ] {
        session.act(Action::Run(line.to_owned()));
        session.finish_command(Duration::from_secs(5));
        session.act(Action::Interrupt);
        let job = session.entries().last().expect("a command").job.clone();
        let hint = playground::shell::hint(line, &job.output, job.exit.unwrap_or(0));
        if !hint.as_ref().is_some_and(|hint| hint.contains(word)) {
            wrong.push(format!("{line}: {hint:?} {:?}", job.output));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for line in ["kubectl get pods", "ls", "kubectl get ds fluentd -o yaml", "echo hi | grep nope", "sleep 1"] {
        run(&mut session, line);
        let job = session.entries().last().expect("a command").job.clone();
        assert_eq!(playground::shell::hint(line, &job.output, job.exit.unwrap_or(0)), None, "{line}");
    }
}

#[test]
fn lines_of_all_kinds_end_and_replay_alike() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap_or(0)
    };
    let known: Vec<String> =
        measured().into_iter().map(|(line, _)| line).chain(NASTY.iter().map(|line| (*line).to_owned())).collect();
    let joins = [
        " ", " ; ", " | ", " || ", " && ", " & ", "\n", " > ", " >> ", " < ", " 2>&1 ", "$(", ")", "{", "}", "do ", "done",
        "'", "\"", "`", "é",
    ];
    let scenario = Scenario::parse(SCENARIO).expect("a scenario");
    let mut session = Session::new(&scenario);
    for round in 0..300 {
        let mut line: Vec<char> = known[random(known.len())].chars().collect();
        if random(3) == 0 {
            line.extend(joins[random(joins.len())].chars().chain(known[random(known.len())].chars()));
        }
        for _ in 0..random(3) {
            let at = random(line.len() + 1);
            if random(3) == 0 && at < line.len() {
                line.remove(at);
            } else {
                line.splice(at..at, joins[random(joins.len())].chars());
            }
        }
        let line: String = line.into_iter().collect();
        let before = session.files().clone();
        session.complete(&line, random(line.len() + 1));
        session.chips(&line);
        session.act(Action::Run(line.clone()));
        session.finish_command(Duration::from_secs(3));
        session.act(Action::Interrupt);
        assert!(!session.is_busy(), "{line}");
        let job = &session.entries().last().expect("a command").job;
        playground::shell::hint(&line, &job.output, job.exit.unwrap_or(0));
        if job.output.text(Stream::Err).starts_with("bash: -c:") && !session.has_jobs() {
            assert_eq!(before, *session.files(), "{line} has a mistake and did something");
        }
        if round % 100 == 99 {
            let again = Session::replay(&scenario, session.history(), session.now());
            assert_eq!(again.files(), session.files(), "{line}");
            let same = again
                .entries()
                .iter()
                .zip(session.entries())
                .all(|(a, b)| a.job.output == b.job.output && a.job.exit == b.job.exit);
            assert!(same, "the replay says something else");
            session = Session::new(&scenario);
        }
    }
}
