//! A full disk, at each of the places where room is taken.

use super::*;

/// No byte more than there is.
fn fill(vfs: &FaultVfs) {
    let used = |name: &str| vfs.bytes(name).map_or(0, |bytes| bytes.len() as u64);
    vfs.set_capacity_bytes(used(NAME) + used(&format!("{NAME}-wal")));
}

#[test]
fn disk_full_when_a_commit_reserves_log_space() {
    let vfs = FaultVfs::new(1);
    let (database, connection) = ledger(&vfs, 5);
    fill(&vfs);
    let refused = (6..40).find_map(|id| insert(&connection, id).err().map(|error| (id, error)));
    let Some((id, error)) = refused else { panic!("the disk is not full") };
    assert_eq!(error.sqlstate().code(), "53100");
    assert!(database.durability_status().poisoned.is_none(), "nothing was written");
    assert_eq!(last_row(&connection, "reads go on"), id - 1);
    examine_all(&vfs.kill(), id - 1, id - 1, "while it is full");
    // The refused row is nowhere, and fits when there is room.
    vfs.set_capacity_bytes(u64::MAX);
    insert(&connection, id).unwrap();
    assert_eq!(last_row(&connection, "room again"), id);
    examine_all(&vfs, id, id, "room again");
}

#[test]
fn disk_full_when_a_checkpoint_grows_the_file() {
    let vfs = FaultVfs::new(2);
    let (database, connection) = ledger(&vfs, 5);
    fill(&vfs);
    let done = database.checkpoint();
    assert_eq!(code(&done), "53100");
    assert!(database.durability_status().poisoned.is_none(), "nothing was overwritten");
    assert_eq!(last_row(&connection, "reads go on"), 5);
    // The log has room left in its segment: commits go on.
    insert(&connection, 6).unwrap();
    examine_all(&vfs.kill(), 6, 6, "while it is full");
    vfs.set_capacity_bytes(u64::MAX);
    database.checkpoint().unwrap();
    examine_all(&vfs, 6, 6, "room again");
}

#[test]
fn disk_full_in_recovery() {
    let vfs = FaultVfs::new(3);
    let (database, connection) = ledger(&vfs, 25);
    drop(connection);
    drop(database);
    let after = vfs.crash(&Crash::KEEP_ALL);
    fill(&after);
    let database = open(&after).unwrap();
    assert!(database.durability_status().read_only, "there is no room to recover into");
    let connection = database.connect().unwrap();
    assert_eq!(last_row(&connection, "read only"), 25);
    assert_eq!(code(&insert(&connection, 26)), "25006");
    drop(connection);
    drop(database);
    examine_all(&after, 25, 25, "opened without room");
    after.set_capacity_bytes(u64::MAX);
    let database = open(&after).unwrap();
    insert(&database.connect().unwrap(), 26).unwrap();
    examine_all(&after, 26, 26, "room again");
}
