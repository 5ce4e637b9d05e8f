//! The language of `site.toml` as a JSON Schema, for editors: every table, key and closed set of words, with what it
//! means.
//!
//! It says what the readers of [`super::source`] ask for, and a test holds the two together. It knows nothing of what
//! the checks weigh: a file that an editor finds nothing in can still be refused by `vokter check`.

mod table;

use crate::limits;
use serde_json::{Map, Value, json};
use table::{FILE, Key, Kind, TABLES, Table, Word};

/// The JSON Schema (draft 2020-12) of a site file.
pub fn schema() -> Value {
    let definitions: Map<_, _> = TABLES.iter().map(|table| (definition(table.what), object(table))).collect();
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Vokter site policy",
        "$defs": definitions,
    });
    if let (Some(schema), Value::Object(file)) = (schema.as_object_mut(), object(&FILE)) {
        schema.extend(file);
    }
    schema
}

/// What a table is called among the definitions.
fn definition(what: &str) -> String {
    what.replace(' ', "-")
}

fn object(table: &Table) -> Value {
    let properties: Map<_, _> = table.keys.iter().map(|key| (key.name.to_owned(), property(key))).collect();
    let required: Vec<_> = table.keys.iter().filter(|key| key.is_required).map(|key| key.name).collect();
    json!({
        "type": "object",
        "description": table.about,
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn property(key: &Key) -> Value {
    let mut property = value(&key.kind);
    if let Some(property) = property.as_object_mut() {
        property.insert("description".to_owned(), json!(key.about));
    }
    property
}

fn value(kind: &Kind) -> Value {
    match kind {
        Kind::Text => json!({ "type": "string", "pattern": "\\S" }),
        Kind::Pattern(pattern) => json!({ "type": "string", "pattern": pattern }),
        Kind::Exactly(word) => json!({ "const": word }),
        Kind::Date => json!({ "type": "string", "format": "date" }),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Number(least, most) => json!({ "type": "number", "minimum": least, "maximum": most }),
        Kind::Whole(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Kind::Words(words) => enumeration(&words()),
        Kind::Days => json!({ "type": "string", "pattern": days() }),
        Kind::List(item) => json!({ "type": "array", "items": value(item) }),
        Kind::OneOrMore(item) => json!({ "anyOf": [value(item), value(&Kind::List(item))] }),
        Kind::Either(kinds) => json!({ "anyOf": kinds.iter().map(value).collect::<Vec<_>>() }),
        Kind::Table(table) => json!({ "$ref": format!("#/$defs/{}", definition(table.what)) }),
        Kind::Named(item) => json!({ "type": "object", "additionalProperties": value(item) }),
        Kind::Keyed(words, item) => keyed(&words(), item),
        Kind::Outline => points(3, limits::POLYGON_VERTICES),
        Kind::Line => points(2, 2),
        Kind::Ground => {
            let metres = json!({ "type": "array", "items": { "type": "number" }, "minItems": 2, "maxItems": 2 });
            json!({ "type": "array", "items": metres, "minItems": 4, "maxItems": 4 })
        }
    }
}

/// A closed set of words. Editors for TOML show what each means where they know `x-taplo`.
fn enumeration(words: &[Word]) -> Value {
    let (names, meanings): (Vec<_>, Vec<_>) = words.iter().copied().unzip();
    json!({ "enum": names, "x-taplo": { "docs": { "enumValues": meanings } } })
}

/// A table with keys of a closed set, all of one kind.
fn keyed(words: &[Word], item: &Kind) -> Value {
    let of = |meaning: &str| {
        let mut value = value(item);
        if let Some(value) = value.as_object_mut() {
            value.insert("description".to_owned(), json!(meaning));
        }
        value
    };
    let properties: Map<_, _> = words.iter().map(|(name, meaning)| ((*name).to_owned(), of(meaning))).collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// Points `[x, y]`, each from 0 to 1.
fn points(least: usize, most: usize) -> Value {
    let coordinate = json!({ "type": "number", "minimum": 0, "maximum": 1 });
    json!({
        "type": "array",
        "items": { "type": "array", "items": coordinate, "minItems": 2, "maxItems": 2 },
        "minItems": least,
        "maxItems": most,
    })
}

/// The pattern of `sat`, `mon-fri` and `holidays`, in either case.
fn days() -> String {
    let any_case = |word: &str| {
        let letters = word.chars().map(|letter| format!("[{}{letter}]", letter.to_ascii_uppercase()));
        letters.collect::<String>()
    };
    let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map(any_case).join("|");
    format!("^(\\s*({names})\\s*(-\\s*({names})\\s*)?|holidays)$")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::compile;
    use crate::policy::reader::asked;
    use std::collections::{BTreeMap, BTreeSet};

    /// A file with every table there is, right or not: whatever a reader asks for, it asks for here.
    const EVERYTHING: &str = r#"
        [site]
        [controller]
        data_protection_officer = {}
        [joint_controllers.owner]
        [processors.guard]
        agreement = {}
        [roles.manager]
        [places.yard]
        opening_hours = [{}]
        [cameras.gate]
        source = {}
        [outlets.alarm]
        [purposes.yard]
        schedule = [{}]
        recording = {}
        retention = { exemption = {} }
        series.hours = { quiet = {} }
        doors.front = {}
        rules.fence = {}
    "#;

    fn tables() -> impl Iterator<Item = &'static Table> {
        TABLES.iter().copied().chain([&FILE])
    }

    fn keys_of(table: &Table) -> BTreeSet<&'static str> {
        table.keys.iter().map(|key| key.name).collect()
    }

    #[test]
    fn the_schema_has_the_keys_that_the_readers_ask_for_and_no_other() {
        asked::forget();
        let _ = compile(EVERYTHING);
        let schema: BTreeMap<_, _> = tables().map(|table| (table.what, keys_of(table))).collect();
        assert_eq!(asked::so_far(), schema);
    }

    #[test]
    fn every_key_and_every_word_says_what_it_means() {
        for table in tables() {
            assert!(table.about.ends_with('.'), "{}", table.what);
            for key in table.keys {
                assert!(key.about.ends_with('.'), "{} {}", table.what, key.name);
            }
        }
        let written = schema().to_string();
        assert!(!written.contains("\"\""), "an empty text");
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let schema = schema();
        let written = schema.to_string();
        for reference in written.split("#/$defs/").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(schema["$defs"][reference].is_object(), "{reference}");
        }
    }
}
