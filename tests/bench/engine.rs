//! How long the engine takes for a DaemonSet on many nodes: `cargo xtask bench` runs this once for each size.
//!
//! Called with a number of nodes and the `maxUnavailable` of each rollout, it prints one JSON object: milliseconds to register
//! the nodes, to create (from `kubectl apply` until all is ready and at rest) and for each rollout, and the peak memory in bytes.
//! All is done twice. `cold` has the times of the process's first cluster, for which the system still has to find memory and to
//! clear it.
//!
//! Called with `links` and a number of nodes, it prints three links: to the cluster, to the DaemonSet created there, and to that
//! rolled out at 10 %; and how many milliseconds each takes to replay here, the least of several times. A browser that opens them
//! does the same work.

#![expect(clippy::disallowed_methods, reason = "a bench measures real time")]

use std::time::{Duration, Instant};

use playground::api::DaemonSet;
use playground::lessons::Library;
use playground::scenario::Scenario;
use playground::session::{Action, Session};
use playground::share::{self, Shared};
use playground::timeline::Timeline;
use serde_json::{Value, json};

/// As the native command line has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Longer than any rollout takes in virtual time.
const LONG: Duration = Duration::from_secs(100 * 24 * 3600);

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    if let [word, nodes] = words.as_slice()
        && word == "links"
    {
        return links(&scenario(nodes));
    }
    let Some((nodes, rollouts)) = words.split_first() else {
        eprintln!("engine NODES [maxUnavailable …]: `cargo xtask bench` runs it");
        return;
    };
    let scenario = scenario(nodes);
    let cold = times(&scenario, rollouts);
    let mut all = times(&scenario, rollouts);
    all["cold"] = cold;
    all["peak"] = peak_memory().into();
    println!("{all}");
}

/// Milliseconds to register the nodes, to create a DaemonSet on them, and to roll it out with each of these budgets.
fn times(scenario: &Scenario, budgets: &[String]) -> Value {
    let (mut session, start) = timed(|| Session::new(scenario));
    let create = apply(&mut session, "1", "1");
    let rollouts: Vec<f64> =
        budgets.iter().zip(2..).map(|(budget, tag)| apply(&mut session, &format!("1.{tag}"), budget)).collect();
    json!({"start": start, "create": create, "rollouts": rollouts})
}

fn scenario(nodes: &str) -> Scenario {
    Scenario::parse(&format!("nodes: [{{group: worker, count: {nodes}}}]")).expect("a scenario")
}

fn links(scenario: &Scenario) {
    let mut session = Session::new(scenario);
    let mut links = vec![];
    for step in 0..3 {
        match step {
            0 => {}
            1 => drop(apply(&mut session, "1", "1")),
            _ => drop(apply(&mut session, "1.2", "10%")),
        }
        let (history, now) = (session.history().to_vec(), session.now());
        let took = least(|| timed(|| Timeline::replay(scenario, &history, now)).1);
        let shared = Shared { scenario: scenario.clone(), history, now, ..Shared::default() };
        links.push(json!({"link": share::encode(&shared, &Library::default()), "native": took}));
    }
    println!("{}", json!(links));
}

/// Applies the DaemonSet with this tag of its image, and waits until it is rolled out and the cluster at rest: milliseconds.
fn apply(session: &mut Session, tag: &str, max_unavailable: &str) -> f64 {
    session.act(Action::Write { file: "ds.yaml".to_owned(), text: daemon_set(tag, max_unavailable) });
    let ((), took) = timed(|| {
        session.act(Action::Run("kubectl apply -f ds.yaml".to_owned()));
        session.settle(LONG);
    });
    let ds = session.sim().cluster().store().get::<DaemonSet>("default", "agent").expect("the DaemonSet");
    let status = ds.status.clone().unwrap_or_default();
    let wanted = status.desired_number_scheduled;
    assert!(wanted > 0, "no node is chosen");
    assert_eq!((status.number_available, status.updated_number_scheduled), (Some(wanted), Some(wanted)), "not rolled out");
    took
}

fn daemon_set(tag: &str, max_unavailable: &str) -> String {
    format!(
        "\
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: agent, labels: {{app: agent}}}}
spec:
  selector: {{matchLabels: {{app: agent}}}}
  updateStrategy: {{rollingUpdate: {{maxUnavailable: {max_unavailable}}}}}
  template:
    metadata: {{labels: {{app: agent}}}}
    spec:
      containers:
      - name: agent
        image: example.com/agent:{tag}
        resources: {{requests: {{cpu: 100m, memory: 200Mi}}, limits: {{memory: 200Mi}}}}
"
    )
}

/// The least of what is measured, five times at least and a second in all: what else the machine does only adds to it.
fn least(mut measure: impl FnMut() -> f64) -> f64 {
    let (mut least, mut times, mut sum) = (f64::INFINITY, 0, 0.0);
    while times < 5 || sum < 1_000.0 {
        let one = measure();
        (least, times, sum) = (least.min(one), times + 1, sum + one);
    }
    least
}

/// What something gives, and how many milliseconds it took.
fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let (start, began) = (Instant::now(), processor_time());
    let result = work();
    let took = began.zip(processor_time()).map_or_else(|| start.elapsed(), |(began, ended)| ended - began);
    (result, took.as_secs_f64() * 1000.0)
}

/// The time this thread has had on a processor, where the system says (Linux does): what else runs there does not count.
fn processor_time() -> Option<Duration> {
    // The system brings its count up to date when it is asked for another thread, and else four milliseconds apart.
    std::thread::yield_now();
    let text = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

/// The most memory this process has had, in bytes; 0 where the system does not say (it does on Linux).
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok()).map_or(0, |kib| kib * 1024)
}
