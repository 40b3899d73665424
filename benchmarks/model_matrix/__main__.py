"""python -m benchmarks.model_matrix [MODELS] [--cores a,b] [--inputs N] [--models x,y] [--json]

Compiles every int8 .tflite of a folder, runs it on this computer and on emulated cores, and
compares every output byte with LiteRT's BUILTIN_REF: all lowest, all highest and alternating
inputs, recorded ones where there are some, and N random ones (200 unless told).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph
from motekit.core.op import Array
from motekit.graph import load
from motekit.graph.oracle import Oracle
from motekit.testing.graph_program import Case, core_program, host_program
from motekit.testing.op_cases import inputs

from .real import recorded

SHARED = Path(__file__).parents[3] / "shared"
CORES = ("host", "cortex-m0plus", "cortex-m4f", "cortex-m7", "cortex-m33", "riscv32imc")


@dataclass(frozen=True)
class Row:
    """One model on one core."""

    model: str
    core: str
    inputs: int
    recorded: int
    outputs: int
    mismatches: int
    seconds: float


def models(folder: Path, only: Sequence[str]) -> Iterator[tuple[Path, Graph | str]]:
    """(path, graph, or why it was refused) of every .tflite of a folder and its sub-folders, the
    small files first; of files with the same content the first."""
    files = sorted([*folder.rglob("*.tflite"), *folder.rglob("*.lite")])
    seen: dict[bytes, Path] = {}
    for path in sorted(files, key=lambda p: p.stat().st_size):
        if only and path.stem not in only:
            continue
        first = seen.setdefault(path.read_bytes(), path)
        if first is not path:
            yield path, f"{path}: the same file as {first}"
            continue
        try:
            yield path, load(path, "model")
        except InputError as error:
            yield path, error.line()


def cases(path: Path, graph: Graph, random: int) -> tuple[list[list[Array]], int]:
    """(inputs to run, how many of them are recorded ones)."""
    made = inputs(graph, 0, random)
    if len(graph.inputs) != 1 or graph.type(graph.inputs[0]).dtype != "int8":
        return made, 0
    real: list[list[Array]] = [[v] for v in recorded(path, SHARED, graph.type(graph.inputs[0]))]
    return real + made, len(real)


def run(core: str, graph: Graph, given: list[list[Array]]) -> list[list[Array]]:
    """Outputs of the C program on a core."""
    requests = [(0, case) for case in given]
    if core == "host":
        with host_program([Case(graph)]) as program:
            return program.run(requests)
    with core_program(core, [Case(graph)]) as machine:
        return machine.run(requests)


def check(path: Path, graph: Graph, cores: Sequence[str], random: int) -> Iterator[Row]:
    """One row a core."""
    given, real = cases(path, graph, random)
    with Oracle(600) as oracle:
        expected = oracle.run(path.read_bytes(), given)
    size = sum(a.size for case in expected for a in case)
    for core in cores:
        begin = time.perf_counter()
        got = run(core, graph, given)
        wrong = sum(
            int(np.count_nonzero(a != b))
            for mine, theirs in zip(got, expected, strict=True)
            for a, b in zip(mine, theirs, strict=True)
        )
        seconds = time.perf_counter() - begin
        yield Row(path.stem, core, len(given), real, size, wrong, round(seconds, 1))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=SHARED / "models")
    parser.add_argument("--cores", default=",".join(CORES))
    parser.add_argument("--inputs", type=int, default=200)
    parser.add_argument("--models", default="")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    rows: list[Row] = []
    refused: dict[str, str] = {}
    for path, graph in models(args.folder, [m for m in args.models.split(",") if m]):
        if isinstance(graph, str):
            refused[path.stem] = graph
            continue
        for row in check(path, graph, args.cores.split(","), args.inputs):
            rows.append(row)
            if not args.json:
                print(
                    f"{row.model:40} {row.core:14} {row.inputs:5} inputs ({row.recorded} recorded)"
                    f" {row.outputs:8} outputs {row.mismatches:6} differ {row.seconds:7} s",
                    flush=True,
                )
    if args.json:
        print(json.dumps({"rows": [asdict(row) for row in rows], "refused": refused}))
    else:
        print(*(f"not run: {line}" for line in refused.values()), sep="\n")
    return 1 if any(row.mismatches for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
