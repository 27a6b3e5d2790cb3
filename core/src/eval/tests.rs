//! Columns against rows: both forms of every expression agree, in values and in errors.

use crate::base::ColumnId;
use crate::batch::{Batch, Vector};
use crate::error::Result;
use crate::plan::{ArithmeticOp, CompareOp, Expr, LikeKind, LogicalPlan};
use crate::value::{Datum, Numeric, SqlType, TypeName};

use super::{EvalContext, NoContext, Place, Row, Scope, compile, constant};

struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound
    }
    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[usize::try_from(self.below(from.len() as u64)).unwrap()]
    }
}

/// The columns of the test batch, by position.
const TYPES: [SqlType; 6] =
    [SqlType::Int4, SqlType::Int8, SqlType::Float8, SqlType::Numeric, SqlType::Text, SqlType::Bool];

struct Positions;

impl Scope for Positions {
    fn stack(&self) -> crate::error::stack::Stack {
        crate::error::stack::Stack::here()
    }
    fn column(&mut self, id: ColumnId, _ty: SqlType) -> Result<Place> {
        Ok(Place::Input(id.0 as usize))
    }
    fn subquery(&mut self, _plan: &LogicalPlan) -> Result<(usize, Vec<(ColumnId, SqlType)>)> {
        panic!("no subqueries here")
    }
}

fn value(random: &mut Random, ty: SqlType) -> Datum {
    if random.below(6) == 0 {
        return Datum::Null;
    }
    match ty {
        SqlType::Int4 => Datum::Int(random.pick(&[0, 1, -1, 2, 7, i64::from(i32::MAX), i64::from(i32::MIN)])),
        SqlType::Int8 => Datum::Int(random.pick(&[0, 1, -1, 3, i64::MAX, i64::MIN])),
        SqlType::Float8 => Datum::Float(random.pick(&[0.0, -0.0, 1.5, -2.0, f64::NAN, f64::INFINITY, 1e300])),
        SqlType::Numeric => Datum::Numeric(
            Numeric::parse(random.pick(&["0", "1", "1.00", "-2.5", "NaN", "123456789012345678901234567890"]))
                .unwrap(),
        ),
        SqlType::Bool => Datum::Bool(random.below(2) == 0),
        _ => Datum::from(random.pick(&["", "a", "ab", "abc", "%", "\u{e4}", "A", "10"])),
    }
}

/// A random expression of a type.
fn expr(random: &mut Random, ty: SqlType, depth: u32) -> Expr {
    let column = TYPES.iter().position(|other| *other == ty);
    if depth == 0 || random.below(5) == 0 {
        return match column {
            Some(at) if random.below(3) > 0 => Expr::Column(ColumnId(u32::try_from(at).unwrap()), ty),
            _ => Expr::Literal(value(random, ty), ty),
        };
    }
    let sub = |random: &mut Random, ty| Box::new(expr(random, ty, depth - 1));
    match random.below(8) {
        0 => Expr::Case {
            branches: vec![
                (*sub(random, SqlType::Bool), *sub(random, ty)),
                (*sub(random, SqlType::Bool), *sub(random, ty)),
            ],
            otherwise: if random.below(2) == 0 { Some(sub(random, ty)) } else { None },
            ty,
        },
        1 => Expr::Coalesce((0..3).map(|_| *sub(random, ty)).collect(), ty),
        _ => match ty {
            SqlType::Bool => {
                let of = random.pick(&TYPES);
                match random.below(9) {
                    0 => Expr::And((0..3).map(|_| *sub(random, SqlType::Bool)).collect()),
                    1 => Expr::Or((0..3).map(|_| *sub(random, SqlType::Bool)).collect()),
                    2 => Expr::Not(sub(random, SqlType::Bool)),
                    3 => Expr::IsNull { operand: sub(random, of), negated: random.below(2) == 0 },
                    4 => Expr::IsDistinct {
                        left: sub(random, of),
                        right: sub(random, of),
                        ty: of,
                        negated: random.below(2) == 0,
                    },
                    5 => Expr::IsBool {
                        operand: sub(random, SqlType::Bool),
                        value: random.pick(&[None, Some(true), Some(false)]),
                        negated: random.below(2) == 0,
                    },
                    6 => {
                        let literal = random.below(2) == 0;
                        let list = (0..random.below(12))
                            .map(|_| {
                                if literal { Expr::Literal(value(random, of), of) } else { *sub(random, of) }
                            })
                            .collect();
                        Expr::InList { operand: sub(random, of), list, ty: of, negated: random.below(2) == 0 }
                    }
                    7 => Expr::Like {
                        kind: random.pick(&[LikeKind::CaseSensitive, LikeKind::CaseInsensitive]),
                        operand: sub(random, SqlType::Text),
                        pattern: if random.below(2) == 0 {
                            let pattern =
                                random.pick(&["a%", "%b%", "_", "%", "ab", "%c", "a\\", "\\%", "a_%"]);
                            Box::new(Expr::Literal(Datum::from(pattern), SqlType::Text))
                        } else {
                            sub(random, SqlType::Text)
                        },
                        escape: None,
                        negated: random.below(2) == 0,
                    },
                    _ => Expr::Compare {
                        op: random.pick(&[
                            CompareOp::Equal,
                            CompareOp::NotEqual,
                            CompareOp::Less,
                            CompareOp::LessOrEqual,
                            CompareOp::Greater,
                            CompareOp::GreaterOrEqual,
                        ]),
                        ty: of,
                        left: sub(random, of),
                        right: sub(random, of),
                    },
                }
            }
            SqlType::Text => {
                let from = random.pick(&[SqlType::Int4, SqlType::Bool, SqlType::Numeric]);
                Expr::Cast { operand: sub(random, from), from, to: TypeName::plain(ty), explicit: true }
            }
            _ if random.below(5) == 0 => {
                let from = random.pick(&[SqlType::Int4, SqlType::Int8, SqlType::Numeric, SqlType::Text]);
                Expr::Cast { operand: sub(random, from), from, to: TypeName::plain(ty), explicit: true }
            }
            _ if random.below(6) == 0 => Expr::Negate(sub(random, ty), ty),
            _ => Expr::Arithmetic {
                op: random
                    .pick(&[
                        ArithmeticOp::Add,
                        ArithmeticOp::Subtract,
                        ArithmeticOp::Multiply,
                        ArithmeticOp::Divide,
                        ArithmeticOp::Modulo,
                    ])
                    .for_type(ty),
                ty,
                left: sub(random, ty),
                right: sub(random, ty),
            },
        },
    }
}

trait ForType {
    fn for_type(self, ty: SqlType) -> Self;
}

impl ForType for ArithmeticOp {
    fn for_type(self, ty: SqlType) -> ArithmeticOp {
        // double precision has no %.
        if ty == SqlType::Float8 && self == ArithmeticOp::Modulo { ArithmeticOp::Add } else { self }
    }
}

fn batch(random: &mut Random, rows: usize) -> Batch {
    let mut batch = Batch { columns: TYPES.iter().map(|ty| Vector::for_type(*ty)).collect(), rows: 0 };
    for _ in 0..rows {
        let row: Vec<Datum> = TYPES.iter().map(|ty| value(random, *ty)).collect();
        batch.push_row(&row).unwrap();
    }
    batch
}

/// Printed, so that NaN equals NaN and 1.0 differs from 1.00.
fn shown(value: &Datum, ty: SqlType) -> String {
    if value.is_null() { "NULL".to_owned() } else { value.to_text(ty) }
}

#[test]
fn columns_and_rows_agree() {
    let mut errors = 0;
    for seed in 1..1500_u64 {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let ty = random.pick(&TYPES);
        let expression = expr(&mut random, ty, 4);
        let program = compile(&expression, &mut Positions).unwrap();
        let batch = batch(&mut random, 9);
        let mut cx = EvalContext { parameters: &[], outer: &[], functions: &NoContext, subqueries: None };
        let by_row: Vec<Result<Datum>> =
            (0..batch.rows).map(|at| program.value(Row::Batch(&batch, at), &mut cx)).collect();
        match program.evaluate(&batch, &mut cx) {
            Ok(vector) => {
                assert_eq!(vector.len(), batch.rows, "seed {seed}");
                for (at, value) in by_row.iter().enumerate() {
                    let value = value
                        .as_ref()
                        .unwrap_or_else(|e| panic!("seed {seed} row {at}: {e:?} {expression:?}"));
                    let got = vector.datum(at, ty).unwrap();
                    assert_eq!(shown(&got, ty), shown(value, ty), "seed {seed} row {at}: {expression:?}");
                }
                if ty == SqlType::Bool {
                    let expected: Vec<u32> = (0..9)
                        .filter(|at| by_row[*at as usize].as_ref().unwrap() == &Datum::Bool(true))
                        .collect();
                    assert_eq!(program.filter(&batch, &mut cx).unwrap(), expected, "seed {seed}");
                }
            }
            Err(error) => {
                errors += 1;
                let some = by_row.iter().any(|row| matches!(row, Err(e) if e.sqlstate() == error.sqlstate()));
                assert!(some, "seed {seed}: only the columns fail: {error:?} {expression:?}");
            }
        }
    }
    assert!(errors > 50 && errors < 1200, "{errors} of the expressions failed: too few or too many to tell");
}

#[test]
fn overflow_names_the_type_and_nulls_do_not_overflow() {
    let literal = |value: i64, ty| Box::new(Expr::Literal(Datum::Int(value), ty));
    let sum = |ty, left, right| Expr::Arithmetic { op: ArithmeticOp::Add, ty, left, right };
    for (ty, most, name) in [
        (SqlType::Int2, i64::from(i16::MAX), "smallint"),
        (SqlType::Int4, i64::from(i32::MAX), "integer"),
        (SqlType::Int8, i64::MAX, "bigint"),
    ] {
        let error = constant(&sum(ty, literal(most, ty), literal(1, ty)), &NoContext).unwrap_err();
        assert_eq!(error.message(), format!("{name} out of range"));
        // The slot of a NULL holds a number that would overflow.
        let mut column = Vector::from_ints(vec![most, 1, 2]);
        column.set_null(0);
        let batch = Batch { columns: vec![column], rows: 3 };
        let expression = sum(ty, Box::new(Expr::Column(ColumnId(0), ty)), literal(1, ty));
        let program = compile(&expression, &mut Positions).unwrap();
        let mut cx = EvalContext { parameters: &[], outer: &[], functions: &NoContext, subqueries: None };
        let result = program.evaluate(&batch, &mut cx).unwrap();
        assert_eq!(result.datum(0, ty).unwrap(), Datum::Null);
        assert_eq!(result.datum(2, ty).unwrap(), Datum::Int(3));
    }
}

#[test]
fn a_long_list_of_constants_keeps_three_valued_logic() {
    // Long lists take the hashed way: NULL inside makes "not found" unknown.
    let list = |null: bool| {
        let mut list: Vec<Expr> = (0..40).map(|at| Expr::Literal(Datum::Int(at), SqlType::Int4)).collect();
        if null {
            list.push(Expr::Literal(Datum::Null, SqlType::Int4));
        }
        list
    };
    for (operand, null, expected) in [
        (Datum::Int(5), false, Datum::Bool(true)),
        (Datum::Int(50), false, Datum::Bool(false)),
        (Datum::Int(5), true, Datum::Bool(true)),
        (Datum::Int(50), true, Datum::Null),
        (Datum::Null, false, Datum::Null),
    ] {
        let operand = Box::new(Expr::Literal(operand, SqlType::Int4));
        let expression = Expr::InList { operand, list: list(null), ty: SqlType::Int4, negated: false };
        assert_eq!(constant(&expression, &NoContext).unwrap(), expected);
    }
}
