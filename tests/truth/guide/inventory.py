"""Are the cards complete and right? Compared with what redis-server, the Dockerfile parser and Go themselves list."""

import re
from pathlib import Path

import docker
import golang
import redis
from report import Report
from tools import CARDS, HERE
from topics import Card, Topic, read_cards, version_of

# Directives whose reported value is no default, because this check sets them.
SET_BY_CHECK = {"dir", "port", "unixsocket"}

# Directives of redis.conf that CONFIG GET does not know.
NOT_IN_CONFIG_GET = {"include", "loadmodule", "rename-command", "sentinel", "user"}

# Newer than the installed server. Their cards do not say since when, because no release notes name them.
UNDATED = {
    "lazyexpire-nested-arbitrary-keys",
    "prefetch-batch-max-size",
    "search-_max-foreground-timeout-limit",
    "search-bg-index-sleep-duration-us",
    "search-io-threads",
}

# Go packages that only exist with cgo, which is off here because it needs a C compiler.
NEEDS_CGO = re.compile(r"C$|runtime/cgo\b")

# Import paths from outside the standard library begin with a host.
ELSEWHERE = re.compile(r"[\w-]+(\.[\w-]+)+/")

UNITS = {"kb": 1024, "mb": 1024**2, "gb": 1024**3}


def check(topics: list[Topic], report: Report) -> None:
    check_redis(read_cards("redis", report), report)
    check_dockerfile(read_cards("dockerfile", report), report)
    check_go(read_cards("go", report), topics, report)


def check_redis(cards: dict[str, Card], report: Report) -> None:
    installed = redis.installed_version()
    with redis.server([]) as socket:
        defaults = config_get(socket, "*")
        for name, value in defaults.items():
            if name not in cards:
                report.fail(CARDS / "redis.toml", 1, f"no card for the directive {name}, default {value!r}")
            elif difference := default_differs(cards[name], value):
                report.fail(cards[name].path, cards[name].line, difference)
            else:
                report.count("Redis directives compared")
        for card in cards.values():
            if is_old_directive(card, installed) and card.keyword not in defaults:
                check_hidden(card, socket, report)
            if card.values.get("values") and card.keyword in defaults:
                check_values(card, socket, report)


def config_get(socket: Path, name: str) -> dict[str, str]:
    lines = redis.replies(socket, [f"CONFIG GET {name}"], "--raw")
    return dict(zip(lines[::2], lines[1::2], strict=False))


def default_differs(card: Card, reported: str) -> str:
    written = card.values.get("default", "")
    if card.keyword in SET_BY_CHECK or normal(written) == normal(reported):
        return ""
    return f"{card.keyword}: the card's default is {written!r}, the server's {reported!r}"


def normal(value: str) -> str:
    """A default without quotes, with sizes in bytes and with today's word for replicas."""
    if value == '""':
        return ""

    def in_bytes(match: re.Match) -> str:
        return str(int(match[1]) * UNITS[match[2]])

    return re.sub(r"\b(\d+)([kmg]b)\b", in_bytes, value).replace("slave ", "replica ")


def is_old_directive(card: Card, installed: tuple[int, ...]) -> bool:
    """Whether the installed server should know the directive of a card."""
    is_directive = " " not in card.keyword and card.keyword not in NOT_IN_CONFIG_GET | UNDATED
    return is_directive and card.keyword.islower() and version_of(card.values.get("since", "")) <= installed


def check_hidden(card: Card, socket: Path, report: Report) -> None:
    """Directives that `CONFIG GET *` hides answer when asked by name; those that are only read are no error in a file."""
    if card.keyword in config_get(socket, card.keyword):
        report.count("Redis directives known by name")
    elif redis.starts_with(f"{card.keyword} 1"):
        report.count("Redis directives read and ignored")
    else:
        report.fail(card.path, card.line, f"{card.keyword}: the installed server does not know it")


def check_values(card: Card, socket: Path, report: Report) -> None:
    """The values that the server lists when it is given a wrong one."""
    said = " ".join(redis.replies(socket, [f"CONFIG SET {card.keyword} no-such-value"]))
    if match := re.search(r"must be one of the following: (.*)$", said):
        missing = set(match[1].split(", ")) - set(card.values["values"])
        if missing:
            names = ", ".join(sorted(missing))
            report.fail(card.path, card.line, f"{card.keyword}: values missing: {names}")
        else:
            report.count("Redis lists of values compared")


def check_dockerfile(cards: dict[str, Card], report: Report) -> None:
    words = docker.judge("words", [])
    names = words["instructions"] + [f"# {name}" for name in words["directives"]] + words["variables"]
    require(names, cards, "dockerfile.toml", "Dockerfile words compared", report)


def check_go(cards: dict[str, Card], topics: list[Topic], report: Report) -> None:
    names = ask_go([])
    require(names, cards, "go.toml", "Go names compared", report)
    for keyword, card in cards.items():
        if re.fullmatch(r"(builtin\.)?\w+", keyword) and keyword not in names:
            report.fail(card.path, card.line, f"{keyword} is neither a keyword nor a predeclared identifier of Go")
    check_go_keywords(topics, report)


def check_go_keywords(topics: list[Topic], report: Report) -> None:
    """Do the names exist that lead to topics?"""
    claims = [(topic, name) for topic in topics for name in topic.keywords("go")]
    unknown = set(ask_go(["unknown"], "\n".join(name for _, name in claims)))
    for topic, name in claims:
        if ELSEWHERE.match(name) or NEEDS_CGO.match(name):
            report.skip("Go keywords of topics from outside the standard library, or for cgo")
        elif name in unknown:
            report.fail(topic.path, topic.line_of("  go:"), f"Go has no {name}")
        else:
            report.count("Go keywords of topics looked up")


def ask_go(args: list[str], names: str = "") -> list[str]:
    judge = HERE / "judges" / "names" / "main.go"
    return golang.go(["run", str(judge), *args], cwd=HERE, stdin=names, check=True).stdout.split("\n")[:-1]


def require(names: list[str], cards: dict[str, Card], file: str, what: str, report: Report) -> None:
    for name in names:
        if name in cards:
            report.count(what)
        else:
            report.fail(CARDS / file, 1, f"no card for {name}")
