//! Rules about what a stage is based on and what it copies from.

use super::file::{Checked, File, HINT};
use crate::features::hints::image::Image;
use crate::features::hints::rule::{Elsewhere, Findings, Fix, Rule, Tool};

pub(super) const LATEST_TAG: Checked = Checked {
    rule: Rule {
        id: "docker/latest-tag",
        title: "A base image without a tag, or with `latest`",
        why: "The tag moves: the next build may start from another image, and nobody can say which one runs. Name a version, or a digest.",
        topic: "containers/base-image",
        before: "FROM golang:latest\nCOPY main.go /\n",
        after: "FROM golang:1.27\nCOPY main.go /\n",
        elsewhere: &[
            Elsewhere {
                tool: Tool::Hadolint,
                code: "DL3006",
            },
            Elsewhere {
                tool: Tool::Hadolint,
                code: "DL3007",
            },
        ],
        ..HINT
    },
    check: latest_tag,
};

fn latest_tag(file: &File<'_>, findings: &mut Findings) {
    for stage in &file.docker.stages {
        let word = &stage.image;
        let is_own = stage.base.is_some() || word.text == "scratch";
        let Some(image) = Image::read(&word.text).filter(|image| !is_own && image.is_floating())
        else {
            continue;
        };
        let statement = file.docker.instructions[stage.instructions.start]
            .keyword
            .start;
        let message = match image.tag {
            Some(_) => {
                "`latest` moves: the same Dockerfile gives another image next month, so name a version."
            }
            None => {
                "Without a tag this is `latest`: the same Dockerfile gives another image next month, so name a version."
            }
        };
        findings.add(statement, word.range.clone(), message);
    }
}

pub(super) const CONSTANT_PLATFORM: Checked = Checked {
    rule: Rule {
        id: "docker/constant-platform",
        title: "`FROM --platform` with a constant",
        why: "The stage is of that architecture whatever the build was asked for, so a multi-platform build gives the same image to all, and a wrong one shows only when it runs.",
        topic: "containers/multi-platform",
        before: "FROM --platform=linux/amd64 alpine:3.22\nCMD [\"date\"]\n",
        after: "FROM --platform=$BUILDPLATFORM alpine:3.22\nCMD [\"date\"]\n",
        elsewhere: &[
            Elsewhere {
                tool: Tool::BuildKit,
                code: "FromPlatformFlagConstDisallowed",
            },
            Elsewhere {
                tool: Tool::Hadolint,
                code: "DL3029",
            },
        ],
        ..HINT
    },
    check: constant_platform,
};

fn constant_platform(file: &File<'_>, findings: &mut Findings) {
    for stage in &file.docker.stages {
        let from = &file.docker.instructions[stage.instructions.start];
        let Some(flag) = from
            .flag("--platform")
            .filter(|flag| !flag.value.contains('$'))
        else {
            continue;
        };
        // A stage that is named after its platform says that it is for that one only.
        let says_so = stage.name.as_deref().is_some_and(|name| {
            flag.value
                .to_lowercase()
                .split('/')
                .any(|part| !part.is_empty() && name.contains(part))
        });
        if !says_so && !flag.value.is_empty() && !flag.value.starts_with("windows") {
            findings.add(
                from.keyword.start,
                flag.range.clone(),
                "A constant platform overrules the one that the build is asked for; use `$BUILDPLATFORM`, or leave it out.",
            );
        }
    }
}

pub(super) const UNDEFINED_STAGE: Checked = Checked {
    rule: Rule {
        id: "docker/undefined-stage",
        title: "`--from` a stage that is not there",
        why: "What is no earlier stage is taken for the name of an image and pulled: a misspelt stage becomes somebody else's image.",
        topic: "containers/multi-stage",
        before: "FROM golang:1.27 AS build\nRUN go version\n\nFROM scratch\nCOPY --from=biuld /app /app\n",
        after: "FROM golang:1.27 AS build\nRUN go version\n\nFROM scratch\nCOPY --from=build /app /app\n",
        elsewhere: &[Elsewhere {
            tool: Tool::Hadolint,
            code: "DL3022",
        }],
        ..HINT
    },
    check: undefined_stage,
};

/// Only what is certain: another name may be an image or a build context.
fn undefined_stage(file: &File<'_>, findings: &mut Findings) {
    for placed in file.all() {
        let Some((own, flag)) = placed.stage.zip(placed.instruction.flag("--from")) else {
            continue;
        };
        let wanted = flag.value.as_str();
        if !matches!(placed.instruction.name, "COPY" | "ADD")
            || wanted.is_empty()
            || wanted.contains('$')
            || file.docker.stage(wanted, own).is_some()
        {
            continue;
        }
        let start = flag.range.end - wanted.len();
        let range = start..flag.range.end;
        if file.text.get(range.clone()) != Some(wanted) {
            continue;
        }
        if wanted.bytes().all(|byte| byte.is_ascii_digit()) {
            let message =
                format!("There is no stage {wanted} before this one; the first stage is 0.");
            findings.add(placed.statement, range, message);
        } else if file.docker.stage(wanted, usize::MAX).is_some() {
            let message = format!(
                "Stage `{wanted}` does not stand before this one, so `{wanted}` is pulled as an image."
            );
            findings.add(placed.statement, range, message);
        } else if let Some(name) = nearest(file, wanted, own) {
            let message = format!(
                "No stage is called `{wanted}`, so it is pulled as an image; `{name}` is one."
            );
            let fix = Fix::replace(format!("Use `{name}`"), range.clone(), name);
            findings.add_with_fix(placed.statement, range, message, fix);
        }
    }
}

/// The earlier stage that differs from a name by one slip.
fn nearest(file: &File<'_>, wanted: &str, own: usize) -> Option<String> {
    let wanted = wanted.to_lowercase();
    file.docker.stages[..own]
        .iter()
        .filter_map(|stage| stage.name.clone())
        .find(|name| name.len() >= 4 && is_one_slip(&wanted, name))
}

/// Whether one letter was added, left out or changed, or two were swapped.
fn is_one_slip(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let same_start = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let (one, other) = (&one[same_start..], &other[same_start..]);
    match (one, other) {
        ([a, b, rest @ ..], [c, d, other @ ..]) if a == d && b == c && a != b => rest == other,
        ([_, rest @ ..], [_, other @ ..]) if rest == other => true,
        ([_, rest @ ..], other) if rest == other => true,
        (one, [_, other @ ..]) => one == other,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::{expect, expect_fix};

    #[test]
    fn a_floating_tag_is_marked() {
        expect(
            "docker/latest-tag",
            &[
                "FROM «alpine»\n",
                "FROM --platform=linux/amd64 «ghcr.io/o/x:latest» AS x\n",
                "FROM alpine:3\nFROM alpine@sha256:0\nFROM scratch\nFROM ${BASE}\nFROM x:$TAG\n",
                "FROM go:1 AS Build\nFROM build\nFROM «host:5000/x»\n",
            ],
        );
    }

    #[test]
    fn a_constant_platform_is_marked() {
        expect(
            "docker/constant-platform",
            &[
                "FROM «--platform=linux/amd64» alpine\n",
                "FROM --platform=$BUILDPLATFORM alpine\nFROM --platform=linux/arm64 alpine AS build_arm64\n",
                "FROM --platform=windows/amd64 x\nFROM alpine\n",
            ],
        );
    }

    #[test]
    fn a_stage_that_is_not_there_is_marked() {
        expect(
            "docker/undefined-stage",
            &[
                "FROM a AS build\nFROM b\nCOPY --from=«bulid» /x /x\nCOPY --from=build /x /\n",
                "FROM a AS build\nFROM b\nCOPY --from=«1» /x /x\nCOPY --from=0 /x /\n",
                "FROM a AS one\nCOPY --from=«two» /x /\nFROM b AS two\n",
                "FROM a AS build\nFROM b\nCOPY --from=nginx /x /x\nCOPY --from=$X / /\nCOPY --from=o/build /x /\n",
            ],
        );
        expect_fix(
            "docker/undefined-stage",
            "FROM a AS assets\nFROM b\nCOPY --from=asset /x /x\n",
            "FROM a AS assets\nFROM b\nCOPY --from=assets /x /x\n",
        );
    }
}
