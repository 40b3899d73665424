"""motekit check"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .console import Json, counted, emit, progress, say

if TYPE_CHECKING:
    from motekit.core.recording import Recording


def command(
    project: Annotated[Path, typer.Option(help="Project folder.")] = Path("."),
    json: Json = False,
) -> None:
    """Check recordings: rate, jitter, gaps, clipping, stuck channels, units, duplicates, balance.

    Exit code 1 when a finding is an error.
    """
    from motekit.recordings.check import check
    from motekit.recordings.store import Store
    from motekit.workflows.project import find

    store = Store.of_project(find(project))
    names = store.names()
    with progress(json) as report:

        def loaded() -> Iterator[Recording]:
            for i, name in enumerate(names):
                report("check", i, len(names), name)
                yield store.load(name)

        found = check(loaded())
    if json:
        emit(found.as_dict())
    else:
        for finding in found.findings:
            say(finding.line())
        counts = ", ".join(counted(n, severity) for severity, n in found.counts().items())
        say(f"{counted(found.recordings, 'recording')}, {found.seconds / 60:.1f} min: {counts}")
        if not names:
            say("next: motekit import FILES")
    if not found.ok:
        raise typer.Exit(1)
