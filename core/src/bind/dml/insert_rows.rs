//! INSERT of literal rows, straight from the lexer's loop.

use std::sync::Arc;

use crate::bind::binder::Binder;
use crate::bind::names::{self, Qualified};
use crate::error::{Error, Result, SqlState};
use crate::parse::{self, InsertRows, Literal, Name};
use crate::plan::{Expr, LogicalPlan, Statement};
use crate::value::{CastLevel, Datum, SqlType, TypeName, cast, cast_level, temporal};
use sqlparser::tokenizer::Location;

const NOWHERE: Location = Location { line: 0, column: 0 };

impl Binder<'_> {
    /// Binds literal rows: each becomes a value of its column's type at once.
    pub(in crate::bind) fn insert_rows(&mut self, insert: &InsertRows) -> Result<Statement> {
        let name = match insert.table.as_slice() {
            [name] => {
                Qualified { schema: None, name: names::cut(name.text.clone()), place: NOWHERE, only: false }
            }
            [schema, name] => Qualified {
                schema: Some(names::cut(schema.text.clone())),
                name: names::cut(name.text.clone()),
                place: NOWHERE,
                only: false,
            },
            _ => return Err(Error::unsupported("a cross-database reference")),
        };
        let at = |error: Error, name: &Name| error.at(parse::position_of_byte(self.sql(), name.start));
        let table = Arc::clone(self.changeable(&name).map_err(|error| at(error, &insert.table[0]))?);
        let mut named = Vec::with_capacity(insert.columns.len());
        for column in &insert.columns {
            let qualified = Qualified {
                schema: None,
                name: names::cut(column.text.clone()),
                place: NOWHERE,
                only: false,
            };
            // One at a time, so that an error finds its own column.
            named.push(qualified);
            self.targets(&table, &named).map_err(|error| at(error, column))?;
        }
        let targets = self.targets(&table, &named)?;
        let place = |at: usize| insert.literals.get(at).map(|(_, start)| *start);
        self.check_width(&targets, insert.width, || None).map_err(|error| {
            let offset = match place(targets.ordinals.len()) {
                Some(start) if insert.width > targets.ordinals.len() => usize::try_from(start).ok(),
                _ => insert.columns.get(insert.width).map(|name| name.start),
            };
            match offset {
                Some(offset) => error.at(parse::position_of_byte(self.sql(), offset)),
                None => error,
            }
        })?;
        let defaults = self.defaults(&table)?;
        // Where in a row of literals each column finds its own.
        let mut slots: Vec<Option<usize>> = vec![None; table.columns.len()];
        for (slot, ordinal) in targets.ordinals.iter().enumerate() {
            slots[*ordinal] = Some(slot);
        }
        let mut rows = Vec::with_capacity(insert.literals.len() / insert.width.max(1));
        for row in insert.literals.chunks_exact(insert.width.max(1)) {
            let mut bound = Vec::with_capacity(defaults.len());
            for (ordinal, column) in table.columns.iter().enumerate() {
                let given = slots[ordinal].and_then(|slot| row.get(slot));
                let Some((literal, start)) = given.filter(|(literal, _)| *literal != Literal::Default) else {
                    bound.push(defaults[ordinal].clone());
                    continue;
                };
                if !self.takes_value(&table, ordinal)? {
                    bound.push(defaults[ordinal].clone());
                    continue;
                }
                let at = |error: Error| {
                    // A value that fits no cast is an error of execution in PostgreSQL: no position.
                    if error.sqlstate() == SqlState::STRING_DATA_RIGHT_TRUNCATION {
                        return error;
                    }
                    let offset = usize::try_from(*start).unwrap_or(0);
                    error.at(parse::position_of_byte(self.sql(), offset))
                };
                if let (Literal::Text(text), true) = (literal, temporal::is_momentary(column.ty.ty)) {
                    bound.push(self.literal(Arc::clone(text), column.ty, false).map_err(at)?);
                    continue;
                }
                let value = self.literal_as(literal, column.ty, &column.name).map_err(at)?;
                bound.push(Expr::Literal(value, column.ty.ty));
            }
            rows.push(bound);
        }
        let row = self.row_columns(&table);
        let source = LogicalPlan::Values { columns: row.clone(), rows };
        let alias = table.name.clone();
        self.finish_insert(table, (source, row), alias, None, None)
    }

    // What assigning the literal to a column of the type stores.
    fn literal_as(&self, literal: &Literal, to: TypeName, column: &str) -> Result<Datum> {
        let (datum, from) = match literal {
            Literal::Null | Literal::Default => return Ok(Datum::Null),
            Literal::Text(text) => {
                let plain_text = matches!(to.ty, SqlType::Text | SqlType::Varchar);
                let datum = if plain_text && !text.contains('\0') {
                    Datum::Text(Arc::clone(text))
                } else {
                    self.catalog.parse(text, to.as_read())?
                };
                return if to.modifier < 0 { Ok(datum) } else { cast(&datum, to.ty, to, false) };
            }
            Literal::Integer(value) if to.modifier < 0 => match (to.ty, *value) {
                (SqlType::Int8, value) => return Ok(Datum::Int(value)),
                (SqlType::Int4, value) if i32::try_from(value).is_ok() => return Ok(Datum::Int(value)),
                (_, value) => (Datum::Int(value), integer_type(value)),
            },
            Literal::Integer(value) => (Datum::Int(*value), integer_type(*value)),
            Literal::Bool(value) => (Datum::Bool(*value), SqlType::Bool),
            Literal::Decimal(digits) => crate::bind::expr::number_datum(digits)?,
        };
        match cast_level(from, to.ty) {
            Some(CastLevel::Implicit | CastLevel::Assignment) => cast(&datum, from, to, false),
            Some(CastLevel::Explicit) | None => Err(Error::new(
                SqlState::DATATYPE_MISMATCH,
                format!(
                    "column \"{column}\" is of type {} but expression is of type {}",
                    to.ty.name(),
                    from.name()
                ),
            )
            .with_hint("You will need to rewrite or cast the expression.")),
        }
    }
}

fn integer_type(value: i64) -> SqlType {
    if i32::try_from(value).is_ok() { SqlType::Int4 } else { SqlType::Int8 }
}
