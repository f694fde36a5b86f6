"""Fetches the viewers with npm and lays what browsers need of them into the static files: a step of `make install`.

It runs by itself, without Django: `python images/viewers/install.py`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
PACKAGES = FOLDER / "node_modules"
VENDOR = FOLDER.parent / "static" / "iiif_images" / "vendor"

READABLE_BY_ALL = 0o755

# The maps are larger than the programs, and what a script names must be there when its hash is taken.
SOURCE_MAP = re.compile(rb"\s*(?://[#@] sourceMappingURL=\S+|/\*[#@] sourceMappingURL=\S+ \*/)\s*$")

NO_NETWORK = (
    "npm could not fetch the viewers; its reason stands above. Make its registry reachable (npm config set registry), "
    "or leave the viewers out: make install VIEWERS=no"
)


@dataclass(frozen=True)
class Part:
    """The files of a package that the pages load, and its licence."""

    package: str
    folder: str
    """Where the files are, below `node_modules`."""
    files: tuple[str, ...]
    licence: str
    is_bundle: bool = False
    """Whether its file holds other packages too, whose licences must be given with it."""


PARTS = (
    Part("openseadragon", "openseadragon/build/openseadragon", ("openseadragon.min.js",), "LICENSE.txt"),
    Part("leaflet", "leaflet/dist", ("leaflet.js", "leaflet.css", "images/*"), "LICENSE"),
    Part("leaflet-iiif", "leaflet-iiif", ("leaflet-iiif.js",), "LICENSE.txt"),
    Part("mirador", ".bundle", ("mirador.min.js",), "LICENSE", is_bundle=True),
)


def main() -> None:
    with npm() as command:
        run(command, "ci", "--loglevel=error", otherwise=NO_NETWORK)
        run(command, "run", "bundle", otherwise="Mirador could not be bundled; the reason stands above.")
    with tempfile.TemporaryDirectory(prefix="iiifserver-viewers-") as unfinished:
        lay_out(Path(unfinished))
        replace(Path(unfinished), VENDOR)


def run(npm_command: str, *arguments: str, otherwise: str, folder: Path = FOLDER) -> None:
    """Has npm work in the folder of a package.json; ends with that sentence when it fails."""
    # The programs that npm starts look for node beside it.
    path = os.pathsep.join([str(Path(npm_command).parent), os.environ.get("PATH", os.defpath)])
    command = [npm_command, *arguments]
    done = subprocess.run(command, cwd=folder, env={**os.environ, "PATH": path}, stdout=subprocess.DEVNULL, check=False)  # noqa: S603
    if done.returncode:
        sys.exit(otherwise)


@contextmanager
def npm() -> Iterator[str]:
    """The machine's npm; where there is none, one in an environment that is thrown away afterwards."""
    if found := shutil.which("npm"):
        yield found
        return
    with tempfile.TemporaryDirectory(prefix="iiifserver-npm-") as environment:
        yield str(fetched_npm(Path(environment)))


def fetched_npm(environment: Path) -> Path:
    """Makes a virtual environment that holds Node.js and npm."""
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)  # noqa: S603
    programs = environment / "bin"
    requirements = ["--require-hashes", "--requirement", str(FOLDER / "npm-requirements.lock")]
    pip = [str(programs / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements]
    if subprocess.run(pip, check=False).returncode:  # noqa: S603
        sys.exit("There is no npm on this machine, and pip could not fetch one: apt install npm")
    return programs / "npm"


def lay_out(vendor: Path) -> None:
    """Writes every part into the folder, with its licences, and which versions they are."""
    for part in PARTS:
        copy_part(part, vendor / part.package)
    versions = {part.package: manifest(PACKAGES / part.package)["version"] for part in PARTS}
    (vendor / "versions.json").write_text(json.dumps(versions, indent=2) + "\n", encoding="utf-8")


def copy_part(part: Part, target: Path) -> None:
    folder = PACKAGES / part.folder
    for pattern in part.files:
        for file in sorted(folder.glob(pattern)):
            copy = target / file.relative_to(folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(without_source_map(file))
    shutil.copy(PACKAGES / part.package / part.licence, target / part.licence)
    if part.is_bundle:
        (target / "LICENSES-OF-PARTS.txt").write_text("\n\n".join(licences_within()), encoding="utf-8")


def without_source_map(file: Path) -> bytes:
    content = file.read_bytes()
    return SOURCE_MAP.sub(b"\n", content) if file.suffix in {".js", ".css"} else content


def licences_within() -> Iterator[str]:
    """The licence of every package that a bundle may hold: all but the other viewers and the tools."""
    lock = json.loads((FOLDER / "package-lock.json").read_text(encoding="utf-8"))
    ours = {f"node_modules/{part.package}" for part in PARTS}
    for place, facts in sorted(lock["packages"].items()):
        if place and place not in ours and not facts.get("dev") and (FOLDER / place).is_dir():
            yield licence_of(FOLDER / place)


def licence_of(package: Path) -> str:
    """Name, version and licence of a package; where it brings no text, the licence's name."""
    facts = manifest(package)
    heading = f"==== {facts['name']} {facts['version']} ({facts.get('license', 'see below')})"
    texts = [
        file.read_text(encoding="utf-8", errors="replace") for file in sorted(package.iterdir()) if is_licence(file)
    ]
    return "\n\n".join([heading, *texts])


def is_licence(file: Path) -> bool:
    return file.is_file() and file.stem.lower() in {"license", "licence", "copying", "notice"}


def manifest(package: Path) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads((package / "package.json").read_text(encoding="utf-8"))
    return facts


def replace(new: Path, old: Path) -> None:
    """Puts the finished folder in the place of the old one."""
    if old.exists():
        shutil.rmtree(old)
    shutil.copytree(new, old)
    old.chmod(READABLE_BY_ALL)


if __name__ == "__main__":
    main()
