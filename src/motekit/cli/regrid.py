"""motekit regrid"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .console import Json, emit, say


def command(
    names: Annotated[list[str], typer.Argument(help="Recordings; walk.* for several.")],
    project: Annotated[Path, typer.Option(help="Project folder.")] = Path("."),
    times: Annotated[str, typer.Option(help="stamps, or the line through them.")] = "stamps",
    suffix: Annotated[str, typer.Option(help="Behind the names of the new recordings.")] = ".grid",
    replace: Annotated[
        bool, typer.Option("--replace", help="Remove the originals; motekit restore has them.")
    ] = False,
    json: Json = False,
) -> None:
    """Bring samples onto the exact grid of their nominal rate; the metadata says how.

    Makes new recordings; nothing else in motekit moves a sample.
    """
    import dataclasses

    from motekit.core.errors import InputError, found_in
    from motekit.core.params import from_mapping
    from motekit.recordings.grid import GridParams, recording_on_grid
    from motekit.recordings.select import matching
    from motekit.recordings.store import Store
    from motekit.workflows.project import find

    if not suffix:
        raise InputError("new recordings need another name", where="--suffix",
                         way_out="such as --suffix .grid")  # fmt: skip
    params = from_mapping(GridParams, {"times": times}, "motekit regrid")
    store = Store.of_project(find(project))
    chosen = matching(names, store.names())
    made = []
    for name in chosen:
        with found_in(name):
            made.append(recording_on_grid(store.load(name), params))
    for recording in made:
        list(store.add([dataclasses.replace(recording, name=recording.name + suffix)]))
        if replace:
            store.remove(recording.name)
    notes = {
        r.name + suffix: {k: v for k, v in r.metadata.items() if k.startswith("grid.")}
        for r in made
    }  # fmt: skip
    if json:
        emit({"recordings": notes})
        return
    for name, done in notes.items():
        for key, text in done.items():
            say(f"{name}  {key.removeprefix('grid.')}: {text}")
