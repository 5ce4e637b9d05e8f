//! A folder of JPEG pictures as a source, for commissioning and tests.

use rustix::fs::OFlags;
use std::fs::File;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::ops::Range;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use vokter_frames::wire::{Codec, PacketHeader};
use vokter_rules::limits;

/// The pictures of a folder (`*.jpg`, `*.jpeg`), in the order of their names.
///
/// # Errors
/// When the folder cannot be read or holds no picture.
pub(crate) fn list(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = std::fs::read_dir(folder).map_err(|error| error.to_string())?;
    let is_picture = |path: &PathBuf| {
        let extension = path.extension().map(|extension| extension.to_ascii_lowercase());
        extension.is_some_and(|extension| extension == "jpg" || extension == "jpeg")
    };
    let mut pictures: Vec<_> =
        entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).filter(is_picture).collect();
    pictures.sort();
    if pictures.is_empty() { Err("the folder holds no JPEG picture".to_owned()) } else { Ok(pictures) }
}

/// Opens a picture that is a recording. A pipe, a link, or a file that was written after the run began would be a live
/// camera that passes for one (INV-9).
fn open(path: &Path, begun: SystemTime) -> std::io::Result<File> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
    let file = File::options().read(true).custom_flags(flags.cast_signed()).open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() || metadata.modified()? > begun {
        return Err(std::io::Error::other("it is no file, or was written after the run began"));
    }
    Ok(file)
}

/// Sends the pictures that are later than `resume_after_ns` and within an opening, `interval_ns` apart, and says that
/// there are no more. A decoder that is gone ends it early.
pub(crate) fn send(
    pictures: &[PathBuf],
    interval_ns: i64,
    resume_after_ns: i64,
    openings_ns: &[Range<i64>],
    mut decoder: UnixStream,
) {
    let begun = SystemTime::now();
    let mut data = Vec::new();
    for (path, number) in pictures.iter().zip(0i64..) {
        let time_ns = number.saturating_mul(interval_ns);
        if time_ns <= resume_after_ns || !openings_ns.iter().any(|span| span.contains(&time_ns)) {
            continue;
        }
        data.clear();
        let read = open(path, begun).and_then(|file| file.take(limits::PACKET_BYTES as u64).read_to_end(&mut data));
        if let Err(error) = read {
            tracing::warn!(picture = %path.display(), %error, "a picture cannot be read");
            continue;
        }
        let bytes = data.len() as u32;
        let header = PacketHeader { codec: Codec::MotionJpeg, discontinuity: false, bytes, time_ns };
        if decoder.write_all(&header.to_bytes()).and_then(|()| decoder.write_all(&data)).is_err() {
            return;
        }
    }
    let _ = decoder.shutdown(Shutdown::Write);
}
