"""motekit demo"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .console import Json, emit, progress, say


def command(
    folder: Annotated[Path, typer.Argument(help="Where the project goes; new or empty.")],
    json: Json = False,
) -> None:
    """Real recordings to a proven Cortex-M program and a report, in one go."""
    from motekit.workflows.demo import demo
    from motekit.workflows.summary import lines

    with progress(json) as report:
        result = demo(folder, report)
    if json:
        emit(result.as_dict())
        return
    for line in lines(result.everything):
        say(line)
