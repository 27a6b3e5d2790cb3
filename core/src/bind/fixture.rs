//! Catalogs for tests, made from SQL: CREATE TABLE, CREATE INDEX and ALTER TABLE without storage.

use std::sync::Arc;

use crate::base::PageNo;
use crate::catalog::{Catalog, Column, Constraint, ForeignKey, Identity, Index, Rule, Sequence, Table};
use crate::error::Result;
use crate::parse;
use crate::plan::{AlterAction, Bound, CreateTable, ForeignKeyDefinition, Statement};
use crate::value::SqlType;

use super::{BindContext, bind};

/// A catalog after a script of definitions.
pub(crate) fn catalog(script: &str) -> Catalog {
    let mut catalog = Catalog::default();
    for (sql, _) in parse::statements(script) {
        let bound = bind_in(&catalog, sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        apply(&mut catalog, bound.statement);
    }
    catalog
}

/// Binds one statement against a catalog.
pub(crate) fn bind_in(catalog: &Catalog, sql: &str) -> Result<Bound> {
    let path = ["public".to_owned()];
    let context = BindContext { catalog, search_path: &path, parameter_types: &[] };
    bind(&parse::parse(sql)?, &context)
}

fn apply(catalog: &mut Catalog, statement: Statement) {
    match statement {
        Statement::CreateTable(Some(create)) => create_table(catalog, *create),
        Statement::CreateIndex(Some(create)) => {
            let id = catalog.allot_id().expect("ids are left");
            catalog.put_index(Index {
                id,
                schema: create.table.schema.clone(),
                name: create.name,
                table: create.table.id,
                keys: create.keys,
                unique: create.unique,
                predicate: None,
                include: Vec::new(),
                root: PageNo(1),
            });
        }
        Statement::AlterTable(alter) => {
            let mut table = Table::clone(&alter.table);
            for action in alter.actions {
                match action {
                    AlterAction::AddForeignKey(key) => table.constraints.push(foreign_key(&key, table.id)),
                    AlterAction::AddCheck(name, expression) => {
                        table.constraints.push(Constraint {
                            deferral: Default::default(),
                            name,
                            rule: Rule::Check { expression },
                        });
                    }
                    AlterAction::AddPrimaryKey(name, columns) => {
                        table.constraints.push(Constraint {
                            deferral: Default::default(),
                            name,
                            rule: Rule::PrimaryKey { columns, index: None },
                        });
                    }
                    AlterAction::AddUnique(name, columns) => {
                        table.constraints.push(Constraint {
                            deferral: Default::default(),
                            name,
                            rule: Rule::Unique { columns, index: None },
                        });
                    }
                    other => panic!("the fixture does not know {other:?}"),
                }
            }
            catalog.put_table(table);
        }
        Statement::Empty | Statement::Insert(_) => {}
        other => panic!("the fixture does not know {other:?}"),
    }
}

fn foreign_key(key: &ForeignKeyDefinition, own: crate::base::ObjectId) -> Constraint {
    Constraint {
        deferral: Default::default(),
        name: key.name.clone(),
        rule: Rule::ForeignKey(ForeignKey {
            columns: key.columns.clone(),
            parent: key.parent.as_ref().map_or(own, |parent: &Arc<Table>| parent.id),
            parent_columns: key.parent_columns.clone(),
            on_delete: key.on_delete,
            on_update: key.on_update,
            match_full: key.match_full,
        }),
    }
}

fn create_table(catalog: &mut Catalog, create: CreateTable) {
    let id = catalog.allot_id().expect("ids are left");
    let mut columns = Vec::new();
    for (at, column) in create.columns.iter().enumerate() {
        let identity = column.identity.map(|always| {
            let sequence = catalog.allot_id().expect("ids are left");
            catalog.put_sequence(Sequence {
                id: sequence,
                schema: create.schema.clone(),
                name: format!("{}_{}_seq", create.name, column.name),
                start: 1,
                increment: 1,
                min: 1,
                max: i64::MAX,
                cycle: false,
                owner: Some((id, at)),
            });
            Identity { always, sequence }
        });
        columns.push(Column {
            name: column.name.clone(),
            ty: column.ty,
            not_null: column.not_null,
            default: column.default.clone(),
            identity,
            generated: None,
            domain: None,
        });
    }
    let mut constraints = Vec::new();
    if let Some((name, columns)) = create.primary_key.clone() {
        constraints.push(Constraint {
            deferral: Default::default(),
            name,
            rule: Rule::PrimaryKey { columns, index: None },
        });
    }
    for (name, columns) in create.uniques {
        constraints.push(Constraint {
            deferral: Default::default(),
            name,
            rule: Rule::Unique { columns, index: None },
        });
    }
    for (name, expression) in create.checks {
        constraints.push(Constraint { deferral: Default::default(), name, rule: Rule::Check { expression } });
    }
    for key in &create.foreign_keys {
        constraints.push(foreign_key(key, id));
    }
    let rowid_column = match &create.primary_key {
        Some((_, key)) => match key.as_slice() {
            [one] if matches!(columns[*one].ty.ty, SqlType::Int4 | SqlType::Int8) => Some(*one),
            _ => None,
        },
        None => None,
    };
    catalog.put_table(Table {
        id,
        schema: create.schema,
        name: create.name,
        columns,
        rowid_column,
        indexes: Vec::new(),
        constraints,
        root: PageNo(1),
        layouts: Vec::new(),
        materialized: None,
        family: None,
    });
}

/// Checks a golden file: statements, each followed by `---` and its expected text, separated by `====`.
/// The failure shows the whole file as it should be now.
pub(crate) fn check_golden(golden: &str, actual: &dyn Fn(&str) -> String) {
    let mut regenerated = Vec::new();
    for case in golden.trim().split("\n====\n") {
        let sql = case.split("\n---\n").next().unwrap_or_default().trim();
        regenerated.push(format!("{sql}\n---\n{}", actual(sql).trim_end()));
    }
    let regenerated = regenerated.join("\n====\n");
    if regenerated != golden.trim() {
        panic!("the golden differs; it would now be:\n{regenerated}\n");
    }
}
