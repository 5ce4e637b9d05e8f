//! The three steps in plain Rust. They define what the faster kernels must give, within one level.

use super::Weights;
use super::plan::{ONE, Taps};

/// `out = upper * (64 - weight) + lower * weight`, 0 to 16320.
pub(super) fn blend(upper: &[u8], lower: &[u8], weight: u8, out: &mut [i16]) {
    let (first, second) = (i16::from(ONE - weight), i16::from(weight));
    for ((out, upper), lower) in out.iter_mut().zip(upper).zip(lower) {
        *out = i16::from(*upper) * first + i16::from(*lower) * second;
    }
}

/// Two taps a pixel, rounded to 0 to 255.
pub(super) fn sample(row: &[i16], taps: &Taps, out: &mut [i32]) {
    for ((out, index), weights) in out.iter_mut().zip(&taps.indices).zip(&taps.weights).take(taps.width) {
        let pair = row.get(*index as usize..).and_then(|rest| rest.first_chunk::<2>()).copied().unwrap_or_default();
        let [first, second] = pair.map(i32::from);
        *out = (first * i32::from(weights[0]) + second * i32::from(weights[1]) + 2048) >> 12;
    }
}

/// YUV to RGB. `u` and `v` hold one sample for two pixels. The rows to write set the width.
pub(super) fn convert(luma: &[i32], u: &[i32], v: &[i32], weights: &Weights, rgb: [&mut [f32]; 3]) {
    let [red, green, blue] = rgb;
    let chroma = u.iter().zip(v).flat_map(|uv| [uv, uv]);
    for ((((y, (u, v)), red), green), blue) in luma.iter().zip(chroma).zip(red).zip(green).zip(blue) {
        [*red, *green, *blue] = weights.rgb(*y as f32, *u as f32, *v as f32);
    }
}
