//! A picture in YUV 4:2:0 (BT.709, limited range) and anti-aliased polygons on it.

use glam::Vec2;

/// Rows of samples a pixel row is cut into where an edge passes.
const SUBROWS: usize = 4;
/// Most edges of a polygon that a row can cross.
const CROSSINGS: usize = 24;

/// A colour as the picture holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paint {
    /// Luma, 16 to 235.
    pub y: u8,
    /// Blue difference.
    pub u: u8,
    /// Red difference.
    pub v: u8,
}

impl Paint {
    /// From red, green and blue in 0..1, gamma applied.
    pub fn from_rgb(r: f32, g: f32, b: f32) -> Self {
        let y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
        Self {
            y: (16.5 + 219.0 * y) as u8,
            u: (128.5 + 224.0 * (b - y) / 1.8556) as u8,
            v: (128.5 + 224.0 * (r - y) / 1.5748) as u8,
        }
    }

    /// Red, green and blue in 0..255.
    pub fn to_rgb(self) -> [u8; 3] {
        let (y, u, v) = ((f32::from(self.y) - 16.0) * 1.1644, f32::from(self.u) - 128.0, f32::from(self.v) - 128.0);
        [y + 1.7927 * v, y - 0.2132 * u - 0.5329 * v, y + 2.1124 * u].map(|c| (c + 0.5).clamp(0.0, 255.0) as u8)
    }
}

/// How a polygon changes what is under it.
#[derive(Clone, Copy, Debug)]
pub enum Ink {
    /// Covers it.
    Cover(Paint),
    /// Darkens it: luma is multiplied by this many 256ths.
    Shade(u16),
    /// Brightens it by that many levels.
    Glow(u8),
}

/// A picture.
#[derive(Clone, Debug)]
pub struct Canvas {
    width: usize,
    height: usize,
    /// Luma, `width * height`.
    pub y: Vec<u8>,
    /// Blue difference, a quarter as large.
    pub u: Vec<u8>,
    /// Red difference, likewise.
    pub v: Vec<u8>,
    cover: Vec<f32>,
}

impl Canvas {
    /// A black picture; both sides even.
    pub fn new(width: usize, height: usize) -> Self {
        let (width, height) = (width.next_multiple_of(2), height.next_multiple_of(2));
        let quarter = width * height / 4;
        Self {
            width,
            height,
            y: vec![16; width * height],
            u: vec![128; quarter],
            v: vec![128; quarter],
            cover: vec![0.0; width + 2],
        }
    }

    /// Width in pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Makes this picture a copy of another of the same size.
    pub fn copy_from(&mut self, other: &Self) {
        self.y.copy_from_slice(&other.y);
        self.u.copy_from_slice(&other.u);
        self.v.copy_from_slice(&other.v);
    }

    /// Moves the picture by whole, even numbers of pixels; what is uncovered keeps what was there.
    pub fn shift(&mut self, right: i32, down: i32) {
        for (plane, width, right, down) in [
            (&mut self.y, self.width, right, down),
            (&mut self.u, self.width / 2, right / 2, down / 2),
            (&mut self.v, self.width / 2, right / 2, down / 2),
        ] {
            let move_by = down * width as i32 + right;
            let by = (move_by.unsigned_abs() as usize).min(plane.len());
            if move_by >= 0 {
                let kept = plane.len() - by;
                plane.copy_within(..kept, by);
            } else {
                plane.copy_within(by.., 0);
            }
        }
    }

    /// Fills a polygon (even-odd) given in pixels.
    pub fn fill(&mut self, corners: &[Vec2], ink: Ink) {
        let (width, height) = (self.width, self.height);
        let (luma, cover) = (&mut self.y, &mut self.cover);
        scan(corners, 1.0, width, height, SUBROWS, cover, |row, first, covers| {
            let pixels = luma.iter_mut().skip(row * width + first);
            match ink {
                Ink::Cover(paint) => accumulate(covers, pixels, |pixel, part| blend(pixel, paint.y, part)),
                Ink::Shade(factor) => accumulate(covers, pixels, |pixel, part| {
                    let dark = 16 + ((u16::from(pixel.saturating_sub(16)) * factor) >> 8) as u8;
                    blend(pixel, dark, part)
                }),
                Ink::Glow(levels) => accumulate(covers, pixels, |pixel, part| {
                    *pixel = pixel.saturating_add((f32::from(levels) * part) as u8).min(235);
                }),
            }
        });
        let Ink::Cover(paint) = ink else { return };
        let (width, height) = (width / 2, height / 2);
        for (plane, value) in [(&mut self.u, paint.u), (&mut self.v, paint.v)] {
            scan(corners, 0.5, width, height, SUBROWS / 2, &mut self.cover, |row, first, covers| {
                let pixels = plane.iter_mut().skip(row * width + first);
                accumulate(covers, pixels, |pixel, part| blend(pixel, value, part));
            });
        }
    }

    /// The picture's row in red, green and blue, for people and networks that want it so.
    pub fn rgb_row(&self, row: usize) -> impl Iterator<Item = [u8; 3]> {
        let half = self.width / 2;
        let chroma = self.u.iter().zip(&self.v).skip(row / 2 * half).take(half).flat_map(|uv| [uv, uv]);
        let luma = self.y.iter().skip(row * self.width).take(self.width);
        luma.zip(chroma).map(|(y, (u, v))| Paint { y: *y, u: *u, v: *v }.to_rgb())
    }
}

fn blend(pixel: &mut u8, with: u8, part: f32) {
    let part = (part * 256.0) as i32;
    *pixel = (i32::from(*pixel) + (((i32::from(with) - i32::from(*pixel)) * part) >> 8)) as u8;
}

/// Sums the changes of cover from left to right, and hands each pixel its own; leaves the changes at zero.
fn accumulate<'p>(covers: &mut [f32], pixels: impl Iterator<Item = &'p mut u8>, mut each: impl FnMut(&mut u8, f32)) {
    let mut sum = 0.0f32;
    let mut pixels = pixels;
    for change in covers {
        sum += std::mem::take(change);
        let Some(pixel) = pixels.next() else { continue };
        if sum > 0.004 {
            each(pixel, sum.min(1.0));
        }
    }
}

/// Goes over the rows of a polygon. For each, `row` is given the row, the first column, and how the covered part
/// changes from column to column.
fn scan(
    corners: &[Vec2],
    scale: f32,
    width: usize,
    height: usize,
    subrows: usize,
    cover: &mut [f32],
    mut row: impl FnMut(usize, usize, &mut [f32]),
) {
    let Some(last) = corners.last() else { return };
    let (mut low, mut high) = (*last, *last);
    for corner in corners {
        (low, high) = (low.min(*corner), high.max(*corner));
    }
    let (low, high) = (low * scale, high * scale);
    let inside = high.x > 0.0 && high.y > 0.0 && low.x < width as f32 && low.y < height as f32;
    if !inside || !low.is_finite() || !high.is_finite() {
        return;
    }
    let first = low.x.max(0.0) as usize;
    let end = (high.x.min(width as f32 - 1.0) as usize + 2).min(width + 1);
    let weight = 1.0 / subrows as f32;
    for y in low.y.max(0.0) as usize..=(high.y.min(height as f32 - 1.0) as usize) {
        for sub in 0..subrows {
            let at = y as f32 + (sub as f32 + 0.5) * weight;
            let mut crossings = [f32::INFINITY; CROSSINGS];
            let mut count = 0;
            let mut from = *last * scale;
            for corner in corners {
                let to = *corner * scale;
                if (from.y <= at) != (to.y <= at)
                    && let Some(slot) = crossings.get_mut(count)
                {
                    *slot = from.x + (at - from.y) / (to.y - from.y) * (to.x - from.x);
                    count += 1;
                }
                from = to;
            }
            let Some(crossings) = crossings.get_mut(..count) else { continue };
            if count > 2 {
                crossings.sort_unstable_by(f32::total_cmp);
            }
            for pair in crossings.chunks_exact(2) {
                let [a, b] = *pair else { continue };
                let (a, b) = if a < b { (a, b) } else { (b, a) };
                step(cover, a.clamp(0.0, width as f32), weight);
                step(cover, b.clamp(0.0, width as f32), -weight);
            }
        }
        if let Some(covers) = cover.get_mut(first..=end.min(width)) {
            row(y, first, covers);
        }
        // What was noted past the last column is not carried over to the next row.
        cover.iter_mut().skip(end).take(2).for_each(|rest| *rest = 0.0);
    }
}

/// From `x` on, that much more is covered; the pixel that `x` falls into is covered in part.
fn step(cover: &mut [f32], x: f32, weight: f32) {
    let column = x as usize;
    let into = x - column as f32;
    if let Some([here, next]) = cover.get_mut(column..column + 2) {
        *here += weight * (1.0 - into);
        *next += weight * into;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(left: f32, top: f32, right: f32, bottom: f32) -> [Vec2; 4] {
        [Vec2::new(left, top), Vec2::new(right, top), Vec2::new(right, bottom), Vec2::new(left, bottom)]
    }

    #[test]
    fn a_square_covers_its_area_and_its_edges_in_part() {
        let mut canvas = Canvas::new(32, 16);
        canvas.fill(&square(4.0, 2.0, 10.5, 8.0), Ink::Cover(Paint { y: 216, u: 90, v: 200 }));
        let at = |x: usize, y: usize| canvas.y[y * 32 + x];
        assert_eq!((at(3, 4), at(4, 4), at(9, 4), at(10, 4), at(11, 4)), (16, 216, 216, 116, 16));
        assert_eq!((at(5, 1), at(5, 2), at(5, 7), at(5, 8)), (16, 216, 216, 16));
        assert_eq!((canvas.u[2 * 16 + 3], canvas.v[2 * 16 + 3], canvas.u[0]), (90, 200, 128));
    }

    #[test]
    fn what_leaves_the_picture_is_cut_off_and_leaves_no_trace() {
        let mut canvas = Canvas::new(32, 16);
        canvas.fill(&square(-9.0, -9.0, 99.0, 99.0), Ink::Cover(Paint { y: 200, u: 128, v: 128 }));
        assert!(canvas.y.iter().all(|y| *y == 200));
        canvas.fill(&square(28.0, 4.0, 40.0, 6.0), Ink::Shade(128));
        canvas.fill(&square(0.0, 8.0, 2.0, 9.0), Ink::Glow(9));
        assert_eq!((canvas.y[5 * 32 + 27], canvas.y[5 * 32 + 28], canvas.y[7 * 32]), (200, 108, 200));
        assert!(canvas.cover.iter().all(|left| *left == 0.0));
    }

    #[test]
    fn a_shifted_picture_is_the_same_picture_elsewhere() {
        let mut canvas = Canvas::new(32, 16);
        canvas.fill(&square(8.0, 4.0, 10.0, 6.0), Ink::Cover(Paint { y: 200, u: 60, v: 70 }));
        for (right, down) in [(4, 2), (-6, 4), (2, -4)] {
            let mut moved = canvas.clone();
            moved.shift(right, down);
            let at = ((4 + down) * 32 + 8 + right) as usize;
            assert_eq!((moved.y[at], moved.y[at + 33], moved.y[at + 2]), (200, 200, 16));
            assert_eq!(moved.u[((4 + down) / 2 * 16 + (8 + right) / 2) as usize], 60);
        }
    }

    #[test]
    fn colours_survive_the_way_to_yuv_and_back() {
        for rgb in [[0.9, 0.1, 0.1], [0.2, 0.8, 0.3], [0.1, 0.2, 0.9], [1.0, 1.0, 1.0], [0.0, 0.0, 0.0]] {
            let back = Paint::from_rgb(rgb[0], rgb[1], rgb[2]).to_rgb();
            assert!(back.iter().zip(rgb).all(|(b, c)| (f32::from(*b) - c * 255.0).abs() < 4.0), "{rgb:?} {back:?}");
        }
    }
}
