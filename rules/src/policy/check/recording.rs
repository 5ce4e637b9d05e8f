//! **KRS-15**: the least intrusive form that serves. Vokter looks and forgets; recording is off, and a purpose that needs
//! recordings says why its alarms alone would not do.
//!
//! *Instead*: leave `recording` out; or `recording = { because = "…" }`.

use super::View;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use crate::purpose::PurposeKind;

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for looked in &view.purposes {
        let Some(recording) = looked.source.recording.as_ref().filter(|recording| recording.wanted) else { continue };
        let name = &looked.source.name.value;
        let refusal = |message: String, help: &str| {
            Diagnostic::error("recording", message, recording.span.clone(), "more than is needed")
                .requirement("KRS-15")
                .help(help)
        };
        match (&recording.because, looked.kind) {
            (_, Some(PurposeKind::AnonymousCounting | PurposeKind::ParkingPayment)) => {
                let message = format!("`{name}` needs no recording: it counts or charges");
                diagnostics.push(refusal(message, "leave `recording` out"));
            }
            (None, _) => {
                let message = format!("`{name}` records without a reason");
                diagnostics.push(refusal(message, "leave it out, or say why: recording = { because = \"…\" }"));
            }
            (Some(because), _) => {
                let what = format!("`{name}` asks for recordings, of which this version keeps a still of each alarm");
                diagnostics.deviates("KRS-15", what, &because.value);
            },
        }
    }
}
