//! Which module of the core may use which: the one table, and the check of a path against it.

/// A module of the core and what it may know.
pub(crate) struct Room {
    pub(crate) name: &'static str,
    pub(crate) may_use: &'static [&'static str],
}

/// In reading order, lowest rank first.
pub(crate) const ROOMS: &[Room] = &[
    Room { name: "base", may_use: &[] },
    Room { name: "error", may_use: &["base"] },
    Room { name: "env", may_use: &["base", "error"] },
    Room { name: "page", may_use: &["base", "error"] },
    Room { name: "value", may_use: &["base", "error"] },
    Room { name: "wal", may_use: &["base", "error", "env", "page"] },
    Room { name: "record", may_use: &["base", "error", "value"] },
    Room { name: "batch", may_use: &["base", "error", "value", "record"] },
    Room { name: "pager", may_use: &["base", "error", "env", "page", "wal"] },
    Room { name: "catalog", may_use: &["base", "error", "value"] },
    Room { name: "function", may_use: &["base", "error", "value", "batch", "record"] },
    Room { name: "btree", may_use: &["base", "error", "page", "pager"] },
    Room { name: "parse", may_use: &["base", "error", "value"] },
    Room { name: "plan", may_use: &["base", "error", "value", "catalog", "function", "parse"] },
    Room { name: "eval", may_use: &["base", "error", "value", "record", "batch", "function", "plan"] },
    Room {
        name: "store",
        may_use: &["base", "error", "value", "record", "batch", "catalog", "page", "pager", "btree"],
    },
    Room {
        name: "inspect",
        may_use: &[
            "base", "error", "env", "value", "record", "catalog", "page", "wal", "pager", "btree", "store",
        ],
    },
    Room { name: "bind", may_use: &["base", "error", "value", "catalog", "function", "plan", "parse"] },
    Room { name: "optimize", may_use: &["base", "error", "value", "catalog", "function", "plan", "eval"] },
    Room {
        name: "physical",
        may_use: &[
            "base", "error", "value", "record", "batch", "catalog", "function", "plan", "eval", "optimize",
        ],
    },
    Room {
        name: "exec",
        may_use: &[
            "base", "error", "env", "value", "record", "batch", "catalog", "function", "plan", "eval",
            "physical", "page", "store",
        ],
    },
    Room {
        name: "db",
        may_use: &[
            "base", "error", "env", "value", "record", "batch", "catalog", "function", "plan", "parse",
            "bind", "optimize", "physical", "eval", "exec", "store", "btree", "page", "pager", "inspect",
        ],
    },
];

/// What is wrong with a use of `crate::{target}` in module `from`; `None` when it may.
pub(crate) fn objection(from: &str, target: &str) -> Option<String> {
    if from == target || !ROOMS.iter().any(|room| room.name == target) {
        return None;
    }
    match ROOMS.iter().find(|room| room.name == from) {
        Some(room) if room.may_use.contains(&target) => None,
        Some(_) => Some(format!("`{from}` may not use `{target}` (xtask/src/arrows.rs)")),
        None => Some(format!("`{from}` is not in the table of modules (xtask/src/arrows.rs)")),
    }
}

/// Prints the table.
pub(crate) fn print() {
    for room in ROOMS {
        println!("{:<10} {}", room.name, room.may_use.join(", "));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_room_knows_a_later_one() {
        // The table itself must be free of cycles: every arrow points to an earlier row.
        for (at, room) in ROOMS.iter().enumerate() {
            for target in room.may_use {
                let place = ROOMS.iter().position(|other| other.name == *target);
                assert!(place.is_some_and(|place| place < at), "{} -> {target}", room.name);
            }
        }
    }

    #[test]
    fn planning_cannot_reach_pages() {
        assert!(objection("bind", "pager").is_some());
        assert!(objection("optimize", "store").is_some());
        assert!(objection("page", "env").is_some());
        assert!(objection("store", "btree").is_none());
        assert!(objection("nosuch", "base").is_some());
        assert!(objection("bind", "Vec").is_none());
    }
}
