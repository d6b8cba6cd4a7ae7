//! Dockerfiles: instructions, flags and their values, parser directives, here-document markers and
//! predefined arguments, by the rules of BuildKit's parser. Shell commands, paths and strings are
//! silent.

pub mod file;
mod heredoc;
mod lines;
mod words;

#[cfg(test)]
mod tests;

use std::ops::Range;

use super::resuming::{self, Stop, Window};
use super::{Keyword, Sense, Source};
use lines::{Joined, Line, Lines};
use words::{Instruction, is_exec_form, variables, words};

/// Every keyword of a Dockerfile in text order, without overlaps.
pub fn keywords(source: Source<'_>) -> Vec<Keyword> {
    resuming::all(&super::State::Dockerfile(State::default()), source.text)
}

/// The keyword whose range contains a byte offset.
pub fn keyword_at(source: Source<'_>, offset: usize) -> Option<Keyword> {
    let start = super::State::Dockerfile(State::default());
    resuming::at(&start, source.text, offset)
}

/// What is known between two lines, so that reading can go on there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    lines: lines::State,
    shell: Shell,
}

impl State {
    /// Reads from a line where this is the state to the first one at or after `target`. None: that
    /// takes more text.
    pub(super) fn read(
        &self,
        window: &Window<'_>,
        from: usize,
        target: usize,
        wanted: Option<usize>,
    ) -> Option<Stop> {
        let text = window.text;
        let mut lines = Lines::resume(text, from, self.lines.clone());
        let mut shell = self.shell;
        let mut keywords = Vec::new();
        loop {
            lines.skip_bodies(target);
            if lines.position() >= target {
                break;
            }
            let before = lines.position();
            let Some(line) = lines.next() else { break };
            // A keyword that is not wanted need not be taken apart.
            let is_wanted = wanted.is_none_or(|at| (before..lines.position()).contains(&at));
            match line {
                Line::Directive(range) => keywords.push(directive(text, range)),
                Line::Instruction(line) if is_wanted => {
                    keywords.extend(instruction_keywords(&line, &mut shell));
                }
                Line::Instruction(line) => shell.follow(&line),
            }
        }
        // The last line may go on in what follows.
        if !window.is_last && lines.position() >= text.len() {
            return None;
        }
        let (at, lines) = lines.suspend();
        Some(Stop {
            at,
            looked_at: at,
            keywords,
            state: super::State::Dockerfile(Self { lines, shell }),
        })
    }
}

/// What runs the shell form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Shell {
    #[default]
    Default,
    /// A `SHELL` instruction of the stage has set another one.
    Set,
}

impl Shell {
    fn follow(&mut self, line: &Joined<'_>) {
        match Instruction::parse(&line.text, 0, line.escape)
            .and_then(|instruction| instruction.name)
        {
            Some("FROM") => *self = Self::Default,
            Some("SHELL") => *self = Self::Set,
            _ => {}
        }
    }
}

/// Arguments that every build has: for the platform, for proxies, and BuildKit's own (the
/// reference of Dockerfile, "Predefined ARGs").
const PREDEFINED: [&str; 26] = [
    "ALL_PROXY",
    "BUILDARCH",
    "BUILDKIT_BUILD_NAME",
    "BUILDKIT_CACHE_MOUNT_NS",
    "BUILDKIT_CONTEXT_KEEP_GIT_DIR",
    "BUILDKIT_INLINE_CACHE",
    "BUILDKIT_MULTI_PLATFORM",
    "BUILDKIT_SANDBOX_HOSTNAME",
    "BUILDKIT_SYNTAX",
    "BUILDOS",
    "BUILDPLATFORM",
    "BUILDVARIANT",
    "FTP_PROXY",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
    "SOURCE_DATE_EPOCH",
    "TARGETARCH",
    "TARGETOS",
    "TARGETPLATFORM",
    "TARGETVARIANT",
    "all_proxy",
    "ftp_proxy",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];

fn directive(text: &str, range: Range<usize>) -> Keyword {
    let name = format!("# {}", text[range.clone()].to_ascii_lowercase());
    Keyword {
        language: None,
        names: vec![name],
        sense: None,
        range,
    }
}

fn instruction_keywords(line: &Joined<'_>, shell: &mut Shell) -> Vec<Keyword> {
    shell.follow(line);
    let mut found = Found {
        line,
        keywords: Vec::new(),
    };
    let mut start = 0;
    // ONBUILD is followed by an instruction of its own.
    while let Some(instruction) = Instruction::parse(&line.text, start, line.escape) {
        let Some(name) = instruction.name else { break };
        found.add(
            instruction.keyword.clone(),
            vec![name.to_owned()],
            sense(line, &instruction, *shell),
        );
        if name != "ONBUILD" {
            found.add_arguments(name, &instruction);
            break;
        }
        start = instruction.arguments.start;
    }
    found.in_text_order()
}

/// The exec or the shell form of the instructions that have both.
fn sense(line: &Joined<'_>, instruction: &Instruction, shell: Shell) -> Option<Sense> {
    let name = instruction
        .name
        .filter(|name| matches!(*name, "CMD" | "ENTRYPOINT" | "RUN"))?;
    let arguments = &line.text[instruction.arguments.clone()];
    let (form, note) = match shell {
        _ if arguments.is_empty() => return None,
        _ if is_exec_form(arguments) => ("exec", "exec form"),
        Shell::Default => ("shell", "shell form: runs under /bin/sh -c"),
        Shell::Set => ("shell", "shell form: runs under the shell that SHELL sets"),
    };
    Some(Sense {
        name: format!("{name}({form})"),
        note: Some(note.to_owned()),
    })
}

/// The keywords found in one line.
struct Found<'a> {
    line: &'a Joined<'a>,
    keywords: Vec<Keyword>,
}

impl Found<'_> {
    fn add(&mut self, range: Range<usize>, names: Vec<String>, sense: Option<Sense>) {
        self.keywords.push(Keyword {
            language: None,
            names,
            sense,
            range: self.line.in_source(&range),
        });
    }

    /// `NAME WORD`, or else `NAME`.
    fn add_part(&mut self, range: Range<usize>, name: &str, part: &str) {
        self.add(range, vec![format!("{name} {part}"), name.to_owned()], None);
    }

    fn add_arguments(&mut self, name: &'static str, instruction: &Instruction) {
        let text = &self.line.text;
        for flag in &instruction.flags {
            self.add_flag(name, flag);
        }
        let arguments = instruction.arguments.clone();
        match name {
            "FROM" => {
                let mut words = words(text, arguments.clone());
                if let Some(image) = words
                    .next()
                    .filter(|image| &text[image.clone()] == "scratch")
                {
                    self.add_part(image, name, "scratch");
                }
                if let Some(alias) = words
                    .next()
                    .filter(|word| text[word.clone()].eq_ignore_ascii_case("as"))
                {
                    self.add_part(alias, name, "AS");
                }
            }
            "HEALTHCHECK" => {
                if let Some(kind) = words(text, arguments.clone()).next() {
                    let spelled = &text[kind.clone()];
                    if let Some(part) = ["CMD", "NONE"]
                        .into_iter()
                        .find(|part| spelled.eq_ignore_ascii_case(part))
                    {
                        self.add_part(kind, name, part);
                    }
                }
            }
            "ARG" => {
                for word in words(text, arguments.clone()) {
                    let length = text[word.clone()].find('=').unwrap_or(word.len());
                    self.add_predefined(word.start..word.start + length);
                }
            }
            _ => {}
        }
        for heredoc in &self.line.heredocs {
            self.add(heredoc.clone(), vec!["<<".to_owned()], None);
        }
        // The others take their arguments as they are, or expand them when the container runs.
        if !matches!(
            name,
            "CMD" | "ENTRYPOINT" | "HEALTHCHECK" | "MAINTAINER" | "SHELL"
        ) {
            let start = instruction
                .flags
                .first()
                .map_or(arguments.start, |flag| flag.start);
            for variable in variables(text, start..arguments.end, self.line.escape) {
                self.add_predefined(variable);
            }
        }
    }

    /// `--from=build`, and the values that have a name of their own.
    fn add_flag(&mut self, name: &'static str, flag: &Range<usize>) {
        if !matches!(name, "ADD" | "COPY" | "FROM" | "HEALTHCHECK" | "RUN") {
            return;
        }
        let text = &self.line.text;
        let (key, value) = match text[flag.clone()].find('=') {
            Some(equals) => (
                flag.start..flag.start + equals,
                flag.start + equals + 1..flag.end,
            ),
            None => (flag.clone(), flag.end..flag.end),
        };
        let spelled = &text[key.clone()];
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
        if spelled.len() <= 2 || !spelled.bytes().all(is_name) {
            return;
        }
        self.add_part(key.clone(), name, spelled);
        match (name, spelled) {
            ("RUN", "--mount") => self.add_mount(value),
            ("RUN", "--network" | "--security") if is_plain(&text[value.clone()]) => {
                let flag = format!("{name} {spelled}");
                let chosen = format!("{flag}={}", &text[value.clone()]);
                self.add(value, vec![chosen, flag], None);
            }
            _ => {}
        }
    }

    /// The keys of `type=cache,target=/x`.
    fn add_mount(&mut self, value: Range<usize>) {
        let text = &self.line.text;
        let mut start = value.start;
        for field in text[value].split(',') {
            let (key, value) = field.split_once('=').unwrap_or((field, ""));
            let mount = "RUN --mount".to_owned();
            if key.eq_ignore_ascii_case("type") && is_plain(value) {
                let chosen = format!("{mount}=type={}", value.to_ascii_lowercase());
                self.add(start..start + field.len(), vec![chosen, mount], None);
            } else if is_plain(key) {
                self.add(start..start + key.len(), vec![mount], None);
            }
            start += field.len() + 1;
        }
    }

    fn add_predefined(&mut self, range: Range<usize>) {
        let name = &self.line.text[range.clone()];
        if PREDEFINED.binary_search(&name).is_ok() {
            self.add(range, vec![name.to_owned()], None);
        }
    }

    fn in_text_order(mut self) -> Vec<Keyword> {
        self.keywords.sort_by_key(|keyword| keyword.range.start);
        // A variable may stand in the name of a here-document.
        self.keywords
            .dedup_by(|next, kept| next.range.start < kept.range.end);
        self.keywords
    }
}

/// A value without quotes, variables and the like.
fn is_plain(value: &str) -> bool {
    !value.is_empty()
        && value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
