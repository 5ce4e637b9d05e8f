//! Where events go: JSON lines, and a picture a file.

use anyhow::{Context, Result};
use serde::Serialize;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use uuid::{NoContext, Uuid};
use vokter_pipeline::Alarm;
use vokter_rules::event::Event;
use vokter_vault::ItemId;

/// An event as it is written.
#[derive(Serialize)]
struct Line<'a> {
    id: Uuid,
    #[serde(flatten)]
    event: &'a Event,
    #[serde(skip_serializing_if = "Option::is_none")]
    still: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<String>,
}

/// The id of an event: a UUIDv7 (RFC 9562) of its own time.
pub fn id_of(event: &Event) -> Uuid {
    let seconds = u64::try_from(event.time().as_second()).unwrap_or(0);
    let nanoseconds = u32::try_from(event.time().subsec_nanosecond()).unwrap_or(0);
    Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, seconds, nanoseconds))
}

/// An event as it is kept in the vault.
pub fn payload_of(id: Uuid, event: &Event) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&Line { id, event, still: None, item: None })
}

/// Writes events as JSON lines, and their pictures into a folder.
pub struct Outlet {
    lines: Box<dyn Write + Send>,
    stills: Option<PathBuf>,
}

impl Outlet {
    /// Opens the outlet: `-` is standard output, a file is added to, the folder is made.
    pub fn open(events: &Path, stills: Option<&Path>) -> Result<Self> {
        let lines: Box<dyn Write + Send> = if events == Path::new("-") {
            Box::new(std::io::stdout())
        } else {
            let file = OpenOptions::new().create(true).append(true).open(events);
            Box::new(file.with_context(|| format!("{} cannot be written", events.display()))?)
        };
        if let Some(folder) = stills {
            std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        }
        Ok(Self { lines, stills: stills.map(Path::to_owned) })
    }

    /// Writes one event, and the number under which the vault keeps it, if it does.
    /// Returns the name of its picture's file, if there is one.
    pub fn write(&mut self, alarm: &Alarm, id: Uuid, item: Option<ItemId>) -> Result<Option<String>> {
        let event = &alarm.event;
        let mut still = None;
        if let (Some(folder), Some(jpeg)) = (&self.stills, &alarm.still) {
            let name = format!("{}_{}_{id}.jpg", safe(event.camera()), safe(event.rule()));
            let path = folder.join(&name);
            std::fs::write(&path, jpeg).with_context(|| format!("{} cannot be written", path.display()))?;
            still = Some(name);
        }
        let mut line =
            serde_json::to_vec(&Line { id, event, still: still.as_deref(), item: item.map(|item| item.to_string()) })?;
        line.push(b'\n');
        self.lines.write_all(&line).and_then(|()| self.lines.flush()).context("events cannot be written")?;
        Ok(still)
    }
}

/// A name as part of a file name.
fn safe(name: &str) -> String {
    name.chars().take(40).map(|c| if c.is_alphanumeric() || c == '-' { c } else { '-' }).collect()
}
