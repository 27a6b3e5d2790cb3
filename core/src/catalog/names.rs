//! Objects by name, and names for objects that were given none.

use std::sync::{Arc, OnceLock};

use crate::base::ObjectId;
use crate::base::hash::HashMap;
use crate::base::limits::IDENTIFIER_BYTES_MAX;

use super::{Catalog, Index, Rule, SYSTEM_SCHEMAS, Sequence, Table, View, mentions};

/// What a name of the relation namespace stands for.
#[derive(Clone, Debug)]
pub enum Relation {
    /// A table.
    Table(Arc<Table>),
    /// An index.
    Index(Arc<Index>),
    /// A sequence.
    Sequence(Arc<Sequence>),
    /// A view.
    View(Arc<View>),
    /// A key constraint (by its place in the table) whose key is the rowid: PostgreSQL would have an index
    /// of this name.
    Key(Arc<Table>, usize),
}

/// The look-up tables of one catalog; made at the first look-up, dropped by a clone.
#[derive(Default)]
pub struct NameIndex(OnceLock<Maps>);

#[derive(Default)]
struct Maps {
    /// By name, then by schema: few schemas share a name.
    relations: HashMap<String, Vec<(String, Relation)>>,
    /// Parent to (child, place of the constraint), in id order.
    references: HashMap<ObjectId, Vec<(ObjectId, usize)>>,
}

impl Clone for NameIndex {
    fn clone(&self) -> NameIndex {
        // K1: a clone is made to be changed.
        NameIndex::default()
    }
}

impl core::fmt::Debug for NameIndex {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("NameIndex")
    }
}

impl Catalog {
    /// What `schema.name` is.
    pub fn relation(&self, schema: &str, name: &str) -> Option<&Relation> {
        let found = self.maps().relations.get(name)?;
        found.iter().find(|(of, _)| of == schema).map(|(_, relation)| relation)
    }

    /// The table of that name in `schema`.
    pub fn table(&self, schema: &str, name: &str) -> Option<&Arc<Table>> {
        match self.relation(schema, name)? {
            Relation::Table(table) => Some(table),
            Relation::Index(_) | Relation::Sequence(_) | Relation::View(_) | Relation::Key(..) => None,
        }
    }

    /// The index of that name in `schema`.
    pub fn index(&self, schema: &str, name: &str) -> Option<&Arc<Index>> {
        match self.relation(schema, name)? {
            Relation::Index(index) => Some(index),
            Relation::Table(_) | Relation::Sequence(_) | Relation::View(_) | Relation::Key(..) => None,
        }
    }

    /// The sequence of that name in `schema`.
    pub fn sequence(&self, schema: &str, name: &str) -> Option<&Arc<Sequence>> {
        match self.relation(schema, name)? {
            Relation::Sequence(sequence) => Some(sequence),
            Relation::Table(_) | Relation::Index(_) | Relation::View(_) | Relation::Key(..) => None,
        }
    }

    /// The view of that name in `schema`.
    pub fn view(&self, schema: &str, name: &str) -> Option<&Arc<View>> {
        match self.relation(schema, name)? {
            Relation::View(view) => Some(view),
            Relation::Table(_) | Relation::Index(_) | Relation::Sequence(_) | Relation::Key(..) => None,
        }
    }

    /// Whether there is such a schema, the engine's own included.
    pub fn has_schema(&self, name: &str) -> bool {
        name == "public"
            || name.starts_with("pg_temp_")
            || SYSTEM_SCHEMAS.contains(&name)
            || self.schemas.values().any(|schema| schema.name == name)
    }

    /// The foreign keys that refer to a table: child and place of the constraint in it, oldest child first.
    pub fn references_to(&self, parent: ObjectId) -> impl Iterator<Item = (&Arc<Table>, usize)> {
        let found = self.maps().references.get(&parent).map_or(&[][..], Vec::as_slice);
        found.iter().filter_map(|(child, at)| Some((self.tables.get(child)?, *at)))
    }

    /// Whether a text kept with a view, a table or a domain may call the function.
    pub fn names_in_text(&self, function: &str) -> bool {
        let views = self.views.values().map(|view| view.query.sql.as_str());
        let columns = self.tables.values().flat_map(|table| &table.columns);
        let kept = columns.flat_map(|column| column.default.iter().chain(&column.generated));
        let checks = self.tables.values().flat_map(|table| &table.constraints).filter_map(|constraint| {
            match &constraint.rule {
                Rule::Check { expression } => Some(expression.as_str()),
                _ => None,
            }
        });
        let filled = self.tables.values().filter_map(|table| table.materialized.as_ref());
        let filled = filled.map(|view| view.query.sql.as_str());
        views.chain(kept.map(String::as_str)).chain(checks).chain(filled).any(|sql| mentions(sql, function))
    }

    /// A relation name made of parts as PostgreSQL makes it, with a number where it is taken.
    pub fn free_relation_name(
        &self,
        schema: &str,
        first: &str,
        second: Option<&str>,
        label: &str,
        also_taken: &[String],
    ) -> String {
        let mut label_numbered = label.to_owned();
        for number in 1_u32.. {
            let name = relation_name(first, second, &label_numbered);
            if self.relation(schema, &name).is_none() && !also_taken.contains(&name) {
                return name;
            }
            label_numbered = format!("{label}{number}");
        }
        unreachable!("K2: there are fewer relations than numbers")
    }

    fn maps(&self) -> &Maps {
        self.names.0.get_or_init(|| {
            let mut maps = Maps::default();
            let mut add = |schema: &str, name: &str, relation: Relation| {
                maps.relations.entry(name.to_owned()).or_default().push((schema.to_owned(), relation));
            };
            for table in self.tables.values() {
                add(&table.schema, &table.name, Relation::Table(Arc::clone(table)));
                for (at, constraint) in table.constraints.iter().enumerate() {
                    if table.keys().any(|(key, _, index)| key.name == constraint.name && index.is_none()) {
                        add(&table.schema, &constraint.name, Relation::Key(Arc::clone(table), at));
                    }
                }
            }
            for index in self.indexes.values() {
                add(&index.schema, &index.name, Relation::Index(Arc::clone(index)));
            }
            for sequence in self.sequences.values() {
                add(&sequence.schema, &sequence.name, Relation::Sequence(Arc::clone(sequence)));
            }
            for view in self.views.values() {
                add(&view.schema, &view.name, Relation::View(Arc::clone(view)));
            }
            for table in self.tables.values() {
                for (at, constraint) in table.constraints.iter().enumerate() {
                    if let Rule::ForeignKey(key) = &constraint.rule {
                        maps.references.entry(key.parent).or_default().push((table.id, at));
                    }
                }
            }
            maps
        })
    }
}

/// `first_second_label`, cut to an identifier's length: the longer of the first two parts is shortened
/// first, the label never.
pub fn relation_name(first: &str, second: Option<&str>, label: &str) -> String {
    let overhead = if label.is_empty() { 0 } else { label.len() + 1 } + usize::from(second.is_some());
    let room = IDENTIFIER_BYTES_MAX.saturating_sub(overhead);
    let mut first_bytes = first.len();
    let mut second_bytes = second.map_or(0, str::len);
    while first_bytes + second_bytes > room {
        if first_bytes > second_bytes {
            first_bytes -= 1;
        } else {
            second_bytes -= 1;
        }
    }
    let mut name = cut(first, first_bytes).to_owned();
    if let Some(second) = second {
        name.push('_');
        name.push_str(cut(second, second_bytes));
    }
    if !label.is_empty() {
        name.push('_');
        name.push_str(label);
    }
    name
}

/// At most `bytes` bytes of `text`, whole characters only.
fn cut(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
