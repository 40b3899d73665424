"""motekit profile"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import _network
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
    out: Annotated[Path, typer.Option(help="Where profile.html and what was profiled go.")] = Path(
        "build"
    ),
    name: Name = "",
    inputs: Annotated[
        int, typer.Option(min=1, max=MOST_INPUTS, help="Inputs to run; the mean is told.")
    ] = 8,
    calibration: Calibration = None,
    activations: Activations = "int8",
    channels_last: ChannelsLast = False,
    stream: Stream = "",
    hop: Hop = 1,
    json: Json = False,
) -> int:
    """Show where a model's time and bytes go, layer by layer.

    Compiles the model as `motekit compile` does and measures every layer in that program, on the
    emulated core, beside what the core's arithmetic alone would take. Writes a page with a chart,
    profile.html. Needs no project. Exit code 1 when an output differs from LiteRT's.
    """
    from motekit.workflows.profile import profile_model

    moving = sliding(stream, hop)
    with progress(json) as report:
        compiled, page = profile_model(
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
        )
    built = compiled.built
    if json:
        found = compiled.as_dict()
        paths = {**built.paths(), "report": str(page)}
        emit({**found, "paths": paths})
        return int(built.mismatches > 0)
    _network.profile(built)
    built.require()
    _network.costs(built)
    say(f"report   {page}")
    return 0
