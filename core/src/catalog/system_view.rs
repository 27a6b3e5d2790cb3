//! Views whose rows the engine makes when they are read: what they are called and which columns they have.
//!
//! One table of constants, so that a new view is an entry here and a function that makes its rows
//! (`db/system`). Nothing of them is stored, and no snapshot holds them.
//!
//! ```text
//! SELECT oldest FROM sys.wal
//!   bind     system_views: the columns and their types
//!   exec     SystemScan asks the host of the statement for the rows
//!   db       system/mod.rs: the function of that view's name
//! ```
//!
//! Y1  `(schema, name)` is unique here, and every entry has its function.

use crate::value::SqlType;

/// A view whose rows are made when it is read.
#[derive(PartialEq, Eq, Debug)]
pub struct SystemView {
    /// Its schema: a reserved one, in which nothing can be created.
    pub schema: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its columns, in order.
    pub columns: &'static [(&'static str, SqlType)],
}

/// Schemas of the engine: nothing can be created in them.
pub const SYSTEM_SCHEMAS: [&str; 3] = ["pg_catalog", "information_schema", "sys"];

/// The system view of that name. A name without a schema is looked for in `pg_catalog`, which comes
/// before every search path, as in PostgreSQL.
pub fn system_view(schema: Option<&str>, name: &str) -> Option<&'static SystemView> {
    let schema = schema.unwrap_or("pg_catalog");
    if !SYSTEM_SCHEMAS.contains(&schema) {
        return None;
    }
    system_views().find(|view| view.name == name && view.schema == schema)
}

/// All of them.
pub fn system_views() -> impl Iterator<Item = &'static SystemView> {
    ENGINE_VIEWS.iter().chain(super::system_tables::VIEWS)
}

use SqlType::{Bool, Int8, Text};

/// What the engine says of itself.
const ENGINE_VIEWS: &[SystemView] = &[
    SystemView {
        schema: "sys",
        name: "durability",
        columns: &[
            ("level", Text),
            ("database_level", Text),
            ("effective_level", Text),
            ("barrier", Text),
            ("file_system", Text),
            ("read_only", Bool),
            ("poisoned", Text),
            ("unsafe_since_commit", Int8),
            ("published_commit", Int8),
            ("synced_commit", Int8),
            ("checkpointed_commit", Int8),
        ],
    },
    SystemView { schema: "sys", name: "metrics", columns: &[("name", Text), ("value", Int8)] },
    SystemView {
        schema: "sys",
        name: "commit_latency",
        columns: &[("below_micros", Int8), ("commits", Int8)],
    },
    SystemView {
        schema: "sys",
        name: "readers",
        columns: &[
            ("id", Int8),
            ("label", Text),
            ("state", Text),
            ("snapshot_commit", Int8),
            ("age_millis", Int8),
            ("fetched_pages", Int8),
            ("pinned_pages", Int8),
            ("pinned_bytes", Int8),
        ],
    },
    SystemView {
        schema: "sys",
        name: "wal",
        columns: &[
            ("live_bytes", Int8),
            ("soft_bytes", Int8),
            ("hard_bytes", Int8),
            ("images", Int8),
            ("index_bytes", Int8),
            ("index_limit_bytes", Int8),
            ("checkpointed_commit", Int8),
            ("published_commit", Int8),
            ("oldest_snapshot_commit", Int8),
        ],
    },
    SystemView {
        schema: "sys",
        name: "tables",
        columns: &[
            ("schema", Text),
            ("name", Text),
            ("id", Int8),
            ("columns", Int8),
            ("indexes", Int8),
            ("constraints", Int8),
            ("root_page", Int8),
        ],
    },
];
