//! Constraints of CREATE TABLE and ALTER TABLE ADD, and the names they get when given none.
//!
//! ```text
//! t_pkey   t_a_b_key   t_a_fkey   t_a_check (one column) or t_check   t_a_key1 when t_a_key is taken
//! ```

use std::sync::Arc;

use sqlparser::ast::{
    self, CheckConstraint, ConstraintCharacteristics, ConstraintReferenceMatchKind, DeferrableInitial,
    ForeignKeyConstraint, Ident, IndexColumn,
};

use crate::base::ColumnId;
use crate::bind::binder::Binder;
use crate::bind::names;
use crate::catalog::{Deferral, ReferentialAction, Table, relation_name};
use crate::error::{Error, Result, SqlState};
use crate::plan::{ColumnInfo, ForeignKeyDefinition};
use crate::value::{SqlType, TypeName};

/// The table a constraint is for, existing or being made.
pub(super) struct Subject<'t> {
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) columns: Vec<(String, TypeName)>,
    /// Names of its constraints and of relations made along with it.
    pub(super) taken: Vec<String>,
    /// Its keys, for references to itself.
    pub(super) keys: Vec<Vec<usize>>,
    pub(super) primary_key: Option<Vec<usize>>,
    /// Those checked later.
    pub(super) deferrals: Vec<(String, Deferral)>,
    /// The table, if it exists.
    pub(super) existing: Option<&'t Arc<Table>>,
}

impl Subject<'_> {
    /// The ordinal of a column.
    pub(super) fn ordinal(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|(column, _)| column == name)
    }
}

impl Binder<'_> {
    /// The columns of a key: `column "x" named in key does not exist` and duplicates.
    pub(super) fn key_columns(
        &self,
        subject: &Subject<'_>,
        columns: &[IndexColumn],
        kind: &str,
    ) -> Result<Vec<usize>> {
        let mut ordinals = Vec::with_capacity(columns.len());
        for column in columns {
            let ast::Expr::Identifier(ident) = &column.column.expr else {
                return Err(self.at_expr(Error::unsupported("an expression in a key"), &column.column.expr));
            };
            if column.operator_class.is_some()
                || column.column.options.sort.is_some()
                || column.column.options.nulls_first.is_some()
            {
                return Err(Error::new(SqlState::SYNTAX_ERROR, "a key column has no options"));
            }
            let name = names::name(ident)?;
            let Some(ordinal) = subject.ordinal(&name) else {
                let error = Error::new(
                    SqlState::UNDEFINED_COLUMN,
                    format!("column \"{name}\" named in key does not exist"),
                );
                return Err(self.at(error, ident.span.start));
            };
            if ordinals.contains(&ordinal) {
                let error = Error::new(
                    SqlState::DUPLICATE_COLUMN,
                    format!("column \"{name}\" appears twice in {kind} constraint"),
                );
                return Err(self.at(error, ident.span.start));
            }
            ordinals.push(ordinal);
        }
        Ok(ordinals)
    }

    /// The name of an index behind a constraint, given or made; it must be free in the schema.
    pub(super) fn key_name(
        &self,
        subject: &mut Subject<'_>,
        given: Option<&Ident>,
        columns: &[usize],
        label: &str,
    ) -> Result<String> {
        let name = match given {
            Some(ident) => {
                let name = names::fold(ident);
                if self.catalog.relation(&subject.schema, &name).is_some() || subject.taken.contains(&name) {
                    return Err(Error::new(
                        SqlState::DUPLICATE_TABLE,
                        format!("relation \"{name}\" already exists"),
                    ));
                }
                name
            }
            None => {
                let joined = joined(subject, columns);
                let second = (label != "pkey").then_some(joined.as_str());
                self.catalog.free_relation_name(&subject.schema, &subject.name, second, label, &subject.taken)
            }
        };
        subject.taken.push(name.clone());
        Ok(name)
    }

    /// The name of a constraint without an index; it must be free in the table.
    fn rule_name(
        &self,
        subject: &mut Subject<'_>,
        given: Option<&Ident>,
        second: Option<&str>,
        label: &str,
    ) -> Result<String> {
        let name = match given {
            Some(ident) => {
                let name = names::fold(ident);
                if subject.taken.contains(&name) {
                    return Err(Error::new(
                        SqlState::DUPLICATE_OBJECT,
                        format!("constraint \"{name}\" for relation \"{}\" already exists", subject.name),
                    ));
                }
                name
            }
            None => {
                let mut number = 0usize;
                loop {
                    let label = if number == 0 { label.to_owned() } else { format!("{label}{number}") };
                    let name = relation_name(&subject.name, second, &label);
                    if !subject.taken.contains(&name) {
                        break name;
                    }
                    number += 1;
                }
            }
        };
        subject.taken.push(name.clone());
        Ok(name)
    }

    /// A CHECK: its name and SQL, after binding it once.
    pub(super) fn check_constraint(
        &mut self,
        subject: &mut Subject<'_>,
        given: Option<&Ident>,
        check: &CheckConstraint,
    ) -> Result<(String, String)> {
        if check.no_inherit || check.enforced == Some(false) {
            return Err(Error::unsupported("this option of CHECK"));
        }
        let row: Vec<ColumnInfo> = subject.columns.iter().map(|(_, ty)| self.column(*ty)).collect();
        let named: Vec<(String, ColumnInfo)> =
            subject.columns.iter().map(|(name, _)| name.clone()).zip(row.iter().cloned()).collect();
        let bound = self.check_expr(
            &check.expr,
            &subject.name.clone(),
            named.iter().map(|(name, info)| (name.as_str(), info.clone())),
        )?;
        let mut used: Vec<ColumnId> = Vec::new();
        bound.columns(&mut used);
        crate::base::order::sort(&mut used);
        used.dedup();
        // Exactly one column in it names the constraint.
        let second = match used.as_slice() {
            [one] => named.iter().find(|(_, info)| info.id == *one).map(|(name, _)| name.clone()),
            _ => None,
        };
        let given = given.or(check.name.as_ref());
        let name = self.rule_name(subject, given, second.as_deref(), "check")?;
        Ok((name, names::text(&check.expr)?))
    }

    /// A FOREIGN KEY; `columns` are given for a column constraint.
    pub(super) fn foreign_key(
        &mut self,
        subject: &mut Subject<'_>,
        given: Option<&Ident>,
        key: &ForeignKeyConstraint,
        columns: Option<Vec<usize>>,
    ) -> Result<ForeignKeyDefinition> {
        let deferral = deferral_of(key.characteristics.as_ref())?;
        let columns = match columns {
            Some(columns) => columns,
            None => {
                let mut ordinals = Vec::with_capacity(key.columns.len());
                for ident in &key.columns {
                    let name = names::fold(ident);
                    ordinals.push(subject.ordinal(&name).ok_or_else(|| missing_in_foreign_key(&name))?);
                }
                ordinals
            }
        };
        let parent_name = names::qualified(&key.foreign_table)?;
        let schema_matches = parent_name.schema.as_ref().is_none_or(|schema| *schema == subject.schema);
        let is_self = parent_name.name == subject.name && schema_matches;
        let parent = match (is_self, subject.existing) {
            (true, None) => None,
            (true, Some(table)) => Some(Arc::clone(table)),
            // PostgreSQL reports this one without a position.
            (false, _) => Some(Arc::clone(self.table(&names::Qualified {
                place: sqlparser::tokenizer::Location { line: 0, column: 0 },
                ..parent_name.clone()
            })?)),
        };
        let (parent_columns_named, parent_keys, parent_primary): (
            Vec<(String, TypeName)>,
            Vec<Vec<usize>>,
            _,
        ) = match &parent {
            Some(table) => (
                table.columns.iter().map(|column| (column.name.clone(), column.ty)).collect(),
                referable(table),
                table.primary_key().map(|(_, columns)| columns.to_vec()),
            ),
            None => (subject.columns.clone(), subject.keys.clone(), subject.primary_key.clone()),
        };
        let parent_columns = if key.referred_columns.is_empty() {
            parent_primary.ok_or_else(|| {
                Error::new(
                    SqlState::UNDEFINED_OBJECT,
                    format!("there is no primary key for referenced table \"{}\"", parent_name.name),
                )
            })?
        } else {
            let mut ordinals = Vec::with_capacity(key.referred_columns.len());
            for ident in &key.referred_columns {
                let name = names::fold(ident);
                let ordinal = parent_columns_named.iter().position(|(column, _)| *column == name);
                ordinals.push(ordinal.ok_or_else(|| missing_in_foreign_key(&name))?);
            }
            ordinals
        };
        if columns.len() != parent_columns.len() {
            return Err(Error::new(
                SqlState::INVALID_FOREIGN_KEY,
                "number of referencing and referenced columns for foreign key disagree",
            ));
        }
        let is_key = parent_keys.iter().any(|key| {
            key.len() == parent_columns.len() && key.iter().all(|column| parent_columns.contains(column))
        }) || parent.as_ref().is_some_and(|table| {
            self.catalog.indexes.values().any(|index| {
                index.table == table.id
                    && index.unique
                    && index.predicate.is_none()
                    && index.keys.len() == parent_columns.len()
                    && index.keys.iter().all(|key| parent_columns.contains(&key.column))
            })
        });
        let is_late = |table: &Arc<Table>| {
            table.keys().any(|(rule, key, _)| rule.deferral != Deferral::Never && key == parent_columns)
        };
        if !is_key && parent.as_ref().is_some_and(is_late) {
            let what = if key.referred_columns.is_empty() { "primary key" } else { "unique constraint" };
            return Err(Error::new(
                SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE,
                format!("cannot use a deferrable {what} for referenced table \"{}\"", parent_name.name),
            ));
        }
        if !is_key {
            return Err(Error::new(
                SqlState::INVALID_FOREIGN_KEY,
                format!(
                    "there is no unique constraint matching given keys for referenced table \"{}\"",
                    parent_name.name
                ),
            ));
        }
        let second = joined(subject, &columns);
        let name = self.rule_name(subject, given.or(key.name.as_ref()), Some(&second), "fkey")?;
        subject.defer(&name, deferral);
        for (column, parent_column) in columns.iter().zip(&parent_columns) {
            let (child_name, child_type) = &subject.columns[*column];
            let (other_name, other_type) = &parent_columns_named[*parent_column];
            if !comparable(child_type.ty, other_type.ty) {
                return Err(Error::new(
                    SqlState::DATATYPE_MISMATCH,
                    format!("foreign key constraint \"{name}\" cannot be implemented"),
                )
                .with_detail(format!(
                    "Key columns \"{child_name}\" and \"{other_name}\" are of incompatible types: {} and {}.",
                    child_type.ty.name(),
                    other_type.ty.name()
                )));
            }
        }
        Ok(ForeignKeyDefinition {
            name,
            columns,
            parent,
            parent_columns,
            on_delete: action(key.on_delete.as_ref()),
            on_update: action(key.on_update.as_ref()),
            match_full: match &key.match_kind {
                None | Some(ConstraintReferenceMatchKind::Simple) => false,
                Some(ConstraintReferenceMatchKind::Full) => true,
                Some(ConstraintReferenceMatchKind::Partial) => {
                    return Err(Error::unsupported("MATCH PARTIAL"));
                }
            },
        })
    }
}

/// When a constraint is checked.
pub(super) fn deferral_of(characteristics: Option<&ConstraintCharacteristics>) -> Result<Deferral> {
    let Some(said) = characteristics else { return Ok(Deferral::Never) };
    if said.enforced == Some(false) {
        return Err(Error::unsupported("NOT ENFORCED"));
    }
    match (said.deferrable, said.initially) {
        (Some(false), Some(DeferrableInitial::Deferred)) => Err(Error::new(
            SqlState::SYNTAX_ERROR,
            "constraint declared INITIALLY DEFERRED must be DEFERRABLE",
        )),
        (_, Some(DeferrableInitial::Deferred)) => Ok(Deferral::Initially),
        (Some(true), _) => Ok(Deferral::Possible),
        _ => Ok(Deferral::Never),
    }
}

impl Subject<'_> {
    /// Notes when a constraint is checked, and, if it can be referred to, the key it is.
    pub(super) fn add_key(&mut self, name: &str, columns: &[usize], deferral: Deferral) {
        self.defer(name, deferral);
        if deferral == Deferral::Never {
            self.keys.push(columns.to_vec());
        }
    }

    fn defer(&mut self, name: &str, deferral: Deferral) {
        if deferral != Deferral::Never {
            self.deferrals.push((name.to_owned(), deferral));
        }
    }
}

/// The keys of a table that references may name.
pub(super) fn referable(table: &Table) -> Vec<Vec<usize>> {
    let keys = table.keys().filter(|(constraint, ..)| constraint.deferral == Deferral::Never);
    keys.map(|(_, columns, _)| columns.to_vec()).collect()
}

fn comparable(child: SqlType, parent: SqlType) -> bool {
    use crate::function::{OperatorResolution, resolve_operator};
    matches!(resolve_operator("=", Some(parent), child), Ok(OperatorResolution::Compare { .. }))
}

fn action(action: Option<&ast::ReferentialAction>) -> ReferentialAction {
    match action {
        None | Some(ast::ReferentialAction::NoAction) => ReferentialAction::NoAction,
        Some(ast::ReferentialAction::Restrict) => ReferentialAction::Restrict,
        Some(ast::ReferentialAction::Cascade) => ReferentialAction::Cascade,
        Some(ast::ReferentialAction::SetNull) => ReferentialAction::SetNull,
        Some(ast::ReferentialAction::SetDefault) => ReferentialAction::SetDefault,
    }
}

fn missing_in_foreign_key(name: &str) -> Error {
    Error::new(
        SqlState::UNDEFINED_COLUMN,
        format!("column \"{name}\" referenced in foreign key constraint does not exist"),
    )
}

fn joined(subject: &Subject<'_>, columns: &[usize]) -> String {
    let names: Vec<&str> =
        columns.iter().filter_map(|at| subject.columns.get(*at)).map(|(name, _)| name.as_str()).collect();
    names.join("_")
}
