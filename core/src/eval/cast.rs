//! Conversions of columns: none where the stored form is the same, loops for numbers, values for the rest.

use crate::batch::{Values, Vector};
use crate::error::Result;
use crate::value::{Datum, SqlType, TypeName, cast, is_relabel};

use super::column::Column;

/// Whether the physical form stays as it is.
pub(super) fn keeps_form(from: SqlType, to: TypeName) -> bool {
    use SqlType::{Int2, Int4, Int8};
    if to.modifier >= 0 {
        return false;
    }
    is_relabel(from, to.ty) || matches!((from, to.ty), (Int2, Int4 | Int8) | (Int4, Int8))
}

pub(super) fn column<'b>(
    operand: Column<'b>,
    from: SqlType,
    to: TypeName,
    explicit: bool,
    rows: usize,
) -> Result<Column<'b>> {
    if keeps_form(from, to) {
        return Ok(operand);
    }
    if let Column::Constant(value) = &operand {
        return Ok(Column::Constant(if rows == 0 { Datum::Null } else { cast(value, from, to, explicit)? }));
    }
    if let (SqlType::Int2 | SqlType::Int4 | SqlType::Int8, SqlType::Float8) = (from, to.ty)
        && let Some(vector) = operand.vector()
    {
        #[expect(clippy::cast_precision_loss, reason = "bigint to double precision rounds, as in PostgreSQL")]
        let values = vector.ints().iter().map(|value| *value as f64).collect();
        return Ok(Column::Owned(Vector { values: Values::Float(values), nulls: vector.nulls.clone() }));
    }
    let mut out = Vector::for_type(to.ty);
    for at in 0..rows {
        out.push_datum(&cast(&operand.datum(at, from)?, from, to, explicit)?)?;
    }
    Ok(Column::Owned(out))
}
