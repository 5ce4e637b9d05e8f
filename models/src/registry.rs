//! Well-known public models: where they are from, what they may do, and their digests as published.
//!
//! `models/registry.toml` is part of the program. A model without an official digest has none here either: a user
//! brings the file and writes its digest, and the rest of its manifest is ready.

use crate::error::plain_lines;
use crate::{Digest, Manifest};
use serde::Deserialize;
use std::path::Path;

const REGISTRY: &str = include_str!("../registry.toml");

/// A well-known model.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What `vokter models pull` calls it.
    pub name: String,
    /// What it is for, in a few words.
    pub what: String,
    /// The licence of its weights.
    pub licence: String,
    /// The page of its publisher.
    pub page: String,
    /// Its file, if its digest is published.
    pub download: Option<Download>,
    /// The rest of its manifest, from `task` on.
    rest: String,
}

/// A file whose digest is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Download {
    /// Where it is.
    pub url: String,
    /// Its digest.
    pub sha256: Digest,
    /// Its size.
    pub bytes: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    model: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    what: String,
    licence: String,
    page: String,
    url: Option<String>,
    sha256: Option<String>,
    bytes: Option<u64>,
    manifest: String,
}

impl Entry {
    /// Its `model.toml`, for a file of that name; `None` in the place of the digest leaves room for the user's.
    pub fn manifest(&self, file: &str) -> String {
        let digest = self.download.as_ref().map(|download| download.sha256.to_string());
        let digest = digest.unwrap_or_else(|| "write here what `sha256sum` prints".to_owned());
        let source = self.download.as_ref().map_or(&self.page, |download| &download.url);
        format!(
            "name = \"{}\"\nfile = \"{file}\"\nsha256 = \"{digest}\"\nlicence = \"{}\"\nsource = \"{source}\"\n{}",
            self.name, self.licence, self.rest
        )
    }
}

/// Every well-known model.
///
/// # Errors
/// Never: the registry is part of the program, and a test reads it.
pub fn entries() -> Result<Vec<Entry>, String> {
    parse(REGISTRY)
}

/// The models of another list of the same form.
///
/// # Errors
/// When it is none.
pub fn parse(text: &str) -> Result<Vec<Entry>, String> {
    let file: File = toml::from_str(text).map_err(|error| plain_lines(&error.to_string()))?;
    file.model.into_iter().map(entry).collect()
}

fn entry(written: Written) -> Result<Entry, String> {
    let name = plain_lines(&written.name);
    // The name becomes that of a file.
    let is_usual = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    if name.is_empty() || name.starts_with('.') || !name.chars().all(is_usual) {
        return Err(format!("`{name}` is no name of a model; write one of a-z, 0-9, `.`, `_` and `-`"));
    }
    let Written { what, licence, page, url, sha256, manifest, .. } = &written;
    let lines = [what, licence, page].into_iter().chain(url).chain(sha256);
    let in_lines = manifest.chars().any(|c| c.is_control() && c != '\n');
    if in_lines || lines.into_iter().any(|line| line.contains(char::is_control)) {
        return Err(format!("{name}: there is a control character in it; take it out"));
    }
    let download = match (written.url, written.sha256, written.bytes) {
        (None, None, None) => None,
        (Some(url), Some(sha256), Some(bytes)) => {
            let sha256 = Digest::parse(sha256.trim()).ok_or_else(|| format!("{}: no digest", written.name))?;
            Some(Download { url, sha256, bytes })
        }
        _ => return Err(format!("{}: an address, a digest and a size go together", written.name)),
    };
    let Written { name, what, licence, page, manifest, .. } = written;
    Ok(Entry { name, what, licence, page, download, rest: manifest })
}

/// Reads an entry's manifest as if its file were there.
///
/// # Errors
/// Every mistake in it.
pub fn check(entry: &Entry) -> Result<Manifest, Vec<crate::manifest::Mistake>> {
    let text = entry.manifest("model.onnx");
    let with_digest = text.replace("write here what `sha256sum` prints", &Digest::of(b"").to_string());
    Manifest::parse(&with_digest, Path::new(""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::whitelist::attribute_in;

    #[test]
    fn names_are_of_files_and_nothing_acts_on_a_terminal() {
        let with = |key: &str, value: &str| {
            let mut text = String::from("[[model]]\n");
            for (each, usual) in
                [("name", "a.b_c-1"), ("what", "w"), ("licence", "MIT"), ("page", "p"), ("manifest", "a = 1\\n")]
            {
                text += &format!("{each} = \"{}\"\n", if each == key { value } else { usual });
            }
            parse(&text).map(drop)
        };
        assert_eq!(with("", ""), Ok(()));
        for name in ["", ".", "..", ".hidden", "a/b", "/etc/passwd", "A", "a b", "å", "a\\u001b[2J"] {
            let said = with("name", name).unwrap_err();
            assert!(said.contains("no name of a model") && !said.contains('\u{1b}'), "{said}");
        }
        for key in ["what", "licence", "page", "manifest"] {
            assert!(with(key, "\\u001b[2J").unwrap_err().contains("control character"), "{key}");
            assert!(with(key, "\\u009b2J").unwrap_err().contains("control character"), "{key}");
        }
        assert!(!parse("na\u{1b}[2Jme = 1").unwrap_err().contains('\u{1b}'));
    }

    #[test]
    fn every_entry_has_a_manifest_that_is_in_order() {
        let entries = entries().unwrap();
        assert!(entries.iter().filter(|entry| entry.download.is_some()).count() >= 4);
        for entry in &entries {
            let manifest = check(entry).unwrap_or_else(|mistakes| panic!("{}: {mistakes:?}", entry.name));
            assert_eq!(manifest.name, entry.name);
            assert!(manifest.classes.iter().all(|(label, _)| attribute_in(label).is_none()), "{}", entry.name);
            assert!(entry.name.len() + entry.what.len() < 68, "a line of the list has 80 columns: {}", entry.name);
        }
    }
}
