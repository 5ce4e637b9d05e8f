//! The vault as users of the program meet it: what a run keeps, who sees it, what is said where something is wrong.

use crate::support::VOKTER;
use crate::support::site::{HEAD, WEIGHED, recent_walk};
use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Output};

/// A run over the synthetic street, kept in `data`, and what it reported. Whoever runs the tests is its guard, and oversees it.
struct Run {
    folder: tempfile::TempDir,
    reported: Vec<Value>,
}

/// Who runs the tests, as the program knows them.
pub fn me() -> String {
    let login = std::fs::read_to_string("/proc/self/loginuid").unwrap_or_default();
    let number = Some(login.trim()).filter(|uid| !uid.is_empty() && *uid != u32::MAX.to_string());
    let number = number.map_or_else(|| rustix::process::getuid().as_raw().to_string(), str::to_owned);
    name_of(&number)
}

fn name_of(number: &str) -> String {
    let output = Command::new("id").args(["-un", number]).output().unwrap();
    if output.status.success() { text(&output.stdout).trim().to_owned() } else { format!("user {number}") }
}

/// A site with one camera over the synthetic street, an hour ago, and more for its purpose.
fn site(people: &str, more: &str) -> String {
    let head =
        HEAD.replace("ola.hansen", people).replace("oversees_privacy = \"manager\"", "oversees_privacy = \"guard\"");
    format!(
        "{head}[cameras.walk]\nplace = \"here\"\nsource = \"scene:walk.toml\"\n\
         masks.left = [[0.0, 0.0], [0.1, 0.0], [0.1, 1.0], [0.0, 1.0]]\n\
         zones.all = [[0, 0], [1, 0], [1, 1], [0, 1]]\n[purposes.test]\n{WEIGHED}\
         schedule = \"always\"\nbecause = \"a test\"\n{more}[purposes.test.rules.there]\nrule = \"zone-intrusion\"\n\
         camera = \"walk\"\nzone = \"all\"\nobjects = [\"person\", \"car\"]\n"
    )
}

impl Run {
    fn new() -> Self {
        Self::of(&site(&me(), "searches = [\"camera\", \"class\"]\n"))
    }

    fn of(site: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("walk.toml"), recent_walk()).unwrap();
        std::fs::write(folder.path().join("site.toml"), site).unwrap();
        let run = Self { folder, reported: Vec::new() };
        let output = run.vokter(&["run", "site.toml", "--data-dir", "data"]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let reported = lines(&output.stdout);
        assert!(!reported.is_empty());
        Self { reported, ..run }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn vokter(&self, arguments: &[&str]) -> Output {
        Command::new(VOKTER).args(arguments).current_dir(self.folder.path()).output().unwrap()
    }

    fn events(&self, more: &[&str]) -> Output {
        let common = ["events", "--data-dir", "data", "--reason", "somebody was hurt"];
        self.vokter(&[&common[..], more].concat())
    }

    /// The message with which something is refused.
    fn refusal(&self, arguments: &[&str]) -> String {
        let output = self.vokter(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?} {}", text(&output.stdout));
        assert!(output.stdout.is_empty(), "nothing is shown");
        text(&output.stderr)
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn lines(bytes: &[u8]) -> Vec<Value> {
    text(bytes).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn inv_8_what_a_run_reports_is_kept_and_shown_with_a_purpose_and_a_reason_alone() {
    let run = Run::new();
    let shown = lines(&run.events(&["--purpose", "test"]).stdout);
    assert_eq!(shown.len(), run.reported.len());
    for (shown, reported) in shown.iter().zip(&run.reported) {
        for field in ["id", "item", "camera", "rule", "class", "time", "zone", "purpose"] {
            assert_eq!(shown[field], reported[field]);
        }
        let (time, gone_at): (jiff::Timestamp, jiff::Timestamp) =
            (shown["time"].as_str().unwrap().parse().unwrap(), shown["gone_at"].as_str().unwrap().parse().unwrap());
        let kept = gone_at.duration_since(time).as_secs();
        assert!((72 * 3600 - 60..=72 * 3600).contains(&kept), "{kept} s");
    }
    let item = shown[0]["item"].as_str().unwrap();
    let still = run.events(&["--purpose", "test", "--still", item]).stdout;
    let picture = image::load_from_memory(&still).unwrap().to_rgb8();
    assert!(picture.get_pixel(20, 200).0.iter().all(|level| *level < 6), "INV-2: the mask is in what is kept");

    let none = run.vokter(&["events", "--data-dir", "data", "--purpose", "test"]);
    assert_eq!(none.status.code(), Some(2), "no reason, no events");
    let ask = ["events", "--data-dir", "data", "--purpose", "test", "--reason"];
    let with = |more: &[&str]| run.refusal(&[&ask[..], more].concat());
    assert!(with(&["  "]).contains("a reason is needed"));
    assert!(with(&["why", "--still", "00000fff00000000"]).contains("there is no item"));
    let other = run.refusal(&["events", "--data-dir", "data", "--purpose", "else", "--reason", "why"]);
    assert!(other.contains("there are: test"), "{other}");

    let log = lines(&run.vokter(&["log", "--data-dir", "data", "--reason", "a check"]).stdout);
    let asked = log.iter().filter(|entry| entry["operation"] != "tell who holds which role");
    let reasons: Vec<_> = asked.map(|entry| (entry["reason"].as_str().unwrap(), entry["refused"] == true)).collect();
    assert_eq!(
        reasons,
        [("somebody was hurt", false), ("somebody was hurt", false), ("why", false), ("a check", false)]
    );

    let erased = ["erase", "--data-dir", "data", "--purpose", "test", "--reason", "request 3", item];
    assert_eq!(text(&run.vokter(&erased).stdout), "erased: 1\n");
    assert_eq!(lines(&run.events(&["--purpose", "test"]).stdout).len(), run.reported.len() - 1);
    assert!(run.refusal(&erased).contains("there is no item"));
}

#[test]
fn verify_says_in_words_what_holds_and_what_does_not() {
    let run = Run::new();
    let good = run.vokter(&["verify", "data"]);
    assert_eq!(good.status.code(), Some(0), "{}", text(&good.stdout));
    let said = text(&good.stdout);
    let head = said.lines().last().unwrap();
    assert!(said.lines().filter(|line| line.starts_with("holds: ")).count() == 5 && head.starts_with("vokter-head-1 "));
    std::fs::write(run.path("head"), head).unwrap();
    run.events(&["--purpose", "test"]);
    let since = run.vokter(&["verify", "data", "--since", "head"]);
    assert!(text(&since.stdout).contains("only grew since the witness's head"), "{}", text(&since.stdout));
    assert_eq!(run.vokter(&["verify", "data", "--since", head]).status.code(), Some(0));
    assert!(run.refusal(&["verify", "data", "--since", "nonsense"]).contains("that is no head"));
    assert!(run.refusal(&["verify", "nowhere"]).contains("there is no vault"));

    let segments = std::fs::read_dir(run.path("data/segments")).unwrap().next().unwrap().unwrap().path();
    let still = std::fs::read_dir(segments).unwrap().next().unwrap().unwrap().path();
    std::fs::write(&still, b"else").unwrap();
    let bad = run.vokter(&["verify", "data"]);
    assert_eq!(bad.status.code(), Some(1));
    assert!(text(&bad.stdout).contains("DOES NOT HOLD: the file of item"), "{}", text(&bad.stdout));
}

#[test]
fn a_vault_that_cannot_be_opened_says_why_and_is_left_as_it_is() {
    let run = Run::new();
    let ask = ["events", "--data-dir", "data", "--purpose", "test", "--reason", "why"];
    std::fs::rename(run.path("data.key"), run.path("elsewhere.key")).unwrap();
    let missing = run.refusal(&ask);
    assert!(missing.contains("data.key is missing") && missing.contains("--key-file"), "{missing}");
    let again = run.vokter(&["run", "site.toml", "--data-dir", "data"]);
    assert!(again.status.code() == Some(1) && text(&again.stderr).contains("data.key is missing"));
    assert!(!run.path("data.key").exists(), "no other key is made");
    let named = run.events(&["--purpose", "test", "--key-file", "elsewhere.key"]);
    assert_eq!(lines(&named.stdout).len(), run.reported.len());

    use std::os::unix::fs::PermissionsExt as _;
    std::fs::rename(run.path("elsewhere.key"), run.path("data.key")).unwrap();
    std::fs::set_permissions(run.path("data.key"), std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(run.refusal(&ask).contains("chmod 600"));
    std::fs::set_permissions(run.path("data.key"), std::fs::Permissions::from_mode(0o600)).unwrap();
    assert!(run.refusal(&["events", "--data-dir", "x", "--purpose", "a", "--reason", "b"]).contains("no vault at x"));
    assert!(!run.path("x").exists());

    // A credential that systemd passes is bound into the key: without it, the directory and the key file open nothing.
    std::fs::create_dir(run.path("credentials")).unwrap();
    std::fs::write(run.path("credentials/vokter"), b"secret").unwrap();
    let bound = |arguments: &[&str]| {
        let mut command = Command::new(VOKTER);
        command.args(arguments).current_dir(run.folder.path()).env("CREDENTIALS_DIRECTORY", "credentials");
        command.output().unwrap()
    };
    assert_eq!(bound(&["run", "site.toml", "--data-dir", "bound"]).status.code(), Some(0));
    let ask = ["events", "--data-dir", "bound", "--purpose", "test", "--reason", "why"];
    assert_eq!(lines(&bound(&ask).stdout).len(), run.reported.len());
    assert!(run.refusal(&ask).contains("was made with a credential"));
}

#[test]
fn inv_13_whoever_the_site_does_not_name_may_nothing_and_is_told_who_may() {
    let run = Run::of(&site("somebody.else", ""));
    let refused = run.refusal(&["events", "--data-dir", "data", "--purpose", "test", "--reason", "I run the machine"]);
    assert!(
        refused.contains(&format!("{} may not read events", me())) && refused.contains("operator may"),
        "{refused}"
    );
    let log = run.refusal(&["log", "--data-dir", "data", "--reason", "I run the machine"]);
    assert!(log.contains("privacy-officer may"), "{log}");
    // Named now, and told so by the next run.
    std::fs::write(run.path("site.toml"), site(&me(), "")).unwrap();
    assert_eq!(run.vokter(&["run", "site.toml", "--data-dir", "data"]).status.code(), Some(0));
    assert!(!lines(&run.events(&["--purpose", "test"]).stdout).is_empty());
    let log = lines(&run.vokter(&["log", "--data-dir", "data", "--reason", "a check"]).stdout);
    assert_eq!(log.iter().filter(|entry| entry["refused"] == true && entry["role"] == "none").count(), 2);
}

#[test]
fn an_incident_opens_its_window_to_the_searches_that_the_site_names() {
    let run = Run::new();
    let now = jiff::Timestamp::now();
    let window = |hours: i64| (now - jiff::SignedDuration::from_hours(hours)).to_string();
    let asking = ["--data-dir", "data", "--purpose", "test", "--reason", "a car was scratched"];
    let open = |from: &str, to: &str| {
        let what = ["--source", "reported", "--evidence", "a note", "--from", from, "--to", to];
        run.vokter(&[&["incident", "open"], &asking[..], &what[..]].concat())
    };
    let wide = open(&window(26), &window(0));
    assert!(wide.status.code() == Some(1) && text(&wide.stderr).contains("at most 24 hours"), "{}", text(&wide.stderr));
    let opened = open(&window(3), &window(0));
    let case = text(&opened.stdout).trim().to_owned();
    assert_eq!(case.len(), 16, "{}", text(&opened.stderr));
    let by = |what: &str| lines(&run.events(&["--purpose", "test", "--case", &case, "--search", what]).stdout);
    let cars = run.reported.iter().filter(|event| event["class"] == "car").count();
    assert_eq!((by("class=car").len(), by("camera=walk").len()), (cars, run.reported.len()));
    assert_eq!(by("class=bus").len(), 0);
    let rule = run.refusal(&[&["events", "--case", &case, "--search", "rule=there"], &asking[..]].concat());
    assert!(rule.contains("has no search by rule") && rule.contains("IVA-4a"), "{rule}");
    let free = run.events(&["--purpose", "test", "--search", "class=car"]);
    assert_eq!(free.status.code(), Some(2), "no search without a case");
    let clothes = run.events(&["--purpose", "test", "--case", &case, "--search", "clothing=red"]);
    assert!(text(&clothes.stderr).contains("there is no search by clothing"), "{}", text(&clothes.stderr));

    let cases = text(&run.vokter(&[&["cases"], &asking[..]].concat()).stdout);
    assert!(
        cases.starts_with(&format!("case {case}\n")) && cases.contains("incident, reported (a note), from"),
        "{cases}"
    );
    assert!(cases.lines().all(|line| line.chars().count() <= 80), "{cases}");
    let json = lines(&run.vokter(&[&["cases", "--format", "json"], &asking[..]].concat()).stdout);
    assert_eq!((json.len(), &json[0]["step"]), (1, &Value::from("incident")));
    let close = [&["incident", "close", "--evidence", "it was rain", &case], &asking[..]].concat();
    assert_eq!(text(&run.vokter(&close).stdout), format!("closed: {case}\n"));
    let closed = run.refusal(&[&["events", "--case", &case], &asking[..]].concat());
    assert!(closed.contains("is closed"), "{closed}");
}
