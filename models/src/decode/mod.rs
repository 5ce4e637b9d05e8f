//! From a network's output to detections. The only code that knows the shape of an output tensor.

pub(crate) mod nms;
pub(crate) mod yolox;

use vokter_rules::geometry::Rect;
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
