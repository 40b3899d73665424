"""motekit test"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .console import Json, emit, progress, say


def command(
    project: Annotated[Path, typer.Option(help="Project folder.")] = Path("."),
    json: Json = False,
) -> None:
    """Judge the binaries on held-out groups, build for every core, and write the report.

    Models that are trained already are reused; what is missing is trained first.
    """
    from motekit.workflows.everything import everything
    from motekit.workflows.project import find
    from motekit.workflows.summary import lines

    folder = find(project)
    steps = (("motekit build", "after a change of mote.toml, for the core it names"),)
    with progress(json) as report:
        result = everything(folder, "", "motekit test", steps, report)
    if json:
        emit(result.as_dict())
        return
    for line in lines(result):
        say(line)
