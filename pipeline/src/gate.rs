//! The motion gate: whether a frame is worth an inference.
//!
//! Each cell of a small luma plane is compared with a slowly learned background; the threshold follows the cell's own
//! noise. A frame passes while something moves, for a while after, while any track lives, and every two
//! seconds in any case.

use jiff::{SignedDuration, Timestamp};
use vokter_frames::LumaPlane;

/// How long frames pass after the last motion.
const HOLD: SignedDuration = SignedDuration::from_millis(1000);
/// A frame passes at least this often.
const FLOOR: SignedDuration = SignedDuration::from_millis(2000);
/// Frames that pass while the background is learned.
const LEARNING_FRAMES: u32 = 10;
/// Least difference from the background that counts, in levels.
const LEAST_DIFFERENCE: i32 = 5;
/// Times its usual deviation that a cell must differ.
const NOISE_FACTOR: i32 = 5;
/// Moving neighbours that make motion; a single cell is noise.
const LEAST_CELLS: usize = 2;

/// The background of one camera and what moved last.
#[derive(Default)]
pub struct MotionGate {
    columns: usize,
    /// In 256ths of a level.
    background: Vec<i32>,
    /// Usual absolute deviation, in 256ths of a level.
    deviation: Vec<i32>,
    moving: Vec<bool>,
    frames: u32,
    last_motion: Option<Timestamp>,
    last_passed: Option<Timestamp>,
}

impl MotionGate {
    /// Takes a frame's luma into account and says whether the frame passes.
    pub fn passes(&mut self, luma: &LumaPlane, at: Timestamp, tracks_live: bool) -> bool {
        if self.moves(luma) {
            self.last_motion = Some(at);
        }
        let learning = self.frames <= LEARNING_FRAMES;
        let within = |since: Option<Timestamp>, span| since.is_some_and(|since| at.duration_since(since) < span);
        let pass = learning || tracks_live || within(self.last_motion, HOLD) || !within(self.last_passed, FLOOR);
        if pass {
            self.last_passed = Some(at);
        }
        pass
    }

    fn moves(&mut self, luma: &LumaPlane) -> bool {
        let cells = luma.cells();
        if (self.columns, self.background.len()) != (luma.columns(), cells.len()) {
            *self = Self { columns: luma.columns(), ..Self::default() };
            self.background.extend(cells.iter().map(|cell| i32::from(*cell) << 8));
            self.deviation.resize(cells.len(), 256);
            self.moving.resize(cells.len(), false);
        }
        self.frames = self.frames.saturating_add(1);
        let learning = self.frames <= LEARNING_FRAMES;
        let mut count = 0;
        let state = self.background.iter_mut().zip(&mut self.deviation).zip(&mut self.moving);
        for (((background, deviation), moving), cell) in state.zip(cells) {
            let difference = (i32::from(*cell) << 8) - *background;
            *moving = difference.abs() > (LEAST_DIFFERENCE << 8).max(NOISE_FACTOR * *deviation);
            count += usize::from(*moving);
            // What stands still is learned in about a second, what moves becomes background in about ten.
            let shift = if learning {
                2
            } else if *moving {
                7
            } else {
                4
            };
            *background += difference >> shift;
            if !*moving {
                *deviation += (difference.abs() - *deviation) >> 5;
            }
        }
        if count * 2 > cells.len() {
            // A light was switched: the whole picture is new. What it shows now is the background.
            for (background, cell) in self.background.iter_mut().zip(cells) {
                *background = i32::from(*cell) << 8;
            }
            return true;
        }
        !learning && self.has_neighbours()
    }

    /// Whether enough moving cells touch each other along a row or column.
    fn has_neighbours(&self) -> bool {
        let columns = self.columns.max(1);
        let below = self.moving.get(columns..).unwrap_or_default();
        let beside = self.moving.chunks_exact(columns).flat_map(|row| row.windows(2)).map(|pair| pair == [true, true]);
        let down = self.moving.iter().zip(below).map(|(above, below)| *above && *below);
        beside.chain(down).filter(|both| *both).nth(LEAST_CELLS - 2).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use vokter_frames::{Layout, MaskPlan, PixelFormat, PixelLease, RawFrame};

    /// A grey picture of 192x108 with noise, and a dark square at `x` if given.
    fn luma(seed: u64, square: Option<usize>) -> LumaPlane {
        let layout = Layout::packed(192, 108, PixelFormat::Gray);
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut pixels: Vec<u8> = (0..layout.packed_bytes())
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                110 + (state >> 60) as u8
            })
            .collect();
        for y in 40..60 {
            for x in square.map_or(0..0, |x| x..x + 10) {
                pixels[y * 192 + x] = 60;
            }
        }
        let mut plan: Arc<MaskPlan> = MaskPlan::unmade();
        let frame = RawFrame::new(PixelLease::of_bytes(pixels), layout).unwrap().mask(&[], &mut plan);
        let mut plane = LumaPlane::default();
        plane.fill(&frame);
        plane
    }

    fn at(frame: i64) -> Timestamp {
        Timestamp::from_millisecond(frame * 40).unwrap()
    }

    #[test]
    fn a_still_noisy_scene_passes_every_two_seconds() {
        let mut gate = MotionGate::default();
        for frame in 0..50 {
            gate.passes(&luma(frame as u64, None), at(frame), false);
        }
        let passed = (50..300).filter(|frame| gate.passes(&luma(*frame as u64, None), at(*frame), false)).count();
        assert!((4..=6).contains(&passed), "{passed} of 250 frames in ten seconds");
    }

    #[test]
    fn what_moves_passes_at_once_and_a_second_longer() {
        let mut gate = MotionGate::default();
        for frame in 0..110 {
            gate.passes(&luma(frame as u64, None), at(frame), false);
        }
        for frame in 110..130 {
            let square = Some(20 + (frame as usize - 110) * 4);
            assert!(gate.passes(&luma(frame as u64, square), at(frame), false), "frame {frame}");
        }
        assert!((130..154).all(|frame| gate.passes(&luma(frame as u64, None), at(frame), false)));
    }

    #[test]
    fn a_living_track_holds_the_gate_open() {
        let mut gate = MotionGate::default();
        assert!((0..200).all(|frame| gate.passes(&luma(frame as u64, None), at(frame), true)));
    }
}
