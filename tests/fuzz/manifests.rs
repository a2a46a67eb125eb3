//! Manifests applied to a cluster: whatever was taken lives, is shown, and goes away again.

use std::time::Duration;

use playground::api::Deployment;
use playground::session::{Action, Session};

use super::harness::{Meter, Target};
use super::mutate::Seeds;
use super::random::Random;
use super::seeds;
use super::support::run;

pub(crate) struct Manifests(Seeds, Session);

impl Target for Manifests {
    const NAME: &'static str = "manifests";
    const USUAL: u64 = 150;

    fn new() -> Self {
        Manifests(Seeds::of(seeds::manifests()), seeds::rolled_out())
    }

    fn make(&self, random: &mut Random) -> String {
        self.0.text(random)
    }

    fn take(&self, input: &str, _: &mut Meter) {
        let mut session = self.1.clone();
        session.act(Action::Write { file: "f.yaml".to_owned(), text: input.to_owned() });
        run(&mut session, "kubectl diff -f f.yaml");
        let said = run(&mut session, "kubectl apply -f f.yaml");
        assert!(!said.is_empty(), "nothing is said");
        if !said.contains(" created") && !said.contains(" configured") {
            return;
        }
        // Who asks for thousands of pods gets them, and waits for them.
        let asked = session.sim().cluster().store().list::<Deployment>().filter_map(|it| it.spec.as_ref()?.replicas);
        if asked.max().is_some_and(|replicas| replicas > 1000) {
            return;
        }
        session.settle(Duration::from_secs(30));
        run(&mut session, "kubectl get all,nodes,events,configmaps,controllerrevisions -A -o wide");
        run(&mut session, "kubectl describe ds,pods,deploy");
        let before = session.sim().cluster().store().revision();
        run(&mut session, "kubectl get ds,deploy,configmaps -o yaml | kubectl apply --dry-run=server -f -");
        assert_eq!(session.sim().cluster().store().revision(), before, "a dry run writes");
        run(&mut session, "kubectl delete -f f.yaml --wait=false");
        session.settle(Duration::from_secs(60));
    }
}
