//! The same picture as bytes, for networks that read them in patches of two by two pixels.
//!
//! ```text
//! a row of the picture  bgr bgr│bgr bgr│…      a patch  bgr bgr bgr bgr      above, then below
//!         the row below bgr bgr│bgr bgr│…
//! ```
//! `1 x height/2 x width/2 x 12`, a patch after the other, its bytes in the order of ONNX's SpaceToDepth. Levels are
//! rounded as its QuantizeLinear does: a network that begins with those two steps gets, to the bit, what they would have
//! made of the tensor of f32, in the order in which ONNX Runtime runs convolutions of bytes.

use super::{Fit, Letterbox, TensorSpec};
use crate::mask::MaskedFrame;

/// Two by two pixels of three planes.
pub(super) const PATCH_BYTES: usize = 12;

/// The rows that patches are woven of, as wide as the tensor: the planes of the upper, and those of the lower.
pub(super) type PatchRows = [[Vec<u8>; 3]; 2];

/// The level around the picture.
fn pad(spec: &TensorSpec) -> u8 {
    (spec.pad * 255.0 / spec.white).round_ties_even() as u8
}

impl Letterbox {
    /// [`Self::pad`] for a tensor of patches, as [`Self::fill_patches`] has them.
    pub fn pad_patches(&self, tensor: &mut [u8]) {
        tensor.fill(pad(&self.spec));
    }

    /// Writes a picture into its place in a tensor of patches, in levels of 0 to 255. Width and height of the tensor
    /// are even, and `tensor` holds [`TensorSpec::numbers`] bytes.
    pub fn fill_patches(&mut self, frame: &MaskedFrame, tensor: &mut [u8]) {
        let (spec, kernels) = (self.spec, self.kernels);
        let pad = pad(&spec);
        let mut rows = std::mem::take(&mut self.patch_rows);
        for row in rows.as_flattened_mut() {
            row.clear();
            row.resize(spec.width, pad);
        }
        self.rows(frame, |fit, y, plane, luma, tint| {
            let Fit { left, top, width, height } = *fit;
            let (row, is_last) = (top + y, plane == 2 && y + 1 == height);
            let [upper, lower] = &mut rows;
            let planes = if row % 2 == 0 { upper } else { &mut *lower };
            if let Some(out) = planes.get_mut(plane).and_then(|row| row.get_mut(left..left + width)) {
                (kernels.level)(luma, tint, out);
            }
            if is_last && row % 2 == 0 {
                lower.iter_mut().for_each(|row| row.fill(pad));
            }
            if is_last || plane == 2 && row % 2 == 1 {
                let bytes = spec.width / 2 * PATCH_BYTES;
                if let Some(out) = tensor.get_mut(row / 2 * bytes..(row / 2 + 1) * bytes) {
                    (kernels.weave)(&rows, out);
                }
            }
        });
        self.patch_rows = rows;
    }
}
