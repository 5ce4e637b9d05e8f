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
use std::sync::Arc;
use std::time::{Duration, Instant};
use vokter_frames::{
    Channels, Layout, MaskPlan, MaskedFrame, PixelFormat, PixelLease, Placement, Quad, RawFrame, TensorSpec,
};
use vokter_models::{FinderOutput, PlateFinder, PlateReader, Runtime, SlotAlphabet, find_library};
use vokter_rules::geometry::Rect;

const SPAN: Duration = Duration::from_secs(2);
const ALPHABET: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZÆØÅÄÖÜ_";
const FLOOR: f32 = 0.4;

/// A photograph and what is known of it.
struct Photograph {
    frame: MaskedFrame,
    plate: Rect,
    text: String,
}

/// A finder and a reader that belong together.
struct Pair {
    name: &'static str,
    finder: Network,
    reader: Network,
}

struct Network {
    path: PathBuf,
    bytes: Arc<[u8]>,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    OurFinder,
    PublicFinder,
    OurReader,
    PublicReader,
}

impl Network {
    fn at(path: PathBuf, kind: Kind) -> Option<Self> {
        let bytes = std::fs::read(&path).ok()?.into();
        Some(Self { path, bytes, kind })
    }

    fn spec(&self) -> TensorSpec {
        let (width, height, white) = match self.kind {
            Kind::OurFinder => (256, 192, 255.0),
            Kind::PublicFinder => (416, 416, 1.0),
            Kind::OurReader => (144, 48, 255.0),
            Kind::PublicReader => (128, 64, 255.0),
        };
        let pad = 114.0 / 255.0 * white;
        TensorSpec { width, height, placement: Placement::Centre, channels: Channels::Rgb, white, pad }
    }

    fn finder(&self, runtime: &Runtime) -> PlateFinder {
        let output = match self.kind {
            Kind::OurFinder => FinderOutput::Corners,
            _ => FinderOutput::Boxes,
        };
        PlateFinder::open(runtime, &self.path, &self.bytes, self.spec(), output, FLOOR).unwrap()
    }

    fn reader(&self, runtime: &Runtime) -> PlateReader {
        let (characters, slots, margin): (Vec<char>, _, _) = match self.kind {
            Kind::OurReader => (ALPHABET.chars().collect(), 10, (0.04, 0.10)),
            _ => (ALPHABET.chars().filter(|c| c.is_ascii()).collect(), 9, (0.0, 0.0)),
        };
        let alphabet = SlotAlphabet { characters, slots, blank: '_' };
        let reader = PlateReader::open(runtime, &self.path, &self.bytes, self.spec(), alphabet).unwrap();
        reader.with_margin(margin.0, margin.1)
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
    let ours = pair("ours", weights.join("plate-finder.onnx"), weights.join("plate-reader.onnx"), true);
    let models = data.join("models");
    let finder = models.join("plate_yolov9t_416_int8.onnx");
    let public = pair("public", finder, models.join("plate_ocr_cct_xs_v1.onnx"), false);
    for pair in [&ours, &public].into_iter().flatten() {
        quality(&runtime, pair, &photographs, &mut report);
    }

    println!();
    let folder = std::env::var_os("VOKTER_PLATES_F32").map_or_else(|| root.join("target/plates"), PathBuf::from);
    let plain = pair("ours f32", folder.join("plate-finder-f32.onnx"), folder.join("plate-reader-f32.onnx"), true);
    for pair in [&ours, &plain, &public].into_iter().flatten() {
        for threads in [1, 2] {
            speed(&runtime, pair, threads, &photographs[0], &mut report);
        }
    }
    report.write().unwrap();
}

fn pair(name: &'static str, finder: PathBuf, reader: PathBuf, ours: bool) -> Option<Pair> {
    let (find, read) =
        if ours { (Kind::OurFinder, Kind::OurReader) } else { (Kind::PublicFinder, Kind::PublicReader) };
    let both = Network::at(finder.clone(), find).zip(Network::at(reader.clone(), read));
    if both.is_none() {
        println!("skipped: {name}, for want of {} or {}", finder.display(), reader.display());
    }
    both.map(|(finder, reader)| Pair { name, finder, reader })
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
    let (mut finder, mut reader) = (pair.finder.finder(runtime), pair.reader.reader(runtime));
    let views: [(&str, fn(&Photograph) -> Option<Rect>); 3] = [
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
    let finding = rate(threads, || pair.finder.finder(runtime), |finder| drop(finder.find(&photograph.frame, &lane)));
    let reading = rate(threads, || pair.reader.reader(runtime), |reader| drop(reader.read(&photograph.frame, &plate)));
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
