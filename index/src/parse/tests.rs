//! Every mistake that the parser reports, with its line; the list in `index/guide/README.md` is made
//! from this table.

use std::fs;

use super::*;

const TOPIC: &str = "---
title: Locks
level: middle
covers: [7]
also: [mutual exclusion]
keywords:
  go: [sync.Mutex, \"<-\"]
  sql: [FOR UPDATE]
mentions:
  go: [sync.RWMutex]
related: [go/other]
since: Go 1.0
changed:
  - Go 1.18: TryLock
sources:
  - sync: https://pkg.go.dev/sync
checked: 2026-11
---

A lock lets one goroutine in. Others
wait for `Unlock`.

How it works, [here](go/other).

- one
  more

## Pitfalls

- Copying it. {hint: go/mutex-by-value}
- Locking
  twice.

## Example

```go
mu.Lock()
```

## Questions

### What is it?

It is a lock.
It locks.

Follow-up: Why?
";

#[test]
fn a_topic_is_read_with_all_its_parts() {
    let parsed = parse("t.md", "go/locks", TOPIC).expect("a valid topic");
    let topic = parsed.topic;
    assert_eq!(
        (topic.headline(), topic.rest_of_summary()),
        ("A lock lets one goroutine in.", "Others wait for `Unlock`.")
    );
    assert_eq!(topic.body, "How it works, [here](go/other).\n\n- one more");
    assert_eq!(
        topic
            .keywords
            .iter()
            .map(crate::KeywordName::qualified)
            .collect::<Vec<_>>(),
        ["sync.Mutex", "<-", "sql:FOR UPDATE"]
    );
    assert_eq!(topic.mentions[0].name, "sync.RWMutex");
    assert_eq!(topic.pitfalls[0].hint.as_deref(), Some("go/mutex-by-value"));
    assert_eq!(
        (
            topic.pitfalls[0].text.as_str(),
            topic.pitfalls[1].text.as_str()
        ),
        ("Copying it.", "Locking twice.")
    );
    assert_eq!(topic.example[0].code, "mu.Lock()\n");
    assert_eq!(topic.questions[0].answer, "It is a lock. It locks.");
    assert_eq!(topic.questions[0].follow_up, "Why?");
    assert_eq!(
        parsed.mentioned,
        [(11, "go/other".to_owned()), (23, "go/other".to_owned())]
    );
    assert_eq!(parsed.keyword_lines, [7, 7, 8]);
}

#[test]
fn line_ends_and_a_byte_order_mark_do_not_matter() {
    let windows = format!("\u{feff}{}", TOPIC.replace('\n', "\r\n"));
    let old = TOPIC.replace('\n', "\r");
    let topic = |text: &str| {
        parse("t.md", "go/locks", text)
            .expect("a valid topic")
            .topic
    };
    assert_eq!(topic(&windows), topic(TOPIC));
    assert_eq!(topic(&old), topic(TOPIC));
}

/// What is replaced in the valid topic, by what, and the line and text of the mistake.
const MISTAKES: [(&str, &str, usize, &str); 38] = [
    (
        "---\ntitle",
        "title",
        1,
        "a topic begins with front matter between two lines `---`",
    ),
    ("title: Locks\n", "", 2, "`title` is missing"),
    ("level: middle", "level: [", 4, "not valid YAML: "),
    (
        "title: Locks",
        "titel: Locks\ntitle: L",
        2,
        "unknown key `titel`; the keys are ",
    ),
    (
        "title: Locks",
        "title: ''",
        2,
        "`title` has 0 characters; write 1 to 60",
    ),
    (
        "level: middle",
        "level: wizard",
        3,
        "`level` is one of junior, middle, senior",
    ),
    (
        "covers: [7]",
        "covers: [x]",
        4,
        "`covers` lists numbers; `x` is none",
    ),
    (
        "also: [mutual exclusion]",
        "also: mutex",
        5,
        "`also` is a list: `also: [one, two]`",
    ),
    (
        "also: [mutual exclusion]",
        "also: [{a: b}]",
        5,
        "`also` lists texts; put quotes around this one",
    ),
    (
        "  go: [sync.Mutex, \"<-\"]\n  sql: [FOR UPDATE]",
        "  - sync.Mutex",
        6,
        "`keywords` maps languages to lists of names: `go: [sync.Cond]`",
    ),
    (
        "  sql: [FOR UPDATE]",
        "  cobol: [x]",
        8,
        "unknown language `cobol`; the languages are go, dockerfile, sql, redis, compose",
    ),
    (
        "  go: [sync.RWMutex]",
        "  go: [sync.Mutex]",
        10,
        "the name `sync.Mutex` is listed twice; keep one",
    ),
    (
        "since: Go 1.0",
        "since: 1.0",
        12,
        "`1.0` is no version; write a product and a number, such as `Go 1.24` (",
    ),
    (
        "  - Go 1.18: TryLock",
        "  - TryLock",
        14,
        "`changed` is a list of lines `- Go 1.22: what changed`; quote a text with `: ` in it",
    ),
    (
        "  - Go 1.18: TryLock",
        "  - Rust 1.18: x",
        14,
        "`Rust 1.18` is no version; ",
    ),
    (
        "https://pkg.go.dev/sync",
        "http://x",
        16,
        "the source `http://x` is no address that begins with https://",
    ),
    (
        "\n  - sync: https://pkg.go.dev/sync",
        " []",
        15,
        "name at least one source: `- label: https://…`",
    ),
    (
        "checked: 2026-11",
        "checked: 2026-13",
        17,
        "`checked` is a month such as 2026-11, not `2026-13`",
    ),
    (
        "A lock lets one goroutine in.",
        "## No",
        20,
        "a topic begins with its summary: a paragraph of one or two sentences",
    ),
    (
        "A lock lets",
        "A lock that is longer than the line that a hover and a status line have for it at the very least lets",
        20,
        "the first sentence of the summary has ",
    ),
    (
        "A lock lets",
        "A `lock` lets",
        20,
        "the first sentence of the summary is plain text: no backticks, links or emphasis",
    ),
    (
        "Others\nwait",
        "Second. Others\nwait",
        20,
        "the summary has at most two sentences; move the rest to a new paragraph",
    ),
    (
        "How it works",
        "# Title\n\nHow it works",
        23,
        "only headings of level 2 and 3 are used; write bold text instead",
    ),
    (
        "How it works",
        "| a |\n| - |\n\nHow it works",
        23,
        "tables do not show in every editor; write a list",
    ),
    (
        "How it works",
        "![a](https://b)",
        23,
        "images do not show in every editor; describe it",
    ),
    (
        "How it works",
        "a <b>c</b>",
        23,
        "HTML does not show in every editor; use Markdown, or backticks around code",
    ),
    (
        "How it works,",
        "Code:\n\n    x\n\nHow,",
        25,
        "use a fenced block (```) for code",
    ),
    (
        "[here](go/other)",
        "<https://x.y>",
        23,
        "write links as [text](section/name) or [text](https://…)",
    ),
    (
        "## Pitfalls",
        "## Traps",
        28,
        "unexpected section `Traps`; the sections are Pitfalls, Example, Questions, once each and in this order",
    ),
    (
        "- Copying it. {hint: go/mutex-by-value}\n- Locking\n  twice.",
        "Copying it.",
        28,
        "`## Pitfalls` holds a list",
    ),
    (
        "go/mutex-by-value",
        "Mutex by value",
        30,
        "a hint is named `{hint: language/what-is-wrong}` in small letters",
    ),
    (
        "```go\nmu",
        "So:\n\n```go\nmu",
        36,
        "`## Example` holds fenced blocks only; explain in the body",
    ),
    (
        "```go\nmu",
        "```\nmu",
        34,
        "name the language after ``` before `mu.Lock()`",
    ),
    (
        "### What is it?",
        "### What is it",
        42,
        "a question ends with `?`",
    ),
    (
        "It is a lock.\nIt locks.\n\nFollow-up: Why?",
        "It is a lock.",
        42,
        "the last paragraph of a question begins with `Follow-up:`",
    ),
    (
        "It is a lock.\nIt locks.\n\n",
        "",
        42,
        "a question needs a model answer",
    ),
    (
        "Follow-up: Why?",
        "Follow-up: Why?\n\nMore.",
        42,
        "`Follow-up:` is the last paragraph of a question",
    ),
    (
        "### What is it?\n\nIt is a lock.\nIt locks.\n\nFollow-up: Why?\n",
        "",
        40,
        "`## Questions` holds at least one `###` heading with a question",
    ),
];

#[test]
fn every_mistake_is_reported_with_its_line() {
    for (old, new, line, what) in MISTAKES {
        assert_eq!(
            TOPIC.matches(old).count(),
            1,
            "{old:?} stands once in the valid topic"
        );
        let mistakes = parse("t.md", "go/locks", &TOPIC.replace(old, new)).expect_err(new);
        let found = mistakes
            .iter()
            .any(|mistake| mistake.line == line && mistake.what.starts_with(what));
        assert!(found, "{new:?}: no `{line}: {what}` in {mistakes:#?}");
    }
}

#[test]
fn a_mistake_about_a_heading_of_two_lines_is_one_line() {
    let text = TOPIC.replace("## Pitfalls", "Two\nlines\n---\n\n## Pitfalls");
    let mistakes = parse("t.md", "go/locks", &text).expect_err("no such section");
    let said: Vec<&str> = mistakes
        .iter()
        .map(|mistake| mistake.what.as_str())
        .collect();
    assert!(
        said.iter().any(|what| what.contains("`Two lines")),
        "{said:?}"
    );
    assert!(said.iter().all(|what| !what.contains('\n')), "{said:?}");
}

#[test]
fn a_fence_that_the_file_does_not_close_ends_with_it() {
    let text = "---\ntitle: T\n---\n\nIt is.\n\n## Example\n\n```go\nx := 1";
    let parsed = parse_by(Rules::Own, "t.md", "a/b", text).expect("a topic");
    assert_eq!(parsed.topic.example[0].code, "x := 1\n");
    let written = crate::write::write(&parsed.topic);
    let again = parse_by(Rules::Own, "t.md", "a/b", &written).expect("a topic");
    assert_eq!(again.topic, parsed.topic, "{written}");
}

#[test]
fn a_topic_without_questions_is_a_mistake() {
    let text = &TOPIC[..TOPIC.find("## Questions").expect("the section is there")];
    let mistakes = parse("t.md", "go/locks", text).expect_err("no questions");
    assert_eq!(
        mistakes[0].to_string(),
        "t.md:38: a topic has a section `## Questions`"
    );
}

/// Who writes far more than anybody reads is told so, once, and in no more time than others.
#[test]
fn what_is_too_much_ends_with_a_message() {
    let many =
        |count: usize, part: &dyn Fn(usize) -> String| -> String { (0..count).map(part).collect() };
    let names = many(20_000, &|number| format!("a.B{number}, "));
    let too_much = [
        (
            "related: [go/other]",
            format!(
                "related: [{}]",
                many(20_000, &|number| format!("a/b{number}, "))
            ),
            11,
            "`related` has 20000 entries; at most 1000 are read",
        ),
        (
            "  go: [sync.RWMutex]",
            format!("  go: [{names}]"),
            10,
            "`go` has 20000 entries; at most 1000 are read",
        ),
        (
            "How it works, [here](go/other).",
            many(30_000, &|_| "[a](b/c)\n".to_owned()),
            1023,
            "has more than 1000 links to topics; split it",
        ),
        (
            "- one\n  more",
            "<b>\n".repeat(60_000),
            26,
            "HTML does not show in every editor; use Markdown, or backticks around code",
        ),
        (
            "### What is it?",
            "### Why?\n\nBecause.\n\nFollow-up: And?\n\n".repeat(10_000),
            6042,
            "has more than 1000 questions; split it",
        ),
    ];
    for (old, new, line, what) in too_much {
        let mistakes = parse("t.md", "go/locks", &TOPIC.replace(old, &new)).expect_err(what);
        let found = mistakes
            .iter()
            .any(|found| found.line == line && found.what == what);
        assert!(found, "no `{line}: {what}` in {:#?}", &mistakes[..1]);
        assert!(mistakes.len() <= MISTAKES_MAX, "{}", mistakes.len());
    }
}

/// Characters may be written so that the text of the file has none.
#[test]
fn what_turns_the_direction_of_writing_is_seen_however_it_is_written() {
    let cases = [
        ("title: Locks", "title: \"Lo\\u202ecks\"", 2),
        ("also: [mutual exclusion]", "also: [\"a\\u2066\"]", 5),
        ("  - Go 1.18: TryLock", "  - Go 1.18: \"\\a\"", 14),
        ("- Copying it.", "- Copying&#x202e; it.", 30),
        ("It is a lock.", "It is &#8238;a lock.", 44),
    ];
    for (old, new, line) in cases {
        let text = TOPIC.replace(old, new);
        assert_ne!(text, TOPIC, "{old}");
        let mistakes = parse("t.md", "go/locks", &text).expect_err(new);
        let found = mistakes.iter().any(|mistake| {
            mistake.line == line && mistake.what.starts_with("has the invisible character U+")
        });
        assert!(found, "{new:?}: {mistakes:#?}");
    }
}

#[test]
fn notes_are_told_from_topics_by_their_front_matter() {
    let cases = [
        ("# Notes\n", true),
        ("", true),
        ("---\ntags: [a]\ntitle: Notes\n---\n", true),
        ("---\r\ndate: today\r\n---\r\n", true),
        ("---\ntitle: A topic\n---\n", false),
        ("\u{feff}---\r\ntitle: A topic\r\n---\r\n", false),
        (
            "---\ntitle: A topic\nrelatd: []\nlevel: middle\n---\n",
            false,
        ),
        ("---\nextends: go/locks\ntags: [a]\n---\n", false),
        ("---\ntitle: [\n---\n", false),
    ];
    for (text, expected) in cases {
        assert_eq!(is_notes(text), expected, "{text:?}");
    }
}

/// `UPDATE=1 cargo test` rewrites the list.
#[test]
fn the_readme_lists_every_mistake() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/guide/README.md");
    let readme = fs::read_to_string(path).expect("the README is there");
    let (before, _) = readme
        .split_once("## Mistakes the parser reports\n")
        .expect("the section is there");
    let mut whats: Vec<&str> = MISTAKES.iter().map(|(_, _, _, what)| *what).collect();
    whats.extend([
        "a topic has a section `## Questions`",
        "there is no topic `ID`; did you mean `…`?",
        "a topic is not related to itself",
        "the name `…` belongs to `ID`; list it under `mentions` here or there",
        "the id `ID` is taken by FILE; rename one",
        "`…` has N entries; at most 1000 are read",
        "has more than 1000 links to topics; split it",
        "has more than 1000 questions; split it",
        "is not UTF-8 here; save the file as UTF-8",
        "has N bytes; at most 1048576 are read",
        "cannot be read: …",
    ]);
    let list: Vec<String> = whats.iter().map(|what| listed(what)).collect();
    let list = list.concat();
    let expected = format!(
        "{before}## Mistakes the parser reports\n\nEach as `FILE:LINE: …`; all of a folder at once, at most 100 of the text of one file.\n\n{list}"
    );
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path, expected).expect("the README can be written");
    } else {
        assert_eq!(readme, expected, "stale; run `UPDATE=1 cargo test`");
    }
}

/// A line of the list; a text that is cut ends with an ellipsis.
fn listed(what: &str) -> String {
    let whole = what.trim_end_matches([' ', '(']);
    let rest = if whole.len() < what.len() { " …" } else { "" };
    format!("- {whole}{rest}\n")
}
