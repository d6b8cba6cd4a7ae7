//! A Dockerfile as the rules see it, and their form.

use std::collections::HashMap;

use viva_guide::Language;

use super::shell::{self, Command};
use crate::features::hints::rule::{self, Findings, Rule};
use crate::keywords::dockerfile::file::{self, Form, Instruction, Word};

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
    /// Whether it builds a Windows image: shells and paths are other ones there.
    pub(super) is_windows: bool,
    /// What surrounds each instruction.
    places: Vec<Place>,
    /// The stage of this file that each stage goes back to.
    roots: Vec<usize>,
    /// The commands of each `RUN`, by the byte where its keyword starts.
    commands: HashMap<usize, Vec<Command>>,
}

/// What surrounds an instruction. Numbers are of stages and of instructions.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    /// None before the first `FROM`.
    stage: Option<usize>,
    shell: Option<usize>,
    user: Option<usize>,
}

/// An instruction, or what `ONBUILD` is followed by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed<'a, 'f> {
    pub(super) instruction: &'f Instruction<'a>,
    /// Number of its stage; None before the first `FROM`.
    pub(super) stage: Option<usize>,
    /// Where the line's instruction begins, in bytes.
    pub(super) statement: usize,
    /// The `SHELL` that is in force here, from this stage or one that it derives from.
    pub(super) shell: Option<&'f Instruction<'a>>,
    /// The `USER` that is in force here.
    pub(super) user: Option<&'f Instruction<'a>>,
}

impl<'a> File<'a> {
    pub(super) fn new(text: &'a str) -> File<'a> {
        let docker = file::File::read(text);
        let mut file = File {
            text,
            is_windows: is_windows(&docker),
            places: places(&docker),
            roots: roots(&docker),
            commands: HashMap::new(),
            docker,
        };
        if !file.is_windows {
            let runs = file.all().into_iter().map(|placed| placed.instruction);
            file.commands = runs
                .filter(|run| run.name == "RUN")
                .map(|run| (run.keyword.start, commands(text, run)))
                .collect();
        }
        file
    }

    /// Every instruction; of `ONBUILD` the one that it is followed by.
    pub(super) fn all(&self) -> Vec<Placed<'a, '_>> {
        let instructions = &self.docker.instructions;
        let numbered = |number: Option<usize>| instructions.get(number?);
        instructions
            .iter()
            .zip(&self.places)
            .map(|(instruction, place)| Placed {
                instruction: instruction.trigger.as_deref().unwrap_or(instruction),
                stage: place.stage,
                statement: instruction.keyword.start,
                shell: numbered(place.shell),
                user: numbered(place.user),
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

    /// The image that a stage goes back to.
    pub(super) fn root_image(&self, stage: usize) -> Option<&Word> {
        let root = *self.roots.get(stage)?;
        Some(&self.docker.stages.get(root)?.image)
    }

    /// The commands of a `RUN`, with their places in the source; none where another program than a
    /// POSIX shell reads them.
    pub(super) fn commands(&self, run: &Instruction<'a>) -> &[Command] {
        self.commands
            .get(&run.keyword.start)
            .map_or(&[], Vec::as_slice)
    }
}

fn is_windows(docker: &file::File<'_>) -> bool {
    let windows = [
        "mcr.microsoft.com/windows",
        "nanoserver",
        "servercore",
        "windowsservercore",
    ];
    docker.escape == '`'
        || docker.stages.iter().any(|stage| {
            windows
                .iter()
                .any(|name| stage.image.text.to_ascii_lowercase().contains(name))
        })
        || docker.instructions.iter().any(|instruction| {
            instruction.name == "SHELL" && {
                let shell = instruction.arguments().to_ascii_lowercase();
                ["powershell", "pwsh", "cmd"]
                    .iter()
                    .any(|name| shell.contains(name))
            }
        })
}

fn places(docker: &file::File<'_>) -> Vec<Place> {
    let mut places = vec![Place::default(); docker.instructions.len()];
    // What is in force where each stage ends. A base is always an earlier stage.
    let mut ends: Vec<Place> = Vec::new();
    for (number, stage) in docker.stages.iter().enumerate() {
        let mut place = stage
            .base
            .and_then(|base| ends.get(base).copied())
            .unwrap_or_default();
        place.stage = Some(number);
        for at in stage.instructions.clone() {
            places[at] = place;
            match docker.instructions[at].name {
                "SHELL" => place.shell = Some(at),
                "USER" => place.user = Some(at),
                _ => {}
            }
        }
        ends.push(place);
    }
    places
}

fn roots(docker: &file::File<'_>) -> Vec<usize> {
    let mut roots: Vec<usize> = Vec::new();
    for (number, stage) in docker.stages.iter().enumerate() {
        let root = stage.base.and_then(|base| roots.get(base).copied());
        roots.push(root.unwrap_or(number));
    }
    roots
}

fn commands(text: &str, run: &Instruction<'_>) -> Vec<Command> {
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
        let body = text.get(heredoc.body.clone()).unwrap_or_default();
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
