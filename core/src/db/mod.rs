//! The public face: databases, connections, statements, rows.
//!
//! A [`Database`] is one file, shared by any number of [`Connection`]s, each of which is a session with
//! PostgreSQL's transaction rules. Statements run to completion (`execute`, `query`), or step by step
//! through a [`Portal`] for hosts that must not block.
//!
//! ```text
//! Database --connect--> Connection --prepare--> Statement
//!                            |                      |
//!                            +------- query --------+--> Rows --next--> Row --get--> T: FromDatum
//!                            +------- portal --------> Portal --step--> Rows | Yield | Done
//! ```
//!
//! D1  Dropping anything unfinished undoes it: a transaction rolls back, a portal ends its statement.
//! D2  A connection runs one writing statement at a time; reading rows of a query that does not see
//!     uncommitted changes holds a snapshot of its own and disturbs nobody.
//! D3  Plans are shared between connections and hold no data; a plan is used only under the very catalog
//!     it was made for.

mod connection;
mod conversions;
mod database;
mod ddl;
mod deep;
mod define;
mod direct;
mod functions;
mod lists;
mod maintenance;
mod options;
mod outcome;
mod parameters;
mod plan_cache;
mod planning;
mod portal;
mod prepared;
mod rows;
mod scope;
mod session;
mod settings;
mod statement;
mod system;
mod table_rules;
#[cfg(any(test, feature = "testing"))]
mod testing;
mod transaction;
mod trigger;
mod vacuum;

#[cfg(test)]
mod tests;

pub use connection::Connection;
pub use conversions::{FromDatum, FromRow, ValueRef};
pub use database::{Database, WeakDatabase};
pub use maintenance::RepairReport;
pub use options::Options;
pub use outcome::{Column, Notice, Outcome};
pub use parameters::{Params, ToDatum};
pub use portal::{Portal, PortalStep};
pub use rows::{ColumnIndex, Row, Rows};
pub use scope::TransactionId;
pub use statement::Statement;
pub use transaction::{Transaction, TransactionOptions};
pub use vacuum::{Vacuum, VacuumReport};

pub use crate::pager::{Alarm, Backup, Durability, DurabilityStatus, Metrics, ReaderInfo, ReaderPolicy};
pub use crate::plan::Isolation;
