//! CREATE SEQUENCE, ALTER SEQUENCE.

use crate::base::ObjectId;
use crate::catalog::{Catalog, Relation, Sequence};
use crate::error::{Error, Result, SqlState};
use crate::parse::define::{ObjectKind, ObjectName, SequenceOptions};

use super::ddl::change;
use super::{Session, creation_schema, find, missing, skipped, wrong_kind};
use crate::db::outcome::Notice;

/// CREATE SEQUENCE.
pub(super) fn create(
    session: &mut Session,
    tag: &str,
    name: &ObjectName,
    temporary: bool,
    if_not_exists: bool,
    options: &SequenceOptions,
) -> Result<()> {
    let (catalog, _) = session.catalog()?;
    let schema = creation_schema(session, &catalog, name, temporary)?;
    if if_not_exists && catalog.relation(&schema, &name.name).is_some() {
        let message = format!("relation \"{}\" already exists, skipping", name.name);
        session.notice(Notice::notice(SqlState::DUPLICATE_TABLE, message));
        return Ok(());
    }
    let owner = owner(session, &catalog, options)?;
    let sequence = Sequence {
        id: ObjectId(0),
        schema,
        name: name.name.clone(),
        start: 0,
        increment: 1,
        min: 0,
        max: 0,
        cycle: false,
        owner: owner.flatten(),
    };
    let sequence = with_options(sequence, options, true)?;
    change(session, tag, |change| {
        change.catalog.check_free(&sequence.schema, &sequence.name)?;
        let id = change.catalog.allot_id()?;
        change.catalog.put_sequence(Sequence { id, ..sequence.clone() });
        Ok(())
    })
}

/// ALTER SEQUENCE.
pub(super) fn alter(
    session: &mut Session,
    tag: &str,
    name: &ObjectName,
    if_exists: bool,
    options: &SequenceOptions,
) -> Result<()> {
    let (catalog, _) = session.catalog()?;
    let sequence = match find(session, &catalog, name) {
        Some(Relation::Sequence(sequence)) => sequence,
        Some(_) => return Err(wrong_kind(&name.name, ObjectKind::Sequence)),
        None if if_exists => {
            skipped(session, "relation", &name.name);
            return Ok(());
        }
        None => return Err(missing(name)),
    };
    let owner = owner(session, &catalog, options)?;
    let mut altered = with_options(Sequence::clone(sequence), options, false)?;
    if let Some(owner) = owner {
        let is_identity = sequence.owner.is_some_and(|(table, ordinal)| {
            let column = catalog.tables.get(&table).and_then(|table| table.columns.get(ordinal));
            column.is_some_and(|column| column.identity.is_some_and(|i| i.sequence == sequence.id))
        });
        if is_identity {
            return Err(Error::new(
                SqlState::FEATURE_NOT_SUPPORTED,
                "cannot change ownership of identity sequence",
            ));
        }
        altered.owner = owner;
    }
    change_sequence(session, tag, altered, options.restart)
}

/// Puts an altered sequence in place, restarted if asked.
pub(super) fn change_sequence(
    session: &mut Session,
    tag: &str,
    altered: Sequence,
    restart: Option<Option<i64>>,
) -> Result<()> {
    let id = altered.id;
    let start = altered.start;
    change(session, tag, |change| {
        change.catalog.put_sequence(altered);
        Ok(())
    })?;
    if let Some(to) = restart {
        session.shared.sequences.set(id, Some(to.unwrap_or(start)), true);
    }
    Ok(())
}

/// Who owns it: a column of a table in the same schema.
fn owner(
    session: &Session,
    catalog: &Catalog,
    options: &SequenceOptions,
) -> Result<Option<Option<(ObjectId, usize)>>> {
    let Some(owned_by) = &options.owned_by else { return Ok(None) };
    let Some((name, column)) = owned_by else { return Ok(Some(None)) };
    match find(session, catalog, name) {
        Some(Relation::Table(table)) => match table.column(column) {
            Some(ordinal) => Ok(Some(Some((table.id, ordinal)))),
            None => Err(Error::new(
                SqlState::UNDEFINED_COLUMN,
                format!("column \"{column}\" of relation \"{}\" does not exist", table.name),
            )),
        },
        Some(_) => Err(Error::new(
            SqlState::WRONG_OBJECT_TYPE,
            format!("sequence cannot be owned by relation \"{}\"", name.name),
        )),
        None => Err(missing(name)),
    }
}

/// The sequence with what the options say, checked as PostgreSQL checks it.
pub(in crate::db) fn with_options(
    mut sequence: Sequence,
    options: &SequenceOptions,
    is_new: bool,
) -> Result<Sequence> {
    let invalid = |message: String| Error::new(SqlState::INVALID_PARAMETER_VALUE, message);
    let old_bounds = type_bounds(&sequence, is_new);
    let bounds = match options.data_type.as_deref() {
        None => old_bounds,
        Some("smallint" | "int2") => (i64::from(i16::MIN), i64::from(i16::MAX), "smallint"),
        Some("integer" | "int" | "int4") => (i64::from(i32::MIN), i64::from(i32::MAX), "integer"),
        Some("bigint" | "int8") => (i64::MIN, i64::MAX, "bigint"),
        Some(_) => return Err(invalid("sequence type must be smallint, integer, or bigint".to_owned())),
    };
    if let Some(increment) = options.increment {
        if increment == 0 {
            return Err(invalid("INCREMENT must not be zero".to_owned()));
        }
        sequence.increment = increment;
    }
    let ascending = sequence.increment > 0;
    if let Some(cycle) = options.cycle {
        sequence.cycle = cycle;
    }
    // A new type takes its own end along where the old end was the old type's.
    let retyped = options.data_type.is_some();
    let keeps = |at_end: bool| !(is_new || retyped && at_end);
    sequence.max = match options.max {
        Some(Some(max)) => max,
        None if keeps(sequence.max == old_bounds.1) => sequence.max,
        _ => {
            if ascending {
                bounds.1
            } else {
                -1
            }
        }
    };
    sequence.min = match options.min {
        Some(Some(min)) => min,
        None if keeps(sequence.min == old_bounds.0) => sequence.min,
        _ => {
            if ascending {
                1
            } else {
                bounds.0
            }
        }
    };
    if sequence.max > bounds.1 || sequence.max < bounds.0 {
        let (max, ty) = (sequence.max, bounds.2);
        return Err(invalid(format!("MAXVALUE ({max}) is out of range for sequence data type {ty}")));
    }
    if sequence.min < bounds.0 || sequence.min > bounds.1 {
        let (min, ty) = (sequence.min, bounds.2);
        return Err(invalid(format!("MINVALUE ({min}) is out of range for sequence data type {ty}")));
    }
    if sequence.min >= sequence.max {
        let (min, max) = (sequence.min, sequence.max);
        return Err(invalid(format!("MINVALUE ({min}) must be less than MAXVALUE ({max})")));
    }
    if let Some(start) = options.start {
        sequence.start = start;
    } else if is_new {
        sequence.start = if ascending { sequence.min } else { sequence.max };
    }
    let (start, min, max) = (sequence.start, sequence.min, sequence.max);
    if start < min {
        return Err(invalid(format!("START value ({start}) cannot be less than MINVALUE ({min})")));
    }
    if start > max {
        return Err(invalid(format!("START value ({start}) cannot be greater than MAXVALUE ({max})")));
    }
    if let Some(Some(restart)) = options.restart {
        if restart < min {
            return Err(invalid(format!("RESTART value ({restart}) cannot be less than MINVALUE ({min})")));
        }
        if restart > max {
            return Err(invalid(format!(
                "RESTART value ({restart}) cannot be greater than MAXVALUE ({max})"
            )));
        }
    }
    if let Some(cache) = options.cache
        && cache <= 0
    {
        return Err(invalid(format!("CACHE ({cache}) must be greater than zero")));
    }
    Ok(sequence)
}

/// The bounds of the type a sequence has: told by its ends, which no smaller type could have.
fn type_bounds(sequence: &Sequence, is_new: bool) -> (i64, i64, &'static str) {
    let fits = |low: i64, high: i64| sequence.max <= high && sequence.min >= low;
    if is_new {
        (i64::MIN, i64::MAX, "bigint")
    } else if sequence.max == i64::from(i16::MAX) && fits(i64::from(i16::MIN), i64::from(i16::MAX)) {
        (i64::from(i16::MIN), i64::from(i16::MAX), "smallint")
    } else if sequence.max == i64::from(i32::MAX) && fits(i64::from(i32::MIN), i64::from(i32::MAX)) {
        (i64::from(i32::MIN), i64::from(i32::MAX), "integer")
    } else {
        (i64::MIN, i64::MAX, "bigint")
    }
}
