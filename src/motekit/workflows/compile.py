"""Compile a model file, outside any project."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from motekit import targets
from motekit.compiler.select import MODES
from motekit.core.errors import InputError
from motekit.core.memory import Region
from motekit.deploy.budget import UNLIMITED, Budget
from motekit.deploy.network import (
    BuiltNetwork,
    build_network,
    build_stream,
    random_cases,
    random_frames,
)
from motekit.graph.importers.opened import Opened, open_model, with_channels_last
from motekit.graph.oracle import Oracle
from motekit.graph.stream import stepped

Report = Callable[..., None]
REAL_INPUTS = 8  # calibration samples that are run beside the extremes and random ones


@dataclass(frozen=True)
class Sliding:
    """How a window slides: along which axis of the input (None: the first longer than 1), and
    by how many frames a step."""

    axis: int | None = None
    hop: int = 1


@dataclass(frozen=True)
class Compiled:
    """A build and how its graph came out of the model file."""

    opened: Opened
    built: BuiltNetwork

    def as_dict(self) -> dict[str, object]:
        """The object that `motekit compile --json` prints."""
        return {**self.built.as_dict(), "model": self.opened.as_dict()}


def compile_model(
    model: Path, core: str, optimize: str, out: Path, name: str, inputs: int, report: Report,
    calibration: Path | None = None, sliding: Sliding | None = None, profiled: int = 1,
    last: bool = False, budget: Budget = UNLIMITED, regions: Sequence[Region] = (),
    activations: str = "int8",
) -> Compiled:  # fmt: skip
    """Import, quantize a float model, compile, run, compare.

    Args:
        name: prefix of every symbol; made from the file's name if "".
        inputs: how many inputs are run: the extremes, then random ones; some of the calibration
            samples come on top.
        calibration: typical inputs of a float model.
        sliding: make a program that goes on frame by frame; None: one for the whole input. It is
            run over `inputs` steps beside those that fill the window, lead it through the
            extremes, and bring calibration samples.
        last: take and give channels last what the model takes and gives channels first.
        budget: what the program may take in all.
        regions: memories of different speed to place it in.
        activations: "int8" or "int16", what a float model's activations become.
        profiled: of the last inputs, how many are run once more to measure each layer.

    Raises InputError for a model that cannot be lowered or a core without emulator.
    """
    mode = next((m for m in MODES if m == optimize), None)
    if mode is None:
        raise InputError("unknown mode", where="--optimize", value=optimize,
                         way_out=f"choose one of: {', '.join(MODES)}")  # fmt: skip
    if targets.core(core).emulation is None:
        raise InputError("this core has no emulator, so nothing could be proven",
                         where="--target", value=core,
                         way_out="choose a core with one, such as cortex-m4f")  # fmt: skip
    if model.is_dir():
        raise InputError("this is a folder, not a model file", where=model,
                         way_out="name the file in it")  # fmt: skip
    if not model.is_file():
        raise InputError("no such file", where=model, way_out="check the path")
    prefix = name or c_name(model.stem)
    with Oracle() as oracle:
        report("read", 0, 1, model.name)
        opened = open_model(model, None, calibration, oracle, activations=activations)
        opened = with_channels_last(opened) if last else opened
        report("read", 1, 1, model.name)
        report("compile", 0, 1, prefix)
        step = max(1, len(opened.cases) // REAL_INPUTS)
        real = opened.cases[::step][:REAL_INPUTS]
        data = "" if calibration is None else f" --calibration {calibration.name}"
        data += "" if activations == "int8" else f" --activations {activations}"
        data += " --channels-last" if last else ""
        data += "" if budget.ram_bytes is None else f" --ram-budget {budget.ram_bytes}"
        data += "" if budget.flash_bytes is None else f" --flash-budget {budget.flash_bytes}"
        data += "".join(f" --region {region}" for region in regions)
        command = f"motekit compile {model.name}{data} --target {core} --optimize {mode}"
        if sliding is None:
            cases = [*random_cases(opened.graph, inputs), *real]
            built = build_network(
                opened.graph, prefix, core, out, cases, oracle, mode, command=command,
                profiled=profiled, budget=budget, regions=regions,
            )  # fmt: skip
        else:
            made = stepped(opened.graph, sliding.axis, sliding.hop)
            count = 5 * made.frames + inputs * made.hop
            frames = [random_frames(opened.graph, made.axis, count), *(case[0] for case in real)]
            built = build_stream(
                opened.graph, prefix, core, out, np.concatenate(frames, made.axis), oracle, mode,
                made.axis, made.hop, command=f"{command} --stream {made.axis} --hop {made.hop}",
                profiled=profiled, budget=budget, regions=regions,
            )  # fmt: skip
    report("compile", 1, 1, prefix)
    return Compiled(opened, built)


def c_name(stem: str) -> str:
    """A file's name as the prefix of C symbols."""
    name = re.sub(r"[^a-z0-9]+", "_", stem.lower()).strip("_")[:31]
    return name if name[:1].isalpha() else f"net_{name}"[:31]
