#!/usr/bin/env python3
"""Lists the hints of a folder by rule, so that somebody can look at them one by one.

    python3 tests/truth/hints/count.py FAMILY [FOLDER] [--rule RULE] [--show N] [--all]

FAMILY is docker, compose, go, sql or redis. Every file of that language below FOLDER is checked, or the
files that check.py counts (hidden files and those that .gitignore names are treated as `viva check`
does). Without --rule it prints a table: hits, files with hits, rule. With --rule it prints N hits of it
(all with --show 0), always the same ones, with the line that is marked. --all counts the rules that are
off by default, too. The program is taken from VIVA, or else built by cargo.
"""

import argparse
import collections
import random
from pathlib import Path

from viva import FAMILIES, check, corpus, rules


def show(hints, count):
    """Some of the hints with their lines."""
    chosen = random.Random(1).sample(hints, count) if 0 < count < len(hints) else hints
    for hint in chosen:
        lines = Path(hint["file"]).read_text(encoding="utf-8").split("\n")
        print(f"{hint['file']}:{hint['line']}:{hint['column']}")
        print("    " + lines[hint["line"] - 1].strip()[:160])


def table(hints, names):
    """Each rule with its hits and files."""
    hits = collections.Counter(hint["rule"] for hint in hints)
    files = collections.Counter(rule for rule, _ in {(hint["rule"], hint["file"]) for hint in hints})
    for rule in sorted(names, key=lambda rule: (-hits[rule], rule)):
        print(f"{hits[rule]:6} {files[rule]:6}  {rule}")
    print(f"{len(hints)} hints in {len({hint['file'] for hint in hints})} files")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("family", choices=FAMILIES)
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--rule")
    parser.add_argument("--show", type=int, default=20)
    parser.add_argument("--all", action="store_true")
    arguments = parser.parse_args()

    folder = arguments.folder or corpus(arguments.family)
    wanted = arguments.rule or (arguments.family if arguments.all else None)
    hints = check(["--rule", wanted] if wanted else [], folder)
    hints = [hint for hint in hints if hint["rule"].startswith(arguments.family + "/")]
    if arguments.rule:
        show(hints, arguments.show)
        print(f"{len(hints)} hits of {arguments.rule}")
    else:
        table(hints, [rule["rule"] for rule in rules() if rule["rule"].startswith(arguments.family + "/")])


if __name__ == "__main__":
    main()
