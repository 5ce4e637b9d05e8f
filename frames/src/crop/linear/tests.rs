//! The bytes that OpenCV makes of the same picture, and that nothing stays behind.

use super::*;
use crate::layout::PixelFormat;
use crate::mask::{MaskPlan, PixelLease, RawFrame};

/// What `cv2.resize` of OpenCV 5.0 with `INTER_LINEAR` makes of the picture of 7 x 5, and of that of 33 x 21.
const LARGER: [[u8; 12]; 9] = [
    [0, 14, 35, 57, 78, 100, 122, 143, 165, 186, 208, 222],
    [20, 35, 59, 82, 106, 130, 153, 177, 162, 139, 163, 178],
    [52, 70, 97, 124, 152, 179, 206, 233, 157, 61, 88, 105],
    [85, 105, 136, 167, 183, 148, 145, 176, 142, 96, 127, 146],
    [118, 140, 175, 209, 211, 96, 56, 91, 125, 159, 194, 216],
    [151, 175, 213, 174, 133, 104, 109, 147, 120, 81, 119, 143],
    [184, 199, 224, 141, 79, 120, 154, 179, 112, 30, 72, 99],
    [216, 181, 127, 119, 125, 170, 165, 111, 95, 94, 139, 168],
    [236, 170, 68, 105, 152, 199, 172, 70, 85, 132, 179, 210],
];
const SMALLER: [[u8; 9]; 6] = [
    [141, 72, 193, 124, 54, 197, 170, 100, 94],
    [143, 215, 93, 144, 236, 137, 123, 194, 137],
    [124, 102, 122, 142, 163, 119, 76, 32, 180],
    [83, 53, 107, 162, 89, 187, 199, 126, 96],
    [63, 132, 136, 203, 16, 84, 152, 156, 160],
    [86, 83, 36, 181, 198, 151, 104, 122, 75],
];

/// A picture without colour, of no pattern.
fn picture(width: usize, height: usize, format: PixelFormat) -> MaskedFrame {
    let layout = Layout { full_range: true, ..Layout::packed(width, height, format) };
    let mut bytes = vec![128; layout.packed_bytes()];
    for (index, value) in bytes.iter_mut().take(width * height).enumerate() {
        let (x, y) = (index % width, index / width);
        *value = (x * 37 + y * 59 + x * y * 11) as u8;
    }
    RawFrame::new(PixelLease::of_bytes(bytes), layout).unwrap().mask(&[], &mut MaskPlan::unmade())
}

/// The red of a cut at that size, after making sure that the others are the same.
fn made(linear: &mut Linear, frame: &MaskedFrame, cut: Cut, width: usize, height: usize) -> Vec<Vec<u8>> {
    let mut rows = vec![];
    linear.each(frame, cut, (width, height), |y, [red, green, blue]| {
        assert_eq!((y, red, red), (rows.len(), green, blue));
        rows.push(red.clone());
    });
    rows
}

#[test]
fn bytes_are_those_of_opencv() {
    let mut linear = Linear::default();
    for format in [PixelFormat::Gray, PixelFormat::Yuv444, PixelFormat::Yuv422, PixelFormat::Yuv420] {
        // Within a larger picture, whose other pixels say nothing.
        let frame = picture(40, 32, format);
        let cut = Cut { left: 0, top: 0, width: 7, height: 5 };
        assert_eq!(made(&mut linear, &frame, cut, 12, 9), LARGER, "{format:?}");
        let cut = Cut { width: 33, height: 21, ..cut };
        assert_eq!(made(&mut linear, &frame, cut, 9, 6), SMALLER, "{format:?}");
    }
}

#[test]
fn a_cut_of_its_own_size_is_copied() {
    for format in [PixelFormat::Yuv444, PixelFormat::Yuv420] {
        let frame = picture(40, 32, format);
        let rows = made(&mut Linear::default(), &frame, Cut { left: 5, top: 7, width: 18, height: 16 }, 18, 16);
        for (y, row) in rows.iter().enumerate() {
            for (x, value) in row.iter().enumerate() {
                assert_eq!(usize::from(*value), ((x + 5) * 37 + (y + 7) * 59 + (x + 5) * (y + 7) * 11) % 256);
            }
        }
    }
}

#[test]
fn colours_stand_where_their_pixels_do() {
    let layout = Layout { full_range: true, ..Layout::packed(32, 32, PixelFormat::Yuv420) };
    let mut bytes = vec![100; layout.packed_bytes()];
    // The second chroma sample across is red, and the others have no colour.
    bytes[1024..].fill(128);
    (0..16).for_each(|row| bytes[1280 + row * 16 + 1] = 255);
    let frame = RawFrame::new(PixelLease::of_bytes(bytes), layout).unwrap().mask(&[], &mut MaskPlan::unmade());
    let mut linear = Linear::default();
    linear.each(&frame, Cut { left: 1, top: 3, width: 5, height: 2 }, (5, 2), |_, [red, _, blue]| {
        assert_eq!((&red[..], &blue[..]), (&[100, 255, 255, 100, 100][..], &[100; 5][..]));
    });
    linear.clear();
    let lines = linear.lines.iter().flat_map(|line| &line.colours);
    assert!(lines.flatten().all(|value| *value == 0));
    let bytes = [&linear.picked[..], &linear.colours, &linear.made].concat();
    assert!(bytes.iter().flatten().chain(&linear.row).all(|byte| *byte == 0));
}
