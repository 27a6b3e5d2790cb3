//! Conversions of columns: none where the stored form is the same, loops for numbers, values for the rest.

use crate::batch::{Values, Vector};
use crate::error::Result;
use crate::function::FunctionContext;
use crate::value::temporal::{self, Moment, timetz};
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

/// One value. Times are read and shown as the clocks of the session show them.
pub(super) fn datum(
    value: &Datum,
    from: SqlType,
    to: TypeName,
    explicit: bool,
    context: &dyn FunctionContext,
) -> Result<Datum> {
    use SqlType::{Char, Date, Name, Text, Time, TimeTz, Timestamp, TimestampTz, Unknown, Varchar};
    if let (Datum::Text(text), Text | Varchar | Char | Name | Unknown) = (value, from)
        && temporal::is_momentary(to.ty)
    {
        let find = |name: &str| context.zone_named(name);
        let moment = Moment { now: Some(context.transaction_time()), zone: context.zone(), find: &find };
        return temporal::parse_in(text, to, &moment);
    }
    let zone = context.zone();
    if let (Datum::Interval(interval), 1.., Text | Varchar | Char | Name | Unknown) =
        (value, zone.intervals, to.ty)
    {
        let mut text = String::new();
        temporal::write_interval_as(interval, zone.intervals, &mut text);
        return cast(&Datum::from(text.as_str()), Text, to, explicit);
    }
    let Datum::Int(time) = *value else { return cast(value, from, to, explicit) };
    let zoned = from == TimestampTz || matches!(to.ty, TimestampTz | TimeTz);
    if zone.is_utc() || !zoned || from == to.ty || temporal::is_infinite(time) {
        return cast(value, from, to, explicit);
    }
    match (from, to.ty) {
        (TimestampTz, Date | Time | Timestamp) => {
            let local = zone.local(time).ok_or_else(temporal::timestamp_out_of_range)?;
            cast(&Datum::Int(local), Timestamp, to, explicit)
        }
        (TimestampTz, TimeTz) => {
            let local = zone.local(time).ok_or_else(temporal::timestamp_out_of_range)?;
            let day = local.rem_euclid(temporal::MICROS_PER_DAY);
            cast(&Datum::Int(timetz::pack(day, zone.east(time))), TimeTz, to, explicit)
        }
        (TimestampTz, Text | Varchar | Char | Name | Unknown) => {
            let mut text = String::new();
            temporal::write_instant(time, zone, &mut text);
            cast(&Datum::from(text.as_str()), Text, to, explicit)
        }
        (Date | Timestamp, TimestampTz) => {
            let local = cast(value, from, TypeName::plain(Timestamp), explicit)?;
            let Datum::Int(local) = local else { return Ok(local) };
            let instant = if temporal::is_infinite(local) { Some(local) } else { zone.instant(local) };
            let instant = instant.ok_or_else(temporal::timestamp_out_of_range)?;
            cast(&Datum::Int(instant), TimestampTz, to, explicit)
        }
        (Time, TimeTz) => {
            let packed = timetz::pack(time, zone.east(context.transaction_time()));
            cast(&Datum::Int(packed), TimeTz, to, explicit)
        }
        _ => cast(value, from, to, explicit),
    }
}

pub(super) fn column<'b>(
    operand: Column<'b>,
    from: SqlType,
    to: TypeName,
    explicit: bool,
    rows: usize,
    context: &dyn FunctionContext,
) -> Result<Column<'b>> {
    if keeps_form(from, to) {
        return Ok(operand);
    }
    if let Column::Constant(value) = &operand {
        return Ok(Column::Constant(if rows == 0 {
            Datum::Null
        } else {
            datum(value, from, to, explicit, context)?
        }));
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
        out.push_datum(&datum(&operand.datum(at, from)?, from, to, explicit, context)?)?;
    }
    Ok(Column::Owned(out))
}
