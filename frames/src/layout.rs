//! Where the planes of a decoded picture lie in its slot of shared memory.

use vokter_rules::limits;

/// Bytes of one slot: the largest picture in 4:4:4, with each row and plane aligned.
pub const SLOT_BYTES: usize = (limits::PICTURE_WIDTH + 128) * (limits::PICTURE_HEIGHT + 128) * 3;

/// How chroma is sampled; luma is always 8 bits a pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum PixelFormat {
    /// Chroma halved in both directions.
    Yuv420 = 0,
    /// Chroma halved across.
    Yuv422 = 1,
    /// Chroma in full.
    Yuv444 = 2,
    /// No chroma.
    Gray = 3,
}

impl PixelFormat {
    /// How many luma pixels a chroma sample covers, across and down, as a power of two.
    pub const fn chroma_shift(self) -> (u32, u32) {
        match self {
            Self::Yuv420 => (1, 1),
            Self::Yuv422 => (1, 0),
            Self::Yuv444 | Self::Gray => (0, 0),
        }
    }

    /// Number of planes.
    pub const fn planes(self) -> usize {
        match self {
            Self::Gray => 1,
            Self::Yuv420 | Self::Yuv422 | Self::Yuv444 => 3,
        }
    }
}

/// Which weights turn YUV into RGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ColourMatrix {
    /// ITU-R BT.601: standard definition and JPEG.
    Bt601 = 0,
    /// ITU-R BT.709: high definition.
    Bt709 = 1,
}

/// Where a plane begins in the slot and how far apart its rows are, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Plane {
    /// First byte.
    pub offset: usize,
    /// Distance between rows.
    pub stride: usize,
}

/// The shape of a decoded picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// Chroma sampling.
    pub format: PixelFormat,
    /// YUV to RGB.
    pub matrix: ColourMatrix,
    /// Whether luma runs over 0..=255 rather than 16..=235.
    pub full_range: bool,
    /// Y, U, V; U and V mean nothing in [`PixelFormat::Gray`].
    pub planes: [Plane; 3],
}

/// Why a layout is refused. The decoder is not trusted: a layout that reaches outside its slot ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// Too small or too large.
    #[error(
        "a picture of {0}x{1} is outside the {min}x{min} to {width}x{height} that Vokter decodes",
        min = limits::PICTURE_SIDE_MIN, width = limits::PICTURE_WIDTH, height = limits::PICTURE_HEIGHT
    )]
    Size(usize, usize),
    /// A plane that does not lie within the slot.
    #[error("plane {0} of the picture lies outside its memory")]
    Plane(usize),
}

impl Layout {
    /// Width and height of a plane, in samples.
    pub const fn plane_size(&self, plane: usize) -> (usize, usize) {
        if plane == 0 {
            return (self.width, self.height);
        }
        let (across, down) = self.format.chroma_shift();
        (self.width.div_ceil(1 << across), self.height.div_ceil(1 << down))
    }

    /// Checks that every row of every plane lies within `bytes` bytes.
    ///
    /// # Errors
    /// When the size is out of bounds or a plane is not within the memory.
    pub fn check(&self, bytes: usize) -> Result<(), LayoutError> {
        let (width, height) = (self.width, self.height);
        let fits = |side, most| (limits::PICTURE_SIDE_MIN..=most).contains(&side);
        if !fits(width, limits::PICTURE_WIDTH) || !fits(height, limits::PICTURE_HEIGHT) {
            return Err(LayoutError::Size(width, height));
        }
        for (index, plane) in self.planes.iter().enumerate().take(self.format.planes()) {
            let (width, height) = self.plane_size(index);
            let last_row = plane.stride.checked_mul(height - 1).and_then(|rows| rows.checked_add(plane.offset));
            let end = last_row.and_then(|start| start.checked_add(width));
            if plane.stride < width || end.is_none_or(|end| end > bytes) {
                return Err(LayoutError::Plane(index));
            }
        }
        Ok(())
    }

    /// A layout with planes one after another and no padding.
    pub fn packed(width: usize, height: usize, format: PixelFormat) -> Self {
        let matrix = ColourMatrix::Bt601;
        let mut layout = Self { width, height, format, matrix, full_range: false, planes: [Plane::default(); 3] };
        let mut offset = 0;
        let sizes = [0, 1, 2].map(|plane| layout.plane_size(plane));
        for (plane, (width, height)) in layout.planes.iter_mut().zip(sizes).take(format.planes()) {
            *plane = Plane { offset, stride: width };
            offset += width * height;
        }
        layout
    }

    /// Bytes that a packed layout of this shape fills.
    pub fn packed_bytes(&self) -> usize {
        (0..self.format.planes()).map(|plane| self.plane_size(plane)).map(|(width, height)| width * height).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_checked_layout_stays_within_its_memory(
            width in 0usize..5000, height in 0usize..3000, offset in any::<usize>(), stride in 0usize..9000,
            bytes in 0usize..SLOT_BYTES, far in any::<bool>(),
        ) {
            let plane = Plane { offset: if far { offset } else { offset % SLOT_BYTES }, stride };
            let layout = Layout { planes: [plane; 3], ..Layout::packed(width, height, PixelFormat::Yuv420) };
            if layout.check(bytes).is_ok() {
                for index in 0..3 {
                    let (width, height) = layout.plane_size(index);
                    prop_assert!(plane.offset + plane.stride * (height - 1) + width <= bytes);
                }
            }
        }
    }

    #[test]
    fn the_largest_picture_fits_a_slot() {
        let largest = Layout::packed(limits::PICTURE_WIDTH, limits::PICTURE_HEIGHT, PixelFormat::Yuv444);
        assert_eq!(largest.check(SLOT_BYTES), Ok(()));
        let larger = Layout::packed(limits::PICTURE_WIDTH + 1, limits::PICTURE_HEIGHT, PixelFormat::Gray);
        assert!(matches!(larger.check(SLOT_BYTES), Err(LayoutError::Size(..))));
    }
}
