//! Functions that return rows: how a call is resolved, and what makes its rows.
//!
//! The seam between `bind` (FROM, select lists) and `exec` (the function scan): neither knows a function
//! by name. A function is one entry of a table here.
//!
//! ```text
//! name, argument types --resolve_set--> ResolvedSet (id, columns)
//! id, argument values  --row_source--> RowSource --next--> a row at a time
//! ```
//!
//! S1  A source does bounded work per row and holds no more than its arguments and its place in them.
//! S2  A strict function with a NULL argument has no rows; it is not called.

mod pieces;
mod series;

use crate::base::sync::MaybeSend;
use crate::error::{Error, Result};
use crate::value::{Datum, SqlType};

use super::FunctionContext;
use super::registry::{ambiguous, settled, undefined};
use super::signature::{Choice, Parameter, choose};

/// A resolved set-returning function: an index into the table.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct SetFunctionId(pub u16);

/// The rows of one call, made as they are asked for.
pub trait RowSource: MaybeSend {
    /// Appends the values of the next row, one per column, to `out`; `false` when there is none.
    fn next(&mut self, out: &mut Vec<Datum>) -> Result<bool>;
}

/// Makes the rows of one call. Arguments have the resolved types.
type Maker = fn(&[Datum], &dyn FunctionContext) -> Result<Box<dyn RowSource>>;

/// What the columns of the rows are, for argument types. One column without a name is a plain value: it
/// is called as the function or its alias.
type Shape = fn(&[SqlType]) -> Vec<(&'static str, SqlType)>;

/// One signature.
pub(crate) struct SetEntry {
    name: &'static str,
    parameters: &'static [Parameter],
    shape: Shape,
    strict: bool,
    make: Maker,
}

/// A strict function of these parameters.
pub(crate) const fn s(
    name: &'static str,
    parameters: &'static [Parameter],
    shape: Shape,
    make: Maker,
) -> SetEntry {
    SetEntry { name, parameters, shape, strict: true, make }
}

impl SetEntry {
    /// It is called with NULLs too.
    pub(crate) const fn takes_nulls(mut self) -> SetEntry {
        self.strict = false;
        self
    }
}

/// A call that name and argument types decide.
#[derive(Clone, Debug)]
pub struct ResolvedSet {
    /// What to call.
    pub id: SetFunctionId,
    /// The types the arguments must be coerced to.
    pub arguments: Vec<SqlType>,
    /// Columns of the rows; a single one without a name is a plain value.
    pub columns: Vec<(&'static str, SqlType)>,
}

static GROUPS: [&[SetEntry]; 2] = [series::ENTRIES, pieces::ENTRIES];

fn entries() -> impl Iterator<Item = (SetFunctionId, &'static SetEntry)> {
    (0u16..).map(SetFunctionId).zip(GROUPS.iter().flat_map(|group| group.iter()))
}

fn entry(id: SetFunctionId) -> Option<&'static SetEntry> {
    entries().nth(usize::from(id.0)).map(|(_, entry)| entry)
}

/// Whether some set-returning function has this name.
pub fn is_set_function(name: &str) -> bool {
    entries().any(|(_, entry)| entry.name == name)
}

/// The name of a function, for plans shown to people.
pub fn set_function_name(id: SetFunctionId) -> &'static str {
    entry(id).map_or("?", |entry| entry.name)
}

/// Resolves a call by name (lower case, without schema) and argument types.
pub fn resolve_set(name: &str, arguments: &[SqlType]) -> Result<ResolvedSet> {
    let (mut found, mut candidates) = (Vec::new(), Vec::new());
    for (id, entry) in entries() {
        if entry.name == name && entry.parameters.len() == arguments.len() {
            found.push((id, entry));
            candidates.push(entry.parameters.to_vec());
        }
    }
    match choose(&candidates, arguments) {
        Choice::One(at) => {
            let (id, entry) = found[at];
            let (arguments, _) = settled(entry.parameters, arguments, SqlType::Void)?;
            Ok(ResolvedSet { id, columns: (entry.shape)(&arguments), arguments })
        }
        Choice::None => Err(undefined(name, arguments)),
        Choice::Ambiguous => Err(ambiguous(name, arguments)),
    }
}

/// The rows of a call. `arguments` have the types of [`ResolvedSet::arguments`].
pub fn row_source(
    id: SetFunctionId,
    arguments: &[Datum],
    context: &dyn FunctionContext,
) -> Result<Box<dyn RowSource>> {
    let entry = entry(id).ok_or_else(|| Error::internal("unknown set-returning function id"))?;
    if entry.strict && arguments.iter().any(Datum::is_null) {
        return Ok(Box::new(NoRows));
    }
    (entry.make)(arguments, context)
}

/// No rows at all.
struct NoRows;

impl RowSource for NoRows {
    fn next(&mut self, _: &mut Vec<Datum>) -> Result<bool> {
        Ok(false)
    }
}

/// A row that is there already: a scalar function in FROM.
pub fn single_row(row: Vec<Datum>) -> Box<dyn RowSource> {
    Box::new(SingleRow(Some(row)))
}

struct SingleRow(Option<Vec<Datum>>);

impl RowSource for SingleRow {
    fn next(&mut self, out: &mut Vec<Datum>) -> Result<bool> {
        match self.0.take() {
            Some(row) => {
                out.extend(row);
                Ok(true)
            }
            None => Ok(false),
        }
    }
}
