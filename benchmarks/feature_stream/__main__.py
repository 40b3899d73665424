"""python -m benchmarks.feature_stream [--megabytes N] [--stop AFTER] [--json] [--folder DIR]

Makes a project of so many megabytes of samples (three axes, int16, recordings of 10 MB), computes
its features through the cache and says how large the processes became. With --stop the work is
interrupted after so many recordings and then run again.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from motekit import dsp
from motekit.core.pipeline import BlockUse
from motekit.core.recording import Channel, Recording, Stream
from motekit.recordings.store import Store
from motekit.workflows.parallel import workers
from motekit.workflows.quality import compute
from motekit.workflows.tables import SignalTable

RATE_HZ, ROWS = 50.0, 10_000_000 // 6
CHANNELS = tuple(Channel(f"acc{a}", "g", 1 / 4096) for a in "XYZ")


def made(count: int) -> Iterator[Recording]:
    """Noise with a level for each class; what it is does not matter here."""
    for i in range(count):
        rng = np.random.default_rng(i)
        values = rng.integers(-3000, 3000, (ROWS, 3), dtype=np.int16)
        stream = Stream("accelerometer", CHANNELS, RATE_HZ, values)
        yield Recording(f"r{i:04}", (stream,), label="ab"[i % 2], subject=f"s{i % 7}")


def megabytes(who: int) -> float:
    """Largest resident size so far."""
    return resource.getrusage(who).ru_maxrss / 1024


class Stopped(Exception):
    """The interruption that was asked for."""


def measure(folder: Path, count: int, stop: int) -> dict[str, Any]:
    """Compute, perhaps in two runs."""
    store = Store.of_project(folder)
    for _ in store.add(made(count)):
        pass
    before = megabytes(resource.RUSAGE_SELF)
    params = SignalTable(length_s=2.0, stride_s=2.0)
    uses = (BlockUse("flatten", dsp.block("flatten").params(skewness=False, kurtosis=False)),)

    def report(what: str, done: int, total: int, note: str = "") -> None:
        if stop and done == stop:
            raise Stopped

    found, start = None, time.perf_counter()
    with workers() as pool, contextlib.suppress(Stopped):
        found = compute.run(folder, params, uses, report, pool)
    stop = 0
    if found is None:
        with workers() as pool:
            found = compute.run(folder, params, uses, report, pool)
    return {
        "megabytes": count * ROWS * 6 / 1e6, "recordings": count, "windows": found.windows,
        "computed_last": found.computed, "cached_last": found.cached,
        "seconds": round(time.perf_counter() - start, 1),
        "parent_growth_mb": round(megabytes(resource.RUSAGE_SELF) - before, 1),
        "worker_peak_mb": round(megabytes(resource.RUSAGE_CHILDREN), 1),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.feature_stream")
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--stop", type=int, default=0, help="interrupt after so many recordings")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--folder", type=Path, help="keep the project here")
    given = parser.parse_args()
    count = max(1, given.megabytes // 10)
    if given.folder:
        found = measure(given.folder, count, given.stop)
    else:
        with tempfile.TemporaryDirectory() as name:
            found = measure(Path(name), count, given.stop)
    if given.json:
        print(json.dumps(found, indent=1))
        return
    print(
        f"{found['megabytes']:.0f} MB in {found['recordings']} recordings, {found['windows']:,} "
        f"windows: {found['seconds']} s; the parent grew by {found['parent_growth_mb']} MB, the "
        f"largest worker took {found['worker_peak_mb']} MB (measured); last run: "
        f"{found['computed_last']} computed, {found['cached_last']} cached"
    )


if __name__ == "__main__":
    main()
