//! Parking by number plate, forgotten on payment.
//!
//! The pure part of a car park: what a plate is, what a stay costs, when a car came and went, who owes what, and what must
//! be erased in the same breath as a payment is acknowledged (INV-6, IVA-7b).
//!
//! This crate refuses to know cameras, the clock and the disk. `now` is passed in; a plate arrives at a lot as keyed hashes
//! and is never part of its state; whatever is to be done in the world is returned as an effect, for the caller to carry
//! out in one transaction.
//!
//! ```text
//! readings ─▶ Ballot ─▶ Plate ─keyed hash─▶ Sought ┐
//!                                                  ├─▶ Lot ─▶ Step { answer, effects }
//! payments, heartbeats, receipts, decisions, now ──┘    ▲        keep, erase, open the barrier, hand over, …
//!                                          Tariff, Terms┘
//! ```

pub mod lot;
pub mod money;
pub mod occupancy;
pub mod permit;
pub mod plate;
pub mod tariff;
