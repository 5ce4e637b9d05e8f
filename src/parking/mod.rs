//! The car parks of a site while it runs: cameras that read, an API that takes payment, and a vault that forgets.
//!
//! ```text
//!  lanes ─ LaneReport ─┐                ┌─ workbook of the purpose: one commit
//!  API ─ Desk ─────────┼─▶ Attendant ───┼─ barriers, prices: outlets
//!  a second goes by ───┘   one a lot    ├─ switch of reading (IVA-7a)
//!                                       └─ statistics: who is nobody
//! ```

mod attendant;
mod desk;
mod hand_over;
mod keys;
mod ledger;
mod permits;
mod requests;
mod terms;
#[cfg(test)]
mod tests;

pub use attendant::{Attendant, Surroundings};
pub use desk::Lots;
pub use terms::LotFile;

use crate::counter::Counter;
use anyhow::{Context, Result};
use crossbeam::channel::{Receiver, RecvTimeoutError};
use hand_over::HandOvers;
use jiff::{SignedDuration, Timestamp};
use requests::Requests;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use vokter_pipeline::{Engine, LaneHappening, LaneReport};
use vokter_rules::policy::{Purpose, Rule, SitePolicy, Source};
use vokter_vault::{Mint, Vault};

/// How often time goes by in a lot.
const TICK: Duration = Duration::from_secs(1);

/// The lots of a site, each by the name of its purpose.
pub struct CarParks {
    lots: Arc<Lots>,
    requests: Requests,
    thread: JoinHandle<()>,
}

/// Everything that a lot is opened with.
pub struct Opening<'a> {
    /// The policy.
    pub policy: &'a SitePolicy,
    /// The data directory.
    pub directory: &'a Path,
    /// The vault in it.
    pub vault: &'a Arc<Vault>,
    /// Who reads plates.
    pub engine: &'a Engine,
    /// The statistics of the site, where there are any.
    pub counter: Option<&'a Counter>,
    /// Whether the vault is of the time of the pictures: it is this site's alone, and they are a scene.
    pub vault_is_of_scene: bool,
}

impl CarParks {
    /// Opens every lot of a site and follows its lanes; `None` if it has none.
    pub fn start(
        opening: &Opening<'_>,
        lots: Vec<(String, LotFile)>,
        mint: &mut Mint,
        reports: Receiver<LaneReport>,
    ) -> Result<Option<Self>> {
        let Opening { policy, directory, vault, engine, counter, vault_is_of_scene } = opening;
        let clock = Clock::of(policy);
        if lots.is_empty() {
            return Ok(None);
        }
        let requests = Requests::start(policy.outlets())?;
        let mut attendants = BTreeMap::new();
        for (purpose, LotFile { terms, hand_over_to }) in lots {
            let recipient = hand_over_to.filter(|_| terms.hand_over);
            let surroundings = Surroundings {
                hand_overs: recipient.map(|key| HandOvers::of(directory, &terms.name, key)).transpose()?,
                switch: engine.reading(&purpose).cloned(),
                feed: counter.map(|counter| counter.parking(&purpose)),
                requests: requests.sender(),
                is_replay: clock.is_of_pictures() && !vault_is_of_scene,
            };
            let workbook = mint.workbook(&purpose)?;
            let attendant = Attendant::open(terms, vault, workbook, surroundings, clock.now())
                .with_context(|| format!("the lot of purpose `{purpose}`"))?;
            attendants.insert(purpose, Arc::new(attendant));
        }
        let lots = Arc::new(Lots::new(attendants, clock, requests.pulse()));
        let follower = Arc::clone(&lots);
        let thread = std::thread::spawn(move || follow(&follower, &reports));
        Ok(Some(Self { lots, requests, thread }))
    }

    /// The lots, for the API.
    pub fn lots(&self) -> Arc<Lots> {
        Arc::clone(&self.lots)
    }

    /// Ends when the cameras have ended; what is parked is in the vault.
    pub fn finish(self) {
        let Self { lots, requests, thread } = self;
        if thread.join().is_err() {
            tracing::error!("the thread of the lots panicked");
        }
        drop(lots);
        requests.finish();
    }
}

/// The clock of a site's lots: that of the machine, or of the pictures where they are a recording or a scene.
pub struct Clock {
    pictures: Option<Mutex<(Timestamp, Instant)>>,
}

impl Clock {
    fn of(policy: &SitePolicy) -> Self {
        let has_lot = |purpose: &&Purpose| purpose.lot.is_some();
        let rules = policy.purposes().iter().filter(has_lot).flat_map(|purpose| &purpose.rules);
        let of_rule = |rule: &Rule| policy.cameras().iter().find(|camera| camera.name == rule.camera);
        let file = rules.filter_map(of_rule).find_map(|camera| match &camera.source {
            Source::File(file) => Some(file),
            _ => None,
        });
        let begins = file.map(|file| file.starts_at.unwrap_or_else(Timestamp::now));
        Self { pictures: begins.map(|begins| Mutex::new((begins, Instant::now()))) }
    }

    /// Whether it is that of a recording.
    pub const fn is_of_pictures(&self) -> bool {
        self.pictures.is_some()
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        let Some(pictures) = &self.pictures else { return Timestamp::now() };
        let (at, since) = *pictures.lock().unwrap_or_else(PoisonError::into_inner);
        let elapsed = SignedDuration::try_from(since.elapsed()).unwrap_or(SignedDuration::ZERO);
        at.checked_add(elapsed).unwrap_or(at)
    }

    /// A picture of that time was looked at.
    fn seen(&self, at: Timestamp) {
        if let Some(pictures) = &self.pictures {
            *pictures.lock().unwrap_or_else(PoisonError::into_inner) = (at, Instant::now());
        }
    }
}

/// Follows the lanes until the cameras have ended.
fn follow(lots: &Lots, reports: &Receiver<LaneReport>) {
    let mut ticked = Instant::now();
    loop {
        match reports.recv_timeout(TICK) {
            Ok(report) => take(lots, report),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        if ticked.elapsed() >= TICK {
            lots.tick();
            ticked = Instant::now();
        }
    }
}

/// Takes what happened in a lane to its lot. A refusal has been said, and nothing follows from it.
fn take(lots: &Lots, report: LaneReport) {
    let LaneReport { purpose, lane, at, happening } = report;
    let Some(attendant) = lots.of_purpose(&purpose) else { return };
    if lots.clock().is_of_pictures() {
        lots.clock().seen(at);
        // What goes wrong is said where it does.
        let _ = attendant.keep_reading(at);
    }
    let done = match happening {
        LaneHappening::Passage { obeys, reading } => attendant.pass(&lane, obeys, reading, at).map(|_| ()),
        LaneHappening::Crossed { obeys } => attendant.cross(&lane, obeys, at),
    };
    if let Err(error) = done {
        tracing::warn!(purpose, lane, "a car is not dealt with: {error}");
    }
}
