import numpy as np
import pytest

from motekit.core.block import Signal
from motekit.dsp.blocks.zero_crossings import BLOCK, Params
from motekit.testing.block_case import Built, Case

SIGNAL = Signal(50.0, 20, 10, ("x", "y"), ("g", "g"), (1 / 4096, 1 / 4096))


@pytest.mark.parametrize("arithmetic", ["float", "fixed"])
def test_c_counts_what_the_reference_counts(arithmetic: str) -> None:
    windows = np.random.default_rng(0).integers(-9, 9, (5, 20, 2)).astype(np.int16)
    case = Case(BLOCK, SIGNAL, Params(weight=3), arithmetic)
    raw, _ = Built(case).run(windows)
    assert np.array_equal(case.to_units(raw), case.reference(windows))


def test_a_sine_crosses_twice_a_period() -> None:
    t = np.arange(20) + 0.5
    x = np.stack([np.sin(2 * np.pi * t / 10), np.cos(2 * np.pi * t / 10)], axis=-1)
    assert BLOCK.reference(x, SIGNAL, Params()).tolist() == [3.0, 4.0]
