//! DETR (Carion et al. 2020) and its kin: a score for each class and a box for each of N queries.
//!
//! Scores are as they leave the last layer. Boxes are centre and size, 0 to 1 over the tensor.

use super::{Detection, best, centred, push};
use crate::classes::ClassMap;
use crate::manifest::Scores;
use ndarray::{ArrayView1, ArrayView2};

/// Appends the objects of at least `floor` to `out`, in tensor pixels, until it holds
/// [`vokter_rules::limits::CANDIDATES_PER_FRAME`]. `logits` has a column for each class, and with [`Scores::Softmax`] a
/// last one for nothing; `boxes` has four.
pub fn decode(
    logits: ArrayView2<'_, f32>,
    boxes: ArrayView2<'_, f32>,
    scores: Scores,
    (width, height): (usize, usize),
    classes: &ClassMap,
    floor: f32,
    out: &mut Vec<Detection>,
) {
    for (logits, position) in logits.outer_iter().zip(boxes.outer_iter()) {
        let Some((index, score)) = class_of(logits, scores, classes.len()) else { continue };
        let mut position = position.iter().copied();
        let (Some(x), Some(y), Some(w), Some(h)) = (position.next(), position.next(), position.next(), position.next())
        else {
            return;
        };
        let (width, height) = (width as f32, height as f32);
        push(classes.class(index), score, centred(x * width, y * height, w * width, h * height), floor, out);
    }
}

/// The best class and its score.
fn class_of(logits: ArrayView1<'_, f32>, scores: Scores, classes: usize) -> Option<(usize, f32)> {
    let (index, largest) = best(logits.iter().copied().take(classes))?;
    let score = match scores {
        Scores::Sigmoid => 1.0 / (1.0 + (-largest).exp()),
        Scores::Softmax => {
            let (_, most) = best(logits.iter().copied())?;
            (largest - most).exp() / logits.iter().map(|logit| (logit - most).exp()).sum::<f32>()
        }
    };
    (!score.is_nan()).then_some((index, score))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::testing::{assert_sound, numbers, three_classes};
    use ndarray::array;
    use proptest::prelude::*;
    use vokter_rules::geometry::Rect;
    use vokter_rules::object::ObjectClass;

    #[test]
    fn a_query_becomes_a_box_by_either_function() {
        let boxes = array![[0.5, 0.5, 0.5, 0.25], [0.1, 0.1, 0.1, 0.1]];
        let region = Rect::new(25.0, 75.0, 75.0, 125.0);
        let sigmoid = array![[-9.0, -9.0, 0.0], [-9.0, -9.0, -9.0]];
        // e^2 / (e^0 + e^0 + e^2 + e^2); the second query says nothing.
        let softmax = array![[0.0, 0.0, 2.0, 2.0], [0.0, 0.0, 0.0, 9.0]];
        let half = 1.0 / (2.0 + 2.0 * (-2f32).exp());
        for (logits, scores, score) in [(sigmoid, Scores::Sigmoid, 0.5), (softmax, Scores::Softmax, half)] {
            let mut found = vec![];
            decode(logits.view(), boxes.view(), scores, (100, 200), &three_classes(), 0.1, &mut found);
            let [person] = found[..] else { panic!("{found:?}") };
            assert_eq!((person.class, person.region), (ObjectClass::Person, region));
            assert!((person.score - score).abs() < 1e-6, "{}", person.score);
        }
    }

    proptest! {
        #[test]
        fn inv_1_whatever_the_network_says_is_sound(logits in numbers(4 * 6), boxes in numbers(4 * 6), softmax: bool) {
            let (scores, shape) = if softmax { (Scores::Softmax, (6, 4)) } else { (Scores::Sigmoid, (8, 3)) };
            let logits = ArrayView2::from_shape(shape, &logits).unwrap();
            let boxes = ArrayView2::from_shape((6, 4), &boxes).unwrap();
            let mut found = vec![];
            decode(logits, boxes, scores, (64, 64), &three_classes(), 0.2, &mut found);
            assert_sound(&found, 0.2);
        }
    }
}
