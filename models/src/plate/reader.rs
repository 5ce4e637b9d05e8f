//! Reads a plate whose corners are known.

use super::reading::PlateReading;
use crate::{ModelError, Runtime, Session};
use std::path::Path;
use vokter_frames::{Cropper, Filling, MaskedFrame, Quad, TensorSpec};
use vokter_rules::limits;

/// What the numbers of a reader's output stand for: `1 x slots x characters`, for each slot how likely each character
/// is; the decoder `plate-slots`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotAlphabet {
    /// The characters, in the output's order, with the one that stands for none among them.
    pub characters: Vec<char>,
    /// How many slots there are, at most [`limits::PLATE_CHARACTERS`].
    pub slots: usize,
    /// The character that stands for none.
    pub blank: char,
}

/// How much more than the plate the reader is shown: parts of its sides, across and down, that are added in all. As in
/// its training.
const MARGIN: (f32, f32) = (0.04, 0.10);

/// One thread's reader. A reading has memory of its own; nothing else is allocated after the first picture.
pub struct PlateReader {
    session: Session,
    spec: TensorSpec,
    alphabet: SlotAlphabet,
    margin: (f32, f32),
    cropper: Cropper,
}

impl PlateReader {
    /// A reader over a model of these bytes, which `path` names in errors. Its input is `1 x 3 x H x W` of f32, or
    /// `1 x H x W x 3` of bytes; `spec` gives its size, the order of colours and, for f32, the value of white.
    ///
    /// # Errors
    /// When ONNX Runtime refuses the model, or its shapes are not those of the specification and the alphabet.
    pub fn open(
        runtime: &Runtime,
        path: &Path,
        bytes: &[u8],
        spec: TensorSpec,
        alphabet: SlotAlphabet,
    ) -> Result<Self, ModelError> {
        let session = Session::open(runtime, path, bytes)?;
        let wrong = |what: String| Err(ModelError::WrongModel { path: path.to_owned(), what });
        let input =
            if session.takes_bytes() { [1, spec.height, spec.width, 3] } else { [1, 3, spec.height, spec.width] };
        if session.input_shape() != input {
            return wrong(format!("its input is {:?} instead of {input:?}", session.input_shape()));
        }
        if !(1..=limits::PLATE_CHARACTERS).contains(&alphabet.slots) {
            return wrong(format!("it has {} slots instead of 1 to {}", alphabet.slots, limits::PLATE_CHARACTERS));
        }
        // Some exporters leave the first side, always one picture, open.
        let characters = alphabet.characters.len();
        if !matches!(session.output_shape(), [0 | 1, slots, letters] if (*slots, *letters) == (alphabet.slots, characters)) {
            let wanted = [1, alphabet.slots, characters];
            return wrong(format!("its output is {:?} instead of {wanted:?}", session.output_shape()));
        }
        Ok(Self { session, spec, alphabet, margin: MARGIN, cropper: Cropper::new() })
    }

    /// The same for a network that was trained on another margin round the plate: parts of its sides, across and down,
    /// that are added in all.
    #[must_use]
    pub fn with_margin(mut self, across: f32, down: f32) -> Self {
        self.margin = (across, down);
        self
    }

    /// Reads the plate within these corners.
    ///
    /// # Errors
    /// When the network's run fails.
    pub fn read(&mut self, frame: &MaskedFrame, plate: &Quad) -> Result<PlateReading, ModelError> {
        let plate = plate.grown(self.margin.0, self.margin.1);
        if self.session.takes_bytes() {
            let input = self.session.input_bytes()?;
            self.cropper.pixels(frame, &plate, &self.spec, Filling::Stretch, input);
        } else {
            let input = self.session.input()?;
            self.cropper.planes(frame, &plate, &self.spec, Filling::Stretch, input);
        }
        let reading = decode(self.session.run()?, &self.alphabet);
        // No picture of a plate stays behind.
        self.cropper.clear();
        if self.session.takes_bytes() {
            self.session.input_bytes()?.fill(0);
        } else {
            self.session.input()?.fill(0.0);
        }
        Ok(reading)
    }
}

/// The likeliest character of each slot.
fn decode(output: &[f32], alphabet: &SlotAlphabet) -> PlateReading {
    let mut reading = PlateReading::new();
    for slot in output.chunks_exact(alphabet.characters.len().max(1)).take(alphabet.slots) {
        let likeliest = slot.iter().zip(&alphabet.characters).filter(|(sure, _)| !sure.is_nan());
        match likeliest.max_by(|a, b| a.0.total_cmp(b.0)) {
            Some((sure, character)) => {
                reading.push((*character != alphabet.blank).then_some(*character), sure.clamp(0.0, 1.0));
            }
            None => reading.push(None, 0.0),
        }
    }
    reading
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_become_characters_and_blanks_none() {
        let alphabet = SlotAlphabet { characters: "AB_".chars().collect(), slots: 4, blank: '_' };
        let none = f32::NAN;
        let reading =
            decode(&[0.1, 0.8, 0.1, 0.9, 0.05, 0.05, 0.2, 0.2, 0.6, none, none, none, 1.0, 0.0, 0.0], &alphabet);
        assert_eq!(reading.disclose_text().as_str(), "BA");
        assert_eq!(reading.confidences(), [0.8, 0.9]);
        assert_eq!(reading.confidence(), 0.0);
    }
}
