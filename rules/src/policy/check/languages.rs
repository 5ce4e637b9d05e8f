//! **KRS-20**: signs and letters are in every language that those who pass can be expected to read. A policy lists them
//! by their two letters, and at least the country's own is among them.
//!
//! *Instead*: `languages = ["nb", "en"]`.

use super::View;
use crate::jurisdiction::Pack;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    let own: &[&str] = if view.has(Pack::Iceland) { &["is"] } else { &["nb", "nn", "no", "se"] };
    let refusal = |message: String, span, label: &str| {
        let example = own.first().copied().unwrap_or("nb");
        Diagnostic::error("languages", message, span, label)
            .requirement("KRS-20")
            .help(format!("write languages = [\"{example}\", \"en\"]"))
    };
    let Some(written) = &view.site.languages else {
        let message = "the site says not in which languages its signs are".to_owned();
        diagnostics.push(refusal(message, view.site.span.clone(), "`languages` is missing"));
        return;
    };
    for word in written {
        let looks_right = word.value.len() == 2 && word.value.chars().all(|letter| letter.is_ascii_lowercase());
        if !looks_right {
            let message = format!("`{}` is no code of a language", word.value);
            diagnostics.push(refusal(message, word.span.clone(), "two letters of ISO 639"));
        }
    }
    if !written.iter().any(|word| own.contains(&word.value.as_str())) {
        let span = written.first().map_or(view.site.span.clone(), |word| word.span.clone());
        let message = "the signs are not in the language of the country".to_owned();
        diagnostics.push(refusal(message, span, format!("none of {}", own.join(", ")).as_str()));
    }
}
