//! What the program `vokter-scene` writes: pictures for training, films, stills.

use crate::canvas::Canvas;
use crate::dataset::Dataset;
use crate::film::Film;
use crate::stage::Seen;
use image::{Rgb, RgbImage};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Writes `count` random pictures into a folder: `pictures.u8`, N x H x W x 3 bytes, blue first, and `labels.json`.
///
/// `progress` is told after each picture how many there are.
///
/// # Errors
/// When a file cannot be written.
pub fn write_dataset(
    into: &Path,
    count: usize,
    seed: u64,
    width: usize,
    height: usize,
    progress: impl Fn(usize),
) -> std::io::Result<()> {
    std::fs::create_dir_all(into)?;
    let mut pictures = BufWriter::new(File::create(into.join("pictures.u8"))?);
    let mut labels = BufWriter::new(File::create(into.join("labels.json"))?);
    let mut dataset = Dataset::new(seed, width, height);
    let mut canvas = Canvas::new(width, height);
    let (mut seen, mut row) = (Vec::new(), Vec::new());
    labels.write_all(b"[\n")?;
    for number in 0..count {
        dataset.next_into(&mut canvas, &mut seen);
        for y in 0..height {
            row.clear();
            row.extend(canvas.rgb_row(y).take(width).flat_map(|[r, g, b]| [b, g, r]));
            pictures.write_all(&row)?;
        }
        let objects: Vec<_> = seen
            .iter()
            .map(|seen| {
                format!(r#"{{"class":"{}","box":{:?},"visible":{:.3}}}"#, seen.class, seen.region, seen.visible)
            })
            .collect();
        let comma = if number + 1 < count { "," } else { "" };
        writeln!(labels, "[{}]{comma}", objects.join(","))?;
        progress(number + 1);
    }
    labels.write_all(b"]\n")?;
    labels.flush()?;
    pictures.flush()
}

/// Writes a scenario as raw video (YUV4MPEG2, 4:2:0), which ffmpeg and GStreamer read, without the time between
/// episodes. `frames` limits how many.
///
/// # Errors
/// When it cannot be written.
pub fn write_film(film: &mut Film, frames: usize, out: &mut dyn Write) -> std::io::Result<()> {
    let (width, height) = film.scenario().size;
    let rate = (film.scenario().frames_per_second * 1000.0).round() as u32;
    writeln!(out, "YUV4MPEG2 W{width} H{height} F{rate}:1000 Ip A1:1 C420mpeg2")?;
    let (mut canvas, mut seen) = (Canvas::new(width, height), Vec::new());
    for _ in 0..frames {
        if film.next_time().is_none() {
            break;
        }
        film.next_into(&mut canvas, &mut seen);
        out.write_all(b"FRAME\n")?;
        for plane in [&canvas.y, &canvas.u, &canvas.v] {
            out.write_all(plane)?;
        }
    }
    out.flush()
}

/// A frame as a picture, with these objects marked.
pub fn picture(canvas: &Canvas, seen: &[Seen]) -> RgbImage {
    let mut picture = RgbImage::new(canvas.width() as u32, canvas.height() as u32);
    for (y, row) in picture.enumerate_rows_mut() {
        for ((_, _, pixel), rgb) in row.zip(canvas.rgb_row(y as usize)) {
            *pixel = Rgb(rgb);
        }
    }
    for seen in seen {
        let mark = Rgb(if seen.visible > 0.4 { [255, 220, 0] } else { [255, 0, 0] });
        let [left, top, right, bottom] = seen.region.map(|side| side.max(0.0) as u32);
        let edges = (left..=right).flat_map(|x| [(x, top), (x, bottom)]);
        for (x, y) in edges.chain((top..=bottom).flat_map(|y| [(left, y), (right, y)])) {
            if let Some(pixel) = picture.get_pixel_mut_checked(x, y) {
                *pixel = mark;
            }
        }
    }
    picture
}
