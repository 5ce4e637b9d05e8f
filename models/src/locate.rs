//! Where the runtime library and a model are looked for.

use crate::ModelError;
use std::path::{Path, PathBuf};

const LIBRARY: &str = "libonnxruntime.so";

/// The runtime library: `ORT_DYLIB_PATH`, or `libonnxruntime.so` beside the executable or its folder's parent.
///
/// # Errors
/// When it is in none of these places.
pub fn find_library() -> Result<PathBuf, ModelError> {
    let named = std::env::var_os("ORT_DYLIB_PATH").map(PathBuf::from);
    let looked_at: Vec<_> = match named {
        Some(path) => vec![path],
        None => beside_executable().into_iter().map(|folder| folder.join(LIBRARY)).collect(),
    };
    let found = looked_at.iter().find(|path| path.is_file()).cloned();
    found.ok_or(ModelError::NoLibrary { looked_at })
}

/// The model: the one named, or the only `*.onnx` in the first of `models/`, `models/` beside the executable and
/// `/usr/share/vokter/models` that holds any.
///
/// # Errors
/// When none or several are found.
pub fn find_model(named: Option<&Path>) -> Result<PathBuf, ModelError> {
    if let Some(path) = named {
        return Ok(path.to_owned());
    }
    let mut looked_in = vec![PathBuf::from("models")];
    looked_in.extend(beside_executable().into_iter().map(|folder| folder.join("models")));
    looked_in.push(PathBuf::from("/usr/share/vokter/models"));
    for folder in &looked_in {
        let mut models: Vec<_> = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.extension().is_some_and(|extension| extension == "onnx"))
            .collect();
        models.sort();
        match models.as_slice() {
            [] => {}
            [model] => return Ok(model.clone()),
            several => {
                let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let names = several.iter().map(name).collect();
                return Err(ModelError::SeveralModels { folder: folder.clone(), names });
            }
        }
    }
    Err(ModelError::NoModel { looked_in })
}

/// The executable's folder and, since tests and benches lie one deeper, that folder's parent.
fn beside_executable() -> Vec<PathBuf> {
    let executable = std::env::current_exe().unwrap_or_default();
    executable.ancestors().skip(1).take(2).map(Path::to_owned).collect()
}
