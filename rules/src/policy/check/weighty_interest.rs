//! **IVA-1a**: video analytics for protection needs an interest that outweighs the privacy of everyone who passes:
//! repeated or serious crime, or life and health. What weighs is said here, and weighed in the balancing.
//!
//! *Instead*: `interest = "repeated-crime"`.

use super::{View, unknown};
use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use crate::purpose::{Interest, PurposeKind};

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    let names = || Interest::ALL.iter().map(|interest| interest.name());
    for looked in view.purposes.iter().filter(|looked| looked.is_security()) {
        let purpose = &looked.source.name;
        let Some(written) = &looked.source.interest else {
            diagnostics.push(
                Diagnostic::error(
                    "weighty-interest",
                    format!("`{}` says not what weighs more than privacy", purpose.value),
                    purpose.span.clone(),
                    "`interest` is missing",
                )
                .requirement("IVA-1a")
                .help(format!("add: interest = one of {}", names().collect::<Vec<_>>().join(", "))),
            );
            continue;
        };
        match Interest::from_name(&written.value) {
            None => diagnostics.push(unknown("weighty-interest", "IVA-1a", "interest that weighs enough", written, names())),
            Some(Interest::LifeAndHealth) if looked.kind != Some(PurposeKind::LifeAndHealth) => {
                let kind = looked.kind.map_or("", PurposeKind::name);
                let message = format!("life and health do not weigh for {kind}");
                diagnostics.push(
                    Diagnostic::error("weighty-interest", message, written.span.clone(), "another purpose's interest")
                        .requirement("IVA-1a")
                        .help("write repeated-crime or serious-crime, or make it a purpose of life-and-health"),
                );
            }
            Some(_) => {}
        }
    }
}
