//! A small luma plane for the motion gate.

use crate::mask::MaskedFrame;

/// About how many cells wide the plane is.
const CELLS_ACROSS: usize = 96;
/// Rows of a cell that are read.
const ROWS_PER_CELL: usize = 4;

/// Mean luma of square cells of the picture, masks burned in.
#[derive(Default)]
pub struct LumaPlane {
    columns: usize,
    rows: usize,
    cells: Vec<u8>,
    line: Vec<u8>,
    /// Sums down the columns of pixels of one row of cells; at most 64 rows of 255.
    sums: Vec<u16>,
}

impl LumaPlane {
    /// Cells across.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Cells down.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Mean luma of each cell, 0 to 255, row by row.
    pub fn cells(&self) -> &[u8] {
        &self.cells
    }

    /// Fills the plane from a picture: the mean of every pixel in [`ROWS_PER_CELL`] rows of each cell. Allocates only
    /// when the shape of the picture changes.
    pub fn fill(&mut self, frame: &MaskedFrame) {
        let side = frame.width().div_ceil(CELLS_ACROSS).max(1);
        self.columns = frame.width() / side;
        self.rows = frame.height() / side;
        self.cells.resize(self.columns * self.rows, 0);
        self.line.resize(frame.width(), 0);
        self.sums.resize(frame.width(), 0);
        let step = (side / ROWS_PER_CELL).max(1);
        let count = (side.div_ceil(step) * side) as u32;
        for (row, cells) in self.cells.chunks_exact_mut(self.columns.max(1)).enumerate() {
            self.sums.fill(0);
            for offset in (0..side).step_by(step) {
                frame.read_row(0, row * side + offset, &mut self.line);
                for (sum, pixel) in self.sums.iter_mut().zip(&self.line) {
                    *sum += u16::from(*pixel);
                }
            }
            for (cell, sums) in cells.iter_mut().zip(self.sums.chunks_exact(side)) {
                let sum: u32 = sums.iter().map(|sum| u32::from(*sum)).sum();
                *cell = ((sum + count / 2) / count) as u8;
            }
        }
    }
}
