//! What binding one statement accumulates: column ids, parameter types, CTEs in view, depth.

use sqlparser::ast;
use sqlparser::tokenizer::Location;

use crate::base::ColumnId;
use crate::base::limits::{COPIED_DEPTH_MAX, PARAMETERS_MAX, PLAN_DEPTH_MAX};
use crate::catalog::{Catalog, Relation as CatalogRelation, SYSTEM_SCHEMAS, Table, system_view};
use crate::error::stack::{Stack, too_complex};
use crate::error::{Error, Result, SqlState};
use crate::parse::{self, Arbiter, Lexer, Overriding};
use crate::plan::{AggregateCall, ColumnInfo, Expr, LogicalPlan, SetCall, Statement, TableId};
use crate::value::{SqlType, TypeName};

use super::BindContext;
use super::names::Qualified;
use super::scope::Scope;
use super::window::{Spec, WindowGroup};
use super::with::Cte;

/// Schemas of temporary tables begin so.
const TEMPORARY_PREFIX: &str = "pg_temp_";
/// Most relations one statement may come to after CTEs are put in place: `WITH a AS (t, t), b AS (a, a)`
/// doubles with every step.
const RELATIONS_MAX: usize = 2000;

/// Most expressions that binding may come to, beside two for each byte of the text: some forms bind or copy
/// an operand twice, which doubles with every level.
const EXPRESSIONS_MAX: usize = 500_000;

/// The state of binding one statement.
pub(super) struct Binder<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) search_path: &'a [String],
    sql: &'a str,
    declared: &'a [Option<SqlType>],
    parameters: Vec<Option<SqlType>>,
    /// In an expression that is kept: there are no parameters when it is evaluated.
    pub(super) kept: bool,
    types: Vec<TypeName>,
    pub(super) stack: Stack,
    relations: usize,
    /// In the body of a function: what `$1` and its kin stand for.
    pub(super) body_parameters: Option<Vec<Expr>>,
    /// What ON CONFLICT said of expressions.
    pub(super) arbiter: Option<Arbiter>,
    /// The next WITH stands at the top of the statement: it may change rows.
    pub(super) is_top: bool,
    /// Changes of rows in WITH.
    pub(super) before: Vec<(TableId, Statement)>,
    expressions: usize,
    pub(super) ctes: Vec<Cte>,
    /// How many tables the plan keeps so far.
    pub(super) tables: u32,
    pub(super) notices: Vec<String>,
    /// What an INSERT said about identity columns; `parse` takes the words out of the text.
    pub(super) overriding: Option<Overriding>,
    /// Subscripts of targets; `parse` takes them out of the text.
    pub(super) subscripts: std::sync::Arc<parse::Subscripts>,
    /// What names find, while a view is written down.
    pub(super) marks: Option<super::view::Marks>,
}

/// Where an expression stands, which decides what it may hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Clause {
    Select,
    Where,
    JoinOn,
    GroupBy,
    Having,
    OrderBy,
    DistinctOn,
    Limit,
    Offset,
    Values,
    Update,
    Returning,
    Filter,
    FromFunction,
    Frame,
    Default,
    Check,
    Generated,
    IndexExpression,
    IndexPredicate,
}

impl Clause {
    /// PostgreSQL's name of it in "aggregate functions are not allowed in ...".
    fn display(self) -> &'static str {
        match self {
            Clause::Select => "SELECT",
            Clause::Where => "WHERE",
            Clause::JoinOn => "JOIN conditions",
            Clause::GroupBy => "GROUP BY",
            Clause::Having => "HAVING",
            Clause::OrderBy => "ORDER BY",
            Clause::DistinctOn => "DISTINCT ON",
            Clause::Limit => "LIMIT",
            Clause::Offset => "OFFSET",
            Clause::Values => "VALUES",
            Clause::Update => "UPDATE",
            Clause::Returning => "RETURNING",
            Clause::Filter => "FILTER",
            Clause::FromFunction => "functions in FROM",
            Clause::Frame => "window frames",
            Clause::Default => "DEFAULT expressions",
            Clause::Check => "check constraints",
            Clause::Generated => "column generation expressions",
            Clause::IndexExpression => "index expressions",
            Clause::IndexPredicate => "index predicates",
        }
    }

    fn allows_aggregates(self) -> bool {
        matches!(self, Clause::Select | Clause::Having | Clause::OrderBy | Clause::DistinctOn)
    }
}

/// A use of a column of this level outside aggregates, for the grouping check.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    pub(super) id: ColumnId,
    pub(super) place: Location,
    pub(super) display: String,
}

/// One query level while its expressions are bound.
pub(super) struct Level<'s> {
    pub(super) scope: &'s Scope<'s>,
    pub(super) clause: Clause,
    pub(super) aggregates: Vec<(ColumnInfo, AggregateCall)>,
    pub(super) references: Vec<Reference>,
    pub(super) in_aggregate: bool,
    /// Window functions, by ordering; their values are columns.
    pub(super) windows: Vec<WindowGroup>,
    pub(super) named_windows: Vec<(String, Spec<'s>)>,
    pub(super) in_window: bool,
    /// Set-returning calls; their values are columns.
    pub(super) sets: Vec<(ColumnInfo, SetCall)>,
    /// Calls of `grouping`: the column that stands for each, and its arguments.
    pub(super) groupings: Vec<(ColumnInfo, Vec<Expr>)>,
}

impl<'s> Level<'s> {
    /// A level whose expressions see `scope`.
    pub(super) fn new(scope: &'s Scope<'s>, clause: Clause) -> Level<'s> {
        Level {
            scope,
            clause,
            aggregates: Vec::new(),
            references: Vec::new(),
            in_aggregate: false,
            windows: Vec::new(),
            named_windows: Vec::new(),
            in_window: false,
            sets: Vec::new(),
            groupings: Vec::new(),
        }
    }

    /// Refuses an aggregate where the clause allows none.
    pub(super) fn check_aggregate_allowed(&self) -> Result<()> {
        if self.in_aggregate {
            return Err(Error::new(SqlState::GROUPING_ERROR, "aggregate function calls cannot be nested"));
        }
        if self.clause.allows_aggregates() {
            return Ok(());
        }
        Err(Error::new(
            SqlState::GROUPING_ERROR,
            format!("aggregate functions are not allowed in {}", self.clause.display()),
        ))
    }
}

impl Level<'_> {
    /// Refuses a window function where the clause allows none.
    pub(super) fn check_window_allowed(&self) -> Result<()> {
        let windowing = |message: String| Err(Error::new(SqlState::WINDOWING_ERROR, message));
        if self.in_aggregate {
            return Err(Error::new(
                SqlState::GROUPING_ERROR,
                "aggregate function calls cannot contain window function calls",
            ));
        }
        if self.in_window {
            return windowing("window function calls cannot be nested".into());
        }
        match self.clause {
            Clause::Select | Clause::OrderBy | Clause::DistinctOn => Ok(()),
            clause => windowing(format!("window functions are not allowed in {}", clause.display())),
        }
    }

    /// Refuses a set-returning function where the clause allows none.
    pub(super) fn check_set_allowed(&self) -> Result<()> {
        let refused = |message: String| Err(Error::new(SqlState::FEATURE_NOT_SUPPORTED, message));
        if self.in_aggregate {
            return refused("aggregate function calls cannot contain set-returning function calls".into())
                .map_err(|error: Error| error.with_hint(MOVE_HINT));
        }
        if self.in_window {
            return refused("window function calls cannot contain set-returning function calls".into())
                .map_err(|error: Error| error.with_hint(MOVE_HINT));
        }
        match self.clause {
            Clause::Select | Clause::OrderBy | Clause::DistinctOn | Clause::GroupBy => Ok(()),
            clause => refused(format!("set-returning functions are not allowed in {}", clause.display())),
        }
    }
}

const MOVE_HINT: &str = "You might be able to move the set-returning function into a LATERAL FROM item.";

impl<'a> Binder<'a> {
    /// A fresh state.
    pub(super) fn new(sql: &'a str, context: &BindContext<'a>) -> Binder<'a> {
        Binder {
            catalog: context.catalog,
            search_path: context.search_path,
            sql,
            declared: context.parameter_types,
            parameters: Vec::new(),
            kept: false,
            types: Vec::new(),
            stack: Stack::here(),
            relations: 0,
            expressions: 0,
            ctes: Vec::new(),
            arbiter: None,
            body_parameters: None,
            is_top: false,
            before: Vec::new(),
            tables: 0,
            notices: Vec::new(),
            overriding: None,
            subscripts: std::sync::Arc::default(),
            marks: None,
        }
    }

    /// The statement's text.
    pub(super) fn sql(&self) -> &'a str {
        self.sql
    }

    /// Another text to give places in; answers the one before.
    pub(super) fn replace_sql(&mut self, sql: &'a str) -> &'a str {
        core::mem::replace(&mut self.sql, sql)
    }

    /// Whether the statement has `$n`.
    pub(super) fn has_parameters(&self) -> bool {
        !self.parameters.is_empty()
    }

    /// A column nothing else has.
    pub(super) fn column(&mut self, ty: TypeName) -> ColumnInfo {
        let id = u32::try_from(self.types.len()).expect("statement bounds keep columns below 2^32");
        self.types.push(ty);
        ColumnInfo { id: ColumnId(id), ty }
    }

    /// The first id not used.
    pub(super) fn next_column(&self) -> u32 {
        u32::try_from(self.types.len()).expect("statement bounds keep columns below 2^32")
    }

    /// Type and modifier of an expression: columns and casts know their modifier.
    pub(super) fn type_name(&self, expr: &Expr) -> TypeName {
        match expr {
            Expr::Column(id, ty) => {
                let known = usize::try_from(id.0).ok().and_then(|at| self.types.get(at));
                known.filter(|known| known.ty == *ty).copied().unwrap_or(TypeName::plain(*ty))
            }
            Expr::Cast { to, .. } => *to,
            _ => TypeName::plain(expr.ty()),
        }
    }

    /// Asks at a level of recursion over syntax whether there is stack for it.
    pub(super) fn enter(&self) -> Result<()> {
        self.stack.check()
    }

    /// 54001 when a plan is deeper than what walks it can bear.
    pub(super) fn check_depth(&self, plan: &LogicalPlan) -> Result<()> {
        if plan.is_deeper_than(PLAN_DEPTH_MAX) { Err(too_complex()) } else { Ok(()) }
    }

    /// Counts expressions of the plan.
    pub(super) fn count_expressions(&mut self, count: usize) -> Result<()> {
        self.expressions += count;
        if self.expressions / 2 > EXPRESSIONS_MAX / 2 + self.sql.len() { Err(too_complex()) } else { Ok(()) }
    }

    /// A copy of an expression that stands twice in the plan but once in the text.
    pub(super) fn copy(&mut self, expr: &Expr) -> Result<Expr> {
        self.count_expressions(expr.nodes())?;
        if expr.is_deeper_than(COPIED_DEPTH_MAX) { Err(too_complex()) } else { Ok(expr.clone()) }
    }

    /// Counts a relation of the plan.
    pub(super) fn count_relation(&mut self) -> Result<()> {
        self.relations += 1;
        if self.relations <= RELATIONS_MAX {
            return Ok(());
        }
        // A function that calls itself has no end, however large the stack is.
        if self.body_parameters.is_some() {
            return Err(too_complex());
        }
        Err(Error::new(
            SqlState::STATEMENT_TOO_COMPLEX,
            format!("statement refers to more than {RELATIONS_MAX} relations"),
        ))
    }

    /// Adds the position of a syntax place to an error without one.
    pub(super) fn at(&self, error: Error, place: Location) -> Error {
        match parse::byte_of(self.sql, place) {
            Some(offset) => error.at(parse::position_of_byte(self.sql, offset)),
            None => error,
        }
    }

    /// Turns the line and column an error was found at into its position.
    pub(super) fn placed(&self, error: Error) -> Error {
        match error.place() {
            Some((line, column)) => self.at(error, Location { line, column }),
            None => error,
        }
    }

    /// `syntax error at or near` the token at a place.
    pub(super) fn syntax_error(&self, place: Location) -> Error {
        parse::near(self.sql, parse::byte_of(self.sql, place))
    }

    /// The same at a word that sqlparser has read after `from` and keeps no place of.
    pub(super) fn syntax_error_at(&self, word: &str, from: Location) -> Error {
        let mut lexer = Lexer::from(self.sql, parse::byte_of(self.sql, from).unwrap_or(0));
        while let Ok(Some(token)) = lexer.next() {
            if token.is_word(self.sql, word) {
                return parse::near(self.sql, Some(token.start));
            }
        }
        Error::new(SqlState::SYNTAX_ERROR, format!("syntax error at or near \"{word}\""))
    }

    /// Adds the position of the nth time a word (or NOT before it) stands behind a place.
    pub(super) fn at_word_after(&self, error: Error, word: &str, from: Location, nth: usize) -> Error {
        let mut lexer = Lexer::from(self.sql, parse::byte_of(self.sql, from).unwrap_or(0));
        let (mut count, mut start) = (0, None);
        while let Ok(Some(token)) = lexer.next() {
            if token.is_word(self.sql, word) {
                count += 1;
                if count == nth {
                    let at = start.unwrap_or(token.start);
                    return error.at(parse::position_of_byte(self.sql, at));
                }
            }
            start = token.is_word(self.sql, "not").then_some(token.start);
        }
        error
    }

    /// Adds the position of an expression's beginning.
    pub(super) fn at_expr(&self, error: Error, expr: &ast::Expr) -> Error {
        if error.position().is_some() { error } else { self.at(error, super::names::place(expr)) }
    }

    /// Adds the position of the nearest keyword before an expression: sqlparser keeps no place for the
    /// words of CAST, SUBSTRING and the like, nor for an opening parenthesis.
    pub(super) fn at_word_before(&self, error: Error, word: &str, inner: Location) -> Error {
        let Some(offset) = parse::byte_of(self.sql, inner) else { return error };
        let before = self.sql.get(..offset).unwrap_or_default().to_ascii_lowercase();
        match before.rfind(word) {
            Some(found) => error.at(parse::position_of_byte(self.sql, found)),
            None => error,
        }
    }

    /// `$number` as an expression: of its declared or inferred type, else of unknown type.
    pub(super) fn parameter(&mut self, text: &str) -> Result<Expr> {
        let number = text.strip_prefix('$').and_then(|digits| digits.parse::<usize>().ok());
        if let (Some(values), Some(number)) = (&self.body_parameters, number) {
            let value = number.checked_sub(1).and_then(|at| values.get(at)).cloned();
            let missing =
                || Error::new(SqlState::UNDEFINED_PARAMETER, format!("there is no parameter {text}"));
            return value.ok_or_else(missing);
        }
        let Some(number) = number.filter(|number| !self.kept && (1..=PARAMETERS_MAX).contains(number)) else {
            return Err(Error::new(SqlState::UNDEFINED_PARAMETER, format!("there is no parameter {text}")));
        };
        if self.parameters.len() < number {
            let known = self.parameters.len();
            self.parameters.extend((known..number).map(|at| self.declared.get(at).copied().flatten()));
        }
        let index = number - 1;
        Ok(Expr::Parameter { index, ty: self.parameters[index].unwrap_or(SqlType::Unknown) })
    }

    /// Gives an untyped parameter its type; a second, different one is 42P08.
    pub(super) fn decide_parameter(&mut self, index: usize, ty: SqlType) -> Result<()> {
        let Some(slot) = self.parameters.get_mut(index) else {
            return Err(Error::internal("a parameter is registered when it is met"));
        };
        match slot {
            Some(known) if *known != ty => Err(Error::new(
                SqlState::AMBIGUOUS_PARAMETER,
                format!("inconsistent types deduced for parameter ${}", index + 1),
            )
            .with_detail(format!("{} versus {}", known.name(), ty.name()))),
            _ => {
                *slot = Some(ty);
                Ok(())
            }
        }
    }

    /// All parameter types; one that nothing decided is 42P18.
    pub(super) fn finish_parameters(&self) -> Result<Vec<SqlType>> {
        let declared = (self.parameters.len()..self.declared.len()).map(|at| self.declared[at]);
        self.parameters
            .iter()
            .copied()
            .enumerate()
            .map(|(index, ty)| {
                ty.ok_or_else(|| {
                    let error = Error::new(
                        SqlState::INDETERMINATE_DATATYPE,
                        format!("could not determine data type of parameter ${}", index + 1),
                    );
                    match self.sql.find(&format!("${}", index + 1)) {
                        Some(offset) => error.at(parse::position_of_byte(self.sql, offset)),
                        None => error,
                    }
                })
            })
            .chain(declared.map(|ty| Ok(ty.unwrap_or(SqlType::Text))))
            .collect()
    }

    /// What a relation name stands for along the search path.
    pub(super) fn find_relation(&self, name: &Qualified) -> Option<&'a CatalogRelation> {
        match &name.schema {
            Some(schema) if schema == "pg_temp" => {
                let own = self.search_path.iter().find(|schema| schema.starts_with(TEMPORARY_PREFIX))?;
                self.catalog.relation(own, &name.name)
            }
            Some(schema) => self.catalog.relation(schema, &name.name),
            None => self.search_path.iter().find_map(|schema| self.catalog.relation(schema, &name.name)),
        }
    }

    /// The table of a name: 42P01 when nothing has it, 42809 when something else does.
    pub(super) fn table(&self, name: &Qualified) -> Result<&'a std::sync::Arc<Table>> {
        match self.find_relation(name) {
            Some(CatalogRelation::Table(table)) => Ok(table),
            Some(CatalogRelation::Index(_) | CatalogRelation::Key(..)) => {
                Err(wrong_kind(&name.name, "index"))
            }
            Some(CatalogRelation::Sequence(_)) => Err(wrong_kind(&name.name, "sequence")),
            Some(CatalogRelation::View(_)) => Err(wrong_kind(&name.name, "view")),
            None if system_view(name.schema.as_deref(), &name.name).is_some() => Err(Error::new(
                SqlState::INSUFFICIENT_PRIVILEGE,
                format!("permission denied: \"{}\" is a system catalog", name.name),
            )),
            None => Err(missing_relation(name)),
        }
        .map_err(|error| self.at(error, name.place))
    }

    /// The table a statement changes: no materialised view.
    pub(super) fn changeable(&self, name: &Qualified) -> Result<&'a std::sync::Arc<Table>> {
        let table = self.table(name)?;
        if table.materialized.is_some() {
            let message = format!("cannot change materialized view \"{}\"", table.name);
            return Err(Error::new(SqlState::WRONG_OBJECT_TYPE, message));
        }
        Ok(table)
    }

    /// The schema new objects go to.
    pub(super) fn creation_schema(&self, name: &Qualified) -> Result<String> {
        let schema = match &name.schema {
            Some(schema) => schema.clone(),
            None => match self
                .search_path
                .iter()
                .find(|schema| !schema.starts_with(TEMPORARY_PREFIX) && self.catalog.has_schema(schema))
            {
                Some(schema) => schema.clone(),
                None => {
                    return Err(Error::new(
                        SqlState::INVALID_SCHEMA_NAME,
                        "no schema has been selected to create in",
                    ));
                }
            },
        };
        if SYSTEM_SCHEMAS.contains(&schema.as_str()) {
            return Err(Error::new(
                SqlState::INSUFFICIENT_PRIVILEGE,
                format!("permission denied to create \"{schema}.{}\"", name.name),
            )
            .with_detail("System catalog modifications are currently disallowed."));
        }
        if !self.catalog.has_schema(&schema) {
            let error =
                Error::new(SqlState::INVALID_SCHEMA_NAME, format!("schema \"{schema}\" does not exist"));
            return Err(self.at(error, name.place));
        }
        Ok(schema)
    }
}

fn wrong_kind(name: &str, kind: &str) -> Error {
    Error::new(SqlState::WRONG_OBJECT_TYPE, format!("cannot open relation \"{name}\"")).with_detail(
        format!("This operation is not supported for {kind}es.").replace("sequencees", "sequences"),
    )
}

/// `relation "x" does not exist`.
pub(super) fn missing_relation(name: &Qualified) -> Error {
    Error::new(SqlState::UNDEFINED_TABLE, format!("relation \"{}\" does not exist", name.display()))
}
