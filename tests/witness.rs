//! Witnesses: a run sends the head of its log, and what they keep proves later that the log only grew.

use crate::support::VOKTER;
use crate::support::site::{HEAD, WEIGHED};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc;

#[test]
fn krs_27_a_witness_gets_the_head_of_the_log_and_can_show_that_it_only_grew() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, heads) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (mut reader, mut length) = (BufReader::new(&stream), 0);
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if let Some(bytes) = line.to_lowercase().strip_prefix("content-length:") {
                    length = bytes.trim().parse().unwrap();
                }
                if line.trim().is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            sender.send(String::from_utf8(body).unwrap()).unwrap();
            (&stream).write_all(b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let scene = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenes/walk.toml");
    let site = format!(
        "{HEAD}[outlets.union]\nenv = \"UNION_URL\"\nown = true\nsends = \"heads\"\n\
         [cameras.walk]\nplace = \"here\"\nsource = \"scene:{}\"\nzones.all = [[0, 0], [1, 0], [1, 1], [0, 1]]\n\
         [purposes.test]\n{WEIGHED}schedule = \"always\"\nbecause = \"a test\"\n[purposes.test.rules.there]\n\
         rule = \"zone-intrusion\"\ncamera = \"walk\"\nzone = \"all\"\nobjects = [\"person\"]\n",
        scene.display()
    );
    std::fs::write(folder.path().join("site.toml"), site).unwrap();
    let run = |url: Option<&str>| {
        let mut command = Command::new(VOKTER);
        command.args(["run", "site.toml", "--data-dir", "data"]).current_dir(folder.path()).env_remove("UNION_URL");
        url.map(|url| command.env("UNION_URL", url));
        command.output().unwrap()
    };
    let refusal = |url| String::from_utf8(run(url).stderr).unwrap();
    assert!(refusal(None).contains("$UNION_URL is not set"));
    assert!(refusal(Some("http://union.example/heads")).contains("https:// alone"));
    let output = run(Some(&format!("http://{address}/heads")));
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let head = heads.recv_timeout(std::time::Duration::from_secs(5)).unwrap();
    std::fs::write(folder.path().join("head"), head).unwrap();
    let verified =
        Command::new(VOKTER).args(["verify", "data", "--since", "head"]).current_dir(folder.path()).output().unwrap();
    let said = String::from_utf8(verified.stdout).unwrap();
    assert!(said.contains("only grew since the witness's head"), "{said}");
}
