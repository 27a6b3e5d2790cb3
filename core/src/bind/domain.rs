//! Domains: their defaults and conditions, wherever a value becomes one of theirs.
//!
//! ```text
//! column of a domain    the conditions are rules of the row: evaluated once, over the new row's column
//! x::domain             "domain value" (x, condition on x, message, ..)
//! ```
//!
//! A condition that fails is an error of the expression itself, with the domain's words.

use crate::base::ObjectId;
use crate::catalog::{Catalog, Domain};
use crate::error::{Error, Result, SqlState};
use crate::function::resolve_scalar;
use crate::parse;
use crate::plan::{CheckExpr, ColumnInfo, Expr};
use crate::value::{Datum, SqlType, TypeName};

use super::BindContext;
use super::binder::Binder;

/// A domain's CHECK, bound alone to see that it can be.
pub fn check_domain_condition(
    sql: &str,
    base: TypeName,
    catalog: &Catalog,
    search_path: &[String],
) -> Result<()> {
    let context = BindContext { catalog, search_path, parameter_types: &[] };
    let mut binder = Binder::new(sql, &context);
    let value = binder.column(base);
    binder.domain_condition(sql, &value).map(|_| ())
}

/// The conditions of a domain on a column of a row, by itself.
pub fn bind_domain_rules(
    id: ObjectId,
    value: &ColumnInfo,
    catalog: &Catalog,
    search_path: &[String],
) -> Result<Vec<CheckExpr>> {
    Binder::new("", &BindContext { catalog, search_path, parameter_types: &[] }).domain_rules(id, value)
}

impl Binder<'_> {
    /// The conditions of a domain on a column of a row.
    pub(super) fn domain_rules(&mut self, id: ObjectId, value: &ColumnInfo) -> Result<Vec<CheckExpr>> {
        let mut rules = Vec::new();
        for (condition, message, is_null_rule) in self.domain_conditions(id, value)? {
            let arguments = vec![
                condition,
                Expr::Literal(Datum::from(message.as_str()), SqlType::Text),
                Expr::Literal(Datum::Bool(is_null_rule), SqlType::Bool),
            ];
            let call = resolve_scalar("domain check", &[SqlType::Bool, SqlType::Text, SqlType::Bool])?;
            let predicate = Expr::Call { function: call.id, arguments, ty: SqlType::Bool };
            rules.push(CheckExpr { name: String::new(), predicate });
        }
        Ok(rules)
    }

    /// A value as one of the domain: an error when a condition does not hold.
    pub(super) fn domain_value(&mut self, id: ObjectId, value: Expr) -> Result<Expr> {
        let ty = value.ty();
        let column = self.column(self.type_name(&value));
        let mut result = self.copy(&value)?;
        for (mut condition, message, is_null_rule) in self.domain_conditions(id, &column)? {
            let mut named = Vec::new();
            condition.columns(&mut named);
            self.count_expressions(named.len() * value.nodes())?;
            condition.replace_columns(&|id| (id == column.id).then(|| value.clone()));
            let arguments = vec![
                result,
                condition,
                Expr::Literal(Datum::from(message.as_str()), SqlType::Text),
                Expr::Literal(Datum::Bool(is_null_rule), SqlType::Bool),
            ];
            let types = [ty, SqlType::Bool, SqlType::Text, SqlType::Bool];
            let call = resolve_scalar("domain value", &types)?;
            result = Expr::Call { function: call.id, arguments, ty };
        }
        Ok(result)
    }

    // Each with its message, and whether it is NOT NULL.
    fn domain_conditions(&mut self, id: ObjectId, value: &ColumnInfo) -> Result<Vec<(Expr, String, bool)>> {
        let chain: Vec<(String, Domain)> = self
            .catalog
            .domain_chain(id)
            .into_iter()
            .map(|(user, domain)| (user.name.clone(), domain.clone()))
            .collect();
        // Messages name the domain that was asked for, whichever of them refuses.
        let name = chain.last().map_or("", |(name, _)| name.as_str());
        let mut conditions = Vec::new();
        for (_, domain) in &chain {
            if domain.not_null {
                let operand = Box::new(Expr::Column(value.id, value.ty.ty));
                let present = Expr::IsNull { operand, negated: true };
                conditions.push((present, format!("domain {name} does not allow null values"), true));
            }
        }
        for (_, domain) in &chain {
            for (constraint, sql) in &domain.checks {
                let message = format!("value for domain {name} violates check constraint \"{constraint}\"");
                conditions.push((self.domain_condition(sql, value)?, message, false));
            }
        }
        Ok(conditions)
    }

    fn domain_condition(&mut self, sql: &str, value: &ColumnInfo) -> Result<Expr> {
        let syntax = parse::parse_expression(sql, self.stack)?;
        self.check_expr(&syntax, "", core::iter::once(("value", value.clone()))).map_err(|error| {
            if error.sqlstate() != SqlState::UNDEFINED_COLUMN {
                return error;
            }
            let refused = Error::new(error.sqlstate(), error.message());
            match error.position() {
                Some(position) => refused.at(position),
                None => refused,
            }
        })
    }
}
