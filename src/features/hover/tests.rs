//! Hovers as they are shown.
