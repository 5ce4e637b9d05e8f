//! A car park end to end: a rendered gate, the real networks, the vault, terminals that sign over HTTP, a barrier that is told.

use crate::support::VOKTER;
use crate::support::lanes;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// Two cars come; one pays and leaves, the other does not and stays at the barrier.
const CARS: &str = r#"
[[episodes]]
at = "12:10"
lasts = 44
weather = "clear"
actors = [
    { kind = "car", appears = 4.0, path = [[-2.5, -8], [-2.5, 40]], plate = "AB 12845", pauses = [{ after = 16.0, seconds = 1.5 }] },
    { kind = "car", appears = 12.0, path = [[-2.5, -8], [-2.5, 40]], plate = "DN 30918", pauses = [{ after = 16.0, seconds = 1.5 }] },
    { kind = "car", appears = 26.0, path = [[2.5, 44], [2.5, -9]], plate = "DN 30918", pauses = [{ after = 33.0, seconds = 2.0 }] },
]
"#;

const LOT: &str = r#"
capacity = 10
terminals = ["hall"]
fallback = "gates-open"
hand_over = false
plate_cap_days = 5
lanes = [
    { name = "way-in", direction = "entry", barrier = true },
    { name = "way-out", direction = "exit", barrier = true },
]
[tariff]
currency = "NOK"
time_zone = "Europe/Oslo"
rates = [{ price = 100, per_minutes = 1 }]
"#;

/// A run that answers, killed at the end.
struct Site {
    child: Child,
    address: String,
    folder: tempfile::TempDir,
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the barriers were asked.
fn barriers() -> (String, mpsc::Receiver<serde_json::Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/barriers", listener.local_addr().unwrap());
    let (sender, asked) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (mut reader, mut length) = (BufReader::new(&stream), 0);
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap_or(0) == 0 {
                    break;
                }
                if let Some(bytes) = line.to_lowercase().strip_prefix("content-length:") {
                    length = bytes.trim().parse().unwrap();
                }
                if line.trim().is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            if reader.read_exact(&mut body).is_ok()
                && let Ok(request) = serde_json::from_slice(&body)
            {
                let _ = sender.send(request);
            }
            let _ = (&stream).write_all(b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    });
    (address, asked)
}

fn vokter(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new(VOKTER).args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

impl Site {
    fn start(barriers: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("scene.toml", &format!("{}{CARS}", lanes::place()));
        write("lot.toml", LOT);
        let outlet = "\n[outlets.barriers]\nenv = \"BARRIERS\"\nown = true\nsends = \"barriers\"\n";
        write("site.toml", &format!("{}{outlet}", lanes::site(Path::new("scene.toml"))));
        vokter(folder.path(), &["check", "site.toml"]);
        for (name, role) in [("hall", "terminal"), ("gate", "gate")] {
            let public = vokter(folder.path(), &["token", "key", &format!("{name}.key")]);
            write(&format!("{name}.pub"), &public);
            let key = format!("{name}.pub");
            let mut machine = vec!["token", "machine", name, "--role", role, "--lot", "parking"];
            if role == "terminal" {
                machine.extend(["--terminal", "hall"]);
            }
            machine.extend(["--public-key", &key, "--data-dir", "data"]);
            vokter(folder.path(), &machine);
        }
        let mut command = Command::new(VOKTER);
        command.args(["run", "site.toml", "--pace", "--data-dir", "data", "--listen", "127.0.0.1:0"]);
        command.current_dir(folder.path()).env("BARRIERS", barriers).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = lines.by_ref().map(Result::unwrap).find(|line| line.starts_with("http")).expect("it says where");
        std::thread::spawn(move || lines.for_each(|line| eprintln!("{}", line.unwrap_or_default())));
        Self { child, address: address.trim_end_matches('/').to_owned(), folder }
    }

    /// Asks as a machine does: signed, on a connection of its own.
    fn ask(
        &self,
        name: &str,
        method: &str,
        path: &str,
        body: &serde_json::Value,
        key: Option<&str>,
    ) -> (u16, serde_json::Value) {
        let url = format!("{}/v1/parking/lots/parking/{path}", self.address);
        std::fs::write(self.folder.path().join("body.json"), body.to_string()).unwrap();
        let private = format!("{name}.key");
        let mut sign = vec!["token", "sign", method, &url, "--name", name, "--key", &private, "--body", "body.json"];
        sign.extend(key.iter().flat_map(|key| ["--idempotency-key", key]));
        let fields = vokter(self.folder.path(), &sign);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let client = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap();
            let mut request = client.request(method.parse().unwrap(), &url).body(body.to_string());
            request = request.header("content-type", "application/json").header("connection", "close");
            for (name, value) in fields.lines().filter_map(|line| line.split_once(": ")) {
                request = request.header(name, value);
            }
            let answer = request.send().await.unwrap();
            let status = answer.status().as_u16();
            (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
        })
    }

    fn look_up(&self, plate: &str) -> (u16, serde_json::Value) {
        self.ask("hall", "POST", "look-up", &serde_json::json!({ "plate": plate }), None)
    }

    /// Waits until a plate is known.
    fn wait_for(&self, plate: &str) -> serde_json::Value {
        let begun = Instant::now();
        loop {
            let (status, found) = self.look_up(plate);
            if status == 200 {
                return found["stays"][0].clone();
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "{plate} is never known: {status} {found}");
            std::thread::sleep(Duration::from_millis(300));
        }
    }
}

#[test]
fn inv_6_a_car_comes_is_read_pays_and_is_known_to_nobody_and_who_does_not_pay_does_not_get_out() {
    let (address, asked) = barriers();
    let site = Site::start(&address);
    let terminal = serde_json::json!({ "can_take_payment": true });
    assert_eq!(site.ask("hall", "PUT", "terminals/hall/heartbeat", &terminal, None).0, 204);
    assert_eq!(site.ask("gate", "POST", "look-up", &serde_json::json!({ "plate": "AB 12845" }), None).0, 403);

    let stay = site.wait_for("AB 12845");
    site.wait_for("DN 30918");
    let (session, due) = (&stay["session"], &stay["amount_due"]);
    assert_eq!((&due["minor"], &due["currency"]), (&100.into(), &"NOK".into()), "{stay}");
    let payment = serde_json::json!({ "session": session, "amount": due });
    let key = "3d9b6a52-6f6d-4f29-9d5b-3c8c7a2f9d11";
    let (status, receipt) = site.ask("hall", "POST", "payments", &payment, Some(key));
    assert_eq!((status, &receipt["outstanding"]["minor"]), (201, &0.into()), "{receipt}");
    assert_eq!(site.ask("hall", "POST", "payments", &payment, Some(key)), (201, receipt.clone()), "the same again");
    let memory = memory_of(site.child.id());
    assert_eq!(site.look_up("AB 12845").0, 404, "nobody is known by it");

    // What it was is in no file, and not in the memory of the process that took it from the wire.
    for file in
        std::fs::read_dir(site.folder.path().join("data")).unwrap().flatten().filter(|file| file.path().is_file())
    {
        assert_eq!(hits(&std::fs::read(file.path()).unwrap(), "AB12845"), 0, "{}", file.path().display());
    }
    if let Some(memory) = memory {
        assert!(hits(&memory, "way-out") > 0, "the memory is read");
        assert_eq!(hits(&memory, "AB12845"), 0, "in memory");
    }

    // The gate lets the receipt out, once; the other car comes to the barrier, and it stays shut.
    let number = receipt["number"].as_str().unwrap();
    let exit = serde_json::json!({ "lane": "way-out" });
    let (status, opens) = site.ask("gate", "POST", &format!("receipts/{number}/exit"), &exit, None);
    assert_eq!((status, &opens["opens"]), (200, &true.into()), "{opens}");
    assert_eq!(site.ask("gate", "POST", &format!("receipts/{number}/exit"), &exit, None).0, 409);
    let mut site = site;
    let ended = site.child.wait().unwrap();
    assert!(ended.success(), "{ended}");
    let openings = asked.try_iter().filter(|request| request["request"] == "open-barrier");
    let opened: Vec<_> = openings.map(|request| request["lane"].as_str().unwrap().to_owned()).collect();
    assert_eq!(opened, ["way-in", "way-in", "way-out"], "each opening has its reason");
    vokter(site.folder.path(), &["verify", "data"]);
}

/// How often a plate stands in bytes: as text, in lower case, with a space, in UTF-16.
fn hits(bytes: &[u8], text: &str) -> usize {
    let spaced = format!("{} {}", &text[..2], &text[2..]);
    let mut needles: Vec<Vec<u8>> =
        [text.to_owned(), text.to_lowercase(), spaced.to_lowercase(), spaced].map(String::into_bytes).into();
    needles.push(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
    needles.iter().map(|needle| bytes.windows(needle.len()).filter(|window| window == needle).count()).sum()
}

/// What a process may write to, as a core image has it; `None` where that is not ours to read.
fn memory_of(process: u32) -> Option<Vec<u8>> {
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps")).ok()?;
    let mut file = std::fs::File::open(format!("/proc/{process}/mem")).ok()?;
    let mut memory = Vec::new();
    for line in maps.lines().filter(|line| line.contains(" rw")) {
        let (from, to) = line.split_whitespace().next()?.split_once('-')?;
        let (from, to) = (u64::from_str_radix(from, 16).ok()?, u64::from_str_radix(to, 16).ok()?);
        let mut part = vec![0; usize::try_from(to - from).ok()?];
        if file.seek(SeekFrom::Start(from)).is_ok() && file.read_exact(&mut part).is_ok() {
            memory.extend_from_slice(&part);
        }
    }
    Some(memory)
}
