//! Whatever is deleted, reordered, edited or cut off is named by `verify`.

use super::{Site, copy, hours, keep, privacy_officer, read, recorder};
use crate::{Grant, PropertyProtection, SignedHead, verify};
use std::path::{Path, PathBuf};

/// A vault with something of everything, closed.
fn vault() -> (Site, Vec<SignedHead>) {
    let mut site = Site::new();
    let (vault, mut mint) = site.open();
    let (yard, gate) = (recorder(&mut mint, "yard"), recorder(&mut mint, "gate"));
    let grant: Grant<PropertyProtection> = mint.grant("yard").unwrap();
    keep(&vault, &gate, b"long over", Some(b"still"), site.now - hours(71));
    let mut heads = vec![vault.head().unwrap()];
    let erased = keep(&vault, &yard, b"to be erased", Some(b"still"), site.now);
    for number in 0..5 {
        keep(&vault, &yard, format!("event {number}").as_bytes(), Some(b"still"), site.now);
        keep(&vault, &gate, b"at the gate", None, site.now);
    }
    vault.erase(&grant, &privacy_officer(), &[erased], site.now).unwrap();
    site.pass(hours(24));
    vault.maintain(site.now).unwrap();
    heads.push(vault.head().unwrap());
    keep(&vault, &yard, b"after the night", Some(b"still"), site.now);
    read(&vault, &grant, site.now);
    heads.push(vault.head().unwrap());
    (site, heads)
}

fn findings(directory: &Path, site: &Site) -> Vec<String> {
    verify(directory, None, site.now).unwrap().findings
}

#[test]
fn a_whole_vault_is_said_to_hold_also_against_every_head_that_a_witness_kept() {
    let (site, heads) = vault();
    for head in &heads {
        let text = head.to_string();
        let verdict = verify(&site.data(), Some(&text.parse().unwrap()), site.now).unwrap();
        assert_eq!(verdict.findings, Vec::<String>::new());
        assert_eq!(verdict.holds.len(), 6, "{:#?}", verdict.holds);
        assert!(verdict.holds.iter().any(|words| words.contains("only grew since the witness's head")));
    }
    assert!("vokter-head-1 1 2".parse::<SignedHead>().is_err());
}

#[test]
fn every_column_of_every_row_is_covered() {
    let (site, _) = vault();
    let edits = [
        "UPDATE head SET size = size - 1",
        "UPDATE head SET time = time - 3600000",
        "UPDATE head SET night = night - 1",
        "UPDATE head SET rotated = rotated + 1",
        "UPDATE head SET peaks = zeroblob(length(peaks))",
        "UPDATE head SET signer = zeroblob(32)",
        "UPDATE head SET signature = zeroblob(64)",
        "DELETE FROM head",
        "DELETE FROM leaf WHERE number = 3",
        "DELETE FROM leaf WHERE number = (SELECT max(number) FROM leaf)",
        "DELETE FROM leaf",
        "UPDATE leaf SET body = CAST(replace(CAST(body AS TEXT), '\"count\":1', '\"count\":2') AS BLOB)
            WHERE number = (SELECT max(number) FROM leaf WHERE CAST(body AS TEXT) LIKE '%\"count\":1%')",
        "UPDATE leaf SET body = CAST('{}' AS BLOB) WHERE number = 4",
        "UPDATE leaf SET number = -1 - number WHERE number IN (5, 6);
            UPDATE leaf SET number = 6 WHERE number = -6; UPDATE leaf SET number = 5 WHERE number = -7",
        "INSERT INTO leaf SELECT max(number) + 1, body FROM leaf",
        "UPDATE bucket SET purpose = 'property-protection/else' WHERE id = 5",
        "UPDATE bucket SET class = 'iceland' WHERE id = 4",
        "UPDATE bucket SET day = day + 30 WHERE id = 4",
        "UPDATE bucket SET minute = minute + 1 WHERE id = 4",
        "UPDATE bucket SET used = zeroblob(180) WHERE id = 4",
        "UPDATE bucket SET rekey = 1 - rekey WHERE id = 4",
        "UPDATE bucket SET key = zeroblob(72) WHERE id = 4",
        "UPDATE bucket SET key = NULL WHERE id = 4",
        "DELETE FROM bucket WHERE id = 4",
        "INSERT INTO bucket SELECT 99, 'property-protection/new', class, day, minute, used, rekey, key FROM bucket
            WHERE id = 4",
        "UPDATE item SET sealed = zeroblob(length(sealed)) WHERE id = {live}",
        "UPDATE item SET key = zeroblob(72) WHERE id = {live}",
        "UPDATE item SET key = NULL WHERE id = {live}",
        "UPDATE item SET deadline = deadline + 60000 WHERE id = {live}",
        "UPDATE item SET deadline = deadline + 86400000 WHERE id = {live}",
        "UPDATE item SET medium = NULL WHERE id = {live}",
        "UPDATE item SET medium = zeroblob(32) WHERE id = {live}",
        "UPDATE item SET id = id + 100 WHERE id = {live}",
        "DELETE FROM item WHERE id = {live}",
        "DELETE FROM item WHERE id = (SELECT max(id) FROM item)",
        "DELETE FROM item WHERE key IS NULL",
        "UPDATE item SET sealed = zeroblob(32) WHERE key IS NULL",
        "INSERT INTO item SELECT id + 1000, deadline, key, sealed, medium FROM item WHERE id = {live}",
        "INSERT INTO item SELECT id + (77 << 36), deadline, key, sealed, NULL FROM item WHERE id = {live}",
        "UPDATE item SET id = -1 WHERE id = {live}; UPDATE item SET id = {live} WHERE id = {live} + 1;
            UPDATE item SET id = {live} + 1 WHERE id = -1",
    ];
    let database = site.database();
    let sql = "SELECT min(id) FROM item WHERE key IS NOT NULL AND medium IS NOT NULL AND (id >> 36) = 4";
    let live: i64 = database.query_row(sql, [], |row| row.get(0)).unwrap();
    drop(database);
    assert_eq!(findings(&site.data(), &site), Vec::<String>::new());
    for (number, edit) in edits.iter().enumerate() {
        let copy = site.back_up(&format!("copy-{number}"));
        let database = rusqlite::Connection::open(copy.join("vault.db")).unwrap();
        database.execute_batch(&edit.replace("{live}", &live.to_string())).unwrap();
        assert!(database.total_changes() > 0, "nothing was changed: {edit}");
        drop(database);
        let found = findings(&copy, &site);
        assert!(!found.is_empty(), "not found: {edit}");
        println!("{edit}\n    {}", found.join("\n    "));
        std::fs::remove_dir_all(copy).unwrap();
    }
}

type Edit = fn(&Path);

#[test]
fn every_file_is_covered() {
    let (site, _) = vault();
    let stills: Vec<PathBuf> = files_below(&site.data().join("segments"));
    assert!(stills.len() >= 6, "{stills:?}");
    let edits: [(&str, Edit); 4] = [
        ("is missing", |path| std::fs::remove_file(path).unwrap()),
        ("was changed", |path| std::fs::write(path, b"else").unwrap()),
        ("was changed", |path| {
            let bytes = std::fs::read(path).unwrap();
            std::fs::write(path, &bytes[..bytes.len() - 1]).unwrap();
        }),
        ("none of the vault's", |path| std::fs::write(path.with_file_name("else"), b"else").unwrap()),
    ];
    for (number, still) in stills.iter().enumerate() {
        for (kind, (words, edit)) in edits.iter().enumerate() {
            let directory = site.back_up(&format!("copy-{number}-{kind}"));
            edit(&directory.join(still.strip_prefix(site.data()).unwrap()));
            let found = findings(&directory, &site);
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].contains(words), "{found:?}");
        }
    }
    let swapped = site.back_up("swapped");
    let there = |path: &PathBuf| swapped.join(path.strip_prefix(site.data()).unwrap());
    std::fs::rename(there(&stills[0]), swapped.join("aside")).unwrap();
    std::fs::rename(there(&stills[1]), there(&stills[0])).unwrap();
    std::fs::rename(swapped.join("aside"), there(&stills[1])).unwrap();
    assert_eq!(findings(&swapped, &site).len(), 2);
}

#[test]
fn a_database_that_is_cut_off_or_overwritten_is_named_and_not_served() {
    let (site, _) = vault();
    let length = std::fs::metadata(site.data().join("vault.db")).unwrap().len();
    for (number, cut) in [0, 50, length / 3, length - 4096, length - 1].into_iter().enumerate() {
        let directory = site.back_up(&format!("cut-{number}"));
        std::fs::OpenOptions::new().write(true).open(directory.join("vault.db")).unwrap().set_len(cut).unwrap();
        let found = findings(&directory, &site);
        assert!(!found.is_empty(), "cut to {cut} bytes");
    }
    let directory = site.back_up("overwritten");
    let mut bytes = std::fs::read(directory.join("vault.db")).unwrap();
    bytes[8192..12288].fill(0x5a);
    std::fs::write(directory.join("vault.db"), bytes).unwrap();
    assert!(!findings(&directory, &site).is_empty());
}

#[test]
fn a_log_that_was_cut_or_begun_anew_contradicts_the_witness() {
    let (site, heads) = vault();
    let latest = heads.last().unwrap();
    let against = |directory: &Path, head: &SignedHead| verify(directory, Some(head), site.now).unwrap().findings;

    // An earlier state of the whole directory, put back with all its signatures right.
    let mut earlier = Site::new();
    let (vault, mut mint) = earlier.open();
    let yard = recorder(&mut mint, "yard");
    keep(&vault, &yard, b"one", None, earlier.now);
    let backup = earlier.back_up("backup");
    earlier.pass(hours(1));
    keep(&vault, &yard, b"two", None, earlier.now);
    let head = vault.head().unwrap();
    assert!(findings(&backup, &earlier).is_empty(), "by itself it is whole");
    assert!(against(&backup, &head)[0].contains("the log was cut"), "the witness knows better");
    assert!(against(&earlier.data(), latest)[0].contains("another vault"));

    // Another history of the same length, signed with the same key.
    let (one, two) = (earlier.beside("one"), earlier.beside("two"));
    drop(vault);
    copy(&backup, &one);
    copy(&backup, &two);
    let root = || crate::RootKey::in_file(&earlier.key());
    for (directory, payload) in [(&one, b"left"), (&two, b"rigt")] {
        let (vault, mut mint) = crate::Vault::open(directory, root(), earlier.now).unwrap();
        let yard = recorder(&mut mint, "yard");
        keep(&vault, &yard, payload, None, earlier.now);
    }
    let (vault, _) = crate::Vault::open(&one, root(), earlier.now).unwrap();
    let head = vault.head().unwrap();
    drop(vault);
    assert!(against(&one, &head).is_empty());
    assert!(against(&two, &head)[0].contains("not those that the witness saw"));
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() { found.extend(files_below(&entry.path())) } else { found.push(entry.path()) }
    }
    found.sort();
    found
}
