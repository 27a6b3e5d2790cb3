//! What exists: an immutable, versioned description of every object, shared by all statements of a
//! snapshot. Pure data: `store` loads and saves it, `bind` looks names up in it.
//!
//! Defaults, checks and views are kept as SQL text and bound when used, so the catalog needs neither
//! `plan` nor `bind`.
//!
//! ```text
//! Catalog (version 7) --with_table, without, ...--> Catalog (version 8)
//!    |                                                  |
//!    +-- Arc<Table>, Arc<Index>, Arc<Sequence> ---------+   what did not change is shared
//! ```
//!
//! K1  A catalog that others can see never changes; a change makes a new one.
//! K2  Tables, indexes, sequences and key constraints of one schema share one namespace, as in PostgreSQL.
//! K3  Ids are never used again, even after a drop.

mod change;
mod dependency;
mod family;
mod mention;
mod names;
mod object;
mod system_tables;
mod system_view;
mod user_type;

#[cfg(test)]
mod tests;

pub use dependency::{Droppable, Dropped};
pub use family::{Family, PartitionBound, PartitionKey};
pub use mention::{mentions, renamed};
pub use names::{NameIndex, Relation, relation_name};
pub use object::{
    Column, Comments, Constraint, Deferral, ForeignKey, Identity, Index, IndexKey, Materialized,
    ReferentialAction, Routine, Rule, Schema, Sequence, StoredQuery, Table, View,
};
pub use system_view::{SYSTEM_SCHEMAS, SystemView, system_view, system_views};
pub use user_type::{
    Domain, EnumLabel, EnumPosition, UserType, UserTypeKind, check_label, enum_labels, with_label,
};

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::ObjectId;

/// Every object at one moment.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// Grows with every change of any object: cached plans of older versions are stale.
    pub version: u64,
    /// By id. Names are unique per schema among tables, indexes, sequences and views (one namespace).
    pub tables: BTreeMap<ObjectId, Arc<Table>>,
    /// By id; also reachable from their table.
    pub indexes: BTreeMap<ObjectId, Arc<Index>>,
    /// By id.
    pub sequences: BTreeMap<ObjectId, Arc<Sequence>>,
    /// By id.
    pub views: BTreeMap<ObjectId, Arc<View>>,
    /// By id; `public` is not listed, it is always there.
    pub schemas: BTreeMap<ObjectId, Arc<Schema>>,
    /// By id: enumerations and domains.
    pub types: BTreeMap<ObjectId, Arc<UserType>>,
    /// By id: functions and triggers.
    pub routines: BTreeMap<ObjectId, Arc<Routine>>,
    /// By the id of what they are on.
    pub comments: BTreeMap<ObjectId, Arc<Comments>>,
    /// The next id to give (K3).
    pub next_id: u32,
    /// Names and references, found fast: built at the first look-up. A clone starts without.
    pub names: NameIndex,
}
