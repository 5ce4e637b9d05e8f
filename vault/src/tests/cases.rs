//! Incidents, holds and disclosure, from the report to the receipt.

use super::{Site, hours, keep, operator, privacy_officer, read, recorder, refusal};
use crate::{Access, Evidence, Grant, Ground, IcelandGround, Incident, ItemId, NorwayGround, PropertyProtection};
use crate::{Reading, Recorder, Request, Role, Source, Vault, VaultError};
use jiff::SignedDuration;
use std::io::Read as _;

fn evidence() -> Evidence {
    Evidence::new("police case 4711").unwrap()
}

fn decider() -> Access {
    Access::new("per", Role::Decider, "the police asked in writing").unwrap()
}

fn incident(site: &Site) -> Incident {
    Incident { source: Source::Reported, evidence: evidence(), from: site.now - hours(2), to: site.now }
}

struct Scene {
    site: Site,
    vault: Vault,
    yard: Recorder,
    grant: Grant<PropertyProtection>,
    item: ItemId,
}

/// An item of an hour ago, with a still.
fn scene() -> Scene {
    let site = Site::new();
    let (vault, mut mint) = site.open();
    let (yard, grant) = (recorder(&mut mint, "yard"), mint.grant("yard").unwrap());
    let item = keep(&vault, &yard, b"{\"what\":1}", Some(b"still"), site.now - hours(1));
    Scene { site, vault, yard, grant, item }
}

#[test]
fn inv_5_a_hold_lasts_to_its_review_and_never_past_thirty_days_after_the_recording() {
    let Scene { mut site, vault, yard, grant, item } = scene();
    let recorded = site.now - hours(1);
    let neighbour = keep(&vault, &yard, b"neighbour", None, site.now - hours(3));
    let case = vault.open_incident(&grant, &operator(), &incident(&site), site.now).unwrap();
    let hold = |items: &[ItemId], review, now| vault.hold(&grant, &decider(), case, items, (&evidence(), review), now);
    let review = site.now + hours(24 * 10);
    assert!(matches!(refusal(hold(&[neighbour], review, site.now)), VaultError::OutsideWindow(_)));
    assert!(matches!(refusal(hold(&[item], site.now, site.now)), VaultError::NoReview));
    let held = hold(&[item], review, site.now).unwrap();
    assert_eq!(read(&vault, &grant, site.now).len(), 2, "it is there once");
    site.assert_verified();

    // Past its own deadline it is there with its still, its neighbour is not.
    site.pass(hours(24 * 9));
    vault.maintain(site.now).unwrap();
    assert_eq!(read(&vault, &grant, site.now), [(b"{\"what\":1}".to_vec(), Some(b"still".to_vec()))]);
    // Held anew for a year, it ends 30 days after it was recorded.
    let held = hold(&held, site.now + hours(24 * 365), site.now).unwrap();
    site.now = recorded + hours(24 * 30) - SignedDuration::from_mins(1);
    assert_eq!(read(&vault, &grant, site.now).len(), 1);
    let again = hold(&held, site.now + hours(24 * 365), site.now).unwrap();
    site.now = recorded + hours(24 * 30);
    assert_eq!(read(&vault, &grant, site.now).len(), 0);
    let late = hold(&again, site.now + hours(1), site.now);
    assert!(matches!(refusal(late), VaultError::NoItem { .. }));
    site.assert_verified();
}

#[test]
fn a_hold_that_is_not_reviewed_ends_at_its_review() {
    let Scene { mut site, vault, grant, item, .. } = scene();
    let case = vault.open_incident(&grant, &operator(), &incident(&site), site.now).unwrap();
    let review = site.now + hours(24 * 5);
    vault.hold(&grant, &decider(), case, &[item], (&evidence(), review), site.now).unwrap();
    site.now = review;
    assert_eq!(read(&vault, &grant, site.now).len(), 0);
}

#[test]
fn an_incident_has_a_bounded_window_in_the_past_and_belongs_to_its_purpose() {
    let Scene { site, vault, grant, item, .. } = scene();
    let good = incident(&site);
    for bad in [
        Incident { from: good.to, ..good.clone() },
        Incident { from: good.to - hours(25), ..good.clone() },
        Incident { to: site.now + hours(1), ..good.clone() },
    ] {
        let refused = refusal(vault.open_incident(&grant, &operator(), &bad, site.now));
        assert!(matches!(refused, VaultError::Window(24)), "{refused}");
    }
    assert!(matches!(refusal(Evidence::new(" ")), VaultError::NoEvidence(_)));
    let unknown = vault.hold(&grant, &decider(), item, &[item], (&evidence(), site.now + hours(1)), site.now);
    assert!(matches!(refusal(unknown), VaultError::NoCase { .. }));
}

#[test]
fn a_disclosure_is_decided_by_another_opens_for_the_recipient_alone_and_takes_every_copy_along() {
    let Scene { mut site, vault, grant, item, .. } = scene();
    let police = age::x25519::Identity::generate();
    let ground = Ground::Norway(NorwayGround::Police { investigation: evidence(), no_secrecy: evidence() });
    let request = Request { ground, items: vec![item], recipient: police.to_public().to_string() };
    let bad = Request { recipient: "age1nobody".into(), ..request.clone() };
    assert!(matches!(refusal(vault.request_disclosure(&grant, &operator(), &bad, site.now)), VaultError::Recipient));
    let case = vault.request_disclosure(&grant, &operator(), &request, site.now).unwrap();

    let herself = Access::new("kari", Role::Decider, "I may").unwrap();
    let own = vault.decide_disclosure(&grant, &herself, case, true, site.now);
    assert!(matches!(refusal(own), VaultError::SamePerson));
    let early = vault.receive_disclosure(&grant, &decider(), (case, &evidence()), site.now);
    assert!(matches!(refusal(early), VaultError::NotApproved(_)));
    let package = vault.decide_disclosure(&grant, &decider(), case, true, site.now).unwrap().unwrap();
    let again = vault.decide_disclosure(&grant, &decider(), case, true, site.now);
    assert!(matches!(refusal(again), VaultError::Decided(_)));

    assert!(age::decrypt(&age::x25519::Identity::generate(), &package).is_err());
    let plain = age::decrypt(&police, &package).unwrap();
    let mut archive = tar::Archive::new(plain.as_slice());
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for entry in archive.entries().unwrap() {
        let (mut entry, mut content) = (entry.unwrap(), Vec::new());
        entry.read_to_end(&mut content).unwrap();
        files.push((entry.path().unwrap().display().to_string(), content));
    }
    let names: Vec<_> = files.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(names, ["disclosure.json".into(), format!("{item}.json"), format!("{item}.jpg")]);
    assert_eq!((files[1].1.as_slice(), files[2].1.as_slice()), (&b"{\"what\":1}"[..], &b"still"[..]));
    assert!(String::from_utf8_lossy(&files[0].1).contains("no_secrecy"), "{}", String::from_utf8_lossy(&files[0].1));

    let still = site.data().join(format!("segments/{:08x}/{item}", item.bucket()));
    assert!(still.exists());
    vault.receive_disclosure(&grant, &decider(), (case, &evidence()), site.now).unwrap();
    assert!(!still.exists());
    assert_eq!(read(&vault, &grant, site.now).len(), 0);
    site.assert_verified();
    site.pass(hours(24));
    vault.maintain(site.now).unwrap();
    site.assert_verified();
    let mut operations = Vec::new();
    vault.read_log(&privacy_officer(), site.now, |record| operations.push((record.operation, record.who))).unwrap();
    assert_eq!(operations.iter().filter(|(operation, _)| operation == "decide a disclosure").count(), 5);
}

#[test]
fn a_refused_disclosure_discloses_nothing_and_an_undelivered_one_ends_with_its_items() {
    let Scene { mut site, vault, grant, item, .. } = scene();
    let recipient = age::x25519::Identity::generate().to_public().to_string();
    let ground = Ground::Iceland(IcelandGround::LegalClaim { claim: evidence() });
    let request = Request { ground, items: vec![item], recipient };
    let case = vault.request_disclosure(&grant, &operator(), &request, site.now).unwrap();
    assert!(vault.decide_disclosure(&grant, &decider(), case, false, site.now).unwrap().is_none());
    let refused = vault.receive_disclosure(&grant, &decider(), (case, &evidence()), site.now);
    assert!(matches!(refusal(refused), VaultError::NotApproved(_)));
    let late = vault.request_disclosure(&grant, &operator(), &request, site.now).unwrap();
    site.pass(hours(72));
    let over = vault.decide_disclosure(&grant, &decider(), late, true, site.now);
    assert!(matches!(refusal(over), VaultError::NoItem { .. }));
    let (shown, _) = vault.read(&grant, &operator(), &Reading::default(), site.now, |_| {}).unwrap();
    assert_eq!(shown, 0);
}
