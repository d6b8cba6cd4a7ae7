//! Hovers as they are shown, from a small guide of our own.

use expect_test::{Expect, expect};
use viva_guide::topic::Note;
use viva_guide::{Contents, Language, card, parse};

use super::*;

const TOPIC: &str = "---
title: Deferred calls
level: junior
keywords:
  go: [defer, builtin.make(chan)]
related: []
since: Go 1.0
changed:
  - Go 1.14: open-coded, nearly free
sources:
  - Specification: https://go.dev/ref/spec
  - Blog: https://go.dev/blog
checked: 2026-11
---

A deferred call runs when the function returns. The last one runs first.

Arguments are evaluated at once, see [panics](go/panic).

## Pitfalls

- In a loop: all wait for the end of the function.

## Example

```go vet=\"x\"
defer f()
```

```output
1
```

```sql setup
CREATE TABLE t (a INT);
```

## Questions

### When does it run?

At the end.

Follow-up: Why?
";

const CARDS: &str = "[[card]]
keyword = \"defer\"
meaning = \"Runs a call when the function returns\"
syntax = \"defer CALL\"
default = \"none\"
values = [\"a\", \"b\"]
since = \"Go 1.0\"

[[card]]
keyword = \"goto\"
meaning = \"Jumps to a label\"
";

fn guide() -> Guide {
    let topics = vec![
        parse::parse("t.md", "go/defer", TOPIC)
            .expect("a valid topic")
            .topic,
    ];
    let cards = card::parse("go.toml", Language::Go, CARDS).expect("valid cards");
    let contents = Contents {
        topics,
        cards: cards.into_iter().map(|(_, card)| card).collect(),
    };
    Guide::build(&contents).expect("a small index")
}

/// Hovers at the `$0` mark of a Go file; the range is marked in the text.
#[track_caller]
fn check(fixture: &str, max_lines: usize, expected: &Expect) {
    let offset = fixture.find("$0").expect("a mark");
    let text = fixture.replace("$0", "");
    let document = Document::new(0, Some(Language::Go), &text);
    let shown = hover(&guide(), &document, offset, max_lines, None).map_or_else(
        || "nothing".to_owned(),
        |hover| format!("«{}»\n{}", &text[hover.range], hover.markdown),
    );
    expected.assert_eq(&shown);
}

#[test]
fn the_card_comes_first_then_the_topic_and_the_links_last() {
    check(
        "package p\n\nfunc f() { de$0fer f() }\n",
        25,
        &expect![[r"
            «defer»
            Runs a call when the function returns.
            `defer CALL` · default `none` · `a`, `b` · since Go 1.0

            **Deferred calls:** A deferred call runs when the function returns.
            The last one runs first.

            Arguments are evaluated at once, see panics.

            **Pitfalls**
            - In a loop: all wait for the end of the function.

            ```go
            defer f()
            ```
            ```text
            1
            ```

            **Versions** since Go 1.0 · Go 1.14: open-coded, nearly free

            [Specification](https://go.dev/ref/spec) | [Blog](https://go.dev/blog)"]],
    );
}

#[test]
fn what_matters_least_is_left_out_first() {
    check(
        "package p\n\nfunc f() { de$0fer f() }\n",
        12,
        &expect![[r"
            «defer»
            Runs a call when the function returns.
            `defer CALL` · default `none` · `a`, `b` · since Go 1.0

            **Deferred calls:** A deferred call runs when the function returns.
            The last one runs first.

            Arguments are evaluated at once, see panics.

            **Pitfalls**
            - In a loop: all wait for the end of the function.

            [Specification](https://go.dev/ref/spec) | [Blog](https://go.dev/blog)"]],
    );
}

#[test]
fn the_sense_of_the_place_is_said() {
    check(
        "package p\n\nvar c = mak$0e(chan int, 3)\n",
        6,
        &expect![[r"
            «make»
            A deferred call runs when the function returns.
            Here: buffered channel, capacity 3.
            The last one runs first.

            [Specification](https://go.dev/ref/spec) | [Blog](https://go.dev/blog)"]],
    );
}

#[test]
fn topics_are_linked_to_where_a_hover_can_open_them() {
    let text = "package p\n\nfunc f() { defer f() }\n";
    let document = Document::new(0, Some(Language::Go), text);
    let offset = text.find("defer").expect("it stands there");
    let address = |id: &str| format!("open:{id}");
    let linked = hover(&guide(), &document, offset, 12, Some(&address)).expect("an answer");
    for link in [
        "see [panics](open:go/panic).",
        "\n[All about Deferred calls](open:go/defer) | [Specification](",
    ] {
        assert!(linked.markdown.contains(link), "{}", linked.markdown);
    }
    let plain = hover(&guide(), &document, offset, 12, None).expect("an answer");
    assert_eq!(
        linked.markdown.lines().count(),
        plain.markdown.lines().count()
    );
}

#[test]
fn a_card_alone_is_an_answer_and_a_miss_is_none() {
    check(
        "package p\n\nfunc f() { got$0o f }\n",
        25,
        &expect![[r"
        «goto»
        Jumps to a label."]],
    );
    check(
        "package p\n\nfunc f() { retu$0rn }\n",
        25,
        &expect!["nothing"],
    );
    check("package p\n\n// de$0fer\n", 25, &expect!["nothing"]);
}

#[test]
fn no_answer_is_longer_than_allowed() {
    let mut topic = parse::parse("t.md", "go/defer", TOPIC)
        .expect("a valid topic")
        .topic;
    topic.from = Some("team notes, a.md".to_owned());
    topic.notes.push(Note {
        text: "Ours.\n\nMore of it.".to_owned(),
        from: "b.md".to_owned(),
    });
    let cards = card::parse("go.toml", Language::Go, CARDS).expect("valid cards");
    let sense = Sense {
        name: "defer".to_owned(),
        note: Some("in a loop".to_owned()),
    };
    for card in [None, Some(cards[0].1.clone())] {
        let explanation = Explanation {
            card,
            topic: Some(topic.clone()),
            name: String::new(),
        };
        for max_lines in 3..30 {
            let shown = markdown(&explanation, Some(&sense), max_lines, None);
            let lines = shown.lines().count();
            assert!(
                lines <= max_lines,
                "{lines} lines, not {max_lines}: {shown}"
            );
            assert!(shown.ends_with("From: team notes, a.md"), "{shown}");
        }
    }
}
