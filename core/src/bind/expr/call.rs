//! Function and aggregate calls, and the forms with a syntax of their own that are calls.

use sqlparser::ast::{
    self, CeilFloorKind, DuplicateTreatment, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause,
    FunctionArguments, TrimWhereField,
};

use sqlparser::tokenizer::Location;

use crate::bind::binder::{Binder, Clause, Level};
use crate::bind::names;
use crate::bind::window::Over;
use crate::error::{Error, Result, SqlState};
use crate::function::{
    FunctionId, Resolved, is_aggregate, is_set_function, is_window, resolve_aggregate,
    resolve_aggregate_star, resolve_scalar,
};
use crate::parse::{self, Lexer, TokenKind};
use crate::plan::{AggregateCall, Expr};
use crate::value::{Datum, SqlType, TypeName};

/// The parts of a call that only aggregates may have.
#[derive(Default)]
struct Extras<'e> {
    distinct: bool,
    order: Vec<&'e ast::OrderByExpr>,
    filter: Option<&'e ast::Expr>,
    is_star: bool,
}

impl Binder<'_> {
    pub(super) fn function(&mut self, function: &Function, level: &mut Level<'_>) -> Result<Expr> {
        let name = names::qualified_function(&function.name)?;
        if let FunctionArguments::List(list) = &function.args {
            self.check_form(&function.name, list.args.len(), &name)?;
        }
        self.function_named(function, &name.name, name.schema.as_deref(), level)
            .map_err(|error| self.at(error, name.place))
    }

    // Functions with a syntax of their own have no other: `position('a', 'b')` is none.
    fn check_form(&self, given: &ast::ObjectName, count: usize, name: &names::Qualified) -> Result<()> {
        let [ast::ObjectNamePart::Identifier(ident)] = given.0.as_slice() else { return Ok(()) };
        let wrong = match name.name.as_str() {
            _ if ident.quote_style.is_some() => false,
            "coalesce" | "greatest" | "least" | "xmlforest" => count == 0,
            "nullif" => count != 2,
            "current_timestamp" | "localtimestamp" | "localtime" | "current_time" => count == 0,
            "position" | "extract" | "current_date" | "user" | "current_user" | "session_user"
            | "current_role" | "current_catalog" => true,
            _ => false,
        };
        if wrong { Err(self.wrong_form(&name.name, name.place)) } else { Ok(()) }
    }

    // PostgreSQL stops at the first token that its rule for the function does not have.
    fn wrong_form(&self, name: &str, place: Location) -> Error {
        let niladic = matches!(name, "current_date" | "user")
            || name.starts_with("current_") && name != "current_timestamp" && name != "current_time"
            || name == "session_user";
        let sql = self.sql();
        let mut lexer = Lexer::from(sql, parse::byte_of(sql, place).unwrap_or(0));
        let (mut depth, mut commas) = (0usize, 0usize);
        while let Ok(Some(token)) = lexer.next() {
            match token.kind {
                TokenKind::Open if niladic => return parse::near(sql, Some(token.start)),
                TokenKind::Open => depth += 1,
                TokenKind::Close if depth == 1 => return parse::near(sql, Some(token.start)),
                TokenKind::Close => depth = depth.saturating_sub(1),
                TokenKind::Comma if depth == 1 => {
                    commas += 1;
                    if name != "nullif" || commas == 2 {
                        return parse::near(sql, Some(token.start));
                    }
                }
                _ => {}
            }
        }
        self.syntax_error(place)
    }

    fn function_named(
        &mut self,
        function: &Function,
        name: &str,
        schema: Option<&str>,
        level: &mut Level<'_>,
    ) -> Result<Expr> {
        if function.null_treatment.is_some() || !matches!(function.parameters, FunctionArguments::None) {
            let start = names::place_of(&function.name);
            return Err(match function.null_treatment {
                Some(_) => self.syntax_error_at("nulls", start),
                None => self.syntax_error(start),
            });
        }
        let mut extras = Extras { filter: function.filter.as_deref(), ..Extras::default() };
        let arguments = match &function.args {
            FunctionArguments::None => return self.niladic(name),
            FunctionArguments::Subquery(query) if name == "array" && schema.is_none() => {
                return self.array_subquery(query, level);
            }
            FunctionArguments::Subquery(_) => {
                return Err(Error::unsupported("a subquery as the only argument of a function"));
            }
            FunctionArguments::List(list) => {
                extras.distinct = list.duplicate_treatment == Some(DuplicateTreatment::Distinct);
                for clause in &list.clauses {
                    match clause {
                        FunctionArgumentClause::OrderBy(keys) => extras.order.extend(keys),
                        FunctionArgumentClause::Limit(_) => {
                            return Err(self.syntax_error_at("limit", names::place_of(&function.name)));
                        }
                        _ => return Err(self.syntax_error(names::place_of(&function.name))),
                    }
                }
                let mut arguments = Vec::with_capacity(list.args.len());
                for argument in &list.args {
                    match argument {
                        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => arguments.push(expr),
                        FunctionArg::Unnamed(FunctionArgExpr::Wildcard) => extras.is_star = true,
                        _ => return Err(Error::unsupported("a named argument")),
                    }
                }
                if extras.is_star && (!arguments.is_empty() || extras.distinct || list.args.len() > 1) {
                    return Err(Error::new(SqlState::SYNTAX_ERROR, "syntax error at or near \",\""));
                }
                arguments
            }
        };
        if schema.is_none_or(|schema| schema == "pg_catalog") {
            if !function.within_group.is_empty() {
                return self.ordered_set(name, &arguments, &function.within_group, extras.filter, level);
            }
            if let Some(window) = &function.over {
                check_window_extras(&extras)?;
                let (is_star, filter) = (extras.is_star, extras.filter);
                let over = Over { arguments: &arguments, is_star, filter, window };
                return self.window_call(name, &over, level);
            }
        }
        self.plain_function((schema, name), &arguments, &extras, level)
    }

    /// A function in FROM, which has arguments and nothing else.
    pub(in crate::bind) fn function_in_from(
        &mut self,
        given: &ast::ObjectName,
        arguments: &[&ast::Expr],
        is_star: bool,
        level: &mut Level<'_>,
    ) -> Result<Expr> {
        let name = names::qualified_function(given)?;
        self.check_form(given, arguments.len() + usize::from(is_star), &name)?;
        let extras = Extras { is_star, ..Extras::default() };
        self.plain_function((name.schema.as_deref(), &name.name), arguments, &extras, level)
            .map_err(|error| self.at(error, name.place))
    }

    fn plain_function(
        &mut self,
        (schema, name): (Option<&str>, &str),
        arguments: &[&ast::Expr],
        extras: &Extras<'_>,
        level: &mut Level<'_>,
    ) -> Result<Expr> {
        if let Some(schema) = schema.filter(|schema| *schema != "pg_catalog") {
            let mut bound = Vec::with_capacity(arguments.len());
            for argument in arguments {
                bound.push((self.expr(argument, level)?, *argument));
            }
            let types: Vec<SqlType> = bound.iter().map(|(expr, _)| expr.ty()).collect();
            if let Some(routine) = self.routine(Some(schema), name, &types) {
                return self.routine_call(routine, bound);
            }
            return Err(missing_function(&format!("{schema}.{name}"), &types));
        }
        if name == "grouping" {
            return self.grouping_call(arguments, level);
        }
        if is_aggregate(name) {
            return self.aggregate(name, arguments, extras, level);
        }
        if is_window(name) {
            return Err(Error::new(
                SqlState::WRONG_OBJECT_TYPE,
                format!("window function {name} requires an OVER clause"),
            ));
        }
        if extras.is_star {
            return Err(missing_function(name, &[]));
        }
        if let ("current_timestamp" | "localtimestamp" | "localtime", [precision]) = (name, arguments) {
            return self.niladic_to(name, precision);
        }
        if extras.distinct || extras.filter.is_some() || !extras.order.is_empty() {
            return Err(not_an_aggregate(name, extras));
        }
        if name == "row" {
            return Err(Error::unsupported("a row value here"));
        }
        if is_set_function(name) {
            return self.selected_set(name, arguments, level);
        }
        if schema.is_none() && name == "coalesce" && !arguments.is_empty() {
            return self.coalesce(arguments, level);
        }
        if let ("nullif", [left, right]) = (name, arguments) {
            let bound = vec![(self.expr(left, level)?, *left), (self.expr(right, level)?, *right)];
            // It is the operator that has to exist.
            crate::function::resolve_operator("=", Some(bound[0].0.ty()), bound[1].0.ty())?;
            return self.call(name, bound);
        }
        self.scalar(name, arguments, level)
    }

    fn scalar(&mut self, name: &str, arguments: &[&ast::Expr], level: &mut Level<'_>) -> Result<Expr> {
        let mut bound = Vec::with_capacity(arguments.len());
        for argument in arguments {
            bound.push((self.expr(argument, level)?, *argument));
        }
        if !self.has_routine(name) {
            return self.call(name, bound);
        }
        // PostgreSQL's own come first.
        let types: Vec<SqlType> = bound.iter().map(|(expr, _)| expr.ty()).collect();
        match self.call(name, bound.clone()) {
            Err(error) if error.sqlstate() == SqlState::UNDEFINED_FUNCTION => {
                match self.routine(None, name, &types) {
                    Some(routine) => self.routine_call(routine, bound),
                    None => Err(error),
                }
            }
            called => called,
        }
    }

    /// A call of a scalar function on bound arguments. A type's name with one argument is a cast, as in
    /// PostgreSQL, when no function fits.
    pub(in crate::bind) fn call(&mut self, name: &str, arguments: Vec<(Expr, &ast::Expr)>) -> Result<Expr> {
        let types: Vec<SqlType> = arguments.iter().map(|(expr, _)| expr.ty()).collect();
        if let Some(call) = self.enum_call(name, &types, &arguments)? {
            return Ok(call);
        }
        let resolved = match resolve_scalar(name, &types) {
            Ok(resolved) => resolved,
            Err(error) => {
                if let [(expr, place)] = arguments.as_slice()
                    && error.sqlstate() == SqlState::UNDEFINED_FUNCTION
                    && let Some(ty) = SqlType::from_name(name)
                {
                    return self.cast_to(expr.clone(), TypeName::plain(ty), place);
                }
                return Err(self.with_type_names(error, &types));
            }
        };
        let mut converted = Vec::with_capacity(arguments.len());
        for ((expr, place), to) in arguments.into_iter().zip(&resolved.arguments) {
            converted.push(self.convert(expr, *to, place)?);
        }
        let mut call = called(&resolved, converted);
        // A literal that nothing gave a type is of type unknown, which only this function tells.
        if name == "pg_typeof"
            && let ([SqlType::Unknown], Expr::Call { arguments, .. }) = (types.as_slice(), &mut call)
            && let Some(ty) = arguments.last_mut()
        {
            *ty = Expr::Literal(Datum::Int(i64::from(SqlType::Unknown.oid())), SqlType::Oid);
        }
        Ok(call)
    }

    // enum_first, enum_last and enum_range: what they answer stands in the catalog.
    fn enum_call(
        &mut self,
        name: &str,
        types: &[SqlType],
        arguments: &[(Expr, &ast::Expr)],
    ) -> Result<Option<Expr>> {
        if !matches!((name, types.len()), ("enum_first" | "enum_last", 1) | ("enum_range", 1 | 2)) {
            return Ok(None);
        }
        let Some(ty) = types.iter().copied().find(|ty| matches!(ty, SqlType::Enum(_))) else {
            return Ok(None);
        };
        let Some(user) = self.catalog.type_of(ty) else { return Ok(None) };
        let labels = user.labels().unwrap_or(&[]);
        let end = match name {
            "enum_first" => Some(labels.first()),
            "enum_last" => Some(labels.last()),
            _ => None,
        };
        if let Some(end) = end {
            let value = end.map_or(Ok(Datum::Null), |label| user.read(&label.text))?;
            return Ok(Some(Expr::Literal(value, ty)));
        }
        let labels = Expr::Literal(Datum::from(user.packed().as_str()), SqlType::Text);
        let mut ends = vec![labels];
        match arguments {
            [(from, at_from), (to, at_to)] => {
                ends.push(self.convert(from.clone(), ty, at_from)?);
                ends.push(self.convert(to.clone(), ty, at_to)?);
            }
            _ => ends.extend([Expr::Literal(Datum::Null, ty), Expr::Literal(Datum::Null, ty)]),
        }
        let call = resolve_scalar("enum range", &[SqlType::Text, ty, ty])?;
        Ok(Some(Expr::Call { function: call.id, arguments: ends, ty: call.result }))
    }

    fn aggregate(
        &mut self,
        name: &str,
        arguments: &[&ast::Expr],
        extras: &Extras<'_>,
        level: &mut Level<'_>,
    ) -> Result<Expr> {
        level.check_aggregate_allowed()?;
        if extras.is_star && extras.distinct {
            return Err(Error::new(SqlState::SYNTAX_ERROR, "syntax error at or near \",\""));
        }
        if extras.is_star && name != "count" {
            return Err(missing_function(name, &[]));
        }
        if !extras.is_star && arguments.is_empty() && name == "count" {
            return Err(Error::new(
                SqlState::WRONG_OBJECT_TYPE,
                "count(*) must be used to call a parameterless aggregate function",
            ));
        }
        level.in_aggregate = true;
        let call = self.aggregate_call(name, arguments, extras, level);
        level.in_aggregate = false;
        let call = call?;
        if let Some((info, same)) = level.aggregates.iter().find(|(_, other)| other.same(&call)) {
            return Ok(Expr::Column(info.id, same.ty));
        }
        let ty = call.ty;
        let info = self.column(TypeName::plain(ty));
        let id = info.id;
        level.aggregates.push((info, call));
        Ok(Expr::Column(id, ty))
    }

    fn aggregate_call(
        &mut self,
        name: &str,
        arguments: &[&ast::Expr],
        extras: &Extras<'_>,
        level: &mut Level<'_>,
    ) -> Result<AggregateCall> {
        let mut bound = Vec::with_capacity(arguments.len());
        for argument in arguments {
            bound.push(self.expr(argument, level)?);
        }
        // An aggregate over columns of an outer query belongs to that query in PostgreSQL.
        let mut columns = Vec::new();
        bound.iter().for_each(|expr| expr.columns(&mut columns));
        if !columns.is_empty() && columns.iter().all(|id| !level.scope.owns(*id)) {
            return Err(Error::unsupported("an aggregate of an outer query inside a subquery"));
        }
        let types: Vec<SqlType> = bound.iter().map(Expr::ty).collect();
        let resolved =
            if extras.is_star { resolve_aggregate_star(name)? } else { resolve_aggregate(name, &types)? };
        let mut converted = Vec::with_capacity(bound.len());
        for ((expr, place), to) in bound.into_iter().zip(arguments).zip(&resolved.arguments) {
            converted.push(self.convert(expr, *to, place)?);
        }
        let clause = level.clause;
        let filter = match extras.filter {
            Some(filter) => {
                level.clause = Clause::Filter;
                let bound = self.condition(filter, "FILTER", level);
                level.clause = clause;
                Some(bound?)
            }
            None => None,
        };
        let mut order = Vec::with_capacity(extras.order.len());
        for key in &extras.order {
            let expr = self.settled_expr(&key.expr, level)?;
            if extras.distinct && !converted.iter().any(|argument| argument.same(&expr)) {
                return Err(Error::new(
                    SqlState::INVALID_COLUMN_REFERENCE,
                    "in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list",
                ));
            }
            order.push(self.sort_key(expr, &key.options, &key.expr)?);
        }
        Ok(AggregateCall {
            function: resolved.id,
            arguments: converted,
            strict: resolved.strict,
            distinct: extras.distinct,
            filter,
            order,
            ty: resolved.result,
        })
    }

    /// A function called without parentheses.
    pub(super) fn niladic(&mut self, name: &str) -> Result<Expr> {
        let cast = |call: Expr, ty: SqlType| {
            let from = call.ty();
            if from == ty {
                return call;
            }
            Expr::Cast { operand: Box::new(call), from, to: TypeName::plain(ty), explicit: true }
        };
        let function = match name {
            "current_date" | "current_time" | "current_timestamp" | "localtime" | "localtimestamp" => "now",
            "current_user" | "session_user" | "user" | "current_role" => "current_user",
            "current_catalog" => "current_database",
            other => other,
        };
        let call = self.call(function, Vec::new())?;
        Ok(match name {
            "current_date" => cast(call, SqlType::Date),
            "localtime" => cast(call, SqlType::Time),
            "localtimestamp" => cast(call, SqlType::Timestamp),
            "current_time" => return Err(Error::unsupported("CURRENT_TIME")),
            _ => call,
        })
    }

    // `current_timestamp(3)`.
    fn niladic_to(&mut self, name: &str, precision: &ast::Expr) -> Result<Expr> {
        let digits = match precision {
            ast::Expr::Value(value) => match &value.value {
                ast::Value::Number(digits, _) => digits.parse::<i32>().ok(),
                _ => None,
            },
            _ => None,
        };
        let Some(digits) = digits else { return Err(self.syntax_error(names::place(precision))) };
        let call = self.niladic(name)?;
        let (from, to) = (call.ty(), TypeName { modifier: digits.min(6), ..TypeName::plain(call.ty()) });
        Ok(Expr::Cast { operand: Box::new(call), from, to, explicit: true })
    }

    /// EXTRACT, SUBSTRING, TRIM and the like.
    pub(super) fn special_call(&mut self, expr: &ast::Expr, level: &mut Level<'_>) -> Result<Expr> {
        use ast::Expr as E;
        let word = match expr {
            E::Extract { .. } => "extract",
            E::Ceil { .. } => "ceil",
            E::Floor { .. } => "floor",
            E::Position { .. } => "position",
            E::Substring { .. } => "substr",
            E::Trim { .. } => "trim",
            E::Overlay { .. } => "overlay",
            _ => "at time zone",
        };
        self.special_call_unplaced(expr, level).map_err(|error| match error.position() {
            Some(_) => error,
            None => self.at_word_before(error, word, names::place(expr)),
        })
    }

    fn special_call_unplaced(&mut self, expr: &ast::Expr, level: &mut Level<'_>) -> Result<Expr> {
        use ast::Expr as E;
        match expr {
            E::Extract { field, expr: operand, .. } => {
                let field = field.to_string().trim_matches('\'').to_ascii_lowercase();
                let field = Expr::Literal(Datum::from(field.as_str()), SqlType::Text);
                let bound = self.expr(operand, level)?;
                self.call("extract", vec![(field, operand), (bound, operand)])
            }
            E::Ceil { expr: operand, field } | E::Floor { expr: operand, field } => {
                let is_plain = matches!(field, CeilFloorKind::DateTimeField(ast::DateTimeField::NoDateTime));
                if !is_plain {
                    return Err(self.syntax_error_at("to", names::place(operand)));
                }
                let name = if matches!(expr, E::Ceil { .. }) { "ceil" } else { "floor" };
                self.scalar(name, &[operand], level)
            }
            E::Position { expr: wanted, r#in: text } => self.scalar("position", &[text, wanted], level),
            E::Substring { expr: text, substring_from, substring_for, shorthand, .. } => {
                let name = if *shorthand { "substr" } else { "substring" };
                match (substring_from, substring_for) {
                    (Some(from), Some(length)) => self.scalar(name, &[text, from, length], level),
                    (Some(from), None) => self.scalar(name, &[text, from], level),
                    (None, Some(length)) => {
                        let bound = self.expr(text, level)?;
                        let bound_length = self.expr(length, level)?;
                        let one = Expr::Literal(Datum::Int(1), SqlType::Int4);
                        self.call(name, vec![(bound, text), (one, text), (bound_length, length)])
                    }
                    (None, None) => self.scalar(name, &[text], level),
                }
            }
            E::Trim { trim_where, trim_what, expr: text, trim_characters } => {
                let name = match trim_where {
                    Some(TrimWhereField::Leading) => "ltrim",
                    Some(TrimWhereField::Trailing) => "rtrim",
                    Some(TrimWhereField::Both) | None => "btrim",
                };
                let mut arguments = vec![text.as_ref()];
                arguments.extend(trim_what.as_deref());
                arguments.extend(trim_characters.iter().flatten());
                self.scalar(name, &arguments, level)
            }
            E::Overlay { expr: text, overlay_what, overlay_from, overlay_for } => {
                let mut arguments = vec![text.as_ref(), overlay_what, overlay_from];
                arguments.extend(overlay_for.as_deref());
                self.scalar("overlay", &arguments, level)
            }
            E::AtTimeZone { timestamp, time_zone } => self.scalar("timezone", &[time_zone, timestamp], level),
            _ => Err(Error::internal("not a special call")),
        }
    }
}

/// A call on converted arguments; functions that ask for them are given the arguments' types.
pub(super) fn called(resolved: &Resolved<FunctionId>, mut arguments: Vec<Expr>) -> Expr {
    if resolved.typed {
        let oid = |expr: &Expr| Expr::Literal(Datum::Int(i64::from(expr.ty().oid())), SqlType::Oid);
        let types: Vec<Expr> = arguments.iter().map(oid).collect();
        arguments.extend(types);
    }
    Expr::Call { function: resolved.id, arguments, ty: resolved.result }
}

fn check_window_extras(extras: &Extras<'_>) -> Result<()> {
    let what = match () {
        () if extras.distinct => "DISTINCT is not implemented for window functions",
        () if !extras.order.is_empty() => "aggregate ORDER BY is not implemented for window functions",
        () => return Ok(()),
    };
    Err(Error::new(SqlState::FEATURE_NOT_SUPPORTED, what))
}

fn missing_function(name: &str, types: &[SqlType]) -> Error {
    let types: Vec<&str> = types.iter().map(|ty| ty.name()).collect();
    Error::new(SqlState::UNDEFINED_FUNCTION, format!("function {name}({}) does not exist", types.join(", ")))
        .with_hint("No function matches the given name and argument types. You might need to add explicit type casts.")
}

fn not_an_aggregate(name: &str, extras: &Extras<'_>) -> Error {
    let message = if extras.distinct {
        format!("DISTINCT specified, but {name} is not an aggregate function")
    } else if extras.filter.is_some() {
        format!("FILTER specified, but {name} is not an aggregate function")
    } else {
        format!("ORDER BY specified, but {name} is not an aggregate function")
    };
    Error::new(SqlState::WRONG_OBJECT_TYPE, message)
}
