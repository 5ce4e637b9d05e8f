//! INV-6, byte by byte: after a payment was acknowledged nothing of the plate, its hash or its keys is in a file of the data
//! directory, whenever the process was killed, nor in the memory of the process.
//!
//! A kill takes the process and leaves the system's buffers. What the file system keeps of blocks that were overwritten or
//! given back is not looked at.

use super::{Open, Site};
use crate::parking::keys::day_of;
use crate::parking::ledger::Ledger;
use jiff::SignedDuration;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use vokter_console::DeskError;
use vokter_parking::lot::{Refusal, SessionId};
use vokter_parking::plate::Plate;
use vokter_vault::{Vault, verify};
use zeroize::Zeroizing;

/// Cars that come, over all children.
const CARS: u32 = 1_000;
/// Cars that are in the lot at a time; one in five never pays.
const AT_ONCE: u32 = 8;
const FOLDER: &str = "VOKTER_PARKING_TEST_FOLDER";
const FIRST: &str = "VOKTER_PARKING_TEST_FIRST";
/// How many of them come while the memory is to be looked at.
const CARS_IN_MEMORY: u32 = 160;
const PAUSES: &str = "VOKTER_PARKING_TEST_PAUSES";

/// The plate of a car, in memory that is overwritten.
fn canary(car: u32) -> Zeroizing<[u8; 7]> {
    let mut text = Zeroizing::new(*b"QV00000");
    let mut rest = car * 7919 % 100_000;
    for digit in text.iter_mut().rev().take(5) {
        *digit = b'0' + u8::try_from(rest % 10).unwrap();
        rest /= 10;
    }
    text
}

fn plate(car: u32) -> Plate {
    Plate::new(std::str::from_utf8(canary(car).as_slice()).unwrap()).unwrap()
}

const fn pays(car: u32) -> bool {
    !car.is_multiple_of(5)
}

/// What the children said.
#[derive(Default)]
struct Said {
    /// The secrets under which its plate was kept.
    keys: BTreeMap<u32, Vec<Vec<u8>>>,
    paid: Vec<u32>,
    last: u32,
}

/// One that is killed, or asked to wait.
#[test]
#[ignore = "run by the tests of this file"]
fn child() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let first: u32 = std::env::var(FIRST).unwrap().parse().unwrap();
    let site = Site::at(Path::new(&folder));
    let open = site.open();
    let mut out = std::io::stdout();
    let mut car = first;
    let cars = if std::env::var_os(PAUSES).is_some() { CARS_IN_MEMORY } else { CARS };
    while car < cars {
        let batch: Vec<_> = (car..(car + AT_ONCE).min(cars)).collect();
        // Whoever was killed may have been further on.
        let now = open.vault.latest(site.now).unwrap() + SignedDuration::from_secs(1);
        open.heartbeat(now);
        for car in &batch {
            // One that a killed child has let in, and could not say so, is known.
            let session = match open.look_up(&plate(*car), now) {
                Ok((session, _)) => session,
                Err(_) => open.enter(plate(*car), now),
            };
            writeln!(out, "entered {car} {}", key_of(&open, &site, session)).unwrap();
        }
        let now = now + SignedDuration::from_secs(90);
        open.heartbeat(now);
        for car in batch.iter().filter(|car| pays(**car)) {
            let (session, due) = open.look_up(&plate(*car), now).unwrap();
            open.pay(session, u128::from(*car) << 32 | u128::from(std::process::id()), due, now).unwrap();
            writeln!(out, "paid {car}").unwrap();
        }
        car += AT_ONCE;
    }
    let held = std::hint::black_box(format!("HELD-{}-31415", "CANARY"));
    writeln!(out, "done").unwrap();
    out.flush().unwrap();
    if std::env::var_os(PAUSES).is_some() {
        std::io::stdin().read_line(&mut String::new()).unwrap();
    }
    drop(std::hint::black_box(held));
}

/// The secret under which the plate of a session lies in the database.
fn key_of(open: &Open, site: &Site, session: SessionId) -> String {
    let item = open.attendant.item_of(session).unwrap().to_string();
    let number = i64::from_str_radix(&item, 16).unwrap();
    let database = rusqlite::Connection::open(site.data().join("vault.db")).unwrap();
    let read = |row: &rusqlite::Row<'_>| row.get::<_, Vec<u8>>(0);
    let key = database
        .query_row("SELECT secret FROM slot JOIN page ON slot = slot.id WHERE item = ?1", [number], read)
        .unwrap();
    key.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn start(folder: &Path, first: u32, pauses: bool) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "parking::tests::forensic::child", "--ignored", "--nocapture", "--test-threads=1"]);
    command.env(FOLDER, folder).env(FIRST, first.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped());
    if pauses {
        command.env(PAUSES, "1");
    }
    command.spawn().unwrap()
}

impl Said {
    fn hear(&mut self, line: &str) {
        let words: Vec<_> = line.split_whitespace().collect();
        match words[..] {
            ["entered", car, key] => {
                let car: u32 = car.parse().unwrap();
                // One whose payment nobody heard of came again.
                self.paid.retain(|paid| *paid != car);
                let bytes = (0..key.len()).step_by(2).map(|at| u8::from_str_radix(&key[at..at + 2], 16).unwrap());
                self.keys.entry(car).or_default().push(bytes.collect());
                self.last = car;
            }
            ["paid", car] => self.paid.push(car.parse().unwrap()),
            _ => {}
        }
    }
}

/// Each way in which a plate or a hash may stand in bytes.
fn spellings(plate: &Plate, hash: Option<&[u8]>) -> Vec<Vec<u8>> {
    let upper = plate.disclose_text().to_owned();
    let spaced = format!("{} {}", &upper[..2], &upper[2..]);
    let mut all = Vec::new();
    for text in [upper.clone(), upper.to_lowercase(), spaced.clone(), spaced.to_lowercase(), spaced.replace(' ', "-")] {
        all.push(text.bytes().collect());
        all.push(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
        all.push(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
    }
    if let Some(hash) = hash {
        let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        all.extend([hash.to_vec(), hex.to_uppercase().into_bytes(), hex.into_bytes()]);
    }
    all
}

/// Needles by their first eight bytes, so that a file is gone through once.
struct Needles {
    by_start: std::collections::HashMap<[u8; 7], Vec<Vec<u8>>>,
}

impl Needles {
    fn of(all: impl Iterator<Item = Vec<u8>>) -> Self {
        let mut by_start = std::collections::HashMap::<[u8; 7], Vec<Vec<u8>>>::new();
        for needle in all {
            by_start.entry(needle[..7].try_into().unwrap()).or_default().push(needle);
        }
        Self { by_start }
    }

    fn hits_in(&self, bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut hits = Vec::new();
        for (at, window) in bytes.windows(7).enumerate() {
            let start: [u8; 7] = window.try_into().unwrap();
            let Some(needles) = self.by_start.get(&start) else { continue };
            hits.extend(needles.iter().filter(|needle| bytes[at..].starts_with(needle)).cloned());
        }
        hits
    }

    fn hits_below(&self, folder: &Path) -> Vec<(String, Vec<u8>)> {
        let mut hits = Vec::new();
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                hits.extend(self.hits_below(&path));
            } else {
                let found = self.hits_in(&std::fs::read(&path).unwrap());
                hits.extend(found.into_iter().map(|hit| (path.display().to_string(), hit)));
            }
        }
        hits
    }
}

/// The hashes of plates under the key of the day, as the lot has them.
fn hashes_of(site: &Site, cars: &[u32]) -> Vec<Vec<u8>> {
    let (vault, mut mint) = Vault::open(&site.data(), site.root(), site.now).unwrap();
    let workbook = mint.workbook("parking").unwrap();
    let (_, found) = Ledger::open(Arc::new(vault), workbook, false, site.now).unwrap();
    cars.iter().map(|car| found.keys.hash_of(&plate(*car), day_of(site.now)).unwrap()).collect()
}

#[test]
fn inv_6_a_thousand_cars_and_a_process_killed_at_any_point_leave_nothing_of_who_has_paid() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::at(folder.path());
    let (mut said, mut kills, mut seed) = (Said::default(), 0, u64::from(std::process::id()));
    let mut is_done = false;
    while !is_done {
        let mut child = start(folder.path(), said.last / AT_ONCE * AT_ONCE, false);
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // After so many lines, more than of one batch, and within what follows: on a fast machine as on a slow one.
        let (mut left, within) = (20 + (seed >> 33) % 60, Duration::from_micros((seed >> 40) % 3_000));
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        for line in lines.map_while(Result::ok) {
            is_done |= line == "done";
            said.hear(&line);
            left = left.saturating_sub(1);
            if left == 0 {
                std::thread::sleep(within);
                child.kill().unwrap();
            }
        }
        let ended = child.wait().unwrap();
        assert!(is_done || ended.signal() == Some(9), "a child ended otherwise: {ended}");
        kills += 1;
        assert!(kills < 2_000, "the children get nowhere: {}", said.last);
        let paid = said.paid.iter().rev().take(3 * AT_ONCE as usize);
        assert_gone(&site, &said, &paid.copied().collect::<Vec<_>>());
    }
    let expected = (0..CARS).filter(|car| pays(*car));
    assert!(expected.clone().all(|car| said.paid.contains(&car)), "every payment was acknowledged");
    assert!(kills >= 10, "{kills} kills");
    assert_gone(&site, &said, &said.paid);

    // Who has not paid is still known; and what is looked for would be found, were it there.
    let open = site.open();
    for car in 0..CARS {
        let found = open.look_up(&plate(car), site.now);
        assert_eq!(found.is_ok(), !pays(car), "{car}");
        assert!(pays(car) || !matches!(found, Err(DeskError::Refused(Refusal::UnknownSession))));
    }
    let kept = Needles::of(said.keys[&5].last().cloned().into_iter());
    assert_eq!(kept.hits_below(&site.data()).len(), 1, "the secret of one who has not paid");
    println!("{CARS} cars, {} paid, {kills} kills", said.paid.len());
    drop(open);
    let verdict = verify(&site.data(), None, site.now).unwrap();
    assert!(verdict.findings.is_empty(), "{:#?}", verdict.findings);
}

/// Nothing of those who have paid is in the directory, before it is opened again and after.
fn assert_gone(site: &Site, said: &Said, paid: &[u32]) {
    let texts = paid.iter().flat_map(|car| spellings(&plate(*car), None));
    assert_eq!(Needles::of(texts).hits_below(&site.data()), []);
    if !paid.is_empty() {
        let hashes = hashes_of(site, paid);
        let cars = paid.iter().zip(&hashes).flat_map(|(car, hash)| spellings(&plate(*car), Some(hash)));
        let keys = paid.iter().flat_map(|car| said.keys.get(car).cloned().unwrap_or_default());
        assert_eq!(Needles::of(cars.chain(keys)).hits_below(&site.data()), []);
    }
}

#[test]
fn inv_6_nothing_of_who_has_paid_is_in_the_memory_of_the_process() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("not looked at: the memory of a process that is not dumpable is root's to read");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let site = Site::at(folder.path());
    let mut child = start(folder.path(), 0, true);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap() == "done"));
    let memory = memory_of(child.id());
    child.kill().unwrap();
    child.wait().unwrap();

    let held = Needles::of(std::iter::once(b"HELD-CANARY-31415".to_vec()));
    assert!(!held.hits_in(&memory).is_empty(), "what is held is found");
    let unpaid = Needles::of(hashes_of(&site, &[5]).into_iter());
    assert!(!unpaid.hits_in(&memory).is_empty(), "the hash of one who has not paid is held");
    let paid: Vec<_> = (0..CARS_IN_MEMORY).filter(|car| pays(*car)).collect();
    let hashes = hashes_of(&site, &paid);
    let texts = paid.iter().zip(&hashes).flat_map(|(car, hash)| spellings(&plate(*car), Some(hash)));
    let hits = Needles::of(texts).hits_in(&memory);
    assert!(hits.is_empty(), "{} hits, the first is {:?}", hits.len(), hits[0]);
}

/// All of a process's memory that it may write to: what a core image holds of it.
fn memory_of(process: u32) -> Vec<u8> {
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let mut file = std::fs::File::open(format!("/proc/{process}/mem")).unwrap();
    let mut memory = Vec::new();
    for line in maps.lines().filter(|line| line.contains(" rw")) {
        let (from, to) = line.split_whitespace().next().and_then(|range| range.split_once('-')).unwrap();
        let (from, to) = (u64::from_str_radix(from, 16).unwrap(), u64::from_str_radix(to, 16).unwrap());
        let mut part = vec![0; usize::try_from(to - from).unwrap()];
        if file.seek(SeekFrom::Start(from)).is_ok() && file.read_exact(&mut part).is_ok() {
            memory.extend_from_slice(&part);
        }
    }
    memory
}
