//! Gives a fully convolutional model another input size, so that no arithmetic is spent on letterbox borders.
//!
//! A 16:9 picture fills 56 % of a square input; the same weights over 416x256 instead of 416x416 pixels need 62 % of
//! the time. An ONNX file names its input size in one place. Here that place is rewritten, and the sizes that follow
//! from it (of the output and of values between) are left out for ONNX Runtime to work out anew. A model whose graph
//! does not allow it is refused by ONNX Runtime, and keeps its own size.
//!
//! Fields of `onnx.proto` (ONNX IR): `ModelProto.graph` 7; `GraphProto.input` 11, `output` 12, `value_info` 13;
//! `ValueInfoProto.type` 2; `TypeProto.tensor_type` 1; `Tensor.shape` 2; `TensorShapeProto.dim` 1; `dim_value` 1.

const GRAPH: u64 = 7;
const INPUT: u64 = 11;
const OUTPUT: u64 = 12;
const VALUE_INFO: u64 = 13;
const TYPE: u64 = 2;
const TENSOR_TYPE: u64 = 1;
const SHAPE: u64 = 2;
const LENGTH_DELIMITED: u64 = 2;

/// The model with that input shape; `None` if the bytes are no model.
pub(crate) fn with_input_shape(model: &[u8], shape: &[usize]) -> Option<Vec<u8>> {
    edit(model, |field, graph, out| {
        if field.number != GRAPH {
            return field.copy(out);
        }
        let graph = edit(graph, |field, value, out| match field.number {
            VALUE_INFO => Some(()),
            INPUT => put_shape(field, value, Some(shape), out),
            OUTPUT => put_shape(field, value, None, out),
            _ => field.copy(out),
        })?;
        field.put(&graph, out)
    })
}

/// Copies a `ValueInfoProto` with another shape, or with none.
fn put_shape(info: &Field<'_>, value: &[u8], shape: Option<&[usize]>, out: &mut Vec<u8>) -> Option<()> {
    let edited = edit(value, |field, value, out| {
        if field.number != TYPE {
            return field.copy(out);
        }
        let edited = edit(value, |field, value, out| {
            if field.number != TENSOR_TYPE {
                return field.copy(out);
            }
            let mut tensor =
                edit(value, |field, _, out| if field.number == SHAPE { Some(()) } else { field.copy(out) })?;
            if let Some(shape) = shape {
                let mut dims = Vec::new();
                for side in shape {
                    let mut dim = Vec::new();
                    put_varint(1 << 3, &mut dim);
                    put_varint(*side as u64, &mut dim);
                    put_varint(1 << 3 | LENGTH_DELIMITED, &mut dims);
                    put_varint(dim.len() as u64, &mut dims);
                    dims.extend(dim);
                }
                put_varint(SHAPE << 3 | LENGTH_DELIMITED, &mut tensor);
                put_varint(dims.len() as u64, &mut tensor);
                tensor.extend(dims);
            }
            field.put(&tensor, out)
        })?;
        field.put(&edited, out)
    })?;
    info.put(&edited, out)
}

/// One field of a message: its number, its bytes as they stand, and where its value begins.
struct Field<'m> {
    number: u64,
    whole: &'m [u8],
}

impl Field<'_> {
    /// Copies the field as it stands.
    fn copy(&self, out: &mut Vec<u8>) -> Option<()> {
        out.extend_from_slice(self.whole);
        Some(())
    }

    /// Writes the field with another length-delimited value.
    fn put(&self, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
        put_varint(self.number << 3 | LENGTH_DELIMITED, out);
        put_varint(value.len() as u64, out);
        out.extend_from_slice(value);
        Some(())
    }
}

/// Makes a message anew, field by field. `each` is given a field and, if it is length-delimited, its value.
fn edit(message: &[u8], mut each: impl FnMut(&Field<'_>, &[u8], &mut Vec<u8>) -> Option<()>) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(message.len() + 64);
    let mut rest = message;
    while !rest.is_empty() {
        let start = rest;
        let key = take_varint(&mut rest)?;
        let value = match key & 7 {
            0 => take_varint(&mut rest).map(|_| &[][..]),
            1 => take(&mut rest, 8),
            LENGTH_DELIMITED => {
                let length = usize::try_from(take_varint(&mut rest)?).ok()?;
                take(&mut rest, length)
            }
            5 => take(&mut rest, 4),
            _ => None,
        }?;
        let whole = start.get(..start.len() - rest.len())?;
        each(&Field { number: key >> 3, whole }, value, &mut out)?;
    }
    Some(out)
}

fn take<'m>(rest: &mut &'m [u8], length: usize) -> Option<&'m [u8]> {
    let (value, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(value)
}

fn take_varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn put_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_model_are_none() {
        assert_eq!(with_input_shape(b"this is a text, and not a model at all", &[1, 3, 32, 32]), None);
        assert_eq!(with_input_shape(&[0x3a, 0xff, 0xff], &[1]), None);
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
        let made = with_input_shape(&model, &[1, 300]).unwrap();
        assert!(made.starts_with(&[0x08, 8, 0x3a]));
        let shape = [0x12, 9, 0x0a, 2, 8, 1, 0x0a, 3, 8, 0xac, 0x02];
        assert!(made.windows(shape.len()).any(|window| window == shape), "{made:x?}");
        assert!(!made.windows(3).any(|window| window == [0x6a, 1, 0]));
    }
}
