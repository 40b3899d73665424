"""python -m benchmarks.seed_pipeline [--json] [--out DIR]"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from motekit.deploy.build import Built, Options, build
from motekit.graph.oracle import Oracle

from .pipeline import train, windows

CORES = ("cortex-m4f", "cortex-m33", "cortex-m7", "cortex-m0plus", "riscv32imc")
GOALS = {
    "cortex-m4f": {"flash_bytes": 5120, "ram_bytes": 1536, "cycles": 50_000},
    "cortex-m0plus": {"cycles": 300_000},
}
PEERS = (
    ("the claim of 2019 (window, rate and model not told)", "20 kB", "6.6 kB", "-"),
    (
        "the vendor's motion demo, SDK of 2024, FFT 128, as built",
        "73.6 kB", "8.45 kB + 1.5 kB buffer", "555,390 instructions",
    ),
    (
        "the vendor's motion demo, SDK of 2026, FFT 16, -Os, as built",
        "81.0 kB", "7.2 kB", "2,703,663",
    ),
)  # fmt: skip


def row(built: Built) -> dict[str, object]:
    """One core as `--json` prints it."""
    bill, proof = built.bill, built.proof
    return {
        "flash_bytes": bill.flash_bytes,
        "ram_bytes": bill.ram_bytes,
        "static_ram_bytes": bill.static_ram_bytes,
        "stack_bytes": bill.stack_bytes,
        "cycles": {name: round(value) for name, value in bill.cycles.items()},
        "cycles_max": bill.cycles_max,
        "cycles_tag": bill.cycles_tag,
        "mismatches": proof.mismatches,
        "windows_checked": proof.windows,
        "dsp_max_error": proof.dsp_max_error,
        "dsp_bound": proof.dsp_bound,
        "feature_flips": proof.feature_flips,
        "decision_flips": proof.decision_flips,
        "paths": {"elf": str(built.elf), "c_dir": str(built.c_dir)},
    }


def table(rows: dict[str, dict[str, object]]) -> str:
    """The same for people, beside what others have published."""
    lines = [f"{'':<64}{'flash':>12}{'RAM':>34}{'cycles a window':>24}"]
    for core, r in rows.items():
        cycles = r["cycles"]
        assert isinstance(cycles, dict)
        total = f"{cycles['total']:,} {r['cycles_tag']}"
        flash, ram = f"{r['flash_bytes']:,} B", f"{r['ram_bytes']:,} B"
        lines.append(f"{'motekit, ' + core:<64}{flash:>12}{ram:>34}{total:>24}")
        parts = ", ".join(f"{k} {v:,}" for k, v in cycles.items() if k != "total")
        lines.append(f"    {parts}; {r['mismatches']} mismatches in {r['windows_checked']} windows")
    lines += [f"{what:<64}{flash:>12}{ram:>34}{cycles:>24}" for what, flash, ram, cycles in PEERS]
    lines.append("flash and RAM of ours: the whole linked program, stack included, measured")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.seed_pipeline")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--out", type=Path, default=Path("builds/seed_pipeline"))
    parser.add_argument("--core", action="append", choices=CORES, help="only these cores")
    args = parser.parse_args()
    spec, held_out = train(windows())
    rows: dict[str, dict[str, object]] = {}
    with Oracle() as oracle:
        for core in args.core or CORES:
            built = build(
                spec, held_out.values, args.out, oracle, Options(core=core, optimize="flash")
            )
            rows[core] = row(built)
    print(json.dumps({"targets": rows, "goals": GOALS}, indent=2) if args.json else table(rows))


if __name__ == "__main__":
    main()
