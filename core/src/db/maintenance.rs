//! Care of the file: copies of it, and mending what something else damaged.
//!
//! ```text
//! verify   reads everything, changes nothing
//! gc       pages neither used nor free -> free list
//! repair   free list made anew from what the trees use; damaged indexes built anew from their tables
//! backup   one snapshot as a file of its own, while the writer goes on
//! ```
//!
//! M1  Mending is one transaction: it is all there after a crash, or nothing of it.
//! M2  Nothing is mended by guessing: where a table itself is damaged, `repair` refuses and changes nothing.

use std::sync::Arc;

use crate::base::ObjectId;
use crate::catalog::Catalog;
use crate::env::{Env, FileName};
use crate::error::{Error, Result};
use crate::pager::{self, Backup, WriteTxn};
use crate::store;

use super::Database;

/// Pages copied between two looks at whether the copy is done.
const BACKUP_STEP_PAGES: u32 = 1024;

/// What [`Database::repair`] did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RepairReport {
    /// What was wrong before, in words.
    pub problems: Vec<String>,
    /// Free pages of the list made anew; 0 when the old one was right.
    pub free_pages: u32,
    /// Indexes built anew, by name.
    pub rebuilt_indexes: Vec<String>,
}

impl Database {
    /// Puts pages that are neither used nor free on the free list; answers how many there were. No transaction
    /// of ours leaves one behind: on a file that only DecentDB wrote the answer is 0.
    ///
    /// # Errors
    /// XX001 when a tree or the free list is damaged ([`Database::repair`] is for that); 55P03 when another
    /// connection is writing.
    pub fn gc(&self) -> Result<u32> {
        self.shared.check_open()?;
        let mut txn = self.shared.begin_write()?;
        let roots = *txn.roots();
        let catalog = self.shared.catalog_of(&txn, &roots)?;
        let (mut kept, bad_indexes) = store::used_pages(&txn, &roots, &catalog)?;
        let free = pager::verify::free_pages(&txn, &roots);
        if let Some(problem) = free.problems.into_iter().next() {
            return Err(problem);
        }
        if let Some(id) = bad_indexes.first() {
            let name = index_name(&catalog, *id);
            return Err(Error::corrupt(format!("index \"{name}\" is damaged")).with_hint("Run repair."));
        }
        for (kept, free) in kept.iter_mut().zip(&free.is_free) {
            *kept |= free;
        }
        let count = txn.reclaim(&kept)?;
        if count > 0 {
            txn.commit(self.shared.options.durability)?;
        }
        Ok(count)
    }

    /// Mends what can be mended without guessing: the free list, from what the trees use, and indexes, from
    /// their tables. A sound file is left alone.
    ///
    /// # Errors
    /// XX001 when the catalog or a table is damaged, and nothing is changed; 55P03 when another connection is
    /// writing.
    pub fn repair(&self) -> Result<RepairReport> {
        self.shared.check_open()?;
        let mut txn = self.shared.begin_write()?;
        let roots = *txn.roots();
        let catalog = self.shared.catalog_of(&txn, &roots)?;
        let problems = store::verify(&txn, &roots, &catalog)?;
        if problems.is_empty() {
            return Ok(RepairReport::default());
        }
        let (used, bad_indexes) = store::used_pages(&txn, &roots, &catalog)?;
        // First the list, without what the bad indexes held: new pages come from it.
        let free_pages = txn.rebuild_free_list(&used)?;
        let mut report = RepairReport { problems, free_pages, rebuilt_indexes: Vec::new() };
        if bad_indexes.is_empty() {
            txn.commit(self.shared.options.durability)?;
            return Ok(report);
        }
        let mut next = catalog.next_version();
        for id in bad_indexes {
            self.rebuild_index(&mut txn, &mut next, id)?;
            report.rebuilt_indexes.push(index_name(&catalog, id));
        }
        store::save_catalog(&mut txn, &catalog, &next)?;
        txn.commit(self.shared.options.durability)?;
        self.shared.publish_catalog(Arc::new(next));
        Ok(report)
    }

    fn rebuild_index(&self, txn: &mut WriteTxn, catalog: &mut Catalog, id: ObjectId) -> Result<()> {
        let Some(index) = catalog.indexes.get(&id) else { return Ok(()) };
        let mut index = (**index).clone();
        let Some(table) = catalog.tables.get(&index.table).cloned() else { return Ok(()) };
        index.root = store::create_index(txn)?;
        store::build_index(txn, &table, &index, self.shared.options.statement_memory_bytes)?;
        catalog.put_index(index);
        Ok(())
    }

    /// Begins a copy of the last commit as a new file of `env`, which may be another host than the
    /// database's. The copy is a database of its own, complete when a step answers `true`.
    ///
    /// # Errors
    /// 42710 when the file exists.
    pub fn begin_backup(&self, env: &Env, name: &str) -> Result<Backup> {
        self.shared.check_open()?;
        self.shared.pager.begin_backup(env, &FileName::new(name)?)
    }

    /// Copies the last commit into a new file of `env`, while others read and write. A copy that fails half-way
    /// is removed.
    ///
    /// # Errors
    /// 42710 when the file exists; what the host says when it cannot be written.
    pub fn backup_to(&self, env: &Env, name: &str) -> Result<()> {
        let mut backup = self.begin_backup(env, name)?;
        loop {
            match backup.step(BACKUP_STEP_PAGES) {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(error) => {
                    drop(backup);
                    // The first error is the one to tell; a leftover has no valid slot and opens as nothing.
                    let _ = env.vfs.remove(&FileName::new(name)?);
                    return Err(error);
                }
            }
        }
    }
}

fn index_name(catalog: &Catalog, id: ObjectId) -> String {
    catalog.indexes.get(&id).map_or_else(String::new, |index| index.name.clone())
}
