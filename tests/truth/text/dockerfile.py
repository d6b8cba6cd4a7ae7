#!/usr/bin/env python3
"""Compares our places of instructions, flags and parser directives with those of dockerfile-ast.

    tests/truth/text/dockerfile.py [--viva PROGRAM] [SHOWN]

Reads the Dockerfiles of a Debian package, of two npm packages, of the guide and of the fixtures, and
a few more variations of them, always the same ones (case, continuation, comments in it, here-documents,
escape character). Prints every class of known differences with its reason and number. Fails where a
difference has no known reason. `setup.sh` installs what it needs.
"""

import collections
import json
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
CACHE = HERE / ".cache"
JUDGE = HERE.parent / ".cache/npm"
sys.path.insert(0, str(HERE))

from program import program  # noqa: E402

VIVA = program()
LEAST = 300

WORDS = """ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER
VOLUME WORKDIR""".split()
FLAGGED = ("ADD", "COPY", "FROM", "HEALTHCHECK", "RUN")


def originals():
    found = {}
    for folder in (CACHE / "dockerfiles", CACHE / "npm", ROOT / "tests/fixtures"):
        for file in sorted(folder.glob("**/*")):
            name = file.name.lower()
            if "dockerfile" not in name or file.suffix in (".go", ".js", ".ts", ".md", ".json", ".map", ".tgz", ".gz", ".sh"):
                continue
            if file.is_file():
                found.setdefault(file.read_bytes().decode(errors="replace"), str(file.relative_to(folder)))
    for file in sorted((ROOT / "index/guide").glob("**/*.md")):
        for number, block in enumerate(re.findall(r"^```dockerfile[^\n]*\n(.*?)^```", file.read_text(), re.M | re.S)):
            found.setdefault(block, f"{file.relative_to(ROOT)}#{number}")
    if len(found) < 140:
        sys.exit(f"dockerfile.py: only {len(found)} Dockerfiles; run tests/truth/text/setup.sh first")
    return [(name, text) for text, name in found.items()]


START = re.compile(r"^([ \t]*)(" + "|".join(WORDS) + r")(?=[ \t])", re.I)


def variation(text, chance):
    """The same instructions, written otherwise."""
    escape = "\\"
    if "escape" not in text[:200].lower() and "`" not in text and "<<" not in text and chance.random() < 0.25:
        # Every backslash at the end of a line becomes a backtick.
        text = "# escape=`\n" + re.sub(r"\\([ \t]*)$", r"`\1", text, flags=re.M)
        escape = "`"
    elif re.match(r"#\s*escape\s*=\s*`", text):
        escape = "`"
    lines = []
    # Whether the line before is continued, and in the body of which here-document we are.
    continued, body = False, None
    for line in text.split("\n"):
        if body:
            body = None if line.strip() == body else body
            lines.append(line)
            continue
        here = re.search(r"<<-?[\"']?(\w+)", line)
        start = START.match(line)
        if start and not continued and not here:
            word = start.group(2)
            kind = chance.randrange(4)
            spelled = [word.upper(), word.lower(), word.title(), "".join(chance.choice((c.lower(), c.upper())) for c in word)][kind]
            rest = line[start.end() :]
            indent = chance.choice(("", "", "", " ", "\t"))
            if chance.random() < 0.3:
                comment = chance.choice(("", "# FROM in a comment\n", "\n", "  # RUN --mount=type=cache x\n"))
                rest = f" {escape}{chance.choice(('', ' '))}\n{comment}{rest.lstrip() and '  ' + rest.lstrip()}"
            line = indent + spelled + rest
        continued = bool(re.search(re.escape(escape) + r"[ \t]*$", line)) or continued and line.lstrip().startswith("#")
        if here and not line.lstrip().startswith("#"):
            body = here.group(1)
        lines.append(line)
    varied = "\n".join(lines)
    if not continued and not body:
        varied = varied.rstrip("\n") + "\n" + chance.choice(HEREDOCS)
    return varied


HEREDOCS = (
    "",
    "RUN <<EOF\nFROM scratch\n  COPY --from=x a b\nEOF\nUSER 1\n",
    "COPY <<-'END' /etc/x\n\tRUN x\n\tEND\nCMD [\"x\"]\n",
    'RUN --mount=type=cache,target=/x cat <<"A" <<B\nUSER 1\nA\nFROM y\nB\nWORKDIR /\n',
    "ONBUILD RUN --network=none <<EOF\nEXPOSE 1\nEOF\n",
    "RUN cat<<EOF && echo $((1<<2))\nEXPOSE 80\n",
)


def judged(texts):
    given = "".join(json.dumps(text) + "\n" for text in texts)
    done = subprocess.run(["node", HERE / "dockerfile.js", JUDGE], input=given.encode(), stdout=subprocess.PIPE, check=True)
    for text, line in zip(texts, done.stdout.splitlines()):
        starts = [0]
        for part in re.finditer(r"\r\n|\n|\r", text):
            starts.append(part.end())
        # The judge counts UTF-16 units; the files have no character beyond.
        yield {(name, starts[a] + b, starts[c] + d) for _, name, a, b, c, d in json.loads(line) if known(name)}


def known(name):
    word = name.split(" ")[0]
    return word == "#" or word.upper() in (FLAGGED if " --" in name else WORDS)


def ours(texts):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "Dockerfile"
        for text in texts:
            file.write_bytes(text.encode())
            done = subprocess.run([VIVA, "keywords", "--json", file], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            data = text.encode()
            found = set()
            for line in done.stdout.splitlines():
                keyword = json.loads(line)
                name = keyword["name"].removeprefix("docker:").split("(")[0]
                spelled = data[keyword["start"] : keyword["end"]].decode()
                plain = re.sub(r"[\\`][ \t]*\r?\n(?:\s*#.*\n)*\s*", "", spelled)
                is_flag = name.startswith(tuple(FLAGGED)) and " --" in name and plain.startswith("--")
                if name in WORDS or name.startswith("# ") or is_flag:
                    name = name.split("=")[0]
                    start = len(data[: keyword["start"]].decode())
                    found.add((name, start, start + len(spelled)))
            yield found


def normal(found):
    """Names in capitals, except flags."""
    return {(re.sub(r"^\w+", lambda m: m.group().upper(), name), start, end) for name, start, end in found}


# Where the judge does not follow BuildKit's parser.
CLASSES = [
    (
        "`--` alone ends the flags; the judge takes it for a flag without a name",
        lambda text, token, is_ours: not is_ours and token[0].endswith(" --"),
    ),
]


def reason(text, token, is_ours):
    return next((why for why, test in CLASSES if test(text, token, is_ours)), None)


def main():
    shown = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    chance = random.Random(4)
    files = originals()
    varied = (files * 2)[: LEAST + 10 - len(files)]
    files += [(f"{name}, varied", variation(text, chance)) for name, text in varied]
    texts = [text for _, text in files]
    agreed, equal = 0, 0
    reasons = collections.Counter()
    unknown = []
    for (name, text), theirs, mine in zip(files, judged(texts), ours(texts)):
        theirs, mine = normal(theirs), normal(mine)
        agreed += len(theirs & mine)
        equal += theirs == mine
        for token in sorted(theirs ^ mine, key=lambda token: token[1]):
            why = reason(text, token, token in mine)
            reasons[why] += 1
            if why is None:
                unknown.append((name, text, token, token in mine))
    print(f"{len(files)} Dockerfiles, {equal} equal; {agreed} places agree, {sum(reasons.values())} differ")
    for why, number in reasons.most_common():
        print(f"{number:7} {why or 'not explained'}")
    for name, text, (what, start, end), is_ours in unknown[:shown]:
        around = text[max(0, start - 40) : end + 30]
        print(f"        {name}: only {'ours' if is_ours else 'judge'}: {what} {text[start:end]!r} in {around!r}")
    if unknown or len(files) < LEAST:
        sys.exit("dockerfile.py: differences without a reason, or too few files")


if __name__ == "__main__":
    main()
