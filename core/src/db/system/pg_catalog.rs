//! `pg_catalog`: the objects of the statement's catalog in PostgreSQL's tables.

use crate::base::ObjectId;
use crate::catalog::{Deferral, Rule, Table, UserTypeKind};
use crate::error::Result;
use crate::value::{Array, Datum, SqlType, TypeCategory, TypeName};

use super::definition::{
    OWNER, ShownIndex, action, constraint_oid, default_definition, index_definition, indexes as indexes_of,
    key_index_oid, schema_oid, schemas,
};
use super::{Rows, Source};

fn oid(oid: u32) -> Datum {
    Datum::Int(i64::from(oid))
}

fn count(count: usize) -> Datum {
    Datum::Int(i64::try_from(count).unwrap_or(i64::MAX))
}

/// Ordinals as PostgreSQL counts them, from 1.
fn numbers<'d>(ordinals: impl IntoIterator<Item = &'d usize>) -> Datum {
    let items = ordinals.into_iter().map(|at| count(at + 1)).collect();
    Datum::Array(std::sync::Arc::new(Array::of(SqlType::Int2, items)))
}

fn owner(source: &Source<'_>) -> Datum {
    use crate::function::FunctionContext;
    Datum::from(source.cx.user().as_str())
}

/// `pg_namespace`
pub(super) fn namespace(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    schemas(source.cx.catalog).into_iter().try_for_each(|(id, name)| {
        rows.record(&[("oid", oid(id)), ("nspname", Datum::from(name)), ("nspowner", oid(OWNER))])
    })
}

struct Class<'c> {
    oid: u32,
    schema: &'c str,
    name: &'c str,
    kind: &'static str,
    columns: usize,
    table: Option<&'c Table>,
}

fn classes<'c>(source: &Source<'c>) -> Vec<Class<'c>> {
    let catalog = source.cx.catalog;
    let mut found = Vec::new();
    for table in catalog.tables.values() {
        let kind = match (table.materialized.is_some(), table.partition_key().is_some()) {
            (true, _) => "m",
            (_, true) => "p",
            _ => "r",
        };
        let (schema, name) = (table.schema.as_str(), table.name.as_str());
        found.push(Class { oid: table.id.0, schema, name, kind, columns: table.width(), table: Some(table) });
        for index in indexes_of(catalog, table) {
            found.push(Class {
                oid: index.oid,
                schema,
                name: index.name,
                kind: if kind == "p" { "I" } else { "i" },
                columns: index.keys.len(),
                table: None,
            });
        }
    }
    for view in catalog.views.values() {
        let (schema, name) = (view.schema.as_str(), view.name.as_str());
        found.push(Class {
            oid: view.id.0,
            schema,
            name,
            kind: "v",
            columns: view.columns.len(),
            table: None,
        });
    }
    for sequence in catalog.sequences.values() {
        let (schema, name) = (sequence.schema.as_str(), sequence.name.as_str());
        found.push(Class { oid: sequence.id.0, schema, name, kind: "S", columns: 3, table: None });
    }
    found
}

/// `pg_class`
pub(super) fn class(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    classes(source).into_iter().try_for_each(|class| {
        let checks = class.table.map_or(0, |table| {
            table
                .constraints
                .iter()
                .filter(|constraint| matches!(constraint.rule, Rule::Check { .. }))
                .count()
        });
        let keyed =
            class.table.is_some_and(|table| !table.indexes.is_empty() || table.keys().next().is_some());
        let bound = class.table.and_then(Table::partition_bound);
        let temporary = class.schema.starts_with("pg_temp_");
        let populated =
            class.table.and_then(|table| table.materialized.as_ref()).is_none_or(|view| view.populated);
        rows.record(&[
            ("oid", oid(class.oid)),
            ("relname", Datum::from(class.name)),
            ("relnamespace", oid(schema_oid(source.cx.catalog, class.schema))),
            ("relowner", oid(OWNER)),
            (
                "relam",
                oid(match class.kind {
                    "r" | "m" => 2,
                    "i" | "I" => 403,
                    _ => 0,
                }),
            ),
            ("reltuples", Datum::Float(-1.0)),
            ("relhasindex", Datum::Bool(keyed)),
            ("relpersistence", Datum::from(if temporary { "t" } else { "p" })),
            ("relkind", Datum::from(class.kind)),
            ("relnatts", count(class.columns)),
            ("relchecks", count(checks)),
            ("relispopulated", Datum::Bool(populated)),
            ("relhassubclass", Datum::Bool(class.table.is_some_and(|table| !table.children().is_empty()))),
            ("relispartition", Datum::Bool(bound.is_some())),
            ("relpartbound", bound.map_or(Datum::Null, |bound| Datum::from(bound.text.as_str()))),
            ("relreplident", Datum::from(if class.kind == "r" { "d" } else { "n" })),
        ])
    })
}

/// `pg_inherits`
pub(super) fn inherits(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    for table in source.cx.catalog.tables.values() {
        for (at, parent) in table.parents().iter().enumerate() {
            rows.record(&[
                ("inhrelid", oid(table.id.0)),
                ("inhparent", oid(parent.0)),
                ("inhseqno", count(at + 1)),
            ])?;
        }
    }
    Ok(())
}

/// `pg_attribute`
pub(super) fn attribute(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    let catalog = source.cx.catalog;
    let mut push = |relation: u32, at: usize, name: &str, ty: TypeName, more: &[(&str, Datum)]| {
        let collation = if ty.ty.is_textual() { 100 } else { 0 };
        let mut record = vec![
            ("attrelid", oid(relation)),
            ("attname", Datum::from(name)),
            ("atttypid", oid(ty.ty.oid())),
            ("attstattarget", Datum::Int(-1)),
            ("attlen", Datum::Int(length(ty.ty))),
            ("attnum", count(at + 1)),
            ("attndims", Datum::Int(i64::from(matches!(ty.ty, SqlType::Array(_))))),
            ("atttypmod", Datum::Int(i64::from(ty.modifier))),
            ("attidentity", Datum::from("")),
            ("attgenerated", Datum::from("")),
            ("attislocal", Datum::Bool(true)),
            ("attcollation", oid(collation)),
        ];
        record.extend_from_slice(more);
        rows.record(&record)
    };
    for table in catalog.tables.values() {
        for (at, column) in table.columns.iter().enumerate().take(table.width()) {
            let identity = match column.identity {
                Some(identity) if identity.always => "a",
                Some(_) => "d",
                None => "",
            };
            let generated = column.generated.is_some();
            push(
                table.id.0,
                at,
                &column.name,
                column.ty,
                &[
                    ("attnotnull", Datum::Bool(column.not_null)),
                    ("atthasdef", Datum::Bool(column.default.is_some() || generated)),
                    ("attidentity", Datum::from(identity)),
                    ("attgenerated", Datum::from(if generated { "s" } else { "" })),
                ],
            )?;
        }
        for index in indexes_of(catalog, table) {
            for (at, key) in index.keys.iter().enumerate() {
                let Some(column) = table.columns.get(key.column) else { continue };
                push(index.oid, at, &column.name, column.ty, &[])?;
            }
        }
    }
    for view in catalog.views.values() {
        for (at, (name, ty)) in view.columns.iter().enumerate() {
            push(view.id.0, at, name, *ty, &[])?;
        }
    }
    Ok(())
}

/// `typlen`
fn length(ty: SqlType) -> i64 {
    match ty {
        SqlType::Bool => 1,
        SqlType::Int2 => 2,
        SqlType::Int4
        | SqlType::Float4
        | SqlType::Date
        | SqlType::Oid
        | SqlType::Regtype
        | SqlType::Enum(_) => 4,
        SqlType::Int8 | SqlType::Float8 | SqlType::Time | SqlType::Timestamp | SqlType::TimestampTz => 8,
        SqlType::TimeTz => 12,
        SqlType::Interval | SqlType::Uuid => 16,
        SqlType::Name => 64,
        _ => -1,
    }
}

/// `pg_attrdef`
pub(super) fn attrdef(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    for table in source.cx.catalog.tables.values() {
        for at in 0..table.columns.len() {
            let Some(sql) = default_definition(source.cx, table, at) else { continue };
            rows.record(&[
                ("oid", oid(constraint_oid(table, at) | 0xc000_0000)),
                ("adrelid", oid(table.id.0)),
                ("adnum", count(at + 1)),
                ("adbin", Datum::from(sql.as_str())),
            ])?;
        }
    }
    Ok(())
}

/// The types that statements made, each with its array type.
fn user_types(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    let catalog = source.cx.catalog;
    for ty in catalog.types.values() {
        let array = format!("_{}", ty.name);
        let (letter, category, base) = match &ty.kind {
            UserTypeKind::Enum(_) => ("e", "E", 0),
            UserTypeKind::Domain(domain) => ("d", "U", domain.base.ty.oid()),
        };
        let both = [
            (ty.id.0, ty.name.as_str(), letter, category, 0, ty.id.0 + 1),
            (ty.id.0 + 1, array.as_str(), "b", "A", ty.id.0, 0),
        ];
        for (id, name, letter, category, element, array) in both {
            rows.record(&[
                ("oid", oid(id)),
                ("typname", Datum::from(name)),
                ("typnamespace", oid(schema_oid(catalog, &ty.schema))),
                ("typowner", oid(OWNER)),
                ("typlen", Datum::Int(if letter == "e" { 4 } else { -1 })),
                ("typtype", Datum::from(letter)),
                ("typcategory", Datum::from(category)),
                ("typisdefined", Datum::Bool(true)),
                ("typdelim", Datum::from(",")),
                ("typelem", oid(element)),
                ("typarray", oid(array)),
                ("typbasetype", oid(if letter == "d" { base } else { 0 })),
                ("typtypmod", Datum::Int(-1)),
            ])?;
        }
    }
    Ok(())
}

/// `pg_enum`
pub(super) fn enums(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    for ty in source.cx.catalog.types.values() {
        let UserTypeKind::Enum(labels) = &ty.kind else { continue };
        for label in labels {
            rows.record(&[
                ("oid", oid(ty.id.0 << 12 & 0x3fff_f000 | u32::from(label.place) >> 8)),
                ("enumtypid", oid(ty.id.0)),
                ("enumsortorder", Datum::Float(f64::from(label.order))),
                ("enumlabel", Datum::from(label.text.as_str())),
            ])?;
        }
    }
    Ok(())
}

/// `pg_type`: the built-in types and their arrays.
pub(super) fn types(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    user_types(source, rows)?;
    for ty in SqlType::ALL {
        for ty in [Some(ty), ty.array()].into_iter().flatten() {
            let category = match ty.category() {
                TypeCategory::Array => "A",
                TypeCategory::Enum => "E",
                TypeCategory::Boolean => "B",
                TypeCategory::DateTime => "D",
                TypeCategory::Numeric => "N",
                TypeCategory::Pseudo => "P",
                TypeCategory::String => "S",
                TypeCategory::Timespan => "T",
                TypeCategory::User => "U",
                TypeCategory::Unknown => "X",
            };
            let array = if matches!(ty, SqlType::Array(_)) { None } else { ty.array() };
            rows.record(&[
                ("oid", oid(ty.oid())),
                ("typname", Datum::from(ty.internal_name())),
                ("typnamespace", oid(11)),
                ("typowner", oid(OWNER)),
                ("typlen", Datum::Int(length(ty))),
                ("typtype", Datum::from(if category == "P" || category == "X" { "p" } else { "b" })),
                ("typcategory", Datum::from(category)),
                ("typispreferred", Datum::Bool(ty.is_preferred())),
                ("typisdefined", Datum::Bool(true)),
                ("typdelim", Datum::from(",")),
                ("typelem", oid(ty.element().map_or(0, SqlType::oid))),
                ("typarray", oid(array.map_or(0, SqlType::oid))),
                ("typtypmod", Datum::Int(-1)),
                ("typcollation", oid(if ty.is_textual() { 100 } else { 0 })),
            ])?;
        }
    }
    Ok(())
}

fn each_index(source: &Source<'_>, mut each: impl FnMut(&ShownIndex<'_>) -> Result<()>) -> Result<()> {
    for table in source.cx.catalog.tables.values() {
        indexes_of(source.cx.catalog, table).iter().try_for_each(&mut each)?;
    }
    Ok(())
}

/// `pg_index`
pub(super) fn index(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    each_index(source, |index| {
        let options = index
            .keys
            .iter()
            .map(|key| Datum::Int(i64::from(key.descending) + 2 * i64::from(key.nulls_first)));
        let options = Array::of(SqlType::Int2, options.collect());
        rows.record(&[
            ("indexrelid", oid(index.oid)),
            ("indrelid", oid(index.table.id.0)),
            ("indnatts", count(index.keys.len())),
            ("indnkeyatts", count(index.keys.len())),
            ("indisunique", Datum::Bool(index.unique)),
            ("indisprimary", Datum::Bool(index.primary)),
            ("indimmediate", Datum::Bool(true)),
            ("indisvalid", Datum::Bool(true)),
            ("indisready", Datum::Bool(true)),
            ("indislive", Datum::Bool(true)),
            ("indkey", numbers(index.keys.iter().map(|key| &key.column))),
            ("indoption", Datum::Array(std::sync::Arc::new(options))),
        ])
    })
}

/// `pg_indexes`
pub(super) fn indexes(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    each_index(source, |index| {
        rows.record(&[
            ("schemaname", Datum::from(index.table.schema.as_str())),
            ("tablename", Datum::from(index.table.name.as_str())),
            ("indexname", Datum::from(index.name)),
            ("indexdef", Datum::from(index_definition(index).as_str())),
        ])
    })
}

/// `pg_constraint`
pub(super) fn constraint(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    let catalog = source.cx.catalog;
    for table in catalog.tables.values() {
        for (at, constraint) in table.constraints.iter().enumerate() {
            let mut record = vec![
                ("oid", oid(constraint_oid(table, at))),
                ("conname", Datum::from(constraint.name.as_str())),
                ("connamespace", oid(schema_oid(catalog, &table.schema))),
                ("condeferrable", Datum::Bool(constraint.deferral != Deferral::Never)),
                ("condeferred", Datum::Bool(constraint.deferral == Deferral::Initially)),
                ("convalidated", Datum::Bool(true)),
                ("conrelid", oid(table.id.0)),
                ("conislocal", Datum::Bool(true)),
                ("confupdtype", Datum::from(" ")),
                ("confdeltype", Datum::from(" ")),
                ("confmatchtype", Datum::from(" ")),
            ];
            match &constraint.rule {
                Rule::PrimaryKey { columns, index } | Rule::Unique { columns, index } => {
                    let primary = matches!(constraint.rule, Rule::PrimaryKey { .. });
                    record.push(("contype", Datum::from(if primary { "p" } else { "u" })));
                    record.push(("conindid", oid(key_index_oid(table, at, *index))));
                    record.push(("conkey", numbers(columns)));
                }
                Rule::Check { expression } => {
                    record.push(("contype", Datum::from("c")));
                    record.push(("conbin", Datum::from(expression.as_str())));
                }
                Rule::ForeignKey(key) => record.extend([
                    ("contype", Datum::from("f")),
                    ("confrelid", oid(key.parent.0)),
                    ("confupdtype", Datum::from(action(key.on_update).1)),
                    ("confdeltype", Datum::from(action(key.on_delete).1)),
                    ("confmatchtype", Datum::from(if key.match_full { "f" } else { "s" })),
                    ("conkey", numbers(&key.columns)),
                    ("confkey", numbers(&key.parent_columns)),
                ]),
            }
            rows.record(&record)?;
        }
    }
    Ok(())
}

/// `pg_description`
pub(super) fn description(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    let catalog = source.cx.catalog;
    for (id, comments) in &catalog.comments {
        for (part, text) in comments.iter() {
            let (class, object, column) = match (part.strip_prefix('.'), part.strip_prefix('#')) {
                (Some(column), _) => (1259, id.0, ordinal(source, *id, column)),
                (_, Some(name)) => {
                    let table = catalog.tables.get(id);
                    let at =
                        table.and_then(|table| table.constraints.iter().position(|other| other.name == name));
                    (2606, table.zip(at).map_or(0, |(table, at)| constraint_oid(table, at)), 0)
                }
                _ => {
                    let schema = catalog.schemas.contains_key(id) || id.0 == super::definition::PUBLIC;
                    (if schema { 2615 } else { 1259 }, id.0, 0)
                }
            };
            rows.record(&[
                ("objoid", oid(object)),
                ("classoid", oid(class)),
                ("objsubid", Datum::Int(column)),
                ("description", Datum::from(text.as_str())),
            ])?;
        }
    }
    Ok(())
}

fn ordinal(source: &Source<'_>, relation: ObjectId, column: &str) -> i64 {
    let table = source.cx.catalog.tables.get(&relation).and_then(|table| table.column(column));
    let view = source.cx.catalog.views.get(&relation).and_then(|view| view.column(column));
    table.or(view).and_then(|at| i64::try_from(at + 1).ok()).unwrap_or(0)
}

/// `pg_sequence`
pub(super) fn sequence(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    source.cx.catalog.sequences.values().try_for_each(|sequence| {
        rows.record(&[
            ("seqrelid", oid(sequence.id.0)),
            ("seqtypid", oid(SqlType::Int8.oid())),
            ("seqstart", Datum::Int(sequence.start)),
            ("seqincrement", Datum::Int(sequence.increment)),
            ("seqmax", Datum::Int(sequence.max)),
            ("seqmin", Datum::Int(sequence.min)),
            ("seqcache", Datum::Int(1)),
            ("seqcycle", Datum::Bool(sequence.cycle)),
        ])
    })
}

/// `pg_tables`
pub(super) fn tables(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    let tables = source.cx.catalog.tables.values().filter(|table| table.materialized.is_none());
    let mut tables = tables.peekable();
    tables.try_for_each(|table| {
        let keyed = !table.indexes.is_empty() || table.keys().next().is_some();
        rows.record(&[
            ("schemaname", Datum::from(table.schema.as_str())),
            ("tablename", Datum::from(table.name.as_str())),
            ("tableowner", owner(source)),
            ("hasindexes", Datum::Bool(keyed)),
        ])
    })
}

/// `pg_views`
pub(super) fn views(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    source.cx.catalog.views.values().try_for_each(|view| {
        rows.record(&[
            ("schemaname", Datum::from(view.schema.as_str())),
            ("viewname", Datum::from(view.name.as_str())),
            ("viewowner", owner(source)),
            ("definition", Datum::from(format!(" {};", view.query.sql).as_str())),
        ])
    })
}

/// `pg_matviews`
pub(super) fn matviews(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    source.cx.catalog.tables.values().try_for_each(|table| {
        let Some(view) = &table.materialized else { return Ok(()) };
        rows.record(&[
            ("schemaname", Datum::from(table.schema.as_str())),
            ("matviewname", Datum::from(table.name.as_str())),
            ("matviewowner", owner(source)),
            ("hasindexes", Datum::Bool(!table.indexes.is_empty())),
            ("ispopulated", Datum::Bool(view.populated)),
            ("definition", Datum::from(format!(" {};", view.query.sql).as_str())),
        ])
    })
}

/// `pg_am`
pub(super) fn am(_: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    for (id, name, kind) in [(2, "heap", "t"), (403, "btree", "i")] {
        rows.record(&[("oid", oid(id)), ("amname", Datum::from(name)), ("amtype", Datum::from(kind))])?;
    }
    Ok(())
}

/// `pg_database`
pub(super) fn database(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    use crate::function::FunctionContext;
    rows.record(&[
        ("oid", oid(5)),
        ("datname", Datum::from(source.cx.database().as_str())),
        ("datdba", oid(OWNER)),
        ("encoding", Datum::Int(6)),
        ("datcollate", Datum::from("C")),
        ("datctype", Datum::from("C")),
    ])
}

/// `pg_roles`
pub(super) fn roles(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    let yes = || Datum::Bool(true);
    rows.record(&[
        ("rolname", owner(source)),
        ("rolsuper", yes()),
        ("rolinherit", yes()),
        ("rolcreatedb", yes()),
        ("rolcanlogin", yes()),
        ("oid", oid(OWNER)),
    ])
}

/// `pg_collation`
pub(super) fn collation(_: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    for (id, name) in [(100, "default"), (950, "C"), (951, "POSIX")] {
        rows.record(&[("oid", oid(id)), ("collname", Datum::from(name)), ("collnamespace", oid(11))])?;
    }
    Ok(())
}
