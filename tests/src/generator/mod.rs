//! Random queries with types: they parse, bind and mean something, and their answers are determined.
//!
//! What it does not do: it does not know an engine, and it makes no data beyond its fixed tables.
//!
//! ```text
//! schema.rs     tables t0..t3, rows full of duplicates and NULLs
//! expression.rs a value of a wanted kind over what is in scope, subqueries included
//! query.rs      FROM, WHERE, GROUP BY, set operations, windows, WITH, ORDER BY + LIMIT
//! ```
//!
//! G1  The same seed makes the same text.
//! G2  An answer is determined up to the order of its rows, or, where ORDER BY names every column, wholly:
//!     no float sums, no LIMIT without a total order, no function of time or chance.
//! G3  Values stay small enough that no evaluation order overflows; divisors are guarded by NULLIF.

mod expression;
mod query;
mod schema;

use decentdb_core::env::SplitMix64;

pub use query::Generated;
pub use schema::{indexes, tables};

/// What a value is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Int,
    Big,
    Numeric,
    Text,
    Bool,
    Date,
}

impl Kind {
    const ALL: [Kind; 6] = [Kind::Int, Kind::Big, Kind::Numeric, Kind::Text, Kind::Bool, Kind::Date];

    fn sql(self) -> &'static str {
        match self {
            Kind::Int => "integer",
            Kind::Big => "bigint",
            Kind::Numeric => "numeric",
            Kind::Text => "text",
            Kind::Bool => "boolean",
            Kind::Date => "date",
        }
    }
}

/// A column in scope.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    name: String,
    kind: Kind,
}

/// An item of FROM.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    alias: String,
    columns: Vec<Column>,
    /// The column that is different in every row, if there is one.
    key: Option<&'static str>,
}

/// The generator.
pub struct Generator {
    random: SplitMix64,
    /// Scopes from the outermost query to the one being written.
    scopes: Vec<Vec<Source>>,
    /// WITH queries that may be named.
    common: Vec<(String, Vec<Column>)>,
    aliases: u32,
    /// What the statement may still grow by.
    budget: i32,
}

impl Generator {
    /// A generator whose whole output follows from the seed.
    pub fn new(seed: u64) -> Generator {
        Generator {
            random: SplitMix64::new(seed),
            scopes: Vec::new(),
            common: Vec::new(),
            aliases: 0,
            budget: 0,
        }
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.random.next_u64() % limit
    }

    fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let at = usize::try_from(self.below(from.len() as u64)).expect("an index");
        &from[at]
    }

    fn kind(&mut self) -> Kind {
        *self.pick(&Kind::ALL)
    }

    fn alias(&mut self) -> String {
        self.aliases += 1;
        format!("a{}", self.aliases)
    }
}
