"""The program that is judged: the one that `--viva PATH` names, or one that is built in release mode."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def program() -> Path:
    """Takes `--viva PATH` from the arguments."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--viva", type=Path)
    known, sys.argv[1:] = parser.parse_known_args()
    if known.viva:
        return known.viva.resolve()
    subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=ROOT, check=True)
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release/viva"
