"""`flatten` keeps the contract, and agrees with SciPy."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from motekit.core.errors import InputError
from motekit.dsp.blocks.flatten import BLOCK, Params
from motekit.testing.block import SIGNALS, BlockContract

APART = replace(SIGNALS[0], stride=125)
SHORT = replace(SIGNALS[1], length=2, stride=1)
LONG = replace(SIGNALS[1], length=3000, stride=3000, channels=("v",), units=("mV",), scale=(0.5,))


class TestFlatten(BlockContract):
    block = BLOCK
    params = (
        Params(),
        Params(
            crossings=True, activity=True, zero_crossings=True, energy=True, scale=2.0,
            percentiles=(5.0, 50.0, 100.0), correlation=True,
        ),
        Params(magnitude_area=True, percentiles=(25.0,), skewness=False, energy=True),
        Params(magnitude_area=True, activity=True, zero_crossings=True, energy=True, mean=False),
    )  # fmt: skip
    signals = (
        APART, replace(SIGNALS[1], units=("mV", "mV")), SIGNALS[2], SHORT, LONG,
        replace(SIGNALS[2], length=300, stride=300), replace(APART, kept=True),
    )  # fmt: skip


@pytest.mark.parametrize("arithmetic", ["float", "fixed"])
def test_windows_are_kept_only_where_that_takes_less(arithmetic: str) -> None:
    """Of 2 seconds, not of 2 samples; and where the mean must be known before a sample is seen."""
    assert not BLOCK.c(APART, Params(), arithmetic).history
    for p in (Params(crossings=True), Params(correlation=True), Params(percentiles=(50.0,))):
        assert BLOCK.c(APART, p, arithmetic).history
    assert BLOCK.c(SHORT, Params(), arithmetic).history
    assert BLOCK.c(SIGNALS[0], Params(), arithmetic).history  # three windows under way
    assert BLOCK.c(replace(APART, kept=True), Params(), arithmetic).history


def test_agrees_with_scipy() -> None:
    x = np.random.default_rng(5).gamma(2.0, size=(6, 125, 3)) * [1, 9, 0.1] + [0, 9.81, -3]
    got = BLOCK.reference(x, SIGNALS[0], Params()).reshape(6, 3, 7)
    want = [
        x.mean(axis=1), x.min(axis=1), x.max(axis=1), np.sqrt((x**2).mean(axis=1)), x.std(axis=1),
        stats.skew(x, axis=1), stats.kurtosis(x, axis=1),
    ]  # fmt: skip
    assert np.allclose(got, np.stack(want, axis=-1), rtol=1e-9)


def test_correlation_is_pearsons() -> None:
    x = np.random.default_rng(6).normal(size=(125, 3)) @ [[1, 0.5, 0], [0, 1, 0], [0, 0, 1]]
    off = {name: False for name in ("mean", "minimum", "maximum", "rms", "stdev")}
    p = Params(**off, skewness=False, kurtosis=False, correlation=True)
    want = np.corrcoef(x.T)[[0, 0, 1], [1, 2, 2]]
    assert np.allclose(BLOCK.reference(x, SIGNALS[0], p), want)


def test_crossings_and_activity_by_hand() -> None:
    x = np.array([[0.0], [4.0], [0.0], [4.0]])
    signal = replace(SIGNALS[2], length=4, rate_hz=30.0)
    off = {name: False for name in ("mean", "minimum", "maximum", "rms", "stdev")}
    p = Params(**off, skewness=False, kurtosis=False, crossings=True, activity=True)
    assert np.allclose(BLOCK.reference(x, signal, p), [3 * 30 / 3, 4.0])


def test_percentiles_energy_area_and_zero_crossings_are_numpys() -> None:
    x = np.random.default_rng(7).normal(size=(4, 125, 3)) * [1, 3, 0.1] + [0, 1, 0]
    off = {name: False for name in ("mean", "minimum", "maximum", "rms", "stdev")}
    q = (0.0, 5.0, 33.3, 50.0, 100.0)
    p = Params(**off, skewness=False, kurtosis=False, energy=True, zero_crossings=True,
               percentiles=q, magnitude_area=True)  # fmt: skip
    got = BLOCK.reference(x, SIGNALS[0], p)
    each = got[:, :-1].reshape(4, 3, 7)
    assert np.allclose(each[..., 2:], np.moveaxis(np.percentile(x, q, axis=1), 0, -1))
    assert np.allclose(each[..., 1], np.mean(x**2, axis=1))
    signs = np.abs(np.diff(np.sign(x), axis=1)).sum(axis=1) / 2 * 62.5 / 124
    assert np.allclose(each[..., 0], signs)
    assert np.allclose(got[:, -1], np.abs(x).mean(axis=1).sum(axis=-1))
    names = [f.name for f in BLOCK.features(SIGNALS[0], p)]
    assert names[2:4] == ["x.p0", "x.p5"] and names[-1] == "magnitude_area"


@pytest.mark.parametrize(
    ("signal", "params", "says"),
    [
        (SIGNALS[1], Params(magnitude_area=True), "different units"),
        (replace(SIGNALS[2], length=1), Params(), "must have at least 2"),
        (replace(SIGNALS[2], length=70000), Params(), "at most 65535"),
        (SIGNALS[2], Params(correlation=True), "two channels"),
        (
            SIGNALS[2],
            Params(1.0, *[False] * 7),
            "every statistic is off",
        ),
    ],
)
def test_refuses(signal, params, says) -> None:
    with pytest.raises(InputError, match=says) as error:
        BLOCK.check(signal, params)
    assert error.value.way_out
