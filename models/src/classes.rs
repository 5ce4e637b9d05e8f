//! From a model's own classes to the closed set (INV-1).

use vokter_rules::object::ObjectClass;

/// Number of classes of COCO (Lin et al. 2014).
pub(crate) const COCO_CLASSES: usize = 80;

/// The class of a COCO index; `None` for the 74 that Vokter does not look for.
pub(crate) const fn from_coco(index: usize) -> Option<ObjectClass> {
    match index {
        0 => Some(ObjectClass::Person),
        1 => Some(ObjectClass::Bicycle),
        2 => Some(ObjectClass::Car),
        3 => Some(ObjectClass::Motorcycle),
        5 => Some(ObjectClass::Bus),
        7 => Some(ObjectClass::Truck),
        _ => None,
    }
}
