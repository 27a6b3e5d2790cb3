//! `IN` over constants: a set made once, when the expression is compiled.

use crate::base::hash::HashSet;
use crate::batch::Kind;
use crate::value::{Datum, SqlType, compare};

/// The constants of an IN list.
#[derive(Debug)]
pub(super) struct Members {
    ty: SqlType,
    has_null: bool,
    set: Set,
}

#[derive(Debug)]
enum Set {
    Few(Vec<i64>),
    Ints(HashSet<i64>),
    /// In order of the type.
    Sorted(Vec<Datum>),
}

/// Up to this many integers are compared one by one: that is faster than hashing.
const FEW: usize = 8;

impl Members {
    pub(super) fn new<'d>(ty: SqlType, values: impl Iterator<Item = &'d Datum>) -> Members {
        let (nulls, mut values): (Vec<Datum>, Vec<Datum>) = values.cloned().partition(Datum::is_null);
        let set = if Kind::of(ty) == Kind::Int {
            let ints = values.iter().map(integer);
            if values.len() <= FEW { Set::Few(ints.collect()) } else { Set::Ints(ints.collect()) }
        } else {
            crate::base::order::sort_by(&mut values, |a, b| compare(a, b, ty));
            Set::Sorted(values)
        };
        Members { ty, has_null: !nulls.is_empty(), set }
    }

    pub(super) fn ty(&self) -> SqlType {
        self.ty
    }

    /// Whether an integer (of any type of that kind) is in; `None` is NULL.
    pub(super) fn contains_int(&self, value: i64) -> Option<bool> {
        let found = match &self.set {
            Set::Few(values) => values.contains(&value),
            Set::Ints(values) => values.contains(&value),
            Set::Sorted(_) => false,
        };
        self.three_valued(found)
    }

    /// Whether a value is in; `None` is NULL.
    pub(super) fn contains(&self, value: &Datum) -> Option<bool> {
        match (&self.set, value) {
            (_, Datum::Null) => None,
            (Set::Sorted(values), value) => {
                self.three_valued(values.binary_search_by(|other| compare(other, value, self.ty)).is_ok())
            }
            (_, value) => self.contains_int(integer(value)),
        }
    }

    fn three_valued(&self, found: bool) -> Option<bool> {
        (found || !self.has_null).then_some(found)
    }
}

fn integer(value: &Datum) -> i64 {
    match value {
        Datum::Int(value) => *value,
        Datum::Bool(value) => i64::from(*value),
        _ => 0,
    }
}
