# A person at an editor in a terminal: types keys, reads the screen. Sourced by suites after install.sh.
# The terminal is tmux with a socket of its own in $home, so that it ends with the suite.
# shellcheck shell=bash

# Seconds; for slow machines, never waited for in full.
PATIENCE=30

RICH=15.0.0

WIDTH=200
HEIGHT=50

# The socket's name stands in a file, as the parts of a suite run in subshells.
terminal() {
  tmux -S "$(cat "$home/terminal" 2> /dev/null)" -f /dev/null "$@"
}

# Starts a command in a new terminal: start_screen COMMAND… (an earlier terminal is ended).
start_screen() {
  end_screen
  # A new one each time: an ending terminal keeps its socket for a moment.
  mktemp -u "$home/terminal-XXXXXX" > "$home/terminal"
  terminal new-session -d -s editor -x "$WIDTH" -y "$HEIGHT" "$@"
}

end_screen() {
  terminal kill-server 2> /dev/null || true
}

# Presses keys by tmux's names (Enter, Escape, C-x, M-x …).
keys() {
  terminal send-keys -t editor "$@" 2> /dev/null || true
}

# Types a text as it is.
types() {
  terminal send-keys -t editor -l "$1" 2> /dev/null || true
}

# What the screen shows: frames and breaks of lines are blanks, as texts may be wrapped in a window.
screen() {
  terminal capture-pane -p -t editor 2> /dev/null | sed 's/[│┃║▌▐|╭╮╰╯┌┐└┘─━═]/ /g' | tr -s ' \n' ' '
}

# Keeps the screen as docs/images/NAME.svg: keep_screen NAME TITLE
keep_screen() {
  terminal capture-pane -e -N -p -t editor |
    "$cache/rich-$RICH/bin/python" "$editors/picture.py" "$WIDTH" "$2" "$root/docs/images/$1.svg"
}

# Installs what draws pictures.
install_pictures() {
  if [[ ! -e $cache/rich-$RICH/ready ]]; then
    rm -rf "$cache/rich-$RICH"
    python3 -m venv "$cache/rich-$RICH"
    retry "$cache/rich-$RICH/bin/pip" install --quiet "rich==$RICH"
    touch "$cache/rich-$RICH/ready"
  fi
}

# Waits until the screen shows a text; fails if it does not.
shows() {
  local end=$((SECONDS + PATIENCE))
  until screen | grep -qF -- "$1"; do
    ((SECONDS < end)) || return 1
    sleep 0.05
  done
}

# Presses keys until the screen shows a text, with Escape between: editors say nothing while a server starts.
# until_shown TEXT KEY…
until_shown() {
  local text=$1 end=$((SECONDS + PATIENCE)) try
  shift
  while ((SECONDS < end)); do
    keys "$@"
    for ((try = 0; try < 15; try++)); do
      screen | grep -qF -- "$text" && return
      sleep 0.1
    done
    keys Escape
  done
}

# A check that the screen shows a text; where it does not, the screen is printed: sees NAME TEXT
sees() {
  if shows "$2"; then
    echo "ok    $1"
  else
    echo "FAIL  $1: not seen: $2"
    terminal capture-pane -p -t editor | sed 's/^/      /;s/ *$//' || true
    return 1
  fi
}

# A check that it does not, now: misses NAME TEXT
misses() {
  if screen | grep -qF -- "$2"; then
    echo "FAIL  $1: seen: $2"
    terminal capture-pane -p -t editor | sed 's/^/      /;s/ *$//'
  else
    echo "ok    $1"
  fi
}

# What `viva` says about a place of the fixtures: sets $headline (as it is shown: without Markdown's
# signs, and only as much as fits into a line), $ask and $answer of its second question, $topic of it,
# and $first_ask. explained FILE:LINE:COLUMN
explained() {
  eval "$("$viva" explain --json "$1" | python3 -c '
import json, re, shlex, subprocess, sys
found = json.loads(sys.stdin.readline())
plain = lambda text: re.sub(r"[`*]", "", text)
first, second = found["questions"][:2]
shown = subprocess.run([sys.argv[1], "show", "--json", second["topic"]], capture_output=True, text=True)
page = json.loads(shown.stdout)["markdown"]
answer = page.split("### " + second["ask"])[1].strip()
values = {
    "headline": plain(found["markdown"].split("\n")[0])[:50].rstrip(),
    "first_ask": plain(first["ask"])[:40].rstrip(), "ask": plain(second["ask"])[:40].rstrip(),
    "topic": second["topic"], "answer": re.split(r"[`*]", answer)[0][:40].split("\n")[0].rstrip(),
}
for name, value in values.items():
    print(f"{name}={shlex.quote(value)}")
' "$viva")"
}

# Writes a Dockerfile with three mistakes: an untagged base image, an ADD where COPY does, and a cd that is
# forgotten. Sets $hint to the beginning of what `viva` says about its second line, and $hint_topic.
# mistaken FILE
mistaken() {
  mkdir -p "$(dirname "$1")"
  printf '%s\n' 'FROM alpine' 'ADD . /srv' 'RUN cd /srv' 'USER 10001' 'CMD ["/srv/app"]' > "$1"
  eval "$("$viva" check --json "$1" | python3 -c '
import json, re, shlex, sys
hints = [json.loads(line) for line in sys.stdin]
assert len(hints) == 3, hints
add = next(hint for hint in hints if hint["line"] == 2)
values = {"hint": add["message"][:30].rstrip(), "hint_topic": add["topic"]}
for name, value in values.items():
    print(f"{name}={shlex.quote(value)}")
')"
}

# The best topic of a search: sets $title. searched WORDS
searched() {
  title=$("$viva" search --json "$1" | python3 -c 'import json, sys; print(json.loads(sys.stdin.readline())["title"])')
}

# The number of the first line of a file that matches a pattern: line_of FILE PATTERN
line_of() {
  grep -n -m 1 -- "$2" "$1" | cut -d : -f 1
}
