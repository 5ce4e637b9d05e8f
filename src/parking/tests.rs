//! A lot as it runs, on a disk: what is acknowledged lasts, and who has paid is gone.

mod forensic;
mod permits;

use super::attendant::{Attendant, Surroundings};
use super::requests::Request;
use super::{HandOvers, LotFile};
use crossbeam::channel::{Receiver, unbounded};
use jiff::{SignedDuration, Timestamp};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use vokter_console::DeskError;
use vokter_parking::lot::{IdempotencyKey, Passed, Payment, Receipt, Refusal, SessionId, Terms};
use vokter_parking::money::{Currency, Money};
use vokter_parking::plate::{Plate, Reading};
use vokter_vault::{RootKey, Vault, verify};

/// A krone a minute; gates in and out, one terminal, unpaid stays handed over.
const TERMS: &str = r#"
    name = "north"
    capacity = 20000
    terminals = ["hall"]
    fallback = "gates-open"
    exit_after_payment = "by-receipt"
    hand_over = true
    plate_cap_days = 5
    quote_minutes = 0
    lanes = [
        { name = "in", direction = "entry", barrier = true },
        { name = "out", direction = "exit", barrier = true },
        { name = "open", direction = "exit", barrier = false },
    ]
    [tariff]
    currency = "NOK"
    time_zone = "Europe/Oslo"
    rates = [{ price = 100, per_minutes = 1 }]
    concessions = { resident = "free", season-ticket = { free_minutes = 60 } }
"#;

/// A data directory, and the time that it is there.
pub(super) struct Site {
    folder: PathBuf,
    pub now: Timestamp,
}

/// A lot that is open.
pub(super) struct Open {
    pub attendant: Attendant,
    requests: Receiver<Request>,
    vault: Arc<Vault>,
}

impl Site {
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), now: "2026-11-23T00:10:30Z".parse().unwrap() }
    }

    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    pub fn root(&self) -> RootKey {
        RootKey::in_file(&self.folder.join("data.key"))
    }

    pub fn open(&self) -> Open {
        self.open_under(toml::from_str(TERMS).unwrap(), None)
    }

    fn open_under(&self, terms: Terms, recipient: Option<age::x25519::Recipient>) -> Open {
        let (vault, mut mint) = Vault::open_or_create(&self.data(), self.root(), self.now).unwrap();
        let (vault, workbook) = (Arc::new(vault), mint.workbook("parking").unwrap());
        let (sender, requests) = unbounded();
        let hand_overs = recipient.map(|key| HandOvers::of(&self.data(), &terms.name, key).unwrap());
        let surroundings = Surroundings { hand_overs, switch: None, feed: None, requests: sender, is_replay: false };
        let attendant = Attendant::open(terms, &vault, workbook, surroundings, self.now).unwrap();
        Open { attendant, requests, vault }
    }

    fn pass(&mut self, minutes: i64) -> Timestamp {
        self.now += SignedDuration::from_mins(minutes);
        self.now
    }
}

impl Open {
    pub fn heartbeat(&self, now: Timestamp) {
        self.attendant.take(None, now, |lot, _| lot.heartbeat("hall", true, now)).unwrap();
    }

    pub fn enter(&self, plate: Plate, now: Timestamp) -> SessionId {
        match self.attendant.pass("in", true, Some(reading(plate)), now) {
            Ok(Passed::Entered(id)) => {
                self.attendant.cross("in", true, now).unwrap();
                id
            }
            other => panic!("{other:?}"),
        }
    }

    pub fn look_up(&self, plate: &Plate, now: Timestamp) -> Result<(SessionId, Money), DeskError> {
        let found = self.attendant.take(Some(plate), now, |lot, shown| lot.look_up(&shown.unwrap().sought, now))?;
        Ok((found.dues[0].session, found.dues[0].amount.unwrap()))
    }

    pub fn pay(&self, session: SessionId, key: u128, amount: Money, now: Timestamp) -> Result<Receipt, DeskError> {
        let payment = Payment { key: IdempotencyKey::from(key), receipt: (key << 48).into(), amount };
        self.attendant.take(None, now, |lot, _| lot.pay(session, payment, now))
    }

    fn asked(&self) -> Vec<Request> {
        self.requests.try_iter().collect()
    }
}

pub(super) fn reading(plate: Plate) -> Reading {
    Reading { plate, confidences: Box::new([0.9; 7]), country: None }
}

fn plate(text: &str) -> Plate {
    Plate::new(text).unwrap()
}

fn nok(kroner: u64) -> Money {
    Money::new(kroner * 100, Currency::Nok)
}

fn assert_verified(site: &Site) {
    let verdict = verify(&site.data(), None, site.now).unwrap();
    assert!(verdict.findings.is_empty(), "{:#?}", verdict.findings);
}

#[test]
fn a_car_comes_is_restarted_over_pays_and_is_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let mut site = Site::at(folder.path());
    let open = site.open();
    open.heartbeat(site.now);
    let session = open.enter(plate("AB 12345"), site.now);
    let item = open.attendant.item_of(session).unwrap();
    assert!(open.asked().contains(&Request::OpenBarrier { lot: "north".into(), lane: "in".into() }));
    drop(open);

    site.pass(42);
    let open = site.open();
    open.heartbeat(site.now);
    let (found, due) = open.look_up(&plate("ab-12345"), site.now).unwrap();
    assert_eq!((found, due), (session, nok(42)));
    assert_eq!(open.attendant.item_of(session), Some(item));
    let receipt = open.pay(session, 7, due, site.now).unwrap();
    assert!(receipt.outstanding.is_zero());
    assert_eq!(open.pay(session, 7, due, site.now).unwrap(), receipt, "the terminal asks again");
    assert_eq!(open.look_up(&plate("AB 12345"), site.now), Err(DeskError::Refused(Refusal::UnknownSession)));
    assert_eq!(open.attendant.item_of(session), None);
    drop(open);

    let open = site.open();
    assert_eq!(open.look_up(&plate("AB 12345"), site.now), Err(DeskError::Refused(Refusal::UnknownSession)));
    assert_eq!(open.pay(session, 7, due, site.now).unwrap(), receipt, "and after a restart");
    let number = receipt.number;
    let passed = open.attendant.take(None, site.now, |lot, _| lot.show_receipt("out", number, site.now)).unwrap();
    assert_eq!(passed, Passed::Paid);
    assert_verified(&site);
}

#[test]
fn inv_6_who_does_not_pay_is_handed_over_to_one_who_has_the_key_and_then_gone() {
    let folder = tempfile::tempdir().unwrap();
    let mut site = Site::at(folder.path());
    let identity = age::x25519::Identity::generate();
    let terms: Terms = toml::from_str(TERMS).unwrap();
    let open = site.open_under(terms.clone(), Some(identity.to_public()));
    open.heartbeat(site.now);
    let session = open.enter(plate("EF 67891"), site.now);
    site.pass(30);
    open.heartbeat(site.now);
    let passed = open.attendant.pass("open", true, Some(reading(plate("EF 67891"))), site.now).unwrap();
    assert_eq!(passed, Passed::LeftUnpaid(session, Some(nok(30))));
    for minutes in [48 * 60 - 2, 1, 1] {
        site.pass(minutes);
        open.heartbeat(site.now);
    }
    let file = site.data().join(format!("hand-over/north-{session}.age"));
    let text = age::decrypt(&identity, &std::fs::read(&file).unwrap()).unwrap();
    let unpaid: serde_json::Value = serde_json::from_slice(&text).unwrap();
    assert_eq!((&unpaid["plate"], &unpaid["outstanding"]["minor"]), (&"EF67891".into(), &3000.into()));
    assert_eq!(open.attendant.item_of(session), None);
    assert_eq!(open.look_up(&plate("EF 67891"), site.now), Err(DeskError::Refused(Refusal::UnknownSession)));
    open.vault.maintain(site.now).unwrap();
    drop(open);
    assert_verified(&site);
}

#[test]
fn inv_6_of_a_stay_whose_car_has_come_in_again_no_plate_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let mut site = Site::at(folder.path());
    let open = site.open();
    open.heartbeat(site.now);
    let first = open.enter(plate("AB 12345"), site.now);
    site.pass(24 * 60);
    open.heartbeat(site.now);
    let second = open.enter(plate("AB 12345"), site.now);
    assert_eq!((open.attendant.item_of(first), open.attendant.item_of(second).is_some()), (None, true));
    site.pass(5);
    open.heartbeat(site.now);
    let (session, due) = open.look_up(&plate("AB 12345"), site.now).unwrap();
    assert_eq!(session, second);
    assert!(open.pay(session, 1, due, site.now).unwrap().outstanding.is_zero());
    assert_eq!(open.attendant.item_of(second), None);
    drop(open);
    let open = site.open();
    assert!(
        open.asked().contains(&Request::ResumeReading { lot: "north".into() }),
        "what barriers were told is told again"
    );
    open.vault.maintain(site.now).unwrap();
    assert_verified(&site);
}

#[test]
fn inv_11_thousands_whose_time_has_come_while_it_was_off_end_a_few_hundred_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let mut site = Site::at(folder.path());
    let open = site.open();
    open.heartbeat(site.now);
    for car in 0..1200 {
        open.attendant.pass("in", true, Some(reading(plate(&format!("ZX{car:05}")))), site.now).unwrap();
    }
    drop(open);
    site.pass(73 * 60);
    let open = site.open();
    let inside = || {
        let parked = |lot: &vokter_parking::lot::Lot| {
            let stages = lot.state().sessions().map(|(_, session)| session.stage());
            stages.filter(|stage| *stage == vokter_parking::lot::Stage::Parked).count()
        };
        open.attendant.look(parked).unwrap()
    };
    let mut left = vec![inside()];
    while left.last() != Some(&0) {
        open.attendant.tick(site.now).unwrap();
        left.push(inside());
    }
    assert_eq!(left, [1200, 700, 200, 0]);
}

#[test]
fn inv_5_a_plate_ends_at_its_deadline_though_nobody_opens_the_lot() {
    let folder = tempfile::tempdir().unwrap();
    let mut site = Site::at(folder.path());
    let open = site.open();
    open.heartbeat(site.now);
    open.enter(plate("AB 12345"), site.now);
    drop(open);
    site.pass(6 * 24 * 60);
    let open = site.open();
    open.heartbeat(site.now);
    assert_eq!(open.look_up(&plate("AB 12345"), site.now), Err(DeskError::Refused(Refusal::UnknownSession)));
    assert_eq!(open.attendant.look(|lot| lot.state().sessions().count()).unwrap(), 0);
}

#[test]
fn where_the_disk_refuses_nothing_is_done_and_the_lot_is_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let mut site = Site::at(folder.path());
    let open = site.open();
    open.heartbeat(site.now);
    let session = open.enter(plate("AB 12345"), site.now);
    site.pass(10);
    open.heartbeat(site.now);
    let database = rusqlite::Connection::open(site.data().join("vault.db")).unwrap();
    database
        .execute_batch("CREATE TRIGGER refuse BEFORE INSERT ON item BEGIN SELECT RAISE(ABORT, 'no'); END;")
        .unwrap();
    assert_eq!(open.pay(session, 1, nok(10), site.now), Err(DeskError::Failed));
    assert_eq!(open.look_up(&plate("AB 12345"), site.now), Err(DeskError::Failed), "nor can it be read back");
    database.execute_batch("DROP TRIGGER refuse").unwrap();
    open.heartbeat(site.now);
    let (found, due) = open.look_up(&plate("AB 12345"), site.now).unwrap();
    assert_eq!(found, session, "it is not paid");
    assert!(open.pay(session, 1, due, site.now).unwrap().outstanding.is_zero());
    assert!(!open.vault.journal_is_due());
}

#[test]
fn the_file_of_a_lot_says_what_is_wrong_with_it() {
    let text = std::fs::read_to_string("examples/site/site.toml").unwrap();
    let policy = vokter_rules::policy::compile(&text).policy.unwrap();
    let purpose = policy.purposes().iter().find(|purpose| purpose.name == "parking").unwrap();
    let folder = tempfile::tempdir().unwrap();
    assert!(LotFile::of(purpose, Path::new("examples/site/site.toml")).unwrap().is_some(), "the example is in order");
    let mut purpose = purpose.clone();
    purpose.lot = Some("lot.toml".into());
    let said = |text: &str| {
        std::fs::write(folder.path().join("lot.toml"), text).unwrap();
        LotFile::of(&purpose, &folder.path().join("site.toml")).map(|_| ()).unwrap_err()
    };
    let error = format!("{:#}", said(TERMS));
    assert!(error.contains("lot.toml, the lot of purpose `parking`"), "{error}");
    assert!(error.contains("hand_over_to = \"age1…\""), "{error}");
    assert!(error.contains("no rule plate-read of the site file has the name of lane `open`"), "{error}");
    let error = format!("{:#}", said(&TERMS.replace("capacity = 20000", "capacty = 20000")));
    assert!(error.contains("unknown field `capacty`"), "{error}");
    let error = format!("{:#}", said(&format!("hand_over_to = \"age2\"\n{TERMS}")));
    assert!(error.contains("no public key"), "{error}");
}
