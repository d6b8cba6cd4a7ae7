//! How much processor time a call may take: enough for anything that grows with the length of its
//! text, too little for what grows faster.

use std::time::Duration;

/// For one call about a text of a few kilobytes, which takes well under 10 ms with libFuzzer's
/// instruments.
const LIMIT: Duration = Duration::from_millis(400);

/// Calls, and fails if that took more than [`LIMIT`].
#[track_caller]
pub fn bounded<T>(what: &str, call: impl FnOnce() -> T) -> T {
    bounded_by(LIMIT, what, call)
}

/// Calls, and fails if that took longer than allowed. Other work of the machine does not count.
#[track_caller]
pub fn bounded_by<T>(limit: Duration, what: &str, call: impl FnOnce() -> T) -> T {
    let before = processor_time();
    let result = call();
    let taken = processor_time().saturating_sub(before);
    assert!(taken <= limit, "{what} took {taken:?}, at most {limit:?}");
    result
}

/// Of this thread.
#[cfg(unix)]
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::from_secs(seconds) + Duration::from_nanos(time.tv_nsec.unsigned_abs())
}
