#!/usr/bin/env python3
"""Lists the hints of a folder by rule, so that somebody can look at them one by one.

    python3 tests/truth/hints/count.py FAMILY FOLDER [--rule RULE] [--show N] [--all]

FAMILY is docker, compose, go, sql or redis. Every file of that language below FOLDER is checked
(hidden files and those that .gitignore names are treated as `viva check` does). Without --rule it prints
a table: hits, files with hits, rule. With --rule it prints N hits of it (all with --show 0) with the line
that is marked. --all counts the rules that are off by default, too.

The program is taken from VIVA, or else built by cargo.
"""

import argparse
import collections
import json
import os
import pathlib
import random
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]


def program():
    if "VIVA" in os.environ:
        return os.environ["VIVA"]
    command = ["cargo", "build", "--release", "--message-format=json", "--bin", "viva"]
    built = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    for line in built.stdout.splitlines():
        message = json.loads(line)
        if message.get("executable"):
            return message["executable"]
    sys.exit("cargo named no program")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("family", choices=["docker", "compose", "go", "sql", "redis"])
    parser.add_argument("folder")
    parser.add_argument("--rule")
    parser.add_argument("--show", type=int, default=20)
    parser.add_argument("--all", action="store_true")
    arguments = parser.parse_args()

    viva = program()
    command = [viva, "check", "--json", arguments.folder]
    if arguments.rule:
        command += ["--rule", arguments.rule]
    elif arguments.all:
        command += ["--rule", arguments.family]
    checked = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if checked.returncode != 0:
        sys.exit(f"viva check ended with {checked.returncode}")
    hints = [json.loads(line) for line in checked.stdout.splitlines()]
    hints = [hint for hint in hints if hint["rule"].startswith(arguments.family + "/")]

    if arguments.rule:
        chosen = hints
        if 0 < arguments.show < len(hints):
            chosen = random.Random(1).sample(hints, arguments.show)
        for hint in chosen:
            lines = pathlib.Path(hint["file"]).read_text(encoding="utf-8").split("\n")
            print(f"{hint['file']}:{hint['line']}:{hint['column']}")
            print("    " + lines[hint["line"] - 1].strip()[:160])
        print(f"{len(hints)} hits of {arguments.rule}")
        return

    hits = collections.Counter(hint["rule"] for hint in hints)
    files = collections.defaultdict(set)
    for hint in hints:
        files[hint["rule"]].add(hint["file"])
    listed = subprocess.run([viva, "check", "--list", "--json"], check=True, stdout=subprocess.PIPE, text=True)
    rules = [json.loads(line)["rule"] for line in listed.stdout.splitlines()]
    for rule in sorted(rules, key=lambda rule: (-hits[rule], rule)):
        if rule.startswith(arguments.family + "/"):
            print(f"{hits[rule]:6} {len(files[rule]):6}  {rule}")
    with_hits = len({hint["file"] for hint in hints})
    print(f"{len(hints)} hints in {with_hits} files")


if __name__ == "__main__":
    main()
