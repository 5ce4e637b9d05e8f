//! **ISL-1, ISL-4**: a site lies in one country, whose rules hold always and cannot be taken away. Other packs come on
//! top: `no-municipality` for a municipality, and `no-workplace` by itself wherever people work.
//!
//! *Instead*: `jurisdiction = ["no"]` or `jurisdiction = ["is"]`.

use super::{View, unknown};
use crate::jurisdiction::Pack;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};

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
    let countries = view.packs.iter().filter(|pack| pack.is_country()).count();
    if countries == 0 {
        diagnostics.push(refusal("the rules of no country are named", span, "a country is missing"));
    } else if countries > 1 {
        diagnostics.push(refusal("a site lies in one country", span, "more than one"));
    } else if view.has(Pack::Iceland) && view.packs.len() > 1 {
        diagnostics.push(refusal("these packs are of different countries", span, "not together"));
    }
}
