//! Runs the bodies of trigger functions.
//!
//! ```text
//! NEW.total := NEW.n * price_of(NEW.item)    SELECT CAST(($1 * price_of($2)) AS numeric)   $1, $2: of the row
//! INSERT INTO log VALUES (TG_OP, OLD.*)      INSERT INTO log VALUES ($1, $2, $3)
//! ```
//!
//! Variables become parameters; what is left is a statement like any other, planned once a statement and
//! run on the pages of the statement that fired the trigger.

use std::sync::Arc;

use crate::base::event::TriggerEvent;
use crate::bind::resolve_type;
use crate::catalog::{Catalog, Routine, Table};
use crate::error::{Error, Result, SqlState};
use crate::exec::{ExecContext, Execution, Firing, Pages, Step as Done};
use crate::parse::define::{Block, Command, Raise, Returned, Step, TriggerDefinition, parse_block};
use crate::parse::{Lexer, TokenKind, parse};
use crate::physical::{PhysicalPlan, PhysicalStatement};
use crate::value::{Datum, SqlType, TypeName};

use super::functions::StatementContext;
use super::prepared::Prepared;

/// How deep triggers may set each other off.
const DEPTH_MAX: u32 = 8;

/// The definition of a trigger.
pub(super) fn definition_of(trigger: &Routine) -> Result<TriggerDefinition> {
    match parse(&trigger.sql)?.command() {
        Some(Command::CreateTrigger(definition)) => Ok((**definition).clone()),
        _ => Err(Error::internal("a trigger is kept as its definition")),
    }
}

/// A variable and what it holds.
struct Variable {
    name: String,
    ty: TypeName,
    value: Datum,
}

/// One run of a trigger's function.
struct Body<'b, 'f> {
    context: &'b StatementContext<'b>,
    firing: &'b Firing<'f>,
    old: Option<Vec<Datum>>,
    new: Option<Vec<Datum>>,
    variables: Vec<Variable>,
}

/// Fires a trigger for a row.
pub(super) fn fire(
    context: &StatementContext<'_>,
    cx: &mut ExecContext<'_>,
    firing: &Firing<'_>,
) -> Result<Option<Vec<Datum>>> {
    let row = || firing.new.or(firing.old).map(<[Datum]>::to_vec);
    let is_update = firing.event == TriggerEvent::Update;
    if is_update && !firing.assigned.is_empty() && !firing.trigger.concerns(firing.assigned) {
        return Ok(row());
    }
    let depth = &context.times.depth;
    if depth.get() >= DEPTH_MAX {
        return Err(Error::new(SqlState::STATEMENT_TOO_COMPLEX, "stack depth limit exceeded")
            .with_detail("Triggers set each other off too deeply."));
    }
    depth.set(depth.get() + 1);
    let result = run(context, cx, firing);
    depth.set(depth.get() - 1);
    result
}

fn run(
    context: &StatementContext<'_>,
    cx: &mut ExecContext<'_>,
    firing: &Firing<'_>,
) -> Result<Option<Vec<Datum>>> {
    let definition = definition_of(firing.trigger)?;
    let function = firing.trigger.function.and_then(|id| cx.catalog.routines.get(&id));
    let function = Arc::clone(function.ok_or_else(|| Error::internal("a trigger has its function"))?);
    let text = |value: &str| (TypeName::plain(SqlType::Text), Datum::from(value));
    let arguments: Vec<Datum> = definition.arguments.iter().map(|text| Datum::from(text.as_str())).collect();
    let mut arguments = crate::value::Array::of(SqlType::Text, arguments);
    arguments.dimensions.iter_mut().for_each(|dimension| dimension.lower = 0);
    let known = [
        ("tg_op", text(firing.event.word())),
        ("tg_name", text(&firing.trigger.name)),
        ("tg_table_name", text(&firing.table.name)),
        ("tg_relname", text(&firing.table.name)),
        ("tg_table_schema", text(&firing.table.schema)),
        ("tg_when", text(if definition.before { "BEFORE" } else { "AFTER" })),
        ("tg_level", text("ROW")),
        ("tg_nargs", (TypeName::plain(SqlType::Int4), Datum::Int(definition.arguments.len() as i64))),
        (
            "tg_argv",
            (
                TypeName::plain(SqlType::Text).array().ok_or_else(|| Error::internal("an array of text"))?,
                Datum::Array(Arc::new(arguments)),
            ),
        ),
    ];
    let variables =
        known.into_iter().map(|(name, (ty, value))| Variable { name: name.to_owned(), ty, value }).collect();
    let (old, new) = (firing.old.map(<[Datum]>::to_vec), firing.new.map(<[Datum]>::to_vec));
    let mut body = Body { context, firing, old, new, variables };
    if let Some(condition) = &definition.condition
        && !body.is_true(cx, condition)?
    {
        return Ok(body.new.or(body.old));
    }
    let block = parse_block(&function.body)?;
    body.declare(cx, &block)?;
    match body.steps(cx, &block.steps)? {
        Some(Returned::New) => Ok(body.new),
        Some(Returned::Old) => Ok(body.old),
        Some(Returned::Null) => Ok(None),
        None if !definition.before => Ok(None),
        None => Err(Error::new(
            SqlState::FUNCTION_WITHOUT_RETURN,
            "control reached end of trigger procedure without RETURN",
        )),
    }
}

impl Body<'_, '_> {
    fn declare(&mut self, cx: &mut ExecContext<'_>, block: &Block) -> Result<()> {
        for (name, ty, value) in &block.variables {
            let ty = resolve_type(ty, cx.catalog, self.context.settings.search_path())?.ty;
            let value = match value {
                Some(value) => self.value(cx, value, ty)?,
                None => Datum::Null,
            };
            self.variables.push(Variable { name: name.clone(), ty, value });
        }
        Ok(())
    }

    fn steps(&mut self, cx: &mut ExecContext<'_>, steps: &[Step]) -> Result<Option<Returned>> {
        for step in steps {
            cx.interrupt.check()?;
            match step {
                Step::Return(what) => return Ok(Some(*what)),
                Step::Raise(raise) => return Err(self.raised(cx, raise)?),
                Step::Assign(target, expression) => {
                    let ty = self.type_of(target)?;
                    let value = self.value(cx, expression, ty)?;
                    self.set(target, value)?;
                }
                Step::If(branches, otherwise) => {
                    let mut chosen = otherwise;
                    for (condition, steps) in branches {
                        if self.is_true(cx, condition)? {
                            chosen = steps;
                            break;
                        }
                    }
                    if let Some(returned) = self.steps(cx, chosen)? {
                        return Ok(Some(returned));
                    }
                }
                Step::Sql(sql, targets) => {
                    let mut row = self.run(cx, sql)?.unwrap_or_default().into_iter();
                    for target in targets {
                        self.type_of(target)?;
                        self.set(target, row.next().unwrap_or(Datum::Null))?;
                    }
                }
            }
        }
        Ok(None)
    }

    fn raised(&mut self, cx: &mut ExecContext<'_>, raise: &Raise) -> Result<Error> {
        let mut message = String::new();
        let mut arguments = raise.arguments.iter();
        let mut letters = raise.format.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '%' if letters.peek() == Some(&'%') => {
                    letters.next();
                    message.push('%');
                }
                '%' => match arguments.next() {
                    Some(argument) => message.push_str(&self.text(cx, argument)?),
                    None => message.push('%'),
                },
                letter => message.push(letter),
            }
        }
        let (mut state, mut detail, mut hint) = (SqlState::RAISE_EXCEPTION, None, None);
        for (option, value) in &raise.options {
            let value = self.text(cx, value)?;
            match option.as_str() {
                "errcode" => {
                    state = SqlState::named(&value)
                        .ok_or_else(|| Error::unsupported(format!("the error code \"{value}\" of RAISE")))?;
                }
                "message" => message = value,
                "detail" => detail = Some(value),
                "hint" => hint = Some(value),
                other => return Err(Error::unsupported(format!("the option {other} of RAISE"))),
            }
        }
        let mut error = Error::new(state, message);
        if let Some(detail) = detail {
            error = error.with_detail(detail);
        }
        Ok(match hint {
            Some(hint) => error.with_hint(hint),
            None => error,
        })
    }

    fn is_true(&mut self, cx: &mut ExecContext<'_>, condition: &str) -> Result<bool> {
        Ok(self.value(cx, condition, TypeName::plain(SqlType::Bool))? == Datum::Bool(true))
    }

    fn text(&mut self, cx: &mut ExecContext<'_>, expression: &str) -> Result<String> {
        Ok(match self.value(cx, expression, TypeName::plain(SqlType::Text))? {
            Datum::Null => "<NULL>".to_owned(),
            value => value.to_text(SqlType::Text),
        })
    }

    fn value(&mut self, cx: &mut ExecContext<'_>, expression: &str, ty: TypeName) -> Result<Datum> {
        let sql = format!("SELECT CAST(({expression}) AS {})", cx.catalog.type_sql(ty));
        let row = self.run(cx, &sql)?;
        Ok(row.and_then(|row| row.into_iter().next()).unwrap_or(Datum::Null))
    }

    fn type_of(&self, target: &str) -> Result<TypeName> {
        match target.split_once('.') {
            Some(("new", column)) => match self.firing.table.column(column) {
                Some(at) => Ok(self.firing.table.columns[at].ty),
                None => Err(no_field("new", column)),
            },
            _ => {
                let variable = self.variables.iter().rfind(|variable| variable.name == target);
                variable.map(|variable| variable.ty).ok_or_else(|| {
                    Error::new(SqlState::SYNTAX_ERROR, format!("\"{target}\" is not a known variable"))
                })
            }
        }
    }

    fn set(&mut self, target: &str, value: Datum) -> Result<()> {
        if let Some(("new", column)) = target.split_once('.') {
            let at = self.firing.table.column(column);
            let Some(row) = &mut self.new else { return Err(unassigned("new")) };
            if let Some(place) = at.and_then(|at| row.get_mut(at)) {
                *place = value;
            }
        } else if let Some(variable) = self.variables.iter_mut().rfind(|variable| variable.name == target) {
            variable.value = value;
        }
        Ok(())
    }

    /// Runs a statement; answers its first row.
    fn run(&mut self, cx: &mut ExecContext<'_>, sql: &str) -> Result<Option<Vec<Datum>>> {
        let (sql, types, values) = self.with_parameters(sql)?;
        let plan = self.plan(cx.catalog, &sql, &types)?;
        let mut execution = Execution::new(plan);
        let mut first = None;
        loop {
            let pages = match &mut cx.pages {
                Pages::Read(source) => Pages::Read(*source),
                Pages::Write(sink) => Pages::Write(&mut **sink),
            };
            let mut inner = ExecContext::new(pages, cx.catalog, &values, cx.functions);
            inner.system = cx.system;
            inner.rules = cx.rules;
            inner.interrupt = cx.interrupt;
            inner.deferred = cx.deferred.as_deref_mut();
            inner.memory_bytes_max = cx.memory_bytes_max;
            inner.batch_rows_max = cx.batch_rows_max;
            match execution.step(&mut inner)? {
                Done::Rows(batch) if first.is_none() && batch.rows > 0 => {
                    let types = execution.plan().output.iter().map(|column| column.ty.ty);
                    let row = batch.columns.iter().zip(types).map(|(column, ty)| column.datum(0, ty));
                    first = Some(row.collect::<Result<Vec<Datum>>>()?);
                }
                Done::Rows(_) | Done::Yield => {}
                Done::Done { .. } => return Ok(first),
            }
        }
    }

    fn plan(
        &self,
        catalog: &Arc<Catalog>,
        sql: &str,
        types: &[Option<SqlType>],
    ) -> Result<Arc<PhysicalPlan>> {
        let plans = &self.context.times.plans;
        let known = |(text, kinds, _): &&(String, Vec<Option<SqlType>>, Arc<PhysicalPlan>)| {
            text == sql && kinds == types
        };
        if let Some((.., plan)) = plans.borrow().iter().find(known) {
            return Ok(Arc::clone(plan));
        }
        let prepared = Prepared::new(sql, catalog, false, self.context.settings, types)?;
        match prepared.statement {
            PhysicalStatement::Plan(plan) => {
                plans.borrow_mut().push((sql.to_owned(), types.to_vec(), Arc::clone(&plan)));
                Ok(plan)
            }
            _ => Err(Error::unsupported(format!("{} in a trigger", prepared.command))),
        }
    }

    /// The statement with parameters for its variables, their types and values.
    fn with_parameters(&self, sql: &str) -> Result<(String, Vec<Option<SqlType>>, Vec<Datum>)> {
        let (mut tokens, mut lexer) = (Vec::new(), Lexer::new(sql));
        while let Some(token) = lexer.next()? {
            tokens.push(token);
        }
        let (mut out, mut types, mut values) = (String::with_capacity(sql.len()), Vec::new(), Vec::new());
        let mut put = |ty: TypeName, value: &Datum| {
            types.push(Some(ty.ty));
            values.push(value.clone());
            format!("${}", values.len())
        };
        let kind = |at: usize| tokens.get(at).map(|token| token.kind);
        let (mut at, mut copied) = (0, 0);
        while let Some(token) = tokens.get(at) {
            let word = match token.kind {
                TokenKind::Word => token.text(sql).to_ascii_lowercase(),
                _ => String::new(),
            };
            let follows_dot = at > 0 && kind(at - 1) == Some(TokenKind::Dot);
            let row = match word.as_str() {
                _ if follows_dot || kind(at + 1) != Some(TokenKind::Dot) => None,
                "new" => Some(("new", &self.new)),
                "old" => Some(("old", &self.old)),
                _ => None,
            };
            // Whole rows are compared here: they are no values elsewhere.
            let words = |from: usize, words: &[&str]| {
                words.iter().enumerate().all(|(ahead, word)| {
                    tokens.get(from + ahead).is_some_and(|token| token.text(sql).eq_ignore_ascii_case(word))
                })
            };
            let negated = words(at + 3, &["is", "not"]);
            let after = at + if negated { 5 } else { 4 };
            if row.is_some()
                && words(at + 2, &["*", "is"])
                && words(after, &["distinct", "from"])
                && words(after + 3, &[".", "*"])
            {
                let differ = self.old != self.new;
                out.push_str(sql.get(copied..token.start).unwrap_or(""));
                out.push_str(if differ == negated { "false" } else { "true" });
                at = after + 5;
                copied = tokens.get(at - 1).map_or(sql.len(), |last| last.end);
                continue;
            }
            let (text, end) = if let (Some((name, row)), Some(field)) = (row, tokens.get(at + 2)) {
                let Some(row) = row else { return Err(unassigned(name)) };
                let table: &Table = self.firing.table;
                let text = if field.text(sql) == "*" {
                    let seen = table.columns.iter().zip(row).take(table.width());
                    let all: Vec<String> = seen.map(|(column, value)| put(column.ty, value)).collect();
                    let in_list = at > 0 && matches!(kind(at - 1), Some(TokenKind::Open | TokenKind::Comma));
                    if in_list { all.join(", ") } else { format!("ROW({})", all.join(", ")) }
                } else {
                    let column = field.text(sql).trim_matches('"');
                    let folded = if field.kind == TokenKind::Word {
                        column.to_ascii_lowercase()
                    } else {
                        column.to_owned()
                    };
                    let at = table.column(&folded).ok_or_else(|| no_field(name, &folded))?;
                    put(table.columns[at].ty, &row[at])
                };
                (text, at + 3)
            } else {
                let variable = self.variables.iter().rfind(|variable| variable.name == word);
                let is_name = matches!(kind(at + 1), Some(TokenKind::Dot | TokenKind::Open));
                match variable.filter(|_| !follows_dot && !is_name && !word.is_empty()) {
                    Some(variable) => (put(variable.ty, &variable.value), at + 1),
                    None => {
                        at += 1;
                        continue;
                    }
                }
            };
            out.push_str(sql.get(copied..token.start).unwrap_or(""));
            out.push_str(&text);
            copied = tokens.get(end - 1).map_or(sql.len(), |last| last.end);
            at = end;
        }
        out.push_str(sql.get(copied..).unwrap_or(""));
        Ok((out, types, values))
    }
}

fn no_field(record: &str, field: &str) -> Error {
    Error::new(SqlState::UNDEFINED_COLUMN, format!("record \"{record}\" has no field \"{field}\""))
}

fn unassigned(record: &str) -> Error {
    Error::new(SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE, format!("record \"{record}\" is not assigned yet"))
        .with_detail("The tuple structure of a not-yet-assigned record is indeterminate.")
}
