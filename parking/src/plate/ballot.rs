//! The vote over the readings of one passage: however long a car waits, it is read once.
//!
//! A reading weighs as much as the square of its least sure character: a car is read from afar and from near, and what was
//! guessed far away does not spoil what was seen close by. Readings of different lengths are different candidates, and one must
//! have more than half of the weight. Within it, each slot adds up what the readings said of each character, by weight.
//!
//! The formats of the expected countries then decide between characters that look alike; the votes of a character that is
//! resolved count for what it is resolved to, and nothing else is ever put in. A text is as likely under a format as its slots
//! say, times what is known before one looks: most cars are from the first country, few from the others, and fewer have a
//! plate of no format at all.
//!
//! ```text
//! read        A B 1 2 3 4 B       each slot: votes of the character / votes of the one that was read, at least 1/10
//! home        A B 1 2 3 4 8       1    * 1/10
//! abroad      A B I 2 3 4 8       1/20 * 1/10 * 1/10
//! of no format                    1/400
//! ```
//! The likeliest wins if it is three times as likely as every other text; else the text stays as it was read. So the first
//! country's formats settle one or two characters, however sure the reader was of their look-alikes; those of the others
//! settle only what was in doubt; and where both want something else, what was not in doubt stays.

use super::country::Place;
use super::format::resolve;
use super::{ALPHABET, Country, Plate};
use vokter_rules::limits;
use zeroize::Zeroizing;

/// What a reader says of one slot: characters, and how sure it is of each, 0 to 1.
pub type Slot<'a> = &'a [(char, f32)];

/// Characters in [`ALPHABET`].
const CHARACTERS: usize = 42;

/// How likely a plate is to be of another country than the first, and of no format that is known: one from elsewhere, or a
/// text of one's own.
const ABROAD: f32 = 1.0 / 20.0;
const UNKNOWN: f32 = 1.0 / 400.0;
/// A look-alike is never less likely than this part of what was read: there are faces that draw it the same.
const ALIKE: f32 = 0.1;
/// How many times as likely as any other a text must be.
const CLEARLY: f32 = 3.0;

/// The votes of one passage. They are overwritten when it is dropped.
pub struct Ballot {
    countries: Box<[Country]>,
    tallies: Vec<Tally>,
}

/// The votes of the readings of one length.
struct Tally {
    readings: u16,
    weight: f32,
    slots: Zeroizing<Vec<[f32; CHARACTERS]>>,
}

/// A plate that was read, with how sure each character is.
#[derive(Debug)]
pub struct Reading {
    /// What it says.
    pub plate: Plate,
    /// How sure each character is, 0 to 1.
    pub confidences: Box<[f32]>,
    /// The country whose format it has, if it has one that was expected.
    pub country: Option<Country>,
}

/// A text, how likely it is, and how sure each character is.
struct Candidate {
    likelihood: f32,
    text: Zeroizing<Vec<char>>,
    confidences: Vec<f32>,
}

impl Candidate {
    /// With room for a plate, since what grows leaves copies behind.
    fn empty() -> Self {
        let text = Zeroizing::new(Vec::with_capacity(limits::PLATE_SLOTS));
        Self { likelihood: 1.0, text, confidences: Vec::with_capacity(limits::PLATE_SLOTS) }
    }

    fn push(&mut self, (character, confidence): (char, f32)) {
        self.text.push(character);
        self.confidences.push(confidence);
    }
}

impl Ballot {
    /// No votes yet. Most plates are of the first country; where one has the format of several, the first of them is meant.
    pub fn new(countries: &[Country]) -> Self {
        Self { countries: countries.into(), tallies: vec![] }
    }

    /// Takes one reading, slot by slot. One that is shorter or longer than plates are, or shows in some slot nothing that
    /// plates have, is no reading.
    pub fn add(&mut self, slots: &[Slot<'_>]) {
        if slots.is_empty() || slots.len() > limits::PLATE_SLOTS {
            return;
        }
        let mut scores = Zeroizing::new(vec![[0.0; CHARACTERS]; slots.len()]);
        let mut least = 1.0_f32;
        for (slot, scores) in slots.iter().zip(scores.iter_mut()) {
            for (character, sure) in slot.iter().filter(|(_, sure)| sure.is_finite()) {
                let score = ALPHABET.chars().zip(scores.iter_mut()).find(|(of, _)| of == character);
                if let Some((_, score)) = score {
                    *score = sure.clamp(0.0, 1.0);
                }
            }
            least = least.min(scores.iter().copied().fold(0.0, f32::max));
        }
        let weight = least * least;
        if weight <= 0.0 {
            return;
        }
        scores.iter_mut().flatten().for_each(|score| *score *= weight);
        let known = self.tallies.iter_mut().find(|tally| tally.slots.len() == slots.len());
        match known {
            Some(tally) => tally.add(&scores, weight),
            None => self.tallies.push(Tally { readings: 1, weight, slots: scores }),
        }
    }

    /// How many readings were taken.
    pub fn readings(&self) -> usize {
        self.tallies.iter().map(|tally| usize::from(tally.readings)).sum()
    }

    /// The plate of the passage; `None` if some character is less sure than the minimum, or the readings do not agree on
    /// their number. A vote may go on after it was asked.
    pub fn result(&self, minimum: f32) -> Option<Reading> {
        let all: f32 = self.tallies.iter().map(|tally| tally.weight).sum();
        let tally = self.tallies.iter().find(|tally| tally.weight > all / 2.0)?;
        let (country, candidate) = match tally.fitting(&self.countries, minimum) {
            Some((country, candidate)) => (Some(country), candidate),
            None => (None, tally.as_read()),
        };
        if candidate.confidences.iter().any(|sure| *sure < minimum) {
            return None;
        }
        let plate = Plate::of(candidate.text.iter().copied())?;
        Some(Reading { plate, confidences: candidate.confidences.into(), country })
    }
}

impl Tally {
    fn add(&mut self, scores: &[[f32; CHARACTERS]], weight: f32) {
        if self.readings == u16::MAX {
            return;
        }
        self.readings += 1;
        self.weight += weight;
        for (sum, score) in self.slots.iter_mut().flatten().zip(scores.iter().flatten()) {
            *sum += score;
        }
    }

    /// The likeliest character of each slot.
    fn as_read(&self) -> Candidate {
        let mut candidate = Candidate::empty();
        self.slots.iter().filter_map(|scores| self.most(scores)).for_each(|vote| candidate.push(vote));
        candidate
    }

    /// The likeliest character of each slot among those that a pattern admits; `None` if one of them is not sure enough.
    fn as_resolved(&self, pattern: &[Place], read: &Candidate, minimum: f32) -> Option<Candidate> {
        let mut candidate = Candidate::empty();
        for ((scores, place), read) in self.slots.iter().zip(pattern).zip(read.text.iter()) {
            let mut pooled = [0.0; CHARACTERS];
            for (character, score) in voted(scores) {
                let meant = resolve(*place, character);
                let mut votes = ALPHABET.chars().zip(pooled.iter_mut());
                if let Some((_, votes)) = votes.find(|(of, _)| meant == Some(*of)) {
                    *votes += score;
                }
            }
            let resolved = self.most(&pooled).filter(|(_, confidence)| *confidence >= minimum)?;
            let votes = |wanted: char| voted(scores).find(|(of, _)| *of == wanted).map_or(0.0, |(_, votes)| votes);
            if resolved.0 != *read {
                candidate.likelihood *= (votes(resolved.0) / votes(*read)).max(ALIKE);
            }
            candidate.push(resolved);
        }
        Some(candidate)
    }

    /// The text that a format of these countries makes of it; `None` if there is none that is clearly the likeliest.
    fn fitting(&self, countries: &[Country], minimum: f32) -> Option<(Country, Candidate)> {
        let read = self.as_read();
        let mut fits: Vec<(Country, Candidate)> = vec![];
        for (country, prior) in countries.iter().zip(std::iter::once(1.0).chain(std::iter::repeat(ABROAD))) {
            for pattern in country.patterns(self.slots.len()) {
                let Some(mut candidate) = self.as_resolved(&pattern, &read, minimum) else { continue };
                candidate.likelihood *= prior;
                fits.push((*country, candidate));
            }
        }
        let likelihood = |index: usize| fits.get(index).map_or(0.0, |(_, candidate)| candidate.likelihood);
        let first_of_the_likeliest =
            (0..fits.len()).reduce(|one, other| if likelihood(other) > likelihood(one) { other } else { one })?;
        let (country, best) = fits.swap_remove(first_of_the_likeliest);
        let mut others = fits.iter().map(|(_, other)| (&other.text, other.likelihood)).chain([(&read.text, UNKNOWN)]);
        others
            .all(|(text, likelihood)| *text == best.text || best.likelihood >= likelihood * CLEARLY)
            .then_some((country, best))
    }

    /// The character of a slot that has most votes, and its share of what it could have.
    fn most(&self, scores: &[f32; CHARACTERS]) -> Option<(char, f32)> {
        let (character, votes) = voted(scores).max_by(|one, other| one.1.total_cmp(&other.1))?;
        Some((character, (votes / self.weight).min(1.0)))
    }
}

/// The characters of a slot that have votes.
fn voted(scores: &[f32; CHARACTERS]) -> impl Iterator<Item = (char, f32)> {
    ALPHABET.chars().zip(scores.iter().copied()).filter(|(_, score)| *score > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The reading of a ballot over texts, each character as sure as said.
    fn close(countries: &[Country], readings: &[(&str, f32)], minimum: f32) -> Option<Reading> {
        let mut ballot = Ballot::new(countries);
        for (text, sure) in readings {
            let slots: Vec<_> = text.chars().map(|character| [(character, *sure)]).collect();
            ballot.add(&slots.iter().map(|slot| &slot[..]).collect::<Vec<_>>());
        }
        ballot.result(minimum)
    }

    fn text(countries: &[Country], readings: &[(&str, f32)]) -> Option<String> {
        close(countries, readings, 0.5).map(|reading| reading.plate.disclose_text().to_owned())
    }

    #[test]
    fn the_alphabet_has_as_many_characters_as_a_slot_has_scores() {
        assert_eq!(ALPHABET.chars().count(), CHARACTERS);
    }

    #[test]
    fn most_votes_win_and_each_character_has_its_confidence() {
        let readings = [("AB12345", 0.9), ("AB12345", 0.9), ("AB12346", 0.6)];
        let reading = close(&[Country::Norway], &readings, 0.5).unwrap();
        assert_eq!(reading.plate.disclose_text(), "AB12345");
        assert_eq!(reading.country, Some(Country::Norway));
        let rounded: Vec<_> = reading.confidences.iter().map(|sure| (sure * 100.0).round()).collect();
        assert_eq!(rounded, [85.0, 85.0, 85.0, 85.0, 85.0, 85.0, 74.0]);
    }

    #[test]
    fn what_is_guessed_from_afar_does_not_spoil_what_is_seen_close_by() {
        let readings = [("AB12846", 0.2), ("AB72345", 0.2), ("AD12345", 0.2), ("AB12345", 0.9), ("AB12345", 0.9)];
        let reading = close(&[Country::Norway], &readings, 0.7).unwrap();
        assert_eq!(reading.plate.disclose_text(), "AB12345");
    }

    #[test]
    fn under_the_minimum_there_is_nothing() {
        let readings = [("AB12345", 0.9), ("AB12346", 0.9)];
        assert!(close(&[Country::Norway], &readings, 0.5).is_none());
        assert!(close(&[Country::Norway], &readings, 0.4).is_some());
        assert!(close(&[Country::Norway], &[], 0.0).is_none());
    }

    #[test]
    fn the_format_decides_between_twins_and_their_votes_count_together() {
        assert_eq!(text(&[Country::Norway], &[("A8I2E4S", 0.9)]).as_deref(), Some("A8I2E4S"), "E is no digit");
        assert_eq!(text(&[Country::Norway], &[("A81234S", 0.9)]).as_deref(), Some("AB12345"));
        assert_eq!(text(&[Country::Norway], &[("A8I234S", 0.9)]).as_deref(), Some("A8I234S"), "three are too many");
        let mixed = [("AB1234O", 0.8), ("AB12340", 0.8), ("AB12340", 0.8)];
        let reading = close(&[Country::Norway], &mixed, 0.79).unwrap();
        assert_eq!(reading.plate.disclose_text(), "AB12340");
        assert_eq!(text(&[Country::Britain], &[("AB1ZC0E", 0.9)]).as_deref(), Some("AB12COE"));
        assert_eq!(text(&[Country::Sweden], &[("ABC12D", 0.9)]).as_deref(), Some("ABC12D"), "its last may be a letter");
    }

    #[test]
    fn a_text_of_no_expected_format_stays_as_it_was_read() {
        let reading = close(&[Country::Norway], &[("WOB8LE", 0.9)], 0.5).unwrap();
        assert_eq!((reading.plate.disclose_text(), reading.country), ("WOB8LE", None));
    }

    #[test]
    fn no_format_holds_by_characters_that_were_hardly_seen() {
        let mut ballot = Ballot::new(&[Country::Norway]);
        let slots: Vec<Vec<_>> = "ABC123"
            .chars()
            .map(|read| {
                ALPHABET.chars().map(|character| (character, if character == read { 0.9 } else { 0.002 })).collect()
            })
            .collect();
        ballot.add(&slots.iter().map(|slot| &slot[..]).collect::<Vec<_>>());
        let reading = ballot.result(0.5).unwrap();
        assert_eq!((reading.plate.disclose_text(), reading.country), ("ABC123", None), "it is from Sweden");
    }

    /// The country and the text that are made of a text of which some characters are in doubt: each with another that has
    /// half as many votes.
    fn in_doubt(countries: &[Country], read: &str, doubts: &[(usize, char)]) -> (Option<Country>, String) {
        let slots: Vec<Vec<_>> = read
            .chars()
            .enumerate()
            .map(|(place, character)| {
                let other = doubts.iter().find(|(at, _)| *at == place).map(|(_, other)| (*other, 0.3));
                std::iter::once((character, 0.6)).chain(other).collect()
            })
            .collect();
        let mut ballot = Ballot::new(countries);
        ballot.add(&slots.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let reading = ballot.result(0.0).unwrap();
        (reading.country, reading.plate.disclose_text().to_owned())
    }

    #[test]
    fn the_first_country_is_meant_where_a_character_is_in_doubt_and_no_other_where_none_is() {
        let (norway, germany) = ([Country::Norway, Country::Germany], [Country::Germany, Country::Norway]);
        let said = |country, text: &str| (country, text.to_owned());
        // German as read, Norwegian if the I is a 1.
        assert_eq!(in_doubt(&norway, "ABI2345", &[(2, '1')]), said(Some(Country::Norway), "AB12345"));
        assert_eq!(in_doubt(&norway, "ABI2345", &[]), said(None, "ABI2345"));
        assert_eq!(in_doubt(&germany, "ABI2345", &[(2, '1')]), said(Some(Country::Germany), "ABI2345"));
        assert_eq!(in_doubt(&germany, "AB12345", &[(2, 'I')]), said(Some(Country::Germany), "ABI2345"));
        assert_eq!(in_doubt(&germany, "AB12345", &[]), said(None, "AB12345"));
    }

    #[test]
    fn a_country_abroad_changes_only_what_is_in_doubt() {
        // No Norwegian number begins with 0, and no text like this one is German unless the 0 is an O.
        let norway = [Country::Norway, Country::Germany];
        assert_eq!(in_doubt(&norway, "FL05921", &[]), (None, "FL05921".to_owned()));
        assert_eq!(in_doubt(&norway, "FL05921", &[(2, 'O')]), (Some(Country::Germany), "FLO5921".to_owned()));
    }

    #[test]
    fn formats_that_disagree_leave_the_text_alone() {
        let both = [Country::Norway, Country::Britain];
        assert_eq!(text(&both, &[("AB1234B", 0.9)]).as_deref(), Some("AB12348"), "British plates want letters fifth");
        assert_eq!(text(&both, &[("AB125BB", 0.9)]).as_deref(), Some("AB125BB"), "two changes at home or one abroad");
        assert_eq!(text(&both, &[("A8125O5", 0.9)]).as_deref(), Some("AB12505"), "two at home, and two abroad");
        let abroad = [Country::Iceland, Country::Norway, Country::Britain];
        let doubts = [(4, 'S'), (5, 'B'), (6, 'B')];
        assert_eq!(in_doubt(&abroad, "AB12588", &doubts[..1]).0, Some(Country::Norway));
        assert_eq!(in_doubt(&abroad, "AB1258B", &doubts[..2]), (None, "AB1258B".to_owned()), "one here or two there");
    }

    proptest! {
        #[test]
        fn nothing_is_invented(read in "[0-9A-Z]{5,8}", first in 0_usize..6, doubt in 0_usize..8) {
            let mut countries = Country::ALL;
            countries.rotate_left(first);
            let twin = read.chars().nth(doubt).and_then(super::super::confusable::twin);
            let doubts: Vec<_> = twin.map(|twin| (doubt, twin)).into_iter().collect();
            let (country, text) = in_doubt(&countries, &read, &doubts);
            prop_assert_eq!(text.chars().count(), read.chars().count());
            for (own, read) in text.chars().zip(read.chars()) {
                let is_alike = super::super::confusable::look_alikes(read).any(|alike| alike == own);
                prop_assert!(own == read || is_alike && own.is_ascii_digit() != read.is_ascii_digit(), "{} {}", read, own);
            }
            let plate = Plate::new(&text).unwrap();
            prop_assert!(country.is_none_or(|country| super::super::format::fits(country, &plate)));
            prop_assert!(country.is_some() || text == read);
        }

        #[test]
        fn a_plate_of_the_first_country_stays_whatever_others_there_are(
            plate in "[ABCDEFHJKL]{2}[1-9][0-9]{4}|[ABCDEFHJKL]{2}[1-9][0-9]{3}", others in 0_usize..5, rest in 0_usize..6,
        ) {
            let mut countries = vec![Country::Norway];
            countries.extend(Country::ALL.iter().cycle().skip(rest).filter(|one| **one != Country::Norway).take(others));
            prop_assert_eq!(in_doubt(&countries, &plate, &[]), (Some(Country::Norway), plate));
        }
    }

    #[test]
    fn readings_of_another_length_do_not_win_by_being_last() {
        let readings = [("AB12345", 0.9), ("AB12345", 0.9), ("AB1234", 0.95)];
        assert_eq!(text(&[Country::Norway], &readings).as_deref(), Some("AB12345"));
        let even = [("AB12345", 0.9), ("AB1234", 0.9)];
        assert_eq!(text(&[Country::Norway], &even), None);
    }

    #[test]
    fn what_is_no_reading_does_not_count() {
        let mut ballot = Ballot::new(&[Country::Norway]);
        ballot.add(&[]);
        ballot.add(&[&[('A', 1.0)][..]; limits::PLATE_SLOTS + 1]);
        ballot.add(&[&[('A', f32::NAN)], &[('B', 1.0)]]);
        ballot.add(&[&[('?', 1.0)], &[('B', 1.0)]]);
        assert!(ballot.result(0.0).is_none());
    }
}
