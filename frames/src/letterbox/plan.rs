//! Which source pixels each tensor pixel is made of, worked out once for each shape of picture.

use super::{Fit, TensorSpec, Weights};
use crate::layout::{Layout, PixelFormat};

/// How far kernels may read and write past the end of a row, in elements.
pub(super) const SLACK: usize = 64;
/// Weights are counted in 64ths.
pub(super) const ONE: u8 = 64;

/// A pixel is `(64 - weight) / 64` of source pixel `index` and `weight / 64` of the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tap {
    pub index: usize,
    pub weight: u8,
}

/// The taps of a row, laid out for the kernels and padded to a multiple of eight.
pub(super) struct Taps {
    /// Width of the source row.
    pub source: usize,
    /// Width of the row that is made.
    pub width: usize,
    /// First source pixel of each.
    pub indices: Vec<u32>,
    /// The weights of the two source pixels, first in the low half.
    pub weights: Vec<[i16; 2]>,
}

/// The taps of a plane.
pub(super) struct Planar {
    pub columns: Taps,
    pub rows: Vec<Tap>,
}

/// Everything about pictures of one shape.
pub(super) struct Plan {
    shape: (usize, usize, PixelFormat),
    colour: (crate::layout::ColourMatrix, bool),
    pub source_width: usize,
    pub fit: Fit,
    pub luma: Planar,
    pub chroma: Planar,
    pub has_chroma: bool,
    pub weights: Weights,
}

impl Plan {
    pub fn new(spec: &TensorSpec, layout: &Layout) -> Self {
        let fit = Fit::of(spec, layout.width, layout.height);
        // Chroma is made at half the tensor's resolution and used for two pixels across and down, as it was coded.
        let (chroma_width, chroma_height) = (fit.width.div_ceil(2), fit.height.div_ceil(2));
        let (plane_width, plane_height) = layout.plane_size(1);
        let planar = |source: (usize, usize), made: (usize, usize), whole: (f64, f64)| Planar {
            columns: Taps::new(&taps(source.0, made.0, whole.0), source.0),
            rows: taps(source.1, made.1, whole.1),
        };
        let (width, height) = (fit.width as f64, fit.height as f64);
        Self {
            shape: (layout.width, layout.height, layout.format),
            colour: (layout.matrix, layout.full_range),
            source_width: layout.width,
            fit,
            luma: planar((layout.width, layout.height), (fit.width, fit.height), (width, height)),
            chroma: planar((plane_width, plane_height), (chroma_width, chroma_height), (width / 2.0, height / 2.0)),
            has_chroma: layout.format != PixelFormat::Gray,
            weights: Weights::of(layout).scaled(spec.white),
        }
    }

    pub fn suits(&self, layout: &Layout) -> bool {
        self.shape == (layout.width, layout.height, layout.format) && self.colour == (layout.matrix, layout.full_range)
    }
}

impl Taps {
    fn new(taps: &[Tap], source: usize) -> Self {
        let padded = taps.len().next_multiple_of(8);
        let mut made = Self { source, width: taps.len(), indices: vec![0; padded], weights: vec![[0, 0]; padded] };
        for ((index, weight), tap) in made.indices.iter_mut().zip(&mut made.weights).zip(taps) {
            *index = tap.index as u32;
            *weight = [i16::from(ONE - tap.weight), i16::from(tap.weight)];
        }
        made
    }
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
