#!/usr/bin/env python3
"""A terminal's screen as an SVG, for the documentation.

    tmux capture-pane -e -N -p | tests/editors/picture.py WIDTH TITLE OUT.svg

Rich draws it (`pip install rich`); the fonts are the reader's own.
"""

import io
import sys

from rich.console import Console
from rich.text import Text

# What Console.export_svg fills in, without the fonts that its own form loads from elsewhere.
FORM = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: {char_height}px; }}
.{unique_id}-title {{ font-family: sans-serif; font-size: 18px; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal"><rect width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def main():
    width, title, path = sys.argv[1:]
    console = Console(width=int(width), record=True, file=io.StringIO(), color_system="truecolor", force_terminal=True)
    # As a whole: a line goes on in the colours of the one before.
    screen = Text.from_ansi(sys.stdin.read().rstrip("\n"))
    console.print(screen, no_wrap=True, crop=True, overflow="crop")
    # The same name for the same picture, so that a new run changes no line without need.
    console.save_svg(path, title=title, code_format=FORM, unique_id="screen")


main()
