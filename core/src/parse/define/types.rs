//! What the commands say.

/// A possibly qualified name as the catalog has it, with the byte where it begins.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ObjectName {
    /// The part before the last point.
    pub schema: Option<String>,
    /// The last part.
    pub name: String,
    /// Byte offset in the statement.
    pub start: usize,
}

impl ObjectName {
    /// As messages show it.
    pub fn display(&self) -> String {
        match &self.schema {
            Some(schema) => format!("{schema}.{}", self.name),
            None => self.name.clone(),
        }
    }
}

/// Text of a query or an expression, with the byte where it begins.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TextAt {
    /// The text.
    pub text: String,
    /// Byte offset in the statement.
    pub start: usize,
}

/// Kinds of objects that commands name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ObjectKind {
    /// A table.
    Table,
    /// A view.
    View,
    /// A materialised view.
    MaterializedView,
    /// An index.
    Index,
    /// A sequence.
    Sequence,
    /// A schema.
    Schema,
    /// A function.
    Function,
    /// A trigger.
    Trigger,
    /// A type.
    Type,
    /// A domain.
    Domain,
    /// Kinds that do not exist here: their names are all unknown.
    Other(&'static str),
}

impl ObjectKind {
    /// PostgreSQL's word for it in messages.
    pub fn word(self) -> &'static str {
        match self {
            ObjectKind::Table => "table",
            ObjectKind::View => "view",
            ObjectKind::MaterializedView => "materialized view",
            ObjectKind::Index => "index",
            ObjectKind::Sequence => "sequence",
            ObjectKind::Schema => "schema",
            ObjectKind::Function => "function",
            ObjectKind::Trigger => "trigger",
            ObjectKind::Type => "type",
            ObjectKind::Domain => "domain",
            ObjectKind::Other(word) => word,
        }
    }

    /// The word in command tags: `DROP MATERIALIZED VIEW`.
    pub fn tag(self) -> &'static str {
        match self {
            ObjectKind::Table => "TABLE",
            ObjectKind::View => "VIEW",
            ObjectKind::MaterializedView => "MATERIALIZED VIEW",
            ObjectKind::Index => "INDEX",
            ObjectKind::Sequence => "SEQUENCE",
            ObjectKind::Schema => "SCHEMA",
            ObjectKind::Function => "FUNCTION",
            ObjectKind::Trigger => "TRIGGER",
            ObjectKind::Type => "TYPE",
            ObjectKind::Domain => "DOMAIN",
            ObjectKind::Other(_) => "OBJECT",
        }
    }
}

/// `WITH .. CHECK OPTION` of a view.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CheckOption {
    /// Its own condition only.
    Local,
    /// Also those of the views below.
    Cascaded,
}

/// CREATE VIEW and CREATE MATERIALIZED VIEW.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ViewDefinition {
    /// Its name.
    pub name: ObjectName,
    /// Names of its columns, where given.
    pub columns: Vec<String>,
    /// The query.
    pub query: TextAt,
    /// OR REPLACE.
    pub or_replace: bool,
    /// TEMPORARY.
    pub temporary: bool,
    /// IF NOT EXISTS (materialised ones only).
    pub if_not_exists: bool,
    /// MATERIALIZED.
    pub materialized: bool,
    /// WITH NO DATA is false.
    pub with_data: bool,
    /// WITH CHECK OPTION.
    pub check_option: Option<CheckOption>,
}

/// What CREATE and ALTER SEQUENCE say; `None`: not said.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SequenceOptions {
    /// AS type.
    pub data_type: Option<String>,
    /// INCREMENT BY.
    pub increment: Option<i64>,
    /// MINVALUE; `Some(None)` is NO MINVALUE.
    pub min: Option<Option<i64>>,
    /// MAXVALUE.
    pub max: Option<Option<i64>>,
    /// START WITH.
    pub start: Option<i64>,
    /// RESTART; `Some(None)`: where it began.
    pub restart: Option<Option<i64>>,
    /// CACHE: only checked, numbers are always promised ahead.
    pub cache: Option<i64>,
    /// CYCLE.
    pub cycle: Option<bool>,
    /// OWNED BY table.column; `Some(None)` is NONE.
    pub owned_by: Option<Option<(ObjectName, String)>>,
}

/// What COMMENT is on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CommentOn {
    /// A relation or a schema.
    Object(ObjectKind, ObjectName),
    /// A column of a relation.
    Column(ObjectName, String),
    /// A constraint of a table.
    Constraint(String, ObjectName),
}

/// The format of COPY.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum CopyFormat {
    /// Tabs and backslashes.
    #[default]
    Text,
    /// Commas and quotes.
    Csv,
}

/// How COPY reads or writes; `None`: the format's default.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CopyOptions {
    /// FORMAT.
    pub format: CopyFormat,
    /// DELIMITER.
    pub delimiter: Option<String>,
    /// NULL.
    pub null: Option<String>,
    /// HEADER.
    pub header: bool,
    /// HEADER MATCH.
    pub header_match: bool,
    /// QUOTE.
    pub quote: Option<String>,
    /// ESCAPE.
    pub escape: Option<String>,
    /// FORCE_QUOTE; `Some` of nothing is all.
    pub force_quote: Option<Vec<String>>,
    /// FORCE_NOT_NULL.
    pub force_not_null: Vec<String>,
    /// FORCE_NULL.
    pub force_null: Vec<String>,
}

/// What COPY copies.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CopySource {
    /// A table and some of its columns (none: all).
    Table(ObjectName, Vec<String>),
    /// A query or a statement with RETURNING.
    Query(TextAt),
}

/// COPY.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Copy {
    /// What.
    pub source: CopySource,
    /// FROM rather than TO.
    pub from: bool,
    /// How.
    pub options: CopyOptions,
    /// WHERE of COPY FROM.
    pub condition: Option<TextAt>,
}

/// Where FETCH goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// So many rows on; negative ones back, 0 is the row it is on.
    Forward(i64),
    /// All rows to the end.
    ForwardAll,
    /// All rows to the beginning.
    BackwardAll,
    /// The row of that number; negative ones count from the end.
    Absolute(i64),
    /// The row so far from the current one.
    Relative(i64),
}

/// What DISCARD throws away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Discarded {
    /// Everything of the session.
    All,
    /// Cached plans.
    Plans,
    /// What `currval` knows.
    Sequences,
    /// Temporary tables.
    Temp,
}

/// Commands about the storage.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Maintenance {
    /// ANALYZE: there are no statistics to gather; the names are checked.
    Analyze,
    /// VACUUM: the log is moved to the file.
    Vacuum,
    /// REINDEX: indexes are built anew.
    Reindex,
    /// CHECKPOINT.
    Checkpoint,
}

/// Where a new label of an enumeration goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LabelPosition {
    /// Behind all.
    Last,
    /// BEFORE a label.
    Before(String),
    /// AFTER a label.
    After(String),
}

/// ALTER TYPE of an enumeration.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AlterEnum {
    /// ADD VALUE.
    Add {
        /// The label.
        label: String,
        /// Where to.
        position: LabelPosition,
        /// IF NOT EXISTS.
        if_not_exists: bool,
    },
    /// RENAME VALUE.
    Rename {
        /// The label.
        label: String,
        /// Its new text.
        to: String,
    },
}

/// CREATE DOMAIN.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DomainDefinition {
    /// Its name.
    pub name: ObjectName,
    /// The type it is over.
    pub ty: TextAt,
    /// DEFAULT.
    pub default: Option<TextAt>,
    /// What holds for its values.
    pub constraints: Vec<DomainConstraint>,
}

/// A constraint of a domain.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DomainConstraint {
    /// NOT NULL.
    NotNull,
    /// NULL: nothing.
    Null,
    /// CHECK, named or not.
    Check(Option<String>, TextAt),
    /// COLLATE.
    Collate(ObjectName),
}

/// ALTER DOMAIN.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AlterDomain {
    /// SET DEFAULT; `None`: DROP DEFAULT.
    Default(Option<TextAt>),
    /// SET NOT NULL, DROP NOT NULL.
    NotNull(bool),
    /// ADD a constraint.
    Add {
        /// Which.
        constraint: DomainConstraint,
        /// NOT VALID: values there are not looked at.
        not_valid: bool,
    },
    /// DROP CONSTRAINT.
    Drop {
        /// Its name.
        constraint: String,
        /// IF EXISTS.
        if_exists: bool,
    },
    /// RENAME CONSTRAINT.
    RenameConstraint {
        /// Its name.
        constraint: String,
        /// Its new name.
        to: String,
    },
    /// VALIDATE CONSTRAINT.
    Validate(String),
}

/// A command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    /// CREATE TABLE with PARTITION BY, PARTITION OF or INHERITS.
    CreateOfFamily(Box<super::TableOfFamily>),
    /// ALTER TABLE .. ALTER CONSTRAINT.
    AlterConstraint {
        /// The table.
        name: ObjectName,
        /// The constraint.
        constraint: String,
        /// DEFERRABLE.
        deferrable: bool,
        /// INITIALLY DEFERRED.
        initially: bool,
    },
    /// ALTER TABLE .. ATTACH PARTITION and its kin.
    AlterFamily {
        /// The table.
        name: ObjectName,
        /// IF EXISTS.
        if_exists: bool,
        /// The partition or parent.
        other: ObjectName,
        /// What becomes of them.
        action: super::FamilyAction,
    },
    /// CREATE SCHEMA.
    CreateSchema {
        /// Its name.
        name: String,
        /// IF NOT EXISTS.
        if_not_exists: bool,
        /// AUTHORIZATION.
        owner: Option<String>,
    },
    /// CREATE VIEW, CREATE MATERIALIZED VIEW.
    CreateView(ViewDefinition),
    /// REFRESH MATERIALIZED VIEW.
    Refresh {
        /// Which.
        name: ObjectName,
        /// WITH NO DATA is false.
        with_data: bool,
        /// CONCURRENTLY.
        concurrently: bool,
    },
    /// CREATE SEQUENCE.
    CreateSequence {
        /// Its name.
        name: ObjectName,
        /// TEMPORARY.
        temporary: bool,
        /// IF NOT EXISTS.
        if_not_exists: bool,
        /// The rest.
        options: SequenceOptions,
    },
    /// ALTER SEQUENCE with options.
    AlterSequence {
        /// Which.
        name: ObjectName,
        /// IF EXISTS.
        if_exists: bool,
        /// What changes.
        options: SequenceOptions,
    },
    /// DROP.
    Drop {
        /// Of which kind.
        kind: ObjectKind,
        /// Which.
        names: Vec<ObjectName>,
        /// IF EXISTS.
        if_exists: bool,
        /// CASCADE.
        cascade: bool,
        /// The table of a trigger.
        on: Option<ObjectName>,
    },
    /// ALTER .. RENAME TO.
    Rename {
        /// Of which kind.
        kind: ObjectKind,
        /// Which.
        name: ObjectName,
        /// IF EXISTS.
        if_exists: bool,
        /// The new name.
        to: String,
    },
    /// ALTER TABLE/VIEW .. RENAME COLUMN .. TO.
    RenameColumn {
        /// Of which kind.
        kind: ObjectKind,
        /// Which relation.
        name: ObjectName,
        /// IF EXISTS.
        if_exists: bool,
        /// The column.
        column: String,
        /// Its new name.
        to: String,
    },
    /// ALTER .. SET SCHEMA.
    SetSchema {
        /// Of which kind.
        kind: ObjectKind,
        /// Which.
        name: ObjectName,
        /// IF EXISTS.
        if_exists: bool,
        /// Where to.
        schema: String,
    },
    /// ALTER .. OWNER TO.
    Owner {
        /// Of which kind.
        kind: ObjectKind,
        /// Which.
        name: ObjectName,
        /// IF EXISTS.
        if_exists: bool,
        /// Who.
        owner: String,
    },
    /// ALTER VIEW .. ALTER COLUMN .. SET DEFAULT; `None`: DROP DEFAULT.
    ViewDefault {
        /// Which view.
        name: ObjectName,
        /// IF EXISTS.
        if_exists: bool,
        /// The column.
        column: String,
        /// The expression.
        default: Option<TextAt>,
    },
    /// CREATE TYPE .. AS ENUM.
    CreateEnum {
        /// Its name.
        name: ObjectName,
        /// Its labels in order.
        labels: Vec<String>,
    },
    /// ALTER TYPE of an enumeration.
    AlterEnum {
        /// Which.
        name: ObjectName,
        /// What changes.
        action: AlterEnum,
    },
    /// CREATE DOMAIN.
    CreateDomain(DomainDefinition),
    /// ALTER DOMAIN.
    AlterDomain {
        /// Which.
        name: ObjectName,
        /// What changes.
        action: AlterDomain,
    },
    /// CREATE FUNCTION.
    CreateFunction(Box<FunctionDefinition>),
    /// CREATE TRIGGER.
    CreateTrigger(Box<TriggerDefinition>),
    /// DROP FUNCTION: names, and types of parameters where they are given.
    DropFunction {
        /// Which.
        functions: Vec<(ObjectName, Option<Vec<String>>)>,
        /// IF EXISTS.
        if_exists: bool,
        /// CASCADE.
        cascade: bool,
    },
    /// TRUNCATE.
    Truncate {
        /// Which tables, and whether ONLY was said.
        names: Vec<(ObjectName, bool)>,
        /// RESTART IDENTITY.
        restart: bool,
        /// CASCADE.
        cascade: bool,
    },
    /// COMMENT ON; `None` removes it.
    Comment(CommentOn, Option<String>),
    /// COPY.
    Copy(Box<Copy>),
    /// PREPARE.
    Prepare {
        /// The statement's name.
        name: String,
        /// Declared parameter types.
        types: Vec<String>,
        /// The statement.
        statement: TextAt,
    },
    /// EXECUTE.
    Execute {
        /// The statement's name.
        name: String,
        /// Values of its parameters.
        arguments: Vec<TextAt>,
    },
    /// DEALLOCATE; `None` is ALL.
    Deallocate(Option<String>),
    /// DISCARD.
    Discard(Discarded),
    /// DECLARE .. CURSOR.
    Declare {
        /// The cursor's name.
        name: String,
        /// SCROLL or NO SCROLL, where said.
        scroll: Option<bool>,
        /// WITH HOLD.
        hold: bool,
        /// The query.
        query: TextAt,
    },
    /// FETCH, or MOVE.
    Fetch {
        /// Which cursor.
        name: String,
        /// Where to, and how far.
        direction: Direction,
        /// MOVE: no rows are shown.
        only_move: bool,
    },
    /// CLOSE; `None` is ALL.
    Close(Option<String>),
    /// LOCK TABLE.
    Lock(Vec<ObjectName>),
    /// ANALYZE and its kin, of some tables or of all.
    Maintain(Maintenance, Vec<ObjectName>),
    /// SET CONSTRAINTS; no names is ALL.
    SetConstraints {
        /// Which.
        names: Vec<ObjectName>,
        /// DEFERRED rather than IMMEDIATE.
        deferred: bool,
    },
    /// SET TRANSACTION, SET SESSION CHARACTERISTICS.
    SetTransaction {
        /// For the session rather than the transaction.
        session: bool,
        /// READ ONLY or READ WRITE.
        read_only: Option<bool>,
        /// The isolation level, in PostgreSQL's words.
        isolation: Option<&'static str>,
    },
}

/// CREATE FUNCTION.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FunctionDefinition {
    /// Its name.
    pub name: ObjectName,
    /// OR REPLACE.
    pub or_replace: bool,
    /// Parameters.
    pub parameters: Vec<Parameter>,
    /// What it returns.
    pub returns: Returns,
    /// In lower case.
    pub language: Option<String>,
    /// What it does.
    pub body: String,
    /// It is NULL where an argument is NULL.
    pub strict: bool,
    /// The whole statement.
    pub text: String,
}

/// A parameter of a function.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: Option<String>,
    /// Its type, as SQL.
    pub ty: String,
    /// Its default, as SQL.
    pub default: Option<String>,
}

/// What a function returns; types as SQL.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Returns {
    /// One value.
    Type(String),
    /// `SETOF type`
    Set(String),
    /// `TABLE (name type, ..)`
    Table(Vec<(String, String)>),
}

/// CREATE TRIGGER .. FOR EACH ROW.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TriggerDefinition {
    /// Its name.
    pub name: String,
    /// OR REPLACE.
    pub or_replace: bool,
    /// BEFORE rather than AFTER.
    pub before: bool,
    /// What it waits for; UPDATE OF with columns.
    pub events: Vec<(crate::base::event::TriggerEvent, Vec<String>)>,
    /// On which table.
    pub table: ObjectName,
    /// WHEN, as SQL.
    pub condition: Option<String>,
    /// What is called.
    pub function: ObjectName,
    /// With which texts.
    pub arguments: Vec<String>,
    /// The whole statement.
    pub text: String,
}

impl Command {
    /// PostgreSQL's command tag.
    pub fn tag(&self) -> &'static str {
        match self {
            Command::CreateOfFamily(_) => "CREATE TABLE",
            Command::AlterFamily { .. } | Command::AlterConstraint { .. } => "ALTER TABLE",
            Command::CreateSchema { .. } => "CREATE SCHEMA",
            Command::CreateView(view) if view.materialized => "CREATE MATERIALIZED VIEW",
            Command::CreateView(_) => "CREATE VIEW",
            Command::Refresh { .. } => "REFRESH MATERIALIZED VIEW",
            Command::CreateSequence { .. } => "CREATE SEQUENCE",
            Command::AlterSequence { .. } => "ALTER SEQUENCE",
            Command::Drop { kind, .. } => match kind {
                ObjectKind::Table => "DROP TABLE",
                ObjectKind::View => "DROP VIEW",
                ObjectKind::MaterializedView => "DROP MATERIALIZED VIEW",
                ObjectKind::Index => "DROP INDEX",
                ObjectKind::Sequence => "DROP SEQUENCE",
                ObjectKind::Schema => "DROP SCHEMA",
                ObjectKind::Function => "DROP FUNCTION",
                ObjectKind::Trigger => "DROP TRIGGER",
                ObjectKind::Type => "DROP TYPE",
                ObjectKind::Domain => "DROP DOMAIN",
                ObjectKind::Other(_) => "DROP",
            },
            Command::Rename { kind, .. }
            | Command::RenameColumn { kind, .. }
            | Command::SetSchema { kind, .. }
            | Command::Owner { kind, .. } => match kind {
                ObjectKind::View => "ALTER VIEW",
                ObjectKind::MaterializedView => "ALTER MATERIALIZED VIEW",
                ObjectKind::Index => "ALTER INDEX",
                ObjectKind::Sequence => "ALTER SEQUENCE",
                ObjectKind::Schema => "ALTER SCHEMA",
                ObjectKind::Function => "ALTER FUNCTION",
                ObjectKind::Trigger => "ALTER TRIGGER",
                ObjectKind::Type => "ALTER TYPE",
                ObjectKind::Domain => "ALTER DOMAIN",
                ObjectKind::Table | ObjectKind::Other(_) => "ALTER TABLE",
            },
            Command::CreateEnum { .. } => "CREATE TYPE",
            Command::AlterEnum { .. } => "ALTER TYPE",
            Command::CreateDomain(_) => "CREATE DOMAIN",
            Command::AlterDomain { .. } => "ALTER DOMAIN",
            Command::ViewDefault { .. } => "ALTER VIEW",
            Command::CreateFunction(_) => "CREATE FUNCTION",
            Command::CreateTrigger(_) => "CREATE TRIGGER",
            Command::DropFunction { .. } => "DROP FUNCTION",
            Command::Truncate { .. } => "TRUNCATE TABLE",
            Command::Comment(..) => "COMMENT",
            Command::Copy(_) => "COPY",
            Command::Prepare { .. } => "PREPARE",
            Command::Execute { .. } => "EXECUTE",
            Command::Deallocate(None) => "DEALLOCATE ALL",
            Command::Deallocate(Some(_)) => "DEALLOCATE",
            Command::Discard(Discarded::All) => "DISCARD ALL",
            Command::Discard(Discarded::Plans) => "DISCARD PLANS",
            Command::Discard(Discarded::Sequences) => "DISCARD SEQUENCES",
            Command::Discard(Discarded::Temp) => "DISCARD TEMP",
            Command::Declare { .. } => "DECLARE CURSOR",
            Command::Fetch { only_move: true, .. } => "MOVE",
            Command::Fetch { .. } => "FETCH",
            Command::Close(Some(_)) => "CLOSE CURSOR",
            Command::Close(None) => "CLOSE CURSOR ALL",
            Command::Lock(_) => "LOCK TABLE",
            Command::Maintain(what, _) => match what {
                Maintenance::Analyze => "ANALYZE",
                Maintenance::Vacuum => "VACUUM",
                Maintenance::Reindex => "REINDEX",
                Maintenance::Checkpoint => "CHECKPOINT",
            },
            Command::SetConstraints { .. } => "SET CONSTRAINTS",
            Command::SetTransaction { .. } => "SET",
        }
    }

    /// Whether it needs the write transaction.
    pub fn writes(&self) -> bool {
        match self {
            Command::CreateSchema { .. }
            | Command::CreateView(_)
            | Command::CreateOfFamily(_)
            | Command::AlterFamily { .. }
            | Command::AlterConstraint { .. }
            | Command::Refresh { .. }
            | Command::CreateSequence { .. }
            | Command::AlterSequence { .. }
            | Command::Drop { .. }
            | Command::Rename { .. }
            | Command::RenameColumn { .. }
            | Command::SetSchema { .. }
            | Command::Owner { .. }
            | Command::CreateEnum { .. }
            | Command::AlterEnum { .. }
            | Command::CreateDomain(_)
            | Command::AlterDomain { .. }
            | Command::ViewDefault { .. }
            | Command::CreateFunction(_)
            | Command::CreateTrigger(_)
            | Command::DropFunction { .. }
            | Command::Truncate { .. }
            | Command::Comment(..)
            | Command::Lock(_)
            | Command::Maintain(Maintenance::Reindex, _) => true,
            Command::Copy(copy) => copy.from,
            Command::Prepare { .. }
            | Command::Execute { .. }
            | Command::Deallocate(_)
            | Command::Discard(_)
            | Command::Declare { .. }
            | Command::Fetch { .. }
            | Command::Close(_)
            | Command::Maintain(..)
            | Command::SetConstraints { .. }
            | Command::SetTransaction { .. } => false,
        }
    }
}
