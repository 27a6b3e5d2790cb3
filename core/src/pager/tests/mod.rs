//! Tests of the pager against a plain map, and what they share.
//!
//! A world is the pager's history as a map per commit: page number to stamp. Whatever the pager did,
//! what it answers must be one of these maps.

mod crash;
mod damage;
mod expiry;
mod faults;
mod interleaved;
mod levels;
mod memory;
mod model;
mod read_ahead;
#[cfg(shuttle)]
mod schedules;
mod threads;

use std::collections::BTreeMap;

use crate::base::{CommitSeq, PageNo};
use crate::env::{Env, FileName, SplitMix64};
use crate::error::Result;
use crate::page::{PAGE_HEADER_BYTES, PageSink, PageSource, Roots};

use super::{Durability, Pager, PagerOptions, WriteTxn, verify};

pub(super) fn name() -> FileName {
    FileName::new("test.ddb").unwrap()
}

/// Small everything, so that links, recycling and evictions happen within a few commits.
pub(super) fn small() -> PagerOptions {
    PagerOptions {
        page_size: 4096,
        cache_bytes: 8 * 4096,
        wal_segment_bytes: 16384,
        wal_soft_bytes: 4 * 16384,
        wal_hard_bytes: 16 * 16384,
        ..PagerOptions::default()
    }
}

/// The same without checkpoints by bytes.
pub(super) fn calm() -> PagerOptions {
    PagerOptions { wal_soft_bytes: 1 << 30, wal_hard_bytes: 1 << 31, ..small() }
}

/// The live pages and their stamps.
pub(super) type State = BTreeMap<u32, u64>;

/// What the pager was asked to do so far.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) history: BTreeMap<u64, State>,
    /// The last commit acknowledged.
    pub(super) acked: u64,
    /// The last commit tried.
    pub(super) attempted: u64,
    pub(super) next_stamp: u64,
}

impl World {
    pub(super) fn new() -> World {
        World { history: [(0, State::new())].into(), acked: 0, attempted: 0, next_stamp: 1 }
    }

    /// Forgets what turned out not to have happened.
    pub(super) fn cut_to(&mut self, seq: u64) {
        self.history.retain(|at, _| *at <= seq);
        self.acked = seq;
        self.attempted = seq;
    }
}

pub(super) fn stamp(page: &mut [u8], value: u64) {
    let end = page.len() - 8;
    page[PAGE_HEADER_BYTES..PAGE_HEADER_BYTES + 8].copy_from_slice(&value.to_le_bytes());
    page[2000..2008].copy_from_slice(&value.to_le_bytes());
    page[end..].copy_from_slice(&value.to_le_bytes());
}

pub(super) fn read_stamp(source: &dyn PageSource, no: u32) -> Result<u64> {
    let page = source.page(PageNo(no))?;
    let long = |at: usize| u64::from_le_bytes(page[at..at + 8].try_into().unwrap());
    let value = long(PAGE_HEADER_BYTES);
    assert_eq!(value, long(2000), "page {no} is of two times");
    assert_eq!(value, long(page.len() - 8), "page {no} is of two times");
    Ok(value)
}

/// Every page of a state reads as it should, and every page is either in it or free.
pub(super) fn assert_state(source: &dyn PageSource, roots: &Roots, state: &State, what: &str) {
    for (no, value) in state {
        let read = read_stamp(source, *no).unwrap_or_else(|error| panic!("{what}: page {no}: {error:?}"));
        assert_eq!(read, *value, "{what}: page {no}");
    }
    let problems = verify::check_partition(source, roots, &mut state.keys().map(|no| PageNo(*no)));
    assert!(problems.is_empty(), "{what}: {problems:?}");
}

/// A transaction of random changes; answers the state it leads to.
pub(super) fn random_changes(
    txn: &mut WriteTxn,
    random: &mut SplitMix64,
    world: &mut World,
    changes: u64,
) -> Result<State> {
    let mut state = world.history[&txn.base().0].clone();
    let mut marks = Vec::new();
    for _ in 0..changes {
        let pick = |random: &mut SplitMix64, state: &State| {
            (!state.is_empty()).then(|| *state.keys().nth(random.index(state.len())).unwrap())
        };
        match random.below(10) {
            0..=3 => {
                if let Some(no) = pick(random, &state) {
                    stamp(txn.page_mut(PageNo(no))?, world.next_stamp);
                    state.insert(no, world.next_stamp);
                    world.next_stamp += 1;
                }
            }
            4..=5 => {
                let no = txn.allocate()?;
                stamp(txn.page_mut(no)?, world.next_stamp);
                assert!(state.insert(no.0, world.next_stamp).is_none(), "page {no} was handed out twice");
                world.next_stamp += 1;
            }
            6 => {
                if let Some(no) = pick(random, &state) {
                    txn.free(PageNo(no))?;
                    state.remove(&no);
                }
            }
            7 => marks.push((txn.savepoint(), state.clone())),
            8 => {
                if !marks.is_empty() {
                    let at = random.index(marks.len());
                    txn.rollback_to(marks[at].0);
                    state.clone_from(&marks[at].1);
                    marks.truncate(at + 1);
                }
            }
            _ => {
                if !marks.is_empty() {
                    let at = random.index(marks.len());
                    txn.release(marks[at].0);
                    marks.truncate(at);
                }
            }
        }
        if let Some(no) = pick(random, &state) {
            assert_eq!(read_stamp(txn, no)?, state[&no], "the writer sees its own change of page {no}");
        }
    }
    Ok(state)
}

/// One random transaction, committed or rolled back.
pub(super) fn random_transaction(
    pager: &Pager,
    random: &mut SplitMix64,
    world: &mut World,
    durability: Durability,
) -> Result<()> {
    let mut txn = pager.begin_write()?;
    let most = if random.chance(1, 10) { 40 } else { 6 };
    let changes = 1 + random.below(most);
    let state = random_changes(&mut txn, random, world, changes)?;
    if random.chance(1, 5) || !txn.has_changes() {
        return Ok(());
    }
    let seq = txn.base().0 + 1;
    world.history.insert(seq, state);
    world.attempted = seq;
    assert_eq!(txn.commit(durability)?, CommitSeq(seq));
    world.acked = seq;
    Ok(())
}

pub(super) fn open(env: &Env) -> Result<Pager> {
    Pager::open(env, &name(), &small())
}
