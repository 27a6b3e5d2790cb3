//! `information_schema`: the same objects in the standard's words.

use crate::catalog::{Column, Constraint, Deferral, Rule, Table};
use crate::error::Result;
use crate::function::FunctionContext;
use crate::value::{Datum, SqlType, TypeName};

use super::definition::{action, default_definition, schemas, user_type};
use super::{Rows, Source};

fn yes_no(yes: bool) -> Datum {
    Datum::from(if yes { "YES" } else { "NO" })
}

fn number(number: usize) -> Datum {
    Datum::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

fn database(source: &Source<'_>) -> Datum {
    Datum::from(source.cx.database().as_str())
}

/// `schemata`
pub(super) fn schemata(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    schemas(source.cx.catalog).into_iter().try_for_each(|(_, name)| {
        rows.record(&[
            ("catalog_name", database(source)),
            ("schema_name", Datum::from(name)),
            ("schema_owner", Datum::from(source.cx.user().as_str())),
        ])
    })
}

/// `tables`: without materialised views, as in PostgreSQL.
pub(super) fn tables(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    let catalog = source.cx.catalog;
    let tables = catalog.tables.values().filter(|table| table.materialized.is_none());
    let tables = tables.map(|table| (&table.schema, &table.name, true));
    let views = catalog.views.values().map(|view| (&view.schema, &view.name, false));
    for (schema, name, is_table) in tables.chain(views) {
        let temporary = schema.starts_with("pg_temp_");
        let kind = match is_table {
            true if temporary => "LOCAL TEMPORARY",
            true => "BASE TABLE",
            false => "VIEW",
        };
        rows.record(&[
            ("table_catalog", database(source)),
            ("table_schema", Datum::from(schema.as_str())),
            ("table_name", Datum::from(name.as_str())),
            ("table_type", Datum::from(kind)),
            ("is_insertable_into", yes_no(is_table)),
            ("is_typed", yes_no(false)),
            ("commit_action", if temporary { Datum::from("PRESERVE") } else { Datum::Null }),
        ])?;
    }
    Ok(())
}

/// `views`
pub(super) fn views(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    source.cx.catalog.views.values().try_for_each(|view| {
        rows.record(&[
            ("table_catalog", database(source)),
            ("table_schema", Datum::from(view.schema.as_str())),
            ("table_name", Datum::from(view.name.as_str())),
            ("view_definition", Datum::from(format!(" {};", view.query.sql).as_str())),
            ("check_option", Datum::from("NONE")),
            ("is_updatable", yes_no(false)),
            ("is_insertable_into", yes_no(false)),
            ("is_trigger_updatable", yes_no(false)),
            ("is_trigger_deletable", yes_no(false)),
            ("is_trigger_insertable_into", yes_no(false)),
        ])
    })
}

/// The figures of a type: length, bytes, precision, radix, scale, digits of a second.
fn figures(ty: TypeName) -> [Datum; 6] {
    let int = |value: i64| Datum::Int(value);
    let none = || Datum::Null;
    match ty.ty {
        SqlType::Varchar | SqlType::Char | SqlType::Text | SqlType::Name => match ty.length() {
            Some(length) => {
                [number(length), number(length.saturating_mul(4)), none(), none(), none(), none()]
            }
            None if ty.ty == SqlType::Name => [none(), none(), none(), none(), none(), none()],
            None => [none(), int(1 << 30), none(), none(), none(), none()],
        },
        SqlType::Int2 => [none(), none(), int(16), int(2), int(0), none()],
        SqlType::Int4 => [none(), none(), int(32), int(2), int(0), none()],
        SqlType::Int8 => [none(), none(), int(64), int(2), int(0), none()],
        SqlType::Float4 => [none(), none(), int(24), int(2), none(), none()],
        SqlType::Float8 => [none(), none(), int(53), int(2), none(), none()],
        SqlType::Numeric => match ty.precision_and_scale() {
            Some((precision, scale)) => {
                [none(), none(), int(i64::from(precision)), int(10), int(i64::from(scale)), none()]
            }
            None => [none(), none(), none(), int(10), none(), none()],
        },
        SqlType::Date => [none(), none(), none(), none(), none(), int(0)],
        SqlType::Time | SqlType::TimeTz | SqlType::Timestamp | SqlType::TimestampTz | SqlType::Interval => {
            let digits = ty.fraction_digits().unwrap_or(6);
            [none(), none(), none(), none(), none(), int(i64::from(digits))]
        }
        _ => [none(), none(), none(), none(), none(), none()],
    }
}

/// `columns`
pub(super) fn columns(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    let catalog = source.cx.catalog;
    for table in catalog.tables.values().filter(|table| table.materialized.is_none()) {
        for (at, column) in table.columns.iter().enumerate().take(table.width()) {
            let place = (table.schema.as_str(), table.name.as_str(), at);
            let default =
                column.generated.is_none().then(|| default_definition(source.cx, table, at)).flatten();
            push_column(source, rows, place, (&column.name, column.ty), Some((column, default)))?;
        }
    }
    for view in catalog.views.values() {
        for (at, (name, ty)) in view.columns.iter().enumerate() {
            push_column(source, rows, (view.schema.as_str(), view.name.as_str(), at), (name, *ty), None)?;
        }
    }
    Ok(())
}

fn push_column(
    source: &Source<'_>,
    rows: &mut Rows<'_>,
    (schema, table, at): (&str, &str, usize),
    (name, ty): (&str, TypeName),
    column: Option<(&Column, Option<String>)>,
) -> Result<()> {
    let shown = match ty.ty {
        SqlType::Array(_) => "ARRAY",
        SqlType::Enum(_) => "USER-DEFINED",
        ty => ty.name(),
    };
    let own = user_type(source.cx.catalog, ty.ty.oid());
    let udt_name = match own {
        Some((ty, is_array)) => format!("{}{}", if is_array { "_" } else { "" }, ty.name),
        None => ty.ty.internal_name().to_owned(),
    };
    let [length, bytes, precision, radix, scale, digits] = figures(ty);
    let (column, default) = match column {
        Some((column, default)) => (Some(column), default),
        None => (None, None),
    };
    let generated = column.and_then(|column| column.generated.as_deref());
    let identity = column.and_then(|column| column.identity);
    let text = |text: Option<&str>| text.map_or(Datum::Null, Datum::from);
    let mut record = vec![
        ("table_catalog", database(source)),
        ("table_schema", Datum::from(schema)),
        ("table_name", Datum::from(table)),
        ("column_name", Datum::from(name)),
        ("ordinal_position", number(at + 1)),
        ("column_default", text(default.as_deref())),
        ("is_nullable", yes_no(!column.is_some_and(|column| column.not_null))),
        ("data_type", Datum::from(shown)),
        ("character_maximum_length", length),
        ("character_octet_length", bytes),
        ("numeric_precision", precision),
        ("numeric_precision_radix", radix),
        ("numeric_scale", scale),
        ("datetime_precision", digits),
        ("interval_precision", Datum::Null),
        ("maximum_cardinality", Datum::Null),
        ("udt_catalog", database(source)),
        ("udt_schema", Datum::from(own.map_or("pg_catalog", |(ty, _)| ty.schema.as_str()))),
        ("udt_name", Datum::from(udt_name.as_str())),
        ("dtd_identifier", Datum::from((at + 1).to_string().as_str())),
        ("is_self_referencing", yes_no(false)),
        ("is_identity", yes_no(identity.is_some())),
        ("identity_cycle", yes_no(false)),
        ("is_generated", Datum::from(if generated.is_some() { "ALWAYS" } else { "NEVER" })),
        ("generation_expression", text(generated)),
        ("is_updatable", yes_no(column.is_some())),
    ];
    if let Some(identity) = identity {
        record.push((
            "identity_generation",
            Datum::from(if identity.always { "ALWAYS" } else { "BY DEFAULT" }),
        ));
        if let Some(sequence) = source.cx.catalog.sequences.get(&identity.sequence) {
            let text = |value: i64| Datum::from(value.to_string().as_str());
            record.push(("identity_start", text(sequence.start)));
            record.push(("identity_increment", text(sequence.increment)));
            record.push(("identity_maximum", text(sequence.max)));
            record.push(("identity_minimum", text(sequence.min)));
        }
    }
    rows.record(&record)
}

fn each_constraint(
    source: &Source<'_>,
    mut each: impl FnMut(&Table, &Constraint) -> Result<()>,
) -> Result<()> {
    for table in source.cx.catalog.tables.values() {
        table.constraints.iter().try_for_each(|constraint| each(table, constraint))?;
    }
    Ok(())
}

fn named(source: &Source<'_>, table: &Table, constraint: &Constraint) -> Vec<(&'static str, Datum)> {
    vec![
        ("constraint_catalog", database(source)),
        ("constraint_schema", Datum::from(table.schema.as_str())),
        ("constraint_name", Datum::from(constraint.name.as_str())),
    ]
}

fn of_table(source: &Source<'_>, table: &Table) -> Vec<(&'static str, Datum)> {
    vec![
        ("table_catalog", database(source)),
        ("table_schema", Datum::from(table.schema.as_str())),
        ("table_name", Datum::from(table.name.as_str())),
    ]
}

/// `table_constraints`; NOT NULL is a CHECK there, under a name that PostgreSQL makes of OIDs.
pub(super) fn table_constraints(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    each_constraint(source, |table, constraint| {
        let kind = match constraint.rule {
            Rule::PrimaryKey { .. } => "PRIMARY KEY",
            Rule::Unique { .. } => "UNIQUE",
            Rule::Check { .. } => "CHECK",
            Rule::ForeignKey(_) => "FOREIGN KEY",
        };
        let mut record = named(source, table, constraint);
        record.extend(of_table(source, table));
        record.push(("constraint_type", Datum::from(kind)));
        record.push(("is_deferrable", yes_no(constraint.deferral != Deferral::Never)));
        record.push(("initially_deferred", yes_no(constraint.deferral == Deferral::Initially)));
        record.push(("enforced", yes_no(true)));
        if kind == "UNIQUE" {
            record.push(("nulls_distinct", yes_no(true)));
        }
        rows.record(&record)
    })?;
    for table in source.cx.catalog.tables.values().filter(|table| table.materialized.is_none()) {
        for (at, column) in table.columns.iter().enumerate().filter(|(_, column)| column.not_null) {
            let _ = column;
            let mut record = of_table(source, table);
            record.extend([
                ("constraint_catalog", database(source)),
                ("constraint_schema", Datum::from(table.schema.as_str())),
                ("constraint_name", Datum::from(not_null_name(table, at).as_str())),
                ("constraint_type", Datum::from("CHECK")),
                ("is_deferrable", yes_no(false)),
                ("initially_deferred", yes_no(false)),
                ("enforced", yes_no(true)),
            ]);
            rows.record(&record)?;
        }
    }
    Ok(())
}

fn not_null_name(table: &Table, at: usize) -> String {
    format!("{}_{}_{}_not_null", super::definition::PUBLIC, table.id.0, at + 1)
}

/// `key_column_usage`
pub(super) fn key_column_usage(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    each_constraint(source, |table, constraint| {
        let (columns, foreign) = match &constraint.rule {
            Rule::PrimaryKey { columns, .. } | Rule::Unique { columns, .. } => (columns, None),
            Rule::ForeignKey(key) => (&key.columns, Some(key)),
            Rule::Check { .. } => return Ok(()),
        };
        for (at, ordinal) in columns.iter().enumerate() {
            let Some(column) = table.columns.get(*ordinal) else { continue };
            // Where the column of the parent stands in the parent's key.
            let place = foreign.and_then(|key| {
                let parent = source.cx.catalog.tables.get(&key.parent)?;
                let theirs = key.parent_columns.get(at)?;
                let same = |columns: &&[usize]| {
                    columns.len() == key.parent_columns.len()
                        && columns.iter().all(|column| key.parent_columns.contains(column))
                };
                let unique = parent.keys().map(|(_, columns, _)| columns).find(same)?;
                unique.iter().position(|column| column == theirs)
            });
            let mut record = named(source, table, constraint);
            record.extend(of_table(source, table));
            record.push(("column_name", Datum::from(column.name.as_str())));
            record.push(("ordinal_position", number(at + 1)));
            record.push((
                "position_in_unique_constraint",
                place.map_or(Datum::Null, |place| number(place + 1)),
            ));
            rows.record(&record)?;
        }
        Ok(())
    })
}

/// `referential_constraints`
pub(super) fn referential_constraints(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    each_constraint(source, |table, constraint| {
        let Rule::ForeignKey(key) = &constraint.rule else { return Ok(()) };
        let Some(parent) = source.cx.catalog.tables.get(&key.parent) else { return Ok(()) };
        let unique = parent.keys().find(|(_, columns, _)| {
            columns.len() == key.parent_columns.len()
                && columns.iter().all(|column| key.parent_columns.contains(column))
        });
        let mut record = named(source, table, constraint);
        if let Some((unique, ..)) = unique {
            record.extend([
                ("unique_constraint_catalog", database(source)),
                ("unique_constraint_schema", Datum::from(parent.schema.as_str())),
                ("unique_constraint_name", Datum::from(unique.name.as_str())),
            ]);
        }
        record.extend([
            ("match_option", Datum::from(if key.match_full { "FULL" } else { "NONE" })),
            ("update_rule", Datum::from(action(key.on_update).0)),
            ("delete_rule", Datum::from(action(key.on_delete).0)),
        ]);
        rows.record(&record)
    })
}

/// `constraint_column_usage`: the columns of a key, of a parent, or those that a CHECK reads.
pub(super) fn constraint_column_usage(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    each_constraint(source, |table, constraint| {
        let (used, columns): (&Table, Vec<usize>) = match &constraint.rule {
            Rule::PrimaryKey { columns, .. } | Rule::Unique { columns, .. } => (table, columns.clone()),
            Rule::Check { expression } => {
                let reads =
                    |(_, column): &(usize, &Column)| crate::catalog::mentions(expression, &column.name);
                (table, table.columns.iter().enumerate().filter(reads).map(|(at, _)| at).collect())
            }
            Rule::ForeignKey(key) => match source.cx.catalog.tables.get(&key.parent) {
                Some(parent) => (parent, key.parent_columns.clone()),
                None => return Ok(()),
            },
        };
        for column in columns.iter().filter_map(|at| used.columns.get(*at)) {
            let mut record = named(source, table, constraint);
            record.extend(of_table(source, used));
            record.push(("column_name", Datum::from(column.name.as_str())));
            rows.record(&record)?;
        }
        Ok(())
    })
}

/// `check_constraints`, NOT NULL among them.
pub(super) fn check_constraints(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    each_constraint(source, |table, constraint| {
        let Rule::Check { expression } = &constraint.rule else { return Ok(()) };
        let mut record = named(source, table, constraint);
        record.push(("check_clause", Datum::from(format!("(({expression}))").as_str())));
        rows.record(&record)
    })?;
    for table in source.cx.catalog.tables.values().filter(|table| table.materialized.is_none()) {
        for (at, column) in table.columns.iter().enumerate().filter(|(_, column)| column.not_null) {
            rows.record(&[
                ("constraint_catalog", database(source)),
                ("constraint_schema", Datum::from(table.schema.as_str())),
                ("constraint_name", Datum::from(not_null_name(table, at).as_str())),
                ("check_clause", Datum::from(format!("{} IS NOT NULL", column.name).as_str())),
            ])?;
        }
    }
    Ok(())
}

/// `sequences`: without those of identity columns, as in PostgreSQL.
pub(super) fn sequences(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    let catalog = source.cx.catalog;
    for sequence in catalog.sequences.values() {
        let identity = catalog
            .tables
            .values()
            .flat_map(|table| &table.columns)
            .any(|column| column.identity.is_some_and(|identity| identity.sequence == sequence.id));
        if identity {
            continue;
        }
        let ty = match sequence.max {
            32_767 => SqlType::Int2,
            2_147_483_647 => SqlType::Int4,
            _ => SqlType::Int8,
        };
        let [_, _, precision, radix, scale, _] = figures(TypeName::plain(ty));
        let text = |value: i64| Datum::from(value.to_string().as_str());
        rows.record(&[
            ("sequence_catalog", database(source)),
            ("sequence_schema", Datum::from(sequence.schema.as_str())),
            ("sequence_name", Datum::from(sequence.name.as_str())),
            ("data_type", Datum::from(ty.name())),
            ("numeric_precision", precision),
            ("numeric_precision_radix", radix),
            ("numeric_scale", scale),
            ("start_value", text(sequence.start)),
            ("minimum_value", text(sequence.min)),
            ("maximum_value", text(sequence.max)),
            ("increment", text(sequence.increment)),
            ("cycle_option", yes_no(sequence.cycle)),
        ])?;
    }
    Ok(())
}
