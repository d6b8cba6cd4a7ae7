//! What the lines above say about a line: the stages, and the shell that runs the shell form.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::lines::Joined;
use super::shell;
use super::words::{Instruction, first_string, words};

/// How many names are remembered; a file has a handful.
const MOST_NAMES: usize = 1000;

/// What is known between two lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stages {
    /// Name in small letters → the shell at the end of the stage, which those that begin with it have, too.
    names: Arc<BTreeMap<String, Shell>>,
    /// Of the stage at hand.
    name: Option<String>,
    shell: Shell,
    is_within: bool,
}

/// What runs the shell form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Shell {
    /// `/bin/sh`
    #[default]
    Default,
    /// `cmd`
    Windows,
    /// A `SHELL` instruction of the stage has set one with the same grammar as `/bin/sh`, …
    Posix,
    /// … or another one.
    Other,
}

impl Shell {
    /// Whether commands stand where the POSIX shell has them.
    pub(super) fn is_posix(self) -> bool {
        matches!(self, Shell::Default | Shell::Posix)
    }
}

impl Stages {
    pub(super) fn shell(&self) -> Shell {
        self.shell
    }

    /// Whether there was no `FROM` yet.
    pub(super) fn is_before_first(&self) -> bool {
        !self.is_within
    }

    /// What the value of `COPY --from` means here.
    pub(super) fn note(&self, value: &str) -> Option<String> {
        let value = value.trim_matches(['"', '\'']);
        if value.is_empty() || value.contains('$') {
            return None;
        }
        Some(if value.bytes().all(|byte| byte.is_ascii_digit()) {
            format!("the stage with the number {value}, counted from 0")
        } else if self.names.contains_key(&value.to_ascii_lowercase()) {
            format!("the stage `{value}` above")
        } else {
            format!("no stage above is named `{value}`, so it is an image or a named build context")
        })
    }

    /// Takes up what an instruction says about those that follow.
    pub(super) fn follow(&mut self, line: &Joined<'_>) {
        let Some(instruction) = Instruction::parse(&line.text, 0, line.escape) else {
            return;
        };
        let arguments = instruction.arguments.clone();
        match instruction.name {
            Some("FROM") => {
                self.is_within = true;
                let mut words = words(&line.text, arguments);
                let image = words.next().map(|image| &line.text[image]);
                self.shell = self.shell_of(image.unwrap_or_default(), line, &instruction);
                let is_named = words
                    .next()
                    .is_some_and(|word| line.text[word].eq_ignore_ascii_case("as"));
                let name = words.next().filter(|_| is_named);
                self.name = name.map(|name| line.text[name].to_ascii_lowercase());
                self.remember_shell();
            }
            Some("SHELL") => {
                let program = first_string(&line.text[arguments]).unwrap_or_default();
                self.shell = if shell::is_posix(program) {
                    Shell::Posix
                } else {
                    Shell::Other
                };
                self.remember_shell();
            }
            _ => {}
        }
    }

    /// The shell at the beginning of a stage.
    fn shell_of(&self, image: &str, line: &Joined<'_>, from: &Instruction) -> Shell {
        if let Some(shell) = self.names.get(&image.to_ascii_lowercase()) {
            return *shell;
        }
        let from = line.text[from.keyword.end..].to_ascii_lowercase();
        // Files for Windows set the escape character, because its paths have backslashes.
        let is_windows = line.escape == b'`'
            || ["windows", "nanoserver", "servercore"]
                .iter()
                .any(|name| from.contains(name));
        if is_windows {
            Shell::Windows
        } else {
            Shell::Default
        }
    }

    fn remember_shell(&mut self) {
        let Some(name) = &self.name else { return };
        let is_new = self.names.get(name) != Some(&self.shell);
        if is_new && (self.names.len() < MOST_NAMES || self.names.contains_key(name)) {
            Arc::make_mut(&mut self.names).insert(name.clone(), self.shell);
        }
    }
}
