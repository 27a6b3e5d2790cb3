//! What a run did, so that nobody mistakes a run that did nothing for one that found nothing.

use std::collections::BTreeMap;
use std::fmt;

use decentdb_core::env::fault::{Operation, OperationKind};

/// Sums over runs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Lives.
    pub seeds: u64,
    /// Disks left by a power cut or a kill, each opened and checked.
    pub images: u64,
    /// Of these, in the middle of a recovery from an earlier one.
    pub nested_images: u64,
    /// Images on which more transactions were run afterwards.
    pub continued: u64,
    /// Calls of the disk in the lives themselves.
    pub operations: u64,
    /// Armed faults that hit a call.
    pub faults_hit: u64,
    /// By name: what happened how often.
    pub events: BTreeMap<String, u64>,
    /// By name: places at which the power went.
    pub points: BTreeMap<String, u64>,
}

impl Counts {
    /// One more of an event.
    pub fn note(&mut self, event: &str) {
        match self.events.get_mut(event) {
            Some(count) => *count += 1,
            None => {
                self.events.insert(event.to_owned(), 1);
            }
        }
    }

    /// One more crash at a place.
    pub(crate) fn note_point(&mut self, point: &str) {
        match self.points.get_mut(point) {
            Some(count) => *count += 1,
            None => {
                self.points.insert(point.to_owned(), 1);
            }
        }
    }

    /// How often an event was noted.
    pub fn event(&self, event: &str) -> u64 {
        self.events.get(event).copied().unwrap_or(0)
    }

    /// Adds another run.
    pub fn add(&mut self, other: &Counts) {
        self.seeds += other.seeds;
        self.images += other.images;
        self.nested_images += other.nested_images;
        self.continued += other.continued;
        self.operations += other.operations;
        self.faults_hit += other.faults_hit;
        for (into, from) in [(&mut self.events, &other.events), (&mut self.points, &other.points)] {
            for (name, count) in from {
                *into.entry(name.clone()).or_default() += count;
            }
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} seeds, {} crash images ({} inside recoveries, {} lived on), {} disk operations, {} faults hit",
            self.seeds, self.images, self.nested_images, self.continued, self.operations, self.faults_hit
        )?;
        let list = |map: &BTreeMap<String, u64>| {
            map.iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
        };
        writeln!(f, "events: {}", list(&self.events))?;
        write!(f, "power went at: {}", list(&self.points))
    }
}

/// What a call of the disk was for, as far as the call itself shows.
pub(crate) fn purpose(operation: &Operation) -> &'static str {
    let log = operation.file.ends_with("-wal");
    match (operation.kind, log) {
        (OperationKind::Write, true) if operation.offset == 0 => "log header",
        (OperationKind::Write, true) => "log write",
        (OperationKind::Sync, true) => "log sync",
        (OperationKind::Open, true) => "log create",
        (OperationKind::Remove, _) => "log remove",
        (OperationKind::Write, false) if operation.offset == 0 => "slot A write",
        (OperationKind::Write, false) if operation.offset == 16384 => "slot B write",
        (OperationKind::Write, false) => "page write",
        (OperationKind::Sync, false) => "file sync",
        (OperationKind::SetSize, _) => "file growth",
        (OperationKind::Open, false) => "file create",
        _ => "other",
    }
}
