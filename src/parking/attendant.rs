//! One lot as it runs: what happens in it, what it keeps, and what it asks for, in this order.
//!
//! ```text
//!  report of a lane ─┐                                ┌─ answer
//!  call of the API ──┼─▶ Lot ─▶ pages: one commit ────┤
//!  a second goes by ─┘          or nothing happened   └─ requests to the world: barriers, prices
//! ```
//! The lock of a lot is held across its commit, so that nobody is answered by a state that does not last. Where the disk
//! refuses, the lot is read back as it was, and whoever asked is told that nothing was done.

use super::hand_over::HandOvers;
use super::keys::{Keys, day_of};
use super::ledger::{Change, Found, Ledger, Name};
use super::permits::Permits;
use super::requests::Request;
use crate::counter::ParkingFeed;
use anyhow::{Context, Result, anyhow};
use crossbeam::channel::{Sender, TrySendError};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use vokter_console::DeskError;
use vokter_parking::lot::{
    Effect, Heading, LaneDirection, Lot, Passage, Passed, RecordId, Refusal, SessionId, Sought, Stage, Step, Terms,
};
use vokter_parking::permit::{Permit, PermitId, can_hold_until};
use vokter_parking::plate::{Plate, Reading};
use vokter_parking::tariff::{Entitlement, Grant};
use vokter_pipeline::PlateSwitch;
use vokter_vault::{ItemId, Vault, Workbook};

/// How long a key of hashes is kept beyond the last session that may have come under it: the rest of its day.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A lot, and everything that is done for it.
pub struct Attendant {
    lot: Mutex<Running>,
    terms: Terms,
    hand_overs: Option<HandOvers>,
    switch: Option<PlateSwitch>,
    feed: Option<ParkingFeed>,
    requests: Sender<Request>,
}

/// A plate that is read or typed.
pub struct Shown<'a> {
    /// What it is sought by.
    pub sought: Sought,
    plate: &'a Plate,
    known: &'a Permits,
    at: Timestamp,
}

impl Shown<'_> {
    /// What it has a permit for. Every permit of the lot is tried.
    fn permits(&self) -> Vec<Grant> {
        self.known.grants(self.plate, self.at)
    }
}

/// What the lock guards.
struct Running {
    /// `None` while what is kept cannot be read.
    lot: Option<Lot>,
    ledger: Ledger,
    keys: Keys,
    permits: Permits,
    /// When those came who have not left, for the statistics of the lot.
    inside: BTreeMap<SessionId, Timestamp>,
    /// The day on which keys were last looked through.
    day: Option<Date>,
}

/// What an attendant works with beside its lot.
pub struct Surroundings {
    /// Where unpaid stays go, if they are handed over.
    pub hand_overs: Option<HandOvers>,
    /// The switch of reading, where cameras read.
    pub switch: Option<PlateSwitch>,
    /// The statistics of the lot, where there are any.
    pub feed: Option<ParkingFeed>,
    /// What is asked of barriers and of the system that knows prices.
    pub requests: Sender<Request>,
    /// Whether the lot lives in the time of a recording, and the vault does not.
    pub is_replay: bool,
}

impl Attendant {
    /// Opens a lot as it was left.
    pub fn open(
        terms: Terms,
        vault: &Arc<Vault>,
        workbook: Workbook,
        surroundings: Surroundings,
        now: Timestamp,
    ) -> Result<Self> {
        let Surroundings { hand_overs, switch, feed, requests, is_replay } = surroundings;
        let now = if is_replay { now } else { vault.latest(now)? };
        let (ledger, found) = Ledger::open(Arc::clone(vault), workbook, is_replay, now)?;
        let mut running = Running {
            lot: None,
            ledger,
            keys: Keys::default(),
            permits: Permits::default(),
            inside: BTreeMap::new(),
            day: None,
        };
        running.restore(&terms, found, now)?;
        running.erase_what_is_nobodys(now)?;
        let attendant = Self { lot: Mutex::new(running), terms, hand_overs, switch, feed, requests };
        attendant.follow_switch();
        attendant.ask(&attendant.asked_before(now));
        Ok(attendant)
    }

    /// What barriers were asked and may not have heard, if this was killed meanwhile.
    fn asked_before(&self, now: Timestamp) -> Vec<Effect> {
        let of = |lot: &Lot| {
            let reads = if lot.state().is_reading() {
                Effect::ResumeReading
            } else {
                Effect::StopReading { fallback: self.terms.fallback }
            };
            let open = lot.state().released(now).map(|lane| Effect::OpenBarrier { lane: lane.to_owned() });
            std::iter::once(reads).chain(open).collect()
        };
        self.look(of).unwrap_or_default()
    }

    /// The terms of the lot.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Time goes by. To be called each second.
    pub fn tick(&self, now: Timestamp) -> Result<(), DeskError> {
        if let Some(feed) = &self.feed {
            feed.looked(now);
        }
        self.take(None, now, |lot, _| lot.tick(now))
    }

    /// Says for the terminals of a recording that they are still there, if they were: nobody at them lives in its time.
    pub fn keep_reading(&self, now: Timestamp) -> Result<(), DeskError> {
        let (true, Some(terminal)) = (self.look(|lot| lot.state().is_reading())?, self.terms.terminals.first()) else {
            return Ok(());
        };
        self.take(None, now, |lot, _| lot.heartbeat(terminal, true, now))
    }

    /// A car has come into a lane, and was read or could not be.
    pub fn pass(&self, lane: &str, obeys: bool, reading: Option<Reading>, at: Timestamp) -> Result<Passed, DeskError> {
        let heading = self.heading(lane, obeys)?;
        let electric = reading
            .as_ref()
            .is_some_and(|reading| reading.country.is_some_and(|country| country.is_electric(&reading.plate)));
        let grant = electric.then(|| self.terms.tariff.grant(Entitlement::Electric, None)).flatten();
        let plate = reading.map(|reading| reading.plate);
        self.take(plate.as_ref(), at, |lot, shown| {
            let shown = shown.filter(|_| lot.state().is_reading());
            let permits = shown.as_ref().map(Shown::permits).unwrap_or_default();
            let grants = permits.into_iter().chain(grant).collect();
            let sought = shown.map(|shown| shown.sought);
            lot.pass(Passage { lane, heading, sought, grants }, at)
        })
    }

    /// A car has crossed the line of a lane.
    pub fn cross(&self, lane: &str, obeys: bool, at: Timestamp) -> Result<(), DeskError> {
        let heading = self.heading(lane, obeys)?;
        let has_barrier = self.terms.lanes.iter().any(|known| known.name == lane && known.barrier);
        // Without a barrier, who was read has passed.
        if has_barrier { self.take(None, at, |lot, _| lot.cross(lane, heading, None, at)) } else { Ok(()) }
    }

    /// A plate has a permit from now on.
    pub fn permit(
        &self,
        plate: &Plate,
        entitlement: Entitlement,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Permit, DeskError> {
        let grant = self.terms.tariff.grant(entitlement, Some(until)).ok_or(Refusal::NoConcession)?;
        self.revise_permits(now, |permits, now, change| {
            if !can_hold_until(until, now) {
                return Ok(Err(Refusal::PermitTerm));
            }
            Ok(permits.give(plate, (grant, until), change)?.ok_or(Refusal::TooManyPermits))
        })
    }

    /// A permit is withdrawn.
    pub fn withdraw_permit(&self, id: PermitId, now: Timestamp) -> Result<(), DeskError> {
        self.revise_permits(now, |permits, _, change| {
            let is_there = permits.withdraw(id, change);
            Ok(if is_there { Ok(()) } else { Err(Refusal::UnknownPermit) })
        })
    }

    /// The permits that hold.
    pub fn permits(&self, of: Option<&Plate>, now: Timestamp) -> Result<Vec<Permit>, DeskError> {
        let running = self.running();
        let latest = running.lot.as_ref().ok_or(DeskError::Failed)?.state().latest();
        Ok(running.permits.list(of, now.max(latest)))
    }

    /// As [`Self::take`], of permits.
    fn revise_permits<A>(
        &self,
        now: Timestamp,
        act: impl FnOnce(&mut Permits, Timestamp, &mut Change) -> Result<Result<A, Refusal>>,
    ) -> Result<A, DeskError> {
        let mut running = self.running();
        let done = running.revise_permits(&self.terms, now, act);
        let done = done.map_err(|error| running.fail(&self.terms, &error, now));
        drop(running);
        self.follow_switch();
        Ok(done??)
    }

    /// Looks at the lot.
    pub fn look<A>(&self, look: impl FnOnce(&Lot) -> A) -> Result<A, DeskError> {
        self.running().lot.as_ref().map(look).ok_or(DeskError::Failed)
    }

    /// The number by which the vault's log knows the plate of a session.
    pub fn item_of(&self, session: SessionId) -> Option<ItemId> {
        self.running().ledger.item_of(session)
    }

    /// Does something in the lot: what changes is on the disk, and what is erased is gone, before this returns.
    pub fn take<A>(
        &self,
        plate: Option<&Plate>,
        now: Timestamp,
        act: impl FnOnce(&mut Lot, Option<Shown<'_>>) -> Step<A>,
    ) -> Result<A, DeskError> {
        let mut running = self.running();
        let taken = running.take(self, plate, now, act);
        let taken = taken.map_err(|error| running.fail(&self.terms, &error, now));
        let (Step { answer, effects }, touched) = match taken {
            Ok(taken) => taken,
            Err(error) => {
                drop(running);
                self.follow_switch();
                return Err(error);
            }
        };
        running.note_stays(self.feed.as_ref(), &effects, &touched, now);
        // In the order of the commits; it does not wait.
        self.ask(&effects);
        drop(running);
        self.follow_switch();
        Ok(answer?)
    }

    fn running(&self) -> MutexGuard<'_, Running> {
        self.lot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn heading(&self, lane: &str, obeys: bool) -> Result<Heading, DeskError> {
        let lane = self.terms.lanes.iter().find(|known| known.name == lane).ok_or(Refusal::UnknownLane)?;
        Ok(match (lane.direction, obeys) {
            (LaneDirection::Entry | LaneDirection::Both, true) | (LaneDirection::Exit, false) => Heading::In,
            (LaneDirection::Exit, true) | (LaneDirection::Entry | LaneDirection::Both, false) => Heading::Out,
        })
    }

    /// Plates are read while the lot reads, and not while it cannot be read itself.
    fn follow_switch(&self) {
        let Some(switch) = &self.switch else { return };
        let reads = self.look(|lot| lot.state().is_reading()).unwrap_or(false);
        match (reads, switch.is_on()) {
            (true, false) => switch.resume(),
            (false, true) => switch.stop(),
            _ => {}
        }
    }

    /// Says what happened, and asks the world for the rest.
    fn ask(&self, effects: &[Effect]) {
        let lot = &self.terms.name;
        let is_switch = |effect: &&Effect| matches!(effect, Effect::StopReading { .. } | Effect::ResumeReading);
        // A terminal that is heard of in the moment in which it would have been given up.
        let is_as_before = effects.iter().filter(is_switch).count() == 2;
        for effect in effects.iter().filter(|effect| !(is_as_before && is_switch(effect))) {
            match effect {
                Effect::StopReading { fallback } => {
                    tracing::warn!(lot, ?fallback, "no terminal can take payment: no plate is read (IVA-7a)");
                }
                Effect::ResumeReading => tracing::info!(lot, "a terminal can take payment: plates are read"),
                Effect::Raise { exception, kind, .. } => {
                    tracing::warn!(lot, %exception, ?kind, "a person must decide");
                }
                Effect::NearMatch { session } => {
                    tracing::info!(lot, %session, "matched, though one character was read otherwise");
                }
                _ => {}
            }
            let Some(request) = Request::of(lot, effect) else { continue };
            if let Err(TrySendError::Full(_)) = self.requests.try_send(request) {
                tracing::error!(lot, "an outlet is stuck: what a barrier was asked is lost");
            }
        }
    }
}

impl Running {
    fn restore(&mut self, terms: &Terms, found: Found, now: Timestamp) -> Result<()> {
        let Found { records, keys, permits, strange } = found;
        if strange > 0 {
            tracing::error!(lot = terms.name, pages = strange, "what is kept of the lot holds pages that are none");
        }
        let lot = Lot::restore(terms.clone(), records.into_state(now));
        let lot = lot.map_err(|faults| anyhow!("{}", faults.first().map(ToString::to_string).unwrap_or_default()))?;
        let still_in = lot.state().sessions().filter(|(_, session)| session.stage() != Stage::Left);
        self.inside = still_in.map(|(id, session)| (id, session.entered())).collect();
        (self.lot, self.keys, self.permits) = (Some(lot), keys, permits);
        Ok(())
    }

    /// Erases plates of which no session is left.
    fn erase_what_is_nobodys(&mut self, now: Timestamp) -> Result<()> {
        let Some(lot) = &self.lot else { return Ok(()) };
        let mut change = Change::default();
        let of_nobody = self.ledger.plates().filter(|session| lot.state().session(*session).is_none());
        of_nobody.for_each(|session| change.erase(Name::Plate(session)));
        if change.is_empty() { Ok(()) } else { self.ledger.commit(&change, now) }
    }

    /// Says that nothing was done, and goes back to what is kept.
    fn fail(&mut self, terms: &Terms, error: &anyhow::Error, now: Timestamp) -> DeskError {
        tracing::error!(lot = terms.name, "nothing was done: {error:#}");
        if let Err(error) = self.read_back(terms, now) {
            tracing::error!(lot = terms.name, "what is kept cannot be read: {error:#}");
        }
        DeskError::Failed
    }

    fn revise_permits<A>(
        &mut self,
        terms: &Terms,
        now: Timestamp,
        act: impl FnOnce(&mut Permits, Timestamp, &mut Change) -> Result<Result<A, Refusal>>,
    ) -> Result<Result<A, Refusal>> {
        let today = self.begin(terms, now)?;
        let mut change = Change::default();
        let answer = act(&mut self.permits, today, &mut change)?;
        self.ledger.commit(&change, now)?;
        Ok(answer)
    }

    /// Reads the lot back if it could not be read before. The lot's own time, which does not go back: a session is of the
    /// day that it begins on by that.
    fn begin(&mut self, terms: &Terms, now: Timestamp) -> Result<Timestamp> {
        if self.lot.is_none() {
            self.read_back(terms, now)?;
        }
        Ok(self.lot.as_ref().map_or(now, |lot| lot.state().latest().max(now)))
    }

    fn read_back(&mut self, terms: &Terms, now: Timestamp) -> Result<()> {
        self.lot = None;
        let found = self.ledger.read_back(now)?;
        self.restore(terms, found, now)
    }

    fn take<A>(
        &mut self,
        attendant: &Attendant,
        plate: Option<&Plate>,
        now: Timestamp,
        act: impl FnOnce(&mut Lot, Option<Shown<'_>>) -> Step<A>,
    ) -> Result<(Step<A>, Vec<SessionId>)> {
        let today = self.begin(&attendant.terms, now)?;
        let mut change = Change::default();
        let sought = match plate {
            Some(plate) => self.sought(plate, today, &attendant.terms, &mut change)?,
            None => None,
        };
        let shown = plate.zip(sought).map(|(plate, sought)| Shown { sought, plate, known: &self.permits, at: today });
        let Some(lot) = self.lot.as_mut() else { return Err(anyhow!("the lot cannot be read")) };
        let step = act(lot, shown);
        for effect in &step.effects {
            effect_on(&mut change, effect, plate)?;
        }
        let mut touched = Vec::new();
        for id in lot.take_changed() {
            if let RecordId::Session(session) = id {
                touched.push(session);
                // Whose plate has come in again is nobody: what is known by it is the new stay.
                if lot.state().session(session).is_some_and(|session| !session.has_hash()) {
                    change.erase(Name::Plate(session));
                }
            }
            match lot.record(id).context("a record cannot be written")? {
                Some((text, until)) => change.keep(Name::Record(id), &text, until)?,
                None => change.erase(Name::Record(id)),
            }
        }
        let has_turned = self.day.replace(day_of(today)) != Some(day_of(today));
        if has_turned || step.effects.iter().any(|effect| matches!(effect, Effect::Erase { .. })) {
            let known: BTreeSet<_> = lot.state().sessions().map(|(_, session)| day_of(session.entered())).collect();
            let over = self.keys.forget(&known, day_of(today));
            over.into_iter().for_each(|day| change.erase(Name::Key(day)));
        }
        self.permits.end_some(today, &mut change);
        self.hand_over(attendant.hand_overs.as_ref(), &step.effects, now)?;
        if !change.is_empty() {
            self.ledger.commit(&change, now)?;
        }
        Ok((step, touched))
    }

    /// What a plate is sought by; makes the key of the day, if it is the first.
    fn sought(&mut self, plate: &Plate, now: Timestamp, terms: &Terms, change: &mut Change) -> Result<Option<Sought>> {
        let day = day_of(now);
        if let Some(key) = self.keys.begin(day)? {
            let stay = SignedDuration::from_hours(i64::from(terms.plate_cap_days) * 24);
            let until = now.checked_add(stay + DAY).unwrap_or(Timestamp::MAX);
            change.keep(Name::Key(day), key, until)?;
        }
        Ok(self.keys.sought(plate, day))
    }

    /// Discloses those who have not paid: what is handed over lasts before they are erased.
    fn hand_over(&self, hand_overs: Option<&HandOvers>, effects: &[Effect], now: Timestamp) -> Result<()> {
        for effect in effects {
            let (Effect::HandOver { session, entered, left, outstanding }, Some(hand_overs)) = (effect, hand_overs)
            else {
                continue;
            };
            let why = "handed over as unpaid, as the terms of the lot say";
            if let Some(plate) = self.ledger.disclose(*session, why, now)? {
                hand_overs.write(*session, &plate, (*entered, *left), *outstanding, now)?;
                tracing::info!(%session, "handed over as unpaid");
            } else {
                tracing::error!(%session, "not handed over: its plate is not kept any more");
            }
        }
        Ok(())
    }

    /// Tells the statistics of the lot who came and who left, each once.
    fn note_stays(&mut self, feed: Option<&ParkingFeed>, effects: &[Effect], touched: &[SessionId], now: Timestamp) {
        let Some(lot) = &self.lot else { return };
        for effect in effects {
            if let Effect::Keep { session, .. } = effect {
                self.inside.insert(*session, now);
                if let Some(feed) = feed {
                    feed.arrived(now);
                }
            }
        }
        for id in touched.iter().filter(|id| is_gone(lot, **id)) {
            if let (Some(entered), Some(feed)) = (self.inside.remove(id), feed) {
                feed.departed(now, now.duration_since(entered));
            }
        }
    }
}

/// Whether a car is not in the lot any more.
fn is_gone(lot: &Lot, id: SessionId) -> bool {
    lot.state().session(id).is_none_or(|session| session.stage() == Stage::Left)
}

/// What an effect means for what is kept.
fn effect_on(change: &mut Change, effect: &Effect, plate: Option<&Plate>) -> Result<()> {
    match effect {
        Effect::Keep { session, deadline } => {
            if let Some(plate) = plate {
                change.keep_plate(*session, plate, *deadline)?;
            }
        }
        Effect::Erase { session } => {
            change.erase(Name::Plate(*session));
            change.erase(Name::Record(RecordId::Session(*session)));
        }
        Effect::Withdraw { exception } => {
            change.erase(Name::Record(RecordId::Exception(*exception)));
        }
        _ => {}
    }
    Ok(())
}
