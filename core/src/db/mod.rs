//! The public face: databases, connections, statements, rows.
