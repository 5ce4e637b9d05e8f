//! What a reader made of a plate. Personal data: it has no `Display`, its `Debug` says nothing of the text, and its
//! memory is overwritten when it is dropped (INV-6).

use std::fmt;
use vokter_rules::limits;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The characters of a plate and how sure the reader is of each.
///
/// It is neither cloned nor compared nor printed; who needs the text says so by [`PlateReading::disclose_text`].
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct PlateReading {
    /// On the heap, so that moving a reading leaves no copy behind.
    characters: Box<[char; limits::PLATE_SLOTS]>,
    confidences: Box<[f32; limits::PLATE_SLOTS]>,
    length: usize,
    least: f32,
}

impl PlateReading {
    /// An empty reading.
    pub(super) fn new() -> Self {
        let characters = Box::new(['\0'; limits::PLATE_SLOTS]);
        Self { characters, confidences: Box::new([0.0; limits::PLATE_SLOTS]), length: 0, least: 1.0 }
    }

    /// Takes what a slot shows: a character, or that there is none.
    pub(super) fn push(&mut self, character: Option<char>, confidence: f32) {
        self.least = self.least.min(confidence);
        if let Some(character) = character
            && let Some(place) = self.characters.get_mut(self.length)
            && let Some(sure) = self.confidences.get_mut(self.length)
        {
            (*place, *sure) = (character, confidence);
            self.length += 1;
        }
    }

    /// How many characters were read.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether none was.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// How sure the reader is of each character, 0 to 1, in their order.
    pub fn confidences(&self) -> &[f32] {
        self.confidences.get(..self.length).unwrap_or_default()
    }

    /// How sure the reader is of its least sure slot, those that it left empty included; 0 to 1.
    pub fn confidence(&self) -> f32 {
        self.least
    }

    /// The text: personal data, to be put under the purpose's key or dropped. The string is overwritten when it is
    /// dropped.
    pub fn disclose_text(&self) -> Zeroizing<String> {
        let mut text = String::with_capacity(limits::PLATE_SLOTS * 4);
        text.extend(self.characters.iter().take(self.length));
        Zeroizing::new(text)
    }
}

impl fmt::Debug for PlateReading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlateReading(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_gives_its_text_when_it_is_asked_by_name_and_not_otherwise() {
        let mut reading = PlateReading::new();
        for (character, confidence) in [(Some('A'), 0.9), (None, 0.95), (Some('Ø'), 0.7), (Some('7'), 0.8)] {
            reading.push(character, confidence);
        }
        assert_eq!(reading.disclose_text().as_str(), "AØ7");
        assert_eq!(reading.confidences(), [0.9, 0.7, 0.8]);
        assert_eq!(reading.confidence(), 0.7);
        assert_eq!(format!("{reading:?} {reading:#?}"), "PlateReading(redacted) PlateReading(redacted)");
    }

    #[test]
    fn more_characters_than_a_plate_has_are_dropped() {
        let mut reading = PlateReading::new();
        for _ in 0..100 {
            reading.push(Some('W'), 1.0);
        }
        assert_eq!(reading.len(), limits::PLATE_SLOTS);
    }

    #[test]
    fn zeroing_leaves_nothing() {
        let mut reading = PlateReading::new();
        reading.push(Some('X'), 0.5);
        reading.zeroize();
        assert!(reading.is_empty() && reading.characters.iter().all(|character| *character == '\0'));
        assert!(reading.confidences.iter().all(|confidence| *confidence == 0.0));
    }
}
