//! A detector: letterbox, run, decode, suppress.

use crate::decode::{Detection, nms, yolox};
use crate::{ModelError, Runtime, Session};
use ndarray::ArrayView2;
use std::path::Path;
use vokter_frames::{Channels, Fit, Letterbox, MaskedFrame, Placement, TensorSpec};
use vokter_rules::limits;

/// When a candidate counts.
#[derive(Clone, Copy, Debug)]
pub struct Thresholds {
    /// Least score that leaves the detector; the tracker tells sure from unsure ones.
    pub floor: f32,
    /// Overlap (intersection over union) from which two boxes of a class are one object.
    pub overlap: f32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { floor: 0.1, overlap: 0.5 }
    }
}

/// One network, one thread. Allocates nothing once it has seen a picture of each shape.
pub struct Detector {
    session: Session,
    letterbox: Letterbox,
    padded: Option<Fit>,
    thresholds: Thresholds,
    candidates: Vec<Detection>,
    detections: Vec<Detection>,
}

impl Detector {
    /// Opens a YOLOX model over COCO's classes.
    ///
    /// # Errors
    /// When the file cannot be read, is no model, or is another kind of model.
    pub fn open(runtime: &Runtime, path: &Path, thresholds: Thresholds) -> Result<Self, ModelError> {
        let bytes = std::fs::read(path).map_err(|cause| ModelError::Unreadable { path: path.to_owned(), cause })?;
        let session = Session::open(runtime, path, &bytes)?;
        let spec = input_spec(&session).map_err(|what| ModelError::WrongModel { path: path.to_owned(), what })?;
        Ok(Self {
            session,
            letterbox: Letterbox::new(spec),
            padded: None,
            thresholds,
            candidates: Vec::with_capacity(limits::CANDIDATES_PER_FRAME),
            detections: Vec::with_capacity(limits::DETECTIONS_PER_FRAME),
        })
    }

    /// What the picture shows: at most [`limits::DETECTIONS_PER_FRAME`] objects, best first, in normalised
    /// coordinates.
    ///
    /// # Errors
    /// When the network's run fails.
    pub fn detect(&mut self, frame: &MaskedFrame) -> Result<&[Detection], ModelError> {
        let fit = self.letterbox.fit(frame);
        let input = self.session.input()?;
        if self.padded != Some(fit) {
            self.letterbox.pad(fit, input);
            self.padded = Some(fit);
        }
        self.letterbox.fill(frame, input);
        let rows = self.session.output_shape().get(1).copied().unwrap_or(0);
        let output = ArrayView2::from_shape((rows, yolox::CELL_NUMBERS), self.session.run()?)
            .map_err(|error| ModelError::Run(error.to_string()))?;
        let spec = self.letterbox.spec();
        self.candidates.clear();
        yolox::decode(output, spec.width, spec.height, self.thresholds.floor, &mut self.candidates);
        nms::suppress(&mut self.candidates, self.thresholds.overlap, &mut self.detections);
        for detection in &mut self.detections {
            detection.region = fit.to_picture(&detection.region).clipped();
        }
        Ok(&self.detections)
    }
}

/// What a YOLOX network wants: BGR, 0 to 255, upper left, grey border. Or what does not fit.
fn input_spec(session: &Session) -> Result<TensorSpec, String> {
    let (input, output) = (session.input_shape(), session.output_shape());
    let [1, 3, height, width] = *input else { return Err(format!("its input is {input:?} instead of [1, 3, H, W]")) };
    if width % 32 != 0 || height % 32 != 0 || !(32..=4096).contains(&width) || !(32..=4096).contains(&height) {
        return Err(format!("its input of {width}x{height} is no multiple of 32"));
    }
    let wanted = [1, yolox::cells(width, height), yolox::CELL_NUMBERS];
    if output != wanted {
        return Err(format!("its output is {output:?} instead of {wanted:?}"));
    }
    let (placement, channels) = (Placement::TopLeft, Channels::Bgr);
    Ok(TensorSpec { width, height, placement, channels, white: 255.0, pad: 114.0 })
}
