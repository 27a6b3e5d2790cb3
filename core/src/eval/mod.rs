//! One evaluator of expressions over batches, for planner and executor.
