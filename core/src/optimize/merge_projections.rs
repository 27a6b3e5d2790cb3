//! Removes projections that pass on exactly what they get.
//!
//! ```text
//! before  Project: t.a, t.b <- Scan: t (a, b)      after  Scan: t (a, b)
//! ```
//!
//! Must not fire when the order differs: set operations and inserts go by position.

use crate::plan::{Expr, LogicalPlan};

use super::take;

/// Removes them everywhere in the tree.
pub(super) fn apply(plan: &mut LogicalPlan) {
    plan.for_each_input_mut(&mut |input| apply(input));
    if let LogicalPlan::Project { input, items } = plan {
        let produced = input.columns();
        let passes = produced.len() == items.len()
            && produced.iter().zip(items.iter()).all(|(info, (out, expr))| {
                info.id == out.id && matches!(expr, Expr::Column(id, _) if *id == info.id)
            });
        if passes {
            *plan = take(input);
        }
    }
}
