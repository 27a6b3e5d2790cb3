//! Tables that share columns: partitions and their table, heirs and what they inherit from.
//!
//! ```text
//! p (a, b) PARTITION BY RANGE (a)      holds no rows
//!   p1     FOR VALUES FROM (1) TO (10)    rule: a IS NOT NULL AND a >= 1 AND a < 10
//!   p2     DEFAULT                        rule: NOT (the rules of the others)
//! ```
//!
//! H1  A rule is true or false, never NULL, and names columns as all tables of the family do.
//! H2  Children stand in the order of their bounds, heirs in the order in which they were made.

use std::sync::Arc;

use crate::base::ObjectId;

use super::{Catalog, Routine, Table};

/// Where a table stands among those that share its columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Family {
    /// What it inherits from; a partition has one parent.
    pub parents: Vec<ObjectId>,
    /// Its partitions or heirs.
    pub children: Vec<ObjectId>,
    /// How it is divided; then it holds no rows.
    pub key: Option<PartitionKey>,
    /// Which rows of its parent it holds: it is a partition.
    pub bound: Option<PartitionBound>,
}

/// PARTITION BY.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionKey {
    /// `range`, `list` or `hash`.
    pub strategy: String,
    /// Columns and expressions, as SQL.
    pub parts: Vec<String>,
}

/// FOR VALUES.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionBound {
    /// As it is shown.
    pub text: String,
    /// What its rows have in common; `None`: what the others do not take.
    pub rule: Option<String>,
}

impl Table {
    /// How it is divided into partitions.
    pub fn partition_key(&self) -> Option<&PartitionKey> {
        self.family.as_ref()?.key.as_ref()
    }

    /// Which rows of its parent it holds.
    pub fn partition_bound(&self) -> Option<&PartitionBound> {
        self.family.as_ref()?.bound.as_ref()
    }

    /// Its partitions or heirs.
    pub fn children(&self) -> &[ObjectId] {
        self.family.as_ref().map_or(&[], |family| &family.children)
    }

    /// What it inherits from.
    pub fn parents(&self) -> &[ObjectId] {
        self.family.as_ref().map_or(&[], |family| &family.parents)
    }
}

impl Catalog {
    /// The table, its children and theirs.
    pub fn descendants(&self, table: &Arc<Table>) -> Vec<Arc<Table>> {
        let mut found = vec![Arc::clone(table)];
        let mut at = 0;
        while let Some(table) = found.get(at) {
            let children: Vec<_> =
                table.children().iter().filter_map(|id| self.tables.get(id)).cloned().collect();
            // Depth first, so that rows come in the order of the bounds.
            let new = children.into_iter().filter(|child| !found.iter().any(|own| own.id == child.id));
            let new: Vec<_> = new.collect();
            at += 1;
            found.splice(at..at, new);
        }
        found
    }

    /// Those of them that hold rows.
    pub fn holders(&self, table: &Arc<Table>) -> Vec<Arc<Table>> {
        let mut found = self.descendants(table);
        found.retain(|table| table.partition_key().is_none());
        found
    }

    /// The tables that a partition is a part of, from the nearest on.
    pub fn partitioned_over(&self, table: &Table) -> Vec<&Arc<Table>> {
        let mut found: Vec<&Arc<Table>> = Vec::new();
        let mut table = table;
        while table.partition_bound().is_some()
            && let Some(parent) = table.parents().first().and_then(|id| self.tables.get(id))
            && !found.iter().any(|own| own.id == parent.id)
        {
            found.push(parent);
            table = parent;
        }
        found
    }

    /// What every row of a partition fulfils; `None`: nothing.
    pub fn partition_rule(&self, table: &Table) -> Option<String> {
        let mut rules = Vec::new();
        rules.extend(self.own_rule(table));
        rules.extend(self.partitioned_over(table).into_iter().filter_map(|table| self.own_rule(table)));
        (!rules.is_empty()).then(|| rules.join(" AND "))
    }

    fn own_rule(&self, table: &Table) -> Option<String> {
        let bound = table.partition_bound()?;
        if let Some(rule) = &bound.rule {
            return Some(format!("({rule})"));
        }
        let parent = self.tables.get(table.parents().first()?)?;
        let others = parent.children().iter().filter_map(|id| self.tables.get(id));
        let rules: Vec<&str> = others.filter_map(|other| other.partition_bound()?.rule.as_deref()).collect();
        (!rules.is_empty()).then(|| format!("(NOT (({})))", rules.join(") OR (")))
    }

    /// The row triggers of a table, and of those it is a partition of.
    pub fn row_triggers(&self, table: &Table) -> Vec<Arc<Routine>> {
        let mut found = self.triggers_of(table.id);
        for over in self.partitioned_over(table) {
            found.extend(self.triggers_of(over.id));
        }
        found.into_iter().cloned().collect()
    }

    /// Where a table has the columns of another.
    pub fn same_columns(&self, from: ObjectId, columns: &[usize], to: &Table) -> Option<Vec<usize>> {
        if from == to.id {
            return Some(columns.to_vec());
        }
        let from = self.tables.get(&from)?;
        columns.iter().map(|at| to.column(&from.columns.get(*at)?.name)).collect()
    }

    /// Makes a table a child of another, at a place among its children.
    pub fn adopt(&mut self, parent: ObjectId, child: ObjectId, at: usize, bound: Option<PartitionBound>) {
        let edit = |catalog: &mut Catalog, id: ObjectId, how: &mut dyn FnMut(&mut Family)| {
            let Some(table) = catalog.tables.get(&id) else { return };
            let mut table = Table::clone(table);
            how(table.family.get_or_insert_default());
            catalog.put_table(table);
        };
        edit(self, parent, &mut |family| family.children.insert(at.min(family.children.len()), child));
        edit(self, child, &mut |family| {
            family.parents.push(parent);
            family.bound.clone_from(&bound);
        });
    }

    /// Undoes it.
    pub fn disown(&mut self, parent: ObjectId, child: ObjectId) {
        for id in [parent, child] {
            let Some(table) = self.tables.get(&id) else { continue };
            let mut table = Table::clone(table);
            let Some(family) = &mut table.family else { continue };
            family.children.retain(|other| *other != child);
            if id == child {
                family.parents.retain(|other| *other != parent);
                family.bound = None;
            }
            if **family == Family::default() {
                table.family = None;
            }
            self.put_table(table);
        }
    }
}
