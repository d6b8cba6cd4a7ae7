"""Go examples: compiled, vetted, tested, run, and their output compared."""

import json
import re
import subprocess
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from report import Report, first_difference
from tools import CORES, HERE, go_environment, go_tool
from topics import Block, Topic, blocks_of

SECONDS = 30  # the longest that an example may run

# ok/go-basics_slice_1/main.go:7:2: declared and not used: s
MESSAGE = re.compile(r"^(?:vet: )?(?:\./)?(\w+)/([^/]+)/\w+\.go:(\d+)(?::\d+)?: (.*)")


@dataclass
class Example:
    """A block with the file that was made of it. `before` lines stand before the block's own."""

    block: Block
    source: str
    before: int
    is_main: bool
    is_test: bool

    @property
    def name(self) -> str:
        return self.block.name

    @property
    def folder(self) -> str:
        """Examples that must fail are kept apart from those that must build."""
        if "error" in self.block.marks:
            return "broken"
        if "vet" in self.block.marks:
            return "vetted"
        return "tests" if self.is_test else "ok"

    def line(self, line: int) -> int:
        """The line of the topic for a line of the file."""
        return max(line - self.before, 1) + self.block.line - 1


def check(topics: list[Topic], report: Report, repeat: int = 1) -> None:
    examples = make_examples(blocks_of(topics, "go"), report)
    with tempfile.TemporaryDirectory(prefix="viva-go-") as folder:
        module = Module(Path(folder), examples, report)
        module.write()
        module.build()
        module.vet()
        module.test()
        module.expect_errors()
        with ThreadPoolExecutor(CORES) as pool:
            list(pool.map(lambda example: module.run(example, repeat), module.runnable()))


def make_examples(blocks: list[Block], report: Report) -> list[Example]:
    """Wraps the blocks as files by the rules of index/guide/README.md, and checks that all are formatted."""
    request = json.dumps([{"name": block.name, "code": block.code} for block in blocks])
    judge = HERE / "judges" / "examples" / "main.go"
    answer = go(["run", str(judge)], cwd=HERE, stdin=request, check=True).stdout
    examples = []
    for block, made in zip(blocks, json.loads(answer), strict=True):
        unchecked, must_fail = "unchecked" in block.marks, "error" in block.marks
        problem = made["format"]
        if not must_fail:  # the compiler is asked about those
            problem = problem or made["syntax"]
            if not unchecked:  # those use packages from elsewhere
                problem = problem or made["imports"]
        if problem:
            report.fail(block.topic.path, block.line + made["line"] - 1, problem)
        elif unchecked:
            report.count("Go examples formatted only")
        else:
            examples.append(Example(block, made["source"], made["before"], made["main"], made["test"]))
    return examples


def go(args: list[str], cwd: Path, stdin: str = "", check: bool = False) -> subprocess.CompletedProcess:
    done = subprocess.run(
        [go_tool(), *args], cwd=cwd, input=stdin, env=environment(), capture_output=True, text=True, check=False
    )
    if check and done.returncode:
        raise RuntimeError(f"go {args[0]}: {done.stderr}")
    return done


def environment() -> dict[str, str]:
    env = go_environment()
    env["PATH"] = f"{Path(go_tool()).parent}:{env['PATH']}"
    env["TZ"] = "UTC"
    return env


class Module:
    """A temporary module with a package for each example."""

    def __init__(self, folder: Path, examples: list[Example], report: Report):
        self.folder = folder
        self.report = report
        self.examples = examples
        self.by_name = {example.name: example for example in examples}
        self.bad: set[str] = set()  # names of examples that failed to build or vet

    def write(self) -> None:
        (self.folder / "go.mod").write_text("module guide\n\ngo 1.27\n")
        (self.folder / "bin").mkdir()
        for example in self.examples:
            folder = self.folder / example.folder / example.name
            folder.mkdir(parents=True)
            file = "main_test.go" if example.is_test else "main.go"
            (folder / file).write_text(example.source, encoding="utf-8")

    def of(self, folder: str) -> list[Example]:
        return [example for example in self.examples if example.folder == folder]

    def build(self) -> None:
        """Compiles everything that must compile; programs are linked, to be run."""
        for folder in ("ok", "vetted"):
            if self.of(folder):
                done = go(["build", "-ldflags=-s -w", "-o", "bin/", f"./{folder}/..."], self.folder)
                self.blame(done)
        for example in self.of("vetted"):
            if example.name not in self.bad:
                self.report.count("Go examples compiled")

    def vet(self) -> None:
        for folder in ("ok", "tests"):
            if not self.of(folder):
                continue
            self.blame(go(["vet", f"./{folder}/..."], self.folder))
            for example in self.of(folder):
                if example.name not in self.bad:
                    self.report.count("Go examples compiled and vetted")

    def blame(self, done: subprocess.CompletedProcess) -> None:
        """Reports each message of the compiler or of vet at its line of a topic."""
        if done.returncode == 0:
            return
        unplaced = []
        before = len(self.bad)
        for line in done.stderr.splitlines():
            if match := MESSAGE.match(line):
                example = self.by_name[match[2]]
                self.bad.add(example.name)
                self.fail(example, match[4], example.line(int(match[3])))
            elif not line.startswith(("#", "\t")):
                unplaced.append(line)
        if unplaced or len(self.bad) == before:
            self.report.fail(HERE / "golang.py", 1, "go: " + " | ".join(unplaced or [done.stderr]))

    def fail(self, example: Example, message: str, line: int = 0) -> None:
        self.report.fail(example.block.topic.path, line or example.block.line, message)

    def test(self) -> None:
        """Runs the examples that are tests. Benchmarks are only compiled, fuzz targets run their seeds."""
        names = [example.name for example in self.of("tests") if example.name not in self.bad]
        if not names:
            return
        done = go(["test", "-json", "-vet=off", *(f"./tests/{name}" for name in names)], self.folder)
        failed = {}
        for line in done.stdout.splitlines():
            event = json.loads(line)
            name = event.get("Package", "").removeprefix("guide/tests/")
            if event["Action"] == "output":
                failed.setdefault(name, []).append(event["Output"].strip())
            elif event["Action"] == "pass" and "Test" not in event:
                failed.pop(name, None)
                self.report.count("Go tests run")
        for name, output in failed.items():
            if name in self.by_name:
                self.fail(self.by_name[name], "go test: " + " | ".join(output))

    def expect_errors(self) -> None:
        """Examples marked error= and vet= must be refused with that text."""
        for folder, mark, args in (
            ("broken", "error", ["build", "-gcflags=-e"]),
            ("vetted", "vet", ["vet"]),
        ):
            examples = [example for example in self.of(folder) if example.name not in self.bad]
            if not examples:
                continue
            done = go([*args, f"./{folder}/..."], self.folder)
            said: dict[str, list[str]] = {example.name: [] for example in examples}
            for line in done.stderr.splitlines():
                if (match := MESSAGE.match(line)) and match[2] in said:
                    said[match[2]].append(match[4])
            for example in examples:
                messages = said[example.name]
                if any(example.block.marks[mark] in message for message in messages):
                    self.report.count(f"Go examples refused as marked ({mark})")
                else:
                    self.fail(example, f"{mark}={example.block.marks[mark]!r} expected, got {messages or 'nothing'}")

    def runnable(self) -> Iterable[Example]:
        for example in self.examples:
            wanted = example.block.output or "panic" in example.block.marks
            if wanted and example.name not in self.bad and example.folder in ("ok", "vetted"):
                if example.is_main:
                    yield example
                else:
                    self.fail(example, "an example with output needs func main")

    def run(self, example: Example, repeat: int) -> None:
        for attempt in range(repeat):
            if problem := self.run_once(example):
                line, message = problem
                self.fail(example, message if repeat == 1 else f"run {attempt + 1}: {message}", line)
                return
        self.report.count("Go examples run and compared")

    def run_once(self, example: Example) -> tuple[int, str] | None:
        """Runs a program in a folder of its own. What it prints to standard error counts if it prints nothing else."""
        with tempfile.TemporaryDirectory(prefix="viva-run-") as cwd:
            try:
                done = subprocess.run(
                    [self.folder / "bin" / example.name],
                    cwd=cwd,
                    env=environment(),
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    text=True,
                    errors="replace",
                    timeout=SECONDS,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                return example.block.line, f"still running after {SECONDS} s"
        panic = example.block.marks.get("panic")
        if panic is not None and (done.returncode == 0 or panic not in done.stderr):
            return example.block.line, f"panic={panic!r} expected, got {done.stderr.strip() or 'nothing'}"
        if panic is None and done.returncode:
            return example.block.line, f"exit status {done.returncode}: {done.stderr.strip()}"
        output = example.block.output
        if output is None:
            return None
        got = done.stdout or done.stderr
        difference = first_difference(output.lines, got.splitlines())
        return difference and (output.line + difference[0], difference[1])
