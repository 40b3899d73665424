"""Compile a model file, outside any project."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from motekit import targets
from motekit.compiler.select import MODES
from motekit.core.errors import InputError
from motekit.deploy.network import BuiltNetwork, build_network, random_cases
from motekit.graph.importers.opened import Opened, open_model
from motekit.graph.oracle import Oracle

Report = Callable[..., None]
REAL_INPUTS = 8  # calibration samples that are run beside the extremes and random ones


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
    calibration: Path | None = None,
) -> Compiled:  # fmt: skip
    """Import, quantize a float model, compile, run, compare.

    Args:
        name: prefix of every symbol; made from the file's name if "".
        inputs: how many inputs are run: the extremes, then random ones; some of the calibration
            samples come on top.
        calibration: typical inputs of a float model.

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
    if not model.is_file():
        raise InputError("no such file", where=model, way_out="check the path")
    prefix = name or c_name(model.stem)
    with Oracle() as oracle:
        report("read", 0, 1, model.name)
        opened = open_model(model, None, calibration, oracle)
        report("read", 1, 1, model.name)
        report("compile", 0, 1, prefix)
        step = max(1, len(opened.cases) // REAL_INPUTS)
        cases = [*random_cases(opened.graph, inputs), *opened.cases[::step][:REAL_INPUTS]]
        data = "" if calibration is None else f" --calibration {calibration.name}"
        built = build_network(
            opened.graph, prefix, core, out, cases, oracle, mode,
            command=f"motekit compile {model.name}{data} --target {core} --optimize {mode}",
        )  # fmt: skip
    report("compile", 1, 1, prefix)
    return Compiled(opened, built)


def c_name(stem: str) -> str:
    """A file's name as the prefix of C symbols."""
    name = re.sub(r"[^a-z0-9]+", "_", stem.lower()).strip("_")[:31]
    return name if name[:1].isalpha() else f"net_{name}"[:31]
