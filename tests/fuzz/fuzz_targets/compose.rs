//! Fuzzes all that is said about a compose.yaml.

#![no_main]

use viva_guide::Language;

libfuzzer_sys::fuzz_target!(|data: &[u8]| viva_fuzz::recogniser::check(Language::Compose, data));
