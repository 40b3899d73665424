"""python -m benchmarks.kept_windows [--json] [--core CORE]: programs that keep a window or do not.

Three axes, a small network; RAM is that of the whole program, stack included.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from motekit import dsp
from motekit.core.block import Signal
from motekit.core.params import from_mapping
from motekit.core.pipeline import BlockUse, Normalizer, PipelineSpec
from motekit.deploy.build import Options, build
from motekit.dsp import pipeline as front_end
from motekit.graph.oracle import Oracle
from motekit.testing.specs import dense_graph, small_spec

CORES = ("cortex-m4f", "cortex-m0plus")
EI = {"numerics": "edge_impulse_v4", "fft_length": 16}
# Name → rate, samples of a window, of a stride, block, parameters.
CASES: dict[str, tuple[float, int, int, str, dict[str, Any]]] = {
    "spectral, 2 s at 62.5 Hz": (62.5, 125, 125, "spectral", EI),
    "spectral, 10 s at 100 Hz": (100.0, 1000, 1000, "spectral", EI),
    "spectral, 10 s at 100 Hz every 5 s, low-pass": (
        100.0, 1000, 500, "spectral", EI | {"filter": "low", "cutoff_hz": 20.0},
    ),
    "flatten, 10 s at 100 Hz": (100.0, 1000, 1000, "flatten", {}),
    "lags, 2 s at 62.5 Hz": (62.5, 125, 125, "lags", {}),
}  # fmt: skip


def spec_of(name: str, kept: bool) -> PipelineSpec:
    """The pipeline of a case; weights and normalisation are of no meaning."""
    rate, length, stride, block, given = CASES[name]
    axes = ("x", "y", "z")
    signal = Signal(rate, length, stride, axes, ("g",) * 3, (1 / 4096,) * 3, kept=kept)
    use = BlockUse(block, from_mapping(dsp.block(block).params, given, block))
    n = len(front_end.describe(signal, [use]))
    norm = Normalizer(np.zeros(n), np.ones(n), 0.03)
    graphs = {"classifier": dense_graph(n, (20, 10, 3), norm.z_lsb, 0)}
    base = small_spec("prog", length, stride)
    return replace(base, signal=signal, blocks=(use,), normalizer=norm, graphs=graphs, slack=0)


def measure(name: str, core: str, kept: bool, oracle: Oracle, folder: Path) -> dict[str, object]:
    """The bill of one program."""
    spec = spec_of(name, kept)
    x = np.random.default_rng(0).normal(0, 3000, (3, spec.signal.length, 3)).astype(np.int16)
    return build(spec, x, folder, oracle, Options(core=core, slack=4)).bill.as_dict()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kept_windows")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--core", action="append", choices=CORES, help="only these cores")
    args = parser.parse_args()
    rows: dict[str, dict[str, dict[str, dict[str, object]]]] = {}
    with Oracle() as oracle, tempfile.TemporaryDirectory() as folder:
        for name in CASES:
            for core in args.core or CORES:
                both = {
                    word: measure(name, core, word == "kept", oracle, Path(folder))
                    for word in ("kept", "not_kept")
                }
                rows.setdefault(name, {})[core] = both
                if not args.json:
                    print(f"{name}, {core}", flush=True)
                    for word, bill in both.items():
                        print(line(word, bill), flush=True)
    if args.json:
        print(json.dumps(rows, indent=2))


def line(word: str, bill: dict[str, Any]) -> str:
    """One program in a row."""
    return (
        f"    {word:<10}{bill['ram_bytes']:>8,} B RAM{bill['flash_bytes']:>8,} B flash"
        f"{bill['cycles']['total']:>12,} cycles ({bill['cycles_tag']})"
    )


if __name__ == "__main__":
    main()
