//! Greedy non-maximum suppression among classes that are taken for each other: a van is not a car and a truck.

use super::Detection;
use vokter_rules::limits;

/// Keeps the best of the candidates that overlap by more than `overlap` (intersection over union), best first, at
/// most [`limits::DETECTIONS_PER_FRAME`].
pub(crate) fn suppress(candidates: &mut [Detection], overlap: f32, kept: &mut Vec<Detection>) {
    candidates.sort_unstable_by(|a, b| b.score.total_cmp(&a.score));
    kept.clear();
    for candidate in candidates.iter() {
        if kept.len() == limits::DETECTIONS_PER_FRAME {
            return;
        }
        let alike = |other: &&Detection| other.class.is_taken_for(candidate.class);
        if !kept.iter().filter(alike).any(|other| other.region.iou(&candidate.region) > overlap) {
            kept.push(*candidate);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vokter_rules::geometry::Rect;
    use vokter_rules::object::ObjectClass;

    #[test]
    fn the_best_of_an_overlapping_class_stays() {
        let found = |class, score, left| Detection { class, score, region: Rect::new(left, 0.0, left + 1.0, 1.0) };
        let mut candidates = vec![
            found(ObjectClass::Person, 0.5, 0.0),
            found(ObjectClass::Person, 0.9, 0.1),
            found(ObjectClass::Car, 0.4, 0.1),
            found(ObjectClass::Truck, 0.35, 0.1),
            found(ObjectClass::Person, 0.3, 5.0),
        ];
        let mut kept = vec![];
        suppress(&mut candidates, 0.5, &mut kept);
        assert_eq!(kept.iter().map(|found| found.score).collect::<Vec<_>>(), [0.9, 0.4, 0.3]);
    }
}
