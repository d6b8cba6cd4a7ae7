#!/usr/bin/env python3
"""Counts the hints in real files and compares with counts.tsv, so that nobody changes a rule unawares.

    tests/truth/hints/setup.sh                 # once: fetches the files
    python3 tests/truth/hints/check.py         # counts and compares
    UPDATE=1 python3 tests/truth/hints/check.py   # writes counts.tsv anew

Every rule, also one that is off by default, is counted over all files of its language: Go's standard
library, the Dockerfiles and scripts of some packages, Debian's redis.conf. It fails where a count is not
that of counts.tsv (of what Debian updates, by more than a twentieth); where a rule that is on by default
has more than MOST hits in the standard library and no word in counts.tsv on what they are; where the
stock redis.conf gets a hint at the level of information; and where the SARIF of all that does not keep
the standard's schema. The program is taken from VIVA, or else built by cargo.
"""

import collections
import json
import os
import subprocess
import sys
import tempfile

from viva import CACHE, HERE, check, corpus, program, rules

COUNTS = HERE / "counts.tsv"
MOST = 5
# compose.yaml files come with no package that we know.
FAMILIES = ["go", "docker", "sql", "redis"]
# Debian's packages for these get new versions.
MOVING = ["sql", "redis"]

sys.path[:0] = map(str, CACHE.glob("venv/lib/python*/site-packages"))


def read_counts():
    """Rule → hits and a word on them."""
    lines = COUNTS.read_text().splitlines() if COUNTS.exists() else []
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {rule: (int(hits), word) for rule, hits, word in rows}


def write_counts(counted, known):
    """The table, the most frequent first."""
    with COUNTS.open("w") as table:
        print("# rule\thits\twhat they are; check.py compares with this table and writes it (UPDATE=1)", file=table)
        for family in FAMILIES:
            of_family = [rule for rule in counted if rule.startswith(family + "/")]
            for rule in sorted(of_family, key=lambda rule: (-counted[rule], rule)):
                print(rule, counted[rule], known.get(rule, (0, ""))[1], sep="\t", file=table)


def differs(rule, hits, expected):
    slack = max(2, expected // 20) if rule.split("/")[0] in MOVING else 0
    return abs(hits - expected) > slack


def sarif_problems(folders):
    """What is wrong with the SARIF of some folders."""
    import jsonschema

    written = subprocess.run([program(), "check", "--sarif", *map(str, folders)], check=True, stdout=subprocess.PIPE)
    schema = json.loads((CACHE / "sarif-2.1.0.json").read_text())
    validator = jsonschema.validators.validator_for(schema)(schema)
    log = json.loads(written.stdout)
    print(f"SARIF: {len(log['runs'][0]['results'])} results")
    return [f"SARIF: {error.json_path}: {error.message[:200]}" for error in validator.iter_errors(log)]


def main():
    known = read_counts()
    listed = [rule for rule in rules() if rule["rule"].split("/")[0] in FAMILIES]
    counted = {rule["rule"]: 0 for rule in listed}
    problems = []
    for family in FAMILIES:
        hints = check(["--rule", family], corpus(family))
        counted.update(collections.Counter(hint["rule"] for hint in hints))
        print(f"{family}: {len(hints)} hints in {len({hint['file'] for hint in hints})} files")
        if family == "redis":
            alarms = [hint for hint in hints if hint["level"] == "information"]
            problems += [f"{hint['file']}:{hint['line']}: {hint['message']}" for hint in alarms]
    if os.environ.get("UPDATE"):
        write_counts(counted, known)
        known = read_counts()
    for rule in sorted(set(counted) | set(known)):
        hits, (expected, _) = counted.get(rule, 0), known.get(rule, (0, ""))
        if rule not in counted or rule not in known:
            problems.append(f"{rule}: only {'in counts.tsv' if rule in known else 'among the rules'}")
        elif differs(rule, hits, expected):
            problems.append(f"{rule}: {hits} hits, {expected} in counts.tsv")
    for rule in listed:
        _, word = known.get(rule["rule"], (0, ""))
        if rule["rule"].startswith("go/") and rule["on"] and counted[rule["rule"]] > MOST and not word:
            problems.append(f"{rule['rule']}: {counted[rule['rule']]} hits that nobody has looked at")
    problems += sarif_problems([corpus("docker"), corpus("redis")])
    for problem in problems:
        print(problem)
    print(f"hints: {len(counted) - len(problems)} passed, {len(problems)} failed")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
