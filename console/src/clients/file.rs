//! The file in which clients stand: read by whoever answers, written by `vokter token`.

use super::token::TokenDigest;
use super::{ClientFault, Clients, Machine, Person, Role, Token};
use jiff::{SignedDuration, Timestamp};
use std::fs::File;
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;
use vokter_rules::limits;

/// Its name in the data directory.
const NAME: &str = "clients.json";

/// Why clients cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ClientsError {
    /// The disk refuses.
    #[error("{} cannot be {what}: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What was to be done.
        what: &'static str,
        /// What the system says.
        cause: std::io::Error,
    },
    /// Others may read or change it.
    #[error("{} may be read or changed by others (mode {mode:03o}): chmod 600", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// It is not what `vokter token` writes.
    #[error("{} is no file of clients: {cause}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where.
        cause: String,
    },
    /// A client that cannot be known.
    #[error(transparent)]
    Client(#[from] ClientFault),
    /// Nobody of that name.
    #[error("there is no client `{0}`; `vokter token list` shows them")]
    Unknown(String),
    /// A time that is none.
    #[error("a token holds for 1 to {} days", limits::TOKEN_DAYS)]
    Days,
    /// No random bytes.
    #[error("the system gives no random bytes")]
    Random,
}

/// The file of a data directory.
#[derive(Clone, Debug)]
pub struct ClientsFile {
    directory: PathBuf,
    path: PathBuf,
}

impl ClientsFile {
    /// That of a data directory.
    pub fn of(directory: &Path) -> Self {
        Self { directory: directory.to_owned(), path: directory.join(NAME) }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Everyone in it; nobody if there is no file.
    ///
    /// # Errors
    /// When it cannot be read, others may change it, or it is damaged.
    pub fn read(&self) -> Result<Clients, ClientsError> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Clients::default()),
            Err(error) => return Err(self.failed("read", error)),
        };
        let mode = file.metadata().map_err(|error| self.failed("read", error))?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(ClientsError::Exposed { path: self.path.clone(), mode });
        }
        let (mut text, most) = (String::new(), limits::CLIENTS_FILE_BYTES as u64 + 1);
        file.take(most).read_to_string(&mut text).map_err(|error| self.failed("read", error))?;
        let damaged = |cause| ClientsError::Damaged { path: self.path.clone(), cause };
        if text.len() > limits::CLIENTS_FILE_BYTES {
            return Err(damaged(format!("it is larger than {} bytes", limits::CLIENTS_FILE_BYTES)));
        }
        let clients: Clients = serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
        clients.check().map_err(|fault| damaged(fault.to_string()))?;
        Ok(clients)
    }

    /// Makes a person known, and returns the token that nobody can show again.
    ///
    /// # Errors
    /// When somebody has the name, a role is not for people, or the file cannot be written.
    pub fn add_person(
        &self,
        name: &str,
        roles: &[Role],
        lot: Option<&str>,
        days: u32,
        now: Timestamp,
    ) -> Result<Token, ClientsError> {
        if !(1..=limits::TOKEN_DAYS).contains(&days) {
            return Err(ClientsError::Days);
        }
        let token = Token::draw()?;
        let expires = now.checked_add(SignedDuration::from_hours(i64::from(days) * 24));
        let person = Person {
            name: name.to_owned(),
            roles: roles.to_vec(),
            lot: lot.map(str::to_owned),
            created: now,
            expires: expires.map_err(|_| ClientsError::Days)?,
            token_sha256: TokenDigest::of(token.disclose()),
        };
        self.change(|clients| {
            clients.people.push(person);
            Ok(())
        })?;
        Ok(token)
    }

    /// Makes a machine known.
    ///
    /// # Errors
    /// When something has the name, a role is not for machines, or the file cannot be written.
    pub fn add_machine(&self, machine: Machine) -> Result<(), ClientsError> {
        self.change(|clients| {
            clients.machines.push(machine);
            Ok(())
        })
    }

    /// Forgets a client: from the next request on, nobody knows it.
    ///
    /// # Errors
    /// When there is none of that name, or the file cannot be written.
    pub fn revoke(&self, name: &str) -> Result<(), ClientsError> {
        self.change(|clients| {
            let before = clients.people.len() + clients.machines.len();
            clients.people.retain(|person| person.name != name);
            clients.machines.retain(|machine| machine.name != name);
            let is_gone = clients.people.len() + clients.machines.len() < before;
            if is_gone { Ok(()) } else { Err(ClientsError::Unknown(name.to_owned())) }
        })
    }

    /// Replaces the file by a changed one, while no other program does.
    fn change(&self, change: impl FnOnce(&mut Clients) -> Result<(), ClientsError>) -> Result<(), ClientsError> {
        let failed = |error| self.failed("written", error);
        let directory = File::open(&self.directory).map_err(failed)?;
        directory.lock().map_err(failed)?;
        let mut clients = self.read()?;
        change(&mut clients)?;
        clients.check()?;
        let text = serde_json::to_vec_pretty(&clients).map_err(|error| failed(error.into()))?;
        // A new file is its owner's alone.
        let mut file = NamedTempFile::new_in(&self.directory).map_err(failed)?;
        file.write_all(&text).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
        file.persist(&self.path).map_err(|error| failed(error.error))?;
        directory.sync_all().map_err(failed)
    }

    fn failed(&self, what: &'static str, cause: std::io::Error) -> ClientsError {
        ClientsError::File { path: self.path.clone(), what, cause }
    }
}

#[cfg(test)]
mod tests {
    use super::super::KeyPair;
    use super::*;

    fn machine(name: &str, roles: &[Role]) -> Machine {
        let (roles, created) = (roles.to_vec(), Timestamp::now());
        let public_key = KeyPair::draw().unwrap().public();
        Machine { name: name.to_owned(), roles, lot: None, terminal: None, created, public_key }
    }

    #[test]
    fn a_token_is_known_until_it_expires_or_is_revoked_and_stands_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let (file, now) = (ClientsFile::of(folder.path()), Timestamp::now());
        let token = file.add_person("anna", &[Role::Staff], None, 90, now).unwrap();
        let written = std::fs::read_to_string(file.path()).unwrap();
        assert!(!written.contains(token.disclose()) && !written.contains(&token.disclose()[7..]));
        assert_eq!(std::fs::metadata(file.path()).unwrap().permissions().mode() & 0o777, 0o600);
        let known = file.read().unwrap();
        assert_eq!(known.person(token.disclose(), now).unwrap().name, "anna");
        assert_eq!(known.person("vokter_x", now), None);
        let last = known.people[0].expires;
        assert_eq!(last.duration_since(now), SignedDuration::from_hours(90 * 24));
        assert!(known.person(token.disclose(), last).is_none(), "it is over");
        file.revoke("anna").unwrap();
        assert!(file.read().unwrap().person(token.disclose(), now).is_none());
        assert!(matches!(file.revoke("anna"), Err(ClientsError::Unknown(_))));
    }

    #[test]
    fn who_cannot_be_known_is_refused_and_the_file_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (file, now) = (ClientsFile::of(folder.path()), Timestamp::now());
        file.add_machine(machine("hall", &[Role::Terminal])).unwrap();
        let before = std::fs::read(file.path()).unwrap();
        let fault = |made: Result<(), ClientsError>| match made {
            Err(ClientsError::Client(fault)) => fault,
            other => panic!("{other:?}"),
        };
        let person = |name: &str, roles: &[Role]| file.add_person(name, roles, None, 1, now).map(|_| ());
        assert_eq!(fault(person("hall", &[Role::Staff])), ClientFault::Twice("hall".into()));
        assert_eq!(fault(person("An na", &[Role::Staff])), ClientFault::Name("An na".into()));
        assert_eq!(fault(person("anna", &[])), ClientFault::NoRole("anna".into()));
        let role = |name: &str, role| ClientFault::Role { name: name.to_owned(), role };
        assert_eq!(fault(person("anna", &[Role::Terminal])), role("anna", Role::Terminal));
        assert_eq!(fault(file.add_machine(machine("desk", &[Role::Staff]))), role("desk", Role::Staff));
        let lost = Machine { terminal: Some("hall".into()), ..machine("desk", &[Role::Terminal]) };
        assert_eq!(fault(file.add_machine(lost)), ClientFault::NoLot("desk".into()));
        assert!(matches!(file.add_person("anna", &[Role::Staff], None, 0, now), Err(ClientsError::Days)));
        assert_eq!(std::fs::read(file.path()).unwrap(), before);
    }

    #[test]
    fn a_file_that_others_may_change_or_that_is_damaged_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = ClientsFile::of(folder.path());
        file.add_machine(machine("hall", &[Role::Terminal])).unwrap();
        std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(file.read().unwrap_err().to_string().contains("(mode 640): chmod 600"));
        std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::write(file.path(), "{\"people\": [], \"gods\": []}").unwrap();
        assert!(matches!(file.read(), Err(ClientsError::Damaged { .. })));
    }
}
