//! A simulated year: the clock set back and forward, the machine off for hours and for weeks.

use super::{Site, keep, read, recorder};
use crate::{Grant, PropertyProtection, Retention};
use jiff::{SignedDuration, Timestamp};

/// A small generator of numbers (PCG-like), so that a failure can be seen again.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

#[test]
fn inv_5_over_a_year_what_is_open_is_what_a_model_of_the_deadlines_says() {
    let mut site = Site::new();
    site.now = "2026-01-01T00:00:00Z".parse().unwrap();
    let end: Timestamp = "2027-01-01T00:00:00Z".parse().unwrap();
    let mut dice = Dice(7);
    let (mut vault, mut mint) = site.open();
    let (mut yard, mut grant): (_, Grant<PropertyProtection>) =
        (recorder(&mut mint, "yard"), mint.grant("yard").unwrap());
    // Deadline and payload of each item; and the latest time that the vault was ever told.
    let (mut model, mut latest, mut step): (Vec<(Timestamp, Vec<u8>)>, Timestamp, u32) = (Vec::new(), site.now, 0);
    let (mut rollbacks, mut offs) = (0, 0);
    while latest < end {
        step += 1;
        match dice.below(20) {
            0 => {
                // The clock is set back, by up to a day.
                site.now = latest - SignedDuration::from_secs(dice.below(86_400) as i64);
                rollbacks += 1;
            }
            1 => {
                // Off, for up to four days, once in a while for a month.
                let hours = if dice.below(20) == 0 { 24 * 31 } else { 96 };
                drop(vault);
                site.now = latest + SignedDuration::from_mins(dice.below(hours * 60) as i64);
                (vault, mint) = site.open();
                (yard, grant) = (recorder(&mut mint, "yard"), mint.grant("yard").unwrap());
                offs += 1;
            }
            _ => site.now = latest + SignedDuration::from_millis(dice.below(8 * 3_600_000) as i64),
        }
        latest = latest.max(site.now);
        vault.maintain(site.now).unwrap();
        model.retain(|(deadline, _)| *deadline > latest);
        if Retention::DEFAULT.deadline(site.now).unwrap() > latest {
            let payload = format!("event {step}").into_bytes();
            keep(&vault, &yard, &payload, (step % 16 == 0).then_some(b"still"), site.now);
            model.push((Retention::DEFAULT.deadline(site.now).unwrap(), payload));
        }
        if step.is_multiple_of(4) {
            let mut shown: Vec<_> = read(&vault, &grant, site.now).into_iter().map(|(payload, _)| payload).collect();
            let mut expected: Vec<_> = model.iter().map(|(_, payload)| payload.clone()).collect();
            shown.sort();
            expected.sort();
            assert_eq!(shown, expected, "at {} after {}", site.now, latest);
        }
        if step.is_multiple_of(200) {
            site.assert_verified();
        }
    }
    site.assert_verified();
    assert!(step > 1_000 && rollbacks > 30 && offs > 30, "{step} {rollbacks} {offs}");
    // What is over has left the disk: keys, rows and files of a few days are there, not of a year.
    for _ in 0..20 {
        vault.maintain(site.now).unwrap();
    }
    let of = |sql| site.database().query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert!(of("SELECT count(*) FROM bucket WHERE purpose != 'log'") <= 5);
    assert!(of("SELECT count(*) FROM item WHERE medium IS NOT NULL") < 20);
}
