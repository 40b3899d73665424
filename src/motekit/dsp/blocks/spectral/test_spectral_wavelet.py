"""The wavelet form of `spectral` keeps the contract, and agrees with PyWavelets and SciPy."""

from dataclasses import replace

import numpy as np
import pytest
import pywt
from scipy import stats

from motekit.core.block import Signal
from motekit.core.errors import InputError
from motekit.dsp.blocks.spectral import BLOCK, Params
from motekit.dsp.blocks.spectral.filters import NAMES, filters
from motekit.dsp.blocks.spectral.plan import plan
from motekit.dsp.blocks.spectral.wavelet import components, lengths
from motekit.testing.block import SIGNALS, BlockContract, built
from motekit.testing.block_case import Case

EI = "edge_impulse_v4"
TWO = Signal(62.5, 135, 60, ("x", "y"), ("g", "g"), (1 / 4096, 1 / 2048))
DB4 = Params(analysis="wavelet", numerics=EI)


class TestWavelet(BlockContract):
    block = BLOCK
    resolves = 300  # as test_spectral.py

    def keeps_db(self, case: Case, feature: str) -> float:
        """Counts, of what lies on an edge by the book and beside it by rounding."""
        return 20.0 if feature.endswith(("crossings", "entropy")) else 60.0

    signals = (TWO, SIGNALS[2])
    params = (
        DB4,
        Params(analysis="wavelet", wavelet="haar", level=1, filter="low", cutoff_hz=6.0),
        Params(analysis="wavelet", wavelet="bior3.1", level=2, statistics=False, scale=9.81),
        Params(analysis="wavelet", wavelet="sym10", level=0, filter="high", order=2),
    )


def walk(count: int, length: int) -> np.ndarray:
    x = np.random.default_rng(4).normal(size=(count, length)).cumsum(axis=-1)
    return x - x.mean(axis=-1, keepdims=True)


@pytest.mark.parametrize("name", NAMES)
def test_filters_are_those_of_pywavelets(name: str) -> None:
    known = pywt.Wavelet(name)
    low, high = filters(name)
    assert np.allclose(low, known.dec_lo, atol=2e-11, rtol=0)
    assert np.allclose(high, known.dec_hi, atol=2e-11, rtol=0)


@pytest.mark.parametrize(
    ("name", "level"), [("haar", 5), ("db10", 3), ("rbio6.8", 2), ("coif3", 0)]
)
@pytest.mark.parametrize("length", [1024, 1031])
def test_components_are_those_of_pywavelets(name: str, level: int, length: int) -> None:
    x = walk(3, length)
    p = Params(analysis="wavelet", wavelet=name, level=level)
    signal = replace(TWO, length=length)
    for got, want in zip(components(x, p), pywt.wavedec(x, name, level=level), strict=True):
        assert np.allclose(got, want, atol=1e-9)
    assert lengths(plan(signal, p), p) == tuple(c.shape[-1] for c in components(x, p))


def published(c: np.ndarray) -> list[float]:
    """Fourteen numbers of a component as they are published, by NumPy and SciPy."""
    n, ordered = len(c), np.sort(c)
    histogram = np.histogram(c, bins=100, density=True)[0]
    cross = [np.count_nonzero(np.diff(c > level)) / n for level in (0.0, np.mean(c))]
    ranks = [ordered[int((n - 1) * percent / 100 + 0.5)] for percent in (5, 25, 75, 95, 50)]
    return [
        stats.entropy(histogram), *cross, *ranks, np.mean(c), np.std(c), np.var(c, ddof=1),
        np.sqrt(np.mean(c**2)), stats.skew(c), stats.kurtosis(c),
    ]  # fmt: skip


def test_features_are_the_published_ones() -> None:
    x = walk(2, 135).T + 3.0
    p = replace(DB4, wavelet="sym4", level=2)
    got = BLOCK.reference(x, TWO, p)
    want = [
        value
        for axis in range(2)
        for c in pywt.wavedec(x[:, axis] - x[:, axis].mean(), "sym4", level=2)
        for value in published(c)
    ]
    assert len(got) == 2 * 3 * 14
    assert np.allclose(got, want, rtol=1e-9, atol=1e-9)
    names = [feature.name for feature in BLOCK.features(TWO, p)]
    assert names[:2] == ["x.a2.entropy", "x.a2.zero_crossings"] and names[41] == "x.d1.kurtosis"


def test_a_constant_window_has_nothing_in_any_component() -> None:
    raw, _ = built(Case(BLOCK, TWO, DB4)).run(np.full((1, 135, 2), 4096, np.int16))
    assert not raw.any()


@pytest.mark.parametrize(
    ("length", "params", "says"),
    [
        (63, DB4, "level 1 of a wavelet needs 64 samples, here are 63"),
        (31, replace(DB4, level=0), "needs 32 samples, here are 31"),
        (135, replace(DB4, decimation=3), "needs 64 samples, here are 45"),
        (135, Params(analysis="wavelet", bands=4), "no spectrum"),
        (135, Params(analysis="wavelet", spectral_moments=True), "no spectrum"),
    ],
)
def test_refuses(length: int, params: Params, says: str) -> None:
    with pytest.raises(InputError, match=says) as error:
        BLOCK.check(replace(TWO, length=length), params)
    assert error.value.way_out


def test_fixed_point_keeps_sixty_decibels_over_its_range() -> None:
    rng = np.random.default_rng(3)
    level = 10.0 ** rng.uniform(1, 4, size=(200, 1, 1))
    x = np.clip(rng.normal(size=(200, 135, 2)) * level, -32768, 32767).astype(np.int16)
    case = Case(BLOCK, TWO, replace(DB4, level=2), "fixed")
    raw, _ = built(case).run(x)
    reference = case.reference(x)
    error = case.to_units(raw) - reference
    ratio = 10 * np.log10((reference**2).mean(axis=0) / np.maximum((error**2).mean(axis=0), 1e-30))
    assert ratio.min() > 60
