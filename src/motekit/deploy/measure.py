"""From a linked program and its emulated run to a bill."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from motekit.core.pipeline import PipelineSpec
from motekit.targets.elf import Elf

from .bill import PARTS, Bill
from .emulate import Emulated, EmulatedProgram

STEADY = 8  # windows over which the cost of taking samples is averaged
FRAMES = ("glue", "push", "steps")  # what runs as frames come; steps belong to the blocks
RUNNER = ("main", "push", "obey")  # functions of mk_runner.c


def bill(
    spec: PipelineSpec,
    program: EmulatedProgram,
    emulated: Emulated,
    windows: npt.NDArray[np.generic],
) -> Bill:
    """Costs of one window in steady state, and of the whole program in memory.

    What blocks, network and detector take is the mean over the windows of the proof. Taking
    samples, and what blocks compute as they come, is counted where it happens in the field: in a
    stream, where each window brings `stride` new frames.
    """
    n = max(len(windows), 1)
    parts = emulated.measurement.parts
    cycles = {name: parts[name].cycles / n for name in PARTS if name != "glue" and name in parts}
    proof = {name: parts[name].cycles / n for name in FRAMES if name in parts}
    steady = _steady(spec, program, windows) if len(windows) else proof
    cycles["dsp"] += steady.get("steps", 0.0)
    cycles["glue"] = steady["glue"] + steady["push"]
    moved = sum(steady.values()) - sum(proof.values())
    total = sum(cycles.values())
    elf = program.machine.elf
    stack = max(emulated.measurement.stack_bytes, program.machine.measurement().stack_bytes)
    return Bill(
        core=program.machine.core.name,
        flash_bytes=elf.sizes.flash,
        static_ram_bytes=elf.sizes.ram,
        stack_bytes=stack,
        cycles={"total": total, **cycles},
        cycles_max=round(float(emulated.cycles.max(initial=0)) + moved),
        cycles_tag=emulated.measurement.model.tag,
        flash_by_part=flash_by_part(spec, elf),
        slack_frames=spec.slack,
    )


def _steady(
    spec: PipelineSpec, program: EmulatedProgram, windows: npt.NDArray[np.generic]
) -> dict[str, float]:
    """Cycles of each part of FRAMES for one stride of frames."""
    length, stride = spec.signal.length, spec.signal.stride
    frames = length + STEADY * stride
    pieces = np.concatenate(list(windows[: -(-frames // length)]))
    stream = np.resize(pieces, (frames, pieces.shape[1]))
    before, after = program.stream(stream[:length], stream[length:])
    return {
        name: (part.cycles - before.parts[name].cycles) / STEADY
        for name, part in after.parts.items()
        if name in FRAMES
    }


def flash_by_part(spec: PipelineSpec, elf: Elf) -> dict[str, int]:
    """Bytes of flash by what they are for; the rest is alignment, literals and vectors."""
    blocks = tuple(f"{use.block}_{i}" for i, use in enumerate(spec.blocks))
    out = {"code": 0, "network constants": 0, "anomaly constants": 0,
           "regressor constants": 0, "dsp constants": 0,
           "harness": 0, "other": 0}  # fmt: skip
    seen: set[int] = set()  # a function may have several names
    for symbol in elf.symbols:
        if symbol.place not in ("text", "rodata") or symbol.address in seen:
            continue
        seen.add(symbol.address)
        if symbol.name.startswith("mk_") or symbol.name in RUNNER:
            out["harness"] += symbol.size
        elif symbol.kind == "function":
            out["code"] += symbol.size
        elif symbol.name.startswith("classifier_"):
            out["network constants"] += symbol.size
        elif symbol.name.startswith("anomaly_"):
            out["anomaly constants"] += symbol.size
        elif symbol.name.startswith("regressor_"):
            out["regressor constants"] += symbol.size
        elif symbol.name.startswith((*blocks, "norm")):
            out["dsp constants"] += symbol.size
    out["other"] = elf.sizes.flash - sum(out.values())
    return {name: size for name, size in out.items() if size}
