"""Make a project folder."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

from motekit.core.errors import InputError

from .project import FILE, IDENTIFIER


def new(folder: Path) -> str:
    """Make `folder` with a mote.toml; returns the project's name.

    Raises InputError if there is a project already, or if the folder's name cannot name C
    symbols.
    """
    if (folder / FILE).exists():
        raise InputError("there is a project already", where=folder / FILE,
                         way_out="name another folder")  # fmt: skip
    name = re.sub(r"[^a-z0-9_]", "_", folder.resolve().name.lower())
    if not IDENTIFIER.fullmatch(name):
        raise InputError(
            "the folder's name becomes the prefix of C symbols: begin with a letter, at most 31",
            where=folder, value=folder.name,
        )  # fmt: skip
    template = resources.files(__package__).joinpath("templates", "new.toml")
    text = template.read_text(encoding="utf-8").replace("{name}", name)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "recordings").mkdir(exist_ok=True)
    (folder / FILE).write_text(text, encoding="utf-8")
    (folder / ".gitignore").write_text("runs/\nbuilds/\nreport/\n", encoding="utf-8")
    return name
