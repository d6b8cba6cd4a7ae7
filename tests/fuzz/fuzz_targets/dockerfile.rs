//! Fuzzes all that is said about a Dockerfile.

#![no_main]

use viva_guide::Language;

libfuzzer_sys::fuzz_target!(|data: &[u8]| viva_fuzz::recogniser::check(Language::Dockerfile, data));
