#!/usr/bin/env python3
"""Packs a built Viva as the archive that a release offers for one target.

    archive.py TARGET path/to/viva FOLDER [path/to/sbom.cdx.json]

The archive in FOLDER is viva-vVERSION-TARGET.tar.gz (.zip for Windows); in it, below a folder of the
same name, are the program, completions, manual pages, licences, the README and the changelog, and the
list of what the program is made of. The program is run to get its completions and pages.
The same input gives the same bytes.
"""

import gzip
import io
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"]
# As the shells look for them.
COMPLETIONS = {
    "bash": "viva.bash",
    "elvish": "viva.elv",
    "fish": "viva.fish",
    "nushell": "viva.nu",
    "powershell": "_viva.ps1",
    "zsh": "_viva",
}


def share(viva: Path) -> dict[str, bytes]:
    """The completions and manual pages that the program prints."""
    files = {}
    for shell, name in COMPLETIONS.items():
        run = subprocess.run([viva, "completions", shell], check=True, capture_output=True)
        files[f"completions/{name}"] = run.stdout
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([viva, "man", "--folder", folder], check=True)
        for page in Path(folder).iterdir():
            files[f"man/{page.name}"] = page.read_bytes()
    return files


def version(viva: Path) -> str:
    run = subprocess.run([viva, "--version"], check=True, capture_output=True, text=True)
    return run.stdout.split()[1]


def tar(entries: dict[str, tuple[bytes, int]]) -> bytes:
    packed = io.BytesIO()
    # Without a time stamp, so that the bytes depend on the content alone.
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as zipped:
        with tarfile.open(fileobj=zipped, mode="w", format=tarfile.USTAR_FORMAT) as archive:
            for name, (content, mode) in entries.items():
                info = tarfile.TarInfo(name)
                info.size, info.mode = len(content), mode
                archive.addfile(info, io.BytesIO(content))
    return packed.getvalue()


def zipped(entries: dict[str, tuple[bytes, int]]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (content, _) in entries.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def main() -> None:
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    target, viva, folder = sys.argv[1], Path(sys.argv[2]).resolve(), Path(sys.argv[3])
    name = f"viva-v{version(viva)}-{target}"
    entries = {viva.name: (viva.read_bytes(), 0o755)}
    files = {document: (ROOT / document).read_bytes() for document in DOCUMENTS}
    files |= share(viva)
    if len(sys.argv) == 5:
        files["viva.cdx.json"] = Path(sys.argv[4]).read_bytes()
    entries |= {file: (files[file], 0o644) for file in sorted(files)}
    entries = {f"{name}/{file}": entry for file, entry in entries.items()}
    folder.mkdir(parents=True, exist_ok=True)
    if "windows" in target:
        archive = folder / f"{name}.zip"
        archive.write_bytes(zipped(entries))
    else:
        archive = folder / f"{name}.tar.gz"
        archive.write_bytes(tar(entries))
    print(archive)


if __name__ == "__main__":
    main()
