//! What only the browser tests call.

use decentdb_core::env::contract::CHECKS;
use decentdb_vfs_opfs::{MountOptions, OpfsVfs, remove_database};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::vfs_to_js;

/// Runs the conformance suite of `env::contract` on OPFS; answers one line per check, `ok NAME` or
/// `not ok NAME: WHY`.
#[wasm_bindgen(js_name = vfsContract)]
pub async fn vfs_contract() -> Result<Vec<String>, JsValue> {
    let mut lines = Vec::new();
    for (number, check) in CHECKS.iter().enumerate() {
        // A mount knows its files beforehand; a check uses its prefix with one of these endings.
        let prefix = format!("check{number}");
        let names: Vec<String> =
            ["", "a", "b", "-wal"].iter().map(|letter| format!("{prefix}{letter}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mount = OpfsVfs::mount("contract", &names, &MountOptions::default()).await.map_err(vfs_to_js)?;
        lines.push(match (check.run)(&mount, &prefix) {
            Ok(()) => format!("ok {}", check.name),
            Err(why) => format!("not ok {}: {why}", check.name),
        });
        mount.close();
    }
    remove_database("contract").await.map_err(vfs_to_js)?;
    Ok(lines)
}

/// Panics, as a defect would.
#[wasm_bindgen(js_name = provokePanic)]
pub fn provoke_panic() {
    #[expect(clippy::panic, reason = "the test of what happens after a panic")]
    {
        panic!("provoked by a test");
    }
}
