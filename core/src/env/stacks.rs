//! Larger stacks, for statements that are nested more deeply than a caller's stack can hold.

use core::fmt;

use crate::base::sync::{MaybeSend, MaybeSync};

/// How a host comes by a large stack. Natively that is a thread which is waited for; a browser has none.
pub trait Stacks: fmt::Debug + MaybeSend + MaybeSync {
    /// Runs `work` once on a stack of at least so many bytes, and comes back when it is done. A panic inside goes
    /// on in the caller. Answers false, having done nothing, when there is no such stack.
    fn run(&self, bytes: usize, work: &mut (dyn FnMut() + Send)) -> bool;
}

/// A host with the caller's stack only.
#[derive(Clone, Copy, Debug, Default)]
pub struct OneStack;

impl Stacks for OneStack {
    fn run(&self, _bytes: usize, _work: &mut (dyn FnMut() + Send)) -> bool {
        false
    }
}
