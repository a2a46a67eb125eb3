//! Links: damaged, forged with a check value that fits, and written by hand.

use playground::lessons::{self, Library};
use playground::session::{Action, Taken};
use playground::share::{self, Shared, plain};
use playground::sim::SimTime;

use super::harness::{Meter, Target};
use super::mutate::Seeds;
use super::random::Random;
use super::seeds;

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// What a number may be that something trips over, as a record writes it.
const NUMBERS: [&[u8]; 10] = [
    &[0],
    &[1],
    &[0x7f],
    &[0x80, 1],
    &[0xff, 0x7f],
    &[0xff; 5],
    &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
    &[0xff; 10],
    &[0x88, 0x27],
    &[0x80; 9],
];
/// Queries that somebody wrote.
const QUERIES: [&str; 6] = [
    "?nodes=5",
    "nodes=worker:3,ssd:2;disktype=ssd;dedicated=db:NoSchedule&run=kubectl%20get%20pods%0Als",
    "lesson=node-labels&step=2&lang=de&embed=map,terminal",
    "?nodes=2&yaml=apiVersion%3A%20v1%0Akind%3A%20Pod&run=kubectl+apply+-f+manifest.yaml",
    "yaml=a&yaml=b&run=%F0%9F%A6%80%zz%&nodes=%31",
    "?x&=&&nodes=5000&theme=dark",
];

pub(crate) struct Links {
    links: Seeds,
    queries: Seeds,
    /// Records with their parts in the open.
    records: Vec<Vec<u8>>,
    library: Library,
}

impl Target for Links {
    const NAME: &'static str = "links";
    const USUAL: u64 = 3000;

    fn new() -> Self {
        let links = seeds::files("tests/links", ".link");
        let library = Library::read_dir("lessons".as_ref()).expect("lessons");
        let mut shared: Vec<Shared> = links.iter().filter_map(|link| share::decode(link, &library).ok()).collect();
        shared.push(busy());
        assert!(shared.len() > 3, "{} links", shared.len());
        let records = shared.iter().map(|shared| open(&share::keep(shared))).collect();
        Links { links: Seeds::of(links), queries: Seeds::of(QUERIES.map(str::to_owned).to_vec()), records, library }
    }

    fn make(&self, random: &mut Random) -> String {
        match random.below(8) {
            0 => self.links.text(random),
            1 | 2 => self.queries.text(random),
            _ => sealed(&self.forged(random)),
        }
    }

    fn take(&self, input: &str, _: &mut Meter) {
        if let Ok(shared) = share::decode(input, &self.library) {
            assert!(shared.scenario.config.nodes.len() <= share::MAX_NODES && shared.history.len() <= share::MAX_HISTORY);
            assert!(shared.now <= share::MAX_TIME && shared.scenario.files.len() <= share::MAX_FILES);
            // Of ordinary size: others cost what they cost.
            if input.len() < 20_000 {
                // What is not known here is not handed on.
                let shared = Shared { unknown: 0, ..shared };
                let again = share::decode(&share::encode(&shared, &self.library), &self.library);
                assert!(
                    again.as_ref() == Ok(&shared),
                    "it is another one after it was shared again: {again:?}, not {shared:?}"
                );
            }
        }
        if let Ok(plain) = plain::read(input) {
            let (scenario, _) = plain.onto(lessons::sandbox());
            assert!(scenario.config.nodes.len() <= share::MAX_NODES + 1);
        }
    }
}

impl Links {
    /// A record that nobody would write.
    fn forged(&self, random: &mut Random) -> Vec<u8> {
        let mut bytes = random.one_of(&self.records).clone();
        for _ in 0..=random.below(4) {
            if bytes.is_empty() {
                break;
            }
            let at = random.below(bytes.len());
            let end = (at + random.below(8)).min(bytes.len());
            match random.below(6) {
                0 => bytes[at] ^= 1 << random.below(8),
                1 => bytes[at] = random.below(256) as u8,
                2 => drop(bytes.splice(at..end, random.one_of(&NUMBERS).iter().copied())),
                3 => drop(bytes.drain(at..end)),
                4 => {
                    let other = random.one_of(&self.records);
                    let from = random.below(other.len());
                    let to = (from + random.below(200)).min(other.len());
                    drop(bytes.splice(at..at, other[from..to].iter().copied()));
                }
                _ => bytes.truncate(at.max(1)),
            }
        }
        bytes
    }
}

/// Something of everything, so that there is something to damage.
fn busy() -> Shared {
    let at = |millis, action| Taken { at: SimTime::from_millis(millis), action };
    let write = |file: &str, text: &str| Action::Write { file: file.to_owned(), text: text.to_owned() };
    Shared {
        title: "é 🦀".to_owned(),
        scenario: lessons::sandbox(),
        history: vec![
            at(2000, Action::Run("kubectl apply -f ds.yaml".to_owned())),
            at(3000, write("a.yaml", "a: b\nc: é\n")),
            at(4000, write("a.yaml", "a: b\nc: ê\n")),
            at(4000, Action::Interrupt),
            at(5000, Action::Remove { file: "a.yaml".to_owned() }),
        ],
        now: SimTime::from_millis(60_000),
        ..Shared::default()
    }
}

/// The record of a link that is not packed.
fn open(link: &str) -> Vec<u8> {
    let body = &link[2..link.len() - 1];
    let value = |letter: u8| LETTERS.iter().position(|it| *it == letter).expect("a letter") as u32;
    let mut bytes = vec![];
    for four in body.as_bytes().chunks(4) {
        let bits = four.iter().fold(0, |bits, letter| bits << 6 | value(*letter)) << (6 * (4 - four.len()));
        bytes.extend_from_slice(&bits.to_be_bytes()[1..four.len()]);
    }
    // The check value, and the head of a block that is stored as it is.
    bytes.split_off(9)
}

/// The link of a record, with a check value that fits.
fn sealed(record: &[u8]) -> String {
    let mut packed = vec![];
    let mut blocks = record.chunks(0xffff).peekable();
    while let Some(block) = blocks.next() {
        let length = block.len() as u16;
        packed.push(u8::from(blocks.peek().is_none()));
        packed.extend(length.to_le_bytes().into_iter().chain((!length).to_le_bytes()));
        packed.extend_from_slice(block);
    }
    let mut bytes = checksum(&packed).to_le_bytes().to_vec();
    bytes.extend(packed);
    let mut link = "#1".to_owned();
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        link.extend((0..=three.len()).map(|at| LETTERS[(bits >> (18 - 6 * at)) as usize & 63] as char));
    }
    link + "e"
}

/// CRC-32 of the version and what is packed.
fn checksum(packed: &[u8]) -> u32 {
    let crc = std::iter::once(&1).chain(packed).fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    });
    !crc
}

#[test]
fn forged_links_are_taken_for_real_ones() {
    let kept = share::keep(&busy());
    assert_eq!(sealed(&open(&kept)), kept);
}
