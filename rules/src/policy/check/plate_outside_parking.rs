//! **IVA-7a**: number plates are read only where parking is paid for. An alarm rule never looks for plates.

use super::View;
use crate::object::ObjectClass;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};

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
}
