//! Expressions of a wanted kind.

use super::{Generator, Kind, Source};

const TEXTS: [&str; 10] = ["", "a", "b", "ab", "abc", "Abc", "x%", "a_c", " pad ", "zz"];
const PATTERNS: [&str; 8] = ["%", "a%", "%b%", "_", "a_c", "%c", "", "x\\%"];
const COMPARISONS: [&str; 8] = ["=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"];

impl Generator {
    /// A literal with its type written where the text alone does not say it.
    pub(super) fn literal(&mut self, kind: Kind) -> String {
        match kind {
            Kind::Int => (i64::try_from(self.below(13)).expect("small") - 4).to_string(),
            Kind::Big => {
                let value = i64::try_from(self.below(7)).expect("small") - 2;
                format!("{}::bigint", if self.percent(20) { value * 1_000_003 } else { value })
            }
            Kind::Numeric => self.pick(&["0.0", "1.5", "-2.25", "0.125", "10", "3.10", "-0.5"]).to_string(),
            Kind::Text => format!("'{}'", self.pick(&TEXTS)),
            Kind::Bool => self.pick(&["true", "false"]).to_string(),
            Kind::Date => {
                format!(
                    "date '20{:02}-{:02}-{:02}'",
                    18 + self.below(3),
                    1 + self.below(4),
                    27 + self.below(2)
                )
            }
        }
    }

    /// A column of the kind, if one is in scope; the inner scopes are likelier.
    pub(super) fn column(&mut self, kind: Kind) -> Option<String> {
        let mut depth = self.scopes.len();
        while depth > 0 {
            depth -= 1;
            if depth > 0 && self.percent(25) {
                continue;
            }
            let found: Vec<String> =
                self.scopes[depth].iter().flat_map(|source| of_kind(source, kind)).collect();
            if !found.is_empty() {
                return Some(self.pick(&found).clone());
            }
        }
        None
    }

    fn leaf(&mut self, kind: Kind) -> String {
        if self.percent(78)
            && let Some(column) = self.column(kind)
        {
            return column;
        }
        match self.percent(8) {
            true => format!("NULL::{}", kind.sql()),
            false => {
                let literal = self.literal(kind);
                if literal.starts_with('-') { format!("({literal})") } else { literal }
            }
        }
    }

    /// An expression of the kind.
    pub(super) fn expression(&mut self, kind: Kind, depth: u32) -> String {
        self.budget -= 1;
        if depth == 0 || self.budget <= 0 || self.percent(30) {
            return self.leaf(kind);
        }
        let depth = depth - 1;
        match self.below(8) {
            0 => self.case(kind, depth),
            1 => format!("coalesce({}, {})", self.expression(kind, depth), self.expression(kind, depth)),
            2 if kind != Kind::Bool => {
                let name = *self.pick(&["nullif", "greatest", "least"]);
                format!("{name}({}, {})", self.expression(kind, depth), self.expression(kind, depth))
            }
            3 if self.budget > 10 && self.scopes.len() < 4 => self.scalar_subquery(kind),
            _ => match kind {
                Kind::Int => self.integer(depth),
                Kind::Big => self.big(depth),
                Kind::Numeric => self.numeric(depth),
                Kind::Text => self.text(depth),
                Kind::Bool => self.predicate(depth),
                Kind::Date => self.date(depth),
            },
        }
    }

    fn case(&mut self, kind: Kind, depth: u32) -> String {
        let mut text = "CASE".to_owned();
        let operand = self.percent(25).then(|| self.kind());
        if let Some(operand) = operand {
            text.push_str(&format!(" {}", self.expression(operand, depth)));
        }
        for _ in 0..=self.below(2) {
            let when = match operand {
                Some(operand) => self.expression(operand, depth),
                None => self.predicate(depth),
            };
            text.push_str(&format!(" WHEN {when} THEN {}", self.expression(kind, depth)));
        }
        if self.percent(70) {
            text.push_str(&format!(" ELSE {}", self.expression(kind, depth)));
        }
        text + " END"
    }

    fn integer(&mut self, depth: u32) -> String {
        let inner = |this: &mut Generator| this.expression(Kind::Int, depth);
        match self.below(10) {
            0 | 1 => format!("({} + {})", inner(self), inner(self)),
            2 => format!("({} - {})", inner(self), inner(self)),
            3 => format!("(- {})", inner(self)),
            4 => format!("({} % nullif({}, 0))", inner(self), inner(self)),
            5 => format!("({} / nullif({}, 0))", inner(self), inner(self)),
            6 => format!("length({})", self.expression(Kind::Text, depth)),
            7 => format!("abs({})", inner(self)),
            8 => format!("extract(month FROM {})::int", self.expression(Kind::Date, depth)),
            _ => format!("({} * {})", inner(self), 2 + self.below(2)),
        }
    }

    fn big(&mut self, depth: u32) -> String {
        match self.below(5) {
            0 => format!("({} + {})", self.expression(Kind::Big, depth), self.expression(Kind::Int, depth)),
            1 => format!("({} - {})", self.expression(Kind::Big, depth), self.expression(Kind::Big, depth)),
            2 => format!("{}::bigint", self.operand(Kind::Int, depth)),
            3 => format!("sign({})::bigint", self.expression(Kind::Numeric, depth)),
            _ => format!(
                "({} % nullif({}, 0))",
                self.expression(Kind::Big, depth),
                self.expression(Kind::Int, depth)
            ),
        }
    }

    // What a cast may follow without parentheses, in parentheses.
    fn operand(&mut self, kind: Kind, depth: u32) -> String {
        format!("({})", self.expression(kind, depth))
    }

    fn numeric(&mut self, depth: u32) -> String {
        let inner = |this: &mut Generator| this.expression(Kind::Numeric, depth);
        match self.below(8) {
            0 => format!("({} + {})", inner(self), self.expression(Kind::Int, depth)),
            1 => format!("({} - {})", inner(self), inner(self)),
            2 => format!("({} * {})", inner(self), self.leaf(Kind::Numeric)),
            3 => format!("round({}, {})", inner(self), self.below(4)),
            4 => format!("{}({})", self.pick(&["trunc", "floor", "ceil", "abs"]), inner(self)),
            5 => format!("({} / nullif({}, 0))", inner(self), self.leaf(Kind::Numeric)),
            6 => format!("{}::numeric(12,2)", self.operand(Kind::Big, depth)),
            _ => format!("{}::numeric", self.operand(Kind::Int, depth)),
        }
    }

    fn text(&mut self, depth: u32) -> String {
        let inner = |this: &mut Generator| this.expression(Kind::Text, depth);
        match self.below(10) {
            0 | 1 => format!("({} || {})", inner(self), inner(self)),
            2 => format!("{}({})", self.pick(&["upper", "lower", "trim", "reverse", "md5"]), inner(self)),
            3 => format!("substr({}, {})", inner(self), self.below(4)),
            4 => format!("replace({}, {}, {})", inner(self), self.leaf(Kind::Text), self.leaf(Kind::Text)),
            5 => {
                let kind = self.kind();
                format!("{}::text", self.operand(kind, depth))
            }
            6 => format!("{}({}, {})", self.pick(&["left", "right", "repeat"]), inner(self), self.below(4)),
            7 => format!("lpad({}, {}, 'xy')", inner(self), self.below(6)),
            8 => format!("concat({}, {})", inner(self), self.expression(Kind::Int, depth)),
            _ => format!("split_part({}, 'b', {})", inner(self), 1 + self.below(2)),
        }
    }

    fn date(&mut self, depth: u32) -> String {
        let sign = *self.pick(&["+", "-"]);
        match self.below(3) {
            0 => format!("({} {sign} {})", self.expression(Kind::Date, depth), self.below(40)),
            1 => format!(
                "({} + interval '{} month')::date",
                self.expression(Kind::Date, depth),
                self.below(15)
            ),
            _ => format!("date_trunc('month', {})::date", self.expression(Kind::Date, depth)),
        }
    }

    /// A condition.
    pub(super) fn predicate(&mut self, depth: u32) -> String {
        self.budget -= 1;
        if self.budget <= 0 {
            return self.leaf(Kind::Bool);
        }
        let below = depth.saturating_sub(1);
        let kind = self.kind();
        let operand = |this: &mut Generator| this.expression(kind, below);
        match self.below(20) {
            0..=5 => format!("({} {} {})", operand(self), self.pick(&COMPARISONS), operand(self)),
            6 if depth > 0 => format!("({} AND {})", self.predicate(below), self.predicate(below)),
            7 if depth > 0 => format!("({} OR {})", self.predicate(below), self.predicate(below)),
            8 if depth > 0 => format!("(NOT {})", self.predicate(below)),
            9 => format!("({} IS {}NULL)", operand(self), self.pick(&["", "NOT "])),
            10 => {
                let not = *self.pick(&["", "NOT "]);
                format!("({} {not}BETWEEN {} AND {})", operand(self), operand(self), operand(self))
            }
            11 => {
                let not = *self.pick(&["", "NOT "]);
                let list: Vec<String> = (0..=self.below(3)).map(|_| self.leaf(kind)).collect();
                format!("({} {not}IN ({}))", operand(self), list.join(", "))
            }
            12 => {
                let not = *self.pick(&["LIKE", "NOT LIKE", "ILIKE"]);
                format!("({} {not} '{}')", self.expression(Kind::Text, below), self.pick(&PATTERNS))
            }
            13 => {
                let truth = *self.pick(&["TRUE", "NOT TRUE", "FALSE", "NOT FALSE", "UNKNOWN", "NOT UNKNOWN"]);
                format!("({} IS {truth})", self.predicate(below))
            }
            14 | 15 if self.budget > 10 && self.scopes.len() < 4 => {
                let not = *self.pick(&["", "NOT "]);
                format!("({not}EXISTS ({}))", self.subquery(&[kind], true))
            }
            16 if self.budget > 10 && self.scopes.len() < 4 => {
                let not = *self.pick(&["", "NOT "]);
                format!("({} {not}IN ({}))", operand(self), self.subquery(&[kind], true))
            }
            17 if self.budget > 10 && self.scopes.len() < 4 => {
                let comparison = *self.pick(&["=", "<>", "<", ">="]);
                let which = *self.pick(&["ANY", "ALL"]);
                format!("({} {comparison} {which} ({}))", operand(self), self.subquery(&[kind], true))
            }
            18 => {
                let other = self.kind();
                let (a, b) = (operand(self), self.expression(other, below));
                let (c, d) = (operand(self), self.expression(other, below));
                format!("(({a}, {b}) {} ({c}, {d}))", self.pick(&["=", "<>", "<", ">="]))
            }
            _ => self.leaf(Kind::Bool),
        }
    }

    // One row whatever is in the tables: an aggregate.
    fn scalar_subquery(&mut self, kind: Kind) -> String {
        let which = if kind == Kind::Bool {
            *self.pick(&["bool_and", "bool_or"])
        } else {
            *self.pick(&["min", "max"])
        };
        self.aggregate_subquery(which, kind)
    }
}

fn of_kind(source: &Source, kind: Kind) -> Vec<String> {
    let columns = source.columns.iter().filter(|column| column.kind == kind);
    columns.map(|column| format!("{}.{}", source.alias, column.name)).collect()
}
