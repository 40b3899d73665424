"""python -m benchmarks.spar_watch [--json] [--seeds N] [--out DIR]"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from motekit import models
from motekit.models.runs import metrics
from motekit.models.train import Detector, train

from .data import OPTIONS, candidates

# Extra trees on simple window statistics and log spectrum bands, 2 s windows, same split; and a
# 32-16 network on simple features. Published with the data set's notes.
BASELINES = {"extra trees, 300": 0.866, "network 32-16, simple statistics": 0.829}


def report(done: int, total: int, note: str = "") -> None:
    """One line that is written over, on a terminal only."""
    if sys.stderr.isatty():
        print(f"\r{done}/{total} {note:<50}", end="", file=sys.stderr, flush=True)


def measure(seeds: int, out: Path | None) -> dict[str, Any]:
    """Everything the benchmark says."""
    start, cpu = time.perf_counter(), time.process_time()
    detector = Detector("kmeans", models.learner("kmeans").params(clusters=16, axes=("*.lag4",)))
    run = train(
        candidates(), range(1, seeds + 1), report, root=out, split={"by": "subject"},
        detector=detector,
    )  # fmt: skip
    found = metrics(run)
    return {
        "float": found["float"],
        "int8": found["int8"],
        "by_seed": [round(e.figure, 4) for e in run.nested.by_seed],
        "by_subject": {
            name: [round(v, 4) for v in values] for name, values in run.nested.group_figures.items()
        },
        "chosen": {o.held[0]: run.nested.candidates[o.choice].name for o in run.nested.outer},
        "inner": {
            c.name: round(float(np.mean([o.inner[i] for o in run.nested.outer])), 4)
            for i, c in enumerate(run.nested.candidates)
        },
        "final": run.chosen.name,
        "leak_audit": found["leak_audit"],
        "quantization": found["quantization"],
        "anomaly": found["anomaly"],
        "baselines": BASELINES,
        "seconds": round(time.perf_counter() - start, 1),
        "cpu_seconds": round(time.process_time() - cpu, 1),
    }


def text(found: dict[str, Any]) -> str:
    """The same for people."""
    real, int8, leaks = found["float"], found["int8"], found["leak_audit"]
    lines = [
        "spar_watch, leave one subject out, options chosen by inner folds (measured)",
        f"  float    {real['accuracy']:.4f}   spread over seeds {real['spread_over_seeds']:.4f}, "
        f"over subjects {real['spread_over_groups']:.4f}",
        f"  int8     {int8['accuracy']:.4f}   {int8['accuracy'] - real['accuracy']:+.4f}",
        f"  by seed  {found['by_seed']}",
        f"  random windows {leaks['random_split']:.4f}, by subject {leaks['grouped_split']:.4f}: "
        f"a leaking split promises {leaks['gap']:.4f} too much",
        "  subject  chosen    accuracy by seed",
    ]
    lines += [
        f"  {s:<8} {found['chosen'][s]:<9} {values}" for s, values in found["by_subject"].items()
    ]
    lines += [f"  inner accuracy of {o.name:<8} {found['inner'][o.name]:.4f}" for o in OPTIONS]
    lines += [f"  baseline {name}: {value:.3f}" for name, value in found["baselines"].items()]
    lines += [
        f"  {q['layer']:<10} {q['op']:<16} {q['sqnr_db']:5.1f} dB" for q in found["quantization"]
    ]
    anomaly = found["anomaly"]
    low, high = anomaly["false_alarm_interval"]
    rate = anomaly["false_alarm_rate"]
    lines.append(f"  false alarms on a new subject {rate:.2%} ({low:.2%} to {high:.2%})")
    lines.append(f"  {found['seconds']} s, {found['cpu_seconds']} s of CPU")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.spar_watch")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--seeds", type=int, default=5, help="models a fold (default: 5)")
    parser.add_argument("--out", type=Path, help="keep the run below this folder, and go on there")
    given = parser.parse_args()
    found = measure(given.seeds, given.out)
    print(json.dumps(found, indent=1) if given.json else text(found))


if __name__ == "__main__":
    main()
