//! The memory of the log's index, and what makes a checkpoint due.

use std::sync::Arc;

use super::*;
use crate::env::{ManualClock, Nanos};

/// A load of `pages` new pages, `per_commit` at a time; answers the most memory the index took.
fn load(pager: &Pager, pages: u32, per_commit: u32, durability: Durability) -> u64 {
    let mut most = 0;
    for from in (0..pages).step_by(per_commit as usize) {
        let mut txn = pager.begin_write().unwrap();
        for _ in from..pages.min(from + per_commit) {
            let no = txn.allocate().unwrap();
            stamp(txn.page_mut(no).unwrap(), u64::from(no.0));
        }
        txn.commit(durability).unwrap();
        most = most.max(pager.metrics().wal_index_bytes);
    }
    most
}

fn options(index_bytes: usize) -> PagerOptions {
    PagerOptions {
        cache_bytes: 64 * 4096,
        wal_segment_bytes: 1 << 20,
        // Only memory limits this log.
        wal_soft_bytes: 1 << 40,
        wal_hard_bytes: 1 << 41,
        wal_index_bytes: index_bytes,
        ..PagerOptions::default()
    }
}

#[test]
fn a_bulk_load_stays_within_the_memory_of_the_index() {
    let cap = 256 << 10;
    let pager = Pager::open(&Env::memory(1), &name(), &options(cap)).unwrap();
    let most = load(&pager, 20_000, 100, Durability::Relaxed);
    let metrics = pager.metrics();
    assert!(most <= cap as u64, "{most} bytes of {cap}");
    assert!(most > cap as u64 / 4, "the limit is used: {most}");
    assert!(metrics.checkpoints >= 5, "{} checkpoints", metrics.checkpoints);
    // Without the limit the same load takes several times as much.
    let free = Pager::open(&Env::memory(1), &name(), &options(1 << 30)).unwrap();
    let unbounded = load(&free, 20_000, 100, Durability::Relaxed);
    assert!(unbounded > 4 * most, "{unbounded} against {most}");
    assert_eq!(free.metrics().checkpoints, 0);
}

#[test]
fn many_versions_of_few_pages_count_too_and_a_reader_cannot_make_them_grow() {
    let cap = 64 << 10;
    let pager = Pager::open(&Env::memory(1), &name(), &options(cap)).unwrap();
    load(&pager, 8, 8, Durability::Relaxed);
    let reader = pager.begin_read().unwrap();
    let mut most = 0;
    for value in 0..4000 {
        let mut txn = pager.begin_write().unwrap();
        stamp(txn.page_mut(PageNo(1 + value % 8)).unwrap(), u64::from(value));
        txn.commit(Durability::Relaxed).unwrap();
        most = most.max(pager.metrics().wal_index_bytes);
    }
    // The reader is ended when nothing else helps: the policy is strict by default.
    assert_eq!(read_stamp(&reader, 1).unwrap_err().sqlstate().code(), "72000");
    assert!(most <= cap as u64 + 8192, "{most} bytes of {cap}");
}

#[test]
fn one_transaction_larger_than_the_limit_is_committed_all_the_same() {
    let cap = 64 << 10;
    let pager = Pager::open(&Env::memory(1), &name(), &options(cap)).unwrap();
    load(&pager, 50, 10, Durability::Relaxed);
    let most = load(&pager, 5000, 5000, Durability::Relaxed);
    let after = pager.metrics().wal_index_bytes;
    assert!(after <= cap as u64 && most <= cap as u64, "checkpointed with the commit: {after}, {most}");
    assert_eq!(pager.begin_read().unwrap().roots().page_count, 5050);
    assert!(pager.verify().unwrap().is_empty());
}

#[test]
fn an_old_log_is_checkpointed_by_the_clock_in_slices() {
    let clock = ManualClock::default();
    let env = Env { clock: Arc::new(clock.clone()), ..Env::memory(1) };
    let options = PagerOptions { checkpoint_nanos: 5_000_000_000, ..options(1 << 30) };
    let pager = Pager::open(&env, &name(), &options).unwrap();
    load(&pager, 600, 100, Durability::Relaxed);
    clock.advance(Nanos(4_999_999_999));
    assert_eq!(pager.step().unwrap(), Some(Nanos(5_000_000_000)));
    assert_eq!(pager.metrics().checkpoint_pages, 0);
    clock.advance(Nanos(1));
    assert_eq!(pager.step().unwrap(), Some(Nanos(5_000_000_000)), "a slice, and more at once");
    assert_eq!(pager.metrics().checkpoint_pages, 256);
    pager.step().unwrap();
    assert_eq!(pager.step().unwrap(), None, "done, and nothing is foreseen");
    assert_eq!((pager.metrics().checkpoints, pager.metrics().checkpoint_pages), (1, 600));
    // A commit does it where the host has no timer.
    load(&pager, 10, 10, Durability::Relaxed);
    clock.advance(Nanos(5_000_000_000));
    load(&pager, 10, 10, Durability::Relaxed);
    assert_eq!(pager.metrics().checkpoints, 2);
}

/// The pages of ten million rows of a hundred bytes, about 1 GB of log; a minute:
/// `cargo test --release -p decentdb-core --lib -- --ignored ten_million_rows`.
#[test]
#[ignore = "a minute"]
fn the_pages_of_ten_million_rows_stay_within_the_memory_of_the_index() {
    let cap = 1 << 20;
    let pager = Pager::open(&Env::memory(1), &name(), &options(cap)).unwrap();
    let most = load(&pager, 250_000, 250, Durability::Relaxed);
    println!("{most} bytes at most of {cap}, {} checkpoints", pager.metrics().checkpoints);
    assert!(most <= cap as u64);
}
