//! Cuts a part of a masked picture into a tensor: a box as it stands, or a quadrilateral set upright.
//!
//! ```text
//!      a ────── b                       a──────────b
//!     /  AB 123  \      homography      │  AB 123  │      rows come through the door of `MaskedFrame`,
//!    d ────────── c     ─────────▶      d──────────c      so masks are burned into every crop (INV-2)
//! ```
//! Only the rows that the part covers are read. How they become the tensor's is [`Resize`].

mod linear;

use crate::letterbox::{Channels, Fit, Placement, TensorSpec, Weights};
use crate::mask::MaskedFrame;
use linear::{Cut, Linear};
use vokter_rules::geometry::{Homography, Point, Rect};

/// A quadrilateral in normalised picture coordinates: its corners in the order upper left, upper right, lower right,
/// lower left of what it shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quad {
    /// The corners.
    pub corners: [Point; 4],
}

impl Quad {
    /// A box as a quadrilateral.
    pub const fn of(region: &Rect) -> Self {
        let Rect { left, top, right, bottom } = *region;
        Self {
            corners: [
                Point::new(left, top),
                Point::new(right, top),
                Point::new(right, bottom),
                Point::new(left, bottom),
            ],
        }
    }

    /// The smallest box round it.
    pub fn bounds(&self) -> Rect {
        let [a, b, c, d] = self.corners;
        let least = |of: fn(&Point) -> f32| [b, c, d].iter().map(of).fold(of(&a), f32::min);
        let most = |of: fn(&Point) -> f32| [b, c, d].iter().map(of).fold(of(&a), f32::max);
        Rect::new(least(|p| p.x), least(|p| p.y), most(|p| p.x), most(|p| p.y))
    }

    /// The same about its middle, longer by these parts of its sides: across, and down.
    #[must_use]
    pub fn grown(&self, across: f32, down: f32) -> Self {
        let [a, b, c, d] = self.corners;
        let along = |from: Point, to: Point, part: f32| ((to.x - from.x) * part / 2.0, (to.y - from.y) * part / 2.0);
        let moved = |at: Point, (ax, ay): (f32, f32), (dx, dy): (f32, f32)| Point::new(at.x + ax + dx, at.y + ay + dy);
        Self {
            corners: [
                moved(a, along(b, a, across), along(d, a, down)),
                moved(b, along(a, b, across), along(c, b, down)),
                moved(c, along(d, c, across), along(b, c, down)),
                moved(d, along(c, d, across), along(a, d, down)),
            ],
        }
    }

    /// Whether it is a box.
    fn is_upright(&self) -> bool {
        *self == Self::of(&self.bounds())
    }

    fn is_finite(&self) -> bool {
        self.corners.iter().all(|corner| corner.x.is_finite() && corner.y.is_finite())
    }

    /// Mean lengths of its sides in pixels of a picture of that size: across, and down.
    fn sides(&self, width: usize, height: usize) -> (f32, f32) {
        let [a, b, c, d] = self.corners;
        let length = |from: Point, to: Point| ((to.x - from.x) * width as f32).hypot((to.y - from.y) * height as f32);
        ((length(a, b) + length(d, c)) / 2.0, (length(a, d) + length(b, c)) / 2.0)
    }
}

/// How a part is set into a tensor of another proportion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filling {
    /// Stretched to fill it.
    Stretch,
    /// Scaled, where [`TensorSpec::placement`] says, with [`TensorSpec::pad`] round it.
    Letterbox,
}

/// How pixels of a part become those of a tensor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Resize {
    /// Where the part is much larger than the tensor, its pixels are averaged in whole blocks as they come; what remains
    /// is interpolated between two (bilinear). Nothing is rounded.
    #[default]
    Averaged,
    /// A box is cut at whole pixels, bytes are interpolated between two however far apart, and become bytes: as OpenCV's
    /// `INTER_LINEAR`, to the bit. What is no box is averaged.
    Linear,
}

/// Where a part stands in a tensor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shown {
    /// What is shown, in normalised picture coordinates: the part, or the whole pixels of it that were cut.
    part: Rect,
    /// Where that stands, in tensor pixels.
    place: Rect,
}

impl Shown {
    /// From tensor pixels to normalised picture coordinates, of a part that is a box.
    pub fn to_picture(&self, at: Point) -> Point {
        let Self { part, place } = self;
        let x = (at.x - place.left) / place.width();
        let y = (at.y - place.top) / place.height();
        Point::new(part.left + x * part.width(), part.top + y * part.height())
    }
}

/// Cuts parts of pictures into tensors. Its buffers grow to the largest part that it has seen; they hold pixels of the
/// last one until the next or until [`Cropper::clear`].
#[derive(Default)]
pub struct Cropper {
    resize: Resize,
    row: Vec<u8>,
    planes: [Patch; 3],
    linear: Linear,
}

impl Cropper {
    /// One without buffers yet.
    pub fn new(resize: Resize) -> Self {
        Self { resize, ..Self::default() }
    }

    /// Cuts a part into `1 x 3 x height x width` numbers, 0 to [`TensorSpec::white`]. Beyond the picture its outermost
    /// pixels are repeated. `tensor` holds [`TensorSpec::numbers`] numbers.
    pub fn planes(
        &mut self,
        frame: &MaskedFrame,
        part: &Quad,
        spec: &TensorSpec,
        filling: Filling,
        tensor: &mut [f32],
    ) -> Shown {
        let side = spec.width * spec.height;
        let order = order(spec.channels);
        if let Some((cut, fit, shown)) = self.whole_pixels(frame, part, spec, filling) {
            if !fit.fills(spec) {
                tensor.fill(spec.pad);
            }
            let (left, top, width, height) = fit.place();
            self.linear.each(frame, cut, (width, height), |y, colours| {
                let start = (top + y) * spec.width + left;
                for (plane, channel) in tensor.chunks_exact_mut(side).zip(order) {
                    let (Some(row), Some(colours)) = (plane.get_mut(start..start + width), colours.get(channel)) else {
                        continue;
                    };
                    row.iter_mut()
                        .zip(colours)
                        .for_each(|(value, byte)| *value = f32::from(*byte) * spec.white / 255.0);
                }
            });
            return shown;
        }
        let fit = fit_of(frame, part, spec, filling);
        if !fit.fills(spec) {
            tensor.fill(spec.pad);
        }
        let scale = spec.white / 255.0;
        self.each(frame, part, fit, |x, y, rgb| {
            for (plane, channel) in tensor.chunks_exact_mut(side).zip(order) {
                if let (Some(value), Some(colour)) = (plane.get_mut(y * spec.width + x), rgb.get(channel)) {
                    *value = colour * scale;
                }
            }
        });
        Shown { part: part.bounds(), place: fit.rect() }
    }

    /// Cuts a part into `1 x height x width x 3` bytes, 0 to 255; otherwise as [`Cropper::planes`].
    pub fn pixels(
        &mut self,
        frame: &MaskedFrame,
        part: &Quad,
        spec: &TensorSpec,
        filling: Filling,
        tensor: &mut [u8],
    ) -> Shown {
        let order = order(spec.channels);
        let pad = (spec.pad / spec.white * 255.0).round() as u8;
        if let Some((cut, fit, shown)) = self.whole_pixels(frame, part, spec, filling) {
            if !fit.fills(spec) {
                tensor.fill(pad);
            }
            let (left, top, width, height) = fit.place();
            self.linear.each(frame, cut, (width, height), |y, colours| {
                let start = ((top + y) * spec.width + left) * 3;
                let Some(row) = tensor.get_mut(start..start + width * 3) else { return };
                for (place, channel) in order.into_iter().enumerate() {
                    let bytes = colours.get(channel).into_iter().flatten();
                    row.iter_mut().skip(place).step_by(3).zip(bytes).for_each(|(value, byte)| *value = *byte);
                }
            });
            return shown;
        }
        let fit = fit_of(frame, part, spec, filling);
        if !fit.fills(spec) {
            tensor.fill(pad);
        }
        self.each(frame, part, fit, |x, y, rgb| {
            let start = (y * spec.width + x) * 3;
            let Some(pixel) = tensor.get_mut(start..start + 3) else { return };
            for (value, channel) in pixel.iter_mut().zip(order) {
                *value = (rgb.get(channel).copied().unwrap_or(0.0) + 0.5) as u8;
            }
        });
        Shown { part: part.bounds(), place: fit.rect() }
    }

    /// Overwrites the pixels that the buffers still hold.
    pub fn clear(&mut self) {
        self.row.fill(0);
        for plane in &mut self.planes {
            plane.values.fill(0.0);
        }
        self.linear.clear();
    }

    /// The whole pixels that are cut and where they stand, if they are to be resized as bytes. Networks that are given
    /// their pictures in the middle are trained on boxes that were scaled and moved by the numbers before rounding to
    /// whole pixels, and so are those that they say.
    fn whole_pixels(
        &self,
        frame: &MaskedFrame,
        part: &Quad,
        spec: &TensorSpec,
        filling: Filling,
    ) -> Option<(Cut, Fit, Shown)> {
        if self.resize != Resize::Linear || !part.is_finite() || !part.is_upright() {
            return None;
        }
        let Rect { left, top, right, bottom } = part.bounds();
        let span = |from: f32, to: f32, whole: usize| {
            let pixel = |at: f32| (at.clamp(0.0, 1.0) * whole as f32) as usize;
            let first = pixel(from).min(whole.saturating_sub(1));
            (first, pixel(to).saturating_sub(first).max(1))
        };
        let ((left, width), (top, height)) = (span(left, right, frame.width()), span(top, bottom, frame.height()));
        let (across, down) = (frame.width() as f32, frame.height() as f32);
        let part = Rect::new(
            left as f32 / across,
            top as f32 / down,
            (left + width) as f32 / across,
            (top + height) as f32 / down,
        );
        let cut = Cut { left, top, width, height };
        let (fit, place) = match (filling, spec.placement) {
            (Filling::Stretch, _) => (Fit::whole(spec), Fit::whole(spec).rect()),
            (Filling::Letterbox, Placement::TopLeft) => {
                let fit = Fit::of_sides(spec, width as f64, height as f64);
                (fit, fit.rect())
            }
            (Filling::Letterbox, Placement::Centre) => Fit::nearest(spec, width as f64, height as f64),
        };
        Some((cut, fit, Shown { part, place }))
    }

    /// Calls `put` with the column, the row and the colour (red, green, blue, 0 to 255) of each tensor pixel that the
    /// part fills.
    fn each(&mut self, frame: &MaskedFrame, part: &Quad, fit: Fit, mut put: impl FnMut(usize, usize, [f32; 3])) {
        let (left, top, width, height) = fit.place();
        let part = if part.is_finite() { *part } else { Quad::of(&Rect::new(0.0, 0.0, 1.0, 1.0)) };
        let layout = frame.layout();
        let weights = Weights::of(layout);
        let colours = layout.format.planes();
        let bounds = part.bounds();
        let (across, down) = part.sides(frame.width(), frame.height());
        for (index, plane) in self.planes.iter_mut().enumerate().take(colours) {
            let (plane_width, plane_height) = layout.plane_size(index);
            let block = |pixels: f32, whole: usize, samples: usize, made: usize| {
                ((pixels * samples as f32 / whole as f32 / made as f32).round() as usize).clamp(1, BLOCK)
            };
            let blocks =
                (block(across, frame.width(), plane_width, width), block(down, frame.height(), plane_height, height));
            plane.read(frame, index, &bounds, blocks, &mut self.row);
        }
        let map = Homography::of_square(part.corners);
        let [luma, u, v] = &self.planes;
        for y in 0..height {
            for x in 0..width {
                let at = map.at((x as f64 + 0.5) / width as f64, (y as f64 + 0.5) / height as f64);
                let at = Point::new(at.0 as f32, at.1 as f32);
                let (u, v) = if colours == 3 { (u.sample(at), v.sample(at)) } else { (128.0, 128.0) };
                put(left + x, top + y, weights.rgb(luma.sample(at), u, v));
            }
        }
    }
}

/// Pixels that are averaged into one, at most, across and down.
const BLOCK: usize = 64;

fn fit_of(frame: &MaskedFrame, part: &Quad, spec: &TensorSpec, filling: Filling) -> Fit {
    let (across, down) = part.sides(frame.width(), frame.height());
    match filling {
        Filling::Stretch => Fit::whole(spec),
        Filling::Letterbox => Fit::of_sides(spec, f64::from(across.max(1.0)), f64::from(down.max(1.0))),
    }
}

/// Where in red, green, blue each plane of the tensor comes from.
const fn order(channels: Channels) -> [usize; 3] {
    match channels {
        Channels::Rgb => [0, 1, 2],
        Channels::Bgr => [2, 1, 0],
    }
}

/// A part of one plane, its samples averaged in blocks.
#[derive(Default)]
struct Patch {
    values: Vec<f32>,
    /// Blocks across and down.
    size: (usize, usize),
    /// First sample of the plane that it holds.
    origin: (usize, usize),
    /// Samples of a block, across and down.
    block: (usize, usize),
    /// Samples of the whole plane.
    plane: (usize, usize),
}

impl Patch {
    /// Reads what the bounds cover, and a block more on each side.
    fn read(&mut self, frame: &MaskedFrame, index: usize, bounds: &Rect, block: (usize, usize), row: &mut Vec<u8>) {
        let (width, height) = frame.layout().plane_size(index);
        let range = |from: f32, to: f32, whole: usize, block: usize| {
            let sample = |v: f32| (v * whole as f32).clamp(0.0, whole as f32 - 1.0) as usize;
            let first = sample(from).saturating_sub(block);
            let last = (sample(to) + block).min(whole - 1);
            (first, (last + 1 - first).div_ceil(block))
        };
        let (left, columns) = range(bounds.left, bounds.right, width, block.0);
        let (top, rows) = range(bounds.top, bounds.bottom, height, block.1);
        (self.size, self.origin, self.block, self.plane) = ((columns, rows), (left, top), block, (width, height));
        self.values.clear();
        self.values.resize(columns * rows, 0.0);
        if row.len() < width {
            row.resize(width, 0);
        }
        for (number, sums) in self.values.chunks_exact_mut(columns).enumerate() {
            let first = top + number * block.1;
            let lines = first..(first + block.1).min(height);
            let count = lines.len().max(1);
            for line in lines {
                frame.read_row(index, line, row);
                let samples = row.get(left..width).unwrap_or_default();
                for (sum, samples) in sums.iter_mut().zip(samples.chunks(block.0)) {
                    let total: u32 = samples.iter().map(|sample| u32::from(*sample)).sum();
                    *sum += total as f32 / samples.len() as f32;
                }
            }
            for sum in sums {
                *sum /= count as f32;
            }
        }
    }

    /// The plane at a point of the picture.
    fn sample(&self, at: Point) -> f32 {
        let place = |v: f32, whole: usize, origin: usize, block: usize, size: usize| {
            let place = (v * whole as f32 - origin as f32) / block as f32 - 0.5;
            let place = place.clamp(0.0, size.saturating_sub(1) as f32);
            let first = place as usize;
            (first, (first + 1).min(size.saturating_sub(1)), place - first as f32)
        };
        let (x0, x1, across) = place(at.x, self.plane.0, self.origin.0, self.block.0, self.size.0);
        let (y0, y1, down) = place(at.y, self.plane.1, self.origin.1, self.block.1, self.size.1);
        let value = |x: usize, y: usize| self.values.get(y * self.size.0 + x).copied().unwrap_or(0.0);
        let mix = |a: f32, b: f32, part: f32| a + (b - a) * part;
        mix(mix(value(x0, y0), value(x1, y0), across), mix(value(x0, y1), value(x1, y1), across), down)
    }
}

#[cfg(test)]
mod tests;
