//! Large stacks: a thread that is waited for. The system backs only what is touched.

use std::panic::resume_unwind;
use std::thread;

use decentdb_core::env::Stacks;

/// Stacks of threads of their own.
#[derive(Clone, Copy, Debug, Default)]
pub struct NativeStacks;

impl Stacks for NativeStacks {
    fn run(&self, bytes: usize, work: &mut (dyn FnMut() + Send)) -> bool {
        let builder = thread::Builder::new().name("decentdb-deep".to_owned()).stack_size(bytes);
        thread::scope(|scope| match builder.spawn_scoped(scope, work) {
            Ok(thread) => {
                if let Err(panic) = thread.join() {
                    resume_unwind(panic);
                }
                true
            }
            // No thread, no room: the statement keeps the refusal that it has.
            Err(_) => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(levels: usize) -> usize {
        let frame = std::hint::black_box([1_u8; 4096]);
        if levels == 0 { 0 } else { usize::from(frame[levels % 4096]) + frames(levels - 1) }
    }

    #[test]
    fn work_has_the_stack_it_asks_for_and_is_waited_for() {
        let mut sum = 0;
        assert!(NativeStacks.run(32 << 20, &mut || sum += frames(4_000)));
        assert_eq!(sum, 4_000);
    }

    #[test]
    fn a_panic_inside_goes_on_outside() {
        let caught = std::panic::catch_unwind(|| NativeStacks.run(1 << 20, &mut || panic!("inside")));
        let message = caught.err().and_then(|panic| panic.downcast::<&str>().ok());
        assert_eq!(message.as_deref(), Some(&"inside"));
    }

    #[test]
    fn a_stack_that_no_system_has_is_refused() {
        assert!(!NativeStacks.run(usize::MAX / 2, &mut || unreachable!("there is no such stack")));
    }
}
