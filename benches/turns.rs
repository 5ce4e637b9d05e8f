//! What a core makes of decoding and inference when it does them in turns and nothing else: the most that a path over
//! these cores can come to. Each finds the core's caches full of the other's.

use super::cost::open;
use super::{PICTURES, ROUNDS, noise};
use crate::report::{Report, median};
use std::path::PathBuf;
use std::time::Instant;
use vokter_models::Model;
use vokter_pipeline::ingest::worker::Next;

/// Pictures decoded, and then as many looked at.
const TURNS: [usize; 3] = [1, 2, 4];

/// One core, with its decoder on it: a picture decoded and a run of the network, each alone and in turns.
pub fn on_one_core(model: &Model, clips: &[PathBuf], report: &mut Report) {
    let rounds: Vec<[f64; 1 + TURNS.len()]> = std::thread::scope(|scope| {
        let pinned = scope.spawn(|| {
            pin_to_first_core();
            let mut session = model.session_for(768, 432).unwrap();
            noise(&mut session);
            let mut run = || session.run().unwrap();
            let round = |_| {
                let before = time(PICTURES, &mut run) + decoded(clips, |_| {});
                let turns =
                    TURNS.map(|turn| decoded(clips, |n| (0..turn * usize::from(n % turn == 0)).for_each(|_| run())));
                let after = time(PICTURES, &mut run) + decoded(clips, |_| {});
                let [one, two, four] = turns;
                [(before + after) / 2.0, one, two, four]
            };
            (0..ROUNDS).map(round).collect()
        });
        pinned.join().unwrap()
    });
    let alone = median(rounds.iter().map(|[alone, ..]| *alone).collect());
    report.figure("one core: decode and inference, each alone", alone, "us");
    for (place, turn) in (1..).zip(TURNS) {
        let ratio = median(rounds.iter().map(|round| round[0] / round[place]).collect());
        report.against(format!("  of the time in turns of {turn}"), alone, "us", alone / ratio);
    }
}

/// Microseconds that each of so many turns takes.
fn time(turns: usize, mut turn: impl FnMut()) -> f64 {
    let begun = Instant::now();
    (0..turns).for_each(|_| turn());
    begun.elapsed().as_secs_f64() * 1e6 / turns as f64
}

/// Microseconds a picture over as many of each clip as of the others; `each` is told of every one.
fn decoded(clips: &[PathBuf], mut each: impl FnMut(usize)) -> f64 {
    let spans = clips.iter().map(|clip| {
        let mut worker = open(clip, 3);
        let mut picture = || while !matches!(worker.receive().unwrap(), Next::Picture(..)) {};
        picture();
        let mut n = 0;
        time(PICTURES, || {
            picture();
            n += 1;
            each(n);
        })
    });
    spans.sum::<f64>() / clips.len() as f64
}

/// This thread, and every process that it starts.
fn pin_to_first_core() {
    let mut cores = rustix::thread::CpuSet::new();
    cores.set(0);
    rustix::thread::sched_setaffinity(None, &cores).unwrap();
}
