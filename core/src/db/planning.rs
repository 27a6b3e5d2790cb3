//! From text to plan by way of the caches.
//!
//! ```text
//! text --exact--> plan                                   hit: no parsing at all
//!   |--normalise--> text with $n --lifted--> plan        hit: one pass of a small lexer
//!   '--parse, bind, optimise, lower--> plan              kept under the lifted text if there is one
//! ```

use std::sync::Arc;

use crate::catalog::Catalog;
use crate::error::Result;
use crate::parse::{Command, Normalized, normalize, parse};
use crate::value::{Datum, SqlType};

use super::parameters::{literal_type, literals};
use super::prepared::Prepared;
use super::session::{Phase, Session};

/// The plan of a text that brings its own parameters, or needs none.
pub(super) fn plan_text(session: &mut Session, sql: &str) -> Result<(Arc<Prepared>, Vec<Datum>)> {
    if let Some(planned) = plan_execute(session, sql)? {
        return Ok(planned);
    }
    if let Some(plan) = plan_fetch(session, sql)? {
        return Ok((plan, Vec::new()));
    }
    let (catalog, committed) = session.catalog()?;
    let key = session.settings.plan_key();
    if let Some(plan) = cached(session, committed, sql, &catalog, key) {
        return Ok((plan, Vec::new()));
    }
    if let Some(normalized) = normalize(sql) {
        let lifted = lifted_key(&normalized);
        let plan = match cached(session, committed, &lifted, &catalog, key) {
            Some(plan) => Some(plan),
            None => plan_lifted(session, &normalized, &lifted, &catalog, committed),
        };
        // A literal that its parameter's type refuses is reported by the text itself, with its position.
        if let Some(plan) = plan
            && let Ok(values) = literals(&normalized.literals, &plan.parameters)
        {
            return Ok((plan, values));
        }
    }
    let plan = Arc::new(Prepared::new(sql, &catalog, committed, &session.settings, &[])?);
    keep(session, committed, sql, key, &plan);
    Ok((plan, Vec::new()))
}

/// FETCH has the columns of its cursor.
fn plan_fetch(session: &mut Session, sql: &str) -> Result<Option<Arc<Prepared>>> {
    let begins = sql.trim_start().as_bytes().first_chunk::<5>();
    if !begins.is_some_and(|word| word.eq_ignore_ascii_case(b"fetch")) {
        return Ok(None);
    }
    let Some(Command::Fetch { name, .. }) = parse(sql)?.command().cloned() else { return Ok(None) };
    if session.phase == Phase::Failed {
        return Err(Session::failed());
    }
    let columns = super::define::cursor_columns(session, &name)?;
    let (catalog, committed) = session.catalog()?;
    let prepared = Prepared::new(sql, &catalog, committed, &session.settings, &[])?;
    Ok(Some(Arc::new(Prepared { columns, returns_rows: true, ..prepared })))
}

/// EXECUTE stands for the statement it names, with its own values.
fn plan_execute(session: &mut Session, sql: &str) -> Result<Option<(Arc<Prepared>, Vec<Datum>)>> {
    let begins = sql.trim_start().as_bytes().first_chunk::<7>();
    if !begins.is_some_and(|word| word.eq_ignore_ascii_case(b"execute")) {
        return Ok(None);
    }
    match parse(sql)?.command() {
        Some(Command::Execute { name, arguments }) => {
            super::define::execute(session, name, arguments).map(Some)
        }
        _ => Ok(None),
    }
}

/// The plan of a text whose parameters come with every call.
pub(super) fn plan_prepared(session: &mut Session, sql: &str) -> Result<Arc<Prepared>> {
    if let Some(plan) = plan_fetch(session, sql)? {
        return Ok(plan);
    }
    let (catalog, committed) = session.catalog()?;
    let key = session.settings.plan_key();
    if let Some(plan) = cached(session, committed, sql, &catalog, key) {
        return Ok(plan);
    }
    let plan = Arc::new(Prepared::new(sql, &catalog, committed, &session.settings, &[])?);
    keep(session, committed, sql, key, &plan);
    Ok(plan)
}

/// Plans a stale plan's text again, for this catalog.
pub(super) fn plan_again(
    session: &mut Session,
    stale: &Prepared,
    catalog: &Arc<Catalog>,
    committed: bool,
) -> Result<Arc<Prepared>> {
    let key = session.settings.plan_key();
    if stale.declared.is_empty()
        && let Some(plan) = cached(session, committed, &stale.sql, catalog, key)
    {
        return Ok(plan);
    }
    let plan = Arc::new(Prepared::new(&stale.sql, catalog, committed, &session.settings, &stale.declared)?);
    if stale.declared.is_empty() {
        keep(session, committed, &stale.sql, key, &plan);
    }
    Ok(plan)
}

fn plan_lifted(
    session: &mut Session,
    normalized: &Normalized,
    lifted: &str,
    catalog: &Arc<Catalog>,
    committed: bool,
) -> Option<Arc<Prepared>> {
    let declared: Vec<Option<SqlType>> = normalized.literals.iter().map(literal_type).collect();
    // An error here may be the lifting's own: the text itself decides.
    let plan = Prepared::new(&normalized.text, catalog, committed, &session.settings, &declared).ok()?;
    let plan = Arc::new(plan);
    keep(session, committed, lifted, session.settings.plan_key(), &plan);
    Some(plan)
}

/// The normalised text with a letter per literal's own type: `1` and `1.5` are planned apart.
fn lifted_key(normalized: &Normalized) -> String {
    let mut key = String::with_capacity(normalized.text.len() + normalized.literals.len() + 1);
    key.push('\0');
    for literal in &normalized.literals {
        key.push(match literal_type(literal) {
            Some(SqlType::Int4) => 'i',
            Some(SqlType::Int8) => 'l',
            Some(SqlType::Numeric) => 'n',
            Some(_) => 'b',
            None => 't',
        });
    }
    key.push_str(&normalized.text);
    key
}

fn cached(
    session: &mut Session,
    committed: bool,
    key: &str,
    catalog: &Arc<Catalog>,
    settings: u64,
) -> Option<Arc<Prepared>> {
    match &mut session.writing {
        Some(writing) if !committed => writing.plans.get(key, catalog, settings),
        _ => session.shared.plans().get(key, catalog, settings),
    }
}

fn keep(session: &mut Session, committed: bool, key: &str, settings: u64, plan: &Arc<Prepared>) {
    if !plan.is_worth_keeping() {
        return;
    }
    match &mut session.writing {
        Some(writing) if !committed => writing.plans.put(key, settings, Arc::clone(plan)),
        _ => session.shared.plans().put(key, settings, Arc::clone(plan)),
    }
}
