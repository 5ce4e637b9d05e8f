//! What happens in a lot, as its statistics are told of it: that a vehicle came, that it left and after how long. Which
//! vehicle is not said, so that nothing here could be asked for it.

use super::{Heard, Note, Word};
use crossbeam::channel::Sender;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use vokter_rules::policy::Measure;
use vokter_statistics::{Definition, band_of_stay};

/// Where the lot of one parking purpose says what happens in it. A session counts in one cell of each table: whoever runs the
/// lot says its arrival once, and its departure once. It never waits; with no series of parking it says nothing to anyone.
#[derive(Clone)]
pub struct ParkingFeed {
    series: Arc<[(usize, Measure)]>,
    sender: Sender<Note>,
}

impl ParkingFeed {
    pub(super) fn new(purpose: &str, definitions: &[Definition], sender: Sender<Note>) -> Self {
        let of_it = |(_, definition): &(usize, &Definition)| {
            definition.purpose == purpose && definition.measure.is_of_parking()
        };
        let series = definitions.iter().enumerate().filter(of_it);
        Self { series: series.map(|(index, definition)| (index, definition.measure)).collect(), sender }
    }

    /// The lot is watched, whether anything happens or not: to be said at least every five seconds, by the clock of its
    /// pictures, and before what happens then. What is not said to be watched is a gap.
    pub fn looked(&self, at: Timestamp) {
        self.say(|_| Some(Word::Looked(at)));
    }

    /// A session began.
    pub fn arrived(&self, at: Timestamp) {
        self.say(|measure| (measure == Measure::ParkingArrivals).then_some(Word::Once { category: 0, at }));
    }

    /// A session ended, after so long.
    pub fn departed(&self, at: Timestamp, stay: SignedDuration) {
        self.say(|measure| match measure {
            Measure::ParkingDepartures => Some(Word::Once { category: 0, at }),
            Measure::MeanStay => Some(Word::Once { category: band_of_stay(stay), at }),
            _ => None,
        });
    }

    fn say(&self, word: impl Fn(Measure) -> Option<Word>) {
        for (series, measure) in self.series.iter() {
            if let Some(word) = word(*measure) {
                // A full channel means that the disk is stuck; the gap says so.
                let _ = self.sender.try_send(Note(Box::new(Heard::Series(*series, word))));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Counting;
    use super::*;
    use crossbeam::channel::bounded;
    use std::sync::atomic::AtomicBool;
    use vokter_rules::policy::Grid;
    use vokter_statistics::{Breakdown, Published, Statistics};

    fn definition(series: &str, measure: Measure, categories: &[&str]) -> Definition {
        Definition {
            site: "A car park".into(),
            purpose: "parking".into(),
            series: series.into(),
            measure,
            grid: Grid::Hour,
            time_zone: "Europe/Oslo".into(),
            camera: None,
            place: None,
            objects: vec![],
            quiet: None,
            breakdown: Breakdown {
                dimension: "stay".into(),
                categories: categories.iter().map(|&name| name.into()).collect(),
            },
            commissioning: true,
            // So that what is drawn is what was counted, but for a few.
            epsilon: Some(1.0),
            detector: vec![],
        }
    }

    #[test]
    fn inv_7_a_session_counts_in_one_cell_of_each_table() {
        let folder = tempfile::tempdir().unwrap();
        let definitions = [
            definition("arrivals", Measure::ParkingArrivals, &["all"]),
            definition("departures", Measure::ParkingDepartures, &["all"]),
            definition("stays", Measure::MeanStay, &["short", "middle", "long", "very long"]),
        ];
        let eight: Timestamp = "2026-11-20T08:00:00+01:00".parse().unwrap();
        let statistics = Statistics::open(folder.path(), definitions.to_vec(), eight).unwrap();
        let (sender, heard) = bounded(vokter_rules::limits::SEEN_WAITING);
        let feed = ParkingFeed::new("parking", &definitions, sender.clone());
        assert!(ParkingFeed::new("else", &definitions, sender).series.is_empty());
        for second in (0..3600 + 120).step_by(4) {
            let at = eight + SignedDuration::from_secs(second);
            feed.looked(at);
            if second < 3600 {
                feed.arrived(at);
                feed.departed(at, SignedDuration::from_mins(if second < 1200 { 10 } else { 200 }));
            }
        }
        drop(feed);
        Counting::new(statistics, vec![], None).run(&heard, &AtomicBool::new(false));
        let drawn = |name: &str| {
            let table = Published::open(folder.path()).unwrap().table(name).unwrap();
            assert_eq!(table.rows.len(), 1);
            assert!(table.rows[0].is_complete());
            table.rows[0].drawn.clone()
        };
        // A noise of 40 is drawn once in e^40 cells.
        let near = |drawn: &[i64], truth: &[i64]| drawn.iter().zip(truth).all(|(a, b)| (a - b).abs() < 40);
        assert!(near(&drawn("parking.arrivals"), &[900]) && near(&drawn("parking.departures"), &[900]));
        assert!(near(&drawn("parking.stays"), &[300, 0, 600, 0]));
    }
}
