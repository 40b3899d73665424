"""`magnitude` keeps the contract, and is exact where samples are counts."""

from dataclasses import replace

import numpy as np
import pytest

from motekit.core.block import Signal
from motekit.core.errors import InputError
from motekit.dsp.blocks.magnitude import BLOCK, Params
from motekit.testing.block import SIGNALS, BlockContract, built
from motekit.testing.block_case import Case

ACC = replace(SIGNALS[0], length=40)
FLOAT = replace(ACC, scale=(1.0,) * 3, sample="float32")


class TestMagnitude(BlockContract):
    block = BLOCK
    params = (Params(),)
    signals = (ACC, FLOAT)


@pytest.mark.parametrize("arithmetic", ["float", "fixed"])
def test_counts_are_the_nearest_ones(arithmetic: str) -> None:
    """Around every kind of root: squares, one below and above halves, the largest."""
    rng = np.random.default_rng(2)
    x = rng.integers(-32768, 32768, size=(400, 40, 3)).astype(np.int16)
    x[:200] //= 512
    x[0, :3] = [[-32768] * 3, [32767, 0, 0], [32767, 181, 0]]
    raw, _ = built(Case(BLOCK, ACC, Params(), arithmetic)).run(x)
    square = (x.astype(np.int64) ** 2).sum(axis=-1)
    near = np.minimum(raw, 32767).astype(np.int64)
    low, high = near**2 - near, near**2 + near  # (near ∓ ½)² less a quarter
    assert np.all(((square > low) | (near == 0)) & ((square <= high) | (near == 32767)))


@pytest.mark.parametrize(
    ("signal", "says"),
    [
        (replace(ACC, channels=("x",), units=("g",), scale=(1.0,)), "two or three axes"),
        (replace(ACC, units=("g", "g", "Cel")), "one unit"),
        (replace(ACC, scale=(1.0, 1.0, 2.0)), "one scale"),
        (replace(ACC, units=("Cel",) * 3), "axes of a vector"),
    ],
)
def test_refuses(signal: Signal, says: str) -> None:
    with pytest.raises(InputError, match=says) as error:
        BLOCK.check(signal, Params())
    assert error.value.way_out
