//! SQL text to sqlparser's tree, bounded.
