//! The steps with AVX2. Chosen at run time; see [`super::portable`] for what they compute.

use super::patches::{PATCH_BYTES, PatchRows};
use super::plan::{Halves, NEAR, ONE, SHIFT, Taps};
use super::{Kernels, Twice, WHITE};
use crate::mask::PixelRow;
use std::arch::x86_64::*;

/// To be used only where AVX2 was detected.
pub(super) const KERNELS: Kernels = Kernels {
    // SAFETY: `Kernels::detect` offers these only when the processor has AVX2.
    blend: |upper, lower, weight, out| unsafe { blend(upper, lower, weight, out) },
    // SAFETY: as above.
    sample: |row, taps, out| unsafe { sample(row, taps, out) },
    // SAFETY: as above.
    quarter: |upper, lower, halves, out| unsafe { quarter(upper, lower, halves, out) },
    // SAFETY: as above.
    tint: |u, v, shares, tints| unsafe { tint(u, v, shares, tints) },
    // SAFETY: as above.
    paint: |luma, tint, scale, out| unsafe { paint(luma, tint, scale, out) },
    // SAFETY: as above.
    level: |luma, tint, out| unsafe { level(luma, tint, out) },
    // SAFETY: as above.
    weave: |rows, out| unsafe { weave(rows, out) },
    name: "avx2",
};

#[target_feature(enable = "avx2")]
fn blend(upper: &[u8], lower: &[u8], weight: u8, out: &mut [i16]) {
    let width = out.len();
    assert!(upper.len() == width && lower.len() == width && width.is_multiple_of(32), "lines are of one whole length");
    let weights = _mm256_set1_epi16(i16::from(weight) << 8 | i16::from(ONE - weight));
    for x in (0..width).step_by(32) {
        // SAFETY: x + 32 <= width, the length of all three.
        unsafe {
            let a = _mm256_loadu_si256(upper.as_ptr().add(x).cast());
            let b = _mm256_loadu_si256(lower.as_ptr().add(x).cast());
            let low = _mm256_maddubs_epi16(_mm256_unpacklo_epi8(a, b), weights);
            let high = _mm256_maddubs_epi16(_mm256_unpackhi_epi8(a, b), weights);
            store_halves(low, high, out.as_mut_ptr().add(x));
        }
    }
}

#[target_feature(enable = "avx2")]
fn sample(row: &[i16], taps: &Taps, out: &mut [i16]) {
    let width = taps.indices.len();
    assert!(width.is_multiple_of(16) && taps.weights.len() == width && out.len() >= width, "taps come in sixteens");
    assert!(row.len() >= taps.source && taps.source >= 2, "taps lie within the row");
    let offset = _mm256_set1_epi32(taps.offset);
    let whole = |sums| _mm256_srai_epi32::<SHIFT>(_mm256_add_epi32(sums, offset));
    if taps.near.is_empty() {
        for x in (0..width).step_by(16) {
            // SAFETY: x + 16 <= width, the length of indices and weights and at most that of out. Each index is at most
            // source - 2, so the pair of i16 at it, read as one i32, lies within the row.
            unsafe {
                let eight = |x: usize| {
                    let indices = _mm256_loadu_si256(taps.indices.as_ptr().add(x).cast());
                    let weights = _mm256_loadu_si256(taps.weights.as_ptr().add(x).cast());
                    let pairs = _mm256_i32gather_epi32::<2>(row.as_ptr().cast(), indices);
                    whole(_mm256_madd_epi16(pairs, weights))
                };
                store_packed(eight(x), eight(x + 8), out.as_mut_ptr().add(x));
            }
        }
        return;
    }
    assert!(taps.near.len() == width / 8, "as many eights as there are");
    let last = row.len().checked_sub(NEAR).map_or(0, |last| last as u32);
    for (n, pair) in taps.near.as_chunks::<2>().0.iter().enumerate() {
        let x = 16 * n;
        assert!(pair.iter().flat_map(|eight| eight.starts).all(|start| start <= last), "starts lie within the row");
        // SAFETY: x + 16 <= width, the length of weights and at most that of out; NEAR pixels from each start on lie
        // within the row.
        unsafe {
            let eight = |x: usize, starts: [u32; 2], order: &[u8; 32]| {
                let [low, high] = starts.map(|start| _mm_loadu_si128(row.as_ptr().add(start as usize).cast()));
                let pixels = _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(low), high);
                let pairs = _mm256_shuffle_epi8(pixels, _mm256_loadu_si256(order.as_ptr().cast()));
                let weights = _mm256_loadu_si256(taps.weights.as_ptr().add(x).cast());
                whole(_mm256_madd_epi16(pairs, weights))
            };
            let [first, second] = pair;
            let halves = (eight(x, first.starts, &first.order), eight(x + 8, second.starts, &second.order));
            store_packed(halves.0, halves.1, out.as_mut_ptr().add(x));
        }
    }
}

#[target_feature(enable = "avx2")]
fn quarter(upper: PixelRow<'_>, lower: PixelRow<'_>, halves: Halves, out: &mut [i16]) {
    let width = upper.width();
    assert!(
        lower.width() == width && width.is_multiple_of(32) && out.len() >= width / 2,
        "lines are of one whole length"
    );
    let half = _mm256_set1_epi8(ONE as i8 / 2);
    let (zero, gain) = (_mm256_set1_epi16(halves.zero), _mm256_set1_epi16(halves.gain));
    for x in (0..width).step_by(32) {
        // SAFETY: x + 32 <= width, the length of both rows; half of it is at most that of out.
        unsafe {
            let pairs = |row: PixelRow<'_>| _mm256_maddubs_epi16(_mm256_loadu_si256(row.start().add(x).cast()), half);
            let sum = _mm256_sub_epi16(_mm256_add_epi16(pairs(upper), pairs(lower)), zero);
            _mm256_storeu_si256(out.as_mut_ptr().add(x / 2).cast(), _mm256_mulhrs_epi16(sum, gain));
        }
    }
}

#[target_feature(enable = "avx2")]
fn tint(u: &[i16], v: &[i16], shares: [i16; 2], [red, green, blue]: &mut [Vec<Twice>; 3]) {
    let width = u.len();
    assert!(v.len() == width && width.is_multiple_of(16), "lines are of one whole length");
    assert!(red.len() == width && green.len() == width && blue.len() == width, "and so are tints");
    let [of_u, of_v] = shares.map(|share| _mm256_set1_epi16(share));
    let (one, even) = (_mm256_set1_epi16(1), _mm256_set1_epi16(!1));
    for x in (0..width).step_by(16) {
        // SAFETY: x + 16 <= width, the length of all five; each sample is stored twice into its pair.
        unsafe {
            let u = _mm256_loadu_si256(u.as_ptr().add(x).cast());
            let v = _mm256_loadu_si256(v.as_ptr().add(x).cast());
            let part = |of, share| _mm256_mulhi_epi16(_mm256_add_epi16(of, of), share);
            let both = _mm256_add_epi16(_mm256_add_epi16(part(u, of_u), part(v, of_v)), one);
            for (line, tint) in [(v, &mut *red), (both, &mut *green), (u, &mut *blue)] {
                let line = _mm256_and_si256(line, even);
                let (low, high) = (_mm256_unpacklo_epi16(line, line), _mm256_unpackhi_epi16(line, line));
                store_halves(low, high, tint.as_mut_ptr().add(x).cast());
            }
        }
    }
}

/// Sixteen sums of luma, made odd, and what chroma adds.
///
/// # Safety
/// Both lines hold sixteen numbers from `x` on.
#[target_feature(enable = "avx2")]
unsafe fn sum(luma: &[i16], tint: &[i16], x: usize) -> __m256i {
    // SAFETY: as the caller promises.
    let sixteen = |line: &[i16]| unsafe { _mm256_loadu_si256(line.as_ptr().add(x).cast()) };
    _mm256_add_epi16(_mm256_or_si256(sixteen(luma), _mm256_set1_epi16(1)), sixteen(tint))
}

#[target_feature(enable = "avx2")]
fn paint(luma: &[i16], tint: &[i16], scale: f32, out: &mut [f32]) {
    let width = out.len();
    let whole = width / 16 * 16;
    assert!(luma.len() >= width && tint.len() >= width, "the lines hold the row");
    let (zero, white, scales) = (_mm256_setzero_si256(), _mm256_set1_epi16(WHITE), _mm256_set1_ps(scale));
    for x in (0..whole).step_by(16) {
        // SAFETY: x + 16 <= width, within all three.
        unsafe {
            let sum = _mm256_min_epi16(_mm256_max_epi16(sum(luma, tint, x), zero), white);
            let (low, high) = (_mm256_castsi256_si128(sum), _mm256_extracti128_si256::<1>(sum));
            let scaled = |half| _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_cvtepi16_epi32(half)), scales);
            _mm256_storeu_ps(out.as_mut_ptr().add(x), scaled(low));
            _mm256_storeu_ps(out.as_mut_ptr().add(x + 8), scaled(high));
        }
    }
    if whole < width
        && let (Some(luma), Some(tint), Some(rest)) = (luma.get(whole..), tint.get(whole..), out.get_mut(whole..))
    {
        super::portable::paint(luma, tint, scale, rest);
    }
}

#[target_feature(enable = "avx2")]
fn level(luma: &[i16], tint: &[i16], out: &mut [u8]) {
    let width = out.len();
    let whole = width / 32 * 32;
    assert!(luma.len() >= width && tint.len() >= width, "the lines hold the row");
    // Times 1024, in 32768ths and rounded: 32nds of a level as levels.
    let levels = _mm256_set1_epi16(1024);
    for x in (0..whole).step_by(32) {
        // SAFETY: x + 32 <= width, within all three.
        unsafe {
            let sixteen = |x: usize| _mm256_mulhrs_epi16(sum(luma, tint, x), levels);
            // Packing takes what is below black for black, and what is above white for white.
            let packed = _mm256_packus_epi16(sixteen(x), sixteen(x + 16));
            let packed = _mm256_permute4x64_epi64::<0b11_01_10_00>(packed);
            _mm256_storeu_si256(out.as_mut_ptr().add(x).cast(), packed);
        }
    }
    if whole < width
        && let (Some(luma), Some(tint), Some(rest)) = (luma.get(whole..), tint.get(whole..), out.get_mut(whole..))
    {
        super::portable::level(luma, tint, rest);
    }
}

/// Bytes of sixteen patches, and what storing the last of them spills.
const STORED: usize = 16 * PATCH_BYTES + 4;

#[target_feature(enable = "avx2")]
fn weave(rows: &PatchRows, out: &mut [u8]) {
    let width = out.len() / PATCH_BYTES * 2;
    if !width.is_multiple_of(32) {
        return super::portable::weave(rows, out);
    }
    assert!(rows.as_flattened().iter().all(|row| row.len() >= width), "the rows hold the patches");
    let ([above, below], mut last) = (rows, [0; STORED]);
    for x in (0..width).step_by(32) {
        // SAFETY: x + 32 <= width, at most the length of each row. Sixteen patches and four bytes are stored where
        // they fit, into `out` or an array of that size.
        unsafe {
            let patches = patches(pixels(above, x), pixels(below, x));
            let start = x / 2 * PATCH_BYTES;
            if start + STORED <= out.len() {
                store_patches(patches, out.as_mut_ptr().add(start));
            } else {
                store_patches(patches, last.as_mut_ptr());
                out.iter_mut().skip(start).zip(&last).for_each(|(out, byte)| *out = *byte);
            }
        }
    }
}

/// Four bytes a pixel, the last of them nought: within each half of a register, four pixels of the 32 in order.
///
/// # Safety
/// Each plane holds 32 bytes from `x` on.
#[target_feature(enable = "avx2")]
unsafe fn pixels([first, second, third]: &[Vec<u8>; 3], x: usize) -> [__m256i; 4] {
    // SAFETY: as the caller promises.
    let bytes = |plane: &[u8]| unsafe { _mm256_loadu_si256(plane.as_ptr().add(x).cast()) };
    let (first, second, third) = (bytes(first), bytes(second), bytes(third));
    let zero = _mm256_setzero_si256();
    let (low, low_rest) = (_mm256_unpacklo_epi8(first, second), _mm256_unpacklo_epi8(third, zero));
    let (high, high_rest) = (_mm256_unpackhi_epi8(first, second), _mm256_unpackhi_epi8(third, zero));
    [
        _mm256_unpacklo_epi16(low, low_rest),
        _mm256_unpackhi_epi16(low, low_rest),
        _mm256_unpacklo_epi16(high, high_rest),
        _mm256_unpackhi_epi16(high, high_rest),
    ]
}

/// Patch n in the low half of register n, and patch n + 8 in its high half.
#[target_feature(enable = "avx2")]
fn patches([a, b, c, d]: [__m256i; 4], [e, f, g, h]: [__m256i; 4]) -> [__m256i; 8] {
    let three_of_four =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1));
    let low = |above, below| _mm256_shuffle_epi8(_mm256_unpacklo_epi64(above, below), three_of_four);
    let high = |above, below| _mm256_shuffle_epi8(_mm256_unpackhi_epi64(above, below), three_of_four);
    [low(a, e), high(a, e), low(b, f), high(b, f), low(c, g), high(c, g), low(d, h), high(d, h)]
}

/// Stores sixteen patches one behind the other. Each spills four bytes, which the next overwrites.
///
/// # Safety
/// `out` is valid for writing [`STORED`] bytes.
#[target_feature(enable = "avx2")]
unsafe fn store_patches(patches: [__m256i; 8], out: *mut u8) {
    for (n, pair) in patches.iter().enumerate() {
        // SAFETY: as the caller promises.
        unsafe { _mm_storeu_si128(out.add(n * PATCH_BYTES).cast(), _mm256_castsi256_si128(*pair)) }
    }
    for (n, pair) in patches.iter().enumerate() {
        // SAFETY: as the caller promises: 15 * 12 + 16 bytes.
        unsafe { _mm_storeu_si128(out.add((n + 8) * PATCH_BYTES).cast(), _mm256_extracti128_si256::<1>(*pair)) }
    }
}

/// Stores sixteen sums of 32 bits as numbers of 16.
///
/// # Safety
/// `out` is valid for writing 16 numbers.
#[target_feature(enable = "avx2")]
unsafe fn store_packed(low: __m256i, high: __m256i, out: *mut i16) {
    let packed = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packs_epi32(low, high));
    // SAFETY: as the caller promises.
    unsafe { _mm256_storeu_si256(out.cast(), packed) }
}

/// Stores what was unpacked within each half of a register in the order of its row.
///
/// # Safety
/// `out` is valid for writing 32 numbers.
#[target_feature(enable = "avx2")]
unsafe fn store_halves(low: __m256i, high: __m256i, out: *mut i16) {
    // SAFETY: as the caller promises.
    unsafe {
        _mm256_storeu_si256(out.cast(), _mm256_permute2x128_si256::<0x20>(low, high));
        _mm256_storeu_si256(out.add(16).cast(), _mm256_permute2x128_si256::<0x31>(low, high));
    }
}
