//! The three steps with AVX2 and FMA. Chosen at run time; see [`super::portable`] for what they compute.

use super::plan::{ONE, SLACK, Taps};
use super::{Kernels, Weights};
use std::arch::x86_64::*;

/// To be used only where AVX2 and FMA were detected.
pub(super) const KERNELS: Kernels = Kernels {
    // SAFETY: `Kernels::detect` offers these three only when the processor has both features.
    blend: |upper, lower, weight, out| unsafe { blend(upper, lower, weight, out) },
    // SAFETY: as above.
    sample: |row, taps, out| unsafe { sample(row, taps, out) },
    // SAFETY: as above.
    convert: |luma, u, v, weights, rgb| unsafe { convert(luma, u, v, weights, rgb) },
    name: "avx2",
};

#[target_feature(enable = "avx2")]
fn blend(upper: &[u8], lower: &[u8], weight: u8, out: &mut [i16]) {
    assert!(upper.len() == lower.len() && lower.len() == out.len(), "the rows are of one length");
    let weights = _mm256_set1_epi16(i16::from(weight) << 8 | i16::from(ONE - weight));
    let whole = out.len() / 32 * 32;
    for x in (0..whole).step_by(32) {
        // SAFETY: x + 32 <= len of all three rows.
        unsafe {
            let a = _mm256_loadu_si256(upper.as_ptr().add(x).cast());
            let b = _mm256_loadu_si256(lower.as_ptr().add(x).cast());
            let low = _mm256_maddubs_epi16(_mm256_unpacklo_epi8(a, b), weights);
            let high = _mm256_maddubs_epi16(_mm256_unpackhi_epi8(a, b), weights);
            let first = _mm256_permute2x128_si256::<0x20>(low, high);
            let second = _mm256_permute2x128_si256::<0x31>(low, high);
            _mm256_storeu_si256(out.as_mut_ptr().add(x).cast(), first);
            _mm256_storeu_si256(out.as_mut_ptr().add(x + 16).cast(), second);
        }
    }
    // The last 31 lie in the slack past the row, which no tap reaches.
    debug_assert!(out.len() - whole < SLACK);
}

#[target_feature(enable = "avx2")]
fn sample(row: &[i16], taps: &Taps, out: &mut [i32]) {
    let padded = taps.indices.len();
    assert!(padded.is_multiple_of(8) && taps.weights.len() == padded && out.len() >= padded, "taps come in eights");
    assert!(row.len() >= taps.source && taps.source >= 2, "taps lie within the row");
    let half = _mm256_set1_epi32(2048);
    for x in (0..padded).step_by(8) {
        // SAFETY: x + 8 <= padded, the length of indices and weights and at most that of out. Each index is at most
        // source - 2, so the pair of i16 at it, read as one i32, lies within the row.
        unsafe {
            let indices = _mm256_loadu_si256(taps.indices.as_ptr().add(x).cast());
            let pairs = _mm256_i32gather_epi32::<2>(row.as_ptr().cast(), indices);
            let weights = _mm256_loadu_si256(taps.weights.as_ptr().add(x).cast());
            let sums = _mm256_add_epi32(_mm256_madd_epi16(pairs, weights), half);
            _mm256_storeu_si256(out.as_mut_ptr().add(x).cast(), _mm256_srai_epi32::<12>(sums));
        }
    }
}

#[target_feature(enable = "avx2,fma")]
fn convert(luma: &[i32], u: &[i32], v: &[i32], weights: &Weights, rgb: [&mut [f32]; 3]) {
    let [red, green, blue] = rgb;
    let width = red.len();
    let whole = width / 8 * 8;
    assert!(green.len() == width && blue.len() == width, "the planes are of one width");
    assert!(luma.len() >= width && u.len() * 2 >= width + 8 && v.len() * 2 >= width + 8, "the lines have slack");
    let (zero, white) = (_mm256_setzero_ps(), _mm256_set1_ps(weights.white));
    let (black, middle) = (_mm256_set1_ps(weights.black), _mm256_set1_ps(128.0));
    let twice = _mm256_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3);
    let set = |weight: f32| _mm256_set1_ps(weight);
    for x in (0..whole).step_by(8) {
        // SAFETY: x + 8 <= width, within luma and the planes; u and v hold at least x / 2 + 4.
        unsafe {
            let chroma = |line: &[i32]| {
                let four = _mm256_castsi128_si256(_mm_loadu_si128(line.as_ptr().add(x / 2).cast()));
                _mm256_sub_ps(_mm256_cvtepi32_ps(_mm256_permutevar8x32_epi32(four, twice)), middle)
            };
            let y = _mm256_cvtepi32_ps(_mm256_loadu_si256(luma.as_ptr().add(x).cast()));
            let y = _mm256_mul_ps(_mm256_sub_ps(y, black), set(weights.luma));
            let (u, v) = (chroma(u), chroma(v));
            let clamp = |c| _mm256_min_ps(_mm256_max_ps(c, zero), white);
            let r = clamp(_mm256_fmadd_ps(v, set(weights.red_v), y));
            let g = clamp(_mm256_fmadd_ps(u, set(weights.green_u), _mm256_fmadd_ps(v, set(weights.green_v), y)));
            let b = clamp(_mm256_fmadd_ps(u, set(weights.blue_u), y));
            _mm256_storeu_ps(red.as_mut_ptr().add(x), r);
            _mm256_storeu_ps(green.as_mut_ptr().add(x), g);
            _mm256_storeu_ps(blue.as_mut_ptr().add(x), b);
        }
    }
    if let (Some(luma), Some(u), Some(v)) = (luma.get(whole..), u.get(whole / 2..), v.get(whole / 2..)) {
        let rest = [red, green, blue].map(|plane| plane.get_mut(whole..).unwrap_or_default());
        super::portable::convert(luma, u, v, weights, rest);
    }
}
