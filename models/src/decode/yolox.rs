//! YOLOX (Ge et al. 2021): anchor-free, three grids of strides 8, 16 and 32, undecoded.
//!
//! Output `1 x N x (5 + C)`: for each cell `x, y, w, h` relative to the cell, objectness, and C class scores, the last
//! C + 1 already through a sigmoid. `x, y` count in cells, `w, h` are logarithms of cells.

use super::{Detection, best, centred, push};
use crate::classes::ClassMap;
use ndarray::ArrayView2;

/// The grids, from fine to coarse, in pixels a cell.
pub const STRIDES: [usize; 3] = [8, 16, 32];
/// Sides of an input are multiples of its coarsest stride.
pub const SIDE_STEP: usize = 32;

/// Cells of a network with an input of that size, in pixels.
pub fn cells(width: usize, height: usize) -> usize {
    STRIDES.iter().map(|stride| (width / stride) * (height / stride)).sum()
}

/// Appends the candidates of at least `floor` to `out`, in tensor pixels, until it holds
/// [`vokter_rules::limits::CANDIDATES_PER_FRAME`]. `output` holds `cells(width, height)` rows of `5 + classes` numbers; nothing
/// is read from rows of another length.
pub fn decode(
    output: ArrayView2<'_, f32>,
    (width, height): (usize, usize),
    classes: &ClassMap,
    floor: f32,
    out: &mut Vec<Detection>,
) {
    let columns = 5 + classes.len();
    let Some(numbers) = output.to_slice().filter(|_| output.ncols() == columns) else { return };
    let mut rows = numbers.chunks_exact(columns);
    for stride in STRIDES {
        for y in 0..height / stride {
            for x in 0..width / stride {
                let Some(row) = rows.next() else { return };
                cell(row, (x, y, stride as f32), classes, floor, out);
            }
        }
    }
}

fn cell(
    row: &[f32],
    (x, y, stride): (usize, usize, f32),
    classes: &ClassMap,
    floor: f32,
    out: &mut Vec<Detection>,
) -> Option<()> {
    let (position, scores) = row.split_first_chunk::<5>()?;
    let [dx, dy, w, h, objectness] = *position;
    // Most cells end here, before their classes are looked at.
    if objectness.is_nan() || objectness < floor {
        return None;
    }
    let (index, score) = best(scores.iter().copied())?;
    let (x, y) = ((x as f32 + dx) * stride, (y as f32 + dy) * stride);
    let region = centred(x, y, w.exp() * stride, h.exp() * stride);
    push(classes.class(index), objectness * score, region, floor, out);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classes::{COCO_80, Fate};
    use crate::decode::testing::{assert_sound, numbers, three_classes};
    use ndarray::Array2;
    use proptest::prelude::*;
    use vokter_rules::geometry::Rect;
    use vokter_rules::object::ObjectClass;

    fn coco() -> ClassMap {
        let fate = |label| ObjectClass::from_name(label).map_or(Fate::Ignored, Fate::Becomes);
        ClassMap::new(COCO_80.map(|label| (label.to_owned(), fate(label))))
    }

    #[test]
    fn a_cell_becomes_a_box_and_other_classes_end_here() {
        let mut output = Array2::zeros((cells(64, 64), 85));
        // Grid of stride 16 begins after 8 x 8 cells; cell (1, 2) of its 4 x 4.
        let row = 64 + 2 * 4 + 1;
        for (column, value) in [(0, 0.5), (1, 0.25), (2, 0.0), (3, 2f32.ln()), (4, 0.9), (5 + 7, 0.8)] {
            output[(row, column)] = value;
        }
        // A kite, which is no object class.
        output[(0, 4)] = 0.9;
        output[(0, 5 + 33)] = 0.9;
        let mut found = vec![];
        decode(output.view(), (64, 64), &coco(), 0.1, &mut found);
        let [truck] = found[..] else { panic!("{found:?}") };
        assert_eq!(truck.class, ObjectClass::Truck);
        assert!((truck.score - 0.72).abs() < 1e-6);
        assert_eq!(truck.region, Rect::new(16.0, 20.0, 32.0, 52.0));
    }

    #[test]
    fn inv_1_only_the_closed_set_comes_out_whatever_the_network_says() {
        for class in 0..80 {
            let mut output = Array2::zeros((cells(32, 32), 85));
            output[(0, 4)] = 1.0;
            output[(0, 5 + class)] = 1.0;
            let mut found = vec![];
            decode(output.view(), (32, 32), &coco(), 0.1, &mut found);
            assert_eq!(found.len(), usize::from([0, 1, 2, 3, 5, 7].contains(&class)), "class {class}");
        }
    }

    #[test]
    fn numbers_that_are_none_are_no_objects() {
        let output = Array2::from_elem((cells(64, 64), 85), f32::NAN);
        let mut found = vec![];
        decode(output.view(), (64, 64), &coco(), 0.1, &mut found);
        assert_eq!(found, []);
    }

    proptest! {
        #[test]
        fn inv_1_whatever_the_network_says_is_sound(numbers in numbers(21 * 8)) {
            let output = ArrayView2::from_shape((21, 8), &numbers).unwrap();
            let mut found = vec![];
            decode(output, (32, 32), &three_classes(), 0.2, &mut found);
            assert_sound(&found, 0.2);
        }
    }
}
