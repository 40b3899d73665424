"""The blocks on real movements: float and fixed-point C against the float64 reference."""

import numpy as np
import pytest

from motekit import dsp
from motekit.core.block import Signal
from motekit.recordings import samples
from motekit.recordings.windows import WindowParams, cut
from motekit.testing.block import built
from motekit.testing.block_case import Case

SEED = {"filter": "low", "fft_length": 128, "overlap": False, "bands": 8, "mask": False}
USES = [
    ("flatten", {"crossings": True, "activity": True, "correlation": True}),
    ("spectral", SEED),
    ("spectral", {"fft_length": 16, "numerics": "edge_impulse_v4"}),
    ("spectral", {"fft_length": 64, "taper": "hann", "combine": "mean", "bands": 6}),
    ("lags", {}),
]


@pytest.fixture(scope="module")
def movements() -> tuple[np.ndarray, Signal]:
    windows = cut(list(samples.load("spar_watch")), WindowParams(length=100, stride=100))
    return windows.values, windows.signal()


@pytest.mark.parametrize("arithmetic", ["float", "fixed"])
@pytest.mark.parametrize(("name", "given"), USES)
def test_errors_on_recordings(
    movements: tuple[np.ndarray, Signal], name: str, given: dict, arithmetic: str
) -> None:
    """Within the bound; over all windows at least 60 dB below the signal in every feature."""
    x, signal = movements
    block = dsp.block(name)
    case = Case(block, signal, block.params(**given), arithmetic)
    block.check(signal, case.params)
    raw, _ = built(case).run(x)
    reference, got = case.reference(x), case.to_units(raw)
    error = np.abs(got - reference)
    assert np.all(error <= block.bound(signal, case.params, arithmetic, case.natural(x)))
    with np.errstate(divide="ignore"):
        decibels = 10 * np.log10((reference**2).sum(axis=0) / (error**2).sum(axis=0))
    assert decibels.min() > (60 if arithmetic == "fixed" else 90)
    if arithmetic == "fixed":
        assert np.array_equal(raw, block.fixed_reference(x, signal, case.params))
