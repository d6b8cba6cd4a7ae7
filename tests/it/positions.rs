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

/// Beyond this the text is begun anew, in bytes: the model is slow.
const LONG: usize = 2_000;

/// What is written: every line end, characters of every width, and what only looks like a line end.
const PIECES: [&str; 20] = [
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
    "\nappendonly yes\n",
    "\nmaxmemory 1gb\n",
    "💣\r\n\u{feff}é",
];

/// A word that is never edited, behind all that is.
const TAIL: &str = "\nsave 60 1\n";

#[test]
fn hovers_find_words_where_a_plain_string_has_them() {
    let wanted = std::env::var("VIVA_EDITS").ok();
    let edits = wanted.and_then(|text| text.parse().ok()).unwrap_or(EDITS);
    let threads: Vec<_> = ["utf-8", "utf-16", "utf-32"]
        .into_iter()
        .map(|encoding| std::thread::spawn(move || check(encoding, edits / 3)))
        .collect();
    for thread in threads {
        thread.join().expect("all positions agree");
    }
}

fn check(encoding: &str, edits: usize) {
    let capabilities = json!({ "general": { "positionEncodings": [encoding] } });
    let mut client = Client::with(&capabilities, &Value::Null);
    let mut random = Random(0x9E37_79B9_7F4A_7C15 ^ encoding.len() as u64);
    let mut model = TAIL.to_owned();
    client.open("redis.conf", "redis", &model);
    let mut version = 1;
    for _ in 0..edits.div_ceil(BATCH) {
        let mut bytes = Vec::new();
        for _ in 0..BATCH {
            version += 1;
            let change = edit(&mut model, encoding, &mut random);
            bytes.extend(framed(&json!({
                "jsonrpc": "2.0", "method": "textDocument/didChange", "params": {
                "textDocument": { "uri": "redis.conf", "version": version }, "contentChanges": [change],
            } })));
        }
        client.send_bytes(&bytes);
        let tail = model.len() - TAIL.len() + 1;
        let mut known = vec![(tail, "save")];
        for word in ["appendonly", "maxmemory"] {
            let line = format!("\n{word} ");
            let found = model.match_indices(&line).map(|(at, _)| (at + 1, word));
            known.extend(found.filter(|(at, _)| is_alone(&model, *at)).take(3));
        }
        for (at, word) in known {
            let [start, end] = [at, at + word.len()].map(|at| position(&model, at, encoding));
            let (line, column) = (&start["line"], &start["character"]);
            let number =
                |value: &Value| usize::try_from(value.as_u64().expect("a number")).expect("small");
            let answer = client.hover("redis.conf", number(line), number(column) + 1);
            assert_eq!(
                answer["range"],
                json!({ "start": start, "end": end }),
                "{word} in {encoding} after {version} edits of {model:?}"
            );
        }
        if model.len() > LONG {
            TAIL.clone_into(&mut model);
            let params = json!({ "textDocument": { "uri": "redis.conf", "version": version }, "contentChanges": [{ "text": model }] });
            client.notify("textDocument/didChange", &params);
        }
    }
}

/// Edits the model before its tail; the change as a client tells it.
fn edit(model: &mut String, encoding: &str, random: &mut Random) -> Value {
    let body = model.len() - TAIL.len();
    let from = model.floor_char_boundary(random.below(body + 1));
    let length = if random.below(10) == 0 {
        60
    } else {
        random.below(6)
    };
    let to = model
        .floor_char_boundary((from + length).min(body))
        .max(from);
    let piece = PIECES[random.below(PIECES.len())];
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

/// Whether the line at an offset has nothing behind its known words that would change them.
fn is_alone(text: &str, at: usize) -> bool {
    let line = text[at..].lines().next().unwrap_or_default();
    ["appendonly yes", "maxmemory 1gb"].contains(&line)
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
