//! Killed at any point, the vault has lost nothing that it acknowledged and brings back nothing that it erased.
//!
//! A kill takes the process and leaves the system's buffers: it shows that each order of steps is right, not that a disk
//! keeps what it was told to keep.

use super::clock::Dice;
use super::{Site, all, decider, operator, privacy_officer, recorder, register};
use crate::{
    Draft, Evidence, Grant, Ground, Incident, ItemId, Kept, NorwayGround, PropertyProtection, Request, RootKey, Source,
    Vault, verify,
};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// At least so many kills.
const KILLS: u32 = 500;
/// Kills before a fresh directory is begun.
const KILLS_PER_DIRECTORY: u32 = 50;
const DIRECTORY: &str = "VOKTER_CRASH_TEST_DIRECTORY";

/// What the child acknowledged: an item's payload and deadline, until it begins to erase it.
#[derive(Default)]
struct Acknowledged {
    kept: BTreeMap<ItemId, (String, Timestamp)>,
    /// Whether it was acknowledged that it is erased, or only begun.
    erased: BTreeMap<ItemId, bool>,
    /// Disclosures that were decided: the end of the extract, and whether it was received, or only begun to be.
    decided: BTreeMap<ItemId, (Timestamp, Option<bool>)>,
    latest: Option<Timestamp>,
}

#[test]
fn killed_at_five_hundred_points_nothing_is_lost_and_nothing_comes_back() {
    let mut dice = Dice(std::process::id().into());
    let (mut kills, mut items, mut disclosed) = (0, 0, 0);
    while kills < KILLS {
        let site = Site::new();
        let mut acknowledged = Acknowledged::default();
        for _ in 0..KILLS_PER_DIRECTORY {
            run_and_kill(&site, Duration::from_micros(dice.below(60_000)), dice.below(1 << 32), &mut acknowledged);
            kills += 1;
            check(&site, &acknowledged);
        }
        items += acknowledged.kept.len();
        disclosed += acknowledged.decided.values().filter(|(_, received)| *received == Some(true)).count();
    }
    println!("{kills} kills, {items} items acknowledged, {disclosed} disclosed and received");
    assert!(items > 500 && disclosed > 20, "the children did something: {items}, {disclosed}");
}

/// Runs a child for that long after it has opened the vault, and kills it.
fn run_and_kill(site: &Site, after: Duration, seed: u64, acknowledged: &mut Acknowledged) {
    let start = acknowledged.latest.unwrap_or(site.now);
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "tests::crash::child", "--ignored", "--nocapture", "--test-threads=1"])
        .env(DIRECTORY, site.data().parent().unwrap())
        .env("VOKTER_CRASH_TEST_START", start.to_string())
        .env("VOKTER_CRASH_TEST_SEED", seed.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // Some are killed while they open the vault.
    if !seed.is_multiple_of(8) {
        for line in lines.by_ref() {
            if line.unwrap().ends_with("begun") {
                break;
            }
        }
    }
    std::thread::sleep(after);
    child.kill().unwrap();
    child.wait().unwrap();
    for line in lines.map_while(Result::ok) {
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["now", time] => acknowledged.latest = Some(time.parse().unwrap()),
            ["kept", id, deadline, payload] => {
                let value = ((*payload).to_owned(), deadline.parse().unwrap());
                acknowledged.kept.insert(id.parse().unwrap(), value);
            }
            ["erasing", id] => drop(acknowledged.erased.insert(id.parse().unwrap(), false)),
            ["erased", id] => drop(acknowledged.erased.insert(id.parse().unwrap(), true)),
            ["decided", case, ends] => {
                acknowledged.decided.insert(case.parse().unwrap(), (ends.parse().unwrap(), None));
            }
            [step @ ("receiving" | "received"), case] => {
                let known = acknowledged.decided.get_mut(&case.parse().unwrap()).unwrap();
                known.1 = Some(*step == "received");
            }
            _ => {}
        }
    }
}

fn check(site: &Site, acknowledged: &Acknowledged) {
    let now = acknowledged.latest.unwrap_or(site.now);
    if site.data().join("vault.db").exists() {
        // As the kill left it, if the vault was begun at all: what is damaged is named, what is unfinished is not.
        let left = verify(&site.data(), None, now).unwrap().findings;
        let is_unbegun =
            left.iter().any(|words| words.contains("head of the log is missing") || words.contains("no such table"));
        let is_unfinished = |words: &&String| {
            ["come to their deadline", "is over", "no night"].iter().any(|known| words.contains(known))
        };
        let unfinished = left.iter().filter(|words| !is_unfinished(words));
        assert!(is_unbegun || unfinished.count() == 0, "{left:#?}");
    }
    let (vault, mut mint) = Vault::open_or_create(&site.data(), site.root(), now).unwrap();
    vault.enrol(&register(), "vokter", now).unwrap();
    let grant: Grant<PropertyProtection> = mint.grant("yard").unwrap();
    let mut shown = BTreeMap::new();
    for (id, payload, medium) in all(&vault, &grant, now) {
        assert!(medium.is_none_or(|medium| medium == payload));
        shown.insert(id, String::from_utf8(payload).unwrap());
    }
    for (id, (payload, deadline)) in &acknowledged.kept {
        match acknowledged.erased.get(id) {
            Some(true) => assert!(!shown.contains_key(id), "{payload} was erased, and came back"),
            Some(false) => {}
            None if *deadline > now => {
                assert_eq!(shown.get(id), Some(payload), "{payload} was acknowledged, and is lost")
            }
            None => assert!(!shown.contains_key(id), "{payload} is over, and came back"),
        }
    }
    for (case, (ends, received)) in &acknowledged.decided {
        let fetched = vault.fetch_extract(&grant, &decider(), *case, now);
        match received {
            Some(true) => assert!(fetched.is_err(), "the extract of {case} was received, and came back"),
            None if *ends > now => assert!(fetched.is_ok(), "the extract of {case} was acknowledged, and is lost"),
            _ => {}
        }
    }
    let mut findings = verify(&site.data(), None, now).unwrap().findings;
    // The time of this test runs faster than its nights begin.
    findings.retain(|words| !words.contains("no night has begun"));
    assert!(findings.is_empty(), "{findings:#?}");
}

/// The child: writes, erases, discloses, lets deadlines come and nights begin, as fast as it can, and says what it has done.
#[test]
#[ignore = "it is the child of the test above, and runs until it is killed"]
fn child() {
    let Some(folder) = std::env::var_os(DIRECTORY) else { return };
    let folder = Path::new(&folder);
    let variable = |name: &str| std::env::var(name).unwrap();
    let mut now: Timestamp = variable("VOKTER_CRASH_TEST_START").parse().unwrap();
    let mut dice = Dice(variable("VOKTER_CRASH_TEST_SEED").parse().unwrap());
    let root = RootKey::in_file(&folder.join("root.key"));
    let (vault, mut mint) = Vault::open_or_create(&folder.join("data"), root, now).unwrap();
    let (yard, grant) = (recorder(&mut mint, "yard"), mint.grant::<PropertyProtection>("yard").unwrap());
    vault.enrol(&register(), "vokter", now).unwrap();
    let police = age::x25519::Identity::generate().to_public().to_string();
    let mut mine: Vec<ItemId> = Vec::new();
    let say = |words: String| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{words}").and_then(|()| out.flush()).unwrap();
    };
    say("begun".into());
    for round in 0_u64.. {
        // The time is said before the vault is told: it may have been told when the kill comes.
        now += match dice.below(6) {
            0 => SignedDuration::from_hours(1 + dice.below(10) as i64),
            _ => SignedDuration::from_secs(dice.below(300) as i64),
        };
        say(format!("now {now}"));
        // One of an earlier round lies before the end of an incident's window.
        let earlier = if dice.below(2) == 0 { mine.pop() } else { None };
        let payloads: Vec<String> =
            (0..1 + dice.below(6)).map(|number| format!("{}-{round}-{number}", dice.below(1 << 31))).collect();
        let drafts = payloads.iter().enumerate().map(|(number, payload)| Draft {
            recorder: &yard,
            captured: now,
            payload: payload.as_bytes(),
            medium: (number == 0).then_some(payload.as_bytes()),
        });
        let kept = vault.keep(&drafts.collect::<Vec<_>>(), now).unwrap();
        for (kept, payload) in kept.iter().zip(&payloads) {
            if let Kept::Until(id, deadline) = kept {
                say(format!("kept {id} {deadline} {payload}"));
                mine.push(*id);
            }
        }
        if dice.below(3) == 0 && !mine.is_empty() {
            let id = mine.swap_remove(dice.below(mine.len() as u64) as usize);
            say(format!("erasing {id}"));
            if vault.erase(&grant, &privacy_officer(), &[id], now).is_ok() {
                say(format!("erased {id}"));
            }
        }
        if let Some(id) = earlier {
            let evidence = Evidence::new("a crash test").unwrap();
            let ground = Ground::Norway(NorwayGround::Law { provision: evidence.clone() });
            let (source, from, to) = (Source::Reported, now - SignedDuration::from_hours(24), now);
            let incident = Incident { source, evidence: evidence.clone(), from, to };
            let within = vault.open_incident(&grant, &operator(), &incident, now).unwrap();
            let request = Request { ground, within, items: vec![id], recipient: police.clone() };
            let asked = vault.request_disclosure(&grant, &operator(), &request, now);
            // The item may be over by now, or outside the window.
            let decided = asked
                .and_then(|case| Ok((case, vault.decide_disclosure(&grant, &decider(), (case, true), now)?.unwrap())));
            if let Ok((case, extract)) = decided {
                say(format!("decided {case} {}", extract.ends));
                if dice.below(2) == 0 {
                    say(format!("receiving {case}"));
                    say(format!("erasing {id}"));
                    vault.receive_disclosure(&grant, &decider(), (case, &evidence), now).unwrap();
                    say(format!("received {case}"));
                    say(format!("erased {id}"));
                }
            }
        }
        if dice.below(2) == 0 {
            vault.maintain(now).unwrap();
        }
    }
}
