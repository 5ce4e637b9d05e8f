//! How long to wait before trying a camera again.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(15);

/// Waits that double from a quarter of a second to fifteen, each shortened by up to a half at random, so that the
/// cameras of a site do not all come back in the same instant.
pub(crate) struct Backoff {
    next: Duration,
}

impl Backoff {
    pub fn new() -> Self {
        Self { next: FIRST }
    }

    /// Begins again: the camera was there.
    pub fn reset(&mut self) {
        self.next = FIRST;
    }

    /// The next wait.
    pub fn wait(&mut self) -> Duration {
        let whole = self.next;
        self.next = (whole * 2).min(LONGEST);
        let random = getrandom::u32().unwrap_or(u32::MAX / 2);
        whole.mul_f64(1.0 - 0.5 * f64::from(random) / f64::from(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_bound_and_begin_again() {
        let mut backoff = Backoff::new();
        let waits: Vec<_> = (0..12).map(|_| backoff.wait()).collect();
        assert!(waits[0] <= FIRST && waits[0] >= FIRST / 2);
        assert!(waits[11] <= LONGEST && waits[11] >= LONGEST / 2);
        backoff.reset();
        assert!(backoff.wait() <= FIRST);
    }
}
