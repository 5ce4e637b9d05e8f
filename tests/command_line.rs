//! The program as its users meet it: exit codes, messages, files.

use crate::support::{VOKTER, data, manifest_of, model, short_h264};
use std::path::Path;
use std::process::{Command, Output};

fn vokter(arguments: &[&str]) -> Output {
    Command::new(VOKTER).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn example() -> String {
    format!("{}/examples/clips.toml", env!("CARGO_MANIFEST_DIR"))
}

/// A site file in `folder` with one camera.
fn write_site(folder: &Path, source: &str) -> String {
    let path = folder.join("site.toml");
    std::fs::write(&path, crate::support::engine::site(&[("yard", format!("source = {source}"))])).unwrap();
    path.display().to_string()
}

#[test]
fn help_shows_examples_and_fits_a_terminal() {
    let models = [
        ("models", "list"),
        ("models", "inspect"),
        ("models", "pull"),
        ("import", "frigate"),
        ("token", "new"),
        ("token", "machine"),
        ("token", "key"),
        ("token", "sign"),
        ("token", "list"),
        ("token", "revoke"),
    ];
    let models = models.map(|(command, name)| [command, name, "--help"]);
    let others = ["check", "explain", "new", "status", "sign", "run", "models"].map(|name| [name, "--help"]);
    let kept =
        ["events", "erase", "log", "verify", "import", "schema", "statistics", "token"].map(|name| [name, "--help"]);
    let others = others.iter().chain(&kept).map(|arguments| &arguments[..]);
    for arguments in [&["--help"][..]].into_iter().chain(others).chain(models.iter().map(|arguments| &arguments[..])) {
        let help = text(&vokter(arguments).stdout);
        assert!(help.contains("Examples:") && help.contains("vokter"), "{help}");
        // A line of usage is not broken: it is there to be copied.
        let text = help.lines().filter(|line| !line.starts_with("Usage:"));
        assert!(text.into_iter().all(|line| line.chars().count() <= 80), "{help}");
    }
    assert!(text(&vokter(&["explain", "--help"]).stdout).contains("Exits with 0"));
    assert_eq!(vokter(&["fly"]).status.code(), Some(2));
}

#[test]
fn check_says_what_a_site_does_or_why_not() {
    let good = vokter(&["check", &example()]);
    assert_eq!(good.status.code(), Some(0), "{}", text(&good.stderr));
    assert!(text(&good.stdout).contains("leaves-the-room: line-crossing exit on room: person"));
    let folder = tempfile::tempdir().unwrap();
    let bad = write_site(folder.path(), "\"rtsp://admin:hunter2@10.0.0.1/\"");
    let said = vokter(&["check", &bad, "--format", "json"]);
    assert_eq!(said.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap();
    assert_eq!(report["may_run"], false);
    assert_eq!(report["diagnostics"][0]["requirement"], "IVA-8");
    let written = std::fs::read_to_string(&bad).unwrap();
    let line = written.lines().position(|line| line.contains("hunter2")).unwrap() + 1;
    assert_eq!(report["diagnostics"][0]["labels"][0]["line"], line);
    assert_eq!(vokter(&["check", "missing.toml"]).status.code(), Some(2));
}

#[test]
fn bad_input_ends_with_1_and_a_cause() {
    let Some(data) = data() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.display().to_string()
    };
    let short = format!("\"{}\"", short_h264(&data).display());
    let site = write_site(folder.path(), &short);
    let good = model(&data).display().to_string();
    let bare = data.join("models/yolox_nano_coco_416.onnx").display().to_string();
    let reader = manifest_of(&data, "plate-ocr").display().to_string();
    let (no_model, broken) = (file("text.onnx", b"no model"), file("broken.toml", b"[site\nname = "));
    let (binary, empty) = (file("binary.toml", b"\xff\xfe"), file("empty.toml", b""));
    let cases: [(&[&str], &str); 9] = [
        (&["run", "missing.toml"], "missing.toml cannot be read"),
        (&["run", &broken], "refused"),
        (&["run", &binary], "is not UTF-8 text (line 1)"),
        (&["run", &empty], "this site file has no `site`"),
        (&["run", &site, "--model", "missing.toml"], "missing.toml cannot be read"),
        (&["run", &site, "--model", "missing.onnx"], "missing.onnx cannot be read"),
        (&["run", &site, "--model", &no_model], "is no ONNX model that can be read"),
        (&["run", &site, "--model", &bare], "has no manifest; write one as"),
        (&["run", &site, "--model", &reader], "is a model for plate-reading, and detection"),
    ];
    for (arguments, cause) in cases {
        let mut command = Command::new(VOKTER);
        let output = command.args(arguments).current_dir(folder.path()).output().unwrap();
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?} {said}");
        assert!(said.contains(cause) && !said.contains("panicked"), "{arguments:?} {said}");
    }
    let no_library =
        Command::new(VOKTER).args(["run", &site, "--model", &good]).env("ORT_DYLIB_PATH", "/nowhere.so").output();
    assert!(text(&no_library.unwrap().stderr).contains("run `make setup`"));
    let no_variable = crate::support::engine::site(&[("yard", "source = { env = \"VOKTER_TEST_UNSET\" }".to_owned())]);
    crate::support::site::write_signed(folder.path(), "signed.toml", &no_variable);
    let no_variable = folder.path().join("signed.toml").display().to_string();
    assert!(text(&vokter(&["run", &no_variable]).stderr).contains("VOKTER_TEST_UNSET, which is not set"));
    let no_video = write_site(folder.path(), &format!("\"{}\"", file("no.mp4", b"x")));
    let output = vokter(&["run", &no_video, "--model", &good]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("error: camera `yard`: "), "{}", text(&output.stderr));
}

#[test]
fn events_are_json_lines_with_stills_beside_them_and_nothing_that_names_a_track() {
    let Some(data) = data() else { return };
    let folder = tempfile::tempdir().unwrap();
    let site = write_site(folder.path(), &format!("\"{}\"", short_h264(&data).display()));
    let (events, stills) = (folder.path().join("events.jsonl"), folder.path().join("stills"));
    std::fs::write(&events, "{\"kept\":true}\n").unwrap();
    let output = vokter(&[
        "run",
        &site,
        "--model",
        &model(&data).display().to_string(),
        "--events",
        &events.display().to_string(),
        "--stills",
        &stills.display().to_string(),
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let written = std::fs::read_to_string(&events).unwrap();
    let lines: Vec<serde_json::Value> = written.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["kept"], true, "a file is added to");
    let event = lines[1].as_object().unwrap();
    let keys = [
        "camera",
        "class",
        "commissioning",
        "id",
        "kind",
        "purpose",
        "purpose_kind",
        "rule",
        "schema",
        "still",
        "time",
        "zone",
    ];
    assert_eq!(event.keys().map(String::as_str).collect::<Vec<_>>(), keys);
    assert_eq!((&event["schema"], &event["commissioning"]), (&"vokter.event/1".into(), &true.into()));
    assert!(event["time"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
    let id: uuid::Uuid = event["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(id.get_version_num(), 7);
    assert!(image::open(stills.join(event["still"].as_str().unwrap())).is_ok());
    // Logs are JSON where standard error is no terminal.
    assert!(text(&output.stderr).lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()));
}

#[test]
fn ctrl_c_drains_and_ends_with_0() {
    let Some(data) = data() else { return };
    let folder = tempfile::tempdir().unwrap();
    let stream = crate::support::short_annex_b(&data);
    let manner = crate::support::rtsp_server::Manner { frames_per_second: 25.0, login: None };
    let server = crate::support::rtsp_server::RtspServer::start(&stream, manner);
    let site = crate::support::engine::site(&[("yard", format!("source = \"{}\"", server.url()))]);
    crate::support::site::write_signed(folder.path(), "site.toml", &site);
    let site = folder.path().join("site.toml").display().to_string();
    let mut command = Command::new(VOKTER);
    command.args(["run", &site, "--model", &model(&data).display().to_string()]);
    let mut child = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.take().unwrap()), &mut line).unwrap();
    assert!(line.contains("\"commissioning\":false"), "{line}");
    // SAFETY: the process is our child.
    unsafe { libc::kill(child.id() as i32, libc::SIGINT) };
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
