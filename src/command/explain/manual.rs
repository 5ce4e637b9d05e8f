//! Manuals of rules and checks, laid out for a terminal.

use crate::text::wrapped;

/// A manual with its paragraphs in lines that fit and its examples as they are. A heading says only the name, which is
/// printed already.
pub fn rendered(manual: &str) -> String {
    let (mut blocks, mut paragraph) = (vec![], String::new());
    let mut example: Option<Vec<String>> = None;
    for line in manual.lines() {
        let is_fence = line.starts_with("```");
        match (&mut example, is_fence) {
            (None, true) => {
                end(&mut paragraph, &mut blocks);
                example = Some(vec![]);
            }
            (Some(lines), true) => {
                blocks.push(lines.join("\n"));
                example = None;
            }
            (Some(lines), false) => lines.push(format!("    {line}").trim_end().to_owned()),
            (None, false) if line.is_empty() || line.starts_with("# ") => end(&mut paragraph, &mut blocks),
            (None, false) => {
                if line.starts_with("- ") {
                    end(&mut paragraph, &mut blocks);
                }
                paragraph.push_str(line);
                paragraph.push(' ');
            }
        }
    }
    end(&mut paragraph, &mut blocks);
    blocks.join("\n\n")
}

/// Ends a paragraph, if one was begun.
fn end(paragraph: &mut String, blocks: &mut Vec<String>) {
    let text = std::mem::take(paragraph).replace('*', "");
    if !text.trim().is_empty() {
        blocks.push(wrapped(&text, 0, if text.starts_with("- ") { 2 } else { 0 }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_joined_and_examples_kept() {
        let manual = "# name\n\n**Detects** one\nthing.\n- first\n- second\n```toml\na = 1\n\nb = 2\n```\n";
        assert_eq!(rendered(manual), "Detects one thing.\n\n- first\n\n- second\n\n    a = 1\n\n    b = 2");
    }
}
