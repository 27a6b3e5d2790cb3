//! Plans as trees of text, for EXPLAIN and goldens.
//!
//! ```text
//! Limit: 10
//! `- Sort: #7 DESC
//!    `- Aggregate: t.a; count(*) AS #7
//!       `- Scan: t (a, b) filter: t.b > 1
//! ```
//!
//! Columns of tables are named as in SQL, computed ones by their number.

use core::fmt::Write;

use crate::base::ColumnId;
use crate::base::hash::HashMap;
use crate::error::stack::Stack;
use crate::function::{aggregate_name, scalar_name, set_function_name, window_name};
use crate::value::{Datum, SqlType, TypeName};

use super::{
    AggregateCall, Expr, JoinKind, LikeKind, LogicalPlan, SetOperator, SortKey, Statement, SubqueryKind,
    WindowFunction,
};

/// Names of the columns of a plan.
#[derive(Clone, Debug)]
pub struct Names {
    columns: HashMap<ColumnId, String>,
    /// Where writing began; what is too deep for the stack is written as three dots.
    stack: Stack,
}

impl Names {
    /// The names in a plan and its subqueries: those of its scans.
    pub fn of(plan: &LogicalPlan) -> Names {
        let mut names = Names { columns: HashMap::default(), stack: Stack::here() };
        names.collect(plan);
        names
    }

    fn collect(&mut self, plan: &LogicalPlan) {
        if let LogicalPlan::Scan(scan) = plan {
            for (ordinal, info) in &scan.columns {
                let column = scan.table.columns.get(*ordinal).map_or("?", |column| column.name.as_str());
                self.columns.insert(info.id, format!("{}.{column}", scan.table.name));
            }
            if let Some(rowid) = scan.rowid {
                self.columns.insert(rowid, format!("{}.rowid", scan.table.name));
            }
        }
        plan.for_each_expr(&mut |expr| self.collect_expr(expr));
        for input in plan.inputs() {
            self.collect(input);
        }
    }

    fn collect_expr(&mut self, expr: &Expr) {
        if let Expr::Subquery { plan, .. } = expr {
            self.collect(plan);
        }
        expr.for_each_child(&mut |child| self.collect_expr(child));
    }

    fn column(&self, id: ColumnId) -> String {
        self.columns.get(&id).cloned().unwrap_or_else(|| format!("#{}", id.0))
    }

    /// An expression as SQL, more or less.
    pub fn expr(&self, expr: &Expr) -> String {
        let mut out = String::new();
        if self.stack.is_used_up() {
            return "...".to_owned();
        }
        self.write(expr, &mut out);
        out
    }

    fn list(&self, exprs: &[Expr], separator: &str) -> String {
        exprs.iter().map(|expr| self.operand(expr)).collect::<Vec<_>>().join(separator)
    }

    // Operators inside operators get parentheses; calls and names need none.
    fn operand(&self, expr: &Expr) -> String {
        let text = self.expr(expr);
        match expr {
            Expr::Arithmetic { .. }
            | Expr::Compare { .. }
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Not(_)
            | Expr::IsNull { .. }
            | Expr::IsDistinct { .. }
            | Expr::IsBool { .. }
            | Expr::InList { .. }
            | Expr::Like { .. } => format!("({text})"),
            _ => text,
        }
    }

    fn write(&self, expr: &Expr, out: &mut String) {
        let text = match expr {
            Expr::Literal(datum, ty) => literal(datum, *ty),
            Expr::Parameter { index, .. } => format!("${}", index + 1),
            Expr::Column(id, _) => self.column(*id),
            Expr::Arithmetic { op, left, right, .. } => {
                format!("{} {} {}", self.operand(left), op.symbol(), self.operand(right))
            }
            Expr::Compare { op, left, right, .. } => {
                format!("{} {} {}", self.operand(left), op.symbol(), self.operand(right))
            }
            Expr::Negate(operand, _) => format!("-{}", self.operand(operand)),
            Expr::And(items) => self.list(items, " AND "),
            Expr::Or(items) => self.list(items, " OR "),
            Expr::Not(operand) => format!("NOT {}", self.operand(operand)),
            Expr::IsNull { operand, negated } => {
                format!("{} IS {}NULL", self.operand(operand), not(*negated))
            }
            Expr::IsDistinct { left, right, negated, .. } => {
                format!("{} IS {}DISTINCT FROM {}", self.operand(left), not(*negated), self.operand(right))
            }
            Expr::IsBool { operand, value, negated } => {
                let word = match value {
                    Some(true) => "TRUE",
                    Some(false) => "FALSE",
                    None => "UNKNOWN",
                };
                format!("{} IS {}{word}", self.operand(operand), not(*negated))
            }
            Expr::InList { operand, list, negated, .. } => {
                format!("{} {}IN ({})", self.operand(operand), not(*negated), self.list(list, ", "))
            }
            Expr::Like { kind, operand, pattern, escape, negated } => {
                let word = match kind {
                    LikeKind::CaseSensitive => "LIKE",
                    LikeKind::CaseInsensitive => "ILIKE",
                };
                let escape = match escape {
                    Some(escape) => format!(" ESCAPE {}", self.operand(escape)),
                    None => String::new(),
                };
                format!("{} {}{word} {}{escape}", self.operand(operand), not(*negated), self.operand(pattern))
            }
            Expr::Case { branches, otherwise, .. } => {
                let mut text = "CASE".to_owned();
                for (condition, result) in branches {
                    let _ = write!(text, " WHEN {} THEN {}", self.expr(condition), self.expr(result));
                }
                if let Some(otherwise) = otherwise {
                    let _ = write!(text, " ELSE {}", self.expr(otherwise));
                }
                text + " END"
            }
            Expr::Coalesce(items, _) => format!("COALESCE({})", self.list(items, ", ")),
            Expr::Cast { operand, to, .. } => format!("{}::{to}", self.operand(operand)),
            Expr::Call { function, arguments, .. } => {
                format!("{}({})", scalar_name(*function), self.list(arguments, ", "))
            }
            Expr::Subquery { kind, outer, .. } => {
                let correlated = if outer.is_empty() { "" } else { " correlated" };
                match kind {
                    SubqueryKind::Scalar => format!("(subquery{correlated})"),
                    SubqueryKind::Exists { negated } => {
                        format!("{}EXISTS (subquery{correlated})", not(*negated))
                    }
                    SubqueryKind::Any { operand, op, negated, .. } => format!(
                        "{}({} {} ANY (subquery{correlated}))",
                        not(*negated),
                        self.operand(operand),
                        op.symbol()
                    ),
                    SubqueryKind::All { operand, op, .. } => {
                        format!("{} {} ALL (subquery{correlated})", self.operand(operand), op.symbol())
                    }
                }
            }
        };
        out.push_str(&text);
    }

    fn keys(&self, keys: &[SortKey]) -> String {
        let one = |key: &SortKey| {
            let mut text = self.expr(&key.expr);
            if key.descending {
                text.push_str(" DESC");
            }
            if key.nulls_first != key.descending {
                text.push_str(if key.nulls_first { " NULLS FIRST" } else { " NULLS LAST" });
            }
            text
        };
        keys.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    fn aggregate(&self, call: &AggregateCall) -> String {
        let arguments =
            if call.arguments.is_empty() { "*".to_owned() } else { self.list(&call.arguments, ", ") };
        let distinct = if call.distinct { "DISTINCT " } else { "" };
        let mut text = format!("{}({distinct}{arguments}", aggregate_name(call.function));
        if !call.order.is_empty() {
            let _ = write!(text, " ORDER BY {}", self.keys(&call.order));
        }
        text.push(')');
        if let Some(filter) = &call.filter {
            let _ = write!(text, " FILTER ({})", self.expr(filter));
        }
        text
    }

    // One node as one line, without its inputs.
    fn node(&self, plan: &LogicalPlan) -> String {
        match plan {
            LogicalPlan::Scan(scan) => {
                let columns: Vec<&str> = scan
                    .columns
                    .iter()
                    .map(|(ordinal, _)| scan.table.columns.get(*ordinal).map_or("?", |c| c.name.as_str()))
                    .chain(scan.rowid.map(|_| "rowid"))
                    .collect();
                let mut text = format!("Scan: {} ({})", scan.table.name, columns.join(", "));
                if !scan.filter.is_empty() {
                    let _ = write!(text, " filter: {}", self.list(&scan.filter, " AND "));
                }
                text
            }
            LogicalPlan::SystemScan { view, columns } => {
                let columns: Vec<&str> =
                    columns.iter().filter_map(|(at, _)| Some(view.columns.get(*at)?.0)).collect();
                format!("System Scan: {}.{} ({})", view.schema, view.name, columns.join(", "))
            }
            LogicalPlan::Values { columns, rows } if columns.is_empty() => {
                format!("Values: {} rows", rows.len())
            }
            LogicalPlan::Values { columns, rows } => {
                let ids: Vec<String> = columns.iter().map(|info| self.column(info.id)).collect();
                let shown: Vec<String> =
                    rows.iter().take(3).map(|row| format!("({})", self.list(row, ", "))).collect();
                let more = if rows.len() > 3 { format!(", ... {} rows", rows.len()) } else { String::new() };
                format!("Values: {} := {}{more}", ids.join(", "), shown.join(", "))
            }
            LogicalPlan::Functions { calls, columns, ordinality } => {
                let ids: Vec<String> = columns.iter().map(|info| self.column(info.id)).collect();
                let calls: Vec<String> = calls
                    .iter()
                    .map(|call| {
                        let name = call.function.map_or("", set_function_name);
                        format!("{name}({})", self.list(&call.arguments, ", "))
                    })
                    .collect();
                let ordinality = if *ordinality { " with ordinality" } else { "" };
                format!("Functions: {} := {}{ordinality}", ids.join(", "), calls.join(", "))
            }
            LogicalPlan::TableRef { table, columns } => {
                let ids: Vec<String> = columns.iter().map(|info| self.column(info.id)).collect();
                format!("Table {}: {}", table.0, ids.join(", "))
            }
            LogicalPlan::With { table, .. } => format!("With: table {}", table.0),
            LogicalPlan::Recursive { table, all, columns, .. } => {
                let ids: Vec<String> = columns.iter().map(|info| self.column(info.id)).collect();
                let all = if *all { "All" } else { "" };
                format!("Recursive{all}: table {} := {}", table.0, ids.join(", "))
            }
            LogicalPlan::Window { partition, order, calls, .. } => {
                let calls: Vec<String> = calls
                    .iter()
                    .map(|(info, call)| {
                        let name = match call.function {
                            WindowFunction::Window(id) => window_name(id),
                            WindowFunction::Aggregate { function, .. } => aggregate_name(function),
                        };
                        format!("{name}({}) AS {}", self.list(&call.arguments, ", "), self.column(info.id))
                    })
                    .collect();
                format!(
                    "Window: {}; by {}; order {}",
                    calls.join(", "),
                    self.list(partition, ", "),
                    self.keys(order)
                )
            }
            LogicalPlan::Filter { predicate, .. } => format!("Filter: {}", self.expr(predicate)),
            LogicalPlan::Project { items, .. } => {
                let items: Vec<String> = items
                    .iter()
                    .map(|(info, expr)| match expr {
                        Expr::Column(id, _) if *id == info.id => self.column(*id),
                        _ => format!("{} AS {}", self.expr(expr), self.column(info.id)),
                    })
                    .collect();
                format!("Project: {}", items.join(", "))
            }
            LogicalPlan::Join { kind, on, lateral, .. } => {
                let kind = match kind {
                    JoinKind::Inner if on.is_empty() => "Cross",
                    JoinKind::Inner => "Inner",
                    JoinKind::Left => "Left",
                    JoinKind::Right => "Right",
                    JoinKind::Full => "Full",
                    JoinKind::Semi => "Semi",
                    JoinKind::Anti => "Anti",
                };
                let lateral = if *lateral { "Lateral" } else { "" };
                let on = if on.is_empty() { String::new() } else { format!(": {}", self.list(on, " AND ")) };
                format!("{lateral}{kind}Join{on}")
            }
            LogicalPlan::Aggregate { groups, aggregates, sets, .. } => {
                let groups: Vec<String> = groups
                    .iter()
                    .map(|(info, expr)| match expr {
                        Expr::Column(id, _) if *id == info.id => self.column(*id),
                        _ => format!("{} AS {}", self.expr(expr), self.column(info.id)),
                    })
                    .collect();
                let aggregates: Vec<String> = aggregates
                    .iter()
                    .map(|(info, call)| format!("{} AS {}", self.aggregate(call), self.column(info.id)))
                    .collect();
                let sets = match sets {
                    Some(sets) => format!("; {} sets", sets.sets.len()),
                    None => String::new(),
                };
                format!("Aggregate: {}; {}{sets}", groups.join(", "), aggregates.join(", "))
            }
            LogicalPlan::Distinct { on, .. } if on.is_empty() => "Distinct".to_owned(),
            LogicalPlan::Distinct { on, .. } => format!("Distinct: on {}", self.list(on, ", ")),
            LogicalPlan::Sort { keys, .. } => format!("Sort: {}", self.keys(keys)),
            LogicalPlan::Limit { limit, offset, with_ties, .. } => {
                let mut text = "Limit:".to_owned();
                if let Some(limit) = limit {
                    let _ = write!(text, " {}", self.expr(limit));
                }
                if let Some(offset) = offset {
                    let _ = write!(text, " offset {}", self.expr(offset));
                }
                if *with_ties {
                    text.push_str(" with ties");
                }
                text
            }
            LogicalPlan::SetOperation { operator, all, columns, .. } => {
                let word = match operator {
                    SetOperator::Union => "Union",
                    SetOperator::Intersect => "Intersect",
                    SetOperator::Except => "Except",
                };
                let ids: Vec<String> = columns.iter().map(|info| self.column(info.id)).collect();
                format!("{word}{}: {}", if *all { "All" } else { "" }, ids.join(", "))
            }
        }
    }

    fn draw(&self, plan: &LogicalPlan, first: &str, rest: &str, out: &mut String) {
        out.push_str(first);
        out.push_str(&self.node(plan));
        out.push('\n');
        let mut below: Vec<(&str, &LogicalPlan)> = Vec::new();
        plan.for_each_expr(&mut |expr| subqueries(expr, &mut below));
        below.extend(plan.inputs().into_iter().map(|input| ("", input)));
        let count = below.len();
        for (at, (label, input)) in below.into_iter().enumerate() {
            let (corner, line) = if at + 1 == count {
                ("\u{2514}\u{2500} ", "   ")
            } else {
                ("\u{251c}\u{2500} ", "\u{2502}  ")
            };
            self.draw(input, &format!("{rest}{corner}{label}"), &format!("{rest}{line}"), out);
        }
    }
}

fn subqueries<'a>(expr: &'a Expr, out: &mut Vec<(&'static str, &'a LogicalPlan)>) {
    if let Expr::Subquery { plan, .. } = expr {
        out.push(("Subquery: ", plan));
    }
    expr.for_each_child(&mut |child| subqueries(child, out));
}

/// The plan of a statement as a tree; other statements as one line.
pub fn tree(statement: &Statement) -> String {
    let draw = |head: &str, plan: &LogicalPlan| {
        let mut out = head.to_owned();
        let names = Names::of(plan);
        if head.is_empty() {
            names.draw(plan, "", "", &mut out);
        } else {
            out.push('\n');
            names.draw(plan, "\u{2514}\u{2500} ", "   ", &mut out);
        }
        out
    };
    match statement {
        Statement::Query(query) => draw("", &query.plan),
        Statement::Insert(insert) => draw(&format!("Insert: {}", insert.table.name), &insert.source),
        Statement::Update(update) => draw(&format!("Update: {}", update.table.name), &update.source),
        Statement::Delete(delete) => draw(&format!("Delete: {}", delete.table.name), &delete.source),
        Statement::Merge(merge) => draw(&format!("Merge: {}", merge.table.name), &merge.source),
        Statement::Explain { statement, .. } => tree(statement),
        Statement::CreateTable(_) => "CreateTable\n".to_owned(),
        Statement::CreateIndex(_) => "CreateIndex\n".to_owned(),
        Statement::AlterTable(_) => "AlterTable\n".to_owned(),
        Statement::Transaction(_) => "Transaction\n".to_owned(),
        Statement::Set { .. } => "Set\n".to_owned(),
        Statement::Show { .. } => "Show\n".to_owned(),
        Statement::Command(command) => format!("{}\n", command.tag()),
        Statement::Empty => "Empty\n".to_owned(),
    }
}

fn not(negated: bool) -> &'static str {
    if negated { "NOT " } else { "" }
}

fn literal(datum: &Datum, ty: SqlType) -> String {
    let text = match datum {
        Datum::Null => return "NULL".to_owned(),
        Datum::Bool(value) => return value.to_string(),
        other => other.to_text(TypeName::plain(ty).ty),
    };
    match ty {
        SqlType::Int2
        | SqlType::Int4
        | SqlType::Int8
        | SqlType::Float4
        | SqlType::Float8
        | SqlType::Numeric => text,
        SqlType::Text | SqlType::Unknown | SqlType::Varchar => format!("'{text}'"),
        other => format!("'{text}'::{}", other.name()),
    }
}
