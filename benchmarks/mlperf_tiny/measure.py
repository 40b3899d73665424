"""One network in one mode: built, run on the emulated core, compared, billed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.model_matrix.real import recorded
from motekit.compiler.select import MODES, Optimize
from motekit.core.graph import Graph
from motekit.core.op import Array
from motekit.deploy.network import (
    BuiltNetwork,
    Case,
    build_network,
    build_stream,
    random_cases,
    random_frames,
)
from motekit.graph import load
from motekit.graph.oracle import Oracle

CORE = "cortex-m4f"
FILES = {
    "kws": "kws_ref_model.tflite",
    "ic": "pretrainedResnet_quant.tflite",
    "vww": "vww_96_int8.tflite",
    "ad": "ad01_int8.tflite",
    "sww": "str_ww_ref_model.tflite",
}
KEYS = (
    "cycles", "macs", "macs_per_cycle", "arena_bytes", "ram_bytes", "stack_bytes", "code_bytes",
    "weight_bytes", "mismatches", "inputs_checked", "paths", "cycles_tag", "state_bytes", "stream",
)  # fmt: skip
STREAMED = "sww"  # its figures are those of a step; the whole window's are beside them
TIME = 1  # axis of its input
COMMAND = "python -m benchmarks.mlperf_tiny"


@dataclass(frozen=True)
class Job:
    """What to run: networks by their short names, modes, inputs beside the recorded ones."""

    models: Path
    shared: Path
    out: Path
    names: tuple[str, ...]
    modes: tuple[Optimize, ...]
    inputs: int


def mode(name: str) -> Optimize:
    """A mode by its name; KeyError if there is none."""
    return {m: m for m in MODES}[name]  # type: ignore[index]


def run(job: Job) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(network, mode, its figures), one after the other."""
    with Oracle(600) as oracle:
        for name in job.names:
            path = job.models / FILES[name]
            graph = load(path, "model")
            given = cases(path, graph, job)
            expected = oracle.run(path.read_bytes(), given)
            for each in job.modes:
                folder = job.out / name / each
                folder.mkdir(parents=True, exist_ok=True)
                yield name, each, _one(graph, name, folder, each, given, expected, oracle)


def cases(path: Path, graph: Graph, job: Job) -> list[Case]:
    """Recorded inputs if they are there, the extremes, random ones."""
    real = recorded(path, job.shared, graph.type(graph.inputs[0]))
    return [*([v] for v in real), *random_cases(graph, 3 + job.inputs)]


def _one(
    graph: Graph, name: str, folder: Path, each: Optimize, given: list[Case],
    expected: list[list[Any]], oracle: Oracle,
) -> dict[str, Any]:  # fmt: skip
    whole = folder / "whole" if name == STREAMED else folder
    whole.mkdir(exist_ok=True)
    built = build_network(graph, name, CORE, whole, given, oracle, each, command=COMMAND)
    exported = oracle.run(built.tflite.read_bytes(), given)
    figures = _figures(built)
    # build_network compares with the model that motekit writes; that has to equal the file's.
    figures["mismatches"] += sum(
        int(np.count_nonzero(a != b))
        for mine, theirs in zip(exported, expected, strict=True)
        for a, b in zip(mine, theirs, strict=True)
    )
    if name != STREAMED:
        return figures
    frames = _frames(graph, given)
    step = build_stream(graph, name, CORE, folder, frames, oracle, each, axis=TIME, command=COMMAND)
    return {**_figures(step), "whole_window": figures}


def _figures(built: BuiltNetwork) -> dict[str, Any]:
    found: Mapping[str, Any] = built.as_dict()
    return {key: found[key] for key in KEYS if key in found}


def _frames(graph: Graph, given: list[Case]) -> Array:
    """Random frames with the extremes among them, then all recorded windows one after the other."""
    windows = [np.asarray(case[0]) for case in given]
    return np.concatenate([random_frames(graph, TIME, 5 * windows[0].shape[TIME]), *windows], TIME)
