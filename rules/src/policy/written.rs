//! Names and texts as TOML has them, for what is written rather than read.

use std::fmt::Write as _;

/// A name as a key: bare if it can be.
pub fn as_key(name: &str) -> String {
    let is_bare = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    if !name.is_empty() && name.chars().all(is_bare) { name.to_owned() } else { as_string(name) }
}

/// A text as a string on one line.
pub fn as_string(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            control if control.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(control));
            }
            plain => out.push(plain),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_is_a_key_and_a_string() {
        for name in ["gate", "front door", "a\"b\\c", "æ\u{7f}\n\u{0}\u{85}", "", "a.b"] {
            let text = format!("{} = {}", as_key(name), as_string(name));
            let table: toml::Table = text.parse().unwrap();
            assert_eq!(table[name].as_str(), Some(name), "{text}");
        }
    }
}
