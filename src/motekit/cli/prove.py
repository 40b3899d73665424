"""motekit prove"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .console import Json, emit, progress, say, table


def command(
    project: Annotated[Path, typer.Option(help="Project folder.")] = Path("."),
    run: Annotated[Path | None, typer.Option(help="A run folder; by default the newest.")] = None,
    matrix: Annotated[
        bool, typer.Option("--matrix", help="Every core, compiler and -O level.")
    ] = False,
    windows: Annotated[int, typer.Option(min=1, help="Windows each build runs.")] = 64,
    json: Json = False,
) -> None:
    """Build and run a sample of windows; compare every output with its reference.

    Exit code 1 when anything differs.
    """
    from motekit.workflows.matrix import prove_matrix, prove_one
    from motekit.workflows.project import find, load
    from motekit.workflows.runs import latest
    from motekit.workflows.runs import load as load_run

    folder = find(project)
    loaded = load_run(run or latest(folder))
    with progress(json) as report:
        if matrix:
            proofs = prove_matrix(loaded, windows, report)
        else:
            proofs = [prove_one(loaded, windows, load(folder).target.core)]
    wrong = sum(not p.holds for p in proofs)
    if json:
        emit({"proofs": [p.as_dict() for p in proofs], "holds": wrong == 0})
    else:
        rows = [
            (p.core, p.compiler, p.opt, str(p.windows), str(p.mismatches), str(p.decision_flips))
            for p in proofs
        ]
        table(("core", "compiler", "level", "windows", "mismatches", "decision flips"), rows)
        say(f"{len(proofs) - wrong} of {len(proofs)} proofs hold")
    if wrong:
        raise typer.Exit(1)
