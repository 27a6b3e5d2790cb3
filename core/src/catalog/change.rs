//! Changes: each turns a catalog nobody else sees yet into the next one.

use std::sync::Arc;

use crate::base::ObjectId;
use crate::base::limits::FIRST_USER_OBJECT;
use crate::error::{Error, Result, SqlState};

use super::{Catalog, Index, NameIndex, Routine, Schema, Sequence, Table, UserType, View};

impl Catalog {
    /// A copy to change, one version on.
    #[must_use]
    pub fn next_version(&self) -> Catalog {
        let mut next = self.clone();
        next.version += 1;
        next
    }

    /// A fresh id.
    pub fn allot_id(&mut self) -> Result<ObjectId> {
        let highest = [
            self.tables.keys().last(),
            self.indexes.keys().last(),
            self.sequences.keys().last(),
            self.views.keys().last(),
            self.schemas.keys().last(),
            self.routines.keys().last(),
        ]
        .into_iter()
        .flatten()
        .map(|id| id.0)
        .chain(self.types.keys().last().map(|id| id.0.saturating_add(1)))
        .max()
        .unwrap_or(0);
        let id = self.next_id.max(FIRST_USER_OBJECT).max(highest.saturating_add(1));
        self.next_id = id.checked_add(1).ok_or_else(|| {
            Error::new(SqlState::PROGRAM_LIMIT_EXCEEDED, "all object identifiers have been used")
        })?;
        Ok(ObjectId(id))
    }

    /// A fresh id for a type: even, and the next one is its array type's (U2).
    pub fn allot_type_id(&mut self) -> Result<ObjectId> {
        let mut id = self.allot_id()?;
        if !id.0.is_multiple_of(2) {
            id = self.allot_id()?;
        }
        self.allot_id()?;
        Ok(id)
    }

    /// Adds a type or replaces the one with its id.
    pub fn put_type(&mut self, ty: UserType) {
        self.types.insert(ty.id, Arc::new(ty));
    }

    /// Removes a type.
    pub fn remove_type(&mut self, id: ObjectId) {
        self.types.remove(&id);
        self.comments.remove(&id);
    }

    /// Adds a function or trigger or replaces the one with its id.
    pub fn put_routine(&mut self, routine: Routine) {
        self.routines.insert(routine.id, Arc::new(routine));
    }

    /// The triggers of a table, in the order of their names.
    pub fn triggers_of(&self, table: ObjectId) -> Vec<&Arc<Routine>> {
        let mut found: Vec<_> =
            self.routines.values().filter(|routine| routine.table == Some(table)).collect();
        found.sort_by(|a, b| a.name.cmp(&b.name));
        found
    }

    /// Adds a table or replaces the one with its id.
    pub fn put_table(&mut self, table: Table) -> Arc<Table> {
        let table = Arc::new(table);
        self.names = NameIndex::default();
        self.tables.insert(table.id, Arc::clone(&table));
        table
    }

    /// Adds an index or replaces the one with its id, and lists it with its table.
    pub fn put_index(&mut self, index: Index) -> Arc<Index> {
        let index = Arc::new(index);
        self.names = NameIndex::default();
        if let Some(table) = self.tables.get_mut(&index.table)
            && !table.indexes.contains(&index.id)
        {
            Arc::make_mut(table).indexes.push(index.id);
        }
        self.indexes.insert(index.id, Arc::clone(&index));
        index
    }

    /// Adds a sequence or replaces the one with its id.
    pub fn put_sequence(&mut self, sequence: Sequence) -> Arc<Sequence> {
        let sequence = Arc::new(sequence);
        self.names = NameIndex::default();
        self.sequences.insert(sequence.id, Arc::clone(&sequence));
        sequence
    }

    /// Adds a view or replaces the one with its id.
    pub fn put_view(&mut self, view: View) -> Arc<View> {
        let view = Arc::new(view);
        self.names = NameIndex::default();
        self.views.insert(view.id, Arc::clone(&view));
        view
    }

    /// Removes a view.
    pub fn remove_view(&mut self, id: ObjectId) {
        self.names = NameIndex::default();
        self.views.remove(&id);
        self.comments.remove(&id);
    }

    /// Adds a schema or replaces the one with its id.
    pub fn put_schema(&mut self, schema: Schema) {
        self.schemas.insert(schema.id, Arc::new(schema));
    }

    /// Removes a schema.
    pub fn remove_schema(&mut self, id: ObjectId) {
        self.schemas.remove(&id);
        self.comments.remove(&id);
    }

    /// Sets or (`None`) removes a comment.
    pub fn put_comment(&mut self, on: ObjectId, part: &str, text: Option<String>) {
        let comments = Arc::make_mut(self.comments.entry(on).or_default());
        comments.retain(|(other, _)| other != part);
        match text {
            Some(text) => comments.push((part.to_owned(), text)),
            None if comments.is_empty() => drop(self.comments.remove(&on)),
            None => {}
        }
    }

    /// The comment on an object or a part of it.
    pub fn comment(&self, on: ObjectId, part: &str) -> Option<&str> {
        let comments = self.comments.get(&on)?;
        comments.iter().find(|(other, _)| other == part).map(|(_, text)| text.as_str())
    }

    /// Removes a table; its indexes and sequences are removed by their own calls.
    pub fn remove_table(&mut self, id: ObjectId) {
        if let Some(family) = self.tables.get(&id).and_then(|table| table.family.clone()) {
            family.parents.iter().for_each(|parent| self.disown(*parent, id));
            family.children.iter().for_each(|child| self.disown(id, *child));
        }
        self.names = NameIndex::default();
        self.tables.remove(&id);
        self.comments.remove(&id);
    }

    /// Removes an index, also from its table's list.
    pub fn remove_index(&mut self, id: ObjectId) {
        self.names = NameIndex::default();
        self.comments.remove(&id);
        if let Some(index) = self.indexes.remove(&id)
            && let Some(table) = self.tables.get_mut(&index.table)
        {
            Arc::make_mut(table).indexes.retain(|other| *other != id);
        }
    }

    /// Removes a sequence.
    pub fn remove_sequence(&mut self, id: ObjectId) {
        self.names = NameIndex::default();
        self.sequences.remove(&id);
        self.comments.remove(&id);
    }

    /// Removes a constraint of a table, not its index.
    pub fn remove_constraint(&mut self, table: ObjectId, name: &str) {
        self.names = NameIndex::default();
        if let Some(table) = self.tables.get_mut(&table) {
            Arc::make_mut(table).constraints.retain(|constraint| constraint.name != name);
        }
    }

    /// Refuses a name that is taken (42P07).
    pub fn check_free(&self, schema: &str, name: &str) -> Result<()> {
        match self.relation(schema, name) {
            None => Ok(()),
            Some(_) => {
                Err(Error::new(SqlState::DUPLICATE_TABLE, format!("relation \"{name}\" already exists")))
            }
        }
    }
}
