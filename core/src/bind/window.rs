//! Window functions: calls with OVER, named windows, frames.
//!
//! ```text
//! sum(x) OVER (w ROWS 2 PRECEDING) .. WINDOW w AS (PARTITION BY a ORDER BY b)
//!   partition [a]  order [b]  frame ROWS 2 PRECEDING to the current row
//! ```
//!
//! Calls over the same partition and order become one node; their values are columns above it.

use sqlparser::ast::{
    self, NamedWindowDefinition, NamedWindowExpr, WindowFrameBound, WindowFrameUnits, WindowType,
};

use crate::error::{Error, Result, SqlState};
use crate::function::{is_aggregate, is_window, resolve_aggregate, resolve_aggregate_star, resolve_window};
use crate::plan::{
    ColumnInfo, Expr, Frame, FrameEnd, FrameExclude, FrameUnits, LogicalPlan, SortKey, WindowCall,
    WindowFunction,
};
use crate::value::{CastLevel, SqlType, TypeName};

use super::binder::{Binder, Clause, Level};
use super::{names, order};

/// How the parser hands over the end of a frame with an EXCLUDE: as a call of one of these.
const EXCLUDES: [(&str, FrameExclude); 4] = [
    ("exclude no others", FrameExclude::None),
    ("exclude current row", FrameExclude::Current),
    ("exclude group", FrameExclude::Group),
    ("exclude ties", FrameExclude::Ties),
];

/// The calls over one ordering.
pub(super) struct WindowGroup {
    pub(super) partition: Vec<Expr>,
    pub(super) order: Vec<SortKey>,
    pub(super) calls: Vec<(ColumnInfo, WindowCall)>,
}

impl WindowGroup {
    /// Calls `f` with every expression.
    pub(super) fn for_each_expr_mut(&mut self, f: &mut dyn FnMut(&mut Expr)) {
        self.partition.iter_mut().for_each(&mut *f);
        self.order.iter_mut().for_each(|key| f(&mut key.expr));
        self.calls.iter_mut().for_each(|(_, call)| call.for_each_expr_mut(f));
    }
}

/// What stands in the parentheses of a window, where it stands in the syntax.
#[derive(Clone, Copy, Default)]
pub(super) struct Spec<'s> {
    /// The window it begins with.
    name: Option<&'s ast::Ident>,
    partition: &'s [ast::Expr],
    order: &'s [ast::OrderByExpr],
    frame: Option<&'s ast::WindowFrame>,
}

impl<'s> Spec<'s> {
    fn of(spec: &'s ast::WindowSpec) -> Spec<'s> {
        Spec {
            name: spec.window_name.as_ref(),
            partition: &spec.partition_by,
            order: &spec.order_by,
            frame: spec.window_frame.as_ref(),
        }
    }
}

/// What a call brings beside its name.
pub(super) struct Over<'e> {
    pub(super) arguments: &'e [&'e ast::Expr],
    pub(super) is_star: bool,
    pub(super) filter: Option<&'e ast::Expr>,
    pub(super) window: &'e WindowType,
}

fn windowing(message: impl Into<String>) -> Error {
    Error::new(SqlState::WINDOWING_ERROR, message)
}

impl Binder<'_> {
    /// Takes the WINDOW clause of a SELECT.
    pub(super) fn name_windows<'s>(
        &mut self,
        definitions: &'s [NamedWindowDefinition],
        level: &mut Level<'s>,
    ) -> Result<()> {
        for NamedWindowDefinition(name, definition) in definitions {
            let folded = names::fold(name);
            if level.named_windows.iter().any(|(known, _)| *known == folded) {
                let error = windowing(format!("window \"{folded}\" is already defined"));
                return Err(self.at(error, name.span.start));
            }
            let spec = match definition {
                NamedWindowExpr::WindowSpec(spec) => Spec::of(spec),
                NamedWindowExpr::NamedWindow(other) => Spec { name: Some(other), ..Spec::default() },
            };
            level.named_windows.push((folded, spec));
        }
        Ok(())
    }

    /// A call with OVER.
    pub(super) fn window_call(&mut self, name: &str, over: &Over<'_>, level: &mut Level<'_>) -> Result<Expr> {
        level.check_window_allowed()?;
        level.in_window = true;
        let bound = self.window_parts(name, over, level);
        level.in_window = false;
        let (partition, order, call) = bound?;
        let ty = call.ty;
        let info = self.column(TypeName::plain(ty));
        let column = Expr::Column(info.id, ty);
        let same = |group: &&mut WindowGroup| {
            group.partition.len() == partition.len()
                && group.order.len() == order.len()
                && group.partition.iter().zip(&partition).all(|(a, b)| a.same(b))
                && group.order.iter().zip(&order).all(|(a, b)| {
                    a.expr.same(&b.expr) && a.descending == b.descending && a.nulls_first == b.nulls_first
                })
        };
        match level.windows.iter_mut().find(same) {
            Some(group) => group.calls.push((info, call)),
            None => level.windows.push(WindowGroup { partition, order, calls: vec![(info, call)] }),
        }
        Ok(column)
    }

    fn window_parts(
        &mut self,
        name: &str,
        over: &Over<'_>,
        level: &mut Level<'_>,
    ) -> Result<(Vec<Expr>, Vec<SortKey>, WindowCall)> {
        let mut bound = Vec::with_capacity(over.arguments.len());
        for argument in over.arguments {
            bound.push(self.expr(argument, level)?);
        }
        let types: Vec<SqlType> = bound.iter().map(Expr::ty).collect();
        let (function, wanted, ty) = if is_aggregate(name) {
            let resolved =
                if over.is_star { resolve_aggregate_star(name)? } else { resolve_aggregate(name, &types)? };
            let function = WindowFunction::Aggregate { function: resolved.id, strict: resolved.strict };
            (function, resolved.arguments, resolved.result)
        } else if is_window(name) {
            if over.filter.is_some() {
                return Err(Error::new(
                    SqlState::FEATURE_NOT_SUPPORTED,
                    "FILTER is not implemented for non-aggregate window functions",
                ));
            }
            let resolved = resolve_window(name, &types)?;
            (WindowFunction::Window(resolved.id), resolved.arguments, resolved.result)
        } else {
            return Err(Error::new(
                SqlState::WRONG_OBJECT_TYPE,
                format!("OVER specified, but {name} is not a window function nor an aggregate function"),
            ));
        };
        let mut arguments = Vec::with_capacity(bound.len());
        for ((expr, place), to) in bound.into_iter().zip(over.arguments).zip(&wanted) {
            arguments.push(self.convert(expr, *to, place)?);
        }
        let filter = match over.filter {
            Some(filter) => {
                let clause = core::mem::replace(&mut level.clause, Clause::Filter);
                let bound = self.condition(filter, "FILTER", level);
                level.clause = clause;
                Some(bound?)
            }
            None => None,
        };
        let spec = self.window_spec(over.window, level)?;
        let mut partition = Vec::with_capacity(spec.partition.len());
        for expr in spec.partition {
            partition.push(self.settled_expr(expr, level)?);
        }
        let mut keys = Vec::with_capacity(spec.order.len());
        for key in spec.order {
            let expr = self.settled_expr(&key.expr, level)?;
            keys.push(self.sort_key(expr, &key.options, &key.expr)?);
        }
        let frame = self.frame(spec.frame, &keys, level)?;
        Ok((partition, keys, WindowCall { function, arguments, filter, frame, ty }))
    }

    // The specification with what it takes over from the windows it names.
    fn window_spec<'s>(&mut self, window: &'s WindowType, level: &Level<'s>) -> Result<Spec<'s>> {
        let spec = match window {
            WindowType::NamedWindow(name) => self.named_window(name, level)?,
            WindowType::WindowSpec(spec) => Spec::of(spec),
        };
        self.completed(spec, level, 0)
    }

    fn named_window<'s>(&self, name: &ast::Ident, level: &Level<'s>) -> Result<Spec<'s>> {
        let folded = names::fold(name);
        match level.named_windows.iter().find(|(known, _)| *known == folded) {
            Some((_, spec)) => Ok(*spec),
            None => {
                let error =
                    Error::new(SqlState::UNDEFINED_OBJECT, format!("window \"{folded}\" does not exist"));
                Err(self.at(error, name.span.start))
            }
        }
    }

    fn completed<'s>(&mut self, mut spec: Spec<'s>, level: &Level<'s>, depth: usize) -> Result<Spec<'s>> {
        let Some(name) = spec.name.take() else { return Ok(spec) };
        if depth > level.named_windows.len() {
            return Err(windowing("a window is defined by itself"));
        }
        self.enter()?;
        let base = self.named_window(name, level)?;
        let base = self.completed(base, level, depth + 1)?;
        let refused = |what: &str| {
            let error =
                windowing(format!("cannot override {what} clause of window \"{}\"", names::fold(name)));
            Err(self.at(error, name.span.start))
        };
        if !spec.partition.is_empty() {
            return refused("PARTITION BY");
        }
        if !spec.order.is_empty() && !base.order.is_empty() {
            return refused("ORDER BY");
        }
        if base.frame.is_some() {
            let error = windowing(format!(
                "cannot copy window \"{}\" because it has a frame clause",
                names::fold(name)
            ));
            return Err(self.at(error, name.span.start));
        }
        spec.partition = base.partition;
        if spec.order.is_empty() {
            spec.order = base.order;
        }
        Ok(spec)
    }

    fn frame(
        &mut self,
        frame: Option<&ast::WindowFrame>,
        keys: &[SortKey],
        level: &mut Level<'_>,
    ) -> Result<Frame> {
        let Some(frame) = frame else {
            return Ok(Frame {
                units: FrameUnits::Range,
                start: FrameEnd::First,
                end: FrameEnd::Current,
                exclude: FrameExclude::None,
            });
        };
        let units = match frame.units {
            WindowFrameUnits::Rows => FrameUnits::Rows,
            WindowFrameUnits::Range => FrameUnits::Range,
            WindowFrameUnits::Groups => FrameUnits::Groups,
        };
        if units == FrameUnits::Groups && keys.is_empty() {
            return Err(windowing("GROUPS mode requires an ORDER BY clause"));
        }
        let (start, mut exclude) = self.frame_end(&frame.start_bound, units, keys, level)?;
        let end = match &frame.end_bound {
            None => FrameEnd::Current,
            Some(bound) => {
                let (end, more) = self.frame_end(bound, units, keys, level)?;
                exclude = more;
                end
            }
        };
        let refused = match (&start, &end) {
            (FrameEnd::Last, _) => "frame start cannot be UNBOUNDED FOLLOWING",
            (_, FrameEnd::First) => "frame end cannot be UNBOUNDED PRECEDING",
            (FrameEnd::Current, FrameEnd::Preceding(_)) => {
                "frame starting from current row cannot have preceding rows"
            }
            (FrameEnd::Following(_), FrameEnd::Preceding(_) | FrameEnd::Current) => {
                "frame starting from following row cannot have preceding rows"
            }
            _ => return Ok(Frame { units, start, end, exclude }),
        };
        Err(windowing(refused))
    }

    fn frame_end(
        &mut self,
        bound: &WindowFrameBound,
        units: FrameUnits,
        keys: &[SortKey],
        level: &mut Level<'_>,
    ) -> Result<(FrameEnd, FrameExclude)> {
        let (expr, before) = match bound {
            WindowFrameBound::CurrentRow => return Ok((FrameEnd::Current, FrameExclude::None)),
            WindowFrameBound::Preceding(None) => return Ok((FrameEnd::First, FrameExclude::None)),
            WindowFrameBound::Following(None) => return Ok((FrameEnd::Last, FrameExclude::None)),
            WindowFrameBound::Preceding(Some(expr)) => (expr.as_ref(), true),
            WindowFrameBound::Following(Some(expr)) => (expr.as_ref(), false),
        };
        let Some((inner, word, exclude)) = excluding(expr) else {
            return Ok((self.frame_offset(expr, before, units, keys, level)?, FrameExclude::None));
        };
        let end = match word {
            "c" => FrameEnd::Current,
            "first" => FrameEnd::First,
            "last" => FrameEnd::Last,
            word => self.frame_offset(inner, word == "p", units, keys, level)?,
        };
        Ok((end, exclude))
    }

    fn frame_offset(
        &mut self,
        expr: &ast::Expr,
        before: bool,
        units: FrameUnits,
        keys: &[SortKey],
        level: &mut Level<'_>,
    ) -> Result<FrameEnd> {
        let clause = core::mem::replace(&mut level.clause, Clause::Frame);
        let bound = self.expr(expr, level);
        level.clause = clause;
        let bound = bound?;
        let (unit, wanted) = match units {
            FrameUnits::Rows => ("ROWS", SqlType::Int8),
            FrameUnits::Groups => ("GROUPS", SqlType::Int8),
            FrameUnits::Range => ("RANGE", self.range_distance(&bound, keys, expr)?),
        };
        if bound.has_columns() {
            let error = Error::new(
                SqlState::INVALID_COLUMN_REFERENCE,
                format!("argument of {unit} must not contain variables"),
            );
            return Err(self.at_expr(error, expr));
        }
        let from = bound.ty();
        let level = if units == FrameUnits::Range { CastLevel::Implicit } else { CastLevel::Assignment };
        let offset = self.try_convert(bound, TypeName::plain(wanted), level, expr)?.map_err(|_| {
            let error = Error::new(
                SqlState::DATATYPE_MISMATCH,
                format!("argument of {unit} must be type {}, not type {}", wanted.name(), from.name()),
            );
            self.at_expr(error, expr)
        })?;
        let offset = Box::new(offset);
        Ok(if before { FrameEnd::Preceding(offset) } else { FrameEnd::Following(offset) })
    }

    // The type of distances between values of the only sort key.
    fn range_distance(&self, offset: &Expr, keys: &[SortKey], place: &ast::Expr) -> Result<SqlType> {
        let [key] = keys else {
            return Err(windowing(
                "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column",
            ));
        };
        let ty = key.expr.ty();
        let wanted = match ty {
            SqlType::Int2 | SqlType::Int4 | SqlType::Int8 => SqlType::Int8,
            SqlType::Float4 | SqlType::Float8 => SqlType::Float8,
            SqlType::Numeric => SqlType::Numeric,
            SqlType::Date | SqlType::Time | SqlType::Timestamp | SqlType::TimestampTz | SqlType::Interval => {
                SqlType::Interval
            }
            _ => {
                let error = Error::new(
                    SqlState::FEATURE_NOT_SUPPORTED,
                    format!(
                        "RANGE with offset PRECEDING/FOLLOWING is not supported for column type {}",
                        ty.name()
                    ),
                );
                return Err(self.at_expr(error, place));
            }
        };
        let given = offset.ty();
        if given == SqlType::Unknown || crate::value::implicit_cast(given, wanted) {
            return Ok(wanted);
        }
        let error = Error::new(
            SqlState::FEATURE_NOT_SUPPORTED,
            format!(
                "RANGE with offset PRECEDING/FOLLOWING is not supported for column type {} and offset type {}",
                ty.name(),
                given.name()
            ),
        )
        .with_hint("Cast the offset value to an appropriate type.");
        Err(self.at_expr(error, place))
    }

    /// A sort key; `USING <` and `USING >` are the two orders there are.
    pub(super) fn sort_key(
        &self,
        expr: Expr,
        options: &ast::OrderByOptions,
        place: &ast::Expr,
    ) -> Result<SortKey> {
        order::sort_key(expr, options).map_err(|error| self.at_expr(error, place))
    }
}

// The pieces of a frame's end with EXCLUDE.
fn excluding(expr: &ast::Expr) -> Option<(&ast::Expr, &str, FrameExclude)> {
    let ast::Expr::Function(call) = expr else { return None };
    let name = names::qualified(&call.name).ok()?.name;
    let exclude = EXCLUDES.iter().find(|(known, _)| *known == name)?.1;
    let ast::FunctionArguments::List(list) = &call.args else { return None };
    let argument = |at: usize| match list.args.get(at)? {
        ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    };
    match argument(1)? {
        ast::Expr::Value(value) => match &value.value {
            ast::Value::SingleQuotedString(word) => Some((argument(0)?, word.as_str(), exclude)),
            _ => None,
        },
        _ => None,
    }
}

/// One node per ordering, the first one lowest.
pub(super) fn windowed(mut plan: LogicalPlan, windows: Vec<WindowGroup>) -> LogicalPlan {
    for group in windows {
        plan = LogicalPlan::Window {
            input: Box::new(plan),
            partition: group.partition,
            order: group.order,
            calls: group.calls,
        };
    }
    plan
}
