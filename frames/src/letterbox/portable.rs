//! The steps in plain Rust. They define, to the bit, what every processor gives.

use super::plan::{ONE, SHIFT, Taps};
use super::{Twice, WHITE};

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

/// [`blend`] and [`sample`] in one, where every pixel is of the next two of each row with the same weights.
pub(super) fn pair(upper: &[u8], lower: &[u8], weight: u8, weights: [i16; 2], offset: i32, out: &mut [i16]) {
    for ((out, [a, b]), [c, d]) in out.iter_mut().zip(upper.as_chunks::<2>().0).zip(lower.as_chunks::<2>().0) {
        *out = weighed([between(*a, *c, weight), between(*b, *d, weight)], weights, offset);
    }
}

/// What chroma adds to red, green and blue, for two pixels across. `u` holds its part in blue and `v` its part in red;
/// green has `shares` of both, in 32768ths.
pub(super) fn tint(u: &[i16], v: &[i16], shares: [i16; 2], [red, green, blue]: &mut [Vec<Twice>; 3]) {
    let [of_u, of_v] = shares.map(i32::from);
    let part = |of: i16, share: i32| ((2 * i32::from(of) * share) >> 16) as i16;
    for ((((u, v), red), green), blue) in u.iter().zip(v).zip(red).zip(green).zip(blue) {
        (*red, *green, *blue) = ([*v; 2], [part(*u, of_u) + part(*v, of_v); 2], [*u; 2]);
    }
}

/// One colour of a row: luma and what chroma adds, 0 to white, times `scale`.
pub(super) fn paint(luma: &[i16], tint: &[i16], scale: f32, out: &mut [f32]) {
    for ((out, luma), tint) in out.iter_mut().zip(luma).zip(tint) {
        *out = f32::from((luma + tint).clamp(0, WHITE)) * scale;
    }
}

/// One colour of a row in whole levels, rounded to even: every second pixel from the first on, and the others.
pub(super) fn halve(luma: &[i16], tint: &[i16], first: &mut [u8], second: &mut [u8]) {
    let level = |pixel: usize| {
        let sum = luma.get(pixel).zip(tint.get(pixel)).map_or(0, |(luma, tint)| luma + tint).clamp(0, WHITE);
        ((sum + 15 + (sum >> 5 & 1)) >> 5) as u8
    };
    first.iter_mut().enumerate().for_each(|(n, out)| *out = level(2 * n));
    second.iter_mut().enumerate().for_each(|(n, out)| *out = level(2 * n + 1));
}
