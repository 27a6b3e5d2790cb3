//! The objects: tables with their columns and constraints, indexes, sequences.

use crate::base::event::TriggerEvent;
use crate::base::{ObjectId, PageNo};
use crate::value::TypeName;

/// A base table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its OID.
    pub id: ObjectId,
    /// `public` unless said otherwise.
    pub schema: String,
    /// Its name, folded.
    pub name: String,
    /// In definition order; a column's ordinal is its place here.
    pub columns: Vec<Column>,
    /// The ordinal of the integer primary key that *is* the rowid, if the table has one; else the rowid
    /// is hidden and grows. That column is not stored in the row.
    pub rowid_column: Option<usize>,
    /// Indexes on this table, in creation order.
    pub indexes: Vec<ObjectId>,
    /// Constraints, in definition order.
    pub constraints: Vec<Constraint>,
    /// Root of the row tree; never changes while the table lives (a root split moves the old root down).
    pub root: PageNo,
    /// The set and order of columns that pages of the table were written with: one entry per
    /// `ALTER TABLE` that changed it, the last one current. Empty means "all columns, as they stand".
    pub layouts: Vec<Vec<usize>>,
    /// A materialised view keeps the query it is filled from.
    pub materialized: Option<Box<Materialized>>,
    /// Partitions, heirs, and what it is one of.
    pub family: Option<Box<super::Family>>,
}

/// What makes a table a materialised view.
#[derive(Clone, Debug)]
pub struct Materialized {
    /// The query.
    pub query: StoredQuery,
    /// Whether it was filled: one that was not cannot be read.
    pub populated: bool,
}

/// A query kept as text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredQuery {
    /// The text, stars written out.
    pub sql: String,
    /// The schemas its names were found along.
    pub search_path: Vec<String>,
    /// What it reads: relations, and ordinals of their columns that it needs.
    pub uses: Vec<(ObjectId, Vec<usize>)>,
}

/// A view.
#[derive(Clone, Debug)]
pub struct View {
    /// Its OID.
    pub id: ObjectId,
    /// Its schema.
    pub schema: String,
    /// Its name, folded.
    pub name: String,
    /// Its columns: names and types as of its creation.
    pub columns: Vec<(String, TypeName)>,
    /// Defaults that `ALTER VIEW` gave to columns, as SQL.
    pub defaults: Vec<(usize, String)>,
    /// The query.
    pub query: StoredQuery,
    /// WITH CHECK OPTION: `Some(true)` is CASCADED.
    pub check_option: Option<bool>,
}

/// A schema other than `public`.
#[derive(Clone, Debug)]
pub struct Schema {
    /// Its OID.
    pub id: ObjectId,
    /// Its name.
    pub name: String,
}

/// The comments on an object: on itself (""), on its columns (".name"), on its constraints ("#name").
pub type Comments = Vec<(String, String)>;

/// A column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name, folded.
    pub name: String,
    /// Its type and modifier.
    pub ty: TypeName,
    /// NULL is refused.
    pub not_null: bool,
    /// The DEFAULT expression, as SQL.
    pub default: Option<String>,
    /// Identity columns draw from this sequence.
    pub identity: Option<Identity>,
    /// `GENERATED ALWAYS AS (expression) STORED`, as SQL.
    pub generated: Option<String>,
    /// The domain it is declared with; `ty` is what that is over.
    pub domain: Option<ObjectId>,
}

/// How an identity column gets its values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Identity {
    /// `GENERATED ALWAYS` (explicit values are refused) rather than `BY DEFAULT`.
    pub always: bool,
    /// The sequence behind it.
    pub sequence: ObjectId,
}

/// A rule the rows of a table obey.
#[derive(Clone, Debug)]
pub struct Constraint {
    /// Its name, given or made as PostgreSQL makes it (`t_a_fkey`).
    pub name: String,
    /// The rule.
    pub rule: Rule,
    /// When it is checked.
    pub deferral: Deferral,
}

/// When a constraint is checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Deferral {
    /// With its statement, always.
    #[default]
    Never,
    /// With its statement, unless SET CONSTRAINTS puts it off (`DEFERRABLE`).
    Possible,
    /// With the commit, unless SET CONSTRAINTS wants it now (`INITIALLY DEFERRED`).
    Initially,
}

/// What a constraint demands.
#[derive(Clone, Debug)]
pub enum Rule {
    /// `PRIMARY KEY (columns)`; `index` is `None` when the key is the rowid.
    PrimaryKey {
        /// Ordinals.
        columns: Vec<usize>,
        /// The unique index behind it.
        index: Option<ObjectId>,
    },
    /// `UNIQUE (columns)`.
    Unique {
        /// Ordinals.
        columns: Vec<usize>,
        /// The unique index behind it; `None` when the key is the rowid.
        index: Option<ObjectId>,
    },
    /// `CHECK (expression)`, as SQL.
    Check {
        /// The expression.
        expression: String,
    },
    /// `FOREIGN KEY (columns) REFERENCES parent (parent_columns)`.
    ForeignKey(ForeignKey),
}

/// A reference from this table to a parent.
#[derive(Clone, Debug)]
pub struct ForeignKey {
    /// Ordinals in the referencing table.
    pub columns: Vec<usize>,
    /// The referenced table.
    pub parent: ObjectId,
    /// Ordinals in the parent; they are its primary key or a unique constraint.
    pub parent_columns: Vec<usize>,
    /// What a delete of the parent row does.
    pub on_delete: ReferentialAction,
    /// What an update of the parent key does.
    pub on_update: ReferentialAction,
    /// `MATCH FULL` rather than `SIMPLE`.
    pub match_full: bool,
}

/// What happens to referencing rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReferentialAction {
    /// Refused, checked at the end of the statement.
    NoAction,
    /// Refused at once.
    Restrict,
    /// They follow.
    Cascade,
    /// Their columns become NULL.
    SetNull,
    /// Their columns get their defaults.
    SetDefault,
}

/// A B+tree index.
#[derive(Clone, Debug)]
pub struct Index {
    /// Its OID.
    pub id: ObjectId,
    /// Schema, that of its table.
    pub schema: String,
    /// Its name, folded.
    pub name: String,
    /// The table it belongs to.
    pub table: ObjectId,
    /// Key parts in order.
    pub keys: Vec<IndexKey>,
    /// Two rows with equal keys without NULL are refused.
    pub unique: bool,
    /// A boolean column: only rows where it is true have entries. It is hidden: `WHERE` made it.
    pub predicate: Option<usize>,
    /// `INCLUDE`: ordinals, kept and shown; rows are read from their table all the same.
    pub include: Vec<usize>,
    /// Root of the key tree; never changes.
    pub root: PageNo,
}

/// One part of an index key.
#[derive(Clone, Debug)]
pub struct IndexKey {
    /// Ordinal in the table.
    pub column: usize,
    /// Largest first.
    pub descending: bool,
    /// NULLs before all values; the default is last when ascending, first when descending.
    pub nulls_first: bool,
}

/// A function, or the trigger of a table: kept as the text that made it.
#[derive(Clone, Debug)]
pub struct Routine {
    /// Its OID.
    pub id: ObjectId,
    /// Its schema; a trigger's is its table's.
    pub schema: String,
    /// Its name, folded.
    pub name: String,
    /// The table of a trigger.
    pub table: Option<ObjectId>,
    /// The function of a trigger.
    pub function: Option<ObjectId>,
    /// When a trigger fires: 1 is BEFORE, and the values of [`TriggerEvent`].
    pub events: u8,
    /// UPDATE OF: ordinals.
    pub columns: Vec<usize>,
    /// The types of a function's parameters.
    pub arguments: Vec<TypeName>,
    /// How many of them have no default.
    pub required: usize,
    /// The statement.
    pub sql: String,
    /// What a function does.
    pub body: String,
    /// The schemas its names are found along.
    pub search_path: Vec<String>,
}

impl Routine {
    /// Whether a trigger fires then.
    pub fn waits_for(&self, before: bool, event: TriggerEvent) -> bool {
        self.events & event as u8 != 0 && (self.events & 1 != 0) == before
    }

    /// Whether an UPDATE that assigns these columns concerns it: UPDATE OF.
    pub fn concerns(&self, assigned: &[usize]) -> bool {
        self.columns.is_empty() || self.columns.iter().any(|column| assigned.contains(column))
    }
}

/// A number generator.
#[derive(Clone, Debug)]
pub struct Sequence {
    /// Its OID.
    pub id: ObjectId,
    /// Its schema.
    pub schema: String,
    /// Its name, folded.
    pub name: String,
    /// First value.
    pub start: i64,
    /// Step, not zero.
    pub increment: i64,
    /// Smallest value.
    pub min: i64,
    /// Largest value.
    pub max: i64,
    /// Starts over after the last value.
    pub cycle: bool,
    /// The table column that owns it, if any: dropped with it.
    pub owner: Option<(ObjectId, usize)>,
}

/// How the names of hidden columns begin, which no statement can write.
const HIDDEN: char = '\u{1}';

impl Column {
    /// Whether it holds an expression of an index: a generated column that nobody sees.
    pub fn is_hidden(&self) -> bool {
        self.name.starts_with(HIDDEN)
    }
}

impl Table {
    /// How many columns are seen; the hidden ones come after them.
    pub fn width(&self) -> usize {
        self.columns.iter().take_while(|column| !column.is_hidden()).count()
    }

    /// The `nth` name that is free for a hidden column.
    pub fn hidden_name(&self, nth: usize) -> String {
        let names = (0..).map(|number: usize| format!("{HIDDEN}{number}"));
        names.filter(|name| self.column(name).is_none()).nth(nth).unwrap_or_default()
    }

    /// The ordinal of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The primary key's constraint and ordinals.
    pub fn primary_key(&self) -> Option<(&Constraint, &[usize])> {
        self.constraints.iter().find_map(|constraint| match &constraint.rule {
            Rule::PrimaryKey { columns, .. } => Some((constraint, columns.as_slice())),
            Rule::Unique { .. } | Rule::Check { .. } | Rule::ForeignKey(_) => None,
        })
    }

    /// The constraint of that name.
    pub fn constraint(&self, name: &str) -> Option<&Constraint> {
        self.constraints.iter().find(|constraint| constraint.name == name)
    }

    /// The PRIMARY KEY and UNIQUE constraints: each with its ordinals and index (`None`: the rowid).
    pub fn keys(&self) -> impl Iterator<Item = (&Constraint, &[usize], Option<ObjectId>)> {
        self.constraints.iter().filter_map(|constraint| match &constraint.rule {
            Rule::PrimaryKey { columns, index } | Rule::Unique { columns, index } => {
                Some((constraint, columns.as_slice(), *index))
            }
            Rule::Check { .. } | Rule::ForeignKey(_) => None,
        })
    }

    /// The references of this table to parents.
    pub fn foreign_keys(&self) -> impl Iterator<Item = (&Constraint, &ForeignKey)> {
        self.constraints.iter().filter_map(|constraint| match &constraint.rule {
            Rule::ForeignKey(key) => Some((constraint, key)),
            Rule::PrimaryKey { .. } | Rule::Unique { .. } | Rule::Check { .. } => None,
        })
    }
}
