//! Rules about the commands of `RUN`.

use super::file::{Checked, File, HINT};
use super::shell::{Command, End};
use super::users::is_root_image;
use crate::features::hints::rule::{Elsewhere, Findings, Fix, Rule, Tag, Tool};

pub(super) const CD_IN_RUN: Checked = Checked {
    rule: Rule {
        id: "docker/cd-in-run",
        title: "`cd` as the last command of a `RUN`",
        why: "Each `RUN` starts in the `WORKDIR` again, so the change of folder is forgotten at once.",
        topic: "containers/dockerfile-instructions",
        before: "FROM alpine:3.22\nRUN cd /app\nRUN make\n",
        after: "FROM alpine:3.22\nWORKDIR /app\nRUN make\n",
        tag: Some(Tag::Unnecessary),
        elsewhere: &[Elsewhere {
            tool: Tool::Hadolint,
            code: "DL3003",
        }],
        ..HINT
    },
    check: cd_in_run,
};

fn cd_in_run(file: &File<'_>, findings: &mut Findings) {
    for placed in file.named("RUN") {
        let commands = file.commands(placed.instruction);
        let last = commands
            .last()
            .filter(|last| last.program() == "cd" && last.depth == 0 && last.end == End::Script);
        if let Some((first, last)) = last.and_then(|last| last.words.first().zip(last.words.last()))
        {
            findings.add(
                placed.statement,
                first.range.start..last.range.end,
                "This `cd` ends with its `RUN`: the next instruction starts in the `WORKDIR` again, so set that.",
            );
        }
    }
}

pub(super) const SUDO: Checked = Checked {
    rule: Rule {
        id: "docker/sudo",
        title: "`sudo` in a `RUN`",
        why: "The build runs as root unless `USER` says otherwise; `sudo` only adds a program to the image that gives rights away. Put `USER root` before, and the other user after it.",
        topic: "containers/non-root",
        before: "FROM debian:13\nRUN sudo chown app /srv\n",
        after: "FROM debian:13\nRUN chown app /srv\n",
        elsewhere: &[Elsewhere {
            tool: Tool::Hadolint,
            code: "DL3004",
        }],
        ..HINT
    },
    check: sudo,
};

fn sudo(file: &File<'_>, findings: &mut Findings) {
    for placed in file.named("RUN") {
        let is_root =
            placed.user.is_none() && placed.stage.is_some_and(|stage| is_root_image(file, stage));
        for command in file.commands(placed.instruction) {
            let Some(word) = command
                .words
                .first()
                .filter(|_| command.program() == "sudo")
            else {
                continue;
            };
            let message = "A build runs as root unless `USER` says otherwise; switch with `USER` instead of `sudo`.";
            match without_sudo(file.text, command).filter(|_| is_root) {
                Some(fix) => {
                    findings.add_with_fix(placed.statement, word.range.clone(), message, fix);
                }
                None => findings.add(placed.statement, word.range.clone(), message),
            }
        }
    }
}

fn without_sudo(text: &str, command: &Command) -> Option<Fix> {
    let [sudo, next, ..] = command.words.as_slice() else {
        return None;
    };
    let between = text.get(sudo.range.end..next.range.start)?;
    let is_simple = between.bytes().all(|byte| byte == b' ')
        && !next.text.starts_with('-')
        && !next.text.contains('=');
    is_simple.then(|| {
        Fix::replace(
            "Run it without `sudo`",
            sudo.range.start..next.range.start,
            "",
        )
    })
}

pub(super) const PIPE_WITHOUT_PIPEFAIL: Checked = Checked {
    rule: Rule {
        id: "docker/pipe-without-pipefail",
        title: "A download piped into another command without `pipefail`",
        why: "The shell takes the exit status of the last command of a pipe: when the download fails, the build goes on with half of it or nothing.",
        topic: "containers/shell-and-exec-form",
        before: "FROM debian:13\nRUN curl -fsSL https://example.com/install.sh | sh\n",
        after: "FROM debian:13\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN curl -fsSL https://example.com/install.sh | sh\n",
        elsewhere: &[Elsewhere {
            tool: Tool::Hadolint,
            code: "DL4006",
        }],
        ..HINT
    },
    check: pipe_without_pipefail,
};

fn pipe_without_pipefail(file: &File<'_>, findings: &mut Findings) {
    for placed in file.named("RUN") {
        let run = placed.instruction;
        let shell_is_safe = placed
            .shell
            .is_some_and(|shell| shell.arguments().contains("pipefail"));
        if shell_is_safe || run.arguments().contains("pipefail") {
            continue;
        }
        let commands = file.commands(run);
        if commands.iter().any(|command| {
            command
                .arguments()
                .any(|argument| argument.contains("pipefail"))
        }) {
            continue;
        }
        for command in commands {
            let downloads =
                matches!(command.program(), "curl" | "wget") && command.end == End::Pipe;
            if let Some(word) = command.words.first().filter(|_| downloads) {
                let program = command.program();
                let message = format!(
                    "If `{program}` fails, the build does not notice: only the last command of the pipe counts, unless `pipefail` is set."
                );
                findings.add(placed.statement, word.range.clone(), message);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::{expect, expect_fix};

    #[test]
    fn a_forgotten_cd_is_marked() {
        expect(
            "docker/cd-in-run",
            &[
                "FROM a\nRUN «cd /app»\n",
                "FROM a\nRUN make && \\\n  «cd ..»\n",
                "FROM a\nRUN cd /app && make\nRUN (cd /x)\nRUN cd x; y\n",
                "FROM a\nRUN <<EOF\ncd /app\nmake\nEOF\n",
            ],
        );
    }

    #[test]
    fn sudo_is_marked() {
        expect(
            "docker/sudo",
            &[
                "FROM a\nRUN a && «sudo» -E b\nONBUILD RUN «sudo» x\n",
                "FROM a\nRUN apt-get install sudo && echo sudo\n",
            ],
        );
        expect_fix(
            "docker/sudo",
            "FROM debian\nRUN x && sudo  y z\n",
            "FROM debian\nRUN x && y z\n",
        );
    }

    #[test]
    fn a_download_in_a_pipe_is_marked() {
        expect(
            "docker/pipe-without-pipefail",
            &[
                "FROM a\nRUN «curl» -L x | tar xz && «wget» -O- y | sh\n",
                "FROM a\nRUN set -eo pipefail; curl x | sh\n",
                "FROM a AS b\nSHELL [\"bash\", \"-o\", \"pipefail\", \"-c\"]\nFROM b\nRUN curl x | sh\n",
                "FROM a\nRUN curl -o x y && cat x | sh\nRUN A=$(curl x | jq .)\n",
                "FROM a\nSHELL [\"powershell\", \"-Command\"]\nRUN curl x | y\n",
            ],
        );
    }
}
