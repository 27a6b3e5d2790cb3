//! A deterministic simulator of DecentDB: the real engine, a disk that fails, a clock that stands still,
//! and a model that knows what every commit left.
//!
//! One `u64` decides a whole life: which statements a writer, its readers and a checkpoint run in which
//! order, which faults the disk shows, when the power goes and what of the unsynced writes survives. A
//! seed is one thread and always the same run, so a failure is replayed by its number.
//!
//! ```text
//! seed -> Plan (actions, each with a seed of its own)
//!           |
//!         World: Database over FaultVfs ---- every change of the disk is a Point: low, high
//!           |          |                                   |
//!         Workload   model after commit n            images: subsets, torn and garbage blocks, kills;
//!           (SQL)     = history[n]                    crashes inside the recovery, three deep
//!                                                           |
//!                                        checks: state is history[n], low <= n <= high; verify clean;
//!                                        opens the same again; takes more transactions
//! ```
//!
//! What a workload does is a [`Workload`]: bring your own tables and statements, and the simulator breaks
//! your disk instead of ours. [`Mixed`] is the one the project runs.
//!
//! ```
//! use decentdb_sim::{Mixed, Settings, run_seed};
//!
//! let outcome = run_seed(&Mixed::default(), 7, &Settings { images: 20, ..Settings::default() });
//! assert!(outcome.failure.is_none());
//! assert!(outcome.counts.images >= 20);
//! ```

mod check;
mod counts;
mod error;
pub mod matrix;
mod mixed;
mod plan;
mod run;
mod seeds;
mod workload;
mod world;

pub use counts::Counts;
pub use error::{Failed, Failure};
pub use mixed::Mixed;
pub use plan::{Action, Plan};
pub use run::{Outcome, Settings, replay_command, run_many, run_plan, run_seed, shrink};
pub use seeds::kept_seeds;
pub use workload::{Expect, Statement, Workload};
