//! **KRS-8**: no sound is taken up. Audio tracks are dropped before anything is decoded, there is no code that could
//! keep one, and there is no word for it in the site file. Recording the talk of others may be a crime.
//!
//! *Instead*: leave the key out. A camera with a microphone may be used; its sound goes nowhere.

use super::View;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};

const WORDS: &[&str] = &["audio", "sound", "microphone", "listen", "record_audio", "two_way_audio"];

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for key in view.site.unknown_keys.iter().map(|unknown| &unknown.key).filter(|key| is_asked_by(&key.value)) {
        let message = "there is no sound here";
        diagnostics.push(
            Diagnostic::error("audio", message, key.span.clone(), "no word for it")
                .requirement("KRS-8")
                .help("leave it out: sound is dropped before anything is decoded, always"),
        );
    }
}

/// Whether a key asks for sound.
pub(super) fn is_asked_by(key: &str) -> bool {
    WORDS.contains(&key)
}
