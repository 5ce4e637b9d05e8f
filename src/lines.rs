//! The lines of a text, found once: where a byte is, and the text around a span, without reading all that is before it.

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

/// A text that knows where its lines begin.
pub struct Lines {
    name: String,
    text: String,
    /// First byte of each line.
    starts: Vec<usize>,
}

impl Lines {
    /// `name` is said where the text is shown.
    pub fn of(name: String, text: &str) -> Self {
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|(at, byte)| match byte {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        let starts = std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect();
        Self { name, text: text.to_owned(), starts }
    }

    /// The line of a byte, from 0.
    fn line(&self, byte: usize) -> usize {
        self.starts.partition_point(|start| *start <= byte).saturating_sub(1)
    }

    /// First byte of a line; past the last, the end of the text.
    fn start(&self, line: usize) -> usize {
        self.starts.get(line).copied().unwrap_or(self.text.len())
    }

    /// Line and column of a byte, from 1; columns in characters.
    pub fn place(&self, byte: usize) -> (usize, usize) {
        let line = self.line(byte);
        let before = self.text.get(self.start(line)..byte).unwrap_or_default();
        (line + 1, before.chars().count() + 1)
    }
}

impl SourceCode for Lines {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        context_lines_before: usize,
        context_lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        // A line more than is asked for on either side, so that the reader sees where the others begin and end.
        let first = self.line(span.offset()).saturating_sub(context_lines_before + 1);
        let from = self.start(first);
        let to = self.start(self.line(span.offset() + span.len()) + context_lines_after + 2);
        let around = self.text.get(from..to).ok_or(MietteError::OutOfBounds)?;
        let inner = SourceSpan::from((span.offset() - from, span.len()));
        let found = around.read_span(&inner, context_lines_before, context_lines_after)?;
        let at = found.span();
        let data = around.as_bytes().get(at.offset()..at.offset() + at.len()).ok_or(MietteError::OutOfBounds)?;
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            data,
            SourceSpan::from((at.offset() + from, at.len())),
            found.line() + first,
            found.column(),
            found.line_count(),
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_what_the_whole_text_would_give() {
        let text = "one\ntwo æ\n\nfour\r\nfive\rsix\nseven";
        let lines = Lines::of("name".to_owned(), text);
        for from in 0..=text.len() {
            for to in (from..=text.len()).filter(|to| text.is_char_boundary(from) && text.is_char_boundary(*to)) {
                for context in 0..3 {
                    let span = SourceSpan::from((from, to - from));
                    let whole = text.read_span(&span, context, context).unwrap();
                    let found = lines.read_span(&span, context, context).unwrap();
                    assert_eq!(found.data(), whole.data(), "{from}..{to}");
                    assert_eq!(found.span(), whole.span());
                    assert_eq!((found.line(), found.column()), (whole.line(), whole.column()), "{from}..{to}");
                }
            }
        }
        assert_eq!((lines.place(0), lines.place(10), lines.place(text.len())), ((1, 1), (2, 6), (7, 6)));
    }
}
