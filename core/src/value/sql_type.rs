//! The SQL types, with PostgreSQL's OIDs, names and modifiers.
//!
//! `modifier` is PostgreSQL's typmod, bit for bit, so that a catalog row means the same in both:
//!
//! ```text
//! varchar(n), char(n)      n + 4
//! numeric(p, s)            ((p << 16) | (s & 0x7ff)) + 4      s may be negative
//! time(p), timestamp(p)    p
//! interval(p)              (0x7fff << 16) | p
//! none                     -1
//! ```

use core::fmt;

use crate::error::{Error, Result, SqlState};

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

/// Longest `varchar(n)` and `char(n)`, as PostgreSQL.
const LENGTH_MAX: i64 = 10_485_760;
/// Largest precision and scale of `numeric(p, s)`, as PostgreSQL.
const PRECISION_MAX: i64 = 1000;
/// Most fractional digits of a second that are kept.
const FRACTION_DIGITS_MAX: i64 = 6;
/// The high half of an interval's modifier when all fields are allowed.
const INTERVAL_FULL_RANGE: i32 = 0x7fff << 16;

/// PostgreSQL's `typcategory`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TypeCategory {
    /// `B`
    Boolean,
    /// `D`
    DateTime,
    /// `N`
    Numeric,
    /// `P`
    Pseudo,
    /// `S`
    String,
    /// `T`
    Timespan,
    /// `U`
    User,
    /// `X`
    Unknown,
}

impl SqlType {
    /// Every type.
    pub const ALL: [SqlType; 21] = [
        SqlType::Bool,
        SqlType::Int2,
        SqlType::Int4,
        SqlType::Int8,
        SqlType::Float4,
        SqlType::Float8,
        SqlType::Numeric,
        SqlType::Text,
        SqlType::Varchar,
        SqlType::Char,
        SqlType::Name,
        SqlType::Bytea,
        SqlType::Date,
        SqlType::Time,
        SqlType::Timestamp,
        SqlType::TimestampTz,
        SqlType::Interval,
        SqlType::Uuid,
        SqlType::Oid,
        SqlType::Unknown,
        SqlType::Void,
    ];

    /// OID in `pg_type`, short name (`typname`) and long name (`format_type`).
    const fn entry(self) -> (u32, &'static str, &'static str) {
        match self {
            SqlType::Bool => (16, "bool", "boolean"),
            SqlType::Int2 => (21, "int2", "smallint"),
            SqlType::Int4 => (23, "int4", "integer"),
            SqlType::Int8 => (20, "int8", "bigint"),
            SqlType::Float4 => (700, "float4", "real"),
            SqlType::Float8 => (701, "float8", "double precision"),
            SqlType::Numeric => (1700, "numeric", "numeric"),
            SqlType::Text => (25, "text", "text"),
            SqlType::Varchar => (1043, "varchar", "character varying"),
            SqlType::Char => (1042, "bpchar", "character"),
            SqlType::Name => (19, "name", "name"),
            SqlType::Bytea => (17, "bytea", "bytea"),
            SqlType::Date => (1082, "date", "date"),
            SqlType::Time => (1083, "time", "time without time zone"),
            SqlType::Timestamp => (1114, "timestamp", "timestamp without time zone"),
            SqlType::TimestampTz => (1184, "timestamptz", "timestamp with time zone"),
            SqlType::Interval => (1186, "interval", "interval"),
            SqlType::Uuid => (2950, "uuid", "uuid"),
            SqlType::Oid => (26, "oid", "oid"),
            SqlType::Unknown => (705, "unknown", "unknown"),
            SqlType::Void => (2278, "void", "void"),
        }
    }

    /// PostgreSQL's OID.
    pub const fn oid(self) -> u32 {
        self.entry().0
    }
    /// The type of an OID.
    pub fn from_oid(oid: u32) -> Option<SqlType> {
        SqlType::ALL.into_iter().find(|ty| ty.oid() == oid)
    }
    /// The name PostgreSQL prints, without modifier: `integer`, `character varying`.
    pub const fn name(self) -> &'static str {
        self.entry().2
    }
    /// The name in `pg_type`: `int4`, `varchar`.
    pub const fn internal_name(self) -> &'static str {
        self.entry().1
    }

    /// The type of a name in lower case, any of its spellings, without modifier.
    pub fn from_name(name: &str) -> Option<SqlType> {
        Some(match name {
            "bool" | "boolean" => SqlType::Bool,
            "int2" | "smallint" => SqlType::Int2,
            "int4" | "integer" | "int" => SqlType::Int4,
            "int8" | "bigint" => SqlType::Int8,
            "float4" | "real" => SqlType::Float4,
            "float8" | "double precision" | "float" => SqlType::Float8,
            "numeric" | "decimal" | "dec" => SqlType::Numeric,
            "text" => SqlType::Text,
            "varchar"
            | "character varying"
            | "char varying"
            | "national character varying"
            | "national char varying"
            | "nchar varying" => SqlType::Varchar,
            "char" | "character" | "bpchar" | "national character" | "national char" | "nchar" => {
                SqlType::Char
            }
            "name" => SqlType::Name,
            "bytea" => SqlType::Bytea,
            "date" => SqlType::Date,
            "time" | "time without time zone" => SqlType::Time,
            "timestamp" | "timestamp without time zone" => SqlType::Timestamp,
            "timestamptz" | "timestamp with time zone" => SqlType::TimestampTz,
            "interval" => SqlType::Interval,
            "uuid" => SqlType::Uuid,
            "oid" => SqlType::Oid,
            "unknown" => SqlType::Unknown,
            "void" => SqlType::Void,
            _ => return None,
        })
    }

    /// PostgreSQL's `typcategory`.
    pub const fn category(self) -> TypeCategory {
        match self {
            SqlType::Bool => TypeCategory::Boolean,
            SqlType::Int2
            | SqlType::Int4
            | SqlType::Int8
            | SqlType::Float4
            | SqlType::Float8
            | SqlType::Numeric
            | SqlType::Oid => TypeCategory::Numeric,
            SqlType::Text | SqlType::Varchar | SqlType::Char | SqlType::Name => TypeCategory::String,
            SqlType::Bytea | SqlType::Uuid => TypeCategory::User,
            SqlType::Date | SqlType::Time | SqlType::Timestamp | SqlType::TimestampTz => {
                TypeCategory::DateTime
            }
            SqlType::Interval => TypeCategory::Timespan,
            SqlType::Unknown => TypeCategory::Unknown,
            SqlType::Void => TypeCategory::Pseudo,
        }
    }

    /// PostgreSQL's `typispreferred`: the type to prefer within its category.
    pub const fn is_preferred(self) -> bool {
        matches!(
            self,
            SqlType::Bool
                | SqlType::Float8
                | SqlType::Oid
                | SqlType::Text
                | SqlType::TimestampTz
                | SqlType::Interval
        )
    }

    /// smallint, integer or bigint.
    pub const fn is_integer(self) -> bool {
        matches!(self, SqlType::Int2 | SqlType::Int4 | SqlType::Int8)
    }
    /// Values are [`super::Datum::Text`].
    pub const fn is_textual(self) -> bool {
        matches!(self, SqlType::Text | SqlType::Varchar | SqlType::Char | SqlType::Name | SqlType::Unknown)
    }
}

impl fmt::Display for SqlType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl TypeName {
    /// A type without a modifier.
    pub const fn plain(ty: SqlType) -> TypeName {
        TypeName { ty, modifier: -1 }
    }

    /// A type with what stood in parentheses after its name; checks the values as PostgreSQL does.
    /// `char` without arguments is left alone here: the grammar's `char` is `char(1)`, `bpchar` is not.
    pub fn with_arguments(ty: SqlType, arguments: &[i64]) -> Result<TypeName> {
        let invalid = |message: String| Err(Error::new(SqlState::INVALID_PARAMETER_VALUE, message));
        if arguments.is_empty() {
            return Ok(TypeName::plain(ty));
        }
        let modifier = match (ty, arguments) {
            (SqlType::Varchar | SqlType::Char, [length]) => {
                let name = if ty == SqlType::Varchar { "varchar" } else { "char" };
                if *length < 1 {
                    return invalid(format!("length for type {name} must be at least 1"));
                }
                if *length > LENGTH_MAX {
                    return invalid(format!("length for type {name} cannot exceed {LENGTH_MAX}"));
                }
                *length + 4
            }
            (SqlType::Numeric, [precision, rest @ ..]) if rest.len() <= 1 => {
                let scale = rest.first().copied().unwrap_or(0);
                if !(1..=PRECISION_MAX).contains(precision) {
                    return invalid(format!(
                        "NUMERIC precision {precision} must be between 1 and {PRECISION_MAX}"
                    ));
                }
                if !(-PRECISION_MAX..=PRECISION_MAX).contains(&scale) {
                    return invalid(format!(
                        "NUMERIC scale {scale} must be between -{PRECISION_MAX} and {PRECISION_MAX}"
                    ));
                }
                (precision << 16 | scale & 0x7ff) + 4
            }
            (SqlType::Numeric, _) => return invalid("invalid NUMERIC type modifier".into()),
            (SqlType::Float8 | SqlType::Float4, [digits]) => {
                // float(p) in binary digits, as the standard has it.
                return match digits {
                    ..=0 => invalid("precision for type float must be at least 1 bit".into()),
                    1..=24 => Ok(TypeName::plain(SqlType::Float4)),
                    25..=53 => Ok(TypeName::plain(SqlType::Float8)),
                    _ => invalid("precision for type float must be less than 54 bits".into()),
                };
            }
            (SqlType::Time | SqlType::Timestamp | SqlType::TimestampTz | SqlType::Interval, [digits]) => {
                if *digits < 0 {
                    let name = ty.internal_name().to_ascii_uppercase();
                    return invalid(format!("{name}({digits}) precision must not be negative"));
                }
                let digits = (*digits).min(FRACTION_DIGITS_MAX);
                if ty == SqlType::Interval { i64::from(INTERVAL_FULL_RANGE) | digits } else { digits }
            }
            _ => {
                return Err(Error::new(
                    SqlState::SYNTAX_ERROR,
                    format!("type modifier is not allowed for type \"{}\"", ty.internal_name()),
                ));
            }
        };
        let modifier = i32::try_from(modifier).map_err(|_| Error::internal("typmod out of range"))?;
        Ok(TypeName { ty, modifier })
    }

    /// Reads a type as SQL writes it: `integer`, `numeric(10, 2)`, `timestamp(3) with time zone`.
    pub fn parse(text: &str) -> Result<TypeName> {
        let undefined =
            || Error::new(SqlState::UNDEFINED_OBJECT, format!("type \"{}\" does not exist", text.trim()));
        let (mut name, mut arguments) = (String::new(), Vec::new());
        let (head, tail) = match text.split_once('(') {
            None => (text, ""),
            Some((head, rest)) => {
                let (inside, tail) = rest.split_once(')').ok_or_else(undefined)?;
                for argument in inside.split(',') {
                    arguments.push(argument.trim().parse::<i64>().map_err(|_| undefined())?);
                }
                (head, tail)
            }
        };
        for word in head.split_whitespace().chain(tail.split_whitespace()) {
            if !name.is_empty() {
                name.push(' ');
            }
            name.push_str(&word.to_ascii_lowercase());
        }
        let name = name.strip_prefix("pg_catalog.").unwrap_or(&name);
        if name.ends_with("[]") {
            return Err(Error::unsupported("an array type"));
        }
        // In quotes "char" is another type, of one byte, which we do not have.
        let ty = SqlType::from_name(name.trim_matches('"')).ok_or_else(undefined)?;
        if ty == SqlType::Char && arguments.is_empty() && name != "bpchar" {
            arguments.push(1);
        }
        TypeName::with_arguments(ty, &arguments)
    }

    /// n of `varchar(n)` and `char(n)`, in characters.
    pub fn length(self) -> Option<usize> {
        let counted = matches!(self.ty, SqlType::Varchar | SqlType::Char) && self.modifier >= 4;
        if counted { usize::try_from(self.modifier - 4).ok() } else { None }
    }

    /// p and s of `numeric(p, s)`.
    pub fn precision_and_scale(self) -> Option<(i32, i32)> {
        if self.ty != SqlType::Numeric || self.modifier < 4 {
            return None;
        }
        let packed = self.modifier - 4;
        // Eleven bits, sign-extended.
        Some((packed >> 16 & 0xffff, ((packed & 0x7ff) ^ 0x400) - 0x400))
    }

    /// p of `timestamp(p)` and its kin.
    pub fn fraction_digits(self) -> Option<u32> {
        match self.ty {
            SqlType::Time | SqlType::Timestamp | SqlType::TimestampTz => u32::try_from(self.modifier).ok(),
            SqlType::Interval if self.modifier >= 0 && self.modifier & 0xffff <= 6 => {
                u32::try_from(self.modifier & 0xffff).ok()
            }
            _ => None,
        }
    }
}

impl fmt::Display for TypeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(length) = self.length() {
            return write!(f, "{}({length})", self.ty.name());
        }
        if let Some((precision, scale)) = self.precision_and_scale() {
            return write!(f, "numeric({precision},{scale})");
        }
        match (self.ty, self.fraction_digits()) {
            (SqlType::Time, Some(digits)) => write!(f, "time({digits}) without time zone"),
            (SqlType::Timestamp, Some(digits)) => write!(f, "timestamp({digits}) without time zone"),
            (SqlType::TimestampTz, Some(digits)) => write!(f, "timestamp({digits}) with time zone"),
            (SqlType::Interval, Some(digits)) => write!(f, "interval({digits})"),
            (SqlType::Char, _) => f.write_str("bpchar"),
            _ => f.write_str(self.ty.name()),
        }
    }
}

impl From<SqlType> for TypeName {
    fn from(ty: SqlType) -> TypeName {
        TypeName::plain(ty)
    }
}
