//! How much stack a stage has used since it began.
//!
//! Stages that follow the nesting of a statement ask at every level. The answer is the distance between
//! two addresses of the calling thread's stack, so it counts bytes, whatever the build makes of frames:
//! an unoptimised one needs ten times those of an optimised one.
//!
//! ```text
//! Stack::here() ---- frames ---- check()          caller's frames | ours, at most BYTES_MAX | reserve
//! ```
//!
//! It does not know how large the stack is: [`STACK_BYTES_MAX`] says what a caller must have left, and `within`
//! what somebody has who made a larger one.

use core::cell::Cell;

use crate::base::limits::STACK_BYTES_MAX;

use super::{Error, Result, SqlState};

std::thread_local! {
    /// What a stage may use on this thread, in bytes.
    static BYTES_MAX: Cell<usize> = const { Cell::new(STACK_BYTES_MAX) };
}

/// Runs `work` where each stage may use so many bytes of the stack.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn within<T>(bytes_max: usize, work: impl FnOnce() -> T) -> T {
    let before = BYTES_MAX.replace(bytes_max);
    let done = work();
    BYTES_MAX.set(before);
    done
}

/// Whether this thread is [`within`] bounds of its own.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn is_large() -> bool {
    BYTES_MAX.get() != STACK_BYTES_MAX
}

/// Where the stack of this thread was.
#[derive(Clone, Copy, Debug)]
pub struct Stack {
    base: usize,
    bytes_max: usize,
}

impl Stack {
    /// Here.
    pub fn here() -> Stack {
        Stack { base: address(), bytes_max: BYTES_MAX.get() }
    }

    /// Whether what was used since is more than a statement may use.
    pub fn is_used_up(self) -> bool {
        self.base.abs_diff(address()) > self.bytes_max
    }

    /// 54001 when it is.
    pub fn check(self) -> Result<()> {
        if self.is_used_up() { Err(too_complex()) } else { Ok(()) }
    }
}

// Never inlined: the address of a local is that of the frame it is in.
#[inline(never)]
fn address() -> usize {
    let local = 0_u8;
    core::ptr::from_ref(core::hint::black_box(&local)).addr()
}

/// What PostgreSQL says when its stack would overflow.
pub(crate) fn too_complex() -> Error {
    Error::new(SqlState::STATEMENT_TOO_COMPLEX, "stack depth limit exceeded")
        .with_hint("The statement is nested too deeply, or chains too many operators or queries.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deeper(stack: Stack, levels: usize) -> (usize, bool) {
        let frame = core::hint::black_box([0_u8; 4096]);
        if levels == 0 || stack.is_used_up() {
            return (levels, stack.is_used_up());
        }
        let (left, used) = deeper(stack, levels - 1);
        (left + usize::from(frame[0]), used)
    }

    #[test]
    fn frames_are_counted_in_bytes() {
        let body = || {
            assert_eq!(deeper(Stack::here(), 10), (0, false));
            let (left, used) = deeper(Stack::here(), 1_000);
            assert!(used && left > 1_000 - STACK_BYTES_MAX / 4096 - 1, "{left}");
            assert_eq!(Stack::here().check().err(), None);
        };
        let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(body).expect("a thread");
        assert!(thread.join().is_ok());
    }
}
