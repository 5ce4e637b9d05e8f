//! **IVA-4a**: a rule that looks for what the model at hand cannot tell apart would be silent for ever, and everyone would
//! believe that nothing happened. What the model can tell apart is in its manifest.
//!
//! *Instead*: a class that the model has; or another model, `vokter check site.toml --model FILE`.

use super::View;
use crate::object::ObjectClass;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    let words = view.site.purposes.iter().flat_map(|purpose| &purpose.rules).filter_map(|rule| rule.objects.as_ref());
    for word in words.flatten() {
        let Some(class) = ObjectClass::from_name(&word.value) else { continue };
        // Plates are read by networks of their own, and refused here for another reason.
        if class == ObjectClass::Plate || view.supplied.contains(class) {
            continue;
        }
        let names: Vec<_> = view.supplied.iter().map(ObjectClass::name).collect();
        diagnostics.push(
            Diagnostic::error(
                "unsupplied-class",
                format!("the model does not find `{}`", word.value),
                word.span.clone(),
                "would never be seen",
            )
            .requirement("IVA-4a")
            .help(format!("the model at hand finds: {}; name another with --model", names.join(", "))),
        );
    }
}
