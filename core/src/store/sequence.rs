//! Sequences: numbers promised ahead in ranges, so that a draw writes a page once in 32 times.
//!
//! The stored state of a sequence is the first value nobody was promised. A draw that has no promised
//! value left promises 32 more: the new state must be written by the drawing transaction before it
//! commits, and the values are then handed out from memory.
//!
//! ```text
//! stored: 33      memory: next 5, covered 28         crash: goes on at 33, 5..32 are skipped
//! ```
//!
//! Q1  `next` never goes back while the process lives: a rollback does not return numbers.
//! Q2  A transaction that commits a number has written, or follows one that committed, a state past it:
//!     after a rollback the ranges it promised are promised again by whoever draws next (S3).
//! Q3  Only the one writer draws, so promises are made by one transaction at a time.

use crate::base::ObjectId;
use crate::base::hash::HashMap;
use crate::base::sync::{RankedGuard, RankedMutex, rank};
use crate::catalog::Sequence;
use crate::error::{Error, Result, SqlState};

/// How many values a stored state covers, as PostgreSQL's SEQ_LOG_VALS.
const PROMISED: u32 = 32;

/// The sequences of a database that somebody drew from since it was opened.
#[derive(Debug, Default)]
pub struct Sequences(RankedMutex<HashMap<ObjectId, State>, { rank::SEQUENCES }>);

#[derive(Clone, Copy, Debug)]
struct State {
    /// The value to hand out next; `None` when all are gone.
    next: Option<i64>,
    /// How many values from `next` on the stored state covers.
    covered: u32,
    /// The state the transaction that runs must write, or has written and not committed.
    promise: Promise,
    /// It was restarted by a transaction whose rollback brings the stored state back.
    undone: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Promise {
    /// The stored state is committed.
    Kept,
    /// Somebody must write this state.
    Owed(Option<i64>),
    /// The writing transaction wrote it.
    Written,
}

impl Sequences {
    /// Draws a number. `stored` reads the stored state, at the first draw only; a sequence without one
    /// begins at its start.
    pub fn draw(
        &self,
        sequence: &Sequence,
        stored: impl FnOnce() -> Result<Option<Option<i64>>>,
    ) -> Result<i64> {
        let mut states = self.lock();
        let state = match states.entry(sequence.id) {
            std::collections::hash_map::Entry::Occupied(found) => found.into_mut(),
            std::collections::hash_map::Entry::Vacant(place) => {
                let next = stored()?.unwrap_or(Some(sequence.start));
                place.insert(State { next, covered: 0, promise: Promise::Kept, undone: false })
            }
        };
        let Some(value) = state.next else { return Err(exhausted(sequence)) };
        if state.covered == 0 {
            let mut after = state.next;
            let mut covered = 0;
            while let (Some(value), true) = (after, covered < PROMISED) {
                after = successor(sequence, value);
                covered += 1;
            }
            state.covered = covered;
            state.promise = Promise::Owed(after);
        }
        state.covered -= 1;
        state.next = successor(sequence, value);
        Ok(value)
    }

    /// Sets the value to hand out next (`None`: none is left). `undone` says whether a rollback takes it back.
    pub fn set(&self, sequence: ObjectId, next: Option<i64>, undone: bool) {
        self.lock().insert(sequence, State { next, covered: 0, promise: Promise::Owed(next), undone });
    }

    /// The states the running transaction must write, each once: `(sequence, state)`.
    pub fn take_owed(&self) -> Vec<(ObjectId, Option<i64>)> {
        let mut owed = Vec::new();
        for (id, state) in self.lock().iter_mut() {
            if let Promise::Owed(next) = state.promise {
                owed.push((*id, next));
                state.promise = Promise::Written;
            }
        }
        crate::base::order::sort_by_key(&mut owed, |(id, _)| *id);
        owed
    }

    /// The writing transaction is about to commit: what it wrote counts.
    pub fn committed(&self) {
        for state in self.lock().values_mut() {
            if state.promise == Promise::Written {
                state.promise = Promise::Kept;
            }
            state.undone = false;
        }
    }

    /// The writing transaction rolled back, to a savepoint or wholly: what it wrote is gone (Q2).
    pub fn rolled_back(&self) {
        let mut states = self.lock();
        states.retain(|_, state| !state.undone);
        for state in states.values_mut() {
            if state.promise != Promise::Kept {
                state.covered = 0;
                state.promise = Promise::Kept;
            }
        }
    }

    /// Forgets sequences that `exists` does not know: their ids are never used again, their state is.
    pub fn retain(&self, exists: impl Fn(ObjectId) -> bool) {
        self.lock().retain(|id, _| exists(*id));
    }

    /// The exact states of sequences with promised values left, to write before a clean close.
    pub fn exact(&self) -> Vec<(ObjectId, Option<i64>)> {
        let mut exact: Vec<_> = self
            .lock()
            .iter()
            .filter(|(_, state)| state.covered > 0)
            .map(|(id, state)| (*id, state.next))
            .collect();
        crate::base::order::sort_by_key(&mut exact, |(id, _)| *id);
        exact
    }

    fn lock(&self) -> RankedGuard<'_, HashMap<ObjectId, State>, { rank::SEQUENCES }> {
        self.0.lock()
    }
}

/// The value after `value`; `None` when there is none.
pub fn successor(sequence: &Sequence, value: i64) -> Option<i64> {
    let next =
        value.checked_add(sequence.increment).filter(|next| (sequence.min..=sequence.max).contains(next));
    match next {
        None if sequence.cycle => Some(if sequence.increment > 0 { sequence.min } else { sequence.max }),
        next => next,
    }
}

fn exhausted(sequence: &Sequence) -> Error {
    let (bound, value) =
        if sequence.increment > 0 { ("maximum", sequence.max) } else { ("minimum", sequence.min) };
    Error::new(
        SqlState::SEQUENCE_GENERATOR_LIMIT_EXCEEDED,
        format!("nextval: reached {bound} value of sequence \"{}\" ({value})", sequence.name),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sequence(increment: i64, min: i64, max: i64, start: i64, cycle: bool) -> Sequence {
        Sequence {
            id: ObjectId(20_000),
            schema: "public".into(),
            name: "s".into(),
            start,
            increment,
            min,
            max,
            cycle,
            owner: None,
        }
    }

    fn draw(sequences: &Sequences, sequence: &Sequence) -> i64 {
        sequences.draw(sequence, || Ok(None)).expect("a value is left")
    }

    #[test]
    fn a_range_is_written_once_in_thirty_two_draws() {
        let (sequences, sequence) = (Sequences::default(), sequence(1, 1, i64::MAX, 1, false));
        for round in 0..3 {
            for at in 0..32 {
                assert_eq!(draw(&sequences, &sequence), round * 32 + at + 1);
                let owed = sequences.take_owed();
                if at == 0 {
                    assert_eq!(owed, [(sequence.id, Some((round + 1) * 32 + 1))]);
                } else {
                    assert!(owed.is_empty(), "draw {at} of round {round}");
                }
                sequences.committed();
            }
        }
    }

    #[test]
    fn a_rollback_keeps_the_numbers_drawn_but_not_the_promise() {
        // Without Q2 the second transaction would commit 2 while the stored state still says 1.
        let (sequences, sequence) = (Sequences::default(), sequence(1, 1, i64::MAX, 1, false));
        assert_eq!(draw(&sequences, &sequence), 1);
        assert_eq!(sequences.take_owed(), [(sequence.id, Some(33))]);
        sequences.rolled_back();
        assert_eq!(draw(&sequences, &sequence), 2);
        assert_eq!(sequences.take_owed(), [(sequence.id, Some(34))]);
    }

    #[test]
    fn the_end_of_a_sequence_is_an_error_or_its_beginning() {
        let sequences = Sequences::default();
        let short = sequence(1, 1, 2, 1, false);
        assert_eq!([draw(&sequences, &short), draw(&sequences, &short)], [1, 2]);
        assert_eq!(sequences.take_owed(), [(short.id, None)]);
        let error = sequences.draw(&short, || Ok(None)).expect_err("both are gone");
        assert_eq!(error.message(), "nextval: reached maximum value of sequence \"s\" (2)");
        assert_eq!(error.sqlstate().code(), "2200H");

        let sequences = Sequences::default();
        let round = sequence(-5, i64::MIN, i64::MAX, i64::MIN + 4, true);
        assert_eq!([draw(&sequences, &round), draw(&sequences, &round)], [i64::MIN + 4, i64::MAX]);
    }

    #[test]
    fn a_reopened_sequence_goes_on_after_what_was_promised_or_drawn() {
        let sequence = sequence(2, 1, 1000, 1, false);
        let sequences = Sequences::default();
        assert_eq!([draw(&sequences, &sequence), draw(&sequences, &sequence)], [1, 3]);
        let [(_, promised)] = sequences.take_owed()[..] else { panic!("one range") };
        let crashed = Sequences::default();
        assert_eq!(crashed.draw(&sequence, || Ok(Some(promised))).expect("left"), 65);
        let [(_, exact)] = sequences.exact()[..] else { panic!("one range") };
        let closed = Sequences::default();
        assert_eq!(closed.draw(&sequence, || Ok(Some(exact))).expect("left"), 5);
    }
}
