//! Those who look: the writer itself, other connections, readers that stay, intruders.

use decentdb_core::env::SplitMix64;
use decentdb_core::error::{Error, SqlState};
use decentdb_core::page::PageSource;
use decentdb_core::pager::ReadTxn;
use decentdb_core::pager::verify::free_pages;
use decentdb_core::store;

use super::{Reader, World, differs};
use crate::error::{During, Failed};
use crate::workload::Workload;

impl<W: Workload> World<W> {
    pub(super) fn check_own_view(&mut self, what: &str) -> Result<(), Failed> {
        let seen = self.model.dump(self.connection()?);
        let Some(seen) = self.tolerate("the writer's own view", seen)? else {
            // The read that failed has aborted the transaction.
            return self.roll_back(false);
        };
        if seen != self.model.state() {
            return Err(differs(&format!("the writer's own view after {what}"), &seen, &self.model.state()));
        }
        self.counts.note("own view");
        Ok(())
    }

    /// Another connection sees the last commit, whatever the writer is doing.
    pub(super) fn check_committed(&mut self, what: &str) -> Result<(), Failed> {
        let other = self.database()?.connect().during(what)?;
        let committed = self.committed()?;
        let seen = committed.model.dump(&other);
        let Some(seen) = self.tolerate(what, seen)? else { return Ok(()) };
        if seen != committed.state {
            return Err(differs(&format!("{what}, commit {}", self.published), &seen, &committed.state));
        }
        self.counts.note("committed view");
        Ok(())
    }

    pub(super) fn read(&mut self, random: &mut SplitMix64) -> Result<(), Failed> {
        self.phase = "read";
        if random.chance(1, 3) {
            return self.check_committed("a second connection");
        }
        if self.readers.is_empty() || self.readers.len() < 4 && random.chance(1, 3) {
            let begun = self.database()?.storage().begin_read_as(Some("simulated".into()));
            let txn = begun.during("begin_read")?;
            let found = fingerprint(&txn);
            if let Some(fingerprint) = self.tolerate("a new reader", found)? {
                self.readers.push(Reader { txn, fingerprint });
            }
            return Ok(());
        }
        let at = random.index(self.readers.len());
        let leaves = random.chance(1, 3);
        let (found, expected) = (fingerprint(&self.readers[at].txn), self.readers[at].fingerprint);
        let reader = self.readers.swap_remove(at);
        match found {
            Ok(found) if found == expected => {
                self.counts.note("snapshot reread");
                if !leaves {
                    self.readers.push(reader);
                }
            }
            Ok(_) => {
                let what = format!("the snapshot of commit {} has changed", reader.txn.snapshot());
                return Err(Failed(what));
            }
            Err(error) if error.sqlstate() == SqlState::SNAPSHOT_TOO_OLD => {
                self.counts.note("snapshot expired");
                if reader.txn.check_active().is_ok() {
                    return Err(Failed::new("an expired reader is active again"));
                }
            }
            Err(error) => {
                self.tolerate("an old reader", Err::<(), Error>(error))?;
            }
        }
        Ok(())
    }

    pub(super) fn intrude(&mut self) -> Result<(), Failed> {
        let mut second = self.openings.clone();
        second.options.create = false;
        match second.open(&self.vfs, &self.clock, 1).err().map(|error| error.sqlstate()) {
            Some(SqlState::OBJECT_IN_USE) => self.counts.note("second opener refused"),
            other if self.faults_about => {
                self.counts.note(&format!("second opener: {:?}", other.map(|code| code.code().to_owned())));
            }
            other => return Err(Failed(format!("a second opener gets {other:?}"))),
        }
        if self.in_transaction && self.database()?.storage().begin_write().is_err() {
            self.counts.note("second writer refused");
        }
        Ok(())
    }
}

/// The bytes of every page a snapshot uses, as a number.
pub(super) fn fingerprint(txn: &ReadTxn) -> Result<u64, Error> {
    use std::hash::Hasher as _;
    let mut hasher = std::hash::DefaultHasher::new();
    txn.check_active()?;
    let free = free_pages(txn, txn.roots());
    if let Some(problem) = free.problems.into_iter().next() {
        return Err(problem);
    }
    for (no, is_free) in free.is_free.iter().enumerate().skip(1) {
        if !is_free {
            let no = u32::try_from(no).unwrap_or(u32::MAX);
            hasher.write(&txn.page(decentdb_core::base::PageNo(no))?);
        }
    }
    store::load_catalog(txn, txn.roots())?;
    Ok(hasher.finish())
}
