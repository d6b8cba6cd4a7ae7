//! Rules about apt.

use std::ops::Range;

use super::file::{Checked, File, HINT};
use super::shell::{Command, End};
use crate::features::hints::rule::{Default, Elsewhere, Findings, Fix, Rule, Tool};
use crate::keywords::dockerfile::file::{Form, Instruction};

fn is_apt(command: &Command, what: &str) -> bool {
    matches!(command.program(), "apt-get" | "apt" | "aptitude") && command.has(what)
}

/// From the program to the word that says what it does.
fn said(command: &Command, what: &str) -> Option<Range<usize>> {
    let first = command.words.first()?;
    let last = command.words.iter().find(|word| word.text == what)?;
    Some(first.range.start..last.range.end)
}

pub(super) const APT_GET_UPDATE_ALONE: Checked = Checked {
    rule: Rule {
        id: "docker/apt-get-update-alone",
        title: "`apt-get update` in another `RUN` than the installation",
        why: "The list of packages is cached with its layer. When the installation changes later, it meets the old list and asks for versions that are gone.",
        topic: "containers/build-cache",
        before: "FROM debian:13\nRUN apt-get update\nRUN apt-get install -y --no-install-recommends curl\n",
        after: "FROM debian:13\nRUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*\n",
        ..HINT
    },
    check: apt_get_update_alone,
};

/// What uses the lists.
const INSTALLS: [&str; 8] = [
    "build-dep",
    "dist-upgrade",
    "download",
    "full-upgrade",
    "install",
    "satisfy",
    "source",
    "upgrade",
];

fn apt_get_update_alone(file: &File<'_>, findings: &mut Findings) {
    let updates = |commands: &[Command]| commands.iter().any(|command| is_apt(command, "update"));
    let installs = |commands: &[Command]| {
        commands
            .iter()
            .any(|command| INSTALLS.iter().any(|what| is_apt(command, what)))
    };
    let stages = &file.docker.stages;
    // For each stage, the last instruction that installs by a list from before, and whether a stage that is
    // based on it has one.
    let mut last_use = vec![None; stages.len()];
    let mut is_used_later = vec![false; stages.len()];
    for (number, stage) in stages.iter().enumerate().rev() {
        last_use[number] = file.docker.of_stage(stage).iter().rposition(|instruction| {
            let commands = file.commands(instruction);
            installs(commands) && !updates(commands)
        });
        if let Some(base) = stage.base {
            is_used_later[base] |= last_use[number].is_some() || is_used_later[number];
        }
    }
    for (number, stage) in stages.iter().enumerate() {
        for (at, instruction) in file.docker.of_stage(stage).iter().enumerate() {
            let commands = file.commands(instruction);
            let is_used = is_used_later[number] || last_use[number] > Some(at);
            let update = commands.iter().find(|command| is_apt(command, "update"));
            if let Some(range) = update.and_then(|update| said(update, "update"))
                && is_used
                && !installs(commands)
            {
                findings.add(
                    instruction.keyword.start,
                    range,
                    "This list is cached with its layer, and a later installation meets an old one: update and install in one `RUN`.",
                );
            }
        }
    }
}

pub(super) const APT_LISTS_LEFT: Checked = Checked {
    rule: Rule {
        id: "docker/apt-lists-left",
        title: "Lists of packages that apt leaves in the image",
        why: "They take tens of megabytes and are stale tomorrow. Only the same `RUN` can remove them: a later one adds a layer and takes nothing away.",
        topic: "containers/image-size",
        before: "FROM debian:13\nRUN apt-get update && apt-get install -y --no-install-recommends curl\n",
        after: "FROM debian:13\nRUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*\n",
        elsewhere: &[Elsewhere {
            tool: Tool::Hadolint,
            code: "DL3009",
        }],
        ..HINT
    },
    check: apt_lists_left,
};

fn apt_lists_left(file: &File<'_>, findings: &mut Findings) {
    let making = file.final_making();
    let last_clean = making.iter().rposition(|later| cleans(file, later));
    for (at, instruction) in making.iter().enumerate() {
        let commands = file.commands(instruction);
        let update = commands.iter().find(|command| is_apt(command, "update"));
        let installs = commands.iter().any(|command| is_apt(command, "install"));
        let Some(range) = update
            .and_then(|update| said(update, "update"))
            .filter(|_| installs)
        else {
            continue;
        };
        let is_mounted = instruction
            .flags
            .iter()
            .any(|flag| flag.value.contains("/apt"));
        // What a later layer removes is another rule's business.
        if is_mounted || last_clean.is_some_and(|last| at <= last) {
            continue;
        }
        let message = "The lists of packages stay in the image; remove them in this `RUN`: `rm -rf /var/lib/apt/lists/*`.";
        let is_chain = commands
            .iter()
            .all(|command| matches!(command.end, End::And | End::Script) && command.depth == 0);
        if is_chain && instruction.heredocs.is_empty() && instruction.form() == Form::Shell {
            let end = instruction.range().end;
            let fix = Fix::replace(
                "Remove the lists in this `RUN`",
                end..end,
                format!(
                    " {}\n    && rm -rf /var/lib/apt/lists/*",
                    file.docker.escape
                ),
            );
            findings.add_with_fix(instruction.keyword.start, range, message, fix);
        } else {
            findings.add(instruction.keyword.start, range, message);
        }
    }
}

/// Whether an instruction removes the lists, or speaks of their folder.
fn cleans(file: &File<'_>, instruction: &Instruction<'_>) -> bool {
    let bodies = instruction.heredocs.iter().map(|heredoc| &heredoc.body);
    let mut texts = bodies
        .filter_map(|body| file.text.get(body.clone()))
        .chain([instruction.arguments()]);
    texts.any(|text| {
        ["/var/lib/apt", "dist-clean", "distclean"]
            .iter()
            .any(|word| text.contains(word))
    })
}

pub(super) const APT_RECOMMENDS: Checked = Checked {
    rule: Rule {
        id: "docker/apt-recommends",
        title: "`apt-get install` without `--no-install-recommends`",
        why: "Recommended packages come along, often more than was asked for: they make the image larger and give an attacker more to use.",
        topic: "containers/image-size",
        before: "FROM debian:13\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n",
        after: "FROM debian:13\nRUN apt-get update && apt-get install -y --no-install-recommends ca-certificates curl && rm -rf /var/lib/apt/lists/*\n",
        default: Default::Off,
        elsewhere: &[Elsewhere {
            tool: Tool::Hadolint,
            code: "DL3015",
        }],
        ..HINT
    },
    check: apt_recommends,
};

/// Only in what becomes the image: what a build stage installs is left behind.
fn apt_recommends(file: &File<'_>, findings: &mut Findings) {
    if file.text.contains("Install-Recommends") {
        return;
    }
    for instruction in file.final_making() {
        for command in file.commands(instruction) {
            let leaves_out = command.has("--no-install-recommends")
                || command.has("-R")
                || command.has("--without-recommends");
            if let Some(range) =
                said(command, "install").filter(|_| is_apt(command, "install") && !leaves_out)
            {
                findings.add(
                    instruction.keyword.start,
                    range,
                    "Recommended packages come along; with `--no-install-recommends` the image has only what is asked for.",
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::{expect, expect_fix};

    #[test]
    fn an_update_alone_is_marked_if_something_is_installed_later() {
        expect(
            "docker/apt-get-update-alone",
            &[
                "FROM a\nRUN set -e; «apt-get -qq update»\nENV A=1\nRUN apt-get install x\n",
                "FROM a AS b\nRUN «apt update»\nFROM b\nRUN apt install x\n",
                "FROM a\nRUN apt-get update && apt-get install x\nRUN apt-get install y\n",
                "FROM a\nRUN apt-get update\nFROM c\nRUN apt-get install x\n",
                "FROM a\nRUN apt-get update\nRUN apt-get update && apt-get install x\n",
                "FROM a\nRUN <<EOF\napt-get update\napt-get install x\nEOF\n",
            ],
        );
    }

    #[test]
    fn lists_that_stay_are_marked() {
        expect(
            "docker/apt-lists-left",
            &[
                "FROM a\nRUN «apt-get update» && apt-get install x\n",
                "FROM a\nRUN apt-get update && apt-get install x && rm -rf /var/lib/apt/lists/*\n",
                "FROM a AS b\nRUN apt-get update && apt-get install x\nFROM a\nCOPY --from=b x y\n",
                "FROM a\nRUN --mount=type=cache,target=/var/lib/apt apt-get update && apt-get install x\n",
            ],
        );
        expect_fix(
            "docker/apt-lists-left",
            "FROM a\nRUN apt-get update \\\n    && apt-get install x\nCMD [\"x\"]\n",
            "FROM a\nRUN apt-get update \\\n    && apt-get install x \\\n    && rm -rf /var/lib/apt/lists/*\nCMD [\"x\"]\n",
        );
    }

    #[test]
    fn recommended_packages_are_marked() {
        expect(
            "docker/apt-recommends",
            &[
                "FROM a\nRUN «apt-get -y install» x && «apt install» --no-upgrade y\n",
                "FROM a\nRUN apt-get install --no-install-recommends x\nRUN pip install x\n",
                "FROM a\nRUN echo 'APT::Install-Recommends 0' > /etc/apt/apt.conf.d/x\nRUN apt-get install x\n",
            ],
        );
    }
}
