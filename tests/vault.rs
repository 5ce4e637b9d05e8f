//! The vault as users of the program meet it: what a run keeps, who sees it, what is said where something is wrong.

use crate::support::VOKTER;
use crate::support::site::{HEAD, WEIGHED};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A run over the synthetic street, kept in `data`, and what it reported.
struct Run {
    folder: tempfile::TempDir,
    reported: Vec<Value>,
}

impl Run {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let scene = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenes/walk.toml");
        let site = format!(
            "{HEAD}[cameras.walk]\nplace = \"here\"\nsource = \"scene:{}\"\n\
             masks.left = [[0.0, 0.0], [0.1, 0.0], [0.1, 1.0], [0.0, 1.0]]\n\
             zones.all = [[0, 0], [1, 0], [1, 1], [0, 1]]\n[purposes.test]\n{WEIGHED}\
             schedule = \"always\"\nbecause = \"a test\"\n[purposes.test.rules.there]\nrule = \"zone-intrusion\"\n\
             camera = \"walk\"\nzone = \"all\"\nobjects = [\"person\", \"car\"]\n",
            scene.display()
        );
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
fn inv_8_what_a_run_reports_is_kept_and_shown_with_a_purpose_a_role_and_a_reason_alone() {
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
    assert!(with(&["why", "--role", "administrator"]).contains("operator may"), "INV-13");
    assert!(with(&["why", "--role", "king"]).contains("is no role"));
    assert!(with(&["why", "--still", "00000fff00000000"]).contains("there is no item"));
    let other = run.refusal(&["events", "--data-dir", "data", "--purpose", "else", "--reason", "why"]);
    assert!(other.contains("kept are: test"), "{other}");

    let log = lines(&run.vokter(&["log", "--data-dir", "data", "--reason", "a check"]).stdout);
    let reasons: Vec<_> =
        log.iter().map(|entry| (entry["reason"].as_str().unwrap(), entry["refused"] == true)).collect();
    assert_eq!(
        reasons,
        [("somebody was hurt", false), ("somebody was hurt", false), ("why", true), ("why", false), ("a check", false)]
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
