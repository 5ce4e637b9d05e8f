//! The copy that a data subject gets: everything but them is made unrecognisable, for good (ISL-7).
//!
//! Nobody knows who else is in a picture, since no detector ever runs over what is kept (INV-9). So all of it goes but the
//! region that is named: outside, each of at most [`BLOCKS`] x [`BLOCKS`] blocks becomes one colour, its mean, in 16 steps a
//! channel. That is at most 1.5 kB of a whole picture, whatever it showed, and no enlargement brings more back.

use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};

/// Blocks along the longer side of a picture.
const BLOCKS: u32 = 24;
const QUALITY: u8 = 88;

/// A part of a picture: left, top, width and height, as parts of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Region {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

/// Reads `X,Y,W,H`.
pub fn region(text: &str) -> Result<Region, String> {
    let parts: Vec<f64> = text.split(',').filter_map(|part| part.trim().parse().ok()).collect();
    let [left, top, width, height] = parts[..] else {
        return Err("write left,top,width,height as parts of the picture, such as 0.42,0.30,0.12,0.55".into());
    };
    let (right, bottom) = (left + width, top + height);
    let is_inside = [left, top, right, bottom].iter().all(|side| (0.0..=1.0).contains(side));
    if !is_inside || width <= 0.0 || height <= 0.0 {
        return Err("it lies partly outside the picture, whose sides are 0 and 1".into());
    }
    Ok(Region { left, top, right, bottom })
}

/// A JPEG of the same size, in which nothing but the region can be recognised.
pub fn all_but(jpeg: &[u8], keep: Option<Region>) -> Result<Vec<u8>, String> {
    let picture = image::load_from_memory(jpeg).map_err(|error| format!("the still is no picture: {error}"))?.to_rgb8();
    let mut out = Vec::new();
    let concealed = conceal(&picture, keep);
    concealed
        .write_with_encoder(JpegEncoder::new_with_quality(&mut out, QUALITY))
        .map_err(|error| error.to_string())?;
    Ok(out)
}

fn conceal(picture: &RgbImage, keep: Option<Region>) -> RgbImage {
    let (width, height) = picture.dimensions();
    let side = width.max(height).div_ceil(BLOCKS).max(1);
    let columns = width.div_ceil(side);
    let mut means = vec![([0_u64; 3], 0_u64); (columns * height.div_ceil(side)) as usize];
    let block = |x: u32, y: u32| (y / side * columns + x / side) as usize;
    let is_kept = |x: u32, y: u32| {
        let (x, y) = ((f64::from(x) + 0.5) / f64::from(width), (f64::from(y) + 0.5) / f64::from(height));
        keep.is_some_and(|keep| (keep.left..keep.right).contains(&x) && (keep.top..keep.bottom).contains(&y))
    };
    for (x, y, pixel) in picture.enumerate_pixels().filter(|(x, y, _)| !is_kept(*x, *y)) {
        if let Some((sums, count)) = means.get_mut(block(x, y)) {
            sums.iter_mut().zip(pixel.0).for_each(|(sum, level)| *sum += u64::from(level));
            *count += 1;
        }
    }
    let colours: Vec<Rgb<u8>> = means.iter().map(|(sums, count)| Rgb(sums.map(|sum| coarse(sum, *count)))).collect();
    RgbImage::from_fn(width, height, |x, y| match (is_kept(x, y), colours.get(block(x, y))) {
        (false, Some(colour)) => *colour,
        _ => *picture.get_pixel(x, y),
    })
}

/// The mean, to the nearest of 16 levels.
fn coarse(sum: u64, count: u64) -> u8 {
    let mean = sum.checked_div(count).unwrap_or(0);
    u8::try_from(mean / 16 * 17).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn noise(width: u32, height: u32, seed: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| {
            let mixed = (x * 7919 + y * 104_729).wrapping_add(seed).wrapping_mul(2_654_435_761);
            Rgb([(mixed >> 8) as u8, (mixed >> 16) as u8, (mixed >> 24) as u8])
        })
    }

    proptest! {
        #[test]
        fn outside_the_region_there_is_one_colour_a_block_and_inside_all_that_there_was(
            (width, height) in (30_u32..200, 30_u32..200), seed: u32,
            (left, top) in (0.0..0.5, 0.0..0.5), (w, h) in (0.1..0.5, 0.1..0.5),
        ) {
            let picture = noise(width, height, seed);
            let keep = Region { left, top, right: left + w, bottom: top + h };
            let concealed = conceal(&picture, Some(keep));
            let side = width.max(height).div_ceil(BLOCKS);
            let mut colours = std::collections::HashMap::new();
            for (x, y, pixel) in concealed.enumerate_pixels() {
                let at = ((f64::from(x) + 0.5) / f64::from(width), (f64::from(y) + 0.5) / f64::from(height));
                if at.0 >= keep.left && at.0 < keep.right && at.1 >= keep.top && at.1 < keep.bottom {
                    prop_assert_eq!(pixel, picture.get_pixel(x, y));
                } else {
                    prop_assert_eq!(*colours.entry((x / side, y / side)).or_insert(*pixel), *pixel);
                    prop_assert!(pixel.0.iter().all(|level| level % 17 == 0));
                }
            }
            prop_assert!(colours.len() <= (BLOCKS * BLOCKS) as usize);
        }

        #[test]
        fn pictures_that_differ_only_within_blocks_become_the_same(seed: u32, swap in 0_u32..24) {
            let picture = noise(240, 240, seed);
            // Two pixels of one block change places.
            let mut other = picture.clone();
            let (one, two) = (*picture.get_pixel(swap * 10, 3), *picture.get_pixel(swap * 10 + 9, 7));
            other.put_pixel(swap * 10, 3, two);
            other.put_pixel(swap * 10 + 9, 7, one);
            prop_assert_eq!(conceal(&picture, None), conceal(&other, None));
        }
    }

    #[test]
    fn a_region_is_four_parts_of_a_picture() {
        assert_eq!(region("0.25, 0.5, 0.25, 0.5").unwrap(), Region { left: 0.25, top: 0.5, right: 0.5, bottom: 1.0 });
        for bad in ["", "1,2", "0,0,0,1", "0.5,0.5,0.6,0.1", "-0.1,0,1,1", "nan,0,1,1", "0,0,1,1,1"] {
            assert!(region(bad).is_err(), "{bad}");
        }
        assert!(all_but(b"no picture", None).is_err());
    }
}
