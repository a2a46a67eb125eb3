//! A DaemonSet on more and more nodes: created, and rolled out.

use crate::process;
use anyhow::{Context, Result};
use serde_json::{Map, Value};
use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

/// Numbers of nodes, and what `maxUnavailable` is in the rollouts measured there. One at a time on a hundred thousand nodes is
/// two days of virtual time in as many steps, and tells nothing that five thousand do not.
const SIZES: [(u32, &[&str]); 5] =
    [(100, &["10%", "1"]), (1_000, &["10%", "1"]), (5_000, &["10%", "1"]), (20_000, &["10%"]), (100_000, &["10%"])];

/// What two cores are to reach: nodes, the figure's name, the most it may be, its unit.
const TARGETS: [(u32, &str, f64, &str); 4] = [
    (5_000, "create", 150.0, "ms"),
    (5_000, "10%", 500.0, "ms"),
    (100_000, "create", 4_000.0, "ms"),
    (100_000, "peak", 2_048.0, "MiB"),
];

/// How often each size is measured, one after the other: the least of each figure counts, since what else goes on in the machine,
/// and beside it, only adds to it.
const ROUNDS: usize = 3;

/// The figures of a size, by their names here, and the columns they stand in. "At first" is in a process that has had no memory yet.
const COLUMNS: [(&str, &str); 7] = [
    ("start", "start"),
    ("create", "create"),
    ("cold create", "at first"),
    ("10%", "rollout 10%"),
    ("cold 10%", "at first"),
    ("1", "rollout 1"),
    ("peak", "peak"),
];

/// Runs `tests/bench/engine.rs` for each size, and prints each figure beside that of the last time on this machine.
pub(super) fn run() -> Result<()> {
    let past = last_file();
    let last: Value = fs::read(&past).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    let mut now = Map::new();
    println!(
        "Processor time natively, in ms, the least of {ROUNDS}; in brackets that of the last time. Peak memory in MiB.\n"
    );
    let all = least()?;
    row("nodes", &COLUMNS.map(|(_, column)| column.to_owned()));
    for ((nodes, _), figures) in SIZES.iter().zip(all) {
        let before = &last[nodes.to_string()];
        let figure = |name: &str| figures.get(name).and_then(Value::as_f64);
        let cell = |name: &str| match (figure(name), before[name].as_f64()) {
            (None, _) => String::new(),
            (Some(now), None) => format!("{now:.0}"),
            (Some(now), Some(before)) => format!("{now:.0} ({before:.0})"),
        };
        row(&nodes.to_string(), &COLUMNS.map(|(name, _)| cell(name)));
        now.insert(nodes.to_string(), figures.into());
    }
    let now = Value::from(now);
    println!();
    for (nodes, name, most, unit) in TARGETS {
        let figure = now[nodes.to_string()][name].as_f64().unwrap_or(f64::INFINITY);
        let verdict = if figure <= most { "reached" } else { "MISSED" };
        println!("  {nodes} nodes, {name}: {figure:.0} {unit} of {most:.0}: {verdict}");
    }
    for name in ["create", "10%"] {
        let at = |nodes: u32| now[nodes.to_string()][name].as_f64().unwrap_or(f64::NAN);
        let (grown, may) = (at(100_000) / at(1_000), 100.0 * 100_000_f64.ln() / 1_000_f64.ln());
        println!("  from 1000 to 100000 nodes, {name}: {grown:.0} times the cost; n log n is {may:.0} times");
    }
    fs::write(&past, now.to_string()).with_context(|| format!("cannot write {}", past.display()))
}

/// The least of each figure, for every size.
fn least() -> Result<Vec<Map<String, Value>>> {
    let mut all = vec![Map::new(); SIZES.len()];
    for _ in 0..ROUNDS {
        for ((nodes, rollouts), least) in SIZES.iter().zip(&mut all) {
            for (name, figure) in measure(*nodes, rollouts)? {
                let so_far = least.get(&name).and_then(Value::as_f64).unwrap_or(f64::INFINITY);
                if figure.as_f64().is_some_and(|figure| figure < so_far) {
                    least.insert(name, figure);
                }
            }
        }
    }
    Ok(all)
}

/// For clusters of these sizes, as far as links go: the size, then what the bench prints of `links`.
pub(super) fn links(sizes: &[u32]) -> Result<Vec<String>> {
    let mut words = vec![];
    for &nodes in sizes {
        words.extend([nodes.to_string(), bench(nodes, &["links"], &[])?]);
    }
    Ok(words)
}

/// What `tests/bench/engine.rs` prints for so many nodes.
fn bench(nodes: u32, before: &[&str], after: &[&str]) -> Result<String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut bench = Command::new(cargo);
    bench.args(["bench", "--quiet", "--bench", "engine", "--"]).args(before).arg(nodes.to_string()).args(after);
    // What was given back once is there for what is measured.
    bench.env("MIMALLOC_PURGE_DELAY", "-1");
    process::ask(&mut bench).with_context(|| format!("the bench of {nodes} nodes failed: cargo bench says why"))
}

fn measure(nodes: u32, rollouts: &[&str]) -> Result<Map<String, Value>> {
    let printed = bench(nodes, &[], rollouts)?;
    let raw: Value = serde_json::from_str(&printed).with_context(|| format!("the bench printed {printed:?}"))?;
    let mut figures = Map::new();
    for (when, times) in [("", &raw), ("cold ", &raw["cold"])] {
        for name in ["start", "create"] {
            figures.insert(format!("{when}{name}"), times[name].clone());
        }
        for (budget, took) in rollouts.iter().zip(times["rollouts"].as_array().into_iter().flatten()) {
            figures.insert(format!("{when}{budget}"), took.clone());
        }
    }
    figures.insert("peak".to_owned(), (raw["peak"].as_f64().unwrap_or(0.0) / 1_048_576.0).into());
    Ok(figures)
}

/// Figures of another machine are no comparison, so they stay in the build folder.
fn last_file() -> PathBuf {
    crate::project::path("target/bench.json")
}

fn row(name: &str, cells: &[String]) {
    print!("  {name:>8}");
    for cell in cells {
        print!(" {cell:>15}");
    }
    println!();
}
