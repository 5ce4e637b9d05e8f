//! The documents that a policy's records name: read, and known by their SHA-256.

use anyhow::{Context, Result, bail};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use vokter_rules::limits;
use vokter_rules::policy::{Digest, Documents, SitePolicy};

/// What every document of a policy holds, by its path relative to the site file. One that cannot be read is left out:
/// its gate stands open.
pub fn of(policy: &SitePolicy, site: &Path) -> Documents {
    let folder = site.parent().unwrap_or(Path::new(""));
    let paths = policy.records().iter().map(|record| record.document.clone());
    let mut documents = Documents::new();
    for path in paths {
        if !documents.contains_key(&path)
            && let Ok(digest) = digest(&folder.join(&path))
        {
            documents.insert(path, digest);
        }
    }
    documents
}

/// The SHA-256 of a file.
pub fn digest(path: &Path) -> Result<Digest> {
    let cannot = || format!("{} cannot be read", path.display());
    // Before it is opened: a pipe would wait for ever.
    if !std::fs::metadata(path).with_context(cannot)?.is_file() {
        bail!("{} is not a file", path.display());
    }
    let mut file = File::open(path).with_context(cannot)?;
    let (mut hash, mut part, mut length) = (Sha256::new(), vec![0; 1 << 16], 0u64);
    loop {
        let count = file.read(&mut part).with_context(cannot)?;
        if count == 0 {
            return Ok(hash.finalize().into());
        }
        length += count as u64;
        if length > limits::DOCUMENT_BYTES {
            bail!("{} is longer than a document may be ({} bytes)", path.display(), limits::DOCUMENT_BYTES);
        }
        hash.update(part.get(..count).unwrap_or_default());
    }
}

/// A digest as 64 hexadecimal digits.
pub fn hex(digest: &Digest) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
