//! The lessons that are built in are those of the directory, and each can be done.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use playground::lessons::check::{check_dir, prove};
use playground::lessons::{self, Library, Progress, Volume};
use playground::session::{Action, Session};

fn library() -> Library {
    Library::read_dir("lessons".as_ref()).unwrap()
}

#[test]
fn the_library_has_every_lesson_of_the_directory() {
    let files = std::fs::read_dir("lessons").unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let is_lesson = |name: &String| name.ends_with(".md") && name != "README.md" && name != "glossary.md";
    let files: BTreeSet<String> = files.filter(is_lesson).collect();
    let library = library();
    let known: Vec<String> = library.volumes().iter().map(|volume| volume.file.clone()).collect();
    assert_eq!(known, files.into_iter().collect::<Vec<_>>(), "`playground check lessons` tells what is wrong");
    for volume in library.volumes() {
        let lesson = library.lesson(&volume.front.id).unwrap();
        assert_eq!((lesson.name(), &lesson.front), (volume.front.id.clone(), &volume.front));
        assert!(!lesson.front.chapter.is_empty(), "{} belongs to no chapter", volume.file);
        for seed in 1..lesson.variants {
            let name = format!("{}~{seed}", volume.front.id);
            assert_eq!(library.lesson(&name).unwrap().name(), name);
        }
    }
    let first = Library::first();
    assert_eq!(first.volumes()[0], library.volumes()[0], "src/lessons/library.rs names the first lesson");
}

#[test]
fn a_pack_holds_a_library() {
    let pack = r###"{"b.md": "---\nformat: 1\nid: b\ntitle: B\nminutes: 1\n---\n\n## One\n\nText.\n", "bad.md": "no lesson",
        "glossary.md": "# Glossary\n\n## Big word\n\nWhat it means.\n\n## Other\n\nMore.\n"}"###;
    let library = Library::unpack(pack).unwrap();
    assert_eq!(library.volumes().iter().map(|volume| volume.front.id.as_str()).collect::<Vec<_>>(), ["b"]);
    assert_eq!(library.term("big-word"), Some(("Big word", "What it means.")));
    assert_eq!((library.term("small"), library.linked("b.md#one"), library.linked("c.md")), (None, Some("b"), None));
    assert!(library.lesson("b~x").is_none() && library.lesson("b~7").is_some() && Library::unpack("[").is_none());
}

#[test]
fn every_lesson_can_be_done() {
    let report = check_dir(Path::new("lessons"));
    let errors: Vec<String> = report.errors.iter().map(ToString::to_string).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

/// The name under which a Git host finds a heading.
fn anchor(heading: &str) -> String {
    heading.to_ascii_lowercase().replace(' ', "-")
}

#[test]
fn the_glossary_holds_together() {
    let text = std::fs::read_to_string("lessons/glossary.md").unwrap();
    let terms: Vec<(&str, &str)> = text.split("\n## ").skip(1).map(|entry| entry.split_once("\n\n").unwrap()).collect();
    let anchors: BTreeSet<String> = terms.iter().map(|(term, _)| anchor(term)).collect();
    assert_eq!(anchors.len(), terms.len(), "a term is there twice");
    let in_order = |term: &str| term.to_ascii_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "");
    assert!(terms.is_sorted_by_key(|(term, _)| in_order(term)), "the terms are not in the order of the alphabet");
    for (term, paragraph) in terms {
        let paragraph = paragraph.trim_end();
        assert!(!paragraph.contains('\n') && paragraph.ends_with('.'), "{term} is no paragraph");
        assert!((60..=460).contains(&paragraph.chars().count()), "{term} says too little or too much");
        for target in paragraph.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let anchored = target.strip_prefix('#').unwrap_or_else(|| panic!("{term} leads to {target}"));
            assert!(anchors.contains(anchored) && anchored != anchor(term), "{term} leads to {target}");
        }
    }
}

/// Words that lessons also use as everybody does.
const EVERYDAY: [&str; 4] = ["Apply", "Condition", "Default", "Job"];

#[test]
fn each_concept_of_a_lesson_is_linked_to_the_glossary() {
    let glossary = std::fs::read_to_string("lessons/glossary.md").unwrap();
    let terms = glossary.lines().filter_map(|line| line.strip_prefix("## "));
    let terms: Vec<&str> = terms.filter(|term| !EVERYDAY.contains(term)).collect();
    let library = library();
    let lessons: Vec<(&Volume, String)> = library.volumes().iter().map(|one| (&**one, prose(&one.text))).collect();
    let mut missing = vec![];
    for term in terms {
        let word = word(term);
        let link = format!("(glossary.md#{})", anchor(term));
        for (volume, prose) in &lessons {
            // Lesson 75 tells of images of a system, which are another thing.
            let is_other = term == "Image" && volume.file.starts_with("75");
            if word.is_match(prose).unwrap() && !volume.text.contains(&link) && !is_other {
                missing.push(format!("{} says {term} and does not lead to it", volume.file));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// A lesson without front matter, blocks, headings, code and links.
fn prose(text: &str) -> String {
    let mut prose = String::new();
    let mut fence: Option<String> = None;
    for line in text.split_once("\n---\n").map_or(text, |(_, body)| body).lines() {
        let ticks: String = line.chars().take_while(|c| *c == '`').collect();
        match &fence {
            Some(open) if ticks.len() >= open.len() && line.trim() == ticks => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 => fence = Some(ticks),
            None if line.starts_with('#') => {}
            None => prose.push_str(&format!("{line}\n")),
        }
    }
    let mut words = String::new();
    for (at, piece) in prose.split('`').enumerate() {
        if at % 2 == 0 {
            words.push_str(piece);
        }
    }
    without_links(&words)
}

fn without_links(text: &str) -> String {
    let mut words = String::new();
    let mut rest = text;
    while let Some((before, link)) = rest.split_once('[') {
        words.push_str(before);
        rest = link.split_once(')').map_or("", |(_, after)| after);
    }
    words + rest
}

/// A term as a word, also in the plural, at the beginning of a sentence or not.
fn word(term: &str) -> fancy_regex::Regex {
    let is_name = term.chars().skip(1).any(char::is_uppercase);
    let lower = if is_name { term.to_owned() } else { term.to_lowercase() };
    let word = format!(r"(?<![\w/-])(?:{}|{})(?:s|es)?(?![\w-])", fancy_regex::escape(term), fancy_regex::escape(&lower));
    fancy_regex::Regex::new(&word).unwrap()
}

#[test]
fn a_solution_that_does_not_solve_is_found() {
    let text = std::fs::read_to_string("lessons/41-walk-through.md").unwrap();
    let told = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        let lesson = lessons::parse("walk-through.md", &text.replace(from, to)).unwrap();
        let errors = prove("walk-through.md", &lesson).unwrap_err();
        errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let undone = told("solution\nkubectl delete daemonset fluentd", "solution\nkubectl get ds");
    assert!(undone.contains("does not reach the goal `deleted`: The DaemonSet fluentd is still there."), "{undone}");
    let misspelt = told("solution\nkubectl apply -f fluentd", "solution\nkubectl apply -f flunetd");
    assert!(misspelt.contains("(`kubectl apply -f flunetd-daemonset.yaml` ended with 1: error: the path"), "{misspelt}");
    let solved = told("ran: [kubectl get nodes, kubectl describe nodes]", "not: {object: {kind: DaemonSet, name: fluentd}}");
    assert!(solved.contains("the step \"Meet the machines\" is solved before anything is done"), "{solved}");
}

/// A learner in the walk-through: commands, then the verdict on a goal.
fn verdict(commands: &[&str], goal: &str) -> (bool, String) {
    let lesson = library().lesson("walk-through").unwrap();
    let mut session = Session::new(&lesson.scenario);
    for command in commands {
        match command.strip_prefix("wait ") {
            Some("settled") => _ = session.settle(Duration::from_secs(60)),
            Some(millis) => session.advance(session.now() + Duration::from_millis(millis.parse().unwrap())),
            None => session.act(Action::Run((*command).to_owned())),
        }
    }
    let goals: Vec<_> = lesson.steps.iter().flat_map(|step| &step.goals).collect();
    let verdict = goals.iter().find(|it| it.id == goal).unwrap().check(&session);
    (verdict.met, verdict.reason)
}

const APPLY: &str = "kubectl apply -f fluentd-daemonset.yaml";

#[test]
fn goals_give_their_reasons() {
    let reason = |commands: &[&str], goal: &str| {
        let (met, reason) = verdict(commands, goal);
        assert!(!met, "{goal} is met: {reason}");
        reason
    };
    assert_eq!(reason(&[], "saw-nodes"), "`kubectl get nodes` has not been run yet.");
    assert_eq!(reason(&["kubectl get nodes foo"], "saw-nodes"), "`kubectl get nodes foo` ended with an error.");
    assert_eq!(reason(&[], "applied"), "There is no DaemonSet called fluentd yet.");
    assert_eq!(reason(&[], "running"), "There are no pods with the label name=fluentd, not 3.");
    let starting = reason(&[APPLY, "wait 500"], "running");
    assert!(
        starting.starts_with("0 of 3 pods are ready: fluentd-") && starting.ends_with(" is ContainerCreating."),
        "{starting}"
    );
    assert_eq!(reason(&[APPLY, "wait settled", "kubectl get po"], "saw-pods"), "You ran `kubectl get po`; add `-o wide`.");
    let unchanged = reason(&[APPLY, "wait settled", APPLY], "changed");
    assert_eq!(
        unchanged,
        "Not yet: DaemonSet fluentd: spec.template.spec.containers[fluentd].image is fluent/fluentd:latest."
    );
    let stuck =
        reason(&[APPLY, "wait settled", "kubectl set image ds/fluentd fluentd=fluent/fluentd:bad", "wait 20000"], "updated");
    assert!(stuck.starts_with("1 of 3 nodes has a pod of the newest version: fluentd-"), "{stuck}");
    assert!(stuck.ends_with(" is ErrImagePull.") || stuck.ends_with(" is ImagePullBackOff."), "{stuck}");
    let going = reason(&[APPLY, "wait settled", "kubectl delete ds fluentd --wait=false", "wait 100"], "pods-gone");
    assert!(going.starts_with("3 pods are still there: fluentd-") && going.ends_with(" is Terminating."), "{going}");
    let back = reason(&[APPLY, "wait settled", "kubectl delete pods --all", "wait settled"], "pods-gone");
    assert!(back.starts_with("3 pods are still there: "), "{back}");
}

#[test]
fn any_right_way_is_accepted() {
    let accepted = |commands: &[&str], goal: &str| {
        let (met, reason) = verdict(commands, goal);
        assert!(met, "{goal} after {commands:?}: {reason}");
    };
    accepted(&["k get no -owide"], "saw-nodes");
    accepted(&["cat fluentd-daemonset.yaml | kubectl apply -f -"], "applied");
    accepted(&["cat ./fluentd-daemonset.yaml | head -3"], "read-manifest");
    accepted(&[APPLY, "wait settled", "kubectl get ds/fluentd --no-headers | wc -l"], "saw-daemonsets");
    accepted(
        &[APPLY, "wait settled", "kubectl set image daemonset/fluentd fluentd=fluent/fluentd:v1.16-1", "wait settled"],
        "updated",
    );
    accepted(&[APPLY, "wait settled", "kubectl set image daemonset/fluentd *=fluentd:v1", "kubectl get pods -w"], "watched");
    accepted(&[APPLY, "wait settled", "sed -i s/:latest/:v1.17/ fluentd-daemonset.yaml", APPLY, "wait settled"], "changed");
    accepted(&[APPLY, "wait settled", "kubectl delete -f fluentd-daemonset.yaml", "wait settled"], "deleted");
    accepted(&[APPLY, "wait settled", "kubectl delete ds --all", "wait settled"], "pods-gone");
}

#[test]
fn what_held_once_is_remembered() {
    let text = std::fs::read_to_string("lessons/41-walk-through.md").unwrap();
    let text = text.replace(
        "  pods: {selector: name=fluentd, count: 3, ready: true}",
        "  once: {pods: {selector: name=fluentd, count: {min: 1}, ready: false}}",
    );
    let lesson = lessons::parse("walk-through.md", &text).unwrap();
    let goal = lesson.steps[2].goals[1].clone();
    let mut session = Session::new(&lesson.scenario);
    session.act(Action::Run(APPLY.to_owned()));
    session.settle(Duration::from_secs(60));
    assert!(!goal.check(&session).met, "all pods are ready now");
    let progress = Progress::replay(&lesson, session.history(), session.now());
    assert!(goal.check_with(&session, &progress).met);
}

/// A lesson with a prediction and a mistake.
const RICH: &str = r#"---
format: 1
id: rich
title: Rich
chapter: 2. Where pods go
minutes: 3
---

## Label

```yaml question
id: how-many
ask: How many pods will there be?
predict: true
answers:
- text: One.
  right: true
  why: One node has the label.
  holds: {pods: {selector: app=a, count: 1}}
- text: Three.
  why: The selector counts.
  holds: {pods: {selector: app=a, count: 3}}
```

```yaml file=ds.yaml
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: a}
spec:
  selector: {matchLabels: {app: a}}
  template:
    metadata: {labels: {app: a}}
    spec:
      nodeSelector: {disk: ssd}
      containers: [{name: a, image: nginx}]
```

```yaml goal
id: runs
text: It runs on worker-2.
pods: {selector: app=a, count: 1, ready: true, nodes: [worker-2]}
```

```yaml mistake
id: all-labelled
object: {kind: Node, name: control-plane, match: {metadata: {labels: {disk: ssd}}}}
```

```yaml wrong all-labelled
- run: kubectl label nodes --all disk=ssd
```

```md hint if=all-labelled
Not all of them

You labelled every node. Take the label away again: `kubectl label nodes --all disk-`.
```

```sh solution
kubectl label node worker-2 disk=ssd && kubectl apply -f ds.yaml
```

"#;

#[test]
fn a_rich_lesson_is_proved_in_all_its_parts() {
    let check = |from: &str, to: &str, expected: Option<&str>| {
        assert!(RICH.contains(from), "{from}");
        let text = RICH.replacen(from, to, 1);
        let proved = lessons::parse("rich.md", &text).and_then(|lesson| prove("rich.md", &lesson));
        let found = proved.err().map(|errors| errors[0].to_string());
        let fits = match (&found, expected) {
            (Some(found), Some(expected)) => found.contains(expected),
            (found, expected) => found.is_none() && expected.is_none(),
        };
        assert!(fits, "{from} → {to}: {found:?}");
    };
    check("Rich", "Rich", None);
    check("count: 3}}", "count: 1}}", Some("rich.md:11: what happened does not fit the answer \"Three.\""));
    check("--all disk=ssd", "worker-3 disk=ssd", Some("this does not make the mistake `all-labelled`"));
    check("label nodes --all disk=ssd", "get nodes", Some("this does not make the mistake `all-labelled`"));
    check(
        "name: control-plane, match: {metadata: {labels: {disk: ssd}}}",
        "name: worker-1",
        Some("is made before anything is done"),
    );
    check("if=all-labelled", "if=none-labelled", Some("this step has no mistake `none-labelled` to wait for"));
    check("right: true", "right: false", Some("one of them with `right: true`"));
    check("why: The selector counts.", "holds: {}", Some("the answer \"Three.\" needs `why`"));
}

#[test]
fn the_clock_waits_for_a_prediction() {
    let lesson = lessons::parse("rich.md", RICH).unwrap();
    let (step, mut progress) = (&lesson.steps[0], Progress::default());
    assert_eq!(step.awaits(&progress).map(|question| question.id.as_str()), Some("how-many"));
    progress.answer("how-many", 1);
    assert_eq!(step.awaits(&progress), None, "a wrong prediction is one too");
    assert_eq!(lesson.front.chapter, "2. Where pods go");
}
