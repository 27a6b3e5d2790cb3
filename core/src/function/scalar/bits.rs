//! Bitwise operators, under the names of PostgreSQL's functions behind them.

use crate::function::argument::int;
use crate::function::registry::{Entry, f};
use crate::value::Datum;
use crate::value::SqlType::{Int2, Int4, Int8};

macro_rules! bitwise {
    ($($ty:ident, $native:ident, $bits:literal, $and:literal $or:literal $xor:literal $not:literal
        $left:literal $right:literal;)*) => {
        &[$(
            f($and, &[$ty, $ty], $ty, |a, _| Ok(Datum::Int(int(a, 0)? & int(a, 1)?))),
            f($or, &[$ty, $ty], $ty, |a, _| Ok(Datum::Int(int(a, 0)? | int(a, 1)?))),
            f($xor, &[$ty, $ty], $ty, |a, _| Ok(Datum::Int(int(a, 0)? ^ int(a, 1)?))),
            f($not, &[$ty], $ty, |a, _| Ok(Datum::Int(!int(a, 0)?))),
            // The count is taken modulo the width, as the processors PostgreSQL runs on do; smallint is
            // shifted as integer.
            f($left, &[$ty, Int4], $ty, |a, _| {
                let shifted = int(a, 0)? << (int(a, 1)? & ($bits - 1));
                Ok(Datum::Int(i64::from(shifted as $native)))
            }),
            f($right, &[$ty, Int4], $ty, |a, _| Ok(Datum::Int(int(a, 0)? >> (int(a, 1)? & ($bits - 1))))),
        )*]
    };
}

pub(super) static FUNCTIONS: &[Entry] = bitwise! {
    Int2, i16, 32, "int2and" "int2or" "int2xor" "int2not" "int2shl" "int2shr";
    Int4, i32, 32, "int4and" "int4or" "int4xor" "int4not" "int4shl" "int4shr";
    Int8, i64, 64, "int8and" "int8or" "int8xor" "int8not" "int8shl" "int8shr";
};
