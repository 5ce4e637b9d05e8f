//! The shapes of outputs that each decoder reads. A column more is something more that a model says.

use crate::decode::yolox;
use crate::manifest::{Decoder, Manifest, Rows, Scores};
use crate::plate::corners;
use std::fmt;

/// A length that is known, or one that a run decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    /// Exactly so.
    Is(usize),
    /// Any; candidates.
    Any,
}

use Length::{Any, Is};

/// The shapes, any of which an output may have.
#[derive(Clone, Debug)]
pub(crate) struct Shapes(Vec<Vec<Length>>);

impl Shapes {
    /// What the decoder reads in that place for an input of that size.
    pub(crate) fn of(manifest: &Manifest, place: usize, width: usize, height: usize) -> Self {
        Self(shapes(manifest, place, width, height))
    }

    /// Whether an output of these sides, of which some may be open, is one of them.
    pub(crate) fn fit(&self, sides: impl Iterator<Item = Option<usize>> + Clone) -> bool {
        self.0.iter().any(|shape| {
            shape.len() == sides.clone().count()
                && shape.iter().zip(sides.clone()).all(|(length, side)| match (length, side) {
                    (Is(length), Some(side)) => *length == side,
                    (Any, _) | (_, None) => true,
                })
        })
    }
}

impl fmt::Display for Shapes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shape = |shape: &Vec<Length>| {
            let sides: Vec<_> = shape
                .iter()
                .map(|length| match length {
                    Is(length) => length.to_string(),
                    Any => "N".to_owned(),
                })
                .collect();
            format!("[{}]", sides.join(", "))
        };
        write!(f, "f32 {}", self.0.iter().map(shape).collect::<Vec<_>>().join(" or "))
    }
}

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
            vec![vec![Is(1), Is(*slots), Is(alphabet.chars().count())]]
        }
    }
}
