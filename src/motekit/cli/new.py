"""motekit new"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from .console import Json, emit, say


def command(
    folder: Annotated[Path, typer.Argument(help="Folder to make; its name names the C symbols.")],
    task: Annotated[
        str,
        typer.Option(
            help="What it learns: classifier (classes), regressor (a value), "
            "anomaly (only what is strange)."
        ),
    ] = "classifier",
    json: Json = False,
) -> None:
    """Make a project folder with a mote.toml."""
    from motekit.workflows.new import new

    name = new(folder, task)
    if json:
        emit({"folder": str(folder), "name": name, "task": task})
        return
    say(f"{folder}/mote.toml  what the project is made of")
    say(f"next: motekit import FILES --project {shlex.quote(str(folder))}")
