//! Snapshots and the one write transaction over pages; the buffer pool; free pages.
