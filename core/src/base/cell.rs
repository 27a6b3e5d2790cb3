//! The physical form of one stored value, shared by `record` (which makes cells from datums) and by
//! the row trees (which keep them).
//!
//! Knows no SQL types: `record` chooses the width of a type and the bits of a value.

/// How many bytes a stored column takes per row in the column array of a leaf.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CellWidth {
    /// One byte, two's complement (bool).
    W1,
    /// Two bytes.
    W2,
    /// Four bytes (int4, date, the bits of a float4).
    W4,
    /// Eight bytes (int8, timestamps, the bits of a float8).
    W8,
    /// Sixteen bytes (uuid, interval).
    W16,
    /// Any number of bytes, kept in the heap of the page or out of line.
    Var,
}

impl CellWidth {
    /// Bytes per row in the column array; a `Var` column keeps offset and length there.
    pub const fn slot_bytes(self) -> usize {
        match self {
            CellWidth::W1 => 1,
            CellWidth::W2 => 2,
            CellWidth::W4 | CellWidth::Var => 4,
            CellWidth::W8 => 8,
            CellWidth::W16 => 16,
        }
    }
}

/// One stored value, borrowed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cell<'a> {
    /// No value.
    Null,
    /// `W1` to `W8`: sign-extended; a float is its bits (a float4's 32 bits sign-extended from `W4`).
    Int(i64),
    /// `W16`.
    Wide(i128),
    /// `Var`.
    Bytes(&'a [u8]),
}

impl Cell<'_> {
    /// A copy that owns its bytes.
    pub fn to_owned_cell(&self) -> OwnedCell {
        match self {
            Cell::Null => OwnedCell::Null,
            Cell::Int(value) => OwnedCell::Int(*value),
            Cell::Wide(value) => OwnedCell::Wide(*value),
            Cell::Bytes(bytes) => OwnedCell::Bytes(Box::from(*bytes)),
        }
    }
}

/// One stored value that owns its bytes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum OwnedCell {
    /// No value.
    #[default]
    Null,
    /// See [`Cell::Int`].
    Int(i64),
    /// See [`Cell::Wide`].
    Wide(i128),
    /// See [`Cell::Bytes`].
    Bytes(Box<[u8]>),
}

impl OwnedCell {
    /// The value, borrowed.
    pub fn as_cell(&self) -> Cell<'_> {
        match self {
            OwnedCell::Null => Cell::Null,
            OwnedCell::Int(value) => Cell::Int(*value),
            OwnedCell::Wide(value) => Cell::Wide(*value),
            OwnedCell::Bytes(bytes) => Cell::Bytes(bytes),
        }
    }
}

/// How one column of a table is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ColumnLayout {
    /// Its width.
    pub width: CellWidth,
    /// Whether rows may lack a value: such a column has a null bitmap in every leaf.
    pub nullable: bool,
    /// What rows written before the column existed are read as.
    pub missing: OwnedCell,
}

impl ColumnLayout {
    /// A column that every row of the table was written with.
    pub const fn new(width: CellWidth, nullable: bool) -> ColumnLayout {
        ColumnLayout { width, nullable, missing: OwnedCell::Null }
    }
}
