//! `RawFrame → MaskedFrame`: the only code outside the decoder that touches unmasked bytes (INV-2, KRS-17).
//!
//! Masks are burned as rows are read: a row is copied out of shared memory, its masked spans are overwritten, and
//! only then is it handed on. Rows that nothing asks for are never copied at all.
//!
//! ```text
//! shared row   ░░░░░▓▓▓▓▓▓░░░░░░░░░
//! copy         ░░░░░▓▓▓▓▓▓░░░░░░░░░
//! burned       ░░░░░██████░░░░░░░░░ ─▶ luma plane, tensor, still
//! ```
//! A row that no mask touches has nothing to burn, and may be read where it is.

use crate::layout::{Layout, LayoutError, PixelFormat};
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;
use vokter_rules::geometry::{Polygon, Segment};

/// The luma of a masked pixel: black in either range.
pub const MASKED_LUMA: u8 = 16;
/// The chroma of a masked pixel: none.
pub const MASKED_CHROMA: u8 = 128;

/// Takes a slot back when the last reader of its picture is gone.
pub trait SlotOwner: Send + Sync {
    /// The slot may be written again.
    fn release(&self, slot: u8);
}

/// The right to read one slot of picture memory, until dropped.
pub struct PixelLease {
    pixels: *const u8,
    bytes: usize,
    slot: u8,
    owner: Arc<dyn SlotOwner>,
}

// SAFETY: the memory is only ever read, and `owner`, which keeps it mapped, may be shared between threads.
unsafe impl Send for PixelLease {}
// SAFETY: as above.
unsafe impl Sync for PixelLease {}

impl PixelLease {
    /// A lease of `bytes` bytes at `pixels`.
    ///
    /// # Safety
    /// The memory must be mapped and readable for as long as `owner` lives. Its contents may change at any time.
    pub unsafe fn new(pixels: *const u8, bytes: usize, slot: u8, owner: Arc<dyn SlotOwner>) -> Self {
        Self { pixels, bytes, slot, owner }
    }

    /// A lease of private memory, for pictures that do not come from a decoder.
    pub fn of_bytes(pixels: Vec<u8>) -> Self {
        struct Private(Vec<u8>);
        impl SlotOwner for Private {
            fn release(&self, _: u8) {}
        }
        let owner = Arc::new(Private(pixels));
        let (pixels, bytes) = (owner.0.as_ptr(), owner.0.len());
        Self { pixels, bytes, slot: 0, owner }
    }

    /// `width` bytes from `offset` on, to be read where they are. The caller has checked the layout against the lease.
    fn row(&self, offset: usize, width: usize) -> PixelRow<'_> {
        let fits = offset.checked_add(width).is_some_and(|end| end <= self.bytes);
        assert!(fits, "a checked layout lies within its lease");
        // SAFETY: the range was checked above.
        PixelRow { start: unsafe { self.pixels.add(offset) }, width, lease: PhantomData }
    }

    /// Copies `out.len()` bytes from `offset` on. The caller has checked the layout against the lease.
    fn copy(&self, offset: usize, out: &mut [u8]) {
        let row = self.row(offset, out.len());
        // SAFETY: a row holds its width, and the owner keeps the memory mapped. Another process may write it at the
        // same time, so no reference to it is ever made: bytes are copied out by pointer, and any value is valid.
        unsafe { std::ptr::copy_nonoverlapping(row.start, out.as_mut_ptr(), row.width) }
    }
}

impl Drop for PixelLease {
    fn drop(&mut self) {
        self.owner.release(self.slot);
    }
}

/// A row of pixels that another process may write at the same time. It is read by pointer, and any value is valid.
#[derive(Clone, Copy)]
pub(crate) struct PixelRow<'l> {
    start: *const u8,
    width: usize,
    lease: PhantomData<&'l [u8]>,
}

impl<'l> PixelRow<'l> {
    /// A row of memory that nobody else writes.
    pub const fn of(pixels: &'l [u8]) -> Self {
        Self { start: pixels.as_ptr(), width: pixels.len(), lease: PhantomData }
    }

    /// Where it starts: [`Self::width`] bytes may be read from there, and no reference to them be made.
    pub const fn start(&self) -> *const u8 {
        self.start
    }

    /// Pixels.
    pub const fn width(&self) -> usize {
        self.width
    }

    /// The pixels, one after the other.
    pub fn pixels(self) -> impl Iterator<Item = u8> {
        // SAFETY: within the row, whose memory is mapped for as long as it is borrowed.
        (0..self.width).map(move |x| unsafe { self.start.add(x).read() })
    }
}

/// A decoded picture that nobody can look at: it has no accessor for pixels, only [`RawFrame::mask`].
pub struct RawFrame {
    lease: PixelLease,
    layout: Layout,
}

impl RawFrame {
    /// A picture of that layout in leased memory.
    ///
    /// # Errors
    /// When the layout reaches outside the memory.
    pub fn new(lease: PixelLease, layout: Layout) -> Result<Self, LayoutError> {
        layout.check(lease.bytes)?;
        Ok(Self { lease, layout })
    }

    /// The shape of the picture.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Binds the camera's masks to the picture. The plan is made anew when it was made for another shape.
    pub fn mask(self, masks: &[Polygon], plan: &mut Arc<MaskPlan>) -> MaskedFrame {
        if !plan.fits(&self.layout) {
            *plan = Arc::new(MaskPlan::new(masks, &self.layout));
        }
        MaskedFrame { lease: self.lease, layout: self.layout, plan: Arc::clone(plan) }
    }
}

/// A picture whose every readable row has the camera's masks burned in.
pub struct MaskedFrame {
    lease: PixelLease,
    layout: Layout,
    plan: Arc<MaskPlan>,
}

impl MaskedFrame {
    /// Width in pixels.
    pub fn width(&self) -> usize {
        self.layout.width
    }

    /// Height in pixels.
    pub fn height(&self) -> usize {
        self.layout.height
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Copies one row of a plane into `out` and burns the masks into the copy. This and [`Self::open_row`] are the doors
    /// to pixels. `out` holds at least the width of the plane.
    pub(crate) fn read_row(&self, plane: usize, row: usize, out: &mut [u8]) {
        let (Some(place), (width, _)) = (self.layout.planes.get(plane), self.layout.plane_size(plane)) else { return };
        let Some(out) = out.get_mut(..width) else { return };
        self.lease.copy(place.offset + row * place.stride, out);
        let (spans, value) = self.masked(plane);
        for span in spans.spans(row) {
            if let Some(masked) = out.get_mut(span.start as usize..span.end as usize) {
                masked.fill(value);
            }
        }
    }

    /// One row of a plane where it is, if no mask touches it.
    pub(crate) fn open_row(&self, plane: usize, row: usize) -> Option<PixelRow<'_>> {
        let (place, (width, height)) = (self.layout.planes.get(plane)?, self.layout.plane_size(plane));
        let (spans, _) = self.masked(plane);
        let is_open = row < height && spans.spans(row).next().is_none();
        is_open.then(|| self.lease.row(place.offset + row * place.stride, width))
    }

    /// The masked spans of a plane, and what is in their place.
    fn masked(&self, plane: usize) -> (&RowSpans, u8) {
        if plane == 0 { (&self.plan.luma, MASKED_LUMA) } else { (&self.plan.chroma, MASKED_CHROMA) }
    }
}

/// The masked spans of every row, for pictures of one shape.
#[derive(Debug)]
pub struct MaskPlan {
    width: usize,
    height: usize,
    format: PixelFormat,
    luma: RowSpans,
    chroma: RowSpans,
}

impl MaskPlan {
    /// The plan of those masks for pictures of that shape. A pixel is masked if a mask touches any part of it, and a
    /// chroma sample if it covers any masked pixel.
    pub fn new(masks: &[Polygon], layout: &Layout) -> Self {
        let (width, height) = (layout.width, layout.height);
        let mut luma = RowSpans::default();
        for row in 0..height {
            luma.push_row(masks.iter().flat_map(|mask| touched(mask, row, width, height)));
        }
        let (across, down) = layout.format.chroma_shift();
        let (chroma_width, chroma_height) = layout.plane_size(1);
        let mut chroma = RowSpans::default();
        for row in 0..chroma_height {
            let covered = (row << down)..((row + 1) << down).min(height);
            chroma.push_row(covered.flat_map(|row| luma.spans(row)).map(|span| {
                let end = span.end.div_ceil(1 << across).min(chroma_width as u32);
                span.start >> across..end
            }));
        }
        Self { width, height, format: layout.format, luma, chroma }
    }

    /// A plan for no picture yet; [`RawFrame::mask`] makes the real one when it sees the first.
    pub fn unmade() -> Arc<Self> {
        let (luma, chroma) = (RowSpans::default(), RowSpans::default());
        Arc::new(Self { width: 0, height: 0, format: PixelFormat::Gray, luma, chroma })
    }

    fn fits(&self, layout: &Layout) -> bool {
        (self.width, self.height, self.format) == (layout.width, layout.height, layout.format)
    }

    /// Whether a pixel is masked.
    pub fn is_masked(&self, x: usize, y: usize) -> bool {
        self.luma.spans(y).any(|span| span.contains(&(x as u32)))
    }
}

/// For each row, disjoint spans in order.
#[derive(Debug, Default)]
struct RowSpans {
    spans: Vec<Range<u32>>,
    ends: Vec<usize>,
}

impl RowSpans {
    fn push_row(&mut self, spans: impl Iterator<Item = Range<u32>>) {
        let mut row: Vec<_> = spans.filter(|span| !span.is_empty()).collect();
        row.sort_by_key(|span| span.start);
        let first = self.spans.len();
        for span in row {
            match self.spans.get_mut(first..).and_then(|merged| merged.last_mut()) {
                Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
                _ => self.spans.push(span),
            }
        }
        self.ends.push(self.spans.len());
    }

    fn spans(&self, row: usize) -> impl Iterator<Item = Range<u32>> {
        let end = self.ends.get(row).copied().unwrap_or(0);
        let start = row.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.spans.get(start..end).unwrap_or(&[]).iter().cloned()
    }
}

/// The spans of pixels of a row that a mask touches: those that an edge runs through, and those whose middle line
/// is inside. A pixel that no edge runs through is inside as a whole or outside as a whole.
fn touched(mask: &Polygon, row: usize, width: usize, height: usize) -> impl Iterator<Item = Range<u32>> {
    let scaled = |edge: Segment| {
        let scale = |v: f32, side: usize| f64::from(v) * side as f64;
        (scale(edge.from.x, width), scale(edge.from.y, height), scale(edge.to.x, width), scale(edge.to.y, height))
    };
    let pixels = move |from: f64, to: f64| {
        let end = (to.floor() + 1.0).clamp(0.0, width as f64);
        from.floor().clamp(0.0, width as f64) as u32..end as u32
    };
    let (top, bottom) = (row as f64, row as f64 + 1.0);
    let mut spans = vec![];
    let mut crossings = vec![];
    for (x0, y0, x1, y1) in mask.edges().map(scaled) {
        if y0.max(y1) < top || y0.min(y1) > bottom {
            continue;
        }
        let x_at =
            |y: f64| if y0 == y1 { x0 } else { x0 + (x1 - x0) * (y.clamp(y0.min(y1), y0.max(y1)) - y0) / (y1 - y0) };
        let ends = if y0 == y1 { (x0, x1) } else { (x_at(top), x_at(bottom)) };
        spans.push(pixels(ends.0.min(ends.1), ends.0.max(ends.1)));
        let middle = (top + bottom) / 2.0;
        if (y0 > middle) != (y1 > middle) {
            crossings.push(x_at(middle));
        }
    }
    crossings.sort_by(f64::total_cmp);
    spans.extend(
        crossings
            .chunks_exact(2)
            .map(|pair| pixels(pair.first().copied().unwrap_or(0.0), pair.last().copied().unwrap_or(0.0))),
    );
    spans.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use vokter_rules::geometry::Point;

    fn polygon(points: &[(f32, f32)]) -> Polygon {
        Polygon::new(&points.iter().map(|(x, y)| Point::new(*x, *y)).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn a_square_masks_its_pixels_and_the_chroma_that_covers_them() {
        let layout = Layout::packed(40, 20, PixelFormat::Yuv420);
        // Pixels 10.4 to 20.2 across, 5.1 to 9.9 down.
        let plan = MaskPlan::new(&[polygon(&[(0.26, 0.255), (0.505, 0.255), (0.505, 0.495), (0.26, 0.495)])], &layout);
        for y in 0..20 {
            for x in 0..40 {
                assert_eq!(plan.is_masked(x, y), (10..=20).contains(&x) && (5..=9).contains(&y), "{x},{y}");
            }
        }
        assert!(plan.chroma.spans(2).eq(std::iter::once(5..11)));
        assert_eq!(plan.chroma.spans(1).count(), 0);
    }

    proptest! {
        #[test]
        fn every_pixel_that_a_mask_touches_is_masked(
            points in prop::collection::vec((0.0f32..=1.0, 0.0f32..=1.0), 3..7),
            probes in prop::collection::vec((0.0f32..1.0, 0.0f32..1.0), 64),
        ) {
            let points: Vec<_> = points.into_iter().map(|(x, y)| Point::new(x, y)).collect();
            let Ok(mask) = Polygon::new(&points) else { return Ok(()) };
            let layout = Layout::packed(64, 48, PixelFormat::Yuv422);
            let plan = MaskPlan::new(std::slice::from_ref(&mask), &layout);
            for (x, y) in probes.into_iter().filter(|(x, y)| mask.contains(Point::new(*x, *y))) {
                let (x, y) = ((x * 64.0) as usize, (y * 48.0) as usize);
                prop_assert!(plan.is_masked(x, y));
                prop_assert!(plan.chroma.spans(y).any(|span| span.contains(&(x as u32 / 2))));
            }
        }
    }
}
