//! The wire format of protocol buffers, as far as an ONNX file needs it: a walk over the fields of a message, and the
//! writing of one.
//!
//! Nothing here allocates or recurses, so bytes that are no message cost no more than their length.

/// The tag of a value with a length before it.
const LENGTH_DELIMITED: u64 = 2;

/// The value of a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'m> {
    /// An integer, boolean or enumeration.
    Number(u64),
    /// A string, a block of bytes, a message, or packed numbers.
    Bytes(&'m [u8]),
    /// A number of four or eight bytes, which Vokter has no use for.
    Fixed,
}

impl<'m> Value<'m> {
    /// The bytes of a value with a length before it.
    pub(crate) const fn bytes(self) -> Option<&'m [u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Number(_) | Self::Fixed => None,
        }
    }

    /// The number of an integer.
    pub(crate) const fn number(self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(number),
            Self::Bytes(_) | Self::Fixed => None,
        }
    }

    /// The text of a string. What is no UTF-8 in it is replaced, and so is what a terminal would act on.
    pub(crate) fn text(self) -> Option<String> {
        let text = String::from_utf8_lossy(self.bytes()?);
        let shown = |c: char| if c.is_control() && c != '\n' && c != '\t' { char::REPLACEMENT_CHARACTER } else { c };
        Some(text.chars().map(shown).collect())
    }
}

/// One field of a message: its number, its value, and its bytes as they stand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field<'m> {
    /// What the message's definition calls it by.
    pub(crate) number: u64,
    /// What it holds.
    pub(crate) value: Value<'m>,
    whole: &'m [u8],
}

impl Field<'_> {
    /// Copies the field as it stands.
    pub(crate) fn copy(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.whole);
    }
}

/// The fields of a message in their order. `None` in the place of a field means that the bytes are no message, and
/// ends the walk.
pub(crate) struct Fields<'m> {
    rest: &'m [u8],
}

/// Walks over a message.
pub(crate) const fn fields(message: &[u8]) -> Fields<'_> {
    Fields { rest: message }
}

impl<'m> Iterator for Fields<'m> {
    type Item = Option<Field<'m>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let mut rest = self.rest;
        let field = take_field(&mut rest);
        self.rest = if field.is_some() { rest } else { &[] };
        Some(field)
    }
}

fn take_field<'m>(rest: &mut &'m [u8]) -> Option<Field<'m>> {
    let start = *rest;
    let key = take_tag(rest)?;
    let value = match key & 7 {
        0 => Value::Number(take_number(rest)?),
        1 => take(rest, 8).map(|_| Value::Fixed)?,
        LENGTH_DELIMITED => {
            let length = usize::try_from(take_number(rest)?).ok()?;
            Value::Bytes(take(rest, length)?)
        }
        5 => take(rest, 4).map(|_| Value::Fixed)?,
        _ => return None,
    };
    let whole = start.get(..start.len() - rest.len())?;
    Some(Field { number: key >> 3, value, whole })
}

/// Takes a field's tag: 32 bits in at most five bytes, as ONNX Runtime reads it. More bits would give one field two
/// numbers, one here and another there.
fn take_tag(rest: &mut &[u8]) -> Option<u64> {
    let before = rest.len();
    let tag = u32::try_from(take_number(rest)?).ok()?;
    (before - rest.len() <= 5 && tag >> 3 != 0).then(|| u64::from(tag))
}

fn take<'m>(rest: &mut &'m [u8], length: usize) -> Option<&'m [u8]> {
    let (value, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(value)
}

/// Takes a number of base 128, least significant group first.
pub(crate) fn take_number(rest: &mut &[u8]) -> Option<u64> {
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

/// Writes an integer field.
pub(crate) fn put_number(number: u64, value: u64, out: &mut Vec<u8>) {
    put_base_128(number << 3, out);
    put_base_128(value, out);
}

/// Writes a field with a length before it.
pub(crate) fn put_bytes(number: u64, value: &[u8], out: &mut Vec<u8>) {
    put_base_128(number << 3 | LENGTH_DELIMITED, out);
    put_base_128(value.len() as u64, out);
    out.extend_from_slice(value);
}

fn put_base_128(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_tag_has_32_bits_and_a_number() {
        let first = |message: &'static [u8]| fields(message).next().unwrap().map(|field| field.number);
        assert_eq!(first(&[0x62, 0]), Some(12));
        assert_eq!(first(&[0xe2, 0x80, 0x80, 0x80, 0x00, 0]), Some(12));
        assert_eq!(first(&[0xe2, 0x80, 0x80, 0x80, 0x10, 0]), None, "12 in 32 bits, another number in 64");
        assert_eq!(first(&[0xe2, 0x80, 0x80, 0x80, 0x80, 0x00, 0]), None);
        assert_eq!(first(&[0x02, 0]), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(number in 1u64..100_000, value: u64, bytes: Vec<u8>) {
            let mut message = vec![];
            put_number(number, value, &mut message);
            put_bytes(number + 1, &bytes, &mut message);
            let read: Option<Vec<_>> = fields(&message).map(|field| field.map(|field| (field.number, field.value))).collect();
            prop_assert_eq!(read.unwrap(), [(number, Value::Number(value)), (number + 1, Value::Bytes(&bytes))]);
        }

        #[test]
        fn any_bytes_are_walked_to_an_end(bytes: Vec<u8>) {
            let walked: Vec<_> = fields(&bytes).collect();
            prop_assert!(walked.len() <= bytes.len());
            let mut copied = vec![];
            walked.iter().flatten().for_each(|field| field.copy(&mut copied));
            prop_assert!(bytes.starts_with(&copied));
        }
    }
}
