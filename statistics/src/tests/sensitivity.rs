//! Whatever happens in a place, one track more or less changes one cell of a table, by one at most.

use super::{crossings, eight, track};
use crate::tally::{Kind, Tally};
use jiff::SignedDuration;
use proptest::prelude::*;

/// What a track does, and how many seconds after what came before.
#[derive(Clone, Debug)]
struct Step {
    track: u64,
    does: Does,
    after: i64,
}

#[derive(Clone, Copy, Debug)]
enum Does {
    Come(usize),
    Leave,
}

fn step() -> impl Strategy<Value = Step> {
    let does = prop_oneof![3 => (0..2usize).prop_map(Does::Come), 1 => Just(Does::Leave)];
    // Some steps are gaps, and most hours see several.
    let after = prop_oneof![5 => 0..6i64, 3 => 6..900i64, 1 => 900..8000i64];
    (0..6u64, does, after).prop_map(|(track, does, after)| Step { track, does, after })
}

/// The exact cells of what happens, without one track if it is named. The place is looked at whoever is there.
fn cells(kind: Kind, steps: &[Step], without: Option<u64>) -> Vec<i64> {
    let spans = crossings().spans().unwrap();
    let (mut tally, mut at, mut all) = (Tally::new(kind, 2), eight(), vec![]);
    for step in steps {
        for _ in 0..step.after.min(5) {
            at += SignedDuration::from_secs(1);
            tally.look(at, &spans).unwrap();
        }
        at += SignedDuration::from_secs((step.after - 5).max(0));
        tally.look(at, &spans).unwrap();
        while let Some(open) = tally.due(at) {
            let span = open.span;
            all.extend_from_slice(open.draw(None).unwrap());
            tally.close(span);
        }
        match step.does {
            _ if Some(step.track) == without => {}
            Does::Come(category) => tally.count(track(step.track), category, at),
            Does::Leave => tally.leave(track(step.track)),
        }
    }
    while let Some(open) = tally.due(at + SignedDuration::from_hours(2)) {
        let span = open.span;
        all.extend_from_slice(open.draw(None).unwrap());
        tally.close(span);
    }
    all
}

proptest! {
    #[test]
    fn inv_7_one_track_changes_one_cell_by_one(
        steps in prop::collection::vec(step(), 1..60),
        kind in prop_oneof![Just(Kind::Sum), Just(Kind::Peak), Just(Kind::Mean)],
        who in 0..6u64,
    ) {
        let (with, without) = (cells(kind, &steps, None), cells(kind, &steps, Some(who)));
        prop_assert_eq!(with.len(), without.len(), "which spans are released says nothing of anyone");
        let changed: i64 = with.iter().zip(&without).map(|(a, b)| (a - b).abs()).sum();
        prop_assert!(changed <= 1, "{:?} {:?}", with, without);
    }
}
