//! The rules for redis.conf and sentinel.conf.
//!
//! A file may be a fragment: its other directives are in a file that includes it, or on the command
//! line. So what is absent is held against a file only if it says where the server listens or stores.

mod access;
mod directives;
mod durability;
mod memory;
mod names;
mod values;

use super::rule::{Check, Findings, Rule};
use crate::document::Document;
use crate::keywords::redis_conf::{self as keywords, Argument, Line};

pub(super) const RULES: &[Rule] = &[
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

/// A file as the rules see it.
#[derive(Debug)]
pub(super) struct File<'a> {
    text: &'a str,
    lines: Vec<Line<'a>>,
    /// Whether a program writes lines into it or leaves them out.
    is_template: bool,
}

/// A server that has directives of its own is named in its files.
const OTHER_SERVERS: [&str; 5] = ["valkey", "keydb", "kvrocks", "dragonfly", "garnet"];

impl<'a> File<'a> {
    /// None: it is something else than a configuration of Redis.
    fn new(text: &'a str) -> Option<File<'a>> {
        let lines = keywords::lines(text);
        let known = lines
            .iter()
            .filter(|line| directives::card(&line.directive).is_some())
            .count();
        if known * 2 < lines.len() {
            return None;
        }
        Some(File {
            text,
            lines,
            is_template: ["{{", "{%", "<%"].iter().any(|mark| text.contains(mark)),
        })
    }

    /// The line that sets a directive: the last one, under whichever of its names.
    fn last(&self, directive: &str) -> Option<&Line<'a>> {
        self.lines
            .iter()
            .rfind(|line| directives::current(&line.directive) == directive)
    }

    /// What a directive is set to, in small letters.
    fn value(&self, directive: &str) -> Option<String> {
        let argument = self.last(directive)?.arguments.first()?;
        argument.value.map(str::to_ascii_lowercase)
    }

    /// Whether the first argument of a directive is this word.
    fn is(&self, directive: &str, value: &str) -> bool {
        self.value(directive).as_deref() == Some(value)
    }

    /// Whether nothing sets a directive, as far as that can be known.
    fn lacks(&self, directive: &str) -> bool {
        self.is_whole() && self.last(directive).is_none()
    }

    /// Whether the file describes a server rather than some of its settings.
    fn is_whole(&self) -> bool {
        let says = |directive| self.last(directive).is_some();
        !self.is_template && !says("include") && ["bind", "port", "dir"].into_iter().any(says)
    }

    fn is_sentinel(&self) -> bool {
        self.lines
            .iter()
            .any(|line| line.directive.starts_with("sentinel"))
    }

    /// Whether both ways to keep data are off, and the file says so.
    fn keeps_nothing(&self) -> bool {
        let is_off = |line: &Line<'_>| {
            line.arguments
                .first()
                .is_some_and(|argument| argument.value == Some(""))
        };
        self.last("save").is_some_and(is_off)
            && (self.is("appendonly", "no") || self.lacks("appendonly"))
    }

    /// Whether it is a cache: it evicts any key.
    fn evicts(&self) -> bool {
        self.value("maxmemory-policy")
            .is_some_and(|policy| policy.starts_with("allkeys-"))
    }

    /// Whether it may be the file of a server that took its format from Redis.
    fn may_be_of_another_server(&self) -> bool {
        let text = self.text.to_ascii_lowercase();
        OTHER_SERVERS.iter().any(|name| text.contains(name))
    }

    /// What stands in the file from the directive to the end of its arguments.
    fn line_range(line: &Line<'_>) -> std::ops::Range<usize> {
        let end = line
            .arguments
            .last()
            .map_or(line.name.end, |last| last.range.end);
        line.name.start..end
    }
}

/// Whether something else is put in its place before Redis reads it: `${PASSWORD}`, `<password>`.
fn is_placeholder(argument: &Argument<'_>) -> bool {
    argument
        .value
        .is_none_or(|value| value.starts_with('%') || value.contains(['$', '{', '<', '@']))
}

/// Runs the wanted rules.
pub(super) fn check(document: &Document, wanted: &[&'static Rule], findings: &mut Findings) {
    let Some(file) = File::new(document.text()) else {
        return;
    };
    for rule in wanted {
        if let Check::Redis(check) = rule.check {
            findings.begin(rule);
            check(&file, findings);
        }
    }
}
