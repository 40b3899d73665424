"""motekit diff"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .console import Json, emit, say, table

if TYPE_CHECKING:
    from motekit.workflows.diff import Change, LayerChange


def command(
    a: Annotated[Path, typer.Argument(help="A build's folder.")],
    b: Annotated[Path, typer.Argument(help="The build to compare with it.")],
    json: Json = False,
) -> None:
    """Compare two builds: sizes, cycles and kernels, layer by layer, and what changed.

    For builds of bare networks (motekit compile, motekit profile) and of whole programs (motekit
    build). Exit code 0 whether they differ or not.
    """
    from motekit.workflows.diff import diff_builds

    found = diff_builds(a, b)
    if json:
        emit(found.as_dict())
        return
    for letter, about in (("A", found.about_a), ("B", found.about_b)):
        words = [str(about[k]) for k in ("name", "core", "optimize", "compiler", "opt")
                 if k in about]  # fmt: skip
        say(f"{letter}  {about['path']}: {', '.join(words)}")
    say()
    table(
        ("", "A", "B", "B − A", ""), [(c.name.replace("_", " "), *_cells(c)) for c in found.totals]
    )
    if not found.layers:
        return
    say()
    rows: list[tuple[str, ...]] = [
        (row.name, _kernels(row), *_cells(row.cycles), *_cells(row.nbytes)[:3])
        for row in found.layers
    ]
    known = any(row.cycles.a is not None or row.cycles.b is not None for row in found.layers)
    headers: tuple[str, ...] = (
        "layer",
        "kernel",
        "cycles A",
        "cycles B",
        "B − A",
        "",
        "bytes A",
        "bytes B",
        "bytes B − A",
    )
    spare: tuple[int, ...] = (6, 7, 2, 1)
    if not known:
        say(
            "Layers of a whole program merge when it is linked, so their cycles are not told apart."
        )
        rows = [(*r[:2], *r[6:]) for r in rows]
        headers, spare = (*headers[:2], *headers[6:]), (1,)
    table(headers, rows, spare)


def _cells(c: Change) -> tuple[str, str, str, str]:
    def whole(value: float | None) -> str:
        return "–" if value is None else f"{value:,.0f}"

    difference = "–" if c.difference is None else _signed(f"{abs(c.difference):,.0f}", c.difference)
    ratio = "" if not c.ratio else _signed(f"{abs(100 * c.ratio):.1f} %", c.ratio)
    return whole(c.a), whole(c.b), difference, ratio


def _signed(text: str, value: float) -> str:
    return f"{'+' if value > 0 else '−' if value < 0 else '±'}{text}"


def _kernels(row: LayerChange) -> str:
    a, b = row.kernel_a or "–", row.kernel_b or "–"
    return a if a == b else f"{a} → {b}"
