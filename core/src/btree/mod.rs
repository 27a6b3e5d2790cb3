//! B+trees over pages: rows by rowid, keys by byte order.
