//! The lots of a site, as the routes reach them: whoever runs the lots implements [`Desk`].
//!
//! A plate is handed over by value, so that whoever takes it ends it. Nothing that is answered holds one (INV-6).

use jiff::Timestamp;
use vokter_parking::lot::{
    Due, Exception, ExceptionId, Found, Heading, IdempotencyKey, Passed, Receipt, ReceiptNumber, Refusal, Resolution,
    SessionId,
};
use vokter_parking::money::Money;
use vokter_parking::occupancy::{Occupancy, Place};
use vokter_parking::permit::{Permit, PermitId};
use vokter_parking::plate::Plate;
use vokter_parking::tariff::Entitlement;

/// The lots of a site. Each call is one transaction: when it returns, what it says lasts. It may wait for the disk, so the
/// routes call it on threads that may wait.
///
/// Each call refuses with [`DeskError::UnknownLot`] for a lot that there is not, with [`DeskError::Refused`] for what the lot
/// refuses, and with [`DeskError::Failed`] if nothing was done.
pub trait Desk: Send + Sync {
    /// Their names.
    fn lots(&self) -> Vec<String>;

    /// A lot as a place (ISO/TS 5206-1).
    ///
    /// # Errors
    /// When there is no such lot.
    fn place(&self, lot: &str) -> Result<Place, DeskError>;

    /// How full it is (ISO/TS 5206-1).
    ///
    /// # Errors
    /// When there is no such lot.
    fn occupancy(&self, lot: &str) -> Result<Occupancy, DeskError>;

    /// What is to be paid for a plate.
    ///
    /// # Errors
    /// When no car or several are known by it.
    fn look_up(&self, lot: &str, plate: Plate) -> Result<Found, DeskError>;

    /// Takes money for a session; draws the number of the receipt. In full, it erases the session (INV-6).
    ///
    /// # Errors
    /// When it cannot be paid so, or the key was used for another payment.
    fn pay(&self, lot: &str, session: SessionId, key: IdempotencyKey, amount: Money) -> Result<Receipt, DeskError>;

    /// What another system says that a session costs in all.
    ///
    /// # Errors
    /// When the lot has a tariff of its own, or there is no such session.
    fn price(&self, lot: &str, session: SessionId, amount: Money) -> Result<Due, DeskError>;

    /// A session gets a claim to something else, until then if it ends: what it is worth, the tariff of the lot says. By the same
    /// key it counts once.
    ///
    /// # Errors
    /// When the tariff has nothing for it ([`Refusal::NoConcession`]), or there is no such session.
    fn grant(
        &self,
        lot: &str,
        session: SessionId,
        claim: (Entitlement, Option<Timestamp>),
        key: IdempotencyKey,
    ) -> Result<Due, DeskError>;

    /// A plate has a permit from now on, which takes the place of an earlier one of that plate; `who` gave it.
    ///
    /// # Errors
    /// When the tariff has nothing for it ([`Refusal::NoConcession`]), or it does not end as a permit must.
    fn permit(
        &self,
        lot: &str,
        plate: Plate,
        entitlement: Entitlement,
        until: Timestamp,
        who: &str,
    ) -> Result<Permit, DeskError>;

    /// The permits that hold: of a plate, or all, by number; `who` asks.
    ///
    /// # Errors
    /// When there is no such lot.
    fn permits(&self, lot: &str, of: Option<Plate>, who: &str) -> Result<Vec<Permit>, DeskError>;

    /// `who` has withdrawn a permit: it is gone.
    ///
    /// # Errors
    /// When there is no such permit.
    fn withdraw_permit(&self, lot: &str, permit: PermitId, who: &str) -> Result<(), DeskError>;

    /// A receipt is shown at the exit of a lane.
    ///
    /// # Errors
    /// When it opens nothing there.
    fn show_receipt(&self, lot: &str, lane: &str, number: ReceiptNumber) -> Result<Passed, DeskError>;

    /// A car has passed the barrier of a lane. By the same key it counts once.
    ///
    /// # Errors
    /// When there is no such barrier.
    fn cross(&self, lot: &str, lane: &str, heading: Heading, key: IdempotencyKey) -> Result<(), DeskError>;

    /// Gives a payment back; `who` asked for it.
    ///
    /// # Errors
    /// When it cannot be given back.
    fn refund(&self, lot: &str, number: ReceiptNumber, who: &str) -> Result<Money, DeskError>;

    /// A terminal says that it is there, and whether it can take payment (IVA-7a).
    ///
    /// # Errors
    /// When there is no such terminal.
    fn heartbeat(&self, lot: &str, terminal: &str, can_take_payment: bool) -> Result<(), DeskError>;

    /// What waits for a decision, oldest first.
    ///
    /// # Errors
    /// When there is no such lot.
    fn exceptions(&self, lot: &str) -> Result<Vec<(ExceptionId, Exception)>, DeskError>;

    /// `who` decides an exception.
    ///
    /// # Errors
    /// When there is no such exception, or it cannot be decided so.
    fn resolve(&self, lot: &str, exception: ExceptionId, resolution: Resolution, who: &str) -> Result<(), DeskError>;

    /// `who` lets a car off.
    ///
    /// # Errors
    /// When there is no such session.
    fn waive(&self, lot: &str, session: SessionId, who: &str) -> Result<(), DeskError>;

    /// `who` has counted the cars in the lot.
    ///
    /// # Errors
    /// When there is no such lot.
    fn reset_occupancy(&self, lot: &str, occupied: u32, who: &str) -> Result<(), DeskError>;
}

/// Why a lot has not done what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeskError {
    /// There is no such lot.
    #[error("the site has no such lot")]
    UnknownLot,
    /// The lot refuses it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Nothing was done; the cause was logged where it happened.
    #[error("nothing was done; try again")]
    Failed,
}
