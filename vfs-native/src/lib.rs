//! DecentDB for native programs: PostgreSQL's SQL in one file, with a real fsync.
//!
//! This package is the core ([`decentdb_core`]) on the files of the operating system. It adds
//! [`Database::open`] with a path; everything else is the core's.
//!
//! ```
//! use decentdb::Database;
//!
//! let database = Database::memory()?;
//! let connection = database.connect()?;
//! connection.execute_script("CREATE TABLE artist (id int PRIMARY KEY, name text NOT NULL)")?;
//! connection.execute("INSERT INTO artist VALUES ($1, $2)", (1, "Nina Simone"))?;
//! let name: String = connection.query_row("SELECT name FROM artist WHERE id = $1", (1,), |row| row.get(0))?;
//! assert_eq!(name, "Nina Simone");
//! # Ok::<(), decentdb::Error>(())
//! ```

mod clock;
mod database;
mod entropy;
mod error;
mod file;
mod keeper;
#[cfg(target_os = "linux")]
mod mount;
mod registry;
mod stacks;
mod vfs;
mod zones;

pub use clock::NativeClock;
pub use database::Database;
pub use entropy::NativeEntropy;
pub use stacks::NativeStacks;
pub use vfs::{NativeVfs, native_env};
pub use zones::NativeTimeZones;

pub use decentdb_core::catalog::{Catalog, Rule, Table};
pub use decentdb_core::db::{
    Backup, Column, ColumnIndex, Connection, Durability, DurabilityStatus, FromDatum, FromRow, Metrics,
    Notice, Options, Outcome, Params, Portal, PortalStep, ReaderInfo, ReaderPolicy, RepairReport, Row, Rows,
    Statement, ToDatum, Transaction, TransactionOptions, Vacuum, VacuumReport, ValueRef,
};
pub use decentdb_core::error::{Error, ErrorKind, Result, SqlState};
pub use decentdb_core::inspect;
pub use decentdb_core::parse::statements;
pub use decentdb_core::value::{Datum, SqlType, TypeName};
