//! The clips that benches run on: the recorded ones, and others made from them by the ffmpeg program.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The folder of recorded data, if it is there.
pub fn data() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let folder = std::env::var_os("VOKTER_DATA").map_or(beside, PathBuf::from);
    folder.is_dir().then_some(folder)
}

/// The recorded model's manifest, speaking of the file in that folder.
pub fn manifest(data: &Path) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("tests/models/yolox-nano.toml")).expect("it is part of the project");
    let folder = root.join("target/bench");
    std::fs::create_dir_all(&folder).expect("the target folder is writable");
    let data = data.canonicalize().expect("the data's folder is there");
    let path = folder.join("yolox-nano.toml");
    std::fs::write(&path, text.replace("../../../shared/data", &data.display().to_string()))
        .expect("the target folder is writable");
    path
}

/// The recorded clips: a room, and two car parks from above.
pub fn recorded(data: &Path) -> Vec<PathBuf> {
    ["one-by-one-person-detection", "car-detection", "person-bicycle-car-detection"]
        .map(|name| data.join(format!("clips/{name}.mp4")))
        .to_vec()
}

/// Thirty seconds of the room at 1920x1080, as a camera would code it.
pub fn full_hd(room: &Path) -> PathBuf {
    make("full-hd.mp4", |command, path| {
        command.arg("-i").arg(room).args(["-t", "30", "-an", "-vf", "scale=1920:1080,fps=25", "-pix_fmt", "yuv420p"]);
        command.args(["-c:v", "libx264", "-preset", "veryfast", "-bf", "0", "-g", "50", "-b:v", "4M"]).arg(path);
    })
}

/// A minute of the empty room at 25 frames a second with a camera's noise, at 512 kbit/s as a camera of that size would be set.
pub fn still_minute(room: &Path) -> PathBuf {
    make("still-minute.mp4", |command, path| {
        let filter = "trim=end_frame=1,loop=1500:1:0,setpts=N/25/TB,noise=alls=6:allf=t,fps=25";
        command.arg("-i").arg(room).args(["-t", "60", "-an", "-vf", filter, "-pix_fmt", "yuv420p"]);
        command.args(["-c:v", "libx264", "-preset", "veryfast", "-bf", "0", "-g", "50", "-b:v", "512k"]).arg(path);
    })
}

fn make(name: &str, arguments: impl FnOnce(&mut Command, &Path)) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench/clips");
    std::fs::create_dir_all(&folder).expect("the target folder is writable");
    let path = folder.join(name);
    if !path.exists() {
        let unfinished = folder.join(format!("unfinished-{name}"));
        let mut command = Command::new("ffmpeg");
        command.args(["-v", "error", "-nostdin", "-y"]).stdin(Stdio::null());
        arguments(&mut command, &unfinished);
        assert!(command.status().expect("ffmpeg is installed by make setup").success(), "{name} could not be made");
        std::fs::rename(unfinished, &path).expect("the target folder is writable");
    }
    path
}
