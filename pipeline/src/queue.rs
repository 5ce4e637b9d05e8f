//! Frames that wait for inference: a short queue a camera, served in turn.
//!
//! ```text
//! yard   [■ ■ ]──┐
//! gate   [■   ]──┼──▶ one frame of each in turn ──▶ sessions
//! lobby  [■ ■ ■]─┘
//! ```
//! A live camera that is ahead of inference sheds its oldest frame; a file waits. No lock is held while a session runs.
//! A sender that had to wait is woken when half of its queue is empty rather than for every frame: threads that take
//! turns frame by frame spend their time on the turns.

use crate::health::lock;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};
use vokter_rules::limits;

/// Frames left of a camera at which its sender, if it waits, is woken.
const REFILL_AT: usize = limits::FRAMES_WAITING_PER_CAMERA / 2;

/// Whether a queue may lose frames.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
    /// Live: the oldest frame makes room.
    ShedOldest,
    /// File: the sender waits.
    Never,
}

/// A frame to be analysed, with its place in its camera's order.
pub(crate) struct Turn<T> {
    pub camera: usize,
    pub sequence: u64,
    pub item: T,
}

/// Queues of several cameras and one set of sessions.
pub(crate) struct FairQueue<T> {
    state: Mutex<QueueState<T>>,
    filled: Condvar,
    /// One a camera, so that a turn wakes nobody but its own sender.
    drained: Vec<Condvar>,
}

struct QueueState<T> {
    waiting: Vec<VecDeque<T>>,
    taken: Vec<u64>,
    next: usize,
    closed: bool,
}

impl<T> FairQueue<T> {
    pub fn new(cameras: usize) -> Self {
        let empty = || VecDeque::with_capacity(limits::FRAMES_WAITING_PER_CAMERA);
        let waiting = std::iter::repeat_with(empty).take(cameras).collect();
        let drained = std::iter::repeat_with(Condvar::new).take(cameras).collect();
        let state = QueueState { waiting, taken: vec![0; cameras], next: 0, closed: false };
        Self { state: Mutex::new(state), filled: Condvar::new(), drained }
    }

    /// Adds a frame. Returns the one that was shed to make room, if any; after [`Self::close`], the frame itself.
    pub fn push(&self, camera: usize, item: T, loss: Loss) -> Option<T> {
        let mut state = lock(&self.state);
        loop {
            let closed = state.closed;
            let Some(waiting) = state.waiting.get_mut(camera).filter(|_| !closed) else { return Some(item) };
            if waiting.len() < limits::FRAMES_WAITING_PER_CAMERA {
                waiting.push_back(item);
                self.filled.notify_one();
                return None;
            }
            if loss == Loss::ShedOldest {
                let oldest = waiting.pop_front();
                waiting.push_back(item);
                return oldest;
            }
            let Some(drained) = self.drained.get(camera) else { return Some(item) };
            state = drained.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes the next frame, a turn a camera. Waits for one; `None` when the queue is closed and empty.
    pub fn pop(&self) -> Option<Turn<T>> {
        let mut state = lock(&self.state);
        loop {
            let cameras = state.waiting.len();
            let first = state.next;
            for camera in (first..cameras).chain(0..first) {
                if let Some((item, left)) = state.waiting.get_mut(camera).and_then(|w| Some((w.pop_front()?, w.len())))
                {
                    state.next = (camera + 1) % cameras;
                    let sequence = state.taken.get_mut(camera).map_or(0, |taken| std::mem::replace(taken, *taken + 1));
                    if let Some(drained) = self.drained.get(camera).filter(|_| left <= REFILL_AT) {
                        drained.notify_one();
                    }
                    return Some(Turn { camera, sequence, item });
                }
            }
            if state.closed {
                return None;
            }
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Lets the sessions finish what waits and then end. Senders that wait are refused.
    pub fn close(&self) {
        lock(&self.state).closed = true;
        self.filled.notify_all();
        self.drained.iter().for_each(Condvar::notify_all);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_camera_does_not_starve_a_quiet_one() {
        let queue = FairQueue::new(3);
        for item in 0..3 {
            queue.push(0, item, Loss::ShedOldest);
        }
        queue.push(2, 100, Loss::ShedOldest);
        let order: Vec<_> = (0..4).filter_map(|_| queue.pop()).map(|turn| (turn.camera, turn.sequence)).collect();
        assert_eq!(order, [(0, 0), (2, 0), (0, 1), (0, 2)]);
    }

    #[test]
    fn inv_11_live_sheds_the_oldest_and_says_so() {
        let queue = FairQueue::new(1);
        let shed: Vec<_> = (0..10).filter_map(|item| queue.push(0, item, Loss::ShedOldest)).collect();
        assert_eq!(shed, [0, 1, 2, 3, 4, 5, 6]);
        queue.close();
        let left: Vec<_> = std::iter::from_fn(|| queue.pop()).map(|turn| turn.item).collect();
        assert_eq!(left, [7, 8, 9]);
        assert_eq!(queue.push(0, 11, Loss::ShedOldest), Some(11));
    }

    #[test]
    fn a_sender_that_waits_is_woken_for_half_a_queue() {
        let queue = FairQueue::new(1);
        std::thread::scope(|scope| {
            let sender = scope.spawn(|| (0..4).for_each(|item| assert_eq!(queue.push(0, item, Loss::Never), None)));
            while lock(&queue.state).waiting[0].len() < limits::FRAMES_WAITING_PER_CAMERA {
                std::thread::yield_now();
            }
            for item in 0..limits::FRAMES_WAITING_PER_CAMERA - REFILL_AT {
                assert_eq!(queue.pop().unwrap().item, item);
            }
            sender.join().unwrap();
        });
        assert_eq!(queue.pop().unwrap().item, 2);
        assert_eq!(queue.pop().unwrap().item, 3);
    }

    #[test]
    fn a_file_waits_and_loses_nothing() {
        let queue = FairQueue::new(1);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for item in 0..1000 {
                    assert_eq!(queue.push(0, item, Loss::Never), None);
                }
                queue.close();
            });
            let got: Vec<_> = std::iter::from_fn(|| queue.pop()).map(|turn| turn.item).collect();
            assert_eq!(got, (0..1000).collect::<Vec<_>>());
        });
    }
}
