//! The coverage table: each requirement, how strict it is, and how far it is held today.

use crate::text::{COLUMNS, wrapped};
use vokter_rules::guideline::{self, Guideline, Source, Standing};

/// Columns of the table, with a space after each; what is left is for the last.
const ID: usize = 8;
const STRENGTH: usize = 14;
const STANDING: usize = 11;
/// The widest that the table becomes.
const WIDEST: usize = 240;

/// How wide the terminal is; [`COLUMNS`] where there is none.
pub fn columns() -> usize {
    let width = terminal_size::terminal_size_of(std::io::stdout()).map_or(COLUMNS, |(width, _)| usize::from(width.0));
    width.clamp(COLUMNS, WIDEST)
}

/// The table and its sums.
pub fn table(columns: usize) -> String {
    let mut out = legend();
    out.push_str(&format!("\n\n{:ID$}{:STRENGTH$}{:STANDING$}by\n", "id", "strength", "today"));
    for guideline in guideline::all() {
        out.push_str(&line(guideline, columns));
        out.push('\n');
    }
    out.push_str(&sums());
    out
}

fn legend() -> String {
    let meanings = [
        (Standing::Enforced, "the program refuses what breaks it, or cannot express it"),
        (Standing::Gated, "no live camera is watched without a person's signed record for it"),
        (Standing::Documented, "a document asks for it, and nothing more"),
        (Standing::NotYet, "what would hold it is not built, or only a part of it is"),
    ];
    let lines = meanings
        .map(|(standing, meaning)| format!("{:STANDING$}{}", standing.name(), wrapped(meaning, STANDING, STANDING)));
    lines.join("\n")
}

fn line(guideline: &Guideline, columns: usize) -> String {
    let strength: Vec<_> = guideline.strength.iter().map(|strength| strength.name()).collect();
    let before = format!("{:ID$}{:STRENGTH$}{:STANDING$}", guideline.id, strength.join("/"), guideline.standing.name());
    format!("{before}{}", cut(guideline.how, columns.saturating_sub(before.chars().count())))
}

/// A text of at most so many characters, with an ellipsis where it was cut.
fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

fn sums() -> String {
    let headings: String = Standing::ALL.iter().map(|standing| format!("{:>12}", standing.name())).collect();
    let mut out = format!("\n{:ID$}{headings}{:>12}", "", "all");
    let all: Vec<_> = guideline::all().collect();
    for source in Source::ALL {
        let its: Vec<_> = source.guidelines().iter().collect();
        out.push_str(&format!("\n{:ID$}{}", source.prefix(), counts(&its)));
    }
    out.push_str(&format!("\n{:ID$}{}", "all", counts(&all)));
    let held = all.iter().filter(|row| matches!(row.standing, Standing::Enforced | Standing::Gated)).count();
    out.push_str(&format!("\n\n{held} of {} requirements are enforced or gated.", all.len()));
    out
}

/// How many of these rows have each standing, and how many there are.
fn counts(rows: &[&Guideline]) -> String {
    let each = Standing::ALL.map(|standing| rows.iter().filter(|row| row.standing == standing).count());
    each.into_iter().chain([rows.len()]).map(|number| format!("{number:>12}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_fits_whatever_the_width() {
        for width in [COLUMNS, 100, 200] {
            assert!(table(width).lines().all(|line| line.chars().count() <= width));
        }
    }

    #[test]
    fn what_is_cut_says_so() {
        assert_eq!((cut("short", 5), cut("too long", 5)), ("short".to_owned(), "too…".to_owned()));
    }
}
