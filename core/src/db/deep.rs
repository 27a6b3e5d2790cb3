//! Statements that need more stack than their caller has are planned on a larger one, if the host has one.
//!
//! ```text
//! plan on the caller's stack --54001--> Stacks::run: plan again, with the bounds of the large stack
//! ```
//!
//! Only planning is done again, which changes nothing and can be done twice. Nesting is bounded by
//! `parse::bounds` in any case; what it lets through, the large stack holds. Natively sqlparser needs 22 KB for a
//! call inside a call, and applications nest `replace` twenty times.

use crate::env::Stacks;
use crate::error::Result;

/// The large stack, in bytes: what the bounds of `parse::bounds` can come to, and half as much again.
#[cfg(not(target_family = "wasm"))]
const STACK_BYTES: usize = if cfg!(debug_assertions) { 96 << 20 } else { 16 << 20 };
/// What may be used of it by one stage; the rest is for what calls it, and for the last frame.
#[cfg(not(target_family = "wasm"))]
const USED_BYTES_MAX: usize = STACK_BYTES / 8 * 7;

/// What `plan` answers, on a stack that is large enough.
#[cfg(not(target_family = "wasm"))]
pub(super) fn deeply<T: Send>(stacks: &dyn Stacks, plan: impl Fn() -> Result<T> + Sync) -> Result<T> {
    use crate::error::SqlState;
    use crate::error::stack::{is_large, within};

    let first = plan();
    if is_large() || !matches!(&first, Err(error) if error.sqlstate() == SqlState::STATEMENT_TOO_COMPLEX) {
        return first;
    }
    let mut again = None;
    stacks.run(STACK_BYTES, &mut || again = Some(within(USED_BYTES_MAX, &plan)));
    again.unwrap_or(first)
}

/// What `plan` answers: a worker has one stack.
#[cfg(target_family = "wasm")]
pub(super) fn deeply<T>(_: &dyn Stacks, plan: impl Fn() -> Result<T>) -> Result<T> {
    plan()
}
