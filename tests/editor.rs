//! What the editor knows of manifests: completion, help, repairs, differences, each at a place of a text.

use std::time::Duration;

use playground::editor::{State, Suggestion, applied, complete, edited, format, help, problems, repairs};
use playground::session::{Action, Session};

fn sandbox() -> Session {
    Session::new(&playground::lessons::sandbox())
}

mod completion {
    use super::*;

    const HEAD: &str = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata:\n  name: a\n";
    const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n";

    fn options(text: &str) -> Vec<Suggestion> {
        let mut session = sandbox();
        for line in [
            "kubectl create cm settings --from-literal=level=info",
            "kubectl create secret generic key",
            "kubectl create sa agent",
        ] {
            session.act(Action::Run(line.to_owned()));
        }
        let at = text.find('|').expect("a cursor");
        let text = text.replacen('|', "", 1);
        complete(&text, at, session.sim().cluster()).options
    }

    /// The labels that are offered first at the `|`, where these are expected to be all, with a `.` at the end.
    fn check(text: &str, expected: &str) {
        let labels: Vec<String> = options(text).into_iter().map(|it| it.label).collect();
        let found = labels.join(" ");
        match expected.strip_suffix('.') {
            Some(all) => assert_eq!(found, all, "{text}"),
            None => assert!((found.clone() + " ").starts_with(&(expected.to_owned() + " ")), "{found}\n{text}"),
        }
    }

    /// What choosing `label` at the `|` puts in its place.
    fn insert(text: &str, label: &str, expected: &str) {
        let found = options(text).into_iter().find(|it| it.label == label).unwrap_or_else(|| panic!("no {label}"));
        assert_eq!(found.insert, expected, "{text}");
    }

    #[test]
    fn an_empty_text_begins_with_its_kind() {
        check("|", "apiVersion kind metadata DaemonSet.");
        check("apiVersion: |", "apps/v1 v1");
        check("apiVersion: v1\nkind: |", "ConfigMap");
        check("apiVersion: apps/v1\nkind: |", "DaemonSet ControllerRevision Deployment ReplicaSet StatefulSet.");
        check("kind: DaemonSet\napiVersion: |", "apps/v1.");
        check("apiVersion: apps/v1\nki|\n", "kind metadata.");
    }

    #[test]
    fn keys_by_indentation_without_those_that_are_there() {
        check(&format!("{HEAD}|"), "spec.");
        check(&format!("{HEAD}spec:\n  |"), "selector template updateStrategy minReadySeconds revisionHistoryLimit.");
        check(
            &format!("{HEAD}spec:\n  selector: {{}}\n  u|\n  template:\n"),
            "updateStrategy minReadySeconds revisionHistoryLimit.",
        );
        check(&format!("{HEAD}spec:\n  updateStrategy:\n    |"), "rollingUpdate type.");
        check(&format!("{POD}  containers:\n  - name: a\n    |"), "image env ports resources volumeMounts");
        check(&format!("{POD}  containers:\n  - |"), "name image");
        check(&format!("{POD}  containers:\n  |\n"), "- name: resources volumes tolerations nodeSelector");
        check(&format!("{POD}  containers:\n  - name: a\n  |\n"), "resources volumes tolerations nodeSelector");
        check(&format!("{POD}  containers:\n    |\n"), "- name:.");
        check(&format!("{POD}  containers:\n  - name: a\n    volumeMounts: [{{na|"), "name mountPath");
        check(
            &format!("{POD}  tolerations:\n  - key: a\n    ope|: Exists\n    effect: NoSchedule\n"),
            "operator tolerationSeconds value.",
        );
    }

    #[test]
    fn a_broken_text_breaks_nothing() {
        check(&format!("{HEAD}spec:\n  updateStrategy:\n    type: |\n  template\n   x: [\n"), "OnDelete RollingUpdate.");
        check(&format!("{HEAD}spec:\n  foo:\n    |"), ".");
        check(&format!("{HEAD}# |"), ".");
        check(&format!("{HEAD}spec: # |"), ".");
        check(&format!("{HEAD}  labels:\n    a: |"), ".");
        check("apiVersion: v1\nkind: ConfigMap\ndata:\n  x: |-\n    |\n", ".");
        check("kind: Nonsense\n|", "apiVersion metadata.");
    }

    #[test]
    fn values() {
        check(&format!("{POD}  containers:\n  - name: a\n    imagePullPolicy: |"), "Always IfNotPresent Never.");
        check(&format!("{POD}  tolerations:\n  - operator: |"), "Equal Exists Gt Lt.");
        check(&format!("{POD}  tolerations:\n  - effect: N|"), "NoExecute NoSchedule PreferNoSchedule.");
        check(&format!("{POD}  hostNetwork: |"), "true false.");
        check(&format!("{POD}  tolerations: [{{key: a, operator: |"), "Equal Exists Gt Lt.");
    }

    #[test]
    fn names_that_there_are() {
        check(&format!("{POD}  volumes:\n  - name: v\n    configMap:\n      name: |"), "kube-root-ca.crt settings.");
        check(&format!("{POD}  volumes:\n  - name: v\n    secret:\n      secretName: |"), "key.");
        check(&format!("{POD}  serviceAccountName: |"), "agent default.");
        check(&format!("{POD}  priorityClassName: |"), "system-cluster-critical system-node-critical.");
        check(&format!("{POD}  nodeName: |"), "control-plane worker-1");
        check(&format!("{POD}  nodeSelector:\n    |"), "beta.kubernetes.io/arch");
        check(&format!("{POD}  nodeSelector:\n    kubernetes.io/os: |"), "linux.");
        check(&format!("{POD}  tolerations:\n  - key: |"), "node-role.kubernetes.io/control-plane.");
        check(&format!("{POD}  volumes:\n  - name: logs\n  containers:\n  - volumeMounts:\n    - name: |"), "logs.");
        check(
            &format!(
                "{POD}  containers:\n  - env:\n    - valueFrom:\n        configMapKeyRef:\n          name: settings\n          key: |"
            ),
            "level.",
        );
        check(
            &format!(
                "{HEAD}spec:\n  selector:\n    matchLabels:\n      app: x\n  template:\n    metadata:\n      labels:\n        |"
            ),
            "app.",
        );
        check(&format!("{POD}  containers:\n  - resources:\n      requests:\n        |"), "cpu memory ephemeral-storage.");
    }

    #[test]
    fn what_is_put_in_is_indented() {
        insert(&format!("{POD}  |"), "containers", "containers:\n  - name: ");
        insert(&format!("{POD}  |"), "nodeSelector", "nodeSelector:\n    ");
        insert(&format!("{POD}  containers:\n  - |"), "image", "image: ");
        insert(&format!("{POD}  containers:\n  - |"), "resources", "resources:\n      ");
        insert(&format!("{POD}  hos|: true"), "hostNetwork", "hostNetwork");
        let first = options(&format!("{POD}  containers:\n  - |")).remove(0);
        assert_eq!((first.detail.as_str(), first.is_required), ("string", true));
        assert!(first.info.ends_with('.') && !first.info.contains(". "), "{}", first.info);
    }
}

mod helping {
    use super::*;

    const TEXT: &str = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: a}\nspec:\n  updateStrategy:\n    type: OnDelete\n  \
                        template:\n    metadata:\n      labels:\n        app: a\n    spec:\n      containers:\n      - name: c\n        \
                        image: i:1\n        imagePullPolicy: Never\n";

    /// `path type default`, with `!` behind it where it must be given.
    fn check(word: &str, expected: &str) {
        let session = sandbox();
        let at = TEXT.find(word).expect(word);
        let found = help(TEXT, at, session.sim().cluster()).map_or("nothing".to_owned(), |help| {
            assert!(!help.text.is_empty(), "{word}");
            let default = help.default.unwrap_or_else(|| "-".to_owned());
            format!("{} {} {default}{}", help.path, help.type_name, if help.is_required { " !" } else { "" })
        });
        assert_eq!(found, expected, "{word}");
    }

    #[test]
    fn fields_have_help() {
        check("type:", "spec.updateStrategy.type string RollingUpdate");
        check("imagePullPolicy", "spec.template.spec.containers[0].imagePullPolicy string IfNotPresent");
        check("image: i", "spec.template.spec.containers[0].image string -");
        check("- name: c", "spec.template.spec.containers[0].name string - !");
        check("template", "spec.template PodTemplateSpec - !");
        check("app: a", "spec.template.metadata.labels.app string -");
        check("name: a", "metadata.name string -");
        check("apps/v1", "apiVersion string - !");
    }
}

mod repairing {
    use super::*;

    const GOOD: &str = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata:\n  name: a\nspec:\n  selector:\n    matchLabels:\n      app: a\n  \
                        template:\n    metadata:\n      labels:\n        app: a\n    spec:\n      containers:\n      - name: c\n        image: i:1\n";

    /// Breaks the good manifest: `title -> the lines that are new in the repaired text`, for each repair of the first problem.
    fn check(from: &str, to: &str, expected: &[&str]) {
        let session = sandbox();
        check_in(&session, from, to, expected);
    }

    fn check_in(session: &Session, from: &str, to: &str, expected: &[&str]) {
        assert!(GOOD.contains(from), "{from}");
        let text = GOOD.replacen(from, to, 1);
        let cluster = session.sim().cluster();
        let problems = problems("x.yaml", &text, cluster);
        let problem = problems.first().unwrap_or_else(|| panic!("nothing is wrong with {to}"));
        let found: Vec<String> = repairs(&text, problem, cluster)
            .into_iter()
            .map(|repair| {
                let new = edited(&text, &repair.edits);
                let lines: Vec<&str> =
                    new.lines().filter(|line| !text.lines().any(|it| it == *line)).map(str::trim).collect();
                format!("{} -> {}", repair.title, lines.join(" / "))
            })
            .collect();
        assert_eq!(found, expected, "{}", problem.message);
    }

    #[test]
    fn fields_that_there_are_not() {
        check("image: i:1", "imgae: i:1", &["Did you mean image? -> image: i:1", "Remove imgae -> "]);
        check(
            "  template:",
            "  minreadyseconds: 5\n  template:",
            &["Did you mean minReadySeconds? -> minReadySeconds: 5", "Remove minreadyseconds -> "],
        );
        check("  template:", "  zebra: 5\n  template:", &["Remove zebra -> "]);
    }

    #[test]
    fn kinds_and_versions() {
        check("apiVersion: apps/v1\n", "", &["Insert apiVersion: apps/v1 -> apiVersion: apps/v1"]);
        check(
            "kind: DaemonSet\n",
            "",
            &[
                "Insert kind: DaemonSet -> kind: DaemonSet",
                "Insert kind: ControllerRevision -> kind: ControllerRevision",
                "Insert kind: Deployment -> kind: Deployment",
            ],
        );
        check("kind: DaemonSet", "kind: Daemonset", &["Did you mean DaemonSet in apps/v1? -> kind: DaemonSet"]);
        check("apps/v1", "v1", &["Did you mean DaemonSet in apps/v1? -> apiVersion: apps/v1"]);
    }

    #[test]
    fn types() {
        check("app: a\n  template", "app: 1\n  template", &["Write it as a text: \"1\" -> app: \"1\""]);
        check("  template:", "  minReadySeconds: \"5\"\n  template:", &["Write it as a number: 5 -> minReadySeconds: 5"]);
        check("image: i:1", "image: i:1\n        stdin: yes please", &["Write false -> stdin: false"]);
        check("image: i:1", "image: i:1\n        args: x", &["Write it as a list: [x] -> args: [x]"]);
        check(
            "image: i:1",
            "image: i:1\n        env:\n          name: A\n          value: b",
            &["Write it as an item of a list -> - name: A / value: b"],
        );
        check(
            "image: i:1",
            "image: i:1\n        env:\n        - name: A\n          value: 1",
            &["Write it as a text: \"1\" -> value: \"1\""],
        );
    }

    #[test]
    fn values() {
        check(
            "image: i:1",
            "image: i:1\n        imagePullPolicy: always",
            &[
                "Set Always -> imagePullPolicy: Always",
                "Set Never -> imagePullPolicy: Never",
                "Set IfNotPresent -> imagePullPolicy: IfNotPresent",
            ],
        );
        check("name: c", "name: C_1", &["Write c-1 -> - name: c-1"]);
        check("\n        image: i:1", "", &["Insert image: busybox:1.36 -> image: busybox:1.36"]);
        check("- name: c\n        image", "- image", &["Insert name: main -> name: main"]);
        check("  name: a\n", "  labels: {}\n", &["Insert name: my-daemonset -> name: my-daemonset"]);
    }

    #[test]
    fn selectors() {
        check(
            "labels:\n        app: a",
            "labels:\n        app: b",
            &["Give the template the selector's labels -> app: a", "Give the selector the template's labels -> app: b"],
        );
        let mut session = sandbox();
        session.act(Action::Write { file: "a.yaml".to_owned(), text: GOOD.to_owned() });
        session.act(Action::Run("kubectl apply -f a.yaml".to_owned()));
        check_in(
            &session,
            "labels:\n        app: a",
            "labels:\n        app: b",
            &["Give the template the selector's labels -> app: a"],
        );
        check_in(
            &session,
            "matchLabels:\n      app: a\n  template:\n    metadata:\n      labels:\n        app: a",
            "matchLabels:\n      app: b\n  template:\n    metadata:\n      labels:\n        app: b",
            &["Set spec.selector back to what is in the cluster -> app: a"],
        );
    }

    #[test]
    fn what_is_no_yaml() {
        check("  name: a", "\tname: a", &["Turn tabs into spaces -> name: a"]);
        check("kind: DaemonSet", "kind:DaemonSet", &["Put a space behind the colon on line 2 -> kind: DaemonSet"]);
        check("        image", "       image", &["Indent line 16 by 8 -> image: i:1", "Indent line 16 by 6 -> image: i:1"]);
        check(
            "  name: a\n",
            "  name: a\n  name: b\n",
            &["Delete the first, on line 4 -> ", "Delete the second, on line 5 -> "],
        );
    }
}

mod comparing {
    use super::*;

    const FILE: &str = "ds.yaml";

    /// The lines that differ, `-` what is in the cluster, `+` what the file says.
    fn check(commands: &[&str], edit: impl Fn(&str) -> String, state: State, lines: &[&str]) {
        let mut session = sandbox();
        for command in commands {
            session.act(Action::Run((*command).to_owned()));
            session.settle(Duration::from_secs(60));
        }
        let text = edit(&session.files()[FILE]);
        let found = applied(FILE, &text, session.sim().cluster());
        let only = |of: &str, other: &str, sign: &str| -> Vec<String> {
            of.lines().filter(|line| !other.lines().any(|it| it == *line)).map(|line| format!("{sign}{line}")).collect()
        };
        let found_lines = [only(&found.original, &text, "-"), only(&text, &found.original, "+")].concat();
        assert_eq!(
            (found.state, found_lines),
            (state, lines.iter().map(|it| (*it).to_owned()).collect()),
            "{}",
            found.words
        );
    }

    const APPLY: &str = "kubectl apply -f ds.yaml";

    #[test]
    fn compares_as_kubectl_diff_does() {
        check(&[], str::to_owned, State::New, &[]);
        check(&[APPLY], str::to_owned, State::Same, &[]);
        check(&[APPLY], |_| "a: [".to_owned(), State::NoObject, &[]);
        check(&[APPLY], |text| text.replace("  name: node-agent\n", "  name: other\n"), State::New, &[]);
        let added = |text: &str| text.replace("spec:\n  selector", "spec:\n  minReadySeconds: 5\n  selector");
        check(&[APPLY], added, State::Changed, &["+  minReadySeconds: 5"]);
        let removed = "kubectl patch ds node-agent -p '{\"spec\":{\"minReadySeconds\":7}}'";
        check(&[APPLY, removed], str::to_owned, State::Same, &[]);
        check(&[APPLY, removed], added, State::Changed, &["-  minReadySeconds: 7", "+  minReadySeconds: 5"]);
        let label = "kubectl label ds node-agent x=y";
        check(&[APPLY, label], str::to_owned, State::Same, &[]);
        check(&[APPLY], |text| text.replace("app: node-agent", "app: other"), State::Refused, &[]);
    }
}

#[test]
fn the_first_file_can_be_tidied() {
    let files = playground::lessons::sandbox().files;
    assert!(!files.is_empty());
    for text in files.values() {
        assert!(format(text).is_ok(), "{text}");
    }
}
