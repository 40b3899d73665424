"""Compile a model file, outside any project."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from motekit import targets
from motekit.compiler.select import MODES
from motekit.core.errors import InputError
from motekit.deploy.network import BuiltNetwork, build_network, random_cases
from motekit.graph import load
from motekit.graph.oracle import Oracle

Report = Callable[..., None]


def compile_model(
    model: Path, core: str, optimize: str, out: Path, name: str, inputs: int, report: Report
) -> BuiltNetwork:
    """Import, compile, run, compare.

    Args:
        name: prefix of every symbol; made from the file's name if "".
        inputs: how many inputs are run: the extremes, then random ones.

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
    graph = load(model)
    prefix = name or c_name(model.stem)
    report("compile", 0, 1, prefix)
    with Oracle() as oracle:
        built = build_network(
            graph, prefix, core, out, random_cases(graph, inputs), oracle, mode,
            command=f"motekit compile {model.name} --target {core} --optimize {mode}",
        )  # fmt: skip
    report("compile", 1, 1, prefix)
    return built


def c_name(stem: str) -> str:
    """A file's name as the prefix of C symbols."""
    name = re.sub(r"[^a-z0-9]+", "_", stem.lower()).strip("_")[:31]
    return name if name[:1].isalpha() else f"net_{name}"[:31]
