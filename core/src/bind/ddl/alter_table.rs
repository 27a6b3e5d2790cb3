//! ALTER TABLE: constraints come and go; its other actions are refused by name.

use std::sync::Arc;

use sqlparser::ast::{self, AlterColumnOperation, AlterTableOperation, DropBehavior, TableConstraint};

use crate::base::limits::COLUMNS_MAX;
use crate::bind::binder::Binder;
use crate::bind::names;
use crate::catalog::Table;
use crate::error::{Error, Result, SqlState};
use crate::plan::{AlterAction, AlterTable, ColumnDefinition, Statement};

use super::constraint::{Subject, deferral_of, referable};
use super::create_table::{refuse_key_options, refuse_nulls_not_distinct, sequence_of};

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
            self.alter_action(&table, &mut subject, operation, &mut actions)?;
            actions.extend(subject.deferrals.drain(..).map(|(name, at)| AlterAction::Defer(name, at)));
        }
        drop(subject);
        Ok(Statement::AlterTable(Box::new(AlterTable { table, actions, only: alter.only })))
    }

    fn alter_action(
        &mut self,
        table: &Table,
        subject: &mut Subject<'_>,
        operation: &AlterTableOperation,
        actions: &mut Vec<AlterAction>,
    ) -> Result<()> {
        let action = match operation {
            AlterTableOperation::AddConstraint { constraint, not_valid: false } => {
                self.add_constraint(subject, constraint)?
            }
            AlterTableOperation::AddConstraint { .. } => return Err(Error::unsupported("NOT VALID")),
            AlterTableOperation::AddColumn { if_not_exists, column_def, column_position: None, .. } => {
                return self.add_column(table, subject, *if_not_exists, column_def, actions);
            }
            AlterTableOperation::DropColumn { column_names, if_exists, drop_behavior, .. } => {
                let cascade = matches!(drop_behavior, Some(DropBehavior::Cascade));
                for name in column_names {
                    let name = names::fold(name);
                    match subject.ordinal(&name) {
                        Some(at) => {
                            subject.columns.remove(at);
                            actions.push(AlterAction::DropColumn(name, cascade));
                        }
                        None if *if_exists => self.notices.push(format!(
                            "column \"{name}\" of relation \"{}\" does not exist, skipping",
                            table.name
                        )),
                        None => return Err(missing_column(table, &name)),
                    }
                }
                return Ok(());
            }
            AlterTableOperation::AlterColumn { column_name, op } => {
                self.alter_column(table, subject, &names::fold(column_name), op)?
            }
            AlterTableOperation::RenameConstraint { old_name, new_name } => {
                let (old, new) = (names::fold(old_name), names::fold(new_name));
                if table.constraint(&old).is_none() {
                    return Err(Error::new(
                        SqlState::UNDEFINED_OBJECT,
                        format!("constraint \"{old}\" for table \"{}\" does not exist", table.name),
                    ));
                }
                AlterAction::RenameConstraint(old, new)
            }
            AlterTableOperation::ValidateConstraint { name } => {
                let name = names::fold(name);
                if table.constraint(&name).is_none() {
                    return Err(Error::new(
                        SqlState::UNDEFINED_OBJECT,
                        format!("constraint \"{name}\" of relation \"{}\" does not exist", table.name),
                    ));
                }
                // Every constraint holds for every row: there is nothing left to validate.
                return Ok(());
            }
            AlterTableOperation::DropConstraint { if_exists, name, drop_behavior } => {
                let name = names::fold(name);
                if table.constraint(&name).is_none() {
                    let message =
                        format!("constraint \"{name}\" of relation \"{}\" does not exist", table.name);
                    if !if_exists {
                        return Err(Error::new(SqlState::UNDEFINED_OBJECT, message));
                    }
                    self.notices.push(format!("{message}, skipping"));
                    return Ok(());
                }
                let cascade = matches!(drop_behavior, Some(DropBehavior::Cascade));
                AlterAction::DropConstraint { name, cascade }
            }
            _ => return Err(Error::unsupported("this form of ALTER TABLE")),
        };
        actions.push(action);
        Ok(())
    }

    fn add_column(
        &mut self,
        table: &Table,
        subject: &mut Subject<'_>,
        if_not_exists: bool,
        column: &ast::ColumnDef,
        actions: &mut Vec<AlterAction>,
    ) -> Result<()> {
        let name = names::fold(&column.name);
        if subject.ordinal(&name).is_some() {
            let message = format!("column \"{name}\" of relation \"{}\" already exists", table.name);
            if if_not_exists {
                self.notices.push(format!("{message}, skipping"));
                return Ok(());
            }
            return Err(Error::new(SqlState::DUPLICATE_COLUMN, message));
        }
        let definition = self.column_definition(&table.name, column, &[])?;
        if definition.generated.is_some() {
            let mut columns: Vec<ColumnDefinition> = table
                .columns
                .iter()
                .map(|column| ColumnDefinition {
                    generated: column.generated.clone(),
                    ..ColumnDefinition::plain(column.name.clone(), column.ty)
                })
                .collect();
            columns.push(definition.clone());
            self.check_generated(&table.name, &columns)?;
        }
        let ordinal = subject.columns.len();
        subject.columns.push((name, definition.ty));
        if ordinal >= COLUMNS_MAX {
            return Err(Error::new(
                SqlState::TOO_MANY_COLUMNS,
                format!("tables can have at most {COLUMNS_MAX} columns"),
            ));
        }
        actions.push(AlterAction::AddColumn(Box::new(definition)));
        for option in &column.options {
            let given = option.name.as_ref();
            match &option.option {
                ast::ColumnOption::PrimaryKey(key) => {
                    let deferral = deferral_of(key.characteristics.as_ref())?;
                    if subject.primary_key.is_some() {
                        return Err(multiple_primary_keys(&subject.name));
                    }
                    let name = self.key_name(subject, given.or(key.name.as_ref()), &[ordinal], "pkey")?;
                    subject.primary_key = Some(vec![ordinal]);
                    subject.add_key(&name, &[ordinal], deferral);
                    actions.push(AlterAction::AddPrimaryKey(name, vec![ordinal]));
                }
                ast::ColumnOption::Unique(key) => {
                    let deferral = deferral_of(key.characteristics.as_ref())?;
                    refuse_nulls_not_distinct(key.nulls_distinct)?;
                    let name = self.key_name(subject, given.or(key.name.as_ref()), &[ordinal], "key")?;
                    subject.add_key(&name, &[ordinal], deferral);
                    actions.push(AlterAction::AddUnique(name, vec![ordinal]));
                }
                ast::ColumnOption::Check(check) => {
                    let (name, sql) = self.check_constraint(subject, given, check)?;
                    actions.push(AlterAction::AddCheck(name, sql));
                }
                ast::ColumnOption::ForeignKey(key) => {
                    let key = self.foreign_key(subject, given, key, Some(vec![ordinal]))?;
                    actions.push(AlterAction::AddForeignKey(key));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn alter_column(
        &mut self,
        table: &Table,
        subject: &mut Subject<'_>,
        name: &str,
        op: &AlterColumnOperation,
    ) -> Result<AlterAction> {
        let Some(ordinal) = subject.ordinal(name) else { return Err(missing_column(table, name)) };
        let column = table.column(name).and_then(|at| table.columns.get(at));
        let is_identity = column.is_some_and(|column| column.identity.is_some());
        let identity = || {
            Err(Error::new(
                SqlState::SYNTAX_ERROR,
                format!("column \"{name}\" of relation \"{}\" is an identity column", table.name),
            ))
        };
        let owned = name.to_owned();
        Ok(match op {
            AlterColumnOperation::SetNotNull => AlterAction::SetNotNull(owned, true),
            AlterColumnOperation::DropNotNull => {
                if is_identity {
                    return identity();
                }
                let at = table.column(name);
                if table.primary_key().is_some_and(|(_, key)| at.is_some_and(|at| key.contains(&at))) {
                    return Err(Error::new(
                        SqlState::INVALID_TABLE_DEFINITION,
                        format!("column \"{name}\" is in a primary key"),
                    ));
                }
                AlterAction::SetNotNull(owned, false)
            }
            AlterColumnOperation::SetDefault { value } => {
                if is_identity {
                    return identity();
                }
                self.default_expr(value, name, subject.columns[ordinal].1)?;
                AlterAction::SetDefault(owned, Some(names::text(value)?))
            }
            AlterColumnOperation::DropDefault => {
                if is_identity {
                    return identity().map_err(|error: Error| {
                        error.with_hint("Use ALTER TABLE ... ALTER COLUMN ... DROP IDENTITY instead.")
                    });
                }
                AlterAction::SetDefault(owned, None)
            }
            AlterColumnOperation::SetDataType { data_type, using, .. } => {
                let ty = {
                    let named = self.named_type(data_type)?;
                    if named.domain.is_some() {
                        return Err(Error::unsupported("a domain as the new type of a column"));
                    }
                    named.ty
                };
                subject.columns[ordinal].1 = ty;
                AlterAction::SetType(owned, ty, using.as_ref().map(ToString::to_string))
            }
            AlterColumnOperation::AddGenerated { generated_as, sequence_options } => {
                let always = !matches!(generated_as, Some(ast::GeneratedAs::ByDefault));
                AlterAction::AddIdentity(owned, always, sequence_of(sequence_options.as_deref())?)
            }
        })
    }

    fn add_constraint(
        &mut self,
        subject: &mut Subject<'_>,
        constraint: &TableConstraint,
    ) -> Result<AlterAction> {
        match constraint {
            TableConstraint::PrimaryKey(key) => {
                let deferral = deferral_of(key.characteristics.as_ref())?;
                refuse_key_options(&key.include, &key.index_options)?;
                if subject.primary_key.is_some() {
                    return Err(multiple_primary_keys(&subject.name));
                }
                let columns = self.key_columns(subject, &key.columns, "primary key")?;
                let name = self.key_name(subject, key.name.as_ref(), &columns, "pkey")?;
                subject.primary_key = Some(columns.clone());
                subject.add_key(&name, &columns, deferral);
                Ok(AlterAction::AddPrimaryKey(name, columns))
            }
            TableConstraint::Unique(key) => {
                let deferral = deferral_of(key.characteristics.as_ref())?;
                refuse_nulls_not_distinct(key.nulls_distinct)?;
                refuse_key_options(&key.include, &key.index_options)?;
                let columns = self.key_columns(subject, &key.columns, "unique")?;
                let name = self.key_name(subject, key.name.as_ref(), &columns, "key")?;
                subject.add_key(&name, &columns, deferral);
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

fn missing_column(table: &Table, name: &str) -> Error {
    Error::new(
        SqlState::UNDEFINED_COLUMN,
        format!("column \"{name}\" of relation \"{}\" does not exist", table.name),
    )
}

fn multiple_primary_keys(table: &str) -> Error {
    Error::new(
        SqlState::INVALID_TABLE_DEFINITION,
        format!("multiple primary keys for table \"{table}\" are not allowed"),
    )
}

fn subject(table: &Arc<Table>) -> Subject<'_> {
    Subject {
        schema: table.schema.clone(),
        name: table.name.clone(),
        columns: table.columns[..table.width()]
            .iter()
            .map(|column| (column.name.clone(), column.ty))
            .collect(),
        taken: table.constraints.iter().map(|constraint| constraint.name.clone()).collect(),
        keys: referable(table),
        deferrals: Vec::new(),
        primary_key: table.primary_key().map(|(_, columns)| columns.to_vec()),
        existing: Some(table),
    }
}
