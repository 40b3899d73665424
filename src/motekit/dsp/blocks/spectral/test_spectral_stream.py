"""`spectral` on windows that are not kept: the same contract, and what it takes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motekit.core.block import Signal
from motekit.dsp.blocks.spectral import BLOCK, Params
from motekit.dsp.blocks.spectral.stream import sizes, streams
from motekit.testing.block import SIGNALS, BlockContract, built
from motekit.testing.block_case import Case

AXES = replace(SIGNALS[0], length=250, stride=250)
LONG = Signal(100.0, 1001, 1001, ("a",), ("m/s2",), (1.0,), "float32")
EI = Params(numerics="edge_impulse_v4", fft_length=16)


class TestSpectralStream(BlockContract):
    block = BLOCK
    resolves = 300  # about 30 counts are left behind the filters here: see spectral.md

    signals = (AXES, LONG, replace(AXES, length=251, stride=100))
    params = (
        EI,
        Params(fft_length=8, spectral_moments=True, combine="mean"),
        Params(fft_length=32, overlap=False, filter="low", cutoff_hz=7.0, bands=3, mask=False),
        Params(fft_length=16, decimation=3, filter="high", cutoff_hz=4.0, scale=9.81, order=4),
        Params(fft_length=0, filter="low", cutoff_hz=1.0, order=8),
        Params(fft_length=10, decimation=10, spectral_moments=True),
        Params(fft_length=50, combine="mean", statistics=False, filter="low", order=2),
        Params(fft_length=0, decimation=3),
        replace(EI, filter="high", cutoff_hz=8.0),
    )


@pytest.mark.parametrize("arithmetic", ["float", "fixed"])
def test_cases_keep_no_window(arithmetic: str) -> None:
    """All but moments of sums, or of a mixed FFT, in fixed point."""
    for case in TestSpectralStream.cases(arithmetic):
        kept = arithmetic == "fixed" and case.params.spectral_moments
        assert case.c().history == kept, case


def test_what_takes_less_memory_is_chosen() -> None:
    """Two seconds of three axes: a ring of 750 B and more; a long frame takes that, too."""
    signal = replace(AXES, length=125, stride=125)
    assert sizes(signal, EI, "float", True).state < 400
    assert streams(signal, EI, "float") and streams(signal, EI, "fixed")
    assert not streams(replace(signal, stride=25), EI, "float")  # five windows under way
    assert not streams(signal, Params(fft_length=100), "float")
    assert not streams(signal, replace(EI, analysis="wavelet"), "float")


@pytest.mark.parametrize("offset", [-32000, 0, 30000])
def test_a_large_offset_costs_no_precision(offset: int) -> None:
    """Movements of a few counts, and a first sample far from all others."""
    rng = np.random.default_rng(5)
    signal = replace(AXES, length=2000, stride=2000)
    x = offset + np.round(rng.normal(size=(4, 2000, 3)) * [1, 4, 60])
    x[3, 0] = 32767
    case = Case(BLOCK, signal, replace(EI, numerics="motekit"), "float")
    raw, _ = built(case).run(x.astype(np.int16))
    reference = case.reference(x.astype(np.int16))
    assert np.allclose(raw, reference, rtol=2e-5, atol=1e-5)
