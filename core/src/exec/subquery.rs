//! Subqueries of expressions: run once, or once per different outer row, and remembered.
//!
//! They run to their end within the step that asks (checking for interrupts between batches): an
//! expression cannot yield in its middle. The memory of what was answered is bounded.

use std::sync::Arc;

use crate::base::hash::HashMap;
use crate::batch::Batch;
use crate::error::{Error, Result, SqlState};
use crate::eval::{Question, Subqueries};
use crate::record::key;
use crate::value::{CompareOp, Datum, SqlType, compare};

use super::build::build;
use super::key::encode_datum;
use super::key_table::KeyTable;
use super::run::{Poll, Run};

/// What one subquery has answered.
#[derive(Default)]
pub(crate) struct Answers {
    /// By the outer values, encoded; the empty key is the answer of an uncorrelated one.
    memo: HashMap<Vec<u8>, Arc<Answer>>,
}

/// Outer rows whose answers are kept.
const MEMO_MAX: usize = 4096;

/// The rows of a subquery, as far as they were needed.
struct Answer {
    /// The single column's values; for EXISTS only how many there are counts.
    values: Vec<Datum>,
    rows: usize,
    /// For `= ANY`: the values without NULL, hashed.
    set: Option<KeyTable>,
    has_null: bool,
}

/// From how many values on `= ANY` is hashed.
const HASH_FROM: usize = 8;

impl Subqueries for Run<'_, '_> {
    fn answer(&mut self, id: usize, outer: &[Datum], question: Question<'_>) -> Result<Datum> {
        let subplan = self
            .plan
            .subplans
            .get(id)
            .ok_or_else(|| Error::internal("a subquery that the plan does not have"))?;
        if self.shared.answers.is_empty() {
            self.shared.answers.resize_with(self.plan.subplans.len(), Answers::default);
        }
        let mut memo_key = Vec::new();
        for (value, ty) in outer.iter().zip(&subplan.outer) {
            // Not `encode_datum`: 1.0 and 1.00 are equal but need not give the same answer.
            key::encode(&mut memo_key, value, *ty, false, false);
            if let Datum::Numeric(value) = value {
                value.write_stored(&mut memo_key);
            }
        }
        let found = self.shared.answers[id].memo.get(&memo_key).map(Arc::clone);
        let answer = match found {
            Some(answer) => answer,
            None => {
                let answer = Arc::new(self.run_subplan(id, outer, question)?);
                let memo = &mut self.shared.answers[id].memo;
                if memo.len() >= MEMO_MAX {
                    memo.clear();
                }
                memo.insert(memo_key, Arc::clone(&answer));
                answer
            }
        };
        answer.reply(question)
    }
}

impl Run<'_, '_> {
    fn run_subplan(&mut self, id: usize, outer: &[Datum], question: Question<'_>) -> Result<Answer> {
        let root = &self.plan.subplans[id].root;
        let first_type = root.types.first().copied();
        let mut operator = build(root, !self.shared.figures.is_empty());
        let (fuel, memory) = (self.cx.fuel, self.shared.memory_bytes);
        self.cx.fuel = u64::MAX;
        let mut answer = Answer { values: Vec::new(), rows: 0, set: None, has_null: false };
        let mut want = if matches!(question, Question::Exists | Question::Scalar) { 2 } else { 64 };
        let mut run = self.nested(outer);
        loop {
            run.cx.interrupt.check()?;
            let rows_max = want.min(run.cx.batch_rows_max);
            match operator.next(&mut run, rows_max)? {
                Poll::Batch(batch) => {
                    answer.rows += batch.rows;
                    match question {
                        Question::Exists => break,
                        Question::Scalar if answer.rows > 1 => {
                            return Err(Error::new(
                                SqlState::CARDINALITY_VIOLATION,
                                "more than one row returned by a subquery used as an expression",
                            ));
                        }
                        Question::Scalar | Question::Any(..) | Question::All(..) => {}
                    }
                    if let Some(ty) = first_type {
                        run.hold(batch.columns[0].memory_bytes())?;
                        answer.take(&batch, ty)?;
                    }
                    want = (want * 4).min(crate::base::limits::BATCH_ROWS_MAX);
                }
                Poll::Done => break,
                Poll::Yield => {}
            }
        }
        self.cx.fuel = fuel;
        self.shared.memory_bytes = memory + answer.values.len() * size_of::<Datum>();
        if let (Question::Any(_, CompareOp::Equal, ty), true) = (question, answer.values.len() >= HASH_FROM) {
            answer.hash(ty)?;
        }
        Ok(answer)
    }
}

impl Answer {
    fn take(&mut self, batch: &Batch, ty: SqlType) -> Result<()> {
        for at in 0..batch.rows {
            let value = batch.columns[0].datum(at, ty)?;
            self.has_null |= value.is_null();
            self.values.push(value);
        }
        Ok(())
    }

    fn hash(&mut self, ty: SqlType) -> Result<()> {
        let mut set = KeyTable::default();
        let mut scratch = Vec::new();
        for value in self.values.iter().filter(|value| !value.is_null()) {
            scratch.clear();
            encode_datum(&mut scratch, value, ty);
            set.insert(&scratch);
        }
        self.set = Some(set);
        Ok(())
    }

    fn reply(&self, question: Question<'_>) -> Result<Datum> {
        Ok(match question {
            Question::Exists => Datum::Bool(self.rows > 0),
            Question::Scalar => self.values.first().cloned().unwrap_or(Datum::Null),
            Question::Any(operand, op, ty) => self.any(operand, op, ty),
            // x op ALL (..) is NOT (x negated-op ANY (..)).
            Question::All(operand, op, ty) => match self.any(operand, op.negated(), ty) {
                Datum::Bool(value) => Datum::Bool(!value),
                other => other,
            },
        })
    }

    fn any(&self, operand: &Datum, op: CompareOp, ty: SqlType) -> Datum {
        if self.rows == 0 {
            return Datum::Bool(false);
        }
        if operand.is_null() {
            return Datum::Null;
        }
        let found = match (&self.set, op) {
            (Some(set), CompareOp::Equal) => {
                let mut scratch = Vec::new();
                encode_datum(&mut scratch, operand, ty);
                set.find(&scratch).is_some()
            }
            _ => self.values.iter().any(|value| !value.is_null() && op.holds(compare(operand, value, ty))),
        };
        if found {
            Datum::Bool(true)
        } else if self.has_null {
            Datum::Null
        } else {
            Datum::Bool(false)
        }
    }
}
