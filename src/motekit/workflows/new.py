"""Make a project folder."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

from motekit.compiler.prefix import check_name
from motekit.core.errors import InputError, MachineError, found_in
from motekit.recordings.files import atomic_file, writing

from .project import FILE, ROLES


def new(folder: Path, task: str = "classifier") -> str:
    """Make `folder` with a mote.toml; returns the project's name.

    Args:
        task: what the program is to do: "classifier", "regressor" or "anomaly".

    Raises InputError for another task, if there is a project already, or if the folder's name
    cannot name C symbols; MachineError if the disk does not take it. The mote.toml is written last.
    """
    if (folder / FILE).exists():
        raise InputError("there is a project already", where=folder / FILE,
                         way_out="name another folder")  # fmt: skip
    if task not in ROLES:
        raise InputError("there is no such task", where="task", value=task,
                         way_out=f"choose one of: {', '.join(ROLES)}")  # fmt: skip
    name = re.sub(r"[^a-z0-9_]", "_", folder.resolve().name.lower())
    with found_in(folder):
        check_name(name)
    make(folder)
    (folder / "recordings").mkdir(exist_ok=True)
    template = resources.files(__package__).joinpath("templates", f"{task}.toml")
    ignored = folder / ".gitignore"
    if not ignored.exists():
        write(ignored, "runs/\nbuilds/\nreport/\n.motekit/\n")
    write(folder / FILE, template.read_text(encoding="utf-8").replace("{name}", name))
    return name


def make(folder: Path) -> None:
    """Make a folder. Raises InputError where its place is taken."""
    try:
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
    except MachineError as error:
        if isinstance(error.__cause__, FileExistsError | NotADirectoryError):
            raise InputError("a file is where the folder should be", where=folder,
                             way_out="name another folder") from error  # fmt: skip
        raise


def write(path: Path, text: str) -> None:
    """A text file that appears whole or not at all. Raises MachineError."""
    with atomic_file(path) as handle:
        handle.write(text.encode())
