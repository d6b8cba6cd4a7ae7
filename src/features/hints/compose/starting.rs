//! Rules about the order of the start, and about ports.

use std::collections::HashSet;

use super::file::{Checked, File, HINT, Service, add};
use crate::features::hints::rule::{Findings, Fix, Level, Rule};
use crate::keywords::compose::file::Value;

pub(super) const DEPENDS_ON_WITHOUT_CONDITION: Checked = Checked {
    rule: Rule {
        id: "compose/depends-on-without-condition",
        title: "The short form of `depends_on` on a service with a health check",
        why: "The short form waits until the container runs, not until it is healthy; `condition: service_healthy` does.",
        topic: "containers/compose-start-order",
        before: "services:\n  app:\n    image: app:1.2\n    depends_on: [db]\n  db:\n    image: postgres:18\n    healthcheck:\n      test: [CMD, pg_isready]\n    volumes: [data:/var/lib/postgresql]\nvolumes:\n  data:\n",
        after: "services:\n  app:\n    image: app:1.2\n    depends_on:\n      db:\n        condition: service_healthy\n  db:\n    image: postgres:18\n    healthcheck:\n      test: [CMD, pg_isready]\n    volumes: [data:/var/lib/postgresql]\nvolumes:\n  data:\n",
        ..HINT
    },
    check: depends_on_without_condition,
};

fn depends_on_without_condition(file: &File<'_>, findings: &mut Findings) {
    let services = file.services();
    let checked: HashSet<&str> = services
        .iter()
        .filter(|service| has_healthcheck(service))
        .filter_map(|service| service.name.text())
        .collect();
    for service in &services {
        for item in service
            .keys
            .get("depends_on")
            .map(Value::items)
            .unwrap_or_default()
        {
            if item.text().is_some_and(|name| checked.contains(name)) {
                let message = "This waits until the container runs, not until it is healthy: add `condition: service_healthy`.";
                add(findings, item, message);
            }
        }
    }
}

fn has_healthcheck(service: &Service<'_>) -> bool {
    let Some(check) = service.keys.get("healthcheck") else {
        return false;
    };
    let is_off = check.get("disable").and_then(Value::text) == Some("true");
    check.is_map()
        && !is_off
        && check
            .get("test")
            .and_then(|test| test.items().first().copied())
            .and_then(Value::text)
            != Some("NONE")
}

pub(super) const NO_HEALTHCHECK: Checked = Checked {
    rule: Rule {
        id: "compose/no-healthcheck",
        title: "A data store without a health check that other services wait for",
        why: "The official image brings no health check: who depends on it starts while it is still loading, and `service_healthy` fails.",
        topic: "containers/compose-start-order",
        before: "services:\n  app:\n    image: app:1.2\n    depends_on: [db]\n  db:\n    image: redis:8\n",
        after: "services:\n  app:\n    image: app:1.2\n    depends_on:\n      db:\n        condition: service_healthy\n  db:\n    image: redis:8\n    healthcheck:\n      test: [CMD, redis-cli, ping]\n",
        ..HINT
    },
    check: no_healthcheck,
};

fn no_healthcheck(file: &File<'_>, findings: &mut Findings) {
    let services = file.services();
    let awaited: HashSet<&str> = services
        .iter()
        .filter_map(|service| service.keys.get("depends_on"))
        .flat_map(awaited)
        .collect();
    for store in &services {
        let is_awaited = store.name.text().is_some_and(|name| awaited.contains(name));
        if is_awaited
            && store.database().is_some()
            && store.entry("healthcheck").is_none()
            && !store.is_extended()
        {
            add(
                findings,
                store.name,
                "Others depend on this and cannot tell when it is ready: give it a `healthcheck`.",
            );
        }
    }
}

/// The services that somebody waits for: all of the short form, and those that must be healthy.
fn awaited(depends: Value<'_>) -> Vec<&str> {
    let short = depends.items().into_iter().filter_map(Value::text);
    let long = depends.entries().into_iter().filter(|entry| {
        let condition = entry.value.and_then(|value| value.get("condition"));
        condition.and_then(Value::text) == Some("service_healthy")
    });
    short
        .chain(long.filter_map(|entry| entry.key.text()))
        .collect()
}

pub(super) const PORTS_ON_ALL_INTERFACES: Checked = Checked {
    rule: Rule {
        id: "compose/ports-on-all-interfaces",
        title: "A data store's port published on all interfaces",
        why: "Docker opens the port past the host's firewall rules. Services of the project reach it without `ports`; for yourself `127.0.0.1:` before it is enough.",
        topic: "containers/publishing-ports",
        before: "services:\n  cache:\n    image: redis:8\n    ports: [\"6379:6379\"]\n",
        after: "services:\n  cache:\n    image: redis:8\n    ports: [\"127.0.0.1:6379:6379\"]\n",
        level: Level::Information,
        ..HINT
    },
    check: ports_on_all_interfaces,
};

fn ports_on_all_interfaces(file: &File<'_>, findings: &mut Findings) {
    for service in file.services() {
        if service.database().is_none() {
            continue;
        }
        for port in service
            .keys
            .get("ports")
            .map(Value::items)
            .unwrap_or_default()
        {
            let message = "This is open to the network, past the host's firewall rules; leave it out, or put `127.0.0.1:` before it.";
            if let Some(published) = port.get("published") {
                if port.get("host_ip").is_none() {
                    add(findings, published, message);
                }
            } else if let Some(said) = port.text().filter(|said| is_open(said)) {
                // In a block or with escapes it has no place.
                if file.text.get(port.range()) == Some(said) {
                    add(findings, port, message);
                }
            }
        }
    }
}

/// `6379:6379`, `${PORT:-6379}:6379` or `0.0.0.0:6379:6379`.
fn is_open(said: &str) -> bool {
    let mut depth = 0_usize;
    let mut colons = 0;
    for byte in said.bytes() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b':' if depth == 0 => colons += 1,
            _ => {}
        }
    }
    // A variable may bring the address along.
    let has_bare_variable = said.starts_with('$') && !said.to_ascii_uppercase().contains("PORT");
    (colons == 1 && !has_bare_variable) || (colons == 2 && said.starts_with("0.0.0.0:"))
}

pub(super) const UNQUOTED_PORT: Checked = Checked {
    rule: Rule {
        id: "compose/unquoted-port",
        title: "A pair of ports without quotes that YAML 1.1 reads as a number",
        why: "Up to YAML 1.1 `22:22` is a number in base 60, so that older parsers publish port 1342. Quotes make it text.",
        topic: "containers/publishing-ports",
        before: "services:\n  app:\n    image: app:1.2\n    ports:\n      - 22:22\n",
        after: "services:\n  app:\n    image: app:1.2\n    ports:\n      - \"22:22\"\n",
        ..HINT
    },
    check: unquoted_port,
};

fn unquoted_port(file: &File<'_>, findings: &mut Findings) {
    for service in file.services() {
        for port in service
            .keys
            .get("ports")
            .map(Value::items)
            .unwrap_or_default()
        {
            let range = port.range();
            let said = file.text.get(range.clone()).unwrap_or_default();
            let is_quoted = file.text[..range.start].ends_with(['"', '\'']);
            if !is_quoted && is_base_60(said) {
                let message = "Without quotes a YAML 1.1 parser reads this as a number in base 60.";
                let fix = Fix::replace("Quote it", range.clone(), format!("\"{said}\""));
                findings.add_with_fix(range.start, range, message, fix);
            }
        }
    }
}

/// Digits, then groups below 60 behind colons.
fn is_base_60(text: &str) -> bool {
    let mut groups = text.split(':');
    let first = groups.next().unwrap_or_default();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut rest = groups.peekable();
    rest.peek().is_some()
        && is_number(first)
        && !first.starts_with('0')
        && rest.all(|group| is_number(group) && group.len() <= 2 && group < "60")
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::{expect, expect_fix};

    #[test]
    fn the_short_form_on_a_health_check_is_marked() {
        expect(
            "compose/depends-on-without-condition",
            &[
                "services:\n  a: {image: x:1, depends_on: [«b», c]}\n  b: {image: y:1, healthcheck: {test: x}}\n  c: {image: z:1}\n",
                "services:\n  a: {image: x:1, depends_on: {b: {condition: service_started}}}\n  b: {image: y:1, healthcheck: {test: x}}\n",
                "services:\n  a: {image: x:1, depends_on: [b]}\n  b: {image: y:1, healthcheck: {disable: true}}\n",
            ],
        );
    }

    #[test]
    fn a_store_that_others_wait_for_is_marked() {
        expect(
            "compose/no-healthcheck",
            &[
                "services:\n  a: {image: x:1, depends_on: {b: {condition: service_healthy}}}\n  «b»: {image: mysql:8}\n",
                "services:\n  a: {image: x:1, depends_on: {b: {condition: service_started}}}\n  b: {image: mysql:8}\n",
                "services:\n  a: {image: x:1, depends_on: [b, c]}\n  b: {image: mysql:8, healthcheck: {test: x}}\n  c: {image: own:1}\n",
            ],
        );
    }

    #[test]
    fn open_ports_of_stores_are_marked() {
        expect(
            "compose/ports-on-all-interfaces",
            &[
                "services:\n  a:\n    image: mysql:8\n    ports:\n      - «3306:3306»\n      - \"«${PORT:-1}:2»\"\n      - {target: 1, published: «2»}\n",
                "services:\n  a: {image: mysql:8, ports: [\"127.0.0.1:1:1\", \"3306\", \"[::1]:1:1\", {target: 1, published: 2, host_ip: 127.0.0.1}]}\n",
                "services:\n  a: {image: app:8, ports: [\"80:80\"]}\n",
            ],
        );
    }

    #[test]
    fn ports_in_base_60_are_marked() {
        expect(
            "compose/unquoted-port",
            &[
                "services:\n  a:\n    ports:\n      - «3000:22»\n      - 8080:80\n      - \"22:22\"\n      - 80\n",
            ],
        );
        expect_fix(
            "compose/unquoted-port",
            "services:\n  a:\n    ports: [22:22]\n",
            "services:\n  a:\n    ports: [\"22:22\"]\n",
        );
    }
}
