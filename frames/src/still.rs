//! A masked picture in RGB, as an alarm shows it.

use crate::letterbox::Weights;
use crate::mask::MaskedFrame;
use image::codecs::jpeg::JpegEncoder;
use image::{ImageResult, Rgb, RgbImage};
use vokter_rules::geometry::Rect;

const MARK: Rgb<u8> = Rgb([255, 96, 0]);
const MARK_PIXELS: u32 = 3;
const JPEG_QUALITY: u8 = 88;

/// A masked picture in RGB.
pub struct Still(RgbImage);

impl Still {
    /// The whole picture.
    pub fn of(frame: &MaskedFrame) -> Self {
        let layout = *frame.layout();
        let (across, down) = layout.format.chroma_shift();
        let weights = Weights::of(&layout);
        let mut luma = vec![0; layout.width];
        let (mut u, mut v) = (vec![128; layout.plane_size(1).0], vec![128; layout.plane_size(1).0]);
        let mut picture = RgbImage::new(layout.width as u32, layout.height as u32);
        for (y, row) in picture.enumerate_rows_mut() {
            let y = y as usize;
            frame.read_row(0, y, &mut luma);
            if layout.format.planes() == 3 {
                frame.read_row(1, y >> down, &mut u);
                frame.read_row(2, y >> down, &mut v);
            }
            let chroma = u.iter().zip(&v).flat_map(|uv| std::iter::repeat_n(uv, 1 << across));
            for (((_, _, pixel), y), (u, v)) in row.zip(&luma).zip(chroma) {
                *pixel = Rgb(weights.rgb(f32::from(*y), f32::from(*u), f32::from(*v)).map(|c| (c + 0.5) as u8));
            }
        }
        Self(picture)
    }

    /// Draws a box, in normalised coordinates.
    pub fn mark(&mut self, region: &Rect) {
        let (width, height) = self.0.dimensions();
        let region = region.clipped();
        let pixel = |v: f32, side: u32| ((v * side as f32) as u32).min(side.saturating_sub(1));
        let (left, right) = (pixel(region.left, width), pixel(region.right, width));
        let (top, bottom) = (pixel(region.top, height), pixel(region.bottom, height));
        for inset in 0..MARK_PIXELS {
            let (left, right) = ((left + inset).min(right), right.saturating_sub(inset).max(left));
            let (top, bottom) = ((top + inset).min(bottom), bottom.saturating_sub(inset).max(top));
            for x in left..=right {
                self.0.put_pixel(x, top, MARK);
                self.0.put_pixel(x, bottom, MARK);
            }
            for y in top..=bottom {
                self.0.put_pixel(left, y, MARK);
                self.0.put_pixel(right, y, MARK);
            }
        }
    }

    /// The picture's pixels.
    pub fn pixels(&self) -> &RgbImage {
        &self.0
    }

    /// The picture as a JPEG file.
    ///
    /// # Errors
    /// When the encoder fails.
    pub fn to_jpeg(&self) -> ImageResult<Vec<u8>> {
        let mut bytes = Vec::with_capacity(256 << 10);
        JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY).encode_image(&self.0)?;
        Ok(bytes)
    }
}
