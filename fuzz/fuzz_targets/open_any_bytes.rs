//! See `decentdb_tests::fuzz`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let target = decentdb_tests::fuzz::TARGETS.iter().find(|target| target.name == "open_any_bytes");
    (target.expect("the target is in the list").run)(bytes);
});
