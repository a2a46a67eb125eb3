//! `cargo xtask fuzz`: inputs that nobody would write, for as long as one likes (`tests/fuzz.rs`).

use crate::process;
use crate::project;
use anyhow::{Context, Result, bail};
use std::fs;
use std::process::Command;

/// The targets, and how many inputs each tries where nobody says how many: together more than ten million, the cheap ones most.
const TARGETS: [(&str, u64); 8] = [
    ("links", 6_000_000),
    ("yaml", 3_000_000),
    ("lessons", 600_000),
    ("scenarios", 400_000),
    ("editor", 100_000),
    ("imports", 100_000),
    ("manifests", 30_000),
    ("lines", 100_000),
];

/// Tries each target, or one; says what each cost, and fails where one did harm.
pub(super) fn run(arguments: &[String]) -> Result<()> {
    let order = Order::read(arguments)?;
    let mut harmed = vec![];
    for (target, inputs) in TARGETS.into_iter().filter(|(name, _)| order.target.as_ref().is_none_or(|target| target == name))
    {
        let mut command = Command::new("cargo");
        command.args([
            "test",
            "--quiet",
            "--release",
            "--test",
            "fuzz",
            "--",
            "--exact",
            "--nocapture",
            &format!("fuzz_{target}"),
        ]);
        match order.seconds {
            Some(seconds) => command.env("FUZZ_SECONDS", seconds.to_string()),
            None => command.env("FUZZ_INPUTS", order.inputs.unwrap_or(inputs).to_string()),
        };
        if let Some(seed) = order.seed {
            command.env("FUZZ_SEED", seed.to_string());
        }
        let told = project::path("target/fuzz-told");
        command.env("FUZZ_TOLD", &told);
        let _ = fs::remove_file(&told);
        if process::run(&mut command).is_err() {
            harmed.push(target);
            if !told.exists() {
                println!("the process was ended by what is in {}", caught(target, &mut command)?);
            }
        }
    }
    if harmed.is_empty() {
        return Ok(());
    }
    bail!("{} did harm; what is in tests/fuzz is tried by the ordinary tests from now on", harmed.join(", "))
}

/// An abort leaves nothing behind: once more, with each input written down before it is tried.
fn caught(target: &str, command: &mut Command) -> Result<String> {
    let trace = project::path("target/fuzz-trace");
    command.env("FUZZ_TRACE", &trace).status().context("cargo could not be started")?;
    let folder = project::path("tests/fuzz").join(target);
    fs::create_dir_all(&folder)?;
    let file = folder.join("found-abort.txt");
    fs::copy(&trace, &file).context("the test failed before it tried anything")?;
    Ok(file.display().to_string())
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Order {
    target: Option<String>,
    inputs: Option<u64>,
    seconds: Option<u64>,
    seed: Option<u64>,
}

impl Order {
    fn read(arguments: &[String]) -> Result<Order> {
        let mut order = Order::default();
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            let place = match word.as_str() {
                "--inputs" => &mut order.inputs,
                "--seconds" => &mut order.seconds,
                "--seed" => &mut order.seed,
                target if TARGETS.iter().any(|(name, _)| *name == target) => {
                    order.target = Some(target.to_owned());
                    continue;
                }
                other => {
                    let names = TARGETS.map(|(name, _)| name).join(", ");
                    bail!("`fuzz` does not know `{other}`; it knows {names}, --inputs N, --seconds N and --seed N");
                }
            };
            let number = words.next().with_context(|| format!("{word} needs a number"))?;
            *place = Some(number.parse().with_context(|| format!("`{number}` is no number"))?);
        }
        Ok(order)
    }
}

#[cfg(test)]
mod tests {
    use super::{Order, TARGETS};
    use std::fs;

    #[test]
    fn an_order_names_a_target_and_how_long() {
        let read = |line: &str| Order::read(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        let expected = Order { target: Some("links".to_owned()), inputs: Some(5), ..Order::default() };
        assert_eq!(read("links --inputs 5").unwrap(), expected);
        assert!(read("--seconds").is_err() && read("--seconds x").is_err() && read("nothing").is_err());
    }

    #[test]
    fn every_target_is_tried() {
        let tests = fs::read_to_string(crate::project::path("tests/fuzz.rs")).unwrap();
        let mut named: Vec<&str> = tests.split("fn fuzz_").skip(1).filter_map(|rest| rest.split('(').next()).collect();
        let mut known: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
        named.sort_unstable();
        known.sort_unstable();
        assert_eq!(named, known);
        assert!(TARGETS.iter().map(|(_, inputs)| inputs).sum::<u64>() >= 10_000_000);
    }
}
