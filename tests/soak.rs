//! A long time of everything that can happen to a DaemonSet on a large cluster, with its promises watched and its memory counted.
//!
//! Here a few hours on a few nodes; `cargo xtask soak` has a month on a thousand (`SOAK_NODES`, `SOAK_HOURS`, `SOAK_SEED`).

#![expect(clippy::disallowed_methods, reason = "a soak says how long it took")]

#[path = "fuzz/memory.rs"]
mod memory;
#[path = "fuzz/random.rs"]
mod random;
#[path = "properties/watch.rs"]
mod watch;

use std::fmt;
use std::time::{Duration, Instant};

use playground::api::{Kind, kind};
use playground::scenario::Scenario;
use playground::session::{Action, Session};
use playground::sim::{NodeAction, NodeDefinition, Supply};
use random::Random;
use watch::Watch;

/// Between two operations, at most.
const PAUSE: usize = 25 * 60;
/// How many things happen between two looks at everything.
const GLANCES: u64 = 1000;
/// Time for everything that was begun to be finished.
const LONG: Duration = Duration::from_secs(2 * 3600);
/// After how many hours everything that a cluster keeps has been there once: events stay for one.
const WARM: u64 = 24;
const SUPPLIES: [Supply; 4] = [Supply::Memory, Supply::Disk, Supply::Pid, Supply::Network];
const IMAGES: [&str; 9] = ["x:1", "x:2", "x:3", "x:slow", "x:stubborn", "x:bad", "x:crash", "x:notready", "x:completes"];
const LABELS: [&str; 3] = ["disk=ssd", "disk=hdd", "gen=4"];
const TAINTS: [&str; 3] = ["k=v:NoSchedule", "k=v:NoExecute", "other:PreferNoSchedule"];
const PLACES: [&str; 3] = [
    "",
    "nodeSelector: {disk: ssd}",
    "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: disk, operator: NotIn, values: [hdd]}]}]}}}",
];
const STRATEGIES: [&str; 5] = [
    "{rollingUpdate: {maxUnavailable: 5%}}",
    "{rollingUpdate: {maxUnavailable: 20%}}",
    "{rollingUpdate: {maxUnavailable: 0, maxSurge: 10%}}",
    "{rollingUpdate: {maxUnavailable: 0, maxSurge: 100%}}",
    "{type: OnDelete}",
];

#[test]
fn a_long_time_on_a_large_cluster() {
    let number = |name: &str, usual: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    let nodes = usize::try_from(number("SOAK_NODES", 24)).expect("a number");
    let mut soak = Soak::new(nodes, number("SOAK_SEED", 1));
    soak.run(number("SOAK_HOURS", 30));
    soak.end();
}

struct Soak {
    session: Session,
    watch: Watch,
    random: Random,
    nodes: usize,
    operations: u64,
    happenings: u64,
    /// Bytes in use at the end of each hour.
    bytes: Vec<usize>,
    /// What there was at first beside machines and events.
    at_first: usize,
    began: Instant,
}

impl Soak {
    fn new(nodes: usize, seed: u64) -> Soak {
        let scenario = format!(
            "cluster: {{nodeMonitorGrace: 40s}}\nimages: [{{match: 'x:slow', startSeconds: 7}}]\nnodes: [{{group: node, count: {nodes}}}]\nseed: {seed}\n"
        );
        let session = Session::watched(&Scenario::parse(&scenario).expect("a scenario"));
        let at_first = belongings(&session);
        let mut soak = Soak {
            session,
            watch: Watch::new(),
            random: Random::new(seed),
            nodes,
            operations: 0,
            happenings: 0,
            bytes: vec![],
            at_first,
            began: Instant::now(),
        };
        soak.apply("x:1");
        soak
    }

    /// Lets so many hours pass, with something happening all the time.
    fn run(&mut self, hours: u64) {
        for hour in 1..=hours {
            let end = self.session.now() + Duration::from_secs(3600);
            loop {
                let pause = Duration::from_secs(self.random.below(PAUSE) as u64);
                let until = (self.session.now() + pause).min(end);
                self.pass(until);
                if until == end {
                    break;
                }
                self.operate();
            }
            self.bytes.push(memory::live());
            if hour % 24 == 0 || hour == hours {
                self.tell(hour);
            }
        }
        self.expect_flat_memory(hours);
    }

    /// A day after the first needs no more than the first days did.
    fn expect_flat_memory(&self, hours: u64) {
        let (warm, last) = (WARM.min(hours / 2) as usize, self.bytes.len() - self.bytes.len().min(24));
        let most = |hours: &[usize]| hours.iter().copied().max().unwrap_or(0);
        let (early, late) = (most(&self.bytes[..warm.max(hours as usize / 3)]), most(&self.bytes[last..]));
        println!("at most {} MiB in the first third, {} MiB on the last day", early >> 20, late >> 20);
        assert!(late < early + early / 4 + (4 << 20), "memory grows: from {early} to {late} bytes");
    }

    /// Everything is well again, and is served; then everything is deleted, and nothing is left.
    fn end(&mut self) {
        self.machines((0..self.nodes).map(|number| NodeAction::Add(definition(number))));
        self.machines((0..self.nodes).map(|number| NodeAction::Ready(name(number))));
        self.relieve();
        self.line("kubectl uncordon --selector=kubernetes.io/os=linux");
        self.line("kubectl taint nodes --all k- other-");
        self.pass_for(Duration::from_secs(100));
        self.line("kubectl delete pods --field-selector status.phase=Failed --wait=false");
        self.write(&manifest("x:last", "", STRATEGIES[1]));
        self.line("kubectl apply -f ds.yaml");
        self.pass_for(Duration::from_secs(5));
        // Of whatever revision an orphan was taken for.
        self.line("kubectl delete pods --all --wait=false");
        self.pass_for(LONG);
        self.watch.expect_served(&self.session).unwrap_or_else(|why| self.fail(&why));
        self.line("kubectl delete ds --all --wait=false");
        self.pass_for(LONG);
        let left = belongings(&self.session);
        assert_eq!(left, self.at_first, "something is left of what was made");
        assert_eq!(self.session.sim().next_at(), None, "there is still something to do");
        assert_eq!(self.session.sim().cluster().store().objects(Kind::Event).count(), 0, "events are kept for ever");
        self.tell(0);
    }

    /// Something happens, small things more often than large ones.
    fn operate(&mut self) {
        self.operations += 1;
        let (node, several) = (name(self.random.below(self.nodes)), self.several());
        match self.random.below(40) {
            0 => {
                let image = *self.random.one_of(&IMAGES);
                self.apply(image);
            }
            1 => {
                let image = *self.random.one_of(&IMAGES);
                self.line(&format!("kubectl set image ds/d c={image}"));
            }
            // What is broken is noticed after a while.
            2 | 3 => self.line(&format!("kubectl set image ds/d c={}", IMAGES[self.operations as usize % 3])),
            4 => self.line("kubectl rollout undo ds/d"),
            5 if self.random.below(4) == 0 => self.line("kubectl rollout restart ds/d"),
            6 if self.random.below(6) == 0 => self.line("kubectl delete ds d --wait=false"),
            7 if self.random.below(8) == 0 => self.line("kubectl delete ds d --cascade=orphan --wait=false"),
            8..=10 => {
                let label = *self.random.one_of(&LABELS);
                self.line(&format!("kubectl label --overwrite nodes {several} {label}"));
            }
            11 => self.line(&format!("kubectl label nodes {several} disk-")),
            12 | 13 => {
                let taint = *self.random.one_of(&TAINTS);
                self.line(&format!("kubectl taint --overwrite nodes {several} {taint}"));
            }
            14..=16 => self.line("kubectl taint nodes --all k-"),
            17 => self.line("kubectl taint nodes --all other-"),
            18 | 19 => self.line(&format!("kubectl cordon {several}")),
            20 | 21 => self.line("kubectl uncordon --selector=kubernetes.io/os=linux"),
            22 | 23 => self.line(&format!("kubectl drain {node} --ignore-daemonsets --force --timeout=60s")),
            24 => self.line(&format!("kubectl delete pods --field-selector spec.nodeName={node} --wait=false")),
            25 => self.line(&format!("kubectl delete pods --field-selector spec.nodeName={node} --wait=false --force")),
            26 => self.node(NodeAction::Remove(node)),
            27..=29 => {
                let number = self.random.below(self.nodes);
                self.node(NodeAction::Add(definition(number)));
            }
            30 => self.node(NodeAction::Silent(node)),
            31 => self.node(NodeAction::NotReady(node)),
            32..=34 => self.machines((0..self.nodes).map(|number| NodeAction::Ready(name(number)))),
            35 => {
                let supply = *self.random.one_of(&SUPPLIES);
                self.node(NodeAction::Pressure(node, supply));
            }
            36..=38 => self.relieve(),
            _ => {
                self.line("kubectl get ds,pods,nodes -o wide");
                self.line("kubectl describe ds d");
            }
        }
        // Whoever was deleted comes back.
        if self.session.sim().cluster().store().count(Kind::DaemonSet) == 0 && self.random.below(3) == 0 {
            self.apply("x:1");
        }
    }

    fn relieve(&mut self) {
        let nodes = (0..self.nodes).flat_map(|number| SUPPLIES.map(|supply| NodeAction::Relief(name(number), supply)));
        self.machines(nodes);
    }

    /// Names of up to ten nodes.
    fn several(&mut self) -> String {
        let count = 1 + self.random.below(10);
        let mut names: Vec<String> = (0..count).map(|_| name(self.random.below(self.nodes))).collect();
        names.sort();
        names.dedup();
        names.retain(|name| self.session.sim().cluster().store().get::<playground::api::Node>("", name).is_some());
        names.join(" ")
    }

    fn apply(&mut self, image: &str) {
        let (place, strategy) = (*self.random.one_of(&PLACES), *self.random.one_of(&STRATEGIES));
        self.write(&manifest(image, place, strategy));
        self.line("kubectl apply -f ds.yaml");
    }

    fn write(&mut self, text: &str) {
        self.session.act(Action::Write { file: "ds.yaml".to_owned(), text: text.to_owned() });
    }

    fn line(&mut self, line: &str) {
        self.pass(self.session.now());
        self.session.act(Action::Run(line.to_owned()));
        self.watch.by_hand(&mut self.session).unwrap_or_else(|why| self.fail(&format!("{why}, after {line}")));
        let end = self.session.now() + Duration::from_secs(120);
        while self.session.is_busy() && self.session.step(end) {
            self.glance();
        }
    }

    fn node(&mut self, action: NodeAction) {
        self.machines([action]);
    }

    fn machines(&mut self, actions: impl IntoIterator<Item = NodeAction>) {
        self.pass(self.session.now());
        for action in actions {
            // A node that is added twice, or taken away twice: nothing happens.
            let _ = self.session.node(action);
        }
        self.watch.by_hand(&mut self.session).unwrap_or_else(|why| self.fail(&why));
    }

    fn pass_for(&mut self, time: Duration) {
        self.pass(self.session.now() + time);
    }

    /// Lets time pass, event by event.
    fn pass(&mut self, until: playground::sim::SimTime) {
        while self.session.step(until) {
            self.glance();
        }
        self.session.advance(until);
        self.look();
    }

    /// After something happened: a look at everything now and then, and at what changed always.
    fn glance(&mut self) {
        self.happenings += 1;
        let all = self.happenings.is_multiple_of(GLANCES);
        let seen = if all { self.watch.look_at_all(&mut self.session) } else { self.watch.glance(&mut self.session) };
        seen.unwrap_or_else(|why| self.fail(&why));
    }

    fn look(&mut self) {
        self.watch.look_at_all(&mut self.session).unwrap_or_else(|why| self.fail(&why));
    }

    fn fail(&self, why: &str) -> ! {
        let history = self.session.history();
        let last: Vec<String> = history[history.len().saturating_sub(12)..]
            .iter()
            .map(|taken| format!("{} {}", taken.at, taken.action.in_words()))
            .collect();
        panic!("after {} operations: {why}\n{}", self.operations, last.join("\n"));
    }

    fn tell(&self, hour: u64) {
        let store = self.session.sim().cluster().store();
        println!(
            "{:>4} h {:>6} operations {:>9} happenings {:>7} objects {:>7} events {:>5} MiB {:>5.0} s",
            hour,
            self.operations,
            self.happenings,
            store.len(),
            store.objects(Kind::Event).count(),
            memory::live() >> 20,
            self.began.elapsed().as_secs_f64()
        );
    }
}

fn name(number: usize) -> String {
    format!("node-{}", number + 1)
}

fn definition(number: usize) -> NodeDefinition {
    NodeDefinition { name: name(number), ..NodeDefinition::default() }
}

fn manifest(image: &str, place: impl fmt::Display, strategy: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {{name: d}}\nspec:\n  selector: {{matchLabels: {{name: d}}}}\n  \
         updateStrategy: {strategy}\n  template:\n    metadata: {{labels: {{name: d}}}}\n    spec:\n      \
         containers: [{{name: c, image: '{image}'}}]\n      terminationGracePeriodSeconds: 6\n      \
         tolerations: [{{key: k, operator: Exists, effect: NoSchedule}}]\n      {place}\n"
    )
}

/// How much there is beside machines and what was told.
fn belongings(session: &Session) -> usize {
    let store = session.sim().cluster().store();
    kind::ALL.iter().filter(|kind| !matches!(kind, Kind::Node | Kind::Event)).map(|kind| store.objects(*kind).count()).sum()
}
