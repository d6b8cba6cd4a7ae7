#!/usr/bin/env bash
# Tries Viva in a real Kate with editors/kate/settings.json, in a window that nobody sees.
#
#   tests/editors/kate/run.sh [path/to/viva]
#
# Kate is Debian's. xdotool presses the keys and moves the mouse, and tesseract reads what the window shows.
# A check that fails leaves a picture in target/editors.
set -euo pipefail

# shellcheck source=../install.sh
source "$(dirname "${BASH_SOURCE[0]}")/../install.sh"

take_viva "$@"
commands kate kate
commands Xvfb xvfb
commands xdotool xdotool
commands dbus-run-session dbus
commands import imagemagick
commands tesseract tesseract-ocr tesseract-ocr-eng
install_gopls

make_home
mkdir -p "$home/config/kate/lspclient" "$home/bin"
ln -s "$viva" "$home/bin/viva"
cp "$root/editors/kate/settings.json" "$home/config/kate/lspclient/"
printf '[General]\nShow welcome view for new window=false\n[Kate Plugins]\nlspclientplugin=true\n' > "$home/config/katerc"
cp -r "$root/tests/fixtures" "$home/work"
printf 'module example.com/queue\n\ngo 1.24\n' > "$home/work/queue/go.mod"

keep_log kate "Kate $(QT_QPA_PLATFORM=offscreen at_home kate --version 2> /dev/null | sed -n 's/^kate //p')"

mkfifo "$home/display"
Xvfb -displayfd 3 -screen 0 1000x640x24 3> "$home/display" > /dev/null 2>&1 &
display=$!
# Called when the suite ends.
end_screen() {
  kill "$display"
}
DISPLAY=":$(head -n 1 "$home/display")"
export DISPLAY

# The threads that tesseract reads with wait for each other in loops: one is many times quicker.
kept at_home PATH="$home/bin:$PATH" OMP_THREAD_LIMIT=1 GOFLAGS=-mod=mod VIVA_TEST_WORK="$home/work" \
  VIVA_TEST_ROOT="$root" \
  python3 "$editors/kate/test.py"
sum_up
