//! Openings, closings and disasters: how a process ends, and what the next one finds.

use decentdb_core::env::SplitMix64;
use decentdb_core::error::Error;

use super::looking::fingerprint;
use super::{End, NAME, RECOVERIES_MAX, World, draw_crash};
use crate::error::{During, Failed};
use crate::workload::Workload;

impl<W: Workload> World<W> {
    pub(super) fn open(&mut self) -> Result<(), Error> {
        self.openings_made = self.openings_made.wrapping_add(0x9E37_79B9);
        self.above_none = false;
        self.trace = self.trace.rotate_left(7) ^ self.vfs.trace_hash();
        let database = self.openings.open(&self.vfs, &self.clock, self.openings_made)?;
        self.connection = Some(database.connect()?);
        self.database = Some(database);
        Ok(())
    }

    pub(super) fn reopen(&mut self, random: &mut SplitMix64) -> Result<(), Failed> {
        self.phase = "close";
        self.connection = None;
        self.in_transaction = false;
        self.marks.clear();
        self.model.clone_from(&self.committed()?.model);
        if random.chance(1, 2) {
            self.readers.clear();
        }
        let Some(database) = self.database.take() else { return Ok(()) };
        let closed = database.close();
        let closed = self.tolerate("close", closed)?;
        for reader in std::mem::take(&mut self.readers) {
            if fingerprint(&reader.txn).is_ok() {
                return Err(Failed::new("a reader reads on after the close"));
            }
        }
        if closed.is_none() {
            let end = if self.vfs.is_off() || random.chance(1, 2) { End::Power } else { End::Kill };
            return self.restart(end, random);
        }
        // A log that a crash left beside a clean file stays until there is something to write.
        let wrote = self.published > self.opened_at;
        if self.vfs.bytes(&format!("{NAME}-wal")).is_some() && wrote && !self.faults_about {
            return Err(Failed::new("a clean close leaves its log behind"));
        }
        self.collect();
        self.full = self.published;
        self.low_power = self.published;
        self.was_unsafe = false;
        self.phase = "opening";
        let opened = self.open();
        if self.tolerate("open", opened)?.is_none() {
            let end = if self.vfs.is_off() { End::Power } else { End::Kill };
            return self.restart(end, random);
        }
        self.counts.note("clean reopening");
        self.check_opened(self.published)
    }

    /// After every action: what a failure of the disk leaves behind it.
    pub(super) fn settle(&mut self, random: &mut SplitMix64) -> Result<(), Failed> {
        if self.ended {
            return Ok(());
        }
        self.collect();
        if self.vfs.is_off() {
            self.counts.note("power cut");
            return self.restart(End::Power, random);
        }
        let status = self.database()?.storage().durability_status();
        if status.poisoned.is_some() {
            self.counts.note("poisoned");
            if !self.faults_about {
                return Err(Failed(format!("poisoned without a fault: {:?}", status.poisoned)));
            }
            self.check_poisoned()?;
            let end = if random.chance(1, 2) { End::Kill } else { End::Power };
            return self.restart(end, random);
        }
        if self.database()?.storage().durability_status().read_only {
            return self.restart(End::Kill, random);
        }
        Ok(())
    }

    /// A poisoned handle reads and does not write: not one call reaches the disk (I9).
    pub(super) fn check_poisoned(&mut self) -> Result<(), Failed> {
        self.vfs.clear_faults();
        let storage = self.database()?.storage();
        let before = self.vfs.operations();
        if storage.begin_write().is_ok() || storage.checkpoint().is_ok() || storage.sync().is_ok() {
            return Err(Failed::new("a poisoned handle still writes"));
        }
        if self.vfs.operations() != before {
            return Err(Failed::new("a poisoned handle still calls the disk to write"));
        }
        let txn = storage.begin_read().during("a poisoned handle reads")?;
        if txn.snapshot().0 != self.published {
            return Err(Failed(format!("a poisoned handle shows commit {}", txn.snapshot())));
        }
        drop(txn);
        // A page whose write was lost by a failed sync may be gone; wrong rows may not be shown.
        self.check_committed("reading from a poisoned handle")?;
        for reader in std::mem::take(&mut self.readers) {
            match fingerprint(&reader.txn) {
                Ok(found) if found != reader.fingerprint => {
                    return Err(Failed::new("a reader of a poisoned handle sees something else"));
                }
                _ => self.counts.note("reader of a poisoned handle"),
            }
        }
        Ok(())
    }

    /// The process or the machine is gone; the next one opens the file, perhaps more than once.
    pub(super) fn restart(&mut self, end: End, random: &mut SplitMix64) -> Result<(), Failed> {
        let unsafe_before = self.was_unsafe || self.is_unsafe();
        self.collect();
        self.readers.clear();
        self.connection = None;
        self.database = None;
        self.in_transaction = false;
        self.marks.clear();
        self.counts.note(if end == End::Kill { "killed" } else { "power failed" });
        let mut end = end;
        let mut low = self.published;
        for attempt in 0..RECOVERIES_MAX {
            self.counts.faults_hit += self.vfs.faults_hit();
            self.counts.operations += self.vfs.operations();
            self.vfs = match end {
                End::Kill => self.vfs.kill(),
                End::Power => {
                    low = self.low_power;
                    self.vfs.crash(&draw_crash(random))
                }
            };
            if end == End::Power && unsafe_before {
                // Level None: nothing is promised but an error where something is missing.
                self.counts.note("power cut at level none");
                self.ended = true;
                return Ok(());
            }
            self.vfs.set_capacity_bytes(u64::MAX);
            self.faults_about = false;
            self.vfs.keep_snapshots();
            self.phase = "recovery";
            if attempt + 1 < RECOVERIES_MAX && random.chance(1, 3) {
                self.vfs.cut_power_at(1 + random.below(30));
            }
            match self.open() {
                Ok(()) => {
                    self.vfs.clear_faults();
                    let seq = self.database()?.storage().last_commit().0;
                    if seq < low || seq > self.attempted {
                        let high = self.attempted;
                        return Err(Failed(format!("recovered commit {seq}, not in {low}..={high}")));
                    }
                    // What recovery itself leaves at each of its operations.
                    self.attempted = seq;
                    self.low_kill = low.min(seq);
                    if end == End::Power && attempt == 0 {
                        self.low_power = seq;
                        self.low_kill = seq;
                    }
                    self.collect();
                    return self.check_opened(seq);
                }
                Err(_) if self.vfs.is_off() => {
                    self.counts.note("power failed in recovery");
                    self.low_kill = low;
                    self.collect();
                    end = End::Power;
                }
                Err(error) => return Err(Failed(format!("does not open again: {error:?}"))),
            }
        }
        Err(Failed::new("the simulator never opened the database again"))
    }

    /// The database holds commit `seq`, whole.
    pub(super) fn check_opened(&mut self, seq: u64) -> Result<(), Failed> {
        self.published = seq;
        self.opened_at = seq;
        self.full = seq;
        self.attempted = seq;
        self.history.split_off(&(seq + 1));
        self.model.clone_from(&self.committed()?.model);
        self.check_committed("after opening")?;
        let wrong = self.database()?.verify();
        if let Some(wrong) = self.tolerate("verify", wrong)?
            && !wrong.is_empty()
            && !self.faults_about
        {
            return Err(Failed(format!("verify after opening: {wrong:#?}")));
        }
        Ok(())
    }
}
