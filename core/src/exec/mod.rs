//! Physical plan to batches: operators that do bounded work per call.
