//! `kubectl edit` with a person at the editor: the page opens the file, saves it by [`Action::Write`] and closes it by
//! [`Action::Remove`].

use std::time::Duration;

use playground::kubectl::Stream;
use playground::scenario::Scenario;
use playground::session::{Action, Session};

#[path = "support/session.rs"]
mod support;
use support::{SCENARIO, entry, with_daemon_set};

/// A session in which somebody edits the DaemonSet, and the name of the file.
fn editing() -> (Scenario, Session, String) {
    let scenario = Scenario::parse(SCENARIO).expect("a scenario");
    let mut session = with_daemon_set();
    session.act(Action::Run("kubectl edit ds/fluentd; echo then".to_owned()));
    let file = session.editing().expect("a file is edited").to_owned();
    (scenario, session, file)
}

fn save(session: &mut Session, file: &str, change: impl Fn(&str) -> String) {
    let text = change(&session.files()[file]);
    session.act(Action::Write { file: file.to_owned(), text });
}

fn close(session: &mut Session, file: &str) {
    session.act(Action::Remove { file: file.to_owned() });
}

fn printed(session: &Session) -> String {
    entry(session)
        .job
        .output
        .chunks
        .iter()
        .map(|chunk| [if chunk.stream == Stream::Err { "! " } else { "" }, &chunk.text].concat())
        .collect()
}

#[test]
fn what_is_saved_when_the_file_is_closed_is_what_is_changed() {
    let (scenario, mut session, file) = editing();
    assert_eq!(file, "kubectl-edit-1.yaml");
    assert!(
        session.files()[&file].starts_with("# Please edit the object below. Lines beginning with a '#' will be ignored,\n")
    );
    save(&mut session, &file, |text| text.replace("v1.16", "v1.17"));
    session.settle(Duration::from_secs(10));
    assert!(session.is_busy() && printed(&session).is_empty());
    // Meanwhile the status has changed: that is kept.
    save(&mut session, &file, |text| text.replace("v1.17", "v1.18"));
    close(&mut session, &file);
    assert_eq!(printed(&session), "daemonset.apps/fluentd edited\nthen\n");
    assert_eq!(session.editing(), None);
    assert!(!session.files().contains_key(&file));
    session.settle(Duration::from_secs(60));
    let replayed = Session::replay(&scenario, session.history(), session.now());
    assert_eq!(printed(&replayed), printed(&session));
    assert_eq!(replayed.files(), session.files());
    assert_eq!(replayed.sim().cluster().store().revision(), session.sim().cluster().store().revision());
    session.act(Action::Run("kubectl get ds fluentd -o jsonpath='{.spec.template.spec.containers[*].image}'".to_owned()));
    assert_eq!(printed(&session), "fluent/fluentd:v1.18");
}

#[test]
fn nothing_is_changed_by_a_file_that_says_the_same() {
    let (_, mut session, file) = editing();
    save(&mut session, &file, |text| text.replace("# Please", "# Thanks"));
    close(&mut session, &file);
    assert_eq!(printed(&session), "! Edit cancelled, no changes made.\nthen\n");
}

#[test]
fn what_is_invalid_is_edited_again() {
    let (_, mut session, file) = editing();
    save(&mut session, &file, |text| text.replace("restartPolicy: Always", "restartPolicy: Never"));
    close(&mut session, &file);
    assert_eq!(printed(&session), "! error: daemonsets.apps \"fluentd\" is invalid\n");
    let file = session.editing().expect("it is edited again").to_owned();
    let text = session.files()[&file].clone();
    assert!(text.contains("# daemonsets.apps \"fluentd\" was not valid:\n# * spec.template.spec.restartPolicy: "), "{text}");
    assert!(text.contains("restartPolicy: Never"), "{text}");
    save(&mut session, &file, |text| {
        text.replace("restartPolicy: Never", "restartPolicy: Always").replace("v1.16", "v1.17")
    });
    close(&mut session, &file);
    assert_eq!(printed(&session), "! error: daemonsets.apps \"fluentd\" is invalid\ndaemonset.apps/fluentd edited\nthen\n");
}

#[test]
fn ctrl_c_leaves_the_file_alone() {
    let (_, mut session, file) = editing();
    session.act(Action::Interrupt);
    assert!(!session.is_busy() && session.files().contains_key(&file));
}

#[test]
fn a_kind_that_is_none_is_told_at_the_head_of_the_file() {
    let (_, mut session, file) = editing();
    save(&mut session, &file, |text| text.replace("kind: DaemonSet", "kind: DaemonSat"));
    close(&mut session, &file);
    assert_eq!(printed(&session), "");
    let file = session.editing().expect("it is edited again").to_owned();
    let text = session.files()[&file].clone();
    let head = "# The edited file had a syntax error: resource mapping not found for name: \"fluentd\" namespace: \"default\" from \
                \"edited-file\": no matches for kind \"DaemonSat\" in version \"apps/v1\"\n# ensure CRDs are installed first\n";
    assert!(text.contains(head), "{text}");
}
