//! Positions over the wire, in all three encodings, against a model on a plain string: after each batch
//! of random edits, hovers find known words exactly where the model has them.
//!
//! `VIVA_EDITS=1000000` edits more often than a usual run does.

use serde_json::{Value, json};

use crate::client::{Client, framed};

/// How many edits there are in all, unless `VIVA_EDITS` says so.
const EDITS: usize = 20_000;

/// Edits in one write.
const BATCH: usize = 100;

/// Beyond this another text is begun, in bytes: the model is slow.
const LONG: usize = 2_000;

/// What is written: every line end, characters of every width, and what only looks like a line end.
const PIECES: [&str; 18] = [
    "",
    "",
    "x",
    " ",
    "\n",
    "\r",
    "\r\n",
    "\n\r",
    "\0",
    "\u{feff}",
    "\u{2028}",
    "\u{2029}\u{85}\u{b}\u{c}",
    "é",
    "e\u{301}",
    "ℝ",
    "💣",
    "👩\u{200d}👩\u{200d}👧",
    "💣\r\n\u{feff}é",
];

/// A document that is edited: only between what it begins and ends with.
struct Subject {
    uri: &'static str,
    language: &'static str,
    before: &'static str,
    after: &'static str,
    /// The first word of the text behind the edits, and how much stands before it there.
    word: &'static str,
    at: usize,
    /// Lines that are written too, each with its known word.
    lines: &'static [(&'static str, &'static str)],
}

/// What is written is code in three of them; in Go it is a comment, as nothing else can be anything.
const SUBJECTS: [Subject; 4] = [
    Subject {
        uri: "redis.conf",
        language: "redis",
        before: "",
        after: "\nsave 60 1\n",
        word: "save",
        at: 1,
        lines: &[
            ("appendonly", "\nappendonly yes\n"),
            ("maxmemory", "\nmaxmemory 1gb\n"),
        ],
    },
    Subject {
        uri: "Dockerfile",
        language: "dockerfile",
        before: "FROM x\n",
        after: "\nUSER app\n",
        word: "USER",
        at: 1,
        lines: &[("EXPOSE", "\nEXPOSE 1\n"), ("RUN", "\nRUN x\n")],
    },
    Subject {
        uri: "a.sql",
        language: "sql",
        before: "",
        after: "\n;\nCOMMIT;\n",
        word: "COMMIT",
        at: 3,
        lines: &[("COMMIT", "\nCOMMIT;\n"), ("ROLLBACK", "\nROLLBACK;\n")],
    },
    Subject {
        uri: "a.go",
        language: "go",
        before: "package p\n\n/*",
        after: "*/\nfunc f() {\n\tdefer f()\n}\n",
        word: "defer",
        at: 15,
        lines: &[],
    },
];

#[test]
#[expect(
    clippy::print_stdout,
    reason = "`--nocapture` shows how much was tried"
)]
fn hovers_find_words_where_a_plain_string_has_them() {
    let wanted = std::env::var("VIVA_EDITS").ok();
    let edits = wanted.and_then(|text| text.parse().ok()).unwrap_or(EDITS);
    let threads: Vec<_> = ["utf-8", "utf-16", "utf-32"]
        .into_iter()
        .map(|encoding| std::thread::spawn(move || check(encoding, edits.div_ceil(3))))
        .collect();
    let checked: Vec<Checked> = threads
        .into_iter()
        .map(|thread| thread.join().expect("all positions agree"))
        .collect();
    let sum = |of: fn(&Checked) -> usize| checked.iter().map(of).sum::<usize>();
    let (made, words) = (sum(|one| one.edits), sum(|one| one.words));
    assert!(made >= edits && words > made / BATCH, "{checked:?}");
    println!("{made} edits, {words} words found where they should be");
}

/// How much was looked at.
#[derive(Debug, Default)]
struct Checked {
    edits: usize,
    words: usize,
}

fn check(encoding: &str, edits: usize) -> Checked {
    let capabilities = json!({ "general": { "positionEncodings": [encoding] } });
    let mut client = Client::with(&capabilities, &Value::Null);
    let seed = encoding
        .bytes()
        .fold(0, |sum, byte| sum * 31 + u64::from(byte));
    let mut random = Random(0x9E37_79B9_7F4A_7C15 ^ seed);
    let mut checked = Checked::default();
    let mut subjects = SUBJECTS.iter().cycle();
    let mut version = 0;
    while checked.edits < edits {
        let subject = subjects.next().expect("there is no end");
        let mut model = format!("{}{}", subject.before, subject.after);
        client.open(subject.uri, subject.language, &model);
        while checked.edits < edits && model.len() <= LONG {
            let mut bytes = Vec::new();
            for _ in 0..BATCH {
                version += 1;
                let change = edit(&mut model, subject, encoding, &mut random);
                bytes.extend(framed(&json!({
                    "jsonrpc": "2.0", "method": "textDocument/didChange", "params": {
                    "textDocument": { "uri": subject.uri, "version": version }, "contentChanges": [change],
                } })));
            }
            client.send_bytes(&bytes);
            checked.edits += BATCH;
            for (at, word) in known_words(&model, subject) {
                let [start, end] = [at, at + word.len()].map(|at| position(&model, at, encoding));
                let number = |key: &str| {
                    usize::try_from(start[key].as_u64().expect("a number")).expect("small")
                };
                let answer = client.hover(subject.uri, number("line"), number("character") + 1);
                assert_eq!(
                    answer["range"],
                    json!({ "start": start, "end": end }),
                    "{word} in {encoding} after {version} edits of {model:?}"
                );
                checked.words += 1;
            }
        }
    }
    checked
}

/// Where a text has words that must be found.
fn known_words(model: &str, subject: &Subject) -> Vec<(usize, &'static str)> {
    let tail = model.len() - subject.after.len();
    let mut known = vec![(tail + subject.at, subject.word)];
    for (word, line) in subject.lines {
        let line = line.trim_matches('\n');
        let begins = format!("\n{line}");
        let found = model[..tail].match_indices(&begins).map(|(at, _)| at + 1);
        // With anything more in it it would be another line, whatever ends lines there.
        let is_alone = |at: &usize| model[at + line.len()..].starts_with('\n');
        known.extend(found.filter(is_alone).take(3).map(|at| (at, *word)));
    }
    known
}

/// Edits the model between its ends; the change as a client tells it.
fn edit(model: &mut String, subject: &Subject, encoding: &str, random: &mut Random) -> Value {
    let body = model.len() - subject.after.len();
    let from = subject.before.len() + random.below(body + 1 - subject.before.len());
    let from = model.floor_char_boundary(from);
    let length = if random.below(10) == 0 {
        60
    } else {
        random.below(6)
    };
    let to = model
        .floor_char_boundary((from + length).min(body))
        .max(from);
    let number = random.below(PIECES.len() + subject.lines.len());
    let piece = match number.checked_sub(PIECES.len()) {
        None => PIECES[number],
        Some(line) => subject.lines[line].1,
    };
    let [start, end] = [from, to].map(|at| position(model, at, encoding));
    // Between the two halves of a line end no position points.
    let [from, to] = [&start, &end].map(|at| offset(model, at, encoding));
    model.replace_range(from..to, piece);
    json!({ "range": { "start": start, "end": end }, "text": piece })
}

/// Where lines begin and, before their line end, end (LSP 3.17, "Text Documents").
fn lines(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let (mut lines, mut start, mut at) = (Vec::new(), 0, 0);
    while at < bytes.len() {
        let width = match (bytes[at], bytes.get(at + 1)) {
            (b'\r', Some(b'\n')) => 2,
            (b'\r' | b'\n', _) => 1,
            _ => 0,
        };
        if width > 0 {
            lines.push((start, at));
            start = at + width;
        }
        at += width.max(1);
    }
    lines.push((start, bytes.len()));
    lines
}

fn width(text: &str, encoding: &str) -> usize {
    match encoding {
        "utf-8" => text.len(),
        "utf-16" => text.encode_utf16().count(),
        _ => text.chars().count(),
    }
}

/// The position of a byte offset; of one in a line end, that of its line's end.
fn position(text: &str, offset: usize, encoding: &str) -> Value {
    let lines = lines(text);
    let line = lines.partition_point(|(start, _)| *start <= offset) - 1;
    let (start, end) = lines[line];
    json!({ "line": line, "character": width(&text[start..offset.min(end)], encoding) })
}

/// The byte offset of a position that is there.
fn offset(text: &str, position: &Value, encoding: &str) -> usize {
    let number =
        |key: &str| usize::try_from(position[key].as_u64().expect("a number")).expect("small");
    let (start, end) = lines(text)[number("line")];
    let column = number("character");
    let line = &text[start..end];
    let at = line.char_indices().map(|(at, _)| at).chain([line.len()]);
    let at = at
        .into_iter()
        .find(|at| width(&line[..*at], encoding) == column);
    start + at.expect("a boundary of a character")
}

#[test]
fn a_line_of_five_megabytes_is_a_line_like_others() {
    for (encoding, width) in [("utf-8", 4), ("utf-16", 2), ("utf-32", 1)] {
        let capabilities = json!({ "general": { "positionEncodings": [encoding] } });
        let mut client = Client::with(&capabilities, &Value::Null);
        let bombs = 5 * (1 << 20) / 4;
        // In a string, so that the words behind it are code.
        let text = format!("SELECT '{}' FROM t GROUP BY a", "💣".repeat(bombs));
        for (uri, language) in [
            ("a.sql", "sql"),
            ("a.go", "go"),
            ("Dockerfile", "dockerfile"),
            ("redis.conf", "redis"),
            ("compose.yaml", "dockercompose"),
        ] {
            client.open(uri, language, &text);
            client.hover(uri, 0, 9 + bombs * width);
        }
        let from = 8 + bombs * width + 2;
        let range = client.hover("a.sql", 0, from)["range"].clone();
        assert_eq!(
            range["start"],
            json!({ "line": 0, "character": from }),
            "{encoding}"
        );
        // An edit at the front, one in the middle of the bombs, and one behind.
        for (at, piece) in [(0, "  "), (10 + width * 1000, "é"), (from + 3, "")] {
            let at = json!({ "line": 0, "character": at });
            client.notify(
                "textDocument/didChange",
                &json!({
                    "textDocument": { "uri": "a.sql", "version": 2 },
                    "contentChanges": [{ "range": { "start": at, "end": at }, "text": piece }],
                }),
            );
        }
        let moved = from + 2 + if encoding == "utf-8" { 2 } else { 1 };
        let range = client.hover("a.sql", 0, moved + 1)["range"].clone();
        assert_eq!(
            range["start"],
            json!({ "line": 0, "character": moved }),
            "{encoding}"
        );
    }
}

/// Numbers that are the same in every run (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits") % end
    }
}
