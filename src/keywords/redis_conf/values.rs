//! The directives of Redis whose arguments are words from a fixed list. Read from the configuration
//! table of Redis 8.6 (`src/config.c`); the values are in small letters.
//!
//! Names that are gone, and the old names of directives that still exist, keep their own entry: a
//! file may still have them.

/// What a switch takes.
const SWITCH: &[&str] = &["yes", "no"];

/// What `directive` (in small letters) takes, if that is one of a fixed list.
pub(super) fn of(directive: &str) -> &'static [&'static str] {
    let found = VALUES.binary_search_by_key(&directive, |(name, _)| name);
    found.map_or(&[], |at| VALUES[at].1)
}

/// Sorted by name, for the search.
const VALUES: &[(&str, &[&str])] = &[
    ("acl-pubsub-default", &["allchannels", "resetchannels"]),
    ("activedefrag", SWITCH),
    ("activerehashing", SWITCH),
    ("always-show-logo", SWITCH),
    ("aof-disable-auto-gc", SWITCH),
    ("aof-load-truncated", SWITCH),
    ("aof-rewrite-incremental-fsync", SWITCH),
    ("aof-timestamp-enabled", SWITCH),
    ("aof-use-rdb-preamble", SWITCH),
    ("appendfsync", &["everysec", "always", "no"]),
    ("appendonly", SWITCH),
    (
        "client-output-buffer-limit",
        &["normal", "replica", "slave", "pubsub"],
    ),
    ("cluster-allow-pubsubshard-when-down", SWITCH),
    ("cluster-allow-reads-when-down", SWITCH),
    ("cluster-allow-replica-migration", SWITCH),
    ("cluster-enabled", SWITCH),
    (
        "cluster-preferred-endpoint-type",
        &["ip", "hostname", "unknown-endpoint"],
    ),
    ("cluster-replica-no-failover", SWITCH),
    ("cluster-require-full-coverage", SWITCH),
    ("cluster-slave-no-failover", SWITCH),
    (
        "cluster-slot-stats-enabled",
        &["no", "yes", "cpu", "net", "mem"],
    ),
    ("crash-log-enabled", SWITCH),
    ("crash-memcheck-enabled", SWITCH),
    ("daemonize", SWITCH),
    ("disable-thp", SWITCH),
    ("dynamic-hz", SWITCH),
    ("enable-debug-command", &["no", "yes", "local"]),
    ("enable-module-command", &["no", "yes", "local"]),
    ("enable-protected-configs", &["no", "yes", "local"]),
    ("glueoutputbuf", SWITCH),
    ("gopher-enabled", SWITCH),
    ("hide-user-data-from-log", SWITCH),
    ("io-threads-do-reads", SWITCH),
    ("jemalloc-bg-thread", SWITCH),
    ("key-memory-histograms", SWITCH),
    ("latency-tracking", SWITCH),
    ("lazyexpire-nested-arbitrary-keys", SWITCH),
    ("lazyfree-lazy-eviction", SWITCH),
    ("lazyfree-lazy-expire", SWITCH),
    ("lazyfree-lazy-server-del", SWITCH),
    ("lazyfree-lazy-user-del", SWITCH),
    ("lazyfree-lazy-user-flush", SWITCH),
    (
        "loglevel",
        &["debug", "verbose", "notice", "warning", "nothing"],
    ),
    ("lua-enable-deprecated-api", SWITCH),
    ("lua-replicate-commands", SWITCH),
    (
        "maxmemory-policy",
        &[
            "volatile-lru",
            "volatile-lfu",
            "volatile-random",
            "volatile-ttl",
            "volatile-lrm",
            "allkeys-lru",
            "allkeys-lfu",
            "allkeys-random",
            "allkeys-lrm",
            "noeviction",
        ],
    ),
    ("no-appendfsync-on-rewrite", SWITCH),
    ("oom-score-adj", &["no", "yes", "relative", "absolute"]),
    (
        "propagation-error-behavior",
        &["ignore", "panic", "panic-on-replicas"],
    ),
    ("protected-mode", SWITCH),
    ("rdb-del-sync-files", SWITCH),
    ("rdb-save-incremental-fsync", SWITCH),
    ("rdbchecksum", SWITCH),
    ("rdbcompression", SWITCH),
    ("repl-disable-tcp-nodelay", SWITCH),
    (
        "repl-diskless-load",
        &["disabled", "on-empty-db", "swapdb", "flushdb"],
    ),
    ("repl-diskless-sync", SWITCH),
    ("repl-rdb-channel", SWITCH),
    ("replica-announced", SWITCH),
    ("replica-ignore-disk-write-errors", SWITCH),
    ("replica-ignore-maxmemory", SWITCH),
    ("replica-lazy-flush", SWITCH),
    ("replica-read-only", SWITCH),
    ("replica-serve-stale-data", SWITCH),
    ("sanitize-dump-payload", &["no", "yes", "clients"]),
    ("sentinel announce-hostnames", SWITCH),
    ("sentinel deny-scripts-reconfig", SWITCH),
    ("sentinel resolve-hostnames", SWITCH),
    ("set-proc-title", SWITCH),
    (
        "shutdown-on-sigint",
        &["default", "save", "nosave", "now", "force"],
    ),
    (
        "shutdown-on-sigterm",
        &["default", "save", "nosave", "now", "force"],
    ),
    ("slave-ignore-maxmemory", SWITCH),
    ("slave-lazy-flush", SWITCH),
    ("slave-read-only", SWITCH),
    ("slave-serve-stale-data", SWITCH),
    ("stop-writes-on-bgsave-error", SWITCH),
    ("supervised", &["upstart", "systemd", "auto", "no"]),
    ("syslog-enabled", SWITCH),
    (
        "syslog-facility",
        &[
            "user", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
        ],
    ),
    ("tls-auth-clients", &["no", "yes", "optional"]),
    ("tls-auth-clients-user", &["cn", "off"]),
    ("tls-cluster", SWITCH),
    ("tls-prefer-server-ciphers", SWITCH),
    ("tls-replication", SWITCH),
    ("tls-session-caching", SWITCH),
    ("use-exit-on-panic", SWITCH),
    ("vm-enabled", SWITCH),
    ("vset-force-single-threaded-execution", SWITCH),
];

#[cfg(test)]
mod tests {
    #[test]
    fn directives_are_sorted() {
        assert!(super::VALUES.is_sorted_by_key(|(name, _)| name));
    }
}
