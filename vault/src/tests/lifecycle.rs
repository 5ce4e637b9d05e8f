//! Keeping, reading, ending, replacing the root key.

use super::{Site, copy, hours, keep, operator, privacy_officer, read, recorder, refusal};
use crate::{Access, CrimePrevention, Draft, Grant, Kept, PropertyProtection, Reading, Retention, RetentionClass};
use crate::{RootKey, Vault, VaultError};
use jiff::SignedDuration;
use std::os::unix::fs::PermissionsExt as _;
use vokter_rules::purpose::PurposeKind;

#[test]
fn what_is_kept_is_read_back_after_opening_anew_until_its_deadline_and_not_at_it() {
    let mut site = Site::new();
    let (vault, mut mint) = site.open();
    let yard = recorder(&mut mint, "yard");
    let kept = vault
        .keep(&[Draft { recorder: &yard, captured: site.now, payload: b"event", medium: Some(b"still") }], site.now)
        .unwrap();
    let [Kept::Until(_, deadline)] = kept.as_slice() else { panic!("{kept:?}") };
    assert_eq!(deadline.to_string(), "2026-11-25T10:30:00Z", "72 hours, rounded down to the minute");
    drop(vault);
    let (vault, mut mint) = site.open();
    let grant = mint.grant("yard").unwrap();
    assert_eq!(read(&vault, &grant, site.now), [(b"event".to_vec(), Some(b"still".to_vec()))]);
    site.assert_verified();

    site.now = *deadline - SignedDuration::from_millis(1);
    assert_eq!(read(&vault, &grant, site.now).len(), 1);
    site.now = *deadline;
    assert_eq!(read(&vault, &grant, site.now).len(), 0);
    site.assert_verified();
}

#[test]
fn inv_5_at_the_deadline_the_key_is_gone_whoever_asks_and_whatever_the_clock_says() {
    let mut site = Site::new();
    let (vault, mut mint) = site.open();
    let (yard, grant) = (recorder(&mut mint, "yard"), mint.grant("yard").unwrap());
    keep(&vault, &yard, b"first", None, site.now);
    let later = site.pass(SignedDuration::from_mins(5));
    keep(&vault, &yard, b"second", None, later);
    let first_is_over = site.pass(SignedDuration::from_mins(72 * 60 - 5));
    let report = vault.maintain(first_is_over).unwrap();
    assert_eq!((report.chains_stepped, report.keys_destroyed), (1, 0));
    assert!(!report.journal_is_due);
    assert_eq!(read(&vault, &grant, later).len(), 1, "a clock that is set back brings nothing back");
    drop(vault);

    // Whoever sets the row's deadline and the vault's clock back has no key for it either.
    let database = site.database();
    database.execute("UPDATE item SET deadline = deadline + 600000 WHERE id >> 36 = 3", []).unwrap();
    drop(database);
    let (vault, mut mint) = site.open();
    let mut shown = 0;
    let counted = vault
        .read(&mint.grant::<PropertyProtection>("yard").unwrap(), &operator(), &Reading::default(), site.now, |_| {
            shown += 1;
        })
        .unwrap();
    assert_eq!((shown, counted.damaged), (0, 2), "the deadline is bound to the item's key");
}

#[test]
fn a_machine_that_was_off_over_the_deadline_opens_nothing_that_is_over() {
    let mut site = Site::new();
    let (vault, mut mint) = site.open();
    let yard = recorder(&mut mint, "yard");
    for _ in 0..10 {
        keep(&vault, &yard, b"event", Some(b"still"), site.now);
    }
    drop(vault);
    site.pass(hours(24 * 30));
    let (vault, mut mint) = site.open();
    let keys: i64 = site
        .database()
        .query_row("SELECT count(*) FROM bucket WHERE purpose LIKE 'property%' AND key IS NOT NULL", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(keys, 0, "gone before anything is served");
    assert_eq!(read(&vault, &mint.grant("yard").unwrap(), site.now).len(), 0);
    let report = vault.maintain(site.now).unwrap();
    assert_eq!((report.items_cleared, report.files_cleared, report.night_began), (10, 10, true));
    site.assert_verified();
}

#[test]
fn the_disk_gets_its_room_back() {
    let mut site = Site::new();
    let (vault, mut mint) = site.open();
    let yard = recorder(&mut mint, "yard");
    let payload = [b'x'; 4000];
    let draft = Draft { recorder: &yard, captured: site.now, payload: &payload, medium: None };
    for _ in 0..4 {
        vault.keep(&vec![draft; 500], site.now).unwrap();
    }
    site.pass(hours(24 * 4));
    vault.maintain(site.now).unwrap();
    vault.maintain(site.now).unwrap();
    let size = std::fs::metadata(site.data().join("vault.db")).unwrap().len();
    assert!(size < 200_000, "{size} bytes of 8,000,000 are left");
    site.assert_verified();
}

#[test]
fn what_comes_after_its_deadline_is_not_kept_and_the_future_does_not_lengthen_it() {
    let site = Site::new();
    let (vault, mut mint) = site.open();
    let yard = recorder(&mut mint, "yard");
    let draft = |captured| Draft { recorder: &yard, captured, payload: b"event", medium: None };
    let drafts = [draft(site.now - hours(72)), draft(site.now + hours(24))];
    let kept = vault.keep(&drafts, site.now).unwrap();
    assert_eq!(kept[0], Kept::TooLate);
    let Kept::Until(_, deadline) = kept[1] else { panic!("{kept:?}") };
    assert!(deadline <= site.now + hours(72));
}

#[test]
fn inv_4_a_grant_opens_its_own_purpose_also_in_a_copy_and_also_under_the_same_name() {
    let site = Site::new();
    let (vault, mut mint) = site.open();
    let yard = recorder(&mut mint, "yard");
    recorder(&mut mint, "gate");
    keep(&vault, &yard, b"of the yard", None, site.now);
    drop(vault);
    let backup = site.back_up("copy");
    for directory in [site.data(), backup] {
        let (vault, mut mint) = Vault::open(&directory, site.root(), site.now).unwrap();
        assert_eq!(read(&vault, &mint.grant("gate").unwrap(), site.now).len(), 0);
        let mut shown = 0;
        let crime: Grant<CrimePrevention> = mint.grant("yard").unwrap();
        vault.read(&crime, &operator(), &Reading::default(), site.now, |_| shown += 1).unwrap();
        assert_eq!(shown, 0, "another kind of the same name is another purpose");
        drop(vault);

        // Who moves the row and the key to another purpose in the database opens nothing.
        let database = rusqlite::Connection::open(directory.join("vault.db")).unwrap();
        let moved = "UPDATE bucket SET purpose = 'property-protection/gate' WHERE purpose = 'property-protection/yard'";
        assert_eq!(database.execute(moved, []).unwrap(), 1);
        drop(database);
        let (vault, mut mint) = Vault::open(&directory, site.root(), site.now).unwrap();
        let gate: Grant<PropertyProtection> = mint.grant("gate").unwrap();
        let shown = vault.read(&gate, &operator(), &Reading::default(), site.now, |_| panic!("it was opened")).unwrap();
        assert_eq!((shown.items, shown.damaged), (0, 1));
    }
}

#[test]
fn inv_4_grants_and_recorders_are_handed_out_once() {
    let site = Site::new();
    let (_vault, mut mint) = site.open();
    let _grant: Grant<PropertyProtection> = mint.grant("yard").unwrap();
    assert!(matches!(refusal(mint.grant::<PropertyProtection>("yard")), VaultError::Minted(_)));
    recorder(&mut mint, "yard");
    let again = mint.recorder(PurposeKind::PropertyProtection, "yard", Retention::DEFAULT);
    assert!(matches!(refusal(again), VaultError::Minted(_)));
    for name in ["", "a\nb", &"x".repeat(201)] {
        assert!(matches!(refusal(mint.grant::<PropertyProtection>(name)), VaultError::PurposeName(_)));
    }
}

#[test]
fn inv_8_every_reading_and_refusal_is_in_the_log_and_a_log_that_cannot_be_written_shows_nothing() {
    let site = Site::new();
    let (vault, mut mint) = site.open();
    let (yard, grant) = (recorder(&mut mint, "yard"), mint.grant("yard").unwrap());
    keep(&vault, &yard, b"event", None, site.now);
    read(&vault, &grant, site.now);
    let administrator = Access::new("root", "just looking").unwrap();
    let refused = vault.read(&grant, &administrator, &Reading::default(), site.now, |_| panic!("INV-13"));
    assert!(refusal(refused).to_string().contains("operator may"));
    assert!(matches!(refusal(Access::new("kari", "  ")), VaultError::NoReason(_)));
    let mut log = Vec::new();
    vault.read_log(&privacy_officer(), site.now, |record| log.push(record)).unwrap();
    let of = |record: &crate::AccessRecord| (record.who.clone(), record.reason.clone(), record.refused);
    assert_eq!(
        log.iter().map(of).collect::<Vec<_>>(),
        [
            ("vokter".into(), "the site file that runs".into(), false),
            ("kari".into(), "the fence was cut in the night".into(), false),
            ("root".into(), "just looking".into(), true),
            ("ola".into(), "a data subject asked".into(), false),
        ]
    );
    assert!(vault.read_log(&operator(), site.now, |_| panic!("the log is the privacy officer's")).is_err());

    let blocker = site.database();
    blocker.execute_batch("CREATE TRIGGER no_log BEFORE INSERT ON leaf BEGIN SELECT RAISE(ABORT, 'no'); END").unwrap();
    let unlogged = vault.read(&grant, &operator(), &Reading::default(), site.now, |_| panic!("shown unlogged"));
    assert!(matches!(refusal(unlogged), VaultError::NotLogged(_)));
}

#[test]
fn after_a_night_a_backup_of_the_directory_opens_nothing() {
    let mut site = Site::new();
    let (vault, mut mint) = site.open();
    let yard = recorder(&mut mint, "yard");
    let id = keep(&vault, &yard, b"event", Some(b"still"), site.now);
    keep(&vault, &yard, b"other", None, site.now);
    let backup = site.back_up("backup");
    let old_key = std::fs::read(site.key()).unwrap();
    site.pass(hours(24));
    assert!(vault.maintain(site.now).unwrap().night_began);
    let error = refusal(Vault::open(&backup, site.root(), site.now));
    assert!(matches!(error, VaultError::KeyOfAnotherNight { vault: 1, .. }), "{error}");
    assert_ne!(std::fs::read(site.key()).unwrap(), old_key);
    site.assert_verified();

    // An item that is erased is opened by no copy of its row after the next night, though its neighbour's key lives on.
    let grant: Grant<PropertyProtection> = mint.grant("yard").unwrap();
    let row = |id: crate::ItemId| -> (Vec<u8>, Vec<u8>) {
        let sql = "SELECT key, sealed FROM item WHERE id = ?1";
        site.database().query_row(sql, [id.number()], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
    };
    let copy_of_row = row(id);
    vault.erase(&grant, &privacy_officer(), &[id], site.now).unwrap();
    assert!(matches!(refusal(vault.erase(&grant, &privacy_officer(), &[id], site.now)), VaultError::NoItem { .. }));
    assert!(refusal(vault.erase(&grant, &operator(), &[id], site.now)).to_string().contains("privacy-officer may"));
    assert_eq!(read(&vault, &grant, site.now), [(b"other".to_vec(), None)]);
    site.assert_verified();
    let tomorrow = site.now + hours(24);
    vault.maintain(tomorrow).unwrap();
    assert_eq!(read(&vault, &grant, tomorrow), [(b"other".to_vec(), None)], "its neighbour is still there");
    let put_back = "UPDATE item SET key = ?2, sealed = ?3 WHERE id = ?1";
    site.database().execute(put_back, (id.number(), copy_of_row.0, copy_of_row.1)).unwrap();
    let shown = vault.read(&grant, &operator(), &Reading::default(), tomorrow, |_| {}).unwrap();
    assert_eq!((shown.withheld, shown.damaged), (1, 1), "the row that was put back does not open");
}

#[test]
fn a_vault_without_its_key_is_refused_unchanged_and_says_what_is_missing() {
    let site = Site::new();
    assert!(matches!(refusal(Vault::open(&site.data(), site.root(), site.now)), VaultError::NoVault(_)));
    let (vault, mut mint) = site.open();
    let yard = recorder(&mut mint, "yard");
    keep(&vault, &yard, b"event", None, site.now);
    drop(vault);
    let kept = std::fs::read(site.key()).unwrap();
    std::fs::rename(site.key(), site.beside("elsewhere")).unwrap();
    let error = refusal(Vault::open_or_create(&site.data(), site.root(), site.now));
    assert!(error.to_string().contains("is missing") && error.to_string().contains("--key-file"), "{error}");
    assert!(!site.key().exists(), "no other key is made in its place");

    // Another vault's key.
    let other = Site::new();
    drop(other.open());
    std::fs::copy(other.key(), site.key()).unwrap();
    let error = refusal(Vault::open_or_create(&site.data(), site.root(), site.now));
    assert!(matches!(error, VaultError::KeyOfAnotherNight { .. }), "{error}");

    std::fs::write(site.key(), kept).unwrap();
    let bound = site.root().bound_to(b"credential");
    assert!(refusal(Vault::open(&site.data(), bound, site.now)).to_string().contains("made without a credential"));
    let inside = RootKey::in_file(&site.data().join("root.key"));
    assert!(matches!(refusal(Vault::open(&site.data(), inside, site.now)), VaultError::KeyAmongData(_)));
    let (vault, mut mint) = site.open();
    assert_eq!(read(&vault, &mint.grant("yard").unwrap(), site.now).len(), 1);
    let mode = |path: std::path::PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!([site.data(), site.data().join("vault.db"), site.key()].map(mode), [0o700, 0o600, 0o600]);
}

#[test]
fn two_processes_read_and_write_one_vault_and_either_may_begin_the_night() {
    let mut site = Site::new();
    let (one, mut mint_one) = site.open();
    let yard = recorder(&mut mint_one, "yard");
    keep(&one, &yard, b"first", None, site.now);
    let (two, mut mint_two) = site.open();
    let grant = mint_two.grant("yard").unwrap();
    assert_eq!(read(&two, &grant, site.now).len(), 1);
    site.pass(hours(20));
    assert!(two.maintain(site.now).unwrap().night_began);
    keep(&one, &yard, b"second", None, site.now);
    assert!(!one.maintain(site.now).unwrap().night_began);
    assert_eq!(read(&two, &grant, site.now).len(), 2);
    site.assert_verified();
}

#[test]
fn a_file_that_a_crash_left_without_a_row_is_cleared_and_one_key_too_many_forgotten() {
    let site = Site::new();
    let (vault, mut mint) = site.open();
    let yard = recorder(&mut mint, "yard");
    let id = keep(&vault, &yard, b"event", Some(b"still"), site.now);
    drop(vault);
    let folder = site.data().join(format!("segments/{:08x}", id.bucket()));
    let stray = folder.join(format!("{:016x}", id.number() + 1));
    std::fs::write(&stray, b"half a file").unwrap();
    let root = site.root();
    let mut nights = root.read().unwrap().unwrap();
    nights.add(1).unwrap();
    root.write(&nights).unwrap();
    let (vault, mut mint) = site.open();
    assert!(!stray.exists());
    assert_eq!(root.read().unwrap().unwrap().in_words(), "night 1");
    assert_eq!(read(&vault, &mint.grant("yard").unwrap(), site.now)[0].1.as_deref(), Some(&b"still"[..]));
    copy(&site.data(), &site.beside("unused"));
}

#[test]
fn retention_is_bound_to_the_class_that_allows_it() {
    let site = Site::new();
    let (vault, mut mint) = site.open();
    let week = Retention::new(RetentionClass::NorwayWorkplace, 7).unwrap();
    let yard = mint.recorder(PurposeKind::PropertyProtection, "yard", week).unwrap();
    let draft = Draft { recorder: &yard, captured: site.now, payload: b"event", medium: None };
    let kept = vault.keep(&[draft], site.now).unwrap();
    assert!(matches!(kept[0], Kept::Until(_, deadline) if deadline.to_string() == "2026-11-29T10:30:00Z"));
    let large = vec![0; vokter_rules::limits::ITEM_BYTES + 1];
    assert!(matches!(
        refusal(vault.keep(&[Draft { payload: &large, ..draft }], site.now)),
        VaultError::TooLarge { .. }
    ));
}

#[test]
fn a_key_that_is_damaged_keeps_neither_the_night_nor_the_clearing_of_the_others() {
    let mut site = Site::new();
    let (vault, mut mint) = site.open();
    let (yard, street) = (recorder(&mut mint, "yard"), recorder(&mut mint, "street"));
    let grant: Grant<PropertyProtection> = mint.grant("yard").unwrap();
    let erased = keep(&vault, &yard, b"{}", None, site.now);
    keep(&vault, &street, b"{}", None, site.now);
    vault.erase(&grant, &privacy_officer(), &[erased], site.now).unwrap();
    let damage = "UPDATE bucket SET key = zeroblob(length(key)) WHERE purpose LIKE '%street'";
    assert_eq!(site.database().execute(damage, []).unwrap(), 1);
    assert!(vault.maintain(site.pass(hours(24))).unwrap().night_began);
    let due = "SELECT count(*) FROM bucket WHERE rekey = 1";
    assert_eq!(site.database().query_row(due, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
    site.pass(hours(72));
    assert_eq!(vault.maintain(site.now).unwrap().items_cleared, 1);
}
