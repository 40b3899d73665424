"""motekit prove"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .console import Json, emit, progress, say, table


def command(
    pack: Annotated[
        Path | None, typer.Argument(help="A proof pack, to repeat on a board with --serial.")
    ] = None,
    serial: Annotated[str, typer.Option(help="Serial port of a board with the runner.")] = "",
    baud: Annotated[int, typer.Option(min=1200, help="Its baud rate.")] = 115200,
    project: Annotated[Path, typer.Option(help="Project folder.")] = Path("."),
    run: Annotated[Path | None, typer.Option(help="A run folder; by default the newest.")] = None,
    matrix: Annotated[
        bool, typer.Option("--matrix", help="Every core, compiler and -O level.")
    ] = False,
    windows: Annotated[int, typer.Option(min=1, help="Windows each build runs.")] = 64,
    json: Json = False,
) -> None:
    """Run windows and compare every output: on emulated cores, or a board with PACK --serial.

    Exit code 1 when anything differs.
    """
    if pack is not None or serial:
        _on_board(pack, serial, baud, json)
        return
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


def _on_board(pack: Path | None, serial: str, baud: int, json: bool) -> None:
    """Repeat a proof pack on a board."""
    from motekit.core.errors import InputError
    from motekit.deploy.board import load_pack, replay
    from motekit.deploy.serial_line import opened

    if pack is None or not serial:
        raise InputError("a board needs both a proof pack and a port", where="motekit prove",
                         way_out="motekit prove builds/CORE/proof --serial PORT")  # fmt: skip
    loaded = load_pack(pack)
    with progress(json) as report, opened(serial, baud) as line:
        found = replay(loaded, line, lambda done, total: report("board", done, total))
    if json:
        emit({"windows": found.windows, "mismatches": found.mismatches, "first": found.first,
              "identity": found.identity, "holds": found.holds})  # fmt: skip
    else:
        say(f"{found.windows} windows on {serial}: {found.mismatches} differ"
            + ("" if found.identity else "; the board runs another program"))  # fmt: skip
    if not found.holds:
        raise typer.Exit(1)
