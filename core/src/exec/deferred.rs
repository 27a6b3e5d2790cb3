//! Constraints that a transaction checks later than with their statement.
//!
//! A deferred constraint is looked at with its statement all the same; only what is wrong then is kept, and
//! looked at again when the constraint is wanted: at SET CONSTRAINTS .. IMMEDIATE or the commit. What turns
//! wrong later does so in a statement of its own, which keeps it.

use std::sync::Arc;

use crate::base::ObjectId;
use crate::catalog::{Catalog, Constraint, Deferral, Rule, Table};
use crate::error::{Error, Result};
use crate::page::PageSource;
use crate::store::{ChildProbe, ParentProbe, duplicated_key};
use crate::value::{Datum, cast};

/// What was wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Wrong {
    /// A row refers to this key, which no parent has.
    NoParent,
    /// This key of the parent is gone, and rows refer to it.
    Referred,
    /// Two rows have this key.
    Twice,
}

#[derive(Clone, Debug)]
struct Pending {
    table: ObjectId,
    constraint: String,
    wrong: Wrong,
    key: Vec<Datum>,
}

/// What a transaction has put off.
#[derive(Clone, Debug, Default)]
pub struct Deferred {
    all: Option<bool>,
    /// What was said of single constraints, the last word last.
    named: Vec<(ObjectId, String, bool)>,
    pending: Vec<Pending>,
}

impl Deferred {
    /// SET CONSTRAINTS ALL.
    pub fn set_all(&mut self, deferred: bool) {
        self.named.clear();
        self.all = Some(deferred);
    }

    /// SET CONSTRAINTS, of one.
    pub fn set(&mut self, table: &Table, constraint: &Constraint, deferred: bool) {
        self.named.push((table.id, constraint.name.clone(), deferred));
    }

    /// Whether a constraint is checked later.
    pub(crate) fn is_deferred(&self, table: &Table, constraint: &Constraint) -> bool {
        let own = |(id, name, _): &&(ObjectId, String, bool)| *id == table.id && *name == constraint.name;
        let said = self.named.iter().rev().find(own).map(|(.., deferred)| *deferred).or(self.all);
        match constraint.deferral {
            Deferral::Never => false,
            Deferral::Possible => said.unwrap_or(false),
            Deferral::Initially => said.unwrap_or(true),
        }
    }

    /// Keeps what is wrong for later; `false`: the constraint is not deferred.
    pub(crate) fn keep(&mut self, table: &Table, at: usize, wrong: Wrong, key: &[Datum]) -> bool {
        let Some(constraint) = table.constraints.get(at).filter(|c| self.is_deferred(table, c)) else {
            return false;
        };
        let (name, key) = (constraint.name.clone(), key.to_vec());
        self.pending.push(Pending { table: table.id, constraint: name, wrong, key });
        true
    }

    /// Looks again at what was kept of constraints that are wanted now; at the commit of all.
    pub fn check(&mut self, catalog: &Catalog, source: &dyn PageSource, commit: bool) -> Result<()> {
        for pending in core::mem::take(&mut self.pending) {
            let Some(table) = catalog.tables.get(&pending.table) else { continue };
            let named = |constraint: &Constraint| constraint.name == pending.constraint;
            let Some(at) = table.constraints.iter().position(named) else { continue };
            if !commit && self.is_deferred(table, &table.constraints[at]) {
                self.pending.push(pending);
            } else if let Some(error) = still(catalog, source, table, at, &pending)? {
                return Err(error);
            }
        }
        Ok(())
    }
}

/// What is wrong still.
fn still(
    catalog: &Catalog,
    source: &dyn PageSource,
    table: &Arc<Table>,
    at: usize,
    pending: &Pending,
) -> Result<Option<Error>> {
    let Rule::ForeignKey(reference) = &table.constraints[at].rule else {
        return duplicated_key(catalog, source, table, at, &pending.key);
    };
    let parents = ParentProbe::new(catalog, table, at, source.page_size())?;
    let children = ChildProbe::new(catalog, table, at, source.page_size())?;
    let mut key = pending.key.clone();
    if pending.wrong == Wrong::NoParent {
        if parents.exists(source, &key)? {
            return Ok(None);
        }
        // Children are found by the parent's types.
        let parent = catalog.tables.get(&reference.parent);
        let parent = parent.ok_or_else(|| Error::internal("the parent of a reference"))?;
        for ((value, from), to) in key.iter_mut().zip(&reference.columns).zip(&reference.parent_columns) {
            let (from, to) = (table.columns[*from].ty.ty, parent.columns[*to].ty);
            if from != to.ty {
                *value = cast(value, from, to, false)?;
            }
        }
    }
    for (_, rowid) in children.referring(source, core::slice::from_ref(&key))? {
        let Some(row) = children.fetch(source, rowid)? else { continue };
        let Some(values) = parents.key_of(&row)? else { continue };
        if !parents.exists(source, &values)? {
            return Ok(Some(match pending.wrong {
                Wrong::NoParent => parents.violation(&pending.key),
                _ => children.violation(&key),
            }));
        }
    }
    Ok(None)
}
