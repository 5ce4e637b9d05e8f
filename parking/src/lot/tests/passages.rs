//! Coming and going: every stage, the wrong direction, misreads, tailgating, what was not read.

use super::*;

#[test]
fn a_short_stay_costs_nothing_and_leaves_nothing() {
    let mut site = Site::new(terms());
    let id = site.enter("AB 12345");
    assert_eq!(site.stage(id), Some(Stage::Parked));
    site.wait(15);
    assert_eq!(site.exit("AB 12345"), Passed::Free(id));
    assert!(site.has_opened() && site.has_erased(id));
    assert_eq!(site.lot.state().sessions().count(), 0);
}

#[test]
fn who_has_to_pay_stands_at_the_barrier_until_it_is_paid() {
    let mut site = Site::new(terms());
    let id = site.enter("AB 12345");
    site.wait(61);
    assert_eq!(site.exit("AB 12345"), Passed::MustPay(id, Some(nok(60))));
    assert!(!site.has_opened());
    site.wait(90);
    assert_eq!(site.exit("AB 12345"), Passed::MustPay(id, Some(nok(60))), "who waits at the barrier pays no more");
    let receipt = site.pay(id, 60).unwrap();
    assert!(site.has_opened() && site.has_erased(id));
    assert_eq!((receipt.outstanding, receipt.leave_by), (nok(0), None));
    assert_eq!(site.exit("AB 12345"), Passed::Again, "the barrier is open for it already");
    site.cross("out", Heading::Out);
    assert_eq!(site.exceptions(), []);
}

#[test]
fn who_backs_away_from_the_exit_is_parked_again() {
    let mut site = Site::new(terms());
    let id = site.enter("AB 12345");
    site.wait(30);
    site.exit("AB 12345");
    assert_eq!(site.pass("out", Heading::In, Some("AB 12345")), Ok(Passed::BackedAway(id)));
    assert_eq!(site.stage(id), Some(Stage::Parked));
    site.wait(60);
    assert_eq!(site.exit("AB 12345"), Passed::MustPay(id, Some(nok(60))));
}

#[test]
fn what_was_said_at_the_exit_does_not_hold_for_who_stays() {
    let mut site = Site::new(terms());
    let id = site.enter("AB 12345");
    site.wait(30);
    site.exit("AB 12345");
    assert_eq!(site.look_up("AB 12345").unwrap().dues[0].amount, Some(nok(30)));
    site.pass("out", Heading::In, Some("AB 12345")).unwrap();
    site.wait(31);
    assert_eq!(site.exit("AB 12345"), Passed::MustPay(id, Some(nok(60))));
}

#[test]
fn an_open_lane_lets_everybody_out_and_who_has_not_paid_can_pay_later() {
    let mut site = Site::new(terms());
    let Ok(Passed::Entered(id)) = site.pass("open", Heading::In, Some("AB 12345")) else { panic!("entered") };
    site.wait(61);
    assert_eq!(site.pass("open", Heading::Out, Some("AB 12345")), Ok(Passed::LeftUnpaid(id, Some(nok(60)))));
    assert_eq!(site.pass("open", Heading::Out, Some("AB 12345")), Ok(Passed::Again));
    assert_eq!(site.lot.occupancy().occupied(), 0);
    site.wait(24 * 60);
    assert_eq!(site.look_up("AB 12345").unwrap().dues[0].amount, Some(nok(60)), "nothing is added once it has left");
    site.pay(id, 60).unwrap();
    assert!(site.has_erased(id));
}

#[test]
fn who_comes_in_again_was_not_seen_leaving() {
    let mut site = Site::new(terms());
    let first = site.enter("AB 12345");
    site.wait(5);
    let second = site.enter("AB 12345");
    assert_eq!((site.stage(first), site.stage(second)), (Some(Stage::MissedExit), Some(Stage::Parked)));
    assert_eq!(site.exceptions(), [ExceptionKind::MissedExit]);
    assert_eq!(site.pay(first, 30), Err(Refusal::UnknownSession), "nobody knows for how long it was here");
    site.wait(60);
    assert_eq!(site.exit("AB 12345"), Passed::MustPay(second, Some(nok(30))));
    site.wait(24 * 60 - 61);
    assert_eq!(site.stage(first), Some(Stage::MissedExit));
    site.wait(1);
    assert_eq!(site.stage(first), None, "it is forgotten at the exception's deadline");
    assert!(site.has_erased(first));
    assert_eq!(site.exceptions(), []);
}

#[test]
fn a_second_read_at_once_is_of_the_same_car() {
    let mut site = Site::new(terms());
    let Ok(Passed::Entered(id)) = site.pass("open", Heading::In, Some("AB 12345")) else { panic!("entered") };
    assert_eq!(site.pass("open", Heading::In, Some("AB 12345")), Ok(Passed::Again));
    assert_eq!((site.stage(id), site.lot.occupancy().occupied()), (Some(Stage::Parked), 1));
    site.pass("in", Heading::In, Some("CD 12345")).unwrap();
    assert_eq!(site.pass("in", Heading::In, Some("CD 12345")), Ok(Passed::Again));
    assert!(site.has_opened());
}

#[test]
fn who_stays_too_long_must_have_left_and_is_charged_if_it_has_not() {
    let mut site = Site::new(terms());
    let id = site.enter("AB 12345");
    site.wait(72 * 60 - 1);
    assert_eq!(site.stage(id), Some(Stage::Parked));
    site.wait(1);
    assert_eq!((site.stage(id), site.exceptions()), (Some(Stage::MissedExit), vec![ExceptionKind::MissedExit]));
    site.wait(60);
    assert_eq!(site.exit("AB 12345"), Passed::MustPay(id, Some(nok(73 * 30))));
    assert_eq!(site.exceptions(), [], "it was not missed");
    site.wait(10);
    assert_eq!(site.stage(id), Some(Stage::AtExit));
}

#[test]
fn a_car_that_was_not_seen_coming_in_is_not_charged_and_a_person_decides() {
    let mut site = Site::new(terms());
    let Passed::Undecided(exception) = site.exit("AB 12345") else { panic!("undecided") };
    assert!(!site.has_opened());
    assert_eq!(site.exceptions(), [ExceptionKind::MissedEntry]);
    assert_eq!(site.exit("AB 12345"), Passed::Undecided(exception), "it is on the list once");
    let step = site.lot.resolve(exception, Resolution::Release, site.now);
    site.take(step).unwrap();
    assert!(site.has_opened() && site.exceptions().is_empty());
    assert_eq!(site.pass("open", Heading::Out, Some("AB 12345")), Ok(Passed::Unmatched));
    assert_eq!(site.exceptions(), [], "nobody is there to decide about");
}

#[test]
fn a_misread_is_matched_if_it_is_the_only_explanation() {
    let mut site = Site::new(terms());
    let id = site.enter("AB 12345");
    site.wait(30);
    assert_eq!(site.exit("A8 12345"), Passed::MustPay(id, Some(nok(30))));
    assert!(site.effects.contains(&Effect::NearMatch { session: id }), "but not silently");
    assert!(matches!(site.exit("XB 12345"), Passed::Undecided(_)), "no misread of it");
}

#[test]
fn a_misread_that_may_be_two_is_decided_by_a_person() {
    let mut site = Site::new(terms());
    let (three, zero) = (site.enter("AB 12343"), site.enter("AB 12340"));
    site.wait(30);
    let Passed::Undecided(exception) = site.exit("AB 12348") else { panic!("undecided") };
    assert_eq!((site.stage(three), site.stage(zero)), (Some(Stage::Parked), Some(Stage::Parked)));
    assert_eq!(site.lot.state.exceptions[&exception].candidates, [three, zero]);
    site.wait(60);
    let step = site.lot.resolve(exception, Resolution::Is(SessionId(99)), site.now);
    assert_eq!(site.take(step), Err(Refusal::NotDecidable));
    let step = site.lot.resolve(exception, Resolution::Is(zero), site.now);
    site.take(step).unwrap();
    assert_eq!((site.stage(three), site.stage(zero)), (Some(Stage::Parked), Some(Stage::AtExit)));
    assert_eq!(site.look_up("AB 12340").unwrap().dues[0].amount, Some(nok(30)), "up to when it was read");
}

#[test]
fn each_car_of_an_open_lane_is_on_the_list_by_itself() {
    let mut site = Site::new(terms());
    site.enter("AB 12343");
    site.enter("AB 12340");
    site.wait(30);
    for _ in 0..2 {
        assert!(matches!(site.pass("open", Heading::Out, Some("AB 12348")), Ok(Passed::Undecided(_))));
    }
    assert_eq!(site.exceptions(), [ExceptionKind::AmbiguousExit; 2]);
}

#[test]
fn a_misread_while_somebody_who_has_paid_is_on_the_way_out_may_be_theirs() {
    let mut site = Site::new(terms());
    let (paid, other) = (site.enter("AB 12343"), site.enter("AB 12340"));
    site.wait(30);
    let receipt = site.pay(paid, 30).unwrap();
    assert!(matches!(site.exit("AB 12348"), Passed::Undecided(_)));
    assert_eq!((site.stage(other), site.exceptions()), (Some(Stage::Parked), vec![ExceptionKind::AmbiguousExit]));
    let step = site.lot.show_receipt("out", receipt.number, site.now);
    assert_eq!(site.take(step), Ok(Passed::Paid));
    assert!(site.has_opened() && site.exceptions().is_empty(), "who has a receipt needs nobody's decision");
}

#[test]
fn the_wrong_direction_is_noted_and_no_barrier_opens_for_it() {
    let mut site = Site::new(terms());
    let Ok(Passed::Entered(id)) = site.pass("out", Heading::In, Some("AB 12345")) else { panic!("entered") };
    assert!(!site.has_opened());
    assert_eq!(site.pass("out", Heading::In, Some("AB 12345")), Ok(Passed::Again));
    assert!(!site.has_opened());
    site.wait(30);
    assert_eq!(site.pass("in", Heading::Out, Some("AB 12345")), Ok(Passed::LeftUnpaid(id, Some(nok(30)))));
    assert!(!site.has_opened());
    assert_eq!(site.exceptions(), [ExceptionKind::WrongDirection; 2]);
    site.pay(id, 30).unwrap();
    assert_eq!(site.exceptions(), [], "both were about that session");
}

#[test]
fn no_entry_opens_for_who_drives_out_through_it() {
    let mut site = Site::new(Terms { exit_after_payment: ExitAfterPayment::ByCount, ..terms() });
    let id = site.enter("AB 12345");
    site.wait(30);
    site.pay(id, 30).unwrap();
    for plate in [Some("AB 12345"), None] {
        site.pass("in", Heading::Out, plate).unwrap();
        assert!(!site.has_opened());
    }
    assert_eq!(site.exceptions(), [ExceptionKind::WrongDirection; 2]);
    assert_eq!(site.exit("AB 12345"), Passed::Paid);
}

#[test]
fn who_drives_through_behind_another_has_driven_off() {
    let mut site = Site::new(terms());
    let (payer, follower) = (site.enter("AB 12345"), site.enter("CD 67890"));
    site.wait(30);
    site.exit("AB 12345");
    site.pay(payer, 30).unwrap();
    assert_eq!(site.exit("CD 67890"), Passed::MustPay(follower, Some(nok(30))));
    site.cross("out", Heading::Out);
    assert_eq!((site.stage(follower), site.exceptions()), (Some(Stage::AtExit), vec![]));
    site.cross("out", Heading::Out);
    assert_eq!((site.stage(follower), site.exceptions()), (Some(Stage::Left), vec![ExceptionKind::Tailgating]));
    assert_eq!(site.lot.occupancy().occupied(), 0);
}

#[test]
fn nobody_is_taken_to_have_driven_off_where_two_may_have() {
    let mut site = Site::new(terms());
    let (one, other) = (site.enter("AB 12345"), site.enter("CD 67890"));
    site.wait(30);
    site.exit("AB 12345");
    site.exit("CD 67890");
    site.cross("out", Heading::Out);
    assert_eq!((site.stage(one), site.stage(other)), (Some(Stage::AtExit), Some(Stage::AtExit)));
    assert_eq!(site.lot.state.exceptions.values().next().unwrap().candidates, [one, other]);
}

#[test]
fn what_cannot_be_read_comes_in_uncharged_and_goes_out_by_a_person() {
    let mut site = Site::new(terms());
    assert_eq!(site.pass("in", Heading::In, None), Ok(Passed::Unread));
    assert!(site.has_opened());
    site.cross("in", Heading::In);
    assert_eq!((site.lot.occupancy().occupied(), site.lot.state().sessions().count()), (1, 0));
    assert_eq!(site.pass("out", Heading::Out, None), Ok(Passed::Unread));
    assert!(!site.has_opened());
    assert_eq!(site.exceptions(), [ExceptionKind::UnreadExit]);
}

#[test]
fn claims_are_those_of_the_tariff_and_of_when_the_car_came_in() {
    let mut site = Site::new(terms());
    let resident = site.lot.terms().tariff.grant(crate::tariff::Entitlement::Resident, None).unwrap();
    let passage =
        Passage { lane: "in", heading: Heading::In, sought: Some(sought("AB 12345")), grants: vec![resident] };
    let step = site.lot.pass(passage, site.now);
    let Ok(Passed::Entered(id)) = site.take(step) else { panic!("entered") };
    site.wait(600);
    assert_eq!(site.exit("AB 12345"), Passed::Free(id));
}

#[test]
fn lots_know_nothing_of_each_other() {
    let (mut north, mut south) = (Site::new(terms()), Site::new(terms()));
    north.enter("AB 12345");
    assert_eq!(south.look_up("AB 12345"), Err(Refusal::UnknownSession));
    assert!(matches!(south.exit("AB 12345"), Passed::Undecided(_)));
}

#[test]
fn a_count_that_has_drifted_is_put_right() {
    let mut site = Site::new(terms());
    let step = site.lot.count(Heading::Out, site.now);
    site.take(step).unwrap();
    site.enter("AB 12345");
    assert_eq!(site.lot.occupancy().occupied(), 0, "one out too many, one in");
    let step = site.lot.reset_occupancy(41, site.now);
    site.take(step).unwrap();
    site.enter("CD 12345");
    assert_eq!((site.lot.occupancy().occupied(), site.lot.occupancy().vacant()), (42, 58));
}

#[test]
fn lanes_that_there_are_not_are_refused() {
    let mut site = Site::new(terms());
    assert_eq!(site.pass("roof", Heading::In, None), Err(Refusal::UnknownLane));
    let step = site.lot.cross("open", Heading::In, None, site.now);
    assert_eq!(site.take(step), Err(Refusal::NoBarrier));
}
