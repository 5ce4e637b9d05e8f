//! What several tests need: the recorded data, clips made from it, a running engine, a camera.

pub mod engine;
pub mod file_server;
pub mod lanes;
pub mod onnx;
pub mod rtsp_server;
pub mod site;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

/// The programs under test.
pub const VOKTER: &str = env!("CARGO_BIN_EXE_vokter");
/// See [`VOKTER`].
pub const DECODER: &str = env!("CARGO_BIN_EXE_vokter-decoder");
/// See [`VOKTER`].
pub const SCENE: &str = env!("CARGO_BIN_EXE_vokter-scene");

/// The folder of recorded data; says that the test is skipped if it is not there.
pub fn data() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let folder = std::env::var_os("VOKTER_DATA").map_or(beside, PathBuf::from);
    if !folder.is_dir() {
        println!("skipped: {} is not there", folder.display());
        return None;
    }
    Some(folder.canonicalize().unwrap())
}

/// The detection model's manifest.
pub fn model(data: &Path) -> PathBuf {
    manifest_of(data, "yolox-nano")
}

/// A manifest of `tests/models`, or a copy of it that speaks of the files in another folder of data.
pub fn manifest_of(data: &Path, name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/models/{name}.toml"));
    if std::env::var_os("VOKTER_DATA").is_none() {
        return path;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tests/models");
    std::fs::create_dir_all(&folder).unwrap();
    let text = std::fs::read_to_string(path).unwrap().replace("../../../shared/data", &data.display().to_string());
    let (copy, unfinished) =
        (folder.join(format!("{name}.toml")), folder.join(format!("{name}-{}", uuid::Uuid::now_v7())));
    std::fs::write(&unfinished, text).unwrap();
    std::fs::rename(unfinished, &copy).unwrap();
    copy
}

/// The clip of people in a room.
pub fn room(data: &Path) -> PathBuf {
    data.join("clips/one-by-one-person-detection.mp4")
}

/// A clip made by the ffmpeg program from those arguments, once.
pub fn made(name: &str, arguments: &[&str]) -> PathBuf {
    static MAKING: Mutex<()> = Mutex::new(());
    let _one_at_a_time = MAKING.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tests");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    if !path.exists() {
        let unfinished = folder.join(format!("unfinished-{name}"));
        let mut command = Command::new("ffmpeg");
        command.args(["-v", "error", "-nostdin", "-y"]).args(arguments).arg(&unfinished).stdin(Stdio::null());
        assert!(command.status().expect("ffmpeg is installed by make setup").success(), "{name} could not be made");
        std::fs::rename(unfinished, &path).unwrap();
    }
    path
}

/// Four seconds of the room, from when the first person comes in: 40 frames of 384x216, as H.264 with a key frame
/// a second.
pub fn short_h264(data: &Path) -> PathBuf {
    let room = room(data).display().to_string();
    let scale = ["-ss", "7", "-i", &room, "-t", "4", "-an", "-vf", "scale=384:216"];
    let code = ["-c:v", "libx264", "-preset", "veryfast", "-bf", "0", "-g", "10", "-pix_fmt", "yuv420p"];
    made("short.mp4", &[&scale[..], &code[..]].concat())
}

/// The same as a bare H.264 stream (Annex B).
pub fn short_annex_b(data: &Path) -> PathBuf {
    let short = short_h264(data).display().to_string();
    made("short.h264", &["-i", &short, "-c", "copy", "-bsf:v", "h264_mp4toannexb", "-f", "h264"])
}

/// The same at another size.
pub fn short_annex_b_larger(data: &Path) -> PathBuf {
    let short = short_h264(data).display().to_string();
    let code = ["-c:v", "libx264", "-preset", "veryfast", "-bf", "0", "-g", "10", "-f", "h264"];
    made("short-larger.h264", &[&["-i", &short, "-vf", "scale=640:360"][..], &code[..]].concat())
}
