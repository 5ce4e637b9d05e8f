//! Terminals that fall silent, clocks that leap, deadlines that come while nobody was there; and terms that are refused.

use super::*;

#[test]
fn iva_7a_nothing_is_read_while_nobody_can_pay() {
    let mut site = Site::new(terms());
    let id = site.enter("AB 12345");
    site.wait(30);
    site.exit("AB 12345");
    let step = site.lot.tick(site.now + SignedDuration::from_secs(90));
    assert_eq!(step.effects, []);
    site.now += SignedDuration::from_secs(91);
    let step = site.lot.tick(site.now);
    assert_eq!(step.effects, [Effect::StopReading { fallback: Fallback::GatesOpen }]);
    assert_eq!(site.pass("in", Heading::In, Some("CD 67890")), Err(Refusal::NotReading));
    assert_eq!(site.pass("in", Heading::In, None), Ok(Passed::Unread));
    site.cross("out", Heading::Out);
    assert!(site.has_erased(id), "it stood at the exit and could not have paid");
    assert_eq!(site.exceptions(), []);
    site.wait(0);
    assert_eq!(site.effects, [Effect::ResumeReading]);
}

#[test]
fn iva_7a_one_terminal_is_enough_and_one_that_is_broken_is_none() {
    let mut site = Site::new(Terms { fallback: Fallback::Ticket, ..terms() });
    let now = site.now;
    assert_eq!(site.lot.heartbeat("exit", true, now).effects, []);
    assert_eq!(site.lot.heartbeat("hall", false, now).effects, []);
    assert!(site.lot.state().is_reading());
    let stop = Effect::StopReading { fallback: Fallback::Ticket };
    assert_eq!(site.lot.heartbeat("exit", false, now).effects, [stop]);
    assert_eq!(site.lot.heartbeat("roof", true, now).answer, Err(Refusal::UnknownTerminal));
    site.pass("in", Heading::In, None).unwrap();
    assert!(site.effects.contains(&Effect::IssueTicket { lane: "in".into() }) && site.has_opened());
}

#[test]
fn a_lot_reads_nothing_before_a_terminal_has_spoken() {
    let now = Timestamp::UNIX_EPOCH;
    let mut lot = Lot::new(terms(), now).unwrap();
    let passage = Passage { lane: "in", heading: Heading::In, sought: Some(sought("AB 12345")), grants: vec![] };
    assert_eq!(lot.pass(passage, now).answer, Err(Refusal::NotReading));
}

#[test]
fn who_had_no_chance_to_pay_is_forgotten_and_not_handed_over() {
    let mut site = Site::new(terms());
    let Ok(Passed::Entered(id)) = site.pass("open", Heading::In, Some("AB 12345")) else { panic!("entered") };
    site.wait(61);
    site.pass("open", Heading::Out, Some("AB 12345")).unwrap();
    let step = site.lot.tick(site.now + SignedDuration::from_hours(1000));
    let stop = Effect::StopReading { fallback: Fallback::GatesOpen };
    assert_eq!(step.effects, [stop, Effect::Erase { session: id }]);
}

#[test]
fn inv_5_a_clock_that_is_set_back_brings_nothing_back_and_charges_nothing_twice() {
    let mut site = Site::new(terms());
    let id = site.enter("AB 12345");
    site.wait(61);
    let due = site.look_up("AB 12345").unwrap();
    site.now -= SignedDuration::from_hours(5);
    assert_eq!(site.look_up("AB 12345"), Ok(due));
    let receipt = site.pay(id, 60).unwrap();
    assert_eq!(receipt.paid, site.now + SignedDuration::from_hours(5));
}

#[test]
fn inv_5_nothing_outlives_its_deadline() {
    let mut site = Site::new(terms());
    let id = site.enter("AB 12345");
    let deadline = site.lot.state.sessions[&id].deadline();
    assert_eq!(deadline, site.now + SignedDuration::from_hours(7 * 24));
    site.restart();
    let step = site.lot.tick(deadline);
    assert!(step.effects.contains(&Effect::Erase { session: id }));
    assert_eq!(site.lot.state().sessions().count(), 0);
}

#[test]
fn inv_11_the_list_is_bounded_and_sheds_the_oldest() {
    let mut site = Site::new(terms());
    for number in 0..vokter_rules::limits::EXCEPTIONS_PER_LOT + 3 {
        let plate = format!("AB {}", 10_000 + number);
        site.pass("open-in", Heading::In, Some(&plate)).unwrap();
        site.wait(1);
        site.pass("open-in", Heading::In, Some(&plate)).unwrap();
    }
    assert_eq!(site.lot.state().exceptions().count(), vokter_rules::limits::EXCEPTIONS_PER_LOT);
    assert!(matches!(site.effects[..], [Effect::Withdraw { .. }, Effect::Raise { .. }, Effect::Keep { .. }]));
}

#[test]
fn inv_11_a_full_lot_lets_cars_in_and_charges_them_nothing() {
    let mut site = Site::new(terms());
    site.enter("AB 12345");
    for number in 0..vokter_rules::limits::SESSIONS_PER_LOT as u64 {
        let template = site.lot.state.sessions.values().next().unwrap();
        let mut session: Session = serde_json::from_str(&serde_json::to_string(template).unwrap()).unwrap();
        session.hash = None;
        site.lot.state.sessions.insert(SessionId(1_000_000 + number), session);
    }
    assert_eq!(site.pass("in", Heading::In, Some("CD 67890")), Ok(Passed::Uncharged));
    assert!(site.has_opened());
    assert!(!site.effects.iter().any(|effect| matches!(effect, Effect::Keep { .. })));
}

#[test]
fn inv_11_receipts_are_bounded_and_the_oldest_goes() {
    let mut site = Site::new(terms());
    let (first, second) = (site.enter("AB 12345"), site.enter("CD 67890"));
    site.wait(30);
    let oldest = site.pay(first, 30).unwrap();
    let template = serde_json::to_string(&site.lot.state.receipts[&oldest.number]).unwrap();
    for number in 1..vokter_rules::limits::RECEIPTS_PER_LOT as u128 {
        let mut issued: super::super::receipt::Issued = serde_json::from_str(&template).unwrap();
        issued.receipt.number = (1_000_000 + number).into();
        issued.receipt.paid += SignedDuration::from_secs(1);
        site.lot.state.receipts.insert(issued.receipt.number, issued);
    }
    let newest = site.pay(second, 30).unwrap();
    let receipts = &site.lot.state.receipts;
    assert_eq!(receipts.len(), vokter_rules::limits::RECEIPTS_PER_LOT);
    assert!(!receipts.contains_key(&oldest.number) && receipts.contains_key(&newest.number));
}

#[test]
fn terms_that_do_not_hold_together_are_refused_in_words() {
    for (from, to, part) in [
        ("terminals = [\"hall\", \"exit\"]", "terminals = []", "(IVA-7a); write terminals = "),
        ("\"hall\", \"exit\"", "\"hall\", \"hall\"", "terminal `hall` is there twice"),
        ("name = \"out\"", "name = \"in\"", "lane `in` is there twice"),
        ("plate_cap_days = 7", "plate_cap_days = 0", "write between 1 and 90"),
        ("plate_cap_days = 7", "plate_cap_days = 91", "write between 1 and 90"),
        ("plate_cap_days = 7", "plate_cap_days = 7\nlongest_stay_hours = 130", "are 178 hours together"),
        ("plate_cap_days = 7", "plate_cap_days = 7\nexception_hours = 0", "exception_hours is 0"),
        ("price = 3000", "price = 3000, per_minutes = 0", "per_minutes = 1"),
        ("\"both\"", "\"out\"", "unknown variant `out`"),
    ] {
        let said = match toml::from_str(&TERMS.replace(from, to)) {
            Ok(terms) => Lot::new(terms, Timestamp::UNIX_EPOCH).unwrap_err().iter().map(ToString::to_string).collect(),
            Err(error) => vec![error.message().to_owned()],
        };
        assert!(said.iter().any(|said| said.contains(part)), "{part}: {said:?}");
    }
    let no_entry = Terms { lanes: terms().lanes.into_iter().filter(|lane| lane.name == "out").collect(), ..terms() };
    assert_eq!(no_entry.faults(), [TermsFault::NoLane("in")]);
    let missing = TERMS.replace("plate_cap_days = 7\n", "");
    assert!(toml::from_str::<Terms>(&missing).unwrap_err().message().contains("missing field `plate_cap_days`"));
}
