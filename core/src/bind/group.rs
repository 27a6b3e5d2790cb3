//! The grouping check: above an aggregate only groups and aggregates exist.
//!
//! ```text
//! SELECT a + 1, b, count(*) FROM t GROUP BY a + 1, id        (id is t's primary key)
//!        group  depends on id
//! ```
//!
//! Expressions equal to a group become its column. A column of a table whose whole primary key is
//! grouped depends on it and becomes a further group, which splits nothing.

use sqlparser::tokenizer::Location;

use crate::base::ColumnId;
use crate::catalog::Deferral;
use crate::error::{Error, SqlState};
use crate::plan::{ColumnInfo, CompareOp, Expr, GroupingSets};
use crate::value::{Datum, SqlType, TypeName};

use super::binder::{Binder, Level, Reference};
use super::scope::Scope;

/// The groups of one SELECT while its expressions are rewritten.
pub(super) struct Grouping<'l> {
    groups: Vec<(ColumnInfo, Expr)>,
    scope: &'l Scope<'l>,
    references: Vec<Reference>,
    /// Columns that are made above the groups: aggregates, window functions, set-returning functions.
    made: Vec<ColumnId>,
    sets: Option<GroupingSets>,
    /// What stands for each call of `grouping`.
    numbered: Vec<(ColumnId, Expr)>,
}

impl<'l> Grouping<'l> {
    /// Names the groups: a plain column keeps its id.
    pub(super) fn new(
        binder: &mut Binder<'_>,
        exprs: Vec<Expr>,
        sets: Option<Vec<Vec<usize>>>,
        level: &Level<'l>,
    ) -> Result<Grouping<'l>, Error> {
        let mut groups: Vec<(ColumnInfo, Expr)> = Vec::with_capacity(exprs.len());
        for expr in exprs {
            if groups.iter().any(|(_, known)| known.same(&expr)) {
                continue;
            }
            let info = match &expr {
                // In grouping sets a group's value may be NULL where the column's is not.
                Expr::Column(id, _) if sets.is_none() && level.scope.owns(*id) => {
                    ColumnInfo { id: *id, ty: binder.type_name(&expr) }
                }
                _ => {
                    let ty = binder.type_name(&expr);
                    binder.column(ty)
                }
            };
            groups.push((info, expr));
        }
        let sets = sets.map(|sets| {
            let number = binder.column(TypeName::plain(SqlType::Int4));
            GroupingSets { sets, number }
        });
        let mut numbered = Vec::with_capacity(level.groupings.len());
        for (info, arguments) in &level.groupings {
            numbered.push((info.id, grouping_value(&groups, sets.as_ref(), arguments)?));
        }
        let made = level.aggregates.iter().map(|(info, _)| info.id);
        let made = made.chain(level.sets.iter().map(|(info, _)| info.id));
        let windows = level.windows.iter().flat_map(|group| &group.calls);
        Ok(Grouping {
            groups,
            scope: level.scope,
            references: level.references.clone(),
            made: made.chain(windows.map(|(info, _)| info.id)).collect(),
            sets,
            numbered,
        })
    }

    /// The groups, with those added by dependency, and the grouping sets.
    pub(super) fn finish(self) -> (Vec<(ColumnInfo, Expr)>, Option<GroupingSets>) {
        (self.groups, self.sets)
    }

    /// Rewrites an expression over the input to one over groups and aggregates (42803 when it cannot).
    pub(super) fn apply(&mut self, expr: &mut Expr) -> Result<(), (Error, Location)> {
        if let Some((info, known)) = self.groups.iter().find(|(_, known)| known.same(expr)) {
            *expr = Expr::Column(info.id, known.ty());
            return Ok(());
        }
        match expr {
            Expr::Column(id, _) if self.numbered.iter().any(|(known, _)| known == id) => {
                if let Some((_, value)) = self.numbered.iter().find(|(known, _)| known == id) {
                    *expr = value.clone();
                }
                return Ok(());
            }
            Expr::Column(id, _) => return self.check(*id, false),
            Expr::Subquery { outer, .. } => {
                for id in outer.clone() {
                    self.check(id, true)?;
                }
            }
            _ => {}
        }
        let mut result = Ok(());
        expr.for_each_child_mut(&mut |child| {
            if result.is_ok() {
                result = self.apply(child);
            }
        });
        result
    }

    // A column must be an aggregate, a group, of an outer query, or depend on a grouped primary key.
    fn check(&mut self, id: ColumnId, in_subquery: bool) -> Result<(), (Error, Location)> {
        if self.made.contains(&id)
            || self.groups.iter().any(|(info, _)| info.id == id)
            || !self.scope.owns(id)
        {
            return Ok(());
        }
        if self.sets.is_none()
            && let Some(info) = self.dependent(id)
        {
            let expr = Expr::Column(id, info.ty.ty);
            self.groups.push((info, expr));
            return Ok(());
        }
        let reference = self.references.iter().find(|reference| reference.id == id);
        let display = match reference {
            Some(reference) => reference.display.clone(),
            None => self.display(id),
        };
        let message = if in_subquery {
            format!("subquery uses ungrouped column \"{display}\" from outer query")
        } else {
            format!(
                "column \"{display}\" must appear in the GROUP BY clause or be used in an aggregate function"
            )
        };
        let place = reference.map_or(Location { line: 0, column: 0 }, |reference| reference.place);
        Err((Error::new(SqlState::GROUPING_ERROR, message), place))
    }

    fn display(&self, id: ColumnId) -> String {
        for relation in &self.scope.relations {
            if let Some(column) = relation.columns.iter().find(|column| column.info.id == id) {
                return format!("{}.{}", relation.alias, column.name);
            }
        }
        "?".to_owned()
    }

    fn dependent(&self, id: ColumnId) -> Option<ColumnInfo> {
        let relation = self
            .scope
            .relations
            .iter()
            .find(|relation| relation.columns.iter().any(|column| column.info.id == id))?;
        let (constraint, key) = relation.table.as_ref()?.primary_key()?;
        if constraint.deferral != Deferral::Never {
            return None;
        }
        let is_grouped = |ordinal: &usize| {
            relation
                .columns
                .get(*ordinal)
                .is_some_and(|column| self.groups.iter().any(|(info, _)| info.id == column.info.id))
        };
        if !key.iter().all(is_grouped) {
            return None;
        }
        relation.columns.iter().find(|column| column.info.id == id).map(|column| column.info.clone())
    }
}

// `grouping(a, b)`: a bit per argument, the last one lowest, set in the sets without that argument.
fn grouping_value(
    groups: &[(ColumnInfo, Expr)],
    sets: Option<&GroupingSets>,
    arguments: &[Expr],
) -> Result<Expr, Error> {
    let mut places = Vec::with_capacity(arguments.len());
    for argument in arguments {
        places.push(groups.iter().position(|(_, known)| known.same(argument)).ok_or_else(|| {
            Error::new(
                SqlState::GROUPING_ERROR,
                "arguments to GROUPING must be grouping expressions of the associated query level",
            )
        })?);
    }
    let int = |value: i64| Expr::Literal(Datum::Int(value), SqlType::Int4);
    let Some(sets) = sets else { return Ok(int(0)) };
    let mut branches = Vec::with_capacity(sets.sets.len());
    for (number, set) in (0i64..).zip(&sets.sets) {
        let bits = places.iter().fold(0, |bits, place| bits << 1 | i64::from(!set.contains(place)));
        let is_this = Expr::Compare {
            op: CompareOp::Equal,
            ty: SqlType::Int4,
            left: Box::new(Expr::Column(sets.number.id, SqlType::Int4)),
            right: Box::new(int(number)),
        };
        branches.push((is_this, int(bits)));
    }
    Ok(Expr::Case { branches, otherwise: None, ty: SqlType::Int4 })
}
