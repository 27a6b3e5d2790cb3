//! Objects of the catalog as `pg_catalog` numbers and writes them.
//!
//! ```text
//! table, view, index, sequence   their own ids
//! constraint                     made of the table's id and its place in it
//! index of a key that is the rowid   the same with the highest bit: no page holds it
//! ```

use crate::base::ObjectId;
use crate::base::words::quoted;
use crate::catalog::{
    Catalog, Column, Constraint, Index, IndexKey, ReferentialAction, Relation, Rule, Table, UserType,
};
use crate::error::Result;
use crate::function::CatalogQuestion;

use super::super::ddl::nextval;
use super::super::functions::StatementContext;

/// The schema that is always there.
pub(super) const PUBLIC: u32 = 2200;
const PG_CATALOG: u32 = 11;
const INFORMATION_SCHEMA: u32 = 13_000;
const SYS: u32 = 13_001;
/// The only role.
pub(super) const OWNER: u32 = 10;

/// All schemas with their OIDs.
pub(super) fn schemas(catalog: &Catalog) -> Vec<(u32, &str)> {
    let built_in = [
        (PG_CATALOG, "pg_catalog"),
        (INFORMATION_SCHEMA, "information_schema"),
        (SYS, "sys"),
        (PUBLIC, "public"),
    ];
    let own = catalog.schemas.values().map(|schema| (schema.id.0, schema.name.as_str()));
    built_in.into_iter().chain(own).collect()
}

/// The OID of a schema.
pub(super) fn schema_oid(catalog: &Catalog, name: &str) -> u32 {
    schemas(catalog).into_iter().find(|(_, other)| *other == name).map_or(0, |(oid, _)| oid)
}

/// The OID of a constraint.
pub(super) fn constraint_oid(table: &Table, at: usize) -> u32 {
    let place = u32::try_from(at).unwrap_or(0) & 0xfff;
    0x4000_0000 | (table.id.0 << 12 & 0x3fff_f000) | place
}

/// The index behind a key constraint: a real one, or the OID of the one that the rowid stands for.
pub(super) fn key_index_oid(table: &Table, at: usize, index: Option<ObjectId>) -> u32 {
    index.map_or_else(|| constraint_oid(table, at) | 0x8000_0000, |id| id.0)
}

/// An index as the views show it.
pub(in crate::db) struct ShownIndex<'c> {
    pub(in crate::db) oid: u32,
    pub(in crate::db) table: &'c Table,
    pub(in crate::db) name: &'c str,
    pub(in crate::db) unique: bool,
    pub(in crate::db) primary: bool,
    pub(in crate::db) keys: Vec<IndexKey>,
    pub(in crate::db) predicate: Option<usize>,
    pub(in crate::db) include: &'c [usize],
}

/// All indexes of a table, those that are its rowid included.
pub(in crate::db) fn indexes<'c>(catalog: &'c Catalog, table: &'c Table) -> Vec<ShownIndex<'c>> {
    let mut shown = Vec::new();
    for (at, constraint) in table.constraints.iter().enumerate() {
        if let Rule::PrimaryKey { columns, index: None } | Rule::Unique { columns, index: None } =
            &constraint.rule
        {
            let keys = columns.iter();
            shown.push(ShownIndex {
                oid: key_index_oid(table, at, None),
                table,
                name: &constraint.name,
                unique: true,
                primary: matches!(constraint.rule, Rule::PrimaryKey { .. }),
                keys: keys
                    .map(|column| IndexKey { column: *column, descending: false, nulls_first: false })
                    .collect(),
                predicate: None,
                include: &[],
            });
        }
    }
    for id in &table.indexes {
        let Some(index) = catalog.indexes.get(id) else { continue };
        let Index { id, name, keys, unique, predicate, include, .. } = &**index;
        let primary = table.constraints.iter().any(
            |constraint| matches!(constraint.rule, Rule::PrimaryKey { index: Some(own), .. } if own == *id),
        );
        let (unique, predicate, keys) = (*unique, *predicate, keys.clone());
        shown.push(ShownIndex { oid: id.0, table, name, unique, primary, keys, predicate, include });
    }
    shown
}

/// `schema.name`, quoted where need be.
fn qualified(schema: &str, name: &str) -> String {
    format!("{}.{}", quoted(schema), quoted(name))
}

fn column_list(table: &Table, columns: &[usize]) -> String {
    let name = |column: &Column| match &column.generated {
        Some(sql) if column.is_hidden() => expression(sql),
        _ => quoted(&column.name),
    };
    let names = columns.iter().filter_map(|at| table.columns.get(*at)).map(name);
    names.collect::<Vec<_>>().join(", ")
}

/// An expression of an index: calls stand as they are, all else in parentheses.
fn expression(sql: &str) -> String {
    let name = sql.trim_end_matches(')').split('(').next().unwrap_or("");
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    let is_call = sql.ends_with(')') && !name.is_empty() && name.chars().all(is_name);
    if is_call { sql.to_owned() } else { format!("({sql})") }
}

/// CREATE INDEX.
pub(in crate::db) fn index_definition(index: &ShownIndex<'_>) -> String {
    let parts: Vec<String> = index
        .keys
        .iter()
        .map(|key| {
            let name = column_list(index.table, &[key.column]);
            match (key.descending, key.nulls_first) {
                (false, false) => name,
                (false, true) => format!("{name} NULLS FIRST"),
                (true, true) => format!("{name} DESC"),
                (true, false) => format!("{name} DESC NULLS LAST"),
            }
        })
        .collect();
    format!(
        "CREATE {}INDEX {} ON {} USING btree ({}){}{}",
        if index.unique { "UNIQUE " } else { "" },
        quoted(index.name),
        qualified(&index.table.schema, &index.table.name),
        parts.join(", "),
        if index.include.is_empty() {
            String::new()
        } else {
            format!(" INCLUDE ({})", column_list(index.table, index.include))
        },
        match index.predicate.and_then(|at| index.table.columns.get(at)?.generated.as_ref()) {
            Some(sql) => format!(" WHERE ({sql})"),
            None => String::new(),
        }
    )
}

/// The words of an action, and PostgreSQL's letter for it.
pub(super) fn action(action: ReferentialAction) -> (&'static str, &'static str) {
    match action {
        ReferentialAction::NoAction => ("NO ACTION", "a"),
        ReferentialAction::Restrict => ("RESTRICT", "r"),
        ReferentialAction::Cascade => ("CASCADE", "c"),
        ReferentialAction::SetNull => ("SET NULL", "n"),
        ReferentialAction::SetDefault => ("SET DEFAULT", "d"),
    }
}

/// A column's DEFAULT or generation expression; that of a serial column as PostgreSQL writes it.
pub(super) fn default_definition(cx: &StatementContext<'_>, table: &Table, at: usize) -> Option<String> {
    let column = table.columns.get(at)?;
    let sql = column.default.as_ref().or(column.generated.as_ref())?;
    let own = cx.catalog.sequences.values().find(|sequence| sequence.owner == Some((table.id, at)));
    match own.filter(|sequence| *sql == nextval(sequence)) {
        Some(sequence) if cx.settings.search_path().contains(&sequence.schema) => {
            Some(format!("nextval('{}'::regclass)", quoted(&sequence.name)))
        }
        Some(sequence) => {
            Some(format!("nextval('{}'::regclass)", qualified(&sequence.schema, &sequence.name)))
        }
        None => Some(sql.clone()),
    }
}

/// The type of an OID, and whether it is the array over it.
pub(super) fn user_type(catalog: &Catalog, oid: u32) -> Option<(&UserType, bool)> {
    let own = catalog.types.get(&ObjectId(oid)).map(|ty| (&**ty, false));
    own.or_else(|| catalog.types.get(&ObjectId(oid.checked_sub(1)?)).map(|ty| (&**ty, true)))
}

/// A constraint as ALTER TABLE takes it.
pub(super) fn constraint_definition(
    catalog: &Catalog,
    path: &[String],
    table: &Table,
    constraint: &Constraint,
) -> String {
    match &constraint.rule {
        Rule::PrimaryKey { columns, .. } => format!("PRIMARY KEY ({})", column_list(table, columns)),
        Rule::Unique { columns, .. } => format!("UNIQUE ({})", column_list(table, columns)),
        Rule::Check { expression } => format!("CHECK (({expression}))"),
        Rule::ForeignKey(key) => {
            let (parent, theirs) = match catalog.tables.get(&key.parent) {
                Some(parent) => {
                    let visible = path.contains(&parent.schema);
                    let name =
                        if visible { quoted(&parent.name) } else { qualified(&parent.schema, &parent.name) };
                    (name, column_list(parent, &key.parent_columns))
                }
                None => (String::new(), String::new()),
            };
            let mut out =
                format!("FOREIGN KEY ({}) REFERENCES {parent}({theirs})", column_list(table, &key.columns));
            if key.match_full {
                out.push_str(" MATCH FULL");
            }
            for (word, what) in [("UPDATE", key.on_update), ("DELETE", key.on_delete)] {
                if what != ReferentialAction::NoAction {
                    out.push_str(&format!(" ON {word} {}", action(what).0));
                }
            }
            out
        }
    }
}

/// Answers what a function asks about the catalog.
pub(in crate::db) fn answer(
    cx: &StatementContext<'_>,
    question: CatalogQuestion<'_>,
) -> Result<Option<String>> {
    let catalog = cx.catalog;
    Ok(match question {
        CatalogQuestion::Constraint(oid) => {
            let mut all = catalog.tables.values().flat_map(|table| {
                table.constraints.iter().enumerate().map(move |(at, constraint)| (table, at, constraint))
            });
            all.find(|(table, at, _)| constraint_oid(table, *at) == oid).map(|(table, _, constraint)| {
                constraint_definition(catalog, cx.settings.search_path(), table, constraint)
            })
        }
        CatalogQuestion::Index(oid, column) => {
            let mut all = catalog.tables.values().flat_map(|table| indexes(catalog, table));
            all.find(|index| index.oid == oid).and_then(|index| match column {
                0 => Some(index_definition(&index)),
                at => {
                    let key = usize::try_from(at - 1).ok().and_then(|at| index.keys.get(at))?;
                    Some(column_list(index.table, &[key.column]))
                }
            })
        }
        CatalogQuestion::View(oid) => {
            let view = catalog.views.get(&ObjectId(oid)).map(|view| view.query.sql.as_str());
            let kept = catalog.tables.get(&ObjectId(oid)).and_then(|table| table.materialized.as_ref());
            view.or(kept.map(|view| view.query.sql.as_str())).map(|sql| format!(" {sql};"))
        }
        CatalogQuestion::Relation(said) => relation(cx, said),
        CatalogQuestion::Comment(oid, 0) => catalog.comment(ObjectId(oid), "").map(str::to_owned),
        CatalogQuestion::Comment(oid, column) => {
            let at = usize::try_from(column - 1).ok();
            let table = catalog
                .tables
                .get(&ObjectId(oid))
                .and_then(|table| table.columns.get(at?))
                .map(|column| &column.name);
            let view = catalog
                .views
                .get(&ObjectId(oid))
                .and_then(|view| view.columns.get(at?))
                .map(|(name, _)| name);
            table
                .or(view)
                .and_then(|name| catalog.comment(ObjectId(oid), &format!(".{name}")))
                .map(str::to_owned)
        }
        CatalogQuestion::SchemaOf(oid) => {
            let id = ObjectId(oid);
            let table = catalog.tables.get(&id).map(|table| &table.schema);
            let view = catalog.views.get(&id).map(|view| &view.schema);
            let index = catalog.indexes.get(&id).map(|index| &index.schema);
            let sequence = catalog.sequences.get(&id).map(|sequence| &sequence.schema);
            let schema = table.or(view).or(index).or(sequence);
            schema.filter(|schema| cx.settings.search_path().contains(schema)).cloned()
        }
        CatalogQuestion::Type(oid) => user_type(catalog, oid).map(|(ty, is_array)| {
            let visible = cx.settings.search_path().contains(&ty.schema);
            let name = if visible { quoted(&ty.name) } else { qualified(&ty.schema, &ty.name) };
            if is_array { format!("{name}[]") } else { name }
        }),
        CatalogQuestion::Serial(..) => None,
        CatalogQuestion::SearchPath => Some(
            cx.settings
                .search_path()
                .iter()
                .filter(|name| catalog.has_schema(name))
                .cloned()
                .collect::<Vec<_>>()
                .join(","),
        ),
    })
}

/// A relation by name or OID, as a value of `regclass`.
fn relation(cx: &StatementContext<'_>, said: &str) -> Option<String> {
    let catalog = cx.catalog;
    let path = cx.settings.search_path();
    let value = |oid: u32, schema: &str, name: &str| {
        let is_first = path.iter().find(|schema| catalog.relation(schema, name).is_some());
        let visible = is_first.is_some_and(|first| first == schema) || schema == "pg_catalog";
        let shown = if visible { quoted(name) } else { qualified(schema, name) };
        format!("{oid:08x}{shown}")
    };
    if let Ok(oid) = said.trim().parse::<u32>() {
        let id = ObjectId(oid);
        let named = |schema: &str, name: &str| Some(value(oid, schema, name));
        return catalog
            .tables
            .get(&id)
            .and_then(|table| named(&table.schema, &table.name))
            .or_else(|| catalog.views.get(&id).and_then(|view| named(&view.schema, &view.name)))
            .or_else(|| catalog.indexes.get(&id).and_then(|index| named(&index.schema, &index.name)))
            .or_else(|| catalog.sequences.get(&id).and_then(|own| named(&own.schema, &own.name)))
            .or_else(|| {
                let mut all = catalog.tables.values().flat_map(|table| indexes(catalog, table));
                all.find(|index| index.oid == oid).and_then(|index| named(&index.table.schema, index.name))
            })
            .or_else(|| Some(if oid == 0 { "00000000-".to_owned() } else { format!("{oid:08x}{oid}") }));
    }
    let (schema, name) = crate::db::functions::qualified(said).ok()?;
    let schemas: Vec<&str> = match &schema {
        Some(schema) => vec![cx.settings.schema_named(schema)],
        None => path.iter().map(String::as_str).collect(),
    };
    schemas.into_iter().find_map(|schema| {
        let oid = match catalog.relation(schema, &name)? {
            Relation::Table(table) => table.id.0,
            Relation::View(view) => view.id.0,
            Relation::Index(index) => index.id.0,
            Relation::Sequence(sequence) => sequence.id.0,
            Relation::Key(table, at) => key_index_oid(table, *at, None),
        };
        Some(value(oid, schema, &name))
    })
}
