//! Permits: they count when a plate is read, last, end, and hold no plate.

use super::{Open, Site, assert_verified, nok, plate, reading};
use jiff::{SignedDuration, Timestamp};
use vokter_console::DeskError;
use vokter_parking::lot::{Passed, Refusal, SessionId};
use vokter_parking::permit::Permit;
use vokter_parking::tariff::Entitlement;

fn give(open: &Open, text: &str, entitlement: Entitlement, days: i64, now: Timestamp) -> Result<Permit, DeskError> {
    let until = now + SignedDuration::from_hours(24 * days);
    open.attendant.permit(&plate(text), entitlement, until, now)
}

fn leave(open: &Open, text: &str, now: Timestamp) -> Passed {
    open.heartbeat(now);
    open.attendant.pass("out", true, Some(reading(plate(text))), now).unwrap()
}

fn all(open: &Open, now: Timestamp) -> Vec<Permit> {
    open.attendant.permits(None, now).unwrap()
}

fn sorted(permits: impl IntoIterator<Item = Permit>) -> Vec<Permit> {
    let mut permits: Vec<_> = permits.into_iter().collect();
    permits.sort_by_key(|permit| permit.id);
    permits
}

/// A site that is open, a resident, and a stay of theirs that has just begun.
fn of_a_resident() -> (tempfile::TempDir, Site, Open, SessionId) {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::at(folder.path());
    let open = site.open();
    open.heartbeat(site.now);
    give(&open, "AB 12345", Entitlement::Resident, 90, site.now).unwrap();
    let session = open.enter(plate("AB 12345"), site.now);
    (folder, site, open, session)
}

#[test]
fn who_has_a_permit_leaves_free_and_everybody_else_pays() {
    let (_folder, mut site, open, session) = of_a_resident();
    let other = open.enter(plate("AB 12346"), site.now);
    site.pass(30);
    assert_eq!(leave(&open, "AB 12345", site.now), Passed::Free(session));
    assert_eq!(open.attendant.item_of(session), None, "and is nobody");
    assert_eq!(leave(&open, "AB 12346", site.now), Passed::MustPay(other, Some(nok(30))));
    drop(open);
    assert_verified(&site);
}

#[test]
fn a_permit_counts_at_the_exit_too_and_lasts_across_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut site = Site::at(folder.path());
    let open = site.open();
    open.heartbeat(site.now);
    let misread = open.enter(plate("A8 12345"), site.now);
    let early = open.enter(plate("CD 67890"), site.now);
    let given = ["AB 12345", "CD 67890"].map(|text| give(&open, text, Entitlement::Resident, 30, site.now).unwrap());
    drop(open);
    site.pass(90);
    let open = site.open();
    assert_eq!(sorted(all(&open, site.now)), sorted(given));
    assert_eq!(leave(&open, "AB 12345", site.now), Passed::Permitted, "read otherwise coming in");
    assert!(open.attendant.item_of(misread).is_some(), "which may be another's stay");
    open.attendant.cross("out", true, site.now).unwrap();
    assert_eq!(leave(&open, "CD 67890", site.now), Passed::Free(early), "it had none yet");
    open.attendant.cross("out", true, site.now).unwrap();
    give(&open, "EF 11111", Entitlement::Resident, 1, site.now).unwrap();
    assert_eq!(leave(&open, "EF 11111", site.now), Passed::Permitted, "nobody saw it come in");
}

#[test]
fn a_permit_that_has_ended_or_was_withdrawn_counts_for_nothing_and_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let mut site = Site::at(folder.path());
    let open = site.open();
    open.heartbeat(site.now);
    let short = give(&open, "AB 12345", Entitlement::Resident, 1, site.now).unwrap();
    let long = give(&open, "CD 67890", Entitlement::Resident, 2, site.now).unwrap();
    site.pass(24 * 60);
    open.heartbeat(site.now);
    assert_eq!(all(&open, site.now), [long]);
    let gone = Err(DeskError::Refused(Refusal::UnknownPermit));
    assert_eq!(open.attendant.withdraw_permit(short.id, site.now), gone);
    assert_eq!(open.attendant.withdraw_permit(long.id, site.now), Ok(()));
    assert_eq!(open.attendant.withdraw_permit(long.id, site.now), gone);
    let sessions = ["AB 12345", "CD 67890"].map(|text| open.enter(plate(text), site.now));
    drop(open);
    site.pass(10);
    let open = site.open();
    assert_eq!(all(&open, site.now), []);
    assert_eq!(leave(&open, "AB 12345", site.now), Passed::MustPay(sessions[0], Some(nok(10))));
    drop(open);
    assert_verified(&site);
}

#[test]
fn a_plate_has_one_permit_and_a_renewal_counts_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut site = Site::at(folder.path());
    let open = site.open();
    open.heartbeat(site.now);
    give(&open, "AB 12345", Entitlement::Resident, 10, site.now).unwrap();
    let other = give(&open, "AB 12346", Entitlement::Resident, 10, site.now).unwrap();
    let season = give(&open, "ab-12345", Entitlement::SeasonTicket, 300, site.now).unwrap();
    assert_eq!(sorted(all(&open, site.now)), sorted(vec![other, season]));
    let session = open.enter(plate("AB 12345"), site.now);
    let renewed = give(&open, "AB 12345", Entitlement::SeasonTicket, 301, site.now).unwrap();
    assert_eq!(open.attendant.permits(Some(&plate("AB 12345")), site.now), Ok(vec![renewed]));
    site.pass(100);
    assert_eq!(leave(&open, "AB 12345", site.now), Passed::MustPay(session, Some(nok(40))), "an hour is free, not two");
}

#[test]
fn a_permit_ends_within_366_days_and_is_worth_something() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::at(folder.path());
    let open = site.open();
    let term = Err(DeskError::Refused(Refusal::PermitTerm));
    assert_eq!(give(&open, "AB 12345", Entitlement::Resident, 0, site.now), term);
    assert_eq!(give(&open, "AB 12345", Entitlement::Resident, 367, site.now), term);
    let worthless = Err(DeskError::Refused(Refusal::NoConcession));
    assert_eq!(give(&open, "AB 12345", Entitlement::Exempt, 1, site.now), worthless);
    assert!(give(&open, "AB 12345", Entitlement::Resident, 366, site.now).is_ok());
}

#[test]
fn inv_6_of_a_permit_neither_the_plate_nor_what_it_was_for_is_in_any_file() {
    let (_folder, site, open, session) = of_a_resident();
    open.attendant.take(None, site.now, |lot, _| lot.waive(session, site.now)).unwrap();
    drop(open);
    for entry in std::fs::read_dir(site.data()).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
        let file = std::fs::read(entry.path()).unwrap();
        let holds = |text: &[u8]| file.windows(text.len()).any(|window| window.eq_ignore_ascii_case(text));
        assert!(!holds(b"AB12345") && !holds(b"AB 12345") && !holds(b"resident"), "{:?}", entry.path());
    }
}
