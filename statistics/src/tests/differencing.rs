//! Nothing can be asked that is not published, and what is published never changes.

use super::{Site, crossings, eight, minutes, track, watch};
use crate::json_stat;
use vokter_rules::policy::compile;

const SITE: &str = include_str!("../../../examples/municipal-building.toml");
const SERIES: &str = "[purposes.visitors.series.crossings]";

fn with_zones(west: &str, east: &str) -> String {
    let line = "lines.passage";
    let zones = format!("zones.west = {west}\nzones.east = {east}\n{line}");
    let series = |zone: &str| {
        format!(
            "[purposes.visitors.series.{zone}]\nmeasure = \"zone-entries\"\ncamera = \"square\"\nzone = \"{zone}\"\n\
             grid = \"hour\"\nnamed_in_balancing = true\n"
        )
    };
    SITE.replacen(line, &zones, 1).replacen(SERIES, &format!("{}{}{SERIES}", series("west"), series("east")), 1)
}

#[test]
fn inv_7_zones_that_overlap_are_refused() {
    const WEST: &str = "[[0.0, 0.5], [0.5, 0.5], [0.5, 1.0], [0.0, 1.0]]";
    let refused = |east: &str| compile(&with_zones(WEST, east)).diagnostics.iter().any(|d| d.check == "counting-zones");
    assert!(refused("[[0.4, 0.5], [0.8, 0.5], [0.8, 1.0], [0.4, 1.0]]"));
    assert!(refused("[[0.1, 0.6], [0.4, 0.6], [0.4, 0.9], [0.1, 0.9]]"), "one within the other");
    assert!(!refused("[[0.5, 0.5], [0.8, 0.5], [0.8, 1.0], [0.5, 1.0]]"), "side by side");
}

#[test]
fn a_series_that_counts_what_another_counts_is_refused() {
    let twice = "[purposes.visitors.series.again]\nmeasure = \"line-crossings\"\ncamera = \"square\"\nline = \"passage\"\n\
                 grid = \"hour\"\nnamed_in_balancing = true\n";
    let compiled = compile(&SITE.replacen(SERIES, &format!("{twice}{SERIES}"), 1));
    let found: Vec<_> = compiled.diagnostics.iter().map(|d| (d.check, d.requirement)).collect();
    assert!(found.contains(&("series", Some("IVA-11c"))), "{found:?}");
}

#[test]
fn inv_7_ten_thousand_queries_have_one_answer() {
    let site = Site::new();
    let mut statistics = site.open(&[crossings()], eight());
    watch(&mut statistics, 0, eight(), eight() + minutes(60));
    statistics.count(0, track(1), 0, eight());
    statistics.close(0, eight() + minutes(62)).unwrap();
    let mut published = site.published();
    let first = published.table("visitors.crossings").unwrap();
    let text = json_stat(&first).unwrap();
    for query in 0..10_000 {
        let again = published.table("visitors.crossings").unwrap();
        assert_eq!(again, first);
        if query % 100 == 0 {
            assert_eq!(json_stat(&again).unwrap(), text);
            assert_eq!(statistics.close(0, eight() + minutes(62 + query)).unwrap().len(), 0);
        }
    }
}
