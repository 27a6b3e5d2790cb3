//! Bound statements.

use std::sync::Arc;

use crate::base::{ColumnId, ObjectId};
use crate::catalog::{Deferral, IndexKey, ReferentialAction, Table};
use crate::parse::Command;
use crate::parse::define::SequenceOptions;
use crate::value::{SqlType, TypeName};

use super::{ColumnInfo, Expr, LogicalPlan, TableId};

/// The result of binding one statement.
#[derive(Clone, Debug)]
pub struct Bound {
    /// What to do.
    pub statement: Statement,
    /// Changes of rows in WITH, in order, and what the statement calls the rows they return. All are done
    /// before it, and see what it sees: the tables as they were.
    pub before: Vec<(TableId, Statement)>,
    /// The type of each parameter, `$1` first.
    pub parameters: Vec<SqlType>,
    /// The first [`ColumnId`] not used yet: rules draw fresh ids from here.
    pub next_column: u32,
    /// NOTICEs to raise: what IF EXISTS and IF NOT EXISTS skipped.
    pub notices: Vec<String>,
}

/// A statement.
#[derive(Clone, Debug)]
pub enum Statement {
    /// SELECT, VALUES, TABLE.
    Query(Query),
    /// INSERT.
    Insert(Insert),
    /// UPDATE.
    Update(Update),
    /// DELETE.
    Delete(Delete),
    /// MERGE.
    Merge(Merge),
    /// CREATE TABLE; `None`: it exists and IF NOT EXISTS was said (a notice).
    CreateTable(Option<Box<CreateTable>>),
    /// CREATE INDEX; `None` as above.
    CreateIndex(Option<Box<CreateIndex>>),
    /// ALTER TABLE.
    AlterTable(Box<AlterTable>),
    /// BEGIN, COMMIT, ...
    Transaction(TransactionStatement),
    /// SET name = value; `None` is DEFAULT or RESET.
    Set {
        /// Setting.
        name: String,
        /// Its new value.
        value: Option<String>,
        /// SET LOCAL.
        local: bool,
    },
    /// SHOW name.
    Show {
        /// Setting.
        name: String,
    },
    /// EXPLAIN.
    Explain {
        /// Run it and show actual figures.
        analyze: bool,
        /// What to explain.
        statement: Box<Statement>,
    },
    /// A command that `db` carries out itself, as it was parsed.
    Command(Arc<Command>),
    /// Text without a statement.
    Empty,
}

/// A result column as the client sees it.
#[derive(Clone, Debug)]
pub struct OutputColumn {
    /// Its name.
    pub name: String,
    /// Which column of the plan.
    pub id: ColumnId,
    /// Its type and modifier.
    pub ty: TypeName,
}

/// A query with its visible columns.
#[derive(Clone, Debug)]
pub struct Query {
    /// What to compute; may produce more columns than are shown (sort keys).
    pub plan: LogicalPlan,
    /// What is shown.
    pub output: Vec<OutputColumn>,
}

/// A CHECK of a table, bound to the columns of the new row.
#[derive(Clone, Debug)]
pub struct CheckExpr {
    /// Constraint name.
    pub name: String,
    /// Violated when false (not when NULL).
    pub predicate: Expr,
}

/// What a table makes of every row before it is written, bound to the columns of the new row.
#[derive(Clone, Debug, Default)]
pub struct RowRules {
    /// Generated columns: ordinal and expression, over the columns that are not generated.
    pub generated: Vec<(usize, Expr)>,
    /// CHECK constraints.
    pub checks: Vec<CheckExpr>,
}

/// ON CONFLICT.
#[derive(Clone, Debug)]
pub struct OnConflict {
    /// The unique indexes that are looked at (`None`: the rowid); absent means all.
    pub arbiters: Option<Vec<Option<ObjectId>>>,
    /// DO UPDATE; absent is DO NOTHING.
    pub update: Option<ConflictUpdate>,
}

/// DO UPDATE.
#[derive(Clone, Debug)]
pub struct ConflictUpdate {
    /// Ids of the existing row's columns, in table order; `excluded` is the row of the INSERT.
    pub old: Vec<ColumnInfo>,
    /// Assigned ordinals and their values.
    pub assignments: Vec<(usize, Expr)>,
    /// WHERE.
    pub predicate: Option<Expr>,
}

/// INSERT.
#[derive(Clone, Debug)]
pub struct Insert {
    /// Where to.
    pub table: Arc<Table>,
    /// Produces exactly one column per table column, in table order: values coerced, defaults and
    /// identity filled in.
    pub source: LogicalPlan,
    /// Ids of the new row's columns, in table order: `source` produces them; checks and RETURNING use them.
    pub row: Vec<ColumnInfo>,
    /// The table that the row went to, for RETURNING, where there are several.
    pub went: Option<ColumnId>,
    /// What holds for every row.
    pub rules: RowRules,
    /// ON CONFLICT.
    pub conflict: Option<OnConflict>,
    /// RETURNING; empty means none.
    pub returning: Vec<(OutputColumn, Expr)>,
}

/// UPDATE.
#[derive(Clone, Debug)]
pub struct Update {
    /// Which table.
    pub table: Arc<Table>,
    /// Produces the rowid, the old row and the new values of the assigned columns.
    pub source: LogicalPlan,
    /// The rowid's column in `source`.
    pub rowid: ColumnId,
    /// Which table of its family a row is of.
    pub tableoid: Option<ColumnId>,
    /// The old row's columns in `source`, in table order.
    pub old: Vec<ColumnInfo>,
    /// Assigned ordinals and the column of `source` with the new, coerced value.
    pub assignments: Vec<(usize, ColumnId)>,
    /// What holds for every *new* row: `row`.
    pub rules: RowRules,
    /// Ids by which checks and RETURNING name the new row, in table order.
    pub row: Vec<ColumnInfo>,
    /// The table that the row is in now, for RETURNING, where there are several.
    pub went: Option<ColumnId>,
    /// RETURNING over the new row (and other columns of `source`).
    pub returning: Vec<(OutputColumn, Expr)>,
}

/// DELETE.
#[derive(Clone, Debug)]
pub struct Delete {
    /// Which table.
    pub table: Arc<Table>,
    /// Produces the rowid and the old row.
    pub source: LogicalPlan,
    /// The rowid's column in `source`.
    pub rowid: ColumnId,
    /// Which table of its family a row is of.
    pub tableoid: Option<ColumnId>,
    /// The old row's columns in `source`, in table order.
    pub old: Vec<ColumnInfo>,
    /// RETURNING over the old row.
    pub returning: Vec<(OutputColumn, Expr)>,
}

/// MERGE.
#[derive(Clone, Debug)]
pub struct Merge {
    /// Which table.
    pub table: Arc<Table>,
    /// Produces the rowid (NULL: no row matched), the old row, the number of the clause that applies (NULL:
    /// none), and the values that the clauses name.
    pub source: LogicalPlan,
    /// The rowid's column in `source`.
    pub rowid: ColumnId,
    /// Which table of its family a row is of.
    pub tableoid: Option<ColumnId>,
    /// The old row's columns in `source`, in table order.
    pub old: Vec<ColumnInfo>,
    /// The number's column in `source`.
    pub action: ColumnId,
    /// What the clauses do.
    pub clauses: Vec<MergeAction>,
    /// What holds for every new row: `row`.
    pub rules: RowRules,
    /// Ids by which checks name the new row, in table order.
    pub row: Vec<ColumnInfo>,
}

/// What a clause of MERGE does.
#[derive(Clone, Debug)]
pub enum MergeAction {
    /// DO NOTHING
    Nothing,
    /// DELETE
    Delete,
    /// UPDATE: assigned ordinals and the column of the source with the new value.
    Update(Vec<(usize, ColumnId)>),
    /// INSERT: all ordinals, in order, likewise.
    Insert(Vec<(usize, ColumnId)>),
}

/// A column of CREATE TABLE.
#[derive(Clone, Debug)]
pub struct ColumnDefinition {
    /// Name.
    pub name: String,
    /// Type.
    pub ty: TypeName,
    /// NOT NULL, said or implied by PRIMARY KEY or identity.
    pub not_null: bool,
    /// DEFAULT as SQL, already checked to bind and coerce.
    pub default: Option<String>,
    /// GENERATED ALWAYS AS (..) STORED, as SQL.
    pub generated: Option<String>,
    /// Identity: `Some(always)`. `serial` is `default` plus an owned sequence, `Some(false)` here is
    /// close enough only for identity: see `serial`.
    pub identity: Option<bool>,
    /// What is said about the sequence of an identity column.
    pub sequence: SequenceOptions,
    /// Declared `serial`: an owned sequence and a `nextval` default are made.
    pub serial: bool,
    /// The domain it is declared with.
    pub domain: Option<ObjectId>,
}

impl ColumnDefinition {
    /// See [`crate::catalog::Column::is_hidden`].
    pub fn is_hidden(&self) -> bool {
        self.name.starts_with('\u{1}')
    }

    /// A column of which only name and type are known.
    pub fn plain(name: String, ty: TypeName) -> ColumnDefinition {
        ColumnDefinition {
            name,
            ty,
            not_null: false,
            default: None,
            generated: None,
            identity: None,
            sequence: SequenceOptions::default(),
            serial: false,
            domain: None,
        }
    }
}

impl CreateTable {
    /// A table without constraints and rows.
    pub fn empty(schema: String, name: String, columns: Vec<ColumnDefinition>) -> CreateTable {
        CreateTable {
            schema,
            name,
            columns,
            primary_key: None,
            uniques: Vec::new(),
            checks: Vec::new(),
            foreign_keys: Vec::new(),
            deferrals: Vec::new(),
            rows: None,
        }
    }
}

/// CREATE TABLE.
#[derive(Clone, Debug)]
pub struct CreateTable {
    /// Schema.
    pub schema: String,
    /// Name.
    pub name: String,
    /// Columns.
    pub columns: Vec<ColumnDefinition>,
    /// PRIMARY KEY: name and ordinals.
    pub primary_key: Option<(String, Vec<usize>)>,
    /// UNIQUE constraints: name and ordinals.
    pub uniques: Vec<(String, Vec<usize>)>,
    /// CHECK constraints: name and SQL.
    pub checks: Vec<(String, String)>,
    /// FOREIGN KEY constraints.
    pub foreign_keys: Vec<ForeignKeyDefinition>,
    /// When constraints are checked, where it is not always with the statement.
    pub deferrals: Vec<(String, Deferral)>,
    /// CREATE TABLE AS: rows to begin with, in column order.
    pub rows: Option<Query>,
}

/// A FOREIGN KEY of CREATE TABLE or ALTER TABLE ADD.
#[derive(Clone, Debug)]
pub struct ForeignKeyDefinition {
    /// Constraint name.
    pub name: String,
    /// Ordinals in this table.
    pub columns: Vec<usize>,
    /// Parent; `None` is the table being created.
    pub parent: Option<Arc<Table>>,
    /// Ordinals in the parent.
    pub parent_columns: Vec<usize>,
    /// ON DELETE.
    pub on_delete: ReferentialAction,
    /// ON UPDATE.
    pub on_update: ReferentialAction,
    /// MATCH FULL.
    pub match_full: bool,
}

/// CREATE INDEX.
#[derive(Clone, Debug)]
pub struct CreateIndex {
    /// Name, given or made.
    pub name: String,
    /// On which table.
    pub table: Arc<Table>,
    /// Key parts.
    pub keys: Vec<IndexKey>,
    /// UNIQUE.
    pub unique: bool,
    /// Columns to be made first: hidden ones, for expressions and WHERE. Ordinals count them.
    pub hidden: Vec<ColumnDefinition>,
    /// WHERE: the ordinal of a hidden column.
    pub predicate: Option<usize>,
    /// INCLUDE: ordinals.
    pub include: Vec<usize>,
    /// ON ONLY: not on the partitions.
    pub only: bool,
}

/// ALTER TABLE: its actions in order; `db` carries them out and checks the rows already there.
#[derive(Clone, Debug)]
pub struct AlterTable {
    /// Which table.
    pub table: Arc<Table>,
    /// What to do.
    pub actions: Vec<AlterAction>,
    /// ONLY: not to its children.
    pub only: bool,
}

/// One action of ALTER TABLE.
#[derive(Clone, Debug)]
pub enum AlterAction {
    /// `ADD [CONSTRAINT name] PRIMARY KEY (..)`: name and ordinals; `db` builds the index.
    AddPrimaryKey(String, Vec<usize>),
    /// `ADD [CONSTRAINT name] UNIQUE (..)`: name and ordinals; `db` builds the index.
    AddUnique(String, Vec<usize>),
    /// `ADD [CONSTRAINT name] CHECK (..)`: name and SQL, already checked to bind.
    AddCheck(String, String),
    /// `ADD [CONSTRAINT name] FOREIGN KEY (..)`.
    AddForeignKey(ForeignKeyDefinition),
    /// The constraint just added may be checked later.
    Defer(String, Deferral),
    /// `ADD COLUMN`; its constraints are actions of their own.
    AddColumn(Box<ColumnDefinition>),
    /// `DROP COLUMN name`; CASCADE or not.
    DropColumn(String, bool),
    /// `ALTER COLUMN name SET DEFAULT` (as SQL, checked to bind) or `DROP DEFAULT`.
    SetDefault(String, Option<String>),
    /// `ALTER COLUMN name SET NOT NULL` or `DROP NOT NULL`.
    SetNotNull(String, bool),
    /// `ALTER COLUMN name TYPE type [USING expression]`.
    SetType(String, TypeName, Option<String>),
    /// `ALTER COLUMN name ADD GENERATED .. AS IDENTITY`; ALWAYS or not.
    AddIdentity(String, bool, SequenceOptions),
    /// `RENAME CONSTRAINT name TO name`.
    RenameConstraint(String, String),
    /// `DROP CONSTRAINT name`; CASCADE or not.
    DropConstraint {
        /// Which.
        name: String,
        /// CASCADE.
        cascade: bool,
    },
}

/// How much of other transactions a transaction sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Isolation {
    /// Every statement sees what was committed when it began; PostgreSQL gives READ UNCOMMITTED the same.
    ReadUncommitted,
    /// Every statement sees what was committed when it began.
    #[default]
    ReadCommitted,
    /// All statements see what was committed when the first one began.
    RepeatableRead,
    /// The same; with one writer that is serialisable already.
    Serializable,
}

impl Isolation {
    /// All levels, weakest first.
    pub const ALL: [Isolation; 4] = [
        Isolation::ReadUncommitted,
        Isolation::ReadCommitted,
        Isolation::RepeatableRead,
        Isolation::Serializable,
    ];

    /// Its name, in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Isolation::ReadUncommitted => "read uncommitted",
            Isolation::ReadCommitted => "read committed",
            Isolation::RepeatableRead => "repeatable read",
            Isolation::Serializable => "serializable",
        }
    }

    /// Whether all statements of the transaction see one snapshot.
    pub fn is_fixed(self) -> bool {
        matches!(self, Isolation::RepeatableRead | Isolation::Serializable)
    }
}

/// Transaction control.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransactionStatement {
    /// BEGIN, START TRANSACTION.
    Begin {
        /// READ ONLY or READ WRITE; none: the session's.
        read_only: Option<bool>,
        /// ISOLATION LEVEL; none: the session's.
        isolation: Option<Isolation>,
        /// START TRANSACTION: only the command tag tells.
        start: bool,
    },
    /// COMMIT, END.
    Commit,
    /// ROLLBACK, ABORT.
    Rollback,
    /// SAVEPOINT name.
    Savepoint(String),
    /// RELEASE name.
    Release(String),
    /// ROLLBACK TO name.
    RollbackTo(String),
}
