//! Fuzzes the import of notes.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| viva_fuzz::import::check(data));
