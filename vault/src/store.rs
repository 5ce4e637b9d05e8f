//! The database: how it is opened, its tables, and transactions whose errors say what is wrong in words.
//!
//! Sealed payloads and the fewest clear columns: purpose, retention class, deadline, number. `secure_delete` and a journal
//! that is cut to nothing (`wal_checkpoint(TRUNCATE)`) take a destroyed key out of the files; see `LIFECYCLE.md`.

use crate::error::VaultError;
use rusqlite::{Connection, OpenFlags, Params, Row, Transaction, TransactionBehavior};
use std::fs::OpenOptions;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long one process waits for the other's commit.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the journal's readers are waited for before it is left for the next turn.
const JOURNAL_PATIENCE: Duration = Duration::from_secs(2);
/// Pages that are given back to the file system in one turn.
const PAGES_GIVEN_BACK: u32 = 5_000;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    size INTEGER NOT NULL, time INTEGER NOT NULL, night INTEGER NOT NULL, rotated INTEGER NOT NULL,
    peaks BLOB NOT NULL, signer BLOB NOT NULL, signature BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS leaf (number INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS bucket (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    purpose TEXT NOT NULL, class TEXT NOT NULL, day INTEGER NOT NULL,
    minute INTEGER NOT NULL, used BLOB NOT NULL, rekey INTEGER NOT NULL, key BLOB,
    UNIQUE (purpose, class, day)
) STRICT;
CREATE TABLE IF NOT EXISTS item (
    id INTEGER PRIMARY KEY, deadline INTEGER NOT NULL, key BLOB, sealed BLOB NOT NULL, medium BLOB
) STRICT;
CREATE TABLE IF NOT EXISTS slot (id INTEGER PRIMARY KEY, secret BLOB NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS slot_free ON slot (id) WHERE secret = zeroblob(32);
CREATE TABLE IF NOT EXISTS page (item INTEGER PRIMARY KEY, slot INTEGER NOT NULL) STRICT;
";

/// An open database.
pub struct Store {
    connection: Connection,
    path: PathBuf,
}

impl Store {
    /// The database of a data directory.
    pub fn path_in(directory: &Path) -> PathBuf {
        directory.join("vault.db")
    }

    /// Opens the database of a data directory, which is made if it is not there.
    pub fn open(directory: &Path) -> Result<Self, VaultError> {
        let path = Self::path_in(directory);
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory);
        made.map_err(|error| VaultError::file(directory, "made", error))?;
        // SQLite gives its journal the mode of the database.
        let file = OpenOptions::new().create(true).truncate(false).read(true).write(true).mode(0o600).open(&path);
        file.map_err(|error| VaultError::file(&path, "written", error))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let store = Self::connect(path, flags)?;
        store.set_up().map_err(|error| VaultError::database(&store.path, &error))?;
        Ok(store)
    }

    /// Opens the database to be looked at, without keys.
    pub fn open_to_read(directory: &Path) -> Result<Self, VaultError> {
        let path = Self::path_in(directory);
        if !path.is_file() {
            return Err(VaultError::NoVault(directory.to_owned()));
        }
        // A journal that was not cut must be read along, which needs its index to be written.
        let store = Self::connect(path.clone(), OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX);
        let store = store
            .or_else(|_| Self::connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX))?;
        let careful = store.connection.execute_batch("PRAGMA query_only = ON; PRAGMA trusted_schema = OFF;");
        careful.map_err(|error| VaultError::database(&store.path, &error))?;
        Ok(store)
    }

    fn connect(path: PathBuf, flags: OpenFlags) -> Result<Self, VaultError> {
        let connection =
            Connection::open_with_flags(&path, flags).map_err(|error| VaultError::database(&path, &error))?;
        connection.busy_timeout(PATIENCE).map_err(|error| VaultError::database(&path, &error))?;
        Ok(Self { connection, path })
    }

    fn set_up(&self) -> rusqlite::Result<()> {
        self.connection.execute_batch(
            "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;
             PRAGMA cell_size_check = ON;",
        )?;
        self.connection.set_prepared_statement_cache_capacity(64);
        let tables: i64 =
            self.connection
                .query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'page'", [], |row| row.get(0))?;
        if tables == 0 { self.connection.execute_batch(SCHEMA) } else { Ok(()) }
    }

    /// Runs work as one transaction that alone may write: all of it lasts, or none of it is there.
    pub fn write<T>(&mut self, work: impl FnOnce(&Tx<'_>) -> Result<T, VaultError>) -> Result<T, VaultError> {
        self.transaction(TransactionBehavior::Immediate, work)
    }

    /// Runs work that only reads, on one state of the database.
    pub fn read<T>(&mut self, work: impl FnOnce(&Tx<'_>) -> Result<T, VaultError>) -> Result<T, VaultError> {
        self.transaction(TransactionBehavior::Deferred, work)
    }

    fn transaction<T>(
        &mut self,
        behaviour: TransactionBehavior,
        work: impl FnOnce(&Tx<'_>) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        let of_database = |error: &rusqlite::Error| VaultError::database(&self.path, error);
        let transaction = self.connection.transaction_with_behavior(behaviour).map_err(|error| of_database(&error))?;
        let tx = Tx { transaction, path: &self.path };
        let done = work(&tx)?;
        tx.transaction.commit().map_err(|error| of_database(&error))?;
        Ok(done)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Cuts the journal to nothing, so that it holds no copy of what was destroyed. `false` where another process was
    /// reading all the while; it is then cut at the next turn.
    pub fn cut_journal(&self) -> Result<bool, VaultError> {
        let of_database = |error| VaultError::database(&self.path, &error);
        self.connection.busy_timeout(JOURNAL_PATIENCE).map_err(of_database)?;
        let busy = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
        self.connection.busy_timeout(PATIENCE).map_err(of_database)?;
        Ok(busy.map_err(of_database)? == 0)
    }

    /// Whether anything stands in the journal.
    pub fn has_journal(&self) -> bool {
        let mut journal = self.path.clone().into_os_string();
        journal.push("-wal");
        std::fs::metadata(journal).is_ok_and(|file| file.len() > 0)
    }

    /// Gives a bounded number of pages that hold nothing back to the file system; they go when the journal is cut.
    /// Returns whether there were any.
    pub fn give_back(&self) -> Result<bool, VaultError> {
        let give = || {
            let free: i64 = self.connection.query_row("PRAGMA freelist_count", [], |row| row.get(0))?;
            // Each step gives one page back.
            let mut statement = self.connection.prepare(&format!("PRAGMA incremental_vacuum({PAGES_GIVEN_BACK})"))?;
            let mut pages = statement.query([])?;
            while pages.next()?.is_some() {}
            Ok(free > 0)
        };
        give().map_err(|error| VaultError::database(&self.path, &error))
    }
}

/// A transaction.
pub struct Tx<'a> {
    transaction: Transaction<'a>,
    path: &'a Path,
}

impl Tx<'_> {
    /// The file.
    pub fn path(&self) -> &Path {
        self.path
    }

    /// Runs a statement; returns how many rows it changed.
    pub fn run(&self, sql: &str, values: impl Params) -> Result<usize, VaultError> {
        let done = self.transaction.prepare_cached(sql).and_then(|mut statement| statement.execute(values));
        done.map_err(|error| self.error(&error))
    }

    /// The first row of a query, if there is one.
    pub fn row<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, VaultError> {
        let row = self.transaction.prepare_cached(sql).and_then(|mut statement| statement.query_row(values, read));
        match row {
            Ok(row) => Ok(Some(row)),
            Err(rusqlite::Error::QueryReturnedNoRows) => Ok(None),
            Err(error) => Err(self.error(&error)),
        }
    }

    /// The rows of a query that has a bound of its own.
    pub fn rows<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, VaultError> {
        let all = |mut statement: rusqlite::CachedStatement<'_>| statement.query_map(values, read)?.collect();
        self.transaction.prepare_cached(sql).and_then(all).map_err(|error| self.error(&error))
    }

    /// The rows of a query, one after another.
    pub fn each(
        &self,
        sql: &str,
        values: impl Params,
        mut visit: impl FnMut(&Row<'_>) -> Result<(), VaultError>,
    ) -> Result<(), VaultError> {
        let mut statement = self.transaction.prepare_cached(sql).map_err(|error| self.error(&error))?;
        let mut rows = statement.query(values).map_err(|error| self.error(&error))?;
        while let Some(row) = rows.next().map_err(|error| self.error(&error))? {
            visit(row)?;
        }
        Ok(())
    }

    /// A database error in words.
    pub fn error(&self, error: &rusqlite::Error) -> VaultError {
        VaultError::database(self.path, error)
    }
}
