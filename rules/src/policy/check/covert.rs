//! **KRS-20, ISL-8**: nobody is watched covertly. Covert surveillance needs a statute or a court, and neither is
//! something that a site file can be; so there is no word for a hidden camera, for a sign that is left out, or for
//! watching without a notice.
//!
//! *Instead*: hang the signs, and name them under the place.

use super::View;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};

const WORDS: &[&str] = &["covert", "hidden", "secret", "undercover", "no_sign", "without_sign", "dummy", "fake"];

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for key in view.site.unknown_keys.iter().map(|unknown| &unknown.key).filter(|key| is_asked_by(&key.value)) {
        let message = format!("there is no `{}` camera", key.value);
        diagnostics.push(
            Diagnostic::error("covert", message, key.span.clone(), "no word for it")
                .requirement("KRS-20")
                .help("nobody is watched covertly, and no camera only pretends to watch: leave it out"),
        );
    }
}

/// Whether a key asks for secrecy or deception.
pub(super) fn is_asked_by(key: &str) -> bool {
    WORDS.contains(&key)
}
