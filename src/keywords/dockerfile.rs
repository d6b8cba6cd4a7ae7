//! Dockerfiles: instructions, flags and their values, parser directives, here-document markers,
//! predefined arguments and the commands of the shell form, by the rules of BuildKit's parser.
//! Arguments of commands, paths and strings are silent.

pub mod file;
mod heredoc;
mod lines;
mod shell;
mod stages;
mod words;

#[cfg(test)]
mod tests;

use std::ops::Range;

use super::resuming::{self, Stop, Window};
use super::{Keyword, Sense, Source, touches};
use lines::{Joined, Line, Lines};
use shell::{Command, Script};
use stages::{Shell, Stages};
use words::{Instruction, is_exec_form, variables, words};

/// Every keyword of a Dockerfile in text order, without overlaps.
pub fn keywords(source: Source<'_>) -> Vec<Keyword> {
    resuming::all(&super::State::Dockerfile(State::default()), source.text)
}

/// What is known between two lines, so that reading can go on there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    lines: lines::State,
    stages: Stages,
}

impl State {
    /// Reads from a line where this is the state to the first one at or after `target`. None: that
    /// takes more text.
    pub(super) fn read(
        &self,
        window: &Window<'_>,
        from: usize,
        target: usize,
        wanted: &Range<usize>,
    ) -> Option<Stop> {
        let text = window.text;
        let mut lines = Lines::resume(text, from, self.lines.clone());
        let mut stages = self.stages.clone();
        let mut keywords = Vec::new();
        loop {
            lines.skip_bodies(target, |start, found| {
                let range = |range: &Range<usize>| start + range.start..start + range.end;
                keywords.push(Keyword {
                    language: None,
                    names: command_names(&text[start..], &found),
                    sense: None,
                    range: range(&found.name),
                });
            });
            if lines.position() >= target {
                break;
            }
            let before = lines.position();
            let Some(line) = lines.next() else { break };
            // A keyword that is not wanted need not be taken apart.
            let is_wanted = touches(&(before..lines.position()), wanted);
            match line {
                Line::Directive(range) => keywords.push(directive(text, range)),
                Line::Instruction(line) => {
                    if is_wanted {
                        keywords.extend(instruction_keywords(&line, &stages));
                    }
                    if stages.shell().is_posix() && is_script(&line) {
                        lines.run_body();
                    }
                    stages.follow(&line);
                }
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
            state: super::State::Dockerfile(Self { lines, stages }),
        })
    }
}

/// Whether the shell runs the here-document of a line: nothing else is to be run, or only a shell.
fn is_script(line: &Joined<'_>) -> bool {
    if line.heredocs.len() != 1 {
        return false;
    }
    let Some(instruction) = instructions(line).last() else {
        return false;
    };
    let Some(marker) = line.heredocs.first() else {
        return false;
    };
    let before = &line.text[instruction.arguments.start.min(marker.start)..marker.start];
    let is_only = marker.end == instruction.arguments.end;
    instruction.name == Some("RUN")
        && is_only
        && (before.is_empty() || shell::is_posix(before) && !before.contains(" -c"))
}

/// The instructions of a line: `ONBUILD` is followed by one of its own.
fn instructions<'l>(line: &'l Joined<'_>) -> impl Iterator<Item = Instruction> + use<'l> {
    let mut next = Some(0);
    std::iter::from_fn(move || {
        let instruction = Instruction::parse(&line.text, next?, line.escape)?;
        let name = instruction.name?;
        next = (name == "ONBUILD").then_some(instruction.arguments.start);
        Some(instruction)
    })
}

/// A command with its first argument, and without.
fn command_names(line: &str, command: &Command) -> Vec<String> {
    let name = &line[command.name.clone()];
    let argument = command.argument.clone();
    let with_argument = argument.map(|argument| format!("{name} {}", &line[argument]));
    with_argument.into_iter().chain([name.to_owned()]).collect()
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

/// The keys of `RUN --mount`, sorted (`instructions/commands_runmount.go`).
const MOUNT_KEYS: [&str; 19] = [
    "destination",
    "dst",
    "env",
    "from",
    "gid",
    "id",
    "mode",
    "readonly",
    "readwrite",
    "required",
    "ro",
    "rw",
    "sharing",
    "size",
    "source",
    "src",
    "target",
    "type",
    "uid",
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

fn instruction_keywords(line: &Joined<'_>, stages: &Stages) -> Vec<Keyword> {
    let mut found = Found {
        line,
        stages,
        is_trigger: false,
        keywords: Vec::new(),
    };
    for instruction in instructions(line) {
        let Some(name) = instruction.name else { break };
        let sense = found.sense(name, &instruction);
        found.add(instruction.keyword.clone(), vec![name.to_owned()], sense);
        if name == "ONBUILD" {
            found.is_trigger = true;
        } else {
            found.add_arguments(name, &instruction);
        }
    }
    found.in_text_order()
}

/// The keywords found in one line.
struct Found<'a> {
    line: &'a Joined<'a>,
    stages: &'a Stages,
    /// Behind `ONBUILD`: what it says is for the stages of another file.
    is_trigger: bool,
    keywords: Vec<Keyword>,
}

impl Found<'_> {
    /// The exec or the shell form of the instructions that have both; whether an argument belongs to no
    /// stage.
    fn sense(&self, name: &str, instruction: &Instruction) -> Option<Sense> {
        let arguments = &self.line.text[instruction.arguments.clone()];
        let (form, note) = match name {
            "ARG" if self.stages.is_before_first() => (
                "global",
                "before the first FROM: only FROM lines see it, and a stage that declares it again",
            ),
            "CMD" | "ENTRYPOINT" | "RUN" if arguments.is_empty() => return None,
            "CMD" | "ENTRYPOINT" | "RUN" if is_exec_form(arguments) => ("exec", "exec form"),
            "CMD" | "ENTRYPOINT" | "RUN" => (
                "shell",
                match self.stages.shell() {
                    Shell::Default => "shell form: runs under /bin/sh -c",
                    Shell::Windows => "shell form: runs under cmd /S /C",
                    Shell::Posix | Shell::Other => {
                        "shell form: runs under the shell that SHELL sets"
                    }
                },
            ),
            _ => return None,
        };
        Some(Sense {
            name: format!("{name}({form})"),
            note: Some(note.to_owned()),
        })
    }

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
                        self.add_part(kind.clone(), name, part);
                        if part == "CMD" {
                            self.add_commands(kind.end..arguments.end);
                        }
                    }
                }
            }
            "CMD" | "ENTRYPOINT" | "RUN" => self.add_commands(arguments.clone()),
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
        let from = (!self.is_trigger && name == "COPY" && spelled == "--from")
            .then(|| self.stages.note(&text[value.clone()]))
            .flatten();
        let names = vec![format!("{name} {spelled}"), name.to_owned()];
        let sense = from.map(|note| Sense {
            name: format!("{name} {spelled}"),
            note: Some(note),
        });
        self.add(key.clone(), names, sense);
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

    /// The keys of `type=cache,target=/x`. All of it or a field may be in quotes.
    fn add_mount(&mut self, value: Range<usize>) {
        let text = &self.line.text;
        let quotes = ['"', '\''];
        let mut next = value.start;
        for field in text[value].split(',') {
            let start = next + (field.len() - field.trim_start_matches(quotes).len());
            next += field.len() + 1;
            let field = field.trim_matches(quotes);
            let (key, value) = field.split_once('=').unwrap_or((field, ""));
            let name = key.to_ascii_lowercase();
            if MOUNT_KEYS.binary_search(&name.as_str()).is_err() {
                continue;
            }
            let mount = "RUN --mount".to_owned();
            let keyed = format!("{mount}={name}");
            if matches!(name.as_str(), "sharing" | "type") && is_plain(value) {
                let chosen = format!("{keyed}={}", value.to_ascii_lowercase());
                let names = match name.as_str() {
                    "type" => vec![chosen, mount],
                    _ => vec![chosen, keyed, mount],
                };
                self.add(start..start + field.len(), names, None);
            } else {
                self.add(start..start + key.len(), vec![keyed, mount], None);
            }
        }
    }

    /// The commands of the shell form.
    fn add_commands(&mut self, arguments: Range<usize>) {
        let text = &self.line.text[arguments.clone()];
        if !self.stages.shell().is_posix() || is_exec_form(text.trim_start()) {
            return;
        }
        for command in Script::default().line(text) {
            let range = arguments.start + command.name.start..arguments.start + command.name.end;
            self.add(range, command_names(text, &command), None);
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
