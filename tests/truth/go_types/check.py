#!/usr/bin/env python3
"""Does Viva's Go recogniser mean what the Go compiler means? Over the whole standard library.

    tests/truth/setup.sh                           # once
    python3 tests/truth/go_types/check.py          # builds Viva and checks every package
    python3 tests/truth/go_types/check.py --viva target/release/viva net/http sync

main.go asks go/types what each identifier of the installed standard library means; `viva keywords --json` says what
Viva takes it for. Three runs: each file alone in an empty folder, each file among the other files of its package, and
the same with something half-typed put before a random line.

What counts: identifiers whose object belongs to a package or is a predeclared name that the guide has a keyword or a
card for. Found is the share of them that Viva names exactly as go/types does; wrong are names that Viva gives and
go/types does not, as a share of the same number. The figures over all names of the standard library stand beside.
The exit status is 1 if a figure is worse than GOALS.
"""

import argparse
import hashlib
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
CACHE = HERE.parent / ".cache"
GO = CACHE / "venv" / "bin" / "go"
KINDS = ("builtin", "package", "member", "method", "field")

# Run → found at least, wrong at most; shares of what counts.
GOALS = {"alone": (0.96, 0.001), "package": (0.995, 0.001), "damaged": (0.93, 0.005)}
TITLES = {
    "alone": "each file alone",
    "package": "with the other files of the package",
    "damaged": "half-typed, with the other files of the package",
}

DAMAGES = ("foo.\n", "x := sync.\n", 'x := "abc\n', "}\n")
SEED = 1

GO_KEYWORDS = set(
    "break case chan const continue default defer else fallthrough for func go goto if import interface map package "
    "range return select struct switch type var".split()
)
IMPORT_LINE = re.compile(rb"\s*(import\s+)?\(?\s*([\w.]+\s+)?[\"`]")


class Scores:
    """What was found of what there is, for each kind."""

    def __init__(self):
        self.there, self.found, self.wrong = Counter(), Counter(), Counter()
        self.missed, self.false = Counter(), Counter()

    def compare(self, truth, claims):
        """Both are offset → name; the truth with the kind before the name."""
        for offset, (kind, name) in truth.items():
            self.there[kind] += 1
            claim = claims.get(offset)
            if claim == name:
                self.found[kind] += 1
                continue
            self.missed[kind, name] += 1
            if claim is not None:
                self.wrong[kind] += 1
                self.false[f"{claim}, which is {name}"] += 1

    def add_false(self, name):
        self.wrong["other"] += 1
        self.false[f"{name}, which is a name of the package's own"] += 1

    def shares(self):
        there = self.there.total() or 1
        return self.found.total() / there, self.wrong.total() / there


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", nargs="*", help="import paths; the whole standard library without one")
    parser.add_argument("--viva", type=Path, help="the program; built in release mode if it is not given")
    parser.add_argument("--misses", type=int, default=20, help="how many of the most frequent misses are shown")
    args = parser.parse_args()
    if not GO.exists():
        sys.exit(f"{HERE}/check.py:1: the Go toolchain is not installed; run tests/truth/setup.sh")

    viva = (args.viva or build()).resolve()
    truth = read_truth(judge(args.packages))
    counts = vocabulary(viva)
    folders = defaultdict(list)
    for path in truth:
        folders[path.parent].append(path)
    print(f"{len(truth)} files in {len(folders)} packages, {sum(map(len, truth.values()))} names")

    failed = False
    for run, (found_least, wrong_most) in GOALS.items():
        counted, everything = Scores(), Scores()
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for answers in pool.map(lambda folder: RUNS[run](viva, folder, folders[folder]), folders):
                for path, text, claims in answers:
                    score(counted, everything, counts, truth[path], text, claims)
        found, wrong = counted.shares()
        bad = found < found_least or wrong > wrong_most
        failed |= bad
        print_run(run, counted, everything, args.misses)
        print(f"  {'FAILED' if bad else 'ok'}: at least {found_least:.1%} found, at most {wrong_most:.1%} wrong\n")
    return int(failed)


def build() -> Path:
    subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=ROOT, check=True)
    metadata = subprocess.run(
        ["cargo", "metadata", "--no-deps", "--format-version=1"], cwd=ROOT, check=True, capture_output=True
    )
    return Path(json.loads(metadata.stdout)["target_directory"]) / "release" / "viva"


def judge(packages) -> Path:
    """The judge's answers, kept until the judge or the toolchain is another."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("GO")}
    env |= {
        "GOPROXY": "off",
        "GOTOOLCHAIN": "local",
        "GOTELEMETRY": "off",
        "GOENV": "off",
        "GOWORK": "off",
        "GOPATH": str(CACHE / "go"),
        "GOCACHE": str(CACHE / "go-build"),
        "CGO_ENABLED": "0",
        "PATH": f"{GO.parent}:{os.environ['PATH']}",
    }
    version = subprocess.run([GO, "version"], env=env, check=True, capture_output=True).stdout
    source = HERE / "main.go"
    key = hashlib.sha256(version + source.read_bytes() + " ".join(packages).encode()).hexdigest()[:16]
    answers = CACHE / f"go_types-{key}.tsv"
    if not answers.exists():
        partial = answers.with_suffix(".partial")
        with partial.open("wb") as file:
            subprocess.run([GO, "run", source, *packages], env=env, check=True, stdout=file)
        partial.rename(answers)
    return answers


def read_truth(answers: Path) -> dict[Path, dict[int, tuple[str, str]]]:
    """File → offset → kind and name."""
    truth = {}
    with answers.open(encoding="utf-8") as lines:
        for line in lines:
            path, offset, kind, name = line.rstrip("\n").split("\t")
            names = truth.setdefault(Path(path), {})
            if kind:
                names[int(offset)] = (kind, name)
    return truth


def vocabulary(viva: Path):
    """A predicate on kind and name: does the guide have a keyword of this package, or this predeclared name?"""
    listed = subprocess.run([viva, "topics", "--json"], check=True, capture_output=True, text=True).stdout
    names = {name for line in listed.splitlines() for name in json.loads(line)["keywords"]}
    names = {name for name in names if ":" not in name}  # those with a prefix are of other languages
    cards = tomllib.loads((ROOT / "index" / "cards" / "go.toml").read_text(encoding="utf-8"))
    names |= {card["keyword"] for card in cards["card"]}
    predeclared = {name.split("(")[0] for name in names if name.startswith("builtin.")}
    packages = {package_of(name) for name in names}

    def counts(kind: str, name: str) -> bool:
        if name.startswith("builtin."):
            # A method of a predeclared type: error.Error.
            return ".".join(name.split(".")[:2]) in predeclared
        return (name if kind == "package" else package_of(name)) in packages

    return counts


def package_of(name: str) -> str:
    """`net/http.Server.Close` → `net/http`."""
    folder, slash, last = name.rpartition("/")
    return folder + slash + last.split(".")[0]


def alone(viva, _folder, paths):
    for path in paths:
        text = path.read_bytes()
        with tempfile.TemporaryDirectory(prefix="viva-alone-") as empty:
            copy = Path(empty) / path.name
            copy.write_bytes(text)
            yield path, text, keywords(viva, copy)


def package(viva, _folder, paths):
    for path in paths:
        yield path, path.read_bytes(), keywords(viva, path)


def damaged(viva, folder, paths):
    with tempfile.TemporaryDirectory(prefix="viva-damaged-") as copy:
        for path in folder.glob("*.go"):
            (Path(copy) / path.name).write_bytes(path.read_bytes())
        for path in paths:
            rng = random.Random(f"{SEED} {path.name} {path.stat().st_size}")
            text = path.read_bytes()
            lines = [0, *(match.end() for match in re.finditer(rb"\n", text))]
            at, damage = rng.choice(lines), rng.choice(DAMAGES).encode()
            broken = Path(copy) / path.name
            broken.write_bytes(text[:at] + damage + text[at:])
            claims = {}
            for start, name in keywords(viva, broken).items():
                if start < at:
                    claims[start] = name
                elif start >= at + len(damage):
                    claims[start - len(damage)] = name
            broken.write_bytes(text)
            yield path, text, claims


# A list, so that the work is done in the pool.
RUNS = {
    "alone": lambda *args: list(alone(*args)),
    "package": lambda *args: list(package(*args)),
    "damaged": lambda *args: list(damaged(*args)),
}


def keywords(viva: Path, path: Path) -> dict[int, str]:
    """Offset → the most specific name, of identifiers."""
    done = subprocess.run([viva, "keywords", "--json", path], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"viva keywords {path}: exit status {done.returncode}: {done.stderr}")
    found = {}
    for line in done.stdout.splitlines():
        keyword = json.loads(line)
        name = keyword["name"]
        if name not in GO_KEYWORDS and name != "<-" and not name.startswith(("sql:", "redis:")):
            found[keyword["start"]] = name
    return found


def score(counted, everything, counts, truth, text, claims):
    everything.compare(truth, claims)
    counted.compare({at: answer for at, answer in truth.items() if counts(*answer)}, claims)
    for at, name in claims.items():
        known = truth.get(at)
        if known is None and not IMPORT_LINE.match(text, text.rfind(b"\n", 0, at) + 1):
            everything.add_false(name)
            if counts("package", name) or counts("member", name):
                counted.add_false(name)
        elif known is not None and known[1] != name and not counts(*known) and counts("member", name):
            counted.wrong["other"] += 1
            counted.false[f"{name}, which is {known[1]}"] += 1


def print_run(run, counted, everything, misses):
    print(f"{TITLES[run]}\n  {'':9}{'there':>9}{'found':>9}{'':9}{'wrong':>7}{'':10}all names: found   wrong")
    for kind in [*KINDS, "other", "all"]:
        def row(scores):
            pick = (lambda c: c.total()) if kind == "all" else (lambda c: c[kind])
            there, found, wrong = pick(scores.there), pick(scores.found), pick(scores.wrong)
            return there, found, found / (there or 1), wrong, wrong / (there or 1)

        there, found, share, wrong, wrong_share = row(counted)
        *_, all_share, all_wrong, _ = row(everything)
        if kind == "other":
            print(f"  {kind:9}{'':27}{wrong:7}{'':20}{'':8}{all_wrong:8}")
        else:
            print(f"  {kind:9}{there:9}{found:9}{share:9.2%}{wrong:7}{wrong_share:9.3%}{all_share:19.2%}{all_wrong:8}")
    for title, counter in (("missed", counted.missed), ("wrong", counted.false)):
        print(f"  the most frequent {title}:")
        for what, count in counter.most_common(misses):
            print(f"  {count:6} {what if isinstance(what, str) else ' '.join(what)}")


if __name__ == "__main__":
    sys.exit(main())
