//! COCO's measure of a detector: average precision at an overlap of a half, 101 points of recall (Lin et al. 2014).

/// A box: left, top, right, bottom, in any unit.
pub type Box4 = [f32; 4];

/// One picture's boxes of one class.
#[derive(Default)]
pub struct Picture {
    /// What is there; `false` where finding it or not does not matter.
    pub there: Vec<(Box4, bool)>,
    /// What was found, with its score.
    pub found: Vec<(Box4, f32)>,
}

/// Intersection over union.
pub fn overlap(a: &Box4, b: &Box4) -> f32 {
    let width = (a[2].min(b[2]) - a[0].max(b[0])).max(0.0);
    let height = (a[3].min(b[3]) - a[1].max(b[1])).max(0.0);
    let area = |r: &Box4| (r[2] - r[0]).max(0.0) * (r[3] - r[1]).max(0.0);
    width * height / (area(a) + area(b) - width * height).max(1e-9)
}

/// Matches found boxes, best first, each to the best free one that is there. Yields score and whether it was right,
/// of those that matter, and how many that matter are there.
pub fn judge(pictures: &[Picture]) -> (Vec<(f32, bool)>, usize) {
    let mut judged = Vec::new();
    let mut there = 0;
    for picture in pictures {
        there += picture.there.iter().filter(|(_, matters)| *matters).count();
        let mut taken = vec![false; picture.there.len()];
        let mut found: Vec<_> = picture.found.iter().collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1));
        for (region, score) in found {
            let free = picture.there.iter().enumerate().filter(|(index, _)| !taken[*index]);
            let fits = free.map(|(index, (other, matters))| (index, overlap(region, other), *matters));
            // Those that matter come first, then the overlap.
            let best = fits.filter(|fit| fit.1 >= 0.5).max_by(|a, b| a.2.cmp(&b.2).then(a.1.total_cmp(&b.1)));
            match best {
                Some((index, _, matters)) => {
                    taken[index] = matters;
                    if matters {
                        judged.push((*score, true));
                    }
                }
                None => judged.push((*score, false)),
            }
        }
    }
    (judged, there)
}

/// Average precision, 0 to 1; `None` if nothing is there to be found.
pub fn average_precision(pictures: &[Picture]) -> Option<f64> {
    let (mut judged, there) = judge(pictures);
    if there == 0 {
        return None;
    }
    judged.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut curve = Vec::with_capacity(judged.len());
    let mut right = 0;
    for (rank, (_, is_right)) in judged.iter().enumerate() {
        right += usize::from(*is_right);
        curve.push((right as f64 / there as f64, right as f64 / (rank + 1) as f64));
    }
    let at = |recall: f64| curve.iter().filter(|point| point.0 >= recall).map(|point| point.1).fold(0.0, f64::max);
    Some((0..=100).map(|step| at(f64::from(step) / 100.0)).sum::<f64>() / 101.0)
}

/// Recall and precision of what was found with at least that score.
pub fn recall_and_precision(pictures: &[Picture], least: f32) -> (f64, f64) {
    let (judged, there) = judge(pictures);
    let kept = judged.iter().filter(|(score, _)| *score >= least);
    let (right, all) = kept.fold((0, 0), |(right, all), (_, is_right)| (right + usize::from(*is_right), all + 1));
    (right as f64 / (there as f64).max(1.0), right as f64 / f64::from(all).max(1.0))
}
