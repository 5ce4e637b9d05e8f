//! Reads a plate whose corners are known.

use super::reading::PlateReading;
use crate::graph::Element;
use crate::manifest::{Colour, Decoder, Letterboxing, Manifest};
use crate::{ModelError, ModelFile, Runtime, Session};
use vokter_frames::{Channels, Cropper, Filling, MaskedFrame, Placement, Quad, TensorSpec};

/// One thread's reader. A reading has memory of its own; nothing else is allocated after the first picture.
pub struct PlateReader {
    session: Session,
    spec: TensorSpec,
    filling: Filling,
    characters: Vec<char>,
    blank: char,
    margin: [f32; 2],
    cropper: Cropper,
}

impl PlateReader {
    /// A reader over a model for the characters of plates, whose input is f32 in planes or bytes in pixels.
    ///
    /// # Errors
    /// When the model is for another task, does not run as its manifest says, or takes another kind of input.
    pub fn open(runtime: &Runtime, file: &ModelFile) -> Result<Self, ModelError> {
        let manifest = file.manifest();
        let path = || manifest.file.clone();
        let Decoder::PlateSlots { alphabet, pad, .. } = &manifest.decoder else {
            let (is, wanted) = (manifest.task.name(), crate::manifest::Task::PlateReading.name());
            return Err(ModelError::WrongTask { path: path(), is, wanted });
        };
        let Some((spec, filling)) = crop_of(manifest) else {
            let what = "its input is neither f32 in nchw nor bytes in nhwc, in colour".to_owned();
            return Err(ModelError::WrongModel { path: path(), what });
        };
        let session = file.session_as_written(runtime)?;
        let (characters, cropper) = (alphabet.chars().collect(), Cropper::new(manifest.input.resize));
        Ok(Self { session, spec, filling, characters, blank: *pad, margin: manifest.input.margin, cropper })
    }

    /// Reads the plate within these corners. Whatever comes of it, no picture of the plate and no reading stays behind,
    /// but for what [`Session::clear`] does not cover.
    ///
    /// # Errors
    /// When the network's run fails.
    pub fn read(&mut self, frame: &MaskedFrame, plate: &Quad) -> Result<PlateReading, ModelError> {
        let [across, down] = self.margin;
        let reading = self.read_crop(frame, &plate.grown(across, down));
        self.cropper.clear();
        self.session.clear()?;
        reading
    }

    fn read_crop(&mut self, frame: &MaskedFrame, plate: &Quad) -> Result<PlateReading, ModelError> {
        if let Ok(input) = self.session.input_bytes() {
            self.cropper.pixels(frame, plate, &self.spec, self.filling, input);
        } else {
            self.cropper.planes(frame, plate, &self.spec, self.filling, self.session.input()?);
        }
        self.session.run()?;
        let (_, output) = self.session.output(0)?;
        Ok(decode(output, &self.characters, self.blank))
    }
}

/// How a plate is cut out for that model; `None` if it takes neither f32 in planes nor bytes in pixels.
fn crop_of(manifest: &Manifest) -> Option<(TensorSpec, Filling)> {
    let input = &manifest.input;
    let channels = match input.colour {
        Colour::Rgb => Channels::Rgb,
        Colour::Bgr => Channels::Bgr,
        Colour::Grey => return None,
    };
    let in_pixels = [1, input.height, input.width, 3];
    if (input.element == Element::U8) != (input.shape() == in_pixels) {
        return None;
    }
    let (placement, filling) = match input.letterbox {
        Letterboxing::TopLeft => (Placement::TopLeft, Filling::Letterbox),
        Letterboxing::Centre => (Placement::Centre, Filling::Letterbox),
        Letterboxing::Stretch => (Placement::Centre, Filling::Stretch),
    };
    let (width, height, white) = (input.width, input.height, input.white);
    let pad = f32::from(input.pad) * white / 255.0;
    Some((TensorSpec { width, height, placement, channels, white, pad }, filling))
}

/// The likeliest characters of each slot.
fn decode(output: &[f32], characters: &[char], blank: char) -> PlateReading {
    let mut reading = PlateReading::new();
    for slot in output.chunks_exact(characters.len().max(1)) {
        // What is no number is not sure at all.
        let scores = slot.iter().map(|sure| if sure.is_nan() { 0.0 } else { sure.clamp(0.0, 1.0) });
        reading.push(characters.iter().copied().zip(scores), blank);
    }
    reading
}

#[cfg(test)]
impl PlateReader {
    /// The session, to be looked into.
    pub(super) const fn session(&mut self) -> &mut Session {
        &mut self.session
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_become_characters_and_blanks_none() {
        let none = f32::NAN;
        let reading = decode(&[0.1, 0.8, 0.1, 0.9, 0.05, 0.05, 0.2, 0.2, 0.6, none, none, none], &['A', 'B', '_'], '_');
        assert_eq!(reading.disclose_text().as_str(), "BA");
        assert_eq!(reading.confidences().collect::<Vec<_>>(), [0.8, 0.9]);
        assert_eq!(reading.confidence(), 0.0);
    }
}
