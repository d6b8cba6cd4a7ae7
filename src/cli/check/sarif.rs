//! `check --sarif`: the hints as a log in the Static Analysis Results Interchange Format, version
//! 2.1.0 (OASIS), which code review tools read.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Found, level};
use crate::cli::text_range::TextRange;
use crate::cli::{Outcome, Output, write_json};
use crate::document::Document;
use crate::features::hints::{Edit, Hint, Rule, documentation, rules};

/// Writes the log: one run, with the rules that found something.
pub(super) fn write(out: &mut Output, found: &[Found]) -> Outcome {
    let used = |rule: &&Rule| {
        found
            .iter()
            .flat_map(|found| &found.hints)
            .any(|hint| hint.rule.id == rule.id)
    };
    let described: Vec<&Rule> = rules().filter(used).collect();
    let indices: BTreeMap<&str, usize> = described
        .iter()
        .enumerate()
        .map(|(index, rule)| (rule.id, index))
        .collect();
    let results: Vec<Value> = found
        .iter()
        .flat_map(|found| {
            found
                .hints
                .iter()
                .map(|hint| result(found, hint, indices.get(hint.rule.id).copied()))
        })
        .collect();
    let repository = env!("CARGO_PKG_REPOSITORY");
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "viva",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": repository,
                "rules": described.into_iter().map(description).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    write_json(out, &log)
}

fn description(rule: &Rule) -> Value {
    let page = format!(
        "{}/blob/main/docs/hints.md#{}",
        env!("CARGO_PKG_REPOSITORY"),
        documentation::anchor(rule)
    );
    json!({
        "id": rule.id,
        "shortDescription": { "text": rule.title },
        "fullDescription": { "text": rule.why },
        "helpUri": page,
        "defaultConfiguration": { "level": "note" },
        "properties": { "level": level(rule.level), "topic": rule.topic },
    })
}

/// Hints are notes: none is an error.
fn result(found: &Found, hint: &Hint, index: Option<usize>) -> Value {
    let place = json!({ "uri": uri(&found.file) });
    let mut result = json!({
        "ruleId": hint.rule.id,
        "ruleIndex": index,
        "level": "note",
        "message": { "text": hint.message },
        "locations": [{ "physicalLocation": {
            "artifactLocation": place,
            "region": region(&TextRange::of(&found.document, &hint.range)),
        }}],
    });
    if let Some(fix) = &hint.fix {
        let replacements: Vec<Value> = fix
            .edits
            .iter()
            .map(|edit| replacement(&found.document, edit))
            .collect();
        result["fixes"] = json!([{
            "description": { "text": fix.title },
            "artifactChanges": [{ "artifactLocation": place, "replacements": replacements }],
        }]);
    }
    result
}

fn replacement(document: &Document, edit: &Edit) -> Value {
    json!({
        "deletedRegion": region(&TextRange::of(document, &edit.range)),
        "insertedContent": { "text": edit.text },
    })
}

fn region(range: &TextRange) -> Value {
    json!({
        "startLine": range.start.line,
        "startColumn": range.start.column,
        "endLine": range.end.line,
        "endColumn": range.end.column,
    })
}

/// A path as a URI reference: what is not allowed in one is escaped, and a path with a drive or from
/// the root is a `file` URI.
fn uri(path: &str) -> String {
    let path = if cfg!(windows) {
        path.replace('\\', "/")
    } else {
        path.to_owned()
    };
    let mut uri = String::new();
    let has_drive = path.as_bytes().get(1) == Some(&b':') && cfg!(windows);
    if has_drive {
        uri.push_str("file:///");
    } else if path.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            b':' if has_drive => uri.push(':'),
            other => {
                uri.push('%');
                for digit in [other >> 4, other & 15] {
                    uri.extend(
                        char::from_digit(u32::from(digit), 16)
                            .map(|digit| digit.to_ascii_uppercase()),
                    );
                }
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(not(windows))]
    #[test]
    fn paths_become_references() {
        for (path, expected) in [
            ("a/Dockerfile", "a/Dockerfile"),
            ("/srv/a b.sql", "file:///srv/a%20b.sql"),
            ("a:b#c/ü.go", "a%3Ab%23c/%C3%BC.go"),
        ] {
            assert_eq!(uri(path), expected);
        }
    }
}
