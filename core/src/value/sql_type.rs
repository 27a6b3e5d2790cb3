//! The SQL types, with PostgreSQL's OIDs and names.

/// A type of PostgreSQL's, without its modifier.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum SqlType {
    /// `boolean`
    Bool,
    /// `smallint`
    Int2,
    /// `integer`
    Int4,
    /// `bigint`
    Int8,
    /// `real`
    Float4,
    /// `double precision`
    Float8,
    /// `numeric`
    Numeric,
    /// `text`
    Text,
    /// `character varying`
    Varchar,
    /// `character`, blank-padded
    Char,
    /// `name`, the type of identifiers in the catalog
    Name,
    /// `bytea`
    Bytea,
    /// `date`
    Date,
    /// `time without time zone`
    Time,
    /// `timestamp without time zone`
    Timestamp,
    /// `timestamp with time zone`
    TimestampTz,
    /// `interval`
    Interval,
    /// `uuid`
    Uuid,
    /// `oid`
    Oid,
    /// A literal or parameter whose type the context has not decided yet.
    Unknown,
    /// The result of statements and functions that return nothing.
    Void,
}

/// A type with its modifier, as columns and casts have it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TypeName {
    /// The type.
    pub ty: SqlType,
    /// PostgreSQL's typmod: -1 for none; varchar and char: n + 4; numeric: ((p << 16) | s) + 4;
    /// time and timestamp: fractional digits.
    pub modifier: i32,
}

impl TypeName {
    /// A type without a modifier.
    pub const fn plain(ty: SqlType) -> TypeName {
        TypeName { ty, modifier: -1 }
    }
}
