"""The guide's prose: sources, repeated wording, spelling, and that nothing is left uncovered."""

import re
import subprocess
from collections import Counter, defaultdict
from urllib.parse import urlsplit

from report import Report
from tools import CARDS, HERE, tool
from topics import Topic

ENTRIES = range(1, 158)  # the entries of the source list that the guide answers
QUESTIONS = 2  # the fewest questions of a topic
RUN = 8  # so many words in a row must not stand in two topics


def check(topics: list[Topic], report: Report) -> None:
    check_sources(topics, report)
    check_repetition(topics, report)
    check_spelling(topics, report)
    check_coverage(topics, report)
    for topic in topics:
        if topic.questions < QUESTIONS:
            report.fail(topic.path, 1, f"{topic.questions} questions, at least {QUESTIONS} are wanted")
        else:
            report.count("questions counted", topic.questions)


def check_sources(topics: list[Topic], report: Report) -> None:
    lines = (HERE / "hosts.txt").read_text(encoding="utf-8").splitlines()
    allowed = {line.strip() for line in lines if line.strip() and not line.startswith("#")}
    unused = set(allowed)
    for topic in topics:
        for source in topic.front.get("sources", []):
            for url in source.values():
                link = urlsplit(url)
                origin = {link.hostname, f"{link.hostname}/{link.path.split('/')[1] if link.path else ''}"}
                unused -= origin
                if link.scheme != "https":
                    report.fail(topic.path, topic.line_of(url), f"not an https link: {url}")
                elif not origin & allowed:
                    report.fail(topic.path, topic.line_of(url), f"not a primary source, or not in hosts.txt: {url}")
                else:
                    report.count("sources compared with the list of hosts")
    for host in unused:
        report.fail(HERE / "hosts.txt", lines.index(host) + 1, f"{host} is not used any more")


def check_repetition(topics: list[Topic], report: Report) -> None:
    """Reports each longest run of words that two topics share, once, at the second topic."""
    paragraphs = [(topic, paragraph.line, words_of(paragraph.text)) for topic in topics for paragraph in topic.prose]
    seen: dict[tuple[str, ...], list[tuple[int, int]]] = defaultdict(list)
    for index, (topic, line, words) in enumerate(paragraphs):
        for start in range(len(words) - RUN + 1):
            run = tuple(words[start : start + RUN])
            for other, at in seen[run]:
                other_topic, other_line, other_words = paragraphs[other]
                begins_earlier = start and at and words[start - 1] == other_words[at - 1]
                if other_topic is topic or begins_earlier:
                    continue
                length = RUN
                while words[start + length : start + length + 1] == other_words[at + length : at + length + 1] != []:
                    length += 1
                shared = " ".join(words[start : start + length])
                report.fail(topic.path, line, f"the same words as in {other_topic.id}:{other_line}: {shared}")
            seen[run].append((index, start))
        report.count("paragraphs compared")


def words_of(text: str) -> list[str]:
    """The words of a paragraph as a reader sees them: no link targets, hint marks or labels. Code is one word."""
    text = re.sub(r"\]\([^)]*\)|\{hint: [^}]*\}|^Follow-up:", " ", text)
    return re.findall(r"`[^`]*`|\w+(?:['’.-]\w+)*", text.lower())


def check_spelling(topics: list[Topic], report: Report) -> None:
    files = [topic.path for topic in topics] + sorted(CARDS.glob("*.toml"))
    command = [tool("codespell"), "--ignore-words", str(HERE / "spelling.txt"), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    by_name = {str(file): file for file in files}
    wrong = Counter()
    for line in done.stdout.splitlines():
        match = re.match(r"(.*?):(\d+): (.*)", line)
        if match and match[1] in by_name:
            wrong[match[1]] += 1
            report.fail(by_name[match[1]], int(match[2]), f"spelling: {match[3]}")
    if done.returncode and not wrong:
        raise RuntimeError(f"codespell: {done.stdout}{done.stderr}")
    report.count("files spelled right", len(files) - len(wrong))


def check_coverage(topics: list[Topic], report: Report) -> None:
    covered = set()
    for topic in topics:
        for entry in map(int, topic.front.get("covers", [])):
            covered.add(entry)
            if entry not in ENTRIES:
                report.fail(topic.path, topic.line_of("covers:"), f"there is no entry {entry}")
    for entry in ENTRIES:
        if entry not in covered:
            report.fail(HERE / "text.py", 1, f"no topic covers the entry {entry}")
        else:
            report.count("entries covered")
