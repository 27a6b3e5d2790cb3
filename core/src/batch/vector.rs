//! One column of values, of one of four physical kinds, with its nulls.
//!
//! | kind | SQL types |
//! |---|---|
//! | `Int` | bool (0, 1), int2, int4, int8, oid, regtype, date, time, timetz, timestamp, timestamptz |
//! | `Float` | float4, float8 |
//! | `Wide` | uuid; interval (months << 96, days << 64, micros: each part two's complement) |
//! | `Bytes` | text, varchar, char, name, json, enumerations, bytea; numeric, jsonb, arrays in their stored form |

use crate::value::SqlType;

use super::{Bitmap, ByteColumn};

/// The physical kind of a vector: the table of this module.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// 64-bit integers.
    Int,
    /// Doubles.
    Float,
    /// 128 bits.
    Wide,
    /// Byte strings.
    Bytes,
}

impl Kind {
    /// The kind that values of a type have.
    pub const fn of(ty: SqlType) -> Kind {
        match ty {
            SqlType::Bool
            | SqlType::Int2
            | SqlType::Int4
            | SqlType::Int8
            | SqlType::Oid
            | SqlType::Date
            | SqlType::Time
            | SqlType::TimeTz
            | SqlType::Regtype
            | SqlType::Timestamp
            | SqlType::TimestampTz => Kind::Int,
            SqlType::Float4 | SqlType::Float8 => Kind::Float,
            SqlType::Uuid | SqlType::Interval => Kind::Wide,
            SqlType::Numeric
            | SqlType::Text
            | SqlType::Varchar
            | SqlType::Char
            | SqlType::Name
            | SqlType::Regclass
            | SqlType::Jsonpath
            | SqlType::Bytea
            | SqlType::Json
            | SqlType::Jsonb
            | SqlType::Array(_)
            | SqlType::Enum(_)
            | SqlType::AnyElement
            | SqlType::AnyArray
            | SqlType::Unknown
            | SqlType::Void => Kind::Bytes,
        }
    }
}

/// The values of a vector.
#[derive(Clone, Debug)]
pub enum Values {
    /// See the table above.
    Int(Vec<i64>),
    /// See the table above.
    Float(Vec<f64>),
    /// See the table above.
    Wide(Vec<i128>),
    /// See the table above.
    Bytes(ByteColumn),
}

impl Values {
    /// None, with room for `capacity`.
    pub fn with_capacity(kind: Kind, capacity: usize) -> Values {
        match kind {
            Kind::Int => Values::Int(Vec::with_capacity(capacity)),
            Kind::Float => Values::Float(Vec::with_capacity(capacity)),
            Kind::Wide => Values::Wide(Vec::with_capacity(capacity)),
            Kind::Bytes => Values::Bytes(ByteColumn::with_capacity(capacity)),
        }
    }
    /// How many values.
    pub fn len(&self) -> usize {
        match self {
            Values::Int(values) => values.len(),
            Values::Float(values) => values.len(),
            Values::Wide(values) => values.len(),
            Values::Bytes(values) => values.len(),
        }
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One column.
#[derive(Clone, Debug)]
pub struct Vector {
    /// The values; NULL entries have a slot of no meaning.
    pub values: Values,
    /// Which entries are NULL; `None` when none is. May be shorter than the values: the rest is not NULL.
    pub nulls: Option<Bitmap>,
}

impl Vector {
    /// No entries, with room for `capacity`.
    pub fn with_capacity(kind: Kind, capacity: usize) -> Vector {
        Vector { values: Values::with_capacity(kind, capacity), nulls: None }
    }
    /// No entries, for values of a type.
    pub fn for_type(ty: SqlType) -> Vector {
        Vector::with_capacity(Kind::of(ty), 0)
    }
    /// Integers, none NULL.
    pub fn from_ints(values: Vec<i64>) -> Vector {
        Vector { values: Values::Int(values), nulls: None }
    }
    /// Nothing but NULLs.
    pub fn all_null(kind: Kind, rows: usize) -> Vector {
        let values = match kind {
            Kind::Int => Values::Int(vec![0; rows]),
            Kind::Float => Values::Float(vec![0.0; rows]),
            Kind::Wide => Values::Wide(vec![0; rows]),
            Kind::Bytes => {
                let mut bytes = ByteColumn::with_capacity(rows);
                (0..rows).for_each(|_| bytes.push(&[]));
                Values::Bytes(bytes)
            }
        };
        Vector { values, nulls: Some(Bitmap::filled(rows, true)) }
    }
    /// How many entries.
    pub fn len(&self) -> usize {
        self.values.len()
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The physical kind.
    pub fn kind(&self) -> Kind {
        match self.values {
            Values::Int(_) => Kind::Int,
            Values::Float(_) => Kind::Float,
            Values::Wide(_) => Kind::Wide,
            Values::Bytes(_) => Kind::Bytes,
        }
    }
    /// Whether entry `at` is NULL.
    pub fn is_null(&self, at: usize) -> bool {
        self.nulls.as_ref().is_some_and(|nulls| nulls.get(at))
    }
    /// The integers; no other kind has any.
    pub fn ints(&self) -> &[i64] {
        match &self.values {
            Values::Int(values) => values,
            Values::Float(_) | Values::Wide(_) | Values::Bytes(_) => &[],
        }
    }
    /// The doubles; no other kind has any.
    pub fn floats(&self) -> &[f64] {
        match &self.values {
            Values::Float(values) => values,
            Values::Int(_) | Values::Wide(_) | Values::Bytes(_) => &[],
        }
    }
    /// Entry `at` of a vector of byte strings; empty for other kinds.
    pub fn bytes(&self, at: usize) -> &[u8] {
        match &self.values {
            Values::Bytes(values) => values.get(at),
            Values::Int(_) | Values::Float(_) | Values::Wide(_) => &[],
        }
    }
    /// Marks entry `at` NULL.
    pub fn set_null(&mut self, at: usize) {
        let rows = self.len();
        let nulls = self.nulls.get_or_insert_with(Bitmap::default);
        nulls.grow(rows);
        nulls.set(at, true);
    }
    /// Appends a NULL.
    pub fn push_null(&mut self) {
        match &mut self.values {
            Values::Int(values) => values.push(0),
            Values::Float(values) => values.push(0.0),
            Values::Wide(values) => values.push(0),
            Values::Bytes(values) => values.push(&[]),
        }
        self.set_null(self.len() - 1);
    }
    /// Removes all entries, keeping the memory.
    pub fn clear(&mut self) {
        match &mut self.values {
            Values::Int(values) => values.clear(),
            Values::Float(values) => values.clear(),
            Values::Wide(values) => values.clear(),
            Values::Bytes(values) => values.clear(),
        }
        self.nulls = None;
    }
    /// Appends entry `at` of a vector of the same kind.
    pub fn push_from(&mut self, other: &Vector, at: usize) {
        match (&mut self.values, &other.values) {
            (Values::Int(values), Values::Int(others)) => values.push(others[at]),
            (Values::Float(values), Values::Float(others)) => values.push(others[at]),
            (Values::Wide(values), Values::Wide(others)) => values.push(others[at]),
            (Values::Bytes(values), Values::Bytes(others)) => values.push(others.get(at)),
            (values, _) => unreachable!("a column keeps its kind: {:?}", values.len()),
        }
        if other.is_null(at) {
            self.set_null(self.len() - 1);
        }
    }
    /// Appends entries `from..to` of a vector of the same kind.
    pub fn append(&mut self, other: &Vector, from: usize, to: usize) {
        let start = self.len();
        match (&mut self.values, &other.values) {
            (Values::Int(values), Values::Int(others)) => values.extend_from_slice(&others[from..to]),
            (Values::Float(values), Values::Float(others)) => values.extend_from_slice(&others[from..to]),
            (Values::Wide(values), Values::Wide(others)) => values.extend_from_slice(&others[from..to]),
            (Values::Bytes(values), Values::Bytes(others)) => {
                (from..to).for_each(|at| values.push(others.get(at)));
            }
            (values, _) => unreachable!("a column keeps its kind: {:?}", values.len()),
        }
        if other.nulls.is_some() {
            for at in from..to {
                if other.is_null(at) {
                    self.set_null(start + at - from);
                }
            }
        }
    }
    /// The entries of `rows`, in that order.
    pub fn gather(&self, rows: &[u32]) -> Vector {
        let values = match &self.values {
            Values::Int(values) => Values::Int(rows.iter().map(|&at| values[at as usize]).collect()),
            Values::Float(values) => Values::Float(rows.iter().map(|&at| values[at as usize]).collect()),
            Values::Wide(values) => Values::Wide(rows.iter().map(|&at| values[at as usize]).collect()),
            Values::Bytes(values) => {
                let mut gathered = ByteColumn::with_capacity(rows.len());
                rows.iter().for_each(|&at| gathered.push(values.get(at as usize)));
                Values::Bytes(gathered)
            }
        };
        let nulls = self.nulls.as_ref().map(|nulls| nulls.gather(rows)).filter(Bitmap::any);
        Vector { values, nulls }
    }
    /// The entries of `rows`; `None` gives NULL.
    pub fn gather_optional(&self, rows: &[Option<u32>]) -> Vector {
        let mut gathered = Vector::with_capacity(self.kind(), rows.len());
        for row in rows {
            match row {
                Some(at) => gathered.push_from(self, *at as usize),
                None => gathered.push_null(),
            }
        }
        gathered
    }
    /// Entry `at`, `rows` times.
    pub fn repeat(&self, at: usize, rows: usize) -> Vector {
        let mut repeated = Vector::with_capacity(self.kind(), rows);
        (0..rows).for_each(|_| repeated.push_from(self, at));
        repeated
    }
    /// Bytes of the values, if they have no fixed length.
    pub fn text_bytes(&self) -> usize {
        match &self.values {
            Values::Bytes(values) => values.total_bytes(),
            Values::Int(_) | Values::Float(_) | Values::Wide(_) => 0,
        }
    }
    /// Bytes held, roughly.
    pub fn memory_bytes(&self) -> usize {
        let values = match &self.values {
            Values::Int(values) => values.capacity() * 8,
            Values::Float(values) => values.capacity() * 8,
            Values::Wide(values) => values.capacity() * 16,
            Values::Bytes(values) => values.memory_bytes(),
        };
        values + self.nulls.as_ref().map_or(0, Bitmap::memory_bytes)
    }
}
