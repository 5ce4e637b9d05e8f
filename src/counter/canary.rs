//! Once a span is released, its exact counts and the numbers of the tracks that ended are nowhere: not in the memory of the process
//! that counted, not in the data directory, not in what it logged at any level.
//!
//! ```text
//!  child: search (nothing) ─▶ count canaries ─▶ search (found) ─▶ close ─▶ search (nothing) ─▶ says how often each was found
//! ```
//! The search reads every writable mapping of the child by `/proc/self/mem`, as a core dump has it. What it looks for it holds
//! masked, so that it does not find itself. That the open span's canaries are found shows that it would find them.

use super::{Counting, Feed, Heard, Note, Word, scrub};
use crossbeam::channel::{Sender, bounded};
use jiff::{SignedDuration, Timestamp};
use std::fs::File;
use std::hint::black_box;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use vokter_pipeline::Seen;
use vokter_rules::analysis::TrackId;
use vokter_rules::limits;
use vokter_rules::object::ObjectClass;
use vokter_rules::policy::{Grid, Measure};
use vokter_statistics::{Breakdown, Definition, Published, Statistics};

const DIRECTORY: &str = "VOKTER_CANARY_TEST_DIRECTORY";
const MASK: u64 = 0x5eed_f00d_cafe_d00d;
const TRACKS: u64 = 64;
/// So often a session is counted: a number that nothing else in the process is.
const SESSIONS: u64 = 727_645;

fn track(number: u64) -> u64 {
    // Numbers without a pattern that anything else could have.
    (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17)
}

/// What is looked for, masked: the tracks, and the count.
fn masked() -> Vec<u64> {
    (0..TRACKS).map(|number| track(black_box(number)) ^ MASK).chain([black_box(SESSIONS) ^ MASK]).collect()
}

/// How often tracks and count stand in the writable memory of this process, where an eight-byte number may stand.
#[inline(never)]
fn search(needles: &[u64]) -> (usize, usize) {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let memory = File::open("/proc/self/mem").unwrap();
    let mut chunk = vec![0_u8; 1 << 16];
    let own = chunk.as_ptr() as u64..chunk.as_ptr() as u64 + chunk.len() as u64;
    let (mut tracks, mut counts) = (0, 0);
    for line in maps.lines().filter(|line| line.split(' ').nth(1).is_some_and(|rights| rights.starts_with("rw"))) {
        let (from, to) = line.split(' ').next().and_then(|range| range.split_once('-')).unwrap();
        let (from, to) = (u64::from_str_radix(from, 16).unwrap(), u64::from_str_radix(to, 16).unwrap());
        let mut at = from;
        while at < to {
            let length = (to - at).min(chunk.len() as u64) as usize;
            if memory.read_exact_at(&mut chunk[..length], at).is_ok() {
                for (index, word) in chunk[..length].chunks_exact(8).enumerate() {
                    let word = u64::from_le_bytes(word.try_into().unwrap()) ^ black_box(MASK);
                    let place = at + 8 * index as u64;
                    if !own.contains(&place)
                        && let Some(found) = needles.iter().position(|needle| *needle == word)
                    {
                        if found + 1 == needles.len() { counts += 1 } else { tracks += 1 }
                    }
                }
            }
            chunk.fill(0);
            black_box(&chunk);
            at += length as u64;
        }
    }
    (tracks, counts)
}

fn definition(series: &str, measure: Measure) -> Definition {
    Definition {
        site: "A square".into(),
        purpose: "test".into(),
        series: series.into(),
        measure,
        grid: Grid::Hour,
        time_zone: "Europe/Oslo".into(),
        camera: None,
        place: None,
        objects: vec![],
        quiet: None,
        breakdown: Breakdown { dimension: "all".into(), categories: vec!["all".into()] },
        commissioning: true,
        epsilon: Some(0.25),
        detector: vec![],
    }
}

/// Says as an engine and a lot do what is looked for, and leaves nothing of it on the stack, where an engine's goes on.
fn say(sender: &Sender<Note>, at: Timestamp) {
    #[inline(never)]
    fn all(sender: &Sender<Note>, at: Timestamp) {
        for masked in masked().iter().take(TRACKS as usize) {
            let track = TrackId::from_random(masked ^ black_box(MASK));
            let seen = Seen::Counted { track, class: ObjectClass::Person, towards: None, at };
            sender.send(Note(Box::new(Heard::Rule(0, seen)))).unwrap();
        }
        (0..SESSIONS)
            .for_each(|_| sender.send(Note(Box::new(Heard::Series(1, Word::Once { category: 0, at })))).unwrap());
    }
    all(sender, at);
    scrub();
}

fn end(sender: &Sender<Note>) {
    #[inline(never)]
    fn all(sender: &Sender<Note>) {
        for masked in masked().iter().take(TRACKS as usize) {
            let track = TrackId::from_random(masked ^ black_box(MASK));
            sender.send(Note(Box::new(Heard::Rule(0, Seen::Ended(track))))).unwrap();
        }
    }
    all(sender);
    scrub();
}

fn look(sender: &Sender<Note>, at: Timestamp) {
    (0..2).for_each(|series| sender.send(Note(Box::new(Heard::Series(series, Word::Looked(at))))).unwrap());
    while !sender.is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(100));
}

#[test]
fn inv_7_after_a_release_no_exact_count_and_no_ended_track_is_in_memory_directory_or_log() {
    // A noise of zero, one time in eight, makes what is published the count: then it is counted again.
    for _ in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "counter::canary::child", "--ignored", "--nocapture", "--test-threads=1"])
            .env(DIRECTORY, folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&child.stdout).into_owned();
        let log = String::from_utf8_lossy(&child.stderr).into_owned();
        assert!(child.status.success(), "{said}{log}");
        let table = Published::open(folder.path()).unwrap().table("test.sessions").unwrap();
        if table.rows[0].drawn == [SESSIONS as i64] {
            continue;
        }
        println!("{said}");
        let found = |when: &str| -> (usize, usize) {
            let line = said.lines().find_map(|line| line.strip_prefix(when)).unwrap();
            let (tracks, counts) = line.trim().split_once(' ').unwrap();
            (tracks.parse().unwrap(), counts.parse().unwrap())
        };
        assert_eq!(found("before:"), (0, 0));
        let (tracks, counts) = found("open:");
        assert!(tracks as u64 >= TRACKS && counts >= 1, "the search finds what is there: {tracks} {counts}");
        assert_eq!(found("closed:"), (0, 0), "tracks, counts");
        assert!(log.contains("a span is released"), "{log}");
        nowhere("log", log.as_bytes());
        for entry in std::fs::read_dir(folder.path()).unwrap() {
            let path = entry.unwrap().path();
            nowhere(&path.display().to_string(), &std::fs::read(path).unwrap());
        }
        return;
    }
    panic!("the noise was zero twenty times");
}

/// Fails if a canary stands there, as a number of either order of bytes, as text, or in hexadecimal.
fn nowhere(what: &str, bytes: &[u8]) {
    let count = SESSIONS.to_be_bytes()[4..].to_vec();
    let mut spellings = vec![count.clone(), count.iter().rev().copied().collect(), SESSIONS.to_string().into_bytes()];
    for number in (0..TRACKS).map(track) {
        spellings.extend([number.to_be_bytes().to_vec(), number.to_le_bytes().to_vec()]);
        spellings.extend([number.to_string().into_bytes(), format!("{number:x}").into_bytes()]);
    }
    for spelling in spellings {
        assert!(!bytes.windows(spelling.len()).any(|part| part == spelling), "{spelling:x?} is in the {what}");
    }
}

/// The child: counts, and searches itself.
#[test]
#[ignore = "it is the child of the test above"]
fn child() {
    let Some(folder) = std::env::var_os(DIRECTORY) else { return };
    tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(std::io::stderr).init();
    let needles = masked();
    let definitions =
        vec![definition("passers-by", Measure::ZoneEntries), definition("sessions", Measure::ParkingArrivals)];
    let eight: Timestamp = "2026-11-20T08:00:00+01:00".parse().unwrap();
    let statistics = Statistics::open(Path::new(&folder), definitions, eight).unwrap();
    let (sender, heard) = bounded(limits::SEEN_WAITING);
    let feeds = vec![Feed { tally: 0, series: 0 }];
    let thread =
        std::thread::spawn(move || Counting::new(statistics, feeds, None).run(&heard, &AtomicBool::new(false)));
    look(&sender, eight);
    let tell = |when: &str| {
        let (tracks, counts) = search(&needles);
        println!("\n{when}: {tracks} {counts}");
    };
    tell("before");
    say(&sender, eight);
    look(&sender, eight + SignedDuration::from_secs(1));
    tell("open");
    end(&sender);
    look(&sender, eight + SignedDuration::from_mins(62));
    look(&sender, eight + SignedDuration::from_mins(63));
    tell("closed");
    drop(sender);
    thread.join().unwrap();
}
