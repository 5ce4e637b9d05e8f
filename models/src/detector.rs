//! A detector: letterbox, run, decode, suppress.

use crate::decode::{Detection, nms, yolox};
use crate::reshape::with_input_shape;
use crate::{ModelError, Runtime, Session};
use ndarray::ArrayView2;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use vokter_frames::{Channels, Fit, Letterbox, MaskedFrame, Placement, TensorSpec};
use vokter_rules::limits;

/// Sides of a YOLOX input are multiples of its coarsest stride.
const SIDE_STEP: usize = 32;

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

/// A model file that was found to be a YOLOX detector over COCO's classes.
#[derive(Clone)]
pub struct Model {
    runtime: Runtime,
    path: PathBuf,
    bytes: Arc<[u8]>,
    spec: TensorSpec,
}

impl Model {
    /// Reads a model and checks that it is one that is known.
    ///
    /// # Errors
    /// When the file cannot be read, is no model, or is another kind of model.
    pub fn open(runtime: &Runtime, path: &Path) -> Result<Self, ModelError> {
        let bytes = std::fs::read(path).map_err(|cause| ModelError::Unreadable { path: path.to_owned(), cause })?;
        let session = Session::open(runtime, path, &bytes)?;
        let spec = input_spec(&session).map_err(|what| ModelError::WrongModel { path: path.to_owned(), what })?;
        Ok(Self { runtime: runtime.clone(), path: path.to_owned(), bytes: bytes.into(), spec })
    }

    /// A session whose input just holds pictures of that size, or one of the model's own size if the model cannot be
    /// reshaped.
    ///
    /// # Errors
    /// When ONNX Runtime refuses the session.
    pub fn session_for(&self, width: usize, height: usize) -> Result<Session, ModelError> {
        let fitted = self.fitted(width, height);
        if fitted != self.spec
            && let Some(bytes) = with_input_shape(&self.bytes, &[1, 3, fitted.height, fitted.width])
            && let Ok(session) = Session::open(&self.runtime, &self.path, &bytes)
            && input_spec(&session).is_ok_and(|spec| spec == fitted)
        {
            return Ok(session);
        }
        Session::open(&self.runtime, &self.path, &self.bytes)
    }

    /// The smallest input that holds pictures of that size at the scale of the model's own.
    fn fitted(&self, width: usize, height: usize) -> TensorSpec {
        let content = self.spec.content(width, height);
        let side = |content: usize, most: usize| content.next_multiple_of(SIDE_STEP).min(most);
        TensorSpec { width: side(content.0, self.spec.width), height: side(content.1, self.spec.height), ..self.spec }
    }
}

/// One thread's detector over a model. Allocates nothing once it has seen a picture of each shape.
pub struct Detector {
    model: Model,
    networks: Vec<Network>,
    thresholds: Thresholds,
    candidates: Vec<Detection>,
    detections: Vec<Detection>,
}

/// A session for pictures of one proportion.
struct Network {
    /// The input that was asked for; the session's own if the model cannot be reshaped.
    wanted: TensorSpec,
    session: Session,
    letterbox: Letterbox,
    padded: Option<Fit>,
}

impl Detector {
    /// A detector over a model. Sessions are made when the first picture of each proportion comes.
    pub fn new(model: &Model, thresholds: Thresholds) -> Self {
        Self {
            model: model.clone(),
            networks: Vec::with_capacity(limits::INPUT_SHAPES),
            thresholds,
            candidates: Vec::with_capacity(limits::CANDIDATES_PER_FRAME),
            detections: Vec::with_capacity(limits::DETECTIONS_PER_FRAME),
        }
    }

    /// What the picture shows: at most [`limits::DETECTIONS_PER_FRAME`] objects, best first, in normalised
    /// coordinates.
    ///
    /// # Errors
    /// When the network's run fails.
    pub fn detect(&mut self, frame: &MaskedFrame) -> Result<&[Detection], ModelError> {
        let index = self.network(frame)?;
        let Some(Network { session, letterbox, padded, .. }) = self.networks.get_mut(index) else { return Ok(&[]) };
        let fit = letterbox.fit(frame);
        let input = session.input()?;
        if *padded != Some(fit) {
            letterbox.pad(fit, input);
            *padded = Some(fit);
        }
        letterbox.fill(frame, input);
        let rows = session.output_shape().get(1).copied().unwrap_or(0);
        let output = ArrayView2::from_shape((rows, yolox::CELL_NUMBERS), session.run()?)
            .map_err(|error| ModelError::Run(error.to_string()))?;
        let spec = letterbox.spec();
        self.candidates.clear();
        yolox::decode(output, spec.width, spec.height, self.thresholds.floor, &mut self.candidates);
        nms::suppress(&mut self.candidates, self.thresholds.overlap, &mut self.detections);
        for detection in &mut self.detections {
            detection.region = fit.to_picture(&detection.region).clipped();
        }
        Ok(&self.detections)
    }

    /// The network for pictures of this proportion, made if there is none yet.
    fn network(&mut self, frame: &MaskedFrame) -> Result<usize, ModelError> {
        let wanted = self.model.fitted(frame.width(), frame.height());
        if let Some(index) = self.networks.iter().position(|network| network.wanted == wanted) {
            return Ok(index);
        }
        let session = self.model.session_for(frame.width(), frame.height())?;
        let spec = input_spec(&session).map_err(|what| ModelError::Run(what.clone()))?;
        let network = Network { wanted, session, letterbox: Letterbox::new(spec), padded: None };
        if self.networks.len() == limits::INPUT_SHAPES {
            self.networks.remove(0);
        }
        self.networks.push(network);
        Ok(self.networks.len() - 1)
    }
}

/// What a YOLOX network wants: BGR, 0 to 255, upper left, grey border. Or what does not fit.
fn input_spec(session: &Session) -> Result<TensorSpec, String> {
    let (input, output) = (session.input_shape(), session.output_shape());
    let [1, 3, height, width] = *input else { return Err(format!("its input is {input:?} instead of [1, 3, H, W]")) };
    let fits = |side: usize| side.is_multiple_of(SIDE_STEP) && (SIDE_STEP..=4096).contains(&side);
    if !fits(width) || !fits(height) {
        return Err(format!("its input of {width}x{height} is no multiple of {SIDE_STEP}"));
    }
    let wanted = [1, yolox::cells(width, height), yolox::CELL_NUMBERS];
    if output != wanted {
        return Err(format!("its output is {output:?} instead of {wanted:?}"));
    }
    let (placement, channels) = (Placement::TopLeft, Channels::Bgr);
    Ok(TensorSpec { width, height, placement, channels, white: 255.0, pad: 114.0 })
}
