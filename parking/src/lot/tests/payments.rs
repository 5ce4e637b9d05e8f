//! Paying, in parts and again, with change and back; leaving after it, in time and too late; not paying at all.

use super::*;
use crate::tariff::{Entitlement, Tariff};

#[test]
fn what_was_said_holds_while_somebody_pays_and_no_longer() {
    let mut site = Site::new(terms());
    let id = site.enter("AB 12345");
    site.wait(59);
    let due = site.look_up("AB 12345").unwrap().dues[0];
    let five_minutes = site.now + SignedDuration::from_mins(5);
    assert_eq!((due.amount, due.quoted_until), (Some(nok(30)), Some(five_minutes)));
    site.wait(4);
    assert_eq!(site.look_up("AB 12345").unwrap().dues[0].amount, Some(nok(30)), "still");
    site.wait(2);
    assert_eq!(site.look_up("AB 12345").unwrap().dues[0].amount, Some(nok(60)), "asking again does not hold it");
    let receipt = site.pay(id, 60).unwrap();
    assert_eq!(receipt.leave_by, Some(site.now + SignedDuration::from_mins(15)));
    assert!(site.has_erased(id));
}

#[test]
fn a_part_is_taken_and_the_rest_remains() {
    let mut site = Site::new(terms());
    let id = site.enter("AB 12345");
    site.wait(61);
    let first = site.pay(id, 20).unwrap();
    assert_eq!((first.outstanding, first.leave_by), (nok(40), None));
    assert!(!site.has_erased(id));
    let step = site.lot.show_receipt("out", first.number, site.now);
    assert_eq!(site.take(step), Err(Refusal::NotSettled));
    assert_eq!(site.look_up("AB 12345").unwrap().dues[0].amount, Some(nok(40)));
    let second = site.pay(id, 50).unwrap();
    assert_eq!((second.amount, second.change, second.outstanding), (nok(40), nok(10), nok(0)));
    assert!(site.has_erased(id));
}

#[test]
fn a_payment_that_is_repeated_is_taken_once() {
    let mut site = Site::new(terms());
    let (id, other) = (site.enter("AB 12345"), site.enter("CD 67890"));
    site.wait(30);
    let payment = site.payment(30);
    let step = site.lot.pay(id, payment, site.now);
    let receipt = site.take(step).unwrap();
    site.restart();
    site.wait(10);
    let again = Payment { receipt: 7.into(), ..payment };
    let step = site.lot.pay(id, again, site.now);
    assert_eq!(site.take(step), Ok(receipt), "the answer of then");
    assert_eq!(site.effects, []);
    let step = site.lot.pay(other, again, site.now);
    assert_eq!(site.take(step), Err(Refusal::KeyReused));
    let step = site.lot.pay(id, Payment { amount: nok(31), ..again }, site.now);
    assert_eq!(site.take(step), Err(Refusal::KeyReused));
    let step = site.lot.pay(other, Payment { key: 99.into(), ..payment }, site.now);
    assert_eq!(site.take(step), Err(Refusal::NumberTaken));
}

#[test]
fn what_is_no_payment_is_refused() {
    let mut site = Site::new(terms());
    let id = site.enter("AB 12345");
    site.wait(30);
    assert_eq!(site.pay(id, 0), Err(Refusal::Amount));
    let payment = site.payment(30);
    let euro = Payment { amount: Money::new(3000, Currency::Eur), ..payment };
    let step = site.lot.pay(id, euro, site.now);
    assert_eq!(site.take(step), Err(Refusal::Currency));
    assert_eq!(site.pay(SessionId(99), 30), Err(Refusal::UnknownSession));
    assert_eq!(site.stage(id), Some(Stage::Parked));
}

#[test]
fn a_receipt_opens_one_exit_in_time() {
    let mut site = Site::new(terms());
    let id = site.enter("AB 12345");
    site.wait(30);
    let receipt = site.pay(id, 30).unwrap();
    assert!(matches!(site.exit("AB 12345"), Passed::Undecided(_)), "nobody knows the plate any more");
    site.wait(15);
    let step = site.lot.show_receipt("out", receipt.number, site.now);
    assert_eq!(site.take(step), Ok(Passed::Paid));
    assert!(site.has_opened());
    let step = site.lot.show_receipt("out", receipt.number, site.now);
    assert_eq!(site.take(step), Err(Refusal::ReceiptUsed));
    let step = site.lot.show_receipt("out", 5.into(), site.now);
    assert_eq!(site.take(step), Err(Refusal::UnknownReceipt));
}

#[test]
fn who_comes_too_late_pays_from_the_payment_on() {
    let mut site = Site::new(terms());
    let id = site.enter("AB 12345");
    site.wait(30);
    let receipt = site.pay(id, 30).unwrap();
    site.wait(61);
    let step = site.lot.show_receipt("out", receipt.number, site.now);
    let Ok(Passed::MustPay(again, Some(amount))) = site.take(step) else { panic!("must pay") };
    assert_eq!(amount, nok(60));
    assert!(!site.effects.iter().any(|effect| matches!(effect, Effect::Keep { .. })), "no plate is kept of it");
    site.pay(again, 60).unwrap();
    assert!(site.has_opened() && site.has_erased(again));
}

#[test]
fn a_receipt_lasts_as_long_as_its_car_can_stay() {
    let mut site = Site::new(Terms { refund_days: 1, ..terms() });
    let id = site.enter("AB 12345");
    site.wait(30);
    let receipt = site.pay(id, 30).unwrap();
    site.wait(72 * 60 - 1);
    let step = site.lot.refund(receipt.number, site.now);
    assert_eq!(site.take(step), Err(Refusal::RefundOver));
    let step = site.lot.show_receipt("out", receipt.number, site.now);
    assert!(matches!(site.take(step), Ok(Passed::MustPay(_, Some(_)))));
}

#[test]
fn by_count_as_many_get_out_as_have_paid() {
    let mut site = Site::new(Terms { exit_after_payment: ExitAfterPayment::ByCount, ..terms() });
    let id = site.enter("AB 12345");
    site.wait(30);
    site.pay(id, 30).unwrap();
    assert_eq!(site.exit("AB 12345"), Passed::Paid);
    assert!(site.has_opened());
    site.cross("out", Heading::Out);
    assert!(matches!(site.exit("AB 12345"), Passed::Undecided(_)), "nobody else has paid");
}

#[test]
fn money_goes_back_by_the_receipts_number_within_its_time_and_once() {
    let mut site = Site::new(terms());
    let id = site.enter("AB 12345");
    site.wait(61);
    let part = site.pay(id, 20).unwrap();
    let step = site.lot.refund(part.number, site.now);
    assert_eq!(site.take(step), Ok(nok(20)));
    assert_eq!(site.effects, [Effect::Refund { receipt: part.number, amount: nok(20) }]);
    assert_eq!(site.look_up("AB 12345").unwrap().dues[0].amount, Some(nok(60)), "it is owed again");
    let whole = site.pay(id, 60).unwrap();
    let step = site.lot.refund(part.number, site.now);
    assert_eq!(site.take(step), Err(Refusal::Refunded));
    site.wait(30 * 24 * 60 - 1);
    let step = site.lot.refund(whole.number, site.now);
    assert_eq!(site.take(step), Ok(nok(60)));
    site.wait(1);
    let step = site.lot.refund(whole.number, site.now);
    assert_eq!(site.take(step), Err(Refusal::UnknownReceipt), "its time is over");
    assert!(site.lot.state.receipts.is_empty());
}

#[test]
fn a_shops_stamp_counts_at_once_and_opens_the_barrier_if_nothing_is_left_to_pay() {
    let mut site = Site::new(terms());
    let id = site.enter("AB 12345");
    let stamp = site.lot.terms().tariff.grant(Entitlement::Validated, None).unwrap();
    site.wait(90);
    site.exit("AB 12345");
    let step = site.lot.grant(id, stamp, None, site.now);
    assert_eq!(site.take(step).unwrap().amount, Some(nok(0)));
    assert!(site.has_opened() && site.has_erased(id));
}

#[test]
fn the_staff_can_let_a_car_off() {
    let mut site = Site::new(terms());
    let id = site.enter("AB 12345");
    site.wait(90);
    site.exit("AB 12345");
    let step = site.lot.waive(id, site.now);
    site.take(step).unwrap();
    assert!(site.has_opened() && site.has_erased(id));
    let step = site.lot.waive(id, site.now);
    assert_eq!(site.take(step), Err(Refusal::UnknownSession));
}

#[test]
fn who_types_a_neighbour_of_the_plate_is_asked_and_who_may_be_two_is_not_served() {
    let mut site = Site::new(terms());
    site.enter("AB 12343");
    site.wait(30);
    let found = site.look_up("AB 12348").unwrap();
    assert!(found.is_near && found.dues.len() == 1);
    site.enter("AB 12340");
    assert_eq!(site.look_up("AB 12348"), Err(Refusal::Ambiguous));
    assert_eq!(site.exceptions(), [ExceptionKind::AmbiguousPayment]);
}

#[test]
fn who_does_not_pay_is_handed_over_and_then_gone() {
    let mut site = Site::new(terms());
    let Ok(Passed::Entered(id)) = site.pass("open", Heading::In, Some("AB 12345")) else { panic!("entered") };
    let entered = site.now;
    site.wait(61);
    let left = site.now;
    site.pass("open", Heading::Out, Some("AB 12345")).unwrap();
    site.wait(48 * 60 - 1);
    assert_eq!(site.stage(id), Some(Stage::Left));
    site.wait(1);
    let hand_over = Effect::HandOver { session: id, entered, left, outstanding: nok(60) };
    assert_eq!(site.effects, [hand_over, Effect::Erase { session: id }]);
    assert_eq!(site.stage(id), None);
}

#[test]
fn who_does_not_pay_is_only_forgotten_where_the_policy_hands_nobody_over() {
    let mut site = Site::new(Terms { hand_over: false, ..terms() });
    let Ok(Passed::Entered(id)) = site.pass("open", Heading::In, Some("AB 12345")) else { panic!("entered") };
    site.wait(61);
    site.pass("open", Heading::Out, Some("AB 12345")).unwrap();
    site.wait(48 * 60);
    assert_eq!(site.effects, [Effect::Erase { session: id }]);
}

#[test]
fn another_system_is_told_the_times_and_says_the_amount() {
    let mut site = Site::new(Terms { tariff: Tariff::External, ..terms() });
    let id = site.enter("AB 12345");
    let entered = site.now;
    site.wait(30);
    let until = site.now;
    assert_eq!(site.look_up("AB 12345").unwrap().dues[0].amount, None);
    assert_eq!(site.effects, [Effect::AskPrice { session: id, entered, until }]);
    assert_eq!(site.pay(id, 30), Err(Refusal::NotPriced));
    let step = site.lot.price(id, nok(25), site.now);
    assert_eq!(site.take(step).unwrap().amount, Some(nok(25)));
    site.wait(6);
    assert_eq!(site.exit("AB 12345"), Passed::MustPay(id, None), "it was said too long ago");
    let step = site.lot.price(id, nok(35), site.now);
    site.take(step).unwrap();
    site.wait(60);
    site.pay(id, 35).unwrap();
    assert!(site.has_erased(id) && site.has_opened());
    let free = site.enter("CD 67890");
    site.exit("CD 67890");
    let step = site.lot.price(free, nok(0), site.now);
    site.take(step).unwrap();
    assert!(site.has_erased(free) && site.has_opened());
    let mut own = Site::new(terms());
    let id = own.enter("AB 12345");
    let step = own.lot.price(id, nok(1), own.now);
    assert_eq!(own.take(step), Err(Refusal::OwnTariff));
}

#[test]
fn a_receipt_whose_money_went_back_opens_nothing() {
    let mut site = Site::new(terms());
    let id = site.enter("AB 12345");
    site.wait(61);
    let receipt = site.pay(id, 60).unwrap();
    let step = site.lot.refund(receipt.number, site.now);
    assert_eq!(site.take(step), Ok(nok(60)));
    let step = site.lot.show_receipt("out", receipt.number, site.now);
    assert_eq!(site.take(step), Err(Refusal::Refunded));
    assert!(!site.has_opened());
}

#[test]
fn what_a_machine_tells_again_by_the_same_key_counts_once_until_the_key_is_forgotten() {
    let mut site = Site::new(terms());
    let id = site.enter("AB 12345");
    let stamp = site.lot.terms().tariff.grant(Entitlement::Validated, None).unwrap();
    let tell = |site: &mut Site, key: u128| {
        let step = site.lot.grant(id, stamp.clone(), Some(key.into()), site.now);
        site.take(step).unwrap();
        let step = site.lot.cross("out", Heading::Out, Some((key + 100).into()), site.now);
        site.take(step).unwrap();
        (site.lot.state.sessions[&id].grants.len(), site.lot.occupancy().occupied())
    };
    for plate in ["CD 67890", "EF 11111", "GH 22222"] {
        site.enter(plate);
    }
    assert_eq!([tell(&mut site, 1), tell(&mut site, 1), tell(&mut site, 2)], [(1, 3), (1, 3), (2, 2)]);
    site.wait(24 * 60 - 1);
    assert_eq!(tell(&mut site, 2), (2, 2));
    site.wait(1);
    assert_eq!(tell(&mut site, 2), (3, 1), "a day later it is another one");
    let step = site.lot.cross("nowhere", Heading::Out, Some(7.into()), site.now);
    assert_eq!(site.take(step), Err(Refusal::UnknownLane));
    assert!(!site.lot.state.told.contains_key(&7.into()), "what was refused was not told");
}
