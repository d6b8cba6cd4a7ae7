"""What the checks found: failures with file and line, and counts of what passed and what was left out."""

from dataclasses import dataclass, field
from pathlib import Path

from tools import ROOT


@dataclass(frozen=True, order=True)
class Failure:
    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass
class Report:
    """Collects the results of all checks. A thing counts as passed only if nothing was wrong with it."""

    failures: set[Failure] = field(default_factory=set)
    passed: dict[str, int] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)

    def fail(self, path: Path, line: int, message: str) -> None:
        shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        self.failures.add(Failure(str(shown), line, message.strip()))

    def count(self, what: str, n: int = 1) -> None:
        self.passed[what] = self.passed.get(what, 0) + n

    def skip(self, what: str, n: int = 1) -> None:
        if n:
            self.skipped[what] = self.skipped.get(what, 0) + n

    def print(self) -> None:
        for failure in sorted(self.failures):
            print(failure)
        if self.failures:
            print()
        for what, n in self.passed.items():
            print(f"{n:6} {what}")
        for what, n in self.skipped.items():
            print(f"{n:6} left out: {what}")
        passed, skipped = sum(self.passed.values()), sum(self.skipped.values())
        print(f"guide: {passed} passed, {len(self.failures)} failed, {skipped} skipped")


def first_difference(expected: list[str], got: list[str]) -> tuple[int, str] | None:
    """The index of the first line that differs and what to say about it. Blanks at line ends do not count."""
    expected = strip_lines(expected)
    got = strip_lines(got)
    for i in range(max(len(expected), len(got))):
        if i >= len(got):
            return i, f"expected {expected[i]!r}, got nothing more"
        if i >= len(expected):
            return max(i - 1, 0), f"more output than shown: {got[i]!r}"
        if expected[i] != got[i]:
            return i, f"expected {expected[i]!r}, got {got[i]!r}"
    return None


def strip_lines(lines: list[str]) -> list[str]:
    stripped = [line.rstrip() for line in lines]
    while stripped and not stripped[-1]:
        stripped.pop()
    return stripped
