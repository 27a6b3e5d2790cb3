//! ALTER TABLE: constraints come and go; its other actions are refused by name.

use std::sync::Arc;

use sqlparser::ast::{self, AlterTableOperation, DropBehavior, TableConstraint};

use crate::bind::binder::Binder;
use crate::bind::names;
use crate::catalog::Table;
use crate::error::{Error, Result, SqlState};
use crate::plan::{AlterAction, AlterTable, Statement};

use super::constraint::{Subject, refuse_deferrable};
use super::create_table::{refuse_key_options, refuse_nulls_not_distinct};

impl Binder<'_> {
    /// Binds ALTER TABLE.
    pub(in crate::bind) fn alter_table(&mut self, alter: &ast::AlterTable) -> Result<Statement> {
        if alter.location.is_some() || alter.on_cluster.is_some() || alter.table_type.is_some() {
            return Err(Error::unsupported("this form of ALTER TABLE"));
        }
        let mut name = names::qualified(&alter.name)?;
        name.place = sqlparser::tokenizer::Location { line: 0, column: 0 };
        if alter.if_exists && self.find_relation(&name).is_none() {
            self.notices.push(format!("relation \"{}\" does not exist, skipping", name.name));
            return Ok(Statement::Empty);
        }
        let table = Arc::clone(self.table(&name)?);
        let mut actions = Vec::with_capacity(alter.operations.len());
        let mut subject = subject(&table);
        for operation in &alter.operations {
            if let Some(action) = self.alter_action(&table, &mut subject, operation)? {
                actions.push(action);
            }
        }
        drop(subject);
        Ok(Statement::AlterTable(Box::new(AlterTable { table, actions })))
    }

    fn alter_action(
        &mut self,
        table: &Table,
        subject: &mut Subject<'_>,
        operation: &AlterTableOperation,
    ) -> Result<Option<AlterAction>> {
        match operation {
            AlterTableOperation::AddConstraint { constraint, not_valid: false } => {
                self.add_constraint(subject, constraint).map(Some)
            }
            AlterTableOperation::AddConstraint { .. } => Err(Error::unsupported("NOT VALID")),
            AlterTableOperation::DropConstraint { if_exists, name, drop_behavior } => {
                let name = names::fold(name);
                if table.constraint(&name).is_none() {
                    let message =
                        format!("constraint \"{name}\" of relation \"{}\" does not exist", table.name);
                    if !if_exists {
                        return Err(Error::new(SqlState::UNDEFINED_OBJECT, message));
                    }
                    self.notices.push(format!("{message}, skipping"));
                    return Ok(None);
                }
                let cascade = matches!(drop_behavior, Some(DropBehavior::Cascade));
                Ok(Some(AlterAction::DropConstraint { name, cascade }))
            }
            other => {
                let text = other.to_string();
                let words: Vec<&str> = text
                    .split_whitespace()
                    .take_while(|word| word.chars().all(|letter| letter.is_ascii_uppercase()))
                    .take(3)
                    .collect();
                Err(Error::unsupported(format!("ALTER TABLE {}", words.join(" "))))
            }
        }
    }

    fn add_constraint(
        &mut self,
        subject: &mut Subject<'_>,
        constraint: &TableConstraint,
    ) -> Result<AlterAction> {
        match constraint {
            TableConstraint::PrimaryKey(key) => {
                refuse_deferrable(key.characteristics.as_ref())?;
                refuse_key_options(&key.include, &key.index_options)?;
                if subject.primary_key.is_some() {
                    return Err(Error::new(
                        SqlState::INVALID_TABLE_DEFINITION,
                        format!("multiple primary keys for table \"{}\" are not allowed", subject.name),
                    ));
                }
                let columns = self.key_columns(subject, &key.columns, "primary key")?;
                let name = self.key_name(subject, key.name.as_ref(), &columns, "pkey")?;
                subject.primary_key = Some(columns.clone());
                subject.keys.push(columns.clone());
                Ok(AlterAction::AddPrimaryKey(name, columns))
            }
            TableConstraint::Unique(key) => {
                refuse_deferrable(key.characteristics.as_ref())?;
                refuse_nulls_not_distinct(key.nulls_distinct)?;
                refuse_key_options(&key.include, &key.index_options)?;
                let columns = self.key_columns(subject, &key.columns, "unique")?;
                let name = self.key_name(subject, key.name.as_ref(), &columns, "key")?;
                subject.keys.push(columns.clone());
                Ok(AlterAction::AddUnique(name, columns))
            }
            TableConstraint::Check(check) => {
                let (name, sql) = self.check_constraint(subject, None, check)?;
                Ok(AlterAction::AddCheck(name, sql))
            }
            TableConstraint::ForeignKey(key) => {
                self.foreign_key(subject, None, key, None).map(AlterAction::AddForeignKey)
            }
            TableConstraint::Exclude(_) => Err(Error::unsupported("EXCLUDE")),
            _ => Err(Error::unsupported("this table constraint")),
        }
    }
}

fn subject(table: &Arc<Table>) -> Subject<'_> {
    Subject {
        schema: table.schema.clone(),
        name: table.name.clone(),
        columns: table.columns.iter().map(|column| (column.name.clone(), column.ty)).collect(),
        taken: table.constraints.iter().map(|constraint| constraint.name.clone()).collect(),
        keys: table.keys().map(|(_, columns, _)| columns.to_vec()).collect(),
        primary_key: table.primary_key().map(|(_, columns)| columns.to_vec()),
        existing: Some(table),
    }
}
