#!/usr/bin/env python3
"""Compares what we recognise in redis.conf with what redis-server knows.

    tests/truth/text/redis.py [--viva PROGRAM]

1. Every line of the redis.conf and sentinel.conf that Debian ships, uncommented where it is an
   example, has a keyword where its directive stands, and the guide knows the directive.
2. The server and the guide agree on which directives there are: each name that the server's
   CONFIG GET * lists or that it starts with is known, and each known name is accepted by the server
   (by CONFIG GET, or in a file that it starts with), or is of another version.
`setup.sh` installs what it needs.
"""

import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
CACHE = HERE / ".cache"
sys.path.insert(0, str(HERE))

from program import program  # noqa: E402

VIVA = program()

# Directives that the guide has and that Debian's server need not have, beside those whose card names
# a later version.
ELSEWHERE = [
    (re.compile(r"(bf|cf|search|ts)-"), "of a module that is part of Redis since 8.0"),
    (re.compile(r"(lazyexpire-nested-arbitrary-keys|prefetch-batch-max-size)$"), "of Redis 7.2 and 8.0, not documented"),
]


def keywords(text, name):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_text(text)
        done = subprocess.run(
            [VIVA, "keywords", "--json", file], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    return [json.loads(line) for line in done.stdout.splitlines()]


def is_known(name):
    done = subprocess.run(
        [VIVA, "explain", "--lang", "redis", name],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return done.returncode == 0


# In the comments: a line that is an example, not a sentence.
EXAMPLE = re.compile(r"^#\s?((?:sentinel )?[a-z][a-z0-9-]*)((?: +\S+)*)\s*$")


def examples(text):
    """The lines as the file has them, and those that are commented out, each once."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            found.append((number, line.strip(), False))
        elif match := EXAMPLE.match(line):
            found.append((number, line.lstrip("# ").strip(), True))
    return found


class Server:
    """A server or Sentinel that keeps nothing."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.socket = Path(self.folder.name) / "redis.sock"
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.socket, "--dir", self.folder.name, "--save", ""],
            stdout=subprocess.DEVNULL,
        )
        for _ in range(100):
            if self.socket.exists():
                return self
            time.sleep(0.05)
        sys.exit("redis.py: redis-server does not start")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()

    def ask(self, *words):
        done = subprocess.run(["redis-cli", "-s", self.socket, *words], stdout=subprocess.PIPE, text=True, check=True)
        return done.stdout.split("\n")


def accepts(line, sentinel):
    """Whether the server knows the directive of a line: what it says of a file with that line."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / ("sentinel.conf" if sentinel else "redis.conf")
        # The server reads all before it complains, and ends at the second line at the latest.
        file.write_text(f"port 0\n{line}\nno-such-directive x\n")
        words = ["redis-server", str(file)] + (["--sentinel"] if sentinel else [])
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=folder, timeout=20)
    said = done.stdout
    complaint = re.search(r">>> '(.*)'\n(.*)", said)
    if not complaint or complaint.group(1).startswith("no-such-directive"):
        return True
    return not re.search(r"Bad directive|Unrecognized sentinel|Unbalanced quotes|while not in sentinel", complaint.group(2))


def names():
    """The directives that the guide knows."""
    text = subprocess.run(
        [VIVA, "topics", "--json"], stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    found = set()
    for line in text.splitlines():
        found.update(name for name in json.loads(line)["keywords"] if name.startswith("redis:"))
    cards = (ROOT / "index/cards/redis.toml").read_text()
    found.update("redis:" + name for name in re.findall(r'^keyword = "(.*)"$', cards, re.M))
    found = {name.removeprefix("redis:") for name in found}
    # Commands are in capitals; a directive and a value are two words.
    return {
        name for name in found if name == name.lower() and (" " not in name or re.fullmatch(r"sentinel [a-z-]+", name))
    }


def since(name):
    """The version that a card names for a directive, and whether it says that it is gone."""
    cards = (ROOT / "index/cards/redis.toml").read_text()
    for card in cards.split("[[card]]"):
        if f'keyword = "{name}"\n' in card:
            match = re.search(r'^since = "Redis (\d+)\.(\d+)', card, re.M)
            gone = re.search(r"removed|deprecated|until|older|former|no longer|gone", card, re.I)
            return (tuple(map(int, match.groups())) if match else None), bool(gone)
    return None, False


def main():
    wrong = []
    files = [*CACHE.glob("redis/etc/redis/*.conf")]
    if len(files) != 2:
        sys.exit("redis.py: run tests/truth/text/setup.sh first")

    known = names()
    lines = sentences = 0
    for file in files:
        for number, line, is_comment in examples(file.read_text()):
            words = line.split()
            directive = " ".join(words[: 2 if words[0].lower() == "sentinel" else 1]).lower()
            # A sentence may look like an example; the server says what it is.
            if is_comment and directive not in known and not accepts(line, "sentinel" in file.name):
                sentences += 1
                continue
            lines += 1
            found = keywords(line + "\n", file.name)
            first = found[0] if found else None
            if not first or first["start"] != 0 or first["name"] != f"redis:{directive}":
                wrong.append(f"{file.name}:{number}: `{line}` is not recognised: {first}")
            if not is_known(directive):
                wrong.append(f"{file.name}:{number}: the guide does not know `{directive}`")
    print(f"{len(files)} files, {lines} lines with a directive, {sentences} comments that only look like one")

    with Server() as server:
        listed = server.ask("CONFIG", "GET", "*")[0::2]
        listed = [name for name in listed if name]
        version = re.search(r"redis_version:(\d+)\.(\d+)", "\n".join(server.ask("INFO", "server")))
        version = tuple(map(int, version.groups()))
        unknown = [name for name in listed if not is_known(name)]
        wrong += [f"the server has `{name}`, the guide does not" for name in unknown]
        print(f"Redis {version[0]}.{version[1]}: {len(listed)} directives by CONFIG GET, {len(unknown)} unknown to the guide")
    newer = gone = accepted = 0
    for name in sorted(known):
        if name in listed or accepts(f"{name} x", name.startswith("sentinel")):
            accepted += 1
            continue
        from_version, is_gone = since(name)
        if any(pattern.match(name) for pattern, _ in ELSEWHERE):
            newer += 1
        elif from_version and from_version > version:
            newer += 1
        elif is_gone:
            gone += 1
        else:
            wrong.append(f"the guide has `{name}`, the server does not")
    print(f"{len(known)} directives in the guide: {accepted} accepted, {newer} of a later version or a module, {gone} marked as gone")
    print("\n".join(wrong))
    if wrong:
        sys.exit(f"redis.py: {len(wrong)} differences")


if __name__ == "__main__":
    main()
