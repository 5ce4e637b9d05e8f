//! **KRS-7, ACC-4**: a purpose rests on a lawful basis that fits it. Buildings and property: a legitimate interest, with
//! a signed balancing. Homes and institutions: a legal obligation, with the provision of health law. Parking: the
//! contract. Employees' consent is seldom free, and carries nothing.
//!
//! *Instead*: `basis = "legitimate-interest"` and `records.balancing`; `vokter explain legitimate-interest`.

use super::{Looked, View, demand, unknown};
use crate::place::PlaceClass;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use crate::policy::gate::Gate;
use crate::purpose::{LawfulBasis, PurposeKind};

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for looked in &view.purposes {
        let Some(written) = &looked.source.basis else {
            diagnostics.push(
                Diagnostic::error(
                    "lawful-basis",
                    format!("`{}` rests on no lawful basis", looked.source.name.value),
                    looked.source.name.span.clone(),
                    "`basis` is missing",
                )
                .requirement("KRS-7")
                .help(format!("add: basis = \"{}\"", usual(looked).name())),
            );
            continue;
        };
        let Some(basis) = looked.basis else {
            let names = LawfulBasis::ALL.iter().map(|basis| basis.name());
            diagnostics.push(unknown("lawful-basis", "KRS-7", "lawful basis", written, names));
            continue;
        };
        let home = looked.looks_at(|class| class == PlaceClass::HomeOrInstitution);
        let refusal = |requirement, message: &str, help: &str| {
            Diagnostic::error("lawful-basis", message, written.span.clone(), "does not carry this purpose")
                .requirement(requirement)
                .help(help)
        };
        if home && basis != LawfulBasis::LegalObligation {
            diagnostics.push(refusal(
                "KRS-7",
                "where people live, only a law carries cameras",
                "write basis = \"legal-obligation\" and health_provision = \"…\", the provision of health law",
            ));
        } else if home && looked.source.health_provision.is_none() {
            diagnostics.push(refusal(
                "KRS-7",
                "the provision of health law is not named",
                "add: health_provision = \"helse- og omsorgstjenesteloven § …\"",
            ));
        }
        if basis == LawfulBasis::Consent {
            let (requirement, message) = match looked.is_workplace() || looked.kind == Some(PurposeKind::AccessControl) {
                true => ("ACC-4", "the consent of employees is seldom free"),
                false => ("KRS-7", "nobody who passes a camera has consented"),
            };
            diagnostics.push(refusal(requirement, message, "name the interest, and balance it"));
        }
        let carries = looked.kind.map_or(&[][..], carried_by);
        if !home && basis != LawfulBasis::Consent && looked.kind.is_some() && !carries.contains(&basis) {
            let kind = looked.kind.map_or("", PurposeKind::name);
            let names: Vec<_> = carries.iter().map(|basis| basis.name()).collect();
            let message = format!("{kind} does not rest on {}", basis.name());
            diagnostics.push(refusal("KRS-7", &message, &format!("what carries it: {}", names.join(", "))));
        }
        if basis == LawfulBasis::LegitimateInterest {
            demand(looked, Gate::Balancing, "lawful-basis", "an interest is balanced in writing", diagnostics);
        }
    }
}

/// The bases that can carry such a purpose where nobody lives, the usual one first.
const fn carried_by(kind: PurposeKind) -> &'static [LawfulBasis] {
    use LawfulBasis::{Contract, LegalObligation, LegitimateInterest, PublicTask};
    match kind {
        PurposeKind::ParkingPayment => &[Contract, LegitimateInterest, PublicTask],
        PurposeKind::AnonymousCounting => &[LegitimateInterest, PublicTask],
        PurposeKind::Care => &[LegalObligation],
        _ => &[LegitimateInterest],
    }
}

/// The basis that such a purpose usually has.
fn usual(looked: &Looked<'_>) -> LawfulBasis {
    let carries = looked.kind.map_or(&[][..], carried_by);
    carries.first().copied().unwrap_or(LawfulBasis::LegitimateInterest)
}
