//! **IVA-4b, IVA-5**: a rule looks for object classes. Nothing about a person's sex, age, skin, face, mood, clothing
//! or identity is an object class, and there is no word for it in this language.

use super::View;
use crate::object::ObjectClass;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use crate::policy::reader::did_you_mean;

/// Words that people try. The list only chooses the message: every word that is no class is refused.
const ATTRIBUTES: &[&str] = &[
    "man",
    "woman",
    "male",
    "female",
    "men",
    "women",
    "boy",
    "girl",
    "child",
    "adult",
    "elderly",
    "senior",
    "teenager",
    "young",
    "old",
    "face",
    "skin",
    "black",
    "white",
    "asian",
    "ethnicity",
    "race",
    "nationality",
    "religion",
    "hijab",
    "emotion",
    "angry",
    "happy",
    "gait",
    "clothing",
    "hoodie",
    "hooded",
    "identity",
    "name",
    "vip",
    "suspect",
    "gender",
    "sex",
    "age",
];

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    let rules = view.site.purposes.iter().flat_map(|purpose| &purpose.rules);
    for word in rules.filter_map(|rule| rule.objects.as_ref()).flatten() {
        if ObjectClass::from_name(&word.value).is_some() {
            continue;
        }
        let lower = word.value.to_lowercase();
        let parts: Vec<_> = lower.split(|c: char| !c.is_alphanumeric()).collect();
        let diagnostic = if parts.iter().any(|part| ATTRIBUTES.contains(part)) {
            let message = format!("`{}` is about who a person is, and cannot be looked for", word.value);
            Diagnostic::error("attribute-of-a-person", message, word.span.clone(), "not an object class")
                .requirement("IVA-5")
                .help("write \"person\": Vokter sees that someone is there, and nothing more about them")
        } else {
            let message = format!("there is no object class `{}`", word.value);
            let names = ObjectClass::ALL.iter().map(|class| class.name());
            let help = match lower.as_str() {
                "people" | "human" | "pedestrian" | "intruder" => "write \"person\"".to_owned(),
                "van" | "suv" | "taxi" => "write \"car\"".to_owned(),
                "lorry" | "trailer" => "write \"truck\"".to_owned(),
                "moped" | "scooter" => "write \"motorcycle\"".to_owned(),
                "vehicle" | "vehicles" => "write \"car\", \"motorcycle\", \"bus\", \"truck\"".to_owned(),
                word => did_you_mean(word, names),
            };
            Diagnostic::error("unknown-object", message, word.span.clone(), "unknown class")
                .requirement("IVA-4b")
                .help(help)
        };
        diagnostics.push(diagnostic);
    }
}
