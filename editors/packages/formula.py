#!/usr/bin/env python3
"""Fills in the Homebrew formula of a release: formula.py VERSION SHA256SUMS > viva.rb

SHA256SUMS is what `sha256sum` printed for the release's archives. A checksum that is missing there is
an error, so that no formula is published that cannot be installed.
"""

import re
import sys
from pathlib import Path

TEMPLATE = Path(__file__).resolve().parent / "homebrew" / "viva.rb"


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    version, sums = sys.argv[1], Path(sys.argv[2])
    known = {}
    for line in sums.read_text().splitlines():
        checksum, name = line.split(maxsplit=1)
        known[Path(name.lstrip("*")).name] = checksum

    def checksum(found: re.Match[str]) -> str:
        name = f"viva-v{version}-{found[1]}.tar.gz"
        if name not in known:
            sys.exit(f"{sums}: no checksum of {name}")
        return known[name]

    text = TEMPLATE.read_text().replace("@VERSION@", version)
    text = re.sub("@SHA256 (.*?)@", checksum, text)
    # What this file is for is no news to those who install it.
    print(text.split("\n", 1)[1], end="")


if __name__ == "__main__":
    main()
