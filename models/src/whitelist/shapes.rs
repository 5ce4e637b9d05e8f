//! The shapes of outputs that each decoder reads. A column more is something more that a model says.

use crate::decode::yolox;
use crate::manifest::{Decoder, Manifest, Rows, Scores};
use crate::plate::corners;

/// A length that is known, or one that a run decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    /// Exactly so.
    Is(usize),
    /// Any; candidates.
    Any,
}

use Length::{Any, Is};

/// The shapes, any of which the output of that place may have for an input of that size.
fn shapes(manifest: &Manifest, place: usize, width: usize, height: usize) -> Vec<Vec<Length>> {
    let classes = manifest.classes.len();
    match &manifest.decoder {
        Decoder::Yolox => vec![vec![Is(1), Is(yolox::cells(width, height)), Is(5 + classes)]],
        Decoder::Yolov8 => vec![vec![Is(1), Is(4 + classes), Any], vec![Is(1), Any, Is(4 + classes)]],
        Decoder::YoloNms { rows: Rows::PictureBoxClassScore } => vec![vec![Any, Is(7)]],
        Decoder::YoloNms { rows: Rows::BoxScoreClass } => vec![vec![Is(1), Any, Is(6)]],
        Decoder::Detr { scores } => match (place, scores) {
            (0, Scores::Sigmoid) => vec![vec![Is(1), Any, Is(classes)]],
            (0, Scores::Softmax) => vec![vec![Is(1), Any, Is(classes + 1)]],
            _ => vec![vec![Is(1), Any, Is(4)]],
        },
        Decoder::Yunet => {
            let stride = yolox::STRIDES.get(place % 3).copied().unwrap_or(1);
            let numbers = [1, 1, 4, 10].get(place / 3).copied().unwrap_or(0);
            vec![vec![Is(1), Is((width / stride) * (height / stride)), Is(numbers)]]
        }
        Decoder::PlateCorners => {
            vec![vec![Is(1), Is(corners::PLANES), Is(height / corners::STRIDE), Is(width / corners::STRIDE)]]
        }
        Decoder::PlateSlots { alphabet, slots, .. } => {
            let characters = alphabet.chars().count();
            vec![vec![Is(1), Is(*slots), Is(characters)], vec![Is(1), Is(slots * characters)]]
        }
    }
}

/// Whether an output of these sides, of which some may be open, is what the decoder reads in that place.
pub(crate) fn fits(
    manifest: &Manifest,
    place: usize,
    width: usize,
    height: usize,
    sides: impl Iterator<Item = Option<usize>> + Clone,
) -> bool {
    shapes(manifest, place, width, height).into_iter().any(|shape| {
        shape.len() == sides.clone().count()
            && shape.iter().zip(sides.clone()).all(|(length, side)| match (length, side) {
                (Is(length), Some(side)) => *length == side,
                (Any, _) | (_, None) => true,
            })
    })
}

/// What [`fits`] wants, in words.
pub(crate) fn describe(manifest: &Manifest, place: usize, width: usize, height: usize) -> String {
    let shape = |shape: Vec<Length>| {
        let sides: Vec<_> = shape
            .into_iter()
            .map(|length| match length {
                Is(length) => length.to_string(),
                Any => "N".to_owned(),
            })
            .collect();
        format!("[{}]", sides.join(", "))
    };
    let shapes: Vec<_> = shapes(manifest, place, width, height).into_iter().map(shape).collect();
    format!("f32 {}", shapes.join(" or "))
}
