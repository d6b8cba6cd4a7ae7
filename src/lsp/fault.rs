//! Faults that tests ask for, to see that the server outlives them. Only with the feature
//! `fault-injection`, which `cargo test` switches on in every profile: no program that users get has it.
//!
//! An environment variable is the end of a name, such as that of a document or of a file: whatever is
//! done about it fails (`VIVA_FAULT`), or is never done, as with a disk that does not answer
//! (`VIVA_STUCK`).

/// Panics where a fault was asked for.
pub(super) fn at(name: &str) {
    #[cfg(feature = "fault-injection")]
    assert!(
        !is_asked("VIVA_FAULT", name),
        "the fault that VIVA_FAULT asks for: {name}"
    );
    let _ = name;
}

/// Never returns where that was asked for.
pub(super) fn stuck_at(name: &str) {
    #[cfg(feature = "fault-injection")]
    while is_asked("VIVA_STUCK", name) {
        std::thread::park();
    }
    let _ = name;
}

#[cfg(feature = "fault-injection")]
fn is_asked(variable: &str, name: &str) -> bool {
    std::env::var(variable).is_ok_and(|end| !end.is_empty() && name.ends_with(&end))
}
