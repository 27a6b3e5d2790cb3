//! Expressions over batches against one row at a time, and errors only where PostgreSQL raises them.
