"""SQL examples, run on a MariaDB server of their own, set up to be as close to MySQL 8.4 as it can be."""

import getpass
import re
import subprocess
import tempfile
import time
from pathlib import Path

from report import Report, first_difference
from tools import tool
from topics import Block, Topic

SECONDS = 60  # the longest that a block, or the start of the server, may take

# What MySQL 8.4 has by default and MariaDB 10.11 has not.
LIKE_MYSQL = [
    "--sql-mode=ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,"
    "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION",
    "--character-set-server=utf8mb4",
    "--collation-server=utf8mb4_unicode_ci",
    "--performance-schema=ON",
    "--event-scheduler=ON",
    "--log-bin=binlog",
    "--server-id=1",
    "--sync-binlog=1",
]

# A statement that outlives its topic's database: the server is started anew after such a topic.
GLOBAL = re.compile(r"\b(SET\s+(GLOBAL|PERSIST)|(CREATE|ALTER|DROP)\s+(USER|ROLE)|GRANT|@@GLOBAL)\b", re.IGNORECASE)


def check(topics: list[Topic], report: Report) -> None:
    chosen = []
    for topic in topics:
        blocks = [block for block in topic.blocks if block.kind == "sql"]
        runnable = [block for block in blocks if "mysql-only" not in block.marks]
        report.skip("SQL blocks that only MySQL can run", len(blocks) - len(runnable))
        if runnable:
            chosen.append((topic, sorted(runnable, key=lambda block: "setup" not in block.marks)))
    if not chosen:
        return
    with tempfile.TemporaryDirectory(prefix="viva-sql-") as folder, Server(Path(folder)) as server:
        for topic, blocks in chosen:
            database = re.sub(r"\W", "_", topic.id)
            server.run(f"CREATE DATABASE `{database}`")
            for block in blocks:
                if not run_block(server, database, block, report):
                    break
            server.run(f"DROP DATABASE `{database}`")
            if any(GLOBAL.search(block.code) for block in blocks):
                server.restart()


def run_block(server: "Server", database: str, block: Block, report: Report) -> bool:
    """Runs a block in a session of its own and compares what its SELECTs return, as `mariadb --batch` prints it."""
    done = server.run(block.code, database)
    if done.returncode:
        match = re.search(r"ERROR (.*) at line (\d+): (.*)", done.stderr)
        if match:
            report.fail(block.topic.path, block.line + int(match[2]) - 1, f"MariaDB: {match[1]}: {match[3]}")
        else:
            report.fail(block.topic.path, block.line, f"MariaDB: {done.stderr}")
        return False
    report.count("SQL statements executed", count_statements(block.code))
    if block.output:
        if difference := first_difference(block.output.lines, done.stdout.splitlines()):
            report.fail(block.topic.path, block.output.line + difference[0], difference[1])
        else:
            report.count("SQL outputs compared")
    return True


def count_statements(code: str) -> int:
    """The number of statements: what stands between delimiters, once strings and comments are gone."""
    code = re.sub(r"'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.|\"\")*\"|`[^`]*`", "x", code)
    code = re.sub(r"--\s.*|#.*|/\*[\s\S]*?\*/", "", code)
    text, *rest = re.split(r"(?mi)^\s*DELIMITER\s+(\S+)\s*$", code)
    parts = [(";", text), *zip(rest[::2], rest[1::2], strict=True)]
    return sum(bool(statement.strip()) for delimiter, text in parts for statement in text.split(delimiter))


class Server:
    """A mariadbd on a socket in a folder, reached by the mariadb client."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.socket = folder / "socket"
        self.data = folder / "data"
        self.process: subprocess.Popen | None = None

    def __enter__(self) -> "Server":
        done = subprocess.run(
            [
                tool("mariadb-install-db"),
                "--no-defaults",
                f"--datadir={self.data}",
                f"--user={getpass.getuser()}",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"mariadb-install-db: {done.stdout}{done.stderr}")
        self.start()
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def start(self) -> None:
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(
                [
                    tool("mariadbd"),
                    "--no-defaults",
                    f"--datadir={self.data}",
                    f"--socket={self.socket}",
                    f"--pid-file={self.folder / 'pid'}",
                    f"--user={getpass.getuser()}",
                    "--skip-networking",
                    *LIKE_MYSQL,
                ],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        deadline = time.monotonic() + SECONDS
        while self.run("SELECT 1").returncode:
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"mariadbd did not start: {(self.folder / 'log').read_text()}")
            time.sleep(0.1)

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(SECONDS)

    def restart(self) -> None:
        self.stop()
        self.start()

    def run(self, code: str, database: str = "") -> subprocess.CompletedProcess:
        command = [
            tool("mariadb"),
            "--no-defaults",
            f"--socket={self.socket}",
            "--user=root",
            "--batch",
            "--default-character-set=utf8mb4",
            database,
        ]
        return subprocess.run(
            [part for part in command if part],
            input=code,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
