//! Rules about memory and eviction.

use super::file::{Checked, File, HINT, is_placeholder};
use crate::features::hints::rule::{Findings, Rule};

pub(super) const NO_MAXMEMORY: Checked = Checked {
    rule: Rule {
        id: "redis/no-maxmemory",
        title: "A server without `maxmemory`",
        why: "Without a limit no eviction policy ever acts, and memory grows until the kernel or the container's limit kills the process.",
        topic: "redis/eviction-policies",
        before: "\
port 6379
maxmemory-policy allkeys-lru
",
        after: "\
port 6379
maxmemory 1gb
maxmemory-policy allkeys-lru
",
        ..HINT
    },
    check: no_maxmemory,
};

fn no_maxmemory(file: &File<'_>, findings: &mut Findings) {
    let is_unlimited = file.lacks("maxmemory") || file.is("maxmemory", "0");
    // A replica has as many keys as its master says.
    let is_replica = file.last("replicaof").is_some();
    if !is_unlimited || is_replica || file.is_sentinel() {
        return;
    }
    let (line, message) = match file.last("maxmemory-policy") {
        Some(policy) if !file.is("maxmemory-policy", "noeviction") => (
            Some(policy),
            "Without `maxmemory` this policy never acts: memory grows until the kernel kills the process.",
        ),
        // A line that says 0 was written by somebody who means it.
        _ => (
            file.server_line()
                .filter(|_| file.last("maxmemory").is_none()),
            "This server has no `maxmemory`: its memory grows until the kernel or the container's limit kills it.",
        ),
    };
    if let Some(line) = line {
        findings.add(line.name.start, File::line_range(line), message);
    }
}

pub(super) const NO_EVICTION_POLICY: Checked = Checked {
    rule: Rule {
        id: "redis/no-eviction-policy",
        title: "`maxmemory` without an eviction policy",
        why: "The default is `noeviction`: once the limit is reached, writes fail. Right for a store, wrong for a cache.",
        topic: "redis/eviction-policies",
        before: "\
port 6379
maxmemory 1gb
",
        after: "\
port 6379
maxmemory 1gb
maxmemory-policy allkeys-lru
",
        ..HINT
    },
    check: no_eviction_policy,
};

fn no_eviction_policy(file: &File<'_>, findings: &mut Findings) {
    let Some(limit) = file.last("maxmemory") else {
        return;
    };
    let is_limited = limit
        .arguments
        .first()
        .is_some_and(|limit| is_placeholder(limit) || limit.value != Some("0"));
    if !is_limited || file.is_sentinel() {
        return;
    }
    match file.last("maxmemory-policy") {
        None if file.lacks("maxmemory-policy") => findings.add(
            limit.name.start,
            File::line_range(limit),
            "With the default policy, `noeviction`, writes fail once this limit is reached: right for a store, wrong for a cache.",
        ),
        Some(policy) if file.is("maxmemory-policy", "noeviction") && file.keeps_nothing() => findings.add(
            policy.name.start,
            File::line_range(policy),
            "Nothing is persisted, so this looks like a cache; with `noeviction` its writes fail once it is full.",
        ),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::expect;

    #[test]
    fn a_policy_that_never_acts_is_marked() {
        expect(
            "redis/no-maxmemory",
            &[
                "port 1\n«maxmemory-policy volatile-ttl»\n",
                "maxmemory 0\n«maxmemory-policy allkeys-lru»\n",
                "dir /data\n«bind 127.0.0.1»\nport 1\n",
                "«port 1»\nmaxmemory-policy noeviction\n",
                "port 1\nmaxmemory 0\n",
                "port 1\nreplicaof 10.0.0.1 6379\n",
                "port 26379\nsentinel monitor m 10.0.0.1 6379 2\n",
                "port 1\nmaxmemory 1gb\nmaxmemory-policy allkeys-lru\n",
                "# a fragment\nmaxmemory-policy allkeys-lru\n",
                "port 1\ninclude local.conf\nmaxmemory-policy allkeys-lru\n",
                "«port 1»\n# maxmemory-policy allkeys-lru\n",
            ],
        );
    }

    #[test]
    fn a_limit_at_which_writes_fail_is_marked() {
        expect(
            "redis/no-eviction-policy",
            &[
                "port 1\n«maxmemory 1gb»\n",
                "bind 127.0.0.1\n«maxmemory ${LIMIT}»\n",
                "maxmemory 1gb\n",
                "port 1\nmaxmemory 0\n",
                "port 1\nmaxmemory 1gb\nmaxmemory-policy volatile-lru\n",
                "port 1\nmaxmemory 1gb\nmaxmemory-policy noeviction\n",
                "port 1\nmaxmemory 1gb\n«maxmemory-policy noeviction»\nsave \"\"\n",
                "maxmemory 1gb\n«maxmemory-policy noeviction»\nsave \"\"\nappendonly no\n",
                "maxmemory 1gb\nmaxmemory-policy noeviction\nsave \"\"\nappendonly yes\n",
                "port 1\nmaxmemory 1gb\ninclude more.conf\n",
            ],
        );
    }
}
