"""Compares what the package lists say of a release: names.py VERSION

The targets that the release workflow builds are the ones that cargo-binstall, Homebrew, Mason and npm
know, and all call the archives as archive.py does; and they are for the same version.
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ROOT / "editors" / "packages"


def same(what: str, found: set[str], expected: set[str]) -> None:
    if found != expected:
        sys.exit(f"{what}: not in a release: {found - expected}; missing: {expected - found}")


def archive(version: str, target: str) -> str:
    return f"viva-v{version}-{target}.{'zip' if 'windows' in target else 'tar.gz'}"


def binstall(version: str, target: str) -> str:
    """The name that cargo-binstall looks for."""
    package = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]
    metadata = package["metadata"]["binstall"]
    url = metadata["overrides"].get(target, metadata)["pkg-url"]
    name = url.rsplit("/", 1)[1]
    return name.replace("{ version }", version).replace("{ target }", target)


def main() -> None:
    version = sys.argv[1]
    workflow = (ROOT / ".github/workflows/release.yml").read_text()
    targets = set(re.findall(r"target: ([\w-]+)", workflow))
    if not targets:
        sys.exit("release.yml names no targets")
    archives = {archive(version, target) for target in targets}
    same("cargo-binstall", {binstall(version, target) for target in targets}, archives)

    mason = (PACKAGES / "mason/package.yaml").read_text()
    files = set(re.findall(r"file: (\S+)", mason))
    same("Mason", {file.replace("{{version}}", f"v{version}") for file in files}, archives)
    folders = {re.sub(r"\.(tar\.gz|zip)$", "", file) for file in files}
    same("Mason's bin", {folder for folder, _ in re.findall(r"bin: (.+)/(viva\S*)", mason)}, folders)
    if f"@v{version}\n" not in mason:
        sys.exit(f"Mason's list is not for {version}")
    extension = json.loads((ROOT / "editors/vscode/package.json").read_text())["version"]
    if extension != version:
        sys.exit(f"the extension for VS Code is {extension}, not {version}")

    npm = (PACKAGES / "npm/pack.mjs").read_text()
    platforms = set(re.findall(r"^  '([\w-]+)': \{ os:", npm, re.MULTILINE))
    same("npm", platforms, set(re.findall(r"npm: ([\w-]+)", workflow)))

    with tempfile.TemporaryDirectory() as folder:
        sums = Path(folder) / "SHA256SUMS"
        sums.write_text("".join(f"{number:064x}  {name}\n" for number, name in enumerate(sorted(archives))))
        formula = subprocess.run(
            [PACKAGES / "formula.py", version, sums], check=True, capture_output=True, text=True
        ).stdout
        brewed = set(re.findall(r'download/v[\d.]+/(\S+)"', formula))
        same("Homebrew", brewed, {name for name in archives if re.search("darwin|linux-gnu", name)})
        for name, checksum in re.findall(r'/([^/"]+\.tar\.gz)"\s+sha256 "(\w+)"', formula):
            if f"{checksum}  {name}\n" not in sums.read_text():
                sys.exit(f"Homebrew: {name} has the checksum of another archive")
        sums.write_text("")
        refused = subprocess.run([PACKAGES / "formula.py", version, sums], capture_output=True, text=True)
        if refused.returncode == 0 or "no checksum of viva-v" not in refused.stderr:
            sys.exit("Homebrew: a formula without checksums was made")


if __name__ == "__main__":
    main()
