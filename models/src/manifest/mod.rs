//! `model.toml`: what a model is, where it is from, and what may be read from it.
//!
//! ```text
//! model.toml ──written.rs──▶ as it stands ──resolve.rs──▶ Manifest ──whitelist──▶ ModelFile ──▶ session
//!              unknown keys                every mistake               held against the graph
//! ```
//! The manual is `docs/models.md`.

mod counting;
mod resolve;
mod written;

pub use counting::Counting;

use crate::classes::ClassMap;
use crate::error::plain_lines;
use crate::file::read_regular;
use crate::graph::Element;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use vokter_frames::{Channels, Placement, Resize, TensorSpec};
use vokter_rules::digest::Digest;
use vokter_rules::limits;

/// What a model is, where it is from, and what may be read from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// The model's name, for lists and logs.
    pub name: String,
    /// The ONNX file.
    pub file: PathBuf,
    /// What the file's SHA-256 must be.
    pub sha256: Digest,
    /// The licence of the weights, as an SPDX expression.
    pub licence: String,
    /// Where the file is from.
    pub source: String,
    /// What it is for.
    pub task: Task,
    /// What it is given.
    pub input: Input,
    /// How its outputs are read.
    pub decoder: Decoder,
    /// The names of its outputs, in the decoder's order. Every output of the graph must be here.
    pub outputs: Vec<String>,
    /// Its classes; none for tasks without.
    pub classes: ClassMap,
    /// What is counted of what is there, as far as it was measured.
    pub counting: Vec<Counting>,
}

/// What a model is for. No task gives an attribute of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// People and vehicles as boxes.
    Detection,
    /// Registration plates as boxes. Only a parking purpose may use it (IVA-7a).
    PlateDetection,
    /// The characters of a plate. Only a parking purpose may use it (IVA-7a).
    PlateReading,
    /// Faces, to make them unrecognisable and for nothing else.
    FaceMasking,
}

impl Task {
    /// The word that manifests use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Detection => "detection",
            Self::PlateDetection => "plate-detection",
            Self::PlateReading => "plate-reading",
            Self::FaceMasking => "face-masking",
        }
    }

    /// Whether its model tells classes apart.
    pub const fn has_classes(self) -> bool {
        matches!(self, Self::Detection | Self::PlateDetection)
    }
}

/// What a model is given.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// The name of the input.
    pub name: String,
    /// The order of its sides.
    pub layout: TensorLayout,
    /// The type of its numbers: [`Element::F32`] or [`Element::U8`].
    pub element: Element,
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// What its planes are.
    pub colour: Colour,
    /// The value of full white: 255 or 1.
    pub white: f32,
    /// How a picture of another proportion is fitted in.
    pub letterbox: Letterboxing,
    /// The grey level round the picture, 0 to 255 whatever the range.
    pub pad: u8,
    /// How pixels of the part that is shown become the input's; for plates.
    pub resize: Resize,
    /// How much more than the plate a reader is shown: parts of its sides, across and down, that are added in all.
    pub margin: [f32; 2],
}

/// The order of an input's sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TensorLayout {
    /// Picture, plane, row, column.
    #[default]
    Nchw,
    /// Picture, row, column, plane.
    Nhwc,
}

/// What an input's planes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Colour {
    /// Red, green, blue.
    Rgb,
    /// Blue, green, red.
    Bgr,
    /// Lightness alone.
    Grey,
}

impl Colour {
    /// How many planes these are.
    pub const fn planes(self) -> usize {
        match self {
            Self::Rgb | Self::Bgr => 3,
            Self::Grey => 1,
        }
    }
}

/// How a picture of another proportion is fitted into an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Letterboxing {
    /// Scaled, in the upper left corner.
    TopLeft,
    /// Scaled, in the middle.
    Centre,
    /// Stretched to fill it.
    Stretch,
}

/// How a model's outputs are read. `N` is a number of candidates, `C` of classes.
#[derive(Clone, Debug, PartialEq)]
pub enum Decoder {
    /// `1 x N x (5 + C)`, undecoded grids of strides 8, 16 and 32: offsets, logarithms of sizes, objectness, scores.
    Yolox,
    /// `1 x (4 + C) x N` or `1 x N x (4 + C)`: centre and size in pixels, scores.
    Yolov8,
    /// Rows after suppression in the network.
    YoloNms {
        /// What a row holds.
        rows: Rows,
    },
    /// `1 x N x C` scores before their last function, and `1 x N x 4` boxes: centre and size, 0 to 1.
    Detr {
        /// The function that makes scores of them.
        scores: Scores,
    },
    /// Twelve outputs: class, objectness, box and landmarks, each for the strides 8, 16 and 32. Landmarks are dropped.
    Yunet,
    /// `1 x 9 x H/8 x W/8`: a map of scores, and x and y of four corners. For plates alone.
    PlateCorners,
    /// `1 x slots x characters`: for each slot, how likely each character is.
    PlateSlots {
        /// The characters, in the output's order.
        alphabet: String,
        /// The most characters that a plate has.
        slots: usize,
        /// The character that stands for none.
        pad: char,
    },
}

impl Decoder {
    /// The word that manifests use.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Yolox => "yolox",
            Self::Yolov8 => "yolov8",
            Self::YoloNms { .. } => "yolo-nms",
            Self::Detr { .. } => "detr",
            Self::Yunet => "yunet",
            Self::PlateCorners => "plate-corners",
            Self::PlateSlots { .. } => "plate-slots",
        }
    }

    /// How many outputs it reads.
    pub const fn outputs(&self) -> usize {
        match self {
            Self::Yolox | Self::Yolov8 | Self::YoloNms { .. } | Self::PlateCorners | Self::PlateSlots { .. } => 1,
            Self::Detr { .. } => 2,
            Self::Yunet => 12,
        }
    }

    /// Whether it is a way to do that task.
    pub const fn serves(&self, task: Task) -> bool {
        match self {
            Self::Yolox | Self::Yolov8 | Self::YoloNms { .. } | Self::Detr { .. } => task.has_classes(),
            Self::Yunet => matches!(task, Task::FaceMasking),
            Self::PlateCorners => matches!(task, Task::PlateDetection),
            Self::PlateSlots { .. } => matches!(task, Task::PlateReading),
        }
    }
}

/// What a row of a `yolo-nms` output holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rows {
    /// `N x 7`: picture, left, top, right, bottom, class, score.
    PictureBoxClassScore,
    /// `1 x N x 6`: left, top, right, bottom, score, class.
    BoxScoreClass,
}

/// The function that makes scores of a `detr` output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scores {
    /// Each class by itself.
    Sigmoid,
    /// All classes together, and a last one for nothing.
    Softmax,
}

impl Manifest {
    /// Reads a `model.toml`. The model's file is beside it unless the manifest says otherwise.
    ///
    /// # Errors
    /// When the file cannot be read or says something that cannot be; all mistakes at once.
    pub fn read(path: &Path) -> Result<Self, ManifestError> {
        let unreadable = |cause: String| ManifestError::Unreadable { path: path.to_owned(), cause };
        let bytes = read_regular(path, limits::MANIFEST_BYTES).map_err(|error| unreadable(error.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|_| unreadable("it is no text in UTF-8".to_owned()))?;
        let manifest = Self::parse(&text, path.parent().unwrap_or(Path::new("")));
        manifest.map_err(|mistakes| ManifestError::Mistaken { path: path.to_owned(), mistakes })
    }

    /// Reads the text of a `model.toml` that lies in `folder`.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, Vec<Mistake>> {
        // A parser's message shows the line that it stumbled over.
        let not_toml = |error: toml::de::Error| vec![Mistake::NotToml(plain_lines(error.to_string().trim_end()))];
        let written: written::Written = toml::from_str(text).map_err(not_toml)?;
        let odd = written.with_control_characters();
        if !odd.is_empty() {
            return Err(odd.into_iter().map(Mistake::ControlCharacter).collect());
        }
        resolve::resolve(written, folder)
    }

    /// The tensor that pictures are made into; `None` for inputs that are not three planes of f32.
    pub fn tensor(&self) -> Option<TensorSpec> {
        let Input { width, height, white, .. } = self.input;
        let channels = match self.input.colour {
            Colour::Rgb => Channels::Rgb,
            Colour::Bgr => Channels::Bgr,
            Colour::Grey => return None,
        };
        let placement = match self.input.letterbox {
            Letterboxing::TopLeft => Placement::TopLeft,
            Letterboxing::Centre => Placement::Centre,
            Letterboxing::Stretch => return None,
        };
        let pad = f32::from(self.input.pad) * white / 255.0;
        let planes_of_f32 = self.input.layout == TensorLayout::Nchw && self.input.element == Element::F32;
        planes_of_f32.then_some(TensorSpec { width, height, placement, channels, white, pad })
    }
}

impl Input {
    /// The lengths of the input's sides, for one picture.
    pub const fn shape(&self) -> [usize; 4] {
        match self.layout {
            TensorLayout::Nchw => [1, self.colour.planes(), self.height, self.width],
            TensorLayout::Nhwc => [1, self.height, self.width, self.colour.planes()],
        }
    }
}

/// Why a manifest cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The file cannot be read.
    #[error("the manifest {} cannot be read: {cause}", path.display())]
    Unreadable {
        /// The manifest.
        path: PathBuf,
        /// What the system said.
        cause: String,
    },
    /// It says something that cannot be.
    #[error("the manifest {} is mistaken:{}", path.display(), crate::error::listed(mistakes))]
    Mistaken {
        /// The manifest.
        path: PathBuf,
        /// All that is wrong.
        mistakes: Vec<Mistake>,
    },
}

/// Something that a manifest may not say, with what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mistake {
    /// A key that is missing, unknown or of the wrong type, or no TOML at all.
    #[error("{0}")]
    NotToml(String),
    /// A text that would do something to a terminal or a log.
    #[error("`{0}` holds a control character; take it out")]
    ControlCharacter(&'static str),
    /// A text that must say something.
    #[error("`{0}` is empty; write {1}")]
    Empty(&'static str, &'static str),
    /// No SHA-256.
    #[error("`sha256` is not 64 hexadecimal digits; write what `sha256sum FILE` prints")]
    Digest,
    /// A decoder that is not known.
    #[error("`{0}` is no decoder; write one of {names}", names = written::DECODERS.join(", "))]
    UnknownDecoder(String),
    /// A decoder that does not serve the task.
    #[error("decoder `{decoder}` does not serve task `{task}`; write {instead}")]
    WrongDecoder {
        /// The decoder.
        decoder: &'static str,
        /// The task.
        task: &'static str,
        /// Those that do.
        instead: &'static str,
    },
    /// A key that belongs to another decoder or task.
    #[error("`{key}` belongs to {owner}; take it out")]
    Misplaced {
        /// The key.
        key: &'static str,
        /// Where it belongs.
        owner: &'static str,
    },
    /// A key that this decoder or task needs.
    #[error("`{key}` is missing; write {instead}")]
    Missing {
        /// The key.
        key: &'static str,
        /// What to write.
        instead: &'static str,
    },
    /// Not as many outputs as the decoder reads.
    #[error("`output.names` has {found} names, and decoder `{decoder}` reads {wanted}; name each output, in its order")]
    OutputCount {
        /// How many there are.
        found: usize,
        /// The decoder.
        decoder: &'static str,
        /// How many it reads.
        wanted: usize,
    },
    /// A name that occurs twice.
    #[error("`{0}` occurs twice in `{1}`; take one out")]
    Twice(String, &'static str),
    /// Something about the input that the task cannot use.
    #[error("`{key}`: {what}")]
    Input {
        /// The key.
        key: &'static str,
        /// What it must be.
        what: String,
    },
    /// A named list of classes that is not known.
    #[error("`{0}` is no list of classes; write \"coco-80\", or the names themselves in brackets")]
    UnknownList(String),
    /// A class in the map that the model does not have.
    #[error("`classes.map` speaks of `{0}`, which is none of the model's classes; correct it or take it out")]
    UnknownLabel(String),
    /// A class that Vokter does not have.
    #[error("`{label}` cannot become `{class}`; write \"ignore\" or one of {classes}")]
    UnknownClass {
        /// The model's class.
        label: String,
        /// What the map says.
        class: String,
        /// What it may say.
        classes: String,
    },
    /// A map by which nothing is found.
    #[error("every class is ignored; map at least one to {0}")]
    NothingFound(String),
    /// `others` is something else than "ignore".
    #[error("`classes.others` is `{0}`; write \"ignore\", or take it out and map each class")]
    Others(String),
    /// A measurement of counting that is none.
    #[error("`{key}` of `[[counting]]` {number}: {instead}")]
    Counting {
        /// The key.
        key: &'static str,
        /// Which of them, from 1.
        number: usize,
        /// What is wrong, and what to write.
        instead: String,
    },
    /// An alphabet that is none.
    #[error("`output.alphabet`: {0}")]
    Alphabet(&'static str),
}
