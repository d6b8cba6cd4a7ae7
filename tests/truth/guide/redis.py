"""redis.conf examples, read by a real redis-server, and redis-cli sessions, run against one."""

import re
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from report import Report, first_difference
from tools import tool
from topics import Block, Card, Topic, blocks_of, read_cards, version_of

SECONDS = 20  # the longest that a session, or the start of a server, may take

ADDRESS = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")


def check(topics: list[Topic], report: Report) -> None:
    cards = read_cards("redis", report)
    installed = installed_version()
    for block in blocks_of(topics, "redis"):
        check_config(block, cards, installed, report)
    for block in blocks_of(topics, "redis-cli"):
        check_session(block, report)


def installed_version() -> tuple[int, ...]:
    done = subprocess.run([tool("redis-server"), "--version"], capture_output=True, text=True, check=True)
    return version_of(re.search(r"v=([\d.]+)", done.stdout)[1])


def check_config(block: Block, cards: dict[str, Card], installed: tuple[int, ...], report: Report) -> None:
    """Starts a server with the lines of a block. Lines that are newer than the server are left out."""
    lines, directives = [], 0
    for line in block.lines:
        name = directive_of(line)
        since = cards[name].values.get("since", "") if name in cards else ""
        if name and version_of(since) > installed:
            report.skip(f"redis.conf lines newer than Redis {'.'.join(map(str, installed))}")
            lines.append("")
            continue
        lines.append(at_home(line))
        directives += bool(name)
    sentinel = any(line.startswith("sentinel ") for line in lines)
    try:
        with server(lines, sentinel):
            report.count("redis.conf lines accepted", directives)
    except Refused as refused:
        report.fail(block.topic.path, block.line + max(refused.line - 1, 0), refused.message)


def directive_of(line: str) -> str:
    """The keyword of a line as the cards name it, or nothing."""
    words = line.lower().split()
    if not words or words[0].startswith("#"):
        return ""
    return " ".join(words[:2]) if words[0] == "sentinel" else words[0]


def at_home(line: str) -> str:
    """The line with all addresses replaced, so that the server talks to nobody: port 1 of this machine refuses."""
    words = line.split()
    if words and words[0].lower() in ("replicaof", "slaveof") and words[1:3] != ["no", "one"]:
        return f"{words[0]} 127.0.0.1 1"
    return ADDRESS.sub("127.0.0.1", line)


def check_session(block: Block, report: Report) -> None:
    """Types the commands of a block into redis-cli, on a fresh server, and compares all replies."""
    commands = [line[2:] for line in block.lines if line.startswith("> ")]
    expected = [(number, line) for number, line in enumerate(block.lines) if not line.startswith("> ")]
    with server([]) as path:
        got = replies(path, commands)
    if difference := first_difference([line for _, line in expected], got):
        index, message = difference
        number = expected[index][0] if index < len(expected) else len(block.lines) - 1
        report.fail(block.topic.path, block.line + number, message)
    else:
        report.count("Redis commands compared", len(commands))


def replies(path: Path, commands: list[str], form: str = "--no-raw") -> list[str]:
    """What redis-cli prints for commands, without the time that it adds to slow ones."""
    done = subprocess.run(
        [tool("redis-cli"), "-s", str(path), form],
        input="\n".join(commands) + "\n",
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    lines = (done.stdout + done.stderr).splitlines()
    return [line for line in lines if not re.match(r"\(\d+\.\d\ds\)$", line)]


class Refused(Exception):
    """The server did not start: the line of its configuration, or 0, and what it said."""

    def __init__(self, log: str):
        bad = re.search(r"Reading the configuration file, at line (\d+)\s*\n>>> '(.*)'\s*\n(.*)", log)
        self.line = int(bad[1]) if bad else 0
        last = log.strip().rpartition("\n")[2]
        self.message = f"redis-server refuses {bad[2]!r}: {bad[3]}" if bad else f"redis-server: {last}"
        super().__init__(self.message)


@contextmanager
def server(config: list[str], sentinel: bool = False) -> Iterator[Path]:
    """A server with the lines of a redis.conf and all its files in a temporary folder; its socket is given."""
    with tempfile.TemporaryDirectory(prefix="viva-redis-") as name:
        folder = Path(name)
        path = folder / "socket"
        (folder / "redis.conf").write_text("\n".join(config) + "\n", encoding="utf-8")
        set_here = {directive_of(line) for line in config}
        # What follows the file on the command line wins over it. Port 0: listen on the socket only.
        options = {"unixsocket": path, "port": free_port() if sentinel else 0}
        options |= {name: value for name, value in at_home_options(folder).items() if name in set_here}
        if "cluster-enabled" in set_here:
            options |= {"bind": "127.0.0.1", "cluster-port": free_port()}
        command = [tool("redis-server"), str(folder / "redis.conf")]
        for directive, value in options.items():
            command += [f"--{directive}", str(value)]
        with (folder / "output").open("w") as output:
            process = subprocess.Popen(
                command + ["--sentinel"] * sentinel, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        try:
            wait(process, path, folder)
            yield path
        finally:
            process.kill()
            process.wait()


def starts_with(line: str) -> bool:
    """Whether the server starts with that line in its file."""
    try:
        with server([line]):
            return True
    except Refused:
        return False


def at_home_options(folder: Path) -> dict[str, object]:
    """For directives that would lead the server out of its folder: what they become."""
    return {"dir": folder, "bind": "127.0.0.1", "logfile": folder / "log", "pidfile": folder / "pid", "daemonize": "no"}


def wait(process: subprocess.Popen, path: Path, folder: Path) -> None:
    """Waits for an answer to PING; an error is one too, such as a missing password."""
    deadline = time.monotonic() + SECONDS
    while not answers(path):
        if process.poll() is not None or time.monotonic() > deadline:
            texts = [file.read_text(errors="replace") for file in (folder / "output", folder / "log") if file.exists()]
            raise Refused("\n".join(texts))
        time.sleep(0.02)


def answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(1) in (b"+", b"-")
        except OSError:
            return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
