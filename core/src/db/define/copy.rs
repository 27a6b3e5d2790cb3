//! COPY FROM STDIN and TO STDOUT: rows through the plans of INSERT and SELECT, text through the session.
//!
//! A line is parsed into the types of its columns and inserted as one row of a prepared INSERT, so that
//! defaults, checks, keys and references are the same as for any other row.

use crate::catalog::Catalog;
use crate::catalog::Relation;
use crate::error::{Error, Result, SqlState};
use crate::parse::define::{Copy, CopySource, ObjectName};
use crate::value::{Datum, TypeName, temporal};

use super::copy_text::{Field, Form};
use super::ddl::quoted;
use super::{Session, find, missing};
use crate::db::outcome::shown;
use crate::db::portal::{Repeated, run_inside, run_reading};
use crate::db::prepared::Prepared;
use crate::db::rows::Row;

/// Runs COPY; answers how many rows it copied.
pub(super) fn copy(session: &mut Session, copy: &Copy) -> Result<u64> {
    if copy.from { from_input(session, copy) } else { to_output(session, copy) }
}

/// The table's name and the columns to copy, in order.
fn columns(
    session: &Session,
    name: &ObjectName,
    named: &[String],
    from: bool,
) -> Result<(String, Vec<(String, TypeName)>)> {
    let (catalog, _) = session.catalog()?;
    let (schema, own, all): (_, _, Vec<(String, TypeName, bool)>) = match find(session, &catalog, name) {
        Some(Relation::Table(table)) => {
            if from && table.materialized.is_some() {
                return Err(wrong(&format!("cannot copy to materialized view \"{}\"", table.name)));
            }
            let columns = table.columns.iter();
            let columns = columns.map(|c| (c.name.clone(), c.ty, c.generated.is_some())).collect();
            (table.schema.clone(), table.name.clone(), columns)
        }
        Some(Relation::View(view)) if from => {
            return Err(wrong(&format!("cannot copy to view \"{}\"", view.name)));
        }
        Some(Relation::View(view)) => {
            return Err(wrong(&format!("cannot copy from view \"{}\"", view.name))
                .with_hint("Try the COPY (SELECT ...) TO variant."));
        }
        Some(Relation::Sequence(sequence)) => {
            let word = if from { "to" } else { "from" };
            return Err(wrong(&format!("cannot copy {word} sequence \"{}\"", sequence.name)));
        }
        Some(_) => return Err(wrong(&format!("\"{}\" is not a table", name.name))),
        None => return Err(missing(name)),
    };
    let mut chosen = Vec::new();
    if named.is_empty() {
        chosen.extend(all.iter().filter(|(.., made)| !made).map(|(name, ty, _)| (name.clone(), *ty)));
    }
    for (at, wanted) in named.iter().enumerate() {
        let Some((name, ty, generated)) = all.iter().find(|(name, ..)| name == wanted) else {
            return Err(Error::new(
                SqlState::UNDEFINED_COLUMN,
                format!("column \"{wanted}\" of relation \"{own}\" does not exist"),
            ));
        };
        if *generated {
            return Err(Error::new(
                SqlState::INVALID_COLUMN_REFERENCE,
                format!("column \"{name}\" is a generated column"),
            )
            .with_detail("Generated columns cannot be used in COPY."));
        }
        if named[..at].contains(wanted) {
            return Err(Error::new(
                SqlState::DUPLICATE_COLUMN,
                format!("column \"{wanted}\" specified more than once"),
            ));
        }
        chosen.push((name.clone(), *ty));
    }
    Ok((format!("{}.{}", quoted(&schema), quoted(&own)), chosen))
}

fn wrong(message: &str) -> Error {
    Error::new(SqlState::WRONG_OBJECT_TYPE, message)
}

fn from_input(session: &mut Session, copy: &Copy) -> Result<u64> {
    let CopySource::Table(name, named) = &copy.source else {
        return Err(Error::internal("COPY FROM has a table"));
    };
    let (table, columns) = columns(session, name, named, true)?;
    let not_null = flagged(&copy.options.force_not_null, &columns, "FORCE_NOT_NULL")?;
    let force_null = flagged(&copy.options.force_null, &columns, "FORCE_NULL")?;
    let input = session.copy_input.take().ok_or_else(|| {
        Error::new(SqlState::PROTOCOL_VIOLATION, "COPY FROM STDIN has no data")
            .with_hint("Use copy_in of the API.")
    })?;
    let (catalog, committed) = session.catalog()?;
    let names: Vec<String> = columns.iter().map(|(name, _)| quoted(name)).collect();
    let places: Vec<String> = (1..=columns.len()).map(|at| format!("${at}")).collect();
    let sql = match (&copy.condition, columns.is_empty()) {
        (None, true) => format!("INSERT INTO {table} DEFAULT VALUES"),
        (None, false) => format!(
            "INSERT INTO {table} ({}) OVERRIDING SYSTEM VALUE VALUES ({})",
            names.join(", "),
            places.join(", ")
        ),
        (Some(condition), _) => format!(
            "INSERT INTO {table} ({0}) OVERRIDING SYSTEM VALUE SELECT * FROM (SELECT {1}) AS {2}({0}) WHERE {3}",
            names.join(", "),
            places
                .iter()
                .zip(&columns)
                .map(|(place, (_, ty))| format!("CAST({place} AS {})", catalog.type_sql(*ty)))
                .collect::<Vec<_>>()
                .join(", "),
            quoted(&name.name),
            condition.text
        ),
    };
    let types: Vec<_> = columns.iter().map(|(_, ty)| Some(ty.ty)).collect();
    let prepared = Prepared::new(&sql, &catalog, committed, &session.settings, &types)?;
    let mut insert = Repeated::new(session, &prepared)?;
    let form = Form::new(&copy.options);
    let (mut at, mut line, mut count) = (0, 0_u64, 0);
    while let Some(fields) = form.record(&input, &mut at, &|n| not_null[n.min(not_null.len() - 1)], &|n| {
        force_null[n.min(force_null.len() - 1)]
    })? {
        line += 1;
        if line == 1 && copy.options.header {
            check_header(&fields, &columns, copy.options.header_match)?;
            continue;
        }
        let values = row(session, &catalog, &fields, &columns)?;
        count += insert.run(session, values)?;
    }
    Ok(count)
}

/// Per column, whether the option names it; one more that is false, so that the list is never empty.
fn flagged(named: &[String], columns: &[(String, TypeName)], option: &str) -> Result<Vec<bool>> {
    for name in named {
        if !columns.iter().any(|(column, _)| column == name) {
            return Err(Error::new(
                SqlState::INVALID_COLUMN_REFERENCE,
                format!("{option} column \"{name}\" not referenced by COPY"),
            ));
        }
    }
    let flags = columns.iter().map(|(column, _)| named.contains(column));
    Ok(flags.chain([false]).collect())
}

fn check_header(fields: &[Field], columns: &[(String, TypeName)], matches: bool) -> Result<()> {
    let fits = fields.len() == columns.len()
        && fields.iter().zip(columns).all(|(field, (name, _))| field.as_ref() == Some(name));
    if !matches || fits {
        return Ok(());
    }
    Err(Error::new(SqlState::BAD_COPY_FILE_FORMAT, "column name mismatch in header line"))
}

/// The fields of a line as values.
fn row(
    session: &Session,
    catalog: &Catalog,
    fields: &[Field],
    columns: &[(String, TypeName)],
) -> Result<Vec<Datum>> {
    if columns.is_empty() && fields.iter().all(|field| field.as_ref().is_none_or(String::is_empty)) {
        return Ok(Vec::new());
    }
    if fields.len() > columns.len() {
        return Err(Error::new(SqlState::BAD_COPY_FILE_FORMAT, "extra data after last expected column"));
    }
    if let Some((missing, _)) = columns.get(fields.len()) {
        return Err(Error::new(
            SqlState::BAD_COPY_FILE_FORMAT,
            format!("missing data for column \"{missing}\""),
        ));
    }
    fields
        .iter()
        .zip(columns)
        .map(|(field, (_, ty))| match field {
            None => Ok(Datum::Null),
            Some(text) if temporal::is_momentary(ty.ty) => session.settings.read(text, *ty),
            Some(text) => catalog.parse(text, *ty),
        })
        .collect()
}

fn to_output(session: &mut Session, copy: &Copy) -> Result<u64> {
    let sql = match &copy.source {
        CopySource::Query(query) => query.text.clone(),
        CopySource::Table(name, named) => {
            let (table, columns) = columns(session, name, named, false)?;
            let names: Vec<String> = columns.iter().map(|(name, _)| quoted(name)).collect();
            format!("SELECT {} FROM ONLY {table}", names.join(", "))
        }
    };
    let (catalog, committed) = session.catalog()?;
    let prepared = Prepared::new(&sql, &catalog, committed, &session.settings, &[])?;
    if !prepared.returns_rows {
        return Err(Error::new(SqlState::FEATURE_NOT_SUPPORTED, "COPY query must have a RETURNING clause"));
    }
    let batches = if prepared.writes {
        run_inside(session, &prepared, Vec::new())?.0
    } else {
        run_reading(session, &prepared)?
    };
    let columns: Vec<(String, TypeName)> =
        prepared.columns.iter().map(|column| (column.name.clone(), column.ty)).collect();
    let quoted_all = copy.options.force_quote.as_ref().is_some_and(Vec::is_empty);
    let forced = flagged(copy.options.force_quote.as_deref().unwrap_or(&[]), &columns, "FORCE_QUOTE")?;
    let form = Form::new(&copy.options);
    let mut out = Vec::new();
    if copy.options.header {
        let names: Vec<Field> = columns.iter().map(|(name, _)| Some(name.clone())).collect();
        form.write(&names, &|_| false, &mut out);
    }
    let mut count = 0;
    for batch in &batches {
        for at in 0..batch.rows {
            let row = Row::new(&prepared.columns, batch, at);
            let fields: Vec<Field> = (0..columns.len())
                .map(|column| shown(&row, column, session.settings.zone()))
                .collect::<Result<_>>()?;
            form.write(&fields, &|n| quoted_all || forced.get(n).copied().unwrap_or(false), &mut out);
            count += 1;
        }
        if out.len() > session.shared.options.statement_memory_bytes {
            return Err(Error::new(SqlState::OUT_OF_MEMORY, "out of memory")
                .with_detail("COPY TO STDOUT wrote more than a statement may hold."));
        }
    }
    session.copy_output = Some(out);
    Ok(count)
}
