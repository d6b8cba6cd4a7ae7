//! Rules about the process that a container runs.

use super::file::{Checked, File, HINT};
use crate::features::hints::rule::{Elsewhere, Findings, Fix, Rule, Tag, Tool};
use crate::keywords::dockerfile::file::{Form, Instruction};

pub(super) const SHELL_FORM_ENTRYPOINT: Checked = Checked {
    rule: Rule {
        id: "docker/shell-form-entrypoint",
        title: "`CMD` or `ENTRYPOINT` in shell form",
        why: "A shell starts the program and, unless it replaces itself with it, stays process 1: it gets SIGTERM and does not pass it on, so that the program is killed after the grace period. The exec form starts the program itself; where a shell is needed, `exec` replaces it.",
        topic: "containers/shell-and-exec-form",
        before: "FROM alpine:3.22\nENTRYPOINT /usr/bin/app --listen :8080\n",
        after: "FROM alpine:3.22\nENTRYPOINT [\"/usr/bin/app\", \"--listen\", \":8080\"]\n",
        elsewhere: &[
            Elsewhere {
                tool: Tool::BuildKit,
                code: "JSONArgsRecommended",
            },
            Elsewhere {
                tool: Tool::Hadolint,
                code: "DL3025",
            },
        ],
        ..HINT
    },
    check: shell_form_entrypoint,
};

fn shell_form_entrypoint(file: &File<'_>, findings: &mut Findings) {
    if file.is_windows {
        return;
    }
    for placed in file.all() {
        let instruction = placed.instruction;
        let arguments = instruction.arguments();
        if !matches!(instruction.name, "CMD" | "ENTRYPOINT")
            || instruction.form() == Form::Exec
            || arguments.is_empty()
            || is_single_quoted(arguments)
        {
            continue;
        }
        // Who sets a shell means it.
        let has_shell = placed.shell.is_some();
        let words: Vec<&str> = arguments.split_whitespace().collect();
        let is_shell = matches!(words.as_slice(), [only] if matches!(only.rsplit('/').next(), Some("sh" | "bash" | "ash" | "zsh")));
        if has_shell || is_shell || words.first() == Some(&"exec") || arguments.contains("exec ") {
            continue;
        }
        let name = instruction.name;
        let message = format!(
            "In shell form a shell is process 1 and, unless it replaces itself, keeps SIGTERM to itself: write `{name} [\"…\"]`, or begin with `exec`."
        );
        let range = instruction.range();
        match exec_form(&words).filter(|_| instruction.is_on_one_line()) {
            Some(text) => {
                let arguments = instruction.source(0..arguments.len());
                let fix = Fix::replace("Use the exec form", arguments, text);
                findings.add_with_fix(placed.statement, range, message, fix);
            }
            None => findings.add(placed.statement, range, message),
        }
    }
}

/// Words of the shell itself: without a shell there is no such program.
const BUILT_IN: [&str; 18] = [
    ".", ":", "[", "alias", "cd", "eval", "exit", "export", "for", "if", "read", "set", "source",
    "trap", "ulimit", "umask", "wait", "while",
];

/// The same command in exec form; None where the shell does something to it.
fn exec_form(words: &[&str]) -> Option<String> {
    let is_plain = |word: &&str| {
        word.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_./:,@+=%".contains(&byte))
    };
    let first = words.first()?;
    if !words.iter().all(is_plain) || BUILT_IN.contains(first) || first.contains('=') {
        return None;
    }
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    Some(format!("[{}]", quoted.join(", ")))
}

pub(super) const SINGLE_QUOTED_EXEC: Checked = Checked {
    rule: Rule {
        id: "docker/single-quoted-exec",
        title: "The exec form with single quotes",
        why: "It is not JSON, so it silently becomes shell form: the shell looks for a program whose name begins with a bracket.",
        topic: "containers/shell-and-exec-form",
        before: "FROM alpine:3.22\nCMD ['date', '-u']\n",
        after: "FROM alpine:3.22\nCMD [\"date\", \"-u\"]\n",
        ..HINT
    },
    check: single_quoted_exec,
};

fn single_quoted_exec(file: &File<'_>, findings: &mut Findings) {
    for placed in file.all() {
        let instruction = placed.instruction;
        let arguments = instruction.arguments();
        let has_form = matches!(
            instruction.name,
            "ADD" | "CMD" | "COPY" | "ENTRYPOINT" | "RUN" | "VOLUME"
        );
        if !has_form || instruction.form() == Form::Exec || !is_single_quoted(arguments) {
            continue;
        }
        let range = instruction.source(0..arguments.len());
        let message = "Single quotes are no JSON: this is shell form, and the brackets become part of the words.";
        if arguments.contains(['"', '\\', '$']) || !instruction.is_on_one_line() {
            findings.add(placed.statement, range, message);
        } else {
            let fix = Fix::replace(
                "Use double quotes",
                range.clone(),
                arguments.replace('\'', "\""),
            );
            findings.add_with_fix(placed.statement, range, message, fix);
        }
    }
}

fn is_single_quoted(arguments: &str) -> bool {
    arguments
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .map(str::trim)
        .is_some_and(|inside| {
            inside.starts_with('\'') && inside.ends_with('\'') && inside.len() > 1
        })
}

pub(super) const SEVERAL_CMD: Checked = Checked {
    rule: Rule {
        id: "docker/several-cmd",
        title: "A second `CMD`, `ENTRYPOINT` or `HEALTHCHECK` in a stage",
        why: "Each of them sets one value of the image: only the last one counts, and whoever reads the first believes that both run.",
        topic: "containers/entrypoint-vs-cmd",
        before: "FROM alpine:3.22\nCMD [\"migrate\"]\nCMD [\"serve\"]\n",
        after: "FROM alpine:3.22\nCMD [\"serve\"]\n",
        tag: Some(Tag::Unnecessary),
        elsewhere: &[
            Elsewhere {
                tool: Tool::BuildKit,
                code: "MultipleInstructionsDisallowed",
            },
            Elsewhere {
                tool: Tool::Hadolint,
                code: "DL3012",
            },
            Elsewhere {
                tool: Tool::Hadolint,
                code: "DL4003",
            },
            Elsewhere {
                tool: Tool::Hadolint,
                code: "DL4004",
            },
        ],
        ..HINT
    },
    check: several_cmd,
};

fn several_cmd(file: &File<'_>, findings: &mut Findings) {
    for stage in &file.docker.stages {
        let own = file.docker.of_stage(stage);
        for (at, instruction) in own.iter().enumerate() {
            let name = instruction.name;
            let is_overruled = own[at + 1..].iter().any(|later| later.name == name);
            if is_overruled && matches!(name, "CMD" | "ENTRYPOINT" | "HEALTHCHECK") {
                let message =
                    format!("Only the last `{name}` of a stage counts, so this one does nothing.");
                let start = instruction.keyword.start;
                let fix = Fix::replace("Remove it", lines(file.text, instruction), "");
                findings.add_with_fix(start, instruction.range(), message, fix);
            }
        }
    }
}

/// The whole lines of an instruction, with the last one's end.
fn lines(text: &str, instruction: &Instruction<'_>) -> std::ops::Range<usize> {
    let range = instruction.range();
    let start = text[..range.start]
        .rfind('\n')
        .map_or(0, |newline| newline + 1);
    let end = text[range.end..]
        .find('\n')
        .map_or(text.len(), |length| range.end + length + 1);
    start..end
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::{expect, expect_fix};

    #[test]
    fn shell_form_is_marked_where_no_shell_is_wanted() {
        expect(
            "docker/shell-form-entrypoint",
            &[
                "FROM a\n«CMD java $OPTS -jar x.jar»\n",
                "FROM a\n«ENTRYPOINT /x \\\n  y»\nHEALTHCHECK CMD curl x\n",
                "FROM a\nCMD exec java $OPTS\nENTRYPOINT [\"/x\"]\nCMD\n",
                "FROM a AS b\nSHELL [\"/bin/bash\", \"-c\"]\nFROM b\nCMD x\n",
                "FROM a\nCMD ['x']\n",
                "FROM a\nCMD bash\nENTRYPOINT set -e && exec x\n",
                "FROM mcr.microsoft.com/windows/nanoserver:1\nCMD x.exe\n",
            ],
        );
        expect_fix(
            "docker/shell-form-entrypoint",
            "FROM a\nCMD ./x  --port=80 a,b\n",
            "FROM a\nCMD [\"./x\", \"--port=80\", \"a,b\"]\n",
        );
    }

    #[test]
    fn single_quotes_are_marked() {
        expect(
            "docker/single-quoted-exec",
            &[
                "FROM a\nENTRYPOINT «['x', 'y']»\nRUN «[ 'x' ]»\n",
                "FROM a\nRUN [ 'x' = 'y' ] && z\nCMD [\"x\"]\nRUN [ -f x ]\n",
            ],
        );
        expect_fix(
            "docker/single-quoted-exec",
            "FROM a\nCMD ['x']\n",
            "FROM a\nCMD [\"x\"]\n",
        );
    }

    #[test]
    fn what_is_overruled_is_marked() {
        expect(
            "docker/several-cmd",
            &[
                "FROM a\n«CMD x»\n«CMD y \\\n z»\nENTRYPOINT [\"z\"]\nCMD w\n",
                "FROM a AS b\nCMD x\nFROM b\nCMD y\nFROM c\nENTRYPOINT z\n",
                "FROM a\n«HEALTHCHECK NONE»\nHEALTHCHECK CMD x\n",
            ],
        );
        expect_fix(
            "docker/several-cmd",
            "FROM a\nCMD x \\\n  y\nCMD z\n",
            "FROM a\nCMD z\n",
        );
    }
}
