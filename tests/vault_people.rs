//! What takes two people, as two users of the system: a disclosure, a data subject's copy; and passages through doors.
//!
//! Only root can become two others, so elsewhere these say that they were skipped; `vault/src/tests/` has the same steps.

use crate::support::VOKTER;
use crate::support::site::{HEAD, WEIGHED, recent_walk, write_signed};
use serde_json::Value;
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Users that every Debian has: one looks at alarms, one decides, one oversees.
const GUARD: (&str, u32) = ("games", 5);
const MANAGER: (&str, u32) = ("mail", 8);
const OVERSEER: (&str, u32) = ("news", 9);

/// Whether this can become other users, and the system does not know who logged in, which would be one person.
fn can_be_others() -> bool {
    let login = std::fs::read_to_string("/proc/self/loginuid").unwrap_or_default();
    let nobody_logged_in = login.trim().is_empty() || login.trim() == u32::MAX.to_string();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let are_there = [GUARD, MANAGER, OVERSEER]
        .iter()
        .all(|(name, number)| users.lines().any(|line| line.starts_with(&format!("{name}:x:{number}:"))));
    let can = rustix::process::getuid().is_root() && nobody_logged_in && are_there;
    if !can {
        println!("skipped: it takes root, and three users of Debian's");
    }
    can
}

/// A folder whose files belong to whoever acts next.
struct Office {
    folder: tempfile::TempDir,
}

impl Office {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // The tests' own program may lie where others cannot go.
        std::fs::copy(VOKTER, folder.path().join("vokter")).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn act(&self, (_, user): (&str, u32), arguments: &[&str]) -> Output {
        give_to(self.folder.path(), user);
        let mut command = Command::new(self.path("vokter"));
        command.args(arguments).current_dir(self.folder.path()).uid(user).gid(user).output().unwrap()
    }

    /// What is printed by something that must succeed.
    fn done(&self, who: (&str, u32), arguments: &[&str]) -> String {
        let output = self.act(who, arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", text(&output.stderr));
        text(&output.stdout)
    }

    fn refused(&self, who: (&str, u32), arguments: &[&str]) -> String {
        let output = self.act(who, arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", text(&output.stdout));
        text(&output.stderr)
    }
}

fn give_to(path: &Path, user: u32) {
    std::os::unix::fs::chown(path, Some(user), Some(user)).unwrap();
    if path.is_dir() {
        std::fs::read_dir(path).unwrap().flatten().for_each(|entry| give_to(&entry.path(), user));
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn head() -> String {
    let office = HEAD.replace("kari.nordmann", MANAGER.0).replace("ola.hansen", GUARD.0);
    let overseer = format!("[roles.officer]\npeople = [\"{}\"]\nreviewed = 2026-11-01\n[places.here]", OVERSEER.0);
    office
        .replace("oversees_privacy = \"manager\"", "oversees_privacy = \"officer\"")
        .replace("[places.here]", &overseer)
}

/// An office in which a run has kept alarms of an hour ago, and the first of them.
fn watched() -> (Office, String) {
    let office = Office::new();
    std::fs::write(office.path("walk.toml"), recent_walk()).unwrap();
    let site = format!(
        "{}[cameras.walk]\nplace = \"here\"\nsource = \"scene:walk.toml\"\nzones.all = [[0, 0], [1, 0], [1, 1], [0, 1]]\n\
         [purposes.test]\n{WEIGHED}schedule = \"always\"\nbecause = \"a test\"\n[purposes.test.rules.there]\n\
         rule = \"zone-intrusion\"\ncamera = \"walk\"\nzone = \"all\"\nobjects = [\"person\"]\n",
        head()
    );
    std::fs::write(office.path("site.toml"), site).unwrap();
    let mut run = Command::new(VOKTER);
    run.args(["run", "site.toml", "--data-dir", "data"]).current_dir(office.folder.path());
    let output = run.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let first: Value = serde_json::from_str(text(&output.stdout).lines().next().unwrap()).unwrap();
    let item = first["item"].as_str().unwrap().to_owned();
    (office, item)
}

#[test]
fn krs_32_a_disclosure_is_asked_for_by_one_decided_by_another_and_gone_from_here_when_it_has_arrived() {
    if !can_be_others() {
        return;
    }
    let (office, item) = watched();
    let why = ["--data-dir", "data", "--purpose", "test", "--reason", "the police asked"];
    let police = age::x25519::Identity::generate();
    let recipient = police.to_public().to_string();
    let with =
        |command: &[&str]| -> Vec<String> { command.iter().chain(&why).map(|word| (*word).to_owned()).collect() };
    let done = |who, command: &[&str]| office.done(who, &with(command).iter().map(String::as_str).collect::<Vec<_>>());
    let refused =
        |who, command: &[&str]| office.refused(who, &with(command).iter().map(String::as_str).collect::<Vec<_>>());
    let ask = ["disclose", "request", "--ground", "police", "--evidence", "case 4711", "--no-secrecy", "checked"];
    let now = jiff::Timestamp::now();
    let (from, to) = ((now - jiff::SignedDuration::from_hours(3)).to_string(), now.to_string());
    let happened = ["--source", "authority", "--evidence", "letter", "--from", &from, "--to", &to];
    let incident = done(GUARD, &[&["incident", "open"], &happened[..]].concat()).trim().to_owned();
    let ask: Vec<&str> = ask.into_iter().chain(["--case", &incident, "--recipient", &recipient, &item]).collect();
    assert!(refused(MANAGER, &ask).contains("operator may"));
    let case = done(GUARD, &ask).trim().to_owned();
    assert!(refused(GUARD, &["disclose", "decide", "--approve", &case]).contains("decider may"));
    assert!(done(MANAGER, &["disclose", "decide", "--approve", &case]).starts_with("approved; to be fetched before"));
    done(MANAGER, &["disclose", "fetch", "--into", "case.tar.age", &case]);
    assert!(refused(MANAGER, &["disclose", "fetch", "--into", "case.tar.age", &case]).contains("cannot be written"));
    let package = std::fs::read(office.path("case.tar.age")).unwrap();
    let plain = age::decrypt(&police, &package).unwrap();
    let holds = |what: &[u8]| plain.windows(what.len()).any(|window| window == what);
    assert!(holds(b"zone-intrusion") && holds(b"case 4711") && holds(b"JFIF"));
    done(MANAGER, &["disclose", "received", "--receipt", "officer Dahl", &case]);
    let events = done(GUARD, &["events"]);
    assert!(!events.contains(&item) && !events.is_empty());
    let cases = done(OVERSEER, &["cases"]);
    for words in [
        "by games: disclosure asked for",
        "by mail: approved",
        "by mail: received (officer Dahl)",
        "the package was written out",
    ] {
        assert!(cases.contains(words), "{words}: {cases}");
    }
    let verified = office.act(OVERSEER, &["verify", "data"]);
    assert_eq!(verified.status.code(), Some(0), "{}", text(&verified.stdout));
}

#[test]
fn isl_7_a_data_subject_s_copy_shows_them_alone_and_is_let_go_by_another_than_made_it() {
    if !can_be_others() {
        return;
    }
    let (office, item) = watched();
    let why = ["--data-dir", "data", "--purpose", "test", "--reason", "request of Ada"];
    let words =
        |command: &[&str]| -> Vec<String> { command.iter().chain(&why).map(|word| (*word).to_owned()).collect() };
    let done = |who, command: &[&str]| office.done(who, &words(command).iter().map(String::as_str).collect::<Vec<_>>());
    let refused =
        |who, command: &[&str]| office.refused(who, &words(command).iter().map(String::as_str).collect::<Vec<_>>());
    let now = jiff::Timestamp::now();
    let (from, to) = ((now - jiff::SignedDuration::from_hours(3)).to_string(), now.to_string());
    let ask = ["subject", "ask", "--right", "access", "--who", "Ada, by passport", "--from", &from, "--to", &to];
    assert!(refused(GUARD, &ask).contains("privacy-officer may"));
    let said = done(OVERSEER, &ask);
    let (case, due) = said.trim().split_once('\n').unwrap();
    assert!(due.starts_with("due "));
    let copy = done(GUARD, &["subject", "copy", "--keep", "0.25,0.25,0.5,0.5", case, &item]).trim().to_owned();
    assert!(refused(GUARD, &["subject", "approve", case, &copy]).contains("decider may"));
    assert!(refused(OVERSEER, &["subject", "fetch", "--into", "ada", case, &copy]).contains("was not approved"));
    let seen = done(MANAGER, &["subject", "look", "--into", "seen", case, &copy]);
    assert!(seen.contains("seen/") && seen.ends_with(".jpg\n"));
    done(MANAGER, &["subject", "approve", case, &copy]);
    done(OVERSEER, &["subject", "fetch", "--into", "ada", case, &copy]);
    let still = office.act(GUARD, &[&["events", "--still", &item], &why[..]].concat()).stdout;
    let whole = image::load_from_memory(&still).unwrap().to_rgb8();
    let copied = image::open(office.path(&format!("ada/{copy}.jpg"))).unwrap().to_rgb8();
    assert_eq!(whole.dimensions(), copied.dimensions());
    let difference = |x: u32, y: u32| {
        let (one, other) = (whole.get_pixel(x, y).0, copied.get_pixel(x, y).0);
        one.iter().zip(other).map(|(one, other)| u64::from(one.abs_diff(other))).sum::<u64>()
    };
    let (width, height) = whole.dimensions();
    let inside: u64 = (width * 3 / 8..width * 5 / 8).map(|x| difference(x, height / 2)).sum();
    let outside: u64 = (0..width / 4).map(|x| difference(x, height / 2)).sum();
    assert!(outside > 3 * inside, "{outside} {inside}");
    done(OVERSEER, &["subject", "answer", "--outcome", "granted", "--evidence", "letter", case]);
    let again = refused(GUARD, &["subject", "copy", case, &item]);
    assert!(again.contains("is answered"), "{again}");
}

const DOORS: &str = r#"
[purposes.doors]
kind = "access-control"
description = "Who went into the store of the test, from which tools were stolen in March"
basis = "legitimate-interest"
proposed_by = "manager"
roles = ["guard"]
schedule = "always"
because = "the store is used day and night"
retention = { days = 90, because = "stock is counted every quarter" }
records.balancing = "balancing.md"
records.necessity = "necessity.md"
records.discussion = "discussion.md"
records.notice = "notice.md"
necessity.physical-security = "The door is of steel."
necessity.access-control = "This is it."
necessity.locks-and-alarms = "Keys were copied."
necessity.sensors = "They say that, not who."
necessity.staffing = "There is nobody at night."
necessity.lighting = "It is lit."
necessity.alert-staff = "They cannot see the door."
necessity.training = "It was done."
[purposes.doors.doors.store]
stores_passages = true
authentication = "pin-and-card"
fields = ["holder", "time", "point"]
because = "tools of great value"
[purposes.doors.doors.front]
authentication = "card"
"#;

#[test]
fn acc_6_passages_with_a_card_alone_leave_nothing_anywhere() {
    if !can_be_others() {
        return;
    }
    let office = Office::new();
    write_signed(office.folder.path(), "site.toml", &format!("{}{DOORS}", head()));
    let passage = |point: &str, proof: &str, holder: &str| {
        let time = jiff::Timestamp::now();
        format!("{{\"point\":\"{point}\",\"time\":\"{time}\",\"proof\":\"{proof}\",\"holder\":\"{holder}\"}}\n")
    };
    let feed = |lines: &str| {
        let mut child = Command::new(VOKTER)
            .args(["passages", "site.toml", "--data-dir", "doors"])
            .current_dir(office.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    let weak: String = (0..50).map(|number| passage("front", "card", &format!("CANARY-{number}"))).collect();
    let weaker: String = (0..50).map(|number| passage("store", "card", &format!("CANARY-{number}"))).collect();
    let output = feed(&(weak + &weaker));
    assert_eq!(text(&output.stdout), "kept: 0; nothing was kept of: 100; refused: 0\n", "{}", text(&output.stderr));
    let leaves = |folder: &Path| {
        let database = rusqlite::Connection::open(folder.join("vault.db")).unwrap();
        database.query_row("SELECT count(*) FROM item", [], |row| row.get::<_, i64>(0)).unwrap()
    };
    assert_eq!(leaves(&office.path("doors")), 2, "who holds which role, who said so, and nothing else");
    let strong: String = (0..3).map(|number| passage("store", "pin-and-card", &format!("{number}"))).collect();
    let wrong =
        passage("attic", "pin-and-card", "CANARY") + &passage("store", "card", "9").replace('}', ",\"mood\":1}");
    let output = feed(&(strong + &wrong));
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stdout), "kept: 3; nothing was kept of: 0; refused: 2\n", "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("line 5: column") && !text(&output.stderr).contains("CANARY"));

    let why = ["--data-dir", "doors", "--purpose", "doors", "--reason", "a drill is missing"];
    let bare = office.refused(GUARD, &[&["events"], &why[..]].concat());
    assert!(bare.contains("open an incident first"), "{bare}");
    let now = jiff::Timestamp::now();
    let (from, to) = ((now - jiff::SignedDuration::from_hours(1)).to_string(), now.to_string());
    let open =
        ["incident", "open", "--source", "found-on-site", "--evidence", "count of stock", "--from", &from, "--to", &to];
    let case = office.done(GUARD, &[&open[..], &why[..]].concat()).trim().to_owned();
    let seen = office.done(GUARD, &[&["events", "--case", &case], &why[..]].concat());
    assert_eq!(seen.lines().count(), 3, "{seen}");
    assert!(seen.contains("\"holder\":\"2\""));
}
