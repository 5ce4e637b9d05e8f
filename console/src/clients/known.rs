//! The clients as those who answer know them: the file, read anew when it has changed.

use super::{Clients, ClientsFile};
use std::os::unix::fs::MetadataExt as _;
use std::sync::{Arc, Mutex, PoisonError};

/// By which a change of the file is noticed: it is replaced by another one, never written into.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    changed: (i64, i64),
    mode: u32,
    bytes: u64,
}

/// What was read last, and of which file.
struct Read {
    stamp: Option<Stamp>,
    clients: Arc<Clients>,
}

/// The clients of a site.
pub struct Known {
    file: Option<ClientsFile>,
    read: Mutex<Option<Read>>,
}

impl Known {
    /// Those of that file; nobody without one.
    pub fn new(file: Option<ClientsFile>) -> Self {
        Self { file, read: Mutex::new(None) }
    }

    /// Who is known now. Of a file that cannot be read, nobody is.
    pub fn now(&self) -> Arc<Clients> {
        let Some(file) = &self.file else { return Arc::default() };
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = stamp(file);
        match &*read {
            Some(read) if read.stamp == stamp => Arc::clone(&read.clients),
            _ => {
                let clients = Arc::new(file.read().unwrap_or_else(|error| {
                    tracing::error!("no client is known: {error}");
                    Clients::default()
                }));
                *read = Some(Read { stamp, clients: Arc::clone(&clients) });
                clients
            }
        }
    }
}

fn stamp(file: &ClientsFile) -> Option<Stamp> {
    let of = std::fs::metadata(file.path()).ok()?;
    Some(Stamp { inode: of.ino(), changed: (of.ctime(), of.ctime_nsec()), mode: of.mode(), bytes: of.len() })
}

#[cfg(test)]
mod tests {
    use super::super::Role;
    use super::*;
    use jiff::Timestamp;

    #[test]
    fn who_is_made_known_or_revoked_is_so_at_the_next_request() {
        let folder = tempfile::tempdir().unwrap();
        let (file, now) = (ClientsFile::of(folder.path()), Timestamp::now());
        let known = Known::new(Some(file.clone()));
        assert!(known.now().people.is_empty());
        let token = file.add_person("anna", &[Role::Staff], None, 1, now).unwrap();
        assert!(known.now().person(token.disclose(), now).is_some());
        std::fs::write(file.path(), "{").unwrap();
        assert!(known.now().people.is_empty(), "a damaged file knows nobody");
        std::fs::remove_file(file.path()).unwrap();
        assert!(known.now().people.is_empty());
        assert!(Known::new(None).now().machines.is_empty());
    }
}
