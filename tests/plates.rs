//! The plate models that come with the project, as the program would use them.

use crate::support::engine::runtime;
use crate::support::{data, manifest_of};
use image::{GrayImage, RgbImage};
use std::path::Path;
use std::time::Instant;
use vokter_frames::{
    Channels, Cropper, Filling, Layout, MaskPlan, MaskedFrame, PixelFormat, PixelLease, Placement, Quad, RawFrame,
    Resize, TensorSpec,
};
use vokter_models::{ModelFile, PlateFinder, PlateReader};
use vokter_rules::geometry::{Point, Polygon, Rect};

fn pair() -> (PlateFinder, PlateReader) {
    let runtime = runtime();
    let weights = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/weights");
    let file = |name: &str| ModelFile::open(&weights.join(name)).unwrap();
    let finder = PlateFinder::open(&runtime, &file("plate-finder.toml"), 0.4).unwrap();
    (finder, PlateReader::open(&runtime, &file("plate-reader.toml")).unwrap())
}

/// A picture under those masks, without colour.
fn under(masks: &[Polygon], picture: &GrayImage) -> MaskedFrame {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let layout = Layout { full_range: true, ..Layout::packed(width, height, PixelFormat::Gray) };
    let raw = RawFrame::new(PixelLease::of_bytes(picture.as_raw().clone()), layout).unwrap();
    raw.mask(masks, &mut MaskPlan::unmade())
}

const WHOLE: Rect = Rect::new(0.0, 0.0, 1.0, 1.0);

#[test]
fn the_weights_of_the_project_run_as_their_manifests_say() {
    let (mut finder, mut reader) = pair();
    let layout = Layout::packed(640, 360, PixelFormat::Yuv420);
    let lease = PixelLease::of_bytes(vec![90; layout.packed_bytes()]);
    let frame = RawFrame::new(lease, layout).unwrap().mask(&[], &mut MaskPlan::unmade());
    assert_eq!(finder.find(&frame, &WHOLE).unwrap(), []);
    let reading = reader.read(&frame, &Quad::of(&Rect::new(0.4, 0.4, 0.6, 0.5))).unwrap();
    assert_eq!(format!("{reading:?}"), "PlateReading(redacted)");
}

#[test]
fn inv_2_what_lies_under_a_mask_changes_nothing_that_is_found_or_read() {
    let Some(data) = data() else { return };
    let (mut finder, mut reader) = pair();
    let folder = data.join("plates");
    let mut texts: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    texts.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    texts.sort();
    let mut found = 0;
    for path in &texts {
        let line = std::fs::read_to_string(path).unwrap();
        let fields: Vec<_> = line.trim().split('\t').collect();
        let picture = image::open(folder.join(fields[0])).unwrap().to_luma8();
        let [x, y, w, h] = [1, 2, 3, 4].map(|index| fields[index].parse::<f32>().unwrap());
        let (width, height) = (picture.width() as f32, picture.height() as f32);
        let plate = Rect::new(x / width, y / height, (x + w) / width, (y + h) / height);
        let plates = finder.find(&under(&[], &picture), &WHOLE).unwrap();
        found += usize::from(plates.iter().any(|found| found.corners.bounds().iou(&plate) >= 0.5));

        let mut scrubbed = picture.clone();
        for (index, pixel) in scrubbed
            .enumerate_pixels_mut()
            .filter(|(px, py, _)| (x..x + w - 1.0).contains(&(*px as f32)) && (y..y + h - 1.0).contains(&(*py as f32)))
            .map(|(_, _, pixel)| pixel)
            .enumerate()
        {
            pixel.0 = [(index * 7919 % 256) as u8];
        }
        let corners = Quad::of(&plate).corners.map(|at| Point::new(at.x.clamp(0.0, 1.0), at.y.clamp(0.0, 1.0)));
        let mask = [Polygon::new(&corners).unwrap()];
        let (with, without) = (under(&mask, &picture), under(&mask, &scrubbed));
        let plates = finder.find(&with, &WHOLE).unwrap().to_vec();
        assert_eq!(finder.find(&without, &WHOLE).unwrap(), plates, "{}", path.display());
        let region = Quad { corners };
        let read = |reader: &mut PlateReader, frame| reader.read(frame, &region).unwrap().disclose_text();
        assert_eq!(read(&mut reader, &with), read(&mut reader, &without), "{}", path.display());
    }
    assert!(found * 5 > texts.len(), "{found} of {} were found", texts.len());
}

/// A photograph in colour.
fn photograph(picture: &RgbImage) -> MaskedFrame {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
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
    RawFrame::new(PixelLease::of_bytes(planes), layout).unwrap().mask(&[], &mut MaskPlan::unmade())
}

/// Every plate of a frame, as the public models read it.
fn read_all(chain: &mut (PlateFinder, PlateReader), frame: &MaskedFrame) -> Vec<String> {
    let found = chain.0.find(frame, &WHOLE).unwrap().to_vec();
    found.iter().map(|plate| chain.1.read(frame, &plate.corners).unwrap().disclose_text().to_string()).collect()
}

/// The pixels of a frame as a picture file.
fn write_pixels(frame: &MaskedFrame, path: &Path) {
    let (width, height) = (frame.width(), frame.height());
    let (placement, channels) = (Placement::Centre, Channels::Rgb);
    let spec = TensorSpec { width, height, placement, channels, white: 255.0, pad: 0.0 };
    let header = format!("P6 {width} {height} 255\n").into_bytes();
    let mut pixels = vec![0; spec.numbers()];
    Cropper::new(Resize::Linear).pixels(frame, &Quad::of(&WHOLE), &spec, Filling::Stretch, &mut pixels);
    std::fs::write(path, [header, pixels].concat()).unwrap();
}

/// Photographs read by that many chains, each on a core of its own, in so many seconds.
fn read_for(seconds: f64, chains: &mut [(PlateFinder, PlateReader)], frames: &[MaskedFrame]) -> usize {
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let work = |(number, chain): (usize, _)| {
            let share = frames.iter().cycle().skip(number * frames.len() / 2);
            scope.spawn(move || {
                let chain: &mut (PlateFinder, PlateReader) = chain;
                let mut done = 0;
                for frame in share.take_while(|_| begun.elapsed().as_secs_f64() < seconds) {
                    read_all(chain, frame);
                    done += 1;
                }
                done
            })
        };
        let handles: Vec<_> = chains.iter_mut().enumerate().map(work).collect();
        handles.into_iter().map(|handle| handle.join().unwrap()).sum()
    })
}

/// Prints what the public models read of the photographs through our code, and leaves the pixels that they were given;
/// then reads them again for as long and on as many cores as it is told: `scripts/check_plates.py` has another library
/// do the same in turns.
#[test]
#[ignore = "scripts/check_plates.py asks it"]
fn plates_for_a_peer() {
    let Some(data) = data() else { return };
    let chain = || {
        let file = |name| ModelFile::open(&manifest_of(&data, name)).unwrap();
        let finder = PlateFinder::open(&runtime(), &file("plate-yolov9t"), 0.4).unwrap();
        (finder, PlateReader::open(&runtime(), &file("plate-ocr")).unwrap())
    };
    let (folder, made) = (data.join("plates"), Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tests/plates"));
    std::fs::create_dir_all(&made).unwrap();
    let mut labels: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    labels.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    labels.sort();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut chains: Vec<_> = (0..cores).map(|_| chain()).collect();
    let (mut frames, mut photographs) = (vec![], vec![]);
    for label in labels {
        let line = std::fs::read_to_string(label).unwrap();
        let fields: Vec<_> = line.trim().split('\t').collect();
        let frame = photograph(&image::open(folder.join(fields[0])).unwrap().to_rgb8());
        let read = read_all(&mut chains[0], &frame);
        let pixels = made.join(fields[0]).with_extension("ppm");
        write_pixels(&frame, &pixels);
        photographs.push(serde_json::json!({ "file": fields[0], "pixels": pixels, "plate": fields[5], "read": read }));
        frames.push(frame);
    }
    println!("{}", serde_json::json!({ "photographs": photographs, "cores": cores }));
    for asked in std::io::stdin().lines() {
        let asked = asked.unwrap();
        let (seconds, cores) = asked.split_once(' ').unwrap();
        let chains = &mut chains[..cores.parse().unwrap()];
        println!("frames {}", read_for(seconds.parse().unwrap(), chains, &frames));
    }
}
