"""`bands` keeps the contract, and agrees with SciPy's Welch spectrum."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import signal as sp

from motekit.core.block import Signal
from motekit.core.errors import InputError
from motekit.dsp.blocks.bands import BLOCK, Params
from motekit.testing.block import BlockContract

EEG = Signal(125.0, 250, 125, ("c3", "c4"), ("uV", "uV"), (0.1, 0.1))
SLOW = Signal(50.0, 120, 60, ("a",), ("m/s2",), (1.0,), "float32")
TWO = Params(
    edges_hz=(4.0, 8.0, 20.0), names=("low", "high"), order=2, settle_s=0.2, power=False,
    ratios=("low/high", "high/low + high"),
)  # fmt: skip


class TestBands(BlockContract):
    block = BLOCK
    params = (
        Params(ratios=("theta/beta", "beta/alpha+theta")), TWO, replace(TWO, power=True, floor=1e-6)
    )  # fmt: skip
    signals = (EEG, SLOW)


def test_powers_are_those_of_a_welch_spectrum() -> None:
    """Within 10 % on noise whose spectrum falls as that of an EEG."""
    rng = np.random.default_rng(9)
    x = sp.lfilter([1.0], [1.0, -0.9], rng.normal(size=(3, 8000, 1)) * 20, axis=1)
    signal = replace(EEG, length=8000, channels=("c3",), units=("uV",), scale=(0.1,))
    p = Params(relative=False, floor=1e-9)
    got = 10 ** BLOCK.reference(x, signal, p)
    f, spectrum = sp.welch(x[..., 0], 125.0, nperseg=1000)
    edges = list(zip(p.edges_hz, p.edges_hz[1:], strict=False))
    want = np.stack([spectrum[:, (f >= a) & (f < b)].sum(axis=1) * f[1] for a, b in edges], axis=-1)
    assert np.all(np.abs(got / want - 1) < 0.1)


def test_a_rhythm_lies_in_its_band() -> None:
    t = np.arange(1000) / 125
    x = (30 * np.sin(2 * np.pi * 10 * t))[:, None]
    signal = replace(EEG, length=1000, channels=("o1",), units=("uV",), scale=(0.1,))
    got = BLOCK.reference(x, signal, Params(settle_s=2.0, ratios=("alpha/delta+theta",)))
    assert abs(got[2] - np.log10(450)) < 0.02
    assert got[7] > 0.9 and got[10] > 1.0
    names = [f.name for f in BLOCK.features(signal, Params(ratios=("alpha/delta + theta",)))]
    assert names[2] == "o1.alpha" and names[7] == "o1.alpha.share"
    assert names[10] == "o1.alpha/delta+theta"


def test_silence_is_the_floor() -> None:
    got = BLOCK.reference(np.full((250, 2), 77.0), EEG, Params(relative=False))
    assert np.allclose(got, -2.0)


@pytest.mark.parametrize(
    ("signal", "params", "says"),
    [
        (replace(EEG, rate_hz=80.0), Params(), "carries bands up to 39.2 Hz"),
        (replace(EEG, length=200), Params(), "one period of 0.5 Hz takes 250"),
        (EEG, Params(settle_s=3.0), "of which 0 count"),
        (EEG, Params(names=("a",)), "1 bands lie between 2"),
        (EEG, Params(names=("a", "a"), edges_hz=(1.0, 2.0, 3.0)), "different names"),
        (EEG, Params(ratios=("theta/delta/beta",)), "not a ratio"),
        (EEG, Params(ratios=("theta/mu",)), "not a ratio"),
        (EEG, Params(power=False, relative=False), "all are off"),
    ],
)
def test_refuses(signal: Signal, params: Params, says: str) -> None:
    with pytest.raises(InputError, match=says) as error:
        BLOCK.check(signal, params)
    assert error.value.way_out and "bands" in str(error.value.where)
