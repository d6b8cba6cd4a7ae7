//! Cases for configuration files. `$0` marks the cursor; `[…]` marks keywords.

use super::*;
use crate::keywords::mutations::{self, Recogniser};

fn source(text: &str) -> Source<'_> {
    Source::new(text)
}

/// Compares the keyword at `$0`, as `text: name, name`; an empty expectation means none.
#[track_caller]
fn check(fixture: &str, expected: &str) {
    let offset = fixture.find("$0").expect("a cursor");
    let text = fixture.replacen("$0", "", 1);
    let found = keyword_at(source(&text), offset);
    let found =
        found.map(|keyword| format!("{}: {}", &text[keyword.range], keyword.names.join(", ")));
    assert_eq!(found.unwrap_or_default(), expected);
}

/// Compares all keywords of a file: each stands in brackets in the fixture.
#[track_caller]
fn check_all(fixture: &str) {
    let text = fixture.replace(['[', ']'], "");
    let mut marked = text.clone();
    for keyword in keywords(source(&text)).into_iter().rev() {
        marked.insert(keyword.range.end, ']');
        marked.insert(keyword.range.start, '[');
    }
    assert_eq!(marked, fixture);
}

#[test]
fn a_directive_is_a_keyword_in_any_case() {
    check(
        "max$0memory-policy noeviction",
        "maxmemory-policy: maxmemory-policy",
    );
    check("$0MaxMemory 100mb", "MaxMemory: maxmemory");
    check("\n  \t port$0 6379", "");
    check("\n  \t por$0t 6379", "port: port");
}

#[test]
fn values_from_a_list_are_keywords() {
    check(
        "maxmemory-policy all$0keys-lru",
        "allkeys-lru: maxmemory-policy allkeys-lru, maxmemory-policy",
    );
    check("appendonly $0YES", "YES: appendonly yes, appendonly");
    check(
        "appendfsync \"al$0ways\"",
        "always: appendfsync always, appendfsync",
    );
    check(
        "tls-auth-clients-user $0CN",
        "CN: tls-auth-clients-user cn, tls-auth-clients-user",
    );
    check(
        "slave-read-only y$0es",
        "yes: slave-read-only yes, slave-read-only",
    );
}

#[test]
fn other_arguments_are_silent() {
    check_all(
        "[maxmemory] 100mb\n[save] 900 1 300 10\n[dir] /var/lib/redis\n[bind] 127.0.0.1 ::1\n",
    );
    check_all("[include] /etc/yes.conf\n[loadmodule] /usr/lib/no.so yes\n[requirepass] yes\n");
    check_all(
        "[notify-keyspace-events] KEA\n[maxmemory-policy] lru\n[user] alice on +get ~* >secret\n",
    );
    check_all("[appendonly] [yes] no\n");
}

#[test]
fn several_values_of_one_directive() {
    check_all("[shutdown-on-sigterm] [nosave] [force] later\n");
    check_all(
        "[client-output-buffer-limit] [normal] 0 0 0 [replica] 256mb 64mb 60 [slave] 1 normal 1 [pubsub] 1 2 3\n",
    );
    check(
        "client-output-buffer-limit rep$0lica 1 2 3",
        "replica: client-output-buffer-limit replica, client-output-buffer-limit",
    );
}

#[test]
fn sentinel_directives_are_two_words() {
    check(
        "senti$0nel monitor mymaster 127.0.0.1 6379 2",
        "sentinel monitor: sentinel monitor, sentinel",
    );
    check(
        "sentinel   mon$0itor mymaster",
        "sentinel   monitor: sentinel monitor, sentinel",
    );
    check(
        "SENTINEL resolve-hostnames $0yes",
        "yes: sentinel resolve-hostnames yes, sentinel resolve-hostnames",
    );
    check("sen$0tinel", "sentinel: sentinel");
    check_all("[sentinel rename-command] mymaster [CONFIG] guessme\n");
}

#[test]
fn renamed_commands_are_keywords() {
    check("rename-command con$0fig \"\"", "config: CONFIG");
    check("rename-command \"JSON.$0SET\" x", "JSON.SET: JSON.SET");
    check_all("[rename-command] [FLUSHALL] FLUSHDB\n");
}

#[test]
fn unknown_directives_are_keywords_too() {
    check(
        "lazyfree-lru-$0clock-skip 5",
        "lazyfree-lru-clock-skip: lazyfree-lru-clock-skip",
    );
    check(
        "search-_max$0-foreground-timeout-limit 5",
        "search-_max-foreground-timeout-limit: search-_max-foreground-timeout-limit",
    );
    check_all("127.0.0.1\n-x 1\n{port} 1\n/usr/lib yes\n");
}

#[test]
fn a_comment_begins_a_line() {
    check("# max$0memory 1", "");
    check("   # appendonly $0yes", "");
    check("#maxmem$0ory 1", "");
    check_all("[appendonly] [no] # appendonly yes\n");
}

#[test]
fn quotes_keep_blanks_together() {
    check_all("\"[port]\" 6379\n'[appendonly]' '[yes]'\n");
    check_all("[requirepass] \"a \\\" yes\"\n[appendonly] \"\\x79es\"\n[appendonly] y\"e\"s\n");
    check_all("[rename-command] \"[CONFIG]\" 'it\\'s'\n");
}

#[test]
fn an_open_quote_ends_the_line_only() {
    check_all("[appendonly] \"yes\n[port] 6379\n");
    check_all("\"port 6379\n[appendonly] [yes]");
}

#[test]
fn line_endings_and_byte_order_mark() {
    check_all("\u{feff}[port] 1\r\n[appendonly] [yes]\r\n\r\n# x\r\n[save] \"\"\r\n");
    check("\u{feff}por$0t 1", "port: port");
    check(
        "logfile 🦀.log\nappendonly n$0o",
        "no: appendonly no, appendonly",
    );
    check("🦀 yes $0\n", "");
    check("$0", "");
}

#[test]
fn damaged_files_keep_the_two_functions_in_agreement() {
    let fixtures = [
        "# comment\nmaxmemory 100mb\nmaxmemory-policy allkeys-lru\nappendonly yes\r\nsave \"\"\nuser x on >p +@all\n",
        "sentinel monitor m 127.0.0.1 6379 2\nsentinel deny-scripts-reconfig yes\nrename-command CONFIG \"\"\n\
         client-output-buffer-limit normal 0 0 0 pubsub 32mb 8mb 60\n",
    ];
    let pieces = [
        "\nsentinel ",
        "yes",
        "\n#",
        "\"",
        "'",
        "\\x",
        " no ",
        "appendonly ",
        "\nrename-command ",
        "\t",
    ];
    mutations::check(
        &Recogniser {
            keywords,
            keyword_at,
        },
        &fixtures,
        &pieces,
    );
}
