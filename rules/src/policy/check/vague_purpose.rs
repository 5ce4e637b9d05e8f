//! **IVA-2a, KRS-5, ISL-2**: what a purpose is for is said in words that leave no doubt: what is protected or counted, from
//! what, where. "Security" or "safety reasons" is a heading.
//!
//! *Instead*: `description = "Break-ins into the tool shed behind the workshop, three since January"`.

use super::View;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};

/// Words that say nothing by themselves.
const EMPTY: &[&str] = &[
    "security", "safety", "surveillance", "monitoring", "general", "purposes", "purpose", "reasons", "reason", "for", "the",
    "of", "and", "or", "a", "an", "to", "etc", "other", "various", "protection", "prevention", "control", "cctv", "video",
    "camera", "cameras", "analytics", "improve", "increase", "ensure", "needs", "our", "all", "any", "everything", "in",
    "as", "needed", "required", "sikkerhet", "overvåking", "kontroll", "öryggi", "vöktun",
];
/// Words with a meaning that a description has at least.
const ENOUGH: usize = 3;

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for purpose in &view.site.purposes {
        let example = "description = \"Break-ins into the shed behind the workshop, three since January\"";
        let Some(written) = &purpose.description else {
            let message = format!("`{}` does not say what it is for", purpose.name.value);
            diagnostics.push(
                Diagnostic::error("vague-purpose", message, purpose.name.span.clone(), "`description` is missing")
                    .requirement("IVA-2a")
                    .help(format!("add: {example}")),
            );
            continue;
        };
        let text = written.value.to_lowercase();
        let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| word.len() > 1);
        if words.filter(|word| !EMPTY.contains(word)).count() < ENOUGH {
            let message = format!("the description of `{}` could be of any camera", purpose.name.value);
            diagnostics.push(
                Diagnostic::error("vague-purpose", message, written.span.clone(), "says nothing that is checked later")
                    .requirement("IVA-2a")
                    .help(format!("say what is protected or counted, from what, where: {example}")),
            );
        }
    }
}
