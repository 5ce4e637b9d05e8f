//! A download that ends with the right file or none.
//!
//! ```text
//! NAME.onnx.part ──bytes, from where it ended──▶ all there? ──SHA-256──▶ NAME.onnx
//!       ▲  stalled, cut off, 5xx: again, with pauses                └─▶ thrown away
//! ```

use anyhow::{Context, Result, anyhow, bail};
use indicatif::{ProgressBar, ProgressStyle};
use reqwest::header::{CONTENT_RANGE, RANGE};
use reqwest::{Client, Response, StatusCode};
use sha2::{Digest as _, Sha256};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
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
    let had = part.length;
    runtime.block_on(fetch(order, &mut part))?;
    if part.digest()? != order.sha256 && had > 0 {
        // What lay there from an earlier time may have been of another file.
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
        StatusCode::PARTIAL_CONTENT if begins_at(&answer) == Some(part.length) => {}
        // The server begins anew, whatever was asked for.
        StatusCode::OK => part.begin_anew().map_err(Cut::Never)?,
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

/// Where a part of a file begins, as the server says it: `bytes 100-199/200`.
fn begins_at(answer: &Response) -> Option<u64> {
    let range = answer.headers().get(CONTENT_RANGE)?.to_str().ok()?;
    range.strip_prefix("bytes ")?.split('-').next()?.parse().ok()
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

/// The file while it is not whole.
struct Part {
    path: PathBuf,
    file: File,
    length: u64,
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
        let length = file.seek(SeekFrom::End(0)).with_context(written)?;
        let mut part = Self { path, file, length };
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
        self.length = 0;
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
