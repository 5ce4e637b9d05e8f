//! `vokter passages`: keeps what an access control system reports, of the doors that store it.

use crate::arguments::Passages;
use crate::command::run::read_site;
use crate::keeper::root_key;
use crate::turns::Turns;
use crate::witness::Witnesses;
use crate::{documents, login, register};
use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use vokter_rules::limits;
use vokter_rules::policy::SitePolicy;
use vokter_rules::purpose::PurposeKind;
use vokter_vault::{Mint, Passage, PassageRecorder, Retention, StoredPassage, Vault, VaultError};

/// Bytes of a line.
const LINE_BYTES: u64 = 4096;

/// What became of the lines.
#[derive(Default)]
struct Tally {
    kept: usize,
    not_kept: usize,
    refused: usize,
}

pub fn run(arguments: &Passages) -> Result<ExitCode> {
    let Some(mut policy) = read_site(&arguments.site, None)? else { return Ok(ExitCode::FAILURE) };
    let documents = documents::of(&policy, &arguments.site);
    let place = &arguments.place;
    let root = root_key(&place.data_dir, place.key_file.as_deref())?;
    let (vault, mut mint) = Vault::open_or_create(&place.data_dir, root, Timestamp::now())?;
    let recorders = recorders(&policy, &mut mint)?;
    if recorders.is_empty() {
        bail!("{} has no purpose of kind access-control with doors", arguments.site.display());
    }
    if vault.purposes()?.iter().any(|purpose| purpose.kind() != PurposeKind::AccessControl) {
        return Err(VaultError::NotApart.into());
    }
    let from: Box<dyn Read> = if arguments.from == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        let file = File::open(&arguments.from);
        Box::new(file.with_context(|| format!("{} cannot be read", arguments.from.display()))?)
    };
    let (vault, witnesses) = (Arc::new(vault), Witnesses::of(policy.outlets())?);
    let turns = Turns::start(&vault, register::of(&policy)?, &login::who(), witnesses)?;
    let (mut lines, mut line, mut number, mut tally) = (BufReader::new(from), Vec::new(), 0_u64, Tally::default());
    let mut waiting: HashMap<String, Vec<StoredPassage>> = HashMap::new();
    let ended = loop {
        line.clear();
        let read = read_line(&mut lines, &mut line);
        number += 1;
        if !line.trim_ascii().is_empty() {
            match sort(&policy, &line) {
                Ok(Some((purpose, passage))) => waiting.entry(purpose).or_default().push(passage),
                Ok(None) => tally.not_kept += 1,
                Err(why) => {
                    eprintln!("line {number}: {why}");
                    tally.refused += 1;
                }
            }
        }
        // What waits is kept in one commit; what comes slowly is kept as it comes.
        let waits: usize = waiting.values().map(Vec::len).sum();
        let is_over = !matches!(read, Ok(1..));
        if is_over || waits >= limits::ITEMS_PER_COMMIT || lines.buffer().is_empty() {
            policy.activate(Timestamp::now(), &documents);
            keep(&vault, &policy, &recorders, &mut waiting, &mut tally)?;
        }
        if is_over {
            break read;
        }
    };
    turns.finish();
    let Tally { kept, not_kept, refused } = tally;
    println!("kept: {kept}; nothing was kept of: {not_kept}; refused: {refused}");
    ended.context("passages cannot be read any further; what came before is kept")?;
    Ok(if refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Reads a line; of one that is too long, as much as shows that. Returns how many bytes were read, 0 at the end.
fn read_line(lines: &mut BufReader<Box<dyn Read>>, line: &mut Vec<u8>) -> std::io::Result<usize> {
    let mut read = lines.by_ref().take(LINE_BYTES).read_until(b'\n', line)?;
    while !line.ends_with(b"\n") && line.len() as u64 == LINE_BYTES {
        // The rest of it is thrown away.
        let rest = lines.fill_buf()?;
        let (is_end, count) = match rest.iter().position(|byte| *byte == b'\n') {
            Some(end) => (true, end + 1),
            None => (rest.is_empty(), rest.len()),
        };
        lines.consume(count);
        read += count;
        if is_end {
            break;
        }
    }
    Ok(read)
}

/// A recorder for each purpose that has doors.
fn recorders(policy: &SitePolicy, mint: &mut Mint) -> Result<HashMap<String, PassageRecorder>> {
    let with_doors = policy
        .purposes()
        .iter()
        .filter(|purpose| purpose.kind == PurposeKind::AccessControl && !purpose.doors.is_empty());
    with_doors
        .map(|purpose| {
            let retention = Retention::new(purpose.retention_class, purpose.retention_days)?;
            Ok((purpose.name.clone(), mint.passage_recorder(&purpose.name, retention)?))
        })
        .collect()
}

/// What may be kept of a line, and for which purpose. Nothing of what it says is in an error.
fn sort(policy: &SitePolicy, line: &[u8]) -> Result<Option<(String, StoredPassage)>, String> {
    if line.len() as u64 >= LINE_BYTES {
        return Err(format!("longer than {LINE_BYTES} bytes"));
    }
    let passage = Passage::parse(std::str::from_utf8(line).map_err(|_| "not UTF-8 text")?)?;
    let doors = policy.purposes().iter().flat_map(|purpose| purpose.doors.iter().map(move |door| (purpose, door)));
    let found = doors.into_iter().find(|(_, door)| door.name == passage.point);
    let (purpose, door) = found.ok_or("its point is no door of the site file")?;
    Ok(passage.stored(door).map(|stored| (purpose.name.clone(), stored)))
}

fn keep(
    vault: &Vault,
    policy: &SitePolicy,
    recorders: &HashMap<String, PassageRecorder>,
    waiting: &mut HashMap<String, Vec<StoredPassage>>,
    tally: &mut Tally,
) -> Result<()> {
    for (purpose, passages) in waiting.drain() {
        let may_run = policy.purposes().iter().any(|one| one.name == purpose && one.standing().may_run());
        let kept = match recorders.get(&purpose).filter(|_| may_run) {
            Some(recorder) => vault.keep_passages(recorder, &passages, Timestamp::now())?,
            None => 0,
        };
        tally.kept += kept;
        tally.not_kept += passages.len() - kept;
    }
    Ok(())
}
