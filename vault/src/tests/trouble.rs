//! A disk that is full, a page that is damaged: a clear error, nothing half kept, nothing lost.

use super::{Site, keep, operator, read, recorder, refusal, register};
use crate::{Draft, Grant, Kept, PropertyProtection, Reading, RootKey, Vault, VaultError};
use std::path::Path;
use std::process::{Command, Stdio};

/// A small file system in memory, where the system lets us mount one.
struct Small<'a>(&'a Path);

impl<'a> Small<'a> {
    fn mount(folder: &'a Path) -> Option<Self> {
        std::fs::create_dir(folder).unwrap();
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"])
            .arg(folder)
            .stderr(Stdio::null())
            .status();
        mount.is_ok_and(|status| status.success()).then_some(Self(folder))
    }
}

impl Drop for Small<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

#[test]
fn a_full_disk_keeps_a_commit_whole_or_not_at_all_and_what_was_kept_stays() {
    let site = Site::new();
    let folder = site.beside("small");
    let Some(_small) = Small::mount(&folder) else {
        println!("skipped: no file system can be mounted here");
        return;
    };
    let root = || RootKey::in_file(&site.key());
    let (vault, mut mint) = Vault::open_or_create(&folder.join("data"), root(), site.now).unwrap();
    vault.enrol(&register(), "vokter", site.now).unwrap();
    let (yard, grant): (_, Grant<PropertyProtection>) = (recorder(&mut mint, "yard"), mint.grant("yard").unwrap());
    let (mut kept, mut refused) = (0, 0);
    for number in 0..400_usize {
        let payload = vec![b'x'; 1000];
        let medium = vec![b'y'; 3000];
        let draft = Draft { recorder: &yard, captured: site.now, payload: &payload, medium: None };
        let drafts = [draft, Draft { medium: (number % 2 == 0).then_some(&medium), ..draft }];
        match vault.keep(&drafts, site.now) {
            Ok(done) => kept += done.iter().filter(|done| matches!(done, Kept::Until(..))).count(),
            Err(VaultError::DiskFull(_)) => refused += 1,
            Err(other) => panic!("{other}"),
        }
        if refused > 20 {
            break;
        }
    }
    assert!(kept > 50 && refused > 20, "{kept} {refused}");
    let last = Draft { recorder: &yard, captured: site.now, payload: b"x", medium: None };
    while vault.keep(&[last], site.now).is_ok() {
        kept += 1;
    }
    // Nothing is shown that cannot be logged.
    let unlogged = vault.read(&grant, &operator(), &Reading::default(), site.now, |_| panic!("shown unlogged"));
    let error = refusal(unlogged);
    assert!(matches!(&error, VaultError::NotLogged(cause) if matches!(**cause, VaultError::DiskFull(_))), "{error}");
    drop(vault);

    // With room again, all that was acknowledged is there, and nothing else.
    let resized = Command::new("mount").args(["-o", "remount,size=8m"]).arg(&folder).status();
    assert!(resized.unwrap().success());
    let (vault, mut mint) = Vault::open(&folder.join("data"), root(), site.now).unwrap();
    assert_eq!(read(&vault, &mint.grant("yard").unwrap(), site.now).len(), kept);
    let findings = crate::verify(&folder.join("data"), None, site.now).unwrap().findings;
    assert!(findings.is_empty(), "{findings:?}");
}

#[test]
fn a_damaged_page_is_an_error_in_words_and_the_rest_is_still_shown() {
    let site = Site::new();
    let (vault, mut mint) = site.open();
    let yard = recorder(&mut mint, "yard");
    for _ in 0..200 {
        keep(&vault, &yard, &[b'x'; 2000], None, site.now);
    }
    drop(vault);
    let sealed = "SELECT sealed FROM item WHERE id = (SELECT min(id) + 100 FROM item WHERE id >> 36 = 3)";
    let sealed: Vec<u8> = site.database().query_row(sealed, [], |row| row.get(0)).unwrap();
    let path = site.data().join("vault.db");
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.windows(64).position(|window| window == &sealed[..64]).unwrap();
    bytes[at + 10] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    let (vault, mut mint) = site.open();
    let shown = vault
        .read::<PropertyProtection>(&mint.grant("yard").unwrap(), &operator(), &Reading::default(), site.now, |_| {})
        .unwrap();
    assert_eq!((shown.items, shown.damaged), (199, 1));
    drop(vault);
    let findings = crate::verify(&site.data(), None, site.now).unwrap().findings;
    assert!(findings.len() == 1 && findings[0].starts_with("item 100 of key 3"), "{findings:?}");

    // The page of the tables' names.
    bytes[100..4096].fill(0x5a);
    std::fs::write(&path, &bytes).unwrap();
    let error = refusal(Vault::open(&site.data(), site.root(), site.now));
    assert!(matches!(error, VaultError::Damaged { .. }), "{error}");
    assert!(error.to_string().contains("vokter verify"));
}
