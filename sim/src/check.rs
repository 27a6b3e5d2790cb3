//! What a disaster left must open, hold one of the commits it may hold, and live on.
//!
//! ```text
//! point -> kill | crash(choice) -> open -> commit n, low <= n <= high, tables = history[n], verify clean
//!                                   |         `-> opens the same again `-> more transactions, lose all, there
//!                                   `-> at some of recovery's own writes: crash again, three deep
//! ```

use std::rc::Rc;

use decentdb_core::db::Durability;
use decentdb_core::env::fault::{Crash, FaultVfs};
use decentdb_core::env::{ManualClock, SplitMix64};

use crate::counts::{Counts, purpose};
use crate::error::{During, Failed};
use crate::workload::{Expect, Workload};
use crate::world::{Committed, Openings, Point, States, differs, draw_crash};

/// Who examines: how deep, with which options, counting where.
pub(crate) struct Examiner<'a> {
    pub(crate) openings: &'a Openings,
    pub(crate) depth: usize,
    pub(crate) counts: &'a mut Counts,
    pub(crate) random: SplitMix64,
}

/// The commits that may be found.
struct Bounds<'a, W> {
    low: u64,
    /// What a power cut must leave as long as nothing more is synced.
    sure: u64,
    high: u64,
    states: &'a States<W>,
    /// At level None a power cut may leave anything: only kills are tried.
    kills_only: bool,
}

impl Examiner<'_> {
    /// Ends the world at one point in one way, and looks.
    pub(crate) fn examine<W: Workload>(&mut self, point: &Point<W>) -> Result<(), Failed> {
        let place = format!("{}: {}", point.phase, purpose(&point.operation));
        self.counts.note_point(&place);
        let killed = point.is_unsafe || self.random.chance(1, 9);
        let (vfs, low, how) = if killed {
            (point.vfs.kill(), point.low_kill, "killed".to_owned())
        } else {
            let choice = draw_crash(&mut self.random);
            (point.vfs.crash(&choice), point.low_power, format!("{choice:?}"))
        };
        let high = point.states.keys().next_back().copied().unwrap_or(0);
        let bounds =
            Bounds { low, sure: point.low_power, high, states: &point.states, kills_only: point.is_unsafe };
        let what = format!("{place} {:?}, {how}", point.operation);
        self.image(&vfs, &bounds, killed, 0, &what)
    }

    fn image<W: Workload>(
        &mut self,
        vfs: &FaultVfs,
        bounds: &Bounds<'_, W>,
        killed: bool,
        depth: usize,
        what: &str,
    ) -> Result<(), Failed> {
        vfs.set_capacity_bytes(u64::MAX);
        self.counts.images += 1;
        self.counts.nested_images += u64::from(depth > 0);
        let nested = depth < self.depth && self.random.chance(1, 5);
        if nested {
            vfs.keep_snapshots();
        }
        let (seq, committed) = self.open_and_compare(vfs, bounds, what)?;
        if nested {
            // What a power cut left is on the medium, and recovery takes nothing of it away.
            let sure = if killed { bounds.sure } else { seq };
            let inside = vfs.take_snapshots();
            for _ in 0..inside.len().min(3) {
                let snapshot = &inside[self.random.index(inside.len())];
                self.counts.note_point(&format!("recovery {}: {}", depth + 1, purpose(&snapshot.operation)));
                let kill_again = bounds.kills_only || self.random.chance(1, 4);
                let (after, how) = if kill_again {
                    (snapshot.vfs.kill(), "killed".to_owned())
                } else {
                    let choice = draw_crash(&mut self.random);
                    (snapshot.vfs.crash(&choice), format!("{choice:?}"))
                };
                let low = if kill_again { seq } else { sure };
                let inner = Bounds { low, sure, high: seq, ..*bounds };
                let what = format!("{what}\n  then in recovery at {:?}, {how}", snapshot.operation);
                self.image(&after, &inner, kill_again, depth + 1, &what)?;
            }
        }
        if self.random.chance(1, 8) {
            let exactly = Bounds { low: seq, sure: seq, high: seq, ..*bounds };
            self.open_and_compare(&vfs.kill(), &exactly, &format!("{what}, opened again"))?;
        }
        if self.random.chance(1, 6) {
            let transactions = if self.random.chance(1, 4) { 10 } else { 1 };
            self.live_on(&vfs.kill(), &committed.model, seq, transactions)
                .during(&format!("{what}, living on"))?;
        }
        Ok(())
    }

    /// Opens, compares the tables with the model, verifies.
    fn open_and_compare<W: Workload>(
        &mut self,
        vfs: &FaultVfs,
        bounds: &Bounds<'_, W>,
        what: &str,
    ) -> Result<(u64, Rc<Committed<W>>), Failed> {
        let database =
            self.openings.open(vfs, &ManualClock::default(), self.random.next_u64()).during(what)?;
        let seq = database.storage().last_commit().0;
        let (low, high) = (bounds.low, bounds.high);
        let Some(committed) = bounds.states.get(&seq).filter(|_| (low..=high).contains(&seq)) else {
            return Err(Failed(format!("{what}: found commit {seq}, not in {low}..={high}")));
        };
        let connection = database.connect().during(what)?;
        let found = committed.model.dump(&connection).during(what)?;
        if found != committed.state {
            return Err(differs(&format!("{what}: commit {seq}"), &found, &committed.state));
        }
        let wrong = database.verify().during(what)?;
        if !wrong.is_empty() {
            return Err(Failed(format!("{what}: verify of commit {seq}: {wrong:#?}")));
        }
        Ok((seq, Rc::clone(committed)))
    }

    /// Runs more transactions, takes away whatever was not synced, and finds them all.
    fn live_on<W: Workload>(
        &mut self,
        vfs: &FaultVfs,
        model: &W,
        seq: u64,
        transactions: usize,
    ) -> Result<(), Failed> {
        self.counts.continued += 1;
        let mut model = model.clone();
        let database =
            self.openings.open(vfs, &ManualClock::default(), self.random.next_u64()).during("opening")?;
        let connection = database.connect().during("connecting")?;
        connection.set_durability(Durability::Full);
        if seq == 0 {
            connection.execute_script(&model.schema().join(";")).during("the schema")?;
        }
        for _ in 0..transactions {
            let statement = model.next(&mut self.random);
            match (connection.execute(&statement.sql, ()), statement.expect) {
                (Ok(_), Expect::Success) => {}
                (Err(error), Expect::Error(code)) if error.sqlstate().code() == code => {}
                (done, _) => return Err(Failed(format!("{}: {done:?}", statement.sql))),
            }
        }
        let last = database.storage().last_commit().0;
        drop(connection);
        drop(database);
        let states = States::from([(last, Rc::new(Committed { state: model.state(), model }))]);
        let exactly = Bounds { low: last, sure: last, high: last, states: &states, kills_only: true };
        self.open_and_compare(&vfs.crash(&Crash::LOSE_ALL), &exactly, "after the new transactions")?;
        Ok(())
    }
}
