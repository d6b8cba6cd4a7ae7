#!/usr/bin/env python3
"""The README's table of editors, from what the suites printed in this run.

    tests/editors/table.py           # checks that the README says what was measured
    tests/editors/table.py --write   # writes it into the README

Reads target/editors/NAME.log. A line `ok    [hover go] …` is a check of the column `hover go`, which works
if there is one and none failed. `[gopls: by rass]` says under what condition; that stands in the cell.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
BEGIN, END = "<!-- editors -->\n", "<!-- /editors -->\n"

# The editors in the table's order, with the pages about them.
EDITORS = {
    "vscode": "docs/editors/vscode.md",
    "neovim": "editors/neovim/README.md",
    "helix": "docs/editors/helix.md",
    "emacs": "docs/editors/emacs.md",
    "vim": "docs/editors/vim.md",
    "kakoune": "docs/editors/kakoune.md",
    "kate": "docs/editors/kate.md",
}
COLUMNS = {
    "hover go": "Go",
    "hover dockerfile": "Dockerfile",
    "hover sql": "SQL",
    "hover redis": "redis.conf",
    "actions": "questions",
    "page": "page opens",
    "search": "search",
    "gopls": "beside gopls",
    "hints": "hints",
}
CHECK = re.compile(r"^(ok  |FAIL)  \[([a-z ]+)(?:: ([^\]]*))?\]")


def measured(name):
    """What a suite tried, and its checks by column: whether all passed, and the conditions."""
    path = ROOT / "target/editors" / f"{name}.log"
    if not path.exists():
        sys.exit(f"{path} is missing: run tests/editors/{name}/run.sh first")
    lines = path.read_text(errors="replace").splitlines()
    tried = lines[0].removeprefix(f"editor {name} ")
    columns = {}
    for line in lines:
        if check := CHECK.match(line):
            outcome, column, condition = check.groups()
            if column not in COLUMNS:
                sys.exit(f"{path}: there is no column for `[{column}]`")
            passed, conditions = columns.setdefault(column, [True, []])
            columns[column][0] = passed and outcome == "ok  "
            if condition and condition not in conditions:
                conditions.append(condition)
    return tried, columns


def cell(columns, column):
    if column not in columns:
        return "–"
    passed, conditions = columns[column]
    return "; ".join(conditions or ["yes"]) if passed else "no"


def table():
    rows = [["editor", *COLUMNS.values()], ["---"] * (len(COLUMNS) + 1)]
    for name, page in EDITORS.items():
        tried, columns = measured(name)
        rows.append([f"[{tried}]({page})", *(cell(columns, column) for column in COLUMNS)])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def main():
    text = README.read_text()
    before, rest = text.split(BEGIN)
    now, after = rest.split(END)
    measured_now = table()
    print(measured_now)
    if now == measured_now:
        return print("the README's table of editors is what was measured")
    if "--write" not in sys.argv:
        sys.exit("the README's table of editors is another one: tests/editors/table.py --write")
    README.write_text(before + BEGIN + measured_now + END + after)


main()
