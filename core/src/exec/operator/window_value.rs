//! The value of one window call in one row of a partition.

use core::ops::Range;

use crate::error::{Error, Result, SqlState};
use crate::function::{Accumulator, WindowId, accumulator};
use crate::physical::WindowCall;
use crate::plan::{FrameExclude, WindowFunction};
use crate::value::{Datum, SqlType};

use super::frame::{Bounds, Partition};

/// Where a call's arguments and filter are gathered.
pub(super) struct Columns {
    pub arguments: Vec<usize>,
    pub filter: Option<usize>,
}

/// What a call keeps from row to row of a partition.
#[derive(Default)]
pub(super) struct Value {
    running: Option<Box<dyn Accumulator>>,
    /// The rows that are in `running`, and what they came to.
    frame: Range<usize>,
    result: Option<Datum>,
    looked_at: usize,
}

struct View<'v> {
    call: &'v WindowCall,
    columns: &'v Columns,
    partition: &'v Partition,
    row: usize,
}

impl View<'_> {
    fn argument(&self, row: usize, at: usize) -> Result<Datum> {
        self.partition.rows.datum(row, self.columns.arguments[at], self.call.argument_types[at])
    }

    fn int(&self, at: usize) -> Result<Option<i64>> {
        match self.argument(self.row, at)? {
            Datum::Int(value) => Ok(Some(value)),
            _ => Ok(None),
        }
    }

    fn counts(&self, row: usize) -> Result<bool> {
        match self.columns.filter {
            None => Ok(true),
            Some(column) => Ok(self.partition.rows.datum(row, column, SqlType::Bool)? == Datum::Bool(true)),
        }
    }

    /// The frame as up to three stretches of rows.
    fn stretches(&self, frame: &Range<usize>, exclude: FrameExclude) -> [Range<usize>; 3] {
        let peers = self.partition.peers(self.row);
        let none = frame.end..frame.end;
        let cut = |from: usize, to: usize| {
            let from = from.clamp(frame.start, frame.end);
            from..to.clamp(from, frame.end)
        };
        match exclude {
            FrameExclude::None => [frame.clone(), none.clone(), none],
            FrameExclude::Current => [cut(0, self.row), cut(self.row + 1, usize::MAX), none],
            FrameExclude::Group => [cut(0, peers.start), cut(peers.end, usize::MAX), none],
            FrameExclude::Ties => {
                [cut(0, peers.start), cut(self.row, self.row + 1), cut(peers.end, usize::MAX)]
            }
        }
    }
}

fn float(value: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "rows are far below 2^53")]
    let value = value as f64;
    value
}

fn int(value: usize) -> Result<Datum> {
    i64::try_from(value).map(Datum::Int).map_err(|_| Error::internal("rows are counted in 63 bits"))
}

impl Value {
    /// Rows looked at for the last answer.
    pub(super) fn looked_at(&self) -> usize {
        self.looked_at
    }

    pub(super) fn of(
        &mut self,
        call: &WindowCall,
        columns: &Columns,
        bounds: &Bounds,
        partition: &Partition,
        row: usize,
    ) -> Result<Datum> {
        self.looked_at = 1;
        let view = View { call, columns, partition, row };
        match call.function {
            WindowFunction::Aggregate { strict, .. } => self.aggregate(&view, bounds, strict),
            WindowFunction::Window(id) => window_function(id, &view, bounds),
        }
    }

    fn aggregate(&mut self, view: &View<'_>, bounds: &Bounds, strict: bool) -> Result<Datum> {
        let frame = bounds.of(view.partition, view.row)?;
        let goes_on = bounds.only_grows() && frame.end >= self.frame.end && self.running.is_some();
        if bounds.exclude == FrameExclude::None
            && frame == self.frame
            && let Some(result) = &self.result
        {
            return Ok(result.clone());
        }
        let WindowFunction::Aggregate { function, .. } = view.call.function else {
            return Err(Error::internal("an aggregate"));
        };
        let stretches = if goes_on {
            let empty = frame.end..frame.end;
            [self.frame.end..frame.end, empty.clone(), empty]
        } else {
            self.running = Some(accumulator(function, &view.call.argument_types)?);
            view.stretches(&frame, bounds.exclude)
        };
        let Some(running) = &mut self.running else { return Err(Error::internal("made above")) };
        let mut arguments = Vec::with_capacity(view.columns.arguments.len());
        for at in stretches.into_iter().flatten() {
            self.looked_at += 1;
            if !view.counts(at)? {
                continue;
            }
            arguments.clear();
            for argument in 0..view.columns.arguments.len() {
                arguments.push(view.argument(at, argument)?);
            }
            if !strict || !arguments.iter().any(Datum::is_null) {
                running.step(&arguments)?;
            }
        }
        let result = running.finish()?;
        self.frame = frame;
        self.result = Some(result.clone());
        Ok(result)
    }
}

fn window_function(id: WindowId, view: &View<'_>, bounds: &Bounds) -> Result<Datum> {
    let (partition, row) = (view.partition, view.row);
    let rows = partition.len();
    match id {
        WindowId::RowNumber => int(row + 1),
        WindowId::Rank => int(partition.peers(row).start + 1),
        WindowId::DenseRank => int(partition.groups[row] as usize + 1),
        WindowId::PercentRank if rows <= 1 => Ok(Datum::Float(0.0)),
        WindowId::PercentRank => Ok(Datum::Float(float(partition.peers(row).start) / float(rows - 1))),
        WindowId::CumeDist => Ok(Datum::Float(float(partition.peers(row).end) / float(rows))),
        WindowId::Ntile => ntile(view),
        WindowId::Lag | WindowId::Lead => offset_value(view, id == WindowId::Lag),
        WindowId::FirstValue | WindowId::LastValue | WindowId::NthValue => frame_value(id, view, bounds),
    }
}

fn ntile(view: &View<'_>) -> Result<Datum> {
    // PostgreSQL takes the number from the first row of the partition.
    let buckets = match view.argument(0, 0)? {
        Datum::Int(buckets) => buckets,
        _ => return Ok(Datum::Null),
    };
    let Some(buckets) = usize::try_from(buckets).ok().filter(|buckets| *buckets > 0) else {
        return Err(Error::new(
            SqlState::INVALID_ARGUMENT_FOR_NTILE,
            "argument of ntile must be greater than zero",
        ));
    };
    let (size, larger) = (view.partition.len() / buckets, view.partition.len() % buckets);
    // The first `larger` buckets have one row more.
    let boundary = larger * (size + 1);
    let bucket = if view.row < boundary {
        view.row / (size + 1)
    } else {
        larger + (view.row - boundary).checked_div(size).unwrap_or(0)
    };
    int(bucket + 1)
}

fn offset_value(view: &View<'_>, back: bool) -> Result<Datum> {
    let arguments = view.columns.arguments.len();
    let distance = if arguments > 1 {
        match view.int(1)? {
            Some(distance) => distance,
            None => return Ok(Datum::Null),
        }
    } else {
        1
    };
    let distance = if back { distance.saturating_neg() } else { distance };
    let at = i64::try_from(view.row).ok().and_then(|row| row.checked_add(distance));
    match at.and_then(|at| usize::try_from(at).ok()).filter(|at| *at < view.partition.len()) {
        Some(at) => view.argument(at, 0),
        None if arguments > 2 => view.argument(view.row, 2),
        None => Ok(Datum::Null),
    }
}

fn frame_value(id: WindowId, view: &View<'_>, bounds: &Bounds) -> Result<Datum> {
    let frame = bounds.of(view.partition, view.row)?;
    let stretches = view.stretches(&frame, bounds.exclude);
    let mut wanted = match id {
        WindowId::NthValue => match view.int(1)? {
            None => return Ok(Datum::Null),
            Some(number) => match usize::try_from(number).ok().filter(|number| *number > 0) {
                Some(number) => number - 1,
                None => {
                    return Err(Error::new(
                        SqlState::INVALID_ARGUMENT_FOR_NTH_VALUE,
                        "argument of nth_value must be greater than zero",
                    ));
                }
            },
        },
        WindowId::LastValue => {
            let last = stretches.iter().rev().find(|stretch| !stretch.is_empty());
            return last.map_or(Ok(Datum::Null), |stretch| view.argument(stretch.end - 1, 0));
        }
        _ => 0,
    };
    for stretch in stretches {
        if wanted < stretch.len() {
            return view.argument(stretch.start + wanted, 0);
        }
        wanted -= stretch.len();
    }
    Ok(Datum::Null)
}
