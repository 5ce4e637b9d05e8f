//! YOLOv8 and its kin: `1 x (4 + C) x N`, or `1 x N x (4 + C)` from exporters that turn it.
//!
//! For each candidate the centre and size of its box in tensor pixels, and C class scores already through a sigmoid;
//! there is no objectness.

use super::{Detection, best, centred, push};
use crate::classes::ClassMap;
use ndarray::{ArrayView2, s};

/// Appends the candidates of at least `floor` to `out`, in tensor pixels, until it holds
/// [`vokter_rules::limits::CANDIDATES_PER_FRAME`]. `output` has `4 + classes` rows, or, if it has not, as many columns.
pub fn decode(output: ArrayView2<'_, f32>, classes: &ClassMap, floor: f32, out: &mut Vec<Detection>) {
    let numbers = 4 + classes.len();
    let candidates = if output.nrows() == numbers { output.reversed_axes() } else { output };
    if candidates.ncols() != numbers {
        return;
    }
    for candidate in candidates.outer_iter() {
        let scores = candidate.slice(s![4..]);
        let Some((index, score)) = best(scores.iter().copied()) else { continue };
        let mut position = candidate.iter().copied();
        let (Some(x), Some(y), Some(w), Some(h)) = (position.next(), position.next(), position.next(), position.next())
        else {
            return;
        };
        push(classes.class(index), score, centred(x, y, w, h), floor, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::testing::{assert_sound, numbers, three_classes};
    use ndarray::Array2;
    use proptest::prelude::*;
    use vokter_rules::geometry::Rect;
    use vokter_rules::object::ObjectClass;

    #[test]
    fn a_column_becomes_a_box_and_so_does_a_row() {
        let mut output = Array2::zeros((7, 20));
        for (row, value) in [(0, 50.0), (1, 60.0), (2, 20.0), (3, 40.0), (4, 0.1), (6, 0.8)] {
            output[(row, 3)] = value;
        }
        output[(4, 5)] = 0.9;
        for view in [output.view(), output.t()] {
            let mut found = vec![];
            decode(view, &three_classes(), 0.1, &mut found);
            let region = Rect::new(40.0, 40.0, 60.0, 80.0);
            assert_eq!(found, [Detection { class: ObjectClass::Person, score: 0.8, region }]);
        }
    }

    proptest! {
        #[test]
        fn inv_1_whatever_the_network_says_is_sound(numbers in numbers(7 * 12), rows in prop_oneof![Just(7usize), Just(12), Just(6)]) {
            let output = ArrayView2::from_shape((rows, 84 / rows), &numbers).unwrap();
            let mut found = vec![];
            decode(output, &three_classes(), 0.2, &mut found);
            assert_sound(&found, 0.2);
        }
    }
}
