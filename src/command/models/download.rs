//! A download that ends with the right file or none.
//!
//! ```text
//! NAME.onnx.part ──bytes, from where it ended──▶ all there? ──SHA-256──▶ NAME.onnx
//!       ▲  stalled, cut off, 5xx: again, with pauses                └─▶ thrown away
//! ```

use anyhow::{Context, Result, anyhow, bail};
use indicatif::{ProgressBar, ProgressStyle};
use reqwest::header::{CONTENT_RANGE, ETAG, HeaderValue, IF_RANGE, RANGE};
use reqwest::{Client, Response, StatusCode};
use sha2::{Digest as _, Sha256};
use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use vokter_models::Digest;

/// Connections in a row that brought nothing before it is given up.
const ATTEMPTS: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// What is to be fetched.
pub struct Order<'a> {
    pub url: &'a str,
    pub sha256: Digest,
    pub bytes: u64,
    pub to: &'a Path,
    /// Longest wait for a byte.
    pub stall: Duration,
}

/// How a connection ended that did not bring the whole file.
enum Cut {
    /// Worth another connection.
    Again(String),
    /// No use in trying again.
    Never(anyhow::Error),
}

/// Fetches a file to its place.
pub fn download(order: &Order<'_>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut part = Part::open(order)?;
    runtime.block_on(fetch(order, &mut part))?;
    if part.digest()? != order.sha256 && part.is_joined {
        // What came first, now or at an earlier time, may have been of another file.
        part.begin_anew()?;
        runtime.block_on(fetch(order, &mut part))?;
    }
    let found = part.digest()?;
    if found != order.sha256 {
        part.discard()?;
        bail!(
            "what {} gave has the SHA-256 {found}\nand not {}; it was thrown away, and nothing was installed",
            order.url,
            order.sha256
        );
    }
    part.keep(order.to)
}

/// Connects until all bytes are there.
async fn fetch(order: &Order<'_>, part: &mut Part) -> Result<()> {
    let client = Client::builder()
        .user_agent(concat!("vokter/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(order.stall)
        .build()
        .context("no connection can be made")?;
    let style = ProgressStyle::with_template("{bytes:>10} of {total_bytes} [{bar:30}] {bytes_per_sec} {eta}")?;
    let bar = ProgressBar::new(order.bytes).with_style(style);
    let (mut in_vain, mut pause) = (0, FIRST_PAUSE);
    while part.length < order.bytes {
        let before = part.length;
        match connection(&client, order, part, &bar).await {
            Ok(()) => {}
            Err(Cut::Never(error)) => return Err(error),
            Err(Cut::Again(cause)) => {
                // Only what is new counts: a server that always begins anew and breaks off gets nowhere.
                in_vain = if part.length > before { 0 } else { in_vain + 1 };
                if in_vain == ATTEMPTS {
                    let kept = if part.length > 0 { "; what has come is kept, so call again" } else { "" };
                    bail!("{} could not be fetched: {cause} ({ATTEMPTS} times){kept}", order.url);
                }
                bar.println(format!("{cause}; connecting again"));
                tokio::time::sleep(pause).await;
                pause = if in_vain == 0 { FIRST_PAUSE } else { (pause * 2).min(Duration::from_secs(8)) };
            }
        }
    }
    bar.finish_and_clear();
    Ok(())
}

/// One connection, from where the file ends.
async fn connection(client: &Client, order: &Order<'_>, part: &mut Part, bar: &ProgressBar) -> Result<(), Cut> {
    let mut request = client.get(order.url);
    if part.length > 0 {
        request = request.header(RANGE, format!("bytes={}-", part.length));
        if let Some(tag) = &part.tag {
            request = request.header(IF_RANGE, tag);
        }
    }
    let answer = tokio::time::timeout(order.stall, request.send()).await;
    let mut answer = answer.map_err(|_| stalled(order))?.map_err(|error| {
        if error.is_builder() {
            Cut::Never(anyhow!("{} is no address: {}", order.url, chain(&error)))
        } else {
            Cut::Again(chain(&error))
        }
    })?;
    match answer.status() {
        StatusCode::PARTIAL_CONTENT if goes_on(&answer, part, order) => part.is_joined = true,
        // The server begins anew: it knows no parts, or has another file than before.
        StatusCode::OK => {
            part.begin_anew().map_err(Cut::Never)?;
            part.tag = tag_of(&answer);
        }
        StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => {
            part.begin_anew().map_err(Cut::Never)?;
            return Err(Cut::Again("the server has another file than before".to_owned()));
        }
        status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
            return Err(Cut::Again(format!("the server answered {status}")));
        }
        status => return Err(Cut::Never(anyhow!("{} cannot be fetched: the server answered {status}", order.url))),
    }
    bar.set_position(part.length);
    loop {
        let chunk = tokio::time::timeout(order.stall, answer.chunk()).await;
        let Some(chunk) = chunk.map_err(|_| stalled(order))?.map_err(|error| Cut::Again(chain(&error)))? else { break };
        if part.length + chunk.len() as u64 > order.bytes {
            part.begin_anew().map_err(Cut::Never)?;
            return Err(Cut::Never(anyhow!("{} gave more than {} bytes: it is another file", order.url, order.bytes)));
        }
        part.append(&chunk).map_err(Cut::Never)?;
        bar.set_position(part.length);
    }
    if part.length < order.bytes {
        return Err(Cut::Again(format!("cut off after {} of {} bytes", part.length, order.bytes)));
    }
    Ok(())
}

fn stalled(order: &Order<'_>) -> Cut {
    Cut::Again(format!("nothing came for {} s", order.stall.as_secs()))
}

/// Whether an answer goes on where the file ends, and is of the same file as far as the server says:
/// `Content-Range: bytes 100-199/200`, and the tag of what came before.
fn goes_on(answer: &Response, part: &Part, order: &Order<'_>) -> bool {
    let range = || {
        let range = answer.headers().get(CONTENT_RANGE)?.to_str().ok()?;
        let (range, whole) = range.strip_prefix("bytes ")?.split_once('/')?;
        let begins_at: u64 = range.split('-').next()?.parse().ok()?;
        Some((begins_at, whole.parse::<u64>().ok()))
    };
    let is_same = part.tag.is_none() || tag_of(answer).is_none_or(|tag| Some(tag) == part.tag);
    is_same
        && range().is_some_and(|(begins_at, whole)| {
            begins_at == part.length && whole.is_none_or(|whole| whole == order.bytes)
        })
}

/// What tells one version of a file from another, if the server says it for certain.
fn tag_of(answer: &Response) -> Option<HeaderValue> {
    answer.headers().get(ETAG).filter(|tag| !tag.as_bytes().starts_with(b"W/")).cloned()
}

/// An error with its causes, the last of which says most.
fn chain(error: &reqwest::Error) -> String {
    let mut causes = vec![error.to_string()];
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        causes.push(inner.to_string());
        cause = inner.source();
    }
    causes.dedup();
    causes.join(": ")
}

/// Whether a file is the one at that path. Between opening and locking it, another process may have put it into its
/// place, and whoever went on with it would write over a model that is whole.
fn is_at(file: &File, path: &Path) -> bool {
    let identity = |metadata: Metadata| (metadata.dev(), metadata.ino());
    let (open, there) = (file.metadata().map(identity), std::fs::symlink_metadata(path).map(identity));
    matches!((open, there), (Ok(open), Ok(there)) if open == there)
}

/// The file while it is not whole.
struct Part {
    path: PathBuf,
    file: File,
    length: u64,
    /// Whether it was put together from several answers.
    is_joined: bool,
    /// The tag of the answer that it began with.
    tag: Option<HeaderValue>,
}

impl Part {
    fn open(order: &Order<'_>) -> Result<Self> {
        let mut name = order.to.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let path = order.to.with_file_name(name);
        let written = || format!("{} cannot be written", path.display());
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).with_context(written)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => bail!("{} is being fetched by another process", order.to.display()),
            Err(TryLockError::Error(error)) => return Err(error).with_context(written),
        }
        if !is_at(&file, &path) {
            bail!("{} has just been fetched by another process; call again", order.to.display());
        }
        let length = file.seek(SeekFrom::End(0)).with_context(written)?;
        let mut part = Self { path, file, length, is_joined: length > 0, tag: None };
        if part.length > order.bytes {
            part.begin_anew()?;
        }
        Ok(part)
    }

    fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).with_context(|| format!("{} cannot be written", self.path.display()))?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    fn begin_anew(&mut self) -> Result<()> {
        self.file
            .set_len(0)
            .and_then(|()| self.file.rewind())
            .with_context(|| format!("{} cannot be emptied", self.path.display()))?;
        (self.length, self.is_joined, self.tag) = (0, false, None);
        Ok(())
    }

    fn digest(&mut self) -> Result<Digest> {
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; 1 << 16];
        let reads = |path: &Path| format!("{} cannot be read", path.display());
        self.file.rewind().with_context(|| reads(&self.path))?;
        loop {
            let count = self.file.read(&mut buffer).with_context(|| reads(&self.path))?;
            let Some(read) = buffer.get(..count).filter(|read| !read.is_empty()) else { break };
            hasher.update(read);
        }
        Ok(Digest::from(<[u8; 32]>::from(hasher.finalize())))
    }

    fn discard(self) -> Result<()> {
        std::fs::remove_file(&self.path).with_context(|| format!("{} cannot be removed", self.path.display()))
    }

    /// Puts the file, now whole, into its place.
    fn keep(self, to: &Path) -> Result<()> {
        self.file
            .sync_all()
            .and_then(|()| std::fs::rename(&self.path, to))
            .with_context(|| format!("{} cannot be written", to.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_put_elsewhere_is_not_the_one_at_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let (part, whole) = (folder.path().join("a.part"), folder.path().join("a"));
        let file = File::create(&part).unwrap();
        assert!(is_at(&file, &part));
        std::fs::rename(&part, &whole).unwrap();
        assert!(!is_at(&file, &part));
        File::create(&part).unwrap();
        assert!(!is_at(&file, &part));
        std::fs::remove_file(&part).unwrap();
        std::os::unix::fs::symlink(&whole, &part).unwrap();
        assert!(!is_at(&file, &part));
    }
}
