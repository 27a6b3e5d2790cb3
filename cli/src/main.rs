//! The `decentdb` command.

fn main() {}
