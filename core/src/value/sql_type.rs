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

use super::temporal::interval_fields;
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
    /// `time with time zone`
    TimeTz,
    /// `json`: the text as it was given
    Json,
    /// `jsonb`
    Jsonb,
    /// `regtype`: a type, as its OID
    Regtype,
    /// `regclass`: a relation, as its OID in eight digits and its name
    Regclass,
    /// `jsonpath`: its canonical text
    Jsonpath,
    /// An array of any number of dimensions.
    Array(Element),
    /// An enumeration of the catalog, by its OID (even, at least [`USER_OID_MIN`]).
    Enum(u32),
    /// In signatures only: any type, the same (or a common one) for all parameters declared so.
    AnyElement,
    /// In signatures only: an array of what [`SqlType::AnyElement`] stands for.
    AnyArray,
}

/// The element type of an array, by its OID: an array of arrays is an array of more dimensions.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Element(u32);

/// The first OID of types that statements make. The array type of an enumeration follows it.
pub const USER_OID_MIN: u32 = 16384;

impl Element {
    /// The type of the elements.
    pub fn ty(self) -> SqlType {
        SqlType::from_oid(self.0).unwrap_or(SqlType::Unknown)
    }
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

/// PostgreSQL's `typcategory`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TypeCategory {
    /// `A`
    Array,
    /// `E`
    Enum,
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

macro_rules! built_in_types {
    ($($ty:ident $oid:literal $short:literal $long:literal $array:literal;)*) => {
        impl SqlType {
            /// Every type that is built in, but no array.
            pub const ALL: [SqlType; [$($oid),*].len()] = [$(SqlType::$ty),*];

            /// OID, short name (`typname`), long name (`format_type`); the same three of its array type.
            const fn entry(self) -> (u32, &'static str, &'static str, u32, &'static str, &'static str) {
                match self {
                    $(SqlType::$ty => ($oid, $short, $long, $array, concat!("_", $short), concat!($long, "[]")),)*
                    SqlType::AnyElement => (2283, "anyelement", "anyelement", 0, "", ""),
                    SqlType::AnyArray => (2277, "anyarray", "anyarray", 0, "", ""),
                    SqlType::Enum(_) | SqlType::Array(_) => (0, "enum", "enum", 0, "", ""),
                }
            }
        }

        const fn built_in(oid: u32) -> Option<SqlType> {
            match oid {
                $($oid => Some(SqlType::$ty),)*
                _ => None,
            }
        }

        const fn built_in_array(oid: u32) -> Option<SqlType> {
            $(if oid == $array && oid != 0 {
                return Some(SqlType::$ty);
            })*
            None
        }
    };
}

built_in_types! {
    Bool 16 "bool" "boolean" 1000;
    Int2 21 "int2" "smallint" 1005;
    Int4 23 "int4" "integer" 1007;
    Int8 20 "int8" "bigint" 1016;
    Float4 700 "float4" "real" 1021;
    Float8 701 "float8" "double precision" 1022;
    Numeric 1700 "numeric" "numeric" 1231;
    Text 25 "text" "text" 1009;
    Varchar 1043 "varchar" "character varying" 1015;
    Char 1042 "bpchar" "character" 1014;
    Name 19 "name" "name" 1003;
    Bytea 17 "bytea" "bytea" 1001;
    Date 1082 "date" "date" 1182;
    Time 1083 "time" "time without time zone" 1183;
    Timestamp 1114 "timestamp" "timestamp without time zone" 1115;
    TimestampTz 1184 "timestamptz" "timestamp with time zone" 1185;
    Interval 1186 "interval" "interval" 1187;
    Uuid 2950 "uuid" "uuid" 2951;
    Oid 26 "oid" "oid" 1028;
    Unknown 705 "unknown" "unknown" 0;
    Void 2278 "void" "void" 0;
    TimeTz 1266 "timetz" "time with time zone" 1270;
    Json 114 "json" "json" 199;
    Jsonb 3802 "jsonb" "jsonb" 3807;
    Regtype 2206 "regtype" "regtype" 2211;
    Regclass 2205 "regclass" "regclass" 2210;
    Jsonpath 4072 "jsonpath" "jsonpath" 4073;
}

impl SqlType {
    /// PostgreSQL's OID.
    pub const fn oid(self) -> u32 {
        match self {
            SqlType::Array(Element(element)) if element >= USER_OID_MIN => element + 1,
            SqlType::Array(Element(element)) => match built_in(element) {
                Some(ty) => ty.entry().3,
                None => 0,
            },
            SqlType::Enum(oid) => oid,
            _ => self.entry().0,
        }
    }
    /// The type of an OID.
    pub const fn from_oid(oid: u32) -> Option<SqlType> {
        if oid >= USER_OID_MIN {
            return Some(if oid.is_multiple_of(2) {
                SqlType::Enum(oid)
            } else {
                SqlType::Array(Element(oid - 1))
            });
        }
        match built_in(oid) {
            Some(ty) => Some(ty),
            None => match built_in_array(oid) {
                Some(ty) => Some(SqlType::Array(Element(ty.oid()))),
                None => None,
            },
        }
    }
    /// The name PostgreSQL prints, without modifier: `integer`, `character varying`.
    pub const fn name(self) -> &'static str {
        match self {
            SqlType::Array(Element(element)) => match built_in(element) {
                Some(ty) => ty.entry().5,
                None => "enum[]",
            },
            _ => self.entry().2,
        }
    }
    /// The name in `pg_type`: `int4`, `varchar`, `_int4`.
    pub const fn internal_name(self) -> &'static str {
        match self {
            SqlType::Array(Element(element)) => match built_in(element) {
                Some(ty) => ty.entry().4,
                None => "_enum",
            },
            _ => self.entry().1,
        }
    }
    /// The array type with elements of this type; `None` where PostgreSQL has none. An array is its own.
    pub const fn array(self) -> Option<SqlType> {
        match self {
            SqlType::Array(_) => Some(self),
            SqlType::Enum(oid) => Some(SqlType::Array(Element(oid))),
            _ => match self.entry().3 {
                0 => None,
                _ => Some(SqlType::Array(Element(self.entry().0))),
            },
        }
    }
    /// The type of an array's elements.
    pub fn element(self) -> Option<SqlType> {
        match self {
            SqlType::Array(element) => Some(element.ty()),
            _ => None,
        }
    }
    /// Whether it stands for several types in signatures.
    pub const fn is_polymorphic(self) -> bool {
        matches!(self, SqlType::AnyElement | SqlType::AnyArray)
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
            "timetz" | "time with time zone" => SqlType::TimeTz,
            "json" => SqlType::Json,
            "jsonb" => SqlType::Jsonb,
            "regtype" => SqlType::Regtype,
            "regclass" => SqlType::Regclass,
            "jsonpath" => SqlType::Jsonpath,
            "oid" => SqlType::Oid,
            "unknown" => SqlType::Unknown,
            "void" => SqlType::Void,
            // `int4[]`, `int4[3][3]` and the name in the catalog, `_int4`; dimensions mean nothing.
            _ => {
                let element = match name.split_once('[') {
                    Some((element, _)) if name.ends_with(']') => element.trim_end(),
                    _ => name.strip_prefix('_')?,
                };
                return SqlType::from_name(element)?.array();
            }
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
            | SqlType::Regtype
            | SqlType::Regclass
            | SqlType::Oid => TypeCategory::Numeric,
            SqlType::Text | SqlType::Varchar | SqlType::Char | SqlType::Name => TypeCategory::String,
            SqlType::Bytea | SqlType::Uuid | SqlType::Json | SqlType::Jsonb | SqlType::Jsonpath => {
                TypeCategory::User
            }
            SqlType::Array(_) => TypeCategory::Array,
            SqlType::Enum(_) => TypeCategory::Enum,
            SqlType::Date | SqlType::Time | SqlType::TimeTz | SqlType::Timestamp | SqlType::TimestampTz => {
                TypeCategory::DateTime
            }
            SqlType::Interval => TypeCategory::Timespan,
            SqlType::Unknown => TypeCategory::Unknown,
            SqlType::Void | SqlType::AnyElement | SqlType::AnyArray => TypeCategory::Pseudo,
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
        let modifier = match (ty.element().unwrap_or(ty), arguments) {
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
            (
                SqlType::Time
                | SqlType::TimeTz
                | SqlType::Timestamp
                | SqlType::TimestampTz
                | SqlType::Interval,
                [digits],
            ) => {
                if *digits < 0 {
                    let name = ty.internal_name().to_ascii_uppercase();
                    return invalid(format!("{name}({digits}) precision must not be negative"));
                }
                let digits = (*digits).min(FRACTION_DIGITS_MAX);
                if ty == SqlType::Interval { i64::from(interval_fields::FULL) << 16 | digits } else { digits }
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
        if let Some((element, dimensions)) = text.split_once('[') {
            let fits = |c: char| c.is_ascii_digit() || c == '[' || c == ']' || c == ' ';
            if !dimensions.trim_end().ends_with(']') || !dimensions.chars().all(fits) {
                return Err(undefined());
            }
            return TypeName::parse(element)?.array().ok_or_else(undefined);
        }
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
        if let Some(fields) = name.strip_prefix("interval ").and_then(interval_fields::named) {
            let ty = TypeName::with_arguments(SqlType::Interval, &arguments)?;
            let digits =
                if arguments.is_empty() { interval_fields::FULL_PRECISION } else { ty.modifier & 0xffff };
            return Ok(TypeName { modifier: fields << 16 | digits, ..ty });
        }
        // In quotes "char" is another type, of one byte, which we do not have.
        let ty = SqlType::from_name(name.trim_matches('"')).ok_or_else(undefined)?;
        if ty == SqlType::Char && arguments.is_empty() && name != "bpchar" {
            arguments.push(1);
        }
        TypeName::with_arguments(ty, &arguments)
    }

    /// The array type with such elements: it has their modifier.
    pub fn array(self) -> Option<TypeName> {
        Some(TypeName { ty: self.ty.array()?, modifier: self.modifier })
    }

    /// What elements of an array have to be.
    pub fn element(self) -> Option<TypeName> {
        Some(TypeName { ty: self.ty.element()?, modifier: self.modifier })
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

    /// What a literal of the type is read as, before it is made to fit: an interval's fields say what its
    /// numbers count, other modifiers say nothing yet.
    pub(crate) fn as_read(self) -> TypeName {
        if self.ty == SqlType::Interval { self } else { TypeName::plain(self.ty) }
    }

    /// The fields that an interval of this type keeps.
    pub(crate) fn interval_fields(self) -> i32 {
        if self.ty == SqlType::Interval && self.modifier >= 0 {
            self.modifier >> 16
        } else {
            interval_fields::FULL
        }
    }

    /// p of `timestamp(p)` and its kin.
    pub fn fraction_digits(self) -> Option<u32> {
        match self.ty {
            SqlType::Time | SqlType::TimeTz | SqlType::Timestamp | SqlType::TimestampTz => {
                u32::try_from(self.modifier).ok()
            }
            SqlType::Interval if self.modifier >= 0 && self.modifier & 0xffff <= 6 => {
                u32::try_from(self.modifier & 0xffff).ok()
            }
            _ => None,
        }
    }
}

impl fmt::Display for TypeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(element) = self.element() {
            return write!(f, "{element}[]");
        }
        if let Some(length) = self.length() {
            return write!(f, "{}({length})", self.ty.name());
        }
        if let Some((precision, scale)) = self.precision_and_scale() {
            return write!(f, "numeric({precision},{scale})");
        }
        match (self.ty, self.fraction_digits()) {
            (SqlType::Time, Some(digits)) => write!(f, "time({digits}) without time zone"),
            (SqlType::TimeTz, Some(digits)) => write!(f, "time({digits}) with time zone"),
            (SqlType::Timestamp, Some(digits)) => write!(f, "timestamp({digits}) without time zone"),
            (SqlType::TimestampTz, Some(digits)) => write!(f, "timestamp({digits}) with time zone"),
            (SqlType::Interval, digits) => {
                f.write_str("interval")?;
                if let Some(fields) = interval_fields::name_of(self.interval_fields()) {
                    write!(f, " {fields}")?;
                }
                digits.map_or(Ok(()), |digits| write!(f, "({digits})"))
            }
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
