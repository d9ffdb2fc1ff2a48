#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kpctl::fuzzing::run("snapshot", bytes));
