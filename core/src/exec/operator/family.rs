//! Changes of the rows of a family: each is made in the table that holds the row, by the rules of that one.
//!
//! F1  A row that an UPDATE takes out of the bounds of its partition is removed there and inserted where it
//!     belongs; references see one changed row.

use std::sync::Arc;

use crate::base::RowId;
use crate::base::event::TriggerEvent;
use crate::catalog::{Catalog, Table};
use crate::error::{Error, Result, SqlState};
use crate::eval::Row;
use crate::exec::change::settle_row;
use crate::exec::leaves::{Leaves, outside};
use crate::exec::run::Run;
use crate::exec::trigger;
use crate::physical::ConflictPlan;
use crate::value::Datum;

use super::conflict::twice;
use super::writing::{Writing, changed_by_trigger};

type Rows<'r> = (Option<&'r [Datum]>, Option<Vec<Datum>>);

impl Writing {
    fn leaves<'w>(&'w mut self, run: &Run<'_, '_>, root: &Arc<Table>) -> Result<&'w mut Leaves> {
        match &mut self.leaves {
            Some(leaves) => Ok(leaves),
            none => Ok(none.insert(Leaves::of(run, root)?)),
        }
    }

    // The row after the BEFORE triggers of a leaf.
    fn before_in(
        &mut self,
        run: &mut Run<'_, '_>,
        (root, at): (&Arc<Table>, usize),
        event: TriggerEvent,
        rows: Rows<'_>,
        assigned: &[usize],
    ) -> Result<Option<Vec<Datum>>> {
        let leaf = self.leaves(run, root)?.leaf(at)?;
        let (triggers, table) = (Arc::clone(&leaf.triggers), Arc::clone(&leaf.table));
        if triggers.is_empty() {
            return Ok(rows.1.or_else(|| rows.0.map(<[Datum]>::to_vec)));
        }
        let row = trigger::before(run, &triggers, &table, event, rows, assigned)?;
        self.leaves(run, root)?.forget_writers();
        Ok(row)
    }

    fn after_in(
        &mut self,
        run: &mut Run<'_, '_>,
        (root, at): (&Arc<Table>, usize),
        event: TriggerEvent,
        rows: (Option<&[Datum]>, Option<&[Datum]>),
        assigned: &[usize],
    ) -> Result<()> {
        let leaf = self.leaves(run, root)?.leaf(at)?;
        let (triggers, table) = (Arc::clone(&leaf.triggers), Arc::clone(&leaf.table));
        self.after(run, (&triggers, &table), event, rows, assigned)
    }

    fn note(
        &mut self,
        run: &mut Run<'_, '_>,
        (root, at): (&Arc<Table>, usize),
        old: Option<&[Datum]>,
        new: Option<&[Datum]>,
    ) -> Result<()> {
        let table = Arc::clone(&self.leaves(run, root)?.leaf(at)?.table);
        let bytes = self.target(run, root)?.changes.changed(&table, old, new)?;
        self.hold(run, bytes)
    }

    /// Inserts a row where it belongs; answers it as it was written, in the columns of the root and its table's OID. `None`: it
    /// was left out.
    pub(super) fn insert_routed(
        &mut self,
        run: &mut Run<'_, '_>,
        root: &Arc<Table>,
        row: &[Datum],
        conflict: Option<&ConflictPlan>,
    ) -> Result<Option<Vec<Datum>>> {
        let (at, own) = self.leaves(run, root)?.route(run, row)?;
        let on = (root, at);
        let Some(mut own) = self.before_in(run, on, TriggerEvent::Insert, (None, Some(own)), &[])? else {
            return Ok(None);
        };
        let leaf = self.leaves(run, root)?.leaf(at)?;
        let rules = leaf.rules(run)?;
        settle_row(run, &leaf.table, &rules, &mut own)?;
        if !leaf.triggers.is_empty() && !leaf.fits(run, &own)? {
            return Err(outside(&leaf.table, &own));
        }
        if let Some(conflict) = conflict {
            match self.resolve_in(run, on, &own, conflict)? {
                Resolution::Free => {}
                Resolution::Done(row) => return Ok(row),
            }
        }
        let leaf = self.leaves(run, root)?.leaf(at)?;
        let rowid = leaf.writer(run)?.insert(run.cx.pages.sink()?, &own)?;
        let shown = leaf.shown(&own, root.columns.len());
        if conflict.is_some() {
            self.own.insert((at, rowid.0));
        }
        self.note(run, on, None, Some(&own))?;
        self.after_in(run, on, TriggerEvent::Insert, (None, Some(&own)), &[])?;
        Ok(Some(shown))
    }

    // ON CONFLICT in the leaf where the row goes.
    fn resolve_in(
        &mut self,
        run: &mut Run<'_, '_>,
        (root, at): (&Arc<Table>, usize),
        own: &[Datum],
        conflict: &ConflictPlan,
    ) -> Result<Resolution> {
        let catalog = Arc::clone(run.cx.catalog);
        let leaf = self.leaves(run, root)?.leaf(at)?;
        let arbiters = match &conflict.arbiters {
            None => None,
            Some(ids) => Some(
                ids.iter()
                    .map(|id| arbiter_in(&catalog, root, &leaf.table, *id))
                    .collect::<Result<Vec<_>>>()?,
            ),
        };
        let writer = leaf.writer(run)?;
        let Some(rowid) = writer.row_in_the_way(run.cx.pages.source(), own, arbiters.as_deref())? else {
            return Ok(Resolution::Free);
        };
        let Some(update) = &conflict.update else { return Ok(Resolution::Done(None)) };
        if !self.own.insert((at, rowid)) {
            return Err(twice());
        }
        let leaf = self.leaves(run, root)?.leaf(at)?;
        let old = leaf.fetch(run, rowid)?.ok_or_else(|| Error::internal("a row in the way"))?;
        let old = leaf.outward(&old, root.columns.len());
        let mut both = old.clone();
        both.extend(leaf.outward(own, root.columns.len()));
        if let Some(predicate) = &update.predicate
            && !run.is_true(predicate, Row::Values(&both))?
        {
            return Ok(Resolution::Done(None));
        }
        let mut values = Vec::with_capacity(update.assignments.len());
        for (ordinal, program) in &update.assignments {
            values.push((*ordinal, run.value(program, Row::Values(&both))?));
        }
        let oid = Datum::Int(i64::from(leaf.table.id.0));
        self.update_member(run, root, (&oid, rowid), &old, values).map(Resolution::Done)
    }

    /// Changes a row of the family; answers the new row in the columns of the root and its table's OID. `None`: it was left alone.
    pub(super) fn update_member(
        &mut self,
        run: &mut Run<'_, '_>,
        root: &Arc<Table>,
        (oid, rowid): (&Datum, i64),
        seen: &[Datum],
        values: Vec<(usize, Datum)>,
    ) -> Result<Option<Vec<Datum>>> {
        let leaves = self.leaves(run, root)?;
        let at = leaves.place(oid)?;
        let leaf = leaves.leaf(at)?;
        let Some(old) = leaf.fetch(run, rowid)? else { return Ok(None) };
        // As it was read: another part of the statement may have changed it.
        if leaf.outward(&old, seen.len()) != seen {
            return Ok(None);
        }
        let mut new = old.clone();
        let mut assigned = Vec::with_capacity(values.len());
        for (ordinal, value) in values {
            let ordinal = leaf.ordinal(ordinal)?;
            assigned.push(ordinal);
            new[ordinal] = value;
        }
        let on = (root, at);
        let rows = (Some(old.as_slice()), Some(new));
        let Some(mut new) = self.before_in(run, on, TriggerEvent::Update, rows, &assigned)? else {
            return Ok(None);
        };
        let leaf = self.leaves(run, root)?.leaf(at)?;
        if !leaf.triggers.is_empty() && leaf.fetch(run, rowid)?.as_ref() != Some(&old) {
            return Err(changed_by_trigger("updated"));
        }
        if !leaf.fits(run, &new)? {
            if root.partition_key().is_none() {
                return Err(outside(&leaf.table, &new));
            }
            return self.move_row(run, on, (rowid, &old), &new);
        }
        let rules = leaf.rules(run)?;
        settle_row(run, &leaf.table, &rules, &mut new)?;
        leaf.writer(run)?.update(run.cx.pages.sink()?, RowId(rowid), &old, &new)?;
        let shown = leaf.shown(&new, root.columns.len());
        self.note(run, on, Some(&old), Some(&new))?;
        self.after_in(run, on, TriggerEvent::Update, (Some(&old), Some(&new)), &assigned)?;
        Ok(Some(shown))
    }

    // F1
    fn move_row(
        &mut self,
        run: &mut Run<'_, '_>,
        (root, at): (&Arc<Table>, usize),
        (rowid, old): (i64, &[Datum]),
        new: &[Datum],
    ) -> Result<Option<Vec<Datum>>> {
        let on = (root, at);
        let leaf = self.leaves(run, root)?.leaf(at)?;
        let row = leaf.outward(new, root.columns.len());
        let direct = [leaf.table.id].into_iter().chain(leaf.table.parents().iter().copied());
        let catalog = Arc::clone(run.cx.catalog);
        if direct.filter(|id| *id != root.id).any(|id| catalog.references_to(id).next().is_some()) {
            return Err(Error::new(
                SqlState::FEATURE_NOT_SUPPORTED,
                "cannot move tuple across partitions when a non-root ancestor of the source partition is directly referenced in a foreign key",
            ));
        }
        // Looked for first: where there is no place for it the row stays.
        self.leaves(run, root)?.route(run, &row)?;
        if self.before_in(run, on, TriggerEvent::Delete, (Some(old), None), &[])?.is_none() {
            return Ok(None);
        }
        let leaf = self.leaves(run, root)?.leaf(at)?;
        leaf.writer(run)?.delete(run.cx.pages.sink()?, RowId(rowid), old)?;
        self.note(run, on, Some(old), Some(new))?;
        self.after_in(run, on, TriggerEvent::Delete, (Some(old), None), &[])?;
        self.insert_routed(run, root, &row, None)
    }

    /// Removes a row of the family; `false`: it was left alone.
    pub(super) fn delete_member(
        &mut self,
        run: &mut Run<'_, '_>,
        root: &Arc<Table>,
        (oid, rowid): (&Datum, i64),
        seen: &[Datum],
    ) -> Result<bool> {
        let leaves = self.leaves(run, root)?;
        let at = leaves.place(oid)?;
        let leaf = leaves.leaf(at)?;
        let Some(old) = leaf.fetch(run, rowid)? else { return Ok(false) };
        if leaf.outward(&old, seen.len()) != seen {
            return Ok(false);
        }
        let on = (root, at);
        if self.before_in(run, on, TriggerEvent::Delete, (Some(&old), None), &[])?.is_none() {
            return Ok(false);
        }
        let leaf = self.leaves(run, root)?.leaf(at)?;
        if !leaf.triggers.is_empty() && leaf.fetch(run, rowid)?.as_ref() != Some(&old) {
            return Err(changed_by_trigger("deleted"));
        }
        leaf.writer(run)?.delete(run.cx.pages.sink()?, RowId(rowid), &old)?;
        self.note(run, on, Some(&old), None)?;
        self.after_in(run, on, TriggerEvent::Delete, (Some(&old), None), &[])?;
        Ok(true)
    }
}

enum Resolution {
    Free,
    Done(Option<Vec<Datum>>),
}

// The index of a leaf that stands for one of the root.
fn arbiter_in(
    catalog: &Catalog,
    root: &Table,
    leaf: &Table,
    id: Option<crate::base::ObjectId>,
) -> Result<Option<crate::base::ObjectId>> {
    let lost = || Error::internal("a partition lacks an index of its table");
    let columns: Vec<usize> = match id {
        None => root.rowid_column.into_iter().collect(),
        Some(id) => {
            let index = catalog.indexes.get(&id).ok_or_else(lost)?;
            index.keys.iter().map(|key| key.column).collect()
        }
    };
    let columns = catalog.same_columns(root.id, &columns, leaf).ok_or_else(lost)?;
    if leaf.rowid_column.is_some_and(|own| columns == [own]) {
        return Ok(None);
    }
    let indexes = leaf.indexes.iter().filter_map(|id| catalog.indexes.get(id));
    let mut same = indexes
        .filter(|index| index.unique && index.keys.iter().map(|key| key.column).eq(columns.iter().copied()));
    same.next().map(|index| Some(index.id)).ok_or_else(lost)
}
