//! The file made shorter, a small transaction at a time, without a second copy of it.
//!
//! ```text
//! cut   free pages at the end leave the file; what is used then fits into `limit` pages
//! walk  tree by tree, leaf by leaf: pages past the limit go to free pages before it
//! cut   again; another round if others wrote meanwhile and it is worth it
//! end   checkpoint: the file itself becomes shorter
//! ```
//!
//! V1  Every step is one transaction: after it, or a crash in it, the database is whole.
//! V2  Between two steps anybody may write, alter and drop: a place is a tree's id and a key in it, and a
//!     tree that is gone is passed over.
//! V3  Every step makes headway or the work ends: rounds are counted, a round that moves nothing is the last.
//! V4  Readers of older snapshots keep their pages: they hold the checkpoint back, not the steps.

use std::sync::Arc;

use crate::error::Result;
use crate::pager::{Mover, WriteTxn};
use crate::store::{self, TreeId, TreePlace};

use super::Database;

/// Leaves looked at, and pages moved, in one transaction of [`Database::vacuum`].
const STEP_PAGES: u32 = 1024;

/// Rounds at most: the second gathers what the first one's own changes and other writers left behind.
const ROUNDS_MAX: u32 = 6;

/// What a vacuum did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct VacuumReport {
    /// Pages of the file before.
    pub pages_before: u32,
    /// Pages of the file now.
    pub pages_after: u32,
    /// Pages moved on the way.
    pub moved_pages: u32,
}

/// A vacuum under way. Dropping it leaves the database as the last step left it.
#[derive(Debug)]
pub struct Vacuum {
    database: Database,
    stage: Stage,
    limit: u32,
    round: u32,
    moved_in_round: u32,
    report: VacuumReport,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Stage {
    Cut,
    Walk(TreeId, TreePlace),
    Checkpoint,
    Done,
}

impl Database {
    /// Makes the file as short as what it holds, in steps of one small transaction each; others read and
    /// write between them. The root of a table or index larger than half a transaction's memory stays where
    /// it is, and the file then ends behind it.
    ///
    /// # Errors
    /// XX001 when the file is damaged; 55P03 when another connection keeps writing.
    pub fn vacuum(&self) -> Result<VacuumReport> {
        let mut vacuum = self.begin_vacuum()?;
        while !vacuum.step(STEP_PAGES)? {}
        Ok(vacuum.report())
    }

    /// Begins the same for hosts that must not work long at a time.
    pub fn begin_vacuum(&self) -> Result<Vacuum> {
        self.shared.check_open()?;
        Ok(Vacuum {
            database: self.clone(),
            stage: Stage::Cut,
            limit: 0,
            round: 0,
            moved_in_round: 0,
            report: VacuumReport::default(),
        })
    }
}

impl Vacuum {
    /// Looks at no more than about `pages` leaves and moves no more than `pages` pages, in one transaction;
    /// `true` when all is done. The root of a tree moves with the whole tree. A step that failed can be tried
    /// again.
    pub fn step(&mut self, pages: u32) -> Result<bool> {
        self.database.shared.check_open()?;
        let next = match &self.stage {
            Stage::Cut => self.cut()?,
            Stage::Walk(tree, place) => self.walk(*tree, place.clone(), pages.max(1))?,
            Stage::Checkpoint => {
                self.database.shared.pager.checkpoint()?;
                Stage::Done
            }
            Stage::Done => Stage::Done,
        };
        self.stage = next;
        Ok(self.stage == Stage::Done)
    }

    /// What was done so far.
    pub fn report(&self) -> VacuumReport {
        self.report
    }

    fn commit(&self, txn: WriteTxn) -> Result<()> {
        txn.commit(self.database.shared.options.durability).map(|_| ())
    }

    fn cut(&mut self) -> Result<Stage> {
        let shared = Arc::clone(&self.database.shared);
        let mut txn = shared.begin_write()?;
        if self.round == 0 {
            self.report.pages_before = txn.roots().page_count;
        }
        txn.cut_free_end()?;
        let roots = *txn.roots();
        let catalog = shared.catalog_of(&txn, &roots)?;
        self.commit(txn)?;
        self.report.pages_after = roots.page_count;
        let headway = self.round == 0 || self.moved_in_round > 0;
        self.round += 1;
        self.moved_in_round = 0;
        self.limit = roots.page_count - roots.free_count;
        let first = store::next_tree(&catalog, None);
        Ok(match first {
            Some(tree) if headway && self.round <= ROUNDS_MAX && roots.free_count > 0 => {
                Stage::Walk(tree, TreePlace::Root)
            }
            _ => Stage::Checkpoint,
        })
    }

    fn walk(&mut self, tree: TreeId, place: TreePlace, pages: u32) -> Result<Stage> {
        let shared = Arc::clone(&self.database.shared);
        let mut txn = shared.begin_write()?;
        let roots = *txn.roots();
        let catalog = shared.catalog_of(&txn, &roots)?;
        if place == TreePlace::Root {
            let pages_max = txn.pages_left() / 2;
            if let Some(next) = store::move_root(&mut txn, &catalog, tree, self.limit, pages_max)? {
                self.commit(txn)?;
                if next.version != catalog.version {
                    shared.publish_catalog(Arc::new(next));
                }
                self.moved(1);
            }
            return Ok(Stage::Walk(tree, TreePlace::First));
        }
        let mut mover = Mover::new(&mut txn, self.limit, usize::try_from(pages).unwrap_or(usize::MAX))?;
        if mover.is_full() {
            return Ok(Stage::Cut);
        }
        let next = match store::relocate(&mut mover, &roots, &catalog, tree, place, pages)? {
            Some(place) => Stage::Walk(tree, place),
            None => store::next_tree(&catalog, Some(tree))
                .map_or(Stage::Cut, |tree| Stage::Walk(tree, TreePlace::Root)),
        };
        let moved = mover.finish()?;
        if moved > 0 {
            self.commit(txn)?;
            self.moved(moved);
        }
        Ok(next)
    }

    fn moved(&mut self, pages: u32) {
        self.moved_in_round += pages;
        self.report.moved_pages += pages;
    }
}
