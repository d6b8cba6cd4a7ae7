//! What several threads share.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is shared. A panic elsewhere while it was locked left it whole: every change is one step.
pub(crate) fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
