//! What a reader made of a plate. Personal data: it has no `Display`, its `Debug` says nothing of the text, and its
//! memory is overwritten when it is dropped (INV-6).

use std::fmt;
use vokter_rules::limits;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Characters that are kept of a slot, the likeliest first.
const ALTERNATIVES: usize = 3;

/// The likeliest characters of a slot, and how sure the reader is of each.
type Slot = [(char, f32); ALTERNATIVES];

/// The characters of a plate and how sure the reader is of each.
///
/// It is neither cloned nor compared nor printed; who needs the text says so by [`PlateReading::disclose_text`], and who
/// needs what else it could be by [`PlateReading::disclose_slots`].
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct PlateReading {
    /// On the heap, so that moving a reading leaves no copy behind.
    slots: Box<[Slot; limits::PLATE_SLOTS]>,
    length: usize,
    least: f32,
}

impl PlateReading {
    /// An empty reading.
    pub(super) fn new() -> Self {
        Self { slots: Box::new([[('\0', 0.0); ALTERNATIVES]; limits::PLATE_SLOTS]), length: 0, least: 1.0 }
    }

    /// Takes what a slot shows: its characters and how sure each is. Where the blank is the likeliest there is none.
    pub(super) fn push(&mut self, scores: impl Iterator<Item = (char, f32)>, blank: char) {
        let mut likeliest = (blank, 0.0);
        let mut best = [('\0', 0.0); ALTERNATIVES];
        for one in scores.filter(|(_, sure)| *sure > 0.0) {
            if one.1 > likeliest.1 {
                likeliest = one;
            }
            let place = best.iter().position(|known| one.1 > known.1).filter(|_| one.0 != blank);
            if let Some(moved) = place.and_then(|place| best.get_mut(place..)) {
                moved.rotate_right(1);
                moved.iter_mut().take(1).for_each(|first| *first = one);
            }
        }
        self.least = self.least.min(likeliest.1);
        if likeliest.0 != blank
            && let Some(slot) = self.slots.get_mut(self.length)
        {
            *slot = best;
            self.length += 1;
        }
        best.zeroize();
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
    pub fn confidences(&self) -> impl Iterator<Item = f32> {
        self.slots.iter().take(self.length).flat_map(|slot| slot.first()).map(|(_, sure)| *sure)
    }

    /// How sure the reader is of its least sure slot, those that it left empty included; 0 to 1.
    pub fn confidence(&self) -> f32 {
        self.least
    }

    /// The text: personal data, to be put under the purpose's key or dropped. The string is overwritten when it is
    /// dropped.
    pub fn disclose_text(&self) -> Zeroizing<String> {
        let mut text = String::with_capacity(limits::PLATE_SLOTS * 4);
        text.extend(self.slots.iter().take(self.length).flat_map(|slot| slot.first()).map(|(character, _)| character));
        Zeroizing::new(text)
    }

    /// The few likeliest characters of each slot, best first, and how sure the reader is of each: personal data, to be
    /// voted on and dropped.
    pub fn disclose_slots(&self) -> impl Iterator<Item = &[(char, f32)]> {
        let known = |slot: &[(char, f32)]| slot.iter().take_while(|(_, sure)| *sure > 0.0).count();
        self.slots.iter().take(self.length).map(move |slot| slot.get(..known(slot)).unwrap_or_default())
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

    /// A reading of slots of characters.
    fn reading(slots: &[&[(char, f32)]]) -> PlateReading {
        let mut reading = PlateReading::new();
        slots.iter().for_each(|slot| reading.push(slot.iter().copied(), '_'));
        reading
    }

    #[test]
    fn a_reading_gives_its_text_when_it_is_asked_by_name_and_not_otherwise() {
        let slots: [&[_]; 4] =
            [&[('A', 0.9)], &[('B', 0.05), ('_', 0.95)], &[('O', 0.2), ('Ø', 0.7), ('_', 0.1)], &[('7', 0.8)]];
        let reading = reading(&slots);
        assert_eq!(reading.disclose_text().as_str(), "AØ7");
        assert_eq!(reading.confidences().collect::<Vec<_>>(), [0.9, 0.7, 0.8]);
        assert_eq!(reading.confidence(), 0.7);
        assert_eq!(format!("{reading:?} {reading:#?}"), "PlateReading(redacted) PlateReading(redacted)");
    }

    #[test]
    fn the_likeliest_characters_of_a_slot_are_kept_best_first() {
        let slots: [&[_]; 2] = [&[('A', 0.1), ('4', 0.5), ('H', 0.05), ('_', 0.05), ('R', 0.3)], &[('7', 0.8)]];
        let reading = reading(&slots);
        let kept: Vec<Vec<_>> = reading.disclose_slots().map(<[_]>::to_vec).collect();
        assert_eq!(kept, [vec![('4', 0.5), ('R', 0.3), ('A', 0.1)], vec![('7', 0.8)]]);
    }

    #[test]
    fn more_characters_than_a_plate_has_are_dropped() {
        let reading = reading(&[&[('W', 1.0)][..]; 100]);
        assert_eq!(reading.len(), limits::PLATE_SLOTS);
    }

    #[test]
    fn zeroing_leaves_nothing() {
        let mut reading = reading(&[&[('X', 0.5), ('Y', 0.25)]]);
        reading.zeroize();
        assert!(reading.is_empty() && reading.slots.iter().flatten().all(|slot| *slot == ('\0', 0.0)));
    }
}
