//! How well plates are found and read, and how fast: our finder and reader, and the public pair through the same code,
//! on photographs of US cars that neither was trained on here.
//!
//! The photographs are looked at whole, and as a camera over a lane would see them: four plate widths about the plate.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a bench stops where it fails")]

#[allow(dead_code, reason = "this bench wants the folder alone")]
mod clips;
mod report;

use report::{Report, median};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use vokter_frames::{Layout, MaskPlan, MaskedFrame, PixelFormat, PixelLease, Quad, RawFrame};
use vokter_models::{Digest, ModelFile, PlateFinder, PlateReader, Runtime, find_library};
use vokter_rules::geometry::Rect;

const SPAN: Duration = Duration::from_secs(2);
const FLOOR: f32 = 0.4;

const OUR_FINDER: &str = r#"task = "plate-detection"
input = { name = "images", width = 256, height = 192, colour = "rgb", range = "0..255", letterbox = "centre", pad = 114 }
output = { decoder = "plate-corners", names = ["plates"] }
classes = { names = ["plate"], map = { plate = "plate" } }
"#;
const OUR_READER: &str = r#"task = "plate-reading"
input = { name = "images", width = 144, height = 48, colour = "rgb", range = "0..255", letterbox = "stretch" }
output = { decoder = "plate-slots", names = ["slots"], slots = 10, pad = "_", alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZÆØÅÄÖÜ_" }
"#;
const PUBLIC_FINDER: &str = r#"task = "plate-detection"
input = { name = "images", width = 416, height = 416, colour = "rgb", range = "0..1", letterbox = "centre", pad = 114, resize = "linear" }
output = { decoder = "yolo-nms", rows = "picture-box-class-score", names = ["output0"] }
classes = { names = ["License Plate"], map = { "License Plate" = "plate" } }
"#;
const PUBLIC_READER: &str = r#"task = "plate-reading"
input = { name = "input", layout = "nhwc", element = "u8", width = 128, height = 64, colour = "rgb", range = "0..255", letterbox = "stretch", resize = "linear", margin = [0.0, 0.0] }
output = { decoder = "plate-slots", names = ["Identity:0"], slots = 9, pad = "_", alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_" }
"#;

/// A photograph and what is known of it.
struct Photograph {
    frame: MaskedFrame,
    plate: Rect,
    text: String,
}

/// A finder and a reader that belong together.
struct Pair {
    name: &'static str,
    finder: ModelFile,
    reader: ModelFile,
}

impl Pair {
    fn finder(&self, runtime: &Runtime) -> PlateFinder {
        PlateFinder::open(runtime, &self.finder, FLOOR).unwrap()
    }

    fn reader(&self, runtime: &Runtime) -> PlateReader {
        PlateReader::open(runtime, &self.reader).unwrap()
    }
}

fn main() {
    let Some(data) = clips::data() else {
        println!("skipped: the photographs are not there (set VOKTER_DATA to their folder)");
        return;
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let runtime = Runtime::load(&find_library().unwrap()).unwrap();
    let photographs = photographs(&data.join("plates"));
    let mut report = Report::new("plate_quality");
    println!("{} photographs, scores of at least {FLOOR}\n", photographs.len());

    let weights = root.join("models/weights");
    let ours = pair("ours", [weights.join("plate-finder.onnx"), weights.join("plate-reader.onnx")], true);
    let models = data.join("models");
    let files = ["plate_yolov9t_416_int8.onnx", "plate_ocr_cct_xs_v1.onnx"].map(|file| models.join(file));
    let public = pair("public", files, false);
    for pair in [&ours, &public].into_iter().flatten() {
        quality(&runtime, pair, &photographs, &mut report);
    }

    println!();
    let folder = std::env::var_os("VOKTER_PLATES_F32").map_or_else(|| root.join("target/plates"), PathBuf::from);
    let files = ["plate-finder-f32.onnx", "plate-reader-f32.onnx"].map(|file| folder.join(file));
    let plain = pair("ours f32", files, true);
    for pair in [&ours, &plain, &public].into_iter().flatten() {
        for threads in [1, 2] {
            speed(&runtime, pair, threads, &photographs[0], &mut report);
        }
    }
    report.write().unwrap();
}

/// Two models under manifests written for them, if their files are there.
fn pair(name: &'static str, files: [PathBuf; 2], ours: bool) -> Option<Pair> {
    if let Some(missing) = files.iter().find(|file| !file.is_file()) {
        println!("skipped: {name}, for want of {}", missing.display());
        return None;
    }
    let [finder, reader] = files;
    let (find, read) = if ours { (OUR_FINDER, OUR_READER) } else { (PUBLIC_FINDER, PUBLIC_READER) };
    Some(Pair { name, finder: model(&finder, find), reader: model(&reader, read) })
}

fn model(file: &Path, rest: &str) -> ModelFile {
    let digest = Digest::of(&std::fs::read(file).unwrap());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench/manifests");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(file.with_extension("toml").file_name().unwrap());
    let head = format!("file = {:?}\nsha256 = \"{digest}\"\n", file.canonicalize().unwrap());
    std::fs::write(&path, format!("{head}licence = \"see the model's card\"\nsource = \"bench\"\n{rest}")).unwrap();
    ModelFile::open(&path).unwrap()
}

/// The photographs of a folder as masked frames, without a mask.
fn photographs(folder: &Path) -> Vec<Photograph> {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    let photograph = |path: PathBuf| {
        let line = std::fs::read_to_string(&path).unwrap();
        let fields: Vec<_> = line.trim().split('\t').collect();
        let picture = image::open(folder.join(fields[0])).unwrap().to_rgb8();
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let number = |index: usize, side: usize| fields[index].parse::<f32>().unwrap() / side as f32;
        let (x, y, w, h) = (number(1, width), number(2, height), number(3, width), number(4, height));
        let layout = Layout { full_range: true, ..Layout::packed(width, height, PixelFormat::Yuv444) };
        let mut planes = vec![0; layout.packed_bytes()];
        for (index, pixel) in picture.pixels().enumerate() {
            let [r, g, b] = pixel.0.map(f32::from);
            let luma = 0.299 * r + 0.587 * g + 0.114 * b;
            let yuv = [luma, (b - luma) / 1.772 + 128.0, (r - luma) / 1.402 + 128.0];
            for (plane, value) in yuv.into_iter().enumerate() {
                planes[plane * width * height + index] = (value + 0.5) as u8;
            }
        }
        let raw = RawFrame::new(PixelLease::of_bytes(planes), layout).unwrap();
        let frame = raw.mask(&[], &mut MaskPlan::unmade());
        Photograph { frame, plate: Rect::new(x, y, x + w, y + h), text: fields[5].to_owned() }
    };
    files.into_iter().map(photograph).collect()
}

impl Photograph {
    /// Four plate widths across and three down, about the plate.
    fn lane(&self) -> Rect {
        let (width, height) = (self.frame.width() as f32, self.frame.height() as f32);
        let (x, y) = ((self.plate.left + self.plate.right) / 2.0, (self.plate.top + self.plate.bottom) / 2.0);
        let (across, down) = (self.plate.width() * 2.0, self.plate.width() * 1.5 * width / height);
        Rect::new(x - across, y - down, x + across, y + down).clipped()
    }
}

/// Where the finder looks on a photograph; nowhere if the reader is given the label.
type Region = fn(&Photograph) -> Option<Rect>;

/// What was got right, of how much.
#[derive(Default)]
struct Tally {
    found: usize,
    exact: usize,
    right: usize,
    characters: usize,
    find_ms: Vec<f64>,
    read_ms: Vec<f64>,
}

fn quality(runtime: &Runtime, pair: &Pair, photographs: &[Photograph], report: &mut Report) {
    let (mut finder, mut reader) = (pair.finder(runtime), pair.reader(runtime));
    let views: [(&str, Region); 3] = [
        ("whole picture", |_| Some(Rect::new(0.0, 0.0, 1.0, 1.0))),
        ("lane", |photograph| Some(photograph.lane())),
        ("plate as labelled", |_| None),
    ];
    for (view, region) in views {
        let mut tally = Tally::default();
        for photograph in photographs {
            let started = Instant::now();
            let plate = match region(photograph) {
                Some(region) => {
                    let found = finder.find(&photograph.frame, &region).unwrap();
                    tally.find_ms.push(started.elapsed().as_secs_f64() * 1e3);
                    let best = found.first().map(|found| found.corners);
                    tally.found +=
                        usize::from(found.iter().any(|found| found.corners.bounds().iou(&photograph.plate) >= 0.5));
                    best
                }
                None => Some(Quad::of(&photograph.plate)),
            };
            tally.characters += photograph.text.chars().count();
            let Some(plate) = plate else { continue };
            let started = Instant::now();
            let reading = reader.read(&photograph.frame, &plate).unwrap();
            tally.read_ms.push(started.elapsed().as_secs_f64() * 1e3);
            let text = reading.disclose_text();
            tally.exact += usize::from(*text == photograph.text);
            let length = photograph.text.chars().count();
            tally.right += length.saturating_sub(distance(&text, &photograph.text));
        }
        let mut line = |what: &str, value: f64, unit, limit| {
            let name = format!("{}, {view}: {what}", pair.name).leak();
            match limit {
                Some(limit) => report.against(name, value, unit, limit),
                None => report.figure(name, value, unit),
            }
        };
        let all = photographs.len() as f64;
        if region(&photographs[0]).is_some() {
            line("found", tally.found as f64, "of all", Some(all));
            line("finding", median(tally.find_ms), "ms", None);
        }
        line("read exactly", tally.exact as f64, "of all", Some(all));
        line("characters right", tally.right as f64, "of all", Some(tally.characters as f64));
        if !tally.read_ms.is_empty() {
            line("reading", median(tally.read_ms), "ms", None);
        }
    }
}

/// The least number of characters to change, add or take away (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let cost = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// Runs a second, crop included, with one session a thread.
fn speed(runtime: &Runtime, pair: &Pair, threads: usize, photograph: &Photograph, report: &mut Report) {
    let plate = Quad::of(&photograph.plate);
    let lane = photograph.lane();
    let finding = rate(threads, || pair.finder(runtime), |finder| drop(finder.find(&photograph.frame, &lane)));
    let reading = rate(threads, || pair.reader(runtime), |reader| drop(reader.read(&photograph.frame, &plate)));
    let cores = if threads == 1 { "one core" } else { "two cores" };
    report.figure(format!("{}: finder on {cores}", pair.name).leak(), finding, "frames/s");
    report.figure(format!("{}: reader on {cores}", pair.name).leak(), reading, "frames/s");
}

fn rate<T: Send>(threads: usize, make: impl Fn() -> T, run: impl Fn(&mut T) + Sync) -> f64 {
    let mut workers: Vec<T> = (0..threads).map(|_| make()).collect();
    let started = Instant::now();
    let runs: usize = std::thread::scope(|scope| {
        let run = &run;
        let each = workers.iter_mut().map(|worker| {
            scope.spawn(move || {
                run(worker);
                let mut runs = 0;
                while started.elapsed() < SPAN {
                    run(worker);
                    runs += 1;
                }
                runs
            })
        });
        let handles: Vec<_> = each.collect();
        handles.into_iter().map(|handle| handle.join().unwrap()).sum()
    });
    runs as f64 / started.elapsed().as_secs_f64()
}
