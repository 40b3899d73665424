"""`orientation` keeps the contract, and knows a sensor that is turned by hand."""

from dataclasses import replace

import numpy as np
import pytest

from motekit.core.block import Signal
from motekit.core.errors import InputError
from motekit.dsp.blocks.orientation import BLOCK, Params
from motekit.testing.block import SIGNALS, BlockContract

ACC = SIGNALS[0]
FLOAT = replace(ACC, length=300, scale=(1.0,) * 3, sample="float32")


class TestOrientation(BlockContract):
    block = BLOCK
    params = (Params(), Params(inclination=False, jerk=False), Params(magnitude=False))
    signals = (ACC, FLOAT)


@pytest.mark.parametrize("degrees", [-90, -89.9, -45, -0.5, 0, 30, 60, 90])
def test_inclination_is_the_angle_the_sensor_was_turned_by(degrees: float) -> None:
    a = np.radians(degrees)
    x = np.tile([np.sin(a), 0.0, np.cos(a)], (125, 1)) * 9.81
    got = BLOCK.reference(x, ACC, Params())
    assert np.allclose(got[:3], [degrees, 0, 90 - abs(degrees)], atol=1e-5)
    assert np.allclose(got[3:], [9.81, 0, 9.81, 0, 0], atol=1e-12)


def test_magnitude_and_jerk_do_not_mind_how_the_sensor_is_worn() -> None:
    rng = np.random.default_rng(8)
    x = rng.normal(size=(5, 125, 3)) + np.array([0, 0, 1])
    turned, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    p = Params(inclination=False)
    assert np.allclose(BLOCK.reference(x, ACC, p), BLOCK.reference(x @ turned, ACC, p))


def test_a_steady_turn_has_the_jerk_of_its_speed() -> None:
    """1 g turning at 1 Hz: 2π g/s, by chords of 1/62.5 of a turn."""
    a = 2 * np.pi * np.arange(125) / 62.5
    x = np.stack([np.cos(a), np.sin(a), 0 * a], axis=-1)
    mean, most = BLOCK.reference(x, ACC, Params(inclination=False, magnitude=False))
    assert np.isclose(mean, 2 * np.sin(np.pi / 62.5) * 62.5) and np.isclose(mean, most)


@pytest.mark.parametrize(
    ("signal", "params", "says"),
    [
        (SIGNALS[1], Params(), "three axes of one sensor, here are 2"),
        (replace(ACC, units=("g", "g", "deg/s")), Params(), "one unit"),
        (replace(ACC, scale=(1.0, 1.0, 2.0)), Params(), "one scale"),
        (replace(ACC, length=1), Params(), "must have at least 2"),
        (replace(ACC, length=70000), Params(), "at most 65535"),
        (ACC, Params(False, False, False), "all are off"),
    ],
)
def test_refuses(signal: Signal, params: Params, says: str) -> None:
    with pytest.raises(InputError, match=says) as error:
        BLOCK.check(signal, params)
    assert error.value.way_out
