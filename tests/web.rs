//! The site over HTTP, as a statistician's program and a dashboard meet it.

use crate::support::VOKTER;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A program that answers, and where.
struct Answering {
    child: Child,
    address: String,
}

impl Drop for Answering {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts the program, and waits until it says where it answers.
fn answering(folder: &Path, arguments: &[&str]) -> Answering {
    let mut command = Command::new(VOKTER);
    command.args(arguments).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let address = lines.by_ref().map(Result::unwrap).find(|line| line.starts_with("http")).expect("it says where");
    std::thread::spawn(move || lines.for_each(drop));
    Answering { child, address }
}

fn get(client: &reqwest::Client, address: &str, path: &str) -> (u16, String, String) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let answer = client.get(format!("{address}{path}")).send().await.unwrap();
        let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
        (answer.status().as_u16(), kind, answer.text().await.unwrap())
    })
}

#[test]
fn what_was_released_is_served_to_anyone_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    crate::statistics::release(folder.path());
    let server = answering(folder.path(), &["serve", "--data-dir", "data", "--listen", "127.0.0.1:0"]);
    let get = |path: &str| get(&reqwest::Client::new(), server.address.trim_end_matches('/'), path);
    let (status, _, list) = get("/v1/statistics/tables");
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    assert_eq!((status, &list["page"]["totalElements"]), (200, &1.into()));
    for (link, begins) in list["tables"][0]["links"].as_array().unwrap().iter().zip(["{", "{", "{"]) {
        let (status, kind, body) = get(link["href"].as_str().unwrap());
        assert_eq!((status, kind.as_str()), (200, "application/json"), "{link}");
        assert!(body.starts_with(begins));
    }
    let data = format!("/v1/statistics/tables/{}/data", list["tables"][0]["id"].as_str().unwrap());
    let exported = Command::new(VOKTER)
        .args(["statistics", "export", "visitors.crossings", "--data-dir", "data"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let csv = get(&format!("{data}?outputFormat=csv"));
    assert_eq!((csv.1.as_str(), csv.2), ("text/csv; charset=utf-8", String::from_utf8(exported.stdout).unwrap()));
    let dataset: serde_json::Value = serde_json::from_str(&get(&data).2).unwrap();
    assert_eq!(dataset["class"], "dataset");
    assert!(get("/v1/statistics/tables/visitors.crossings/plot?week=true").2.starts_with("<svg"));
    assert!(get("/v1/statistics/tables/visitors.crossings/statement?language=nb").2.contains("differensielt privat"));
    let (status, kind, problem) = get("/v1/statistics/tables/footfall/data");
    assert_eq!((status, kind.as_str()), (404, "application/problem+json"));
    assert!(problem.contains("/v1/statistics/tables lists them"), "{problem}");
}

#[test]
fn a_run_says_that_it_is_ready_and_how_much_it_has_done() {
    let folder = tempfile::tempdir().unwrap();
    let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/site/site.toml");
    let server = answering(
        folder.path(),
        &["run", site.to_str().unwrap(), "--pace", "--data-dir", "data", "--listen", "127.0.0.1:0"],
    );
    let get = |path: &str| get(&reqwest::Client::new(), server.address.trim_end_matches('/'), path);
    assert_eq!(get("/healthz").2, "ok\n");
    let begun = std::time::Instant::now();
    while get("/readyz").0 != 200 {
        assert!(begun.elapsed().as_secs() < 60, "{}", get("/readyz").2);
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    while !get("/metrics")
        .2
        .lines()
        .any(|line| line.starts_with("vokter_frames_analysed_total") && !line.ends_with(" 0"))
    {
        assert!(begun.elapsed().as_secs() < 60);
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    let metrics = get("/metrics").2;
    assert!(!metrics.contains("footfall") && !metrics.contains("passers"), "INV-7: no count of a series: {metrics}");
}

#[test]
fn iva_8_other_machines_are_answered_with_a_certificate_alone() {
    let folder = tempfile::tempdir().unwrap();
    crate::statistics::release(folder.path());
    let serve = |more: &[&str]| {
        let mut command = Command::new(VOKTER);
        command.args(["serve", "--data-dir", "data", "--listen"]).args(more).current_dir(folder.path());
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(serve(&["0.0.0.0:0"]).contains("name a certificate with --tls-cert"));
    std::fs::write(folder.path().join("none.pem"), "nothing").unwrap();
    assert!(serve(&["127.0.0.1:0", "--tls-cert", "none.pem", "--tls-key", "none.pem"]).contains("cannot be used"));

    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(folder.path().join("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(folder.path().join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    let arguments =
        ["serve", "--data-dir", "data", "--listen", "0.0.0.0:0", "--tls-cert", "cert.pem", "--tls-key", "key.pem"];
    let server = answering(folder.path(), &arguments);
    let port = server.address.trim_end_matches('/').rsplit(':').next().unwrap();
    let certificate = reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).unwrap();
    let client = reqwest::Client::builder().add_root_certificate(certificate).build().unwrap();
    assert_eq!(get(&client, &format!("https://localhost:{port}"), "/healthz").2, "ok\n");
}

/// Runs `vokter token`, and returns what it prints.
fn token(folder: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(VOKTER).arg("token").args(arguments).current_dir(folder).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

/// Sends a request with these header fields, each a line, and says the status and the answer.
fn send(method: &str, url: &str, fields: &str, body: &str) -> (u16, String) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut request = reqwest::Client::new().request(method.parse().unwrap(), url).body(body.to_owned());
        for (name, value) in fields.lines().map(|line| line.split_once(": ").unwrap()) {
            request = request.header(name, value);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    })
}

#[test]
fn who_is_made_known_is_let_in_at_once_and_who_is_revoked_is_not() {
    let folder = tempfile::tempdir().unwrap();
    crate::statistics::release(folder.path());
    let server = answering(folder.path(), &["serve", "--data-dir", "data", "--listen", "127.0.0.1:0"]);
    let token = |arguments: &[&str]| token(folder.path(), arguments);
    let lots = format!("{}/v1/parking/lots/north", server.address.trim_end_matches('/'));
    let exceptions = format!("{lots}/exceptions");
    assert_eq!(send("GET", &exceptions, "", "").0, 401);

    let anna = token(&["new", "anna", "--role", "staff", "--data-dir", "data"]).unwrap();
    let shown = format!("authorization: Bearer {}", anna.trim());
    let (status, problem) = send("GET", &exceptions, &shown, "");
    assert_eq!((status, problem.contains("this site parks no cars")), (404, true), "{problem}");

    let public = token(&["key", "hall.key"]).unwrap();
    assert!(token(&["key", "hall.key"]).unwrap_err().contains("hall.key cannot be written"), "never written over");
    let of_north = ["--lot", "north", "--terminal", "hall", "--public-key", public.trim(), "--data-dir", "data"];
    token(&[&["machine", "hall", "--role", "terminal"], &of_north[..]].concat()).unwrap();
    let body = "{\"plate\": \"AB 12345\"}";
    std::fs::write(folder.path().join("plate.json"), body).unwrap();
    let look_up = format!("{lots}/look-up");
    let by_hall = ["--name", "hall", "--key", "hall.key", "--body", "plate.json"];
    let signed = || {
        let fields = token(&[&["sign", "POST", &look_up], &by_hall[..]].concat()).unwrap();
        format!("content-type: application/json\n{fields}")
    };
    let (once, twice) = (signed(), signed());
    assert_eq!(send("POST", &look_up, &once, body).0, 404);
    let replayed = send("POST", &look_up, &once, body);
    assert!(replayed.0 == 401 && replayed.1.contains("was taken already"), "{replayed:?}");
    assert_eq!(send("POST", &look_up, &twice, &body.replace('1', "2")).0, 401);

    let list = token(&["list", "--data-dir", "data"]).unwrap();
    assert!(list.contains("anna: person, staff, until 20") && !list.contains("vokter_"), "{list}");
    assert!(list.contains("hall: machine, terminal, lot north, terminal hall, key "), "{list}");
    token(&["revoke", "anna", "--data-dir", "data"]).unwrap();
    assert_eq!(send("GET", &exceptions, &shown, "").0, 401);
    let refused = token(&["new", "ola", "--role", "terminal", "--data-dir", "data"]).unwrap_err();
    assert!(refused.contains("it is for machines, which sign their requests"), "{refused}");
    assert!(token(&["new", "ola", "--role", "god", "--data-dir", "data"]).unwrap_err().contains("there are terminal"));
}
