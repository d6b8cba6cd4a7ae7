#!/usr/bin/env python3
"""The inputs that fuzzing starts from.

    tests/fuzz/corpus.py lay OUT TARGET             # lays them out, a file each, and the target's words
    tests/fuzz/corpus.py keep FOLDER TARGET         # takes the smallest of a folder into the repository

They come from this repository: sample files, examples and topics of the guide, and the texts of the tests.
Kept inputs are in corpus/TARGET.txt, a JSON string a line (bytes that are no UTF-8 as lone surrogates).
"""

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

# Longer inputs are cut: libFuzzer mutates short ones much better.
LENGTH_MAX = 4096

# How much is kept of one target, in bytes as they stand in the file.
KEPT_MAX = 96_000

SEPARATOR = b"\xff"

# Of each recogniser: the folders and files whose texts are its seeds, what the guide calls its
# examples, its cards, and what it is sensitive to beside words.
LANGUAGES = {
    "go": (["src/keywords/go", "src/features/hints/go"], "go", "go", ["queue/queue.go"],
           ["\n", '"', "`", "//", "/*", "*/", "{", "}", "(", ")", ":=", "<-", "chan ", "import ", "package p\n", "func "]),
    "dockerfile": (["src/keywords/dockerfile", "src/features/hints/dockerfile"], "dockerfile", "dockerfile",
                   ["image/Dockerfile"],
                   ["\\\n", "# escape=`\n", "<<EOF\n", "\nEOF\n", "<<-'E'", "${x:-", "--mount=type=", "$(", "\r\n", '["', '"]', "&& "]),
    "sql": (["src/keywords/sql", "src/features/hints/sql"], "sql", "sql", ["shop/schema.sql"],
            ["'", '"', "`", "/*", "*/", "/*!80000 ", "/*+ ", "-- ", "#", ";", "\nDELIMITER $$\n", "@@", "SET sql_mode='ANSI_QUOTES';", ":", "$$"]),
    "redis_conf": (["src/keywords/redis_conf", "src/features/hints/redis_conf"], "redis", "redis", ["cache/redis.conf"],
                   ["\n", "#", '"', "'", "\\", "sentinel ", "mb", "\r", "user default on "]),
    "compose": (["src/keywords/compose", "src/features/hints/compose"], "yaml", "compose", ["stack/compose.yaml"],
                ["\n", ": ", "- ", "{", "}", "[", "]", "&a", "*a", "<<: ", "|\n", ">-\n", "? ", "---\n", "!!str ", "\t", "services:\n"]),
}


def literals(path: Path) -> Iterator[str]:
    """The string literals of a Rust file, without the marks of our fixtures."""
    pattern = r'//[^\n]*|\'(?:\\.|[^\\\'])\'|r(#*)"(.*?)"\1|"((?:\\.|[^\\"])*)"'
    escapes = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "\\": "\\", '"': '"', "'": "'"}

    def unescape(match: re.Match[str]) -> str:
        if match[1]:
            return chr(int(match[1], 16))
        return "" if match[2].isspace() else escapes.get(match[2][0], match[2])

    for match in re.finditer(pattern, path.read_text(encoding="utf-8"), re.DOTALL):
        text = match[2]
        if text is None and match[3] is not None:
            text = re.sub(r"\\(?:u\{(\w+)\}|(\s+|.))", unescape, match[3], flags=re.DOTALL)
        if text:
            yield re.sub(r"[«»]|\$0", "", text)


def texts_of_tests(folders: list[str]) -> Iterator[str]:
    """Literals that are more than a word, of files below folders or beside them."""
    for folder in folders:
        paths = [*(ROOT / folder).rglob("*.rs"), (ROOT / folder).with_suffix(".rs")]
        for path in sorted(path for path in paths if path.exists()):
            yield from (text for text in literals(path) if " " in text or "\n" in text)


def guide_files() -> list[str]:
    paths = sorted((ROOT / "index/guide").glob("*/*.md"))
    return [path.read_text(encoding="utf-8") for path in paths]


def examples(language: str) -> Iterator[str]:
    for text in guide_files():
        for match in re.finditer(r"^```(\w+)[^\n]*\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
            if match[1] == language:
                yield match[2]


def cards(language: str) -> list[str]:
    text = (ROOT / f"index/cards/{language}.toml").read_text(encoding="utf-8")
    return re.findall(r'^keyword = "((?:\\.|[^"\\])+)"', text, re.MULTILINE)


def fixture(name: str) -> str:
    return (ROOT / "tests/fixtures" / name).read_text(encoding="utf-8")


def language_texts(target: str) -> Iterator[str]:
    folders, info, _, samples, _ = LANGUAGES[target]
    yield from map(fixture, samples)
    yield from examples(info)
    yield from texts_of_tests(folders)


def edited(text: bytes, pieces: list[str]) -> bytes:
    """A text and a few edits of it, which differ from text to text."""
    digest = hashlib.sha256(text).digest()
    out = text
    for number in range(3):
        high, low, length, piece = digest[number * 4 : number * 4 + 4]
        # Asked after every second one.
        length = length % 9 | (0x80 if number == 1 else 0)
        place = bytes([min(high, 0xFE), min(low, 0xFE), length])
        out += SEPARATOR + place + pieces[piece % len(pieces)].encode()
    return out


def of_language(target: str) -> Iterator[bytes]:
    pieces = LANGUAGES[target][4]
    for number, text in enumerate(language_texts(target)):
        data = text.encode()[:LENGTH_MAX]
        yield data if number % 3 == 0 else edited(data, pieces)


def of_topics() -> Iterator[bytes]:
    yield from (text.encode() for text in guide_files())
    yield from (text.encode() for text in texts_of_tests(["index/src/parse", "index/src/write"]))
    for path in sorted((ROOT / "index/cards").glob("*.toml")):
        yield path.read_bytes()[:1500].rpartition(b"\n\n")[0]


def of_imports() -> Iterator[bytes]:
    names = ["article.txt", "interview.md", "team.md", "terms.csv", "anki.txt", "notes.org"]
    texts = [fixture(f"import/{name}")[:2000] for name in names]
    texts += texts_of_tests(["index/src/import"])
    for number, text in enumerate(texts):
        # In three of seven ways, with words that must not be lost.
        marked = re.sub(r"\bw?[a-z]{3,}w?\b", "§", text, count=6)
        for format in range(3):
            first = (number + format * 2) % 7 + (128 if number % 2 else 0)
            yield bytes([first]) + (marked if format else text).encode()


def of_edits() -> Iterator[bytes]:
    texts = ["", "a\nb", "a\r\nb\r\n", "a\rb", "\ufeffpackage x\n", "ß ℝ 💣 x\n💣💣\r\nend", "e\u0301\n\u200dx",
             "a\u2028b\fc\x85d", "\0\n\0", "one\ntwo\nthree\n" * 20]
    inserted = ["", "\n", "\r", "\r\n", "💣", "é", "x" * 40, "\n\n", "\u2028"]
    for number, text in enumerate(texts):
        for first in range(3):
            out = bytes([first]) + text.encode()
            for edit in range(4):
                place = bytes([edit + number % 3, edit * first, edit % 2, edit * 2, (edit + first) % 2])
                out += SEPARATOR + place + inserted[(number + edit) % len(inserted)].encode()
            yield out


def framed(body: str) -> bytes:
    data = body.encode("utf-8")
    return b"Content-Length: %d\r\n\r\n%s" % (len(data), data)


def of_the_wire() -> Iterator[bytes]:
    for path in sorted((ROOT / "tests/fixtures/initialize").glob("*.json")):
        params = path.read_text(encoding="utf-8")
        yield params.encode()
        yield framed('{"jsonrpc":"2.0","id":1,"method":"initialize","params":%s}' % params)
    document = {"uri": "file:///a.go", "languageId": "go", "version": 1, "text": "package p 💣\n"}
    place = {"line": 0, "character": 3}
    span = {"start": place, "end": {"line": 1, "character": 0}}
    at = {"textDocument": document, "position": place, "range": span, "context": {"only": ["interview"], "triggerKind": 1}}
    messages = [
        ("textDocument/didOpen", {"textDocument": document}),
        ("textDocument/didChange", {"textDocument": document, "contentChanges": [{"range": span, "text": "\ud83d"}, {"text": ""}]}),
        ("textDocument/didClose", {"textDocument": document}),
        ("textDocument/hover", at),
        ("textDocument/codeAction", at),
        ("textDocument/inlayHint", at),
        ("workspace/symbol", {"query": "? lock"}),
        ("workspace/executeCommand", {"command": "viva.openTopic", "arguments": [{"a": 1}]}),
        ("workspace/didChangeConfiguration", {"settings": {"viva": {"hover": {"maxLines": 9}, "hints": {"off": ["docker"], "on": ["go"], "coexist": "all"}, "guide": {"paths": ["x"]}, "codeActions": "always"}}}),
        ("workspace/didChangeWorkspaceFolders", {"event": {"added": [{"uri": "file:///c%3A/x"}], "removed": []}}),
    ]
    whole = b""
    for number, (method, params) in enumerate(messages):
        body = json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        whole += framed(body)
        yield framed(body)
        yield json.dumps(params).encode()
    yield whole
    yield b"content-length: 9\r\n\r\n" + whole[:400]
    yield framed('[{"jsonrpc":"2.0"}]') + framed('{"jsonrpc":"2.0","id":1,"result":null}')
    for text in texts_of_tests(["src/lsp/framing", "src/lsp/repair"]):
        yield text.encode()


def of_growth() -> Iterator[bytes]:
    nested = ["(", "[", "{", "a.", "*", "- ", "> ", "\n", "x\n", "/*", "'", '"', "`", "\\\n", "# ", "{{", "<b>", "<<E\n", ";", "a: ", "&a ", "CASE ", "$(", "if x {", "func() {", "| "]
    for kind in range(12):
        for piece in nested:
            yield bytes([kind]) + SEPARATOR.join([b"", piece.encode()])
    for kind, target in enumerate(["go", "dockerfile", "sql", "redis_conf", "compose"]):
        for text in list(language_texts(target))[::4]:
            before, line, after = (text.encode()[:600].split(b"\n", 2) + [b"", b""])[:3]
            yield bytes([kind]) + SEPARATOR.join([before + b"\n", line + b"\n", after[:200]])
    for kind, data in enumerate(of_imports()):
        if kind % 3 == 0:
            yield bytes([5 + kind % 6]) + SEPARATOR.join([b"", data[1:200]])
    for text in guide_files()[::8]:
        head, _, rest = text.encode().partition(b"\n---\n")
        yield bytes([11]) + SEPARATOR.join([head + b"\n---\n", rest[:200]])


def seeds(target: str) -> Iterator[bytes]:
    other = {"topic": of_topics, "import": of_imports, "edits": of_edits, "wire": of_the_wire, "growth": of_growth}
    return other[target]() if target in other else of_language(target)


def words(target: str) -> list[str]:
    """What mutations may put in, beside bytes."""
    if target in LANGUAGES:
        _, _, card_file, _, pieces = LANGUAGES[target]
        return pieces + cards(card_file)[:600]
    return {
        "topic": ["---\n", "title: ", "level: junior\n", "keywords:\n", "  go: [", "related: []\n", "sources:\n", "checked: 2026-11\n", "extends: ", "also: [", "changed:\n", "  - Go 1.21: ", "\n## Pitfalls\n\n", "\n## Example\n\n", "\n## Questions\n\n", "\n### ", "?\n", "Follow-up: ", "```go\n", "```\n", "{hint: go/x}", "[[card]]\n", 'keyword = "', 'meaning = "', "](", "**", "<b>", "|"],
        "import": ["§", "\n", "# §\n", "## §\n", "- § – §\n", "§ — §\n", "Q: §?\n", "A: §\n", "<details><summary>§</summary>", "</details>\n", "```\n", "| § | § |\n", "| - | - |\n", "[§](http://§)", "[§][§]", "[§]: http://x\n", "<b>§</b>", "<!-- § -->", "** §\n", "#+BEGIN_SRC §\n", "#+END_SRC\n", "- § :: §\n", "#separator:tab\n", "{{c1::§::§}}", "\t", '"', ",", "&amp;", "    §\n", "---\n", "tags: ", "![§](§)", "\\", "$§$", "1. §\n"],
        "edits": ["\n", "\r", "\r\n", "💣", "é", "\u2028", "\ufeff"],
        "wire": ["Content-Length: ", "content-length:", "\r\n\r\n", "\\ud83d", "\\udca3", '"method":', '"params":{', '"textDocument":{"uri":"a"}', '"contentChanges":[', '"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}}', '"text":"', '"position":', "null", "-1", "4294967296"],
        "growth": ["(", "[", "{", "a.", "*", "- ", "> ", "\n", "/*", "'", '"', "`", "\\\n", "<<E\n", "CASE ", "$(", "&a ", "func() {"],
    }[target]


def unpacked(line: str) -> bytes:
    return json.loads(line).encode("utf-8", "surrogateescape")


def packed(data: bytes) -> str:
    return json.dumps(data.decode("utf-8", "surrogateescape"))


def kept(target: str) -> list[bytes]:
    path = HERE / f"corpus/{target}.txt"
    return [unpacked(line) for line in path.read_text(encoding="ascii").splitlines()] if path.exists() else []


def lay(out: Path, target: str) -> None:
    folder = out / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    for data in [*kept(target), *seeds(target)]:
        data = data[:LENGTH_MAX]
        (folder / hashlib.sha256(data).hexdigest()[:20]).write_bytes(data)
    quoted = ("".join(rf"\x{byte:02x}" for byte in word.encode()) for word in words(target))
    (out / f"{target}.dict").write_text("".join(f'"{word}"\n' for word in quoted), encoding="ascii")


def keep(folder: Path, target: str) -> None:
    size, lines = 0, []
    for data in sorted((path.read_bytes() for path in folder.iterdir()), key=lambda data: (len(data), data)):
        line = packed(data) + "\n"
        assert unpacked(line) == data
        size += len(line)
        if size > KEPT_MAX:
            break
        lines.append(line)
    path = HERE / f"corpus/{target}.txt"
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(lines), encoding="ascii")
    print(f"{target}: {len(lines)} inputs kept")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["lay", out, target]:
            lay(Path(out), target)
        case ["keep", folder, target]:
            keep(Path(folder), target)
        case _:
            sys.exit(__doc__)
