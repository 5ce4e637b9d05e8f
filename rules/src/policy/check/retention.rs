//! **KRS-33, WPC-6, WPC-8, WPC-9, ISL-13, ACC-13**: nothing is kept longer than it is needed, and never longer than the
//! law of the place allows: a week where people work, three months at a till, ninety days for a log of passages. What
//! is longer than three days needs a reason; a regulator's exemption is named with its reference and its last day.
//!
//! *Instead*: `retention = { days = 3 }`; `vokter explain retention` lists the caps.

use super::{Looked, View, class_of, demand};
use crate::jurisdiction::{Cap, DEFAULT, caps, passage_cap};
use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use crate::policy::gate::Gate;
use crate::policy::source::RetentionSource;
use crate::purpose::PurposeKind;
use jiff::civil::Date;

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    // Without a date, the rules as they are now.
    let on = view.site.in_force.as_ref().map_or(Date::MAX, |written| written.value);
    for looked in &view.purposes {
        let Some(retention) = &looked.source.retention else { continue };
        let Some(days) = &retention.days else {
            let message = format!("the retention of `{}` says no number of days", looked.source.name.value);
            diagnostics.push(
                Diagnostic::error("retention", message, retention.span.clone(), "`days` is missing")
                    .requirement("KRS-33")
                    .help("write retention = { days = 3 }"),
            );
            continue;
        };
        if days.value < 0.0 || days.value.fract() != 0.0 || days.value > f64::from(u16::MAX) {
            diagnostics.push(
                Diagnostic::error("retention", "a retention is whole days", days.span.clone(), "not a number of days")
                    .requirement("KRS-33")
                    .help("write retention = { days = 3 }"),
            );
            continue;
        }
        for cap in caps_of(view, looked, on).into_iter().filter(|cap| days.value > f64::from(cap.days)) {
            exceeds(looked, retention, days.value, &cap, diagnostics);
        }
    }
}

fn caps_of(view: &View<'_>, looked: &Looked<'_>, on: Date) -> Vec<Cap> {
    let classes: Vec<_> = looked.places.iter().filter_map(|place| class_of(place)).collect();
    let mut all = vec![DEFAULT];
    match looked.kind {
        Some(PurposeKind::AccessControl) => all.push(passage_cap()),
        _ => all.extend(caps(&view.packs_of(looked), &classes, on)),
    }
    // The strictest that cannot be exceeded, and the strictest that a reason may exceed.
    let strictest = |may: bool| {
        all.iter().filter(|cap| cap.because_may_exceed == may).min_by_key(|cap| cap.days).copied()
    };
    [strictest(false), strictest(true)].into_iter().flatten().collect()
}

fn exceeds(
    looked: &Looked<'_>,
    retention: &RetentionSource,
    days: f64,
    cap: &Cap,
    diagnostics: &mut Diagnostics,
) {
    let name = &looked.source.name.value;
    let span = retention.days.as_ref().map_or(retention.span.clone(), |days| days.span.clone());
    let what = format!("`{name}` keeps for {days} days what normally goes after {}", cap.days);
    if cap.because_may_exceed {
        match &retention.because {
            Some(because) => diagnostics.deviates(cap.requirement, what, &because.value),
            None => diagnostics.push(
                Diagnostic::error("retention", what, span, format!("without a reason: {}", cap.what))
                    .requirement(cap.requirement)
                    .help(format!("write days = {}, or say why: because = \"…\"", cap.days)),
            ),
        }
        return;
    }
    let refusal = |message: String, span, label: String| {
        Diagnostic::error("retention", message, span, label).requirement(cap.requirement)
    };
    match &retention.exemption {
        None => {
            let message = format!("`{name}` keeps for {days} days what may be kept for {}", cap.days);
            let help = format!("write days = {}; a regulator's exemption is exemption = {{ reference, expires }}", cap.days);
            diagnostics.push(refusal(message, span, format!("{}: {}", cap.what, cap.source)).help(help));
        }
        Some(exemption) => match (&exemption.reference, &exemption.expires) {
            (Some(reference), Some(_)) => {
                let because = "the decision is a record, which says until when it holds";
                demand(looked, Gate::Exemption, "retention", because, diagnostics);
                diagnostics.deviates("WPC-9", what, &reference.value);
            }
            _ => {
                let message = "an exemption is a decision with a reference and a last day".to_owned();
                let label = "`reference` or `expires` is missing".to_owned();
                let help = "write exemption = { reference = \"Datatilsynet 26/00123\", expires = 2027-06-30 }";
                diagnostics.push(refusal(message, exemption.span.clone(), label).help(help));
            }
        },
    }
}
