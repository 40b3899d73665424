"""`electrodermal` keeps the contract, and finds the responses that were put in."""

from dataclasses import replace

import numpy as np
import pytest
from shared_data import folder

from motekit.core.block import Signal
from motekit.core.errors import InputError
from motekit.dsp.blocks.electrodermal import BLOCK, Params
from motekit.testing.block import BlockContract

EDA = Signal(10.0, 200, 100, ("eda",), ("uS",), (0.001,))
FLOAT = replace(EDA, length=90, sample="float32", scale=(1.0,))


class TestElectrodermal(BlockContract):
    block = BLOCK
    params = (Params(resolution=0.001), Params(tonic_hz=0.2, threshold=0.9, resolution=0.01))
    signals = (EDA, FLOAT)


def responses(at: list[float], rise: float, seconds: float = 60.0) -> np.ndarray:
    """A level of 3 µS that climbs by 0.6 µS a minute, with responses at these times; at 10 Hz."""
    t = np.arange(round(10 * seconds))[:, None] / 10
    since = np.maximum(t - np.array(at), 0)
    shape = (1 - np.exp(-since / 0.7)) * np.exp(-since / 4.0)
    return 3 + 0.01 * t + rise / 0.53 * shape.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("at", [[], [10.0], [8.0, 20.0, 41.0]])
def test_counts_responses_on_a_rising_level(at: list[float]) -> None:
    signal = replace(EDA, length=600)
    got = BLOCK.reference(responses(at, 0.4), signal, Params())
    assert got[4] == len(at)
    if at:
        assert 0.4 < got[5] < 0.5
    assert 3.0 < got[0] < 3.8 and (got[3] > 0.2) == bool(at)


def test_tonic_level_and_slope_are_those_of_a_ramp() -> None:
    x = (2 + 0.02 * np.arange(1200) / 10)[:, None]
    got = BLOCK.reference(x, replace(EDA, length=1200), Params())
    assert abs(got[0] - 3.2) < 0.12 and abs(got[1] - 1.2) < 0.08
    assert got[4] <= 1  # the start of the ramp


def test_a_constant_has_a_level_and_nothing_else() -> None:
    got = BLOCK.reference(np.full((200, 1), 5.0), EDA, Params())
    assert np.allclose(got, [5.0, 0, 0, 0, 0, 0])


def test_finds_the_responses_of_a_recording() -> None:
    """Ten times fewer samples than recorded; counts, since the file tells no unit."""
    raw = np.loadtxt(folder("biosppy_samples") / "eda.txt")
    x = raw[: len(raw) // 100 * 100].reshape(-1, 100).mean(axis=1)
    signal = replace(EDA, length=len(x), units=("count",), scale=(0.25,))
    got = BLOCK.reference(x[:, None], signal, Params(threshold=20.0))
    assert raw.min() < got[0] < raw.max()
    assert 1 <= got[4] <= 12


@pytest.mark.parametrize(
    ("signal", "params", "says"),
    [
        (replace(EDA, channels=("a", "b")), Params(), "takes one channel"),
        (replace(EDA, rate_hz=2.0), Params(), "at 0.9 Hz at most"),
        (replace(EDA, rate_hz=1000.0, length=9000), Params(), "at most 500 samples"),
        (EDA, Params(tonic_hz=0.4, smooth_hz=0.3), "less than smooth_hz"),
        (replace(EDA, length=40), Params(), "must have at least 50"),
        (FLOAT, Params(), "whole counts"),
        (replace(EDA, scale=(10.0,)), Params(), "less than the sensor"),
        (EDA, Params(tonic=False, phasic=False, responses=False), "all are off"),
    ],
)
def test_refuses(signal: Signal, params: Params, says: str) -> None:
    with pytest.raises(InputError, match=says) as error:
        BLOCK.check(signal, params)
    assert error.value.way_out and "electrodermal" in str(error.value.where)
