//! PostgreSQL's dialect for sqlparser; what its grammar lacks is to be added here, hook by hook.

use sqlparser::dialect::PostgreSqlDialect;

/// The dialect all statements are parsed with.
pub(super) static DIALECT: PostgreSqlDialect = PostgreSqlDialect {};
