//! Plays a file at the speed at which it was recorded. Where nothing was recorded for a while, no time is spent.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A gap longer than this, either way, is not waited for.
const GAP_NS: i64 = 5_000_000_000;
/// How often a wait looks whether the engine is stopping.
const POLL: Duration = Duration::from_millis(50);

/// When the next picture is due.
#[derive(Clone, Debug)]
pub(crate) struct Pace {
    begun: Instant,
    /// Recorded time that has been played, gaps left out.
    played_ns: i64,
    last_ns: Option<i64>,
}

impl Pace {
    /// Pictures are due from that moment on; files that share it are played side by side.
    pub fn new(begun: Instant) -> Self {
        Self { begun, played_ns: 0, last_ns: None }
    }

    /// Waits until a picture of that recorded time is due, or the engine stops.
    pub fn wait_for(&mut self, time_ns: i64, stop: &AtomicBool) {
        let due = self.due(time_ns);
        while let Some(left) = due.checked_duration_since(Instant::now())
            && !stop.load(Ordering::Relaxed)
        {
            std::thread::sleep(left.min(POLL));
        }
    }

    fn due(&mut self, time_ns: i64) -> Instant {
        let step = time_ns.saturating_sub(self.last_ns.replace(time_ns).unwrap_or(time_ns));
        if (0..=GAP_NS).contains(&step) {
            self.played_ns += step;
        }
        self.begun + Duration::from_nanos(self.played_ns.unsigned_abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_due_at_their_own_intervals_and_gaps_are_left_out() {
        let begun = Instant::now();
        let mut pace = Pace::new(begun);
        let second = 1_000_000_000;
        let due: Vec<_> = [100 * second, 101 * second, 9000 * second, 9001 * second]
            .map(|time| pace.due(time).duration_since(begun).as_secs())
            .into();
        assert_eq!(due, [0, 1, 1, 2]);
    }
}
