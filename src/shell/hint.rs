//! What a friend beside the terminal would say to a command that went wrong. Never part of what the command prints.

use crate::kubectl::{Output, Stream};

/// A gentle line beside what a command printed, for mistakes that beginners make; `exit` is its exit code. Nothing for a command
/// that is as it should be.
pub fn hint(line: &str, output: &Output, exit: i32) -> Option<String> {
    if exit == 130 {
        return None;
    }
    let commands: Vec<Vec<String>> =
        line.split(['|', ';', '&', '\n']).map(words).filter(|words| !words.is_empty()).collect();
    let printed = output.text(Stream::Err) + &output.text(Stream::Out);
    let flags: Vec<&str> = line.split_whitespace().filter(|word| word.starts_with('-')).collect();
    for rule in RULES {
        let (pattern, flag) = rule.words.split_once(" -").map_or((rule.words, None), |(words, flag)| (words, Some(flag)));
        let fits = |words: &Vec<String>| pattern.is_empty() || begins(words, pattern);
        let has_flag =
            flag.is_none_or(|flag| flags.iter().any(|given| given.starts_with('-') && given[1..].starts_with(flag)));
        let failed = if rule.fails { exit != 0 } else { true };
        if failed
            && has_flag
            && (pattern.is_empty() || commands.iter().any(fits))
            && rule.says.split("…").all(|part| printed.contains(part))
        {
            return Some(rule.hint.to_owned());
        }
    }
    if exit == 0 { None } else { typed_wrong(&commands, &printed) }
}

struct Rule {
    /// The words a command begins with, without flags; `a/b` is either, `_` any. A flag behind them has to be there.
    words: &'static str,
    /// What was printed; with a `…` in it all parts of it.
    says: &'static str,
    /// Whether it is a mistake only where the command failed.
    fails: bool,
    hint: &'static str,
}

const fn wrong(words: &'static str, says: &'static str, hint: &'static str) -> Rule {
    Rule { words, says, fails: true, hint }
}

const fn seen(words: &'static str, says: &'static str, hint: &'static str) -> Rule {
    Rule { words, says, fails: false, hint }
}

/// The mistakes, the more special ones first.
const RULES: &[Rule] = &[
    wrong("kubectl -namespace", "", "A long flag has two dashes: --namespace NAME, or -n NAME."),
    wrong(
        "source/.",
        "no process substitution",
        "Nothing has to be loaded: this terminal completes kubectl's commands already. Press Tab.",
    ),
    // What a DaemonSet does not have.
    wrong(
        "kubectl scale ds",
        "",
        "scale does not apply to a DaemonSet: its size is its nodes. Try a label on nodes and a nodeSelector.",
    ),
    wrong(
        "kubectl autoscale ds",
        "",
        "A DaemonSet cannot be scaled, so nothing can scale it for you: it runs one pod on each node that fits.",
    ),
    wrong(
        "kubectl expose ds",
        "",
        "kubectl expose does not know DaemonSets. A Service with the pods' labels as its selector does it: apply one from a file.",
    ),
    wrong(
        "kubectl rollout pause/resume ds",
        "",
        "The rollout of a DaemonSet cannot be paused. With updateStrategy OnDelete each pod waits until you delete it.",
    ),
    wrong(
        "kubectl create ds",
        "",
        "kubectl create makes no DaemonSet from words: write a manifest and kubectl apply -f it.",
    ),
    wrong("kubectl run ds", "", "kubectl run makes one Pod. A DaemonSet comes from a manifest: kubectl apply -f FILE."),
    wrong(
        "",
        "unknown field \"spec.replicas\"",
        "A DaemonSet has no replicas: the number of its pods is the number of nodes that fit.",
    ),
    wrong(
        "",
        "unknown field \"spec.strategy\"",
        "A DaemonSet's field is called updateStrategy; strategy belongs to a Deployment.",
    ),
    wrong(
        "",
        "restartPolicy…Unsupported value",
        "The pods of a DaemonSet always start again: leave restartPolicy out, or write Always.",
    ),
    // Applying.
    wrong("", "AlreadyExists", "It exists already. kubectl apply -f changes what is there, create only makes new ones."),
    wrong("", "already exists", "It exists already. kubectl apply -f changes what is there, create only makes new ones."),
    wrong("kubectl apply/create/delete/replace", "Unexpected args", "A file needs -f before it: kubectl apply -f FILE."),
    wrong(
        "kubectl apply/create/replace",
        "must specify one of -f and -k",
        "A file needs -f before it: kubectl apply -f FILE.",
    ),
    wrong("kubectl apply/replace", "filename", "A file needs -f before it: kubectl apply -f FILE."),
    wrong("", "the path…does not exist", "There is no file of that name: ls lists the files there are."),
    wrong(
        "",
        "field is immutable",
        "The selector of a DaemonSet cannot change. Delete it (--cascade=orphan keeps its pods) and apply it anew.",
    ),
    wrong(
        "",
        "selector…does not match template",
        "The selector has to be among the labels of the pod template: spec.selector.matchLabels and spec.template.metadata.labels.",
    ),
    wrong("", "found character that cannot start any token", "There is a tab in the YAML: indent with blanks."),
    wrong(
        "",
        "mapping values are not allowed",
        "YAML reads the indentation: check the blanks at the beginning of this line and of the one before.",
    ),
    wrong(
        "",
        "did not find expected",
        "YAML reads the indentation: check the blanks at the beginning of this line and of the one before.",
    ),
    wrong(
        "",
        "error converting YAML to JSON",
        "YAML reads the indentation and the colons: check the line it names and the one before.",
    ),
    wrong(
        "",
        "unknown field",
        "There is no such field at that place: kubectl explain shows which there are, and the indentation says where one belongs.",
    ),
    wrong(
        "",
        "no matches for kind",
        "apiVersion and kind do not go together: a DaemonSet is apiVersion: apps/v1, kind: DaemonSet.",
    ),
    wrong(
        "",
        "Object 'Kind' is missing",
        "The manifest has no kind: its first lines are apiVersion: apps/v1 and kind: DaemonSet.",
    ),
    wrong("", "apiVersion not set", "The manifest has no apiVersion: a DaemonSet's is apps/v1."),
    wrong("", "no objects passed to", "There is nothing in the file: is it saved, and is it the right one?"),
    wrong(
        "kubectl set image",
        "at least one image update is required",
        "set image wants CONTAINER=IMAGE: kubectl set image ds/NAME CONTAINER=IMAGE:TAG.",
    ),
    wrong(
        "kubectl set image",
        "doesn't have a resource type",
        "set image wants an object, and CONTAINER=IMAGE: kubectl set image ds/NAME CONTAINER=IMAGE:TAG.",
    ),
    wrong(
        "kubectl set image",
        "unable to find container",
        "The word before = is the container's name: kubectl describe ds shows it under Containers.",
    ),
    wrong(
        "kubectl run/create",
        "\"image\" not set",
        "A pod needs an image: kubectl run NAME --image=nginx. A DaemonSet comes from a manifest: kubectl apply -f FILE.",
    ),
    wrong(
        "kubectl wait",
        "unrecognized condition",
        "Say what to wait for: --for=condition=Ready, --for=delete, --for=jsonpath='{.status.numberReady}'=3.",
    ),
    // Labels and taints.
    wrong(
        "kubectl label/annotate",
        "--overwrite is false",
        "It has a value already: --overwrite puts a new one in its place.",
    ),
    wrong(
        "kubectl taint",
        "--overwrite is false",
        "There is such a taint already: --overwrite puts a new value in its place.",
    ),
    wrong(
        "kubectl taint",
        "taint",
        "A taint is KEY=VALUE:EFFECT with NoSchedule, PreferNoSchedule or NoExecute; a - behind it takes it away: KEY:NoSchedule-.",
    ),
    wrong(
        "kubectl label/annotate",
        "at least one",
        "Labels are written KEY=VALUE, and a - behind the key takes one away: KEY-.",
    ),
    wrong(
        "kubectl untaint/unlabel",
        "unknown command",
        "A - at the end takes it away: kubectl taint nodes NAME KEY:NoSchedule-, kubectl label node NAME KEY-.",
    ),
    // Nodes.
    wrong(
        "kubectl drain",
        "DaemonSet-managed",
        "Daemon pods would come back at once, so drain leaves them alone if you say --ignore-daemonsets.",
    ),
    wrong(
        "kubectl drain",
        "emptyDir",
        "What these pods keep in an emptyDir would be lost: --delete-emptydir-data says you know.",
    ),
    wrong(
        "kubectl drain",
        "declare no controller",
        "Nobody would make these pods again: --force deletes them all the same.",
    ),
    seen(
        "kubectl delete no",
        "deleted",
        "That removed the Node object only, and a running kubelet registers again. To empty a node: kubectl drain; to close it: kubectl cordon.",
    ),
    wrong("kubectl cordon/uncordon/drain", "USAGE", "Name a node: kubectl cordon NODE. kubectl get nodes lists them."),
    // Looking.
    wrong(
        "kubectl get no _ _",
        "NotFound",
        "Those that were found are listed; the others are no nodes. kubectl get nodes lists all.",
    ),
    wrong("kubectl", "unknown shorthand flag…-amespace", "A long flag has two dashes: --namespace NAME, or -n NAME."),
    wrong("kubectl", "unknown shorthand flag", "Flags of one letter have one dash (-n), long ones two (--namespace)."),
    wrong(
        "kubectl",
        "context…not found for specified context",
        "There is one context here, kubernetes-admin@kubernetes. -n NAME chooses a namespace.",
    ),
    wrong(
        "kubectl",
        "context \"…does not exist",
        "There is one context here, kubernetes-admin@kubernetes. -n NAME chooses a namespace.",
    ),
    wrong(
        "kubectl",
        "doesn't have a resource type \"\"",
        "Kinds in a list stand together, with one comma between them: kubectl get pods,ds.",
    ),
    wrong(
        "kubectl",
        "must have a single resource and name",
        "Kinds in a list stand together, with one comma between them: kubectl get pods,ds. A name stands behind its kind: node/NAME.",
    ),
    wrong("kubectl", "unknown flag", "This command has no such flag: its --help lists those it has."),
    wrong(
        "kubectl",
        "retrieved by name across all namespaces",
        "-A lists everything everywhere; one object by name needs its namespace: -n NAMESPACE.",
    ),
    wrong(
        "kubectl",
        "namespaces \"…not found",
        "There is no such namespace: kubectl get ns lists them, kubectl create ns NAME makes one.",
    ),
    wrong("kubectl", "NotFound…requested resource", "This kind of object does not have what you asked for."),
    wrong("kubectl", "unable to match a printer", "-o takes yaml, json, wide, name, jsonpath=… and custom-columns=…."),
    wrong(
        "kubectl",
        "there is no need to specify a resource type as a separate argument",
        "Write ds/NAME or ds NAME, not both.",
    ),
    wrong(
        "kubectl",
        "You must specify the type of resource to get",
        "Say what to list: kubectl get pods, kubectl get ds, kubectl get nodes.",
    ),
    wrong("kubectl delete", "no name was specified", "Say which: by name, with -l LABEL=VALUE, or --all."),
    wrong(
        "kubectl logs",
        "NotFound",
        "logs wants a pod: kubectl get pods lists them; logs ds/NAME takes one of a DaemonSet's.",
    ),
    wrong(
        "kubectl logs",
        "waiting to start",
        "The container has not started yet, so there is nothing to read. kubectl describe pod NAME says what it waits for.",
    ),
    wrong(
        "kubectl logs",
        "ContainerCreating",
        "The container has not started yet, so there is nothing to read. kubectl describe pod NAME says what it waits for.",
    ),
    wrong("kubectl exec", "exec [POD] [COMMAND]", "Two dashes stand before the command: kubectl exec POD -- ls."),
    wrong(
        "kubectl exec",
        "must specify at least one command",
        "Two dashes stand before the command: kubectl exec POD -- ls.",
    ),
    wrong("kubectl rollout", "required resource not specified", "Say whose rollout: kubectl rollout status ds/NAME."),
    wrong("kubectl rollout undo", "revision", "kubectl rollout history ds/NAME lists the revisions there are."),
    wrong(
        "kubectl rollout undo",
        "no rollout history",
        "There is nothing to go back to: kubectl rollout history ds/NAME lists the revisions there are.",
    ),
    wrong(
        "kubectl",
        "timed out waiting",
        "It did not get there in time: kubectl get pods shows which pod is stuck, kubectl describe pod NAME why.",
    ),
    wrong("kubectl top", "Metrics API", "top needs a metrics-server, which this cluster does not have."),
    wrong(
        "kubectl",
        "NotFound",
        "Nothing is called so in this namespace: -A looks in all of them, and get without a name lists what there is.",
    ),
    seen(
        "kubectl get/describe/logs",
        "No resources found in",
        "Nothing here, in this namespace: -A looks in all of them, -n NAME in another one.",
    ),
    seen(
        "kubectl get po",
        "ErrImagePull",
        "An image cannot be pulled: kubectl describe pod NAME says why. Is its name right, and its tag?",
    ),
    seen(
        "kubectl get po",
        "ImagePullBackOff",
        "An image cannot be pulled: kubectl describe pod NAME says why. Is its name right, and its tag?",
    ),
    seen(
        "kubectl get po",
        "CrashLoopBackOff",
        "A container starts and ends again and again: kubectl logs NAME --previous shows what it said.",
    ),
    seen(
        "kubectl get po",
        "Pending",
        "A pod waits for a node: the events at the end of kubectl describe pod NAME say what is missing.",
    ),
    seen(
        "kubectl delete po",
        "deleted",
        "If a DaemonSet or a Deployment made that pod, a new one takes its place. To be rid of them delete what made them.",
    ),
    // Words of other tools.
    wrong(
        "kubectl restart",
        "unknown command",
        "kubectl rollout restart ds/NAME starts the pods anew, one after the other.",
    ),
    wrong(
        "kubectl list/show/ls/ps/find/view",
        "unknown command",
        "kubectl get lists, kubectl describe tells all about one.",
    ),
    wrong(
        "kubectl remove/rm/destroy/stop/kill",
        "unknown command",
        "kubectl delete removes objects; a node is emptied with kubectl drain.",
    ),
    wrong(
        "kubectl update/upgrade/change/modify",
        "unknown command",
        "kubectl apply -f FILE changes objects; kubectl set image changes an image.",
    ),
    wrong(
        "kubectl undo/rollback/revert",
        "unknown command",
        "kubectl rollout undo ds/NAME goes back to the revision before.",
    ),
    wrong(
        "kubectl status/history/pause/resume",
        "unknown command",
        "It is a part of rollout: kubectl rollout status ds/NAME.",
    ),
    wrong(
        "kubectl start/deploy/install/add/make/new",
        "unknown command",
        "kubectl apply -f FILE makes what a manifest describes.",
    ),
    wrong("kubectl log", "unknown command", "It is called logs: kubectl logs POD."),
    wrong("kubectl watch", "unknown command", "kubectl get pods -w watches; watch kubectl get pods works too."),
    wrong(
        "kubectl use/switch/ns/namespace",
        "unknown command",
        "kubectl config set-context --current --namespace=NAME changes the namespace.",
    ),
    wrong("kubectl ds/po/no/deploy", "unknown command", "The verb comes first: kubectl get ds."),
    wrong(
        "docker/podman/crictl/nerdctl",
        "command not found",
        "The nodes run the containers here: kubectl get pods lists them, kubectl logs and kubectl describe look inside.",
    ),
    wrong("sudo/su", "command not found", "You need no other rights here: leave sudo out."),
    wrong(
        "helm/kustomize/istioctl/argocd/flux",
        "command not found",
        "There is kubectl only: manifests are applied with kubectl apply -f.",
    ),
    wrong(
        "minikube/kind/k3d/kubeadm/k3s/microk8s",
        "command not found",
        "The cluster is here already; node add NAME adds a machine.",
    ),
    wrong(
        "ssh/systemctl/service/reboot/shutdown/poweroff",
        "command not found",
        "The node command does things to machines: node poweroff NAME, node poweron NAME.",
    ),
    wrong(
        "curl/wget/ping/apt/apt-get/git/pip/npm/dig/nslookup",
        "command not found",
        "There is no network in here: files are made in the editor, images exist by their names.",
    ),
    wrong(
        "get/describe/apply/delete/rollout/logs/label/taint/cordon/drain/scale",
        "command not found",
        "kubectl comes first: kubectl get pods.",
    ),
    wrong("dir", "command not found", "ls lists the files."),
    wrong(
        "nano/vi/vim/emacs/code",
        "no editor",
        "Files are edited in the pane beside the terminal: save there, then apply.",
    ),
    wrong(
        "",
        "unexpected EOF while looking for matching `'",
        "A quote is open: each ' and \" needs another one that closes it.",
    ),
    wrong("", "unexpected EOF", "Something is open: a quote, $( or ${ needs what closes it."),
    wrong("", "unexpected end of file", "The line ends too early: for and while end with done, if ends with fi."),
];

/// The words of a command, without flags and their values; the kind of an object in its short form.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![];
    let mut rest = command.split_whitespace();
    while let Some(word) = rest.next() {
        match word {
            "-n" | "--namespace" | "-o" | "--output" | "-l" | "--selector" | "-f" | "--filename" => drop(rest.next()),
            flag if flag.starts_with('-') => {}
            word if words.is_empty() => words.push((if word == "k" { "kubectl" } else { word }).to_owned()),
            word => words.push(short(word.split('/').next().unwrap_or_default()).to_owned()),
        }
    }
    words
}

fn short(word: &str) -> &str {
    match word {
        "daemonset" | "daemonsets" | "daemonset.apps" | "daemonsets.apps" => "ds",
        "pod" | "pods" => "po",
        "node" | "nodes" => "no",
        "deployment" | "deployments" => "deploy",
        word => word,
    }
}

fn begins(words: &[String], pattern: &str) -> bool {
    let mut given = words.iter();
    pattern
        .split(' ')
        .all(|wanted| given.next().is_some_and(|word| wanted == "_" || wanted.split('/').any(|wanted| wanted == word)))
}

/// A verb, kind or command that is nearly right.
fn typed_wrong(commands: &[Vec<String>], printed: &str) -> Option<String> {
    const VERBS: &str = "get describe apply create delete edit explain logs exec rollout set scale label annotate taint cordon uncordon drain \
        replace patch diff wait events config version cluster-info api-resources top expose run autoscale";
    const KINDS: &str = "pods pod daemonsets daemonset nodes node deployments deployment services service namespaces namespace events \
        configmaps configmap secrets secret replicasets jobs cronjobs statefulsets controllerrevisions";
    const COMMANDS: &str = "kubectl ls cat grep head tail sort echo watch sleep clear history man diff node";
    let quoted = |before: &str| printed.split_once(before).and_then(|(_, rest)| rest.split('"').next());
    if let Some(kind) = quoted("the server doesn't have a resource type \"") {
        let lower = kind.to_ascii_lowercase();
        if lower != kind && crate::api::Kind::named(&lower, &[]).is_some() {
            return Some(format!("Short names are written in small letters: {lower}."));
        }
        return Some(match near(kind, KINDS) {
            Some(meant) => format!("There is no kind {kind}: did you mean {meant}?"),
            None => format!("The kind comes before the name: kubectl get ds {kind}, kubectl get pod {kind}."),
        });
    }
    if let Some(verb) = quoted("unknown command \"") {
        if printed.contains("Did you mean this?") {
            return None;
        }
        let meant = near(verb, VERBS);
        return Some(meant.map_or_else(
            || "kubectl help lists the commands there are.".to_owned(),
            |meant| format!("Did you mean kubectl {meant}?"),
        ));
    }
    if printed.contains("command not found") {
        let name = printed.split(": command not found").next()?.rsplit(": ").next()?;
        let is_first = commands.iter().any(|words| words.first().is_some_and(|first| first == name));
        return Some(match near(name, COMMANDS).filter(|_| is_first) {
            Some(meant) => format!("There is no command {name}: did you mean {meant}?"),
            None => "help lists the commands there are.".to_owned(),
        });
    }
    None
}

/// The word of a list that differs in two letters at most.
fn near<'a>(word: &str, list: &'a str) -> Option<&'a str> {
    let word = word.to_ascii_lowercase();
    let most = if word.len() < 4 { 1 } else { 2 };
    let ranked = list.split_whitespace().map(|known| (distance(&word, known), known));
    ranked.filter(|(distance, _)| *distance <= most).min_by_key(|(distance, _)| *distance).map(|(_, known)| known)
}

/// How many letters have to be put in, taken out, changed or swapped.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(40).collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let same = usize::from(a[i - 1] != b[j - 1]);
                let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                let change = (rows[i - 1][j - 1] + same).min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                if swapped { change.min(rows[i - 2][j - 2] + 1) } else { change }
            };
        }
    }
    rows[a.len()][b.len()]
}
