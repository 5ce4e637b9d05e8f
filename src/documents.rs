//! The documents that a policy's records name: read, and known by their SHA-256.

use anyhow::{Context, Result};
use std::path::Path;
use vokter_models::read_regular;
use vokter_rules::digest::Digest;
use vokter_rules::limits;
use vokter_rules::policy::{Documents, SitePolicy};

/// What every document of a policy holds, by its path relative to the site file. One that cannot be read is left out:
/// its gate stands open.
pub fn of(policy: &SitePolicy, site: &Path) -> Documents {
    let folder = site.parent().unwrap_or(Path::new(""));
    let mut documents = Documents::new();
    for record in policy.records() {
        if !documents.contains_key(&record.document)
            && let Ok(bytes) = read(&folder.join(&record.document))
        {
            documents.insert(record.document.clone(), Digest::of(&bytes));
        }
    }
    documents
}

/// The bytes of a document.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    read_regular(path, limits::DOCUMENT_BYTES).with_context(|| format!("{} cannot be read", path.display()))
}
