//! **IVA-4a, KRS-28**: what may be asked of events that are kept is written down beforehand, from a closed list, and is
//! asked inside the window of a case alone. There is no free search.
//!
//! *Instead*: `searches = ["camera", "rule"]`, or leave it out.

use super::{View, unknown};
use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use crate::purpose::PurposeKind;
use crate::search::Search;

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for looked in &view.purposes {
        for written in &looked.source.searches {
            if Search::from_name(&written.value).is_none() {
                let names = Search::ALL.iter().map(|search| search.name());
                diagnostics.push(unknown("search", "IVA-4a", "search", written, names));
            } else if looked.kind == Some(PurposeKind::AnonymousCounting) {
                let message = format!("`{}` counts: there is nothing to search", looked.source.name.value);
                diagnostics.push(
                    Diagnostic::error("search", message, written.span.clone(), "not here")
                        .requirement("IVA-11c")
                        .help("leave `searches` out"),
                );
            }
        }
    }
}
