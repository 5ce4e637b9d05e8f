//! Schedules and hours as written.

use super::table;
use crate::policy::diagnostic::{Diagnostics, Span};
use crate::policy::reader::{Reader, Written, wrong_type};
use toml::Spanned;
use toml::de::DeValue;

/// `schedule = …`
#[derive(Debug)]
pub(in crate::policy) enum ScheduleSource {
    Always(Span),
    Windows(Vec<WindowSource>, Span),
}

impl ScheduleSource {
    /// Where it is written.
    pub fn span(&self) -> Span {
        match self {
            Self::Always(span) | Self::Windows(_, span) => span.clone(),
        }
    }

    /// The same hours as the same texts, however they are spaced in the file.
    pub fn texts(&self) -> Vec<String> {
        match self {
            Self::Always(_) => vec!["always".to_owned()],
            Self::Windows(windows, _) => windows.iter().map(WindowSource::text).collect(),
        }
    }
}

/// One `{ days, from, to }` of a schedule.
#[derive(Debug)]
pub(in crate::policy) struct WindowSource {
    pub days: Option<Vec<Written<String>>>,
    pub from: Option<Written<String>>,
    pub to: Option<Written<String>>,
    pub span: Span,
}

impl WindowSource {
    /// The window in few words.
    pub fn text(&self) -> String {
        let days: Vec<_> = self.days.iter().flatten().map(|written| written.value.as_str()).collect();
        let edge = |written: &Option<Written<String>>| written.as_ref().map_or("", |w| w.value.as_str()).to_owned();
        format!("{} {}-{}", days.join(" "), edge(&self.from), edge(&self.to))
    }
}

pub(super) fn schedule(value: &Spanned<DeValue<'_>>, diagnostics: &mut Diagnostics) -> Option<ScheduleSource> {
    match value.get_ref() {
        DeValue::String(text) if text == "always" => Some(ScheduleSource::Always(value.span())),
        DeValue::Array(items) => {
            let windows = items.iter().filter_map(|item| window(item, diagnostics)).collect();
            Some(ScheduleSource::Windows(windows, value.span()))
        }
        _ => {
            diagnostics.push(
                wrong_type("schedule", "\"always\" or a list of windows", value)
                    .help("write schedule = [{ days = \"mon-fri\", from = \"18:00\", to = \"06:00\" }]"),
            );
            None
        }
    }
}

/// A list of windows under a key of its own, such as opening hours.
pub(super) fn windows(
    key: &'static str,
    reader: &mut Reader<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<WindowSource>> {
    let value = reader.value(key)?;
    let Some(items) = value.get_ref().as_array() else {
        let wrong = wrong_type(key, "a list of windows", value);
        diagnostics
            .push(wrong.help(format!("write {key} = [{{ days = \"mon-fri\", from = \"08:00\", to = \"16:00\" }}]")));
        return None;
    };
    Some(items.iter().filter_map(|item| window(item, diagnostics)).collect())
}

fn window(item: &Spanned<DeValue<'_>>, diagnostics: &mut Diagnostics) -> Option<WindowSource> {
    let table = table("a window of a schedule", item, diagnostics)?;
    let mut reader = Reader::new("schedule window", table, item.span());
    let window = WindowSource {
        days: reader.strings("days", diagnostics),
        from: reader.string("from", diagnostics),
        to: reader.string("to", diagnostics),
        span: item.span(),
    };
    reader.finish(diagnostics);
    Some(window)
}
