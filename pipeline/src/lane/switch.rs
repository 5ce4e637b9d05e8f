//! The switch by which the owner of a purpose stops and resumes the reading of plates (IVA-7a).

use crate::stage::Stage;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};

/// Whether plates are read for one purpose. It is off when an engine starts: plates are read only while one can pay.
///
/// While it is off no plate is looked for, and what was read and not reported is dropped; passages and crossings are
/// reported all the same, without a plate.
#[derive(Clone)]
pub struct PlateSwitch {
    reads: Arc<AtomicBool>,
    /// Not held on to, since the receivers close when the stages are gone.
    stages: Weak<Vec<Mutex<Stage>>>,
}

impl PlateSwitch {
    pub(crate) const fn new(reads: Arc<AtomicBool>, stages: Weak<Vec<Mutex<Stage>>>) -> Self {
        Self { reads, stages }
    }

    /// Whether plates are read.
    pub fn is_on(&self) -> bool {
        self.reads.load(Ordering::SeqCst)
    }

    /// Reads plates from the next frame on.
    pub fn resume(&self) {
        self.reads.store(true, Ordering::SeqCst);
    }

    /// Reads no plate from the next frame on, and drops what is held. Never waits: a camera that is at work on a frame
    /// drops it when that frame is done, or with its next one.
    pub fn stop(&self) {
        self.reads.store(false, Ordering::SeqCst);
        for stage in self.stages.upgrade().iter().flat_map(|stages| stages.iter()) {
            if let Ok(mut stage) = stage.try_lock() {
                stage.drop_unwanted_readings();
            }
        }
    }
}
