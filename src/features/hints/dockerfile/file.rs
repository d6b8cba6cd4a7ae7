//! A Dockerfile as the rules see it, and their form.

use viva_guide::Language;

use super::shell::{self, Command};
use crate::features::hints::rule::{self, Findings, Rule};
use crate::keywords::dockerfile::file::{self, Form, Instruction};

/// How a rule looks at a file.
type Check = fn(&File<'_>, &mut Findings);
pub(super) type Checked = rule::Checked<Check>;

/// What most rules have in common.
pub(super) const HINT: Rule = Rule::hint(Language::Dockerfile);

/// A file as the rules see it.
#[derive(Debug)]
pub(in crate::features::hints) struct File<'a> {
    pub(super) text: &'a str,
    pub(super) docker: file::File<'a>,
}

/// An instruction, or what `ONBUILD` is followed by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed<'a, 'f> {
    pub(super) instruction: &'f Instruction<'a>,
    /// Number of its stage; None before the first `FROM`.
    pub(super) stage: Option<usize>,
    /// Where the line's instruction begins, in bytes.
    pub(super) statement: usize,
}

impl<'a> File<'a> {
    pub(super) fn new(text: &'a str) -> File<'a> {
        File {
            text,
            docker: file::File::read(text),
        }
    }

    /// Every instruction; of `ONBUILD` the one that it is followed by.
    pub(super) fn all(&self) -> Vec<Placed<'a, '_>> {
        let stage_of = |number: usize| {
            let stages = self.docker.stages.iter();
            stages
                .enumerate()
                .find(|(_, stage)| stage.instructions.contains(&number))
                .map(|(stage, _)| stage)
        };
        let instructions = self.docker.instructions.iter().enumerate();
        instructions
            .map(|(number, instruction)| Placed {
                instruction: instruction.trigger.as_deref().unwrap_or(instruction),
                stage: stage_of(number),
                statement: instruction.keyword.start,
            })
            .collect()
    }

    /// Those of one kind.
    pub(super) fn named(&self, name: &str) -> Vec<Placed<'a, '_>> {
        let mut all = self.all();
        all.retain(|placed| placed.instruction.name == name);
        all
    }

    /// What makes the image that a build without `--target` gives, from its first ancestor on.
    pub(super) fn final_making(&self) -> Vec<&Instruction<'a>> {
        match self.docker.stages.len() {
            0 => Vec::new(),
            count => self.docker.making(count - 1),
        }
    }

    /// Whether it builds a Windows image: shells and paths are other ones there.
    pub(super) fn is_windows(&self) -> bool {
        let windows = [
            "mcr.microsoft.com/windows",
            "nanoserver",
            "servercore",
            "windowsservercore",
        ];
        self.docker.escape == '`'
            || self.docker.stages.iter().any(|stage| {
                windows
                    .iter()
                    .any(|name| stage.image.text.to_ascii_lowercase().contains(name))
            })
            || self.docker.instructions.iter().any(|instruction| {
                let shell = instruction.arguments().to_ascii_lowercase();
                instruction.name == "SHELL"
                    && ["powershell", "pwsh", "cmd"]
                        .iter()
                        .any(|name| shell.contains(name))
            })
    }

    /// The commands of a `RUN`, with their places in the source; none where another program than a
    /// POSIX shell reads them.
    pub(super) fn commands(&self, run: &Instruction<'a>) -> Vec<Command> {
        if run.name != "RUN" || self.is_windows() {
            return Vec::new();
        }
        if run.form() == Form::Exec {
            let words: Vec<shell::Word> = run
                .words()
                .into_iter()
                .map(|word| shell::Word {
                    text: word.text,
                    range: word.range,
                })
                .collect();
            let command = Command {
                words,
                end: shell::End::Script,
                depth: 0,
            };
            return (!command.words.is_empty())
                .then_some(command)
                .into_iter()
                .collect();
        }
        if let Some(heredoc) = run.heredocs.first()
            && is_shell(run.arguments())
        {
            let body = self.text.get(heredoc.body.clone()).unwrap_or_default();
            let first = body.lines().next().unwrap_or_default();
            if first.starts_with("#!") && !first.ends_with("sh") {
                return Vec::new();
            }
            let start = heredoc.body.start;
            return moved(shell::commands(body), |range| {
                start + range.start..start + range.end
            });
        }
        moved(shell::commands(run.arguments()), |range| run.source(range))
    }
}

/// Whether what follows `RUN` gives its here-document to a shell: `<<EOF`, `bash -e <<EOF`.
fn is_shell(arguments: &str) -> bool {
    let program = arguments.split_whitespace().next().unwrap_or_default();
    program.starts_with("<<") || matches!(program.rsplit('/').next(), Some("sh" | "bash" | "ash"))
}

fn moved(
    mut commands: Vec<Command>,
    source: impl Fn(std::ops::Range<usize>) -> std::ops::Range<usize>,
) -> Vec<Command> {
    for word in commands.iter_mut().flat_map(|command| &mut command.words) {
        if !word.range.is_empty() {
            word.range = source(word.range.clone());
        }
    }
    commands
}
