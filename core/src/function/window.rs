//! Functions that exist for windows only: how a call is resolved. What they give depends on the whole
//! partition, so the executor computes them.

use crate::error::Result;
use crate::value::{SqlType, common_type_for, implicit_cast};

use super::registry::undefined;

/// A function of windows.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum WindowId {
    /// `row_number()`
    RowNumber,
    /// `rank()`
    Rank,
    /// `dense_rank()`
    DenseRank,
    /// `percent_rank()`
    PercentRank,
    /// `cume_dist()`
    CumeDist,
    /// `ntile(buckets)`
    Ntile,
    /// `lag(value [, offset [, default]])`
    Lag,
    /// `lead(value [, offset [, default]])`
    Lead,
    /// `first_value(value)`
    FirstValue,
    /// `last_value(value)`
    LastValue,
    /// `nth_value(value, n)`
    NthValue,
}

use WindowId::{
    CumeDist, DenseRank, FirstValue, Lag, LastValue, Lead, NthValue, Ntile, PercentRank, Rank, RowNumber,
};

const NAMES: [(&str, WindowId); 11] = [
    ("row_number", RowNumber),
    ("rank", Rank),
    ("dense_rank", DenseRank),
    ("percent_rank", PercentRank),
    ("cume_dist", CumeDist),
    ("ntile", Ntile),
    ("lag", Lag),
    ("lead", Lead),
    ("first_value", FirstValue),
    ("last_value", LastValue),
    ("nth_value", NthValue),
];

/// A call that name and argument types decide.
#[derive(Clone, Debug)]
pub struct ResolvedWindow {
    /// What to compute.
    pub id: WindowId,
    /// The types the arguments must be coerced to.
    pub arguments: Vec<SqlType>,
    /// The type of the result.
    pub result: SqlType,
}

/// Whether some function of windows has this name.
pub fn is_window(name: &str) -> bool {
    NAMES.iter().any(|(known, _)| *known == name)
}

/// The name of a function, for plans shown to people.
pub fn window_name(id: WindowId) -> &'static str {
    NAMES.iter().find(|(_, known)| *known == id).map_or("?", |(name, _)| name)
}

/// Resolves a call by name (lower case) and argument types.
pub fn resolve_window(name: &str, arguments: &[SqlType]) -> Result<ResolvedWindow> {
    let found = NAMES.iter().find(|(known, _)| *known == name).map(|(_, id)| *id);
    let Some(id) = found else { return Err(undefined(name, arguments)) };
    let settled = |ty: SqlType| if ty == SqlType::Unknown { SqlType::Text } else { ty };
    let is_int = |ty: SqlType| ty == SqlType::Unknown || implicit_cast(ty, SqlType::Int4);
    let (types, result) = match (id, arguments) {
        (RowNumber | Rank | DenseRank, []) => (Vec::new(), SqlType::Int8),
        (PercentRank | CumeDist, []) => (Vec::new(), SqlType::Float8),
        (Ntile, [count]) if is_int(*count) => (vec![SqlType::Int4], SqlType::Int4),
        (Lag | Lead | FirstValue | LastValue, [value]) => (vec![settled(*value)], settled(*value)),
        (Lag | Lead | NthValue, [value, number]) if is_int(*number) => {
            (vec![settled(*value), SqlType::Int4], settled(*value))
        }
        (Lag | Lead, [value, offset, default]) if is_int(*offset) => {
            match common_type_for(name, &[*value, *default]) {
                Ok(ty) => (vec![settled(ty), SqlType::Int4, settled(ty)], settled(ty)),
                Err(_) => return Err(undefined(name, arguments)),
            }
        }
        _ => return Err(undefined(name, arguments)),
    };
    Ok(ResolvedWindow { id, arguments: types, result })
}
