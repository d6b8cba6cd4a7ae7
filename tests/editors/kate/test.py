"""What Viva answers in Kate, as a person sees it. run.sh runs this in an empty home, with the program on the PATH.

What is expected is asked of `viva explain --json`, so that no text of the guide stands here. What the window shows
is read from its picture, where a letter may be mistaken for another: see `shows`.
"""

import csv
import json
import os
import re
import select
import signal
import subprocess
import time
from difflib import get_close_matches
from pathlib import Path

WORK = Path(os.environ["VIVA_TEST_WORK"])
ROOT = Path(os.environ["VIVA_TEST_ROOT"])
SETTINGS = Path(os.environ["XDG_CONFIG_HOME"]) / "kate/lspclient/settings.json"
PATIENCE = 40  # seconds; for slow machines, never waited for in full
ENLARGED = 2  # how many times a picture is enlarged before it is read
ALIKE = 0.8  # how much of a word may be read as it is, from 0 to 1
WORD = re.compile(r"[\w:-]+")

# One place in each language: the file, its keyword, and the column of the README's table.
PLACES = [
    ("image/Dockerfile", r"^ENTRYPOINT", "hover dockerfile"),
    ("shop/schema.sql", r"^UNION ALL", "hover sql"),
    ("cache/redis.conf", r"^maxmemory-policy", "hover redis"),
]
GO = ("queue/queue.go", r"(?<=sync\.)Cond", "hover go: instead of gopls")

kate = None  # The process, and what can be read when all that it started has ended.
failed = 0


# What `viva` says ------------------------------------------------------------------------------------


def cli(*arguments):
    run = subprocess.run(["viva", *map(str, arguments)], check=True, capture_output=True, text=True)
    return json.loads(run.stdout.splitlines()[0])


def find(file, pattern):
    """Line and column, from 1, of a pattern in a file."""
    for number, line in enumerate((WORK / file).read_text().splitlines(), 1):
        if match := re.search(pattern, line):
            return number, match.start() + 1
    raise ValueError(f"{file} has no {pattern}")


def explain(file, pattern):
    line, column = find(file, pattern)
    return cli("explain", "--json", f"{WORK / file}:{line}:{column}")


def plain(markdown):
    return re.sub(r"[`*]", "", markdown)


# What a person does and sees -------------------------------------------------------------------------


def leave():
    """Ends Kate with all that it started, and waits for the last of them: Kate writes its settings when it ends."""
    global kate
    if kate:
        process, ended = kate
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()
        select.select([ended], [], [], PATIENCE)
        os.close(ended)
        kate = None


def do(*arguments):
    """Presses keys, moves the mouse: what xdotool takes."""
    subprocess.run(["xdotool", *map(str, arguments)], check=True, capture_output=True, timeout=PATIENCE)


def open_file(file, line, column):
    global kate
    leave()
    command = ["dbus-run-session", "--", "kate", "-n", "--line", line, "--column", column, file]
    # The other end is held by all that is started here: this one can be read when they are gone.
    ended, alive = os.pipe()
    process = subprocess.Popen(
        list(map(str, command)), cwd=WORK, start_new_session=True, pass_fds=[alive],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    os.close(alive)
    kate = process, ended
    name = Path(file).name
    do("search", "--sync", "--onlyvisible", "--name", name,
       "windowmove", 0, 0, "windowsize", "100%", "100%", "windowfocus")
    # The position in the bar below is the last that is drawn.
    shows(f"{line}:{column}")


def seen():
    """The words that the window shows, each with the place of its middle in pixels."""
    picture = f"{os.environ['HOME']}/window.png"
    enlarge = ["-colorspace", "gray", "-resize", f"{ENLARGED * 100}%"]
    subprocess.run(["import", "-window", "root", *enlarge, picture], check=True)
    read = ["tesseract", picture, "-", "--psm", "11", "tsv"]
    lines = subprocess.run(read, check=True, capture_output=True, text=True).stdout.splitlines()
    found = []
    for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
        left, top, width, height = (int(row[key]) for key in ("left", "top", "width", "height"))
        for word in WORD.finditer(row["text"]):
            # A word may be a part of what is taken for one: `sync.Cond`.
            across = left + width * (word.start() + word.end()) // (2 * len(row["text"]))
            found.append((word[0], (across // ENLARGED, (top + height // 2) // ENLARGED)))
    return found


def shows(text):
    """Waits until four of five words of a text are shown; those of one or two letters do not count."""
    wanted = [word for word in WORD.findall(text) if len(word) > 2]

    def are_shown():
        shown = [word for word, _ in seen()]
        return sum(bool(get_close_matches(word, shown, 1, ALIKE)) for word in wanted) >= len(wanted) * 4 / 5

    return until(are_shown)


def places(word):
    """Where words like this one are."""
    return [place for shown, place in seen() if get_close_matches(word, [shown], 1, ALIKE)]


def place_of(word):
    """Where the last word like this one is."""
    found = until(lambda: places(word))
    if not found:
        raise LookupError(f"{word} is not on the screen")
    return found[-1]


def until(ask):
    """Asks until there is an answer, or too long; gives the last one."""
    end = time.monotonic() + PATIENCE
    while not (answer := ask()) and time.monotonic() < end:
        pass
    return answer


def click(word):
    do("mousemove", *place_of(word), "click", 1)


def answer(word):
    """Answers the question whether a server may start, until it is gone: Kate keeps an answer that it has taken."""
    place = place_of(word)

    def is_gone():
        do("mousemove", *place, "click", 1)
        return not places("altered")

    until(is_gone)


def check(name, right, found=""):
    global failed
    if right:
        print(f"ok    {name}", flush=True)
        return
    failed += 1
    picture = ROOT / f"target/editors/kate-{failed}.png"
    subprocess.run(["import", "-window", "root", picture], check=True)
    print(f"FAIL  {name}: {found} ({picture})", flush=True)


def sees(name, text):
    check(name, shows(text), f"not seen: {text}")


def point_at(word):
    """Holds the mouse over a word; it must move for Kate to look."""
    do("mousemove", 500, 560, "mousemove", *place_of(word), "mousemove_relative", 2, 1)


# The suite ---------------------------------------------------------------------------------------------


def allowing():
    open_file("image/Dockerfile", 1, 1)
    sees("Kate asks whether it may start the server", f"want the LSP server to be started {WORK.parent}/bin/viva")
    answer("Yes")


def hovers(places=PLACES):
    for file, pattern, column in places:
        line, start = find(file, pattern)
        open_file(file, line, start)
        headline = plain(explain(file, pattern)["markdown"].splitlines()[0])
        word = WORD.search((WORK / file).read_text().splitlines()[line - 1], start - 1)[0]

        def explains():
            point_at(word)
            return shows(headline)

        check(f"[{column}] the mouse explains {word}", explains(), f"not seen: {headline}")


def questions():
    file, pattern, _ = PLACES[0]
    line, column = find(file, pattern)
    open_file(file, line, column)
    asked = explain(file, pattern)["questions"]
    menu_with("[actions] the menu offers the questions", f"Interview: {plain(asked[0]['ask'])}")
    do("key", "Down", "key", "Down", "key", "Return")
    click("Output")
    topic = cli("show", "--json", asked[1]["topic"])["markdown"]
    answer = topic.split(f"### {asked[1]['ask']}")[1].strip().splitlines()[0]
    # The message view shows where a message begins.
    sees("[page: the answer as a message] choosing one answers it", plain(answer)[:60])


def menu_with(name, entry):
    """Opens the menu of code actions until it has an entry: it is empty while a server starts."""

    def has_entry():
        do("key", "Escape", "key", "alt+Return")
        return shows(entry)

    check(name, until(has_entry), f"not seen: {entry}")


def hints():
    folder = WORK / "mistakes"
    folder.mkdir()
    file = folder / "Dockerfile"
    file.write_text('FROM alpine\nADD . /srv\nRUN cd /srv\nUSER 10001\nCMD ["/srv/app"]\n')
    hint = cli("check", "--json", "--rule", "docker/add-where-copy", file)
    open_file("mistakes/Dockerfile", hint["line"], hint["column"])
    menu_with("[hints] the menu mends", "Use COPY Why? Open Silence docker/add-where-copy here")
    do("key", "Down", "key", "Return")
    sees("[hints] the fix puts COPY for ADD", "FROM alpine COPY /srv")


def go():
    """Kate has one server for a language: gopls, unless the settings say Viva."""
    file, pattern, column = GO
    open_file(file, *find(file, pattern))
    sees("[gopls: instead of it] Go keeps gopls", "want the LSP server to be started gopls")
    answer("No")
    page = (ROOT / "docs/editors/kate.md").read_text()
    added = json.loads("{" + re.search(r'`("go": \{.*?\})`', page)[1] + "}")
    settings = json.loads(SETTINGS.read_text())
    settings["servers"].update(added)
    SETTINGS.write_text(json.dumps(settings))
    hovers([GO])


def main():
    for part in [allowing, hovers, questions, hints, go]:
        try:
            part()
        except Exception as error:  # What one part trips over must not hide what the others find.
            check(f"{part.__name__} goes through", False, repr(error))
    leave()


main()
