//! Tries inputs, measures what each does, and keeps the smallest that does harm.

#![expect(clippy::disallowed_methods, reason = "a harness measures real time")]

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Once};
use std::time::{Duration, Instant};
use std::{env, fmt, fs, process, thread};

use super::memory;
use super::random::Random;

/// How much processor time an input may take.
const LONGEST: Duration = Duration::from_millis(if cfg!(debug_assertions) { 3000 } else { 100 });
/// How many bytes an input may need at one moment.
const HEAVIEST: usize = 256 * 1024 * 1024;
/// How much stack there is: what WebAssembly has, where the compiler makes frames small.
const STACK: usize = if cfg!(debug_assertions) { 8 << 20 } else { 1 << 20 };
/// How long an input may take before nobody waits for its end.
const PATIENCE: Duration = Duration::from_secs(60);
/// How many different findings a run looks for.
const ENOUGH: usize = 20;
/// How many tries making an input smaller may cost.
const TRIES: usize = 3000;

/// Something that takes what people give it.
pub(crate) trait Target {
    /// Its name, and that of its folder of findings.
    const NAME: &'static str;
    /// How many inputs the ordinary tests try.
    const USUAL: u64;
    /// It, with what inputs are made of.
    fn new() -> Self;
    /// An input.
    fn make(&self, random: &mut Random) -> String;
    /// Gives it an input; panics where a promise is broken. Who looks at several inputs in a row says so after each.
    fn take(&self, input: &str, meter: &mut Meter);
}

/// How long inputs take.
pub(crate) struct Meter {
    clock: fn() -> Duration,
    since: Duration,
    longest: Duration,
    inputs: u64,
}

impl Meter {
    fn new(clock: fn() -> Duration) -> Meter {
        Meter { clock, since: clock(), longest: Duration::ZERO, inputs: 0 }
    }

    /// An input has been looked at.
    pub(crate) fn lap(&mut self) {
        let now = (self.clock)();
        self.longest = self.longest.max(now.saturating_sub(self.since));
        self.since = now;
        self.inputs += 1;
    }

    /// What comes now is not measured.
    pub(crate) fn rest(&mut self) {
        self.since = (self.clock)();
    }
}

thread_local! {
    static BEGUN: Instant = Instant::now();
}

/// Cheap, but other processes count.
fn wall_time() -> Duration {
    BEGUN.with(Instant::elapsed)
}

/// The time that this thread has had on a processor, where the system says (Linux does).
fn processor_time() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|nanos| nanos.parse().ok()).map_or_else(wall_time, Duration::from_nanos)
}

/// What an input did.
#[derive(Clone, Copy, Default)]
struct Cost {
    inputs: u64,
    longest: Duration,
    peak: usize,
}

/// What an input must not do.
#[derive(Clone)]
enum Harm {
    /// It panicked: where, and with which words.
    Panic(String, String),
    /// It took so much processor time.
    Slow(Duration),
    /// It needed so many bytes.
    Heavy(usize),
}

impl Harm {
    /// By which findings are told apart.
    fn sort(&self) -> &str {
        match self {
            Harm::Panic(place, _) => place,
            Harm::Slow(_) => "slow",
            Harm::Heavy(_) => "heavy",
        }
    }
}

impl fmt::Display for Harm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Harm::Panic(place, words) => write!(f, "panics at {place}: {words}"),
            Harm::Slow(time) => write!(f, "takes {} ms, not {}", time.as_millis(), LONGEST.as_millis()),
            Harm::Heavy(bytes) => write!(f, "needs {} MiB, not {}", bytes >> 20, HEAVIEST >> 20),
        }
    }
}

/// Tries what did harm once, and then as many inputs as the order says.
///
/// `FUZZ_INPUTS`, `FUZZ_SECONDS` and `FUZZ_SEED` are the order; `FUZZ_TRACE` names a file that always holds the input that is being
/// looked at, `FUZZ_TOLD` one that is there when all was told.
pub(crate) fn run<T: Target>() {
    let work = || {
        let target = T::new();
        let mut wrong = past_findings(&target);
        let order = Order::read(T::USUAL);
        wrong.extend(search(&target, &order));
        if let Some(told) = order.told {
            fs::write(told, "").expect("a mark");
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    };
    let thread = thread::Builder::new().stack_size(STACK).name(T::NAME.to_owned()).spawn(work).expect("a thread");
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

/// How long to go on.
struct Order {
    inputs: u64,
    time: Duration,
    seed: u64,
    trace: Option<PathBuf>,
    told: Option<PathBuf>,
}

impl Order {
    fn read(usual: u64) -> Order {
        let number = |name: &str| env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
        let (inputs, seconds) = (number("FUZZ_INPUTS"), number("FUZZ_SECONDS"));
        Order {
            inputs: inputs.unwrap_or(if seconds.is_some() { u64::MAX } else { usual }),
            time: seconds.map_or(Duration::MAX, Duration::from_secs),
            seed: number("FUZZ_SEED").unwrap_or(0) << 40,
            trace: env::var_os("FUZZ_TRACE").map(PathBuf::from),
            told: env::var_os("FUZZ_TOLD").map(PathBuf::from),
        }
    }
}

fn folder<T: Target>() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz").join(T::NAME)
}

/// What did harm once does none any more.
fn past_findings<T: Target>(target: &T) -> Vec<String> {
    let Ok(files) = fs::read_dir(folder::<T>()) else { return vec![] };
    let mut files: Vec<PathBuf> = files.map(|file| file.expect("a file").path()).collect();
    files.sort();
    let mut wrong = vec![];
    for file in files {
        let input = fs::read_to_string(&file).expect("a text");
        if let (_, Some(harm)) = look(target, &input) {
            wrong.push(format!("{} {harm} again", file.display()));
        }
    }
    wrong
}

fn search<T: Target>(target: &T, order: &Order) -> Vec<String> {
    let watchdog = Watchdog::start(folder::<T>());
    let began = Instant::now();
    let (mut sum, mut bytes) = (Cost::default(), 0);
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let mut number = 0;
    while sum.inputs < order.inputs && began.elapsed() < order.time && found.len() < ENOUGH {
        let input = target.make(&mut Random::new(order.seed + number));
        number += 1;
        bytes += input.len();
        if let Some(trace) = &order.trace {
            fs::write(trace, &input).expect("a trace");
        }
        watchdog.is_at(&input);
        let (cost, harm) = look(target, &input);
        sum.inputs += cost.inputs;
        sum.longest = sum.longest.max(cost.longest);
        sum.peak = sum.peak.max(cost.peak);
        if let Some(harm) = harm.filter(|harm| !found.contains_key(harm.sort())) {
            watchdog.is_at("what was found, being made smaller");
            let (small, harm) = smaller(target, input, harm);
            let file = keep::<T>(&small);
            found.insert(harm.sort().to_owned(), format!("{} {harm}:\n{}", file.display(), shortened(&small)));
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "{:>10} {:>12} inputs {:>8} MiB {:>8.0} s {:>10.0} a second, longest {:>6.1} ms, at most {:>6.1} MiB, {} findings",
        T::NAME,
        sum.inputs,
        bytes >> 20,
        seconds,
        sum.inputs as f64 / seconds,
        sum.longest.as_secs_f64() * 1000.0,
        sum.peak as f64 / 1_048_576.0,
        found.len()
    );
    found.into_values().collect()
}

fn shortened(input: &str) -> String {
    let shown: String = input.chars().take(2000).collect();
    if shown.len() < input.len() { format!("{shown:?}… ({} bytes)", input.len()) } else { format!("{shown:?}") }
}

/// Gives an input to the target, and judges what it does.
fn look<T: Target>(target: &T, input: &str) -> (Cost, Option<Harm>) {
    let (cost, mut harm) = measure(target, input, wall_time);
    if harm.is_none() && cost.longest > LONGEST {
        // Somebody else may have had the processor.
        let again = (0..3).map(|_| measure(target, input, processor_time).0.longest).min();
        let longest = again.unwrap_or_default().min(cost.longest);
        harm = (longest > LONGEST).then_some(Harm::Slow(longest));
        return (Cost { longest, ..cost }, harm);
    }
    (cost, harm)
}

fn measure<T: Target>(target: &T, input: &str, clock: fn() -> Duration) -> (Cost, Option<Harm>) {
    quietly();
    let mut meter = Meter::new(clock);
    IS_TRYING.set(true);
    let (outcome, peak) = memory::peak_of(|| catch_unwind(AssertUnwindSafe(|| target.take(input, &mut meter))));
    IS_TRYING.set(false);
    if meter.inputs == 0 {
        meter.lap();
    }
    let harm = match outcome {
        Err(_) => {
            let (place, words) = PANIC.take();
            Some(Harm::Panic(place, words))
        }
        Ok(()) => (peak > HEAVIEST).then_some(Harm::Heavy(peak)),
    };
    (Cost { inputs: meter.inputs, longest: meter.longest, peak }, harm)
}

thread_local! {
    static IS_TRYING: Cell<bool> = const { Cell::new(false) };
    static PANIC: RefCell<(String, String)> = const { RefCell::new((String::new(), String::new())) };
}

/// A panic that is expected is remembered, not printed.
fn quietly() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !IS_TRYING.get() {
                return usual(info);
            }
            let place = info.location().map(ToString::to_string).unwrap_or_default();
            let payload = info.payload();
            let text = payload.downcast_ref::<String>().map(String::as_str).or(payload.downcast_ref::<&str>().copied());
            let words = text.unwrap_or_default().to_owned();
            PANIC.set((place, words));
        }));
    });
}

/// The input without what it does harm without: lines first, then ever smaller pieces.
fn smaller<T: Target>(target: &T, input: String, harm: Harm) -> (String, Harm) {
    let (mut best, mut harm) = (input, harm);
    let mut tries = if matches!(harm, Harm::Panic(..)) { TRIES } else { TRIES / 30 };
    let mut piece = best.chars().count().div_ceil(2);
    while piece > 0 && tries > 0 {
        let letters: Vec<char> = best.chars().collect();
        let mut at = 0;
        let mut kept = letters;
        let mut is_smaller = false;
        while at < kept.len() && tries > 0 {
            tries -= 1;
            let end = (at + piece).min(kept.len());
            let without: String = kept[..at].iter().chain(&kept[end..]).collect();
            match look(target, &without).1 {
                Some(same) if same.sort() == harm.sort() => {
                    kept.drain(at..end);
                    (harm, is_smaller) = (same, true);
                }
                _ => at = end,
            }
        }
        best = kept.into_iter().collect();
        if piece == 1 && is_smaller {
            continue;
        }
        piece /= 2;
    }
    (best, harm)
}

/// Puts an input into the folder of findings.
fn keep<T: Target>(input: &str) -> PathBuf {
    let folder = folder::<T>();
    fs::create_dir_all(&folder).expect("a folder");
    let number = input.bytes().fold(5381_u32, |hash, byte| hash.wrapping_mul(33) ^ u32::from(byte));
    let file = folder.join(format!("found-{number:08x}.txt"));
    fs::write(&file, input).expect("a file");
    file
}

/// Says which input never ends.
struct Watchdog(Arc<Mutex<(u64, String)>>);

impl Watchdog {
    fn start(folder: PathBuf) -> Watchdog {
        let current = Arc::new(Mutex::new((0, String::new())));
        let seen = Arc::downgrade(&current);
        thread::spawn(move || {
            let mut before = u64::MAX;
            loop {
                thread::sleep(PATIENCE);
                let Some(current) = seen.upgrade() else { return };
                let (count, text) = current.lock().expect("whole").clone();
                if count == before {
                    let file = folder.join("endless.txt");
                    let kept = fs::create_dir_all(&folder).and_then(|()| fs::write(&file, &text));
                    eprintln!("this input does not end ({}, {kept:?}): {text:?}", file.display());
                    process::abort();
                }
                before = count;
            }
        });
        Watchdog(current)
    }

    fn is_at(&self, input: &str) {
        let mut at = self.0.lock().expect("whole");
        at.0 += 1;
        at.1.clear();
        at.1.push_str(input);
    }
}

/// Somebody who breaks, hangs and swells on certain words.
struct Careless;

impl Target for Careless {
    const NAME: &'static str = "careless";
    const USUAL: u64 = 0;

    fn new() -> Self {
        Careless
    }

    fn make(&self, _: &mut Random) -> String {
        String::new()
    }

    fn take(&self, input: &str, _: &mut Meter) {
        assert!(!input.contains("break"), "it breaks");
        if input.contains("hang") {
            let since = processor_time();
            while processor_time() - since < LONGEST * 2 {}
        }
        if input.contains("swell") {
            drop(std::hint::black_box(vec![1_u8; HEAVIEST + 1]));
        }
    }
}

#[test]
fn harm_is_noticed_and_made_small() {
    let check = |input: &str, harm: &str, small: &str| {
        let found = look(&Careless, input).1.unwrap_or_else(|| panic!("{input} does no harm"));
        assert!(found.to_string().contains(harm), "{found}");
        if !small.is_empty() {
            assert_eq!(smaller(&Careless, input.to_owned(), found).0, small);
        }
    };
    check("some words\nand break, é\nmore", "it breaks", "break");
    check("a hang", " ms, not ", "");
    check("some swell\nwords", " MiB, not 256", "swell");
    assert!(look(&Careless, "no harm").1.is_none());
}
