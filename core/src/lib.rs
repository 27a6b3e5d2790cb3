//! DecentDB without I/O: SQL text and bytes go in, rows and bytes come out.
//!
//! This crate opens no file, reads no clock, draws no random number, starts no thread and never
//! sleeps. It is handed an [`env::Env`] and calls it, synchronously, from the caller's thread. Native
//! programs use the `decentdb` crate, browsers the npm package; both are this core with another `Env`.
//!
//! A statement passes the modules in this order:
//!
//! ```text
//! parse -> bind -> plan -> optimize -> physical -> exec -> store -> btree -> pager -> wal -> env
//! ```
//!
//! A module may use only modules of lower rank; `cargo xtask tidy` holds the table and checks it.

pub mod base;
pub mod error;

pub mod env;

pub mod page;
pub mod value;

pub mod batch;
pub mod record;
pub mod wal;

pub mod catalog;
pub mod function;
pub mod pager;

pub mod btree;
pub mod parse;
pub mod plan;

pub mod bind;
pub mod eval;
pub mod store;

pub mod inspect;
pub mod optimize;
pub mod physical;

pub mod exec;

pub mod db;
