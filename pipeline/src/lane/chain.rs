//! From a vehicle to a reading of its plate.

use vokter_frames::MaskedFrame;
use vokter_models::{ModelError, ModelFile, PlateFinder, PlateReader, PlateReading, Runtime};
use vokter_rules::geometry::Rect;

/// Score from which on something is a plate.
const FLOOR: f32 = 0.4;
/// Narrowest plate that is read, in pixels: below it the characters run into each other.
const NARROWEST: f32 = 20.0;

/// One session's finder and reader of plates.
pub struct PlateChain {
    finder: PlateFinder,
    reader: PlateReader,
}

impl PlateChain {
    /// A finder and a reader that belong together.
    ///
    /// # Errors
    /// When a model is for another task, or does not run as its manifest says.
    pub fn open(runtime: &Runtime, finder: &ModelFile, reader: &ModelFile) -> Result<Self, ModelError> {
        let finder = PlateFinder::open(runtime, finder, FLOOR)?;
        Ok(Self { finder, reader: PlateReader::open(runtime, reader)? })
    }

    /// The plate of the vehicle in a part of a picture; `None` if none is seen well enough.
    pub(crate) fn read(&mut self, frame: &MaskedFrame, vehicle: &Rect) -> Result<Option<PlateReading>, ModelError> {
        let plates = self.finder.find(frame, vehicle)?;
        let is_wide = |bounds: Rect| bounds.width() * frame.width() as f32 >= NARROWEST;
        let best = plates.iter().find(|plate| is_wide(plate.corners.bounds())).map(|plate| plate.corners);
        best.map(|corners| self.reader.read(frame, &corners)).transpose()
    }
}
