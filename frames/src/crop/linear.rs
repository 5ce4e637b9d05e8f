//! Cuts whole pixels out of a masked picture and resizes them between two and two, bytes in and bytes out.
//!
//! ```text
//! a row ──pick──▶ two pixels for each of the tensor ──mix──▶ red, green, blue ──across──▶ one for each ──down──▶ bytes
//! of u8           luma and chroma, u8                        of u8                        i32, 2048ths   two rows
//! ```
//! This is what OpenCV's `INTER_LINEAR` does to a picture of bytes, to the last bit: many networks are trained and
//! measured on it, and one whose numbers were cut down to bytes afterwards may read another character for a difference
//! of one level. Nothing is averaged: where the part is much larger than the tensor, pixels are passed over.

use crate::layout::Layout;
use crate::letterbox::Weights;
use crate::mask::MaskedFrame;

/// Weights between pixels are counted in 2048ths.
const ONE: f32 = 2048.0;
/// Weights of colours are counted in 65536ths.
const COLOUR_BITS: u32 = 16;

/// Whole pixels of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    pub left: usize,
    pub top: usize,
    pub width: usize,
    pub height: usize,
}

/// Red, green and blue of a row.
type Colours<T> = [Vec<T>; 3];

/// The buffers between the steps. They hold pixels of the last part until the next or until [`Linear::clear`].
#[derive(Default)]
pub(super) struct Linear {
    row: Vec<u8>,
    /// What is picked of each plane, and its colours: two for each pixel of the tensor.
    picked: [Vec<u8>; 3],
    colours: Colours<u8>,
    columns: Vec<Tap>,
    /// The weights of `columns`, one after another.
    weights: Vec<i32>,
    /// Two rows at tensor width, and which row of the picture each is.
    lines: [Line; 2],
    made: Colours<u8>,
}

/// One row at tensor width.
#[derive(Default)]
struct Line {
    row: Option<usize>,
    colours: Colours<i32>,
}

/// A pixel is made of two, by weight.
#[derive(Clone, Copy, Default)]
struct Tap {
    first: usize,
    second: usize,
    weights: [i32; 2],
}

impl Tap {
    /// Of the pixel `index` of `made` over `source`. Pixel centres map to pixel centres. Beyond the ends the last pixel
    /// is repeated: across as one whole, down as its two parts, each of which is rounded.
    fn of(index: usize, made: usize, source: usize, is_across: bool) -> Self {
        let at = ((index as f64 + 0.5) * (source as f64 / made as f64) - 0.5) as f32;
        let whole = at.floor();
        let beyond = whole < 0.0 || whole as usize + 1 >= source;
        let part = if is_across && beyond { 0.0 } else { at - whole };
        let last = source.saturating_sub(1);
        let (first, second) = (whole.max(0.0) as usize, (whole + 1.0).max(0.0) as usize);
        let weights = [1.0 - part, part].map(|weight| (weight * ONE).round_ties_even() as i32);
        Self { first: first.min(last), second: second.min(last), weights }
    }
}

impl Linear {
    /// Calls `put` with each row of a part, from the top: red, green and blue, of `width` pixels.
    pub fn each(
        &mut self,
        frame: &MaskedFrame,
        cut: Cut,
        (width, height): (usize, usize),
        mut put: impl FnMut(usize, &[Vec<u8>; 3]),
    ) {
        self.columns.clear();
        self.columns.extend((0..width).map(|x| Tap::of(x, width, cut.width, true)));
        self.weights.clear();
        self.weights.extend(self.columns.iter().flat_map(|tap| tap.weights));
        self.lines.iter_mut().for_each(|line| line.row = None);
        let kernels = Kernels::detect();
        for y in 0..height {
            let tap = Tap::of(y, height, cut.height, false);
            self.hold(frame, cut, [tap.first, tap.second], kernels);
            let Self { lines: [upper, lower], made, .. } = self;
            let upper = if upper.row == Some(tap.first) { &*upper } else { &*lower };
            let lower = if lower.row == Some(tap.second) { &*lower } else { upper };
            for ((made, upper), lower) in made.iter_mut().zip(&upper.colours).zip(&lower.colours) {
                made.resize(width, 0);
                (kernels.down)(upper, lower, tap.weights, made);
            }
            put(y, made);
        }
    }

    /// Overwrites the pixels that the buffers still hold.
    pub fn clear(&mut self) {
        let bytes = self.picked.iter_mut().chain(&mut self.colours).chain(&mut self.made);
        bytes.chain([&mut self.row]).for_each(|bytes| bytes.fill(0));
        self.lines.iter_mut().flat_map(|line| &mut line.colours).for_each(|colours| colours.fill(0));
    }

    /// Makes these two rows of the cut, unless they are there already. The first ends up in the upper line, or both in
    /// either if they are one.
    fn hold(&mut self, frame: &MaskedFrame, cut: Cut, rows: [usize; 2], kernels: Kernels) {
        let [upper, lower] = &mut self.lines;
        if lower.row == Some(rows[0]) {
            std::mem::swap(upper, lower);
        }
        for (place, row) in rows.into_iter().enumerate() {
            if self.lines.iter().any(|line| line.row == Some(row)) {
                continue;
            }
            self.pick(frame, cut, cut.top + row);
            for (mixing, colours) in Mixing::of(frame.layout()).into_iter().zip(&mut self.colours) {
                (kernels.mix)(mixing, self.picked.each_ref().map(Vec::as_slice), colours);
            }
            let Self { lines, colours, columns, weights, .. } = self;
            let Some(line) = lines.get_mut(place) else { return };
            line.row = Some(row);
            for (made, source) in line.colours.iter_mut().zip(colours) {
                made.resize(columns.len(), 0);
                (kernels.across)(source, weights, made);
            }
        }
    }

    /// The samples of one row of the picture that are made use of, two for each pixel of the tensor.
    fn pick(&mut self, frame: &MaskedFrame, cut: Cut, row: usize) {
        let layout = frame.layout();
        let (shift_across, shift_down) = layout.format.chroma_shift();
        let Self { row: read, picked, colours, columns, .. } = self;
        for colours in colours {
            colours.resize(columns.len() * 2, 0);
        }
        for (index, picked) in picked.iter_mut().enumerate() {
            picked.clear();
            if index >= layout.format.planes() {
                picked.resize(columns.len() * 2, 128);
                continue;
            }
            let (across, down) = if index == 0 { (0, 0) } else { (shift_across, shift_down) };
            let width = layout.plane_size(index).0;
            if read.len() < width {
                read.resize(width, 0);
            }
            frame.read_row(index, row >> down, read);
            let sample = |column: usize| read.get((cut.left + column) >> across).copied().unwrap_or(0);
            picked.extend(columns.iter().flat_map(|tap| [sample(tap.first), sample(tap.second)]));
        }
    }
}

/// The weights that turn YUV into one colour, as integers.
#[derive(Clone, Copy)]
struct Mixing {
    black: i32,
    luma: i32,
    u: i32,
    v: i32,
}

impl Mixing {
    /// Red, green and blue.
    fn of(layout: &Layout) -> [Self; 3] {
        let of = Weights::of(layout);
        let whole = |weight: f32| (weight * (1 << COLOUR_BITS) as f32).round() as i32;
        let (black, luma) = (of.black as i32, whole(of.luma));
        [(0.0, of.red_v), (of.green_u, of.green_v), (of.blue_u, 0.0)].map(|(u, v)| Self {
            black,
            luma,
            u: whole(u),
            v: whole(v),
        })
    }
}

type Mix = fn(Mixing, [&[u8]; 3], &mut [u8]);
type Down = fn(&[i32], &[i32], [i32; 2], &mut [u8]);

/// The three steps of arithmetic, as compiled for this processor.
#[derive(Clone, Copy)]
struct Kernels {
    mix: Mix,
    across: fn(&[u8], &[i32], &mut [i32]),
    down: Down,
}

impl Kernels {
    fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            return avx2::KERNELS;
        }
        Self { mix, across, down }
    }
}

/// The same code, compiled for AVX2.
#[cfg(target_arch = "x86_64")]
mod avx2 {
    use super::{Kernels, Mixing};

    /// To be used only where AVX2 was detected.
    pub(super) const KERNELS: Kernels = Kernels {
        // SAFETY: `Kernels::detect` offers these three only when the processor has AVX2.
        mix: |mixing, picked, made| unsafe { mix(mixing, picked, made) },
        // SAFETY: as above.
        across: |source, weights, made| unsafe { across(source, weights, made) },
        // SAFETY: as above.
        down: |upper, lower, weights, made| unsafe { down(upper, lower, weights, made) },
    };

    #[target_feature(enable = "avx2")]
    fn mix(mixing: Mixing, picked: [&[u8]; 3], made: &mut [u8]) {
        super::mix(mixing, picked, made);
    }

    #[target_feature(enable = "avx2")]
    fn across(source: &[u8], weights: &[i32], made: &mut [i32]) {
        super::across(source, weights, made);
    }

    #[target_feature(enable = "avx2")]
    fn down(upper: &[i32], lower: &[i32], weights: [i32; 2], made: &mut [u8]) {
        super::down(upper, lower, weights, made);
    }
}

/// One colour of pixels, rounded to bytes. Here and below nothing comes near the ends of its type; sums are said to wrap
/// so that those of several pixels are made at once in every profile.
#[inline(always)]
fn mix(mixing: Mixing, [luma, u, v]: [&[u8]; 3], made: &mut [u8]) {
    let zero = mixing.black.wrapping_mul(mixing.luma).wrapping_add(mixing.u.wrapping_add(mixing.v).wrapping_mul(128));
    let offset = (1_i32 << (COLOUR_BITS - 1)).wrapping_sub(zero);
    for (((y, u), v), made) in luma.iter().zip(u).zip(v).zip(made) {
        let (y, u, v) = (i32::from(*y), i32::from(*u), i32::from(*v));
        let chroma = u.wrapping_mul(mixing.u).wrapping_add(v.wrapping_mul(mixing.v));
        let sum = y.wrapping_mul(mixing.luma).wrapping_add(chroma).wrapping_add(offset);
        *made = (sum >> COLOUR_BITS).clamp(0, 255) as u8;
    }
}

/// Pixels at tensor width, in 2048ths, each of two that stand side by side.
#[inline(always)]
fn across(source: &[u8], weights: &[i32], made: &mut [i32]) {
    let (pairs, weights) = (source.as_chunks::<2>().0, weights.as_chunks::<2>().0);
    for ((made, [first, second]), [one, other]) in made.iter_mut().zip(pairs).zip(weights) {
        *made = i32::from(*first).wrapping_mul(*one).wrapping_add(i32::from(*second).wrapping_mul(*other));
    }
}

/// One row between two, back to bytes. The parts lose four bits before they are weighed and sixteen after, as there.
#[inline(always)]
fn down(upper: &[i32], lower: &[i32], [first, second]: [i32; 2], made: &mut [u8]) {
    for ((made, upper), lower) in made.iter_mut().zip(upper).zip(lower) {
        let part = |value: i32, weight: i32| (value >> 4).wrapping_mul(weight) >> 16;
        let sum = part(*upper, first).wrapping_add(part(*lower, second));
        *made = (sum.wrapping_add(2) >> 2).clamp(0, 255) as u8;
    }
}

#[cfg(test)]
mod tests;
