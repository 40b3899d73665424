"""motekit remove"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .console import Json, emit, say


def command(
    names: Annotated[list[str], typer.Argument(help="Recordings; walk.* for several.")],
    project: Annotated[Path, typer.Option(help="Project folder.")] = Path("."),
    json: Json = False,
) -> None:
    """Take recordings away; motekit restore brings them back."""
    from motekit.recordings.select import matching
    from motekit.recordings.store import Store
    from motekit.workflows.project import find

    store = Store.of_project(find(project))
    chosen = matching(names, store.names())
    for name in chosen:
        store.remove(name)
    if json:
        emit({"removed": chosen})
        return
    say(f"removed {len(chosen)}: {', '.join(chosen[:8])}{' …' if len(chosen) > 8 else ''}")
    say("undo: motekit restore NAME")
