//! CREATE SCHEMA and VIEW, plain and materialised; COMMENT.

use std::sync::Arc;

use crate::base::ObjectId;
use crate::bind::{BindContext, BoundView, bind, bind_view};
use crate::catalog::{Catalog, Materialized, Relation, Schema, StoredQuery, Table, View};
use crate::error::{Error, Result, SqlState};
use crate::parse::define::{CheckOption, CommentOn, ObjectKind, ObjectName, TextAt, ViewDefinition};
use crate::plan::{ColumnDefinition, CreateTable, Query, Statement};
use crate::value::{SqlType, TypeName};

use super::ddl::{change, fill};
use super::storage::empty;
use super::{Session, creation_schema, find, kind_of, missing, skipped, wrong_kind};
use crate::db::deep::deeply;
use crate::db::outcome::Notice;

/// The comments on the schema that is always there.
const PUBLIC: ObjectId = ObjectId(2200);

/// CREATE SCHEMA.
pub(super) fn schema(
    session: &mut Session,
    tag: &str,
    name: &str,
    if_not_exists: bool,
    owner: Option<&str>,
) -> Result<()> {
    if let Some(owner) = owner {
        super::rename::check_role(session, owner)?;
    }
    let (catalog, _) = session.catalog()?;
    if name.starts_with("pg_") {
        return Err(Error::new(SqlState::RESERVED_NAME, format!("unacceptable schema name \"{name}\""))
            .with_detail("The prefix \"pg_\" is reserved for system schemas."));
    }
    if catalog.has_schema(name) {
        let message = format!("schema \"{name}\" already exists");
        if if_not_exists {
            session.notice(Notice::notice(SqlState::DUPLICATE_SCHEMA, format!("{message}, skipping")));
            return Ok(());
        }
        return Err(Error::new(SqlState::DUPLICATE_SCHEMA, message));
    }
    change(session, tag, |change| {
        let id = change.catalog.allot_id()?;
        change.catalog.put_schema(Schema { id, name: name.to_owned() });
        Ok(())
    })
}

/// The query of a view, bound: names of its columns as the definition gives them.
fn bound(session: &Session, definition: &ViewDefinition) -> Result<BoundView> {
    let (catalog, _) = session.catalog()?;
    let context =
        BindContext { catalog: &catalog, search_path: session.settings.search_path(), parameter_types: &[] };
    let mut bound = deeply(session.settings.stacks(), || bind_view(&definition.query.text, &context))
        .map_err(|error| error.moved_by(u32::try_from(definition.query.start).unwrap_or(0)))?;
    if definition.columns.len() > bound.columns.len() {
        let message = if definition.materialized {
            "too many column names were specified"
        } else {
            "CREATE VIEW specifies more column names than columns"
        };
        return Err(Error::new(SqlState::SYNTAX_ERROR, message));
    }
    for ((name, _), given) in bound.columns.iter_mut().zip(&definition.columns) {
        name.clone_from(given);
    }
    for (_, ty) in &mut bound.columns {
        if ty.ty == SqlType::Unknown {
            *ty = TypeName::plain(SqlType::Text);
        }
    }
    for at in 1..bound.columns.len() {
        let (before, rest) = bound.columns.split_at(at);
        let name = &rest[0].0;
        if before.iter().any(|(other, _)| other == name) {
            return Err(Error::new(
                SqlState::DUPLICATE_COLUMN,
                format!("column \"{name}\" specified more than once"),
            ));
        }
    }
    Ok(bound)
}

/// CREATE [OR REPLACE] [TEMPORARY] VIEW.
pub(super) fn view(session: &mut Session, tag: &str, definition: &ViewDefinition) -> Result<()> {
    let (catalog, _) = session.catalog()?;
    let bound = bound(session, definition)?;
    let reads_temporary = bound.query.uses.iter().any(|(id, _)| {
        catalog.tables.get(id).is_some_and(|table| table.schema.starts_with("pg_temp_"))
            || catalog.views.get(id).is_some_and(|view| view.schema.starts_with("pg_temp_"))
    });
    let temporary = definition.temporary || reads_temporary;
    if reads_temporary && !definition.temporary {
        let message = format!("view \"{}\" will be a temporary view", definition.name.name);
        session.notice(Notice::notice(SqlState::SUCCESSFUL_COMPLETION, message));
    }
    let schema = creation_schema(session, &catalog, &definition.name, temporary)?;
    let name = &definition.name.name;
    let mut replaced = None;
    match catalog.relation(&schema, name) {
        None => {}
        Some(Relation::View(old)) if definition.or_replace => {
            check_replaced(old, &bound)?;
            replaced = Some(Arc::clone(old));
        }
        Some(_) if definition.or_replace => return Err(wrong_kind(name, ObjectKind::View)),
        Some(_) => {
            return Err(Error::new(SqlState::DUPLICATE_TABLE, format!("relation \"{name}\" already exists")));
        }
    }
    let check_option = definition.check_option.map(|option| option == CheckOption::Cascaded);
    let view = View {
        id: ObjectId(0),
        schema,
        name: name.clone(),
        columns: bound.columns,
        defaults: replaced.as_ref().map_or_else(Vec::new, |old| old.defaults.clone()),
        query: bound.query,
        check_option,
    };
    if check_option.is_some() {
        return Err(Error::unsupported("WITH CHECK OPTION"));
    }
    if let Some(old) = &replaced
        && uses_itself(&catalog, &view.query, old.id)
    {
        return Err(Error::new(
            SqlState::INVALID_OBJECT_DEFINITION,
            format!("infinite recursion detected in rules for relation \"{name}\""),
        ));
    }
    change(session, tag, |change| {
        let id = match replaced {
            Some(old) => old.id,
            None => change.catalog.allot_id()?,
        };
        change.catalog.put_view(View { id, ..view });
        Ok(())
    })
}

/// Whether a query comes to read the view it is for.
fn uses_itself(catalog: &Catalog, query: &StoredQuery, id: ObjectId) -> bool {
    let mut todo: Vec<ObjectId> = query.uses.iter().map(|(used, _)| *used).collect();
    let mut seen = Vec::new();
    while let Some(next) = todo.pop() {
        if next == id {
            return true;
        }
        if seen.contains(&next) {
            continue;
        }
        seen.push(next);
        if let Some(view) = catalog.views.get(&next) {
            todo.extend(view.query.uses.iter().map(|(used, _)| *used));
        }
    }
    false
}

/// OR REPLACE may only add columns.
fn check_replaced(old: &View, new: &BoundView) -> Result<()> {
    let refuse = |message: String| Err(Error::new(SqlState::INVALID_TABLE_DEFINITION, message));
    if new.columns.len() < old.columns.len() {
        return refuse("cannot drop columns from view".to_owned());
    }
    for ((old_name, old_type), (name, ty)) in old.columns.iter().zip(&new.columns) {
        if old_name != name {
            return Err(Error::new(
                SqlState::INVALID_TABLE_DEFINITION,
                format!("cannot change name of view column \"{old_name}\" to \"{name}\""),
            )
            .with_hint("Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead."));
        }
        if old_type != ty {
            return refuse(format!(
                "cannot change data type of view column \"{name}\" from {} to {}",
                old_type, ty
            ));
        }
    }
    Ok(())
}

/// CREATE MATERIALIZED VIEW; answers how many rows it has.
pub(super) fn materialized(
    session: &mut Session,
    tag: &str,
    definition: &ViewDefinition,
) -> Result<Option<u64>> {
    let (catalog, _) = session.catalog()?;
    let schema = creation_schema(session, &catalog, &definition.name, false)?;
    let name = &definition.name.name;
    if definition.if_not_exists && catalog.relation(&schema, name).is_some() {
        let message = format!("relation \"{name}\" already exists, skipping");
        session.notice(Notice::notice(SqlState::DUPLICATE_TABLE, message));
        return Ok(None);
    }
    let bound = bound(session, definition)?;
    let temporary = |id: &ObjectId| {
        catalog.tables.get(id).is_some_and(|table| table.schema.starts_with("pg_temp_"))
            || catalog.views.get(id).is_some_and(|view| view.schema.starts_with("pg_temp_"))
    };
    if bound.query.uses.iter().any(|(id, _)| temporary(id)) {
        return Err(Error::new(
            SqlState::FEATURE_NOT_SUPPORTED,
            "materialized views must not use temporary tables or views",
        ));
    }
    let columns = bound.columns.iter().map(|(name, ty)| ColumnDefinition::plain(name.clone(), *ty)).collect();
    let create = CreateTable::empty(schema, name.clone(), columns);
    let with_data = definition.with_data;
    let table = change(session, tag, |change| {
        let table = change.create_table(&create)?;
        let view = Materialized { query: bound.query.clone(), populated: with_data };
        Ok(change.catalog.put_table(Table { materialized: Some(Box::new(view)), ..Table::clone(&table) }))
    })?;
    if !with_data {
        return Ok(None);
    }
    let query = stored(session, &bound.query)?;
    fill(session, &table, &query).map(Some)
}

/// A stored query, bound for a run of its own.
fn stored(session: &Session, query: &StoredQuery) -> Result<Query> {
    let (catalog, _) = session.catalog()?;
    let context = BindContext { catalog: &catalog, search_path: &query.search_path, parameter_types: &[] };
    let mut bound = deeply(session.settings.stacks(), || {
        crate::optimize::optimize(bind(&crate::parse::parse(&query.sql)?, &context)?, &catalog)
    })?;
    match core::mem::replace(&mut bound.statement, Statement::Empty) {
        Statement::Query(query) => Ok(query),
        _ => Err(Error::internal("a view is made of a query")),
    }
}

/// REFRESH MATERIALIZED VIEW.
pub(super) fn refresh(
    session: &mut Session,
    tag: &str,
    name: &ObjectName,
    with_data: bool,
    concurrently: bool,
) -> Result<()> {
    let (catalog, _) = session.catalog()?;
    let table = match find(session, &catalog, name) {
        Some(Relation::Table(table)) if table.materialized.is_some() => Arc::clone(table),
        Some(_) => return Err(wrong_kind(&name.name, ObjectKind::MaterializedView)),
        None => return Err(missing(name)),
    };
    let Some(view) = &table.materialized else { return Err(Error::internal("a materialised view")) };
    if concurrently {
        if !with_data {
            return Err(Error::new(
                SqlState::SYNTAX_ERROR,
                "REFRESH options CONCURRENTLY and WITH NO DATA cannot be used together",
            ));
        }
        if !view.populated {
            return Err(Error::new(
                SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE,
                "CONCURRENTLY cannot be used when the materialized view is not populated",
            ));
        }
        let unique = table.indexes.iter().filter_map(|id| catalog.indexes.get(id)).any(|index| index.unique);
        if !unique {
            return Err(Error::new(
                SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE,
                format!("cannot refresh materialized view \"{}.{}\" concurrently", table.schema, table.name),
            )
            .with_hint(
                "Create a unique index with no WHERE clause on one or more columns of the materialized view.",
            ));
        }
    }
    let table = change(session, tag, |change| {
        let emptied = empty(change, &table)?;
        let view = Materialized { query: view.query.clone(), populated: with_data };
        Ok(change.catalog.put_table(Table { materialized: Some(Box::new(view)), ..Table::clone(&emptied) }))
    })?;
    if with_data {
        let query = stored(session, &view.query)?;
        fill(session, &table, &query)?;
    }
    Ok(())
}

/// ALTER VIEW .. ALTER COLUMN .. SET or DROP DEFAULT.
pub(super) fn view_default(
    session: &mut Session,
    tag: &str,
    name: &ObjectName,
    if_exists: bool,
    column: &str,
    default: Option<&TextAt>,
) -> Result<()> {
    let (catalog, _) = session.catalog()?;
    let view = match find(session, &catalog, name) {
        Some(Relation::View(view)) => Arc::clone(view),
        Some(_) => return Err(wrong_kind(&name.name, ObjectKind::View)),
        None if if_exists => {
            skipped(session, "relation", &name.name);
            return Ok(());
        }
        None => return Err(missing(name)),
    };
    let Some(ordinal) = view.column(column) else {
        return Err(Error::new(
            SqlState::UNDEFINED_COLUMN,
            format!("column \"{column}\" of relation \"{}\" does not exist", view.name),
        ));
    };
    let mut view = View::clone(&view);
    view.defaults.retain(|(at, _)| *at != ordinal);
    if let Some(default) = default {
        let (name, ty) = view.columns[ordinal].clone();
        crate::bind::check_default(&default.text, &name, ty, &catalog, session.settings.search_path())?;
        view.defaults.push((ordinal, default.text.clone()));
    }
    change(session, tag, |change| {
        change.catalog.put_view(view);
        Ok(())
    })
}

/// COMMENT ON.
pub(super) fn comment(session: &mut Session, tag: &str, on: &CommentOn, text: Option<&str>) -> Result<()> {
    let (catalog, _) = session.catalog()?;
    let (id, part) = match on {
        CommentOn::Object(ObjectKind::Schema, name) => {
            let schema = catalog.schemas.values().find(|schema| schema.name == name.name);
            match schema {
                Some(schema) => (schema.id, String::new()),
                None if name.name == "public" => (PUBLIC, String::new()),
                None => {
                    return Err(Error::new(
                        SqlState::INVALID_SCHEMA_NAME,
                        format!("schema \"{}\" does not exist", name.name),
                    ));
                }
            }
        }
        CommentOn::Object(kind, name) => {
            let relation = find(session, &catalog, name).ok_or_else(|| missing(name))?;
            if kind_of(relation) != *kind {
                return Err(wrong_kind(&name.name, *kind));
            }
            (id_of(relation), String::new())
        }
        CommentOn::Column(name, column) => {
            let relation = find(session, &catalog, name).ok_or_else(|| missing(name))?;
            let found = match relation {
                Relation::Table(table) => table.column(column).is_some(),
                Relation::View(view) => view.column(column).is_some(),
                _ => false,
            };
            if !found {
                return Err(Error::new(
                    SqlState::UNDEFINED_COLUMN,
                    format!("column \"{column}\" of relation \"{}\" does not exist", name.name),
                ));
            }
            (id_of(relation), format!(".{column}"))
        }
        CommentOn::Constraint(constraint, name) => match find(session, &catalog, name) {
            Some(Relation::Table(table)) if table.constraint(constraint).is_some() => {
                (table.id, format!("#{constraint}"))
            }
            Some(_) => {
                return Err(Error::new(
                    SqlState::UNDEFINED_OBJECT,
                    format!("constraint \"{constraint}\" for table \"{}\" does not exist", name.name),
                ));
            }
            None => return Err(missing(name)),
        },
    };
    // An empty comment is none, as in PostgreSQL.
    let text = text.filter(|text| !text.is_empty()).map(str::to_owned);
    change(session, tag, |change| {
        change.catalog.put_comment(id, &part, text);
        Ok(())
    })
}

fn id_of(relation: &Relation) -> ObjectId {
    match relation {
        Relation::Table(table) | Relation::Key(table, _) => table.id,
        Relation::View(view) => view.id,
        Relation::Index(index) => index.id,
        Relation::Sequence(sequence) => sequence.id,
    }
}
