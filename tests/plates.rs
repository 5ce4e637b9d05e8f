//! The plate models that come with the project, as the program would use them.

use crate::support::data;
use crate::support::engine::runtime;
use image::GrayImage;
use std::path::Path;
use vokter_frames::{Layout, MaskPlan, MaskedFrame, PixelFormat, PixelLease, Quad, RawFrame};
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
