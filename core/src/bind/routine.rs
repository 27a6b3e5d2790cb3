//! Functions in SQL: put in the place of their calls.
//!
//! ```text
//! f(a int) AS 'SELECT a + 1'               f(t.x)  ->  t.x + 1
//! f(a int) AS 'SELECT n FROM u WHERE ..'   f(t.x)  ->  (Limit 1 <- (Values (t.x) as a) lateral body)
//! FROM f(1), returning rows                        ->  (Values (1) as a) lateral body
//! ```
//!
//! What calls itself has no end here: 54001.

use std::sync::Arc;

use sqlparser::ast;

use crate::catalog::{Catalog, Relation as CatalogRelation, Routine};
use crate::error::{Error, Result, SqlState};
use crate::function::{Volatility, scalar_volatility};
use crate::parse;
use crate::parse::define::{Command, FunctionDefinition, Returns};
use crate::plan::{ColumnInfo, Expr, JoinKind, LogicalPlan, OutputColumn, Query, SubqueryKind};
use crate::value::{CastLevel, Datum, SqlType, TypeName, cast_level};

use super::BindContext;
use super::binder::{Binder, Clause, Level};
use super::scope::{NamedColumn, Relation, Scope};
use super::types::resolve_type;

/// The columns that a function's rows have; one without a name is a plain value.
type Columns = Vec<(String, TypeName)>;

/// 42P13.
pub fn wrong_definition(message: impl Into<String>) -> Error {
    Error::new(SqlState::INVALID_FUNCTION_DEFINITION, message)
}

/// The definition of a function.
pub fn definition_of(routine: &Routine) -> Result<FunctionDefinition> {
    match parse::parse(&routine.sql)?.command() {
        Some(Command::CreateFunction(definition)) => Ok((**definition).clone()),
        _ => Err(Error::internal("a function is kept as its definition")),
    }
}

/// Whether the text of a type names a trigger.
pub fn is_trigger(returns: &Returns) -> bool {
    matches!(returns, Returns::Type(ty) if ty.eq_ignore_ascii_case("trigger"))
}

/// Checks a function in SQL by binding its body.
pub fn check_function(routine: &Routine, catalog: &Catalog) -> Result<()> {
    let definition = definition_of(routine)?;
    let mut statements = parse::statements(&routine.body);
    match (statements.next(), statements.next()) {
        (Some((first, _)), None) => {
            let first = first.split_whitespace().next().unwrap_or("").to_ascii_lowercase();
            if !["select", "with", "values", "table"].contains(&first.trim_matches('(')) && !first.is_empty()
            {
                return Err(Error::unsupported("a function in SQL that changes something"));
            }
        }
        (None, _) => return Err(Error::unsupported("a function without a statement")),
        _ => return Err(Error::unsupported("several statements in a function in SQL")),
    }
    let context = BindContext { catalog, search_path: &routine.search_path, parameter_types: &[] };
    let mut binder = Binder::new(&routine.body, &context);
    let parameters = binder.parameters_of(routine);
    binder.body(routine, &definition, &parameters).map(|_| ())
}

fn is_void(ty: &str) -> bool {
    ty.eq_ignore_ascii_case("void")
}

impl<'a> Binder<'a> {
    /// The function of this name that takes such arguments best.
    pub(super) fn routine(
        &self,
        schema: Option<&str>,
        name: &str,
        types: &[SqlType],
    ) -> Option<&'a Arc<Routine>> {
        let fits = |routine: &Routine| {
            let seen = match schema {
                Some(schema) => routine.schema == schema,
                None => self.search_path.contains(&routine.schema),
            };
            let count = routine.required..=routine.arguments.len();
            if routine.table.is_some() || routine.name != name || !seen || !count.contains(&types.len()) {
                return None;
            }
            let mut exact = 0;
            for (from, to) in types.iter().zip(&routine.arguments) {
                let is_exact = *from == to.ty;
                exact += usize::from(is_exact);
                let may = *from == SqlType::Unknown || cast_level(*from, to.ty) == Some(CastLevel::Implicit);
                if !is_exact && !may {
                    return None;
                }
            }
            Some(exact)
        };
        let fitting = self.catalog.routines.values().filter_map(|routine| Some((fits(routine)?, routine)));
        fitting.max_by_key(|(exact, _)| *exact).map(|(_, routine)| routine)
    }

    /// Whether there is a function of this name at all.
    pub(super) fn has_routine(&self, name: &str) -> bool {
        self.catalog.routines.values().any(|routine| routine.table.is_none() && routine.name == name)
    }

    fn parameters_of(&mut self, routine: &Routine) -> Vec<ColumnInfo> {
        routine.arguments.iter().map(|ty| self.column(TypeName::plain(ty.ty))).collect()
    }

    /// A call as a value.
    pub(super) fn routine_call(
        &mut self,
        routine: &'a Arc<Routine>,
        arguments: Vec<(Expr, &ast::Expr)>,
    ) -> Result<Expr> {
        let definition = definition_of(routine)?;
        if !matches!(definition.returns, Returns::Type(_)) {
            return Err(Error::unsupported("a function in SQL that returns rows, outside FROM"));
        }
        let parameters = self.parameters_of(routine);
        let values = self.argument_values(routine, &definition, arguments)?;
        let (query, columns) = self.body(routine, &definition, &parameters)?;
        let ([column], [(_, ty)]) = (query.output.as_slice(), columns.as_slice()) else {
            return Err(Error::unsupported("a function that returns a row, outside FROM"));
        };
        let (id, ty) = (column.id, ty.ty);
        if let Some(value) = in_place(&query, &parameters, &values) {
            if !definition.strict {
                return Ok(value);
            }
            let is_null = |value: &Expr| Expr::IsNull { operand: Box::new(value.clone()), negated: false };
            let nulls = values.iter().map(is_null).collect();
            let null = Expr::Literal(Datum::Null, ty);
            let branches = vec![(Expr::Or(nulls), null)];
            return Ok(Expr::Case { branches, otherwise: Some(Box::new(value)), ty });
        }
        let plan = with_arguments(query.plan, &parameters, values, definition.strict);
        let one = Some(Expr::Literal(Datum::Int(1), SqlType::Int8));
        let plan = LogicalPlan::Limit { input: Box::new(plan), limit: one, offset: None, with_ties: false };
        let info = self.column(TypeName::plain(ty));
        let items = vec![(info, Expr::Column(id, ty))];
        let plan = LogicalPlan::Project { input: Box::new(plan), items };
        let outer = plan.outer_columns();
        Ok(Expr::Subquery { kind: SubqueryKind::Scalar, plan: Box::new(plan), outer, ty })
    }

    /// A call as rows of FROM; `None`: it is a plain value.
    pub(super) fn routine_rows(
        &mut self,
        routine: &'a Arc<Routine>,
        arguments: Vec<(Expr, &ast::Expr)>,
    ) -> Result<Option<(LogicalPlan, Vec<OutputColumn>)>> {
        let definition = definition_of(routine)?;
        let parameters = self.parameters_of(routine);
        let values = self.argument_values(routine, &definition, arguments)?;
        let (query, columns) = self.body(routine, &definition, &parameters)?;
        if matches!(definition.returns, Returns::Type(_)) && columns.len() == 1 {
            return Ok(None);
        }
        let named = columns.into_iter().zip(&query.output);
        let output: Vec<OutputColumn> =
            named.map(|((name, ty), column)| OutputColumn { name, id: column.id, ty }).collect();
        let mut plan = with_arguments(query.plan, &parameters, values, definition.strict);
        if matches!(definition.returns, Returns::Type(_)) {
            let limit = Some(Expr::Literal(Datum::Int(1), SqlType::Int8));
            plan = LogicalPlan::Limit { input: Box::new(plan), limit, offset: None, with_ties: false };
        }
        Ok(Some((plan, output)))
    }

    fn argument_values(
        &mut self,
        routine: &'a Routine,
        definition: &FunctionDefinition,
        arguments: Vec<(Expr, &ast::Expr)>,
    ) -> Result<Vec<Expr>> {
        let mut values = Vec::with_capacity(routine.arguments.len());
        for ((value, place), ty) in arguments.into_iter().zip(&routine.arguments) {
            values.push(self.convert(value, ty.ty, place)?);
        }
        let missing = definition.parameters.iter().zip(&routine.arguments).skip(values.len());
        for (parameter, ty) in missing {
            let Some(default) = &parameter.default else { return Err(Error::internal("a default")) };
            let syntax = parse::parse_expression(default, self.stack)?;
            let scope = Scope::default();
            let value = self.expr(&syntax, &mut Level::new(&scope, Clause::Default))?;
            values.push(self.convert(value, ty.ty, &syntax)?);
        }
        Ok(values)
    }

    // The body over its parameters, each column of the type that was declared.
    fn body(
        &mut self,
        routine: &'a Routine,
        definition: &FunctionDefinition,
        parameters: &[ColumnInfo],
    ) -> Result<(Query, Columns)> {
        let search_path = routine.search_path.as_slice();
        let names = definition.parameters.iter().map(|parameter| parameter.name.clone().unwrap_or_default());
        let relation = Relation {
            tableoid: None,
            alias: routine.name.clone(),
            schema: None,
            columns: names
                .zip(parameters)
                .map(|(name, info)| NamedColumn { name, info: info.clone() })
                .collect(),
            table: None,
        };
        let values = parameters.iter().map(|info| Expr::Column(info.id, info.ty.ty)).collect();
        let outer = self.body_parameters.replace(values);
        let bound = self.stored_query(&routine.body, search_path, Some(&Scope::of(relation)));
        self.body_parameters = outer;
        let bound = bound?;
        let declared = match &definition.returns {
            Returns::Type(ty) if is_void(ty) => vec![(String::new(), TypeName::plain(SqlType::Text))],
            Returns::Table(columns) => columns
                .iter()
                .map(|(name, ty)| Ok((name.clone(), resolve_type(ty, self.catalog, search_path)?.ty)))
                .collect::<Result<Columns>>()?,
            Returns::Type(ty) | Returns::Set(ty) => self.returned(ty, search_path)?,
        };
        let void = matches!(&definition.returns, Returns::Type(ty) if is_void(ty));
        self.fitted(bound, declared, &definition.returns, void)
    }

    // What the name of a type stands for: a table's is its columns.
    fn returned(&self, ty: &str, search_path: &[String]) -> Result<Columns> {
        let name = ty.trim().trim_matches('"');
        let found = search_path.iter().find_map(|schema| self.catalog.relation(schema, name));
        if let Some(CatalogRelation::Table(table)) = found {
            let seen = table.columns.iter().take(table.width());
            return Ok(seen.map(|column| (column.name.clone(), column.ty)).collect());
        }
        Ok(vec![(String::new(), resolve_type(ty, self.catalog, search_path)?.ty)])
    }

    fn fitted(
        &mut self,
        query: Query,
        declared: Columns,
        returns: &Returns,
        void: bool,
    ) -> Result<(Query, Columns)> {
        let shown = match returns {
            Returns::Type(ty) | Returns::Set(ty) => match declared.as_slice() {
                [(_, one)] if !is_void(ty) => one.to_string(),
                _ => ty.clone(),
            },
            Returns::Table(_) => "record".to_owned(),
        };
        let mismatch = |detail: String| {
            wrong_definition(format!("return type mismatch in function declared to return {shown}"))
                .with_detail(detail)
        };
        if void {
            let info = self.column(TypeName::plain(SqlType::Text));
            let output = vec![OutputColumn { name: String::new(), id: info.id, ty: info.ty }];
            let items = vec![(info, Expr::Literal(Datum::from(""), SqlType::Text))];
            let plan = LogicalPlan::Project { input: Box::new(query.plan), items };
            return Ok((Query { plan, output }, declared));
        }
        if query.output.len() != declared.len() {
            return Err(mismatch(match declared.len() {
                1 => "Final statement must return exactly one column.".to_owned(),
                wanted if query.output.len() < wanted => {
                    "Final statement returns too few columns.".to_owned()
                }
                _ => "Final statement returns too many columns.".to_owned(),
            }));
        }
        let place = ast::Expr::Value(ast::Value::Null.with_empty_span());
        let (mut items, mut output) = (Vec::new(), Vec::new());
        for (at, (column, (name, ty))) in query.output.iter().zip(&declared).enumerate() {
            let value = Expr::Column(column.id, column.ty.ty);
            let value = if column.ty.ty == ty.ty {
                value
            } else {
                self.try_convert(value, *ty, CastLevel::Assignment, &place)?.map_err(|_| {
                    let actual = column.ty.ty.name();
                    mismatch(match declared.len() {
                        1 => format!("Actual return type is {actual}."),
                        _ => {
                            format!("Final statement returns {actual} instead of {ty} at column {}.", at + 1)
                        }
                    })
                })?
            };
            let info = self.column(*ty);
            output.push(OutputColumn { name: name.clone(), id: info.id, ty: *ty });
            items.push((info, value));
        }
        let plan = LogicalPlan::Project { input: Box::new(query.plan), items };
        Ok((Query { plan, output }, declared))
    }
}

// The value of a body without FROM, its parameters replaced; nothing that may differ is computed twice.
fn in_place(query: &Query, parameters: &[ColumnInfo], values: &[Expr]) -> Option<Expr> {
    let mut plan = &query.plan;
    let mut levels = Vec::new();
    while let LogicalPlan::Project { input, items } = plan {
        levels.push(items);
        plan = input;
    }
    let LogicalPlan::Values { columns, rows } = plan else { return None };
    if !columns.is_empty() || rows.len() != 1 {
        return None;
    }
    let find = |items: &[(ColumnInfo, Expr)], id| {
        items.iter().find(|(info, _)| info.id == id).map(|(_, expr)| expr.clone())
    };
    let mut value = find(levels.first()?, query.output.first()?.id)?;
    for items in &levels[1..] {
        value.replace_columns(&|id| find(items, id));
    }
    let is_costly = |expr: &Expr| {
        expr.has_subquery()
            || expr.any(&|expr| match expr {
                Expr::Call { function, .. } => scalar_volatility(*function) == Volatility::Volatile,
                _ => false,
            })
    };
    let mut read = Vec::new();
    value.columns(&mut read);
    let argument = |id| {
        let at = parameters.iter().position(|info| info.id == id)?;
        values.get(at).cloned()
    };
    let once = |info: &ColumnInfo| read.iter().filter(|id| **id == info.id).count() == 1;
    if parameters.iter().zip(values).any(|(info, value)| is_costly(value) && !once(info)) {
        return None;
    }
    value.replace_columns(&argument);
    Some(value)
}

// The rows of a body for the values of its parameters.
fn with_arguments(
    body: LogicalPlan,
    parameters: &[ColumnInfo],
    values: Vec<Expr>,
    strict: bool,
) -> LogicalPlan {
    if parameters.is_empty() {
        return body;
    }
    let mut left = LogicalPlan::Values { columns: parameters.to_vec(), rows: vec![values] };
    if strict {
        let given = |info: &ColumnInfo| {
            let operand = Box::new(Expr::Column(info.id, info.ty.ty));
            Expr::IsNull { operand, negated: true }
        };
        let predicate = Expr::And(parameters.iter().map(given).collect());
        left = LogicalPlan::Filter { input: Box::new(left), predicate };
    }
    LogicalPlan::Join {
        kind: JoinKind::Inner,
        left: Box::new(left),
        right: Box::new(body),
        on: Vec::new(),
        lateral: true,
    }
}
