//! A bounded table of one small state a track.

use super::TrackId;
use crate::limits;

/// State for each living track; never larger than [`limits::TRACKS_PER_CAMERA`] and allocated once.
pub(super) struct PerTrack<T> {
    entries: Vec<(TrackId, T)>,
}

impl<T: Default> PerTrack<T> {
    pub(super) fn new() -> Self {
        Self { entries: Vec::with_capacity(limits::TRACKS_PER_CAMERA) }
    }

    /// The track's state, made on first sight; `None` when the table is full, which the tracker's own bound
    /// prevents.
    pub(super) fn entry(&mut self, track: TrackId) -> Option<&mut T> {
        let known = self.entries.iter().position(|(id, _)| *id == track);
        let index = known.unwrap_or_else(|| {
            if self.entries.len() < limits::TRACKS_PER_CAMERA {
                self.entries.push((track, T::default()));
            }
            self.entries.len() - 1
        });
        self.entries.get_mut(index).filter(|(id, _)| *id == track).map(|(_, state)| state)
    }

    pub(super) fn remove(&mut self, track: TrackId) {
        if let Some(index) = self.entries.iter().position(|(id, _)| *id == track) {
            self.entries.swap_remove(index);
        }
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }
}
