//! What the statistics refuse, and why.

use std::path::{Path, PathBuf};

/// Why something was not counted, released or read. Nothing is half done when one is returned.
#[derive(Debug, thiserror::Error)]
pub enum StatisticsError {
    /// No room on the disk.
    #[error("the disk is full at {}: what could not be written waits in memory, already with its noise", .0.display())]
    DiskFull(PathBuf),
    /// The system refused access.
    #[error("{} cannot be {what}: permission denied", path.display())]
    Permission {
        /// The file or folder.
        path: PathBuf,
        /// What was to be done with it.
        what: &'static str,
    },
    /// The database has a page that is none, or a row that says nothing.
    #[error("{} is damaged: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// There are no statistics there.
    #[error("there are no statistics at {}", .0.display())]
    NoStatistics(PathBuf),
    /// There is no table of that name.
    #[error("there is no table `{name}`; there is {}", if .known.is_empty() { "none yet".to_owned() } else { .known.join(", ") })]
    NoTable {
        /// What was asked for.
        name: String,
        /// The tables there are.
        known: Vec<String>,
    },
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
    /// The ledger holds a release of that span, or of a part of it: a second one would cost a track more than is claimed.
    #[error("the series `{series}` has released something between {start} and {end}, and may not again (IVA-11c)")]
    Spent {
        /// The series.
        series: String,
        /// First instant of the span.
        start: String,
        /// First instant after it.
        end: String,
    },
    /// Two series of one name.
    #[error("two series are called `{0}`")]
    Twice(String),
    /// No noise can be drawn, so nothing is released.
    #[error("no noise can be drawn, so nothing is released: {0}")]
    Noise(String),
    /// A time zone that the database of time zones does not have, or a time outside the calendar.
    #[error("a time is outside the calendar: {0}")]
    Time(#[from] jiff::Error),
    /// The table cannot be written in that format.
    #[error("the table cannot be written as {format}: {cause}")]
    Format {
        /// The format.
        format: &'static str,
        /// Why not.
        cause: String,
    },
}

impl StatisticsError {
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
            _ => Self::Database { path, cause: what },
        }
    }
}
