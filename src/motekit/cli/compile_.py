"""motekit compile"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ._model import show
from .console import Json, emit, progress, say, table


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
    json: Json = False,
) -> None:
    """Compile a model to C, run it on an emulated core, compare every output byte with LiteRT.

    A float model is quantized to int8 by the calibration data. Needs no project. Exit code 1
    when a byte differs.
    """
    from motekit.workflows.compile import compile_model

    with progress(json) as report:
        compiled = compile_model(model, target, optimize, out, name, inputs, report, calibration)
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
    say(
        f"proven: {built.inputs_checked} inputs on {bill.core}, {built.mismatches} bytes differ "
        "from LiteRT's reference"
    )
    say(
        f"{bill.cycles:,.0f} cycles ({bill.cycles_tag}), {bill.macs_per_cycle:.3f} MACs a cycle; "
        f"{bill.weight_bytes:,} B weights, {bill.code_bytes:,} B code and tables, "
        f"{bill.arena_bytes:,} B arena, {bill.stack_bytes:,} B stack"
    )
    say(f"C        {built.c_dir}")
    say(f"program  {built.elf}")
