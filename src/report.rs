//! Diagnostics as people and machines read them.

use crate::lines::Lines;
use crate::text::COLUMNS;
use anyhow::{Context, Result, bail};
use miette::{GraphicalReportHandler, GraphicalTheme, Report};
use serde::Serialize;
use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;
use vokter_rules::limits;
use vokter_rules::policy::{Compiled, Diagnostic, Label, Severity, SitePolicy};

/// The text of a site file.
pub fn read(path: &Path) -> Result<String> {
    let size = std::fs::metadata(path).with_context(|| format!("{} cannot be read", path.display()))?.len();
    if size > limits::SITE_FILE_BYTES as u64 {
        bail!("{} is longer than a site file may be ({} bytes)", path.display(), limits::SITE_FILE_BYTES);
    }
    let bytes = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    String::from_utf8(bytes).map_err(|error| {
        let line =
            error.as_bytes().iter().take(error.utf8_error().valid_up_to()).filter(|byte| **byte == b'\n').count();
        anyhow::anyhow!("{} is not UTF-8 text (line {})", path.display(), line + 1)
    })
}

/// Prints diagnostics on standard error, with the text they are about.
pub fn print(path: &Path, text: &str, diagnostics: &[Diagnostic]) -> Result<()> {
    let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(COLUMNS).with_links(false);
    let lines = Arc::new(Lines::of(path.display().to_string(), text));
    for diagnostic in diagnostics {
        let report = Report::new(near(diagnostic, text, &lines)).with_source_code(Arc::clone(&lines));
        let mut out = String::new();
        handler.render_report(&mut out, report.as_ref())?;
        eprintln!("{out}");
    }
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
    let warnings = diagnostics.len() - errors;
    if errors > 0 {
        eprintln!("{}: refused ({})", path.display(), count(errors, warnings));
    } else if warnings > 0 {
        eprintln!("{}: may run ({})", path.display(), count(errors, warnings));
    }
    Ok(())
}

/// Lines between two labels that are still shown as one piece of the file.
const NEAR: usize = 6;

/// The diagnostic with labels that lie far from its first one told by their lines, so that what lies between is not
/// printed.
fn near(diagnostic: &Diagnostic, text: &str, lines: &Lines) -> Diagnostic {
    let line = |label: &Label| lines.place(label.span.start).0;
    let mut near = diagnostic.clone();
    let Some(first) = near.labels.first().map(line) else { return near };
    let (kept, far): (Vec<_>, Vec<_>) = near.labels.into_iter().partition(|label| line(label).abs_diff(first) <= NEAR);
    near.labels = kept;
    for label in far {
        let said = text.get(label.span.clone()).unwrap_or_default().lines().next().unwrap_or_default();
        let more = format!("{} is in line {}: {said}", label.text, line(&label));
        near.help = Some(near.help.map_or(more.clone(), |help| format!("{help}\n{more}")));
    }
    near
}

fn count(errors: usize, warnings: usize) -> String {
    let counts = [(errors, "error"), (warnings, "warning")].into_iter().filter(|(count, _)| *count > 0);
    counts.map(|(count, word)| some(count, word)).collect::<Vec<_>>().join(", ")
}

/// So many of something.
pub fn some(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

/// The purposes that may not watch yet, and what is missing; empty if there is none.
pub fn closed(policy: &SitePolicy, site: &Path) -> String {
    let mut out = String::new();
    for purpose in policy.purposes().iter().filter(|purpose| !purpose.standing().may_run()) {
        let gates = purpose.standing().open_gates();
        let first = gates.first().and_then(|gate| Some((policy.records().get(gate.record)?, &gate.cause)));
        out += &format!("purpose `{}` is {}", purpose.name, purpose.standing().name());
        if let Some((record, cause)) = first {
            out += &format!(": {} {}", record.gate.name(), cause);
        }
        out += &match gates.len() {
            0 | 1 => "\n".to_owned(),
            more => format!(", and {} more\n", more - 1),
        };
    }
    if !out.is_empty() {
        out += &format!("  vokter status {}", site.display());
    }
    out
}

/// What a site does, in a few lines.
pub fn summary(site: &SitePolicy) -> String {
    let mut out = format!("{} is in order: {}", site.name(), some(site.cameras().len(), "camera"));
    for purpose in site.purposes() {
        out.push_str(&format!("\n  {} ({})", purpose.name, purpose.kind.name()));
        for rule in &purpose.rules {
            let objects: Vec<_> = rule.objects.iter().map(|class| class.name()).collect();
            let what = rule.condition.name();
            let place = rule.condition.zone_name().or(rule.condition.line_name()).unwrap_or_default();
            out.push_str(&format!("\n    {}: {what} {place} on {}: {}", rule.name, rule.camera, objects.join(", ")));
        }
    }
    out
}

#[derive(Serialize)]
struct JsonReport<'a> {
    file: String,
    may_run: bool,
    /// What is wrong with the terms of a car park.
    #[serde(skip_serializing_if = "Option::is_none")]
    lot: Option<&'a str>,
    diagnostics: Vec<JsonDiagnostic<'a>>,
}

#[derive(Serialize)]
struct JsonDiagnostic<'a> {
    severity: &'static str,
    check: &'a str,
    requirement: Option<&'a str>,
    message: &'a str,
    help: Option<&'a str>,
    labels: Vec<JsonLabel<'a>>,
}

/// Lines and columns count from 1; columns in characters.
#[derive(Serialize)]
struct JsonLabel<'a> {
    line: usize,
    column: usize,
    start_byte: usize,
    end_byte: usize,
    text: &'a str,
}

/// Diagnostics as one JSON object.
pub fn json(path: &Path, text: &str, compiled: &Compiled, lot: Option<&str>) -> Result<String> {
    let lines = Lines::of(path.display().to_string(), text);
    let diagnostics = compiled.diagnostics.iter().map(|diagnostic| JsonDiagnostic {
        severity: if diagnostic.severity == Severity::Error { "error" } else { "warning" },
        check: diagnostic.check,
        requirement: diagnostic.requirement,
        message: &diagnostic.message,
        help: diagnostic.help.as_deref(),
        labels: diagnostic
            .labels
            .iter()
            .map(|label| {
                let (line, column) = lines.place(label.span.start);
                let (start_byte, end_byte) = (label.span.start, label.span.end);
                JsonLabel { line, column, start_byte, end_byte, text: &label.text }
            })
            .collect(),
    });
    let file = path.display().to_string();
    let may_run = compiled.policy.is_some() && lot.is_none();
    let report = JsonReport { file, may_run, lot, diagnostics: diagnostics.collect() };
    Ok(serde_json::to_string_pretty(&report)?)
}
