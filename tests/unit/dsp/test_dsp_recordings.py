"""The blocks on real movements: float and fixed-point C against the float64 reference."""

import numpy as np
import pytest
from shared_data import folder

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
    ("flatten", {"energy": True, "percentiles": (5.0, 50.0), "magnitude_area": True}),
    ("orientation", {}),
    ("filter", {"kind": "band", "cutoff_hz": 0.5, "high_hz": 8.0, "order": 2}),
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
    compare(case, x)


def compare(case: Case, x: np.ndarray) -> None:
    """Bound, decibels, and the integer reference where there is one."""
    raw, _ = built(case).run(x)
    reference, got = case.reference(x), case.to_units(raw)
    error = np.abs(got - reference)
    assert np.all(error <= case.bound(x))
    # Of a signal all samples together: they are rounded to counts, and some are near 0.
    axis = 0 if case.made is None else None
    with np.errstate(divide="ignore", invalid="ignore"):
        decibels = 10 * np.log10((reference**2).sum(axis=axis) / (error**2).sum(axis=axis))
    assert np.nanmin(decibels) > (60 if case.arithmetic == "fixed" or case.made else 90)
    if case.arithmetic == "fixed":
        exact = case.block.fixed_reference(x, case.signal, case.params)
        assert np.array_equal(raw, case.flat(exact))


BODIES = [
    ("heart", {"amplitude": True, "spectral_rate": True}, "ppg.txt", 20, "mV"),
    ("heart", {"kind": "ecg", "pnn50": True, "beat_rate": True}, "ecg.txt", 5, "mV"),
    ("electrodermal", {"threshold": 20.0}, "eda.txt", 100, "count"),
    ("bands", {"floor": 1.0, "ratios": ("theta/beta",)}, "eeg_ec.txt", 1, "uV"),
]


@pytest.mark.parametrize("arithmetic", ["float", "fixed"])
@pytest.mark.parametrize(("name", "given", "file", "every", "unit"), BODIES)
def test_errors_on_bodies(
    name: str, given: dict, file: str, every: int, unit: str, arithmetic: str
) -> None:
    """PPG, ECG, skin conductance and EEG of BioSPPy, averaged down; whole recordings in windows."""
    values = np.loadtxt(folder("biosppy_samples") / file)
    channel = values if values.ndim == 1 else values[:, 0]
    rate = (125.0 if file.startswith("eeg") else 1000.0) / every
    x = channel[: len(channel) // every * every].reshape(-1, every).mean(axis=1)
    length = round(10 * rate)
    scale = max(np.abs(x).max() / 30000, 1e-9)
    rows = np.round(x[: len(x) // length * length].reshape(-1, length, 1) / scale)
    signal = Signal(rate, length, length, ("body",), (unit,), (scale,))
    case = Case(dsp.block(name), signal, dsp.block(name).params(**given), arithmetic)
    case.block.check(signal, case.params)
    compare(case, rows.astype(np.int16))
