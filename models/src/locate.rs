//! Where the runtime library and a model are looked for.

use crate::ModelError;
use std::path::{Path, PathBuf};

const LIBRARY: &str = "libonnxruntime.so";
/// The manifest of the model that comes with Vokter.
const DETECTOR: &str = "detector.toml";
/// The manifests of the finder and the reader of plates that come with Vokter.
const PLATES: [&str; 2] = ["plate-finder.toml", "plate-reader.toml"];

/// The runtime library: `ORT_DYLIB_PATH`, or `libonnxruntime.so` beside the executable or its folder's parent.
///
/// # Errors
/// When it is in none of these places.
pub fn find_library() -> Result<PathBuf, ModelError> {
    let named = std::env::var_os("ORT_DYLIB_PATH").map(PathBuf::from);
    let looked_at: Vec<_> = match named {
        Some(path) => vec![path],
        None => above_executable(2).into_iter().map(|folder| folder.join(LIBRARY)).collect(),
    };
    let found = looked_at.iter().find(|path| path.is_file()).cloned();
    found.ok_or(ModelError::NoLibrary { looked_at })
}

/// The model: the one named, or the one that comes with Vokter. That is `models/detector.toml` beside the executable
/// or in `/usr/share/vokter`, and in a checkout `models/weights/detector.toml`.
///
/// # Errors
/// When none is named and none is there.
pub fn find_model(named: Option<&Path>) -> Result<PathBuf, ModelError> {
    named.map_or_else(|| find_own(DETECTOR), |path| Ok(path.to_owned()))
}

/// The finder and the reader of plates that come with Vokter, which are where its model is.
///
/// # Errors
/// When one of them is not there.
pub fn find_plate_models() -> Result<[PathBuf; 2], ModelError> {
    let [finder, reader] = PLATES;
    Ok([find_own(finder)?, find_own(reader)?])
}

fn find_own(name: &str) -> Result<PathBuf, ModelError> {
    let mut looked_at: Vec<_> =
        above_executable(1).into_iter().map(|folder| folder.join("models").join(name)).collect();
    // An executable of a checkout lies in target/debug, and a test's one deeper.
    looked_at.extend(
        above_executable(4)
            .into_iter()
            .filter(|folder| folder.join("Cargo.toml").is_file())
            .map(|folder| folder.join("models/weights").join(name)),
    );
    looked_at.push(Path::new("/usr/share/vokter/models").join(name));
    let found = looked_at.iter().find(|path| path.is_file()).cloned();
    found.ok_or(ModelError::NoModel { looked_at })
}

/// The executable's folder and those above it, that many in all.
fn above_executable(count: usize) -> Vec<PathBuf> {
    let executable = std::env::current_exe().unwrap_or_default();
    executable.ancestors().skip(1).take(count).map(Path::to_owned).collect()
}
