//! Text for a terminal of 80 columns.

use std::io::Write;

/// Writes to standard output. A reader that has gone away, such as `head`, has seen enough.
pub fn say(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

/// Columns of a terminal.
pub const COLUMNS: usize = 80;

/// A text in lines of at most [`COLUMNS`], the first of which stands behind `begin` columns, and the others behind
/// `indent`. A word that is longer is cut.
pub fn wrapped(text: &str, begin: usize, indent: usize) -> String {
    let (mut out, mut column, mut is_fresh) = (String::new(), begin, true);
    let new_line = |out: &mut String| {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', indent));
        indent
    };
    for word in text.split_whitespace() {
        if !is_fresh && column + 1 + word.chars().count() > COLUMNS {
            column = new_line(&mut out);
        } else if !is_fresh {
            out.push(' ');
            column += 1;
        }
        for letter in word.chars() {
            if column >= COLUMNS {
                column = new_line(&mut out);
            }
            out.push(letter);
            column += 1;
        }
        is_fresh = false;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_longer_than_a_terminal() {
        let text = wrapped(&format!("one {} two {}", "x".repeat(200), "word ".repeat(40)), 0, 4);
        assert!(text.lines().all(|line| line.chars().count() <= COLUMNS), "{text}");
        assert!(text.lines().skip(1).all(|line| line.starts_with("    ")), "{text}");
        assert_eq!(wrapped("a  b\nc", 0, 2), "a b c");
    }
}
