//! Gives a fully convolutional model another input size, so that no arithmetic is spent on letterbox borders.
//!
//! A 16:9 picture fills 56 % of a square input; the same weights over 416x256 instead of 416x416 pixels need 62 % of
//! the time. An ONNX file names its input size in one place. Here that place is rewritten, and the sizes that follow
//! from it (of the output and of values between) are left out for ONNX Runtime to work out anew. A model whose graph
//! does not allow it is refused by ONNX Runtime, and keeps its own size.
//!
//! Fields of `onnx.proto` (ONNX IR): `ModelProto.graph` 7; `GraphProto.input` 11, `output` 12, `value_info` 13;
//! `ValueInfoProto.name` 1, `type` 2; `TypeProto.tensor_type` 1; `Tensor.elem_type` 1, `shape` 2; `TensorShapeProto.dim` 1; `dim_value` 1.

use crate::wire::{Field, fields, put_bytes, put_number};

pub(crate) const GRAPH: u64 = 7;
pub(crate) const INPUT: u64 = 11;
const OUTPUT: u64 = 12;
pub(crate) const VALUE_INFO: u64 = 13;
pub(crate) const NAME: u64 = 1;
pub(crate) const TYPE: u64 = 2;
pub(crate) const TENSOR_TYPE: u64 = 1;
pub(crate) const ELEMENT: u64 = 1;
pub(crate) const SHAPE: u64 = 2;
pub(crate) const DIM: u64 = 1;
pub(crate) const DIM_VALUE: u64 = 1;

/// The model with that shape of the input of that name; `None` if the bytes are no model. Older files list their
/// weights among the inputs, and those keep their shapes.
pub(crate) fn with_input_shape(model: &[u8], name: &str, shape: &[usize]) -> Option<Vec<u8>> {
    edit_within(model, GRAPH, |graph| {
        edit(graph, |field, out| {
            match (field.number, field.value.bytes()) {
                (VALUE_INFO, _) => {}
                (INPUT, Some(info)) if name_of(info) == Some(name.as_bytes()) => {
                    put_bytes(INPUT, &reshaped(info, Some(shape))?, out)
                }
                (OUTPUT, Some(info)) => put_bytes(OUTPUT, &reshaped(info, None)?, out),
                _ => field.copy(out),
            }
            Some(())
        })
    })
}

/// The name of a `ValueInfoProto`; the last if there are several, as protocol buffers have it.
pub(crate) fn name_of(info: &[u8]) -> Option<&[u8]> {
    fields(info).flatten().filter(|field| field.number == NAME).last()?.value.bytes()
}

/// A `ValueInfoProto` with another shape, or with none.
fn reshaped(info: &[u8], shape: Option<&[usize]>) -> Option<Vec<u8>> {
    edit_within(info, TYPE, |kind| {
        edit_within(kind, TENSOR_TYPE, |tensor| {
            let mut tensor = edit(tensor, |field, out| {
                if field.number != SHAPE {
                    field.copy(out);
                }
                Some(())
            })?;
            if let Some(shape) = shape {
                let mut dims = Vec::new();
                for side in shape {
                    let mut dim = Vec::new();
                    put_number(DIM_VALUE, *side as u64, &mut dim);
                    put_bytes(DIM, &dim, &mut dims);
                }
                put_bytes(SHAPE, &dims, &mut tensor);
            }
            Some(tensor)
        })
    })
}

/// Makes a message anew with another message in the place of each of that number.
pub(crate) fn edit_within(message: &[u8], number: u64, inner: impl Fn(&[u8]) -> Option<Vec<u8>>) -> Option<Vec<u8>> {
    edit(message, |field, out| {
        match field.value.bytes() {
            Some(value) if field.number == number => put_bytes(number, &inner(value)?, out),
            _ => field.copy(out),
        }
        Some(())
    })
}

/// Makes a message anew, field by field.
pub(crate) fn edit(message: &[u8], mut each: impl FnMut(Field<'_>, &mut Vec<u8>) -> Option<()>) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(message.len() + 64);
    for field in fields(message) {
        each(field?, &mut out)?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_model_are_none() {
        assert_eq!(with_input_shape(b"this is a text, and not a model at all", "x", &[1, 3, 32, 32]), None);
        assert_eq!(with_input_shape(&[0x3a, 0xff, 0xff], "x", &[1]), None);
    }

    #[test]
    fn unknown_fields_stay_and_shapes_change() {
        // ir_version 8, then a graph with a name, one input `x` of [1, 2] and a value_info.
        let info = [0x0a, 1, b'x', 0x12, 0x0c, 0x0a, 0x0a, 0x08, 1, 0x12, 6, 0x0a, 2, 8, 1, 0x0a, 0];
        let mut graph = vec![0x12, 1, b'g', 0x5a, info.len() as u8];
        graph.extend(info);
        graph.extend([0x6a, 1, 0]);
        let mut model = vec![0x08, 8, 0x3a, graph.len() as u8];
        model.extend(&graph);
        assert_eq!(
            with_input_shape(&model, "w", &[1, 300]).unwrap().len(),
            model.len() - 3,
            "a weight keeps its shape"
        );
        let made = with_input_shape(&model, "x", &[1, 300]).unwrap();
        assert!(made.starts_with(&[0x08, 8, 0x3a]));
        let shape = [0x12, 9, 0x0a, 2, 8, 1, 0x0a, 3, 8, 0xac, 0x02];
        assert!(made.windows(shape.len()).any(|window| window == shape), "{made:x?}");
        assert!(!made.windows(3).any(|window| window == [0x6a, 1, 0]));
    }
}
