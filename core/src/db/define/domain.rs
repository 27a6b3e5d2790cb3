//! CREATE DOMAIN, ALTER DOMAIN. What holds for a domain's values is looked at where they are made: `bind`.

use crate::bind::{check_default, check_domain_condition, resolve_type};
use crate::catalog::{Domain, UserType, UserTypeKind};
use crate::error::{Error, Result, SqlState};
use crate::parse::define::{AlterDomain, DomainConstraint, DomainDefinition, ObjectKind, ObjectName, TextAt};
use crate::value::SqlType;

use super::ddl::{change, query, quoted, table_name};
use super::user_type::{check_free, wanted_type};
use super::{Session, creation_schema};
use crate::db::outcome::Notice;

/// CREATE DOMAIN.
pub(super) fn create(session: &mut Session, tag: &str, definition: &DomainDefinition) -> Result<()> {
    let (catalog, _) = session.catalog()?;
    let name = &definition.name;
    let schema = creation_schema(session, &catalog, name, false)?;
    check_free(&catalog, &schema, &name.name)?;
    let path = session.settings.search_path();
    let moved = |error: Error, text: &TextAt| error.moved_by(u32::try_from(text.start).unwrap_or(0));
    let named =
        resolve_type(&definition.ty.text, &catalog, path).map_err(|error| moved(error, &definition.ty))?;
    if matches!(named.ty.ty, SqlType::Unknown | SqlType::Void) {
        return Err(Error::new(
            SqlState::DATATYPE_MISMATCH,
            format!("\"{}\" is not a valid base type for a domain", named.ty.ty.name()),
        ));
    }
    if let Some(default) = &definition.default {
        check_default(&default.text, &name.name, named.ty, &catalog, path)
            .map_err(|error| moved(error, default))?;
    }
    let mut domain = Domain {
        base: named.ty,
        parent: named.domain,
        not_null: false,
        // As it is now: what the other domain does later is its own affair.
        default: match (&definition.default, named.domain) {
            (Some(default), _) => Some(default.text.clone()),
            (None, Some(parent)) => catalog.domain_default(parent),
            (None, None) => None,
        },
        checks: Vec::new(),
    };
    let mut nulls = None;
    for constraint in &definition.constraints {
        match constraint {
            DomainConstraint::NotNull | DomainConstraint::Null => {
                let not_null = *constraint == DomainConstraint::NotNull;
                if nulls.is_some_and(|said| said != not_null) {
                    return Err(Error::new(SqlState::SYNTAX_ERROR, "conflicting NULL/NOT NULL constraints"));
                }
                nulls = Some(not_null);
                domain.not_null = not_null;
            }
            DomainConstraint::Check(given, condition) => {
                check_domain_condition(&condition.text, domain.base, &catalog, path)
                    .map_err(|error| moved(error, condition))?;
                add_check(&mut domain, &name.name, given.as_deref(), &condition.text)?;
            }
            DomainConstraint::Collate(collation) => {
                if !matches!(collation.name.as_str(), "C" | "POSIX" | "default" | "ucs_basic") {
                    return Err(Error::unsupported(format!("collation \"{}\"", collation.name)));
                }
                if !domain.base.ty.is_textual() {
                    return Err(Error::new(
                        SqlState::DATATYPE_MISMATCH,
                        format!("collations are not supported by type {}", domain.base.ty.name()),
                    ));
                }
            }
        }
    }
    change(session, tag, |change| {
        let id = change.catalog.allot_type_id()?;
        let kind = UserTypeKind::Domain(domain);
        change.catalog.put_type(UserType { id, schema, name: name.name.clone(), kind });
        Ok(())
    })
}

fn add_check(domain: &mut Domain, of: &str, given: Option<&str>, condition: &str) -> Result<()> {
    let taken = |name: &str, domain: &Domain| domain.checks.iter().any(|(other, _)| other == name);
    let name = match given {
        Some(name) if taken(name, domain) => {
            return Err(Error::new(
                SqlState::DUPLICATE_OBJECT,
                format!("constraint \"{name}\" for domain \"{of}\" already exists"),
            ));
        }
        Some(name) => name.to_owned(),
        None => (0..)
            .map(|count| if count == 0 { format!("{of}_check") } else { format!("{of}_check{count}") })
            .find(|name| !taken(name, domain))
            .unwrap_or_default(),
    };
    domain.checks.push((name, condition.to_owned()));
    Ok(())
}

/// ALTER DOMAIN.
pub(super) fn alter(session: &mut Session, tag: &str, name: &ObjectName, action: &AlterDomain) -> Result<()> {
    let (catalog, _) = session.catalog()?;
    let ty = UserType::clone(wanted_type(session, &catalog, name, ObjectKind::Domain)?);
    let mut domain = ty.domain().cloned().ok_or_else(|| Error::internal("a domain is one"))?;
    let path = session.settings.search_path().to_vec();
    let missing = |constraint: &str| {
        Error::new(
            SqlState::UNDEFINED_OBJECT,
            format!("constraint \"{constraint}\" of domain \"{}\" does not exist", ty.name),
        )
    };
    match action {
        AlterDomain::Default(default) => {
            if let Some(default) = default {
                check_default(&default.text, &ty.name, domain.base, &catalog, &path)
                    .map_err(|error| error.moved_by(u32::try_from(default.start).unwrap_or(0)))?;
            }
            domain.default = default.as_ref().map(|default| default.text.clone());
        }
        AlterDomain::NotNull(not_null) => {
            if *not_null {
                look(session, &ty, &|column| format!("{column} IS NULL"), SqlState::NOT_NULL_VIOLATION)?;
            }
            domain.not_null = *not_null;
        }
        AlterDomain::Add { constraint: DomainConstraint::Check(given, condition), not_valid } => {
            check_domain_condition(&condition.text, domain.base, &catalog, &path)
                .map_err(|error| error.moved_by(u32::try_from(condition.start).unwrap_or(0)))?;
            if !*not_valid {
                valid(session, &ty, &condition.text)?;
            }
            add_check(&mut domain, &ty.name, given.as_deref(), &condition.text)?;
        }
        AlterDomain::Add { .. } => return Err(Error::unsupported("this constraint of ALTER DOMAIN ADD")),
        AlterDomain::Drop { constraint, if_exists } => {
            let before = domain.checks.len();
            domain.checks.retain(|(other, _)| other != constraint);
            if domain.checks.len() == before {
                if !*if_exists {
                    return Err(missing(constraint));
                }
                let message =
                    format!("constraint \"{constraint}\" of domain \"{}\" does not exist, skipping", ty.name);
                session.notice(Notice::notice(SqlState::SUCCESSFUL_COMPLETION, message));
                return Ok(());
            }
        }
        AlterDomain::RenameConstraint { constraint, to } => {
            if domain.checks.iter().any(|(other, _)| other == to) {
                return Err(Error::new(
                    SqlState::DUPLICATE_OBJECT,
                    format!("constraint \"{to}\" for domain {} already exists", ty.name),
                ));
            }
            let found = domain.checks.iter_mut().find(|(other, _)| other == constraint);
            found.ok_or_else(|| missing(constraint))?.0.clone_from(to);
        }
        AlterDomain::Validate(constraint) => {
            let found = domain.checks.iter().find(|(other, _)| other == constraint);
            let (_, condition) = found.ok_or_else(|| missing(constraint))?;
            return valid(session, &ty, condition);
        }
    }
    change(session, tag, |change| {
        change.catalog.put_type(UserType { kind: UserTypeKind::Domain(domain), ..ty });
        Ok(())
    })
}

fn valid(session: &mut Session, ty: &UserType, condition: &str) -> Result<()> {
    // VALUE is the only column the condition sees.
    let broken = |_: &str| format!("NOT ({condition})");
    look(session, ty, &broken, SqlState::CHECK_VIOLATION)
}

/// Looks for values of columns of the domain, or of domains over it, of which something holds that must not.
fn look(
    session: &mut Session,
    ty: &UserType,
    condition: &dyn Fn(&str) -> String,
    state: SqlState,
) -> Result<()> {
    let (catalog, _) = session.catalog()?;
    let mut above = vec![ty.id];
    let mut at = 0;
    while let Some(id) = above.get(at).copied() {
        above.extend(
            catalog.types.values().filter(|t| t.domain().is_some_and(|d| d.parent == Some(id))).map(|t| t.id),
        );
        at += 1;
    }
    for table in catalog.tables.values() {
        let columns = table.columns.iter().filter(|c| c.domain.is_some_and(|id| above.contains(&id)));
        for column in columns {
            let sql = format!(
                "SELECT 1 FROM (SELECT {} FROM ONLY {}) AS held(value) WHERE {} LIMIT 1",
                quoted(&column.name),
                table_name(table),
                condition("value")
            );
            if query(session, &sql)?.is_some() {
                let what = if state == SqlState::CHECK_VIOLATION {
                    "values that violate the new constraint"
                } else {
                    "null values"
                };
                return Err(Error::new(
                    state,
                    format!("column \"{}\" of table \"{}\" contains {what}", column.name, table.name),
                )
                .with_table(table.schema.clone(), table.name.clone())
                .with_column(column.name.clone()));
            }
        }
    }
    Ok(())
}
