"""A small run of `python -m benchmarks.link_corruption`."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_damaged_frames_yield_no_wrong_sample_and_exact_gaps():
    command = [sys.executable, "-m", "benchmarks.link_corruption", "--json", "--seed", "77"]
    done = subprocess.run(
        [*command, "--frames", "100000", "--python-frames", "4000"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout
    out = json.loads(done.stdout)
    for end, least in (("c", 100_000), ("python", 4_000)):
        assert out[end]["harmed"] >= least
        assert out[end]["wrong"] == out[end]["inexact"] == 0
        assert out[end]["accepted"] > 0 and out[end]["missing"] > 0
    assert out["c"]["overlooked"] == 0
    assert all(out["c"]["kinds"].values())
