//! `model.toml` as it is written.

use super::{Colour, Letterboxing, Rows, Scores, Task, TensorLayout};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The decoders that a manifest may name.
pub(super) const DECODERS: [&str; 7] = ["yolox", "yolov8", "yolo-nms", "detr", "yunet", "plate-corners", "plate-slots"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    /// Name for lists and logs; the file's name without it.
    pub name: Option<String>,
    /// Path of the ONNX file, relative to the manifest.
    pub file: String,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// SPDX expression.
    pub licence: String,
    /// Where the file is from.
    pub source: String,
    /// What the model is for.
    pub task: Task,
    pub input: WrittenInput,
    pub output: WrittenOutput,
    pub classes: Option<WrittenClasses>,
    /// What is counted of what is there, where that was measured.
    #[serde(default)]
    pub counting: Vec<WrittenCounting>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenCounting {
    /// Vokter's classes that were counted together.
    pub classes: Vec<String>,
    /// How many there were.
    pub there: u32,
    /// How many were counted.
    pub counted: u32,
    /// Lower end of the 95 % confidence interval of their ratio.
    pub low: f64,
    /// Upper end of it.
    pub high: f64,
    /// What it was measured on.
    pub data: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenInput {
    /// Name of the input.
    pub name: String,
    /// Order of its sides; `nchw` without it.
    #[serde(default)]
    pub layout: TensorLayout,
    /// Type of its numbers; `f32` without it.
    #[serde(default)]
    pub element: WrittenElement,
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// What its planes are.
    pub colour: Colour,
    /// From black to white.
    pub range: Range,
    /// How a picture of another proportion is fitted in.
    pub letterbox: Letterboxing,
    /// Grey level round the picture, 0 to 255; for letterboxes only.
    pub pad: Option<u8>,
    /// How pixels become the input's; for plates.
    pub resize: Option<WrittenResize>,
    /// Parts of a plate's sides that are added in all, across and down; for `plate-reading`.
    pub margin: Option<[f32; 2]>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum WrittenResize {
    Averaged,
    Linear,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum WrittenElement {
    #[default]
    F32,
    U8,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum Range {
    #[serde(rename = "0..255")]
    Bytes,
    #[serde(rename = "0..1")]
    Unit,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenOutput {
    /// One of [`DECODERS`].
    pub decoder: String,
    /// Every output of the graph, in the decoder's order.
    pub names: Vec<String>,
    /// What a row holds; for `yolo-nms`.
    pub rows: Option<Rows>,
    /// What makes scores; for `detr`.
    pub scores: Option<Scores>,
    /// The characters in the output's order; for `plate-slots`.
    pub alphabet: Option<String>,
    /// The most characters that a plate has; for `plate-slots`.
    pub slots: Option<usize>,
    /// The character that stands for none; for `plate-slots`.
    pub pad: Option<char>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenClasses {
    /// The classes in the output's order, or the name of a well-known list.
    pub names: Names,
    /// `"ignore"`: classes that the map does not speak of are dropped.
    pub others: Option<String>,
    /// From each class to one of Vokter's, or `"ignore"`.
    #[serde(default)]
    pub map: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a list of names in brackets, or \"coco-80\"")]
pub(super) enum Names {
    List(String),
    Each(Vec<String>),
}

impl Written {
    /// The keys of texts that hold a control character.
    pub(super) fn with_control_characters(&self) -> Vec<&'static str> {
        let Self { name, file, sha256, licence, source, input, output, classes, counting, .. } = self;
        let pad = output.pad.map(String::from);
        let mut texts = vec![
            ("name", name.iter().collect::<Vec<_>>()),
            ("file", vec![file]),
            ("sha256", vec![sha256]),
            ("licence", vec![licence]),
            ("source", vec![source]),
            ("input.name", vec![&input.name]),
            ("output.decoder", vec![&output.decoder]),
            ("output.names", output.names.iter().collect()),
            ("output.alphabet", output.alphabet.iter().collect()),
            ("output.pad", pad.iter().collect()),
        ];
        if let Some(WrittenClasses { names, others, map }) = classes {
            let names = match names {
                Names::List(list) => vec![list],
                Names::Each(names) => names.iter().collect(),
            };
            texts.extend([("classes.names", names), ("classes.others", others.iter().collect())]);
            texts.push(("classes.map", map.iter().flat_map(|(label, class)| [label, class]).collect()));
        }
        texts.extend(counting.iter().flat_map(|measured| {
            [("counting.classes", measured.classes.iter().collect()), ("counting.data", vec![&measured.data])]
        }));
        let is_odd = |texts: &[&String]| texts.iter().any(|text| text.contains(char::is_control));
        texts.into_iter().filter(|(_, texts)| is_odd(texts)).map(|(key, _)| key).collect()
    }
}
