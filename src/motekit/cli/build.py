"""motekit build"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .console import Json, emit, progress, say


def command(
    project: Annotated[Path, typer.Option(help="Project folder.")] = Path("."),
    run: Annotated[Path | None, typer.Option(help="A run folder; by default the newest.")] = None,
    core: Annotated[str, typer.Option(help="Core; by default the project's.")] = "",
    out: Annotated[Path | None, typer.Option(help="Where to; by default builds/.")] = None,
    json: Json = False,
) -> None:
    """Compile a run to C, link it, run it on an emulated core, prove it, bill it.

    Exit code 1 when anything differs from its reference or exceeds the budget.
    """
    from motekit.deploy.waiting import told
    from motekit.workflows.build import build_run
    from motekit.workflows.project import find, load

    folder = find(project)
    with progress(json) as report:
        built = build_run(folder, load(folder), run, core, out, report)
    proof, bill = built.proof, built.bill
    if json:
        emit(
            {
                "proof": proof.as_dict(),
                "bill": bill.as_dict(),
                "sizes": dict(built.generated.sizes),
                "layers": [dict(row) for row in built.generated.layers],
                "paths": {
                    "c_dir": str(built.c_dir),
                    "elf": str(built.elf),
                    "tflite": str(built.tflite) if built.tflite else None,
                    "proof": str(built.proof_dir),
                },
            }
        )
    else:
        say(f"proven: {proof.windows} windows on {bill.core}, {proof.mismatches} mismatches")
        say(
            f"{bill.flash_bytes:,} B flash, {bill.static_ram_bytes:,} B RAM + "
            f"{bill.stack_bytes:,} B stack, {bill.cycles['total']:,.0f} cycles a window "
            f"({bill.cycles_tag})"
        )
        say(told(bill, built.spec.signal))
        say(f"C        {built.c_dir}")
        say(f"program  {built.elf}")
        say(f"proof    {built.proof_dir}")
