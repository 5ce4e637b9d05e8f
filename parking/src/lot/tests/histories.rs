//! Random histories, played to a lot and to the sheets of somebody who keeps it by hand: reads that are lost, doubled and
//! wrong, clocks that go back and forth, terminals that fall silent, restarts. After each step both say the same.

use super::naive::Naive;
use super::*;
use proptest::prelude::*;

/// Three that are mistaken for the middle one, two that are for each other, one by itself.
const PLATES: [&str; 6] = ["AB12340", "AB12348", "AB12343", "CD1234S", "CD12345", "EF67891"];
const LANES: [&str; 4] = ["in", "out", "open", "open-in"];

#[derive(Clone, Copy, Debug)]
enum Event {
    Pass { lane: usize, is_in: bool, plate: Option<usize> },
    Cross { lane: usize, is_in: bool },
    LookUp { plate: usize },
    Pay { which: usize, kroner: u64 },
    Repeat,
    Show { which: usize },
    Waive { which: usize },
    Resolve { what: u8 },
    Heartbeat { can_pay: bool },
    Wait { minutes: i64 },
    Clock { seconds: i64 },
    Restart,
}

fn event() -> impl Strategy<Value = Event> {
    let plate = prop_oneof![9 => (0..PLATES.len()).prop_map(Some), 1 => Just(None)];
    prop_oneof![
        12 => (0..LANES.len(), any::<bool>(), plate)
            .prop_map(|(lane, is_in, plate)| Event::Pass { lane, is_in, plate }),
        6 => (0..2_usize, any::<bool>()).prop_map(|(lane, is_in)| Event::Cross { lane, is_in }),
        6 => (0..PLATES.len()).prop_map(|plate| Event::LookUp { plate }),
        5 => (0..8_usize, prop_oneof![1 => 1_u64..40, 2 => Just(3000)]).prop_map(|(which, kroner)| Event::Pay { which, kroner }),
        1 => Just(Event::Repeat),
        3 => (0..8_usize).prop_map(|which| Event::Show { which }),
        1 => (0..8_usize).prop_map(|which| Event::Waive { which }),
        4 => (0..3_u8).prop_map(|what| Event::Resolve { what }),
        1 => prop::bool::weighted(0.7).prop_map(|can_pay| Event::Heartbeat { can_pay }),
        8 => prop_oneof![4 => 0_i64..40, 2 => 40_i64..600, 1 => 600_i64..6000].prop_map(|minutes| Event::Wait { minutes }),
        2 => (-20_000_i64..20_000).prop_map(|seconds| Event::Clock { seconds }),
        1 => Just(Event::Restart),
    ]
}

/// Both, side by side.
struct Pair {
    lot: Lot,
    /// Written after each step with what has changed, and nothing else.
    disk: Disk,
    naive: Naive,
    clock: i64,
    start: Timestamp,
    number: u128,
    last: Option<(SessionId, Payment, Receipt)>,
}

impl Pair {
    fn new(by_count: bool, gates_open: bool) -> Self {
        let start = "2026-03-27T10:00:00Z".parse().unwrap();
        let exit_after_payment = if by_count { ExitAfterPayment::ByCount } else { ExitAfterPayment::ByReceipt };
        let fallback = if gates_open { Fallback::GatesOpen } else { Fallback::Ticket };
        let lot = Lot::new(Terms { exit_after_payment, fallback, ..terms() }, start).unwrap();
        let mut pair = Self {
            lot,
            disk: Disk::default(),
            naive: Naive::new(by_count, gates_open),
            clock: 0,
            start,
            number: 0,
            last: None,
        };
        pair.play(Event::Heartbeat { can_pay: true });
        pair
    }

    fn now(&self) -> Timestamp {
        self.start + SignedDuration::from_secs(self.clock)
    }

    /// The session that a number of a history means: one that is there, or one that never was.
    fn session(&self, which: usize) -> SessionId {
        let known: Vec<_> = self.lot.state().sessions().map(|(id, _)| id).collect();
        known.get(which).copied().unwrap_or(SessionId(u64::MAX))
    }

    fn play(&mut self, event: Event) {
        if let Event::Wait { minutes } = event {
            for minute in 0..=minutes {
                self.clock += if minute > 0 { 60 } else { 0 };
                self.play(Event::Heartbeat { can_pay: true });
            }
            return;
        }
        if let Event::Clock { seconds } = event {
            self.clock += seconds;
        }
        let now = self.now();
        let fresh = self.lot.state().next_number;
        self.naive.time(self.clock);
        let naive = &mut self.naive;
        let (found, expected, effects) = match event {
            Event::Pass { lane, is_in, plate } => {
                let (lane, heading) = (LANES[lane], if is_in { Heading::In } else { Heading::Out });
                let plate = plate.map(|plate| PLATES[plate]);
                let passage = Passage { lane, heading, sought: plate.map(sought), grants: vec![] };
                let step = self.lot.pass(passage, now);
                let id = newest(&self.lot, fresh);
                (say(step.answer.map(passed)), naive.pass(lane, heading, plate, id), step.effects)
            }
            Event::Cross { lane, is_in } => {
                let heading = if is_in { Heading::In } else { Heading::Out };
                let step = self.lot.cross(LANES[lane], heading, None, now);
                naive.cross(LANES[lane], heading);
                (say(step.answer.map(|()| "done".into())), "done".into(), step.effects)
            }
            Event::LookUp { plate } => {
                let step = self.lot.look_up(&sought(PLATES[plate]), now);
                let due = |due: &Due| format!("{} {} ", due.session, due.amount.unwrap().minor / 100);
                let found = step.answer.map(|found| found.dues.iter().map(due).collect());
                (say(found), naive.look_up(PLATES[plate]), step.effects)
            }
            Event::Pay { which, kroner } => {
                let id = self.session(which);
                self.number += 1;
                let payment = Payment { key: self.number.into(), receipt: self.number.into(), amount: nok(kroner) };
                let step = self.lot.pay(id, payment, now);
                if let Ok(receipt) = step.answer {
                    self.last = Some((id, payment, receipt));
                }
                let kroner_of = |money: Money| money.minor / 100;
                let receipt = |receipt: Receipt| {
                    let [amount, change, rest] = [receipt.amount, receipt.change, receipt.outstanding].map(kroner_of);
                    format!("{amount} {change} {rest}")
                };
                (say(step.answer.map(receipt)), self.naive.pay(id.0, kroner, self.number), step.effects)
            }
            Event::Repeat => {
                // Receipts are kept for thirty days, longer than a history lasts.
                let Some((id, payment, receipt)) = self.last else { return };
                let step = self.lot.pay(id, payment, now);
                assert_eq!(step.answer, Ok(receipt));
                (String::new(), String::new(), step.effects)
            }
            Event::Show { which } => {
                let number = naive.slips.get(which).map_or(u128::MAX, |slip| slip.number);
                let step = self.lot.show_receipt("out", number.into(), now);
                let id = newest(&self.lot, fresh);
                (say(step.answer.map(passed)), naive.show(number, id), step.effects)
            }
            Event::Waive { which } => {
                let known: Vec<_> =
                    naive.stays.iter().filter(|stay| stay.stage().is_some()).map(|stay| stay.id).collect();
                let id = known.get(which).copied().unwrap_or(u64::MAX);
                let step = self.lot.waive(SessionId(id), now);
                (say(step.answer.map(|()| "done".into())), naive.waive(id), step.effects)
            }
            Event::Resolve { what } => {
                let step = self.lot.tick(now);
                let mut effects = step.effects;
                let oldest = self.lot.state().exceptions().next().map(|(id, exception)| (id, exception.clone()));
                let answer = oldest.map(|(id, exception)| {
                    let first = exception.candidates.first().copied().unwrap_or(SessionId(0));
                    let resolutions = [Resolution::Is(first), Resolution::Release, Resolution::Dismiss];
                    let step = self.lot.resolve(id, resolutions[usize::from(what)], now);
                    effects.extend(step.effects);
                    say(step.answer.map(|()| "done".into()))
                });
                (answer.unwrap_or("nothing".into()), naive.resolve(what), effects)
            }
            Event::Heartbeat { can_pay } => {
                let step = self.lot.heartbeat("hall", can_pay, now);
                naive.heartbeat(can_pay);
                (String::new(), String::new(), step.effects)
            }
            Event::Clock { .. } | Event::Wait { .. } => (String::new(), String::new(), self.lot.tick(now).effects),
            Event::Restart => {
                let effects = self.lot.tick(now).effects;
                self.disk.follow(&mut self.lot);
                self.lot = self.disk.restore(&self.lot);
                (String::new(), String::new(), effects)
            }
        };
        self.disk.follow(&mut self.lot);
        assert_eq!(found, expected, "{event:?}");
        self.compare(&effects, event);
    }

    fn compare(&mut self, effects: &[Effect], event: Event) {
        let naive = &mut self.naive;
        let mut erased: Vec<_> = effects
            .iter()
            .filter_map(|e| if let Effect::Erase { session } = e { Some(session.0) } else { None })
            .collect();
        erased.sort_unstable();
        naive.erased.sort_unstable();
        assert_eq!(erased, naive.erased, "{event:?}");
        let handed = effects
            .iter()
            .filter_map(|e| if let Effect::HandOver { session, .. } = e { Some(session.0) } else { None });
        assert_eq!(handed.collect::<Vec<_>>(), naive.handed, "{event:?}");
        let opened =
            effects.iter().filter_map(|e| if let Effect::OpenBarrier { lane } = e { Some(lane) } else { None });
        assert_eq!(opened.collect::<Vec<_>>(), naive.opened, "{event:?}");
        let state = self.lot.state();
        assert_eq!(state.is_reading(), naive.is_reading, "{event:?}");
        let stages: Vec<_> = state.sessions().map(|(id, session)| (id.0, session.stage())).collect();
        let sheets = naive.stays.iter().filter_map(|stay| Some((stay.id, stay.stage()?)));
        assert_eq!(stages, sheets.collect::<Vec<_>>(), "{event:?}");
        let mut kinds: Vec<_> = state.exceptions().map(|(_, exception)| exception.kind as u8).collect();
        let matters = naive.matters.iter().filter(|matter| !matter.is_over).map(|matter| matter.kind as u8);
        let mut matters: Vec<_> = matters.collect();
        kinds.sort_unstable();
        matters.sort_unstable();
        assert_eq!(kinds, matters, "{event:?}");
        assert_eq!(state.occupied, naive.cars, "{event:?}");
    }
}

/// The number that the lot gave to a session, if it gave one.
fn newest(lot: &Lot, fresh: u64) -> u64 {
    lot.state().sessions().map(|(id, _)| id.0).find(|id| *id >= fresh).unwrap_or(fresh)
}

fn say(answer: Result<String, Refusal>) -> String {
    answer.unwrap_or_else(|refusal| format!("refused {refusal:?}"))
}

fn passed(passed: Passed) -> String {
    let kroner = |amount: Option<Money>| amount.unwrap().minor / 100;
    match passed {
        Passed::Entered(id) => format!("entered {id}"),
        Passed::Again => "again".into(),
        Passed::Unread => "unread".into(),
        Passed::Uncharged => "uncharged".into(),
        Passed::BackedAway(id) => format!("backed away {id}"),
        Passed::Free(id) => format!("free {id}"),
        Passed::MustPay(id, amount) => format!("must pay {id} {}", kroner(amount)),
        Passed::LeftUnpaid(id, amount) => format!("left unpaid {id} {}", kroner(amount)),
        Passed::Paid => "paid".into(),
        Passed::Permitted => "permitted".into(),
        Passed::Undecided(_) => "undecided".into(),
        Passed::Unmatched => "unmatched".into(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, max_shrink_iters: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn a_lot_is_what_one_would_keep_by_hand(
        by_count in any::<bool>(),
        gates_open in any::<bool>(),
        events in prop::collection::vec(event(), 1..120),
    ) {
        let mut pair = Pair::new(by_count, gates_open);
        for event in events {
            pair.play(event);
        }
    }
}
