"""Options that several verbs on model files have."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .console import optional_value

if TYPE_CHECKING:
    from motekit.workflows.compile import Sliding

MOST_INPUTS = 10_000  # all of them and their outputs lie in memory at once
Model = Annotated[Path, typer.Argument(help="A .tflite, .onnx or .pt2 file.")]
Target = Annotated[str, typer.Option(help="Core to compile for.")]
Optimize = Annotated[str, typer.Option(help="speed, ram, flash or balanced.")]
Name = Annotated[str, typer.Option(help="Prefix of every symbol; by default the file's.")]
Calibration = Annotated[
    Path | None,
    typer.Option(help="Typical inputs of a float model: .npy, .npz or a folder of them."),
]
Activations = Annotated[
    str,
    typer.Option(
        metavar="int8|int16",
        help="What the activations of a float model become; int16 takes twice the RAM and more "
        "cycles, and loses next to nothing.",
    ),
]
ChannelsLast = Annotated[
    bool,
    typer.Option(
        "--channels-last",
        help="Take and give pixels with their channels side by side, without a transpose.",
    ),
]
Stream = Annotated[
    str,
    typer.Option(
        "--stream",
        metavar="[AXIS]",
        help="For a model over a sliding window: a step function that takes new frames along "
        "this axis of the input (by default the first longer than 1) and computes only what "
        "they change.",
    ),
]
Hop = Annotated[int, typer.Option(min=1, help="With --stream: new frames of a step.")]
STREAMING = optional_value("--stream", "auto")


def sliding(stream: str, hop: int) -> Sliding | None:
    """What --stream and --hop ask for; None for a program that takes the whole input."""
    from motekit.core.errors import InputError
    from motekit.workflows.compile import Sliding

    if stream:
        return Sliding(_axis(stream), hop)
    if hop != 1:
        raise InputError("only a streaming program has hops", where="--hop", value=hop,
                         way_out="add --stream, or leave --hop out")  # fmt: skip
    return None


def _axis(text: str) -> int | None:
    """The axis of --stream; None where it stands alone."""
    from motekit.core.errors import InputError

    if text == "auto":
        return None
    if not text.isdigit():
        raise InputError("not an axis", where="--stream", value=text,
                         way_out="give its number, from 0 on, or none")  # fmt: skip
    return int(text)
