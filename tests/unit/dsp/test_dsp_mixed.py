"""FFTs of products of 2, 3 and 5: the integers against NumPy, the C through `spectrogram`."""

import numpy as np
import pytest

from motekit import dsp
from motekit.core.block import Signal
from motekit.dsp import mixed
from motekit.testing.block_case import Built, Case
from motekit.testing.block_windows import edges

LENGTHS = (10, 12, 18, 30, 50, 60, 90, 160, 180, 250, 320, 400, 450, 480, 640)


@pytest.mark.parametrize("length", LENGTHS)
def test_integer_powers_are_near_numpys(length: int) -> None:
    rng = np.random.default_rng(length)
    x = rng.integers(-(2**28), 2**28, (3, length))
    x[1] = np.where(np.arange(length) % 2, 2**28 - 1, -(2**28))  # full scale at half the rate
    x[2] = 2**28 - 1
    got = np.sqrt(mixed.fft_power(x).astype(float))
    want = np.abs(np.fft.rfft(x.astype(float))) * 4 / length * mixed.mixed(length).loss
    assert np.abs(got - want).max() <= 24  # of 2^29


@pytest.mark.parametrize("length", [18, 50, 60, 160, 180, 450])
def test_c_transforms_every_length(length: int) -> None:
    """Both arithmetics and cores, in the only order of passes a length has."""
    signal = Signal(1000.0, length, length, ("v",), ("g",), (1 / 4096,))
    block = dsp.block("spectrogram")
    params = block.params(frame_s=length / 1000, fft_length=length)
    for arithmetic, core in (("float", "cortex-m4f"), ("fixed", "cortex-m0plus")):
        case = Case(block, signal, params, arithmetic)
        x = edges(signal)
        raw, _ = Built(case).run(x)
        error = np.abs(case.to_units(raw) - case.reference(x))
        assert np.all(error <= block.bound(signal, params, arithmetic, case.natural(x)))
        if arithmetic == "fixed":
            assert np.array_equal(raw, block.fixed_reference(x, signal, params))
        if length in (60, 450):
            assert np.array_equal(raw, Built(case, core).run(x)[0])
