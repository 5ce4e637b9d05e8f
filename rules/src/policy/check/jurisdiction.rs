//! **ISL-1, ISL-4**: a site lies in one country, whose rules hold always and cannot be taken away. Other packs come on
//! top: `no-municipality` for a municipality, and `no-workplace` by itself wherever people work.
//!
//! *Instead*: `jurisdiction = ["no"]` or `jurisdiction = ["is"]`.

use super::{View, unknown};
use crate::calendar::Country;
use crate::jurisdiction::Pack;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use jiff::civil::Date;
use jiff::tz::TimeZone;

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    let refusal = |message: &str, span, label: &str| {
        Diagnostic::error("jurisdiction", message, span, label)
            .requirement("ISL-4")
            .help("write jurisdiction = [\"no\"] or jurisdiction = [\"is\"]")
    };
    let Some(written) = &view.site.jurisdiction else {
        let site = view.site.span.clone();
        diagnostics.push(refusal("the site says not whose rules hold", site, "`jurisdiction` is missing"));
        return;
    };
    for word in written.iter().filter(|word| Pack::from_name(&word.value).is_none()) {
        let names = Pack::ALL.iter().map(|pack| pack.name());
        diagnostics.push(unknown("jurisdiction", "ISL-4", "pack of rules", word, names));
    }
    let span = written.first().zip(written.last()).map_or(view.site.span.clone(), |(a, b)| a.span.start..b.span.end);
    let countries = Pack::ALL.iter().filter(|pack| pack.is_country() && view.has(**pack)).count();
    if countries == 0 {
        diagnostics.push(refusal("the rules of no country are named", span, "a country is missing"));
    } else if countries > 1 {
        diagnostics.push(refusal("a site lies in one country", span, "more than one"));
    } else if view.has(Pack::Iceland) && view.packs.iter().any(|pack| *pack != Pack::Iceland) {
        diagnostics.push(refusal("these packs are of different countries", span, "not together"));
    }
    let zones = time_zones(view);
    // One that there is not is reported where it is looked up.
    let elsewhere = |zone: &str| !zones.contains(&zone) && TimeZone::get(zone).is_ok();
    if let Some(zone) = view.site.time_zone.as_ref().filter(|zone| countries == 1 && elsewhere(&zone.value)) {
        let message = format!("`{}` is not the time of the country", zone.value);
        diagnostics.push(
            Diagnostic::error("jurisdiction", message, zone.span.clone(), "hours would be those of another place")
                .requirement("ISL-4")
                .help(format!("write one of {}", zones.join(", "))),
        );
    }
    if let Some(day) = view.site.in_force.as_ref().filter(|day| day.value < BEGINNING) {
        let message = format!("no rules of {} are known here", day.value);
        diagnostics.push(
            Diagnostic::error("jurisdiction", message, day.span.clone(), "before the GDPR held")
                .requirement("ISL-4")
                .help("write the day from which this policy is in force, or leave it out for the rules as they are now"),
        );
    }
}

/// When the GDPR came into force in Norway and Iceland, 20 and 15 July 2018.
const BEGINNING: Date = jiff::civil::date(2018, 7, 20);

/// The time zones of the country.
fn time_zones(view: &View<'_>) -> &'static [&'static str] {
    match view.country() {
        Country::Iceland => &["Atlantic/Reykjavik", "Iceland"],
        Country::Norway => &["Europe/Oslo", "Arctic/Longyearbyen", "Atlantic/Jan_Mayen"],
    }
}
