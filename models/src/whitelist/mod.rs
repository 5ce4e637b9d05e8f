//! What a model may say, held against its graph before a session is made (INV-1).
//!
//! ```text
//! Manifest ┐           names: labels, outputs, metadata ── attributes of a person (words.rs)
//!          ├─ refusals ── shapes: every output accounted for, no vector that tells people apart
//! Graph  ──┘           code: no other files, no operators but ONNX's and its runtime's own
//! ```
//! Every refusal cites the requirement it enforces and says what to do instead. All are gathered.

mod shapes;
mod words;

pub use words::{Attribute, attribute_in};

pub(crate) use shapes::Shapes;

use crate::classes::Fate;
use crate::graph::{Element, Graph, Outlet};
use crate::manifest::Manifest;
use std::collections::BTreeSet;
use std::fmt;
use vokter_rules::digest::Digest;

/// Operators of ONNX Runtime's own domain that quantisers and optimisers write into a file.
const MICROSOFT: [&str; 32] = [
    "BiasGelu",
    "Conv",
    "DequantizeLinear",
    "DynamicQuantizeMatMul",
    "FastGelu",
    "FusedConv",
    "FusedGemm",
    "FusedMatMul",
    "Gelu",
    "GridSample",
    "LayerNormalization",
    "MatMulIntegerToFloat",
    "MatMulNBits",
    "NhwcConv",
    "NhwcMaxPool",
    "QGemm",
    "QLinearAdd",
    "QLinearAveragePool",
    "QLinearConcat",
    "QLinearConv",
    "QLinearGlobalAveragePool",
    "QLinearLeakyRelu",
    "QLinearMul",
    "QLinearReduceMean",
    "QLinearSigmoid",
    "QLinearSoftmax",
    "QLinearWhere",
    "QuantizeLinear",
    "QuickGelu",
    "SimplifiedLayerNormalization",
    "SkipLayerNormalization",
    "Upsample",
];

/// Keys of metadata whose values are about the file and not about what it says.
const ABOUT_THE_FILE: [&str; 10] =
    ["author", "date", "docs", "license", "licence", "url", "version", "args", "copyright", "homepage"];

/// Characters of a name that a refusal shows.
const SHOWN: usize = 60;

/// Where in a model a name stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A class of the manifest or of the file's own list.
    Label,
    /// An output of the graph or the manifest.
    Output,
    /// The file's metadata.
    Metadata,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Label => "the class",
            Self::Output => "the output",
            Self::Metadata => "the metadata entry",
        })
    }
}

/// Why a model is refused, and what to do instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The file is another than the manifest's.
    #[error("the file's SHA-256 is {found} and not {declared}; fetch the file again, or write a manifest for this one")]
    Digest {
        /// What the manifest says.
        declared: Digest,
        /// What it is.
        found: Digest,
    },
    /// A name that speaks of an attribute of a person.
    #[error("{place} `{text}` speaks of a person's {attribute} (`{word}`), even if ignored; use a model without it")]
    PersonalAttribute {
        /// Where it stands.
        place: Place,
        /// The name.
        text: String,
        /// The word in it.
        word: String,
        /// The attribute.
        attribute: Attribute,
    },
    /// A class of which the manifest says nothing.
    #[error(
        "the class `{0}` is not mapped; map it in [classes.map], to \"ignore\" if need be, or write others = \"ignore\""
    )]
    UnmappedLabel(String),
    /// The file names its classes otherwise than the manifest.
    #[error(
        "the file calls its class {index} `{file}` where the manifest says `{manifest}`; write the file's own names"
    )]
    OtherLabel {
        /// The class's place.
        index: usize,
        /// What the file says, or nothing.
        file: String,
        /// What the manifest says, or nothing.
        manifest: String,
    },
    /// An output that the manifest does not name.
    #[error("the output `{name}` ({what}) is not in `output.names`; export the model without it")]
    UnaccountedOutput {
        /// Its name.
        name: String,
        /// Its type and shape.
        what: String,
    },
    /// A vector as networks give that tell people apart.
    #[error(
        "the output `{name}` is one vector of {numbers} numbers, as face recognition gives; use a model without it"
    )]
    Embedding {
        /// The output's name.
        name: String,
        /// Its length.
        numbers: usize,
    },
    /// An output of another shape than its decoder reads, so that it holds something else or more.
    #[error(
        "the output `{name}` is {found} and not {wanted}, so it says something else or more; correct the manifest, or export the model without the rest"
    )]
    OutputShape {
        /// Its name.
        name: String,
        /// Its type and shape.
        found: String,
        /// What the decoder reads.
        wanted: String,
    },
    /// An output of the manifest that the graph does not have.
    #[error("the manifest speaks of the output `{name}`, and the file has {has}; correct `output.names`")]
    NoSuchOutput {
        /// The output.
        name: String,
        /// Those there are.
        has: String,
    },
    /// An input other than the manifest's.
    #[error("the file wants {found} and not {wanted}; correct [input], or export the model with this one input")]
    Input {
        /// The inputs.
        found: String,
        /// What the manifest says.
        wanted: String,
    },
    /// Weights in another file, which no digest covers.
    #[error("the tensor `{0}` lies in another file, which the digest does not cover; save the model as one file")]
    ExternalData(String),
    /// An operator from elsewhere.
    #[error("the operator `{0}` is neither ONNX's nor a known one of its runtime; export the model without it")]
    CustomOperator(String),
    /// A function that the file defines.
    #[error("the file defines its own function `{0}`; export the model with functions inlined")]
    LocalFunction(String),
}

impl Refusal {
    /// The requirement that it enforces.
    pub const fn requirement(&self) -> &'static str {
        match self {
            Self::PersonalAttribute { attribute, .. } => attribute.requirement(),
            Self::Embedding { .. } => "IVA-3",
            Self::UnmappedLabel(_)
            | Self::OtherLabel { .. }
            | Self::UnaccountedOutput { .. }
            | Self::OutputShape { .. }
            | Self::NoSuchOutput { .. } => "IVA-3",
            Self::Digest { .. }
            | Self::Input { .. }
            | Self::ExternalData(_)
            | Self::CustomOperator(_)
            | Self::LocalFunction(_) => "KRS-36",
        }
    }
}

/// Everything for which a model is refused under its manifest; nothing if it may be loaded.
pub fn refusals(manifest: &Manifest, graph: &Graph) -> Vec<Refusal> {
    let mut said = Said::default();
    let mut found = said.graph(graph);
    let labels = manifest.classes.iter().map(|(label, _)| (Place::Label, label));
    let outputs = manifest.outputs.iter().map(|name| (Place::Output, name.as_str()));
    found.extend(labels.chain(outputs).filter_map(|(place, name)| said.spoken(place, name)));
    let unmapped = manifest.classes.iter().filter(|(_, fate)| *fate == Fate::Unmapped);
    found.extend(unmapped.map(|(label, _)| Refusal::UnmappedLabel(label.to_owned())));
    found.extend(other_label(manifest, graph));
    found.extend(input(manifest, graph));
    outputs_of(manifest, graph, &mut found);
    found
}

/// What is refused in a graph under any manifest.
pub fn graph_refusals(graph: &Graph) -> Vec<Refusal> {
    Said::default().graph(graph)
}

/// What has been said already. A word in one kind of place is said once, however often it stands there.
#[derive(Default)]
struct Said(BTreeSet<(Place, String)>);

impl Said {
    fn graph(&mut self, graph: &Graph) -> Vec<Refusal> {
        let mut found = vec![];
        for label in graph.label_lists().flatten() {
            found.extend(self.spoken(Place::Label, &label));
        }
        found.extend(graph.outputs.iter().filter_map(|output| self.spoken(Place::Output, &output.name)));
        for (key, value) in &graph.metadata {
            let about_the_file = ABOUT_THE_FILE.contains(&key.to_lowercase().as_str());
            let word = attribute_in(key).or_else(|| attribute_in(value).filter(|_| !about_the_file));
            if let Some((word, attribute)) = word {
                found.extend(self.once(Place::Metadata, &format!("{key}: {value}"), word, attribute));
            }
        }
        found.extend(graph.external.iter().map(|name| Refusal::ExternalData(name.clone())));
        found.extend(graph.functions.iter().map(|name| Refusal::LocalFunction(name.clone())));
        let strange = graph.operators.keys().filter(|(domain, name)| match domain.as_str() {
            "" | "ai.onnx" => false,
            "com.microsoft" => !MICROSOFT.contains(&name.as_str()),
            _ => true,
        });
        found.extend(strange.map(|(domain, name)| Refusal::CustomOperator(format!("{domain}.{name}"))));
        found
    }

    /// The refusal of a name that speaks of an attribute of a person.
    fn spoken(&mut self, place: Place, text: &str) -> Option<Refusal> {
        // TensorFlow calls outputs `Identity`, `Identity_1` and so on, after its operator of that name.
        if place == Place::Output && words::words_of(text) == ["identity"] {
            return None;
        }
        let (word, attribute) = attribute_in(text)?;
        self.once(place, text, word, attribute)
    }

    fn once(&mut self, place: Place, text: &str, word: String, attribute: Attribute) -> Option<Refusal> {
        // What the file's list of classes says is not said again of the entry that holds the list.
        let known = place == Place::Metadata && self.0.iter().any(|(_, said)| *said == word);
        (!known && self.0.insert((place, word.clone()))).then(|| {
            let text = text.chars().take(SHOWN).collect();
            Refusal::PersonalAttribute { place, text, word, attribute }
        })
    }
}

/// Where a list of classes of the file's own differs from the manifest's.
fn other_label(manifest: &Manifest, graph: &Graph) -> Option<Refusal> {
    if !manifest.task.has_classes() {
        return None;
    }
    let ours: Vec<_> = manifest.classes.iter().map(|(label, _)| label).collect();
    let differs = |own: Vec<String>| {
        (0..own.len().max(ours.len())).find_map(|index| {
            let file = own.get(index).map_or("", |label| label.trim());
            let manifest = ours.get(index).map_or("", |label| label.trim());
            let differs = file.to_lowercase() != manifest.to_lowercase();
            let shown = || file.chars().take(SHOWN).collect();
            differs.then(|| Refusal::OtherLabel { index, file: shown(), manifest: manifest.to_owned() })
        })
    };
    graph.label_lists().filter(|labels| !labels.is_empty()).find_map(differs)
}

fn input(manifest: &Manifest, graph: &Graph) -> Option<Refusal> {
    let wanted = &manifest.input;
    let is_it = |input: &Outlet| {
        let sides = input.shape.as_ref();
        let holds = sides.is_none_or(|sides| {
            sides.len() == 4
                && sides
                    .iter()
                    .zip(wanted.shape())
                    .all(|(side, wanted)| side.length().is_none_or(|side| side == wanted))
        });
        input.name == wanted.name && input.element == wanted.element && holds
    };
    if matches!(graph.inputs.as_slice(), [input] if is_it(input)) {
        return None;
    }
    let wanted = format!("`{}` of {} {:?}", wanted.name, wanted.element, wanted.shape());
    Some(Refusal::Input { found: list(&graph.inputs), wanted })
}

fn outputs_of(manifest: &Manifest, graph: &Graph, found: &mut Vec<Refusal>) {
    for (place, name) in manifest.outputs.iter().enumerate() {
        let Some(output) = graph.outputs.iter().find(|output| output.name == *name) else {
            found.push(Refusal::NoSuchOutput { name: name.clone(), has: list(&graph.outputs) });
            continue;
        };
        let shapes = Shapes::of(manifest, place, manifest.input.width, manifest.input.height);
        let is_read = output.shape.as_ref().is_none_or(|sides| shapes.fit(sides.iter().map(|side| side.length())));
        if output.element != Element::F32 || !is_read {
            found.push(embedding(output).unwrap_or_else(|| Refusal::OutputShape {
                name: name.clone(),
                found: output.to_string(),
                wanted: shapes.to_string(),
            }));
        }
    }
    let unnamed = graph.outputs.iter().filter(|output| !manifest.outputs.contains(&output.name));
    found.extend(unnamed.map(|output| {
        let what = output.to_string();
        embedding(output).unwrap_or(Refusal::UnaccountedOutput { name: output.name.clone(), what })
    }));
    // A name given twice would hide the second output of that name.
    for (place, output) in graph.outputs.iter().enumerate() {
        if graph.outputs.iter().take(place).any(|before| before.name == output.name) {
            found.push(Refusal::UnaccountedOutput { name: output.name.clone(), what: output.to_string() });
        }
    }
}

/// The refusal of an output that is one vector for a whole picture.
fn embedding(output: &Outlet) -> Option<Refusal> {
    let sides = output.shape.as_ref()?;
    let mut long = sides.iter().filter_map(|side| side.length()).filter(|length| *length > 1);
    let numbers = long.next().filter(|length| (64..=2048).contains(length) && long.next().is_none())?;
    // One open side may be the number of pictures; two are something else.
    let open = sides.iter().filter(|side| side.length().is_none()).count();
    (open <= 1).then(|| Refusal::Embedding { name: output.name.clone(), numbers })
}

fn list(outlets: &[Outlet]) -> String {
    let shown: Vec<_> = outlets.iter().take(6).map(|outlet| format!("`{}` of {outlet}", outlet.name)).collect();
    match (shown.is_empty(), outlets.len() - shown.len()) {
        (true, _) => "none".to_owned(),
        (_, 0) => shown.join(", "),
        (_, more) => format!("{} and {more} more", shown.join(", ")),
    }
}
