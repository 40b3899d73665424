"""The device's end on emulated cores: size, and the same bytes as on the host."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LIMIT = 4096  # bytes of code and constants on a Cortex-M4F


@pytest.fixture(scope="module")
def rows():
    command = [sys.executable, "-m", "benchmarks.link_cost", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_core_and_compiler_writes_the_same_bytes(rows):
    assert len(rows) == 5
    assert all(row["same_bytes_as_host"] for row in rows.values())


@pytest.mark.parametrize("compiler", ["zig", "gcc"])
def test_the_code_fits_its_limit(rows, compiler):
    assert rows[f"cortex-m4f {compiler}"]["total"] <= LIMIT
    assert rows[f"cortex-m4f {compiler}"]["ram"] <= 400
    assert rows[f"cortex-m4f {compiler}"]["stack"] <= 256
