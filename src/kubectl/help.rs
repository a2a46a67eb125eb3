//! Help, in our own words.

use super::args::{Flag, Takes};
use super::table::TabWriter;
use super::{Output, flags_of};

/// A verb, what it is for, and lines to try.
type Page = (&'static str, &'static str, &'static [&'static str]);

const PAGES: &[Page] = &[
    (
        "apply",
        "Creates objects from a file, or changes them to what the file says.",
        &["kubectl apply -f ds.yaml", "cat ds.yaml | kubectl apply -f -"],
    ),
    (
        "get",
        "Lists objects.",
        &[
            "kubectl get ds",
            "kubectl get pods -o wide",
            "kubectl get pods -w",
            "kubectl get ds fluentd -o yaml",
            "kubectl get nodes -l disktype=ssd",
        ],
    ),
    (
        "describe",
        "Tells all about objects, with their events.",
        &["kubectl describe ds fluentd", "kubectl describe node worker-1"],
    ),
    (
        "delete",
        "Deletes objects and waits until they are gone.",
        &[
            "kubectl delete ds fluentd",
            "kubectl delete -f ds.yaml",
            "kubectl delete pod -l name=fluentd",
            "kubectl delete ds fluentd --cascade=orphan",
        ],
    ),
    (
        "rollout",
        "Follows, lists, takes back, repeats or holds updates: status, history, undo, restart, pause, resume.",
        &[
            "kubectl rollout status ds/fluentd",
            "kubectl rollout history ds/fluentd --revision=2",
            "kubectl rollout undo ds/fluentd --to-revision=1",
            "kubectl rollout restart ds/fluentd",
        ],
    ),
    (
        "edit",
        "Opens an object in the editor, and changes it to what is saved when the file is closed.",
        &["kubectl edit ds/fluentd"],
    ),
    ("diff", "Shows what apply would change.", &["kubectl diff -f ds.yaml"]),
    (
        "wait",
        "Waits until objects are as they are to be.",
        &[
            "kubectl wait --for=condition=Ready pod -l name=fluentd --timeout=60s",
            "kubectl wait --for=jsonpath='{.status.numberReady}'=3 ds/fluentd",
            "kubectl wait --for=delete pod/web",
        ],
    ),
    (
        "expose",
        "Makes a service for a Deployment, a pod or another service.",
        &["kubectl expose deployment web --port=80 --target-port=8080"],
    ),
    (
        "autoscale",
        "Lets the number of pods follow the load.",
        &["kubectl autoscale deployment web --min=2 --max=5 --cpu=80%"],
    ),
    (
        "scale",
        "Sets how many pods a Deployment, ReplicaSet or StatefulSet has.",
        &["kubectl scale deployment web --replicas=5", "kubectl scale rs/web --current-replicas=3 --replicas=5"],
    ),
    (
        "set",
        "Changes one thing of an object: image, env, resources.",
        &["kubectl set image ds/fluentd fluentd=fluent/fluentd:v1.17", "kubectl set env ds/fluentd LOG_LEVEL=debug"],
    ),
    (
        "label",
        "Sets or removes labels.",
        &["kubectl label node worker-1 disktype=ssd", "kubectl label node worker-1 disktype-"],
    ),
    (
        "annotate",
        "Sets or removes annotations.",
        &["kubectl annotate ds fluentd kubernetes.io/change-cause=\"a new image\""],
    ),
    (
        "taint",
        "Sets or removes taints of nodes.",
        &["kubectl taint node worker-1 maintenance=true:NoExecute", "kubectl taint node worker-1 maintenance-"],
    ),
    ("cordon", "Closes a node to new pods.", &["kubectl cordon worker-1"]),
    (
        "drain",
        "Closes a node and evicts its pods.",
        &["kubectl drain worker-1 --ignore-daemonsets", "kubectl drain worker-1 --ignore-daemonsets --force"],
    ),
    ("uncordon", "Opens a node again.", &["kubectl uncordon worker-1"]),
    (
        "create",
        "Creates objects from a file, a namespace or a Deployment.",
        &[
            "kubectl create -f ds.yaml",
            "kubectl create namespace logging",
            "kubectl create deployment web --image=nginx:1.27 --replicas=3",
        ],
    ),
    ("replace", "Replaces an object by what a file says.", &["kubectl replace -f ds.yaml"]),
    ("patch", "Changes some fields of an object.", &["kubectl patch ds fluentd -p '{\"spec\":{\"minReadySeconds\":5}}'"]),
    ("events", "Lists events, oldest first.", &["kubectl events --for ds/fluentd"]),
    (
        "explain",
        "Tells what the fields of a kind are for. With --recursive it lists the fields of fields.",
        &[
            "kubectl explain ds",
            "kubectl explain ds.spec.updateStrategy",
            "kubectl explain pod.spec.tolerations --recursive",
        ],
    ),
    (
        "config",
        "Shows the context, or sets its namespace.",
        &["kubectl config current-context", "kubectl config set-context --current --namespace=kube-system"],
    ),
    ("api-resources", "Lists the kinds that this cluster serves.", &["kubectl api-resources"]),
    (
        "logs",
        "Prints what a container printed.",
        &[
            "kubectl logs fluentd-abcde",
            "kubectl logs ds/fluentd --tail=5",
            "kubectl logs -f -l name=fluentd --prefix",
            "kubectl logs fluentd-abcde --previous",
        ],
    ),
    (
        "exec",
        "Runs a command in a container: echo, env, hostname, date, ls, cat, ps, pwd, whoami.",
        &["kubectl exec ds/fluentd -- hostname", "kubectl exec fluentd-abcde -c fluentd -- sh -c 'echo $HOSTNAME'"],
    ),
    (
        "auth",
        "Asks what one may do, and who one is: can-i, whoami.",
        &["kubectl auth can-i create daemonsets", "kubectl auth can-i --list", "kubectl auth whoami"],
    ),
    ("top", "Shows what nodes and pods use, where a metrics server measures it: here is none.", &["kubectl top nodes"]),
    ("cluster-info", "Says where the API server is.", &["kubectl cluster-info"]),
    ("api-versions", "Lists the versions of the API groups that this cluster serves.", &["kubectl api-versions"]),
    ("options", "Lists the flags that every command has.", &["kubectl options"]),
    ("version", "Prints the version that is simulated.", &["kubectl version"]),
];

/// `kubectl help TOPIC`.
pub(crate) fn topic(words: &[String], out: &mut Output) {
    let verb = words.first().map_or("", String::as_str);
    if !verb.is_empty() && !PAGES.iter().any(|(name, ..)| *name == verb) {
        let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
        out.print(format_args!("Unknown help topic [{}]\n\n", quoted.join(" ")));
    }
    print(verb, out);
}

/// Prints the page of a verb, or of kubectl where there is none.
pub(crate) fn print(verb: &str, out: &mut Output) {
    let Some((name, purpose, examples)) = PAGES.iter().find(|(name, ..)| *name == verb) else {
        out.out("kubectl talks to the cluster.\n\nCommands:\n");
        for (name, purpose, _) in PAGES {
            out.print(format_args!("  {name:<14} {purpose}\n"));
        }
        out.out("\nkubectl COMMAND --help shows examples of a command.\n");
        return;
    };
    out.print(format_args!("{purpose}\n\nExamples:\n"));
    for example in *examples {
        out.print(format_args!("  {example}\n"));
    }
    let mut flags = flags_of(name).map(line).collect::<Vec<_>>();
    flags.sort();
    if !flags.is_empty() {
        out.out("\nFlags:\n");
        out.out(&TabWriter::describe().format(&flags.concat()));
    }
    out.print(format_args!("\nUsage:\n  kubectl {name} …\n"));
}

/// A flag and what it does: `-o, --output=…` and a sentence.
fn line(flag: Flag) -> String {
    let short = if flag.short.is_empty() { "    ".to_owned() } else { format!("-{}, ", flag.short) };
    let value = match flag.takes {
        Takes::Value => "=…".to_owned(),
        Takes::Nothing => String::new(),
        Takes::Perhaps(without) => format!("[={without}]"),
    };
    format!("  {short}--{}{value}\t{}\n", flag.name, meaning(flag.name))
}

/// What a flag does, in a sentence.
fn meaning(flag: &str) -> &'static str {
    let mut lines = include_str!("help/flags.txt").lines();
    lines.find_map(|line| line.strip_prefix(flag)?.strip_prefix(": ")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_of_every_page_has_a_meaning() {
        let mut silent: Vec<&str> = PAGES.iter().flat_map(|(name, ..)| flags_of(name)).map(|flag| flag.name).collect();
        silent.retain(|flag| meaning(flag).is_empty());
        assert_eq!(silent, Vec::<&str>::new());
    }
}
