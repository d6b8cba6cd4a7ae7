"""Runs `viva check` for the judges of this folder, over the collections of files that they look at."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
CACHE = HERE / ".cache"
TEXT_CACHE = HERE.parent / "text/.cache"
GO_CACHE = HERE.parent / ".cache"

sys.path.insert(0, str(HERE.parent / "text"))
from mysqltest import statements  # noqa: E402

FAMILIES = ["docker", "compose", "go", "sql", "redis"]


def program():
    """The program: what VIVA names, or else what cargo builds."""
    if "VIVA" in os.environ:
        return os.environ["VIVA"]
    command = ["cargo", "build", "--release", "--message-format=json", "--bin", "viva"]
    built = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    for line in built.stdout.splitlines():
        message = json.loads(line)
        if message.get("executable"):
            return message["executable"]
    sys.exit("cargo named no program")


def rules():
    """Every rule as `viva check --list --json` tells it."""
    listed = subprocess.run([program(), "check", "--list", "--json"], check=True, stdout=subprocess.PIPE, text=True)
    return [json.loads(line) for line in listed.stdout.splitlines()]


def check(arguments, folder):
    """The hints of a folder. What its tests are made of is no code to be judged."""
    checked = subprocess.run([program(), "check", "--json", *arguments, str(folder)], stdout=subprocess.PIPE, text=True)
    if checked.returncode != 0:
        sys.exit(f"viva check ended with {checked.returncode}")
    hints = [json.loads(line) for line in checked.stdout.splitlines()]
    return [hint for hint in hints if "/testdata/" not in hint["file"]]


def corpus(family):
    """The folder that the judges look at for a family: real files that setup.sh has fetched."""
    if not (TEXT_CACHE / "mariadb").exists() or not (CACHE / "cross").exists():
        sys.exit("run tests/truth/hints/setup.sh first")
    makers = {"go": standard_library, "docker": dockerfiles, "sql": scripts, "redis": lambda: TEXT_CACHE / "redis"}
    return makers[family]()


def standard_library():
    (source,) = GO_CACHE.glob("venv/lib/python*/site-packages/go/src")
    return source


def dockerfiles():
    """Each different Dockerfile of a crate, of a Debian package and of two npm packages."""
    folder = CACHE / "dockerfiles"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    sources = [CACHE / "cross", TEXT_CACHE / "dockerfiles", TEXT_CACHE / "npm"]
    texts = set()
    for file in sorted(path for source in sources for path in source.glob("**/*") if path.is_file()):
        text = file.read_bytes()
        is_one = "dockerfile" in file.name.lower() and file.suffix not in (".go", ".js", ".md", ".json", ".gz", ".sh", ".tgz")
        if is_one and text not in texts:
            texts.add(text)
            (folder / f"Dockerfile.{len(texts):03}.{re.sub(r'[^A-Za-z0-9]', '-', file.name)}").write_bytes(text)
    return folder


def scripts():
    """Each file of mariadb-test-data as a script: the statements for the server, without those for its test program."""
    folder = CACHE / "sql"
    source = TEXT_CACHE / "mariadb/usr/share/mysql/mysql-test"
    # Reading them takes longer than checking them.
    if (folder / ".done").exists() and (folder / ".done").stat().st_mtime > source.stat().st_mtime:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    for file in sorted(source.glob("**/*")):
        if file.suffix not in (".test", ".inc", ".sql") or not file.is_file():
            continue
        script = folder / f"{file.relative_to(source)}.sql"
        script.parent.mkdir(parents=True, exist_ok=True)
        text = file.read_bytes().decode(errors="replace")
        if file.suffix != ".sql":
            text = "".join(map(delimited, statements(text)))
        script.write_text(text)
    (folder / ".done").touch()
    return folder


def delimited(statement):
    """A statement with what ends it."""
    return f"DELIMITER $$\n{statement}$$\nDELIMITER ;\n" if ";" in statement else f"{statement};\n"
