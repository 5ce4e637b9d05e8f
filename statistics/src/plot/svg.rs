//! An SVG under construction: escaped text, one style, and scales.

use std::fmt::{Display, Write as _};

/// `prefers-color-scheme` is the reader's; a renderer that does not know it draws the light picture.
const STYLE: &str = "text{fill:#1b1f24;font:12px system-ui,sans-serif}.quiet{fill:#59636e}.paper{fill:#fff}\
.grid{stroke:#d1d9e0}.line{fill:none;stroke:#0b57a4;stroke-width:1.5}.band{fill:#0b57a4;opacity:.18}.heat{fill:#0b57a4}\
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.quiet{fill:#9198a1}.paper{fill:#0d1117}.grid{stroke:#3d444d}\
.line{stroke:#7cb9ff}.band{fill:#7cb9ff}.heat{fill:#7cb9ff}}";

/// An SVG that is written from top to bottom.
pub(super) struct Svg {
    body: String,
    width: u32,
}

impl Svg {
    /// An empty picture of that width.
    pub fn new(width: u32) -> Self {
        Self { body: String::new(), width }
    }

    /// Adds an element, as it is written.
    pub fn add(&mut self, element: impl Display) {
        // Writing to a string does not fail.
        let _ = writeln!(self.body, "{element}");
    }

    /// Adds text. `anchor` is `start`, `middle` or `end`.
    pub fn text(&mut self, x: f64, y: f64, class: &str, anchor: &str, text: &str) {
        let text = escaped(text);
        self.add(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" class=\"{class}\" text-anchor=\"{anchor}\">{text}</text>"
        ));
    }

    /// The whole picture, so high, with what a reader who does not see it is told.
    pub fn finish(self, height: u32, title: &str, description: &str) -> String {
        let (width, body) = (self.width, self.body);
        let (title, description) = (escaped(title), escaped(description));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
             aria-labelledby=\"title description\">\n<title id=\"title\">{title}</title>\n\
             <desc id=\"description\">{description}</desc>\n<style>{STYLE}</style>\n<rect class=\"paper\" width=\"{width}\" height=\"{height}\"/>\n\
             {body}</svg>\n"
        )
    }
}

/// Text that cannot be taken for an element.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A round step that divides `span` into at most `parts`.
pub(super) fn step(span: f64, parts: f64) -> f64 {
    let raw = (span / parts).max(1.0);
    let magnitude = 10f64.powf(raw.log10().floor());
    let round = [1.0, 2.0, 5.0, 10.0].into_iter().find(|round| round * magnitude >= raw);
    round.unwrap_or(10.0) * magnitude
}
