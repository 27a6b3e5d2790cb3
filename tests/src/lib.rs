//! What the whole engine is tested with: scripts of SQL with PostgreSQL's answers, and PostgreSQL itself.

pub mod decent;
pub mod postgres;
pub mod script;
