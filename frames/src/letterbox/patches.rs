//! The same picture as bytes, for networks that read them in patches of two by two pixels.
//!
//! ```text
//! a row of the picture  a b a b a b …      planes 0 to 2    every a of the even rows
//!         the row below c d c d c d …      planes 3 to 5    every b, and then c and d of the odd ones
//! ```
//! `1 x 12 x height/2 x width/2`, as ONNX's SpaceToDepth orders it. Levels are rounded to even, as its QuantizeLinear
//! does: a network that begins with those two steps gets, to the bit, what they would have made of the tensor of f32,
//! and a fourth of the bytes are written and read.

use super::{Fit, Letterbox, TensorSpec};
use crate::mask::MaskedFrame;
use std::ops::Range;

/// Where the pixels of a row stand, from column `left` on, every second one: `width` pixels are left of the row.
fn place(spec: &TensorSpec, plane: usize, row: usize, left: usize, width: usize) -> Range<usize> {
    let (columns, rows) = (spec.width / 2, spec.height / 2);
    let channel = (row % 2 * 2 + left % 2) * 3 + plane;
    let start = (channel * rows + row / 2) * columns + left / 2;
    start..start + width.div_ceil(2)
}

impl Letterbox {
    /// [`Self::pad`] for a tensor of patches, as [`Self::fill_patches`] has them.
    pub fn pad_patches(&self, fit: Fit, tensor: &mut [u8]) {
        let spec = &self.spec;
        let pad = (spec.pad * 255.0 / spec.white).round_ties_even() as u8;
        let inside = |at: usize, start: usize, length: usize| (start..start + length).contains(&at);
        for (row, column) in (0..spec.height).flat_map(|row| (0..spec.width).map(move |column| (row, column))) {
            if inside(row, fit.top, fit.height) && inside(column, fit.left, fit.width) {
                continue;
            }
            for plane in 0..3 {
                if let Some(pixels) = tensor.get_mut(place(spec, plane, row, column, 1)) {
                    pixels.fill(pad);
                }
            }
        }
    }

    /// Writes a picture into its place in a tensor of patches, in levels of 0 to 255. Width and height of the tensor
    /// are even, and `tensor` holds [`TensorSpec::numbers`] bytes.
    pub fn fill_patches(&mut self, frame: &MaskedFrame, tensor: &mut [u8]) {
        let (spec, halve) = (self.spec, self.kernels.halve);
        self.rows(frame, |fit, y, plane, luma, tint| {
            let place = |x: usize| place(&spec, plane, fit.top + y, fit.left + x, fit.width - x);
            if let Ok([first, second]) = tensor.get_disjoint_mut([place(0), place(1)]) {
                halve(luma, tint, first, second);
            }
        });
    }
}
