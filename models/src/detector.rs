//! A detector: letterbox, run, decode, suppress.

use crate::decode::{Detection, detr, nms, yolo_nms, yolov8, yolox};
use crate::manifest::{Decoder, Manifest};
use crate::patches::{patch_shape, with_patches};
use crate::reshape::with_input_shape;
use crate::{ModelError, ModelFile, Runtime, Session};
use ndarray::ArrayView2;
use std::path::Path;
use std::sync::Arc;
use vokter_frames::{Fit, Letterbox, MaskedFrame, Placement, TensorSpec};
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

/// A model that finds objects, as its manifest says.
#[derive(Clone)]
pub struct Model {
    runtime: Runtime,
    file: ModelFile,
    /// The file, with its input fixed to the manifest's size if it was open.
    bytes: Arc<[u8]>,
    spec: TensorSpec,
}

impl Model {
    /// Opens a model for detection or plate detection by its `model.toml`, or by its `.onnx` file with the manifest
    /// beside it.
    ///
    /// # Errors
    /// When it is refused, does something else, or does not run as its manifest says.
    pub fn open(runtime: &Runtime, path: &Path) -> Result<Self, ModelError> {
        let file = ModelFile::open(path)?;
        let manifest = file.manifest();
        let wrong_task = || ModelError::WrongTask {
            path: path.to_owned(),
            is: manifest.task.name(),
            wanted: "detection, or plate-detection by boxes",
        };
        let finds_boxes = manifest.task.has_classes() && manifest.decoder != Decoder::PlateCorners;
        let spec = manifest.tensor().filter(|_| finds_boxes).ok_or_else(wrong_task)?;
        let mut bytes: Arc<[u8]> = file.bytes().clone();
        if !file.has_fixed_input()
            && let Some(fixed) = with_input_shape(&bytes, &manifest.input.name, &manifest.input.shape())
        {
            bytes = fixed.into();
        }
        let model = Self { runtime: runtime.clone(), bytes, spec, file };
        model.session_of(&model.bytes, spec)?;
        Ok(model)
    }

    /// What the model is.
    pub fn manifest(&self) -> &Manifest {
        self.file.manifest()
    }

    /// A session whose input just holds pictures of that size, or one of the model's own size if the model cannot be
    /// reshaped. Its input is of bytes if the model rounds what it is given ([`Session::takes_bytes`]).
    ///
    /// # Errors
    /// When ONNX Runtime refuses the session.
    pub fn session_for(&self, width: usize, height: usize) -> Result<Session, ModelError> {
        self.network_for(width, height).map(|(session, _)| session)
    }

    /// A session and the tensor that it wants.
    fn network_for(&self, width: usize, height: usize) -> Result<(Session, TensorSpec), ModelError> {
        let fitted = self.fitted(width, height);
        if fitted != self.spec
            && let name = &self.manifest().input.name
            && let Some(bytes) = with_input_shape(&self.bytes, name, &[1, 3, fitted.height, fitted.width])
            && let Ok(session) = self.session_of(&bytes, fitted)
        {
            return Ok((session, fitted));
        }
        Ok((self.session_of(&self.bytes, self.spec)?, self.spec))
    }

    /// A session that is given the bytes that the network would have made of its input, if it is one that does that;
    /// else one as it is written. It is held against the manifest once more: what a graph says about itself need not
    /// be so.
    fn session_of(&self, bytes: &[u8], spec: TensorSpec) -> Result<Session, ModelError> {
        let (name, TensorSpec { width, height, .. }) = (&self.manifest().input.name, spec);
        if spec.white == 255.0
            && let Some(patches) = with_patches(bytes, name, width, height)
            && let wanted = patch_shape(width, height)
            && let Ok(session) = self.file.session_of_shape(&self.runtime, &patches, (width, height), wanted)
        {
            return Ok(session);
        }
        self.file.session(&self.runtime, bytes, width, height)
    }

    /// The smallest input that holds pictures of that size at the scale of the model's own. Only grids that are not yet
    /// decoded follow their input; other exports carry the places of their cells as numbers.
    fn fitted(&self, width: usize, height: usize) -> TensorSpec {
        if self.manifest().decoder != Decoder::Yolox || self.spec.placement != Placement::TopLeft {
            return self.spec;
        }
        let content = self.spec.content(width, height);
        let side = |content: usize, most: usize| content.next_multiple_of(yolox::SIDE_STEP).min(most);
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
        let is_padded = padded.replace(fit) == Some(fit);
        if session.takes_bytes() {
            let input = session.input_bytes()?;
            if !is_padded {
                letterbox.pad_patches(input);
            }
            letterbox.fill_patches(frame, input);
        } else {
            let input = session.input()?;
            if !is_padded {
                letterbox.pad(fit, input);
            }
            letterbox.fill(frame, input);
        }
        session.run()?;
        let spec = letterbox.spec();
        self.candidates.clear();
        read(self.model.manifest(), session, (spec.width, spec.height), self.thresholds.floor, &mut self.candidates)?;
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
        let (session, spec) = self.model.network_for(frame.width(), frame.height())?;
        let network = Network { wanted, session, letterbox: Letterbox::new(spec), padded: None };
        if self.networks.len() == limits::INPUT_SHAPES {
            self.networks.remove(0);
        }
        self.networks.push(network);
        Ok(self.networks.len() - 1)
    }
}

/// Decodes what a session's last run said, in tensor pixels.
pub(crate) fn read(
    manifest: &Manifest,
    session: &Session,
    size: (usize, usize),
    floor: f32,
    out: &mut Vec<Detection>,
) -> Result<(), ModelError> {
    let classes = &manifest.classes;
    match manifest.decoder {
        Decoder::Yolox => yolox::decode(table(session, 0)?, size, classes, floor, out),
        Decoder::Yolov8 => yolov8::decode(table(session, 0)?, classes, floor, out),
        Decoder::YoloNms { rows } => yolo_nms::decode(table(session, 0)?, rows, classes, floor, out),
        Decoder::Detr { scores } => {
            detr::decode(table(session, 0)?, table(session, 1)?, scores, size, classes, floor, out);
        }
        // Their tasks find no boxes; `Model::open` refuses them.
        Decoder::Yunet | Decoder::PlateCorners | Decoder::PlateSlots { .. } => {}
    }
    Ok(())
}

/// An output as rows and columns, without a first side of one.
fn table(session: &Session, place: usize) -> Result<ArrayView2<'_, f32>, ModelError> {
    let (shape, numbers) = session.output(place)?;
    let sides = match *shape {
        [rows, columns] | [1, rows, columns] => (rows, columns),
        _ => return Err(ModelError::Run(format!("output {place} is {shape:?}, which is no table"))),
    };
    ArrayView2::from_shape(sides, numbers).map_err(|error| ModelError::Run(error.to_string()))
}
