//! The lots of a site as the API reaches them.

use super::requests::Pulse;
use super::{Attendant, Clock};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;
use vokter_console::{Desk, DeskError};
use vokter_parking::lot::{
    Due, Exception, ExceptionId, Found, Heading, IdempotencyKey, Lot, Passed, Payment, Receipt, ReceiptNumber, Refusal,
    Resolution, SessionId, Step,
};
use vokter_parking::money::Money;
use vokter_parking::occupancy::{Occupancy, Place};
use vokter_parking::permit::{Permit, PermitId};
use vokter_parking::plate::Plate;
use vokter_parking::tariff::Entitlement;

/// The lots of a site, each by the name of its purpose.
pub struct Lots {
    all: BTreeMap<String, Arc<Attendant>>,
    clock: Clock,
    pulse: Pulse,
}

impl Lots {
    pub(super) const fn new(all: BTreeMap<String, Arc<Attendant>>, clock: Clock, pulse: Pulse) -> Self {
        Self { all, clock, pulse }
    }

    /// The clock of the lots.
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The lot of a purpose.
    pub fn of_purpose(&self, purpose: &str) -> Option<&Arc<Attendant>> {
        self.all.get(purpose)
    }

    /// Time goes by in each.
    pub fn tick(&self) {
        let now = self.clock.now();
        // What went wrong was said where it did.
        let failed = self.all.values().filter(|attendant| attendant.tick(now).is_err()).count();
        if failed == 0 {
            self.pulse.beat();
        }
    }

    fn named(&self, lot: &str) -> Result<&Attendant, DeskError> {
        let of_name = self.all.values().find(|attendant| attendant.terms().name == lot);
        of_name.map(Arc::as_ref).ok_or(DeskError::UnknownLot)
    }

    fn take<A>(&self, lot: &str, act: impl FnOnce(&mut Lot, Timestamp) -> Step<A>) -> Result<A, DeskError> {
        let now = self.clock.now();
        self.named(lot)?.take(None, now, |lot, _| act(lot, now))
    }

    /// As [`Self::take`]; who has decided is said.
    fn decide<A>(
        &self,
        lot: &str,
        (who, what): (&str, &str),
        act: impl FnOnce(&mut Lot, Timestamp) -> Step<A>,
    ) -> Result<A, DeskError> {
        let done = self.take(lot, act)?;
        tracing::info!(lot, who, what, "the staff has decided");
        Ok(done)
    }
}

impl Desk for Lots {
    fn lots(&self) -> Vec<String> {
        self.all.values().map(|attendant| attendant.terms().name.clone()).collect()
    }

    fn place(&self, lot: &str) -> Result<Place, DeskError> {
        self.named(lot)?.look(Lot::place)
    }

    fn occupancy(&self, lot: &str) -> Result<Occupancy, DeskError> {
        self.named(lot)?.look(Lot::occupancy)
    }

    fn look_up(&self, lot: &str, plate: Plate) -> Result<Found, DeskError> {
        let now = self.clock.now();
        self.named(lot)?.take(Some(&plate), now, |lot, shown| match shown {
            Some(shown) => lot.look_up(&shown.sought, now),
            None => Step { answer: Err(Refusal::UnknownSession), effects: Vec::new() },
        })
    }

    fn pay(&self, lot: &str, session: SessionId, key: IdempotencyKey, amount: Money) -> Result<Receipt, DeskError> {
        let mut number = [0; 16];
        getrandom::fill(&mut number).map_err(|error| {
            tracing::error!(lot, "the system gives no random numbers: {error}");
            DeskError::Failed
        })?;
        let payment = Payment { key, receipt: u128::from_le_bytes(number).into(), amount };
        self.take(lot, |lot, now| lot.pay(session, payment, now))
    }

    fn price(&self, lot: &str, session: SessionId, amount: Money) -> Result<Due, DeskError> {
        self.take(lot, |lot, now| lot.price(session, amount, now))
    }

    fn grant(
        &self,
        lot: &str,
        session: SessionId,
        (entitlement, until): (Entitlement, Option<Timestamp>),
        key: IdempotencyKey,
    ) -> Result<Due, DeskError> {
        let grant = self.named(lot)?.terms().tariff.grant(entitlement, until).ok_or(Refusal::NoConcession)?;
        self.take(lot, |lot, now| lot.grant(session, grant, Some(key), now))
    }

    fn permit(
        &self,
        lot: &str,
        plate: Plate,
        entitlement: Entitlement,
        until: Timestamp,
        who: &str,
    ) -> Result<Permit, DeskError> {
        let permit = self.named(lot)?.permit(&plate, entitlement, until, self.clock.now())?;
        tracing::info!(lot, who, permit = %permit.id, "the staff has given a permit");
        Ok(permit)
    }

    fn permits(&self, lot: &str, of: Option<Plate>, who: &str) -> Result<Vec<Permit>, DeskError> {
        let permits = self.named(lot)?.permits(of.as_ref(), self.clock.now())?;
        if of.is_some() {
            tracing::info!(lot, who, "the staff has looked up the permits of a plate");
        }
        Ok(permits)
    }

    fn withdraw_permit(&self, lot: &str, permit: PermitId, who: &str) -> Result<(), DeskError> {
        self.named(lot)?.withdraw_permit(permit, self.clock.now())?;
        tracing::info!(lot, who, %permit, "the staff has withdrawn a permit");
        Ok(())
    }

    fn show_receipt(&self, lot: &str, lane: &str, number: ReceiptNumber) -> Result<Passed, DeskError> {
        self.take(lot, |lot, now| lot.show_receipt(lane, number, now))
    }

    fn cross(&self, lot: &str, lane: &str, heading: Heading, key: IdempotencyKey) -> Result<(), DeskError> {
        self.take(lot, |lot, now| lot.cross(lane, heading, Some(key), now))
    }

    fn refund(&self, lot: &str, number: ReceiptNumber, who: &str) -> Result<Money, DeskError> {
        self.decide(lot, (who, "a refund"), |lot, now| lot.refund(number, now))
    }

    fn heartbeat(&self, lot: &str, terminal: &str, can_take_payment: bool) -> Result<(), DeskError> {
        self.take(lot, |lot, now| lot.heartbeat(terminal, can_take_payment, now))
    }

    fn exceptions(&self, lot: &str) -> Result<Vec<(ExceptionId, Exception)>, DeskError> {
        self.named(lot)?.look(|lot| lot.state().exceptions().map(|(id, exception)| (id, exception.clone())).collect())
    }

    fn resolve(&self, lot: &str, exception: ExceptionId, resolution: Resolution, who: &str) -> Result<(), DeskError> {
        self.decide(lot, (who, "an exception"), |lot, now| lot.resolve(exception, resolution, now))
    }

    fn waive(&self, lot: &str, session: SessionId, who: &str) -> Result<(), DeskError> {
        self.decide(lot, (who, "a waiver"), |lot, now| lot.waive(session, now))
    }

    fn reset_occupancy(&self, lot: &str, occupied: u32, who: &str) -> Result<(), DeskError> {
        self.decide(lot, (who, "the count of cars"), |lot, now| lot.reset_occupancy(occupied, now))
    }
}
