"""motekit restore"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .console import Json, emit, say


def command(
    names: Annotated[
        list[str] | None, typer.Argument(help="Removed recordings; without: list them.")
    ] = None,
    project: Annotated[Path, typer.Option(help="Project folder.")] = Path("."),
    json: Json = False,
) -> None:
    """Bring removed recordings back, or list what can be brought back."""
    from motekit.recordings.select import matching
    from motekit.recordings.store import Store
    from motekit.workflows.project import find

    store = Store.of_project(find(project))
    removed = store.removed()
    if not names:
        if json:
            emit({"removed": removed})
        else:
            say("\n".join(removed) or "nothing was removed")
        return
    chosen = matching(names, removed)
    for name in chosen:
        store.restore(name)
    if json:
        emit({"restored": chosen})
    else:
        say(f"restored {len(chosen)}: {', '.join(chosen[:8])}{' …' if len(chosen) > 8 else ''}")
