"""motekit verify"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .console import Json, emit, progress, say


def command(
    project: Annotated[Path, typer.Option(help="Project folder.")] = Path("."),
    json: Json = False,
) -> None:
    """Compare every stored file with what was written, bit for bit, removed recordings included.

    Exit code 1 when a file is damaged.
    """
    from motekit.recordings.store import Store
    from motekit.workflows.project import find

    store = Store.of_project(find(project))
    with progress(json) as report:
        damages = store.verify(lambda name, n, total: report("verify", n, total, name))
    count = len(store)
    if json:
        found = [damage.as_dict() for damage in damages]
        emit({"recordings": count, "damaged": found})
    else:
        for damage in damages:
            say(f"{damage.recording}/{damage.file}: {damage.what}; import the source again, "
                "or take the file from a backup")  # fmt: skip
        files = "1 damaged file" if len(damages) == 1 else f"{len(damages)} damaged files"
        say(f"{count} recording{'s' * (count != 1)}, {files}")
    if damages:
        raise typer.Exit(1)
