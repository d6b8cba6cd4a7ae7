#!/usr/bin/env python3
"""Compares our tokens of SQL with those of Pygments's MySQL lexer.

    tests/truth/text/sql.py [SHOWN]

Reads every statement of Debian's mariadb-test-data once. Prints the agreement, every class of known
differences with its reason and number, and SHOWN differences that belong to no class. Fails under
99.9 % agreement. `setup.sh` installs what it needs.
"""

import collections
import json
import multiprocessing
import os
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
CACHE = HERE / ".cache"
sys.path[:0] = [str(HERE), *map(str, CACHE.glob("venv/lib/python*/site-packages"))]

from mysqltest import statements  # noqa: E402

try:
    from pygments import token as kinds
    from pygments.lexers.sql import MySqlLexer
except ImportError:
    sys.exit("sql.py: run tests/truth/text/setup.sh first")

LEAST = 0.999


def corpus():
    files = [f for f in CACHE.glob("mariadb/**/*") if f.suffix in (".test", ".inc") and f.is_file()]
    if len(files) < 1000:
        sys.exit("sql.py: the .test files are missing; run tests/truth/text/setup.sh first")
    found = {}
    for file in sorted(files):
        # Some files are in other character sets than UTF-8.
        text = file.read_bytes().decode(errors="replace")
        found.update(dict.fromkeys(statements(text)))
    return len(files), list(found)


def ours(texts):
    target = os.environ.get("CARGO_TARGET_DIR", ROOT / "target")
    subprocess.run(["cargo", "build", "--quiet", "--example", "sql-tokens"], cwd=ROOT, check=True)
    given = "".join(json.dumps(text) + "\n" for text in texts)
    done = subprocess.run(
        [Path(target) / "debug/examples/sql-tokens"], input=given.encode(), stdout=subprocess.PIPE, check=True
    )
    return [[tuple(token) for token in json.loads(line)] for line in done.stdout.splitlines()]


LEXER = MySqlLexer(ensurenl=False, stripnl=False)
LINE_COMMENT = ("#", "--")


def judged(text):
    """(kind, start, end) of the judge, neighbouring parts of one token joined."""
    found = []
    # Whether the token before is a string, name or comment that has not ended.
    opened = None
    for start, kind, value in LEXER.get_tokens_unprocessed(text + "\n"):
        end = start + len(value)
        if opened:
            name, first, closing = opened
            if closing(text, first, end, kind, value):
                found.append((name, first, end))
                opened = None
            continue
        if kind is kinds.String.Single or kind is kinds.String.Double:
            opened = ("string", start, ends(kind, value))
        elif kind is kinds.Name.Quoted:
            opened = ("quoted", start, ends(kind, value))
        elif kind is kinds.Name.Variable and value in ("@'", '@"', "@`"):
            opened = ("variable", start, ends(kind, value[1]))
        elif kind is kinds.Name.Variable:
            found.append(("other" if value == "?" else "variable", start, end))
        elif kind is kinds.Comment.Multiline:
            opened = ("comment", start, lambda t, f, e, k, v: v == "*/")
        elif kind is kinds.Comment.Special:
            opened = ("hints", start, lambda t, f, e, k, v: v == "*/")
        elif kind is kinds.Comment.Single:
            found.append(("comment", start, end))
        elif kind in kinds.Keyword or kind in kinds.Name:
            # A name of several words is one token of the judge.
            for word in re.finditer(r"\S+", value):
                found.append(("word", start + word.start(), start + word.end()))
        elif kind in kinds.Number or kind in kinds.Literal.Date:
            found.append(("other", start, end))
    if opened:
        found.append((opened[0], opened[1], len(text)))
    return found


def ends(kind, quote):
    return lambda text, first, end, now, value: now is kind and value == quote


COMPARED = ("string", "comment", "quoted", "word")

# Where the lexers differ on purpose: the judge's tokens there are not those of MySQL.
CLASSES = [
    (
        "a version comment, whose inside is code for MySQL, is a comment for the judge",
        re.compile(r"/\*M?!.*?(\*/|$)", re.S),
    ),
    ("a name that begins with a digit is silent like a number for us", re.compile(r"(?<![\w$@.])\d[\w$]*")),
    ("Oracle mode of MariaDB: `:NEW.a`, `1..a`", re.compile(r":(?:NEW|OLD)\b|\d\.\.\w+", re.I)),
    ('N before a double quote begins no string: N"x" is a name and a string', re.compile(r'\bN"(?:[^"\\]|""|\\.)*"', re.S | re.I)),
    ("an optimizer hint where MySQL takes it for a comment", re.compile(r"/\*\+.*?\*/", re.S)),
]


def same_convention(text, tokens):
    """The judge's tokens, cut as we cut: N'text' and @@local.name are one token each."""
    merged = []
    system = [m.span() for m in re.finditer(r"@@[\w.$`]*", text)]
    for kind, start, end in tokens:
        before = merged[-1] if merged else ("", 0, -1)
        if kind == "string" and before[0] == "word" and before[2] == start and text[before[1] : start] in "nN":
            merged[-1] = ("string", before[1], end)
        elif kind in ("word", "quoted") and any(a < start and end <= b for a, b in system):
            continue
        else:
            merged.append((kind, start, end))
    return merged


def reason(text, token):
    """Why a token differs, if that is known."""
    for name, pattern in CLASSES:
        if any(m.start() <= token[1] < m.end() for m in pattern.finditer(text)):
            return name
    return None


def theirs(text):
    """The judge's tokens that are compared."""
    return {token for token in same_convention(text, judged(text)) if token[0] in COMPARED}


def main():
    shown = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    files, texts = corpus()
    agreed = total = 0
    known = collections.Counter()
    unknown = []
    # The judge takes most of the time.
    with multiprocessing.Pool() as pool:
        judgements = pool.map(theirs, texts, chunksize=500)
    for text, found, judgement in zip(texts, ours(texts), judgements, strict=True):
        mine = {token for token in found if token[0] in COMPARED}
        agreed += len(mine & judgement)
        total += len(mine | judgement)
        for token in sorted(mine ^ judgement, key=lambda token: token[1]):
            why = reason(text, token)
            known[why] += 1
            if why is None:
                unknown.append((text, token, token in mine))
    print(f"{files} files, {len(texts)} statements, {total} tokens")
    for why, number in known.most_common():
        print(f"{number:7} {why or 'not explained'}")
    for text, (kind, start, end), is_ours in unknown[:shown]:
        around = text[max(0, start - 30) : end + 20]
        print(f"        only {'ours' if is_ours else 'judge'}: {kind} {text[start:end][:40]!r} in {around!r}")
    agreement = agreed / total
    print(f"agreement {agreement:.4%}; without the differences explained {agreed / (agreed + known[None]):.4%}")
    if agreement < LEAST:
        sys.exit(f"sql.py: less than {LEAST:.1%}")


if __name__ == "__main__":
    main()
