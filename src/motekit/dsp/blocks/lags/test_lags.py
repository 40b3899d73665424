"""`lags` keeps the contract, and means what it says."""

from dataclasses import replace

import numpy as np
import pytest

from motekit.core.errors import InputError
from motekit.dsp.blocks.lags import BLOCK, Params
from motekit.testing.block import SIGNALS, BlockContract

APART = replace(SIGNALS[0], stride=125)
LONG = replace(SIGNALS[0], length=2000, stride=2000)


class TestLags(BlockContract):
    block = BLOCK
    params = (Params(), Params(lags=(1, 3, 40), floor=0.5), Params(lags=(2, 1, 3)))
    signals = (APART, *SIGNALS, LONG)


def test_windows_are_kept_only_where_that_takes_less() -> None:
    """A lag of 124 of 125 samples looks back the whole window; one of 3 does not."""
    for arithmetic in ("float", "fixed"):
        assert BLOCK.c(APART, Params(lags=(124,)), arithmetic).history
        short = BLOCK.c(APART, Params(lags=(1, 3)), arithmetic)
        assert not short.history and short.state_bytes == 4 + 3 * (8 + 40)


def test_a_ramp_moves_as_far_as_the_lag() -> None:
    x = np.arange(100.0)[:, None] * 0.25
    signal = replace(SIGNALS[2], length=100)
    got = BLOCK.reference(x, signal, Params(lags=(1, 8, 32), floor=0.01))
    assert np.allclose(got, np.log10(np.array([0.25, 2.0, 8.0]) + 0.01))


def test_stillness_is_the_floor() -> None:
    got = BLOCK.reference(np.full((125, 3), 9.81), SIGNALS[0], Params(floor=0.01))
    assert np.allclose(got, -2.0)


@pytest.mark.parametrize(
    ("params", "field"),
    [(Params(lags=()), "lags"), (Params(lags=(1, 1)), "lags"), (Params(lags=(125,)), "lags")],
)
def test_refuses_before_training(params: Params, field: str) -> None:
    with pytest.raises(InputError) as error:
        BLOCK.check(SIGNALS[0], params)
    assert field in str(error.value.where)
