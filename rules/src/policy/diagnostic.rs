//! What the compiler has to say: severity, requirement, message, underlined text, help.

use super::reader::Written;
use super::site::Deviation;
use std::fmt;
use std::ops::Range;

/// A byte range of the site file.
pub type Span = Range<usize>;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The policy runs; something in it is probably not meant.
    Warning,
    /// The policy is refused.
    Error,
}

/// A piece of underlined text with a word about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// What is underlined.
    pub span: Span,
    /// What is said of it.
    pub text: String,
}

/// One thing that is wrong, or probably wrong, with a site file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Refused, or only doubtful.
    pub severity: Severity,
    /// Which check speaks; its file has the same name.
    pub check: &'static str,
    /// The requirement that it enforces, if it is one of the guidelines rather than of the language.
    pub requirement: Option<&'static str>,
    /// What is wrong.
    pub message: String,
    /// Where.
    pub labels: Vec<Label>,
    /// What to write instead.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A refusal, underlined at `span`.
    pub fn error(check: &'static str, message: impl Into<String>, span: Span, label: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            check,
            requirement: None,
            message: message.into(),
            labels: vec![Label { span, text: label.into() }],
            help: None,
        }
    }

    /// A doubt, underlined at `span`.
    pub fn warning(check: &'static str, message: impl Into<String>, span: Span, label: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(check, message, span, label) }
    }

    /// Names the requirement that is enforced.
    #[must_use]
    pub fn requirement(mut self, id: &'static str) -> Self {
        self.requirement = Some(id);
        self
    }

    /// Says what to write instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Underlines something more.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Diagnostic {}

impl miette::Diagnostic for Diagnostic {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(match self.requirement {
            Some(id) => Box::new(format!("{id} {}", self.check)),
            None => Box::new(self.check),
        })
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Warning => miette::Severity::Warning,
            Severity::Error => miette::Severity::Error,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = miette::LabeledSpan> + '_>> {
        let labels = self.labels.iter();
        Some(Box::new(
            labels.map(|label| miette::LabeledSpan::new_with_span(Some(label.text.clone()), label.span.clone())),
        ))
    }
}

/// Diagnostics as they are gathered.
#[derive(Debug, Default)]
pub(super) struct Diagnostics {
    found: Vec<Diagnostic>,
    deviations: Vec<Deviation>,
    /// Keys of the file that nothing reads; a check says so, or why there is no word for one.
    pub unknown_keys: Vec<UnknownKey>,
}

/// A key of the file that nothing reads.
#[derive(Debug)]
pub(super) struct UnknownKey {
    pub key: Written<String>,
    /// What the table is that it is in: "camera", "rule", …
    pub of: &'static str,
    pub help: String,
}

impl Diagnostics {
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    pub fn has_errors(&self) -> bool {
        self.found.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Notes that a rule which normally holds does not here, for a reason.
    pub fn deviates(&mut self, requirement: &'static str, what: String, because: &str) {
        self.deviations.push(Deviation { requirement, what, because: because.to_owned() });
    }

    /// The diagnostics in the order of the file, and the deviations.
    pub fn into_sorted(mut self) -> (Vec<Diagnostic>, Vec<Deviation>) {
        self.found.sort_by_key(|diagnostic| diagnostic.labels.first().map_or(0, |label| label.span.start));
        (self.found, self.deviations)
    }
}
