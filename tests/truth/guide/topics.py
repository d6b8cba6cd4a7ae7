"""Reads the guide: topics with their front matter, prose and fenced blocks, and cards.

It knows the format from index/guide/README.md and shares no code with Viva's own parser.
"""

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from report import Report
from tools import CARDS, GUIDE

MARK = re.compile(r'([\w-]+)="([^"]*)"|([\w-]+)')


@dataclass
class Block:
    """A fenced block. `line` is the line of its first line of code."""

    topic: "Topic"
    number: int
    kind: str
    marks: dict[str, str]
    line: int
    code: str = ""
    output: "Block | None" = None

    @property
    def lines(self) -> list[str]:
        return self.code.splitlines()

    @property
    def name(self) -> str:
        return f"{self.topic.id.replace('/', '_')}_{self.number}"


@dataclass
class Paragraph:
    """Prose that belongs together: a paragraph, a list item or a heading."""

    line: int
    text: str


@dataclass
class Topic:
    path: Path
    id: str
    front: dict
    front_lines: list[str]
    blocks: list[Block] = field(default_factory=list)
    prose: list[Paragraph] = field(default_factory=list)
    questions: int = 0

    def keywords(self, language: str) -> list[str]:
        return self.front.get("keywords", {}).get(language, [])

    def line_of(self, text: str) -> int:
        """The line of the front matter that holds a text."""
        for number, line in enumerate(self.front_lines, start=2):
            if text in line:
                return number
        return 1


@dataclass
class Card:
    path: Path
    line: int
    values: dict

    @property
    def keyword(self) -> str:
        return self.values["keyword"]


def read_topics(report: Report) -> list[Topic]:
    topics = []
    for path in sorted(GUIDE.glob("*/*.md")):
        topic = read_topic(path, report)
        if topic:
            topics.append(topic)
    return topics


def read_topic(path: Path, report: Report) -> Topic | None:
    lines = path.read_text(encoding="utf-8").splitlines()
    if not lines or lines[0] != "---" or "---" not in lines[1:]:
        report.fail(path, 1, "no front matter")
        return None
    end = lines.index("---", 1)
    try:
        # The base loader keeps all values as text: `ON` and `2026-11` mean themselves.
        front = yaml.load("\n".join(lines[1:end]), Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        report.fail(path, mark.line + 2 if mark else 1, f"front matter: {getattr(error, 'problem', error)}")
        return None
    topic_id = f"{path.parent.name}/{path.stem}"
    topic = Topic(path, topic_id, front or {}, lines[1:end])
    read_body(topic, lines, end + 1, report)
    return topic


def read_body(topic: Topic, lines: list[str], start: int, report: Report) -> None:
    block: Block | None = None
    fence = ""
    joined = False  # the next line continues the last paragraph
    section = ""
    for number, line in enumerate(lines[start:], start=start + 1):
        if block:
            if line == fence:
                block = None
            else:
                block.code += line + "\n"
            continue
        opening = re.match(r"(`{3,})(.*)$", line)
        if opening:
            fence, info = opening.groups()
            block = new_block(topic, info, number + 1, report)
            joined = False
        elif not line.strip():
            joined = False
        elif heading := re.match(r"(#+) (.*)", line):
            joined = False
            if heading[1] == "##":
                section = heading[2]
            else:
                topic.prose.append(Paragraph(number, heading[2]))
                topic.questions += section == "Questions"
        elif joined and not re.match(r"\s*([-*]|\d+\.) ", line):
            topic.prose[-1].text += " " + line.strip()
        else:
            topic.prose.append(Paragraph(number, line.strip()))
            joined = True
    if block:
        report.fail(topic.path, block.line - 1, "fenced block without an end")


def new_block(topic: Topic, info: str, line: int, report: Report) -> Block:
    kind, _, rest = info.strip().partition(" ")
    marks = {m[1] or m[3]: m[2] or "" for m in MARK.finditer(rest)}
    block = Block(topic, len(topic.blocks) + 1, kind, marks, line)
    if kind == "output":
        before = topic.blocks[-1] if topic.blocks else None
        if before is None or before.kind not in ("go", "sql"):
            report.fail(topic.path, line - 1, "an output block must follow a go or sql block")
        else:
            before.output = block
    topic.blocks.append(block)
    return block


def blocks_of(topics: list[Topic], kind: str) -> list[Block]:
    return [block for topic in topics for block in topic.blocks if block.kind == kind]


def read_cards(language: str, report: Report) -> dict[str, Card]:
    """The cards of a language by keyword."""
    path = CARDS / f"{language}.toml"
    text = path.read_text(encoding="utf-8")
    try:
        entries = tomllib.loads(text).get("card", [])
    except tomllib.TOMLDecodeError as error:
        report.fail(path, 1, str(error))
        return {}
    starts = [n for n, line in enumerate(text.splitlines(), start=1) if line.startswith("keyword = ")]
    return {values["keyword"]: Card(path, line, values) for values, line in zip(entries, starts, strict=True)}


def version_of(since: str) -> tuple[int, ...]:
    """`Redis 7.0.12` as (7, 0, 12)."""
    return tuple(int(part) for part in re.findall(r"\d+", since))
