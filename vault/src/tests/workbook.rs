//! Workbooks: kept, read back, replaced and erased as one, and read by nobody else.

use super::{Site, hours, operator, refusal};
use crate::{Access, Cut, Grant, ItemId, Page, PageKind, ParkingPayment, Reading, Vault, VaultError, Workbook};
use jiff::{SignedDuration, Timestamp};

fn kept(vault: &Vault, workbook: &Workbook, texts: &[&str], until: Timestamp, now: Timestamp) -> Vec<ItemId> {
    let pages: Vec<_> = texts.iter().map(|text| Page { text: text.as_bytes(), kind: PageKind::Stay, until }).collect();
    vault.revise(workbook, &pages, &[], Cut::Now, now).unwrap().into_iter().map(Option::unwrap).collect()
}

fn read_back(vault: &Vault, workbook: &Workbook, now: Timestamp) -> Vec<(ItemId, String)> {
    let mut pages = Vec::new();
    let note = |id, text: zeroize::Zeroizing<Vec<u8>>| pages.push((id, String::from_utf8(text.to_vec()).unwrap()));
    vault.read_back(workbook, "vokter", "the site was started", now, note).unwrap();
    pages
}

#[test]
fn pages_are_read_back_after_a_restart_and_no_grant_opens_them() {
    let site = Site::new();
    let (vault, mut mint) = site.open();
    let workbook = mint.workbook("parking").unwrap();
    assert!(mint.workbook("parking").is_err(), "there is one");
    let ids = kept(&vault, &workbook, &["one", "two"], site.now + hours(48), site.now);
    drop((vault, mint));
    let (vault, mut mint) = site.open();
    let workbook = mint.workbook("parking").unwrap();
    let expected: Vec<_> = ids.into_iter().zip(["one".to_owned(), "two".to_owned()]).collect();
    assert_eq!(read_back(&vault, &workbook, site.now), expected);
    assert_eq!(read_back(&vault, &mint.workbook("other").unwrap(), site.now), []);

    let grant: Grant<ParkingPayment> = mint.grant("parking").unwrap();
    for who in ["kari", "parker", "ola", "root"] {
        let access = Access::new(who, "to see who parks").unwrap();
        let shown = vault.read(&grant, &access, &Reading::default(), site.now, |_| panic!("{who} reads a page"));
        assert!(shown.is_err() || shown.is_ok_and(|shown| shown.items + shown.withheld == 0), "{who}");
    }
    let reading = Reading { item: Some(expected[0].0), ..Reading::default() };
    assert!(vault.read(&grant, &operator(), &reading, site.now, |_| panic!("a page is read")).is_err());
    site.assert_verified();
}

#[test]
fn inv_8_that_a_workbook_was_read_is_in_the_log() {
    let site = Site::new();
    let (vault, mut mint) = site.open();
    let workbook = mint.workbook("parking").unwrap();
    let ids = kept(&vault, &workbook, &["one"], site.now + hours(48), site.now);
    read_back(&vault, &workbook, site.now);
    assert_eq!(*vault.read_page(&workbook, ids[0], "vokter", "has not paid", site.now).unwrap(), *b"one");
    let mut records = Vec::new();
    vault.read_log(&super::privacy_officer(), site.now, |record| records.push(record)).unwrap();
    let of_engine: Vec<_> =
        records.iter().filter(|record| record.who == "vokter" && !record.items.is_empty()).collect();
    assert_eq!((of_engine.len(), of_engine[0].reason.as_str()), (1, "has not paid"));
    assert!(records.iter().any(|record| record.operation == "read a workbook"));
}

#[test]
fn inv_6_what_is_erased_is_gone_with_the_answer_and_from_earlier_copies_with_the_night() {
    let mut site = Site::new();
    let (vault, mut mint) = site.open();
    let workbook = mint.workbook("parking").unwrap();
    let until = site.now + hours(72);
    let ids = kept(&vault, &workbook, &["stays", "goes"], until, site.now);
    let rows = |path: &std::path::Path| {
        let database = rusqlite::Connection::open(path.join("vault.db")).unwrap();
        let sql = "SELECT secret FROM slot JOIN page ON slot = slot.id WHERE item = ?1";
        database.query_row(sql, [ids[1].number()], |row| row.get::<_, Vec<u8>>(0)).unwrap()
    };
    let secret = rows(&site.data());
    let page = Page { text: b"stays, but is another", kind: PageKind::Stay, until };
    let new = vault.revise(&workbook, &[page], &ids, Cut::Now, site.now).unwrap();
    assert!(!vault.journal_is_due());
    assert_eq!(std::fs::metadata(site.data().join("vault.db-wal")).unwrap().len(), 0, "the journal is cut");
    let database = std::fs::read(site.data().join("vault.db")).unwrap();
    assert!(!database.windows(secret.len()).any(|bytes| bytes == secret), "its secret is overwritten");
    assert_eq!(read_back(&vault, &workbook, site.now), [(new[0].unwrap(), "stays, but is another".to_owned())]);

    let backup = site.back_up("before-the-night");
    vault.maintain(site.pass(hours(24))).unwrap();
    assert_eq!(read_back(&vault, &workbook, site.now).len(), 1);
    drop((vault, mint));
    site.assert_verified();
    assert!(Vault::open(&backup, site.root(), site.now).is_err(), "an earlier copy has no key any more");
}

#[test]
fn a_revision_is_all_or_nothing_and_a_page_ends_at_its_own_time() {
    let mut site = Site::new();
    let (vault, mut mint) = site.open();
    let workbook = mint.workbook("parking").unwrap();
    let (soon, late) = (site.now + hours(1), site.now + hours(48));
    let first = kept(&vault, &workbook, &["soon"], soon, site.now)[0];
    let second = kept(&vault, &workbook, &["late"], late, site.now)[0];
    let other = mint.workbook("other").unwrap();
    let foreign = kept(&vault, &other, &["another's"], late, site.now)[0];
    let page = Page { text: b"new", kind: PageKind::Stay, until: late };
    let error = refusal(vault.revise(&workbook, &[page], &[second, foreign], Cut::Now, site.now));
    assert!(matches!(error, VaultError::NoItem { .. }), "{error}");
    assert_eq!(read_back(&vault, &workbook, site.now).len(), 2, "nothing was changed");

    site.pass(hours(2));
    assert_eq!(read_back(&vault, &workbook, site.now), [(second, "late".to_owned())]);
    let over = Page { text: b"over", kind: PageKind::Stay, until: site.now - SignedDuration::from_mins(5) };
    let done = vault.revise(&workbook, &[page, over], &[first, second], Cut::Now, site.now).unwrap();
    assert!(done[0].is_some() && done[1].is_none(), "{done:?}");
    assert_eq!(read_back(&vault, &workbook, site.now), [(done[0].unwrap(), "new".to_owned())]);
}

#[test]
fn inv_5_a_page_about_a_stay_ends_after_90_days_and_a_permit_after_366() {
    let mut site = Site::new();
    let (vault, mut mint) = site.open();
    let workbook = mint.workbook("parking").unwrap();
    let far = site.now + hours(24 * 1000);
    let page = |kind| Page { text: b"kept", kind, until: far };
    vault.revise(&workbook, &[page(PageKind::Permit), page(PageKind::Stay)], &[], Cut::Now, site.now).unwrap();
    for (days, left) in [(90, 2), (1, 1), (275, 1), (1, 0)] {
        assert_eq!(read_back(&vault, &workbook, site.now).len(), left, "{days}");
        site.now += hours(24 * days);
    }
}
