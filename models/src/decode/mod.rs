//! From a network's outputs to detections. The only code that knows the shape of an output tensor.
//!
//! Each decoder is a pure function over views: what is no number, lies nowhere or belongs to a class that the manifest
//! ignores ends here (INV-1).

pub mod detr;
pub(crate) mod nms;
pub mod yolo_nms;
pub mod yolov8;
pub mod yolox;
pub mod yunet;

use vokter_rules::geometry::Rect;
use vokter_rules::limits;
use vokter_rules::object::ObjectClass;

/// One object, in one frame. There is no field for anything else about it (IVA-3).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detection {
    /// What it is.
    pub class: ObjectClass,
    /// How sure the network is, 0 to 1.
    pub score: f32,
    /// Where it is; in normalised picture coordinates once it has left the detector.
    pub region: Rect,
}

/// The largest score and its place; `None` if there is none or one of them is no number.
fn best(scores: impl Iterator<Item = f32>) -> Option<(usize, f32)> {
    let mut best: Option<(usize, f32)> = None;
    for (index, score) in scores.enumerate() {
        if score.is_nan() {
            return None;
        }
        if best.is_none_or(|(_, so_far)| score > so_far) {
            best = Some((index, score));
        }
    }
    best
}

/// A box from its centre and size.
fn centred(x: f32, y: f32, width: f32, height: f32) -> Rect {
    let (w, h) = (width / 2.0, height / 2.0);
    Rect::new(x - w, y - h, x + w, y + h)
}

/// Appends a detection if it is one: of a class, sure enough, somewhere, and not one too many.
fn push(class: Option<ObjectClass>, score: f32, region: Rect, floor: f32, out: &mut Vec<Detection>) {
    let finite = [region.left, region.top, region.right, region.bottom].iter().all(|edge| edge.is_finite());
    if let Some(class) = class
        && score >= floor
        && finite
        && out.len() < limits::CANDIDATES_PER_FRAME
    {
        out.push(Detection { class, score: score.min(1.0), region });
    }
}

#[cfg(test)]
pub(crate) mod testing {
    //! What the decoders' tests share.

    use super::Detection;
    use crate::classes::{ClassMap, Fate};
    use proptest::prelude::*;
    use vokter_rules::limits;
    use vokter_rules::object::ObjectClass;

    /// A kite, which is ignored, a car, and a person.
    pub(crate) fn three_classes() -> ClassMap {
        let of = |name: &str, fate| (name.to_owned(), fate);
        ClassMap::new([
            of("kite", Fate::Ignored),
            of("car", Fate::Becomes(ObjectClass::Car)),
            of("person", Fate::Becomes(ObjectClass::Person)),
        ])
    }

    /// Numbers as networks give them and as they should not.
    pub(crate) fn numbers(count: usize) -> impl Strategy<Value = Vec<f32>> {
        let odd =
            prop_oneof![Just(f32::NAN), Just(f32::INFINITY), Just(f32::MIN), Just(-1.0), Just(1e30), any::<f32>()];
        prop::collection::vec(prop_oneof![4 => 0.0f32..1.0, 1 => -10.0f32..500.0, 1 => odd], count)
    }

    /// What holds of every decoder's detections, whatever the network said.
    pub(crate) fn assert_sound(found: &[Detection], floor: f32) {
        assert!(found.len() <= limits::CANDIDATES_PER_FRAME);
        for detection in found {
            assert!((floor..=1.0).contains(&detection.score), "{detection:?}");
            assert!([ObjectClass::Car, ObjectClass::Person].contains(&detection.class), "{detection:?}");
            let region = detection.region;
            assert!([region.left, region.top, region.right, region.bottom].iter().all(|edge| edge.is_finite()));
        }
    }
}
