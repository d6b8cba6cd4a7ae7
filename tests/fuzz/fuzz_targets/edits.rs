//! Fuzzes documents, edits and positions.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| viva_fuzz::edits::check(data));
