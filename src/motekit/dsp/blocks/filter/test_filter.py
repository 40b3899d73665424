"""`filter` keeps the contract, and agrees with SciPy's own filters in their other forms."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import signal as sp

from motekit.core.errors import InputError
from motekit.dsp.blocks.filter import BLOCK, Params
from motekit.dsp.blocks.filter.exact import exact
from motekit.testing.block import SIGNALS, BlockContract

SHORT = replace(SIGNALS[0], length=40)


class TestFilter(BlockContract):
    block = BLOCK
    params = (
        Params(),
        Params(kind="band", cutoff_hz=0.5, high_hz=8.0, order=2, settle_s=0.3, finer=2),
        Params(kind="gravity", cutoff_hz=0.3, order=2),
        Params(kind="stop", cutoff_hz=5.0, high_hz=12.0, order=3, start="rest"),
        Params(kind="low", design="fir", cutoff_hz=5.0, taps=21, keep_every=4),
        Params(kind="median", taps=5, finer=1),
    )
    signals = (SHORT, *SIGNALS[1:])


def low_error_db(p: Params, arithmetic: str, rate: float = 100.0) -> float:
    """Signal to error over noise and a sine at full range, in dB."""
    t = np.arange(600)[:, None]
    rng = np.random.default_rng(4)
    x = np.round(16000 * np.sin(t / 9) + 9000 * rng.uniform(-1, 1, t.shape)).astype(np.int16)
    signal = replace(SIGNALS[0], rate_hz=rate, length=600, channels=("x",), units=("g",),
                     scale=(1.0,))  # fmt: skip
    want = BLOCK.reference(x.astype(float), signal, p)
    got = exact(x, signal, p, arithmetic)
    return float(10 * np.log10(np.mean(want**2) / np.mean((got - want) ** 2)))


@pytest.mark.parametrize("arithmetic", ["float", "fixed"])
@pytest.mark.parametrize(
    "p",
    [
        Params(cutoff_hz=3.0, order=8),
        Params(kind="high", cutoff_hz=0.5),
        Params(kind="band", cutoff_hz=0.5, high_hz=8.0, order=4),
        Params(kind="notch", cutoff_hz=50 * 0.3),
        Params(kind="low", design="fir", cutoff_hz=4.0, taps=63),
    ],
)
def test_signal_to_error_is_60_db_and_more(p: Params, arithmetic: str) -> None:
    assert low_error_db(p, arithmetic) > 75


def test_agrees_with_other_forms_of_scipys_filters() -> None:
    """Direct forms and zero-pole-gain at moderate cutoffs, where all forms are precise."""
    x = np.random.default_rng(3).normal(size=(2, 64, 3))
    for kind, name, edges in (("low", "lowpass", 5.0), ("high", "highpass", 5.0)):
        b, a = sp.butter(4, edges, btype=name, fs=62.5)
        p = Params(kind=kind, cutoff_hz=5.0, start="rest")
        assert np.allclose(BLOCK.reference(x, SIGNALS[2], p), sp.lfilter(
            *sp.butter(4, edges, btype=name, fs=50.0), x, axis=1))  # fmt: skip
        assert np.allclose(BLOCK.reference(x, replace(SIGNALS[2], rate_hz=62.5), p),
                           sp.lfilter(b, a, x, axis=1))  # fmt: skip
    p = Params(kind="median", taps=7, start="rest")
    want = np.stack([sp.medfilt(w, (7, 1)) for w in x])
    assert np.allclose(BLOCK.reference(x, SIGNALS[2], p)[:, 6:], want[:, 3:-3])


def test_a_level_stays_from_the_first_frame() -> None:
    """No transient of gravity: the start is steady."""
    x = np.full((50, 1), 9.81)
    signal = replace(SIGNALS[2], length=50)
    assert np.allclose(BLOCK.reference(x, signal, Params()), 9.81)
    assert np.allclose(BLOCK.reference(x, signal, Params(kind="gravity")), 0.0)
    rest = BLOCK.reference(x, signal, Params(start="rest"))
    assert rest[0, 0] < 1.0


def test_decimation_keeps_the_time_of_frames() -> None:
    x = np.sin(np.arange(125) / 10)[:, None] * np.ones(3)
    whole = BLOCK.reference(x, SIGNALS[0], Params())
    p = Params(keep_every=5, settle_s=10 / 62.5)
    few = BLOCK.reference(x, SIGNALS[0], p)
    made = BLOCK.output(SIGNALS[0], p)
    assert np.allclose(few, whole[10::5])
    assert (made.length, made.rate_hz) == (23, 12.5) == (len(few), 12.5)


@pytest.mark.parametrize(
    ("params", "says", "field"),
    [
        (Params(cutoff_hz=31.0), "reaches 30.625 Hz", "cutoff_hz"),
        (Params(cutoff_hz=0.001), "loses its precision", "cutoff_hz"),
        (Params(kind="band", cutoff_hz=5.0, high_hz=4.0), "above the lower", "high_hz"),
        (Params(order=3), "second-order sections", "order"),
        (Params(kind="stop", high_hz=9.0, order=5), "1 to 4", "order"),
        (Params(kind="median", taps=4), "odd number", "taps"),
        (Params(kind="notch", design="fir"), "recursive", "design"),
        (Params(cutoff_hz=8.0, keep_every=4), "fold down", "keep_every"),
        (Params(kind="median", keep_every=2, taps=3), "fold down", "keep_every"),
        (Params(settle_s=2.0), "2 must be left", "settle_s"),
    ],
)
def test_refuses(params: Params, says: str, field: str) -> None:
    with pytest.raises(InputError, match=says) as error:
        BLOCK.check(SIGNALS[0], params)
    assert field in str(error.value.where)
    assert error.value.way_out


def test_gravity_is_removed_from_accelerations_only() -> None:
    with pytest.raises(InputError, match="accelerations"):
        BLOCK.check(SIGNALS[1], Params(kind="gravity"))
