//! Incidents, holds and disclosure, from the report to the receipt.

use super::{Site, decider, hours, keep, operator, privacy_officer, read, recorder, refusal, register};
use crate::{Access, Evidence, Grant, Ground, IcelandGround, Incident, ItemId, Law, NorwayGround, PassageGround};
use crate::{PropertyProtection, Reading, Recorder, Register, Request, Source, Step, Vault, VaultError};
use jiff::SignedDuration;
use std::io::Read as _;
use vokter_rules::search::Search;

pub fn evidence() -> Evidence {
    Evidence::new("police case 4711").unwrap()
}

pub fn incident(site: &Site) -> Incident {
    Incident { source: Source::Reported, evidence: evidence(), from: site.now - hours(2), to: site.now }
}

pub struct Scene {
    pub site: Site,
    pub vault: Vault,
    pub yard: Recorder,
    pub grant: Grant<PropertyProtection>,
    pub item: ItemId,
}

/// An item of an hour ago, with a still.
pub fn scene() -> Scene {
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
    vault.maintain(site.now).unwrap();
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

/// What an operator is shown, and how much of it is withheld.
fn shown(scene: &Scene, reading: &Reading) -> Result<(u64, u64), VaultError> {
    scene
        .vault
        .read(&scene.grant, &operator(), reading, scene.site.now, |_| {})
        .map(|shown| (shown.items, shown.withheld))
}

#[test]
fn inv_9_what_is_no_fresh_alarm_is_shown_in_the_window_of_an_open_incident_alone() {
    let mut scene = scene();
    let case = scene.vault.open_incident(&scene.grant, &operator(), &incident(&scene.site), scene.site.now).unwrap();
    let earlier = scene.site.now - hours(3);
    keep(&scene.vault, &scene.yard, b"{}", None, earlier);
    assert_eq!(shown(&scene, &Reading::default()).unwrap(), (2, 0));
    scene.site.pass(hours(30));
    assert_eq!(shown(&scene, &Reading::default()).unwrap(), (0, 2), "alarms are handled within a day");
    let by_number = Reading { item: Some(scene.item), media: true, ..Reading::default() };
    assert_eq!(shown(&scene, &by_number).unwrap(), (0, 1));
    let inside = Reading { case: Some(case), ..Reading::default() };
    assert_eq!(shown(&scene, &inside).unwrap(), (1, 0), "the one before the window is not shown");
    let wider = Reading { from: Some(earlier), case: Some(case), ..Reading::default() };
    assert_eq!(shown(&scene, &wider).unwrap(), (1, 0), "the window is not widened by asking");
    let unknown = Reading { case: Some(scene.item), ..Reading::default() };
    assert!(matches!(refusal(shown(&scene, &unknown)), VaultError::NoCase { .. }));
    scene.vault.close_incident(&scene.grant, &operator(), (case, &evidence()), scene.site.now).unwrap();
    assert!(matches!(refusal(shown(&scene, &inside)), VaultError::NotOpen { .. }));
    let mut log = Vec::new();
    scene.vault.read_log(&privacy_officer(), scene.site.now, |record| log.push((record.case, record.refused))).unwrap();
    assert_eq!(log.iter().filter(|entry| **entry == (Some(case), false)).count(), 2);
    assert!(log.contains(&(Some(scene.item), true)) && log.contains(&(Some(case), true)), "refusals are logged");
}

#[test]
fn only_the_searches_that_a_purpose_has_named_are_answered_inside_a_case_and_logged() {
    let scene = scene();
    let Scene { site, vault, yard, grant, .. } = &scene;
    for camera in ["gate", "yard", "gate"] {
        let event = format!("{{\"camera\":\"{camera}\",\"class\":\"person\"}}");
        keep(vault, yard, event.as_bytes(), None, site.now - hours(1));
    }
    let case = vault.open_incident(grant, &operator(), &incident(site), site.now).unwrap();
    let by = |search, value: &str, case| Reading { search: Some((search, value.into())), case, ..Reading::default() };
    let undeclared = shown(&scene, &by(Search::Camera, "gate", Some(case)));
    assert!(matches!(refusal(undeclared), VaultError::NoSearch { search: "camera", .. }));
    let searches = vec![(grant.purpose().clone(), vec!["camera".to_owned()])];
    vault.enrol(&Register { searches, ..register() }, "vokter", site.now).unwrap();
    assert!(matches!(refusal(shown(&scene, &by(Search::Camera, "gate", None))), VaultError::NeedsCase(_)));
    assert_eq!(shown(&scene, &by(Search::Camera, "gate", Some(case))).unwrap(), (2, 0));
    assert_eq!(shown(&scene, &by(Search::Camera, "street", Some(case))).unwrap(), (0, 0));
    assert!(matches!(refusal(shown(&scene, &by(Search::Class, "person", Some(case)))), VaultError::NoSearch { .. }));
    let mut asked = Vec::new();
    vault.read_log(&privacy_officer(), site.now, |record| asked.extend(record.search)).unwrap();
    assert_eq!(asked, ["camera=gate", "camera=gate", "camera=gate", "camera=street", "class=person"]);
}

#[test]
fn whoever_the_register_does_not_name_any_more_or_not_anew_may_nothing() {
    let Scene { mut site, vault, grant, .. } = scene();
    let look = |now| vault.read(&grant, &operator(), &Reading::default(), now, |_| {}).map(|_| ());
    look(site.now).unwrap();
    let mut register = register();
    register.holders.iter_mut().for_each(|holder| holder.until = Some(site.now + hours(1)));
    vault.enrol(&register, "vokter", site.now).unwrap();
    look(site.now).unwrap();
    let late = refusal(look(site.pass(hours(1))));
    assert!(late.to_string().contains("looked at anew"), "{late}");
    register.holders.retain(|holder| holder.role != crate::Role::Operator);
    vault.enrol(&register, "vokter", site.now).unwrap();
    let gone = refusal(look(site.now));
    assert!(gone.to_string().contains("names nobody"), "{gone}");
    let fresh = Site::new();
    let (vault, mut mint) = Vault::open_or_create(&fresh.data(), fresh.root(), fresh.now).unwrap();
    let grant: Grant<PropertyProtection> = mint.grant("yard").unwrap();
    let nobody = vault.read(&grant, &operator(), &Reading::default(), fresh.now, |_| {});
    assert!(matches!(refusal(nobody), VaultError::NotAllowed { .. }), "without a register nobody may");
}

#[test]
fn a_disclosure_is_decided_by_another_opens_for_the_recipient_alone_and_takes_every_copy_along() {
    let Scene { mut site, vault, grant, item, .. } = scene();
    let police = age::x25519::Identity::generate();
    let ground = Ground::Norway(NorwayGround::Police { investigation: evidence(), no_secrecy: evidence() });
    let within = vault.open_incident(&grant, &operator(), &incident(&site), site.now).unwrap();
    let request = Request { ground, within, items: vec![item], recipient: police.to_public().to_string() };
    let bad = Request { recipient: "age1nobody".into(), ..request.clone() };
    assert!(matches!(refusal(vault.request_disclosure(&grant, &operator(), &bad, site.now)), VaultError::Recipient));
    let case = vault.request_disclosure(&grant, &operator(), &request, site.now).unwrap();

    let mut both = register();
    both.holders.iter_mut().for_each(|holder| holder.people.push(" KARI".into()));
    vault.enrol(&both, "vokter", site.now).unwrap();
    let herself = Access::new("kari", "I may").unwrap();
    let own = vault.decide_disclosure(&grant, &herself, (case, true), site.now);
    assert!(matches!(refusal(own), VaultError::SamePerson));
    vault.enrol(&register(), "vokter", site.now).unwrap();
    let early = vault.receive_disclosure(&grant, &decider(), (case, &evidence()), site.now);
    assert!(matches!(refusal(early), VaultError::NotApproved(_)));
    let unmade = vault.fetch_extract(&grant, &decider(), case, site.now);
    assert!(matches!(refusal(unmade), VaultError::NotApproved(_)));
    let extract = vault.decide_disclosure(&grant, &decider(), (case, true), site.now).unwrap().unwrap();
    let again = vault.decide_disclosure(&grant, &decider(), (case, true), site.now);
    assert!(matches!(refusal(again), VaultError::Decided(_)));
    // It is in the vault, sealed, for as long as it takes to arrive, and no reading shows it.
    let package = vault.fetch_extract(&grant, &decider(), case, site.now).unwrap();
    assert_eq!(vault.fetch_extract(&grant, &decider(), case, site.now).unwrap(), package);
    assert_eq!(extract.sha256, vokter_rules::digest::Digest::of(&package).to_string());
    assert_eq!(read(&vault, &grant, site.now).len(), 1);

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
    assert!(matches!(refusal(vault.fetch_extract(&grant, &decider(), case, site.now)), VaultError::Gone(_)));
    site.assert_verified();
    site.pass(hours(24));
    vault.maintain(site.now).unwrap();
    site.assert_verified();
    let steps: Vec<_> = vault.read_cases(&grant, &privacy_officer(), site.now).unwrap();
    let taken: Vec<_> = steps.iter().map(|record| record.by.as_str()).collect();
    assert_eq!(taken, ["kari", "kari", "per", "per", "per", "per"]);
    let receipts = steps.iter().filter(|record| matches!(record.step, Step::Received { case: of, .. } if of == case));
    assert_eq!(receipts.count(), 1);
}

#[test]
fn isl_6_what_was_disclosed_is_destroyed_in_every_copy_that_the_vault_made_of_it() {
    let Scene { site, vault, grant, item, .. } = scene();
    let case = vault.open_incident(&grant, &operator(), &incident(&site), site.now).unwrap();
    let police = age::x25519::Identity::generate().to_public().to_string();
    let ground = Ground::Norway(NorwayGround::Police { investigation: evidence(), no_secrecy: evidence() });
    let request = Request { ground, within: case, items: vec![item], recipient: police };
    let first = vault.request_disclosure(&grant, &operator(), &request, site.now).unwrap();
    let second = vault.request_disclosure(&grant, &operator(), &request, site.now).unwrap();
    // Held after it was asked for: the case follows it to its new number.
    vault.hold(&grant, &decider(), case, &[item], (&evidence(), site.now + hours(240)), site.now).unwrap();
    vault.decide_disclosure(&grant, &decider(), (first, true), site.now).unwrap().unwrap();
    vault.decide_disclosure(&grant, &decider(), (second, true), site.now).unwrap().unwrap();
    vault.fetch_extract(&grant, &decider(), second, site.now).unwrap();
    vault.receive_disclosure(&grant, &decider(), (first, &evidence()), site.now).unwrap();
    assert_eq!(read(&vault, &grant, site.now).len(), 0);
    let left = refusal(vault.fetch_extract(&grant, &decider(), second, site.now));
    assert!(matches!(left, VaultError::Gone(_)), "the other extract held it too: {left}");
    let files = |folder: std::path::PathBuf| std::fs::read_dir(folder).unwrap().count();
    let buckets = std::fs::read_dir(site.data().join("segments")).unwrap().flatten();
    assert_eq!(buckets.map(|bucket| files(bucket.path())).sum::<usize>(), 0);
    site.assert_verified();
}

#[test]
fn krs_34_an_extract_that_nobody_received_is_destroyed_at_its_end_with_a_certificate() {
    let Scene { mut site, vault, grant, item, .. } = scene();
    let recipient = age::x25519::Identity::generate().to_public().to_string();
    let ground = Ground::Norway(NorwayGround::Law { provision: evidence() });
    let within = vault.open_incident(&grant, &operator(), &incident(&site), site.now).unwrap();
    let request = Request { ground, within, items: vec![item], recipient };
    let case = vault.request_disclosure(&grant, &operator(), &request, site.now).unwrap();
    let extract = vault.decide_disclosure(&grant, &decider(), (case, true), site.now).unwrap().unwrap();
    let certificates = |now| {
        let steps = vault.read_cases(&grant, &decider(), now).unwrap();
        steps.into_iter().filter(|record| matches!(record.step, Step::Destroyed { .. })).collect::<Vec<_>>()
    };
    site.now = extract.ends - SignedDuration::from_mins(1);
    assert_eq!(vault.maintain(site.now).unwrap().extracts_destroyed, 0);
    vault.fetch_extract(&grant, &decider(), case, site.now).unwrap();
    let steps = vault.read_cases(&grant, &decider(), site.now).unwrap();
    assert!(steps.iter().any(|record| record.step == Step::Fetched { case }), "that it was written out is no secret");
    site.now = extract.ends + hours(1);
    assert!(matches!(refusal(vault.fetch_extract(&grant, &decider(), case, site.now)), VaultError::Gone(_)));
    assert_eq!(vault.maintain(site.now).unwrap().extracts_destroyed, 1);
    assert_eq!(vault.maintain(site.pass(hours(30))).unwrap().extracts_destroyed, 0, "once");
    let certificates = certificates(site.now);
    assert_eq!(certificates.len(), 1);
    assert_eq!(certificates[0].step, Step::Destroyed { case, extract });
    site.assert_verified();
}

#[test]
fn grounds_are_those_of_the_site_s_law() {
    let Scene { site, vault, grant, item, .. } = scene();
    let recipient = age::x25519::Identity::generate().to_public().to_string();
    let within = vault.open_incident(&grant, &operator(), &incident(&site), site.now).unwrap();
    let ask = |ground: Ground| {
        let request = Request { ground, within, items: vec![item], recipient: recipient.clone() };
        vault.request_disclosure(&grant, &operator(), &request, site.now).map(|_| ())
    };
    let iceland = || Ground::Iceland(IcelandGround::LegalClaim { claim: evidence() });
    let norway = || Ground::Norway(NorwayGround::Law { provision: evidence() });
    ask(norway()).unwrap();
    assert!(matches!(refusal(ask(iceland())), VaultError::NoGround { requirement: "WPC-5", .. }));
    let passages = Ground::Passages(PassageGround::Consent { of_the_holder: evidence() });
    assert!(matches!(refusal(ask(passages)), VaultError::NoGround { requirement: "WPC-5", .. }));
    vault.enrol(&Register { law: Law::Iceland, ..register() }, "vokter", site.now).unwrap();
    ask(iceland()).unwrap();
    assert!(matches!(refusal(ask(norway())), VaultError::NoGround { requirement: "ISL-12", .. }));
}

#[test]
fn a_refused_disclosure_discloses_nothing_and_one_of_what_is_over_is_not_decided() {
    let Scene { mut site, vault, grant, item, .. } = scene();
    let recipient = age::x25519::Identity::generate().to_public().to_string();
    let ground = Ground::Norway(NorwayGround::Consent { of_everyone: evidence() });
    let within = vault.open_incident(&grant, &operator(), &incident(&site), site.now).unwrap();
    let request = Request { ground, within, items: vec![item], recipient };
    let case = vault.request_disclosure(&grant, &operator(), &request, site.now).unwrap();
    assert!(vault.decide_disclosure(&grant, &decider(), (case, false), site.now).unwrap().is_none());
    let refused = vault.receive_disclosure(&grant, &decider(), (case, &evidence()), site.now);
    assert!(matches!(refusal(refused), VaultError::NotApproved(_)));
    let late = vault.request_disclosure(&grant, &operator(), &request, site.now).unwrap();
    site.pass(hours(72));
    let over = vault.decide_disclosure(&grant, &decider(), (late, true), site.now);
    assert!(matches!(refusal(over), VaultError::NoItem { .. }));
    assert_eq!(read(&vault, &grant, site.now).len(), 0);
}

#[test]
fn inv_5_what_was_made_of_an_item_ends_when_it_is_held_and_a_hold_never_shortens() {
    let Scene { mut site, vault, yard, grant, item } = scene();
    let within = vault.open_incident(&grant, &operator(), &incident(&site), site.now).unwrap();
    let recipient = age::x25519::Identity::generate().to_public().to_string();
    let ground = Ground::Norway(NorwayGround::Law { provision: evidence() });
    let request = Request { ground, within, items: vec![item], recipient };
    let case = vault.request_disclosure(&grant, &operator(), &request, site.now).unwrap();
    vault.decide_disclosure(&grant, &decider(), (case, true), site.now).unwrap().unwrap();
    let hold = |item, review| vault.hold(&grant, &decider(), within, &[item], (&evidence(), review), site.now);
    assert!(matches!(refusal(hold(item, site.now + hours(2))), VaultError::EndsLater(_)));
    hold(item, site.now + hours(24 * 5)).unwrap();
    assert!(matches!(refusal(vault.fetch_extract(&grant, &decider(), case, site.now)), VaultError::Gone(_)));

    // What may be kept for three months is not held to thirty days.
    let retention = crate::Retention::new(crate::RetentionClass::NorwayPointOfSale, 89).unwrap();
    let mut mint = crate::Mint::default();
    let kind = vokter_rules::purpose::PurposeKind::PropertyProtection;
    let till = mint.recorder(kind, "yard", retention).unwrap();
    let sold = keep(&vault, &till, b"{}", None, site.now - hours(1));
    let late = vault.hold(&grant, &decider(), within, &[sold], (&evidence(), site.now + hours(24 * 60)), site.now);
    assert!(matches!(refusal(late), VaultError::EndsLater(_)));
    drop(yard);
    site.pass(hours(24 * 40));
    assert_eq!(read(&vault, &grant, site.now).len(), 1, "it lives on");
}

#[test]
fn krs_28_nothing_is_held_for_a_request_and_nothing_disclosed_outside_a_case() {
    let Scene { site, vault, yard, grant, item } = scene();
    let subject = evidence();
    let (received, window) = (site.now, Some((site.now - hours(2), site.now)));
    let request = crate::SubjectRequest { right: crate::Right::Objection, subject, received, window };
    let (asked, _) = vault.open_request(&grant, &privacy_officer(), &request, site.now).unwrap();
    let hold = vault.hold(&grant, &decider(), asked, &[item], (&evidence(), site.now + hours(200)), site.now);
    assert!(matches!(refusal(hold), VaultError::NotOpen { why: "is no incident", .. }));
    let before = keep(&vault, &yard, b"{}", None, site.now - hours(3));
    let within = vault.open_incident(&grant, &operator(), &incident(&site), site.now).unwrap();
    let recipient = age::x25519::Identity::generate().to_public().to_string();
    let ground = Ground::Norway(NorwayGround::Law { provision: evidence() });
    let request = Request { ground, within, items: vec![before], recipient };
    let asked = vault.request_disclosure(&grant, &operator(), &request, site.now);
    assert!(matches!(refusal(asked), VaultError::OutsideWindow(_)));
    let mut refused = Vec::new();
    vault
        .read_log(&privacy_officer(), site.now, |record| refused.extend(record.refused.then_some(record.operation)))
        .unwrap();
    assert_eq!(refused, ["hold events", "request a disclosure"], "what is refused in a case is logged as such");
}

#[test]
fn a_step_of_a_case_that_cannot_be_opened_undoes_no_decision() {
    let Scene { site, vault, grant, .. } = scene();
    let case = vault.open_incident(&grant, &operator(), &incident(&site), site.now).unwrap();
    vault.close_incident(&grant, &operator(), (case, &evidence()), site.now).unwrap();
    let of_cases = "id >> 36 = (SELECT id FROM bucket WHERE purpose = 'cases') AND id = (SELECT max(id) FROM item WHERE \
                    id >> 36 = (SELECT id FROM bucket WHERE purpose = 'cases'))";
    for damage in ["sealed = zeroblob(length(sealed))", "key = NULL"] {
        assert_eq!(site.database().execute(&format!("UPDATE item SET {damage} WHERE {of_cases}"), []).unwrap(), 1);
        let inside = Reading { case: Some(case), ..Reading::default() };
        let shown = vault.read(&grant, &operator(), &inside, site.now, |_| panic!("the case was closed"));
        assert!(matches!(refusal(shown), VaultError::Damaged { .. }));
    }
}

#[test]
fn a_purpose_is_known_before_anything_is_kept_and_after_everything_is_gone() {
    let site = Site::new();
    let (vault, mut mint) = site.open();
    let grant: Grant<PropertyProtection> = mint.grant("yard").unwrap();
    let purposes = vec![grant.purpose().clone()];
    vault.enrol(&Register { purposes: purposes.clone(), ..register() }, "vokter", site.now).unwrap();
    assert_eq!((vault.purposes().unwrap().len(), vault.known_purposes().unwrap()), (0, purposes));
}

#[test]
fn incidents_are_counted_when_they_are_opened() {
    let Scene { mut site, vault, grant, .. } = scene();
    let begun = site.now;
    for _ in 0..3 {
        vault.open_incident(&grant, &operator(), &incident(&site), site.now).unwrap();
        site.pass(hours(1));
    }
    let count = |name, from, to| vault.incidents_opened(name, (from, to), site.now).unwrap();
    assert_eq!(count(None, begun, site.now), 3);
    assert_eq!(count(None, begun + hours(1), begun + hours(2)), 1, "the end is not in it");
    assert_eq!(count(Some(grant.purpose().name()), begun, site.now), 3);
    assert_eq!(count(Some("else"), begun, site.now), 0);
}
