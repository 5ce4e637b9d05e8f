//! The vault's clock: what has to happen whether or not anybody asks for anything.

use crate::witness::Witnesses;
use jiff::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;
use vokter_vault::{PurgeReport, Register, Vault, VaultError};

/// How often deadlines are looked at. They are whole minutes; what has come is also never shown in between.
const TURN: Duration = Duration::from_secs(20);

/// A thread that lets deadlines come, begins nights, tells the register anew, and sends each night's head to the witnesses.
pub struct Turns {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Turns {
    /// Tells the vault who holds which role, and begins.
    pub fn start(vault: &Arc<Vault>, register: Register, by: &str, witnesses: Witnesses) -> Result<Self, VaultError> {
        vault.enrol(&register, by, Timestamp::now())?;
        let stop = Arc::new(AtomicBool::new(false));
        let thread = std::thread::spawn({
            let (vault, stop, by) = (Arc::clone(vault), Arc::clone(&stop), by.to_owned());
            move || take(&vault, &register, &by, witnesses, &stop)
        });
        Ok(Self { stop, thread })
    }

    /// Takes no more turns.
    pub fn finish(self) {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.thread().unpark();
        // It has nothing to say that was not logged.
        let _ = self.thread.join();
    }
}

fn take(vault: &Vault, register: &Register, by: &str, mut witnesses: Witnesses, stop: &AtomicBool) {
    let (mut said, mut is_first) = (PurgeReport::default(), true);
    while !stop.load(Ordering::Relaxed) {
        match turn(vault, register, by) {
            Ok(report) => {
                say(&report, &said);
                if report.night_began || is_first {
                    match vault.head() {
                        Ok(head) => witnesses.note(&head),
                        Err(error) => tracing::error!("the head of the log cannot be read: {error}"),
                    }
                } else {
                    witnesses.send();
                }
                (said, is_first) = (report, false);
            }
            Err(error) => tracing::error!("deadlines cannot be kept up with: {error}"),
        }
        std::thread::park_timeout(TURN);
    }
}

fn turn(vault: &Vault, register: &Register, by: &str) -> Result<PurgeReport, VaultError> {
    let report = vault.maintain(Timestamp::now())?;
    if report.night_began {
        vault.enrol(register, by, Timestamp::now())?;
    }
    Ok(report)
}

/// Says what a turn did, and which requests of data subjects wait.
fn say(report: &PurgeReport, before: &PurgeReport) {
    let (due, overdue) = (report.requests_due, report.requests_overdue);
    if due > 0 && (due, overdue) != (before.requests_due, before.requests_overdue) {
        tracing::warn!(due, overdue, "requests of data subjects wait for their answer: `vokter cases` (IVA-12)");
    }
    if (PurgeReport { requests_due: 0, requests_overdue: 0, ..*report }) != PurgeReport::default() {
        tracing::info!(
            keys_destroyed = report.keys_destroyed,
            items_ended = report.items_ended,
            chains_stepped = report.chains_stepped,
            items_cleared = report.items_cleared,
            files_cleared = report.files_cleared,
            extracts_destroyed = report.extracts_destroyed,
            night_began = report.night_began,
            journal_is_due = report.journal_is_due,
            "deadlines"
        );
    }
}
