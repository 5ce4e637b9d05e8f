//! The pipe on which the engine gives slots back.

use std::os::fd::{AsRawFd, OwnedFd};

/// Reads one slot number that the engine gave back. Waits for one if `wait`. `None`: there is none, or the engine
/// is gone.
pub(crate) fn read_released(pipe: &OwnedFd, wait: bool) -> Option<u8> {
    let mut ready = libc::pollfd { fd: pipe.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    let at_once = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    let timeout = if wait { std::ptr::null() } else { &raw const at_once };
    // SAFETY: `ready` is one valid pollfd, the timeout is null or valid, and no signal mask is given.
    let count = unsafe { libc::ppoll(&mut ready, 1, timeout, std::ptr::null()) };
    let mut slot = [0];
    (count == 1 && rustix::io::read(pipe, &mut slot) == Ok(1)).then_some(slot[0])
}
