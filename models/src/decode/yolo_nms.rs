//! Networks that suppress overlaps themselves: a row for each object, corners in tensor pixels.
//!
//! ```text
//! picture-box-class-score   N x 7       picture, left, top, right, bottom, class, score    (YOLOv9 end-to-end)
//! box-score-class           1 x N x 6   left, top, right, bottom, score, class             (YOLOv10, YOLO26)
//! ```

use super::{Detection, push};
use crate::classes::ClassMap;
use crate::manifest::Rows;
use ndarray::ArrayView2;
use vokter_rules::geometry::Rect;

/// Appends the objects of at least `floor` to `out`, in tensor pixels, until it holds
/// [`vokter_rules::limits::CANDIDATES_PER_FRAME`].
pub fn decode(output: ArrayView2<'_, f32>, rows: Rows, classes: &ClassMap, floor: f32, out: &mut Vec<Detection>) {
    for row in output.outer_iter() {
        let row = row.iter().copied();
        let (position, class, score) = match rows {
            Rows::PictureBoxClassScore => {
                let Some([picture, left, top, right, bottom, class, score]) = numbers(row) else { return };
                if picture != 0.0 {
                    continue;
                }
                ([left, top, right, bottom], class, score)
            }
            Rows::BoxScoreClass => {
                let Some([left, top, right, bottom, score, class]) = numbers(row) else { return };
                ([left, top, right, bottom], class, score)
            }
        };
        let [left, top, right, bottom] = position;
        // Rows beyond the objects found are zeros, or say class -1.
        let is_class = class >= 0.0 && class < classes.len() as f32;
        let class = if is_class { classes.class(class as usize) } else { None };
        push(class, score, Rect::new(left, top, right, bottom), floor, out);
    }
}

/// Exactly that many numbers.
fn numbers<const N: usize>(mut row: impl Iterator<Item = f32>) -> Option<[f32; N]> {
    let mut numbers = [0.0; N];
    for number in &mut numbers {
        *number = row.next()?;
    }
    row.next().is_none().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::testing::{self, assert_sound, three_classes};
    use ndarray::array;
    use proptest::prelude::*;
    use vokter_rules::object::ObjectClass;

    #[test]
    fn a_row_is_an_object_in_either_order() {
        let car = Detection { class: ObjectClass::Car, score: 0.75, region: Rect::new(1.0, 2.0, 3.0, 4.0) };
        let nine = array![
            [0.0, 1.0, 2.0, 3.0, 4.0, 1.0, 0.75],
            [1.0, 1.0, 2.0, 3.0, 4.0, 1.0, 0.75],
            [0.0, 1.0, 2.0, 3.0, 4.0, 0.0, 0.9],
            [0.0, 1.0, 2.0, 3.0, 4.0, -1.0, 0.9],
            [0.0, 1.0, 2.0, 3.0, 4.0, 3.0, 0.9],
        ];
        let ten = array![[1.0, 2.0, 3.0, 4.0, 0.75, 1.0], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0]];
        for (output, rows) in [(nine.view(), Rows::PictureBoxClassScore), (ten.view(), Rows::BoxScoreClass)] {
            let mut found = vec![];
            decode(output, rows, &three_classes(), 0.1, &mut found);
            assert_eq!(found, [car]);
        }
    }

    proptest! {
        #[test]
        fn inv_1_whatever_the_network_says_is_sound(numbers in testing::numbers(42), seven: bool) {
            let (rows, shape) =
                if seven { (Rows::PictureBoxClassScore, (6, 7)) } else { (Rows::BoxScoreClass, (7, 6)) };
            let mut found = vec![];
            decode(ArrayView2::from_shape(shape, &numbers).unwrap(), rows, &three_classes(), 0.2, &mut found);
            assert_sound(&found, 0.2);
        }
    }
}
