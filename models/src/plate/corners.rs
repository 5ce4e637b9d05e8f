//! From a finder's output to quadrilaterals in tensor pixels.
//!
//! `plate-corners`: `1 x 9 x H/8 x W/8`. Plane 0 is how likely a plate's middle lies in that place, 0 to 1; planes 1 to 8
//! are x and y of the upper left, upper right, lower right and lower left corner, from the middle of the place, in
//! units of four places (CenterNet, Zhou et al. 2019, with corners for a size).

use super::finder::FoundPlate;
use vokter_frames::Quad;
use vokter_rules::geometry::Point;
use vokter_rules::limits;

/// Planes of a `plate-corners` output.
pub(crate) const PLANES: usize = 9;
/// Tensor pixels of a place.
pub(crate) const STRIDE: usize = 8;
/// Places that a corner's unit measures.
const UNIT: usize = 4;
/// Boxes that overlap by more are one plate (intersection over union).
const OVERLAP: f32 = 0.3;

/// Appends what a `plate-corners` map of `columns` places a row shows with a score of at least `floor`.
pub(super) fn decode_corners(output: &[f32], columns: usize, floor: f32, out: &mut Vec<FoundPlate>) {
    let places = output.len() / PLANES;
    let (Some(scores), true) = (output.get(..places), columns > 0) else { return };
    for (place, score) in scores.iter().copied().enumerate() {
        if score.is_nan()
            || score < floor
            || !is_peak(scores, columns, place)
            || out.len() == limits::CANDIDATES_PER_FRAME
        {
            continue;
        }
        let number = |plane: usize| output.get(plane * places + place).copied().unwrap_or(f32::NAN);
        let middle = |place: usize| (place as f32 + 0.5) * STRIDE as f32;
        let (x, y) = (middle(place % columns), middle(place / columns));
        let unit = (UNIT * STRIDE) as f32;
        let corner = |index: usize| Point::new(x + number(1 + 2 * index) * unit, y + number(2 + 2 * index) * unit);
        let corners = [corner(0), corner(1), corner(2), corner(3)];
        if corners.iter().all(|corner| corner.x.is_finite() && corner.y.is_finite()) {
            out.push(FoundPlate { corners: Quad { corners }, score: score.min(1.0) });
        }
    }
}

/// Whether no neighbour of a place scores higher, nor one before it the same.
fn is_peak(scores: &[f32], columns: usize, place: usize) -> bool {
    let Some(score) = scores.get(place) else { return false };
    let (x, y) = (place % columns, place / columns);
    for row in y.saturating_sub(1)..=y + 1 {
        for column in x.saturating_sub(1)..=(x + 1).min(columns - 1) {
            let other = row * columns + column;
            let higher = |value: &f32| value > score || (value == score && other < place);
            if other != place && scores.get(other).is_some_and(higher) {
                return false;
            }
        }
    }
    true
}

/// Keeps the best of those that overlap, best first, at most [`limits::PLATES_PER_REGION`].
pub(super) fn suppress(candidates: &mut [FoundPlate], kept: &mut Vec<FoundPlate>) {
    candidates.sort_unstable_by(|a, b| b.score.total_cmp(&a.score));
    kept.clear();
    for candidate in candidates.iter() {
        if kept.len() == limits::PLATES_PER_REGION {
            return;
        }
        let bounds = candidate.corners.bounds();
        if !kept.iter().any(|other| other.corners.bounds().iou(&bounds) > OVERLAP) {
            kept.push(*candidate);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vokter_rules::geometry::Rect;

    /// A map of 4 x 3 places with scores at some.
    fn map(scores: &[(usize, f32)]) -> Vec<f32> {
        let mut output = vec![0.0; PLANES * 12];
        for (place, score) in scores {
            output[*place] = *score;
            for (plane, offset) in [-1.0, -0.25, 1.0, -0.25, 1.0, 0.25, -1.0, 0.25].iter().enumerate() {
                output[(plane + 1) * 12 + place] = *offset;
            }
        }
        output
    }

    #[test]
    fn a_peak_becomes_four_corners() {
        let mut found = vec![];
        decode_corners(&map(&[(5, 0.9), (6, 0.8), (11, 0.3)]), 4, 0.4, &mut found);
        let [plate] = found[..] else { panic!("{found:?}") };
        // Place 5 is column 1, row 1: its middle is at 12, 12.
        assert_eq!(plate.corners.bounds(), Rect::new(-20.0, 4.0, 44.0, 20.0));
        assert_eq!(plate.score, 0.9);
    }

    #[test]
    fn of_two_equal_neighbours_one_is_found() {
        let mut found = vec![];
        decode_corners(&map(&[(5, 0.9), (6, 0.9)]), 4, 0.4, &mut found);
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn numbers_that_are_none_are_no_plates() {
        let mut found = vec![];
        decode_corners(&[f32::NAN; PLANES * 12], 4, 0.1, &mut found);
        let mut without_corners = map(&[]);
        without_corners[3] = 0.9;
        without_corners[12..].fill(f32::INFINITY);
        decode_corners(&without_corners, 4, 0.1, &mut found);
        assert!(found.is_empty());
    }

    #[test]
    fn the_best_of_those_that_overlap_stays() {
        let plate = |left, score| FoundPlate { corners: Quad::of(&Rect::new(left, 0.0, left + 9.0, 3.0)), score };
        let mut candidates = [plate(0.0, 0.5), plate(1.0, 0.7), plate(50.0, 0.6)];
        let mut kept = vec![];
        suppress(&mut candidates, &mut kept);
        assert_eq!(kept.iter().map(|plate| plate.score).collect::<Vec<_>>(), [0.7, 0.6]);
    }
}
