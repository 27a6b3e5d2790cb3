//! Readers that stay: what they hold back, when they are ended, and that they never see another time.

use std::sync::Arc;

use super::*;
use crate::env::{ManualClock, Nanos};
use crate::pager::{ReadTxn, ReaderPolicy};

const SECOND: u64 = 1_000_000_000;
const PAGES: u32 = 12;

fn opened(policy: ReaderPolicy) -> (Pager, ManualClock) {
    let clock = ManualClock::default();
    clock.advance(Nanos(SECOND));
    let env = Env { clock: Arc::new(clock.clone()), ..Env::memory(1) };
    let options = PagerOptions {
        reader_policy: policy,
        reader_warn_nanos: 30 * SECOND,
        reader_expire_nanos: 60 * SECOND,
        ..small()
    };
    let pager = Pager::open(&env, &name(), &options).unwrap();
    set_all(&pager, 1).unwrap();
    (pager, clock)
}

fn set_all(pager: &Pager, value: u64) -> Result<CommitSeq> {
    let mut txn = pager.begin_write()?;
    while txn.roots().page_count < PAGES {
        txn.allocate()?;
    }
    for no in 1..=PAGES {
        stamp(txn.page_mut(PageNo(no))?, value);
    }
    txn.commit(Durability::Relaxed)
}

fn is_expired(reader: &ReadTxn) -> bool {
    let codes: Vec<_> = (1..=PAGES)
        .map(|no| read_stamp(reader, no).map(|_| ()).map_err(|error| error.sqlstate().code().to_owned()))
        .collect();
    let expired = codes.iter().any(Result::is_err);
    // All or nothing: an ended reader gets no page, from memory or not.
    assert!(
        codes.iter().all(|code| *code == if expired { Err("72000".to_owned()) } else { Ok(()) }),
        "{codes:?}"
    );
    assert_eq!(reader.check_active().is_err(), expired);
    expired
}

#[test]
fn a_reader_is_listed_with_its_age_its_label_and_what_it_pins() {
    let (pager, clock) = opened(ReaderPolicy::Lenient);
    let old = pager.begin_read_as(Some("report".into())).unwrap();
    clock.advance(Nanos(31 * SECOND));
    set_all(&pager, 2).unwrap();
    let new = pager.begin_read_as(None).unwrap();
    let list = pager.readers();
    assert_eq!(list.len(), 2);
    assert_eq!((list[0].snapshot, list[0].label.as_deref()), (Some(CommitSeq(1)), Some("report")));
    assert_eq!((list[0].age_nanos, list[0].overdue), (31 * SECOND, true));
    assert_eq!(list[0].pinned_pages, u64::from(PAGES), "one commit of so many pages came after it");
    assert!(list[0].pinned_bytes >= u64::from(PAGES) * 4096);
    assert_eq!((list[1].snapshot, list[1].overdue), (Some(CommitSeq(2)), false));
    assert_eq!((list[1].pinned_pages, list[1].pinned_bytes), (0, 0), "the last commit holds nothing back");
    let metrics = pager.metrics();
    assert_eq!((metrics.readers, metrics.overdue_readers), (2, 1));
    assert_eq!(metrics.oldest_reader_nanos, 31 * SECOND);
    drop((old, new));
    assert_eq!(pager.readers(), []);
    let again = pager.begin_read_as(None).unwrap();
    assert_eq!(pager.readers()[0].label, None, "a label is not handed on");
    drop(again);
}

#[test]
fn a_lenient_policy_ends_nobody_and_fails_commits_at_the_limit() {
    let (pager, clock) = opened(ReaderPolicy::Lenient);
    let reader = pager.begin_read_as(Some("stays".into())).unwrap();
    clock.advance(Nanos(1_000_000 * SECOND));
    let error = (2..100).find_map(|value| set_all(&pager, value).err()).expect("the limit is reached");
    assert_eq!(error.sqlstate().code(), "53400");
    assert!(error.detail().unwrap().contains("(\"stays\")"), "{error:?}");
    assert!(!is_expired(&reader));
    assert_eq!(read_stamp(&reader, 1).unwrap(), 1, "and it still sees its commit");
    let before = pager.last_commit();
    drop(reader);
    assert_eq!(set_all(&pager, 200).unwrap().0, before.0 + 1, "a refused commit left no trace");
}

#[test]
fn a_normal_policy_ends_a_reader_at_its_age_and_not_before() {
    let (pager, clock) = opened(ReaderPolicy::Normal);
    let reader = pager.begin_read_as(None).unwrap();
    clock.advance(Nanos(10 * SECOND));
    set_all(&pager, 2).unwrap();
    let current = pager.begin_read_as(None).unwrap();
    clock.advance(Nanos(49 * SECOND));
    pager.step().unwrap();
    assert!(!is_expired(&reader));
    clock.advance(Nanos(SECOND));
    pager.step().unwrap();
    assert!(is_expired(&reader));
    assert_eq!(pager.metrics().expired_readers, 1);
    assert_eq!(pager.readers().last().unwrap().snapshot, None, "listed until it lets go");
    // One of the last commit holds nothing back, however old.
    clock.advance(Nanos(1000 * SECOND));
    pager.step().unwrap();
    assert!(!is_expired(&current));
    // Young readers may fill the log: then commits fail, as that policy says.
    let error = (3..100).find_map(|value| {
        let young = pager.begin_read_as(None).unwrap();
        let outcome = set_all(&pager, value).err();
        std::mem::forget(young);
        outcome
    });
    assert_eq!(error.expect("the limit is reached").sqlstate().code(), "53400");
}

#[test]
fn a_commit_ends_aged_readers_without_any_timer() {
    let (pager, clock) = opened(ReaderPolicy::Normal);
    let reader = pager.begin_read().unwrap();
    clock.advance(Nanos(SECOND));
    set_all(&pager, 2).unwrap();
    clock.advance(Nanos(61 * SECOND));
    set_all(&pager, 3).unwrap();
    assert!(is_expired(&reader), "seen at the first commit, ended at the second");
}

#[test]
fn a_strict_policy_bounds_the_log_whoever_stays() {
    let (pager, _) = opened(ReaderPolicy::Strict);
    let mut readers = Vec::new();
    let mut longest = 0;
    for value in 2..300 {
        readers.push(pager.begin_read().unwrap());
        set_all(&pager, value).unwrap();
        longest = longest.max(pager.durability_status().live_log_bytes);
    }
    let hard = small().wal_hard_bytes;
    let one = u64::from(PAGES) * 8192;
    assert!(longest <= hard + one, "{longest} bytes of log, {hard} are the limit");
    assert!(pager.metrics().expired_readers > 200);
    let expired = readers.iter().filter(|reader| is_expired(reader)).count() as u64;
    assert_eq!(expired, pager.metrics().expired_readers);
    drop(readers);
    pager.checkpoint().unwrap();
    assert!(pager.verify().unwrap().is_empty());
}

#[test]
fn whatever_happens_a_reader_sees_its_snapshot_or_is_told_that_it_is_too_old() {
    for seed in 1..30 {
        let mut random = SplitMix64::new(seed);
        let policies = [ReaderPolicy::Lenient, ReaderPolicy::Normal, ReaderPolicy::Strict];
        let (pager, clock) = opened(policies[random.index(3)]);
        let mut readers: Vec<ReadTxn> = Vec::new();
        let (mut value, mut told) = (1, 0);
        for _ in 0..400 {
            match random.below(10) {
                0..=1 if readers.len() < 20 => readers.push(pager.begin_read_as(None).unwrap()),
                2 if !readers.is_empty() => drop(readers.swap_remove(random.index(readers.len()))),
                3..=5 => {
                    // Commit number and stamp go together.
                    if set_all(&pager, value + 1).is_ok() {
                        value += 1;
                        assert_eq!(pager.last_commit(), CommitSeq(value));
                    } else {
                        readers.clear();
                    }
                }
                6 => drop(pager.checkpoint_step(1 + random.index(8)).unwrap()),
                7 => clock.advance(Nanos(random.below(20) * SECOND)),
                8 if random.chance(1, 4) => drop(pager.expire_readers()),
                _ => drop(pager.step().unwrap()),
            }
            for reader in &readers {
                match read_stamp(reader, 1 + random.below(u64::from(PAGES)) as u32) {
                    Ok(seen) => assert_eq!(seen, reader.snapshot().0, "seed {seed}"),
                    Err(error) => {
                        assert_eq!(error.sqlstate().code(), "72000", "seed {seed}: {error:?}");
                        told += 1;
                    }
                }
            }
        }
        drop(readers);
        assert!(pager.verify().unwrap().is_empty(), "seed {seed}");
        assert!(told < 400 * 20, "seed {seed}");
    }
}
