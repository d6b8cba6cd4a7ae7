//! The rules for compose.yaml.

use super::rule::{Check, Findings, Rule};
use crate::document::Document;

/// A file as the rules see it.
#[derive(Debug)]
pub(super) struct File<'a> {
    text: &'a str,
}

pub(super) const RULES: &[Rule] = &[];

/// Runs the wanted rules.
pub(super) fn check(document: &Document, wanted: &[&'static Rule], findings: &mut Findings) {
    let file = File {
        text: document.text(),
    };
    for rule in wanted {
        if let Check::Compose(check) = rule.check {
            findings.begin(rule);
            check(&file, findings);
        }
    }
}
