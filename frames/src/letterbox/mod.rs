//! Letterbox a masked picture into an NCHW tensor, in one pass and without an intermediate picture.
//!
//! ```text
//! two rows ──blend──▶ one row ──sample──▶ one row at tensor width, ─┬─▶ luma ─────────────────┬─paint─▶ f32 planes
//!  of u8  vertically  of i16  horizontally  as its part in colours   └─▶ u, v ─tint─▶ r, g, b ─┴─level─▶ two rows of u8
//!     └────────────── quarter ────────────▲  a picture of twice the tensor's size                        └─weave─▶ patches
//! ```
//! Integers up to the last step, so every processor gives the same tensor, within an eighth of a level of a
//! floating-point one. Rows go through buffers that stay in the first-level cache; only the rows that a tensor row needs
//! are read, and chroma is made at half the tensor's resolution.
//! Bilinear with two taps, as the detectors' training did (OpenCV `INTER_LINEAR`).

#[cfg(target_arch = "x86_64")]
mod avx2;
mod patches;
mod plan;
mod portable;

use crate::layout::{ColourMatrix, Layout};
use crate::mask::{MaskedFrame, PixelRow};
use patches::PatchRows;
use plan::{Halves, ONE, Plan, Planar};
use vokter_rules::geometry::Rect;

/// Shapes of pictures whose plans are kept, so that cameras of different sizes share a session without replanning.
const PLANS: usize = 16;

/// Where the picture stands in a tensor that it does not fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// In the upper left corner (YOLOX).
    TopLeft,
    /// In the middle.
    Centre,
}

/// The order of the colour planes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channels {
    /// Red first.
    Rgb,
    /// Blue first.
    Bgr,
}

/// What a model wants as its input: `1 x 3 x height x width`, f32.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TensorSpec {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// Where the picture stands.
    pub placement: Placement,
    /// Order of the planes.
    pub channels: Channels,
    /// Value of full white: 255 or 1.
    pub white: f32,
    /// Value around the picture, on the same scale as `white`.
    pub pad: f32,
}

impl TensorSpec {
    /// Numbers in the tensor.
    pub const fn numbers(&self) -> usize {
        3 * self.width * self.height
    }

    /// Width and height, in tensor pixels, of a picture of that size.
    pub fn content(&self, width: usize, height: usize) -> (usize, usize) {
        let fit = Fit::of(self, width, height);
        (fit.width, fit.height)
    }
}

/// Where a picture stands in the tensor, in tensor pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
}

impl Fit {
    /// Where a picture of that size stands.
    fn of(spec: &TensorSpec, width: usize, height: usize) -> Self {
        Self::of_sides(spec, width as f64, height as f64)
    }

    /// Where something with sides of those lengths stands.
    pub(crate) fn of_sides(spec: &TensorSpec, width: f64, height: f64) -> Self {
        let scale = (spec.width as f64 / width).min(spec.height as f64 / height);
        let side = |picture: f64, tensor: usize| ((picture * scale) as usize).clamp(1, tensor);
        Self::of_content(spec, side(width, spec.width), side(height, spec.height))
    }

    /// The same with sides rounded to the nearest whole pixel, and the place that it would have without rounding.
    pub(crate) fn nearest(spec: &TensorSpec, width: f64, height: f64) -> (Self, Rect) {
        let scale = (spec.width as f64 / width).min(spec.height as f64 / height);
        let side = |picture: f64, tensor: usize| ((picture * scale).round_ties_even() as usize).clamp(1, tensor);
        let fit = Self::of_content(spec, side(width, spec.width), side(height, spec.height));
        let (left, top) = ((spec.width - fit.width) as f32 / 2.0, (spec.height - fit.height) as f32 / 2.0);
        (fit, Rect::new(left, top, left + (width * scale) as f32, top + (height * scale) as f32))
    }

    /// Where something that fills so much of the tensor stands.
    const fn of_content(spec: &TensorSpec, width: usize, height: usize) -> Self {
        let (left, top) = match spec.placement {
            Placement::TopLeft => (0, 0),
            Placement::Centre => ((spec.width - width) / 2, (spec.height - height) / 2),
        };
        Self { left, top, width, height }
    }

    /// Over the whole tensor.
    pub(crate) const fn whole(spec: &TensorSpec) -> Self {
        Self { left: 0, top: 0, width: spec.width, height: spec.height }
    }

    /// Whether nothing of the tensor is left over.
    pub(crate) fn fills(&self, spec: &TensorSpec) -> bool {
        *self == Self::whole(spec)
    }

    /// Left, top, width and height.
    pub(crate) const fn place(&self) -> (usize, usize, usize, usize) {
        (self.left, self.top, self.width, self.height)
    }

    /// The same as a box.
    pub(crate) const fn rect(&self) -> Rect {
        let (right, bottom) = (self.left + self.width, self.top + self.height);
        Rect::new(self.left as f32, self.top as f32, right as f32, bottom as f32)
    }

    /// A box in tensor pixels, in normalised picture coordinates.
    pub fn to_picture(&self, tensor: &Rect) -> Rect {
        let x = |v: f32| (v - self.left as f32) / self.width as f32;
        let y = |v: f32| (v - self.top as f32) / self.height as f32;
        Rect::new(x(tensor.left), y(tensor.top), x(tensor.right), y(tensor.bottom))
    }
}

/// Letterboxes pictures into tensors of one specification. Allocates only when it meets a new shape of picture.
pub struct Letterbox {
    spec: TensorSpec,
    kernels: Kernels,
    plans: Vec<Plan>,
    oldest: usize,
    lines: Lines,
    patch_rows: PatchRows,
}

/// Full white between the steps: 32nds of a level.
const WHITE: i16 = 255 * 32;

/// The row buffers between the steps.
#[derive(Default)]
struct Lines {
    source: SourceRows,
    luma: Vec<i16>,
    u: Vec<i16>,
    v: Vec<i16>,
    /// What chroma adds to red, green and blue.
    tints: [Vec<Twice>; 3],
}

/// Two rows of the picture, and what is between them.
#[derive(Default)]
struct SourceRows {
    upper: Vec<u8>,
    lower: Vec<u8>,
    blended: Vec<i16>,
}

/// One sample of chroma, for two pixels across.
type Twice = [i16; 2];

type TintKernel = fn(&[i16], &[i16], [i16; 2], &mut [Vec<Twice>; 3]);

/// The steps, as compiled for this processor.
#[derive(Clone, Copy)]
struct Kernels {
    blend: fn(&[u8], &[u8], u8, &mut [i16]),
    sample: fn(&[i16], &plan::Taps, &mut [i16]),
    quarter: fn(PixelRow<'_>, PixelRow<'_>, Halves, &mut [i16]),
    tint: TintKernel,
    paint: fn(&[i16], &[i16], f32, &mut [f32]),
    level: fn(&[i16], &[i16], &mut [u8]),
    weave: fn(&PatchRows, &mut [u8]),
    name: &'static str,
}

const PORTABLE: Kernels = Kernels {
    blend: portable::blend,
    sample: portable::sample,
    quarter: portable::quarter,
    tint: portable::tint,
    paint: portable::paint,
    level: portable::level,
    weave: portable::weave,
    name: "portable",
};

impl Kernels {
    fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            return avx2::KERNELS;
        }
        PORTABLE
    }
}

/// Which kernels this processor runs.
pub fn kernel_name() -> &'static str {
    Kernels::detect().name
}

impl Letterbox {
    /// For tensors of that specification.
    pub fn new(spec: TensorSpec) -> Self {
        let (plans, lines, patch_rows) = (Vec::with_capacity(PLANS), Lines::default(), PatchRows::default());
        Self { spec, kernels: Kernels::detect(), plans, oldest: 0, lines, patch_rows }
    }

    /// What the tensors are like.
    pub fn spec(&self) -> &TensorSpec {
        &self.spec
    }

    /// Where this picture will stand.
    pub fn fit(&self, frame: &MaskedFrame) -> Fit {
        Fit::of(&self.spec, frame.width(), frame.height())
    }

    /// Fills the border round a picture. Needed once for a tensor and each time the fit changes.
    /// `tensor` holds [`TensorSpec::numbers`] numbers.
    pub fn pad(&self, fit: Fit, tensor: &mut [f32]) {
        for plane in tensor.chunks_exact_mut(self.spec.width * self.spec.height) {
            for (y, row) in plane.chunks_exact_mut(self.spec.width).enumerate() {
                if y < fit.top || y >= fit.top + fit.height {
                    row.fill(self.spec.pad);
                    continue;
                }
                for (x, value) in row.iter_mut().enumerate() {
                    if x < fit.left || x >= fit.left + fit.width {
                        *value = self.spec.pad;
                    }
                }
            }
        }
    }

    /// Writes a picture into its place in the tensor: `1 x 3 x height x width`, on the scale of
    /// [`TensorSpec::white`]. `tensor` holds [`TensorSpec::numbers`] numbers.
    pub fn fill(&mut self, frame: &MaskedFrame, tensor: &mut [f32]) {
        let (spec, paint) = (self.spec, self.kernels.paint);
        let scale = spec.white / f32::from(WHITE);
        self.rows(frame, |fit, y, plane, luma, tint| {
            let start = (plane * spec.height + fit.top + y) * spec.width + fit.left;
            if let Some(out) = tensor.get_mut(start..start + fit.width) {
                paint(luma, tint, scale, out);
            }
        });
    }

    /// Hands every row of the picture at tensor size on, for each plane in turn: its luma, and what chroma adds to the
    /// plane's colour.
    fn rows(&mut self, frame: &MaskedFrame, mut each: impl FnMut(&Fit, usize, usize, &[i16], &[i16])) {
        let index = self.plan(frame.layout());
        let Some(plan) = self.plans.get(index) else { return };
        let (kernels, lines) = (self.kernels, &mut self.lines);
        lines.fit(plan);
        let order = match self.spec.channels {
            Channels::Rgb => [0, 1, 2],
            Channels::Bgr => [2, 1, 0],
        };
        for y in 0..plan.fit.height {
            if let Some(chroma) = &plan.chroma
                && y % 2 == 0
            {
                lines.tints(frame, chroma, y / 2, plan.green, kernels);
            }
            lines.luma(frame, &plan.luma, y, kernels);
            for (plane, colour) in order.into_iter().enumerate() {
                if let Some(tint) = lines.tints.get::<usize>(colour) {
                    each(&plan.fit, y, plane, &lines.luma, tint.as_flattened());
                }
            }
        }
    }

    fn plan(&mut self, layout: &Layout) -> usize {
        if let Some(index) = self.plans.iter().position(|plan| plan.suits(layout)) {
            return index;
        }
        let plan = Plan::new(&self.spec, layout);
        if self.plans.len() < PLANS {
            self.plans.push(plan);
            return self.plans.len() - 1;
        }
        let index = self.oldest;
        self.oldest = (self.oldest + 1) % PLANS;
        if let Some(old) = self.plans.get_mut(index) {
            *old = plan;
        }
        index
    }
}

impl Lines {
    /// Makes the lines as long as a plan needs them, whole steps of every kernel.
    fn fit(&mut self, plan: &Plan) {
        let source = plan.luma.columns.source.next_multiple_of(32);
        self.source.upper.resize(source, 0);
        self.source.lower.resize(source, 0);
        self.source.blended.resize(source, 0);
        let width = plan.fit.width.next_multiple_of(32);
        self.luma.resize(width, 0);
        self.u.resize(width / 2, 0);
        self.v.resize(width / 2, 0);
        for tint in &mut self.tints {
            tint.resize(width / 2, [0; 2]);
            if plan.chroma.is_none() {
                tint.fill([0; 2]);
            }
        }
    }

    /// One row of luma, at tensor width.
    fn luma(&mut self, frame: &MaskedFrame, planar: &Planar, y: usize, kernels: Kernels) {
        self.source.take(frame, 0, planar, y, kernels, &mut self.luma);
    }

    /// What one row of chroma adds to the colours, at tensor width.
    fn tints(&mut self, frame: &MaskedFrame, [u, v]: &[Planar; 2], y: usize, shares: [i16; 2], kernels: Kernels) {
        self.source.take(frame, 1, u, y, kernels, &mut self.u);
        self.source.take(frame, 2, v, y, kernels, &mut self.v);
        (kernels.tint)(&self.u, &self.v, shares, &mut self.tints);
    }
}

impl SourceRows {
    /// One row of a plane, at tensor width.
    fn take(
        &mut self,
        frame: &MaskedFrame,
        plane: usize,
        planar: &Planar,
        y: usize,
        kernels: Kernels,
        out: &mut [i16],
    ) {
        let (Some(tap), columns) = (planar.rows.get(y), &planar.columns) else { return };
        let halves = columns.halves.filter(|_| tap.weight == ONE / 2);
        if let Some(halves) = halves
            && columns.source.is_multiple_of(32)
            && let Some(upper) = frame.open_row(plane, tap.index)
            && let Some(lower) = frame.open_row(plane, tap.index + 1)
        {
            return (kernels.quarter)(upper, lower, halves, out);
        }
        frame.read_row(plane, tap.index, &mut self.upper);
        if tap.weight > 0 {
            frame.read_row(plane, tap.index + 1, &mut self.lower);
        }
        let length = columns.source.next_multiple_of(32);
        let (Some(upper), Some(lower), Some(blended)) =
            (self.upper.get(..length), self.lower.get(..length), self.blended.get_mut(..length))
        else {
            return;
        };
        if let Some(halves) = halves {
            (kernels.quarter)(PixelRow::of(upper), PixelRow::of(lower), halves, out);
        } else {
            (kernels.blend)(upper, lower, tap.weight, blended);
            (kernels.sample)(blended, columns, out);
        }
    }
}

/// The weights that turn YUV into RGB of 0 to 255 (ITU-R BT.601 and BT.709).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weights {
    pub black: f32,
    pub luma: f32,
    pub red_v: f32,
    pub green_u: f32,
    pub green_v: f32,
    pub blue_u: f32,
}

impl Weights {
    /// The weights of a picture.
    pub(crate) fn of(layout: &Layout) -> Self {
        let (kr, kb) = match layout.matrix {
            ColourMatrix::Bt601 => (0.299, 0.114),
            ColourMatrix::Bt709 => (0.2126, 0.0722),
        };
        let kg = 1.0 - kr - kb;
        let (black, luma, chroma) =
            if layout.full_range { (0.0, 1.0, 1.0) } else { (16.0, 255.0 / 219.0, 255.0 / 224.0) };
        Self {
            black,
            luma,
            red_v: 2.0 * (1.0 - kr) * chroma,
            green_u: -2.0 * (1.0 - kb) * kb / kg * chroma,
            green_v: -2.0 * (1.0 - kr) * kr / kg * chroma,
            blue_u: 2.0 * (1.0 - kb) * chroma,
        }
    }

    /// Red, green and blue, 0 to 255.
    pub(crate) fn rgb(&self, y: f32, u: f32, v: f32) -> [f32; 3] {
        let (y, u, v) = ((y - self.black) * self.luma, u - 128.0, v - 128.0);
        let clamp = |c: f32| c.clamp(0.0, 255.0);
        [clamp(y + v * self.red_v), clamp(y + u * self.green_u + v * self.green_v), clamp(y + u * self.blue_u)]
    }
}

#[cfg(test)]
mod tests;
