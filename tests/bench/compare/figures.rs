//! What is measured of a server in a language.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::server::Outcome;
use crate::texts::Size;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Case {
    /// From the start of the process to the reply to `initialize`.
    Initialize,
    /// From the start of the process to the first right hover.
    FirstHover,
    Hover,
    Action,
    /// An edit and a hover at once after it.
    EditAndHover,
    /// Many edits without waiting and a hover.
    Burst,
    /// From opening a file to its first right hover.
    Open(Size),
    EditAndHoverIn(Size),
}

/// All of one server in one language.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    pub(crate) times: BTreeMap<Case, Outcome<Vec<Duration>>>,
    /// Processor time of a hover.
    pub(crate) hover_cpu: Option<Duration>,
    /// Processor time while it is at rest, of a second.
    pub(crate) rest_cpu: Option<Duration>,
    /// Resident memory in bytes, with the long file open.
    pub(crate) memory: Option<u64>,
    /// The same after everything was measured in that file.
    pub(crate) memory_at_end: Option<u64>,
}

impl Figures {
    /// Takes down a time, or why there is none: then there is none at all.
    pub(crate) fn take(&mut self, case: Case, outcome: Outcome<Duration>) {
        let times = self.times.entry(case).or_insert_with(|| Ok(Vec::new()));
        match (outcome, times) {
            (Ok(time), Ok(times)) => times.push(time),
            (Err(failure), times) => *times = Err(failure),
            (Ok(_), Err(_)) => {}
        }
    }

    pub(crate) fn has_failed(&self, case: Case) -> bool {
        self.times.get(&case).is_some_and(Result::is_err)
    }

    /// The time that this many percent of the times are not above, of a case that was measured.
    pub(crate) fn percentile(&self, case: Case, percent: usize) -> Option<Duration> {
        let mut sorted = self.times.get(&case)?.as_ref().ok()?.clone();
        sorted.sort_unstable();
        sorted
            .get(sorted.len().saturating_sub(1) * percent / 100)
            .copied()
    }
}
