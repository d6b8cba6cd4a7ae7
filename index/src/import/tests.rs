//! Each format by small examples, and what holds for all texts: nothing is lost, and every topic's file
//! is read as the same topic.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use super::*;
use crate::parse::{self, Rules};
use crate::write::write;
use crate::{Language, folder as guide_folder};

fn known() -> Known {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let guide =
        guide_folder::read(&root.join("guide"), &root.join("cards"), &[]).expect("the guide");
    let topics = guide.topics.into_iter().flat_map(|topic| topic.keywords);
    Known::new(topics.chain(guide.cards.into_iter().map(|card| card.keyword)))
}

/// A topic on one line: id, title, the questions, and summary and body.
fn told(topic: &Topic) -> String {
    let mut out = format!("{} [{}]", topic.id, topic.title);
    for question in &topic.questions {
        write!(
            out,
            " <{}|{}|{}>",
            question.ask, question.answer, question.follow_up
        )
        .expect("a String");
    }
    write!(out, " {}", topic.summary).expect("a String");
    if !topic.body.is_empty() {
        write!(out, " // {}", topic.body).expect("a String");
    }
    out.replace('\n', "⏎")
}

/// File, text, topics, lines that are not placed.
const CASES: &[(&str, &str, &[&str], &[usize])] = &[
    (
        "separators.txt",
        "Locks\n\nMutex – one holder.\nRWMutex — many readers.\nCond - a queue.\nOnce: one call.\n",
        &[
            "locks/mutex [Mutex] one holder.",
            "locks/rwmutex [RWMutex] many readers.",
            "locks/cond [Cond] a queue.",
            "locks/once [Once] one call.",
        ],
        &[],
    ),
    (
        "typography.txt",
        "Channels\nSelect\u{a0}–\u{a0}waits for \u{201c}several\u{201d} at once; it\u{2019}s non\u{2011}blocking with default\n",
        &["channels/select [Select] waits for \"several\" at once; it's non-blocking with default"],
        &[],
    ),
    (
        "numbered.txt",
        "1. Go basics\n\n1. Slice – a view of an array,\n   with a length.\n2. Map – a hash table\nwith – yes – buckets.\n\n2. Runtime\n\n3. GC – collects.\n",
        &[
            "go-basics/slice [Slice] a view of an array, with a length.",
            "go-basics/map [Map] a hash table with – yes – buckets.",
            "runtime/gc [GC] collects.",
        ],
        &[],
    ),
    (
        "wrapped.txt",
        "Memory\n\nEscape analysis – decides whether a value lives on the\nstack or – when it is still used later – on the heap. It\nruns at compile time.\nStack – grows by copying.\n",
        &[
            "memory/escape-analysis [Escape analysis] decides whether a value lives on the stack or – when it is still used later – on the heap. It runs at compile time.",
            "memory/stack [Stack] grows by copying.",
        ],
        &[],
    ),
    (
        "sections.txt",
        "My article\n\nThis text only introduces what comes, and it is a paragraph.\n\nFirst part:\nA – one\nB – two\nSecond part\nC – three\n\nMore about C, in a paragraph of its own.\n",
        &[
            "first-part/a [A] one",
            "first-part/b [B] two",
            "second-part/c [C] three // More about C, in a paragraph of its own.",
        ],
        &[1, 3],
    ),
    (
        "code.txt",
        "Generics – Vec<T> is map[string]T, a*b*c and chan<- T.\n",
        &["code/generics [Generics] Vec\\<T> is map[string]T, a\\*b\\*c and chan<- T."],
        &[],
    ),
    (
        "headings.md",
        "# Notes\n\n## Go\n\n### sync.Cond\n\nWaits for a condition. Call `Wait` in a loop. It unlocks first.\n\n- one\n- two\n\n### Empty\n\n## Redis\n\nWe use it as a cache.\n",
        &[
            "go/sync-cond [sync.Cond] Waits for a condition. Call `Wait` in a loop. // It unlocks first.⏎⏎- one⏎- two",
            "notes/redis [Redis] We use it as a cache.",
        ],
        &[12],
    ),
    (
        "markup.md",
        "# T\n\n## A\n\nFirst.\n\n| k | v |\n| - | - |\n| a | `b` |\n\n![pic](x.png) and [docs][d] <br> <b>bold</b>\n\n    code here\n\n#### Deep\n\n[site](http://a.b) <!-- hidden -->\n\n[d]: https://d.e\n[unused]: https://u.v\n",
        &[
            "t/a [A] First. // - k: a; v: `b`⏎⏎pic (x.png) and [docs](https://d.e)   ⏎ **bold**⏎⏎```⏎code here⏎```",
            "t/deep [Deep] site (http://a.b)",
        ],
        &[17, 20],
    ),
    (
        "plain-note.md",
        "We keep sessions in Redis. They expire after a day.\n",
        &["plain-note/plain-note [plain-note] We keep sessions in Redis. They expire after a day."],
        &[],
    ),
    (
        "obsidian.md",
        "---\ntitle: Team rules\ntags: [redis, cache]\nauthor: me\n---\n\nKeys have a prefix.\n",
        &["obsidian/team-rules [Team rules] Keys have a prefix."],
        &[4],
    ),
    (
        "answers.md",
        "# Interview\n\n**Q:** What is a goroutine? **A:** A thread of Go. It is cheap.\n\nQ2: And a channel\nof ints?\nA2: A queue.\n\n**Q: Why?**\n\nBecause.\n\nQ: Nothing?\n",
        &[
            "interview/what-is-a-goroutine [What is a goroutine?] <What is a goroutine?|A thread of Go. It is cheap.|> A thread of Go. It is cheap.",
            "interview/and-a-channel-of-ints [And a channel of ints?] <And a channel of ints?|A queue.|> A queue.",
            "interview/why [Why?] <Why?|Because.|> Because.",
        ],
        &[13],
    ),
    (
        "details.md",
        "## Redis\n\n<details>\n<summary>Is Redis <b>single-threaded</b>?</summary>\n\nMostly.\n\n```sh\nQ: no question\n```\n\n</details>\n<details><summary>RDB?</summary>A snapshot.</details>\n",
        &[
            "redis/is-redis-single-threaded [Is Redis single-threaded?] <Is Redis **single-threaded**?|Mostly.⏎⏎```sh⏎Q: no question⏎```|> Mostly.",
            "redis/rdb [RDB?] <RDB?|A snapshot.|> A snapshot.",
        ],
        &[],
    ),
    (
        "question-headings.md",
        "# Go\n\n## 1. What does `defer` do?\n\nIt runs a call later.\n",
        &[
            "go/what-does-defer-do [What does defer do?] <What does `defer` do?|It runs a call later.|> It runs a call later.",
        ],
        &[],
    ),
    (
        "glossary.md",
        "# Words\n\nSome words of ours.\n\n## Go\n\n- **Slice**: a view.\n- `chan`: a queue\n  of values.\n",
        &[
            "glossary/words [Words] Some words of ours.",
            "go/slice [Slice] a view.",
            "go/chan [chan] a queue of values.",
        ],
        &[],
    ),
    (
        "table.csv",
        "term,explanation,section,tags,level,owner\nMutex,\"A lock, \"\"exclusive\"\".\nTwo lines.\",Go,\"lock, sync\",senior,Team A\nEmpty,,Go,,,\n",
        &["go/mutex [Mutex] A lock, \"exclusive\". Two lines. // owner: Team A"],
        &[4],
    ),
    (
        "semicolon.csv",
        "Question;Answer;Follow-up\nWhat is TTL?;Time to live.;Who sets it?\n",
        &[
            "semicolon/what-is-ttl [What is TTL?] <What is TTL?|Time to live.|Who sets it?> Time to live.",
        ],
        &[],
    ),
    (
        "bare.tsv",
        "Shard\tA part of the data.\nReplica\tA copy.\textra\n",
        &[
            "bare/shard [Shard] A part of the data.",
            "bare/replica [Replica] A copy. // extra",
        ],
        &[],
    ),
    (
        "open.csv",
        "term,explanation\nA,one\nB,\"two\nC,three\n",
        &["open/a [A] one"],
        &[3, 4],
    ),
    (
        "cards.txt",
        "#separator:tab\n#html:true\n#deck column:3\n#tags column:4\nWhat is &lt;-?\tA <b>channel</b> operator.<br><br><ul><li>send</li><li>receive</li></ul>\tGo::Basics\tgo channel\nLRU\t\"drops <code>a*b</code>\nfirst\"\tRedis\t\n",
        &[
            "go-basics/what-is [What is <-?] <What is <-?|A **channel** operator.⏎⏎- send⏎- receive|> A channel operator.",
            "redis/lru [LRU] drops a*b first",
        ],
        &[],
    ),
    (
        "notes.org",
        "#+TITLE: My notes\n* Go\n** TODO sync.Pool :cache:gc:\n:PROPERTIES:\n:ID: 7\n:END:\nKeeps /free/ objects, =Get= may miss.\n#+BEGIN_SRC go\nx := p.Get()\n#+END_SRC\n** Links\nSee [[https://go.dev][Go]] and *bold*.\n# a comment\n",
        &[
            "go/sync-pool [sync.Pool] Keeps free objects, Get may miss. // ```go⏎x := p.Get()⏎```",
            "go/links [Links] See Go and bold.",
        ],
        &[5, 13],
    ),
];

#[test]
fn every_format_gives_the_expected_topics() {
    let known = known();
    let mut wrong = String::new();
    for (file, text, topics, unplaced) in CASES {
        let imported = read(text, file, None, &known);
        let found: Vec<String> = imported
            .topics
            .iter()
            .map(|placed| told(&placed.topic))
            .collect();
        let lines: Vec<usize> = imported
            .unplaced
            .iter()
            .map(|mistake| mistake.line)
            .collect();
        if found != *topics || lines != *unplaced {
            writeln!(
                wrong,
                "{file} ({:?}): {found:#?}\n{:#?}",
                imported.files, imported.unplaced
            )
            .expect("a String");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
