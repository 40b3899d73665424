"""python -m benchmarks.model_import [MODELS] [--json]

Imports every float or foreign model of a folder (.tflite, .onnx, .pt2), quantizes the float ones
with every other typical input, and measures on the inputs left out how far the integer model is
from its source: from the float model in LiteRT, or where the file says how it is quantized, from
its own arithmetic. Where the inputs have labels, the share of right answers of both. Integer
.tflite models need nothing of this and are passed over; refused ones are listed with the reason.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph
from motekit.graph.exporters import to_tflite
from motekit.graph.floats.calibrate import RESOLVER, calibrate, floats_of
from motekit.graph.floats.compare import compare, stored_case
from motekit.graph.floats.fuse import fuse
from motekit.graph.floats.quantize import quantize
from motekit.graph.floats.real import is_real
from motekit.graph.floats.spread import spread
from motekit.graph.importers import read_model
from motekit.graph.importers.opened import random_inputs
from motekit.graph.oracle import Oracle
from motekit.graph.spec import check

from .data import F32, Inputs, cases_of, inputs_of

SHARED = Path(__file__).parents[3] / "shared"
SUFFIXES = (".tflite", ".lite", ".onnx", ".pt2")


def right(graph: Graph, cases: list[list[F32]], data: Inputs, oracle: Oracle) -> float | None:
    """Share of samples left out whose largest output is their label."""
    if data.labels is None:
        return None
    real = is_real(graph)
    given = cases if real else [stored_case(graph, case) for case in cases]
    rows = oracle.run(to_tflite(graph), given, resolver=RESOLVER if real else "BUILTIN_REF")
    guesses = np.array([row[0].reshape(-1).argmax() for row in rows])
    return float(np.mean(guesses == data.labels[1::2]))


def measure(path: Path, oracle: Oracle) -> dict[str, Any] | None:
    """What became of one model; None for an integer .tflite."""
    graph, importer, _ = read_model(path)
    if not is_real(graph):
        return None
    real = spread(fuse(graph))
    said = any(real.type(name).quant is not None for name in floats_of(real))
    data = inputs_of(path.stem, real, SHARED)
    cases = cases_of(data.values, real)
    held = cases[1::2]
    if said:
        done, about = check(quantize(real)), "random inputs over the range of each input"
        held = random_inputs(real, 32)  # type: ignore[assignment]
    else:
        done = check(quantize(real, calibrate(real, cases[::2], oracle)))
        about = f"every other one of {data.about}"
    found = compare(done, real, held, oracle)
    (away,) = found.distances
    return {
        "importer": importer.name, "quantized_by": "file" if said else "calibration",
        "inputs": about, "least_sqnr_db": min(layer.sqnr_db for layer in found.layers),
        "max_abs": away.max_abs, "mean_abs": away.mean_abs, "max_steps": away.max_steps,
        "beyond_one_step": away.beyond_one_step, "top1": away.top1,
        "right_float": None if said else right(real, held, data, oracle),
        "right_int8": None if said else right(done, held, data, oracle),
    }  # fmt: skip


def every(folder: Path, oracle: Oracle) -> Iterator[tuple[str, dict[str, Any]]]:
    files = [folder] if folder.is_file() else sorted(folder.rglob("*"))
    for path in files:
        if path.suffix not in SUFFIXES:
            continue
        try:
            row = measure(path, oracle)
        except InputError as error:
            row = {"refused": error.line().replace(f"{path}: ", "")}
        if row is not None:
            yield path.name, row


def show(name: str, row: dict[str, Any]) -> None:
    if "refused" in row:
        print(f"{name}: refused: {row['refused'][:160]}")
        return
    top = "" if row["top1"] is None else f", same largest {100 * row['top1']:.1f} %"
    answers = ""
    if row["right_int8"] is not None:
        answers = (
            f", right {100 * row['right_float']:.1f} % float {100 * row['right_int8']:.1f} % int8"
        )
    print(
        f"{name} ({row['importer']}, by {row['quantized_by']}; {row['inputs']}): least SQNR "
        f"{row['least_sqnr_db']:.1f} dB, outputs at most {row['max_abs']:.3g} "
        f"({row['max_steps']:.1f} steps) apart, mean {row['mean_abs']:.3g}{top}{answers}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.model_import", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("models", nargs="?", type=Path, default=SHARED / "models")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if not args.models.exists():
        print(f"{args.models}: no such folder", file=sys.stderr)
        return 2
    rows = {}
    with Oracle() as oracle:
        for name, row in every(args.models, oracle):
            rows[name] = row
            if not args.json:
                show(name, row)
    if args.json:
        print(json.dumps(rows, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
