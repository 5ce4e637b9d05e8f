//! The check that needs no key: does the log hold, and does all that is on the disk agree with it?
//!
//! Everything in the database and every file is covered by a digest in the log, so whatever is changed, taken away, put in
//! another order or cut off is named. Who may write to the disk can rewrite it all, with a log and a signature of their own;
//! that is what a head with a witness outside is for (`since`).

mod replay;

use crate::bucket::Bucket;
use crate::crypto::{Hash, hex};
use crate::error::VaultError;
use crate::item::{ItemId, ItemRow};
use crate::log::{Head, Leaf, SignedHead};
use crate::merkle::Frontier;
use crate::ratchet::MINUTES;
use crate::retention::{DAY_MS, day_and_minute};
use crate::segment::Segments;
use crate::store::{Store, Tx};
use ct_merkle::RootHash;
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use jiff::Timestamp;
use replay::{BucketState, Replay};
use sha2::{Digest as _, Sha256};
use std::path::Path;
use vokter_rules::limits;

/// How long after its deadline an item may still await the next turn of maintenance, in milliseconds.
const TURN_MS: i64 = 2 * 60_000;
/// Findings of one sort that are named one by one.
const NAMED: usize = 20;

/// What was found, in words.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// What holds.
    pub holds: Vec<String>,
    /// What does not.
    pub findings: Vec<String>,
    /// The head of the log, for a witness to keep.
    pub head: Option<SignedHead>,
}

impl Verdict {
    fn hold(&mut self, words: impl Into<String>) {
        self.holds.push(words.into());
    }

    fn find(&mut self, words: impl Into<String>) {
        self.findings.push(words.into());
    }
}

/// Checks log, database, files and every deadline of a data directory, without keys; against a head that a witness kept,
/// where there is one.
///
/// # Errors
/// When there is no vault. Damage is not an error but a finding.
pub fn verify(directory: &Path, since: Option<&SignedHead>, now: Timestamp) -> Result<Verdict, VaultError> {
    let mut verdict = Verdict::default();
    if !Store::path_in(directory).is_file() {
        return Err(VaultError::NoVault(directory.to_owned()));
    }
    let checked = Store::open_to_read(directory)
        .and_then(|mut store| store.read(|tx| check(tx, directory, since, now.as_millisecond(), &mut verdict)));
    if let Err(error) = checked {
        verdict.find(error.to_string());
    }
    Ok(verdict)
}

fn check(
    tx: &Tx<'_>,
    directory: &Path,
    since: Option<&SignedHead>,
    now: i64,
    verdict: &mut Verdict,
) -> Result<(), VaultError> {
    pages(tx, verdict)?;
    let Some((_, signed)) = Head::load(tx)? else {
        verdict.find("the head of the log is missing");
        return Ok(());
    };
    if !signed.is_genuine() {
        verdict.find("the head of the log was changed: its signature does not fit");
    }
    let (leaves, replay) = log(tx, &signed, verdict)?;
    if let Some(since) = since {
        witness(since, &signed, &leaves, verdict);
    }
    let now = now.max(signed.time());
    let nights = now.div_euclid(DAY_MS) - signed.rotated();
    if nights >= 2 && replay.awaits_night() {
        verdict.find(format!(
            "no night has begun for {nights} days, though an item was erased: a copy of its row from before is still opened"
        ));
    }
    let segments = Segments::in_directory(directory);
    let rows = database(tx, &replay, now, &segments, verdict)?;
    files(tx, &replay, &segments, verdict)?;
    if verdict.findings.is_empty() {
        verdict.hold(format!("every deadline that has come was kept; {rows} items await theirs"));
    }
    verdict.head = Some(signed);
    Ok(())
}

/// Every page of the database is one.
fn pages(tx: &Tx<'_>, verdict: &mut Verdict) -> Result<(), VaultError> {
    let words: Vec<String> = tx.rows("PRAGMA integrity_check(20)", [], |row| row.get(0))?;
    if words == ["ok"] {
        verdict.hold("the database has no damaged page");
    } else {
        words.iter().for_each(|word| verdict.find(format!("the database is damaged: {word}")));
    }
    Ok(())
}

/// The leaves are those that the head was signed over.
fn log(tx: &Tx<'_>, signed: &SignedHead, verdict: &mut Verdict) -> Result<(Vec<Vec<u8>>, Replay), VaultError> {
    let (mut leaves, mut replay) = (Vec::new(), Replay::default());
    let before = verdict.findings.len();
    let mut expected = 0_i64;
    tx.each("SELECT number, body FROM leaf ORDER BY number", [], |row| {
        let (number, body): (i64, Vec<u8>) =
            row.get(0).and_then(|number| Ok((number, row.get(1)?))).map_err(|error| tx.error(&error))?;
        if number != expected {
            verdict.find(format!("the log lacks leaves {expected} to {}", number - 1));
        }
        expected = number + 1;
        match serde_json::from_slice::<Leaf>(&body) {
            Ok(leaf) => replay.take(number, leaf, &mut verdict.findings),
            Err(_) => verdict.find(format!("leaf {number} of the log is none")),
        }
        leaves.push(body);
        Ok(())
    })?;
    let size = i64::try_from(signed.size()).unwrap_or(i64::MAX);
    if expected < size {
        verdict.find(format!("the log lacks leaves {expected} to {}", size - 1));
    } else if expected > size {
        verdict.find(format!("leaves {size} to {} of the log were added without a signature", expected - 1));
    }
    if root_of(&leaves) != signed.root() {
        let is_as_long = i64::try_from(leaves.len()).is_ok_and(|found| found == size);
        let places = if is_as_long { changed_leaves(tx, &leaves)? } else { String::new() };
        verdict.find(format!("the log was changed{places}: its root is not the one that was signed"));
    }
    if verdict.findings.len() == before {
        let accesses = replay.accesses;
        verdict.hold(format!("the log is whole: {size} leaves, {accesses} of them readings or refusals"));
    }
    Ok((leaves, replay))
}

fn root_of(leaves: &[Vec<u8>]) -> Hash {
    tree_of(leaves).root().as_bytes().as_slice().try_into().unwrap_or_default()
}

fn tree_of(leaves: &[Vec<u8>]) -> MemoryBackedTree<Sha256, &[u8]> {
    let mut tree = MemoryBackedTree::new();
    leaves.iter().for_each(|leaf| tree.push(leaf.as_slice()));
    tree
}

/// Where the log was changed, as narrowly as the edge of its tree tells.
fn changed_leaves(tx: &Tx<'_>, leaves: &[Vec<u8>]) -> Result<String, VaultError> {
    let peaks: Option<Vec<u8>> = tx.row("SELECT peaks FROM head", [], |row| row.get(0))?;
    let (kept, _) = peaks.as_deref().unwrap_or_default().as_chunks::<32>();
    let (mut first, mut words) = (0_usize, Vec::new());
    let sizes = (0..usize::BITS).rev().map(|bit| 1_usize << bit).filter(|size| leaves.len() & size != 0);
    for (size, kept) in sizes.zip(kept) {
        let mut part = Frontier::default();
        leaves.get(first..first + size).unwrap_or_default().iter().for_each(|leaf| part.push(leaf));
        if part.root() != *kept {
            words.push(if size == 1 {
                format!("at leaf {first}")
            } else {
                format!("in leaves {first} to {}", first + size - 1)
            });
        }
        first += size;
    }
    Ok(if words.is_empty() { String::new() } else { format!(" {}", words.join(" and ")) })
}

/// The log only grew since a witness kept its head.
fn witness(since: &SignedHead, signed: &SignedHead, leaves: &[Vec<u8>], verdict: &mut Verdict) {
    let (old, new) = (since.size(), signed.size());
    if !since.is_genuine() {
        return verdict.find("the witness's head was changed: its signature does not fit");
    }
    if since.signer() != signed.signer() {
        return verdict.find("the witness's head is of another vault, or this log was begun anew with another key");
    }
    if old > new {
        return verdict.find(format!("the log was cut: the witness saw {old} leaves, now there are {new}"));
    }
    let tree = tree_of(leaves);
    let is_consistent = if old == new || tree.len() != new {
        old == new && since.root() == root_of(leaves)
    } else {
        let proof = tree.prove_consistency(usize::try_from(new - old).unwrap_or(usize::MAX));
        let old_root = RootHash::<Sha256>::new(since.root().into(), old);
        old > 0 && tree.root().verify_consistency(&old_root, &proof).is_ok()
    };
    if is_consistent {
        verdict.hold(format!("the log only grew since the witness's head: {old} leaves then, {new} now"));
    } else {
        verdict.find(format!("the first {old} leaves of the log are not those that the witness saw"));
    }
}

/// Every key and item is as the log has it, and none is there that it has not. Returns how many items are alive.
fn database(
    tx: &Tx<'_>,
    replay: &Replay,
    now: i64,
    segments: &Segments,
    verdict: &mut Verdict,
) -> Result<u64, VaultError> {
    let before = verdict.findings.len();
    let (mut alive, mut keys) = (0, 0);
    let mut rows = Bucket::all(tx)?;
    for (id, state) in &replay.buckets {
        let row = rows.iter().position(|row| row.id == *id).map(|at| rows.swap_remove(at));
        match (row, state.is_cleared) {
            (Some(_), true) => verdict.find(format!("{state} was cleared, and is there again")),
            (None, true) => {}
            (None, false) => verdict.find(format!("{state} is missing")),
            (Some(row), false) => {
                state.compare(&row, &mut verdict.findings);
                if row.key.is_some() {
                    keys += 1;
                    alive += items(tx, &row, state, now, segments, verdict)?;
                }
            }
        }
    }
    rows.iter().for_each(|row| verdict.find(format!("a key of `{}` is there that the log does not have", row.purpose)));
    let known = "SELECT count(*) FROM item WHERE (id >> ?1) NOT IN (SELECT id FROM bucket)";
    let bits = vokter_rules::limits::ITEMS_PER_BUCKET.trailing_zeros();
    let stray: i64 = tx.row(known, [bits], |row| row.get(0))?.unwrap_or(0);
    if stray > 0 {
        verdict.find(format!("{stray} items are there that no key of the log has"));
    }
    if verdict.findings.len() == before {
        verdict.hold(format!("the database is as the log has it: {keys} keys, {alive} items that can be opened"));
    }
    Ok(alive)
}

/// The items of a bucket are as the log has them. Returns how many can still be opened.
fn items(
    tx: &Tx<'_>,
    row: &Bucket,
    state: &BucketState,
    now: i64,
    segments: &Segments,
    verdict: &mut Verdict,
) -> Result<u64, VaultError> {
    let (first, end) = Bucket::numbers(row.id);
    let mut batches = state.batches.iter();
    let mut batch: Option<(i64, i64, &str)> = None;
    let (mut digest, mut expected, mut alive, mut overdue) = (Sha256::new(), 0, 0, 0_u64);
    let mut named = 0;
    let mut find = |verdict: &mut Verdict, words: String| {
        named += 1;
        if named <= NAMED {
            verdict.find(words);
        }
    };
    let sql = format!("SELECT {} FROM item WHERE id >= ?1 AND id < ?2 ORDER BY id", ItemRow::COLUMNS);
    tx.each(&sql, (first, end), |sqlite| {
        let item = ItemRow::read(sqlite).map_err(|error| tx.error(&error))?;
        let place = item.id.place();
        if place > expected {
            find(verdict, format!("items {expected} to {} of {state} are missing", place - 1));
        }
        // A gap may end in a later batch.
        while batch.is_none_or(|(first, count, _)| place >= first + count) {
            let Some((first, (count, words))) = batches.next() else { break };
            batch = Some((*first, *count, words));
            digest = Sha256::new();
        }
        expected = place + 1;
        if let Some((first, count, words)) = batch.filter(|(first, count, _)| (*first..first + count).contains(&place))
        {
            digest.update(item.digest());
            let is_last = place + 1 == first + count;
            if is_last && hex(&std::mem::take(&mut digest).finalize()) != *words {
                let range = if count == 1 {
                    format!("item {first}")
                } else {
                    format!("items {first} to {}", first + count - 1)
                };
                find(verdict, format!("{range} of {state}: what is there is not what was kept"));
            }
        } else {
            find(verdict, format!("item {place} of {state} is there, and the log does not have it"));
        }
        match (&item.key, state.erased.contains(&item.id.number())) {
            (None, false) => find(verdict, format!("item {place} of {state} has lost its key")),
            (Some(_), true) => find(verdict, format!("item {place} of {state} was erased, and is there again")),
            (None, true) => return Ok(()),
            (Some(_), false) => {}
        }
        let (day, minute) = day_and_minute(item.deadline);
        if day != row.day {
            find(verdict, format!("item {place} of {state} has another deadline than its day"));
        }
        if minute >= row.minute {
            alive += 1;
            if !row.is_marked(minute) {
                find(
                    verdict,
                    format!("the deadline of item {place} of {state} is not marked, so it would not be kept"),
                );
            }
            overdue += u64::from(item.deadline + TURN_MS <= now);
            medium(&item, segments, state, &mut |words| find(verdict, words))?;
        }
        Ok(())
    })?;
    let whole = state.count();
    if expected < whole {
        find(verdict, format!("items {expected} to {} of {state} are missing", whole - 1));
    }
    if named > NAMED {
        verdict.find(format!("{} more of {state}", named - NAMED));
    }
    if overdue > 0 {
        verdict.find(format!(
            "{overdue} items of {state} have come to their deadline and can still be opened; they end when the vault is \
             opened next"
        ));
    }
    if row.minute >= MINUTES || (row.day + 1) * DAY_MS + TURN_MS <= now {
        verdict.find(format!("{state} is over, and its key is there"));
    }
    Ok(alive)
}

fn medium(
    item: &ItemRow,
    segments: &Segments,
    state: &BucketState,
    find: &mut dyn FnMut(String),
) -> Result<(), VaultError> {
    let Some(kept) = &item.medium else { return Ok(()) };
    let place = item.id.place();
    match segments.read(item.id)? {
        None => find(format!("the file of item {place} of {state} is missing: {}", segments.path(item.id).display())),
        Some((_, digest)) if digest.as_slice() != kept.as_slice() => {
            find(format!("the file of item {place} of {state} was changed: {}", segments.path(item.id).display()));
        }
        Some(_) => {}
    }
    Ok(())
}

/// Items, and buckets, that may have files before they have rows: those of one commit.
const ITEMS_TO_COME: i64 = limits::ITEMS_PER_COMMIT as i64;
const BUCKETS_TO_COME: i64 = 64;

/// No file is there without an item.
fn files(tx: &Tx<'_>, replay: &Replay, segments: &Segments, verdict: &mut Verdict) -> Result<(), VaultError> {
    let (before, mut count) = (verdict.findings.len(), 0_u64);
    segments.each(|path, id| {
        count += 1;
        let has_row = |id: ItemId| {
            tx.row("SELECT medium IS NOT NULL FROM item WHERE id = ?1", [id.number()], |row| row.get::<_, bool>(0))
        };
        match id {
            None => verdict.find(format!("a file is there that is none of the vault's: {}", path.display())),
            Some(id) => {
                let (state, latest) = (replay.buckets.get(&id.bucket()), replay.buckets.keys().next_back());
                // One that is being written has its row at the next commit; one that a crash left goes at the next opening.
                let is_next =
                    latest.is_none_or(|latest| id.bucket() > *latest && id.bucket() <= latest + BUCKETS_TO_COME);
                let is_to_come = state.map_or(is_next, |state| {
                    !state.is_cleared && (state.count()..state.count() + ITEMS_TO_COME).contains(&id.place())
                });
                // The file of an item that was erased goes after the commit, and those of a day that is over after its rows;
                // their keys went before.
                let is_over = state.is_some_and(|state| {
                    state.erased.contains(&id.number()) || (state.is_destroyed && !state.is_cleared)
                });
                if state.is_some_and(|state| state.is_cleared) {
                    let path = path.display();
                    verdict
                        .find(format!("a file is left of what is over; it goes when the vault is opened next: {path}"));
                } else if !is_to_come && !is_over && has_row(id)? != Some(true) {
                    verdict.find(format!("a file is there whose item is not: {}", path.display()));
                }
            }
        }
        Ok(())
    })?;
    if verdict.findings.len() == before {
        verdict.hold(format!("the files are as the database has them: {count}"));
    }
    Ok(())
}
