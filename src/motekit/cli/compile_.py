"""motekit compile"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import _network
from ._model import show
from ._options import (
    MOST_INPUTS,
    STREAMING,
    Activations,
    Calibration,
    ChannelsLast,
    Hop,
    Model,
    Name,
    Optimize,
    Stream,
    Target,
    sliding,
)
from .console import Json, emit, progress, say

COMMAND = STREAMING


def command(
    model: Model,
    target: Target = "cortex-m4f",
    optimize: Optimize = "speed",
    out: Annotated[Path, typer.Option(help="Where the C, the program and the model go.")] = Path(
        "build"
    ),
    name: Name = "",
    inputs: Annotated[
        int, typer.Option(min=1, max=MOST_INPUTS, help="Inputs to run and compare.")
    ] = 16,
    calibration: Calibration = None,
    activations: Activations = "int8",
    channels_last: ChannelsLast = False,
    stream: Stream = "",
    hop: Hop = 1,
    ram_budget: Annotated[
        int | None,
        typer.Option(min=1, help="Bytes of RAM it may take in all: the quickest within them."),
    ] = None,
    flash_budget: Annotated[
        int | None, typer.Option(min=1, help="Bytes of flash, weights included.")
    ] = None,
    region: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=BYTES[@CYCLES][:weights|:flash]",
            help="A memory to place tensors in, the most used ones in the fastest; several, each "
            "with what an access takes: --region dtcm=16k@1 --region sram=64k@3.",
        ),
    ] = None,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="What each pass did, and why each kernel was chosen."),
    ] = False,
    json: Json = False,
) -> int:
    """Compile a model to C, run it on an emulated core, compare every output byte with LiteRT.

    A float model is quantized by the calibration data. Needs no project. Exit code 1 when a
    byte differs.
    """
    from motekit.core.memory import checked, parse
    from motekit.deploy.budget import Budget
    from motekit.workflows.compile import compile_model

    moving = sliding(stream, hop)
    with progress(json) as report:
        compiled = compile_model(
            model,
            target,
            optimize,
            out,
            name,
            inputs,
            report,
            calibration,
            moving,
            last=channels_last,
            activations=activations,
            budget=Budget(ram_budget, flash_budget),
            regions=checked(parse(text) for text in region or ()),
        )
    built = compiled.built
    if json:
        generated = built.generated
        told: dict[str, object] = {}
        if explain:
            told = {"passes": [dict(p) for p in generated.passes], "memory": generated.memory}
        emit({**compiled.as_dict(), **told})
        return int(built.mismatches > 0)
    show(compiled.opened)
    if explain:
        _network.explain(built)
    _network.layers(built)
    built.require()
    _network.costs(built)
    _network.regions(built)
    say(f"C        {built.c_dir}")
    say(f"program  {built.elf}")
    return 0
