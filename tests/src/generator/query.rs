//! Queries.

use super::{Column, Generator, Kind, Source, schema};

/// A query with what a comparison has to know about it.
#[derive(Clone, Debug)]
pub struct Generated {
    /// The statement.
    pub sql: String,
    /// The order of its rows is determined too.
    pub ordered: bool,
}

impl Generator {
    /// The next query.
    pub fn query(&mut self) -> Generated {
        self.start();
        let kinds: Vec<Kind> = (0..=self.below(3)).map(|_| self.kind()).collect();
        let with = self.with();
        let body = match self.below(10) {
            0..=4 => self.plain(&kinds, false),
            5 | 6 => self.grouped(&kinds),
            7 => self.windowed(&kinds),
            _ => self.set_operation(&kinds),
        };
        let mut sql = with + &body;
        // 1.0 and 1.00 tie and are not the same text.
        let ordered = !kinds.contains(&Kind::Numeric) && self.percent(45);
        if ordered {
            sql.push_str(&self.total_order(kinds.len()));
        }
        self.common.clear();
        Generated { sql, ordered }
    }

    /// A FROM list and a condition over it, for relations between queries.
    pub fn condition(&mut self) -> (String, String) {
        self.start();
        self.scopes.push(Vec::new());
        let from = self.from(false);
        let condition = self.predicate(3);
        self.scopes.pop();
        (from, condition)
    }

    fn start(&mut self) {
        self.scopes.clear();
        self.common.clear();
        self.aliases = 0;
        self.budget = 30 + i32::try_from(self.below(40)).expect("small");
    }

    fn with(&mut self) -> String {
        if !self.percent(15) {
            return String::new();
        }
        let mut parts = Vec::new();
        for number in 0..=self.below(1) {
            let kinds: Vec<Kind> = (0..=self.below(2)).map(|_| self.kind()).collect();
            let body = self.plain(&kinds, false);
            let name = format!("w{number}");
            let columns = named(&kinds);
            let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
            let hint = *self.pick(&["", "MATERIALIZED ", "NOT MATERIALIZED "]);
            parts.push(format!("{name} ({}) AS {hint}({body})", names.join(", ")));
            self.common.push((name, columns));
        }
        format!("WITH {} ", parts.join(", "))
    }

    // Every column is named, so rows that tie are the same row.
    fn total_order(&mut self, columns: usize) -> String {
        let terms: Vec<String> = (1..=columns)
            .map(|at| {
                let direction = *self.pick(&["", " DESC", " NULLS FIRST", " DESC NULLS LAST"]);
                format!("{at}{direction}")
            })
            .collect();
        let mut text = format!(" ORDER BY {}", terms.join(", "));
        if self.percent(50) {
            text.push_str(&format!(" LIMIT {}", self.below(12)));
            if self.percent(40) {
                text.push_str(&format!(" OFFSET {}", self.below(5)));
            }
        }
        text
    }

    /// A subquery with the wanted columns; `correlated` ones see the queries around them.
    pub(super) fn subquery(&mut self, kinds: &[Kind], correlated: bool) -> String {
        let outer = if correlated { Vec::new() } else { std::mem::take(&mut self.scopes) };
        let text = self.plain(kinds, true);
        if !correlated {
            self.scopes = outer;
        }
        text
    }

    pub(super) fn aggregate_subquery(&mut self, aggregate: &str, kind: Kind) -> String {
        self.scopes.push(Vec::new());
        let from = self.from(true);
        let filter = self.filter(2);
        // Only this query's own columns: an aggregate of outer columns would belong to the outer query.
        let inner = self.scopes.pop().expect("pushed");
        let outer = std::mem::replace(&mut self.scopes, vec![inner]);
        let argument = match self.column(kind) {
            Some(column) => column,
            None => format!("{}::{}", self.literal(kind), kind.sql()),
        };
        self.scopes = outer;
        format!("(SELECT {aggregate}({argument}) FROM {from}{filter})")
    }

    fn filter(&mut self, depth: u32) -> String {
        if self.percent(65) { format!(" WHERE {}", self.predicate(depth)) } else { String::new() }
    }

    fn plain(&mut self, kinds: &[Kind], small: bool) -> String {
        self.scopes.push(Vec::new());
        let from = self.from(small);
        let items: Vec<String> = kinds.iter().map(|kind| self.expression(*kind, 2)).collect();
        let distinct = if self.percent(20) { "DISTINCT " } else { "" };
        let filter = self.filter(3);
        self.scopes.pop();
        format!("SELECT {distinct}{} FROM {from}{filter}", items.join(", "))
    }

    fn grouped(&mut self, kinds: &[Kind]) -> String {
        self.scopes.push(Vec::new());
        let from = self.from(false);
        let mut groups: Vec<(Kind, String)> = Vec::new();
        // Too little for a subquery: one that is grouped by is not found again (docs/SQL.md).
        let budget = std::mem::replace(&mut self.budget, 9);
        let sets = self.percent(20);
        for _ in 0..=self.below(2) {
            let kind = self.kind();
            let group = match self.column(kind) {
                Some(column) if sets || self.percent(60) => column,
                _ if sets => continue,
                // A lone literal would be the number of a column.
                _ => format!("coalesce({}, {})", self.expression(kind, 1), self.literal(kind)),
            };
            groups.push((kind, group));
        }
        self.budget = budget - 5;
        let filter = self.filter(2);
        let items: Vec<String> = kinds
            .iter()
            .map(|kind| match groups.iter().find(|group| group.0 == *kind).cloned() {
                Some((_, group)) if self.percent(60) => group,
                _ => self.aggregate(*kind),
            })
            .collect();
        let mut text = format!("SELECT {} FROM {from}{filter}", items.join(", "));
        let list: Vec<&str> = groups.iter().map(|group| group.1.as_str()).collect();
        match list.as_slice() {
            [] => {}
            list if sets => {
                let form = *self.pick(&["ROLLUP", "CUBE", "GROUPING SETS"]);
                text.push_str(&format!(" GROUP BY {form} ({})", list.join(", ")));
            }
            list => text.push_str(&format!(" GROUP BY {}", list.join(", "))),
        }
        if self.percent(25) {
            let comparison = *self.pick(&[">", "<", "<>"]);
            text.push_str(&format!(" HAVING {} {comparison} {}", self.aggregate(Kind::Big), self.below(4)));
        }
        self.scopes.pop();
        text
    }

    /// An aggregate whose result has the kind.
    fn aggregate(&mut self, kind: Kind) -> String {
        let scopes = std::mem::take(&mut self.scopes);
        self.scopes = scopes[scopes.len() - 1..].to_vec();
        let distinct = if self.percent(25) { "DISTINCT " } else { "" };
        let call = match kind {
            Kind::Big => match self.below(4) {
                0 => "count(*)".to_owned(),
                1 => {
                    let kind = self.kind();
                    format!("count({distinct}{})", self.argument(kind))
                }
                2 => format!("sum({distinct}{})", self.argument(Kind::Int)),
                _ => format!("max({})", self.argument(Kind::Big)),
            },
            Kind::Numeric => match self.below(3) {
                0 => format!("sum({distinct}{})", self.argument(Kind::Numeric)),
                1 => format!("avg({distinct}{})", self.argument(Kind::Int)),
                _ => format!("min({})", self.argument(Kind::Numeric)),
            },
            Kind::Text if self.percent(50) => {
                let argument = self.argument(Kind::Text);
                format!("string_agg({distinct}{argument}, ',' ORDER BY {argument})")
                    .replace("ORDER BY '", "ORDER BY ''||'")
            }
            Kind::Bool => format!("{}({})", self.pick(&["bool_and", "bool_or"]), self.argument(kind)),
            _ => format!("{}({})", self.pick(&["min", "max"]), self.argument(kind)),
        };
        let filter =
            if self.percent(15) { format!(" FILTER (WHERE {})", self.predicate(1)) } else { String::new() };
        self.scopes = scopes;
        call + &filter
    }

    fn argument(&mut self, kind: Kind) -> String {
        let text = self.column(kind).unwrap_or_else(|| format!("{}::{}", self.literal(kind), kind.sql()));
        if kind == Kind::Text || self.percent(70) {
            text
        } else {
            format!("coalesce({text}, {})", self.literal(kind))
        }
    }

    fn windowed(&mut self, kinds: &[Kind]) -> String {
        self.scopes.push(Vec::new());
        let from = self.from(false);
        let items: Vec<String> = kinds
            .iter()
            .map(|kind| if self.percent(40) { self.expression(*kind, 1) } else { self.window(*kind) })
            .collect();
        let filter = self.filter(2);
        self.scopes.pop();
        format!("SELECT {} FROM {from}{filter}", items.join(", "))
    }

    fn window(&mut self, kind: Kind) -> String {
        let scope = self.scopes.last().expect("in a query").clone();
        let keys: Option<Vec<String>> =
            scope.iter().map(|source| source.key.map(|key| format!("{}.{key}", source.alias))).collect();
        let by = self.kind();
        let partition = match self.column(by) {
            Some(column) if self.percent(60) => format!("PARTITION BY {column} "),
            _ => String::new(),
        };
        let order_kind = self.kind();
        let order = self.column(order_kind).unwrap_or_else(|| "1::int + 0".to_owned());
        // Functions of places and ROWS frames need an order without ties.
        match (kind, keys) {
            (_, Some(keys)) if self.percent(50) => {
                let over = format!("({partition}ORDER BY {order}, {}", keys.join(", "));
                let frame = *self.pick(&[
                    "",
                    " ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING",
                    " ROWS UNBOUNDED PRECEDING",
                    " ROWS BETWEEN 1 FOLLOWING AND 3 FOLLOWING",
                    " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW",
                ]);
                if kind == Kind::Big && self.percent(40) {
                    return format!("row_number() OVER {over})");
                }
                let argument = self.argument(kind);
                match self.below(5) {
                    0 => format!("lag({argument}) OVER {over})"),
                    1 => format!("lead({argument}, 2) OVER {over})"),
                    2 => format!("first_value({argument}) OVER {over}{frame})"),
                    3 => format!("last_value({argument}) OVER {over}{frame})"),
                    _ => format!("nth_value({argument}, 2) OVER {over}{frame})"),
                }
            }
            (Kind::Big, _) => {
                let function = *self.pick(&["rank()", "dense_rank()", "count(*)"]);
                format!("{function} OVER ({partition}ORDER BY {order})")
            }
            (Kind::Bool, _) => format!("bool_or({}) OVER ({partition}ORDER BY {order})", self.argument(kind)),
            (Kind::Numeric, _) => {
                let frame = *self.pick(&["", " GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW"]);
                format!("sum({}) OVER ({partition}ORDER BY {order}{frame})", self.argument(kind))
            }
            _ => format!(
                "{}({}) OVER ({partition}ORDER BY {order} DESC)",
                self.pick(&["min", "max"]),
                self.argument(kind)
            ),
        }
    }

    fn set_operation(&mut self, kinds: &[Kind]) -> String {
        let mut text = self.plain(kinds, true);
        for _ in 0..=self.below(2) {
            let operation =
                *self.pick(&["UNION", "UNION ALL", "INTERSECT", "EXCEPT", "INTERSECT ALL", "EXCEPT ALL"]);
            let right = match self.percent(20) {
                true => {
                    let rows: Vec<String> = (0..=self.below(2))
                        .map(|_| {
                            let values: Vec<String> = kinds
                                .iter()
                                .map(|kind| format!("{}::{}", self.positive(*kind), kind.sql()))
                                .collect();
                            format!("({})", values.join(", "))
                        })
                        .collect();
                    format!("VALUES {}", rows.join(", "))
                }
                false => self.plain(kinds, true),
            };
            text = format!("({text}) {operation} ({right})");
        }
        text
    }

    // A cast binds tighter than a minus.
    fn positive(&mut self, kind: Kind) -> String {
        let literal = self.literal(kind);
        if literal.starts_with('-') { format!("({literal})") } else { literal }
    }

    /// Items of FROM; they are in scope afterwards.
    fn from(&mut self, small: bool) -> String {
        let mut text = self.item();
        let more = if small { u64::from(self.percent(25)) } else { self.below(3) };
        for _ in 0..more {
            if self.budget <= 0 {
                break;
            }
            let join =
                *self.pick(&["JOIN", "JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "CROSS JOIN", ","]);
            let item = self.item();
            text = match join {
                // A comma would bind looser than the joins that follow.
                "CROSS JOIN" | "," => format!("{text} CROSS JOIN {item}"),
                // PostgreSQL merges or hashes FULL joins alone: their condition is an equality.
                "FULL JOIN" => format!("{text} FULL JOIN {item} ON {}", self.equality()),
                _ => {
                    let on = if self.percent(60) { self.equality() } else { self.predicate(1) };
                    format!("{text} {join} {item} ON {on}")
                }
            };
        }
        text
    }

    // A column of the item that came last equals one of those before it.
    fn equality(&mut self) -> String {
        let scope = self.scopes.last().expect("in a query").clone();
        let (last, before) = scope.split_last().expect("two items");
        let mut pairs = Vec::new();
        for left in before {
            for a in &left.columns {
                for b in last.columns.iter().filter(|b| b.kind == a.kind) {
                    pairs.push(format!("({}.{} = {}.{})", left.alias, a.name, last.alias, b.name));
                }
            }
        }
        match pairs.is_empty() {
            true => "(1 = 1)".to_owned(),
            false => self.pick(&pairs).clone(),
        }
    }

    fn item(&mut self) -> String {
        let alias = self.alias();
        let (text, columns, key) = if !self.common.is_empty() && self.percent(50) {
            let common = self.common.clone();
            let (name, columns) = self.pick(&common).clone();
            (format!("{name} AS {alias}"), columns, None)
        } else if self.budget > 15 && self.percent(15) {
            let kinds: Vec<Kind> = (0..=self.below(2)).map(|_| self.kind()).collect();
            let body = self.subquery(&kinds, false);
            let columns = named(&kinds);
            let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
            (format!("({body}) AS {alias} ({})", names.join(", ")), columns, None)
        } else {
            let (table, _) = *self.pick(&schema::TABLES);
            (format!("{table} AS {alias}"), schema::columns(), Some("id"))
        };
        self.scopes.last_mut().expect("in a query").push(Source { alias, columns, key });
        text
    }
}

fn named(kinds: &[Kind]) -> Vec<Column> {
    kinds.iter().enumerate().map(|(at, kind)| Column { name: format!("c{at}"), kind: *kind }).collect()
}
