"""Where things are: the clone, the cache that tests/truth/setup.sh fills, and the programs that judge."""

import os
import shutil
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
GUIDE = ROOT / "index" / "guide"
CARDS = ROOT / "index" / "cards"
CACHE = HERE.parent / ".cache"
VENV = CACHE / "venv"
NODE_MODULES = CACHE / "npm" / "node_modules"

CORES = os.cpu_count() or 1


class Missing(Exception):
    """A judge is not installed. Never a reason to skip a check."""


def tool(name: str) -> str:
    """The path of a program: from the cache if it is there, else from the system."""
    path = os.pathsep.join([str(VENV / "bin"), os.environ.get("PATH", ""), "/usr/sbin"])
    found = shutil.which(name, path=path)
    if found is None:
        raise Missing(f"{name} is not installed; run tests/truth/setup.sh")
    return found


def go_environment() -> dict[str, str]:
    """The environment of the go command: the pinned toolchain, no network, caches inside the clone's."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("GO")}
    env |= {
        "GOPROXY": "off",
        "GOTOOLCHAIN": "local",
        "GOTELEMETRY": "off",
        "GOENV": "off",
        "GOWORK": "off",
        "GOFLAGS": "",
        "GOPATH": str(CACHE / "go"),
        "GOCACHE": str(CACHE / "go-build"),
        "CGO_ENABLED": "0",
    }
    return env


def go_tool() -> str:
    """The pinned go command. One from elsewhere may be of another version, so it does not do."""
    path = VENV / "bin" / "go"
    if not path.exists():
        raise Missing("the Go toolchain is not installed; run tests/truth/setup.sh")
    return str(path)
