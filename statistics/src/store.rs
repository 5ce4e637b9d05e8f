//! The database: how it is opened, its tables, and transactions whose errors say what is wrong in words.
//!
//! It holds what was released, and nothing else: definitions, the ledger, noisy values. It may be copied, backed up and
//! kept for ever.
//!
//! ```text
//!  series  one a definition; an edited one is another           ledger  one a span that was released: what it cost
//!    ├─ cell  one a span and category: the value as released
//!    └─ taken_up  when it was last declared anew after it had ended
//! ```

use crate::error::StatisticsError;
use rusqlite::{Connection, OpenFlags, Params, Row, Transaction, TransactionBehavior};
use std::fs::OpenOptions;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long one process waits for the other's commit.
const PATIENCE: Duration = Duration::from_secs(10);

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS series (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, fingerprint TEXT NOT NULL, definition TEXT NOT NULL,
    began INTEGER NOT NULL, ended INTEGER, UNIQUE (name, fingerprint)
) STRICT;
CREATE TABLE IF NOT EXISTS ledger (
    name TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, series INTEGER NOT NULL REFERENCES series,
    epsilon REAL, watched REAL NOT NULL, released INTEGER NOT NULL, PRIMARY KEY (name, start)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ledger_of_series ON ledger (series, start);
CREATE TABLE IF NOT EXISTS taken_up (series INTEGER PRIMARY KEY REFERENCES series, at INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS cell (
    series INTEGER NOT NULL REFERENCES series, start INTEGER NOT NULL, category INTEGER NOT NULL, value INTEGER NOT NULL,
    PRIMARY KEY (series, start, category)
) STRICT, WITHOUT ROWID;
";

/// An open database.
pub(crate) struct Store {
    connection: Connection,
    path: PathBuf,
}

impl Store {
    /// The database of a data directory.
    fn path_in(directory: &Path) -> PathBuf {
        directory.join("statistics.db")
    }

    /// Opens the database of a data directory, which is made if it is not there.
    pub fn open(directory: &Path) -> Result<Self, StatisticsError> {
        let path = Self::path_in(directory);
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory);
        made.map_err(|error| StatisticsError::file(directory, "made", error))?;
        let file = OpenOptions::new().create(true).truncate(false).read(true).write(true).mode(0o600).open(&path);
        file.map_err(|error| StatisticsError::file(&path, "written", error))?;
        let store = Self::connect(path)?;
        store
            .connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
                 PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;
                 PRAGMA foreign_keys = ON;",
            )
            .and_then(|()| store.connection.execute_batch(SCHEMA))
            .map_err(|error| StatisticsError::database(&store.path, &error))?;
        Ok(store)
    }

    /// Opens the database to be read.
    pub fn open_to_read(directory: &Path) -> Result<Self, StatisticsError> {
        let path = Self::path_in(directory);
        if !path.is_file() {
            return Err(StatisticsError::NoStatistics(directory.to_owned()));
        }
        // A journal that another process writes must be read along, which needs its index to be written.
        let store = Self::connect(path)?;
        let careful = store.connection.execute_batch("PRAGMA query_only = ON; PRAGMA trusted_schema = OFF;");
        careful.map_err(|error| StatisticsError::database(&store.path, &error))?;
        Ok(store)
    }

    fn connect(path: PathBuf) -> Result<Self, StatisticsError> {
        let writable = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&path, writable)
            .and_then(|connection| connection.busy_timeout(PATIENCE).map(|()| connection))
            .map_err(|error| StatisticsError::database(&path, &error))?;
        connection.set_prepared_statement_cache_capacity(32);
        Ok(Self { connection, path })
    }

    /// Runs work as one transaction that alone may write: all of it lasts, or none of it is there.
    pub fn write<T>(&mut self, work: impl FnOnce(&Tx<'_>) -> Result<T, StatisticsError>) -> Result<T, StatisticsError> {
        self.transaction(TransactionBehavior::Immediate, work)
    }

    /// Runs work that only reads, on one state of the database.
    pub fn read<T>(&mut self, work: impl FnOnce(&Tx<'_>) -> Result<T, StatisticsError>) -> Result<T, StatisticsError> {
        self.transaction(TransactionBehavior::Deferred, work)
    }

    fn transaction<T>(
        &mut self,
        behaviour: TransactionBehavior,
        work: impl FnOnce(&Tx<'_>) -> Result<T, StatisticsError>,
    ) -> Result<T, StatisticsError> {
        let of_database = |error: &rusqlite::Error| StatisticsError::database(&self.path, error);
        let transaction = self.connection.transaction_with_behavior(behaviour).map_err(|error| of_database(&error))?;
        let tx = Tx { transaction, path: &self.path };
        let done = work(&tx)?;
        tx.transaction.commit().map_err(|error| of_database(&error))?;
        Ok(done)
    }
}

/// A transaction.
pub(crate) struct Tx<'a> {
    transaction: Transaction<'a>,
    path: &'a Path,
}

impl Tx<'_> {
    /// Runs a statement; returns how many rows it changed.
    pub fn run(&self, sql: &str, values: impl Params) -> Result<usize, StatisticsError> {
        let done = self.transaction.prepare_cached(sql).and_then(|mut statement| statement.execute(values));
        done.map_err(|error| StatisticsError::database(self.path, &error))
    }

    /// The rows of a query.
    pub fn rows<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StatisticsError> {
        let all = |mut statement: rusqlite::CachedStatement<'_>| statement.query_map(values, read)?.collect();
        let rows = self.transaction.prepare_cached(sql).and_then(all);
        rows.map_err(|error| StatisticsError::database(self.path, &error))
    }

    /// The first row of a query, if there is one.
    pub fn row<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StatisticsError> {
        Ok(self.rows(sql, values, read)?.into_iter().next())
    }

    /// What is wrong with a row that says nothing.
    pub fn damaged(&self, what: impl Into<String>) -> StatisticsError {
        StatisticsError::Damaged { path: self.path.to_owned(), what: what.into() }
    }
}
