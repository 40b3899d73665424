"""python -m benchmarks.mlperf_tiny [MODELS] [--json] [--only kws,ic] [--modes speed,ram]

Compiles the MLPerf Tiny networks for a Cortex-M4F, runs them on the emulated core (zero wait
states), compares every output byte with LiteRT's BUILTIN_REF on the original file, and prints
what they take beside published figures and TFLM's. The streaming wake word's figures are those of
a step, compared with BUILTIN_REF on the whole window at every step. MODELS is a folder with the
.tflite files, ../shared/models/mlperf_tiny unless told. Recorded inputs are read from
../mlperf_tiny_golden beside it (github.com/tum-ei-eda/mlonmcu-models) where there are some. The C
and the programs stay in build/mlperf_tiny, or where --out says.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from .measure import FILES, Job, mode, run
from .peers import PEERS

MODELS = Path(__file__).parents[3] / "shared" / "models" / "mlperf_tiny"
SOURCE = "https://github.com/mlcommons/tiny, benchmark/training/*/trained_models"
TITLES = {
    "kws": "keyword spotting, DS-CNN",
    "ic": "image classification, ResNet-8",
    "vww": "visual wake words, MobileNetV1 0.25",
    "ad": "anomaly detection, autoencoder",
    "sww": "streaming wake word, a step of one new frame; below it the whole window",
}


def main() -> int:
    args = _arguments()
    missing = [FILES[n] for n in args.only if not (args.models / FILES[n]).is_file()]
    if missing:
        print(f"{args.models}: no {', '.join(missing)}; they are in {SOURCE}", file=sys.stderr)
        return 2
    shared = args.models.resolve().parents[1]
    job = Job(args.models, shared, args.out, args.only, args.modes, args.inputs)
    models: dict[str, dict[str, Any]] = {}
    for name, each, figures in run(job):
        if not args.json:
            if name not in models:
                _heading(name)
            _row(f"motekit, {each}", figures)
            if "whole_window" in figures:
                _step(figures)
                _row("  whole window", figures["whole_window"])
        models.setdefault(name, {})[each] = figures
        if not args.json and len(models[name]) == len(args.modes):
            _others(name)
    if args.json:
        peers = {n: [vars(p) for p in PEERS[n]] for n in models}
        print(json.dumps({"core": "cortex-m4f", "models": models, "peers": peers}, indent=1))
    return 1 if any(f["mismatches"] for m in models.values() for f in m.values()) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.mlperf_tiny", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("models", nargs="?", type=Path, default=MODELS)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--only", default=",".join(FILES), help="networks, by commas")
    parser.add_argument("--modes", default="speed,ram", help="also flash and balanced")
    parser.add_argument("--inputs", type=int, default=8, help="random inputs")
    parser.add_argument("--out", type=Path, default=Path("build/mlperf_tiny"))
    args = parser.parse_args()
    try:
        args.only = tuple(n for n in FILES if n in [*map(_known, args.only.split(","))])
        args.modes = tuple(mode(m) for m in args.modes.split(","))
    except KeyError as error:
        parser.error(f"no network or mode is called {error}")
    return args


def _known(name: str) -> str:
    FILES[name]
    return name


def _heading(name: str) -> None:
    print(f"\n{name}: {TITLES[name]}")
    print(
        f"  {'':26}{'Mcycles':>9}{'MACs/cyc':>9}{'RAM':>9}{'arena':>8}{'code':>8}{'weights':>9}"
        f"{'differ':>8}{'inputs':>8}"
    )


def _row(label: str, f: dict[str, Any]) -> None:
    print(
        f"  {label:26}{f['cycles'] / 1e6:9.3f}{f['macs_per_cycle']:9.3f}{f['ram_bytes']:9,}"
        f"{f['arena_bytes']:8,}{f['code_bytes']:8,}{f['weight_bytes']:9,}{f['mismatches']:8}"
        f"{f['inputs_checked']:8}  ({f['cycles_tag']}, zero wait states)",
        flush=True,
    )


def _step(f: dict[str, Any]) -> None:
    s = f["stream"]
    print(f"  {'':26}a step: {f['macs']:,} MACs of the window's {s['macs_whole_window']:,}, "
          f"{f['state_bytes']:,} B of state", flush=True)  # fmt: skip


def _others(name: str) -> None:
    for peer in PEERS[name]:
        cycles = f"{peer.cycles / 1e6:9.3f}" if peer.cycles else f"{'':9}"
        ram = f"{peer.ram_bytes:9,}" if peer.ram_bytes else f"{'':9}"
        code = f"{peer.code_bytes:8,}" if peer.code_bytes else f"{'':8}"
        note = f"; RAM: {peer.ram_note}" if peer.ram_note else ""
        print(f"  {peer.name:26}{cycles}{'':9}{ram}{'':8}{code}  ({peer.tag}{note})", flush=True)


if __name__ == "__main__":
    sys.exit(main())
