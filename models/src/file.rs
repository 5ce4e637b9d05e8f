//! A model's file that its manifest accounts for. Nothing else gets a session.

use crate::ModelError;
use crate::graph::Graph;
use crate::manifest::{Input, Manifest};
use crate::proposal::propose;
use crate::reshape::with_input_shape;
use crate::whitelist::{Refusal, Shapes, refusals};
use crate::{Runtime, Session};
use rustix::fs::OFlags;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use vokter_rules::digest::Digest;
use vokter_rules::limits;

/// A model whose manifest, digest and graph have been held against each other. [`Self::open`] is the only way to one.
#[derive(Clone, Debug)]
pub struct ModelFile {
    manifest: Arc<Manifest>,
    bytes: Arc<[u8]>,
    has_fixed_input: bool,
}

impl ModelFile {
    /// Opens a model by its `model.toml`, or by its `.onnx` file with the manifest beside it.
    ///
    /// # Errors
    /// When a file cannot be read, the manifest is mistaken or missing, or the model is refused.
    pub fn open(path: &Path) -> Result<Self, ModelError> {
        let manifest = Manifest::read(&manifest_of(path)?)?;
        let file = &manifest.file;
        let bytes = read(file)?;
        // A file that is not the one described is not looked at any further.
        let found = Digest::of(&bytes);
        if found != manifest.sha256 {
            let refusals = vec![Refusal::Digest { declared: manifest.sha256, found }];
            return Err(ModelError::Refused { path: file.clone(), refusals });
        }
        let graph = Graph::read(&bytes).map_err(|cause| ModelError::NotAGraph { path: file.clone(), cause })?;
        let refusals = refusals(&manifest, &graph);
        if !refusals.is_empty() {
            return Err(ModelError::Refused { path: file.clone(), refusals });
        }
        let has_fixed_input = graph.inputs.iter().all(|input| input.fixed_shape().is_some());
        Ok(Self { manifest: Arc::new(manifest), bytes: bytes.into(), has_fixed_input })
    }

    /// What the model is, and how it is read.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The ONNX file.
    pub(crate) const fn bytes(&self) -> &Arc<[u8]> {
        &self.bytes
    }

    /// A session of the model as its manifest has it.
    ///
    /// # Errors
    /// When ONNX Runtime refuses it, or its shapes are not those of the manifest.
    pub(crate) fn session_as_written(&self, runtime: &Runtime) -> Result<Session, ModelError> {
        let input = &self.manifest.input;
        let fixed =
            (!self.has_fixed_input).then(|| with_input_shape(&self.bytes, &input.name, &input.shape())).flatten();
        self.session(runtime, fixed.as_deref().unwrap_or(&self.bytes), input.width, input.height)
    }

    /// A session of these bytes, the model's own or made from them for another size of input. It is held against the
    /// manifest once more: what a graph says about itself need not be so.
    ///
    /// # Errors
    /// When ONNX Runtime refuses it, or its shapes are not those of the manifest.
    pub(crate) fn session(
        &self,
        runtime: &Runtime,
        bytes: &[u8],
        width: usize,
        height: usize,
    ) -> Result<Session, ModelError> {
        let wanted = Input { width, height, ..self.manifest.input.clone() }.shape();
        self.session_of_shape(runtime, bytes, (width, height), wanted)
    }

    /// The same of bytes whose input is of another shape than the manifest's.
    ///
    /// # Errors
    /// As for [`Self::session`].
    pub(crate) fn session_of_shape(
        &self,
        runtime: &Runtime,
        bytes: &[u8],
        (width, height): (usize, usize),
        wanted: [usize; 4],
    ) -> Result<Session, ModelError> {
        let manifest = self.manifest();
        let outputs = manifest.outputs.iter().enumerate();
        let outputs = outputs.map(|(place, name)| (name.clone(), Shapes::of(manifest, place, width, height))).collect();
        let session = Session::open(runtime, &manifest.file, bytes, outputs)?;
        let wrong = |what: String| ModelError::WrongModel { path: manifest.file.clone(), what };
        if session.input_shape() != wanted {
            return Err(wrong(format!("its input is {:?} and not {wanted:?}", session.input_shape())));
        }
        Ok(session)
    }

    /// Whether the graph says the size of its input; otherwise the manifest decides.
    pub(crate) const fn has_fixed_input(&self) -> bool {
        self.has_fixed_input
    }
}

/// The bytes of a model's file.
///
/// # Errors
/// When it cannot be read or is larger than any model that is loaded.
pub fn read(path: &Path) -> Result<Vec<u8>, ModelError> {
    read_regular(path, limits::MODEL_FILE_BYTES)
        .map_err(|cause| ModelError::Unreadable { path: path.to_owned(), cause })
}

/// The bytes of a regular file of at most `most`. What is opened is what is looked at and read: a path may lead
/// elsewhere a moment later, and a file may grow. A pipe or a device is neither waited for nor read.
///
/// # Errors
/// When it cannot be read, is no regular file, or is longer.
pub fn read_regular(path: &Path, most: usize) -> std::io::Result<Vec<u8>> {
    let without_waiting = OFlags::NONBLOCK.bits().cast_signed();
    let file = File::options().read(true).custom_flags(without_waiting).open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(std::io::Error::other("it is no regular file"));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(most).min(most) + 1);
    file.take(most as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > most {
        return Err(std::io::Error::other(format!("it is larger than {most} bytes")));
    }
    Ok(bytes)
}

/// The manifest of a path: the path itself, or beside a model the one of its name, or the `model.toml` that names it.
///
/// # Errors
/// When the model has no manifest; the error holds one to begin with.
pub fn manifest_of(path: &Path) -> Result<PathBuf, ModelError> {
    if path.extension().is_some_and(|extension| extension == "toml") {
        return Ok(path.to_owned());
    }
    let beside = path.with_extension("toml");
    if beside.is_file() {
        return Ok(beside);
    }
    let shared = path.with_file_name("model.toml");
    let same = |file: &Path| file.canonicalize().ok().is_some_and(|file| path.canonicalize().ok() == Some(file));
    if shared.is_file() && same(&Manifest::read(&shared)?.file) {
        return Ok(shared);
    }
    let bytes = read(path)?;
    let graph = Graph::read(&bytes).map_err(|cause| ModelError::NotAGraph { path: path.to_owned(), cause })?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let example = propose(&graph, &name, Digest::of(&bytes)).text;
    Err(ModelError::NoManifest { path: path.to_owned(), beside, example })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;
    use std::time::Duration;

    #[test]
    fn only_regular_files_are_read_and_never_past_a_bound() {
        let folder = std::env::temp_dir().join(format!("vokter-read-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (file, pipe) = (folder.join("file"), folder.join("pipe"));
        std::fs::write(&file, b"seven b").unwrap();
        let _ = std::fs::remove_file(&pipe);
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let (sender, receiver) = channel();
        let paths = [file.clone(), file, pipe, PathBuf::from("/dev/zero"), folder.clone()];
        std::thread::spawn(move || {
            for (path, most) in paths.iter().zip([7, 6, 7, 7, 7]) {
                let _ = sender.send(read_regular(path, most).map_err(|error| error.to_string()));
            }
        });
        let next = || receiver.recv_timeout(Duration::from_secs(20)).expect("a pipe is not waited for");
        assert_eq!(next().unwrap(), b"seven b");
        assert_eq!(next().unwrap_err(), "it is larger than 6 bytes");
        for _ in 0..3 {
            assert_eq!(next().unwrap_err(), "it is no regular file");
        }
        std::fs::remove_dir_all(folder).unwrap();
    }
}
