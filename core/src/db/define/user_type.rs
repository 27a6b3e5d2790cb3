//! CREATE, ALTER and DROP of enumerations; what renames and moves a type.

use std::sync::Arc;

use crate::catalog::{
    Catalog, EnumPosition, SYSTEM_SCHEMAS, Table, UserType, UserTypeKind, check_label, enum_labels,
    with_label,
};
use crate::error::{Error, Result, SqlState};
use crate::parse::define::{AlterEnum, LabelPosition, ObjectKind, ObjectName};
use crate::value::{SqlType, TypeName};

use super::ddl::{change, query, quoted, table_name};
use super::{Session, creation_schema};
use crate::db::outcome::Notice;

/// The type of a name along the search path.
pub(super) fn find_type<'c>(
    session: &Session,
    catalog: &'c Catalog,
    name: &ObjectName,
) -> Option<&'c Arc<UserType>> {
    match &name.schema {
        Some(schema) => catalog.user_type(session.settings.schema_named(schema), &name.name),
        None => catalog.find_type(session.settings.search_path(), None, &name.name),
    }
}

/// The type of a name, of the kind wanted (42704, 42809).
pub(super) fn wanted_type<'c>(
    session: &Session,
    catalog: &'c Catalog,
    name: &ObjectName,
    kind: ObjectKind,
) -> Result<&'c Arc<UserType>> {
    let Some(found) = find_type(session, catalog, name) else {
        if is_built_in(name) && kind == ObjectKind::Domain {
            return Err(wrong_kind(name, "a domain"));
        }
        return Err(missing(name));
    };
    if kind == ObjectKind::Domain && found.domain().is_none() {
        return Err(wrong_kind(name, "a domain"));
    }
    Ok(found)
}

fn is_built_in(name: &ObjectName) -> bool {
    name.schema.as_deref().is_none_or(|schema| schema == "pg_catalog")
        && SqlType::from_name(&name.name).is_some()
}

fn wrong_kind(name: &ObjectName, what: &str) -> Error {
    let shown = match SqlType::from_name(&name.name) {
        Some(ty) if is_built_in(name) => ty.name().to_owned(),
        _ => name.display(),
    };
    Error::new(SqlState::WRONG_OBJECT_TYPE, format!("{shown} is not {what}"))
}

/// `type "x" does not exist`.
pub(super) fn missing(name: &ObjectName) -> Error {
    Error::new(SqlState::UNDEFINED_OBJECT, format!("type \"{}\" does not exist", name.display()))
}

/// Refuses the name of a type or relation that is there (42710).
pub(super) fn check_free(catalog: &Catalog, schema: &str, name: &str) -> Result<()> {
    if catalog.user_type(schema, name).is_none() && catalog.relation(schema, name).is_none() {
        return Ok(());
    }
    Err(Error::new(SqlState::DUPLICATE_OBJECT, format!("type \"{name}\" already exists")))
}

/// CREATE TYPE .. AS ENUM.
pub(super) fn create(session: &mut Session, tag: &str, name: &ObjectName, labels: &[String]) -> Result<()> {
    let (catalog, _) = session.catalog()?;
    let schema = creation_schema(session, &catalog, name, false)?;
    check_free(&catalog, &schema, &name.name)?;
    let labels = enum_labels(labels)?;
    change(session, tag, |change| {
        let id = change.catalog.allot_type_id()?;
        let kind = UserTypeKind::Enum(labels);
        change.catalog.put_type(UserType { id, schema, name: name.name.clone(), kind });
        Ok(())
    })
}

/// ALTER TYPE of an enumeration.
pub(super) fn alter(session: &mut Session, tag: &str, name: &ObjectName, action: &AlterEnum) -> Result<()> {
    let (catalog, _) = session.catalog()?;
    let Some(ty) = find_type(session, &catalog, name) else {
        return Err(if is_built_in(name) { wrong_kind(name, "an enum") } else { missing(name) });
    };
    let Some(labels) = ty.labels() else { return Err(wrong_kind(name, "an enum")) };
    let has = |text: &str| labels.iter().any(|label| label.text == text);
    match action {
        AlterEnum::Add { label, position, if_not_exists } => {
            if *if_not_exists && has(label) {
                let message = format!("enum label \"{label}\" already exists, skipping");
                session.notice(Notice::notice(SqlState::DUPLICATE_OBJECT, message));
                return Ok(());
            }
            let position = match position {
                LabelPosition::Last => EnumPosition::Last,
                LabelPosition::Before(other) => EnumPosition::Before(other.clone()),
                LabelPosition::After(other) => EnumPosition::After(other.clone()),
            };
            put_labels(session, tag, ty, with_label(labels, label, &position)?)
        }
        AlterEnum::Rename { label, to } => {
            if !has(label) {
                return Err(Error::new(
                    SqlState::INVALID_PARAMETER_VALUE,
                    format!("\"{label}\" is not an existing enum label"),
                ));
            }
            if has(to) {
                return Err(Error::new(
                    SqlState::DUPLICATE_OBJECT,
                    format!("enum label \"{to}\" already exists"),
                ));
            }
            rename_label(session, tag, ty, label, to)
        }
    }
}

fn put_labels(
    session: &mut Session,
    tag: &str,
    ty: &UserType,
    labels: Vec<crate::catalog::EnumLabel>,
) -> Result<()> {
    let changed = UserType { kind: UserTypeKind::Enum(labels), ..ty.clone() };
    change(session, tag, |change| {
        change.catalog.put_type(changed);
        Ok(())
    })
}

/// Values hold their labels: the new label takes a place beside the old one, the rows that have the old one
/// get the new one, then the old one goes. All of it is in the one transaction.
fn rename_label(session: &mut Session, tag: &str, ty: &UserType, label: &str, to: &str) -> Result<()> {
    check_label(to)?;
    let old = ty.labels().unwrap_or(&[]);
    let mut both = with_label(old, to, &EnumPosition::Before(label.to_owned()))?;
    put_labels(session, tag, ty, both.clone())?;
    let (catalog, _) = session.catalog()?;
    let text = |label: &str| format!("'{}'", label.replace('\'', "''"));
    let (old_text, new_text) = (text(label), text(to));
    let tables: Vec<_> = catalog.tables.values().cloned().collect();
    for table in tables {
        let mut has = Vec::new();
        let mut values = Vec::with_capacity(table.columns.len());
        for column in &table.columns {
            let name = quoted(&column.name);
            let is_array = matches!(column.ty.ty, SqlType::Array(_));
            values.push(if catalog.type_of(column.ty.ty).is_none_or(|of| of.id != ty.id) {
                name
            } else if is_array {
                has.push(format!("{old_text} = ANY ({name})"));
                format!("array_replace({name}, {old_text}, {new_text})")
            } else {
                has.push(format!("{name} = {old_text}"));
                format!("CASE WHEN {name} = {old_text} THEN {new_text} ELSE {name} END")
            });
        }
        let any = format!("SELECT 1 FROM ONLY {} WHERE {} LIMIT 1", table_name(&table), has.join(" OR "));
        if !has.is_empty() && query(session, &any)?.is_some() {
            super::column::rewrite(session, tag, &table, Table::clone(&table), values)?;
        }
    }
    let order = old.iter().find(|other| other.text == label).map_or(1.0, |found| found.order);
    both.retain(|other| other.text != label);
    for renamed in both.iter_mut().filter(|other| other.text == to) {
        renamed.order = order;
    }
    put_labels(session, tag, ty, both)
}

/// ALTER TYPE and ALTER DOMAIN .. RENAME TO and SET SCHEMA.
pub(super) fn move_type(
    session: &mut Session,
    tag: &str,
    kind: ObjectKind,
    name: &ObjectName,
    schema: Option<&str>,
    to: Option<&str>,
) -> Result<()> {
    let (catalog, _) = session.catalog()?;
    let ty = wanted_type(session, &catalog, name, kind)?;
    let mut moved = UserType::clone(ty);
    if let Some(to) = to {
        to.clone_into(&mut moved.name);
    }
    if let Some(schema) = schema {
        if !catalog.has_schema(schema) || SYSTEM_SCHEMAS.contains(&schema) {
            return Err(Error::new(
                SqlState::INVALID_SCHEMA_NAME,
                format!("schema \"{schema}\" does not exist"),
            ));
        }
        schema.clone_into(&mut moved.schema);
    }
    check_free(&catalog, &moved.schema, &moved.name)?;
    change(session, tag, |change| {
        change.catalog.put_type(moved);
        Ok(())
    })
}

/// The type that text names.
pub(super) fn named_type(session: &Session, catalog: &Catalog, text: &str) -> Result<TypeName> {
    crate::bind::resolve_type(text, catalog, session.settings.search_path()).map(|named| named.ty)
}
