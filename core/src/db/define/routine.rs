//! Functions and triggers come and go.

use std::sync::Arc;

use crate::base::ObjectId;
use crate::base::event::TriggerEvent;
use crate::bind::{check_function, definition_of, is_trigger, resolve_type, wrong_definition};
use crate::catalog::{Catalog, Relation, Routine, Table};
use crate::error::{Error, Result, SqlState};
use crate::parse::define::{FunctionDefinition, ObjectName, TriggerDefinition, parse_block};
use crate::value::TypeName;

use super::ddl::change;
use super::{Session, creation_schema, find, missing, skipped};

/// CREATE FUNCTION.
pub(super) fn create(session: &mut Session, tag: &str, made: &FunctionDefinition) -> Result<()> {
    let (catalog, _) = session.catalog()?;
    let schema = creation_schema(session, &catalog, &made.name, false)?;
    let path = session.settings.search_path().to_vec();
    let types = argument_types(made, &catalog, &path)?;
    let required = made.parameters.iter().take_while(|parameter| parameter.default.is_none()).count();
    if made.parameters.iter().skip(required).any(|parameter| parameter.default.is_none()) {
        return Err(wrong_definition(
            "input parameters after one with a default value must also have defaults",
        ));
    }
    let own = |routine: &&Arc<Routine>| {
        routine.table.is_none()
            && routine.schema == schema
            && routine.name == made.name.name
            && routine.arguments.iter().map(|ty| ty.ty).eq(types.iter().map(|ty| ty.ty))
    };
    let existing = catalog.routines.values().find(own).cloned();
    if let Some(existing) = &existing {
        if !made.or_replace {
            return Err(Error::new(
                SqlState::DUPLICATE_FUNCTION,
                format!("function \"{}\" already exists with same argument types", made.name.name),
            ));
        }
        if definition_of(existing)?.returns != made.returns {
            let hint = format!("Use DROP FUNCTION {} first.", signature(existing));
            return Err(wrong_definition("cannot change return type of existing function").with_hint(hint));
        }
    }
    let routine = |id| Routine {
        id,
        schema: schema.clone(),
        name: made.name.name.clone(),
        table: None,
        function: None,
        events: 0,
        columns: Vec::new(),
        arguments: types.clone(),
        required,
        sql: made.text.clone(),
        body: made.body.clone(),
        search_path: path.clone(),
    };
    check(made, &routine(ObjectId(0)), &catalog)?;
    change(session, tag, |change| {
        let id = match &existing {
            Some(existing) => existing.id,
            None => change.catalog.allot_id()?,
        };
        change.catalog.put_routine(routine(id));
        Ok(())
    })
}

fn argument_types(made: &FunctionDefinition, catalog: &Catalog, path: &[String]) -> Result<Vec<TypeName>> {
    let types = made.parameters.iter().map(|parameter| Ok(resolve_type(&parameter.ty, catalog, path)?.ty));
    types.collect()
}

fn check(made: &FunctionDefinition, routine: &Routine, catalog: &Catalog) -> Result<()> {
    match made.language.as_deref() {
        None => Err(wrong_definition("no language specified")),
        Some(_) if made.body.trim().is_empty() => Err(wrong_definition("no function body specified")),
        Some("sql") if is_trigger(&made.returns) => {
            Err(wrong_definition("SQL functions cannot return type trigger"))
        }
        Some("sql") => check_function(routine, catalog),
        Some("plpgsql") if is_trigger(&made.returns) => {
            if !made.parameters.is_empty() {
                return Err(wrong_definition("trigger functions cannot have declared arguments"));
            }
            parse_block(&made.body).map(|_| ())
        }
        Some("plpgsql") => Err(Error::unsupported("PL/pgSQL functions other than those of triggers")),
        Some(other) => {
            Err(Error::new(SqlState::UNDEFINED_OBJECT, format!("language \"{other}\" does not exist")))
        }
    }
}

/// `f(integer, text)`
fn signature(routine: &Routine) -> String {
    let types: Vec<String> = routine.arguments.iter().map(|ty| ty.ty.name().to_owned()).collect();
    format!("{}({})", routine.name, types.join(","))
}

/// DROP FUNCTION.
pub(super) fn drop(
    session: &mut Session,
    tag: &str,
    functions: &[(ObjectName, Option<Vec<String>>)],
    if_exists: bool,
    cascade: bool,
) -> Result<()> {
    for (name, types) in functions {
        let (catalog, _) = session.catalog()?;
        let path = session.settings.search_path().to_vec();
        let wanted = match types {
            Some(types) => {
                let resolved = types.iter().map(|ty| Ok(resolve_type(ty, &catalog, &path)?.ty.ty));
                Some(resolved.collect::<Result<Vec<_>>>()?)
            }
            None => None,
        };
        let fits = |routine: &&Arc<Routine>| {
            let seen = match &name.schema {
                Some(schema) => routine.schema == *schema,
                None => path.contains(&routine.schema),
            };
            let own = || routine.arguments.iter().map(|ty| ty.ty);
            let same = wanted.as_ref().is_none_or(|types| own().eq(types.iter().copied()));
            routine.table.is_none() && routine.name == name.name && seen && same
        };
        let mut found = catalog.routines.values().filter(fits);
        let (first, second) = (found.next().cloned(), found.next());
        let Some(routine) = first else {
            let types: Vec<&str> = wanted.iter().flatten().map(|ty| ty.name()).collect();
            if if_exists {
                skipped(session, "function", &format!("{}({})", name.name, types.join(",")));
                continue;
            }
            let message = match &wanted {
                Some(_) => format!("function {}({}) does not exist", name.name, types.join(", ")),
                None => format!("could not find a function named \"{}\"", name.name),
            };
            return Err(Error::new(SqlState::UNDEFINED_FUNCTION, message));
        };
        if second.is_some() {
            return Err(Error::new(
                SqlState::AMBIGUOUS_FUNCTION,
                format!("function name \"{}\" is not unique", name.name),
            )
            .with_hint("Specify the argument list to select the function unambiguously."));
        }
        let uses: Vec<Arc<Routine>> =
            catalog.routines.values().filter(|other| other.function == Some(routine.id)).cloned().collect();
        if let (Some(_), false) = (uses.first(), cascade) {
            return Err(Error::new(
                SqlState::DEPENDENT_OBJECTS_STILL_EXIST,
                format!("cannot drop function {} because other objects depend on it", signature(&routine)),
            )
            .with_hint("Use DROP ... CASCADE to drop the dependent objects too."));
        }
        if catalog.names_in_text(&routine.name) {
            return Err(Error::unsupported(format!(
                "dropping the function {}, which a view or a table may use,",
                signature(&routine)
            )));
        }
        change(session, tag, |change| {
            let gone = |id: &ObjectId| *id == routine.id || uses.iter().any(|other| other.id == *id);
            change.catalog.routines.retain(|id, _| !gone(id));
            Ok(())
        })?;
    }
    Ok(())
}

/// CREATE TRIGGER.
pub(super) fn create_trigger(session: &mut Session, tag: &str, made: &TriggerDefinition) -> Result<()> {
    let (catalog, _) = session.catalog()?;
    let table = match find(session, &catalog, &made.table) {
        Some(Relation::Table(table)) if table.materialized.is_none() => Arc::clone(table),
        Some(_) => {
            let message = format!("\"{}\" is not a table", made.table.name);
            return Err(Error::new(SqlState::WRONG_OBJECT_TYPE, message));
        }
        None => return Err(missing(&made.table)),
    };
    let mut columns = Vec::new();
    for name in made.events.iter().flat_map(|(_, columns)| columns) {
        columns.push(table.column(name).ok_or_else(|| {
            let message = format!("column \"{name}\" of relation \"{}\" does not exist", table.name);
            Error::new(SqlState::UNDEFINED_COLUMN, message)
        })?);
    }
    let path = session.settings.search_path();
    let called = catalog.routines.values().find(|routine| {
        let seen = match &made.function.schema {
            Some(schema) => routine.schema == *schema,
            None => path.contains(&routine.schema),
        };
        routine.table.is_none() && routine.name == made.function.name && routine.arguments.is_empty() && seen
    });
    let Some(called) = called else {
        let message = format!("function {}() does not exist", made.function.name);
        return Err(Error::new(SqlState::UNDEFINED_FUNCTION, message));
    };
    if !is_trigger(&definition_of(called)?.returns) {
        let message = format!("function {} must return type trigger", made.function.name);
        return Err(Error::new(SqlState::INVALID_OBJECT_DEFINITION, message));
    }
    let existing =
        catalog.triggers_of(table.id).into_iter().find(|other| other.name == made.name).map(|other| other.id);
    if existing.is_some() && !made.or_replace {
        return Err(Error::new(
            SqlState::DUPLICATE_OBJECT,
            format!("trigger \"{}\" for relation \"{}\" already exists", made.name, table.name),
        ));
    }
    check_condition(made)?;
    let events = made.events.iter().fold(u8::from(made.before), |all, (event, _)| all | *event as u8);
    let function = called.id;
    change(session, tag, |change| {
        let id = match existing {
            Some(id) => id,
            None => change.catalog.allot_id()?,
        };
        change.catalog.put_routine(Routine {
            id,
            schema: table.schema.clone(),
            name: made.name.clone(),
            table: Some(table.id),
            function: Some(function),
            events,
            columns,
            arguments: Vec::new(),
            required: 0,
            sql: made.text.clone(),
            body: String::new(),
            search_path: Vec::new(),
        });
        Ok(())
    })
}

fn check_condition(made: &TriggerDefinition) -> Result<()> {
    let Some(condition) = &made.condition else { return Ok(()) };
    for (row, event, word) in
        [("old.", TriggerEvent::Insert, "INSERT"), ("new.", TriggerEvent::Delete, "DELETE")]
    {
        if condition.to_ascii_lowercase().contains(row) && made.events.iter().any(|(own, _)| *own == event) {
            return Err(Error::new(
                SqlState::INVALID_OBJECT_DEFINITION,
                format!(
                    "{word} trigger's WHEN condition cannot reference {} values",
                    row[..3].to_uppercase()
                ),
            ));
        }
    }
    Ok(())
}

/// DROP TRIGGER; `false`: there is none of the name.
pub(super) fn drop_trigger(session: &mut Session, tag: &str, table: &Table, name: &str) -> Result<bool> {
    let (catalog, _) = session.catalog()?;
    let found = catalog.triggers_of(table.id).into_iter().find(|trigger| trigger.name == name);
    let Some(id) = found.map(|trigger| trigger.id) else { return Ok(false) };
    change(session, tag, |change| {
        change.catalog.routines.remove(&id);
        Ok(true)
    })
}
