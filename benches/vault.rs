//! What the vault costs: events kept a second, one item opened, a day erased, the disk: `cargo bench --bench vault`.
//!
//! `VOKTER_BENCH_ITEMS=10000000` fills the day that is erased with ten million items; `TMPDIR` says on which disk.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a bench stops where it fails")]

#[allow(dead_code, reason = "shared with the other benches")]
mod report;

use jiff::{SignedDuration, Timestamp};
use report::{Report, median};
use std::path::Path;
use std::time::Instant;
use vokter_rules::limits;
use vokter_rules::purpose::PurposeKind;
use vokter_vault::{
    Access, Cut, Draft, Grant, Holder, Kept, Law, Page, PageKind, PropertyProtection, Reading, Recorder, Register,
    Retention, Role, RootKey, Vault, verify,
};

/// What the vault should do, on any disk that is not slower than a laptop's.
const EVENTS_PER_SECOND: f64 = 50_000.0;
const ERASED_WITHIN_MS: f64 = 1_000.0;
/// Items of the day that is erased, unless VOKTER_BENCH_ITEMS says otherwise.
const ITEMS: usize = 1_000_000;
/// An event as `vokter run` keeps it.
const EVENT: &str = r#"{"id":"01a1fadd-d400-7da2-84ed-ce02e92129d7","schema":"vokter.event/1","purpose":"yard-at-night","purpose_kind":"property-protection","camera":"yard","rule":"over-the-fence","kind":"line-crossing","class":"person","line":"fence","direction":"down","time":"2026-11-20T21:30:04.16Z","commissioning":true}"#;

fn main() {
    let mut report = Report::new("vault");
    let items = std::env::var("VOKTER_BENCH_ITEMS").map_or(ITEMS, |items| items.parse().expect("a number of items"));
    let now: Timestamp = "2026-11-22T10:30:15Z".parse().unwrap();
    for commit in [1, limits::EVENTS_WAITING, limits::ITEMS_PER_COMMIT] {
        let folder = tempfile::tempdir().unwrap();
        let count = (commit * 256).min(200_000);
        let plain = plain_rows(folder.path(), count, commit);
        report.figure(format!("rows in clear, {commit} a commit"), plain, "rows/s");
        let (vault, recorder, _) = open(folder.path(), now);
        let kept = keep(&vault, &recorder, count, commit, now);
        report.against(format!("events kept, {commit} a commit"), kept, "events/s", EVENTS_PER_SECOND);
    }
    let folder = tempfile::tempdir().unwrap();
    erase_a_day(&mut report, folder.path(), items, now);
    acknowledge_payments(&mut report, now);
    report.write().unwrap();
}

/// What a payment waits for: session and plate erased, receipt and lot kept, the journal cut; against SQLite with one row in
/// clear and its journal cut.
fn acknowledge_payments(report: &mut Report, now: Timestamp) {
    const PAYMENTS: usize = 1_000;
    let folder = tempfile::tempdir().unwrap();
    let root = RootKey::in_file(&folder.path().join("root.key"));
    let (vault, mut mint) = Vault::open_or_create(&folder.path().join("data"), root, now).unwrap();
    let workbook = mint.workbook("parking").unwrap();
    let until = now + SignedDuration::from_hours(5 * 24);
    let record = Page { text: &[b'r'; 300], kind: PageKind::Stay, until };
    let plate = Page { text: b"AB12345", kind: PageKind::Stay, until };
    let mut parked = Vec::new();
    for _ in 0..PAYMENTS / 10 {
        let kept = vault.revise(&workbook, &[record, plate].repeat(10), &[], Cut::Now, now).unwrap();
        parked.extend(kept.into_iter().flatten());
    }
    let mut times: Vec<_> = parked
        .chunks(2)
        .map(|session| {
            let begun = Instant::now();
            vault.revise(&workbook, &[record, record], session, Cut::Now, now).unwrap();
            begun.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    let database = rusqlite::Connection::open(folder.path().join("plain.db")).unwrap();
    let set_up = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE plain (id INTEGER, text BLOB);";
    database.execute_batch(set_up).unwrap();
    let mut plain: Vec<_> = (0..1_000_i64)
        .map(|id| {
            let begun = Instant::now();
            database.execute("INSERT INTO plain VALUES (?1, zeroblob(300))", [id]).unwrap();
            database.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
            begun.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    plain.sort_by(f64::total_cmp);
    for (name, part) in [("median", 500), ("p99", 990)] {
        report.against(format!("payment acknowledged and erased, {name}"), times[part], "ms", plain[part]);
    }
}

fn open(folder: &Path, now: Timestamp) -> (Vault, Recorder, Grant<PropertyProtection>) {
    let root = RootKey::in_file(&folder.join("root.key"));
    let (vault, mut mint) = Vault::open_or_create(&folder.join("data"), root, now).unwrap();
    let recorder = mint.recorder(PurposeKind::PropertyProtection, "yard-at-night", Retention::DEFAULT).unwrap();
    (vault, recorder, mint.grant("yard-at-night").unwrap())
}

/// Who may read in this bench.
fn register() -> Register {
    let people = vec!["bench".to_owned()];
    let holders = vec![Holder { role: Role::Operator, purpose: None, people, until: None }];
    Register { law: Law::Norway, purposes: vec![], holders, searches: vec![] }
}

/// Keeps events, a commit at a time; returns how many a second.
fn keep(vault: &Vault, recorder: &Recorder, count: usize, commit: usize, now: Timestamp) -> f64 {
    let draft = Draft { recorder, captured: now, payload: EVENT.as_bytes(), medium: None };
    let (begun, mut kept) = (Instant::now(), 0);
    while kept < count {
        let drafts = vec![draft; commit.min(count - kept)];
        kept += vault.keep(&drafts, now).unwrap().len();
    }
    kept as f64 / begun.elapsed().as_secs_f64()
}

/// What SQLite itself keeps of the same rows, neither sealed nor logged: the limit of this disk.
fn plain_rows(folder: &Path, count: usize, commit: usize) -> f64 {
    let mut database = rusqlite::Connection::open(folder.join("plain.db")).unwrap();
    database.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE row (event)").unwrap();
    let (begun, mut kept) = (Instant::now(), 0);
    while kept < count {
        let transaction = database.transaction().unwrap();
        for _ in 0..commit.min(count - kept) {
            transaction.execute("INSERT INTO row VALUES (?1)", [EVENT]).unwrap();
            kept += 1;
        }
        transaction.commit().unwrap();
    }
    kept as f64 / begun.elapsed().as_secs_f64()
}

/// Fills a day, opens items of it, lets its deadline come, and clears the disk.
fn erase_a_day(report: &mut Report, folder: &Path, items: usize, now: Timestamp) {
    let (vault, recorder, grant) = open(folder, now);
    keep(&vault, &recorder, items, limits::ITEMS_PER_COMMIT, now);
    let data = folder.join("data");
    report.figure(format!("disk for an event, {items} kept"), size(&data) / items as f64, "bytes");
    report.figure("the event itself", EVENT.len() as f64, "bytes");

    let access = Access::new("bench", "a bench").unwrap();
    vault.enrol(&register(), "bench", now).unwrap();
    let draft = Draft { recorder: &recorder, captured: now, payload: EVENT.as_bytes(), medium: None };
    let Kept::Until(item, deadline) = vault.keep(&[draft], now).unwrap()[0] else { return };
    let reading = Reading { item: Some(item), ..Reading::default() };
    let mut times: Vec<f64> = (0..500)
        .map(|_| {
            let begun = Instant::now();
            let mut shown = 0;
            vault.read(&grant, &access, &reading, now, |_| shown += 1).unwrap();
            assert_eq!(shown, 1);
            begun.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    report.figure("an item opened, with its entry in the log: median", median(times.clone()), "ms");
    report.figure("an item opened, with its entry in the log: p99", times[times.len() * 99 / 100], "ms");

    drop(vault);
    let begun = Instant::now();
    let (vault, ..) = open(folder, now);
    report.figure("the vault opened", begun.elapsed().as_secs_f64() * 1e3, "ms");

    // To the last millisecond of the night before, so that the end of the day alone is timed.
    let over = deadline + SignedDuration::from_hours(24);
    let begun = Instant::now();
    let root = RootKey::in_file(&folder.join("root.key"));
    drop(vault);
    let (vault, _) = Vault::open(&data, root, over).unwrap();
    let erased = begun.elapsed().as_secs_f64() * 1e3;
    report.against(format!("a day of {items} items erased, opening included"), erased, "ms", ERASED_WITHIN_MS);

    let (begun, mut cleared, mut longest) = (Instant::now(), 0, 0.0_f64);
    while cleared < items as u64 {
        let turn = Instant::now();
        cleared += vault.maintain(over).unwrap().items_cleared;
        longest = longest.max(turn.elapsed().as_secs_f64() * 1e3);
    }
    report.figure("dead rows cleared", cleared as f64 / begun.elapsed().as_secs_f64(), "rows/s");
    report.figure("the longest turn of clearing", longest, "ms");
    for _ in 0..items / 20_000 {
        vault.maintain(over).unwrap();
    }
    report.figure("disk after clearing", size(&data) / 1e6, "MB");
    let begun = Instant::now();
    let verdict = verify(&data, None, over).unwrap();
    assert!(verdict.findings.is_empty(), "{:?}", verdict.findings);
    report.figure("verify after clearing", begun.elapsed().as_secs_f64() * 1e3, "ms");
}

/// Bytes of the files of a folder.
fn size(folder: &Path) -> f64 {
    let files = std::fs::read_dir(folder).unwrap().flatten();
    files.map(|file| file.metadata().unwrap()).filter(|file| file.is_file()).map(|file| file.len() as f64).sum()
}
