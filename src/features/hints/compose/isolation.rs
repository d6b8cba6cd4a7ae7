//! Rules about what a container may do to its host, and about secrets.

use super::file::{Checked, File, HINT, add};
use crate::features::hints::rule::{Findings, Level, Rule};
use crate::features::hints::secret::{is_secret, may_be_value};
use crate::keywords::compose::file::Value;

pub(super) const PRIVILEGED: Checked = Checked {
    rule: Rule {
        id: "compose/privileged",
        title: "`privileged: true`",
        why: "It gives all capabilities and all devices, and takes seccomp away: root in the container is root on the host. Find the one capability or device that is missing.",
        topic: "containers/capabilities-and-seccomp",
        before: "services:\n  app:\n    image: app:1.2\n    privileged: true\n",
        after: "services:\n  app:\n    image: app:1.2\n    cap_add: [NET_ADMIN]\n",
        level: Level::Information,
        ..HINT
    },
    check: privileged,
};

fn privileged(file: &File<'_>, findings: &mut Findings) {
    for service in file.services() {
        if let Some(entry) = service.entry("privileged")
            && entry.value.and_then(Value::text) == Some("true")
        {
            add(
                findings,
                entry.key,
                "This takes the walls down: find the one capability or device that is missing.",
            );
        }
    }
}

pub(super) const BROAD_CAPABILITY: Checked = Checked {
    rule: Rule {
        id: "compose/broad-capability",
        title: "`cap_add` of `SYS_ADMIN` or `ALL`",
        why: "`SYS_ADMIN` allows mounts and much else: it is nearly as good as being root on the host.",
        topic: "containers/capabilities-and-seccomp",
        before: "services:\n  app:\n    image: app:1.2\n    cap_add: [SYS_ADMIN]\n",
        after: "services:\n  app:\n    image: app:1.2\n    cap_add: [NET_ADMIN]\n",
        level: Level::Information,
        ..HINT
    },
    check: broad_capability,
};

fn broad_capability(file: &File<'_>, findings: &mut Findings) {
    for service in file.services() {
        for capability in service
            .keys
            .get("cap_add")
            .map(Value::items)
            .unwrap_or_default()
        {
            let name = capability.text().unwrap_or_default().to_ascii_uppercase();
            if matches!(name.as_str(), "ALL" | "SYS_ADMIN" | "CAP_SYS_ADMIN") {
                add(
                    findings,
                    capability,
                    "This capability is nearly as good as root on the host; find a narrower one.",
                );
            }
        }
    }
}

pub(super) const DOCKER_SOCKET: Checked = Checked {
    rule: Rule {
        id: "compose/docker-socket",
        title: "Docker's socket mounted into a container",
        why: "Who can write to the socket can start a container with the host's root folder in it, and `:ro` does not stop that.",
        topic: "containers/docker-socket",
        before: "services:\n  app:\n    image: app:1.2\n    volumes: [\"/var/run/docker.sock:/var/run/docker.sock\"]\n",
        after: "services:\n  app:\n    image: app:1.2\n",
        level: Level::Information,
        ..HINT
    },
    check: docker_socket,
};

fn docker_socket(file: &File<'_>, findings: &mut Findings) {
    for service in file.services() {
        for volume in service
            .keys
            .get("volumes")
            .map(Value::items)
            .unwrap_or_default()
        {
            let source = volume.get("source").unwrap_or(volume);
            let path = source
                .text()
                .unwrap_or_default()
                .split(':')
                .next()
                .unwrap_or_default();
            if matches!(path, "/var/run/docker.sock" | "/run/docker.sock") {
                add(
                    findings,
                    source,
                    "Who reaches this socket is root on the host, with `:ro` too.",
                );
            }
        }
    }
}

pub(super) const HOST_NAMESPACE: Checked = Checked {
    rule: Rule {
        id: "compose/host-namespace",
        title: "A namespace of the host: `network_mode: host`, `pid: host`",
        why: "The container then sees the host's network or processes as its own: isolation is gone, and ports collide.",
        topic: "containers/namespaces-and-cgroups",
        before: "services:\n  app:\n    image: app:1.2\n    network_mode: host\n",
        after: "services:\n  app:\n    image: app:1.2\n    ports: [\"8080:8080\"]\n",
        ..HINT
    },
    check: host_namespace,
};

fn host_namespace(file: &File<'_>, findings: &mut Findings) {
    for service in file.services() {
        for (key, what) in [
            ("network_mode", "network"),
            ("pid", "processes"),
            ("ipc", "shared memory"),
        ] {
            if let Some(entry) = service.entry(key)
                && entry.value.and_then(Value::text) == Some("host")
            {
                add(
                    findings,
                    entry.key,
                    format!("The container shares the host's {what}: that wall is gone."),
                );
            }
        }
    }
}

pub(super) const SECRET_IN_ENVIRONMENT: Checked = Checked {
    rule: Rule {
        id: "compose/secret-in-environment",
        title: "A password in `environment`",
        why: "The file goes into the repository with it, and `docker inspect` shows it. Use `secrets`, or a variable of the shell or `.env`.",
        topic: "containers/compose-secrets",
        before: "services:\n  app:\n    image: app:1.2\n    environment:\n      DB_PASSWORD: hunter2\n",
        after: "services:\n  app:\n    image: app:1.2\n    environment:\n      DB_PASSWORD_FILE: /run/secrets/db\n    secrets: [db]\nsecrets:\n  db:\n    file: ./db.txt\n",
        level: Level::Information,
        ..HINT
    },
    check: secret_in_environment,
};

fn secret_in_environment(file: &File<'_>, findings: &mut Findings) {
    let message = "This secret is in the file, so in the repository, and `docker inspect` shows it; use `secrets`.";
    for service in file.services() {
        let Some(environment) = service.keys.get("environment") else {
            continue;
        };
        for entry in environment.entries() {
            let value = entry.value.and_then(Value::text).unwrap_or_default();
            if is_written(entry.key.text().unwrap_or_default(), value) {
                add(findings, entry.key, message);
            }
        }
        for item in environment.items() {
            if let Some((name, value)) = item.text().and_then(|text| text.split_once('='))
                && is_written(name, value)
            {
                add(findings, item, message);
            }
        }
    }
}

/// Whether a variable is a secret that stands there itself.
fn is_written(name: &str, value: &str) -> bool {
    is_secret(name) && may_be_value(value) && !value.contains('$') && value != "~"
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::expect;

    #[test]
    fn what_takes_walls_down_is_marked() {
        expect(
            "compose/privileged",
            &["services:\n  a: {«privileged»: true}\n  b: {privileged: false}\n"],
        );
        expect(
            "compose/broad-capability",
            &["services:\n  a: {cap_add: [«all», NET_ADMIN, «CAP_SYS_ADMIN»]}\n"],
        );
        expect(
            "compose/docker-socket",
            &[
                "services:\n  a:\n    volumes:\n      - «/var/run/docker.sock:/x:ro»\n      - {type: bind, source: «/run/docker.sock», target: /y}\n      - ./x:/var/run/docker.sock\n",
            ],
        );
        expect(
            "compose/host-namespace",
            &["services:\n  a: {«pid»: host, «network_mode»: host, ipc: shareable}\n"],
        );
    }

    #[test]
    fn secrets_that_stand_there_are_marked() {
        expect(
            "compose/secret-in-environment",
            &[
                "services:\n  a:\n    environment:\n      - «DB_PASSWORD=x»\n      - TOKEN\n      - TOKEN=$TOKEN\n",
                "services:\n  a: {environment: {«API_KEY»: x, PASSWORD: \"${P:-x}\", PASSWORD_FILE: /x, TOKEN: }}\n",
            ],
        );
    }
}
