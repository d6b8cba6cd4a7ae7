//! Hovers of all languages in real files, in all encodings, and nothing where there is nothing.

use serde_json::json;

use crate::client::{Client, marked, modern};

/// What a hover says first, and the text that it is about.
#[track_caller]
fn check(language_id: &str, uri: &str, fixture: &str, expected: Option<(&str, &str)>) {
    let (text, line, column) = marked(fixture);
    let mut client = Client::start();
    client.open(uri, language_id, &text);
    let hover = client.hover(uri, line, column);
    let Some((topic, word)) = expected else {
        assert!(hover.is_null(), "{fixture}: {hover}");
        return;
    };
    let value = hover["contents"]["value"]
        .as_str()
        .unwrap_or_else(|| panic!("{fixture}: nothing to say"));
    let summary = viva::built_in::guide()
        .topic(topic)
        .expect("the topic exists")
        .headline()
        .to_owned();
    assert!(value.contains(&summary), "{fixture}: {value}");
    let first = value.lines().next().unwrap_or_default();
    assert!(
        !first.is_empty() && first.chars().count() <= 100 && !first.starts_with(['#', '`', '*']),
        "{first}"
    );
    assert!(value.lines().count() <= 25, "{value}");
    assert_eq!(range_text(&text, &hover["range"]), word, "{fixture}");
}

/// The text of a range in UTF-16.
fn range_text(text: &str, range: &serde_json::Value) -> String {
    let lines: Vec<Vec<u16>> = text
        .split_inclusive('\n')
        .map(|line| line.encode_utf16().collect())
        .collect();
    let place = |at: &serde_json::Value| {
        let number = |key: &str| {
            usize::try_from(at[key].as_u64().expect("a number")).expect("a small number")
        };
        (number("line"), number("character"))
    };
    let offset =
        |(line, column): (usize, usize)| lines[..line].iter().map(Vec::len).sum::<usize>() + column;
    let units: Vec<u16> = text.encode_utf16().collect();
    String::from_utf16_lossy(&units[offset(place(&range["start"]))..offset(place(&range["end"]))])
}

#[test]
fn go_is_explained() {
    let go = |code: &str| format!("package p\n\nimport s \"sync\"\n\n{code}\n");
    let cond = Some(("go-concurrency/sync-cond", "Cond"));
    check("go", "file:///q.go", &go("var c *s.Co$0nd"), cond);
    check("go", "file:///q.go", &go("var c *s.Cond$0"), cond);
    check(
        "go",
        "file:///q.go",
        &go("func f(c *s.Cond) { c.W$0ait() }"),
        Some(("go-concurrency/sync-cond", "Wait")),
    );
    check(
        "go",
        "file:///q.go",
        &go("func f(w *s.WaitGroup) { w.W$0ait() }"),
        Some(("go-concurrency/waitgroup", "Wait")),
    );
    check(
        "go",
        "file:///q.go",
        &go("type my struct{}; func (my) Wait() {}; func f(m my) { m.W$0ait() }"),
        None,
    );
    check(
        "go",
        "file:///q.go",
        &go("func f() { de$0fer f() }"),
        Some(("go-basics/defer", "defer")),
    );
    check(
        "go",
        "file:///q.go",
        &go("func f() { _ = \"💣 💣\"; de$0fer f() }"),
        Some(("go-basics/defer", "defer")),
    );
    check("go", "file:///q.go", &go("// de$0fer"), None);
    check("go", "file:///q.go", &go("var x = \"de$0fer\""), None);
    check(
        "go",
        "file:///q.go",
        "package p\r\n\r\nfunc f() {\r\n\tde$0fer f()\r\n}\r\n",
        Some(("go-basics/defer", "defer")),
    );
}

#[test]
fn compose_files_are_explained() {
    let restart = Some(("containers/restart-policies", "restart"));
    check(
        "dockercompose",
        "file:///x.yaml",
        "services:\n  web:\n    res$0tart: always\n",
        restart,
    );
    check(
        "yaml",
        "file:///docker-compose.yml",
        "services:\n  web:\n    image: \"x\n    res$0tart: always\n",
        restart,
    );
    check(
        "yaml.docker-compose",
        "file:///compose.yaml",
        "services:\n  \"💣\": {build: {tar$0get: dev}}\n",
        Some(("containers/multi-stage", "target")),
    );
    check(
        "yaml",
        "file:///compose.yaml",
        "services:\n  rest$0art:\n    image: x\n",
        None,
    );
    check(
        "yaml",
        "file:///values.yaml",
        "services:\n  web:\n    res$0tart: always\n",
        None,
    );
}

#[test]
fn dockerfiles_are_explained() {
    let copy = Some(("containers/copy-vs-add", "ADD"));
    check(
        "dockerfile",
        "file:///Dockerfile",
        "FROM scratch\nAD$0D a /a\n",
        copy,
    );
    check(
        "plaintext",
        "file:///Dockerfile.dev",
        "FROM scratch\nA$0DD a /a\n",
        copy,
    );
    check(
        "dockerfile",
        "x",
        "FROM a\nONBU$0ILD RUN x\n",
        Some(("containers/onbuild", "ONBUILD")),
    );
    check(
        "dockerfile",
        "x",
        "FROM a\nCOPY --fr$0om=b /x /y\n",
        Some(("containers/multi-stage", "--from")),
    );
    check("dockerfile", "x", "FROM a\n# ADD$0 a\n", None);
    check("dockerfile", "x", "FROM a\nRUN echo AD$0D\n", None);
}

#[test]
fn sql_is_explained() {
    check(
        "sql",
        "x",
        "SELECT 1\nUNI$0ON\n  ALL SELECT 2",
        Some(("mysql/union-vs-union-all", "UNION\n  ALL")),
    );
    check(
        "mysql",
        "x",
        "create table t (a varch$0ar(10))",
        Some(("mysql/char-vs-varchar", "varchar")),
    );
    check("sql", "x", "SELECT 'UNI$0ON ALL'", None);
    check("sql", "x", "SELECT `uni$0on` FROM t", None);
    check("sql", "x", "-- UNI$0ON", None);
}

#[test]
fn redis_conf_is_explained() {
    let eviction = "redis/eviction-policies";
    check(
        "properties",
        "file:///etc/redis/redis.conf",
        "maxmemory-pol$0icy allkeys-lru\n",
        Some((eviction, "maxmemory-policy")),
    );
    check(
        "conf",
        "file:///redis-6380.conf",
        "maxmemory-policy allk$0eys-lru\n",
        Some((eviction, "allkeys-lru")),
    );
    check("conf", "file:///redis.conf", "# maxmem$0ory 1gb\n", None);
    check("conf", "file:///nginx.conf", "maxmem$0ory 1gb\n", None);
}

#[test]
fn columns_are_counted_in_the_encoding_that_was_agreed() {
    let text = "package p\n\nfunc f() { _ = \"ß💣\"; defer f() }\n";
    let line = text.lines().nth(2).expect("three lines");
    let before = &line[..line.find("defer").expect("it is there")];
    let counts = [
        (json!(["utf-8"]), before.len()),
        (json!(["utf-16"]), before.encode_utf16().count()),
        (json!(["utf-32"]), before.chars().count()),
    ];
    for (encodings, column) in counts {
        let mut capabilities = modern();
        capabilities["general"] = json!({ "positionEncodings": encodings });
        let mut client = Client::with(&capabilities, &json!(null));
        client.open("f.go", "go", text);
        let hover = client.hover("f.go", 2, column);
        assert_eq!(hover["range"]["start"]["character"], column, "{encodings}");
        assert_eq!(
            hover["range"]["end"]["character"],
            column + 5,
            "{encodings}"
        );
        assert!(client.hover("f.go", 2, column - 1).is_null(), "{encodings}");
    }
}

#[test]
fn a_client_without_markdown_gets_plain_text() {
    let mut client = Client::with(&json!({}), &json!(null));
    client.open("f.go", "go", "package p\n\nfunc f() { defer f() }\n");
    let hover = client.hover("f.go", 2, 12);
    assert_eq!(hover["contents"]["kind"], "plaintext");
    let text = hover["contents"]["value"].as_str().expect("a text");
    assert!(
        !text.contains("**") && !text.contains('`') && !text.contains("]("),
        "{text}"
    );
}

#[test]
fn a_client_whose_links_can_run_the_command_gets_links_to_topics() {
    let text = "package p\n\nimport \"sync\"\n\nvar c sync.Cond\n";
    let link = "[All about sync.Cond](command:viva.open?%5B%22go-concurrency/sync-cond%22%5D)";
    for (commands, is_linked) in [
        (json!(["viva.open"]), true),
        (json!(["viva.other"]), false),
        (json!(true), false),
        (json!(null), false),
    ] {
        let mut capabilities = modern();
        capabilities["experimental"] = json!({ "commandLinks": commands });
        let mut client = Client::with(&capabilities, &json!(null));
        client.open("f.go", "go", text);
        let hover = client.hover("f.go", 4, 12);
        let value = hover["contents"]["value"].as_str().expect("a text");
        assert_eq!(value.contains(link), is_linked, "{commands}: {value}");
        assert_eq!(value.contains("command:"), is_linked, "{commands}: {value}");
    }
}

#[test]
fn words_of_other_languages_in_go_are_explained() {
    let code = "package p\n\nimport (\n\t\"database/sql\"\n\t\"github.com/gomodule/redigo/redis\"\n\tgo_redis \"github.com/redis/go-redis/v9\"\n)\n\nfunc f(db *sql.DB, conn redis.Conn, c *go_redis.ClusterClient) {\n\tdb.Query(\"SELECT 'ß', \\\"💣\\\" AS b UNION ALL SELECT 1, 2\")\n\tconn.Do(\"CONFIG\", \"SET\", \"maxmemory\", \"1gb\")\n\tc.SetNX(nil, \"k\", 1, 0)\n}\n";
    for (before, topic, word) in [
        ("UNION A", "mysql/union-vs-union-all", "UNION ALL"),
        ("\"CONFIG\", \"SE", "redis/configuration", "SET"),
        ("c.Set", "redis/distributed-lock", "SetNX"),
    ] {
        let fixture = code.replacen(before, &format!("{before}$0"), 1);
        check("go", "file:///q.go", &fixture, Some((topic, word)));
    }
}
