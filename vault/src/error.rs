//! What the vault refuses, and why.

use std::path::{Path, PathBuf};

/// Why the vault did not do what was asked. Nothing has been shown or half done when one is returned.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The key file is not there, and the vault holds data.
    #[error(
        "the root key {} is missing; without it nothing in the vault can be read, and nothing was changed. \
         Put it back, or name it with --key-file", .0.display()
    )]
    KeyMissing(PathBuf),
    /// The key file can be read by others.
    #[error("the root key {} can be read by others (mode {mode:o}); `chmod 600` it", path.display())]
    KeyExposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The key file is damaged, or none.
    #[error("the root key {} is damaged or is no root key of Vokter", .0.display())]
    KeyDamaged(PathBuf),
    /// The key file lies where the data lie, so that one copy would take both.
    #[error("the root key {} must not lie in the data directory: a copy of the one would take the other", .0.display())]
    KeyAmongData(PathBuf),
    /// The vault was made with a credential, which is not there, or without one, which is.
    #[error("the vault {} a credential, and this run {} one", if *.wanted { "was made with" } else { "was made without" },
            if *.wanted { "has not got" } else { "has got" })]
    Credential {
        /// Whether the vault was made with one.
        wanted: bool,
    },
    /// The key file is of another night, or of another vault.
    #[error(
        "the root key does not fit the vault, which is of night {vault}; the key file holds {held}. \
         The directory or the key file is a copy from before the last night"
    )]
    KeyOfAnotherNight {
        /// The night of the database.
        vault: u64,
        /// The nights of the key file.
        held: String,
    },
    /// No room on the disk.
    #[error("the disk is full at {}: what could not be written is not kept, and nothing that was kept is lost", .0.display())]
    DiskFull(PathBuf),
    /// The system refused access.
    #[error("{} cannot be {what}: permission denied", path.display())]
    Permission {
        /// The file or folder.
        path: PathBuf,
        /// What was to be done with it.
        what: &'static str,
    },
    /// The database has a page that is none, or a row that does not fit its key.
    #[error("{} is damaged: {what}. `vokter verify` names every place", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// There is no vault there.
    #[error("there is no vault at {}", .0.display())]
    NoVault(PathBuf),
    /// Something else went wrong with a file.
    #[error("{}: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// Something else went wrong in the database.
    #[error("the database of {}: {cause}", path.display())]
    Database {
        /// The database.
        path: PathBuf,
        /// What it says.
        cause: String,
    },
    /// The system has no random numbers.
    #[error("the system gives no random numbers: {0}")]
    Random(String),
    /// The access could not be written to the log, so nothing is shown (INV-8).
    #[error("the reading cannot be written to the log, so nothing is shown (KRS-27): {0}")]
    NotLogged(Box<VaultError>),
    /// No reason was given, or far too long a one (INV-8).
    #[error("a reason is needed, of 1 to {0} characters (KRS-27)")]
    NoReason(usize),
    /// No evidence was given, or far too much (WPC-5, KRS-34).
    #[error("evidence is needed, of 1 to {0} characters")]
    NoEvidence(usize),
    /// A window that is none.
    #[error("the window of an incident is at most {0} hours, and in the past (KRS-28)")]
    Window(i64),
    /// An item of another time than the incident.
    #[error("item {0} was recorded outside the incident's window (KRS-28)")]
    OutsideWindow(String),
    /// A hold without a review that is ahead, or past the cap.
    #[error("a hold needs a review that is ahead, and ends 30 days after the recording (WPC-7, KRS-34)")]
    NoReview,
    /// A hold that would end before its item does.
    #[error("item {0} is kept longer than that anyway: a hold never shortens (WPC-7)")]
    EndsLater(String),
    /// There is no such incident or case.
    #[error("there is no incident or case {case} of {purpose}")]
    NoCase {
        /// Its number.
        case: String,
        /// The purpose of the grant.
        purpose: String,
    },
    /// The recipient's key is none.
    #[error("the recipient's key is none: it begins with age1 (age-encryption.org/v1)")]
    Recipient,
    /// Who asked may not decide.
    #[error("who asked for it, or made it, does not decide on it (KRS-32, ISL-7)")]
    SamePerson,
    /// The case was decided before.
    #[error("case {0} is decided")]
    Decided(String),
    /// There is nothing to be received.
    #[error("case {0} was not approved, so nothing was disclosed")]
    NotApproved(String),
    /// What was made for the recipient is gone: they have it, or its time is over.
    #[error("what was made in case {0} is no longer there: it was received, or its time is over")]
    Gone(String),
    /// A ground that the law of this site does not know, or that is not one for this purpose.
    #[error("that is no ground for disclosing {purpose} here ({requirement})")]
    NoGround {
        /// The purpose of the grant.
        purpose: String,
        /// The requirement with the closed list.
        requirement: &'static str,
    },
    /// A case that is closed, or of another kind.
    #[error("case {case} {why}")]
    NotOpen {
        /// Its number.
        case: String,
        /// Why not.
        why: &'static str,
    },
    /// A copy that could not be made.
    #[error("the copy cannot be made: {0}")]
    Copy(String),
    /// Who asks holds no role that may do that for that purpose (WPC-10, KRS-26, INV-13).
    #[error("{who} may not {operation} of {purpose}: {allowed} (WPC-10)")]
    NotAllowed {
        /// Who asked.
        who: String,
        /// What was asked.
        operation: &'static str,
        /// The purpose.
        purpose: String,
        /// Who may, in words.
        allowed: String,
    },
    /// Older than an alarm that is being handled, a search, or a passage, without a case (KRS-28, ACC-10).
    #[error("searches, and passages, of {0} are shown in the window of a case alone: open an incident first (KRS-28)")]
    NeedsCase(String),
    /// A search that the purpose has not named (IVA-4a).
    #[error("{purpose} has no search by {search}: `searches` of the purpose names those that it needs (IVA-4a)")]
    NoSearch {
        /// The search.
        search: &'static str,
        /// The purpose.
        purpose: String,
    },
    /// Passages and something else, in one vault (ACC-14).
    #[error("passages have a data directory and a key of their own, apart from everything else (ACC-14)")]
    NotApart,
    /// A grant of that purpose was handed out before.
    #[error("the grant of {0} was handed out before; each component gets one, at start-up (IVA-2b)")]
    Minted(String),
    /// A name that a purpose cannot have.
    #[error("`{0}` cannot be the name of a purpose in the vault")]
    PurposeName(String),
    /// The item is not there: it never was, it is another purpose's, or its time is over.
    #[error("there is no item {item} of {purpose}: it never was, or its time is over")]
    NoItem {
        /// The item.
        item: String,
        /// The purpose of the grant.
        purpose: String,
    },
    /// Longer than the retention class allows.
    #[error("{days} days are more than {class} allows: {cap} ({requirement})")]
    BeyondCap {
        /// What was asked.
        days: u16,
        /// The retention class.
        class: &'static str,
        /// Its cap, in words.
        cap: &'static str,
        /// The requirement that sets it.
        requirement: &'static str,
    },
    /// A retention class that no whole purpose has.
    #[error(
        "no purpose keeps as {0}: events are held for the police one by one (WPC-7), and the log is the vault's own"
    )]
    NotOfAPurpose(&'static str),
    /// More than one commit, item or medium may hold.
    #[error("{what} is more than the vault takes at once ({limit})")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// How much may be.
        limit: u64,
    },
    /// A time outside what the calendar knows.
    #[error("a time is outside the calendar")]
    Time,
}

impl VaultError {
    /// Whether it says no to somebody, rather than that something is wrong with the disk.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::OutsideWindow(_)
                | Self::NoReview
                | Self::EndsLater(_)
                | Self::NoCase { .. }
                | Self::SamePerson
                | Self::Decided(_)
                | Self::NotApproved(_)
                | Self::Gone(_)
                | Self::NoGround { .. }
                | Self::NotOpen { .. }
                | Self::NoItem { .. }
        )
    }

    /// The error of a file operation.
    pub(crate) fn file(path: &Path, what: &'static str, cause: std::io::Error) -> Self {
        match cause.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull(path.to_owned()),
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
                Self::Permission { path: path.to_owned(), what }
            }
            _ => Self::File { path: path.to_owned(), cause },
        }
    }

    /// The error of a database operation.
    pub(crate) fn database(path: &Path, cause: &rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        let path = path.to_owned();
        let what = cause.to_string();
        match cause.sqlite_error_code() {
            Some(Code::DiskFull) => Self::DiskFull(path),
            Some(Code::PermissionDenied | Code::ReadOnly) => Self::Permission { path, what: "written" },
            Some(Code::CannotOpen) => Self::Permission { path, what: "opened" },
            Some(Code::DatabaseCorrupt | Code::NotADatabase) => Self::Damaged { path, what },
            // A table or column that is not there has been taken away, or this is no vault.
            _ => Self::Database { path, cause: what },
        }
    }

    pub(crate) fn damaged(path: &Path, what: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), what: what.into() }
    }
}
