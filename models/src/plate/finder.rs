//! Finds plates in a part of a picture: a lane, a vehicle, or the whole.

use super::corners;
use crate::decode::Detection;
use crate::detector;
use crate::manifest::{Decoder, Task};
use crate::{ModelError, ModelFile, Runtime, Session};
use vokter_frames::{Cropper, Filling, MaskedFrame, Quad, TensorSpec};
use vokter_rules::geometry::Rect;
use vokter_rules::limits;
use vokter_rules::object::ObjectClass;

/// A plate in a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FoundPlate {
    /// Its corners, in normalised picture coordinates.
    pub corners: Quad,
    /// How sure the network is, 0 to 1.
    pub score: f32,
}

/// One thread's finder. After its first picture it allocates nothing, unless the network's output has an open side.
pub struct PlateFinder {
    file: ModelFile,
    session: Session,
    spec: TensorSpec,
    floor: f32,
    cropper: Cropper,
    boxes: Vec<Detection>,
    candidates: Vec<FoundPlate>,
    found: Vec<FoundPlate>,
}

impl PlateFinder {
    /// A finder over a model for plates; finds those that score at least `floor`, 0 to 1.
    ///
    /// # Errors
    /// When the model is for another task, or does not run as its manifest says.
    pub fn open(runtime: &Runtime, file: &ModelFile, floor: f32) -> Result<Self, ModelError> {
        let manifest = file.manifest();
        let wrong_task = || ModelError::WrongTask {
            path: manifest.file.clone(),
            is: manifest.task.name(),
            wanted: Task::PlateDetection.name(),
        };
        let finds_plates = manifest.task == Task::PlateDetection;
        Ok(Self {
            spec: manifest.tensor().filter(|_| finds_plates).ok_or_else(wrong_task)?,
            session: file.session_as_written(runtime)?,
            file: file.clone(),
            floor,
            cropper: Cropper::new(manifest.input.resize),
            boxes: Vec::with_capacity(limits::PLATES_PER_REGION),
            candidates: Vec::with_capacity(limits::PLATES_PER_REGION),
            found: Vec::with_capacity(limits::PLATES_PER_REGION),
        })
    }

    /// The plates in a part of a picture, best first, at most [`limits::PLATES_PER_REGION`]. Whatever comes of it, no
    /// picture stays behind, but for what [`Session::clear`] does not cover.
    ///
    /// # Errors
    /// When the network's run fails.
    pub fn find(&mut self, frame: &MaskedFrame, region: &Rect) -> Result<&[FoundPlate], ModelError> {
        let found = self.find_in(frame, region);
        self.cropper.clear();
        self.session.clear()?;
        found.map(|()| self.found.as_slice())
    }

    fn find_in(&mut self, frame: &MaskedFrame, region: &Rect) -> Result<(), ModelError> {
        let region = region.clipped();
        let input = self.session.input()?;
        let shown = self.cropper.planes(frame, &Quad::of(&region), &self.spec, Filling::Letterbox, input);
        self.session.run()?;
        self.candidates.clear();
        let manifest = self.file.manifest();
        if manifest.decoder == Decoder::PlateCorners {
            let (_, output) = self.session.output(0)?;
            let columns = self.spec.width / corners::STRIDE;
            corners::decode_corners(output, columns, self.floor, &mut self.candidates);
        } else {
            self.boxes.clear();
            let size = (self.spec.width, self.spec.height);
            detector::read(manifest, &self.session, size, self.floor, &mut self.boxes)?;
            let plates = self.boxes.iter().filter(|found| found.class == ObjectClass::Plate);
            let found = plates.map(|found| FoundPlate { corners: Quad::of(&found.region), score: found.score });
            self.candidates.extend(found);
        }
        corners::suppress(&mut self.candidates, &mut self.found);
        for plate in &mut self.found {
            plate.corners.corners = plate.corners.corners.map(|corner| shown.to_picture(corner));
        }
        Ok(())
    }
}

#[cfg(test)]
impl PlateFinder {
    /// The session, to be looked into.
    pub(super) const fn session(&mut self) -> &mut Session {
        &mut self.session
    }
}
