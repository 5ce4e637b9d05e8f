//! Text for a terminal of 80 columns.

/// Columns of a terminal.
pub const COLUMNS: usize = 80;

/// A text in lines of at most [`COLUMNS`], all but the first indented. A word that is longer is cut.
pub fn wrapped(text: &str, indent: usize) -> String {
    let (mut out, mut column) = (String::new(), 0);
    for word in text.split_whitespace() {
        let mut letters = word.chars().peekable();
        if column > 0 && column + 1 + word.chars().count() > COLUMNS {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
            column = indent;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        while letters.peek().is_some() {
            if column >= COLUMNS {
                out.push('\n');
                out.extend(std::iter::repeat_n(' ', indent));
                column = indent;
            }
            out.extend(letters.next());
            column += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_longer_than_a_terminal() {
        let text = wrapped(&format!("one {} two {}", "x".repeat(200), "word ".repeat(40)), 4);
        assert!(text.lines().all(|line| line.chars().count() <= COLUMNS), "{text}");
        assert!(text.lines().skip(1).all(|line| line.starts_with("    ")), "{text}");
        assert_eq!(wrapped("a  b\nc", 2), "a b c");
    }
}
