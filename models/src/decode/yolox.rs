//! YOLOX (Ge et al. 2021): anchor-free, three grids of strides 8, 16 and 32, undecoded.
//!
//! Output `1 x N x 85`: for each cell `x, y, w, h` relative to the cell, objectness, and 80 class scores, the last 81
//! already through a sigmoid. `x, y` count in cells, `w, h` are logarithms of cells.

use super::Detection;
use crate::classes::{COCO_CLASSES, from_coco};
use ndarray::{ArrayView1, ArrayView2};
use vokter_rules::geometry::Rect;
use vokter_rules::limits;

const STRIDES: [usize; 3] = [8, 16, 32];
/// Numbers a cell.
pub(crate) const CELL_NUMBERS: usize = 5 + COCO_CLASSES;

/// Cells of a network with an input of that size, in pixels.
pub(crate) fn cells(width: usize, height: usize) -> usize {
    STRIDES.iter().map(|stride| (width / stride) * (height / stride)).sum()
}

/// Appends the candidates of at least `floor` to `out`, in tensor pixels, until it holds
/// [`limits::CANDIDATES_PER_FRAME`]. `output` holds `cells(width, height)` rows of [`CELL_NUMBERS`].
pub(crate) fn decode(output: ArrayView2<'_, f32>, width: usize, height: usize, floor: f32, out: &mut Vec<Detection>) {
    let mut rows = output.outer_iter();
    for stride in STRIDES {
        for y in 0..height / stride {
            for x in 0..width / stride {
                let Some(row) = rows.next() else { return };
                if let Some(found) = cell(row, x, y, stride as f32, floor)
                    && out.len() < limits::CANDIDATES_PER_FRAME
                {
                    out.push(found);
                }
            }
        }
    }
}

fn cell(row: ArrayView1<'_, f32>, x: usize, y: usize, stride: f32, floor: f32) -> Option<Detection> {
    let (position, scores) = row.to_slice()?.split_first_chunk::<5>()?;
    let [dx, dy, w, h, objectness] = *position;
    // Most cells end here, before their classes are looked at.
    if objectness.is_nan() || objectness < floor {
        return None;
    }
    let (index, best) = scores.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))?;
    let score = objectness * best;
    let class = from_coco(index).filter(|_| score >= floor)?;
    let (x, y) = ((x as f32 + dx) * stride, (y as f32 + dy) * stride);
    let (w, h) = (w.exp() * stride / 2.0, h.exp() * stride / 2.0);
    let region = Rect::new(x - w, y - h, x + w, y + h);
    let finite = [region.left, region.top, region.right, region.bottom].iter().all(|edge| edge.is_finite());
    finite.then_some(Detection { class, score: score.min(1.0), region })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;
    use vokter_rules::object::ObjectClass;

    #[test]
    fn a_cell_becomes_a_box_and_other_classes_end_here() {
        let mut output = Array2::zeros((cells(64, 64), CELL_NUMBERS));
        // Grid of stride 16 begins after 8 x 8 cells; cell (1, 2) of its 4 x 4.
        let row = 64 + 2 * 4 + 1;
        for (column, value) in [(0, 0.5), (1, 0.25), (2, 0.0), (3, 2f32.ln()), (4, 0.9), (5 + 7, 0.8)] {
            output[(row, column)] = value;
        }
        // A kite, which is no object class.
        output[(0, 4)] = 0.9;
        output[(0, 5 + 33)] = 0.9;
        let mut found = vec![];
        decode(output.view(), 64, 64, 0.1, &mut found);
        let [truck] = found[..] else { panic!("{found:?}") };
        assert_eq!(truck.class, ObjectClass::Truck);
        assert!((truck.score - 0.72).abs() < 1e-6);
        assert_eq!(truck.region, Rect::new(16.0, 20.0, 32.0, 52.0));
    }

    #[test]
    fn inv_1_only_the_closed_set_comes_out_whatever_the_network_says() {
        for class in 0..COCO_CLASSES {
            let mut output = Array2::zeros((cells(32, 32), CELL_NUMBERS));
            output[(0, 4)] = 1.0;
            output[(0, 5 + class)] = 1.0;
            let mut found = vec![];
            decode(output.view(), 32, 32, 0.1, &mut found);
            assert_eq!(found.len(), usize::from([0, 1, 2, 3, 5, 7].contains(&class)), "class {class}");
        }
    }

    #[test]
    fn numbers_that_are_none_are_no_objects() {
        let output = Array2::from_elem((cells(64, 64), CELL_NUMBERS), f32::NAN);
        let mut found = vec![];
        decode(output.view(), 64, 64, 0.1, &mut found);
        assert_eq!(found, []);
    }
}
