//! What is left on the disk, byte by byte: of what is kept, and of what has come to its deadline or was erased.

use super::{Site, copy, hours, keep, privacy_officer, read, recorder};
use crate::bucket::Bucket;
use crate::item::{Binding, ItemRow};
use crate::log::Head;
use crate::retention::day_and_minute;
use crate::store::Store;
use crate::{Access, Grant, PropertyProtection, Reading};
use std::path::{Path, PathBuf};

/// How often bytes stand anywhere below a folder.
fn hits(folder: &Path, needle: &[u8]) -> usize {
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        count += if path.is_dir() { hits(&path, needle) } else { hits_in(&std::fs::read(path).unwrap(), needle) };
    }
    count
}

fn hits_in(bytes: &[u8], needle: &[u8]) -> usize {
    let first = needle[0];
    let mut count = 0;
    for at in 0..bytes.len().saturating_sub(needle.len() - 1) {
        count += usize::from(bytes[at] == first && &bytes[at..at + needle.len()] == needle);
    }
    count
}

/// The wrapped keys of days, as they stand in a directory.
fn wrapped_keys(directory: &Path) -> Vec<Vec<u8>> {
    let database = rusqlite::Connection::open(directory.join("vault.db")).unwrap();
    let mut statement = database.prepare("SELECT key FROM bucket WHERE key IS NOT NULL").unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

const CANARIES: [&[u8]; 5] =
    [b"CANARY-event-4711", b"CANARY-still-4711", b"CANARY-kari-4711", b"CANARY-why-4711", b"CANARY-erased"];

#[test]
fn nothing_that_is_kept_stands_on_the_disk_in_clear_and_no_key_of_what_is_over() {
    let mut site = Site::new();
    let (vault, mut mint) = site.open();
    let (yard, grant): (_, Grant<PropertyProtection>) = (recorder(&mut mint, "yard"), mint.grant("yard").unwrap());
    for _ in 0..100 {
        keep(&vault, &yard, CANARIES[0], Some(CANARIES[1]), site.now);
    }
    let erased = keep(&vault, &yard, CANARIES[4], Some(CANARIES[4]), site.now);
    let access = Access::new("CANARY-kari-4711", "CANARY-why-4711").unwrap();
    let shown = vault.read(&grant, &access, &Reading::default(), site.now, |_| {}).unwrap();
    assert_eq!(shown.items, 101);
    let everywhere = site.data().parent().unwrap().to_owned();
    let assert_no_canary = || {
        for canary in CANARIES {
            assert_eq!(hits(&everywhere, canary), 0, "{}", String::from_utf8_lossy(canary));
        }
    };
    assert_no_canary();

    // Erased before its deadline: its wrapped key and its file are gone from database and journal at once.
    let row = |id: crate::ItemId| {
        let store = &mut Store::open_to_read(&site.data()).unwrap();
        let sql = format!("SELECT {} FROM item WHERE id = ?1", ItemRow::COLUMNS);
        store.read(|tx| tx.row(&sql, [id.number()], ItemRow::read)).unwrap().unwrap()
    };
    let before = row(erased);
    vault.erase(&grant, &privacy_officer(), &[erased], site.now).unwrap();
    assert_eq!(hits(&site.data(), &before.key.unwrap()), 0);
    assert_eq!(hits(&site.data(), &before.sealed), 0);
    assert_eq!(std::fs::read_dir(site.data().join(format!("segments/{:08x}", erased.bucket()))).unwrap().count(), 100);

    // Come to its deadline: the key of the day is gone at once, rows and files when they are cleared.
    site.pass(hours(24 * 4));
    vault.maintain(site.now).unwrap();
    assert_eq!(std::fs::metadata(site.data().join("vault.db-wal")).unwrap().len(), 0, "the journal is empty");
    assert_eq!(std::fs::read_dir(site.data().join("segments")).unwrap().count(), 0);
    assert_no_canary();
    site.assert_verified();
}

#[test]
fn a_wrapped_key_of_a_day_that_was_destroyed_or_replaced_stands_nowhere() {
    let mut site = Site::new();
    let (vault, mut mint) = site.open();
    let recorders: Vec<_> = (0..30).map(|number| recorder(&mut mint, &format!("purpose {number}"))).collect();
    let mut seen = std::collections::HashSet::new();
    for _ in 0..16 {
        for recorder in &recorders {
            keep(&vault, recorder, b"event", None, site.now);
        }
        vault.maintain(site.pass(hours(6))).unwrap();
        let there = wrapped_keys(&site.data());
        seen.extend(there.iter().cloned());
        let gone = seen.iter().filter(|key| !there.contains(key));
        let left = gone.filter(|key| hits(&site.data(), key) > 0).count();
        assert_eq!(left, 0, "of {} that were seen", seen.len());
    }
    assert!(seen.len() > 200);
}

#[test]
fn a_backup_from_before_a_night_is_opened_by_no_key_that_is_left() {
    let mut site = Site::new();
    let (vault, mut mint) = site.open();
    let yard = recorder(&mut mint, "yard");
    for _ in 0..10 {
        keep(&vault, &yard, b"event", None, site.now);
    }
    let backup = site.back_up("backup");
    let can_be_opened = |directory: &Path| {
        // With everything that the key file holds, and the right way of opening.
        let root = site.root();
        let nights = root.read().unwrap().unwrap();
        let mut store = Store::open(directory).unwrap();
        store
            .read(|tx| {
                let night = Head::load(tx)?.unwrap().0.night;
                let keys = [night, night + 1, night - 1].map(|night| root.of_night(&nights, night));
                let mut opened = 0;
                for bucket in Bucket::of_purpose(tx, "property-protection/yard")? {
                    for key in keys.iter().flatten() {
                        let Some(chain) = bucket.unlock(key) else { continue };
                        tx.each(&format!("SELECT {} FROM item", ItemRow::COLUMNS), [], |row| {
                            let row = ItemRow::read(row).unwrap();
                            let binding = Binding { purpose: &bucket.purpose, id: row.id, deadline: row.deadline };
                            let minute = chain.of_minute(day_and_minute(row.deadline).1).unwrap();
                            opened += usize::from(binding.unwrap(&minute, &row.key.unwrap()).is_some());
                            Ok(())
                        })?;
                    }
                }
                Ok(opened)
            })
            .unwrap()
    };
    assert_eq!(can_be_opened(&backup), 10, "until the night, the key file opens the backup");
    site.now += hours(24);
    vault.maintain(site.now).unwrap();
    let can_be_opened_now = {
        let copy_of_backup = site.beside("backup-2");
        copy(&backup, &copy_of_backup);
        let root = site.root();
        let nights = root.read().unwrap().unwrap();
        let mut store = Store::open(&copy_of_backup).unwrap();
        store
            .read(|tx| {
                let buckets = Bucket::of_purpose(tx, "property-protection/yard")?;
                let keys: Vec<_> = (0..10).filter_map(|night| root.of_night(&nights, night)).collect();
                assert_eq!(keys.len(), 1, "one night is left in the key file");
                Ok(buckets.iter().filter(|bucket| keys.iter().any(|key| bucket.unlock(key).is_some())).count())
            })
            .unwrap()
    };
    assert_eq!(can_be_opened_now, 0);
    assert_eq!(read(&vault, &mint.grant("yard").unwrap(), site.now).len(), 10, "the vault itself still opens");
}

#[test]
fn the_process_dumps_no_core() {
    let site = Site::new();
    let _vault = site.open();
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
    assert_eq!(rustix::process::dumpable_behavior().unwrap(), rustix::process::DumpableBehavior::NotDumpable);
}

/// A file system of its own, in a file, mounted where the system lets us.
struct Image {
    file: PathBuf,
    mounted: PathBuf,
}

impl Image {
    fn mount(folder: &Path) -> Option<Self> {
        let image = Self { file: folder.join("image"), mounted: folder.join("mounted") };
        std::fs::create_dir(&image.mounted).unwrap();
        std::fs::File::create(&image.file).unwrap().set_len(48 << 20).unwrap();
        let run = |program: &str, arguments: &[&str]| {
            let status =
                std::process::Command::new(program).args(arguments).stderr(std::process::Stdio::null()).status();
            status.is_ok_and(|status| status.success())
        };
        let (file, mounted) = (image.file.display().to_string(), image.mounted.display().to_string());
        let is_mounted = run("mkfs.ext4", &["-q", "-F", &file]) && run("mount", &["-o", "loop", &file, &mounted]);
        is_mounted.then_some(image)
    }

    fn unmount(&self) {
        assert!(std::process::Command::new("umount").arg(&self.mounted).status().unwrap().success());
    }
}

#[test]
fn a_raw_image_of_the_file_system_holds_nothing_in_clear_and_no_root_key_of_an_earlier_night() {
    let mut site = Site::new();
    let folder = site.beside("image");
    std::fs::create_dir(&folder).unwrap();
    let Some(image) = Image::mount(&folder) else {
        println!("skipped: no file system can be made and mounted here");
        return;
    };
    let root = || crate::RootKey::in_file(&image.mounted.join("root.key"));
    let (vault, mut mint) = crate::Vault::open_or_create(&image.mounted.join("data"), root(), site.now).unwrap();
    let yard = recorder(&mut mint, "yard");
    let mut earlier = Vec::new();
    for _ in 0..3 {
        for _ in 0..50 {
            keep(&vault, &yard, CANARIES[0], Some(CANARIES[1]), site.now);
        }
        let file = std::fs::read(image.mounted.join("root.key")).unwrap();
        // Magic, flag, seed, number of the night, key.
        earlier.push(file[18 + 1 + 32 + 8..18 + 1 + 32 + 8 + 32].to_vec());
        vault.maintain(site.pass(hours(24))).unwrap();
    }
    let now_file = std::fs::read(image.mounted.join("root.key")).unwrap();
    drop(vault);
    image.unmount();
    let raw = std::fs::read(&image.file).unwrap();
    assert!(hits_in(&raw, &now_file) > 0, "the search finds the root key of tonight");
    for canary in CANARIES {
        assert_eq!(hits_in(&raw, canary), 0);
    }
    for key in earlier {
        assert_eq!(hits_in(&raw, &key), 0, "a root key of an earlier night is in the image");
    }
}
