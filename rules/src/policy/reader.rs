//! Reading a TOML table key by key: types, required keys, unknown keys with "did you mean".

use super::diagnostic::{Diagnostic, Diagnostics, Span, UnknownKey};
use crate::geometry::Point;
use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value with the place it was written.
#[derive(Clone, Debug)]
pub(super) struct Written<T> {
    pub value: T,
    pub span: Span,
}

impl<T> Written<T> {
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// Reads one table and remembers which keys it knows.
pub(super) struct Reader<'t> {
    what: &'static str,
    table: &'t DeTable<'t>,
    span: Span,
    known: Vec<&'static str>,
}

impl<'t> Reader<'t> {
    /// `what` names the table in messages: "camera", "rule", …
    pub fn new(what: &'static str, table: &'t DeTable<'t>, span: Span) -> Self {
        Self { what, table, span, known: vec![] }
    }

    /// The value of a key, if it is there.
    pub fn value(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        #[cfg(test)]
        asked::note(self.what, key);
        self.known.push(key);
        self.table.get(key)
    }

    /// Says that a required key is missing.
    pub fn missing(&self, key: &'static str, example: &str, diagnostics: &mut Diagnostics) {
        diagnostics.push(
            Diagnostic::error(
                "missing-key",
                format!("this {} has no `{key}`", self.what),
                self.span.clone(),
                format!("`{key}` is missing"),
            )
            .help(format!("add: {key} = {example}")),
        );
    }

    /// A string, if the key is there.
    pub fn string(&mut self, key: &'static str, diagnostics: &mut Diagnostics) -> Option<Written<String>> {
        string(self.value(key)?, key, diagnostics)
    }

    /// A string that must be there.
    pub fn required_string(
        &mut self,
        key: &'static str,
        example: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Written<String>> {
        if self.value(key).is_none() {
            self.missing(key, example, diagnostics);
        }
        self.string(key, diagnostics)
    }

    /// A string or a list of strings, if the key is there.
    pub fn strings(&mut self, key: &'static str, diagnostics: &mut Diagnostics) -> Option<Vec<Written<String>>> {
        let value = self.value(key)?;
        match value.get_ref() {
            DeValue::Array(items) => Some(items.iter().filter_map(|item| string(item, key, diagnostics)).collect()),
            _ => string(value, key, diagnostics).map(|one| vec![one]),
        }
    }

    /// A number, if the key is there.
    pub fn number(&mut self, key: &'static str, diagnostics: &mut Diagnostics) -> Option<Written<f64>> {
        number(self.value(key)?, key, diagnostics)
    }

    /// True or false, if the key is there.
    pub fn boolean(&mut self, key: &'static str, diagnostics: &mut Diagnostics) -> Option<Written<bool>> {
        let value = self.value(key)?;
        let DeValue::Boolean(boolean) = value.get_ref() else {
            diagnostics.push(wrong_type(key, "true or false", value));
            return None;
        };
        Some(Written::new(*boolean, value.span()))
    }

    /// A day, if the key is there: `2026-11-22`, without quotation marks.
    pub fn date(&mut self, key: &'static str, diagnostics: &mut Diagnostics) -> Option<Written<Date>> {
        let value = self.value(key)?;
        let text = match value.get_ref() {
            DeValue::Datetime(written) if written.time.is_none() => written.to_string(),
            DeValue::String(text) => text.to_string(),
            _ => String::new(),
        };
        match text.parse() {
            Ok(date) => Some(Written::new(date, value.span())),
            Err(_) => {
                diagnostics.push(wrong_type(key, "a day", value).help(format!("write {key} = 2026-11-22")));
                None
            }
        }
    }

    /// A table of named entries (`[cameras.yard]`), in the file's order; empty if the key is not there.
    pub fn entries(
        &mut self,
        key: &'static str,
        diagnostics: &mut Diagnostics,
    ) -> Vec<(Written<String>, &'t Spanned<DeValue<'t>>)> {
        let Some(value) = self.value(key) else { return vec![] };
        let DeValue::Table(table) = value.get_ref() else {
            diagnostics.push(wrong_type(key, "a table of named entries", value));
            return vec![];
        };
        let mut entries: Vec<_> =
            table.iter().map(|(name, value)| (Written::new(name.get_ref().to_string(), name.span()), value)).collect();
        entries.retain(|(name, _)| {
            let readable = !name.value.trim().is_empty() && !name.value.chars().any(char::is_control);
            if !readable {
                let message = format!("a name of `{key}` cannot be read");
                let label = "empty, or with a control character";
                diagnostics.push(Diagnostic::error("control-character", message, name.span.clone(), label));
            }
            readable
        });
        entries.sort_by_key(|(name, _)| name.span.start);
        entries
    }

    /// Notes every key that nothing has asked for.
    pub fn finish(self, diagnostics: &mut Diagnostics) {
        for (key, _) in self.table.iter().filter(|(key, _)| !self.known.contains(&key.get_ref().as_ref())) {
            let help = did_you_mean(key.get_ref(), self.known.iter().copied());
            let key = Written::new(key.get_ref().to_string(), key.span());
            diagnostics.unknown_keys.push(UnknownKey { key, of: self.what, help });
        }
    }
}

/// Names that are listed; past them it is only said how many more there are.
const LISTED: usize = 20;

/// "did you mean …", or the list of what there is.
pub fn did_you_mean<'n>(word: &str, names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<_> = names.collect();
    let word = word.to_lowercase();
    let likeness = names.iter().map(|name| (strsim::jaro_winkler(&word, name), *name));
    match likeness.max_by(|(a, _), (b, _)| a.total_cmp(b)) {
        Some((likeness, best)) if likeness > 0.75 => format!("did you mean `{best}`?"),
        Some(_) => {
            let more = match names.len().saturating_sub(LISTED) {
                0 => String::new(),
                more => format!(", and {more} more"),
            };
            let listed: Vec<_> = names.into_iter().take(LISTED).collect();
            format!("it is one of: {}{more}", listed.join(", "))
        }
        None => "there is none yet".to_owned(),
    }
}

pub(super) fn wrong_type(key: &str, wanted: &str, found: &Spanned<DeValue<'_>>) -> Diagnostic {
    let (wanted, found, span) = (wanted.to_owned(), found.get_ref().type_str(), found.span());
    Diagnostic::error("wrong-type", format!("`{key}` must be {wanted}"), span, format!("this is of type {found}"))
}

pub(super) fn string(
    value: &Spanned<DeValue<'_>>,
    key: &str,
    diagnostics: &mut Diagnostics,
) -> Option<Written<String>> {
    let Some(text) = value.get_ref().as_str() else {
        diagnostics.push(wrong_type(key, "a string", value));
        return None;
    };
    if text.trim().is_empty() {
        let message = format!("`{key}` is empty");
        diagnostics.push(Diagnostic::error("empty-string", message, value.span(), "nothing is written here"));
        return None;
    }
    if text.chars().any(|letter| letter.is_control() && letter != '\n' && letter != '\t') {
        let message = format!("`{key}` holds a control character");
        diagnostics.push(Diagnostic::error("control-character", message, value.span(), "cannot be shown or printed"));
        return None;
    }
    if key == "because" && text.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count() < 2 {
        let message = "this reason says nothing";
        diagnostics.push(
            Diagnostic::error("empty-string", message, value.span(), "a reason has words")
                .help("write what someone can check who was not there"),
        );
        return None;
    }
    Some(Written::new(text.to_owned(), value.span()))
}

fn number(value: &Spanned<DeValue<'_>>, key: &str, diagnostics: &mut Diagnostics) -> Option<Written<f64>> {
    let number = match value.get_ref() {
        DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix()).ok().map(|n| n as f64),
        DeValue::Float(float) => float.as_str().parse().ok(),
        _ => None,
    };
    match number.filter(|number: &f64| number.is_finite()) {
        Some(number) => Some(Written::new(number, value.span())),
        None => {
            diagnostics.push(wrong_type(key, "a number", value));
            None
        }
    }
}

/// A list of `[x, y]` points.
pub(super) fn points(
    value: &Spanned<DeValue<'_>>,
    what: &str,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<Written<Point>>> {
    let Some(items) = value.get_ref().as_array() else {
        diagnostics
            .push(wrong_type(what, "a list of points", value).help("write [[x, y], [x, y], …], each from 0 to 1"));
        return None;
    };
    items.iter().map(|item| point(item, what, diagnostics)).collect()
}

fn point(item: &Spanned<DeValue<'_>>, what: &str, diagnostics: &mut Diagnostics) -> Option<Written<Point>> {
    let pair: Vec<_> = item.get_ref().as_array().into_iter().flat_map(|array| array.iter()).collect();
    let [x, y] = pair.as_slice() else {
        diagnostics.push(
            wrong_type(what, "a list of points", item).help("a point is [x, y], each from 0 to 1, origin top-left"),
        );
        return None;
    };
    let (x, y) = (number(x, "x", diagnostics)?, number(y, "y", diagnostics)?);
    Some(Written::new(Point::new(x.value as f32, y.value as f32), item.span()))
}

/// Which keys were asked for, by kind of table, so that a test can hold the schema against the readers.
#[cfg(test)]
pub(super) mod asked {
    use std::cell::RefCell;
    use std::collections::{BTreeMap, BTreeSet};

    type Keys = BTreeMap<&'static str, BTreeSet<&'static str>>;

    thread_local! {
        static ASKED: RefCell<Keys> = const { RefCell::new(BTreeMap::new()) };
    }

    pub fn note(what: &'static str, key: &'static str) {
        ASKED.with_borrow_mut(|asked| asked.entry(what).or_default().insert(key));
    }

    pub fn forget() {
        ASKED.with_borrow_mut(BTreeMap::clear);
    }

    pub fn so_far() -> Keys {
        ASKED.with_borrow(Clone::clone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_near_is_meant_and_a_long_list_is_cut() {
        assert_eq!(did_you_mean("Perosn", ["car", "person"].into_iter()), "did you mean `person`?");
        assert_eq!(did_you_mean("zebra", ["car", "bus"].into_iter()), "it is one of: car, bus");
        assert_eq!(did_you_mean("zebra", std::iter::empty()), "there is none yet");
        let names: Vec<_> = (0..LISTED + 3).map(|number| format!("{number}")).collect();
        assert!(did_you_mean("zebra", names.iter().map(String::as_str)).ends_with("18, 19, and 3 more"));
    }
}
