//! Cases for configuration files. `$0` marks the cursor; `«…»` marks keywords.

use super::*;
use viva_guide::Language;

use crate::keywords::fixtures::Recogniser;
use crate::keywords::mutations;

const RECOGNISER: Recogniser = Recogniser {
    keywords,
    language: Language::Redis,
};

#[track_caller]
fn check(fixture: &str, expected: &str) {
    RECOGNISER.check(fixture, expected);
}

#[track_caller]
fn check_all(fixture: &str) {
    RECOGNISER.check_all(fixture);
}

#[test]
fn a_directive_is_a_keyword_in_any_case() {
    check(
        "max$0memory-policy noeviction",
        "maxmemory-policy: maxmemory-policy",
    );
    check("$0MaxMemory 0", "MaxMemory: maxmemory");
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
        "«maxmemory» «100mb»\n«save» 900 1 300 10\n«dir» /var/lib/redis\n«bind» 127.0.0.1 ::1\n",
    );
    check_all("«include» /etc/yes.conf\n«loadmodule» /usr/lib/no.so yes\n«requirepass» yes\n");
    check_all(
        "«notify-keyspace-events» KEA\n«maxmemory-policy» lru\n«user» alice on +get ~* >secret\n",
    );
    check_all("«appendonly» «yes» no\n");
}

#[test]
fn amounts_of_memory_say_how_many_bytes() {
    let note = "(maxmemory; `1gb` is 1,073,741,824 bytes)";
    check("maxmem$0ory 1gb", &format!("maxmemory: maxmemory {note}"));
    check("maxmemory 1$0gb", &format!("1gb: maxmemory {note}"));
    check(
        "maxmemory \"1$0G\"",
        "1G: maxmemory (maxmemory; `1G` is 1,000,000,000 bytes)",
    );
    check(
        "client-output-buffer-limit replica 256mb 64$0mb 60",
        "64mb: client-output-buffer-limit (client-output-buffer-limit; `64mb` is 67,108,864 bytes)",
    );
    check(
        "client-output-buffer-$0limit normal 1mb 1mb 1",
        "client-output-buffer-limit: client-output-buffer-limit",
    );
    check_all(
        "«maxmemory» 1073741824\n«maxmemory-clients» 5%\n«maxmemory» 1tb\n«requirepass» 1gb\n«dir» 1k\n«slowlog-max-len» 1k\n# maxmemory 1gb\n",
    );
}

#[test]
fn save_says_when() {
    check(
        "sa$0ve 3600 1",
        "save: save (save; a snapshot after 3600 seconds with 1 change or more)",
    );
    check(
        "sa$0ve 3600 1 300 100 60 10000",
        "save: save (save; a snapshot after 3600 seconds with 1 change or more, or after 300 seconds with 100 changes or more, or after 60 seconds with 10000 changes or more)",
    );
    check(
        "sa$0ve \"\"",
        "save: save (save; no snapshots by themselves)",
    );
    for unfinished in ["", "900", "900 1 300", "900 x", "\"900 1\""] {
        check(&format!("sa$0ve {unfinished}"), "save: save");
    }
}

#[test]
fn files_that_are_included_are_silent() {
    check_all(
        "«include» /etc/redis/appendonly.conf\n«include» \"maxmemory 1gb\"\n«INCLUDE» yes\n«include»\n",
    );
}

#[test]
fn old_names_are_keywords_of_their_own() {
    check_all(
        "«slaveof» a 1\n«slave-priority» 1\n«repl-ping-slave-period» 1\n«hash-max-ziplist-value» «1kb»\n«list-max-ziplist-size» -2\n",
    );
    check(
        "hash-max-ziplist$0-value 64",
        "hash-max-ziplist-value: hash-max-ziplist-value",
    );
}

#[test]
fn several_values_of_one_directive() {
    check_all("«shutdown-on-sigterm» «nosave» «force» later\n");
    check_all(
        "«client-output-buffer-limit» «normal» 0 0 0 «replica» «256mb» «64mb» 60 «slave» 1 normal 1 «pubsub» 1 2 3\n",
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
    check_all("«sentinel rename-command» mymaster «CONFIG» guessme\n");
}

#[test]
fn renamed_commands_are_keywords() {
    check("rename-command con$0fig \"\"", "config: CONFIG");
    check("rename-command \"JSON.$0SET\" x", "JSON.SET: JSON.SET");
    check_all("«rename-command» «FLUSHALL» FLUSHDB\n");
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
    check_all("«appendonly» «no» # appendonly yes\n");
}

#[test]
fn quotes_keep_blanks_together() {
    check_all("\"«port»\" 6379\n'«appendonly»' '«yes»'\n");
    check_all("«requirepass» \"a \\\" yes\"\n«appendonly» \"\\x79es\"\n«appendonly» y\"e\"s\n");
    check_all("«rename-command» \"«CONFIG»\" 'it\\'s'\n");
}

#[test]
fn an_open_quote_ends_the_line_only() {
    check_all("«appendonly» \"yes\n«port» 6379\n");
    check_all("\"port 6379\n«appendonly» «yes»");
}

#[test]
fn line_endings_and_byte_order_mark() {
    check_all("\u{feff}«port» 1\r\n«appendonly» «yes»\r\n\r\n# x\r\n«save» \"\"\r\n");
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
        "\nmaxmemory 1gb",
        "\nsave 1 ",
    ];
    mutations::check(&RECOGNISER, &fixtures, &pieces);
}
