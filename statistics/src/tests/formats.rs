//! What is written is what was released, in every format.

use super::{Site, crossings, eight, minutes, track, watch};
use crate::{
    DetectorError, Language, Quiet, Table, csv, json_stat, listing, metadata, series_plot, statement, week_profile,
};
use jiff::civil::time;
use vokter_rules::policy::Measure;

/// Two days, with a gap, an incomplete hour, quiet nights, a category whose name needs quotes, and a detector.
pub(super) fn table(site: &Site) -> Table {
    let mut definition = crossings();
    definition.site = "Torget, \"nord\" <1>".into();
    definition.quiet = Some(Quiet { from: time(22, 0, 0, 0), to: time(6, 0, 0, 0) });
    definition.breakdown.categories = vec!["left".into(), "right, \"uphill\"".into()];
    let error = DetectorError { ratio: 0.97, low: 0.95, high: 0.99, data: "a rendered day".into() };
    definition.detector = vec![Some(error.clone()), Some(error)];
    let mut statistics = site.open(&[definition], eight());
    for hour in (0..48).filter(|hour| *hour != 5) {
        let from = eight() + minutes(60 * hour);
        watch(&mut statistics, 0, from, from + minutes(if hour == 7 { 20 } else { 59 }) + minutes(1));
        for number in 0..(hour % 12) as u64 * 9 {
            statistics.count(0, track(number), (number % 3 == 0).into(), from);
            statistics.forget(0, track(number));
        }
        statistics.close(0, from + minutes(61)).unwrap();
    }
    site.table("visitors.crossings")
}

#[test]
fn every_format_has_every_cell() {
    let site = Site::new();
    let table = table(&site);
    let cells = table.rows.len() * 2;
    let text = csv(&table).unwrap();
    let lines: Vec<_> = text.split("\r\n").collect();
    assert_eq!(lines[0], "start,end,direction,value,drawn,low,high,watched,status");
    assert_eq!(lines.len(), cells + 2);
    assert!(
        lines[2].starts_with("2026-11-20T08:00+01:00,2026-11-20T09:00+01:00,\"right, \"\"uphill\"\"\","),
        "{}",
        lines[2]
    );
    assert!(lines[11].ends_with(",..") && lines[15].ends_with(",*"), "{} {}", lines[11], lines[15]);

    let dataset = json_stat(&table).unwrap();
    let size: Vec<_> = dataset["size"].as_array().unwrap().iter().map(|size| size.as_u64().unwrap() as usize).collect();
    assert_eq!(size, [table.rows.len(), 2, 4]);
    let values = dataset["value"].as_array().unwrap();
    assert_eq!(values.len(), cells * 4);
    for (index, row) in table.rows.iter().enumerate() {
        for category in 0..2 {
            let drawn = row.drawn.get(category).copied();
            assert_eq!(values[(index * 2 + category) * 4 + 1], serde_json::json!(drawn));
        }
    }
}

#[test]
fn metadata_says_what_must_be_known() {
    let site = Site::new();
    let table = table(&site);
    let metadata = metadata(&table).unwrap();
    assert_eq!(metadata["gaps"], serde_json::json!(["2026-11-20T13:00+01:00"]));
    assert_eq!(metadata["incomplete"], serde_json::json!(["2026-11-20T15:00+01:00"]));
    let noise = &metadata["extension"]["noise"];
    assert_eq!((noise["epsilon"].as_f64(), noise["within_95_percent"].as_u64()), (Some(0.25), Some(12)));
    let list = listing(&site.published().tables().unwrap(), "/v1/statistics").unwrap();
    assert_eq!(list["tables"][0]["id"], metadata["id"]);
    assert_eq!(list["tables"][0]["firstPeriod"], "2026-11-20T08:00+01:00");
}

#[test]
fn the_statement_says_what_is_claimed_in_both_languages() {
    let site = Site::new();
    let tables = (table(&site), site.published().tables().unwrap()).1;
    let english = statement(&tables[0], &tables, Language::English);
    for claim in ["0.25-differentially private", "56.2 %", "at most 4 tracks", "at most 1.", "75 %", "99 %"] {
        assert!(english.contains(claim), "{claim}: {english}");
    }
    let norwegian = statement(&tables[0], &tables, Language::Norwegian);
    for claim in ["0,25-differensielt privat", "56,2 %", "høyst 4 spor", "75 %", "99 %", "passeringer av en linje"] {
        assert!(norwegian.contains(claim), "{claim}: {norwegian}");
    }
    assert!(!norwegian.contains('{') && !english.contains('{'));
}

#[test]
fn the_statement_speaks_of_what_the_table_counts() {
    let site = Site::new();
    let mut info = (table(&site), site.published().tables().unwrap()).1.remove(0);
    for (measure, unit, norwegian_unit, never) in [
        (Measure::ParkingArrivals, "parks at most 4 times", "parkerer høyst 4 ganger", "track"),
        (Measure::IncidentCount, "part in at most 4 incidents", "med i høyst 4 hendelser", "count is erased"),
    ] {
        info.definition.measure = measure;
        let all = [info.clone()];
        let english = statement(&info, &all, Language::English);
        assert!(english.contains(unit) && !english.contains(never), "{english}");
        let norwegian = statement(&info, &all, Language::Norwegian);
        assert!(norwegian.contains(norwegian_unit) && !norwegian.contains(" spor"), "{norwegian}");
    }
}

#[test]
fn metadata_says_how_far_the_detector_errs_or_that_nobody_knows() {
    let site = Site::new();
    let mut table = table(&site);
    let said = |table: &Table| metadata(table).unwrap()["extension"].clone();
    let error = &said(&table)["detector_error"]["left"];
    assert_eq!((&error["from"], &error["measured_on"]), (&0.95.into(), &"a rendered day".into()));
    assert!(said(&table)["interval"].as_str().unwrap().contains("noise and the detector's average error"));
    // The largest: of one that noise has taken below nothing, the detector can be off by nothing.
    let largest = (0..table.rows.len()).max_by_key(|row| table.rows[*row].drawn.first()).unwrap();
    let wide = table.interval(&table.rows[largest], 0).unwrap();
    table.info.definition.detector.clear();
    assert_eq!(said(&table)["detector_error"]["left"], "unknown");
    assert!(said(&table)["interval"].as_str().unwrap().contains("the detector's error is unknown"));
    assert!(table.interval(&table.rows[largest], 0).unwrap().high < wide.high);
}

#[test]
fn pictures_are_whole_and_say_what_they_show() {
    let site = Site::new();
    let table = table(&site);
    for picture in [series_plot(&table).unwrap(), week_profile(&table).unwrap()] {
        assert!(picture.starts_with("<svg xmlns") && picture.ends_with("</svg>\n"));
        assert!(picture.contains("<title id=\"title\">") && picture.contains("<desc id=\"description\">"));
        assert!(picture.contains("prefers-color-scheme:dark") && picture.contains("&lt;1&gt;"));
        assert!(!picture.contains("NaN") && !picture.contains("inf"));
    }
    assert_eq!(series_plot(&table).unwrap().matches("<polyline").count(), 4, "two panels, with a gap in each");
}
