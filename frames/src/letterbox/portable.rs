//! The steps in plain Rust. They define, to the bit, what every processor gives.

use super::patches::{PATCH_BYTES, PatchRows};
use super::plan::{Halves, ONE, SHIFT, Taps};
use super::{Twice, WHITE};
use crate::mask::PixelRow;

/// `out = upper * (64 - weight) + lower * weight`: levels in 64ths, 0 to 16320.
pub(super) fn blend(upper: &[u8], lower: &[u8], weight: u8, out: &mut [i16]) {
    for ((out, upper), lower) in out.iter_mut().zip(upper).zip(lower) {
        *out = between(*upper, *lower, weight);
    }
}

fn between(upper: u8, lower: u8, weight: u8) -> i16 {
    i16::from(upper) * i16::from(ONE - weight) + i16::from(lower) * i16::from(weight)
}

/// Two taps a pixel, weighted and offset as its plane's part in a colour: 32nds of a level.
pub(super) fn sample(row: &[i16], taps: &Taps, out: &mut [i16]) {
    for ((out, index), weights) in out.iter_mut().zip(&taps.indices).zip(&taps.weights) {
        let pixels = row.get(*index as usize..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default();
        *out = weighed(pixels, *weights, taps.offset);
    }
}

fn weighed([a, b]: [i16; 2], [first, second]: [i16; 2], offset: i32) -> i16 {
    let sum = i32::from(a) * i32::from(first) + i32::from(b) * i32::from(second);
    ((sum + offset) >> SHIFT) as i16
}

/// [`blend`] and [`sample`] in one, where every pixel is the mean of two by two.
pub(super) fn quarter(upper: PixelRow<'_>, lower: PixelRow<'_>, halves: Halves, out: &mut [i16]) {
    let (mut upper, mut lower) = (upper.pixels(), lower.pixels());
    let two = |row: &mut dyn Iterator<Item = u8>| Some(i32::from(row.next()?) + i32::from(row.next()?));
    for out in out {
        let (Some(above), Some(below)) = (two(&mut upper), two(&mut lower)) else { return };
        let sum = (32 * (above + below) - i32::from(halves.zero)) * i32::from(halves.gain);
        *out = ((sum + (1 << 14)) >> 15) as i16;
    }
}

/// What chroma adds to red, green and blue, for two pixels across. `u` holds its part in blue and `v` its part in red;
/// green has `shares` of both, in 32768ths. Even, always: see [`sum`].
pub(super) fn tint(u: &[i16], v: &[i16], shares: [i16; 2], [red, green, blue]: &mut [Vec<Twice>; 3]) {
    let [of_u, of_v] = shares.map(i32::from);
    let part = |of: i16, share: i32| ((2 * i32::from(of) * share) >> 16) as i16;
    for ((((u, v), red), green), blue) in u.iter().zip(v).zip(red).zip(green).zip(blue) {
        let twice = |sample: i16| [sample & !1; 2];
        // Both parts were cut off below, so that the even number above is the nearer one.
        (*red, *green, *blue) = (twice(*v), twice(part(*u, of_u) + part(*v, of_v) + 1), twice(*u));
    }
}

/// What is odd and what is even add up to no half of a level: rounded up or to even, it is the same.
fn sum(luma: i16, tint: i16) -> i16 {
    (luma | 1) + tint
}

/// One colour of a row: luma and what chroma adds, 0 to white, times `scale`.
pub(super) fn paint(luma: &[i16], tint: &[i16], scale: f32, out: &mut [f32]) {
    for ((out, luma), tint) in out.iter_mut().zip(luma).zip(tint) {
        *out = f32::from(sum(*luma, *tint).clamp(0, WHITE)) * scale;
    }
}

/// The same in whole levels.
pub(super) fn level(luma: &[i16], tint: &[i16], out: &mut [u8]) {
    for ((out, luma), tint) in out.iter_mut().zip(luma).zip(tint) {
        *out = ((sum(*luma, *tint).clamp(0, WHITE) + 16) >> 5) as u8;
    }
}

/// Two rows of three planes as a row of patches.
pub(super) fn weave(rows: &PatchRows, out: &mut [u8]) {
    for (n, patch) in out.as_chunks_mut::<PATCH_BYTES>().0.iter_mut().enumerate() {
        let pixels = rows.iter().flat_map(|planes| {
            (2 * n..2 * n + 2).flat_map(move |x| planes.iter().map(move |plane| plane.get(x).copied().unwrap_or(0)))
        });
        patch.iter_mut().zip(pixels).for_each(|(out, pixel)| *out = pixel);
    }
}
