//! The pipe on which the engine gives slots back.

use std::os::fd::{AsRawFd, OwnedFd};

/// Slot numbers that are read at once.
const AT_ONCE: usize = 32;

/// Reads the slot numbers that the engine gave back, several at once, and hands each on. Waits for one if `wait`.
/// Whether there were any; if none came to one that waits, the engine is gone.
pub(crate) fn read_released(pipe: &OwnedFd, wait: bool, each: impl FnMut(u8)) -> bool {
    if wait {
        let mut ready = libc::pollfd { fd: pipe.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        // SAFETY: `ready` is one valid pollfd; no timeout and no signal mask are given.
        if unsafe { libc::ppoll(&mut ready, 1, std::ptr::null(), std::ptr::null()) } != 1 {
            return false;
        }
    }
    // The engine made the pipe so that reading it never blocks.
    let mut slots = [0; AT_ONCE];
    let count = rustix::io::read(pipe, &mut slots).unwrap_or(0);
    slots.into_iter().take(count).for_each(each);
    count > 0
}
