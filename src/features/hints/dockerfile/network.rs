//! Rules about ports and health.

use super::file::{Checked, File, HINT};
use crate::features::hints::rule::{Default, Elsewhere, Findings, Fix, Level, Rule, Tool};

pub(super) const EXPOSE_RANGE: Checked = Checked {
    rule: Rule {
        id: "docker/expose-range",
        title: "`EXPOSE` of what is no container port",
        why: "`EXPOSE` names ports of the container, from 1 to 65535, with a protocol if need be. Host ports and addresses belong to `docker run -p`.",
        topic: "containers/publishing-ports",
        before: "FROM alpine:3.22\nEXPOSE 8080:80\n",
        after: "FROM alpine:3.22\nEXPOSE 80\n",
        elsewhere: &[
            Elsewhere {
                tool: Tool::BuildKit,
                code: "ExposeInvalidFormat",
            },
            Elsewhere {
                tool: Tool::Hadolint,
                code: "DL3011",
            },
        ],
        ..HINT
    },
    check: expose_range,
};

fn expose_range(file: &File<'_>, findings: &mut Findings) {
    for placed in file.named("EXPOSE") {
        for word in placed.instruction.words() {
            let said = word.text.trim_matches(['"', '\'']);
            if said.contains(['$', '{', '}', '#', '[', ']']) || said.is_empty() {
                continue;
            }
            if let Some((_, port)) = said.rsplit_once(':') {
                let message = "`EXPOSE` takes only the container's port; host ports and addresses belong to `docker run -p`.";
                if is_port(port) && word.text == said {
                    let fix = Fix::replace(format!("Use `{port}`"), word.range.clone(), port);
                    findings.add_with_fix(placed.statement, word.range, message, fix);
                } else {
                    findings.add(placed.statement, word.range, message);
                }
            } else if said.bytes().all(|byte| {
                byte.is_ascii_digit() || byte == b'-' || byte == b'/' || byte.is_ascii_alphabetic()
            }) && !is_port(said)
                && said.starts_with(|first: char| first.is_ascii_digit())
            {
                findings.add(
                    placed.statement,
                    word.range,
                    "A port is a number from 1 to 65535, or a range of them from low to high.",
                );
            }
        }
    }
}

/// `80`, `80/tcp`, `8000-8010/udp`.
fn is_port(text: &str) -> bool {
    let ports = text.split('/').next().unwrap_or_default();
    let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
    let number = |text: &str| text.parse::<u16>().ok().filter(|port| *port > 0);
    number(first)
        .zip(number(last))
        .is_some_and(|(first, last)| first <= last)
}

pub(super) const NO_HEALTHCHECK: Checked = Checked {
    rule: Rule {
        id: "docker/no-healthcheck",
        title: "An image that exposes a port and has no `HEALTHCHECK`",
        why: "Docker then knows only whether the process runs: a server that hangs counts as fine, and nobody can wait until it is ready. Kubernetes has probes of its own and ignores it.",
        topic: "containers/healthcheck",
        before: "FROM alpine:3.22\nEXPOSE 8080\nCMD [\"/app\"]\n",
        after: "FROM alpine:3.22\nEXPOSE 8080\nHEALTHCHECK CMD [\"/app\", \"-health\"]\nCMD [\"/app\"]\n",
        level: Level::Information,
        default: Default::Off,
        elsewhere: &[Elsewhere {
            tool: Tool::Hadolint,
            code: "DL3057",
        }],
        ..HINT
    },
    check: no_healthcheck,
};

fn no_healthcheck(file: &File<'_>, findings: &mut Findings) {
    let making = file.final_making();
    if making.iter().any(|made| made.name == "HEALTHCHECK") {
        return;
    }
    if let Some(expose) = making.iter().rev().find(|made| made.name == "EXPOSE") {
        findings.add(
            expose.keyword.start,
            expose.range(),
            "Without a `HEALTHCHECK` Docker knows only that the process runs, not that it answers on this port.",
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::{expect, expect_fix};

    #[test]
    fn what_is_no_port_is_marked() {
        expect(
            "docker/expose-range",
            &[
                "FROM a\nEXPOSE 80 «70000» 443/tcp «9-8»\n",
                "FROM a\nEXPOSE «127.0.0.1:80:80» «8080:80» «0»\n",
                "FROM a\nEXPOSE $PORT 8000-8010/udp 65535 ${X}/tcp\n",
            ],
        );
        expect_fix(
            "docker/expose-range",
            "FROM a\nEXPOSE 1 8080:80/tcp\n",
            "FROM a\nEXPOSE 1 80/tcp\n",
        );
    }

    #[test]
    fn a_port_without_a_health_check_is_marked() {
        expect(
            "docker/no-healthcheck",
            &[
                "FROM a AS b\n«EXPOSE 80»\nFROM b\nCMD x\n",
                "FROM a AS b\nHEALTHCHECK CMD x\nFROM b\nEXPOSE 80\n",
                "FROM a AS b\nEXPOSE 80\nFROM c\n",
            ],
        );
    }
}
