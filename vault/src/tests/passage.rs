//! Passages through doors: what is kept, of whom, and who sees it.

use super::{Site, hours, keep, operator, recorder, refusal};
use crate::{
    AccessControl, Evidence, Grant, Incident, Passage, Reading, Retention, RetentionClass, Source, VaultError,
};
use vokter_rules::passage::{PassageField, Proof};
use vokter_rules::policy::Door;

fn door(stores_passages: bool) -> Door {
    Door { name: "main".into(), stores_passages, fields: vec![PassageField::Holder, PassageField::Area] }
}

fn line(proof: Proof) -> String {
    format!(
        r#"{{"point":"main","time":"2026-11-22T10:00:00Z","proof":"{}","holder":"1234","vehicle":"AB 12345"}}"#,
        proof.name()
    )
}

#[test]
fn acc_6_a_passage_is_stored_with_strong_proof_alone_and_only_where_the_door_stores() {
    for proof in Proof::ALL {
        let stored = Passage::parse(&line(*proof)).unwrap().stored(&door(true));
        assert_eq!(stored.is_some(), matches!(proof, Proof::PinAndCard | Proof::BiometricOnCard));
        assert!(Passage::parse(&line(*proof)).unwrap().stored(&door(false)).is_none(), "ACC-7");
    }
    let stored = Passage::parse(&line(Proof::PinAndCard)).unwrap().stored(&door(true)).unwrap();
    let kept = serde_json::to_string(&stored).unwrap();
    assert_eq!(kept, r#"{"point":"main","time":"2026-11-22T10:00:00Z","holder":"1234"}"#, "the door names no vehicle");
}

#[test]
fn acc_5_a_field_that_no_passage_has_is_refused_without_being_repeated() {
    let wrong = line(Proof::Card).replace('}', r#","CANARY-temperature":"37.4"}"#);
    let words = Passage::parse(&wrong).unwrap_err();
    assert!(words.contains("ACC-5") && !words.contains("CANARY"), "{words}");
    for wrong in ["", "{}", r#"{"point":"CANARY"}"#, r#"{"point":"main","time":"CANARY","proof":"card"}"#] {
        let words = Passage::parse(wrong).unwrap_err();
        assert!(!words.contains("CANARY"), "{words}");
    }
    assert!(Passage::parse(&line(Proof::Card).replace("card", "CANARY")).unwrap_err().contains("pin-and-card"));
    assert!(Passage::parse(&line(Proof::Card).replace("1234", &"1".repeat(101))).is_err());
}

#[test]
fn acc_10_and_acc_13_passages_are_seen_for_an_incident_alone_and_end_after_ninety_days() {
    let mut site = Site::new();
    let (vault, mut mint) = site.open();
    let retention = Retention::new(RetentionClass::PassageLog, 90).unwrap();
    let doors = mint.passage_recorder("doors", retention).unwrap();
    let grant: Grant<AccessControl> = mint.grant("doors").unwrap();
    let stored = Passage::parse(&line(Proof::PinAndCard)).unwrap().stored(&door(true)).unwrap();
    assert_eq!(vault.keep_passages(&doors, &[stored], site.now).unwrap(), 1);
    let alone = vault.read(&grant, &operator(), &Reading::default(), site.now, |_| {});
    assert!(matches!(refusal(alone), VaultError::NeedsCase(_)), "not even fresh ones");
    let incident = Incident {
        source: Source::FoundOnSite,
        evidence: Evidence::new("the store was broken into").unwrap(),
        from: site.now - hours(2),
        to: site.now,
    };
    let captured: jiff::Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
    let case = vault.open_incident(&grant, &operator(), &incident, site.now).unwrap();
    let see = |now| {
        let mut seen = Vec::new();
        let reading = Reading { case: Some(case), ..Reading::default() };
        vault.read(&grant, &operator(), &reading, now, |item| seen.push(item.payload.to_vec())).unwrap();
        seen.len()
    };
    site.now = captured + hours(24 * 90) - hours(1);
    assert_eq!(see(site.now), 1);
    site.pass(hours(1));
    assert_eq!(see(site.now), 0);
    site.assert_verified();
}

#[test]
fn acc_14_passages_and_events_never_lie_in_one_vault() {
    let site = Site::new();
    let (vault, mut mint) = site.open();
    let kind = vokter_rules::purpose::PurposeKind::AccessControl;
    assert!(matches!(refusal(mint.recorder(kind, "doors", Retention::DEFAULT)), VaultError::NotApart));
    let doors = mint.passage_recorder("doors", Retention::DEFAULT).unwrap();
    keep(&vault, &recorder(&mut mint, "yard"), b"event", None, site.now);
    let stored = || [Passage::parse(&line(Proof::PinAndCard)).unwrap().stored(&door(true)).unwrap()];
    assert!(matches!(refusal(vault.keep_passages(&doors, &stored(), site.now)), VaultError::NotApart));
    // Nor the other way round.
    let other = Site::new();
    let (vault, mut mint) = other.open();
    let doors = mint.passage_recorder("doors", Retention::DEFAULT).unwrap();
    assert_eq!(vault.keep_passages(&doors, &stored(), other.now).unwrap(), 1);
    let yard = recorder(&mut mint, "yard");
    let draft = crate::Draft { recorder: &yard, captured: other.now, payload: b"event", medium: None };
    assert!(matches!(refusal(vault.keep(&[draft], other.now)), VaultError::NotApart));
}
