//! Which rows of a partition a window function looks at.
//!
//! ```text
//! rows     0 1 2 3 4 5 6        frame of row 3: ROWS BETWEEN 1 PRECEDING AND 2 FOLLOWING
//! groups   0 0 1 1 1 2 3                        [2, 6), less what EXCLUDE names
//! ```

use core::cmp::Ordering;
use core::ops::Range;

use crate::error::{Error, Result, SqlState};
use crate::exec::row_store::RowStore;
use crate::exec::run::Run;
use crate::physical::{FrameEnd, WindowCall};
use crate::plan::{FrameExclude, FrameUnits};
use crate::value::{ArithmeticOp, Datum, Interval, SqlType, arithmetic, compare, temporal};

/// The rows of one partition, sorted.
#[derive(Default)]
pub(super) struct Partition {
    /// Columns of the input, then what the calls read.
    pub rows: RowStore,
    /// The group of peers of every row, and the first row of every group with the end of the last.
    pub groups: Vec<u32>,
    pub starts: Vec<usize>,
}

impl Partition {
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The peers of a row.
    pub(super) fn peers(&self, row: usize) -> Range<usize> {
        let group = self.groups[row] as usize;
        self.starts[group]..self.starts[group + 1]
    }

    fn group_count(&self) -> usize {
        self.starts.len() - 1
    }
}

/// The only sort key of a RANGE frame with offsets: where its values are.
#[derive(Clone, Copy)]
pub(super) struct RangeKey {
    pub column: usize,
    pub ty: SqlType,
    pub descending: bool,
    pub nulls_first: bool,
}

/// The frame of a call, its offsets computed.
pub(super) struct Bounds {
    units: FrameUnits,
    start: End,
    end: End,
    pub exclude: FrameExclude,
    key: Option<RangeKey>,
}

enum End {
    First,
    /// How many rows or groups after the current one; negative: before.
    Away(i64),
    /// How far the key is away, and whether that is before.
    Distance(Datum, bool),
    Last,
}

impl Bounds {
    pub(super) fn new(run: &mut Run<'_, '_>, call: &WindowCall, key: Option<RangeKey>) -> Result<Bounds> {
        let mut end = |end: &FrameEnd, name: &str| {
            let (program, before) = match end {
                FrameEnd::First => return Ok(End::First),
                FrameEnd::Last => return Ok(End::Last),
                FrameEnd::Current => return Ok(End::Away(0)),
                FrameEnd::Preceding(program) => (program, true),
                FrameEnd::Following(program) => (program, false),
            };
            let value = run.value(program, crate::eval::Row::None)?;
            checked(&value, program.ty(), name, call.units)?;
            Ok(match (call.units, value) {
                (FrameUnits::Range, value) => End::Distance(value, before),
                (_, Datum::Int(count)) => End::Away(if before { -count } else { count }),
                _ => return Err(Error::internal("a frame offset is an int8")),
            })
        };
        let (start, end) = (end(&call.start, "starting")?, end(&call.end, "ending")?);
        Ok(Bounds { units: call.units, start, end, exclude: call.exclude, key })
    }

    /// Whether it begins with the partition, so that an aggregate only has to go on.
    pub(super) fn only_grows(&self) -> bool {
        matches!(self.start, End::First) && self.exclude == FrameExclude::None
    }

    /// The frame of a row, before EXCLUDE.
    pub(super) fn of(&self, partition: &Partition, row: usize) -> Result<Range<usize>> {
        let start = self.place(&self.start, partition, row, false)?;
        let end = self.place(&self.end, partition, row, true)?;
        Ok(start..end.max(start))
    }

    // The first row of the frame, or (`is_end`) the row after its last.
    fn place(&self, end: &End, partition: &Partition, row: usize, is_end: bool) -> Result<usize> {
        let rows = partition.len();
        let moved = |from: usize, by: i64, most: usize| {
            let at = i128::try_from(from).unwrap_or(i128::MAX) + i128::from(by) + i128::from(is_end);
            usize::try_from(at.max(0)).unwrap_or(usize::MAX).min(most)
        };
        Ok(match (end, self.units) {
            (End::First, _) => 0,
            (End::Last, _) => rows,
            (End::Away(by), FrameUnits::Rows) => moved(row, *by, rows),
            (End::Away(by), FrameUnits::Groups) => {
                let group = moved(partition.groups[row] as usize, *by, partition.group_count());
                partition.starts[group]
            }
            (End::Away(_), FrameUnits::Range) => {
                let peers = partition.peers(row);
                if is_end { peers.end } else { peers.start }
            }
            (End::Distance(distance, before), _) => self.by_key(partition, row, distance, *before, is_end)?,
        })
    }

    // Where the keys that are in range begin or end: NULLs are in range of NULLs only.
    fn by_key(
        &self,
        partition: &Partition,
        row: usize,
        distance: &Datum,
        before: bool,
        is_end: bool,
    ) -> Result<usize> {
        let Some(key) = self.key else { return Err(Error::internal("a RANGE frame has one key")) };
        let read = |row: usize| partition.rows.datum(row, key.column, key.ty);
        let current = read(row)?;
        if current.is_null() {
            let peers = partition.peers(row);
            return Ok(if is_end { peers.end } else { peers.start });
        }
        let (bound, ty) = shifted(&current, key.ty, distance, before != key.descending)?;
        let (mut low, mut high) = (0, partition.len());
        // The first row that is not before the bound (or, for an end, that is after it).
        while low < high {
            let middle = low + (high - low) / 2;
            let value = read(middle)?;
            let order = if value.is_null() {
                if key.nulls_first { Ordering::Less } else { Ordering::Greater }
            } else {
                let value = if ty == key.ty { value } else { as_timestamp(value)? };
                let order = compare(&value, &bound, ty);
                if key.descending { order.reverse() } else { order }
            };
            let is_before = order.is_lt() || (is_end && order.is_eq());
            if is_before { low = middle + 1 } else { high = middle }
        }
        Ok(low)
    }
}

fn as_timestamp(date: Datum) -> Result<Datum> {
    match date {
        Datum::Int(days) => Ok(Datum::Int(temporal::date_to_timestamp(days)?)),
        _ => Err(Error::internal("a date is an integer")),
    }
}

fn checked(value: &Datum, ty: SqlType, name: &str, units: FrameUnits) -> Result<()> {
    if value.is_null() {
        return Err(Error::new(
            SqlState::NULL_VALUE_NOT_ALLOWED,
            format!("frame {name} offset must not be null"),
        ));
    }
    let zero = match value {
        Datum::Int(_) => Datum::Int(0),
        Datum::Float(number) if number.is_nan() => return Err(invalid_size()),
        Datum::Float(_) => Datum::Float(0.0),
        Datum::Numeric(number) if number.is_nan() => return Err(invalid_size()),
        Datum::Numeric(_) => Datum::Numeric(0i64.into()),
        _ => Datum::Interval(Interval::default()),
    };
    if compare(value, &zero, ty).is_lt() {
        return Err(match units {
            FrameUnits::Range => invalid_size(),
            FrameUnits::Rows | FrameUnits::Groups => Error::new(
                SqlState::INVALID_PRECEDING_OR_FOLLOWING_SIZE,
                format!("frame {name} offset must not be negative"),
            ),
        });
    }
    Ok(())
}

fn invalid_size() -> Error {
    Error::new(
        SqlState::INVALID_PRECEDING_OR_FOLLOWING_SIZE,
        "invalid preceding or following size in window function",
    )
}

/// A key less a distance, or with it added, and the type of that; what leaves the range of integers stops
/// at its ends.
fn shifted(key: &Datum, ty: SqlType, distance: &Datum, less: bool) -> Result<(Datum, SqlType)> {
    let op = if less { ArithmeticOp::Subtract } else { ArithmeticOp::Add };
    Ok(match (key, distance) {
        (Datum::Int(key), Datum::Int(distance)) => {
            let moved = if less { key.saturating_sub(*distance) } else { key.saturating_add(*distance) };
            (Datum::Int(moved), ty)
        }
        (Datum::Float(key), Datum::Float(distance)) => {
            let moved = if less { key - distance } else { key + distance };
            // Infinity less infinity: everything is in range.
            (Datum::Float(if moved.is_nan() && !key.is_nan() { -*key } else { moved }), ty)
        }
        (Datum::Numeric(key), Datum::Numeric(distance)) => {
            (Datum::Numeric(arithmetic::numerics(op, key, distance)?), ty)
        }
        (Datum::Interval(key), Datum::Interval(distance)) => {
            let moved = match less {
                true => temporal::interval::subtract(*key, *distance)?,
                false => temporal::interval::add(*key, *distance)?,
            };
            (Datum::Interval(moved), ty)
        }
        (Datum::Int(key), Datum::Interval(distance)) => {
            let distance = if less { temporal::interval::negate(*distance)? } else { *distance };
            match ty {
                SqlType::Time => (Datum::Int(key.saturating_add(distance.micros)), ty),
                SqlType::Date => {
                    let key = temporal::date_to_timestamp(*key)?;
                    (Datum::Int(temporal::timestamp::add(key, distance)?), SqlType::Timestamp)
                }
                ty => (Datum::Int(temporal::timestamp::add(*key, distance)?), ty),
            }
        }
        _ => return Err(Error::internal("a RANGE offset fits its key")),
    })
}
