"""A CSV file of any size passes through the same memory, into the store and out of it."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

LIMIT_MB = 90  # growth after the first parts; 200 MB of text hold 125 MB of samples

CODE = textwrap.dedent("""
    import sys
    from pathlib import Path
    from motekit.recordings import read_parts
    from motekit.recordings.imports import import_files
    from motekit.recordings.store import Store

    def peak():
        line = next(t for t in open("/proc/self/status") if t.startswith("VmHWM"))
        return int(line.split()[1]) / 1024

    path, project = Path(sys.argv[1]), Path(sys.argv[2])
    store = Store.of_project(project)
    small = path.with_name("small.csv")
    small.write_text("".join(open(path).readlines(20_000_000)))
    import_files(store, [small])
    list(store.parts("small"))
    before, rows = peak(), 0
    for part in read_parts(path):
        rows += len(part.streams[0])
    reading = peak() - before
    import_files(store, [path])
    stored = sum(len(part.streams[0]) for part in store.parts(path.stem))
    print(rows, stored, round(reading), round(peak() - before))
""")


def write(path: Path, size: int) -> int:
    """A file of three axes at 50 Hz of about `size` bytes; returns its rows."""
    values = np.random.default_rng(1).normal(size=(50_000, 3))
    block = "".join(f"%d,{a:.6f},{b:.6f},{c:.6f}\n" for a, b, c in values)
    rows = 0
    with path.open("w") as file:
        file.write("timestamp [ms],accX [g],accY [g],accZ [g]\n")
        while file.tell() < size:
            file.write(block % tuple(range(rows * 20, (rows + len(values)) * 20, 20)))
            rows += len(values)
    return rows


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc to see the memory")
@pytest.mark.parametrize(
    "size", [200_000_000, pytest.param(3_000_000_000, marks=pytest.mark.slow)], ids=["200MB", "3GB"]
)
def test_memory_is_flat(size: int, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if size > 1_000_000_000 and "slow" not in str(request.config.getoption("-m")):
        pytest.skip("takes minutes and 4 GB of disk; run with -m slow")
    path = tmp_path / "long.csv"
    rows = write(path, size)
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(path), str(tmp_path / "project")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    read, stored, reading, all_of_it = map(int, done.stdout.split())
    assert read == stored == rows
    assert reading < LIMIT_MB and all_of_it < LIMIT_MB, done.stdout
    path.unlink()
