//! The columns of a wide row past the inline ones, encoded one after the other.
//!
//! ```text
//! columns u16 | null bits | values: fixed widths as they are, variable ones after their length u32
//! ```
//!
//! A tail of no bytes has no columns: rows written before the first such column was added.

use crate::base::cell::{Cell, CellWidth};
use crate::error::{Error, Result, SqlState};

use super::row_layout::RowLayout;

/// Appends the tail of a row: `cells` are the columns past the inline ones.
pub fn encode(layout: &RowLayout, cells: &[Cell<'_>], out: &mut Vec<u8>) -> Result<()> {
    let count = u16::try_from(cells.len()).map_err(|_| Error::internal("a tail of too many columns"))?;
    out.extend_from_slice(&count.to_le_bytes());
    let bits = out.len();
    out.resize(bits + cells.len().div_ceil(8), 0);
    for (index, (cell, column)) in cells.iter().zip(&layout.columns()[layout.inline_count()..]).enumerate() {
        match (column.width, cell) {
            (_, Cell::Null) => out[bits + index / 8] |= 1 << (index % 8),
            (CellWidth::W1 | CellWidth::W2 | CellWidth::W4 | CellWidth::W8, Cell::Int(value)) => {
                out.extend_from_slice(&value.to_le_bytes()[..column.width.slot_bytes()]);
            }
            (CellWidth::W16, Cell::Wide(value)) => out.extend_from_slice(&value.to_le_bytes()),
            (CellWidth::Var, Cell::Bytes(bytes)) => {
                let length = u32::try_from(bytes.len()).map_err(|_| {
                    Error::new(SqlState::PROGRAM_LIMIT_EXCEEDED, "a value is larger than four gigabytes")
                })?;
                out.extend_from_slice(&length.to_le_bytes());
                out.extend_from_slice(bytes);
            }
            (
                CellWidth::W1 | CellWidth::W2 | CellWidth::W4 | CellWidth::W8,
                Cell::Wide(_) | Cell::Bytes(_),
            )
            | (CellWidth::W16, Cell::Int(_) | Cell::Bytes(_))
            | (CellWidth::Var, Cell::Int(_) | Cell::Wide(_)) => {
                return Err(Error::internal("a value is of another kind than its column"));
            }
        }
    }
    Ok(())
}

/// Calls `each` with the column number and value of every tail column until it answers `false`. Columns
/// the row was written without are given as missing.
pub fn decode<'a>(
    layout: &'a RowLayout,
    tail: &'a [u8],
    mut each: impl FnMut(usize, Cell<'a>) -> bool,
) -> Result<()> {
    let (count, bits, mut rest) = split_header(tail)?;
    for (index, column) in layout.columns()[layout.inline_count()..].iter().enumerate() {
        let cell = if index >= count {
            column.missing.as_cell()
        } else if bits[index / 8] >> (index % 8) & 1 == 1 {
            Cell::Null
        } else {
            take_value(column.width, &mut rest)?
        };
        if !each(layout.inline_count() + index, cell) {
            break;
        }
    }
    Ok(())
}

/// The value of one tail column.
pub fn cell<'a>(layout: &'a RowLayout, tail: &'a [u8], column: usize) -> Result<Cell<'a>> {
    let mut found = Cell::Null;
    decode(layout, tail, |at, cell| {
        found = cell;
        at < column
    })?;
    Ok(found)
}

fn split_header(tail: &[u8]) -> Result<(usize, &[u8], &[u8])> {
    let Some((count, rest)) = tail.split_first_chunk::<2>() else {
        return if tail.is_empty() { Ok((0, &[], &[])) } else { Err(short()) };
    };
    let count = usize::from(u16::from_le_bytes(*count));
    let (bits, rest) = rest.split_at_checked(count.div_ceil(8)).ok_or_else(short)?;
    Ok((count, bits, rest))
}

fn take_value<'a>(width: CellWidth, rest: &mut &'a [u8]) -> Result<Cell<'a>> {
    Ok(match width {
        CellWidth::W1 => Cell::Int(i64::from(i8::from_le_bytes(take(rest)?))),
        CellWidth::W2 => Cell::Int(i64::from(i16::from_le_bytes(take(rest)?))),
        CellWidth::W4 => Cell::Int(i64::from(i32::from_le_bytes(take(rest)?))),
        CellWidth::W8 => Cell::Int(i64::from_le_bytes(take(rest)?)),
        CellWidth::W16 => Cell::Wide(i128::from_le_bytes(take(rest)?)),
        CellWidth::Var => {
            let length = usize::try_from(u32::from_le_bytes(take(rest)?)).unwrap_or(usize::MAX);
            let (value, after) = rest.split_at_checked(length).ok_or_else(short)?;
            *rest = after;
            Cell::Bytes(value)
        }
    })
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N]> {
    let (value, after) = rest.split_first_chunk::<N>().ok_or_else(short)?;
    *rest = after;
    Ok(*value)
}

#[cold]
fn short() -> Error {
    Error::corrupt("the tail of a wide row ends too early")
}
