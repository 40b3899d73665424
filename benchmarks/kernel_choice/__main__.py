"""python -m benchmarks.kernel_choice [FILES] [--core NAME] [--slow] [--json]

For every layer of some models (the MLPerf Tiny networks unless told): the cycles of each kernel
that can run it, emulated, beside what its cost model says, and whether the choice for speed is
the quickest. Kernels that the cost model puts five times behind are left out unless --slow.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from benchmarks.mlperf_tiny.measure import FILES
from motekit.graph import load

from .layers import Layer, layers

MODELS = Path(__file__).parents[3] / "shared" / "models" / "mlperf_tiny"


def _print(layer: Layer) -> None:
    shape = "x".join(map(str, layer.shape[1:]))
    print(f"{layer.op.name:26} {layer.op.kind:18} {shape:12} {layer.macs:9,} MACs", flush=True)
    for name, (estimated, cycles) in layer.cycles.items():
        flash, code = layer.flash[name]
        marks = "chosen" if name == layer.chosen else ""
        marks += " quickest" if name == layer.best else ""
        rate = layer.macs / cycles
        print(
            f"    {name:12} {cycles:10,} cycles, estimated {estimated:10,} "
            f"({100 * (estimated / cycles - 1):+4.0f} %) {rate:6.3f} MACs/cycle "
            f"{flash:6,} B + {code:5,} B  {marks}"
        )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kernel_choice")
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--core", default="cortex-m4f")
    parser.add_argument("--slow", action="store_true")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    found: list[Layer] = []
    for path in args.files or [MODELS / name for name in FILES.values()]:
        if not args.json:
            print(path.stem)
        for layer in layers(path.stem, load(path, "model"), args.core, args.slow):
            found.append(layer)
            if not args.json:
                _print(layer)
    wrong = [layer for layer in found if layer.lost]
    if args.json:
        rows = [
            {"model": one.model, "layer": one.op.name, "kind": one.op.kind, "macs": one.macs,
             "chosen": one.chosen, "quickest": one.best, "cycles": one.cycles}
            for one in found
        ]  # fmt: skip
        print(json.dumps({"core": args.core, "layers": rows}, indent=1))
    else:
        lost, total = sum(one.lost for one in wrong), sum(x.cycles[x.best][1] for x in found)
        print(
            f"{len(found)} layers, another kernel is quicker for {len(wrong)}: "
            f"{lost:,} cycles of {total:,}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
