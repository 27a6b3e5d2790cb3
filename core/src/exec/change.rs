//! What a statement's changes demand of other rows: references, checked and acted on at its end.
//!
//! ```text
//! changed rows --keys--> incoming: children of old keys    -- CASCADE, SET NULL, SET DEFAULT change them,
//!                        |                                    which are changes again
//!                        +-> NO ACTION: looked at last
//!                        outgoing: parents of new keys     -- looked at last
//! ```
//!
//! C1  Actions come before checks: a row that an action removes needs no parent any more.
//! C2  The children of all old keys are found before any is changed: chains of keys do not run into each
//!     other.
//!
//! The CHECKs and DEFAULTs of a child are not bound with the statement: the context compiles them when an
//! action first changes a row of it.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::base::RowId;
use crate::catalog::{Catalog, Deferral, ForeignKey, ReferentialAction, Rule, Table};
use crate::error::{Error, Result, SqlState};
use crate::eval::{Program, Row};
use crate::physical::RowRules;
use crate::store::{ChildProbe, ParentProbe, TableWriter, duplicated_key, failing_row};
use crate::value::{Datum, TypeName, equal};

use super::deferred::Wrong;
use super::leaves::{Leaves, fits, rules_of};
use super::run::Run;

/// Fills in generated columns, then refuses a row that violates a CHECK (23514). A NULL where none may be
/// is the writer's to refuse, and comes first.
pub(crate) fn settle_row(
    run: &mut Run<'_, '_>,
    table: &Table,
    rules: &RowRules,
    row: &mut [Datum],
) -> Result<()> {
    for (ordinal, program) in &rules.generated {
        row[*ordinal] = run.value(program, Row::Values(row))?;
    }
    if rules.checks.is_empty()
        || table.columns.iter().zip(&*row).any(|(column, value)| column.not_null && value.is_null())
    {
        return Ok(());
    }
    for check in &rules.checks {
        if run.value(&check.predicate, Row::Values(row))? == Datum::Bool(false) {
            return Err(Error::new(
                SqlState::CHECK_VIOLATION,
                match check.name.as_str() {
                    "" => format!("new row for relation \"{}\" violates partition constraint", table.name),
                    name => format!(
                        "new row for relation \"{}\" violates check constraint \"{name}\"",
                        table.name
                    ),
                },
            )
            .with_detail(failing_row(table, row))
            .with_table(table.schema.clone(), table.name.clone())
            .with_constraint(check.name.clone()));
        }
    }
    Ok(())
}

/// The changes of one statement, and of the actions they set off.
pub(crate) struct Changes {
    catalog: Arc<Catalog>,
    tables: Vec<TableChanges>,
    queue: VecDeque<Task>,
    /// NO ACTION checks: table, reference, old keys.
    deferred: Vec<(Reference, Vec<Vec<Datum>>)>,
    /// Whether the tables' keys were handed to the queue.
    checking: bool,
}

/// A reference by its child and the place of the constraint in it.
#[derive(Clone)]
struct Reference {
    child: Arc<Table>,
    constraint: usize,
}

struct TableChanges {
    table: Arc<Table>,
    /// References of this table, with the new keys that need a parent.
    outgoing: Vec<(Reference, Vec<Vec<Datum>>)>,
    /// Its deferrable keys by place, with the new values.
    keys: Vec<(usize, Vec<Vec<Datum>>)>,
    /// References to this table, with old keys and what became of them; found at the first need.
    incoming: Option<Vec<Incoming>>,
}

/// A reference to a table or what it is a partition of, the columns that it means there, and old keys.
type Incoming = (Reference, Vec<usize>, Vec<OldKey>);

/// A key that is gone, and the one in its place (`None`: the row was deleted).
struct OldKey {
    old: Vec<Datum>,
    new: Option<Vec<Datum>>,
}

/// Whether an action writes rows rather than removing them.
fn action_changes(action: ReferentialAction, keys: &[OldKey]) -> bool {
    action != ReferentialAction::Cascade || keys.iter().any(|key| key.new.is_some())
}

enum Task {
    Act(Reference, Vec<OldKey>),
    CheckChildren(Reference, Vec<Vec<Datum>>),
    CheckParents(Reference, Vec<Vec<Datum>>),
    CheckKeys(Reference, Vec<Vec<Datum>>),
}

impl Reference {
    fn key(&self) -> Result<&ForeignKey> {
        match self.child.constraints.get(self.constraint).map(|constraint| &constraint.rule) {
            Some(Rule::ForeignKey(key)) => Ok(key),
            _ => Err(Error::internal("a constraint that is no reference")),
        }
    }
}

impl TableChanges {
    fn new(table: &Arc<Table>) -> TableChanges {
        let constraints = table.constraints.iter().enumerate();
        let keys = constraints.filter(|(_, constraint)| {
            constraint.deferral != Deferral::Never
                && matches!(constraint.rule, Rule::PrimaryKey { .. } | Rule::Unique { .. })
        });
        TableChanges {
            table: Arc::clone(table),
            outgoing: outgoing_of(table),
            keys: keys.map(|(at, _)| (at, Vec::new())).collect(),
            incoming: None,
        }
    }
}

fn outgoing_of(table: &Arc<Table>) -> Vec<(Reference, Vec<Vec<Datum>>)> {
    let references = table.constraints.iter().enumerate().filter_map(|(constraint, rule)| match rule.rule {
        Rule::ForeignKey(_) => Some((Reference { child: Arc::clone(table), constraint }, Vec::new())),
        Rule::PrimaryKey { .. } | Rule::Unique { .. } | Rule::Check { .. } => None,
    });
    references.collect()
}

fn incoming_of(catalog: &Catalog, table: &Arc<Table>) -> Vec<Incoming> {
    let mut found = Vec::new();
    for over in [table].into_iter().chain(catalog.partitioned_over(table)) {
        for (child, constraint) in catalog.references_to(over.id) {
            let Rule::ForeignKey(key) = &child.constraints[constraint].rule else { continue };
            if let Some(columns) = catalog.same_columns(over.id, &key.parent_columns, table) {
                found.push((Reference { child: Arc::clone(child), constraint }, columns, Vec::new()));
            }
        }
    }
    found
}

/// The values of some columns.
fn pick(columns: &[usize], row: &[Datum]) -> Vec<Datum> {
    columns.iter().map(|column| row[*column].clone()).collect()
}

fn same_key(table: &Table, columns: &[usize], a: &[Datum], b: &[Datum]) -> bool {
    columns.iter().all(|column| equal(&a[*column], &b[*column], table.columns[*column].ty.ty))
}

/// Keys waiting before they are checked ahead of the end, where that cannot matter.
const KEYS_MAX: usize = 4096;

impl Changes {
    /// Nothing has changed yet.
    pub(crate) fn new(catalog: &Arc<Catalog>, table: &Arc<Table>) -> Changes {
        let changes = TableChanges::new(table);
        Changes {
            catalog: Arc::clone(catalog),
            tables: vec![changes],
            queue: VecDeque::new(),
            deferred: Vec::new(),
            checking: false,
        }
    }

    /// A row of the statement's table was inserted. All three answer the bytes they keep.
    pub(crate) fn inserted(&mut self, row: &[Datum]) -> Result<usize> {
        self.note(0, None, Some(row))
    }

    /// A row of the statement's table was replaced.
    pub(crate) fn updated(&mut self, old: &[Datum], new: &[Datum]) -> Result<usize> {
        self.note(0, Some(old), Some(new))
    }

    /// A row of the statement's table was removed.
    pub(crate) fn deleted(&mut self, old: &[Datum]) -> Result<usize> {
        self.note(0, Some(old), None)
    }

    /// A row of a table of the statement's family was changed.
    pub(crate) fn changed(
        &mut self,
        table: &Arc<Table>,
        old: Option<&[Datum]>,
        new: Option<&[Datum]>,
    ) -> Result<usize> {
        let place = self.table_changes(table);
        self.note(place, old, new)
    }

    fn note(&mut self, at: usize, old: Option<&[Datum]>, new: Option<&[Datum]>) -> Result<usize> {
        let mut bytes = 0;
        let changes = &mut self.tables[at];
        let table = Arc::clone(&changes.table);
        if let Some(new) = new {
            for (reference, keys) in &mut changes.outgoing {
                let columns = &reference.key()?.columns;
                if old.is_none_or(|old| !same_key(&table, columns, old, new)) {
                    keys.push(pick(columns, new));
                    bytes += 32 + columns.len() * 24;
                }
            }
            for (constraint, keys) in &mut changes.keys {
                let (Rule::PrimaryKey { columns, .. } | Rule::Unique { columns, .. }) =
                    &table.constraints[*constraint].rule
                else {
                    continue;
                };
                let key = pick(columns, new);
                let changed = old.is_none_or(|old| !same_key(&table, columns, old, new));
                if changed && !key.iter().any(Datum::is_null) {
                    keys.push(key);
                    bytes += 32 + columns.len() * 24;
                }
            }
        }
        let Some(old) = old else { return Ok(bytes) };
        let catalog = &self.catalog;
        let incoming = changes.incoming.get_or_insert_with(|| incoming_of(catalog, &table));
        for (_, columns, keys) in incoming {
            let gone = new.is_none_or(|new| !same_key(&table, columns, old, new));
            let old = pick(columns, old);
            if gone && !old.iter().any(Datum::is_null) {
                keys.push(OldKey { old, new: new.map(|new| pick(columns, new)) });
                bytes += 64 + columns.len() * 48;
            }
        }
        Ok(bytes)
    }

    /// Whether so many keys wait that [`Changes::settle_early`] should be called.
    pub(crate) fn is_full(&self) -> bool {
        self.tables[0].outgoing.iter().any(|(_, keys)| keys.len() >= KEYS_MAX)
    }

    /// Checks references to other tables before the end of an INSERT: it cannot change those tables.
    pub(crate) fn settle_early(&mut self, run: &mut Run<'_, '_>) -> Result<()> {
        for at in 0..self.tables[0].outgoing.len() {
            let (reference, keys) = &mut self.tables[0].outgoing[at];
            if reference.key()?.parent != reference.child.id {
                let (reference, keys) = (reference.clone(), core::mem::take(keys));
                self.check_parents(run, &reference, &keys)?;
            }
        }
        Ok(())
    }

    /// Goes on settling; `false`: out of fuel, call again.
    pub(crate) fn settle(&mut self, run: &mut Run<'_, '_>) -> Result<bool> {
        loop {
            self.collect()?;
            let Some(task) = self.queue.pop_front() else { return Ok(true) };
            if !run.has_fuel() {
                self.queue.push_front(task);
                return Ok(false);
            }
            run.cx.interrupt.check()?;
            match task {
                Task::Act(reference, keys) => {
                    run.spend(keys.len())?;
                    self.act(run, &reference, keys)?;
                }
                Task::CheckChildren(reference, keys) => {
                    run.spend(keys.len())?;
                    self.check_children(run, &reference, &keys)?;
                }
                Task::CheckParents(reference, keys) => {
                    run.spend(keys.len())?;
                    self.check_parents(run, &reference, &keys)?;
                }
                Task::CheckKeys(Reference { child, constraint }, keys) => {
                    run.spend(keys.len())?;
                    for key in &keys {
                        let source = run.cx.pages.source();
                        let found = duplicated_key(&self.catalog, source, &child, constraint, key)?;
                        if let Some(error) = found
                            && !put_off(run, &child, constraint, Wrong::Twice, key)
                        {
                            return Err(error);
                        }
                    }
                }
            }
        }
    }

    /// Turns what was noted into tasks: actions while there are any, then the checks (C1).
    fn collect(&mut self) -> Result<()> {
        if !self.queue.is_empty() {
            return Ok(());
        }
        for changes in &mut self.tables {
            for (reference, _, keys) in changes.incoming.iter_mut().flatten() {
                if !keys.is_empty() {
                    self.queue.push_back(Task::Act(reference.clone(), core::mem::take(keys)));
                }
            }
        }
        if self.queue.is_empty() && !self.checking {
            self.checking = true;
            for (reference, keys) in self.deferred.drain(..) {
                self.queue.push_back(Task::CheckChildren(reference, keys));
            }
            for changes in &mut self.tables {
                for (constraint, keys) in &mut changes.keys {
                    let reference = Reference { child: Arc::clone(&changes.table), constraint: *constraint };
                    self.queue.push_back(Task::CheckKeys(reference, core::mem::take(keys)));
                }
                for (reference, keys) in &mut changes.outgoing {
                    if !keys.is_empty() {
                        self.queue.push_back(Task::CheckParents(reference.clone(), core::mem::take(keys)));
                    }
                }
            }
        }
        Ok(())
    }

    fn act(&mut self, run: &mut Run<'_, '_>, reference: &Reference, keys: Vec<OldKey>) -> Result<()> {
        let foreign_key = reference.key()?.clone();
        let (deleted, updated): (Vec<OldKey>, Vec<OldKey>) =
            keys.into_iter().partition(|key| key.new.is_none());
        for (keys, action) in [(deleted, foreign_key.on_delete), (updated, foreign_key.on_update)] {
            if keys.is_empty() {
                continue;
            }
            match action {
                ReferentialAction::NoAction => {
                    self.deferred.push((reference.clone(), keys.into_iter().map(|key| key.old).collect()));
                }
                ReferentialAction::Restrict => {
                    let old: Vec<Vec<Datum>> = keys.into_iter().map(|key| key.old).collect();
                    let probe = self.child_probe(run, reference)?;
                    if let Some((at, _)) = probe.referring(run.cx.pages.source(), &old)?.first() {
                        return Err(probe.violation(&old[*at]));
                    }
                }
                ReferentialAction::Cascade | ReferentialAction::SetNull | ReferentialAction::SetDefault => {
                    self.follow(run, reference, &foreign_key, &keys, action)?;
                    // The default may be the very key that is gone: then nothing changed, and it is missing.
                    if action == ReferentialAction::SetDefault {
                        let old = keys.into_iter().map(|key| key.old).collect();
                        self.deferred.push((reference.clone(), old));
                    }
                }
            }
        }
        Ok(())
    }

    /// Changes the children of keys that are gone.
    fn follow(
        &mut self,
        run: &mut Run<'_, '_>,
        reference: &Reference,
        foreign_key: &ForeignKey,
        keys: &[OldKey],
        action: ReferentialAction,
    ) -> Result<()> {
        let probe = self.child_probe(run, reference)?;
        let old_keys: Vec<Vec<Datum>> = keys.iter().map(|key| key.old.clone()).collect();
        let children = probe.referring(run.cx.pages.source(), &old_keys)?;
        if children.is_empty() {
            return Ok(());
        }
        let page_size = run.cx.pages.source().page_size();
        let child = Arc::clone(&reference.child);
        if !self.catalog.triggers_of(child.id).is_empty() {
            return Err(Error::unsupported("a referential action on a table with triggers"));
        }
        let mut writer = TableWriter::new(&self.catalog, &child, page_size)?;
        let rules = ChildRules::of(run, &child, &foreign_key.columns, action, action_changes(action, keys))?;
        let place = self.table_changes(&child);
        for (at, rowid) in children {
            let Some(old) = probe.fetch(run.cx.pages.source(), rowid)? else { continue };
            let new_values: Vec<Datum> = match (action, &keys[at].new) {
                (ReferentialAction::Cascade, None) => {
                    writer.delete(run.cx.pages.sink()?, RowId(rowid), &old)?;
                    let bytes = self.note(place, Some(&old), None)?;
                    run.hold(bytes)?;
                    continue;
                }
                (ReferentialAction::Cascade, Some(new)) => converted(run, reference, foreign_key, new)?,
                (ReferentialAction::SetDefault, _) => defaults(run, &rules.defaults)?,
                (
                    ReferentialAction::SetNull | ReferentialAction::NoAction | ReferentialAction::Restrict,
                    _,
                ) => vec![Datum::Null; foreign_key.columns.len()],
            };
            let mut new = old.clone();
            for (column, value) in foreign_key.columns.iter().zip(new_values) {
                new[*column] = value;
            }
            settle_row(run, &child, &rules.rules, &mut new)?;
            let moved = if fits(run, rules.rule.as_ref(), &new)? {
                writer.update(run.cx.pages.sink()?, RowId(rowid), &old, &new)?;
                None
            } else {
                writer.delete(run.cx.pages.sink()?, RowId(rowid), &old)?;
                self.moved(run, &child, &new)?
            };
            if let Some((table, row)) = moved {
                let bytes = self.changed(&table, None, Some(&row))?;
                run.hold(bytes)?;
            }
            let bytes = self.note(place, Some(&old), Some(&new))?;
            run.hold(bytes)?;
        }
        Ok(())
    }

    // A row that an action has taken out of its partition goes where it belongs.
    fn moved(
        &self,
        run: &mut Run<'_, '_>,
        child: &Arc<Table>,
        row: &[Datum],
    ) -> Result<Option<(Arc<Table>, Vec<Datum>)>> {
        let catalog = Arc::clone(&self.catalog);
        let Some(root) = catalog.partitioned_over(child).last().copied().cloned() else { return Ok(None) };
        let mut leaves = Leaves::of(run, &root)?;
        let from = leaves.place(&Datum::Int(i64::from(child.id.0)))?;
        let row = leaves.leaf(from)?.outward(row, root.columns.len());
        let (at, mut row) = leaves.route(run, &row)?;
        let leaf = leaves.leaf(at)?;
        let rules = leaf.rules(run)?;
        settle_row(run, &leaf.table, &rules, &mut row)?;
        leaf.writer(run)?.insert(run.cx.pages.sink()?, &row)?;
        Ok(Some((Arc::clone(&leaf.table), row)))
    }

    fn table_changes(&mut self, table: &Arc<Table>) -> usize {
        match self.tables.iter().position(|changes| changes.table.id == table.id) {
            Some(at) => at,
            None => {
                self.tables.push(TableChanges::new(table));
                self.tables.len() - 1
            }
        }
    }

    fn child_probe(&self, run: &Run<'_, '_>, reference: &Reference) -> Result<ChildProbe> {
        ChildProbe::new(
            &self.catalog,
            &reference.child,
            reference.constraint,
            run.cx.pages.source().page_size(),
        )
    }

    /// NO ACTION: an old key may be gone from its children, or back in the parent.
    fn check_children(
        &self,
        run: &mut Run<'_, '_>,
        reference: &Reference,
        keys: &[Vec<Datum>],
    ) -> Result<()> {
        let probe = self.child_probe(run, reference)?;
        let referring = probe.referring(run.cx.pages.source(), keys)?;
        if referring.is_empty() {
            return Ok(());
        }
        let parents = self.parent_probe(run, reference)?;
        for (at, rowid) in referring {
            let source = run.cx.pages.source();
            let Some(row) = probe.fetch(source, rowid)? else { continue };
            let Some(values) = parents.key_of(&row)? else { continue };
            if !parents.exists(source, &values)?
                && !put_off(run, &reference.child, reference.constraint, Wrong::Referred, &keys[at])
            {
                return Err(probe.violation(&keys[at]));
            }
        }
        Ok(())
    }

    fn parent_probe(&self, run: &Run<'_, '_>, reference: &Reference) -> Result<ParentProbe> {
        ParentProbe::new(
            &self.catalog,
            &reference.child,
            reference.constraint,
            run.cx.pages.source().page_size(),
        )
    }

    fn check_parents(&self, run: &mut Run<'_, '_>, reference: &Reference, keys: &[Vec<Datum>]) -> Result<()> {
        let probe = self.parent_probe(run, reference)?;
        let foreign_key = reference.key()?;
        // `key_of` wants rows: a row with only these columns filled will do.
        let mut row = vec![Datum::Null; reference.child.columns.len()];
        let mut wanted = Vec::with_capacity(keys.len());
        for key in keys {
            for (column, value) in foreign_key.columns.iter().zip(key) {
                row[*column] = value.clone();
            }
            wanted.extend(probe.key_of(&row)?);
        }
        while let Some(at) = probe.first_missing(run.cx.pages.source(), &wanted)? {
            if put_off(run, &reference.child, reference.constraint, Wrong::NoParent, &wanted[at]) {
                let gone = wanted.swap_remove(at);
                wanted.retain(|key| key != &gone);
                continue;
            }
            let source = run.cx.pages.source();
            // An action may have taken the key from the row again: only a key some child still has counts.
            let children = self.child_probe(run, reference)?;
            let parent_types = self.parent_types(foreign_key)?;
            let child_types = foreign_key.columns.iter().map(|column| reference.child.columns[*column].ty.ty);
            let same_types = child_types.eq(parent_types.iter().map(|ty| ty.ty));
            if !same_types
                || !self.checking
                || !children.referring(source, core::slice::from_ref(&wanted[at]))?.is_empty()
            {
                return Err(probe.violation(&wanted[at]));
            }
            let gone = wanted.swap_remove(at);
            wanted.retain(|key| key != &gone);
        }
        Ok(())
    }

    fn parent_types(&self, foreign_key: &ForeignKey) -> Result<Vec<TypeName>> {
        let parent = self
            .catalog
            .tables
            .get(&foreign_key.parent)
            .ok_or_else(|| Error::internal("the parent of a reference is not in the catalog"))?;
        Ok(foreign_key.parent_columns.iter().map(|column| parent.columns[*column].ty).collect())
    }
}

/// Whether the transaction looks at what is wrong later.
fn put_off(run: &mut Run<'_, '_>, table: &Table, constraint: usize, wrong: Wrong, key: &[Datum]) -> bool {
    run.cx.deferred.as_mut().is_some_and(|deferred| deferred.keep(table, constraint, wrong, key))
}

/// What holds for rows of a child that an action changes.
struct ChildRules {
    rules: RowRules,
    /// Of a partition.
    rule: Option<Program>,
    /// Of the referring columns, in the order of the reference; for SET DEFAULT.
    defaults: Vec<Option<Program>>,
}

impl ChildRules {
    fn of(
        run: &Run<'_, '_>,
        child: &Table,
        columns: &[usize],
        action: ReferentialAction,
        changes: bool,
    ) -> Result<ChildRules> {
        let rules = run.cx.rules;
        let rule = if changes { rules.partition_rule(child)? } else { None };
        let defaults = if action == ReferentialAction::SetDefault {
            columns.iter().map(|column| rules.default(child, *column)).collect::<Result<_>>()?
        } else {
            Vec::new()
        };
        Ok(ChildRules { rules: rules_of(run, child, changes)?, rule, defaults })
    }
}

// Anew for every row: a default may be volatile.
fn defaults(run: &mut Run<'_, '_>, programs: &[Option<Program>]) -> Result<Vec<Datum>> {
    let value = |program: &Option<Program>| match program {
        Some(program) => run.value(program, Row::None),
        None => Ok(Datum::Null),
    };
    programs.iter().map(value).collect()
}

/// A new parent key in the child's types.
fn converted(
    run: &Run<'_, '_>,
    reference: &Reference,
    foreign_key: &ForeignKey,
    key: &[Datum],
) -> Result<Vec<Datum>> {
    let parent = run
        .cx
        .catalog
        .tables
        .get(&foreign_key.parent)
        .ok_or_else(|| Error::internal("the parent of a reference is not in the catalog"))?;
    foreign_key
        .parent_columns
        .iter()
        .zip(&foreign_key.columns)
        .zip(key)
        .map(|((from, to), value)| {
            let from = parent.columns[*from].ty.ty;
            crate::value::cast(value, from, reference.child.columns[*to].ty, false)
        })
        .collect()
}
