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

fn patches(letterbox: &mut Letterbox, frame: &MaskedFrame) -> Vec<u8> {
    let mut tensor = vec![0xa5; letterbox.spec().numbers()];
    letterbox.pad_patches(&mut tensor);
    letterbox.fill_patches(frame, &mut tensor);
    tensor
}

/// What SpaceToDepth and QuantizeLinear make of planes of f32, as ONNX defines them; channels last.
fn as_patches(tensor: &[f32]) -> Vec<u8> {
    let columns = SPEC.width / 2;
    let mut patches = vec![0; tensor.len()];
    for (n, value) in tensor.iter().enumerate() {
        let (plane, y, x) = (n / SPEC.width / SPEC.height, n / SPEC.width % SPEC.height, n % SPEC.width);
        let channel = (y % 2 * 2 + x % 2) * 3 + plane;
        patches[(y / 2 * columns + x / 2) * 12 + channel] = value.round_ties_even().clamp(0.0, 255.0) as u8;
    }
    patches
}

/// The same taps, without integers.
fn in_floating_point(plan: &Plan, frame: &MaskedFrame) -> Vec<f32> {
    let rows = |plane: usize| -> Vec<Vec<u8>> {
        let (width, height) = frame.layout().plane_size(plane);
        let read = |y| {
            let mut row = vec![0; width];
            frame.read_row(plane, y, &mut row);
            row
        };
        (0..height).map(read).collect()
    };
    let planes: Vec<_> = (0..frame.layout().format.planes()).map(rows).collect();
    let at = |plane: usize, planar: &Planar, x: usize, y: usize| {
        let (row, column) = (planar.rows[y], planar.columns.indices[x] as usize);
        let mix = |first: f32, second: f32, weight: f32| first + (second - first) * weight;
        let across = |y: usize| {
            let pair = [column, column + 1].map(|x| f32::from(planes[plane][y][x]));
            let [first, second] = planar.columns.weights[x].map(f32::from);
            mix(pair[0], pair[1], second / (first + second))
        };
        let below = if row.weight > 0 { row.index + 1 } else { row.index };
        mix(across(row.index), across(below), f32::from(row.weight) / f32::from(plan::ONE))
    };
    let weights = Weights::of(frame.layout());
    let mut tensor = vec![SPEC.pad; SPEC.numbers()];
    let (left, top, width, height) = plan.fit.place();
    for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
        let luma = at(0, &plan.luma, x, y);
        let chroma = plan.chroma.as_ref();
        let [u, v] = chroma.map_or([128.0; 2], |[u, v]| [at(1, u, x / 2, y / 2), at(2, v, x / 2, y / 2)]);
        for (plane, colour) in weights.rgb(luma, u, v).into_iter().rev().enumerate() {
            tensor[(plane * SPEC.height + top + y) * SPEC.width + left + x] = colour;
        }
    }
    tensor
}

fn formats() -> impl Strategy<Value = PixelFormat> {
    prop::sample::select(vec![PixelFormat::Yuv420, PixelFormat::Yuv422, PixelFormat::Yuv444, PixelFormat::Gray])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_kernels_agree_to_the_bit_and_with_a_plain_floating_point_letterbox(
        width in 16usize..400, height in 16usize..300, format in formats(), seed in 1u64.., full in any::<bool>(),
    ) {
        let layout = Layout { full_range: full, ..Layout::packed(width, height, format) };
        let frame = frame(layout, &noise(layout.packed_bytes(), seed), &[]);
        let (mut fast, mut plain) = (Letterbox::new(SPEC), Letterbox { kernels: PORTABLE, ..Letterbox::new(SPEC) });
        let made = tensor(&mut fast, &frame);
        prop_assert_eq!(&made, &tensor(&mut plain, &frame));
        for (made, exact) in made.iter().zip(in_floating_point(&fast.plans[0], &frame)) {
            prop_assert!((made - exact).abs() <= 0.125, "{} {}", made, exact);
        }
    }

    #[test]
    fn a_picture_of_twice_the_size_is_what_any_other_would_be(
        below in 4usize..=48, format in formats(), seed in 1u64.., full in any::<bool>(), top in 0.0f32..1.0,
    ) {
        let layout = Layout { full_range: full, ..Layout::packed(192, 4 * below, format) };
        // Rows above the mask are read where they are, those that it touches are copied and burned.
        let mask = Polygon::new(&[(0.2, top), (0.7, 1.0), (0.1, 1.0)].map(|(x, y)| Point::new(x, y)));
        let frame = frame(layout, &noise(layout.packed_bytes(), seed), &[mask.unwrap()]);
        let (mut fast, mut slow) = (Letterbox::new(SPEC), Letterbox::new(SPEC));
        slow.plan(frame.layout());
        prop_assert!(slow.plans[0].luma.columns.halves.take().is_some());
        slow.plans[0].chroma.iter_mut().flatten().for_each(|planar| planar.columns.halves = None);
        let mut plain = Letterbox { kernels: PORTABLE, ..Letterbox::new(SPEC) };
        let slow = tensor(&mut slow, &frame);
        prop_assert_eq!(&tensor(&mut fast, &frame), &slow);
        prop_assert_eq!(&tensor(&mut plain, &frame), &slow);
    }

    #[test]
    fn patches_are_to_the_bit_what_a_network_would_make_of_planes(
        width in 16usize..400, height in 16usize..300, format in formats(), seed in 1u64.., centre in any::<bool>(),
    ) {
        let placement = if centre { Placement::Centre } else { Placement::TopLeft };
        let spec = TensorSpec { placement, ..SPEC };
        let layout = Layout::packed(width, height, format);
        let frame = frame(layout, &noise(layout.packed_bytes(), seed), &[]);
        let (mut fast, mut plain) = (Letterbox::new(spec), Letterbox { kernels: PORTABLE, ..Letterbox::new(spec) });
        let wanted = as_patches(&tensor(&mut plain, &frame));
        prop_assert_eq!(&patches(&mut fast, &frame), &wanted);
        prop_assert_eq!(&patches(&mut plain, &frame), &wanted);
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
        prop_assert_eq!(patches(&mut Letterbox::new(SPEC), &open), patches(&mut Letterbox::new(SPEC), &other));
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
