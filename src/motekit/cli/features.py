"""motekit features"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .console import Json, emit, progress, say, table

if TYPE_CHECKING:
    from motekit.workflows.quality.advice import Advice, Option

SHOWN = 15  # features listed for people; --json has all


def command(
    project: Annotated[Path, typer.Option(help="Project folder.")] = Path("."),
    recipe: Annotated[str, typer.Option(help="Which recipe; by default the first.")] = "",
    lose: Annotated[
        float, typer.Option(help="Accuracy in points that a cheaper front end may lose.",
                            min=0.0, max=100.0),
    ] = 1.0,
    advice: Annotated[
        bool, typer.Option(help="Look for a cheaper window, rate and block parameters.")
    ] = True,
    json: Json = False,
) -> None:  # fmt: skip
    """Compute features into a cache, rank them, propose what is cheaper, draw the map.

    What an interruption left is found again; changing a block recomputes that block alone.
    """
    from motekit.workflows.project import find
    from motekit.workflows.quality.tool import quality

    with progress(json) as report:
        found = quality(find(project), recipe, lose / 100, advice, report)
    if json:
        emit(found.as_dict())
        return
    seen = found.found
    say(
        f"{seen.windows:,} windows, {len(seen.table.names)} features; "
        f"{seen.computed} parts computed, {seen.cached} found in the cache"
    )
    rows = [
        (r.name, f"{100 * r.importance:.2f}", f"{100 * r.spread:.2f}", f"{r.information:.2f}")
        for r in found.ranks[:SHOWN]
    ]
    table(("feature", "points lost without", "± over parts", "bits"), rows)
    if len(found.ranks) > SHOWN:
        say(f"and {len(found.ranks) - SHOWN} more: --json lists them all")
    say(f"accuracy of a quick model on held-out groups: {found.accuracy.accuracy:.3f} (measured)")
    if found.advice is not None:
        for line in _advice(found.advice):
            say(line)
    say(f"map      {found.map_path}")


def _advice(advice: Advice) -> Iterator[str]:
    base = advice.base
    better = sorted(
        (o for o in advice.tried if o.energy_uj_per_s is not None),
        key=lambda o: o.energy_uj_per_s or 0.0,
    )
    yield ""
    yield f"front end as it is: {_cost(base)}"
    for option in better:
        yield f"  {', '.join(option.changes)}: {_compared(option, base)}"
    lost = [o for o in advice.tried if o.energy_uj_per_s is None]
    if lost:
        told = ", ".join(f"{o.changes[0]} ({100 * o.gain:+.1f})" for o in lost)
        yield f"  lose more than {100 * advice.margin:g} points: {told}"
    if advice.proposal is None:
        yield "nothing cheaper keeps the accuracy"
        return
    yield f"proposed: {', '.join(advice.proposal.changes)}"
    yield f"  {_compared(advice.proposal, base)}"
    yield "  these groups chose it: train with it for the accuracy to believe"


def _cost(option: Option) -> str:
    return (
        f"{option.features} features, {option.cycles or 0:,.0f} cycles a window "
        f"({option.cycles_tag}), {option.energy_uj_per_s or 0:.2f} µJ a second (estimated)"
    )


def _compared(option: Option, base: Option) -> str:
    change = 100 * ((option.energy_uj_per_s or 0) / (base.energy_uj_per_s or 1) - 1)
    return (
        f"{100 * option.gain:+.1f} ± {100 * option.gain_error:.1f} points, "
        f"{change:+.0f} % energy; {_cost(option)}"
    )
