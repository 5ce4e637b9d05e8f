//! The letterbox against a plain floating-point one, its kernels against each other, and masks against everything.

use super::*;
use crate::layout::PixelFormat;
use crate::mask::{MASKED_LUMA, MaskPlan, PixelLease, RawFrame};
use crate::{LumaPlane, Still};
use proptest::prelude::*;
use vokter_rules::geometry::{Point, Polygon};

const SPEC: TensorSpec = TensorSpec {
    width: 96,
    height: 96,
    placement: Placement::TopLeft,
    channels: Channels::Bgr,
    white: 255.0,
    pad: 114.0,
};

fn frame(layout: Layout, pixels: &[u8], masks: &[Polygon]) -> MaskedFrame {
    let mut plan = MaskPlan::unmade();
    RawFrame::new(PixelLease::of_bytes(pixels.to_vec()), layout).unwrap().mask(masks, &mut plan)
}

fn noise(bytes: usize, mut seed: u64) -> Vec<u8> {
    let mut next = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 24) as u8
    };
    (0..bytes).map(|_| next()).collect()
}

fn tensor(letterbox: &mut Letterbox, frame: &MaskedFrame) -> Vec<f32> {
    let mut tensor = vec![f32::NAN; letterbox.spec().numbers()];
    letterbox.pad(letterbox.fit(frame), &mut tensor);
    letterbox.fill(frame, &mut tensor);
    tensor
}

fn formats() -> impl Strategy<Value = PixelFormat> {
    prop::sample::select(vec![PixelFormat::Yuv420, PixelFormat::Yuv422, PixelFormat::Yuv444, PixelFormat::Gray])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_kernels_agree_within_one_level(
        width in 16usize..400, height in 16usize..300, format in formats(), seed in 1u64.., full in any::<bool>(),
    ) {
        let layout = Layout { full_range: full, ..Layout::packed(width, height, format) };
        let frame = frame(layout, &noise(layout.packed_bytes(), seed), &[]);
        let mut fast = Letterbox::new(SPEC);
        let mut plain = Letterbox { kernels: PORTABLE, ..Letterbox::new(SPEC) };
        let (fast, plain) = (tensor(&mut fast, &frame), tensor(&mut plain, &frame));
        for (fast, plain) in fast.iter().zip(&plain) {
            prop_assert!((fast - plain).abs() <= 1.0, "{} {}", fast, plain);
        }
    }

    #[test]
    fn inv_2_what_is_under_a_mask_reaches_nothing(
        width in 16usize..200, height in 16usize..200, format in formats(), seed in 1u64..,
        corners in prop::collection::vec((0.0f32..=1.0, 0.0f32..=1.0), 3..6),
    ) {
        let corners: Vec<_> = corners.into_iter().map(|(x, y)| Point::new(x, y)).collect();
        let Ok(mask) = Polygon::new(&corners) else { return Ok(()) };
        let masks = [mask];
        let layout = Layout::packed(width, height, format);
        let plan = MaskPlan::new(&masks, &layout);
        // Two pictures that differ in every masked pixel, and nowhere else.
        let open = noise(layout.packed_bytes(), seed);
        let mut other = open.clone();
        let (across, down) = format.chroma_shift();
        for y in 0..height {
            for x in (0..width).filter(|x| plan.is_masked(*x, y)) {
                other[y * width + x] ^= 0x55;
                for plane in layout.planes.iter().take(format.planes()).skip(1) {
                    other[plane.offset + (y >> down) * plane.stride + (x >> across)] = 7;
                }
            }
        }
        let (open, other) = (frame(layout, &open, &masks), frame(layout, &other, &masks));
        prop_assert_eq!(tensor(&mut Letterbox::new(SPEC), &open), tensor(&mut Letterbox::new(SPEC), &other));
        let luma = |frame| { let mut plane = LumaPlane::default(); plane.fill(frame); plane.cells().to_vec() };
        prop_assert_eq!(luma(&open), luma(&other));
        let (open, other) = (Still::of(&open), Still::of(&other));
        prop_assert_eq!(open.pixels(), other.pixels());
        let black = open.pixels().enumerate_pixels().filter(|(x, y, _)| plan.is_masked(*x as usize, *y as usize));
        for (_, _, pixel) in black {
            prop_assert!(pixel.0.iter().all(|level| *level <= MASKED_LUMA), "{:?}", pixel);
        }
    }
}

#[test]
fn a_ramp_is_scaled_as_a_plain_bilinear_would() {
    let layout = Layout { full_range: true, ..Layout::packed(192, 108, PixelFormat::Gray) };
    let pixels: Vec<u8> = (0..108).flat_map(|y| (0..192).map(move |x| (x + y / 2) as u8)).collect();
    let made = tensor(&mut Letterbox::new(SPEC), &frame(layout, &pixels, &[]));
    for y in 0..54 {
        for x in 0..96 {
            let (sx, sy) = (x as f32 * 2.0 + 0.5, y as f32 * 2.0 + 0.5);
            let at = |x: f32, y: f32| f32::from(pixels[y as usize * 192 + x as usize]);
            let plain = (at(sx, sy) + at(sx + 1.0, sy) + at(sx, sy + 1.0) + at(sx + 1.0, sy + 1.0)) / 4.0;
            assert!((made[y * 96 + x] - plain).abs() <= 1.0, "{x},{y}: {} {plain}", made[y * 96 + x]);
        }
    }
    assert!(made[54 * 96..96 * 96].iter().all(|value| *value == SPEC.pad));
}

#[test]
fn colours_come_out_in_order() {
    let layout = Layout::packed(32, 32, PixelFormat::Yuv420);
    let mut red = vec![81; 1024];
    red.extend([90; 256]);
    red.extend([240; 256]);
    let made = tensor(&mut Letterbox::new(SPEC), &frame(layout, &red, &[]));
    let (blue, green, red) = (made[0], made[96 * 96], made[2 * 96 * 96]);
    assert!(red > 250.0 && green < 5.0 && blue < 5.0, "{red} {green} {blue}");
}

#[test]
fn a_box_comes_back_to_the_picture_it_was_seen_in() {
    let spec = TensorSpec { placement: Placement::Centre, ..SPEC };
    let fit = Fit::of(&spec, 1920, 1080);
    assert_eq!(fit, Fit { left: 0, top: 21, width: 96, height: 54 });
    assert_eq!(fit.to_picture(&Rect::new(0.0, 21.0, 96.0, 75.0)), Rect::new(0.0, 0.0, 1.0, 1.0));
}

#[test]
fn plans_are_kept_for_each_shape_and_bounded() {
    let mut letterbox = Letterbox::new(SPEC);
    for width in 16..60 {
        let layout = Layout::packed(width, 32, PixelFormat::Gray);
        tensor(&mut letterbox, &frame(layout, &noise(width * 32, 3), &[]));
    }
    assert_eq!(letterbox.plans.len(), PLANS);
}
