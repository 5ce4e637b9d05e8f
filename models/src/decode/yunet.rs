//! YuNet (Wu et al. 2023): faces, to be made unrecognisable and for nothing else.
//!
//! For each stride the outputs class, objectness, box and landmarks. Landmarks are accounted for and never read: where
//! the eyes are is nobody's business when all of a face is masked.

use super::centred;
use crate::decode::yolox::STRIDES;
use ndarray::ArrayView2;
use vokter_rules::geometry::Rect;
use vokter_rules::limits;

/// A region to mask. It has no class: it is no object that anything else may look for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FaceRegion {
    /// How sure the network is, 0 to 1.
    pub score: f32,
    /// Where it is, in tensor pixels.
    pub region: Rect,
}

/// The outputs of one stride that are read: class and objectness of one column, boxes of four.
#[derive(Clone, Copy, Debug)]
pub struct Grid<'o> {
    /// How much a cell looks like a face.
    pub class: ArrayView2<'o, f32>,
    /// How much it looks like anything.
    pub objectness: ArrayView2<'o, f32>,
    /// Offset from the cell, and logarithms of sizes, in cells.
    pub boxes: ArrayView2<'o, f32>,
}

/// Appends the faces of at least `floor` to `out`, in tensor pixels, until it holds
/// [`limits::CANDIDATES_PER_FRAME`]. Grids are from fine to coarse; `width` is the tensor's.
pub fn decode(grids: &[Grid<'_>; 3], width: usize, floor: f32, out: &mut Vec<FaceRegion>) {
    for (grid, stride) in grids.iter().zip(STRIDES) {
        let columns = (width / stride).max(1);
        let scores = grid.class.iter().zip(grid.objectness.iter());
        for (cell, ((class, objectness), position)) in scores.zip(grid.boxes.outer_iter()).enumerate() {
            let score = (class.clamp(0.0, 1.0) * objectness.clamp(0.0, 1.0)).sqrt();
            let mut position = position.iter().copied();
            let (Some(dx), Some(dy), Some(w), Some(h)) =
                (position.next(), position.next(), position.next(), position.next())
            else {
                return;
            };
            let (column, row, step) = ((cell % columns) as f32, (cell / columns) as f32, stride as f32);
            let region = centred((column + dx) * step, (row + dy) * step, w.exp() * step, h.exp() * step);
            let finite = [region.left, region.top, region.right, region.bottom].iter().all(|edge| edge.is_finite());
            if score >= floor && finite && out.len() < limits::CANDIDATES_PER_FRAME {
                out.push(FaceRegion { score, region });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::testing::numbers;
    use ndarray::Array2;
    use proptest::prelude::*;

    #[test]
    fn a_cell_becomes_a_region() {
        let of = |cells: usize| {
            (Array2::<f32>::zeros((cells, 1)), Array2::<f32>::zeros((cells, 1)), Array2::<f32>::zeros((cells, 4)))
        };
        let mut arrays = [of(64), of(16), of(4)];
        // Stride 16: cell (1, 2) of 4 x 4.
        let (class, objectness, boxes) = &mut arrays[1];
        (class[(9, 0)], objectness[(9, 0)], boxes[(9, 0)], boxes[(9, 3)]) = (0.9, 0.4, 0.5, 2f32.ln());
        let grids = arrays.each_ref().map(|(c, o, b)| Grid { class: c.view(), objectness: o.view(), boxes: b.view() });
        let mut found = vec![];
        decode(&grids, 64, 0.1, &mut found);
        let [face] = found[..] else { panic!("{found:?}") };
        assert_eq!(face.region, Rect::new(16.0, 16.0, 32.0, 48.0));
        assert!((face.score - 0.6).abs() < 1e-6);
    }

    proptest! {
        #[test]
        fn whatever_the_network_says_is_sound(scores in numbers(16), boxes in numbers(64), width in 0usize..100) {
            let scores = ArrayView2::from_shape((16, 1), &scores).unwrap();
            let grid = Grid { class: scores, objectness: scores, boxes: ArrayView2::from_shape((16, 4), &boxes).unwrap() };
            let mut found = vec![];
            decode(&[grid; 3], width, 0.2, &mut found);
            for face in found {
                prop_assert!((0.2..=1.0).contains(&face.score));
                prop_assert!(face.region.left.is_finite() && face.region.bottom.is_finite());
            }
        }
    }
}
