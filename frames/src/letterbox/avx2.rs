//! The steps with AVX2. Chosen at run time; see [`super::portable`] for what they compute.

use super::plan::{NEAR, ONE, SHIFT, Taps};
use super::{Kernels, Twice, WHITE};
use std::arch::x86_64::*;

/// To be used only where AVX2 was detected.
pub(super) const KERNELS: Kernels = Kernels {
    // SAFETY: `Kernels::detect` offers these only when the processor has AVX2.
    blend: |upper, lower, weight, out| unsafe { blend(upper, lower, weight, out) },
    // SAFETY: as above.
    sample: |row, taps, out| unsafe { sample(row, taps, out) },
    // SAFETY: as above.
    pair: |upper, lower, weight, weights, offset, out| unsafe { pair(upper, lower, weight, weights, offset, out) },
    // SAFETY: as above.
    tint: |u, v, shares, tints| unsafe { tint(u, v, shares, tints) },
    // SAFETY: as above.
    paint: |luma, tint, scale, out| unsafe { paint(luma, tint, scale, out) },
    // SAFETY: as above.
    halve: |luma, tint, first, second| unsafe { halve(luma, tint, first, second) },
    name: "avx2",
};

/// The weights of an upper and a lower row, for bytes of both in turn.
#[target_feature(enable = "avx2")]
fn of_rows(weight: u8) -> __m256i {
    _mm256_set1_epi16(i16::from(weight) << 8 | i16::from(ONE - weight))
}

#[target_feature(enable = "avx2")]
fn blend(upper: &[u8], lower: &[u8], weight: u8, out: &mut [i16]) {
    let width = out.len();
    assert!(upper.len() == width && lower.len() == width && width.is_multiple_of(32), "lines are of one whole length");
    let weights = of_rows(weight);
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
fn pair(upper: &[u8], lower: &[u8], weight: u8, weights: [i16; 2], offset: i32, out: &mut [i16]) {
    let width = upper.len();
    assert!(
        lower.len() == width && width.is_multiple_of(32) && out.len() >= width / 2,
        "lines are of one whole length"
    );
    let rows = of_rows(weight);
    let [first, second] = weights;
    let pixels = _mm256_set1_epi32(i32::from(second) << 16 | i32::from(first as u16));
    let offset = _mm256_set1_epi32(offset);
    let whole = |bytes| {
        let sums = _mm256_madd_epi16(_mm256_maddubs_epi16(bytes, rows), pixels);
        _mm256_srai_epi32::<SHIFT>(_mm256_add_epi32(sums, offset))
    };
    for x in (0..width).step_by(32) {
        // SAFETY: x + 32 <= width, the length of both rows; half of it is at most that of out.
        unsafe {
            let a = _mm256_loadu_si256(upper.as_ptr().add(x).cast());
            let b = _mm256_loadu_si256(lower.as_ptr().add(x).cast());
            // Unpacking and packing both work within halves of a register, so the order comes out as it went in.
            let sums = (whole(_mm256_unpacklo_epi8(a, b)), whole(_mm256_unpackhi_epi8(a, b)));
            _mm256_storeu_si256(out.as_mut_ptr().add(x / 2).cast(), _mm256_packs_epi32(sums.0, sums.1));
        }
    }
}

#[target_feature(enable = "avx2")]
fn tint(u: &[i16], v: &[i16], shares: [i16; 2], [red, green, blue]: &mut [Vec<Twice>; 3]) {
    let width = u.len();
    assert!(v.len() == width && width.is_multiple_of(16), "lines are of one whole length");
    assert!(red.len() == width && green.len() == width && blue.len() == width, "and so are tints");
    let [of_u, of_v] = shares.map(|share| _mm256_set1_epi16(share));
    for x in (0..width).step_by(16) {
        // SAFETY: x + 16 <= width, the length of all five; each sample is stored twice into its pair.
        unsafe {
            let u = _mm256_loadu_si256(u.as_ptr().add(x).cast());
            let v = _mm256_loadu_si256(v.as_ptr().add(x).cast());
            let part = |of, share| _mm256_mulhi_epi16(_mm256_add_epi16(of, of), share);
            let both = _mm256_add_epi16(part(u, of_u), part(v, of_v));
            for (line, tint) in [(v, &mut *red), (both, &mut *green), (u, &mut *blue)] {
                let (low, high) = (_mm256_unpacklo_epi16(line, line), _mm256_unpackhi_epi16(line, line));
                store_halves(low, high, tint.as_mut_ptr().add(x).cast());
            }
        }
    }
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
            let luma = _mm256_loadu_si256(luma.as_ptr().add(x).cast());
            let sum = _mm256_add_epi16(luma, _mm256_loadu_si256(tint.as_ptr().add(x).cast()));
            let sum = _mm256_min_epi16(_mm256_max_epi16(sum, zero), white);
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
fn halve(luma: &[i16], tint: &[i16], first: &mut [u8], second: &mut [u8]) {
    let whole = second.len() / 16 * 16;
    let width = first.len() + second.len();
    assert!(luma.len() >= width && tint.len() >= width, "the lines hold the row");
    assert!(first.len() >= second.len(), "the first pixel is the first's");
    let (below, one) = (_mm256_set1_epi16(15), _mm256_set1_epi16(1));
    // Within each half of a register: every second byte, then the others.
    let apart = _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15));
    let order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    for x in (0..whole).step_by(16) {
        // SAFETY: 2 * (x + 16) <= width, the length of both lines, and x + 16 is within both outputs.
        unsafe {
            let levels = |x: usize| {
                let luma = _mm256_loadu_si256(luma.as_ptr().add(x).cast());
                let sum = _mm256_add_epi16(luma, _mm256_loadu_si256(tint.as_ptr().add(x).cast()));
                let odd = _mm256_and_si256(_mm256_srai_epi16::<5>(sum), one);
                _mm256_srai_epi16::<5>(_mm256_add_epi16(_mm256_add_epi16(sum, below), odd))
            };
            // Packing takes what is below black for black, and what is above white for white.
            let levels = _mm256_packus_epi16(levels(2 * x), levels(2 * x + 16));
            let halves = _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(levels, apart), order);
            _mm_storeu_si128(first.as_mut_ptr().add(x).cast(), _mm256_castsi256_si128(halves));
            _mm_storeu_si128(second.as_mut_ptr().add(x).cast(), _mm256_extracti128_si256::<1>(halves));
        }
    }
    if let (Some(luma), Some(tint), Some(first), Some(second)) =
        (luma.get(2 * whole..), tint.get(2 * whole..), first.get_mut(whole..), second.get_mut(whole..))
        && !first.is_empty()
    {
        super::portable::halve(luma, tint, first, second);
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
