"""A whole program on every core, with every compiler that has it, at every -O level."""

import shutil

import numpy as np
import pytest

from motekit import dsp, targets
from motekit.testing.specs import small_spec
from motekit.workflows.matrix import GCC, LEVELS, Cell, prove_cell

CORES = [core for core in targets.CORES if core.emulation is not None]
PAIRS = [(core.name, compiler) for core in CORES for compiler in core.compilers]
WINDOWS = 3


@pytest.fixture(scope="module")
def windows():
    x = np.cumsum(np.random.default_rng(5).integers(-900, 900, (WINDOWS, 32, 2)), axis=1)
    x[0, :, 1] = 0
    x[1, ::2, 0], x[1, 1::2, 0] = -32768, 32767
    return x.clip(-32768, 32767).astype(np.int16)


@pytest.mark.parametrize("opt", LEVELS)
@pytest.mark.parametrize("core,compiler", PAIRS)
def test_the_program_is_proven(windows, core, compiler, opt):
    if compiler == "gcc" and not shutil.which(GCC):
        pytest.skip(f"{GCC} is not installed")
    params = dsp.block("lags").params(lags=(1, 4, 16))
    spec = small_spec(block="lags", params=params, window=32, stride=16)
    proof = prove_cell(Cell(spec, windows, core, compiler, opt))
    assert proof.holds, proof
    assert proof.windows == WINDOWS


def test_every_core_is_in_the_matrix():
    assert {name for name, _ in PAIRS} == {
        "cortex-m0plus", "cortex-m4f", "cortex-m33", "cortex-m7", "riscv32imc",
    }  # fmt: skip
