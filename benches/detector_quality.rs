//! How well and how fast our detector sees: average precision on synthetic pictures that it was not trained on, and
//! agreement with YOLOX-nano on recorded clips. `cargo bench --bench detector_quality`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a bench stops where it fails")]

mod average_precision;
#[allow(dead_code, reason = "shared with the other benches")]
mod clips;
#[allow(dead_code, reason = "shared with the other benches")]
mod report;

use average_precision::{Picture, average_precision, recall_and_precision};
use report::Report;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use vokter_frames::wire::Job;
use vokter_frames::{ColourMatrix, Layout, MaskPlan, MaskedFrame, PixelFormat, PixelLease, RawFrame};
use vokter_models::{Detector, Digest, Model, Runtime, Thresholds, find_library, find_model};
use vokter_pipeline::ingest::worker::{Next, Worker};
use vokter_rules::object::ObjectClass;
use vokter_scenes::{Canvas, Seen, dataset::Dataset};

const DECODER: &str = env!("CARGO_BIN_EXE_vokter-decoder");
/// Not a seed that training pictures were made from.
const HELD_OUT_SEED: u64 = 900_001;
const PICTURES: usize = 600;
const SIZE: (usize, usize) = (512, 288);
/// The score from which a detection counts on the clips, and the teacher's.
const LEAST: f32 = 0.4;
/// The part of each clip that training saw.
const TRAINED: f64 = 0.6;

fn main() {
    let runtime = Runtime::load(&find_library().unwrap()).unwrap();
    let ours = Model::open(&runtime, &find_model(None).unwrap()).unwrap();
    let mut report = Report::new("detector_quality");
    synthetic(&ours, &mut report);
    match clips::data() {
        Some(data) => recorded(&runtime, &ours, &data, &mut report),
        None => println!("the recorded clips are not there: set VOKTER_DATA; that part is skipped"),
    }
    speed("int8", &ours, &mut report);
    match floating(&runtime) {
        Some(model) => speed("f32", &model, &mut report),
        None => println!("f32 is skipped: models/training/detector writes it to target/detector"),
    }
    report.write().unwrap();
}

fn masked(layout: Layout, bytes: Vec<u8>) -> MaskedFrame {
    let mut plan: Arc<MaskPlan> = MaskPlan::unmade();
    RawFrame::new(PixelLease::of_bytes(bytes), layout).unwrap().mask(&[], &mut plan)
}

fn frame_of(canvas: &Canvas) -> MaskedFrame {
    let layout =
        Layout { matrix: ColourMatrix::Bt709, ..Layout::packed(canvas.width(), canvas.height(), PixelFormat::Yuv420) };
    masked(layout, [canvas.y.as_slice(), &canvas.u, &canvas.v].concat())
}

/// What is hidden or tiny does not matter.
fn matters(seen: &Seen) -> bool {
    let [left, top, right, bottom] = seen.region;
    seen.visible >= 0.4 && (bottom - top) >= 10.0 && (right - left) >= 4.0
}

fn synthetic(model: &Model, report: &mut Report) {
    let mut detector = Detector::new(model, Thresholds { floor: 0.02, ..Thresholds::default() });
    let mut dataset = Dataset::new(HELD_OUT_SEED, SIZE.0, SIZE.1);
    let (mut canvas, mut seen) = (Canvas::new(SIZE.0, SIZE.1), Vec::new());
    let classes = &ObjectClass::ALL[..6];
    let mut pictures: Vec<Vec<Picture>> = classes.iter().map(|_| Vec::new()).collect();
    for _ in 0..PICTURES {
        dataset.next_into(&mut canvas, &mut seen);
        let found = detector.detect(&frame_of(&canvas)).unwrap();
        for (class, pictures) in classes.iter().zip(&mut pictures) {
            let there = seen.iter().filter(|seen| seen.class == class.name());
            let size = [SIZE.0 as f32, SIZE.1 as f32];
            let found = found.iter().filter(|one| one.class == *class);
            pictures.push(Picture {
                there: there.map(|seen| (seen.region, matters(seen))).collect(),
                found: found
                    .map(|one| {
                        let r = &one.region;
                        ([r.left * size[0], r.top * size[1], r.right * size[0], r.bottom * size[1]], one.score)
                    })
                    .collect(),
            });
        }
    }
    let names = ["AP50 person", "AP50 bicycle", "AP50 car", "AP50 motorcycle", "AP50 bus", "AP50 truck"];
    let mut sum = 0.0;
    for (name, pictures) in names.into_iter().zip(&pictures) {
        let precision = average_precision(pictures).unwrap_or(0.0) * 100.0;
        sum += precision;
        report.figure(name, precision, "%");
    }
    report.against("AP50 synthetic, mean of classes", sum / 6.0, "%", 85.0);
}

/// Person, or vehicle of any kind.
fn group(class: ObjectClass) -> Option<usize> {
    match class {
        ObjectClass::Person => Some(0),
        ObjectClass::Car | ObjectClass::Bus | ObjectClass::Truck => Some(1),
        _ => None,
    }
}

fn recorded(runtime: &Runtime, ours: &Model, data: &Path, report: &mut Report) {
    let teacher = Model::open(runtime, &clips::manifest(data)).unwrap();
    let mut teacher = Detector::new(&teacher, Thresholds::default());
    let mut ours = Detector::new(ours, Thresholds::default());
    let (mut all, mut held_out) = (Vec::new(), Vec::new());
    for clip in ["one-by-one-person-detection", "person-bicycle-car-detection", "car-detection"] {
        let pictures = agreement(&data.join(format!("clips/{clip}.mp4")), &mut teacher, &mut ours);
        let frames = pictures.len() / 2;
        let (recall, precision) = recall_and_precision(&pictures, LEAST);
        println!("{clip}: recall {recall:.3}, precision {precision:.3} against YOLOX-nano");
        for (index, picture) in pictures.into_iter().enumerate() {
            let part = (index / 2) as f64 / frames as f64;
            if part >= TRAINED { held_out.push(picture) } else { all.push(picture) }
        }
    }
    let (recall, precision) = recall_and_precision(&held_out, LEAST);
    report.against("clips, parts not trained on: recall", recall * 100.0, "%", 70.0);
    report.against("clips, parts not trained on: precision", precision * 100.0, "%", 80.0);
    all.extend(held_out);
    let (recall, precision) = recall_and_precision(&all, LEAST);
    report.against("clips, whole: recall", recall * 100.0, "%", 70.0);
    report.against("clips, whole: precision", precision * 100.0, "%", 80.0);
}

/// For each frame and group, what the teacher sees and what we see.
fn agreement(clip: &PathBuf, teacher: &mut Detector, ours: &mut Detector) -> Vec<Picture> {
    let file = std::fs::File::open(clip).unwrap();
    let mut worker = Worker::start(Path::new(DECODER), &Job::whole_file(2), Some(&file)).unwrap();
    let mut plan: Arc<MaskPlan> = MaskPlan::unmade();
    let mut pictures = Vec::new();
    loop {
        let frame = match worker.receive().unwrap() {
            Next::Picture(frame, _) => frame.mask(&[], &mut plan),
            Next::End => return pictures,
            _ => continue,
        };
        let mut both = [Picture::default(), Picture::default()];
        for one in teacher.detect(&frame).unwrap().iter().filter(|one| one.score >= LEAST) {
            let r = &one.region;
            if let Some(group) = group(one.class) {
                both[group].there.push(([r.left, r.top, r.right, r.bottom], true));
            }
        }
        for one in ours.detect(&frame).unwrap() {
            let r = &one.region;
            if let Some(group) = group(one.class) {
                both[group].found.push(([r.left, r.top, r.right, r.bottom], one.score));
            }
        }
        pictures.extend(both);
    }
}

/// The detector before quantisation, if training left it here.
fn floating(runtime: &Runtime) -> Option<Model> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = root.join("target/detector/detector.float.onnx");
    let digest = Digest::of(&std::fs::read(&file).ok()?);
    let manifest = std::fs::read_to_string(root.join("models/weights/detector.toml")).unwrap();
    let manifest = manifest.lines().map(|line| match line.split_once(" = ") {
        Some(("file", _)) => format!("file = {:?}\n", file.display().to_string()),
        Some(("sha256", _)) => format!("sha256 = \"{digest}\"\n"),
        _ => format!("{line}\n"),
    });
    let path = root.join("target/detector/float.toml");
    std::fs::write(&path, manifest.collect::<String>()).unwrap();
    Some(Model::open(runtime, &path).unwrap())
}

/// Frames a second of the network with its letterbox and suppression, one session a core.
fn speed(kind: &str, model: &Model, report: &mut Report) {
    for (sessions, cores) in [(1, "one core"), (2, "two cores")] {
        report.figure(format!("{kind}, 768x432, {cores}"), rate(model, sessions), "frames/s");
    }
}

fn rate(model: &Model, sessions: usize) -> f64 {
    const SECONDS: f64 = 3.0;
    let begun = Instant::now();
    let threads: Vec<_> = (0..sessions)
        .map(|_| {
            let model = model.clone();
            std::thread::spawn(move || {
                let layout = Layout::packed(768, 432, PixelFormat::Yuv420);
                let frame = masked(layout, vec![90; layout.packed_bytes()]);
                let mut detector = Detector::new(&model, Thresholds::default());
                detector.detect(&frame).unwrap();
                let begun = Instant::now();
                let mut count = 0;
                while begun.elapsed().as_secs_f64() < SECONDS {
                    detector.detect(&frame).unwrap();
                    count += 1;
                }
                f64::from(count) / begun.elapsed().as_secs_f64()
            })
        })
        .collect();
    let sum = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
    assert!(begun.elapsed().as_secs_f64() >= SECONDS);
    sum
}
