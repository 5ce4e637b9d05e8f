//! `vokter models pull` against servers that misbehave in every way servers do. It ends with the right file or none.

use crate::support::VOKTER;
use crate::support::file_server::{Act, FileServer};
use crate::support::onnx::Onnx;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use vokter_models::{Digest, ModelFile};

/// The manifest of [`Onnx::yolox`] of one class, from its task on.
const MANIFEST: &str = "task = \"detection\"\n[input]\nname = \"images\"\nwidth = 32\nheight = 32\ncolour = \"bgr\"\n\
                        range = \"0..255\"\nletterbox = \"top-left\"\npad = 0\n[output]\ndecoder = \"yolox\"\n\
                        names = [\"output\"]\n[classes]\nnames = [\"person\"]\nmap.person = \"person\"\n";

/// A site's own list with one model, a folder to pull it into, and the model's bytes.
struct Site {
    folder: tempfile::TempDir,
    file: Vec<u8>,
}

impl Site {
    /// With a model of several megabytes.
    fn made() -> Self {
        Self::new(Onnx::yolox(1).with_remark(3_600_000), MANIFEST)
    }

    fn new(file: Vec<u8>, manifest: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let list = format!(
            "[[model]]\nname = \"made\"\nwhat = \"a test\"\nlicence = \"MIT\"\npage = \"https://models.example\"\n\
             url = \"http://models.example/files/made.onnx\"\nsha256 = \"{}\"\nbytes = {}\nmanifest = '''\n{manifest}'''\n",
            Digest::of(&file),
            file.len()
        );
        std::fs::write(folder.path().join("list.toml"), list).unwrap();
        Self { folder, file }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("models").join(name)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(VOKTER);
        command.args(["models", "pull", "made", "--registry", "list.toml", "--stall", "1"]);
        command.current_dir(self.folder.path());
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
            command.env_remove(name).env_remove(name.to_lowercase());
        }
        command
    }

    fn pull(&self, acts: &[Act]) -> (Output, Vec<String>) {
        let server = FileServer::start(self.file.clone(), acts);
        let output = self.command().args(["--from", &server.url()]).output().unwrap();
        (output, server.requests())
    }

    /// Asserts that the model is there, whole, and nothing else is.
    fn assert_pulled(&self, output: &Output) {
        assert_eq!(output.status.code(), Some(0), "{}", said(output));
        assert!(std::fs::read(self.path("made.onnx")).unwrap() == self.file);
        assert!(ModelFile::open(&self.path("made.toml")).is_ok());
        assert_eq!(std::fs::read_dir(self.path("")).unwrap().count(), 2);
    }

    /// Asserts that nothing was installed, and what was said.
    fn assert_refused(&self, output: &Output, cause: &str) {
        assert_eq!(output.status.code(), Some(1), "{}", said(output));
        assert!(said(output).contains(cause), "{cause}: {}", said(output));
        assert!(!self.path("made.onnx").exists() && !self.path("made.toml").exists());
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_model_is_pulled_with_its_manifest_once() {
    let site = Site::made();
    let (output, requests) = site.pull(&[Act::Serve]);
    site.assert_pulled(&output);
    assert_eq!(requests, ["GET /made.onnx HTTP/1.1 from 0"]);
    let (output, requests) = site.pull(&[Act::Answer(500)]);
    site.assert_pulled(&output);
    assert!(requests.is_empty(), "it is there already");
}

#[test]
fn a_cut_or_stalled_download_is_taken_up_where_it_ended() {
    let site = Site::made();
    let (output, requests) =
        site.pull(&[Act::CutAfter(1_000_000), Act::StallAfter(500_000), Act::Answer(503), Act::Serve]);
    site.assert_pulled(&output);
    let from: Vec<_> = requests.iter().map(|line| line.rsplit(' ').next().unwrap()).collect();
    assert_eq!(from, ["0", "1000000", "1500000", "1500000"]);
}

#[test]
fn a_download_goes_on_after_the_program_ended() {
    let site = Site::made();
    std::fs::create_dir(site.path("")).unwrap();
    std::fs::write(site.path("made.onnx.part"), &site.file[..70_000]).unwrap();
    let (output, requests) = site.pull(&[Act::Serve]);
    site.assert_pulled(&output);
    assert_eq!(requests, ["GET /made.onnx HTTP/1.1 from 70000"]);
}

#[test]
fn what_was_left_of_another_file_is_thrown_away() {
    let site = Site::made();
    for length in [70_000, site.file.len(), site.file.len() + 9] {
        let _ = std::fs::remove_dir_all(site.path(""));
        std::fs::create_dir(site.path("")).unwrap();
        std::fs::write(site.path("made.onnx.part"), vec![7; length]).unwrap();
        let (output, _) = site.pull(&[Act::Serve]);
        site.assert_pulled(&output);
    }
    // The server has a shorter file than what is here.
    let _ = std::fs::remove_dir_all(site.path(""));
    std::fs::create_dir(site.path("")).unwrap();
    std::fs::write(site.path("made.onnx.part"), vec![7; 70_000]).unwrap();
    let (output, _) = site.pull(&[Act::Answer(416), Act::Serve]);
    site.assert_pulled(&output);
}

#[test]
fn a_server_that_does_not_know_ranges_begins_anew() {
    let site = Site::made();
    let (output, requests) = site.pull(&[Act::CutAfter(1_000_000), Act::ServeAll]);
    site.assert_pulled(&output);
    assert_eq!(requests.len(), 2);
}

#[test]
fn a_file_that_changes_while_it_is_fetched_is_fetched_anew() {
    let site = Site::made();
    let (output, requests) = site.pull(&[Act::CutOther(1_000_000, true), Act::Serve]);
    site.assert_pulled(&output);
    assert_eq!(requests.len(), 2, "the server said that it is another file");
    std::fs::remove_dir_all(site.path("")).unwrap();
    let (output, requests) = site.pull(&[Act::CutOther(1_000_000, false), Act::Serve]);
    site.assert_pulled(&output);
    assert_eq!(requests.len(), 3, "the digest said it");
}

#[test]
fn the_file_has_the_name_of_the_model_whatever_its_address_ends_in() {
    let site = Site::made();
    let list = site.folder.path().join("list.toml");
    let text = std::fs::read_to_string(&list).unwrap();
    std::fs::write(&list, text.replace("files/made.onnx", "files/.hidden?a=b")).unwrap();
    let (output, requests) = site.pull(&[Act::Serve]);
    site.assert_pulled(&output);
    assert_eq!(requests, ["GET /.hidden?a=b HTTP/1.1 from 0"]);
    std::fs::write(&list, text.replace("name = \"made\"", "name = \"../made\"")).unwrap();
    let (output, _) = site.pull(&[Act::Serve]);
    assert!(output.status.code() == Some(1) && said(&output).contains("no name of a model"), "{}", said(&output));
}

#[test]
fn a_manifest_of_another_file_is_not_overwritten_nor_left_beside_a_new_one() {
    let site = Site::made();
    let (output, _) = site.pull(&[Act::Serve]);
    site.assert_pulled(&output);
    let written = std::fs::read_to_string(site.path("made.toml")).unwrap();
    let other = written.replace(&Digest::of(&site.file).to_string(), &Digest::of(b"another").to_string());
    for text in [other, written.replace("file = \"made.onnx\"", "file = \"mine.onnx\"")] {
        std::fs::remove_file(site.path("made.onnx")).unwrap_or_default();
        std::fs::write(site.path("made.toml"), &text).unwrap();
        let (output, requests) = site.pull(&[Act::Serve]);
        assert_eq!(output.status.code(), Some(1));
        assert!(said(&output).contains("made.toml describes another file") && said(&output).contains("--into"));
        assert!(requests.is_empty() && !site.path("made.onnx").exists());
        assert_eq!(std::fs::read_to_string(site.path("made.toml")).unwrap(), text);
    }
}

#[test]
fn krs_36_a_corrupt_file_is_thrown_away() {
    let site = Site::made();
    let (output, _) = site.pull(&[Act::Corrupt(2_000_000)]);
    site.assert_refused(&output, "it was thrown away, and nothing was installed");
    assert!(!site.path("made.onnx.part").exists());
    let (output, _) = site.pull(&[Act::TooMany(1)]);
    site.assert_refused(&output, "it is another file");
}

#[test]
fn what_cannot_be_fetched_is_said() {
    let file = Onnx::yolox(3).bytes();
    let site = Site::new(file, "task = \"detection\"");
    let (output, requests) = site.pull(&[Act::Answer(404)]);
    site.assert_refused(&output, "the server answered 404");
    assert_eq!(requests.len(), 1, "there is no use in asking again");
    let (output, requests) = site.pull(&[Act::Answer(502)]);
    site.assert_refused(&output, "the server answered 502");
    assert_eq!(requests.len(), 5);
    let (output, _) = site.pull(&[Act::StallAfter(0)]);
    site.assert_refused(&output, "nothing came for 1 s (5 times)");
    let output = site.command().args(["--from", "ftp:/nowhere"]).output().unwrap();
    site.assert_refused(&output, "ftp:/nowhere");
    let output = site.command().args(["--from", "http://127.0.0.1:9"]).output().unwrap();
    site.assert_refused(&output, "could not be fetched");
    let (output, _) = (site.command().arg("--into").arg("list.toml/models").output().unwrap(), ());
    site.assert_refused(&output, "cannot be made");
    let other = Command::new(VOKTER).args(["models", "pull", "nothing"]).output().unwrap();
    assert!(said(&other).contains("no model is called `nothing`; write one of yolox-s"), "{}", said(&other));
    let by_hand = Command::new(VOKTER).args(["models", "pull", "yolox-nano"]).output().unwrap();
    assert_eq!(by_hand.status.code(), Some(1));
    assert!(said(&by_hand).contains("gives no digest") && said(&by_hand).contains("decoder = \"yolox\""));
}

#[test]
fn iva_4b_a_model_that_is_refused_says_so_when_it_is_pulled() {
    let manifest = MANIFEST.replace("[\"person\"]", "[\"person\", \"woman\"]") + "map.woman = \"ignore\"\n";
    let site = Site::new(Onnx::yolox(2).bytes(), &manifest);
    let (output, _) = site.pull(&[Act::Serve]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("IVA-4b: the class `woman`"), "{}", said(&output));
}

#[test]
fn proxies_are_heeded() {
    let site = Site::made();
    let proxy = FileServer::start(site.file.clone(), &[Act::Serve]);
    let output = site.command().env("HTTP_PROXY", proxy.url()).output().unwrap();
    site.assert_pulled(&output);
    assert_eq!(proxy.requests(), ["GET http://models.example/files/made.onnx HTTP/1.1 from 0"]);
    assert!(std::fs::remove_dir_all(site.path("")).is_ok());

    // What is secret goes through a tunnel, which this proxy does not give.
    let proxy = FileServer::start(vec![], &[Act::Answer(403)]);
    let output = site.command().args(["--from", "https://models.example"]).env("HTTPS_PROXY", proxy.url()).output();
    site.assert_refused(&output.unwrap(), "could not be fetched");
    assert!(proxy.requests()[0].starts_with("CONNECT models.example:443 HTTP/1.1"), "{:?}", proxy.requests());

    let server = FileServer::start(site.file.clone(), &[Act::Serve]);
    let mut command = site.command();
    command.args(["--from", &server.url()]).env("HTTP_PROXY", "http://127.0.0.1:9").env("NO_PROXY", "127.0.0.1");
    site.assert_pulled(&command.output().unwrap());
    assert!(Path::new(&site.path("made.onnx")).is_file());
}
