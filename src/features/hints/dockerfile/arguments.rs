//! Rules about `ARG`, `ENV` and instructions that say something about the image.

use std::collections::BTreeSet;
use std::ops::Range;

use super::file::{Checked, File, HINT, Placed};
use crate::features::hints::rule::{Edit, Elsewhere, Findings, Fix, Level, Rule, Tag, Tool};
use crate::features::hints::secret::{is_secret, may_be_value};
use crate::keywords::dockerfile::file::Instruction;

pub(super) const ARG_SCOPE: Checked = Checked {
    rule: Rule {
        id: "docker/arg-scope",
        title: "A build argument outside its scope",
        why: "An `ARG` before the first `FROM` is for `FROM` lines, and the platform's arguments are for those who ask: a stage that does not declare the name with `ARG` sees an empty string.",
        topic: "containers/arg-and-env",
        before: "FROM golang:1.27\nRUN GOARCH=$TARGETARCH go build -o /app .\n",
        after: "FROM golang:1.27\nARG TARGETARCH\nRUN GOARCH=$TARGETARCH go build -o /app .\n",
        ..HINT
    },
    check: arg_scope,
};

/// Arguments that `BuildKit` sets, and shows to stages that declare them.
const PLATFORM: [&str; 8] = [
    "BUILDARCH",
    "BUILDOS",
    "BUILDPLATFORM",
    "BUILDVARIANT",
    "TARGETARCH",
    "TARGETOS",
    "TARGETPLATFORM",
    "TARGETVARIANT",
];

fn arg_scope(file: &File<'_>, findings: &mut Findings) {
    if file.is_windows {
        return;
    }
    let global: BTreeSet<String> = file
        .docker
        .before_stages()
        .iter()
        .flat_map(declared)
        .collect();
    // The names that each stage declares, itself or by its base.
    let mut known_in: Vec<BTreeSet<String>> = Vec::new();
    for (number, stage) in file.docker.stages.iter().enumerate() {
        let base = stage.base.and_then(|base| known_in.get(base));
        let mut known = base.cloned().unwrap_or_default();
        let mut said = BTreeSet::new();
        for instruction in file.docker.of_stage(stage) {
            known.extend(declared(instruction));
            let uses = match instruction.name {
                "CMD" | "ENTRYPOINT" | "HEALTHCHECK" | "ONBUILD" | "SHELL" => continue,
                _ => instruction.variables(),
            };
            for word in uses {
                let name = word.text;
                let may_be_empty = global.contains(&name) && !may_be_of_image(file, number, &name);
                if !(may_be_empty || PLATFORM.contains(&name.as_str()))
                    || known.contains(&name)
                    || said.contains(&name)
                    || sets(instruction, &name)
                    || instruction.arguments().contains(&format!("{{{name}:"))
                {
                    continue;
                }
                let message = format!(
                    "`{name}` is empty in this stage: it is not declared here with `ARG {name}`."
                );
                let start = instruction.keyword.start;
                let fix = Fix::replace(
                    format!("Declare `ARG {name}` in this stage"),
                    start..start,
                    format!("ARG {name}\n"),
                );
                findings.add_with_fix(start, word.range, message, fix);
                // Once a stage.
                said.insert(name);
            }
        }
        known_in.push(known);
    }
}

/// The names that an instruction makes known to those below it.
fn declared(instruction: &Instruction<'_>) -> Vec<String> {
    match instruction.name {
        "ARG" | "ENV" => instruction
            .pairs()
            .into_iter()
            .map(|pair| pair.name.text)
            .collect(),
        _ => Vec::new(),
    }
}

/// Whether a `RUN` gives the variable a value itself.
fn sets(instruction: &Instruction<'_>, name: &str) -> bool {
    let text = instruction.arguments();
    instruction.name == "RUN"
        && (text.contains(&format!("{name}="))
            || text.contains(&format!("read {name}"))
            || text.contains(&format!("read -r {name}"))
            || text.contains(&format!("for {name} in")))
}

/// Whether the base image may bring the variable: `node` has `NODE_VERSION`.
fn may_be_of_image(file: &File<'_>, stage: usize, name: &str) -> bool {
    let Some(image) = file
        .root_image(stage)
        .filter(|image| image.text != "scratch")
    else {
        return false;
    };
    let Some((what, _)) = name.split_once("_VERSION") else {
        return false;
    };
    let image = image.text.to_lowercase();
    what.is_empty() || image.contains(&what.to_lowercase())
}

pub(super) const SECRET_IN_ARG_OR_ENV: Checked = Checked {
    rule: Rule {
        id: "docker/secret-in-arg-or-env",
        title: "A secret in `ARG` or `ENV`",
        why: "Build arguments stand in the image's history, variables in its configuration: whoever has the image reads them. `RUN --mount=type=secret` leaves nothing behind.",
        topic: "containers/build-secrets",
        before: "FROM node:24\nARG NPM_TOKEN\nRUN npm ci\n",
        after: "FROM node:24\nRUN --mount=type=secret,id=npm,env=NPM_TOKEN npm ci\n",
        level: Level::Information,
        elsewhere: &[
            Elsewhere {
                tool: Tool::BuildKit,
                code: "SecretsUsedInArgOrEnv",
            },
            Elsewhere {
                tool: Tool::Hadolint,
                code: "DL3064",
            },
        ],
        ..HINT
    },
    check: secret_in_arg_or_env,
};

fn secret_in_arg_or_env(file: &File<'_>, findings: &mut Findings) {
    for placed in file.all() {
        let instruction = placed.instruction;
        if !matches!(instruction.name, "ARG" | "ENV") {
            continue;
        }
        for pair in instruction.pairs() {
            let value = pair.value.map(|value| value.text);
            let has_value = match (instruction.name, &value) {
                ("ARG", None) => true,
                (_, value) => value.as_deref().is_some_and(may_be_value),
            };
            if has_value && is_secret(&pair.name.text) {
                let message = match instruction.name {
                    "ARG" => {
                        "A build argument stands in the image's history: whoever has the image can read it."
                    }
                    _ => {
                        "A variable stands in the image's configuration: whoever has the image can read it."
                    }
                };
                findings.add(placed.statement, pair.name.range, message);
            }
        }
    }
}

pub(super) const LEGACY_ENV: Checked = Checked {
    rule: Rule {
        id: "docker/legacy-env",
        title: "`ENV` without an equals sign",
        why: "The old form takes the rest of the line as one value, so a second variable on the line becomes part of the first.",
        topic: "containers/arg-and-env",
        before: "FROM alpine:3.22\nENV LANG C.UTF-8\n",
        after: "FROM alpine:3.22\nENV LANG=C.UTF-8\n",
        tag: Some(Tag::Deprecated),
        elsewhere: &[Elsewhere {
            tool: Tool::BuildKit,
            code: "LegacyKeyValueFormat",
        }],
        ..HINT
    },
    check: legacy_env,
};

/// The old form comes in groups, and the first line says it for all.
fn legacy_env(file: &File<'_>, findings: &mut Findings) {
    let old: Vec<OldEnv> = file.named("ENV").iter().filter_map(old_env).collect();
    let Some(first) = old.first() else { return };
    let others = match old.len() {
        1 => String::new(),
        2 => ", here and in another line".to_owned(),
        count => format!(", here and in {} other lines", count - 1),
    };
    let message = format!(
        "`ENV {} value` is the old form{others}: it takes the whole rest of the line, and `{}=value` does not.",
        first.name, first.name
    );
    // A line that cannot be mended safely stays, and with it the hint.
    let edits: Option<Vec<Edit>> = old.iter().map(|line| line.edit.clone()).collect();
    match edits {
        Some(edits) => {
            let fix = Fix {
                title: "Use `=`".to_owned(),
                edits,
            };
            findings.add_with_fix(first.statement, first.range.clone(), message, fix);
        }
        None => findings.add(first.statement, first.range.clone(), message),
    }
}

/// An `ENV` in the old form.
struct OldEnv {
    statement: usize,
    /// From the keyword to the name.
    range: Range<usize>,
    name: String,
    /// What makes it one of the new form.
    edit: Option<Edit>,
}

fn old_env(placed: &Placed<'_, '_>) -> Option<OldEnv> {
    let instruction = placed.instruction;
    let pair = instruction
        .pairs()
        .pop()
        .filter(|_| instruction.is_legacy())?;
    let (name, value) = (pair.name, pair.value?);
    let text = assigned(&value.text).filter(|_| instruction.is_on_one_line());
    Some(OldEnv {
        statement: placed.statement,
        range: instruction.keyword.start..name.range.end,
        edit: text.map(|text| Edit {
            range: name.range.end..value.range.end,
            text: format!("={text}"),
        }),
        name: name.text,
    })
}

/// A value of the old form as one of the new form; None where quotes or escapes are in it.
fn assigned(value: &str) -> Option<String> {
    let inside = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let is_plain = |text: &str| !text.contains(['"', '\'', '\\', '`', '#']);
    if inside.is_some_and(is_plain) {
        return Some(value.to_owned());
    }
    let has_blanks = value.contains(char::is_whitespace);
    is_plain(value).then(|| {
        if has_blanks {
            format!("\"{value}\"")
        } else {
            value.to_owned()
        }
    })
}

pub(super) const MAINTAINER: Checked = Checked {
    rule: Rule {
        id: "docker/maintainer",
        title: "`MAINTAINER`",
        why: "It is deprecated: the label `org.opencontainers.image.authors` says the same, and tools read it.",
        topic: "containers/dockerfile-instructions",
        before: "FROM alpine:3.22\nMAINTAINER team@example.com\n",
        after: "FROM alpine:3.22\nLABEL org.opencontainers.image.authors=\"team@example.com\"\n",
        tag: Some(Tag::Deprecated),
        elsewhere: &[
            Elsewhere {
                tool: Tool::BuildKit,
                code: "MaintainerDeprecated",
            },
            Elsewhere {
                tool: Tool::Hadolint,
                code: "DL4000",
            },
        ],
        ..HINT
    },
    check: maintainer,
};

fn maintainer(file: &File<'_>, findings: &mut Findings) {
    for instruction in &file.docker.instructions {
        if instruction.name != "MAINTAINER" {
            continue;
        }
        let said = instruction.arguments().trim_matches('"');
        let start = instruction.keyword.start;
        let message = "`MAINTAINER` is deprecated; a label says who made the image.";
        if said.contains(['"', '\\', '$', '`']) || !instruction.is_on_one_line() {
            findings.add(start, instruction.keyword.clone(), message);
            continue;
        }
        let fix = Fix {
            title: "Use a label".to_owned(),
            edits: vec![Edit {
                range: instruction.range(),
                text: format!("LABEL org.opencontainers.image.authors=\"{said}\""),
            }],
        };
        findings.add_with_fix(start, instruction.keyword.clone(), message, fix);
    }
}

pub(super) const ONBUILD_FORBIDDEN: Checked = Checked {
    rule: Rule {
        id: "docker/onbuild-forbidden",
        title: "`ONBUILD` with an instruction that it cannot have",
        why: "`ONBUILD`, `FROM` and `MAINTAINER` cannot be triggers: the build stops.",
        topic: "containers/onbuild",
        before: "FROM alpine:3.22\nONBUILD ONBUILD COPY . /app\n",
        after: "FROM alpine:3.22\nONBUILD COPY . /app\n",
        elsewhere: &[Elsewhere {
            tool: Tool::Hadolint,
            code: "DL3043",
        }],
        ..HINT
    },
    check: onbuild_forbidden,
};

fn onbuild_forbidden(file: &File<'_>, findings: &mut Findings) {
    for instruction in &file.docker.instructions {
        let Some(trigger) = &instruction.trigger else {
            continue;
        };
        if matches!(trigger.name, "ONBUILD" | "FROM" | "MAINTAINER") {
            let message = format!(
                "The build stops here: `{}` cannot be a trigger.",
                trigger.name
            );
            findings.add(instruction.keyword.start, trigger.keyword.clone(), message);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::{expect, expect_fix};

    #[test]
    fn an_argument_outside_its_scope_is_marked_once_a_stage() {
        expect(
            "docker/arg-scope",
            &[
                "ARG APP=x\nFROM alpine:$APP\nRUN echo $«APP» ${APP}\nCOPY x /$APP\n",
                "ARG APP\nFROM alpine AS a\nARG APP\nRUN echo $APP\nFROM a\nRUN echo $APP\n",
                "ARG APP\nFROM alpine\nENV APP=2\nRUN echo $APP\nCMD echo $APP\n",
                "ARG NODE_VERSION=24\nFROM node:$NODE_VERSION\nRUN echo $NODE_VERSION\n",
                "FROM --platform=$BUILDPLATFORM go\nRUN GOOS=${«TARGETOS»} go build\n",
                "FROM go\nRUN TARGETOS=linux; echo $TARGETOS\nRUN echo '$TARGETARCH' ${TARGETARCH:-amd64}\n",
                "FROM go\nRUN echo $HOME $OTHER\n",
            ],
        );
        expect_fix(
            "docker/arg-scope",
            "FROM go:1\nRUN echo $TARGETARCH\n",
            "FROM go:1\nARG TARGETARCH\nRUN echo $TARGETARCH\n",
        );
    }

    #[test]
    fn secrets_are_marked_where_a_value_is_given() {
        expect(
            "docker/secret-in-arg-or-env",
            &[
                "FROM a\nENV A=1 «DB_PASSWORD»=x\n",
                "FROM a\nENV «TOKEN» abc\nARG «API_KEY»\nARG «PASSWD»=x\n",
                "FROM a\nENV PASSWORD=\"\" PASSWORD_FILE=/x GPG_KEY=0 ALLOW_EMPTY_PASSWORD=yes\nARG TOKEN=\n",
            ],
        );
    }

    #[test]
    fn the_old_form_of_env_is_marked_and_mended() {
        expect(
            "docker/legacy-env",
            &[
                "FROM a\n«ENV A» b\nENV C d\nENV E=f\nENV G h\n",
                "FROM a\nENV A=b C=d\nLABEL a b\n",
                "FROM a\nENV A\n",
            ],
        );
        for (before, after) in [
            ("ENV A b c", "ENV A=\"b c\""),
            ("env A \"b c\"", "env A=\"b c\""),
            ("ENV  PATH   /x:$PATH", "ENV  PATH=/x:$PATH"),
            ("ENV A b\nENV C=d\nENV E f", "ENV A=b\nENV C=d\nENV E=f"),
        ] {
            expect_fix("docker/legacy-env", before, after);
        }
    }

    #[test]
    fn maintainer_and_forbidden_triggers_are_marked() {
        expect(
            "docker/maintainer",
            &[
                "FROM a\n«maintainer» A <a@b>\n",
                "FROM a\nLABEL maintainer=a\n",
            ],
        );
        expect_fix(
            "docker/maintainer",
            "FROM a\nMAINTAINER \"A B <a@b>\"\n",
            "FROM a\nLABEL org.opencontainers.image.authors=\"A B <a@b>\"\n",
        );
        expect(
            "docker/onbuild-forbidden",
            &[
                "FROM a\nONBUILD «FROM» b\nONBUILD «maintainer» c\n",
                "FROM a\nONBUILD RUN x\n",
            ],
        );
    }
}
