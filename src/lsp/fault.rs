//! Faults that tests ask for, to see that the server outlives them. Not in release builds.
//!
//! The environment variable `VIVA_FAULT` is the end of a URI: whatever is done about such a document
//! fails. A variable, not a cargo feature: so plain `cargo test` proves it with the very build that
//! all other tests use.

/// Panics where a fault was asked for.
#[cfg(debug_assertions)]
pub(super) fn at(uri: &str) {
    let wanted = std::env::var("VIVA_FAULT");
    let is_wanted = wanted.is_ok_and(|end| !end.is_empty() && uri.ends_with(&end));
    assert!(!is_wanted, "the fault that VIVA_FAULT asks for: {uri}");
}

#[cfg(not(debug_assertions))]
pub(super) fn at(_uri: &str) {}
