"""motekit features"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .console import Json, emit, paragraph, progress, say, table

if TYPE_CHECKING:
    from motekit.workflows.quality.compute import Computed

SHOWN = 15  # features listed for people; --json has all


def command(
    project: Annotated[Path, typer.Option(help="Project folder.")] = Path("."),
    recipe: Annotated[str, typer.Option(help="Which recipe; by default the first.")] = "",
    lose: Annotated[
        float | None, typer.Option(
            help="What a cheaper front end may lose: points of accuracy or of the area under the "
            "ROC curve, or error in the unit of the value. By default 1 point, or 5 % of the "
            "error.", min=0.0,
        ),
    ] = None,
    advice: Annotated[
        bool, typer.Option(help="Look for a cheaper window, rate and block parameters.")
    ] = True,
    json: Json = False,
) -> None:  # fmt: skip
    """Compute features into a cache, rank them, propose what is cheaper, draw the map.

    For classes, values and anomalies. What an interruption left is found again; changing a block
    recomputes that block alone.
    """
    from motekit.workflows.project import find
    from motekit.workflows.quality import words
    from motekit.workflows.quality.tool import quality

    with progress(json) as report:
        found = quality(find(project), recipe, lose, advice, report)
    if json:
        emit(found.as_dict())
        return
    told = found.yardstick
    say(_work(found.found))
    if found.cannot:
        say(f"not ranked: {found.cannot}")
    if found.ranks:
        table(words.headings(told), [words.worth(r, told) for r in found.ranks[:SHOWN]])
    if len(found.ranks) > SHOWN:
        say(f"and {len(found.ranks) - SHOWN} more: --json lists them all")
    if found.unseen:
        say(f"not looked at by the detector (axes): {', '.join(found.unseen)}")
    if found.folds is not None:
        score = told.said(found.folds.merit)
        say(f"{told.name} of a quick model on held-out groups: {score} (measured)")
    for warning in found.warnings:
        say(f"warning: {warning}")
    if found.advice is not None:
        say()
        table(*words.savings(found.advice, told), spare=(5, 3))
        for line in words.advice_lines(found.advice, told):
            paragraph(line)
    say(f"map      {found.map_path}")


def _work(found: Computed) -> str:
    """What was computed now and what was found, block by block."""
    head = f"{found.windows:,} windows, {len(found.table.names)} features"
    fresh = ", ".join(f"{w.block} of {w.computed:,}" for w in found.work if w.computed)
    kept = ", ".join(f"{w.block} of {w.cached:,}" for w in found.work if w.cached)
    done = f"computed {fresh} recordings" if fresh else "computed nothing"
    return f"{head}; {done}" + (f", found {kept} in the cache" if kept else "")
