//! A redis.conf as the rules see it, and their form.

use viva_guide::Language;

use super::directives;
use crate::features::hints::rule::{self, Findings, Rule};
use crate::keywords::redis_conf::{self as keywords, Argument, Line};

/// How a rule looks at a file.
type Check = fn(&File<'_>, &mut Findings);
pub(super) type Checked = rule::Checked<Check>;

/// What most rules have in common.
pub(super) const HINT: Rule = Rule::hint(Language::Redis);

/// A file as the rules see it.
#[derive(Debug)]
pub(in crate::features::hints) struct File<'a> {
    pub(super) text: &'a str,
    pub(super) lines: Vec<Line<'a>>,
    /// Whether a program writes lines into it or leaves them out.
    pub(super) is_template: bool,
}

/// A server that has directives of its own is named in its files.
const OTHER_SERVERS: [&str; 5] = ["valkey", "keydb", "kvrocks", "dragonfly", "garnet"];

impl<'a> File<'a> {
    /// None: it is something else than a configuration of Redis.
    pub(super) fn new(text: &'a str) -> Option<File<'a>> {
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
    pub(super) fn last(&self, directive: &str) -> Option<&Line<'a>> {
        self.lines
            .iter()
            .rfind(|line| directives::current(&line.directive) == directive)
    }

    /// What a directive is set to, in small letters.
    pub(super) fn value(&self, directive: &str) -> Option<String> {
        let argument = self.last(directive)?.arguments.first()?;
        argument.value.map(str::to_ascii_lowercase)
    }

    /// Whether the first argument of a directive is this word.
    pub(super) fn is(&self, directive: &str, value: &str) -> bool {
        self.value(directive).as_deref() == Some(value)
    }

    /// Whether nothing sets a directive, as far as that can be known.
    pub(super) fn lacks(&self, directive: &str) -> bool {
        self.is_whole() && self.last(directive).is_none()
    }

    /// Whether the file describes a server rather than some of its settings.
    pub(super) fn is_whole(&self) -> bool {
        !self.is_template && self.last("include").is_none() && self.server_line().is_some()
    }

    /// The line that says where the server listens, or else where it stores.
    pub(super) fn server_line(&self) -> Option<&Line<'a>> {
        ["bind", "port", "dir"]
            .into_iter()
            .find_map(|directive| self.last(directive))
    }

    pub(super) fn is_sentinel(&self) -> bool {
        self.lines
            .iter()
            .any(|line| line.directive.starts_with("sentinel"))
    }

    /// Whether both ways to keep data are off, and the file says so.
    pub(super) fn keeps_nothing(&self) -> bool {
        let is_off = |line: &Line<'_>| {
            line.arguments
                .first()
                .is_some_and(|argument| argument.value == Some(""))
        };
        self.last("save").is_some_and(is_off)
            && (self.is("appendonly", "no") || self.lacks("appendonly"))
    }

    /// Whether it is a cache: it evicts any key.
    pub(super) fn evicts(&self) -> bool {
        self.value("maxmemory-policy")
            .is_some_and(|policy| policy.starts_with("allkeys-"))
    }

    /// Whether it may be the file of a server that took its format from Redis.
    pub(super) fn may_be_of_another_server(&self) -> bool {
        let text = self.text.to_ascii_lowercase();
        OTHER_SERVERS.iter().any(|name| text.contains(name))
    }

    /// The numbers of `lines` in the file, from 1.
    pub(super) fn line_numbers(&self) -> Vec<usize> {
        let (mut at, mut number) = (0, 1);
        let starts = self.lines.iter().map(|line| line.name.start);
        starts
            .map(|start| {
                number += self.text[at..start].matches('\n').count();
                at = start;
                number
            })
            .collect()
    }

    /// What stands in the file from the directive to the end of its arguments.
    pub(super) fn line_range(line: &Line<'_>) -> std::ops::Range<usize> {
        let end = line
            .arguments
            .last()
            .map_or(line.name.end, |last| last.range.end);
        line.name.start..end
    }
}

/// Whether something else is put in its place before Redis reads it: `${PASSWORD}`, `<password>`.
pub(super) fn is_placeholder(argument: &Argument<'_>) -> bool {
    argument
        .value
        .is_none_or(|value| value.starts_with('%') || value.contains(['$', '{', '<', '@']))
}
