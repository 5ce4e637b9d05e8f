//! Number plates: where they are, and what they say. For a parking purpose and no other (IVA-7a).
//!
//! ```text
//! MaskedFrame + lane or vehicle ─▶ PlateFinder ─▶ FoundPlate ─▶ PlateReader ─▶ PlateReading
//!                                  four corners                 upright crop   redacted, zeroed on drop
//! ```
//! This module refuses to know what a text means, whose it is and how many readings make a plate.

pub(crate) mod corners;
mod finder;
mod reader;
mod reading;

pub use finder::{FoundPlate, PlateFinder};
pub use reader::PlateReader;
pub use reading::PlateReading;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ModelFile, Runtime, Session, find_library};
    use std::path::Path;
    use vokter_frames::{Layout, MaskPlan, PixelFormat, PixelLease, Quad, RawFrame};
    use vokter_rules::geometry::Rect;

    fn assert_nothing_is_left(session: &mut Session) {
        assert!(
            session.input_bytes().is_ok_and(|input| input.iter().all(|byte| *byte == 0)) || {
                session.input().unwrap().iter().all(|number| *number == 0.0)
            }
        );
        assert!(session.output(0).unwrap().1.iter().all(|number| *number == 0.0));
    }

    #[test]
    fn no_picture_and_no_reading_stays_behind_even_after_an_error() {
        let runtime = Runtime::load(&find_library().unwrap()).unwrap();
        let weights = Path::new(env!("CARGO_MANIFEST_DIR")).join("weights");
        let file = |name: &str| ModelFile::open(&weights.join(name)).unwrap();
        let mut finder = PlateFinder::open(&runtime, &file("plate-finder.toml"), 0.4).unwrap();
        let mut reader = PlateReader::open(&runtime, &file("plate-reader.toml")).unwrap();
        let layout = Layout::packed(640, 360, PixelFormat::Yuv420);
        let lease = PixelLease::of_bytes(vec![90; layout.packed_bytes()]);
        let frame = RawFrame::new(lease, layout).unwrap().mask(&[], &mut MaskPlan::unmade());
        let region = Rect::new(0.4, 0.4, 0.6, 0.5);
        for is_spoilt in [false, true] {
            if is_spoilt {
                finder.session().spoil();
                reader.session().spoil();
            }
            assert_eq!(finder.find(&frame, &region).is_err(), is_spoilt);
            assert_eq!(reader.read(&frame, &Quad::of(&region)).is_err(), is_spoilt);
            assert_nothing_is_left(finder.session());
            assert_nothing_is_left(reader.session());
        }
    }
}
