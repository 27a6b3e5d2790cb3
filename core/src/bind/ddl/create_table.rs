//! CREATE TABLE, with columns or AS a query.

use sqlparser::ast::{
    self, ColumnOption, CreateTableOptions, DataType, GeneratedAs, HiveDistributionStyle,
    NullsDistinctOption, TableConstraint,
};

use crate::base::limits::COLUMNS_MAX;
use crate::bind::binder::Binder;
use crate::bind::names;
use crate::catalog::{Deferral, mentions};
use crate::error::{Error, Result, SqlState};
use crate::parse;
use crate::parse::define::SequenceOptions;
use crate::plan::{ColumnDefinition, CreateTable, Query, Statement};
use crate::value::{SqlType, TypeName};

use super::constraint::{Subject, deferral_of};

impl Binder<'_> {
    /// Binds CREATE TABLE.
    pub(in crate::bind) fn create_table(&mut self, create: &ast::CreateTable) -> Result<Statement> {
        refuse_other_forms(create)?;
        let name = names::qualified(&create.name)?;
        let schema = self.table_schema(create, &name)?;
        self.note_ineffective(create)?;
        if self.catalog.relation(&schema, &name.name).is_some() {
            if create.if_not_exists {
                self.notices.push(format!("relation \"{}\" already exists, skipping", name.name));
                return Ok(Statement::CreateTable(None));
            }
            return Err(Error::new(
                SqlState::DUPLICATE_TABLE,
                format!("relation \"{}\" already exists", name.name),
            ));
        }
        if let Some(query) = &create.query {
            return self.create_table_as(create, schema, name.name, query);
        }
        let mut columns = Vec::with_capacity(create.columns.len());
        if let Some(like) = &create.like {
            self.columns_like(like, &mut columns)?;
        }
        for column in &create.columns {
            columns.push(self.column_definition(&name.name, column, &columns)?);
        }
        if columns.len() > COLUMNS_MAX {
            return Err(Error::new(
                SqlState::TOO_MANY_COLUMNS,
                format!("tables can have at most {COLUMNS_MAX} columns"),
            ));
        }
        self.check_generated(&name.name, &columns)?;
        let mut subject = Subject {
            schema: schema.clone(),
            name: name.name.clone(),
            columns: columns.iter().map(|column| (column.name.clone(), column.ty)).collect(),
            taken: vec![name.name.clone()],
            keys: Vec::new(),
            primary_key: None,
            deferrals: Vec::new(),
            existing: None,
        };
        let mut table = CreateTable {
            schema,
            name: name.name,
            columns,
            primary_key: None,
            uniques: Vec::new(),
            checks: Vec::new(),
            foreign_keys: Vec::new(),
            deferrals: Vec::new(),
            rows: None,
        };
        self.keys(create, &mut subject, &mut table)?;
        self.checks_and_references(create, &mut subject, &mut table)?;
        table.deferrals = subject.deferrals;
        Ok(Statement::CreateTable(Some(Box::new(table))))
    }

    /// Where the table goes: `pg_temp` stands for the schema that the session has for temporary ones.
    fn table_schema(&self, create: &ast::CreateTable, name: &names::Qualified) -> Result<String> {
        let named_temporary = name.schema.as_deref().is_some_and(|schema| schema.starts_with("pg_temp"));
        if !create.temporary && !named_temporary {
            return self.creation_schema(name);
        }
        if name.schema.is_some() && !named_temporary {
            return Err(Error::new(
                SqlState::INVALID_TABLE_DEFINITION,
                "cannot create temporary relation in non-temporary schema",
            ));
        }
        let own = self.search_path.iter().find(|schema| schema.starts_with("pg_temp_"));
        Ok(own.cloned().unwrap_or_else(|| "pg_temp".to_owned()))
    }

    /// What is accepted without an effect here says so.
    fn note_ineffective(&mut self, create: &ast::CreateTable) -> Result<()> {
        if create.unlogged {
            self.notices.push("UNLOGGED has no effect: the table is logged".to_owned());
        }
        let CreateTableOptions::With(options) = &create.table_options else {
            return match &create.table_options {
                CreateTableOptions::None => Ok(()),
                _ => Err(Error::unsupported("this option of a table")),
            };
        };
        for option in options {
            let (name, value) = match option {
                ast::SqlOption::KeyValue { key, value } => (names::fold(key), names::text(value)?),
                ast::SqlOption::Ident(ident) => (names::fold(ident), "true".to_owned()),
                _ => return Err(Error::unsupported("this option of a table")),
            };
            let known = matches!(name.as_str(), "fillfactor" | "parallel_workers" | "toast_tuple_target")
                || name.starts_with("autovacuum_")
                || name.starts_with("toast.")
                || name == "oids" && value.eq_ignore_ascii_case("false");
            if !known {
                return Err(if name == "oids" {
                    Error::new(SqlState::FEATURE_NOT_SUPPORTED, "tables declared WITH OIDS are not supported")
                } else {
                    Error::new(
                        SqlState::INVALID_PARAMETER_VALUE,
                        format!("unrecognized parameter \"{name}\""),
                    )
                });
            }
            self.notices.push(format!("storage parameter \"{name}\" has no effect"));
        }
        Ok(())
    }

    /// The generation expressions of these columns: they read those that are not generated.
    pub(super) fn check_generated(&mut self, table: &str, columns: &[ColumnDefinition]) -> Result<()> {
        for definition in columns {
            let Some(sql) = &definition.generated else { continue };
            let mut generated = columns.iter().filter(|column| column.generated.is_some());
            if let Some(other) = generated.find(|column| mentions(sql, &column.name)) {
                return Err(Error::new(
                    SqlState::INVALID_OBJECT_DEFINITION,
                    format!("cannot use generated column \"{}\" in column generation expression", other.name),
                )
                .with_detail("A generated column cannot reference another generated column."));
            }
            let syntax = parse::parse_expression(sql, self.stack)?;
            let row: Vec<_> = columns.iter().map(|column| self.column(column.ty)).collect();
            let named = columns.iter().map(|column| column.name.as_str()).zip(row);
            self.generated_expr(&syntax, table, named, &definition.name, definition.ty)?;
        }
        Ok(())
    }

    /// LIKE: names, types and NOT NULL of another table's columns, defaults where asked for.
    fn columns_like(
        &mut self,
        like: &ast::CreateTableLikeKind,
        columns: &mut Vec<ColumnDefinition>,
    ) -> Result<()> {
        let ast::CreateTableLikeKind::Parenthesized(like) = like else {
            return Err(Error::new(SqlState::SYNTAX_ERROR, "LIKE stands in parentheses"));
        };
        let source = std::sync::Arc::clone(self.table(&names::qualified(&like.name)?)?);
        let with_defaults = like.defaults == Some(ast::CreateTableLikeDefaults::Including);
        for column in source.columns.iter().take(source.width()) {
            let mut copied = ColumnDefinition::plain(column.name.clone(), column.ty);
            copied.not_null = column.not_null;
            copied.domain = column.domain;
            if with_defaults {
                copied.default.clone_from(&column.default);
            }
            columns.push(copied);
        }
        Ok(())
    }

    pub(super) fn column_definition(
        &mut self,
        table: &str,
        column: &ast::ColumnDef,
        before: &[ColumnDefinition],
    ) -> Result<ColumnDefinition> {
        let name = names::name(&column.name)?;
        if before.iter().any(|other| other.name == name) {
            return Err(Error::new(
                SqlState::DUPLICATE_COLUMN,
                format!("column \"{name}\" specified more than once"),
            ));
        }
        let serial = serial_type(&column.data_type);
        let (ty, domain) = match serial {
            Some(ty) => (TypeName::plain(ty), None),
            None => {
                let named =
                    self.named_type(&column.data_type).map_err(|error| self.at(error, type_place(column)))?;
                (named.ty, named.domain)
            }
        };
        if ty.ty == SqlType::Unknown || ty.ty == SqlType::Void {
            return Err(Error::new(
                SqlState::INVALID_TABLE_DEFINITION,
                format!("column \"{name}\" has pseudo-type {}", ty.ty.name()),
            ));
        }
        if ty.ty == SqlType::Regclass {
            return Err(Error::unsupported("a column of type regclass"));
        }
        let mut definition = ColumnDefinition {
            name,
            ty,
            not_null: serial.is_some(),
            default: None,
            generated: None,
            identity: None,
            sequence: SequenceOptions::default(),
            serial: serial.is_some(),
            domain,
        };
        // PRIMARY KEY may stand beside NULL, the words NOT NULL may not.
        let mut said = (false, serial.is_some());
        for option in &column.options {
            self.column_option(table, column, &option.option, &mut definition)?;
            match &option.option {
                ColumnOption::Null => said.0 = true,
                ColumnOption::NotNull => said.1 = true,
                _ => said.1 |= definition.identity.is_some(),
            }
            if said == (true, true) {
                let error = twice(table, &definition, "conflicting NULL/NOT NULL declarations");
                let nth = if definition.serial { 1 } else { 2 };
                return Err(self.at_word_after(error, "null", column.name.span.start, nth));
            }
        }
        refuse_both(table, &definition)?;
        Ok(definition)
    }

    fn column_option(
        &mut self,
        table: &str,
        column: &ast::ColumnDef,
        option: &ColumnOption,
        definition: &mut ColumnDefinition,
    ) -> Result<()> {
        match option {
            ColumnOption::NotNull | ColumnOption::PrimaryKey(_) => definition.not_null = true,
            ColumnOption::Null
            | ColumnOption::Unique(_)
            | ColumnOption::ForeignKey(_)
            | ColumnOption::Check(_) => {}
            ColumnOption::Default(_) if definition.serial => {
                return Err(twice(table, definition, "multiple default values specified"));
            }
            ColumnOption::Default(_) if definition.default.is_some() => {
                let error = twice(table, definition, "multiple default values specified");
                return Err(self.at_word_after(error, "default", column.name.span.start, 2));
            }
            ColumnOption::Default(expr) => {
                self.default_expr(expr, &definition.name, definition.ty)?;
                definition.default = Some(names::text(expr)?);
            }
            ColumnOption::Collation(collation) => check_collation(definition.ty.ty, collation)?,
            ColumnOption::Generated {
                generated_as: generated_as @ (GeneratedAs::Always | GeneratedAs::ByDefault),
                sequence_options,
                generation_expr: None,
                ..
            } => {
                definition.sequence = sequence_of(sequence_options.as_deref())?;
                if !matches!(definition.ty.ty, SqlType::Int2 | SqlType::Int4 | SqlType::Int8) {
                    return Err(Error::new(
                        SqlState::INVALID_PARAMETER_VALUE,
                        "identity column type must be smallint, integer, or bigint",
                    ));
                }
                if definition.identity.is_some() {
                    return Err(twice(table, definition, "multiple identity specifications"));
                }
                definition.identity = Some(*generated_as == GeneratedAs::Always);
                definition.not_null = true;
            }
            ColumnOption::Generated {
                generation_expr: Some(expr),
                generation_expr_mode: Some(ast::GeneratedExpressionMode::Stored),
                generated_keyword: true,
                ..
            } => definition.generated = Some(names::text(expr)?),
            ColumnOption::Generated { .. } => {
                return Err(Error::new(
                    SqlState::SYNTAX_ERROR,
                    "a generated column is GENERATED ALWAYS AS (expression) STORED",
                ));
            }
            _ => return Err(Error::unsupported("this column option")),
        }
        Ok(())
    }

    // PRIMARY KEY and UNIQUE, of columns and of the table; the primary key is named first.
    fn keys(
        &mut self,
        create: &ast::CreateTable,
        subject: &mut Subject<'_>,
        table: &mut CreateTable,
    ) -> Result<()> {
        let mut primary: Vec<(Option<&ast::Ident>, Vec<usize>, Deferral)> = Vec::new();
        let mut unique: Vec<(Option<&ast::Ident>, Vec<usize>, Deferral)> = Vec::new();
        for (ordinal, column) in create.columns.iter().enumerate() {
            for option in &column.options {
                match &option.option {
                    ColumnOption::PrimaryKey(key) => {
                        let deferral = deferral_of(key.characteristics.as_ref())?;
                        primary.push((option.name.as_ref().or(key.name.as_ref()), vec![ordinal], deferral));
                    }
                    ColumnOption::Unique(key) => {
                        let deferral = deferral_of(key.characteristics.as_ref())?;
                        refuse_nulls_not_distinct(key.nulls_distinct)?;
                        unique.push((option.name.as_ref().or(key.name.as_ref()), vec![ordinal], deferral));
                    }
                    _ => {}
                }
            }
        }
        for constraint in &create.constraints {
            match constraint {
                TableConstraint::PrimaryKey(key) => {
                    let deferral = deferral_of(key.characteristics.as_ref())?;
                    refuse_key_options(&key.include, &key.index_options)?;
                    let columns = self.key_columns(subject, &key.columns, "primary key")?;
                    primary.push((key.name.as_ref(), columns, deferral));
                }
                TableConstraint::Unique(key) => {
                    let deferral = deferral_of(key.characteristics.as_ref())?;
                    refuse_nulls_not_distinct(key.nulls_distinct)?;
                    refuse_key_options(&key.include, &key.index_options)?;
                    let columns = self.key_columns(subject, &key.columns, "unique")?;
                    unique.push((key.name.as_ref(), columns, deferral));
                }
                _ => {}
            }
        }
        if primary.len() > 1 {
            let error = Error::new(
                SqlState::INVALID_TABLE_DEFINITION,
                format!("multiple primary keys for table \"{}\" are not allowed", subject.name),
            );
            return Err(self.at_word_after(error, "primary", names::place_of(&create.name), 2));
        }
        if let Some((given, columns, deferral)) = primary.pop() {
            let name = self.key_name(subject, given, &columns, "pkey")?;
            for ordinal in &columns {
                table.columns[*ordinal].not_null = true;
            }
            subject.add_key(&name, &columns, deferral);
            subject.primary_key = Some(columns.clone());
            table.primary_key = Some((name, columns));
        }
        for (given, columns, deferral) in unique {
            // PostgreSQL makes one index where two keys would be the same.
            let is_repeated = table.uniques.iter().any(|(_, other)| *other == columns)
                || table.primary_key.as_ref().is_some_and(|(_, other)| *other == columns);
            if is_repeated && given.is_none() {
                continue;
            }
            let name = self.key_name(subject, given, &columns, "key")?;
            subject.add_key(&name, &columns, deferral);
            table.uniques.push((name, columns));
        }
        Ok(())
    }

    fn checks_and_references(
        &mut self,
        create: &ast::CreateTable,
        subject: &mut Subject<'_>,
        table: &mut CreateTable,
    ) -> Result<()> {
        for column in &create.columns {
            for option in &column.options {
                if let ColumnOption::Check(check) = &option.option {
                    let check = self.check_constraint(subject, option.name.as_ref(), check)?;
                    table.checks.push(check);
                }
            }
        }
        for constraint in &create.constraints {
            match constraint {
                TableConstraint::Check(check) => {
                    let check = self.check_constraint(subject, None, check)?;
                    table.checks.push(check);
                }
                TableConstraint::ForeignKey(_)
                | TableConstraint::PrimaryKey(_)
                | TableConstraint::Unique(_) => {}
                TableConstraint::Exclude(_) => return Err(Error::unsupported("EXCLUDE")),
                _ => return Err(Error::unsupported("this table constraint")),
            }
        }
        for (ordinal, column) in create.columns.iter().enumerate() {
            for option in &column.options {
                if let ColumnOption::ForeignKey(key) = &option.option {
                    let key = self.foreign_key(subject, option.name.as_ref(), key, Some(vec![ordinal]))?;
                    table.foreign_keys.push(key);
                }
            }
        }
        for constraint in &create.constraints {
            if let TableConstraint::ForeignKey(key) = constraint {
                let key = self.foreign_key(subject, None, key, None)?;
                table.foreign_keys.push(key);
            }
        }
        Ok(())
    }

    fn create_table_as(
        &mut self,
        create: &ast::CreateTable,
        schema: String,
        name: String,
        query: &ast::Query,
    ) -> Result<Statement> {
        if !create.constraints.is_empty()
            || create
                .columns
                .iter()
                .any(|column| column.data_type != DataType::Unspecified || !column.options.is_empty())
        {
            return Err(Error::new(SqlState::SYNTAX_ERROR, "CREATE TABLE AS takes column names only"));
        }
        if create.with_data.as_ref().is_some_and(|with| !with.data) {
            return Err(Error::unsupported("WITH NO DATA"));
        }
        let bound = self.query(query, None)?;
        if create.columns.len() > bound.output.len() {
            return Err(Error::new(SqlState::SYNTAX_ERROR, "too many column names were specified"));
        }
        let types: Vec<TypeName> = bound.output.iter().map(|column| column.ty).collect();
        let mut output = bound.output.clone();
        let (plan, infos) = self.positional(bound, &types, Some(&query.body))?;
        let mut columns: Vec<ColumnDefinition> = Vec::with_capacity(output.len());
        for (at, (column, info)) in output.iter_mut().zip(&infos).enumerate() {
            column.id = info.id;
            if let Some(named) = create.columns.get(at) {
                column.name = names::fold(&named.name);
            }
            if columns.iter().any(|other| other.name == column.name) {
                return Err(Error::new(
                    SqlState::DUPLICATE_COLUMN,
                    format!("column \"{}\" specified more than once", column.name),
                ));
            }
            if column.ty.ty == SqlType::Regclass {
                return Err(Error::unsupported("a column of type regclass"));
            }
            columns.push(ColumnDefinition {
                name: column.name.clone(),
                ty: column.ty,
                not_null: false,
                default: None,
                generated: None,
                identity: None,
                sequence: SequenceOptions::default(),
                serial: false,
                domain: None,
            });
        }
        let table = CreateTable {
            schema,
            name,
            columns,
            primary_key: None,
            uniques: Vec::new(),
            checks: Vec::new(),
            foreign_keys: Vec::new(),
            deferrals: Vec::new(),
            rows: Some(Query { plan, output }),
        };
        Ok(Statement::CreateTable(Some(Box::new(table))))
    }
}

fn twice(table: &str, definition: &ColumnDefinition, what: &str) -> Error {
    let message = format!("{what} for column \"{}\" of table \"{table}\"", definition.name);
    Error::new(SqlState::SYNTAX_ERROR, message)
}

// A column has its value from one place.
fn refuse_both(table: &str, definition: &ColumnDefinition) -> Result<()> {
    let default = definition.default.is_some() || definition.serial;
    let what = match (default, definition.identity.is_some(), definition.generated.is_some()) {
        (true, _, true) => "both default and generation expression specified",
        (_, true, true) => "both identity and generation expression specified",
        (true, true, false) => "both default and identity specified",
        _ => return Ok(()),
    };
    Err(twice(table, definition, what))
}

fn check_collation(ty: SqlType, collation: &ast::ObjectName) -> Result<()> {
    let collation = names::qualified(collation)?;
    if !matches!(ty, SqlType::Text | SqlType::Varchar | SqlType::Char | SqlType::Name) {
        return Err(Error::new(
            SqlState::DATATYPE_MISMATCH,
            format!("collations are not supported by type {}", ty.name()),
        ));
    }
    if !matches!(collation.name.as_str(), "C" | "POSIX" | "default" | "ucs_basic") {
        return Err(Error::unsupported(format!("collation \"{}\"", collation.name)));
    }
    Ok(())
}

/// The type behind `serial` and its kin.
fn serial_type(data_type: &DataType) -> Option<SqlType> {
    let DataType::Custom(name, modifiers) = data_type else { return None };
    if !modifiers.is_empty() {
        return None;
    }
    match name.to_string().to_ascii_lowercase().as_str() {
        "serial" | "serial4" => Some(SqlType::Int4),
        "bigserial" | "serial8" => Some(SqlType::Int8),
        "smallserial" | "serial2" => Some(SqlType::Int2),
        _ => None,
    }
}

// The type follows the column's name; sqlparser keeps no place for it.
fn type_place(column: &ast::ColumnDef) -> sqlparser::tokenizer::Location {
    let end = column.name.span.end;
    sqlparser::tokenizer::Location { line: end.line, column: end.column + 1 }
}

pub(super) fn refuse_nulls_not_distinct(nulls: NullsDistinctOption) -> Result<()> {
    match nulls {
        NullsDistinctOption::None | NullsDistinctOption::Distinct => Ok(()),
        NullsDistinctOption::NotDistinct => Err(Error::unsupported("NULLS NOT DISTINCT")),
    }
}

pub(super) fn refuse_key_options(include: &[ast::Ident], options: &[ast::IndexOption]) -> Result<()> {
    if include.is_empty() && options.is_empty() {
        return Ok(());
    }
    Err(Error::unsupported("INCLUDE or WITH of a key"))
}

fn refuse_other_forms(create: &ast::CreateTable) -> Result<()> {
    let refuse = |is_said: bool, what: &str| if is_said { Err(Error::unsupported(what)) } else { Ok(()) };
    refuse(create.external, "an external table")?;
    refuse(create.or_replace, "CREATE OR REPLACE TABLE")?;
    refuse(create.inherits.is_some(), "INHERITS")?;
    refuse(create.partition_by.is_some() || create.partition_of.is_some(), "a partitioned table")?;
    let keeps_rows = matches!(create.on_commit, None | Some(ast::OnCommit::PreserveRows));
    refuse(!keeps_rows, "ON COMMIT DROP or DELETE ROWS")?;
    let plain = !create.transient
        && !create.volatile
        && !create.iceberg
        && !create.dynamic
        && !create.strict
        && !create.without_rowid
        && !create.copy_grants
        && matches!(create.hive_distribution, HiveDistributionStyle::NONE)
        && create.file_format.is_none()
        && create.location.is_none()
        && create.clone.is_none()
        && create.comment.is_none()
        && create.on_cluster.is_none()
        && create.primary_key.is_none()
        && create.order_by.is_none()
        && create.cluster_by.is_none()
        && create.clustered_by.is_none();
    refuse(!plain, "this clause of CREATE TABLE")
}

/// The options of an identity column's sequence.
pub(super) fn sequence_of(options: Option<&[ast::SequenceOptions]>) -> Result<SequenceOptions> {
    let mut said = SequenceOptions::default();
    for option in options.unwrap_or_default() {
        let twice = match option {
            ast::SequenceOptions::IncrementBy(value, _) => said.increment.replace(whole(value)?).is_some(),
            ast::SequenceOptions::MinValue(value) => {
                said.min.replace(value.as_ref().map(whole).transpose()?).is_some()
            }
            ast::SequenceOptions::MaxValue(value) => {
                said.max.replace(value.as_ref().map(whole).transpose()?).is_some()
            }
            ast::SequenceOptions::StartWith(value, _) => said.start.replace(whole(value)?).is_some(),
            ast::SequenceOptions::Cache(value) => said.cache.replace(whole(value)?).is_some(),
            // sqlparser: whether NO was said.
            ast::SequenceOptions::Cycle(no) => said.cycle.replace(!*no).is_some(),
        };
        if twice {
            return Err(Error::new(SqlState::SYNTAX_ERROR, "conflicting or redundant options"));
        }
    }
    Ok(said)
}

fn whole(expr: &ast::Expr) -> Result<i64> {
    let text = names::text(expr)?.replace(' ', "");
    text.parse().map_err(|_| {
        let message = format!("syntax error at or near \"{text}\"");
        Error::new(SqlState::SYNTAX_ERROR, message)
    })
}
