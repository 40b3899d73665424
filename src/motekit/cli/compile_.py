"""motekit compile"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ._model import show
from .console import Json, emit, optional_value, progress, say, table

if TYPE_CHECKING:
    from motekit.deploy.network import BuiltNetwork

COMMAND = optional_value("--stream", "auto")


def command(
    model: Annotated[Path, typer.Argument(help="A .tflite, .onnx or .pt2 file.")],
    target: Annotated[str, typer.Option(help="Core to compile for.")] = "cortex-m4f",
    optimize: Annotated[str, typer.Option(help="speed, ram or flash.")] = "speed",
    out: Annotated[Path, typer.Option(help="Where the C, the program and the model go.")] = Path(
        "build"
    ),
    name: Annotated[str, typer.Option(help="Prefix of every symbol; by default the file's.")] = "",
    inputs: Annotated[int, typer.Option(min=1, help="Inputs to run and compare.")] = 16,
    calibration: Annotated[
        Path | None,
        typer.Option(help="Typical inputs of a float model: .npy, .npz or a folder of them."),
    ] = None,
    stream: Annotated[
        str,
        typer.Option(
            "--stream", metavar="[AXIS]",
            help="For a model over a sliding window: a step function that takes new frames along "
            "this axis of the input (by default the first longer than 1) and computes only what "
            "they change.",
        ),
    ] = "",
    hop: Annotated[int, typer.Option(min=1, help="With --stream: new frames of a step.")] = 1,
    json: Json = False,
) -> None:  # fmt: skip
    """Compile a model to C, run it on an emulated core, compare every output byte with LiteRT.

    A float model is quantized to int8 by the calibration data. Needs no project. Exit code 1
    when a byte differs.
    """
    from motekit.workflows.compile import Sliding, compile_model

    sliding = Sliding(_axis(stream), hop) if stream else None
    with progress(json) as report:
        compiled = compile_model(
            model, target, optimize, out, name, inputs, report, calibration, sliding
        )
    built = compiled.built
    bill = built.bill
    if json:
        emit(compiled.as_dict())
        built.require()
        return
    rows = [
        (str(layer["name"]), str(layer["kind"]), str(layer["kernel"]), f"{layer['macs']:,}",
         f"{layer['weight_bytes']:,}")
        for layer in built.generated.layers
    ]  # fmt: skip
    show(compiled.opened)
    table(("layer", "op", "kernel", "MACs", "weight bytes"), rows)
    built.require()
    what = "inputs" if built.stream is None else "steps of the window"
    say(
        f"proven: {built.inputs_checked} {what} on {bill.core}, {built.mismatches} bytes differ "
        "from LiteRT's reference"
    )
    if built.stream is not None:
        _say_stream(built)
    say(
        f"{bill.cycles:,.0f} cycles ({bill.cycles_tag}), {bill.macs_per_cycle:.3f} MACs a cycle; "
        f"{bill.weight_bytes:,} B weights, {bill.code_bytes:,} B code and tables, "
        f"{bill.arena_bytes:,} B arena, {bill.stack_bytes:,} B stack"
    )
    say(f"C        {built.c_dir}")
    say(f"program  {built.elf}")


def _axis(text: str) -> int | None:
    """The axis of --stream; None where it stands alone."""
    from motekit.core.errors import InputError

    if text == "auto":
        return None
    if not text.isdigit():
        raise InputError("not an axis", where="--stream", value=text,
                         way_out="give its number, from 0 on, or none")  # fmt: skip
    return int(text)


def _say_stream(built: BuiltNetwork) -> None:
    made = built.stream
    assert made is not None
    say(
        f"a step takes {made.hop} new of {made.frames} frames: {made.macs:,} MACs where the whole "
        f"window takes {made.macs_batch:,}; {built.generated.sizes['state_bytes']:,} B state; the "
        f"window is full after {made.warmup} steps"
    )
    for op, why in list(made.whole.items())[:1]:
        say(f"from {op} on a step computes everything: {why}")
