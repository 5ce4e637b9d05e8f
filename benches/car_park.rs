//! Whole visits to a car park with barriers, from rendered lanes to the amount: who came and left is the same car, the amount is
//! right, and no barrier opened for somebody who had not paid. By day, at dusk, at night and in rain, at 20 frames a second.
//!
//! Every other driver types the plate at the terminal and leaves by the receipt; the rest pay at the exit.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a bench stops where it fails")]

#[allow(dead_code, reason = "shared with the tests")]
#[path = "../tests/support/lanes.rs"]
mod lanes;
#[allow(dead_code, reason = "this bench takes no medians")]
mod report;

use jiff::Timestamp;
use lanes::{LIGHTS, Passed as Truth, reports, truth, visits};
use report::Report;
use std::collections::BTreeMap;
use vokter_models::{Runtime, find_library};
use vokter_parking::lot::{
    Effect, Heading, Lot, Match, Passage, Passed, Payment, ReceiptNumber, SessionId, Sought, Step,
};
use vokter_parking::money::{Currency, Money};
use vokter_parking::plate::Plate;
use vokter_pipeline::{LaneHappening, LaneReport};

const PROGRAMS: [&str; 2] = [env!("CARGO_BIN_EXE_vokter-decoder"), env!("CARGO_BIN_EXE_vokter-scene")];
/// Cars a light.
const CARS: usize = 25;
/// A quarter is 10, so a stay of twenty minutes, give or take four, is 20.
const TERMS: &str = r#"
name = "gate"
capacity = 100
terminals = ["hall"]
fallback = "gates-open"
hand_over = false
plate_cap_days = 5
lanes = [
    { name = "way-in", direction = "entry", barrier = true },
    { name = "way-out", direction = "exit", barrier = true },
]
[tariff]
currency = "NOK"
time_zone = "Europe/Oslo"
rates = [{ price = 1000, per_minutes = 15 }]
"#;
const AMOUNT: u64 = 2000;

fn main() {
    let runtime = Runtime::load(&find_library().unwrap()).unwrap();
    let mut report = Report::new("car_park");
    let (mut cars, mut right, mut opened) = (0, 0, 0);
    for (number, light) in LIGHTS.into_iter().enumerate() {
        let scenario = visits(light, CARS, 2000 + number as u64);
        let (reports, _) = reports(&runtime, &scenario, true, PROGRAMS);
        let mut visit = Visit::new(truth(&scenario));
        visit.play(reports);
        let name = light.0;
        report.against(format!("{name}: visits right"), visit.right() as f64, "visits", CARS as f64);
        report.figure(format!("{name}: barriers opened for nobody's money"), visit.false_openings as f64, "openings");
        report.figure(format!("{name}: decided by the staff"), visit.undecided as f64, "visits");
        report.figure(format!("{name}: charged a wrong amount"), visit.wrong_amounts as f64, "visits");
        report.figure(format!("{name}: matched in spite of a misread"), visit.near as f64, "visits");
        (cars, right, opened) = (cars + CARS, right + visit.right(), opened + visit.false_openings);
    }
    report.against("all: visits right", right as f64, "visits", cars as f64);
    report.figure("all: barriers opened for nobody's money", opened as f64, "openings");
    report.write().unwrap();
}

/// What is known of one car, and what became of it.
#[derive(Default)]
struct Car {
    session: Option<SessionId>,
    receipt: Option<ReceiptNumber>,
    is_right: bool,
}

/// A lot and its drivers.
struct Visit {
    lot: Lot,
    truth: Vec<Truth>,
    cars: BTreeMap<String, Car>,
    payments: u128,
    has_paid_inside: bool,
    false_openings: usize,
    undecided: usize,
    wrong_amounts: usize,
    near: usize,
}

/// Hashed as any key would: by itself.
fn sought(plate: &Plate) -> Sought {
    let hash = |plate: &Plate| {
        let mut hash = [0; 32];
        hash.iter_mut().zip(plate.disclose_text().bytes()).for_each(|(byte, of)| *byte = of);
        Match::from(hash)
    };
    Sought::of(plate, &hash, &[])
}

impl Visit {
    fn new(truth: Vec<Truth>) -> Self {
        let lot = Lot::new(toml::from_str(TERMS).unwrap(), Timestamp::UNIX_EPOCH).unwrap();
        let cars = truth.iter().map(|passed| (passed.plate.clone(), Car::default())).collect();
        let (payments, has_paid_inside) = (0, false);
        let (false_openings, undecided, wrong_amounts, near) = (0, 0, 0, 0);
        Self { lot, truth, cars, payments, has_paid_inside, false_openings, undecided, wrong_amounts, near }
    }

    fn right(&self) -> usize {
        self.cars.values().filter(|car| car.is_right).count()
    }

    fn play(&mut self, reports: Vec<LaneReport>) {
        let mut passing = BTreeMap::new();
        for report in reports {
            let LaneReport { lane, at, happening, .. } = report;
            let _ = self.lot.heartbeat("hall", true, at);
            let heading = if lane == "way-in" { Heading::In } else { Heading::Out };
            match happening {
                LaneHappening::Passage { reading, .. } => {
                    let Some(plate) = self.next(&lane, at) else { continue };
                    passing.insert(lane.clone(), plate.clone());
                    let sought = reading.as_ref().map(|reading| sought(&reading.plate));
                    if heading == Heading::Out && !self.has_paid_inside {
                        self.pay_inside(at);
                    }
                    let step = self.lot.pass(Passage { lane: &lane, heading, sought, grants: vec![] }, at);
                    self.follow(&plate, heading, step, at);
                }
                LaneHappening::Crossed { .. } => {
                    if passing.remove(&lane).is_some() {
                        let _ = self.lot.cross(&lane, heading, None, at);
                    }
                }
            }
        }
    }

    /// Who truly passes: the next that crosses the line of the lane within ten seconds.
    fn next(&mut self, lane: &str, at: Timestamp) -> Option<String> {
        let midnight: Timestamp = "2026-11-20T00:00:00+01:00".parse().unwrap();
        let at_ns = at.duration_since(midnight).as_nanos() as i64;
        let is_near = |passed: &Truth| {
            passed.lane == lane && (-2_000_000_000..10_000_000_000).contains(&(passed.time_ns - at_ns))
        };
        let place = self.truth.iter().position(is_near)?;
        Some(self.truth.remove(place).plate)
    }

    /// Every other driver pays at the terminal before the first drives out.
    fn pay_inside(&mut self, at: Timestamp) {
        self.has_paid_inside = true;
        let plates: Vec<_> = self.cars.keys().cloned().step_by(2).collect();
        for plate in plates {
            let step = self.lot.look_up(&sought(&Plate::new(&plate).unwrap()), at);
            let Ok(found) = step.answer else { continue };
            self.near += usize::from(found.is_near);
            let due = found.dues[0];
            let is_own = self.cars[&plate].session == Some(due.session);
            if is_own && due.amount.is_some_and(|amount| amount.minor == AMOUNT) {
                let receipt = self.pay(due.session, at);
                self.cars.get_mut(&plate).unwrap().receipt = receipt;
            } else {
                self.wrong_amounts += 1;
            }
        }
    }

    fn pay(&mut self, session: SessionId, at: Timestamp) -> Option<ReceiptNumber> {
        self.payments += 1;
        let number: ReceiptNumber = (self.payments << 32).into();
        let amount = Money::new(AMOUNT, Currency::Nok);
        let payment = Payment { key: self.payments.into(), receipt: number, amount };
        let receipt = self.lot.pay(session, payment, at).answer.ok()?;
        receipt.outstanding.is_zero().then_some(number)
    }

    fn follow(&mut self, plate: &str, heading: Heading, step: Step<Passed>, at: Timestamp) {
        let opens = step.effects.iter().any(|effect| matches!(effect, Effect::OpenBarrier { .. }));
        self.near += step.effects.iter().filter(|effect| matches!(effect, Effect::NearMatch { .. })).count();
        let car = self.cars.get_mut(plate).unwrap();
        if heading == Heading::In {
            if let Ok(Passed::Entered(session)) = step.answer {
                car.session = Some(session);
            }
            return;
        }
        self.false_openings += usize::from(opens);
        match (step.answer, car.receipt) {
            (Ok(Passed::MustPay(session, amount)), None) => {
                let is_own = car.session == Some(session);
                let is_right = amount.is_some_and(|amount| amount.minor == AMOUNT);
                self.wrong_amounts += usize::from(!is_own || !is_right);
                car.is_right = is_own && is_right;
                let _ = self.pay(session, at);
            }
            // Who has paid is known to nobody: the receipt opens.
            (Ok(Passed::Undecided(_) | Passed::Unread), Some(receipt)) => {
                let shown = self.lot.show_receipt("way-out", receipt, at).answer;
                self.cars.get_mut(plate).unwrap().is_right = shown == Ok(Passed::Paid);
            }
            (_, Some(_)) => self.wrong_amounts += 1,
            (_, None) => self.undecided += 1,
        }
    }
}
