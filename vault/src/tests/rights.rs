//! Requests of data subjects, from their receipt to the answer.

use super::cases::{Scene, evidence, scene};
use super::{decider, hours, keep, operator, privacy_officer, read, refusal, register};
use crate::{Access, Evidence, ItemId, Outcome, Reading, Right, Step, SubjectRequest, VaultError};
use jiff::Timestamp;

fn request(scene: &Scene, right: Right) -> SubjectRequest {
    let window = Some((scene.site.now - hours(2), scene.site.now));
    let subject = Evidence::new("Ada Berg, by her passport").unwrap();
    SubjectRequest { right, subject, received: scene.site.now, window }
}

fn opened(scene: &Scene, right: Right) -> (ItemId, Timestamp) {
    scene.vault.open_request(&scene.grant, &privacy_officer(), &request(scene, right), scene.site.now).unwrap()
}

/// A stand-in for a picture in which everyone else was made unrecognisable.
fn conceal(still: &[u8]) -> Result<Vec<u8>, String> {
    assert_eq!(still, b"still");
    Ok(b"concealed".to_vec())
}

#[test]
fn isl_7_a_copy_is_made_by_one_let_go_by_another_and_ends_with_its_item() {
    let scene = scene();
    let Scene { site, vault, grant, item, .. } = &scene;
    let (case, _) = opened(&scene, Right::Access);
    let now = site.now;
    let mut own = register();
    own.holders.iter_mut().for_each(|holder| holder.people.push("kari".into()));

    let failed = vault.prepare_copy(grant, &operator(), (case, *item), now, |_| Err("it is no picture".into()));
    assert!(matches!(refusal(failed), VaultError::Copy(_)));
    let copy = vault.prepare_copy(grant, &operator(), (case, *item), now, conceal).unwrap();
    assert_eq!(read(vault, grant, now).len(), 1, "a copy is no item of the purpose");
    let early = vault.fetch_copy(grant, &privacy_officer(), (case, copy), now);
    assert!(matches!(refusal(early), VaultError::NotApproved(_)));
    vault.enrol(&own, "vokter", now).unwrap();
    assert!(matches!(refusal(vault.approve_copy(grant, &operator(), (case, copy), now)), VaultError::SamePerson));
    assert!(matches!(refusal(vault.look_at_copy(grant, &operator(), (case, copy), now)), VaultError::SamePerson));
    vault.enrol(&register(), "vokter", now).unwrap();
    let seen = vault.look_at_copy(grant, &decider(), (case, copy), now).unwrap();
    assert_eq!(seen.medium.unwrap().as_slice(), b"concealed");
    assert!(matches!(refusal(vault.approve_copy(grant, &decider(), (case, *item), now)), VaultError::Gone(_)));
    vault.approve_copy(grant, &decider(), (case, copy), now).unwrap();
    let fetched = vault.fetch_copy(grant, &privacy_officer(), (case, copy), now).unwrap();
    assert_eq!(fetched.payload.as_slice(), b"{\"what\":1}");

    // Erased with its item, copy and all.
    vault.erase(grant, &privacy_officer(), &[*item], now).unwrap();
    assert!(matches!(refusal(vault.fetch_copy(grant, &privacy_officer(), (case, copy), now)), VaultError::Gone(_)));
    site.assert_verified();
}

#[test]
fn a_copy_is_over_when_its_item_is() {
    let mut scene = scene();
    let (case, _) = opened(&scene, Right::Access);
    let copy =
        scene.vault.prepare_copy(&scene.grant, &operator(), (case, scene.item), scene.site.now, conceal).unwrap();
    scene.vault.approve_copy(&scene.grant, &decider(), (case, copy), scene.site.now).unwrap();
    let over = scene.site.pass(hours(71));
    let fetched = scene.vault.fetch_copy(&scene.grant, &privacy_officer(), (case, copy), over);
    assert!(matches!(refusal(fetched), VaultError::Gone(_)));
}

#[test]
fn a_copy_is_made_only_of_what_lies_in_the_request_s_window_and_only_for_access() {
    let scene = scene();
    let Scene { site, vault, yard, grant, item } = &scene;
    let before = keep(vault, yard, b"{}", Some(b"still"), site.now - hours(3));
    let (case, _) = opened(&scene, Right::Access);
    let outside = vault.prepare_copy(grant, &operator(), (case, before), site.now, conceal);
    assert!(matches!(refusal(outside), VaultError::OutsideWindow(_)));
    let (objection, _) = opened(&scene, Right::Objection);
    let other = vault.prepare_copy(grant, &operator(), (objection, *item), site.now, conceal);
    assert!(matches!(refusal(other), VaultError::NotOpen { .. }));
    // The request opens its window to those who may look, until it is answered.
    let inside = Reading { case: Some(case), ..Reading::default() };
    let shown = vault.read(grant, &operator(), &inside, site.now, |_| {}).unwrap();
    assert_eq!(shown.items, 1);
    vault.answer_request(grant, &privacy_officer(), (case, Outcome::Granted, &evidence()), site.now).unwrap();
    let late = vault.read(grant, &operator(), &inside, site.now, |_| {});
    assert!(matches!(refusal(late), VaultError::NotOpen { .. }));
}

#[test]
fn acc_9_a_corrected_event_takes_the_place_of_the_wrong_one_with_its_still_and_its_deadline() {
    let scene = scene();
    let Scene { site, vault, grant, item, .. } = &scene;
    let (case, _) = opened(&scene, Right::Rectification);
    let deadline = |id: ItemId| {
        let mut deadline = None;
        let reading = Reading { item: Some(id), ..Reading::default() };
        vault.read(grant, &operator(), &reading, site.now, |item| deadline = Some(item.deadline)).unwrap();
        deadline
    };
    let before = deadline(*item).unwrap();
    let correct = |event: &[u8]| {
        assert_eq!(event, b"{\"what\":1}");
        Ok(b"{\"what\":2}".to_vec())
    };
    let corrected = vault.rectify(grant, &privacy_officer(), (case, *item), site.now, correct).unwrap();
    assert_eq!(read(vault, grant, site.now), [(b"{\"what\":2}".to_vec(), Some(b"still".to_vec()))]);
    assert_eq!((deadline(*item), deadline(corrected)), (None, Some(before)));
    site.assert_verified();
}

#[test]
fn iva_12_a_request_is_due_in_a_month_extended_once_and_said_to_be_overdue() {
    let mut scene = scene();
    scene.site.now = "2027-01-31T12:00:00Z".parse().unwrap();
    let (case, due) = opened(&scene, Right::Objection);
    assert_eq!(due.to_string(), "2027-02-28T12:00:00Z", "a month of the calendar");
    let at = |day: &str| -> Timestamp { format!("{day}T12:00:00Z").parse().unwrap() };
    let turn = |day| {
        let report = scene.vault.maintain(at(day)).unwrap();
        (report.requests_due, report.requests_overdue)
    };
    assert_eq!(turn("2027-02-15"), (0, 0));
    assert_eq!(turn("2027-02-22"), (1, 0));
    let extend = |day| scene.vault.extend_request(&scene.grant, &privacy_officer(), (case, &evidence()), at(day));
    assert_eq!(extend("2027-02-23").unwrap(), at("2027-04-30"));
    assert!(matches!(refusal(extend("2027-02-24")), VaultError::NotOpen { .. }), "once");
    assert_eq!(turn("2027-03-15"), (0, 0));
    assert_eq!(turn("2027-05-01"), (1, 1));
    assert_eq!(turn("2027-05-02"), (1, 1));
    let answer = (case, Outcome::Refused, &evidence());
    scene.vault.answer_request(&scene.grant, &privacy_officer(), answer, at("2027-05-03")).unwrap();
    assert_eq!(turn("2027-05-04"), (0, 0));
    let steps = scene.vault.read_cases(&scene.grant, &privacy_officer(), at("2027-05-04")).unwrap();
    let overdue = steps.iter().filter(|record| record.step == Step::Overdue { case } && record.by == "vokter");
    assert_eq!(overdue.count(), 1, "it stands in the case once");
    let (late, _) = scene
        .vault
        .open_request(&scene.grant, &privacy_officer(), &request(&scene, Right::Erasure), at("2027-05-04"))
        .unwrap();
    let extend = scene.vault.extend_request(&scene.grant, &privacy_officer(), (late, &evidence()), at("2027-06-05"));
    assert!(matches!(refusal(extend), VaultError::NotOpen { .. }), "what was due is not extended any more");
    let nobody = Access::new("nobody", "because").unwrap();
    assert!(scene.vault.read_cases(&scene.grant, &nobody, at("2027-06-05")).is_err());
}
