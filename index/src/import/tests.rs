//! Each format by small examples, and what holds for all texts: nothing is lost, and every topic's file
//! is read as the same topic.

use std::fmt::Write as _;
use std::path::Path;

use super::*;
use crate::parse::{self, Rules};
use crate::write::write;
use crate::{Contents, Guide, Language, folder as guide_folder};

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
        "address.md",
        "# T\n\n## A\n\nText.\n\n[one\ntwo]: http://x.y\n",
        &["t/a [A] Text."],
        &[7, 8],
    ),
    (
        "defined.md",
        "# T\n\n## A\n\n[Text][d].\n\n[d]: https://a.b\n[d]: https://c.d\n\n- x\n\n  [d]: https://e.f\n  [d]: https://g.h\n",
        &["t/a [A] Text. // - x"],
        &[8, 12, 13],
    ),
    (
        "twice.md",
        "# T\n\n## A\n\n[Text][d] [more](https://a.b).\n\n[d]: https://a.b\n[other]: https://a.b\n",
        &["t/a [A] Text more."],
        &[8],
    ),
    (
        "titles.md",
        "# T\n\n## A\n\n[Text](https://a.b \"one\") [d],\n![e](https://e.f 'two\nthree').\n\n[d]: https://c.d\n\"four\n&#115;ix\"\n",
        &["t/a [A] Text d, e."],
        &[5, 6, 7, 9, 10, 11],
    ),
    (
        "escaped.txt",
        "Locks\n\nA \\<!-- b --> c – text\n",
        &["locks/a-b-c [A <!-- b --> c] text"],
        &[],
    ),
    (
        "unfinished.md",
        "# T\n\nA <a b</details>\none\n=two>three\n",
        &["unfinished/t [T] A \\<a b one =two>three"],
        &[],
    ),
    (
        "commented.md",
        "---\n# one\ntitle: \"A #1\" # two\nlevel: middle\nrelated: []\n---\n\nText.\n",
        &["notes/commented [A #1] Text."],
        &[2, 3],
    ),
    (
        "sources.csv",
        "term,text,url\na,b,see [c](http://d) <e>\n",
        &["sources/a [a] b // Source: see⏎⏎Source: c (http://d)⏎⏎Source: \\<e>"],
        &[],
    ),
    (
        "star.md",
        "# T\n\n## A\n\nText.\n\n\\* no item\n",
        &["t/a [A] Text. // \\* no item"],
        &[],
    ),
    (
        "angles.md",
        "# T\n\n## A\n\nSee <<tps:y>z> there.\n",
        &["t/a [A] See \\<tps:yz> there."],
        &[],
    ),
    (
        "comment.md",
        "# T\n\n## A\n\nText <!-- one\ntwo --> goes on.\n\n<!-- three\n\nfour\n-->\n\n<script>five\nsix</script>\n",
        &["t/a [A] Text goes on."],
        &[5, 6, 8, 10, 13, 14],
    ),
    (
        "nameless.md",
        "#\n- one – two\n---\n",
        &["nameless/nameless [nameless] nameless // - one – two"],
        &[],
    ),
    (
        "comments.csv",
        "term,text,note\nA,one,b <!-- lost -->\nB,\"two\n\nlines\",\"c\n<!-- gone -->\"\n",
        &[
            "comments/a [A] one // note: b",
            "comments/b [B] two // lines⏎⏎note: c",
        ],
        &[2, 6],
    ),
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

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/import")
}

/// What stands in the code: the words of a text between backticks or of a shape that no English word
/// has, and capitals that the guide knows.
fn identifiers(text: &str, vocabulary: &HashSet<String>) -> Vec<String> {
    let mut found = Vec::new();
    for (number, part) in text.split('`').enumerate() {
        for word in part.split_whitespace() {
            let word = word.trim_matches(|letter: char| {
                !letter.is_alphanumeric() && !"@()*_".contains(letter)
            });
            let word = word
                .split(['(', '[', '{'])
                .next()
                .unwrap_or(word)
                .trim_matches(['*', ')']);
            let (before, after) = word.split_once('.').unwrap_or(("", ""));
            let is_member = before.len() > 1
                && before
                    .chars()
                    .all(|letter| letter.is_ascii_lowercase() || letter == '/')
                && after.starts_with(|letter: char| letter.is_ascii_uppercase());
            let is_capital = word.len() > 2
                && word
                    .chars()
                    .all(|letter| letter.is_ascii_uppercase() || letter == '_');
            let is_joined = word.len() > 3 && word.contains(['_', '-']);
            let is_known = vocabulary.contains(word);
            if is_member || number % 2 == 1 && is_known || (is_capital || is_joined) && is_known {
                found.push(word.to_owned());
            }
        }
    }
    found
}

/// Whether a name, as it stands in code of some language, leads to a topic.
fn leads(guide: &Guide, word: &str, id: &str) -> bool {
    let forms = [
        word.to_owned(),
        format!("builtin.{word}"),
        format!("{word}()"),
        format!("@@{word}"),
        format!("sync/{word}"),
        format!("net/{word}"),
        format!("database/{word}"),
    ];
    Language::ALL.into_iter().any(|language| {
        forms.iter().any(|form| {
            let found = guide.explain(language, [form.as_str()]);
            found.is_some_and(|found| {
                let others = guide.others(&found);
                found
                    .topic
                    .iter()
                    .chain(&others)
                    .any(|topic| topic.id == id)
            })
        })
    })
}

#[test]
fn an_article_of_many_terms_is_reachable_by_the_code_in_it() {
    let text = fs::read_to_string(fixtures().join("article.txt")).expect("the article");
    let known = known();
    let imported = read(&text, "article.txt", None, &known);
    assert_eq!(
        imported.files,
        [("article.txt".to_owned(), Format::Article)]
    );
    assert_eq!(imported.topics.len(), 168);
    // The introduction has no term before it.
    let lines: Vec<usize> = imported
        .unplaced
        .iter()
        .map(|mistake| mistake.line)
        .collect();
    assert_eq!(lines, [1, 3]);
    let sections: HashSet<&str> = imported
        .topics
        .iter()
        .map(|placed| placed.topic.section())
        .collect();
    assert_eq!(sections.len(), 6);

    let vocabulary: HashSet<String> = known_words();
    let contents = Contents {
        topics: imported
            .topics
            .iter()
            .map(|placed| placed.topic.clone())
            .collect(),
        cards: Vec::new(),
    };
    let guide = Guide::build(&contents).expect("an index in memory");
    let (mut with_code, mut missed) = (0, Vec::new());
    for placed in &imported.topics {
        let line = text.lines().nth(placed.line - 1).unwrap_or_default();
        let names = identifiers(line, &vocabulary);
        if names.is_empty() {
            continue;
        }
        with_code += 1;
        if !names
            .iter()
            .any(|name| leads(&guide, name, &placed.topic.id))
        {
            missed.push(format!("{}: {names:?}", placed.topic.id));
        }
    }
    let reached = with_code - missed.len();
    assert!(with_code > 60, "only {with_code} lines with code");
    assert!(
        reached * 100 >= with_code * 80,
        "{reached} of {with_code}: {missed:#?}"
    );
}

/// The last parts of the names that the guide knows, as they stand in code.
fn known_words() -> HashSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let guide =
        guide_folder::read(&root.join("guide"), &root.join("cards"), &[]).expect("the guide");
    let names = guide
        .topics
        .iter()
        .flat_map(|topic| &topic.keywords)
        .chain(guide.cards.iter().map(|card| &card.keyword));
    names
        .map(|name| {
            name.name
                .trim_start_matches("builtin.")
                .trim_start_matches("@@")
                .trim_end_matches("()")
                .to_owned()
        })
        .collect()
}

/// The files of all topics, and the sections' titles.
fn said(imported: &Imported) -> String {
    let mut text = String::new();
    for placed in &imported.topics {
        text.push_str(&write(&placed.topic));
        text.push(' ');
        text.push_str(&placed.section);
        text.push('\n');
    }
    text
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect::<Vec<_>>()
        .into_iter()
}

/// Words that are no mark of a format: numbers of lists and tags are.
fn is_text(word: &str) -> bool {
    let tags = [
        "details", "summary", "code", "br", "b", "div", "ul", "li", "i", "T",
    ];
    let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
    let is_mark = word.len() < 3 && word.starts_with(['Q', 'A', 'D']);
    !is_number
        && !is_mark
        && !tags.contains(&word)
        && !word.starts_with("ref")
        && ![
            "TODO",
            "BEGIN_SRC",
            "END_SRC",
            "a",
            "href",
            "amp",
            "c1",
            "lt",
            "https",
            "tags",
            "it",
            "is",
        ]
        .contains(&word)
}

/// Every line is in a topic, or is reported.
#[track_caller]
fn nothing_is_lost(text: &str, name: &str, format: Option<Format>, known: &Known) -> Imported {
    let imported = read(text, name, format, known);
    let said = said(&imported);
    let reported: HashSet<usize> = imported
        .unplaced
        .iter()
        .chain(&imported.structure)
        .map(|mistake| mistake.line)
        .collect();
    for (number, line) in text.lines().enumerate() {
        if reported.contains(&(number + 1)) {
            continue;
        }
        for word in words(line).filter(|word| is_text(word)) {
            assert!(
                said.contains(&word),
                "{name} as {format:?}, line {}: `{word}` of `{line}` is lost in\n{text}\n{:#?}",
                number + 1,
                imported
                    .topics
                    .iter()
                    .map(|placed| told(&placed.topic))
                    .collect::<Vec<_>>()
            );
        }
    }
    for placed in &imported.topics {
        let topic = &placed.topic;
        let file = write(topic);
        let parsed = parse::parse_by(Rules::Own, name, &topic.id, &file)
            .unwrap_or_else(|mistakes| panic!("{mistakes:?} in\n{file}"));
        assert_eq!(parsed.topic, *topic, "{file}");
    }
    imported
}

/// Lines that are something in some format, with a place for a word of their own.
const PIECES: [&str; 50] = [
    "",
    "",
    "",
    "# #",
    "## #",
    "### # ###",
    "#\n===",
    "#\n---",
    "- #",
    "  - # more",
    "1. #",
    "2) #",
    "> #",
    "#",
    "# is a line. And more.",
    "# – explained by #",
    "Term # - it is #",
    "# : not",
    "Name #: text #",
    "**#**: bold",
    "`#` – code",
    "**Q:** # **A:** #",
    "Q: #?",
    "A: #",
    "<details><summary>#</summary>#</details>",
    "<details>",
    "<summary>#</summary>",
    "</details>",
    "```",
    "~~~",
    "    # indented",
    "| # | # |",
    "| - | - |",
    "[#][ref#]",
    "[ref#]: https://x.y/#",
    "![#](pic#.png)",
    "[#](http://x#.y)",
    "<b>#</b> <i>#",
    "<T#> &amp; #",
    "<!-- # -->",
    "* #",
    "** # :#:",
    "#+BEGIN_SRC #",
    "#+END_SRC",
    "- # :: #",
    "#,#,#",
    "#\t#\t#",
    "\"#\t#",
    "a*#*b _#_ [#] <#",
    "# & # | # \\ # {{c1::#::#}}",
];

#[test]
fn no_line_of_any_text_is_lost() {
    let known = Known::default();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap_or(0)
    };
    for round in 0..1500 {
        let mut text = String::new();
        let mut word = 0;
        for _ in 0..=random(14) {
            let piece = PIECES[random(PIECES.len())];
            // A mark stays where a line begins with one.
            let (mark, rest) = if piece.starts_with("#+")
                || piece.starts_with("# ") && random(2) == 0
                || piece.starts_with("##")
            {
                piece.split_at(piece.len() - piece.trim_start_matches('#').len())
            } else {
                ("", piece)
            };
            text.push_str(mark);
            for letter in rest.chars() {
                if letter == '#' {
                    word += 1;
                    write!(text, "w{word}w").expect("a String");
                } else {
                    text.push(letter);
                }
            }
            text.push('\n');
        }
        let format = [
            None,
            Some(Format::Article),
            Some(Format::Markdown),
            Some(Format::Csv),
            Some(Format::Tsv),
            Some(Format::Anki),
            Some(Format::Org),
        ][round % 7];
        nothing_is_lost(&text, "notes.txt", format, &known);
    }
}

#[test]
fn no_line_of_our_samples_is_lost() {
    let known = known();
    for (file, text, _, _) in CASES {
        nothing_is_lost(text, file, None, &known);
    }
    for file in ["article.txt", "team.md", "interview.md", "notes.org"] {
        let text = fs::read_to_string(fixtures().join(file)).expect("a sample");
        nothing_is_lost(&text, file, None, &known);
    }
}

#[test]
fn malicious_texts_end_with_a_message() {
    let known = Known::default();
    let megabyte = 1 << 20;
    let line = |imported: &Imported, what: &str| {
        imported
            .unplaced
            .iter()
            .any(|mistake| mistake.what.contains(what))
    };
    for format in Format::ALL {
        let long = read(
            &format!("A – b\n{}\n", "x".repeat(megabyte + 1)),
            "a.txt",
            Some(format),
            &known,
        );
        assert!(
            line(&long, "the line has 1048577 bytes"),
            "{format:?}: {:?}",
            long.unplaced
        );
        for (text, what) in [
            ("A – b\0c\n", "a NUL"),
            ("A – b \u{202e}c\n", "the direction of writing (U+202E)"),
            ("A – \u{1b}[31mb\n", "the control character U+001B"),
        ] {
            let imported = read(text, "a.txt", Some(format), &known);
            assert!(
                imported.topics.is_empty() && line(&imported, what),
                "{format:?}: {imported:?}"
            );
        }
        for open in [
            "> ",
            "- ",
            "<div>",
            "<ul><li>",
            "[",
            "![",
            "[[",
            "*",
            "**a ",
            "_",
            "`",
            "``a ",
            "<",
            "<!--",
            "&",
            "|",
            "\"",
            "{{c1::",
            "#",
            "1. ",
            "\\",
            "<b>",
            "<a href=x>",
            "<details><summary>",
            "a – ",
            "~",
        ] {
            let deep = format!("# T\nA – b\n{}\n", open.repeat(20_000 / open.len()));
            let imported = read(&deep, "a.txt", Some(format), &known);
            assert!(
                imported.topics.len() + imported.unplaced.len() > 0,
                "{format:?} {open}"
            );
        }
    }
    let nested = read(
        &format!("# T\n\n{}x\n", "> ".repeat(1000)),
        "a.md",
        None,
        &known,
    );
    assert!(
        line(&nested, "nested more than 32 deep"),
        "{:?}",
        nested.unplaced
    );
}

/// Characters may be written so that the text of the file has none.
#[test]
fn no_topic_turns_the_direction_of_writing() {
    let texts = [
        (
            "a.md",
            "# Ti&#x202e;tle\n\nA &#8238; b `c` [d&#x2066;](https://e&#x202e;) ![f&#x202a;](g)\n",
        ),
        (
            "b.md",
            "# Title\n\n<p>A &#x202e; b <a href=\"https://x&#x202e;\">c</a></p>\n",
        ),
        (
            "c.md",
            "# Title\n\nA <a href=\"&#x202e;\">b</a> <img alt=\"&#x202e;\">\n",
        ),
        (
            "d.txt",
            "#separator:tab\n#html:true\n<b>Fr&#x202e;ont</b>\tBa&#8238;ck\n",
        ),
        ("e.txt", "Locks\n\nMu&#x202e;tex – a &#x2067; lock\n"),
        (
            "f.csv",
            "term,explanation,url\na,b&#x202e;,https://c&#x202e;\n",
        ),
        // It cannot be a question, and is taken as it stands.
        ("g.md", "Q: <code>a\n#0```` &#x202e; b?\nA: Text.\n"),
    ];
    for (name, text) in texts {
        let imported = read(text, name, None, &known());
        assert_eq!(imported.topics.len(), 1, "{name}");
        let mut topic = imported.topics[0].topic.clone();
        topic.id = "a/b".to_owned();
        let written = write(&topic);
        assert_eq!(crate::hidden::first_in(&written), None, "{written}");
        // Nor does it when it is shown: topics that would are refused.
        parse::parse_by(Rules::Own, name, "a/b", &written).expect("a topic");
    }
}

#[test]
fn names_of_files_are_safe_on_every_disk() {
    for (title, expected) in [
        ("sync.Cond", "sync-cond"),
        ("CON", "con-topic"),
        ("com7", "com7-topic"),
        ("README", "readme-topic"),
        ("../../etc/passwd", "etc-passwd"),
        ("a/b\\c:d*e?f\"g<h>i|j", "a-b-c-d-e-f-g-h-i-j"),
        ("C++", "c"),
        ("<-", "topic"),
        ("Größe Ärger", "grosse-arger"),
        ("Что такое канал?", "что-такое-канал"),
        // As macOS may give them: the accents by themselves.
        ("Gro\u{308}ße", "grosse"),
        ("и\u{306}", "й"),
        ("what's up...", "whats-up"),
    ] {
        assert_eq!(names::slug(title), expected);
    }
    let long = names::slug(&"word ".repeat(100));
    assert!(long.len() <= 60 && !long.ends_with('-'), "{long}");
    assert!(names::slug(&"界".repeat(100)).len() <= 60);
    let mut taken = Taken::default();
    let ids: Vec<String> = ["A", "a", "A-2", "a", "b"]
        .iter()
        .map(|title| taken.id("s", title))
        .collect();
    assert_eq!(ids, ["s/a", "s/a-2", "s/a-2-2", "s/a-3", "s/b"]);
}

#[test]
fn names_of_code_are_those_of_the_right_language() {
    let known = known();
    for (text, expected) in [
        (
            "Go\n\nWaiting – a sync.Cond's Wait, sync.Cond.Wait, atomic.Pointer, e.g. in main.go or mu.Lock\n",
            "| sync.Cond sync.Cond.Wait sync/atomic.Pointer",
        ),
        (
            "Go\n\nsync.Cond – waits; see errgroup.Group, errtools.Group and example.org/x/tools.Group.\n",
            "sync.Cond | golang.org/x/sync/errgroup.Group errtools.Group example.org/x/tools.Group",
        ),
        ("Go\n\nMutex – a lock\n", "sync.Mutex |"),
        (
            "Go\n\nDefer – runs `defer f()` last; do not defer in loops, `append(s, x)`\n",
            "defer | builtin.append",
        ),
        (
            "Docker\n\nCopying – COPY --from, ADD and COPY; RUN --mount=type=cache\n",
            "| docker:COPY --from docker:COPY docker:RUN --mount=type=cache",
        ),
        (
            "Databases\n\nSets – UNION ALL, COUNT(*), FOR UPDATE SKIP LOCKED and VARCHAR(20), but NOT this\n",
            "| sql:UNION ALL sql:COUNT() sql:FOR UPDATE SKIP LOCKED sql:VARCHAR",
        ),
        (
            "Redis\n\nEviction – maxmemory-policy allkeys-lru, SETNX, `appendonly`, save often\n",
            "| redis:maxmemory-policy allkeys-lru redis:SETNX redis:appendonly",
        ),
        (
            "Compose\n\nOrder – depends_on with `depends_on.condition: service_healthy`\n",
            "| compose:depends_on compose:depends_on.condition: service_healthy",
        ),
        // A question is no explanation of what it asks about, unless nobody else has one.
        (
            "Q: Why does sync.Cond have a lock?\nA: The condition is data, as in sync.Mutex.\n",
            "| sync.Cond sync.Mutex",
        ),
        ("Q: When do we use ours.Lock?\nA: Never.\n", "ours.Lock |"),
    ] {
        let imported = read(text, "a.txt", None, &known);
        let topic = &imported.topics[0].topic;
        let names = |names: &[KeywordName]| {
            names
                .iter()
                .map(KeywordName::qualified)
                .collect::<Vec<_>>()
                .join(" ")
        };
        let found = format!("{} | {}", names(&topic.keywords), names(&topic.mentions));
        assert_eq!(found.trim(), expected, "{text}");
    }
}

#[test]
fn a_folder_of_notes_is_a_guide() {
    let imported = path(&fixtures(), None, &known());
    let topics: Vec<Topic> = imported
        .topics
        .into_iter()
        .map(|placed| placed.topic)
        .collect();
    assert!(topics.len() > 175, "{}", topics.len());
    assert!(imported.unplaced.iter().all(|mistake| mistake.line > 0));
    let mut ids: Vec<&str> = topics.iter().map(|topic| topic.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), topics.len(), "ids are unique");
    let mut names: Vec<&KeywordName> = topics.iter().flat_map(|topic| &topic.keywords).collect();
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count, "a name leads to one topic");
}

#[test]
fn bytes_that_are_no_text_are_named_with_their_line() {
    let folder = std::env::temp_dir().join(format!("viva-import-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    for (name, bytes, said) in [
        (
            "latin.txt",
            b"a\nb \xe9\n".as_slice(),
            ":2: is not UTF-8 here; save the file as UTF-8",
        ),
        (
            "wide.txt",
            b"\xff\xfea\0".as_slice(),
            ":1: is UTF-16; save the file as UTF-8",
        ),
    ] {
        let file = folder.join(name);
        fs::write(&file, bytes).expect("a file");
        let imported = path(&file, None, &Known::default());
        assert!(
            imported.unplaced[0].to_string().ends_with(said),
            "{:?}",
            imported.unplaced
        );
    }
    let large = folder.join("large.txt");
    let file = fs::File::create(&large).expect("a file");
    file.set_len(FILE_MAX + 1).expect("a hole");
    let imported = path(&large, None, &Known::default());
    assert!(
        imported.unplaced[0]
            .what
            .contains("has more than 16777216 bytes"),
        "{:?}",
        imported.unplaced
    );
    fs::remove_dir_all(&folder).expect("removed");
}
