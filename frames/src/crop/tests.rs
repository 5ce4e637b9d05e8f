//! What a crop shows, and that masks reach it.

use super::*;
use crate::layout::{Layout, PixelFormat};
use crate::letterbox::Placement;
use crate::mask::{MASKED_LUMA, MaskPlan, PixelLease, RawFrame};
use vokter_rules::geometry::Polygon;

/// A picture whose luma is a ramp across and down, without colour.
fn ramp(width: usize, height: usize, masks: &[Polygon]) -> MaskedFrame {
    let layout = Layout { full_range: true, ..Layout::packed(width, height, PixelFormat::Yuv444) };
    let mut bytes = vec![128; layout.packed_bytes()];
    for (index, value) in bytes.iter_mut().take(width * height).enumerate() {
        *value = (index % width + index / width) as u8;
    }
    RawFrame::new(PixelLease::of_bytes(bytes), layout).unwrap().mask(masks, &mut MaskPlan::unmade())
}

fn spec(width: usize, height: usize) -> TensorSpec {
    TensorSpec { width, height, placement: Placement::Centre, channels: Channels::Rgb, white: 255.0, pad: 7.0 }
}

#[test]
fn a_part_of_the_tensors_own_size_is_copied() {
    let frame = ramp(100, 80, &[]);
    let part = Quad::of(&Rect::new(0.2, 0.25, 0.6, 0.5));
    let mut tensor = vec![0.0; 3 * 40 * 20];
    Cropper::new(Resize::Averaged).planes(&frame, &part, &spec(40, 20), Filling::Stretch, &mut tensor);
    for (index, value) in tensor.iter().enumerate() {
        let (x, y) = (index % 40, index % 800 / 40);
        assert!((value - (20 + x + 20 + y) as f32).abs() < 0.02, "{x},{y}: {value}");
    }
}

#[test]
fn a_tilted_part_is_set_upright() {
    let frame = ramp(100, 80, &[]);
    let corners = [(0.2, 0.5), (0.5, 0.25), (0.6, 0.5), (0.3, 0.75)].map(|(x, y)| Point::new(x, y));
    let mut tensor = vec![0; 3 * 30 * 10];
    Cropper::new(Resize::Averaged).pixels(&frame, &Quad { corners }, &spec(30, 10), Filling::Stretch, &mut tensor);
    // Across, x gains 30 pixels and y loses 20; down, x gains 10 and y 20.
    for (x, y) in [(0usize, 0usize), (29, 0), (0, 9), (29, 9), (15, 5)] {
        let (u, v) = ((x as f32 + 0.5) / 30.0, (y as f32 + 0.5) / 10.0);
        let wanted = (20.0 + 30.0 * u + 10.0 * v - 0.5) + (40.0 - 20.0 * u + 20.0 * v - 0.5);
        assert!((f32::from(tensor[(y * 30 + x) * 3]) - wanted).abs() <= 1.0, "{x},{y}");
    }
}

#[test]
fn much_larger_parts_are_averaged() {
    let layout = Layout { full_range: true, ..Layout::packed(400, 200, PixelFormat::Gray) };
    let stripes = (0..layout.packed_bytes()).map(|index| if index % 2 == 0 { 0 } else { 200 }).collect();
    let frame = RawFrame::new(PixelLease::of_bytes(stripes), layout).unwrap().mask(&[], &mut MaskPlan::unmade());
    let mut tensor = vec![0; 3 * 50 * 25];
    let whole = Quad::of(&Rect::new(0.0, 0.0, 1.0, 1.0));
    Cropper::new(Resize::Averaged).pixels(&frame, &whole, &spec(50, 25), Filling::Stretch, &mut tensor);
    assert!(tensor.iter().all(|value| *value == 100), "{tensor:?}");
}

#[test]
fn a_letterbox_says_where_the_part_stands() {
    let frame = ramp(100, 80, &[]);
    let mut tensor = vec![0.0; 3 * 64 * 64];
    let part = Quad::of(&Rect::new(0.0, 0.0, 1.0, 0.5));
    let shown = Cropper::new(Resize::Averaged).planes(&frame, &part, &spec(64, 64), Filling::Letterbox, &mut tensor);
    assert_eq!(tensor[0], 7.0);
    assert_eq!(shown.to_picture(Point::new(0.0, 20.0)), Point::new(0.0, 0.5 / 25.0));
    assert_eq!(shown.to_picture(Point::new(64.0, 45.0)), Point::new(1.0, 13.0 / 25.0));
    assert!(tensor[30 * 64..31 * 64].iter().all(|value| *value != 7.0));
}

#[test]
fn inv_2_a_mask_reaches_every_crop() {
    let corners = [(0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7)].map(|(x, y)| Point::new(x, y));
    let frame = ramp(100, 80, &[Polygon::new(&corners).unwrap()]);
    let mut tensor = vec![0.0; 3 * 16 * 16];
    let part = Quad { corners }.grown(-0.2, -0.2);
    Cropper::new(Resize::Averaged).planes(&frame, &part, &spec(16, 16), Filling::Stretch, &mut tensor);
    assert!(tensor.iter().all(|value| *value == f32::from(MASKED_LUMA)), "{tensor:?}");
}

#[test]
fn parts_outside_the_picture_or_without_area_do_no_harm() {
    let frame = ramp(40, 30, &[]);
    let mut tensor = vec![0.0; 3 * 16 * 8];
    let mut cropper = Cropper::new(Resize::Averaged);
    for part in [(-3.0, -3.0, -2.0, -2.0), (5.0, 5.0, 9.0, 9.0), (0.5, 0.5, 0.5, 0.5), (f32::NAN, 0.0, 1.0, 1.0)] {
        for filling in [Filling::Stretch, Filling::Letterbox] {
            let part = Quad::of(&Rect::new(part.0, part.1, part.2, part.3));
            cropper.planes(&frame, &part, &spec(16, 8), filling, &mut tensor);
            assert!(tensor.iter().all(|value| value.is_finite()));
        }
    }
    cropper.clear();
}
