//! Histories of lots: case by case, at random against a naive model, and what they leave behind.

mod erasure;
mod histories;
mod naive;
mod outage;
mod passages;
mod payments;

use super::*;
use crate::money::Currency;
use crate::plate::Plate;
use jiff::SignedDuration;

/// 30 an hour and a quarter free; gates, open lanes, two terminals.
const TERMS: &str = r#"
    name = "north"
    capacity = 100
    terminals = ["hall", "exit"]
    fallback = "gates-open"
    hand_over = true
    plate_cap_days = 7
    lanes = [
        { name = "in", direction = "entry", barrier = true },
        { name = "out", direction = "exit", barrier = true },
        { name = "open", direction = "both", barrier = false },
        { name = "open-in", direction = "entry", barrier = false },
    ]
    [tariff]
    currency = "NOK"
    time_zone = "Europe/Oslo"
    free = { minutes = 15, of = "short-stays" }
    rates = [{ price = 3000 }]
    concessions = { validated = { free_minutes = 120 }, resident = "free" }
"#;

fn terms() -> Terms {
    toml::from_str(TERMS).unwrap()
}

fn nok(kroner: u64) -> Money {
    Money::new(kroner * 100, Currency::Nok)
}

/// A hash as a lot's key would make it: one to one, and nothing like the plate.
fn hash(plate: &Plate) -> Match {
    let mut hash = [0xa5; 32];
    for (at, byte) in plate.disclose_text().bytes().enumerate() {
        hash[at] = byte.wrapping_mul(167).wrapping_add(13);
    }
    hash.into()
}

fn sought(text: &str) -> Sought {
    Sought::of(&Plate::new(text).unwrap(), &hash, &[])
}

/// Records as they are kept.
#[derive(Default)]
struct Disk(std::collections::BTreeMap<RecordId, Vec<u8>>);

impl Disk {
    /// Writes what has changed, as a transaction does.
    fn follow(&mut self, lot: &mut Lot) {
        for id in lot.take_changed() {
            self.write(lot, id);
        }
    }

    fn write(&mut self, lot: &Lot, id: RecordId) {
        match lot.record(id).unwrap() {
            Some((text, _)) => drop(self.0.insert(id, text.to_vec())),
            None => drop(self.0.remove(&id)),
        }
    }

    fn restore(&self, lot: &Lot) -> Lot {
        let mut records = Records::default();
        self.0.iter().for_each(|(id, text)| records.add(*id, text).unwrap());
        Lot::restore(lot.terms().clone(), records.into_state(lot.state().latest)).unwrap()
    }

    fn text(&self) -> String {
        self.0.iter().map(|(id, text)| format!("{id:?} {}\n", String::from_utf8_lossy(text))).collect()
    }
}

/// A lot with its clock, whose terminals are there.
struct Site {
    lot: Lot,
    now: Timestamp,
    effects: Vec<Effect>,
    number: u128,
}

impl Site {
    fn new(terms: Terms) -> Self {
        let now = "2026-11-23T10:00:00+01".parse().unwrap();
        let lot = Lot::new(terms, now).unwrap();
        let mut site = Self { lot, now, effects: vec![], number: 0 };
        site.wait(0);
        site
    }

    /// Time goes by, minute by minute, and the terminals say that they are there.
    fn wait(&mut self, minutes: i64) {
        self.effects.clear();
        for minute in 0..=minutes {
            self.now += SignedDuration::from_mins(i64::from(minute > 0));
            let step = self.lot.heartbeat("hall", true, self.now);
            self.effects.extend(step.effects);
        }
    }

    fn take<A>(&mut self, step: Step<A>) -> Result<A, Refusal> {
        self.effects = step.effects;
        step.answer
    }

    fn pass(&mut self, lane: &str, heading: Heading, plate: Option<&str>) -> Result<Passed, Refusal> {
        let step = self.lot.pass(Passage { lane, heading, sought: plate.map(sought), grants: vec![] }, self.now);
        self.take(step)
    }

    /// Comes in through the barrier.
    fn enter(&mut self, plate: &str) -> SessionId {
        let Ok(Passed::Entered(id)) = self.pass("in", Heading::In, Some(plate)) else {
            panic!("{plate} does not enter")
        };
        self.cross("in", Heading::In);
        id
    }

    /// Comes to the barrier of the exit.
    fn exit(&mut self, plate: &str) -> Passed {
        self.pass("out", Heading::Out, Some(plate)).unwrap()
    }

    fn cross(&mut self, lane: &str, heading: Heading) {
        let step = self.lot.cross(lane, heading, None, self.now);
        self.take(step).unwrap();
    }

    fn payment(&mut self, kroner: u64) -> Payment {
        self.number += 1;
        Payment { key: self.number.into(), receipt: (1000 + self.number).into(), amount: nok(kroner) }
    }

    fn pay(&mut self, session: SessionId, kroner: u64) -> Result<Receipt, Refusal> {
        let payment = self.payment(kroner);
        let step = self.lot.pay(session, payment, self.now);
        self.take(step)
    }

    fn look_up(&mut self, plate: &str) -> Result<Found, Refusal> {
        let step = self.lot.look_up(&sought(plate), self.now);
        self.take(step)
    }

    fn stage(&self, id: SessionId) -> Option<Stage> {
        self.lot.state.sessions.get(&id).map(Session::stage)
    }

    fn exceptions(&self) -> Vec<ExceptionKind> {
        self.lot.state().exceptions().map(|(_, exception)| exception.kind).collect()
    }

    fn has_opened(&self) -> bool {
        self.effects.iter().any(|effect| matches!(effect, Effect::OpenBarrier { .. }))
    }

    fn has_erased(&self, id: SessionId) -> bool {
        self.effects.contains(&Effect::Erase { session: id })
    }

    /// What is kept is read back, as after a restart.
    fn restart(&mut self) {
        let mut disk = Disk::default();
        self.lot.state().record_ids().for_each(|id| disk.write(&self.lot, id));
        self.lot = disk.restore(&self.lot);
    }
}
