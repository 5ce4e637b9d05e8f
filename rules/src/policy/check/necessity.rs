//! **KRS-6, ISL-3, KRS-4**: a camera comes last. For each milder means the policy says why it would not do: locks, light,
//! people, training. An answer that is left out is a question that nobody asked. The assessment is signed, and looked
//! at anew each year.
//!
//! *Instead*: answer each under `[purposes.NAME.necessity]`, and name `records.necessity`.

use super::{Looked, View, demand};
use crate::jurisdiction::Pack;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use crate::policy::gate::Gate;
use crate::policy::reader::did_you_mean;
use crate::policy::written::as_key;
use crate::purpose::PurposeKind;

/// What else there is, in Norway (KRS-6).
pub(in crate::policy) const NORWAY: &[&str] = &[
    "physical-security",
    "access-control",
    "locks-and-alarms",
    "sensors",
    "staffing",
    "lighting",
    "alert-staff",
    "training",
];
/// What must be no more than is urgently needed, in Iceland (ISL-3).
pub(in crate::policy) const ICELAND: &[&str] = &["whether", "extent", "processing", "access", "retention"];

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    let questions = if view.has(Pack::Iceland) { ICELAND } else { NORWAY };
    let requirement = if view.has(Pack::Iceland) { "ISL-3" } else { "KRS-6" };
    for looked in view.purposes.iter().filter(|looked| is_weighed(looked)) {
        demand(looked, Gate::Necessity, "necessity", "milder means are weighed in writing", diagnostics);
        let source = looked.source;
        for (name, answer) in &source.necessity {
            if !questions.contains(&name.value.as_str()) {
                let message = format!("nobody asks about `{}`", name.value);
                diagnostics.push(
                    Diagnostic::error("necessity", message, name.span.clone(), "unknown question")
                        .help(did_you_mean(&name.value, questions.iter().copied())),
                );
            } else if answer.is_none() {
                let message = format!("nothing is said about {}", name.value.replace('-', " "));
                diagnostics.push(
                    Diagnostic::error("necessity", message, name.span.clone(), "no answer")
                        .requirement(requirement)
                        .help("say why it would not do, or what was done and did not help"),
                );
            }
        }
        let open: Vec<_> =
            questions.iter().filter(|question| !source.necessity.iter().any(|(name, _)| name.value == **question)).collect();
        if let Some(first) = open.first() {
            let names: Vec<_> = open.iter().map(|question| **question).collect();
            diagnostics.push(
                Diagnostic::error(
                    "necessity",
                    format!("`{}` does not say why this would not do: {}", source.name.value, names.join(", ")),
                    source.name.span.clone(),
                    "milder means are not weighed",
                )
                .requirement(requirement)
                .help(format!("answer each: [purposes.{}.necessity] {first} = \"…\"", as_key(&source.name.value))),
            );
        }
    }
}

/// Whether something milder than a camera could serve such a purpose.
fn is_weighed(looked: &Looked<'_>) -> bool {
    !matches!(looked.kind, None | Some(PurposeKind::ParkingPayment | PurposeKind::AnonymousCounting))
}
