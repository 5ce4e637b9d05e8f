//! Resident memory of the engine and its decoders, sampled while they run.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Peak MB of `vokter run` over a site with that many cameras of one clip, decoders included. Shared pictures are
/// counted once, in the decoder that made them; shared libraries once for each process.
pub fn peak_mb(vokter: &Path, model: &Path, clip: &Path, cameras: usize) -> f64 {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/bench");
    let site = folder.join(format!("memory-{cameras}.toml"));
    std::fs::write(&site, super::site(&vec![clip.to_owned(); cameras])).expect("the target folder is writable");
    let mut command = Command::new(vokter);
    command.arg("run").arg(&site).arg("--model").arg(model).args(["--sessions", "2"]);
    let mut engine =
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("vokter was built with the bench");
    let mut peak = 0;
    for _ in 0..150 {
        std::thread::sleep(Duration::from_millis(40));
        if engine.try_wait().expect("the engine is our child").is_some() {
            break;
        }
        let own = resident_kb(engine.id(), &["RssAnon", "RssFile"]);
        let decoders: u64 =
            children(engine.id()).into_iter().map(|id| resident_kb(id, &["RssAnon", "RssFile", "RssShmem"])).sum();
        peak = peak.max(own + decoders);
    }
    let _ = engine.kill();
    let _ = engine.wait();
    peak as f64 / 1000.0
}

fn resident_kb(process: u32, kinds: &[&str]) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let fields = status.lines().filter_map(|line| line.split_once(':'));
    let counted = fields.filter(|(name, _)| kinds.contains(name));
    counted.filter_map(|(_, value)| value.split_whitespace().next()?.parse::<u64>().ok()).sum()
}

pub fn children(process: u32) -> Vec<u32> {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<u32>>()).collect()
}
