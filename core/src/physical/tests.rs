//! Which access path and which join a query gets.
