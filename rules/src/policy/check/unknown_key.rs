//! **KRS-17**: every key of the file is one that something reads. A word that is misspelt would otherwise be a mask that is not
//! there, or a limit that does not hold.
//!
//! *Instead*: what the help says; `vokter schema` gives the whole language to an editor.

use super::{View, audio, covert};
use crate::policy::diagnostic::{Diagnostic, Diagnostics};

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for unknown in &view.site.unknown_keys {
        let key = &unknown.key;
        if audio::is_asked_by(&key.value) || covert::is_asked_by(&key.value) {
            continue;
        }
        let message = format!("a {} has no key `{}`", unknown.of, key.value);
        diagnostics.push(
            Diagnostic::error("unknown-key", message, key.span.clone(), "unknown key").help(unknown.help.clone()),
        );
    }
}
