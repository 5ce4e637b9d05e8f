//! Finds plates in a part of a picture: a lane, a vehicle, or the whole.

use super::corners;
use crate::{ModelError, Runtime, Session};
use std::path::Path;
use vokter_frames::{Cropper, Filling, Fit, MaskedFrame, Quad, TensorSpec};
use vokter_rules::geometry::{Point, Rect};
use vokter_rules::limits;

/// A plate in a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FoundPlate {
    /// Its corners, in normalised picture coordinates.
    pub corners: Quad,
    /// How sure the network is, 0 to 1.
    pub score: f32,
}

/// How a finder's output is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinderOutput {
    /// A map of scores and four corners, `1 x 9 x H/8 x W/8`; the decoder `plate-corners`.
    Corners,
    /// Boxes after suppression in the network, `N x 7`: picture, box, class, score; the decoder `yolo-nms`.
    Boxes,
}

/// One thread's finder. After its first picture it allocates nothing, unless the network's output has an open side.
pub struct PlateFinder {
    session: Session,
    spec: TensorSpec,
    output: FinderOutput,
    floor: f32,
    cropper: Cropper,
    candidates: Vec<FoundPlate>,
    found: Vec<FoundPlate>,
}

impl PlateFinder {
    /// A finder over a model of these bytes, which `path` names in errors; finds plates that score at least `floor`.
    ///
    /// # Errors
    /// When ONNX Runtime refuses the model, or its shapes are not those of the specification and the output.
    pub fn open(
        runtime: &Runtime,
        path: &Path,
        bytes: &[u8],
        spec: TensorSpec,
        output: FinderOutput,
        floor: f32,
    ) -> Result<Self, ModelError> {
        let session = Session::open(runtime, path, bytes)?;
        let wrong = |what: String| Err(ModelError::WrongModel { path: path.to_owned(), what });
        let input = [1, 3, spec.height, spec.width];
        if session.input_shape() != input || session.takes_bytes() {
            return wrong(format!("its input is {:?} instead of f32 {input:?}", session.input_shape()));
        }
        let (down, across) = (spec.height / corners::STRIDE, spec.width / corners::STRIDE);
        let fits = match (output, session.output_shape()) {
            (FinderOutput::Corners, shape) => shape == [1, corners::PLANES, down, across],
            (FinderOutput::Boxes, [_, numbers]) => *numbers == corners::ROW,
            (FinderOutput::Boxes, _) => false,
        };
        if !fits {
            return wrong(format!("its output is {:?}, which {output:?} does not read", session.output_shape()));
        }
        Ok(Self {
            session,
            spec,
            output,
            floor,
            cropper: Cropper::new(),
            candidates: Vec::with_capacity(limits::PLATES_PER_REGION),
            found: Vec::with_capacity(limits::PLATES_PER_REGION),
        })
    }

    /// The plates in a part of a picture, best first, at most [`limits::PLATES_PER_REGION`].
    ///
    /// # Errors
    /// When the network's run fails.
    pub fn find(&mut self, frame: &MaskedFrame, region: &Rect) -> Result<&[FoundPlate], ModelError> {
        let region = region.clipped();
        let input = self.session.input()?;
        let fit = self.cropper.planes(frame, &Quad::of(&region), &self.spec, Filling::Letterbox, input);
        let output = self.session.run()?;
        self.candidates.clear();
        match self.output {
            FinderOutput::Corners => {
                let columns = self.spec.width / corners::STRIDE;
                corners::decode_corners(output, columns, self.floor, &mut self.candidates);
            }
            FinderOutput::Boxes => corners::decode_rows(output, self.floor, &mut self.candidates),
        }
        corners::suppress(&mut self.candidates, &mut self.found);
        for plate in &mut self.found {
            plate.corners.corners = plate.corners.corners.map(|corner| to_picture(corner, fit, &region));
        }
        Ok(&self.found)
    }
}

/// From tensor pixels to the picture, by way of the region that the tensor shows.
fn to_picture(corner: Point, fit: Fit, region: &Rect) -> Point {
    let within = fit.to_picture(&Rect::new(corner.x, corner.y, corner.x, corner.y));
    Point::new(region.left + within.left * region.width(), region.top + within.top * region.height())
}
