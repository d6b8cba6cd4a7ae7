#!/usr/bin/env python3
"""Checks the guide's examples, cards and prose against judges that share no code with Viva.

    tests/truth/setup.sh                                # once: installs the judges
    python3 tests/truth/guide/check.py                  # everything
    python3 tests/truth/guide/check.py go sql           # some of: go sql redis docker inventory text
    python3 tests/truth/guide/check.py go --repeat 20   # does an example always print the same?
    python3 tests/truth/guide/check.py --only redis/    # topics whose id contains a text

Prints each failure as `file:line: message`, then counts; exits with 1 if anything failed. A missing
judge is a failure. README.md beside this file says what each check does.
"""

import argparse
import os
import sys
from pathlib import Path

from tools import HERE, VENV, Missing

CHECKS = ["go", "sql", "redis", "docker", "inventory", "text"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checks", nargs="*", metavar="CHECK", help=f"one of {', '.join(CHECKS)}; all without one")
    parser.add_argument("--only", default="", metavar="TEXT", help="only the examples of topics whose id contains it")
    parser.add_argument("--repeat", type=int, default=1, metavar="N", help="run each Go example N times")
    args = parser.parse_args()
    if unknown := set(args.checks) - set(CHECKS):
        parser.error(f"no check is called {', '.join(sorted(unknown))}")

    # The checks need the packages of the cached Python.
    import docker
    import golang
    import inventory
    import redis
    import sql
    import text
    from report import Report
    from topics import read_topics

    report = Report()
    topics = read_topics(report)
    chosen = [topic for topic in topics if args.only in topic.id]
    runs = {
        "go": lambda: golang.check(chosen, report, args.repeat),
        "sql": lambda: sql.check(chosen, report),
        "redis": lambda: redis.check(chosen, report),
        "docker": lambda: docker.check(chosen, report),
        "inventory": lambda: inventory.check(topics, report),
        "text": lambda: text.check(topics, report),
    }
    for name in CHECKS:
        if name in args.checks or not args.checks:
            try:
                runs[name]()
            except Missing as missing:
                report.fail(HERE / "check.py", 1, f"{name}: {missing}")
    report.print()
    return 1 if report.failures else 0


def use_cached_python() -> None:
    """Starts again with the Python whose packages setup.sh pins."""
    python = VENV / "bin" / "python"
    if Path(sys.prefix).resolve() == VENV.resolve():
        return
    if not python.exists():
        sys.exit("tests/truth/guide/check.py:1: the judges are not installed; run tests/truth/setup.sh")
    os.execv(python, [str(python), *sys.argv])


if __name__ == "__main__":
    use_cached_python()
    sys.exit(main())
