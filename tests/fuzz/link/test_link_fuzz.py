"""Arbitrary input to both C ends under sanitizers; a longer run: tests/fuzz/link/run.py."""

import subprocess
import sys
from pathlib import Path

import pytest
from sanitizers import need

RUN = Path(__file__).with_name("run.py")


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_random_programs_break_nothing(compiler):
    need(compiler)
    command = [sys.executable, RUN, "--compiler", compiler, "--inputs", "4000"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "4000 inputs\n"
