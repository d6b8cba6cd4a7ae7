//! Fuzzes all that is said about a Go file.

#![no_main]

use viva_guide::Language;

libfuzzer_sys::fuzz_target!(|data: &[u8]| viva_fuzz::recogniser::check(Language::Go, data));
