//! Which rows a partition takes: keys and bounds, checked, written as a rule, and ordered among each other.
//!
//! ```text
//! FOR VALUES FROM (1, 'a') TO (9, MAXVALUE), key (a, b)
//!   a IS NOT NULL AND b IS NOT NULL AND (a, b) >= (1, 'a') AND (a) <= (9)
//! ```

use core::cmp::Ordering;

use crate::base::ColumnId;
use crate::base::words::quoted;
use crate::bind::{bind_check, check_default, is_immutable};
use crate::catalog::{PartitionBound, PartitionKey, Table, mentions};
use crate::error::{Error, Result, SqlState};
use crate::parse::define::{BoundSyntax, KeySyntax, parse_bound};
use crate::plan::ColumnInfo;
use crate::value::{Datum, TypeName, compare};

use super::Session;
use super::ddl;
use crate::db::prepared::Prepared;

/// Columns and expressions of a partition key.
const PARTS_MAX: usize = 32;

fn wrong_key(message: impl Into<String>) -> Error {
    Error::new(SqlState::INVALID_OBJECT_DEFINITION, message)
}

fn wrong_bound(message: impl Into<String>) -> Error {
    Error::new(SqlState::INVALID_TABLE_DEFINITION, message)
}

/// Checks PARTITION BY.
pub(super) fn key_of(session: &mut Session, table: &Table, said: &KeySyntax) -> Result<PartitionKey> {
    if !matches!(said.strategy.as_str(), "range" | "list" | "hash") {
        return Err(Error::new(
            SqlState::INVALID_PARAMETER_VALUE,
            format!("unrecognized partitioning strategy \"{}\"", said.strategy),
        ));
    }
    if said.strategy == "list" && said.parts.len() > 1 {
        return Err(wrong_key("cannot use \"list\" partition strategy with more than one column"));
    }
    if said.parts.len() > PARTS_MAX {
        return Err(Error::new(
            SqlState::TOO_MANY_COLUMNS,
            format!("cannot partition using more than {PARTS_MAX} columns"),
        ));
    }
    let (catalog, _) = session.catalog()?;
    let path = session.settings.search_path().to_vec();
    let numbered = table.columns.iter().zip(0..);
    let row: Vec<ColumnInfo> =
        numbered.map(|(column, id)| ColumnInfo { id: ColumnId(id), ty: column.ty }).collect();
    for part in &said.parts {
        if table.columns.iter().any(|column| column.generated.is_some() && mentions(part, &column.name)) {
            return Err(wrong_key("cannot use generated column in partition key"));
        }
        if table.columns.iter().any(|column| quoted(&column.name) == *part) {
            continue;
        }
        if !part.ends_with(')') {
            if matches!(part.as_str(), "tableoid" | "ctid" | "xmin" | "xmax" | "cmin" | "cmax") {
                return Err(wrong_key(format!("cannot use system column \"{part}\" in partition key")));
            }
            return Err(Error::new(
                SqlState::UNDEFINED_COLUMN,
                format!("column \"{}\" named in partition key does not exist", part.trim_matches('"')),
            ));
        }
        let bound =
            bind_check(&format!("({part}) IS NULL"), table, &row, &catalog, &path).map_err(Error::nowhere)?;
        if !is_immutable(&bound) {
            return Err(wrong_key("functions in partition key expression must be marked IMMUTABLE"));
        }
        let mut read = Vec::new();
        bound.columns(&mut read);
        if read.is_empty() {
            return Err(wrong_key("cannot use constant expression as partition key"));
        }
    }
    Ok(PartitionKey { strategy: said.strategy.clone(), parts: said.parts.clone() })
}

/// One value of a bound.
#[derive(Clone, Debug)]
enum Edge {
    Min,
    Value(Datum, String),
    Null,
    Max,
}

#[derive(Clone, Debug)]
enum Bound {
    Default,
    List(Vec<Edge>),
    Range(Vec<Edge>, Vec<Edge>),
    Hash(i64, i64),
}

/// The bounds of a table's partitions.
pub(super) struct Bounds {
    key: PartitionKey,
    types: Vec<TypeName>,
    /// The same as SQL.
    type_texts: Vec<String>,
    /// In the order of the children.
    existing: Vec<(String, Bound)>,
}

impl Bounds {
    /// Of the partitions there are.
    pub(super) fn of(session: &mut Session, parent: &Table) -> Result<Bounds> {
        let (catalog, committed) = session.catalog()?;
        let key = parent.partition_key().cloned();
        let key = key.ok_or_else(|| Error::internal("a partition of what is not partitioned"))?;
        let sql = format!("SELECT {} FROM ONLY {}", key.parts.join(", "), ddl::table_name(parent));
        let prepared = Prepared::new(&sql, &catalog, committed, &session.settings, &[])?;
        let types: Vec<TypeName> = prepared.columns.iter().map(|column| column.ty).collect();
        let type_texts = types.iter().map(|ty| catalog.type_sql(*ty)).collect();
        let mut bounds = Bounds { key, types, type_texts, existing: Vec::new() };
        for child in parent.children().iter().filter_map(|id| catalog.tables.get(id)) {
            let Some(bound) = child.partition_bound() else { continue };
            let read = |text: &str, ty: TypeName| {
                let text = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).unwrap_or(text);
                let text = text.replace("''", "'");
                Ok(Edge::Value(catalog.parse(&text, ty)?, String::new()))
            };
            let bound = bounds.read(&parse_bound(&bound.text)?, &mut |_, text, ty| read(text, ty))?;
            bounds.existing.push((child.name.clone(), bound));
        }
        Ok(bounds)
    }

    fn read(
        &self,
        said: &BoundSyntax,
        value: &mut dyn FnMut(usize, &str, TypeName) -> Result<Edge>,
    ) -> Result<Bound> {
        let mut edge = |at: usize, text: &str, ranged: bool| {
            let is = |word: &str| text.eq_ignore_ascii_case(word);
            if ranged && (is("minvalue") || is("maxvalue")) {
                return Ok(if is("minvalue") { Edge::Min } else { Edge::Max });
            }
            if is("null") {
                return if ranged {
                    Err(wrong_key("cannot specify NULL in range bound"))
                } else {
                    Ok(Edge::Null)
                };
            }
            let ty = self.types.get(at).copied();
            value(at, text, ty.ok_or_else(|| Error::internal("a bound of a part that is not there"))?)
        };
        match (said, self.key.strategy.as_str()) {
            (BoundSyntax::Default, "hash") => {
                Err(wrong_bound("a hash-partitioned table may not have a default partition"))
            }
            (BoundSyntax::Default, _) => Ok(Bound::Default),
            (BoundSyntax::List(values), "list") => {
                Ok(Bound::List(values.iter().map(|text| edge(0, text, false)).collect::<Result<_>>()?))
            }
            (BoundSyntax::Range(from, to), "range") => {
                for (side, values) in [("FROM", from), ("TO", to)] {
                    if values.len() != self.types.len() {
                        return Err(wrong_bound(format!(
                            "{side} must specify exactly one value per partitioning column"
                        )));
                    }
                }
                let mut edges = |values: &[String]| {
                    let edges: Vec<Edge> = values
                        .iter()
                        .enumerate()
                        .map(|(at, text)| edge(at, text, true))
                        .collect::<Result<_>>()?;
                    for pair in edges.windows(2) {
                        let word = match pair {
                            [Edge::Min, other] if !matches!(other, Edge::Min) => "MINVALUE",
                            [Edge::Max, other] if !matches!(other, Edge::Max) => "MAXVALUE",
                            _ => continue,
                        };
                        return Err(Error::new(
                            SqlState::DATATYPE_MISMATCH,
                            format!("every bound following {word} must also be {word}"),
                        ));
                    }
                    Ok(edges)
                };
                Ok(Bound::Range(edges(from)?, edges(to)?))
            }
            (BoundSyntax::Hash(modulus, remainder), "hash") => {
                if *modulus <= 0 {
                    return Err(wrong_bound(
                        "modulus for hash partition must be an integer value greater than zero",
                    ));
                }
                if *remainder < 0 || remainder >= modulus {
                    return Err(wrong_bound(if *remainder < 0 {
                        "remainder for hash partition must be an integer value greater than or equal to zero"
                    } else {
                        "remainder for hash partition must be less than modulus"
                    }));
                }
                Ok(Bound::Hash(*modulus, *remainder))
            }
            (_, strategy) => {
                Err(wrong_bound(format!("invalid bound specification for a {strategy} partition")))
            }
        }
    }

    /// The bound of a new partition as the catalog keeps it, and its place among the others.
    pub(super) fn place(
        &self,
        session: &mut Session,
        child: &Table,
        said: &BoundSyntax,
    ) -> Result<(PartitionBound, usize)> {
        let mut evaluate = |at: usize, text: &str, ty: TypeName| {
            let (catalog, _) = session.catalog()?;
            let path = session.settings.search_path().to_vec();
            let name = self.key.parts.get(at).map_or("", String::as_str).trim_matches('"');
            check_default(text, name, ty, &catalog, &path).map_err(|error| match error.sqlstate() {
                SqlState::DATATYPE_MISMATCH => Error::new(
                    SqlState::DATATYPE_MISMATCH,
                    format!(
                        "specified value cannot be cast to type {} for column \"{name}\"",
                        catalog.type_name(ty.ty)
                    ),
                ),
                _ => error.nowhere(),
            })?;
            let sql = catalog.type_sql(ty);
            let sql = format!("SELECT CAST({text} AS {sql}), CAST(CAST({text} AS {sql}) AS text)");
            let found = ddl::query(session, &sql).map_err(Error::nowhere)?;
            match found.as_deref() {
                Some([value, Datum::Text(shown)]) => Ok(Edge::Value(value.clone(), shown.to_string())),
                _ => Ok(Edge::Null),
            }
        };
        let bound = self.read(said, &mut evaluate)?;
        if let Bound::Range(from, to) = &bound {
            if from.iter().chain(to).any(|edge| matches!(edge, Edge::Null)) {
                return Err(wrong_key("cannot specify NULL in range bound"));
            }
            if self.compare_edges(from, to).is_ge() {
                return Err(wrong_key(format!(
                    "empty range bound specified for partition \"{}\"",
                    child.name
                )));
            }
        }
        if let Bound::Hash(modulus, _) = bound {
            let of = |(_, other): &(String, Bound)| match other {
                Bound::Hash(other, _) => other % modulus != 0 && modulus % other != 0,
                _ => false,
            };
            if self.existing.iter().any(of) {
                return Err(wrong_key(
                    "every hash partition modulus must be a factor of the next larger modulus",
                ));
            }
        }
        if let Some((name, _)) = self.existing.iter().find(|(_, other)| self.overlap(&bound, other)) {
            return Err(wrong_key(match bound {
                Bound::Default => {
                    format!(
                        "partition \"{}\" conflicts with existing default partition \"{name}\"",
                        child.name
                    )
                }
                _ => format!("partition \"{}\" would overlap partition \"{name}\"", child.name),
            }));
        }
        let at = self.existing.iter().take_while(|(_, other)| self.order(other, &bound).is_lt()).count();
        Ok((PartitionBound { text: shown(&bound), rule: self.rule(&bound) }, at))
    }

    fn compare_edges(&self, a: &[Edge], b: &[Edge]) -> Ordering {
        let rank = |edge: &Edge| match edge {
            Edge::Min => 0,
            Edge::Value(..) => 1,
            Edge::Null => 2,
            Edge::Max => 3,
        };
        for ((a, b), ty) in a.iter().zip(b).zip(&self.types) {
            let order = match (a, b) {
                (Edge::Value(a, _), Edge::Value(b, _)) => compare(a, b, ty.ty),
                _ => rank(a).cmp(&rank(b)),
            };
            // Behind MINVALUE and MAXVALUE nothing counts any more.
            if order.is_ne() || !matches!(a, Edge::Value(..)) {
                return order;
            }
        }
        Ordering::Equal
    }

    fn overlap(&self, a: &Bound, b: &Bound) -> bool {
        match (a, b) {
            (Bound::Default, Bound::Default) => true,
            (Bound::List(a), Bound::List(b)) => a.iter().any(|a| {
                let a = core::slice::from_ref(a);
                b.iter().any(|b| self.compare_edges(a, core::slice::from_ref(b)).is_eq())
            }),
            (Bound::Range(from, to), Bound::Range(other_from, other_to)) => {
                self.compare_edges(from, other_to).is_lt() && self.compare_edges(other_from, to).is_lt()
            }
            (Bound::Hash(modulus, remainder), Bound::Hash(other, other_remainder)) => {
                let smaller = modulus.min(other);
                remainder % smaller == other_remainder % smaller
            }
            _ => false,
        }
    }

    // The default partition comes last, as it is read last.
    fn order(&self, a: &Bound, b: &Bound) -> Ordering {
        let least = |values: &[Edge]| {
            let one = |edge: &Edge| vec![edge.clone()];
            values.iter().map(one).min_by(|a, b| self.compare_edges(a, b)).unwrap_or_default()
        };
        match (a, b) {
            (Bound::Default, _) => Ordering::Greater,
            (_, Bound::Default) => Ordering::Less,
            (Bound::Range(a, _), Bound::Range(b, _)) => self.compare_edges(a, b),
            (Bound::List(a), Bound::List(b)) => self.compare_edges(&least(a), &least(b)),
            (Bound::Hash(a, a_rest), Bound::Hash(b, b_rest)) => (a, a_rest).cmp(&(b, b_rest)),
            _ => Ordering::Equal,
        }
    }

    // True or false for every row (H1).
    fn rule(&self, bound: &Bound) -> Option<String> {
        let parts = &self.key.parts;
        let literal = |edge: &Edge, at: usize| match edge {
            Edge::Value(_, shown) => {
                let ty = self.type_texts.get(at).map_or_else(String::new, |ty| format!("::{ty}"));
                format!("'{}'{ty}", shown.replace('\'', "''"))
            }
            _ => "NULL".to_owned(),
        };
        match bound {
            Bound::Default => None,
            Bound::List(values) => {
                let part = &parts[0];
                let given: Vec<String> = values
                    .iter()
                    .filter(|edge| matches!(edge, Edge::Value(..)))
                    .map(|edge| literal(edge, 0))
                    .collect();
                let has_null = given.len() < values.len();
                Some(match (has_null, given.is_empty()) {
                    (true, true) => format!("{part} IS NULL"),
                    (true, false) => format!("{part} IS NULL OR {part} IN ({})", given.join(", ")),
                    _ => format!("{part} IS NOT NULL AND {part} IN ({})", given.join(", ")),
                })
            }
            Bound::Range(from, to) => {
                let mut all: Vec<String> = parts.iter().map(|part| format!("{part} IS NOT NULL")).collect();
                for (edges, operators) in [(from, [">=", ">"]), (to, ["<", "<="])] {
                    let given = edges.iter().take_while(|edge| matches!(edge, Edge::Value(..))).count();
                    let values: Vec<String> =
                        edges[..given].iter().enumerate().map(|(at, edge)| literal(edge, at)).collect();
                    // What stands behind the values decides whether their equals belong to it.
                    let (own, values) = (parts[..given].join(", "), values.join(", "));
                    match (given, edges.get(given)) {
                        (0, Some(Edge::Min)) if operators[0] == ">=" => {}
                        (0, Some(Edge::Max)) if operators[0] == "<" => {}
                        (0, _) => all.push("false".to_owned()),
                        (_, Some(Edge::Max)) => all.push(format!("({own}) {} ({values})", operators[1])),
                        (_, _) => all.push(format!("({own}) {} ({values})", operators[0])),
                    }
                }
                Some(all.join(" AND "))
            }
            Bound::Hash(modulus, remainder) => {
                Some(format!("satisfies_hash_partition(0, {modulus}, {remainder}, {})", parts.join(", ")))
            }
        }
    }
}

fn shown(bound: &Bound) -> String {
    let list = |edges: &[Edge]| {
        let one = |edge: &Edge| match edge {
            Edge::Min => "MINVALUE".to_owned(),
            Edge::Max => "MAXVALUE".to_owned(),
            Edge::Null => "NULL".to_owned(),
            Edge::Value(Datum::Int(_), shown) if shown.parse::<i64>().is_ok() => shown.clone(),
            Edge::Value(_, shown) => format!("'{}'", shown.replace('\'', "''")),
        };
        edges.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    match bound {
        Bound::Default => "DEFAULT".to_owned(),
        Bound::List(values) => format!("FOR VALUES IN ({})", list(values)),
        Bound::Range(from, to) => format!("FOR VALUES FROM ({}) TO ({})", list(from), list(to)),
        Bound::Hash(modulus, remainder) => {
            format!("FOR VALUES WITH (modulus {modulus}, remainder {remainder})")
        }
    }
}
