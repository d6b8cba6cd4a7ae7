//! Rules about keys that do nothing, or not what they seem to.

use super::file::{Checked, File, HINT, add};
use crate::features::hints::rule::{Findings, Fix, Rule, Tag};
use crate::keywords::compose::file::Value;

pub(super) const VERSION_KEY: Checked = Checked {
    rule: Rule {
        id: "compose/version-key",
        title: "A top-level `version`",
        why: "It is obsolete since the Compose Specification: Compose ignores it and warns.",
        topic: "containers/compose-files",
        before: "version: \"3.8\"\nservices:\n  app:\n    image: app:1.2\n",
        after: "services:\n  app:\n    image: app:1.2\n",
        tag: Some(Tag::Deprecated),
        ..HINT
    },
    check: version_key,
};

fn version_key(file: &File<'_>, findings: &mut Findings) {
    let Some(entry) = file
        .root
        .entry("version")
        .filter(|_| file.root.entry("services").is_some())
    else {
        return;
    };
    let key = entry.key.range();
    let message = "`version` is obsolete: Compose ignores it and warns.";
    let start = file.text[..key.start]
        .rfind('\n')
        .map_or(0, |newline| newline + 1);
    let end = file.text[key.end..]
        .find('\n')
        .map_or(file.text.len(), |length| key.end + length + 1);
    let is_own_line = file.text[start..key.start].trim().is_empty()
        && entry
            .value
            .is_some_and(|value| value.text().is_some() && value.range().end <= end);
    // `docker stack deploy` may still ask for it.
    let is_stack = file
        .services()
        .iter()
        .any(|service| service.entry("deploy").is_some());
    if is_own_line && !is_stack {
        let fix = Fix::replace("Remove it", start..end, "");
        findings.add_with_fix(key.start, key, message, fix);
    } else if !key.is_empty() {
        findings.add(key.start, key, message);
    }
}

pub(super) const CONTAINER_NAME_SCALED: Checked = Checked {
    rule: Rule {
        id: "compose/container-name-scaled",
        title: "`container_name` on a service with several containers",
        why: "Names are unique on a host: the second container cannot be created.",
        topic: "containers/compose",
        before: "services:\n  app:\n    image: app:1.2\n    container_name: app\n    deploy:\n      replicas: 3\n",
        after: "services:\n  app:\n    image: app:1.2\n    deploy:\n      replicas: 3\n",
        ..HINT
    },
    check: container_name_scaled,
};

fn container_name_scaled(file: &File<'_>, findings: &mut Findings) {
    for service in file.services() {
        let count = |path: &str| service.keys.at(path)?.text()?.parse::<u32>().ok();
        let is_scaled = ["deploy.replicas", "scale"]
            .iter()
            .any(|path| count(path).is_some_and(|count| count > 1));
        if let Some(entry) = service.entry("container_name").filter(|_| is_scaled) {
            add(
                findings,
                entry.key,
                "Names are unique, so the second container of this service cannot be created.",
            );
        }
    }
}

pub(super) const NO_LOG_ROTATION: Checked = Checked {
    rule: Rule {
        id: "compose/no-log-rotation",
        title: "The json-file driver without `max-size`",
        why: "It keeps every line for ever: the disk fills up. The `local` driver rotates by itself.",
        topic: "containers/logging",
        before: "services:\n  app:\n    image: app:1.2\n    logging:\n      driver: json-file\n",
        after: "services:\n  app:\n    image: app:1.2\n    logging:\n      driver: json-file\n      options:\n        max-size: 10m\n",
        ..HINT
    },
    check: no_log_rotation,
};

fn no_log_rotation(file: &File<'_>, findings: &mut Findings) {
    for service in file.services() {
        let driver = service.keys.at("logging.driver");
        let is_kept = driver.and_then(Value::text) == Some("json-file")
            && service.keys.at("logging.options.max-size").is_none();
        if let Some(driver) = driver.filter(|_| is_kept) {
            add(
                findings,
                driver,
                "Without `max-size` these logs grow until the disk is full.",
            );
        }
    }
}

pub(super) const SWARM_ONLY_KEY: Checked = Checked {
    rule: Rule {
        id: "compose/swarm-only-key",
        title: "A key of `deploy` that only a swarm follows",
        why: "`docker compose up` ignores `placement`, `update_config`, `rollback_config` and `endpoint_mode`; a service that is only built here cannot be one of a swarm.",
        topic: "containers/swarm",
        before: "services:\n  app:\n    build: .\n    deploy:\n      update_config:\n        parallelism: 1\n",
        after: "services:\n  app:\n    build: .\n    deploy:\n      replicas: 2\n",
        tag: Some(Tag::Unnecessary),
        ..HINT
    },
    check: swarm_only_key,
};

/// Only where the service cannot be meant for a swarm: it has no image, only a build.
fn swarm_only_key(file: &File<'_>, findings: &mut Findings) {
    for service in file.services() {
        let is_built = service.entry("build").is_some() && service.entry("image").is_none();
        let Some(deploy) = service
            .keys
            .get("deploy")
            .filter(|_| is_built && !service.is_extended())
        else {
            continue;
        };
        for key in [
            "placement",
            "update_config",
            "rollback_config",
            "endpoint_mode",
        ] {
            if let Some(entry) = deploy.entry(key) {
                add(
                    findings,
                    entry.key,
                    "`docker compose up` ignores this: only a swarm follows it.",
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::{expect, expect_fix};

    #[test]
    fn keys_that_do_nothing_are_marked() {
        expect(
            "compose/version-key",
            &[
                "«version»: 3\nservices: {a: {image: x:1}}\n",
                "version: 3\nx: 1\n",
                "services:\n  version: {image: x:1}\n",
            ],
        );
        expect_fix(
            "compose/version-key",
            "a: b\nversion: '3' # x\nservices: {}\n",
            "a: b\nservices: {}\n",
        );
        expect(
            "compose/container-name-scaled",
            &[
                "services:\n  a: {«container_name»: x, scale: 2}\n  b: {container_name: y, deploy: {replicas: 1}}\n",
            ],
        );
        expect(
            "compose/no-log-rotation",
            &[
                "services:\n  a: {logging: {driver: «json-file»}}\n  b: {logging: {driver: local}}\n  c: {logging: {driver: json-file, options: {max-size: 1m}}}\n",
            ],
        );
        expect(
            "compose/swarm-only-key",
            &[
                "services:\n  a: {build: ., deploy: {«placement»: {}}}\n  b: {image: x:1, deploy: {placement: {}}}\n",
            ],
        );
    }
}
