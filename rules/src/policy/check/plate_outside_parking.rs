//! **IVA-7a**: number plates are read only where parking is paid for. An alarm rule never looks for plates, and a lane is of
//! no other purpose.

use super::View;
use crate::analysis::catalog;
use crate::object::ObjectClass;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use crate::purpose::PurposeKind;

/// The rule that reads plates.
pub(super) const READS_PLATES: &str = "plate-read";

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for rule in view.site.purposes.iter().flat_map(|purpose| &purpose.rules) {
        let plates = rule.objects.iter().flatten().filter(|word| word.value == ObjectClass::Plate.name());
        for word in plates {
            diagnostics.push(
                Diagnostic::error(
                    "plate-outside-parking",
                    format!("rule `{}` looks for number plates", rule.name.value),
                    word.span.clone(),
                    "plates are for parking payment alone",
                )
                .requirement("IVA-7a")
                .help("write the vehicles that you mean: \"car\", \"motorcycle\", \"bus\" or \"truck\""),
            );
        }
    }
    for purpose in &view.site.purposes {
        let kind = purpose.kind.as_ref().and_then(|written| PurposeKind::from_name(&written.value));
        let allowed = catalog::find(READS_PLATES).map_or(&[][..], |entry| entry.purposes);
        let Some(kind) = kind.filter(|kind| !allowed.contains(kind)) else { continue };
        let lanes = purpose.rules.iter().filter_map(|rule| rule.rule.as_ref()).filter(|rule| rule.value == READS_PLATES);
        for lane in lanes {
            let message = format!("number plates may not be read for {}", kind.name());
            let mut diagnostic = Diagnostic::error("plate-outside-parking", message, lane.span.clone(), "reads plates");
            if let Some(kind) = &purpose.kind {
                diagnostic = diagnostic.label(kind.span.clone(), "the purpose");
            }
            diagnostics.push(diagnostic.requirement("IVA-7a").help(
                "plates are read for parking payment alone, on a car park where one can pay on the spot; to see vehicles, \
                 write line-crossing or zone-intrusion",
            ));
        }
    }
}
