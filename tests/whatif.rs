//! What a change would do: `tests/whatif.yaml` asks, `tests/whatif.txt` has the answers.
//!
//! `UPDATE_WHATIF=1 cargo test --test whatif` writes them anew, to be read before they are kept.

use std::fmt::Write as _;
use std::time::Duration;

use playground::scenario::{Scenario, play};
use playground::session::{Action, Session};

const ANSWERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/whatif.txt");

#[test]
fn answers_are_as_they_were_read() {
    let (_, outcomes) = play(&scenario());
    let mut told = String::new();
    for outcome in outcomes {
        let _ = write!(told, "$ {}\n{}{}", outcome.run, outcome.stdout, outcome.stderr);
        told.push_str(&if outcome.exit == 0 { "\n".to_owned() } else { format!("# exit {}\n\n", outcome.exit) });
    }
    if std::env::var_os("UPDATE_WHATIF").is_some() {
        std::fs::write(ANSWERS, &told).expect("it can be written");
    }
    assert_eq!(told, std::fs::read_to_string(ANSWERS).unwrap_or_default());
}

/// What is asked changes nothing: neither the store, nor the clock, nor what comes later.
#[test]
fn to_ask_changes_nothing() {
    let mut asked = Scenario { steps: scenario().steps[1..3].to_vec(), ..scenario() };
    let (mut session, _) = play(&asked);
    let revision = session.sim().cluster().store().revision();
    let now = session.now();
    for line in
        ["whatif kubectl delete ds agent", "whatif node remove worker-1", "whatif kubectl set image ds/agent c=agent:v9"]
    {
        session.act(Action::Run(line.to_owned()));
        assert!(!session.is_busy() && session.now() == now);
        assert_eq!(session.sim().cluster().store().revision(), revision, "{line}");
    }
    asked.steps = vec![];
    let after = |mut session: Session| {
        session.advance(session.now() + Duration::from_secs(60));
        session.act(Action::Run(
            "kubectl set image ds/agent c=agent:v2; kubectl rollout status ds/agent; kubectl get pods".to_owned(),
        ));
        session.finish_command(Duration::from_secs(60));
        session.entries().last().map(|entry| entry.job.output.clone())
    };
    let (plain, _) = play(&Scenario { steps: scenario().steps[1..3].to_vec(), ..scenario() });
    assert_eq!(after(session), after(plain));
}

/// What it says comes true.
#[test]
fn what_is_foretold_happens() {
    for line in [
        "kubectl set image ds/agent c=agent:v2",
        "kubectl delete ds agent",
        "kubectl taint node worker-1 x=y:NoExecute",
        "node add worker-9",
        "node remove worker-2",
    ] {
        let (mut session, _) = play(&Scenario { steps: scenario().steps[1..3].to_vec(), ..scenario() });
        let placed = |session: &Session| {
            let pods = session.sim().cluster().store().list::<playground::api::Pod>();
            let of = |pod: &std::rc::Rc<playground::api::Pod>| {
                (
                    pod.spec.as_ref().and_then(|spec| spec.node_name()).unwrap_or_default().to_owned(),
                    pod.metadata.name.clone(),
                )
            };
            pods.map(of).collect::<std::collections::BTreeMap<_, _>>()
        };
        let before = placed(&session);
        let answer = playground::whatif::whatif(session.sim(), |sim, out| {
            let mut shell = playground::shell::Shell::new(Default::default());
            let job = shell.run(line, sim);
            job.output.chunks.iter().for_each(|chunk| out.push(chunk.stream, &chunk.text));
            job.exit.unwrap_or(0)
        });
        session.act(Action::Run(line.to_owned()));
        session.advance(session.now() + Duration::from_secs(200));
        let after = placed(&session);
        let named = |what| {
            let groups = answer.sets.iter().flat_map(|set| &set.groups).filter(move |group| group.what == what);
            groups.flat_map(|group| group.nodes.iter().cloned()).collect::<std::collections::BTreeSet<_>>()
        };
        use playground::whatif::What::{Gains, Loses, Replaces};
        let nodes = before.keys().chain(after.keys()).cloned().collect::<std::collections::BTreeSet<_>>();
        for node in nodes {
            let foretold = [Gains, Loses, Replaces].into_iter().find(|what| named(*what).contains(&node));
            let happened = match (before.get(&node), after.get(&node)) {
                (None, Some(_)) => Some(Gains),
                (Some(_), None) => Some(Loses),
                (Some(old), Some(new)) if old != new => Some(Replaces),
                _ => None,
            };
            assert_eq!(foretold, happened, "{line}: {node}");
        }
    }
}

fn scenario() -> Scenario {
    Scenario::parse(include_str!("whatif.yaml")).expect("a scenario")
}
