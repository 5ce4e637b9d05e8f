//! What an ONNX file says about itself, read before any session is made of it.
//!
//! Only what the whitelist asks about is kept: names, shapes, operators, labels. Weights are skipped over. The walk is
//! bounded: by the file's length, by `bounds.rs` for graphs within graphs, and by [`limits`] for all that is kept.
//!
//! Fields of `onnx.proto` (ONNX IR): `ModelProto` 1 ir_version, 2 producer_name, 3 producer_version, 7 graph,
//! 8 opset_import, 14 metadata_props, 20 training_info, 25 functions; `GraphProto` 1 node, 5 initializer, 11 input,
//! 12 output, 15 sparse_initializer, 16 metadata_props; `NodeProto` 4 op_type, 5 attribute, 7 domain;
//! `AttributeProto` 5 t, 6 g, 10 tensors, 11 graphs, 22 sparse_tensor, 23 sparse_tensors; `TensorProto` 8 name,
//! 13 external_data, 14 data_location.

mod bounds;
mod labels;

pub use bounds::{GraphError, TooMany};

use crate::wire::{Field, fields};
use bounds::within;
use labels::listed;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use vokter_rules::limits;

/// What an ONNX file says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// The program that wrote it, with its version.
    pub producer: String,
    /// Version of the file format.
    pub ir_version: u64,
    /// Domains and versions of the operator sets it was written for; the empty domain is ONNX's own.
    pub operator_sets: Vec<(String, u64)>,
    /// Inputs, without those that the file itself fills.
    pub inputs: Vec<Outlet>,
    /// Outputs.
    pub outputs: Vec<Outlet>,
    /// Operators by domain and name, and how often each occurs, bodies of loops and conditions included.
    pub operators: BTreeMap<(String, String), usize>,
    /// Functions that the file defines for itself.
    pub functions: BTreeSet<String>,
    /// Tensors whose numbers lie in another file.
    pub external: BTreeSet<String>,
    /// What the exporter noted: keys and values.
    pub metadata: Vec<(String, String)>,
}

/// A named input or output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outlet {
    /// Its name.
    pub name: String,
    /// Its numbers' type.
    pub element: Element,
    /// Its sides; `None` if the file does not say.
    pub shape: Option<Vec<Side>>,
}

/// One side of a tensor: its length, or the name of a length that a run decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Side {
    /// A length.
    Fixed(usize),
    /// Decided by a run; the name may be empty.
    Open(String),
}

/// The type of a tensor's numbers, by its number in `onnx.proto`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Element(pub u64);

impl Element {
    /// 32-bit floating point.
    pub const F32: Self = Self(1);
    /// Bytes.
    pub const U8: Self = Self(2);
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names =
            ["no tensor", "f32", "u8", "i8", "u16", "i16", "i32", "i64", "string", "bool", "f16", "f64", "u32", "u64"];
        let name = usize::try_from(self.0).ok().and_then(|number| names.get(number));
        match name {
            Some(name) => f.write_str(name),
            None => write!(f, "element type {}", self.0),
        }
    }
}

impl Outlet {
    /// Its lengths, if all are fixed.
    pub fn fixed_shape(&self) -> Option<Vec<usize>> {
        self.shape.as_ref()?.iter().map(Side::length).collect()
    }
}

impl fmt::Display for Outlet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(shape) = &self.shape else { return write!(f, "{} of unstated shape", self.element) };
        let sides: Vec<_> = shape.iter().map(ToString::to_string).collect();
        write!(f, "{} [{}]", self.element, sides.join(", "))
    }
}

impl Side {
    /// The length, if it is fixed.
    pub const fn length(&self) -> Option<usize> {
        match self {
            Self::Fixed(length) => Some(*length),
            Self::Open(_) => None,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(length) => length.fmt(f),
            Self::Open(name) if name.is_empty() => f.write_str("?"),
            Self::Open(name) => f.write_str(name),
        }
    }
}

impl Graph {
    /// Reads an ONNX file.
    ///
    /// # Errors
    /// When the bytes are none, or are beyond the bounds.
    pub fn read(model: &[u8]) -> Result<Self, GraphError> {
        if model.get(4..8) == Some(b"ORTM") {
            return Err(GraphError::OtherFormat);
        }
        let mut graph = Self::default();
        let (mut has_graph, mut version, mut metadata_bytes) = (false, String::new(), 0);
        for field in fields(model) {
            let field = field.ok_or(GraphError::Damaged)?;
            match field.number {
                1 => graph.ir_version = field.value.number().ok_or(GraphError::Damaged)?,
                2 => graph.producer = text(field)?,
                3 => version = text(field)?,
                7 => {
                    // ONNX Runtime would join them.
                    if std::mem::replace(&mut has_graph, true) {
                        return Err(GraphError::NoGraph);
                    }
                    graph.read_graph(bytes(field)?, 0, &mut metadata_bytes)?;
                }
                8 => {
                    within(graph.operator_sets.len(), limits::MODEL_OPERATOR_SETS, TooMany::OperatorSets)?;
                    graph.operator_sets.push(operator_set(bytes(field)?)?);
                }
                14 => graph.note(bytes(field)?, &mut metadata_bytes)?,
                20 => drop(graph.functions.insert("training".to_owned())),
                25 => name_one(&mut graph.functions, string_field(bytes(field)?, 1)?),
                _ => {}
            }
        }
        if !has_graph || graph.operators.is_empty() {
            return Err(GraphError::NoGraph);
        }
        if graph.label_lists().any(|labels| labels.len() > limits::MODEL_CLASSES) {
            return Err(GraphError::TooLarge(TooMany::Labels));
        }
        if !version.is_empty() {
            graph.producer = format!("{} {version}", graph.producer);
        }
        Ok(graph)
    }

    /// The names that the file itself gives its classes, if its metadata hold a list of them. Exporters write a Python
    /// dictionary, a JSON list, or words with commas.
    pub fn labels(&self) -> Option<Vec<String>> {
        self.label_lists().next()
    }

    /// Every list of names that the file gives its classes. A lone number says how many there are, and names none.
    pub fn label_lists(&self) -> impl Iterator<Item = Vec<String>> {
        const KEYS: [&str; 8] =
            ["names", "classes", "class_names", "labels", "label_names", "categories", "id2label", "label_map"];
        let is_list = |key: &str| KEYS.contains(&key.to_lowercase().as_str());
        let lists = self.metadata.iter().filter(move |(key, _)| is_list(key)).map(|(_, list)| listed(list));
        lists.filter(|labels| !matches!(labels.as_slice(), [one] if one.bytes().all(|byte| byte.is_ascii_digit())))
    }

    /// Keeps an entry of metadata; `bytes` counts those of all entries so far.
    fn note(&mut self, message: &[u8], bytes: &mut usize) -> Result<(), GraphError> {
        within(self.metadata.len(), limits::MODEL_METADATA_ENTRIES, TooMany::Metadata)?;
        *bytes = bytes.saturating_add(message.len());
        if *bytes > limits::MODEL_METADATA_BYTES {
            return Err(GraphError::TooLarge(TooMany::Metadata));
        }
        self.metadata.push(entry(message)?);
        Ok(())
    }

    /// Reads a graph; `depth` counts the graphs that it lies in.
    fn read_graph(&mut self, graph: &[u8], depth: usize, noted: &mut usize) -> Result<(), GraphError> {
        within(depth, bounds::DEPTH + 1, TooMany::Depth)?;
        let (mut filled, mut inputs, mut outputs) = (BTreeSet::new(), vec![], vec![]);
        for field in fields(graph) {
            let field = field.ok_or(GraphError::Damaged)?;
            match field.number {
                1 => self.read_node(bytes(field)?, depth, noted)?,
                5 => {
                    within(filled.len(), limits::MODEL_TENSORS, TooMany::Tensors)?;
                    filled.insert(self.read_tensor(bytes(field)?)?);
                }
                15 => self.read_sparse(bytes(field)?)?,
                // Older files list their weights among the inputs.
                11 => {
                    within(inputs.len(), limits::MODEL_OUTLETS + limits::MODEL_TENSORS, TooMany::Outlets)?;
                    inputs.push(outlet(bytes(field)?)?);
                }
                12 => {
                    within(outputs.len(), limits::MODEL_OUTLETS, TooMany::Outlets)?;
                    outputs.push(outlet(bytes(field)?)?);
                }
                16 => self.note(bytes(field)?, noted)?,
                _ => {}
            }
        }
        inputs.retain(|input| !filled.contains(&input.name));
        if inputs.len() > limits::MODEL_OUTLETS {
            return Err(GraphError::TooLarge(TooMany::Outlets));
        }
        if depth == 0 {
            (self.inputs, self.outputs) = (inputs, outputs);
        }
        Ok(())
    }

    fn read_node(&mut self, node: &[u8], depth: usize, noted: &mut usize) -> Result<(), GraphError> {
        let (mut domain, mut name) = (String::new(), String::new());
        for field in fields(node) {
            let field = field.ok_or(GraphError::Damaged)?;
            match field.number {
                4 => name = text(field)?,
                5 => self.read_attribute(bytes(field)?, depth, noted)?,
                7 => domain = text(field)?,
                _ => {}
            }
        }
        *self.operators.entry((domain, name)).or_default() += 1;
        within(self.operators.len(), limits::MODEL_OPERATORS + 1, TooMany::Operators)?;
        Ok(())
    }

    fn read_attribute(&mut self, attribute: &[u8], depth: usize, noted: &mut usize) -> Result<(), GraphError> {
        for field in fields(attribute) {
            let field = field.ok_or(GraphError::Damaged)?;
            match field.number {
                5 | 10 => drop(self.read_tensor(bytes(field)?)?),
                6 | 11 => self.read_graph(bytes(field)?, depth + 1, noted)?,
                22 | 23 => self.read_sparse(bytes(field)?)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// A sparse tensor is two tensors: values and where they stand.
    fn read_sparse(&mut self, sparse: &[u8]) -> Result<(), GraphError> {
        for field in fields(sparse) {
            let field = field.ok_or(GraphError::Damaged)?;
            if field.number <= 2 {
                self.read_tensor(bytes(field)?)?;
            }
        }
        Ok(())
    }

    /// Reads a tensor's name, and whether its numbers are here.
    fn read_tensor(&mut self, tensor: &[u8]) -> Result<String, GraphError> {
        let (mut name, mut elsewhere) = (String::new(), false);
        for field in fields(tensor) {
            let field = field.ok_or(GraphError::Damaged)?;
            match field.number {
                8 => name = text(field)?,
                13 => elsewhere = true,
                14 => elsewhere |= field.value.number() != Some(0),
                _ => {}
            }
        }
        if elsewhere {
            name_one(&mut self.external, name.clone());
        }
        Ok(name)
    }
}

fn bytes(field: Field<'_>) -> Result<&[u8], GraphError> {
    field.value.bytes().ok_or(GraphError::Damaged)
}

/// A name, or another short text.
fn text(field: Field<'_>) -> Result<String, GraphError> {
    if field.value.bytes().is_some_and(|bytes| bytes.len() > limits::MODEL_NAME_BYTES) {
        return Err(GraphError::TooLarge(TooMany::Name));
    }
    long_text(field)
}

fn long_text(field: Field<'_>) -> Result<String, GraphError> {
    field.value.text().ok_or(GraphError::Damaged)
}

/// Names one more of what is refused in any case; enough of them are named.
fn name_one(names: &mut BTreeSet<String>, name: String) {
    if names.len() < limits::MODEL_OUTLETS {
        names.insert(name);
    }
}

/// The string field of that number; the last if there are several, as protocol buffers have it.
fn string_field(message: &[u8], number: u64) -> Result<String, GraphError> {
    let mut found = String::new();
    for field in fields(message) {
        let field = field.ok_or(GraphError::Damaged)?;
        if field.number == number {
            found = text(field)?;
        }
    }
    Ok(found)
}

/// A `StringStringEntryProto`: 1 key, 2 value.
fn entry(message: &[u8]) -> Result<(String, String), GraphError> {
    let (mut key, mut value) = (String::new(), String::new());
    for field in fields(message) {
        let field = field.ok_or(GraphError::Damaged)?;
        match field.number {
            1 => key = long_text(field)?,
            2 => value = long_text(field)?,
            _ => {}
        }
    }
    Ok((key, value))
}

/// An `OperatorSetIdProto`.
fn operator_set(message: &[u8]) -> Result<(String, u64), GraphError> {
    let (mut domain, mut version) = (String::new(), 0);
    for field in fields(message) {
        let field = field.ok_or(GraphError::Damaged)?;
        match field.number {
            1 => domain = text(field)?,
            2 => version = field.value.number().ok_or(GraphError::Damaged)?,
            _ => {}
        }
    }
    Ok((domain, version))
}

/// A `ValueInfoProto`: 1 name, 2 type; `TypeProto` 1 tensor_type; `Tensor` 1 elem_type, 2 shape;
/// `TensorShapeProto` 1 dim; `Dimension` 1 dim_value, 2 dim_param.
fn outlet(info: &[u8]) -> Result<Outlet, GraphError> {
    let mut outlet = Outlet { name: string_field(info, 1)?, ..Outlet::default() };
    for kind in messages(info, 2) {
        for tensor in messages(kind?, 1) {
            let tensor = tensor?;
            for field in fields(tensor) {
                let field = field.ok_or(GraphError::Damaged)?;
                if field.number == 1 {
                    outlet.element = Element(field.value.number().ok_or(GraphError::Damaged)?);
                }
            }
            for shape in messages(tensor, 2) {
                let shape = shape?;
                let sides = outlet.shape.get_or_insert_default();
                for dim in messages(shape, 1) {
                    within(sides.len(), limits::MODEL_SIDES, TooMany::Sides)?;
                    sides.push(side(dim?)?);
                }
            }
        }
    }
    Ok(outlet)
}

fn side(dim: &[u8]) -> Result<Side, GraphError> {
    let mut side = Side::Open(String::new());
    for field in fields(dim) {
        let field = field.ok_or(GraphError::Damaged)?;
        match (field.number, field.value.number()) {
            (1, Some(length)) => side = usize::try_from(length).map_or(Side::Open(String::new()), Side::Fixed),
            (2, None) => side = Side::Open(text(field)?),
            _ => {}
        }
    }
    Ok(side)
}

/// The messages of that number within a message.
fn messages(message: &[u8], number: u64) -> impl Iterator<Item = Result<&[u8], GraphError>> {
    fields(message).filter_map(move |field| match field {
        None => Some(Err(GraphError::Damaged)),
        Some(field) if field.number == number => Some(bytes(field)),
        Some(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{put_bytes, put_number};
    use proptest::prelude::*;

    fn message(parts: &[(u64, &[u8])]) -> Vec<u8> {
        let mut out = vec![];
        parts.iter().for_each(|(number, value)| put_bytes(*number, value, &mut out));
        out
    }

    /// A model of one node, whose attribute is a graph of one node, and so on.
    fn nested(depth: usize) -> Vec<u8> {
        let mut graph = message(&[(1, &message(&[(4, b"Relu")]))]);
        for _ in 0..depth {
            graph = message(&[(1, &message(&[(4, b"If"), (5, &message(&[(6, &graph)]))]))]);
        }
        message(&[(7, &graph)])
    }

    #[test]
    fn a_graph_within_a_graph_is_read_and_a_bottomless_one_refused() {
        let graph = Graph::read(&nested(2)).unwrap();
        assert_eq!(graph.operators.values().sum::<usize>(), 3);
        assert!(graph.operators.contains_key(&(String::new(), "Relu".to_owned())));
        assert_eq!(Graph::read(&nested(bounds::DEPTH + 1)), Err(GraphError::TooLarge(TooMany::Depth)));
        assert_eq!(Graph::read(b""), Err(GraphError::NoGraph));
        assert_eq!(Graph::read(b"this is a text, and not a model at all"), Err(GraphError::Damaged));
        let twice = [nested(0), nested(0)].concat();
        assert_eq!(Graph::read(&twice), Err(GraphError::NoGraph), "ONNX Runtime would join them");
    }

    #[test]
    fn numbers_that_lie_in_another_file_are_found_wherever_a_tensor_may_stand() {
        let mut elsewhere = message(&[(8, b"w")]);
        put_number(14, 1, &mut elsewhere);
        let node = message(&[(4, b"Constant"), (5, &message(&[(5, &elsewhere)]))]);
        let sparse = message(&[(1, &message(&[(8, b"s"), (13, b"")]))]);
        let graph = message(&[(1, &node), (15, &sparse)]);
        let external = Graph::read(&message(&[(7, &graph)])).unwrap().external;
        assert_eq!(external.into_iter().collect::<Vec<_>>(), ["s", "w"]);
    }

    #[test]
    fn nothing_is_kept_without_bound() {
        let times = |count: usize, number: u64, part: &[u8]| message(&vec![(number, part); count]);
        let node = message(&[(1, &message(&[(4, b"Relu")]))]);
        // A graph as it is, and in the body of a loop.
        let model = |graph: &[u8]| message(&[(7, &[graph, &node[..]].concat())]);
        let nested = |graph: &[u8]| model(&message(&[(1, &message(&[(5, &message(&[(6, graph)]))]))]));
        let dims = |count| message(&[(2, &message(&[(1, &message(&[(2, &times(count, 1, b""))]))]))]);
        let distinct = |count: usize| -> Vec<u8> {
            (0..count).flat_map(|at| message(&[(1, &message(&[(4, at.to_string().as_bytes())]))])).collect()
        };
        let with = |part: Vec<u8>| [model(b""), part].concat();
        let names = |count| message(&[(14, &message(&[(1, b"names"), (2, "a,".repeat(count).as_bytes())]))]);
        let big = message(&[(1, b"note"), (2, &vec![b'x'; limits::MODEL_METADATA_BYTES / 2])]);
        let cases = [
            (model(&times(limits::MODEL_OUTLETS, 12, b"")), None),
            (model(&times(limits::MODEL_OUTLETS + 1, 12, b"")), Some(TooMany::Outlets)),
            (model(&times(limits::MODEL_OUTLETS + 1, 11, b"")), Some(TooMany::Outlets)),
            (nested(&times(limits::MODEL_OUTLETS + 1, 11, b"")), Some(TooMany::Outlets)),
            (nested(&times(limits::MODEL_OUTLETS + 1, 12, b"")), Some(TooMany::Outlets)),
            (model(&message(&[(12, &dims(limits::MODEL_SIDES))])), None),
            (model(&message(&[(12, &dims(limits::MODEL_SIDES + 1))])), Some(TooMany::Sides)),
            (model(&distinct(limits::MODEL_OPERATORS + 1)), Some(TooMany::Operators)),
            (model(&message(&[(12, &message(&[(1, &[b'n'; 1 << 13])]))])), Some(TooMany::Name)),
            (with(times(limits::MODEL_METADATA_ENTRIES, 14, b"")), None),
            (with(times(limits::MODEL_METADATA_ENTRIES + 1, 14, b"")), Some(TooMany::Metadata)),
            (nested(&times(limits::MODEL_METADATA_ENTRIES + 1, 16, b"")), Some(TooMany::Metadata)),
            (with(times(2, 14, &big)), Some(TooMany::Metadata)),
            (with(times(limits::MODEL_OPERATOR_SETS + 1, 8, b"")), Some(TooMany::OperatorSets)),
            (with(names(limits::MODEL_CLASSES)), None),
            (with(names(limits::MODEL_CLASSES + 1)), Some(TooMany::Labels)),
        ];
        for (case, (model, too_many)) in cases.into_iter().enumerate() {
            assert_eq!(Graph::read(&model).err(), too_many.map(GraphError::TooLarge), "case {case}");
        }
        let functions: Vec<u8> =
            (0..999).flat_map(|at| message(&[(25, &message(&[(1, at.to_string().as_bytes())]))])).collect();
        assert_eq!(Graph::read(&with(functions)).unwrap().functions.len(), limits::MODEL_OUTLETS);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            if let Ok(graph) = Graph::read(&bytes) {
                graph.labels();
            }
        }

        #[test]
        fn a_damaged_model_is_read_or_refused(at in 0usize..200, byte: u8, cut in 0usize..200) {
            let mut info = message(&[(1, b"images")]);
            let dims = message(&[(1, &[8, 3]), (1, &message(&[(2, b"batch")]))]);
            info.extend(message(&[(2, &message(&[(1, &message(&[(2, &dims)]))]))]));
            let node = message(&[(4, b"Conv"), (7, b"ai.onnx"), (5, &message(&[(5, &message(&[(8, b"w")]))]))]);
            let graph = message(&[(1, &node), (11, &info), (12, &info), (5, &message(&[(8, b"w")]))]);
            let names = message(&[(1, b"names"), (2, b"{0: 'person'}")]);
            let mut model = message(&[(7, &graph), (14, &names), (8, &message(&[(1, b"")])), (25, &message(&[(1, b"f")]))]);
            assert!(Graph::read(&model).is_ok());
            let length = model.len();
            model[at % length] = byte;
            model.truncate(length - cut % length);
            if let Ok(graph) = Graph::read(&model) {
                graph.labels();
            }
        }
    }
}
