//! Gives a network that begins by cutting its input into patches and rounding it to bytes those bytes.
//!
//! ```text
//! images f32 ─SpaceToDepth 2─▶ f32 ─QuantizeLinear 1, 0─▶ u8 ─▶ the rest        as it is written
//!                                images u8 ─Transpose─▶ u8 ─▶ the rest        as it runs
//! ```
//! A network in int8 whose input is levels of 0 to 255 does no more with them than to put them in another order and to
//! round them. The letterbox does both as it writes, at no cost: a fourth of the bytes are written and read again. It
//! writes the channels of a place one after the other, as ONNX Runtime runs convolutions of bytes: the Transpose that says
//! so meets one of ONNX Runtime's own, and both are gone. What comes out is the same to the bit. A graph that begins in
//! any other way, or that uses what lies between a second time, keeps its input: ONNX Runtime refuses it, and the one as
//! written is run.
//!
//! Fields of `onnx.proto` (ONNX IR) besides those of `reshape.rs`: `GraphProto` 1 node, 5 initializer; `NodeProto`
//! 1 input, 2 output, 4 op_type, 5 attribute, 7 domain; `AttributeProto` 1 name, 3 i, 8 ints, 20 type; `TensorProto`
//! 1 dims, 2 data_type, 4 float_data, 5 int32_data, 8 name, 9 raw_data; `TypeProto.Tensor` 1 elem_type.

use crate::graph::Element;
use crate::reshape::{DIM, DIM_VALUE, ELEMENT, GRAPH, INPUT, NAME, SHAPE, TENSOR_TYPE, TYPE, VALUE_INFO};
use crate::reshape::{edit, edit_within, name_of};
use crate::wire::{Field, fields, put_bytes, put_number};

const NODE: u64 = 1;
const INITIALIZER: u64 = 5;
/// Sides of a patch, in pixels.
const PATCH: u64 = 2;

/// The model with bytes in patches as the input of that name, for pictures of that size; `None` if it does not begin so.
pub(crate) fn with_patches(model: &[u8], name: &str, width: usize, height: usize) -> Option<Vec<u8>> {
    if !width.is_multiple_of(2) || !height.is_multiple_of(2) {
        return None;
    }
    edit_within(model, GRAPH, |graph| {
        let cut = nodes(graph).find(|node| node.is("SpaceToDepth", name.as_bytes()) && node.cuts())?;
        let rounded = nodes(graph).find(|node| node.is("QuantizeLinear", cut.output) && node.keeps_levels(graph))?;
        let input = input(name.as_bytes(), &patch_shape(width, height));
        let turned = transpose(name.as_bytes(), rounded.output);
        edit(graph, |field, out| {
            match (field.number, field.value.bytes()) {
                (VALUE_INFO, _) => {}
                (NODE, Some(node)) if node == cut.whole => put_bytes(NODE, &turned, out),
                (NODE, Some(node)) if node == rounded.whole => {}
                (INPUT, Some(info)) if name_of(info) == Some(name.as_bytes()) => put_bytes(INPUT, &input, out),
                _ => field.copy(out),
            }
            Some(())
        })
    })
}

/// The sides of an input in patches: rows and columns of them, and their bytes.
pub(crate) const fn patch_shape(width: usize, height: usize) -> [usize; 4] {
    [1, height / 2, width / 2, 12]
}

/// A `NodeProto` of ONNX's own operators.
struct Node<'m> {
    whole: &'m [u8],
    kind: &'m [u8],
    inputs: [&'m [u8]; 3],
    output: &'m [u8],
}

fn nodes(graph: &[u8]) -> impl Iterator<Item = Node<'_>> {
    let all = fields(graph).map_while(|field| field).filter(|field| field.number == NODE);
    all.filter_map(|field| Node::of(field.value.bytes()?))
}

impl<'m> Node<'m> {
    /// A node of at most three inputs and one output.
    fn of(whole: &'m [u8]) -> Option<Self> {
        let mut node = Node { whole, kind: &[], inputs: [&[]; 3], output: &[] };
        let (mut inputs, mut outputs) = (node.inputs.iter_mut(), 0);
        for field in fields(whole) {
            let field = field?;
            match (field.number, field.value.bytes()) {
                (1, Some(name)) => *inputs.next()? = name,
                (2, Some(name)) => (node.output, outputs) = (name, outputs + 1),
                (4, Some(kind)) => node.kind = kind,
                (7, Some(domain)) if !domain.is_empty() && domain != b"ai.onnx" => return None,
                _ => {}
            }
        }
        (outputs == 1).then_some(node)
    }

    fn is(&self, kind: &str, input: &[u8]) -> bool {
        let [first, ..] = self.inputs;
        self.kind == kind.as_bytes() && first == input
    }

    /// Whether it cuts patches of two by two pixels.
    fn cuts(&self) -> bool {
        let attributes = fields(self.whole).map_while(|field| field).filter(|field| field.number == 5);
        let mut sizes = attributes.filter_map(|field| {
            let attribute = field.value.bytes()?;
            (last(attribute, 1)?.value.bytes()? == b"blocksize").then(|| last(attribute, 3)?.value.number())?
        });
        sizes.next() == Some(PATCH)
    }

    /// Whether it rounds to bytes by a scale of one from nought.
    fn keeps_levels(&self, graph: &[u8]) -> bool {
        let [_, scale, zero] = self.inputs;
        let scale =
            scalar(graph, scale, Element::F32, 4).and_then(|bytes| Some(f32::from_le_bytes(*bytes.as_array()?)));
        scale == Some(1.0) && scalar(graph, zero, Element::U8, 5) == Some(&[0])
    }
}

/// The bytes of a number that the file holds, of that type; `numbers` is the field where it stands if it is not raw.
fn scalar<'m>(graph: &'m [u8], name: &[u8], element: Element, numbers: u64) -> Option<&'m [u8]> {
    let mut tensors = fields(graph).map_while(|field| field).filter(|field| field.number == INITIALIZER);
    let tensor = tensors.find_map(|field| field.value.bytes().filter(|tensor| named(tensor, name)))?;
    if last(tensor, 2)?.value.number()? != element.0 || last(tensor, 1).is_some() {
        return None;
    }
    last(tensor, 9).or_else(|| last(tensor, numbers))?.value.bytes()
}

fn named(tensor: &[u8], name: &[u8]) -> bool {
    last(tensor, 8).and_then(|field| field.value.bytes()) == Some(name)
}

/// The last field of that number, as protocol buffers have it.
fn last(message: &[u8], number: u64) -> Option<Field<'_>> {
    fields(message).map_while(|field| field).filter(|field| field.number == number).last()
}

/// A `ValueInfoProto` of bytes.
fn input(name: &[u8], shape: &[usize]) -> Vec<u8> {
    let within = |number, message: &[u8]| {
        let mut out = Vec::new();
        put_bytes(number, message, &mut out);
        out
    };
    let dims = shape.iter().flat_map(|side| {
        let mut dim = Vec::new();
        put_number(DIM_VALUE, *side as u64, &mut dim);
        within(DIM, &dim)
    });
    let mut tensor = Vec::new();
    put_number(ELEMENT, Element::U8.0, &mut tensor);
    put_bytes(SHAPE, &dims.collect::<Vec<_>>(), &mut tensor);
    let mut info = within(NAME, name);
    put_bytes(TYPE, &within(TENSOR_TYPE, &tensor), &mut info);
    info
}

/// A `NodeProto` that takes channels from the last place to the second.
fn transpose(input: &[u8], output: &[u8]) -> Vec<u8> {
    const INTS: u64 = 7;
    let mut order = Vec::new();
    put_bytes(1, b"perm", &mut order);
    [0, 3, 1, 2].into_iter().for_each(|side| put_number(8, side, &mut order));
    put_number(20, INTS, &mut order);
    let mut node = Vec::new();
    for (number, text) in [(1, input), (2, output), (4, b"Transpose"), (5, &order)] {
        put_bytes(number, text, &mut node);
    }
    node
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reshape::with_input_shape;
    use crate::{ModelFile, Runtime, find_library};
    use std::path::Path;

    fn weights(name: &str) -> ModelFile {
        ModelFile::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("weights").join(name)).unwrap()
    }

    #[test]
    fn our_detector_says_the_same_of_patches_as_of_planes() {
        let (runtime, file) = (Runtime::load(&find_library().unwrap()).unwrap(), weights("detector.toml"));
        let (width, height) = (384, 224);
        let planes = with_input_shape(file.bytes(), "images", &[1, 3, height, width]).unwrap();
        let patches = with_patches(&planes, "images", width, height).expect("it begins with patches and levels");
        let mut of_planes = file.session(&runtime, &planes, width, height).unwrap();
        let sides = patch_shape(width, height);
        let mut of_patches = file.session_of_shape(&runtime, &patches, (width, height), sides).unwrap();
        let level = |n: usize| (n * 7919 % 65_521 % 256) as u8;
        for (n, value) in of_planes.input().unwrap().iter_mut().enumerate() {
            *value = f32::from(level(n));
        }
        let input = of_patches.input_bytes().unwrap();
        for n in 0..input.len() {
            let (plane, y, x) = (n / width / height, n / width % height, n % width);
            let channel = (y % 2 * 2 + x % 2) * 3 + plane;
            input[(y / 2 * width / 2 + x / 2) * 12 + channel] = level(n);
        }
        of_planes.run().unwrap();
        of_patches.run().unwrap();
        assert_eq!(of_planes.output(0).unwrap(), of_patches.output(0).unwrap());
    }

    #[test]
    fn a_graph_that_begins_otherwise_keeps_its_input() {
        let finder = weights("plate-finder.toml");
        let name = &finder.manifest().input.name;
        assert_eq!(with_patches(finder.bytes(), name, 128, 128), None);
        let detector = weights("detector.toml");
        assert_eq!(with_patches(detector.bytes(), "pictures", 384, 384), None);
        assert_eq!(with_patches(detector.bytes(), "images", 383, 384), None, "patches are whole");
        assert_eq!(with_patches(b"no model at all", "images", 384, 384), None);
    }

    #[test]
    fn a_scale_of_another_size_keeps_its_input() {
        let detector = weights("detector.toml");
        let other = edit_within(detector.bytes(), GRAPH, |graph| {
            edit(graph, |field, out| {
                match (field.number, field.value.bytes()) {
                    (INITIALIZER, Some(tensor)) if named(tensor, b"patches_scale") => {
                        let half = edit(tensor, |field, out| {
                            let is_number = field.number == 9 || field.number == 4;
                            match is_number {
                                true => put_bytes(field.number, &0.5f32.to_le_bytes(), out),
                                false => field.copy(out),
                            }
                            Some(())
                        });
                        put_bytes(INITIALIZER, &half?, out);
                    }
                    _ => field.copy(out),
                }
                Some(())
            })
        });
        let other = other.unwrap();
        assert_ne!(&*other, &**detector.bytes());
        assert_eq!(with_patches(&other, "images", 384, 384), None);
    }
}
