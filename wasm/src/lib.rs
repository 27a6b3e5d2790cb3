//! What crosses the boundary between DecentDB and JavaScript, and who owns it.
//!
//! A `Session` is one database with one connection, owned by one worker. A statement is one call with
//! one packed buffer in ([`params`]) and, when it is done, one packed buffer out ([`frame`]); a long one
//! answers "not yet" after some milliseconds, so that the worker can look at its messages in between.
//!
//! ```text
//!   JavaScript                          wasm
//!   run(sql, parameter bytes)   --->    Portal, stepped for a slice of time
//!                               <---    frame bytes | undefined: call resume()
//!   resume()                    --->    the next slice
//!   cancel()                    --->    the portal is dropped, the statement undone
//! ```
//!
//! B1  An error of the database is thrown as an object with `sqlstate`; anything else that is thrown (a
//!     trap, a stack overflow) leaves the instance in an unknown state, and it must not be called again.
//! B2  Buffers are copied across; nobody holds a view of the other's memory after a call.

pub mod frame;
pub mod params;

#[cfg(target_arch = "wasm32")]
mod error;
#[cfg(target_arch = "wasm32")]
mod session;
#[cfg(target_arch = "wasm32")]
mod start;
#[cfg(target_arch = "wasm32")]
mod storage;
#[cfg(all(target_arch = "wasm32", feature = "testing"))]
mod testing;
#[cfg(target_arch = "wasm32")]
mod zones;

#[cfg(target_arch = "wasm32")]
pub use session::Session;
#[cfg(target_arch = "wasm32")]
pub use start::start;
#[cfg(all(target_arch = "wasm32", feature = "testing"))]
pub use testing::{provoke_panic, vfs_contract};
