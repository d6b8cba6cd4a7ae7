//! The rules for redis.conf and sentinel.conf.
//!
//! A file may be a fragment: its other directives are in a file that includes it, or on the command
//! line. So what is absent is held against a file only if it says where the server listens or stores.

mod access;
mod directives;
mod durability;
mod file;
mod memory;
mod names;
mod values;

use super::rule::{Findings, Rule};
use crate::document::Document;
use file::{Checked, File};

pub(super) const RULES: &[Checked] = &[
    access::OPEN_WITHOUT_PASSWORD,
    access::WEAK_PASSWORD,
    access::RENAME_COMMAND,
    memory::NO_MAXMEMORY,
    memory::NO_EVICTION_POLICY,
    durability::NO_PERSISTENCE,
    durability::APPENDFSYNC_NO,
    names::UNKNOWN_DIRECTIVE,
    names::DEPRECATED_NAME,
    names::DUPLICATE_DIRECTIVE,
    values::VALUE_OUT_OF_RANGE,
];

/// Runs the wanted rules.
pub(super) fn check(document: &Document, wants: impl Fn(&Rule) -> bool, findings: &mut Findings) {
    let Some(file) = File::new(document.text()) else {
        return;
    };
    findings.collect(RULES, wants, |check, findings| check(&file, findings));
}
