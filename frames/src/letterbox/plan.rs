//! Which source pixels each tensor pixel is made of, worked out once for each shape of picture.

use super::{Fit, TensorSpec, Weights};
use crate::layout::{ColourMatrix, Layout, PixelFormat};

/// Weights between rows are counted in 64ths.
pub(super) const ONE: u8 = 64;
/// Weights between pixels of a row, times the part that their plane has in a colour, are counted in 8192nds.
const GAIN: f32 = 8192.0;
/// From 64ths times 8192nds to 32nds of a level.
pub(super) const SHIFT: i32 = 14;

/// A pixel is `(64 - weight) / 64` of source pixel `index` and `weight / 64` of the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tap {
    pub index: usize,
    pub weight: u8,
}

/// Pixels of a source row that a kernel takes at once.
pub(super) const NEAR: usize = 8;

/// Eight taps that lie near each other: four pairs of pixels within [`NEAR`] from each of two starts.
pub(super) struct Near {
    pub starts: [u32; 2],
    /// Which bytes of the pixels from the first start on, and then of those from the second, are the pairs.
    pub order: [u8; 32],
}

/// What the sum of 32 times four pixels is made a level in 32nds with: less `zero`, times `gain`, in 32768ths.
#[derive(Clone, Copy)]
pub(super) struct Halves {
    /// 128 times the level that has no part in any colour.
    pub zero: i16,
    /// The plane's part in a colour.
    pub gain: i16,
}

/// The taps of a row, laid out for the kernels and padded to a multiple of sixteen.
pub(super) struct Taps {
    /// Width of the source row.
    pub source: usize,
    /// First source pixel of each.
    pub indices: Vec<u32>,
    /// The weights of the two source pixels.
    pub weights: Vec<[i16; 2]>,
    /// If each is the mean of the next two pixels: pictures of twice the tensor's size.
    pub halves: Option<Halves>,
    /// The same by eights, if all of them lie near enough: pictures of up to twice the tensor's size.
    pub near: Vec<Near>,
    /// Added to each sum: what takes the level that has no part in any colour to zero, and a half for rounding.
    pub offset: i32,
}

/// The taps of a plane.
pub(super) struct Planar {
    pub columns: Taps,
    pub rows: Vec<Tap>,
}

/// Everything about pictures of one shape.
pub(super) struct Plan {
    shape: (usize, usize, PixelFormat),
    colour: (ColourMatrix, bool),
    pub fit: Fit,
    pub luma: Planar,
    /// U and V; none of a grey picture. At half the tensor's resolution, used for two pixels across and down as coded.
    pub chroma: Option<[Planar; 2]>,
    /// What of U's part in blue and of V's part in red goes into green, in 32768ths.
    pub green: [i16; 2],
}

impl Plan {
    pub fn new(spec: &TensorSpec, layout: &Layout) -> Self {
        let fit = Fit::of(spec, layout.width, layout.height);
        let (width, height) = (fit.width as f64, fit.height as f64);
        let weights = Weights::of(layout);
        let chroma = |gain: f32| {
            let source = layout.plane_size(1);
            let made = (fit.width.div_ceil(2), fit.height.div_ceil(2));
            Planar::new(source, made, (width / 2.0, height / 2.0), gain, 128.0)
        };
        Self {
            shape: (layout.width, layout.height, layout.format),
            colour: (layout.matrix, layout.full_range),
            fit,
            luma: Planar::new(
                (layout.width, layout.height),
                (fit.width, fit.height),
                (width, height),
                weights.luma,
                weights.black,
            ),
            chroma: (layout.format != PixelFormat::Gray).then(|| [chroma(weights.blue_u), chroma(weights.red_v)]),
            green: [weights.green_u / weights.blue_u, weights.green_v / weights.red_v]
                .map(|share| (share * 32768.0).round() as i16),
        }
    }

    pub fn suits(&self, layout: &Layout) -> bool {
        self.shape == (layout.width, layout.height, layout.format) && self.colour == (layout.matrix, layout.full_range)
    }
}

impl Planar {
    /// Taps over `source` columns and rows for `made` ones, which would be `whole` without rounding. `gain` is the
    /// plane's part in a colour, `zero` the level that has none.
    fn new(source: (usize, usize), made: (usize, usize), whole: (f64, f64), gain: f32, zero: f32) -> Self {
        let columns = taps(source.0, made.0, whole.0);
        let padded = columns.len().next_multiple_of(16);
        let halves = columns.iter().zip(0..).all(|(tap, n)| *tap == Tap { index: 2 * n, weight: ONE / 2 });
        let one = gain * GAIN;
        // Even where pixels are halves, so that they are equal ones.
        let one = if halves { 2 * (one / 2.0).round() as i32 } else { one.round() as i32 };
        let weights = columns.iter().map(|tap| {
            let second = (one as f32 * f32::from(tap.weight) / f32::from(ONE)).round() as i32;
            [(one - second) as i16, second as i16]
        });
        let mut columns = Taps {
            source: source.0,
            indices: columns.iter().map(|tap| tap.index as u32).collect(),
            weights: weights.collect(),
            halves: halves.then_some(Halves { zero: (zero * 128.0) as i16, gain: one as i16 }),
            near: Vec::new(),
            offset: (1 << (SHIFT - 1)) - (zero * f32::from(ONE)) as i32 * one,
        };
        let last = columns.indices.last().copied().unwrap_or(0);
        columns.indices.resize(padded, last);
        columns.weights.resize(padded, [0, 0]);
        let room = source.0.next_multiple_of(32);
        let eights = columns.indices.as_chunks::<8>().0.iter();
        columns.near = eights.map(|eight| near(eight, room)).collect::<Option<_>>().unwrap_or_default();
        Self { columns, rows: taps(source.1, made.1, whole.1) }
    }
}

/// Eight taps as pairs of bytes of two short stretches of a row with room for so many pixels; `None` if they lie too
/// far apart.
fn near(indices: &[u32; 8], room: usize) -> Option<Near> {
    let latest = u32::try_from(room.checked_sub(NEAR)?).ok()?;
    let (mut starts, mut order) = ([0; 2], [0; 32]);
    let fours = indices.as_chunks::<4>().0.iter().zip(order.as_chunks_mut::<16>().0);
    for ((four, order), start) in fours.zip(&mut starts) {
        *start = four.first().copied()?.min(latest);
        for (index, bytes) in four.iter().zip(order.as_chunks_mut::<4>().0) {
            let first = index.checked_sub(*start).filter(|first| (*first as usize) + 1 < NEAR)? as u8 * 2;
            *bytes = [first, first + 1, first + 2, first + 3];
        }
    }
    Some(Near { starts, order })
}

/// `made` taps over `source` pixels, of a row that would be `whole` wide without rounding. Pixel centres map to
/// pixel centres; `index + 1` is always within the source unless the weight is 0.
fn taps(source: usize, made: usize, whole: f64) -> Vec<Tap> {
    let scale = source as f64 / whole;
    (0..made)
        .map(|pixel| {
            let centre = ((pixel as f64 + 0.5) * scale - 0.5).clamp(0.0, source as f64 - 1.0);
            let weight = ((centre - centre.floor()) * f64::from(ONE)).round() as u8;
            let index = centre.floor() as usize;
            match (weight == ONE, index + 1 < source) {
                (true, true) if index + 2 < source => Tap { index: index + 1, weight: 0 },
                (_, true) => Tap { index, weight },
                // The last pixel, said as a whole of the second tap, so that both taps stay within the row.
                (_, false) => Tap { index: index.saturating_sub(1), weight: ONE },
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn both_taps_lie_within_the_source(source in 2usize..5000, made in 1usize..1000, odd in 0.0f64..0.6) {
            for tap in taps(source, made, made as f64 - odd * (made > 1) as u8 as f64) {
                prop_assert!(tap.index + 1 < source && tap.weight <= ONE);
            }
        }
    }
}
