//! **ACC-2, ACC-3, ACC-5, ACC-6**: a door opens without anything being stored. Where passages are stored, each door has
//! its reason, the holder proves themselves with more than a card, and nothing is kept but holder, authorisation,
//! point and time.
//!
//! *Instead*: leave `stores_passages` out; or add `because = "…"` and `authentication = "pin-and-card"`.

use super::{View, unknown};
use crate::passage::{PassageField, Proof};
use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use crate::policy::reader::Written;
use crate::purpose::PurposeKind;

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for looked in &view.purposes {
        for door in &looked.source.doors {
            let refusal = |requirement, message: String, span, label: &str| {
                Diagnostic::error("passage-storage", message, span, label).requirement(requirement)
            };
            let name = &door.name;
            if looked.kind.is_some_and(|kind| kind != PurposeKind::AccessControl) {
                let message = format!("door `{}` belongs to a purpose that opens no doors", name.value);
                diagnostics.push(
                    refusal("ACC-2", message, name.span.clone(), "not here")
                        .help("make it a purpose of kind \"access-control\""),
                );
            }
            let is_unknown = |field: &&Written<String>| PassageField::from_name(&field.value).is_none();
            for field in door.fields.iter().flatten().filter(is_unknown) {
                let names = PassageField::ALL.iter().map(|field| field.name());
                diagnostics.push(unknown("passage-storage", "ACC-5", "field of a passage", field, names));
            }
            let strong = match &door.authentication {
                None => false,
                Some(written) => match Proof::from_name(&written.value) {
                    Some(proof) => proof.is_strong(),
                    None => {
                        let names = Proof::ALL.iter().map(|proof| proof.name());
                        diagnostics.push(unknown("passage-storage", "ACC-6", "way to prove who one is", written, names));
                        true
                    }
                },
            };
            let Some(stores) = door.stores_passages.as_ref().filter(|stores| stores.value) else { continue };
            if !strong {
                let message = format!("door `{}` stores passages that anyone with the card could make", name.value);
                diagnostics.push(
                    refusal("ACC-6", message, stores.span.clone(), "no strong authentication")
                        .help("write authentication = \"pin-and-card\", or store nothing"),
                );
            }
            if door.because.is_none() {
                let message = format!("door `{}` stores passages without a reason", name.value);
                diagnostics.push(
                    refusal("ACC-3", message, stores.span.clone(), "`because` is missing")
                        .help("say why passages of this door are needed: because = \"…\""),
                );
            }
        }
    }
}
