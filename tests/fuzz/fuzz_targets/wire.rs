//! Fuzzes what a client sends.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| viva_fuzz::wire::check(data));
