"""`spectral` keeps the contract, and agrees with SciPy and with Edge Impulse's published rules."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import signal as scipy_signal
from scipy import stats

from motekit.core.block import Signal
from motekit.core.errors import InputError
from motekit.core.pipeline import BlockUse
from motekit.dsp import pipeline as front_end
from motekit.dsp.blocks.spectral import BLOCK, Params
from motekit.dsp.blocks.spectral.plan import kept_bins, plan
from motekit.testing.block import SIGNALS, BlockContract, built
from motekit.testing.block_case import Case

ACCELEROMETER = SIGNALS[0]
SEED = Params(
    filter="low", cutoff_hz=3.0, order=6, fft_length=128, overlap=False, bands=8, mask=False
)
SHORT = replace(SIGNALS[1], length=4, stride=4)
LONG = Signal(500.0, 2500, 2500, ("v",), ("mV",), (0.5,))


class TestSpectral(BlockContract):
    block = BLOCK
    resolves = 300  # about 30 counts are left behind the filters here: see spectral.md

    def keeps_db(self, case: Case, feature: str) -> float:
        """A high-pass turns full-scale steps into powers far below them."""
        return 48.0 if case.params.filter == "high" and ".power" in feature else 60.0

    signals = (*SIGNALS, SHORT, LONG)
    params = (
        SEED,
        Params(fft_length=8, spectral_moments=True),
        Params(fft_length=64, filter="high", cutoff_hz=2.0, order=4, combine="mean", taper="hann"),
        Params(fft_length=32, decimation=3, filter="low", cutoff_hz=4.0, scale=9.81),
        Params(numerics="edge_impulse_v4", fft_length=16, filter="low", cutoff_hz=7.0),
        Params(fft_length=0, filter="low", cutoff_hz=1.0, order=8),
        Params(fft_length=32, log=False, statistics=False, combine="mean"),
        Params(fft_length=64, decimation=10, filter="none", bands=5),
        Params(fft_length=90, spectral_moments=True, combine="mean", taper="hann"),
        Params(fft_length=150, statistics=False, filter="low", cutoff_hz=20.0, bands=7),
        Params(fft_length=50, overlap=False, filter="high", order=2),
    )


def noise(count: int = 5) -> np.ndarray:
    rng = np.random.default_rng(11)
    return rng.normal(size=(count, 125, 3)) + np.array([0.0, 1.0, -0.5])


def test_the_seed_pipeline_is_what_scipy_says() -> None:
    """Filter, mean, RMS, skewness, kurtosis and log band powers, step by step with SciPy."""
    x = noise()
    got = BLOCK.reference(x, ACCELEROMETER, SEED).reshape(5, 3, 11)
    sos = scipy_signal.butter(6, 3.0, fs=62.5, output="sos").astype(np.float32)
    y = scipy_signal.sosfilt(sos.astype(np.float64), x, axis=1)
    y -= y.mean(axis=1, keepdims=True)
    assert np.allclose(got[..., 0], np.sqrt((y**2).mean(axis=1)), rtol=1e-6)
    assert np.allclose(got[..., 1], stats.skew(y, axis=1), rtol=1e-6, atol=1e-9)
    assert np.allclose(got[..., 2], stats.kurtosis(y, axis=1), rtol=1e-6, atol=1e-9)
    power = np.abs(np.fft.rfft(y, 128, axis=1)) ** 2 / 128
    bands = power[:, 1:].reshape(5, 8, 8, 3).mean(axis=2)
    floor = (1 / 4096) ** 2 / 12
    assert np.allclose(got[..., 3:], np.log10(bands + floor).transpose(0, 2, 1), rtol=1e-6)


def max_hold(y: np.ndarray, fft: int) -> np.ndarray:
    """Powers by the published rule: hop of half, frames while start ≤ length, maximum."""
    best = np.zeros(fft // 2 + 1)
    for start in range(0, len(y) + 1, fft // 2):
        frame = np.zeros(fft)
        part = y[start : start + fft]
        frame[: len(part)] = part
        best = np.maximum(best, np.abs(np.fft.rfft(frame)) ** 2 / fft)
    return best


@pytest.mark.parametrize("kind", ["none", "low", "high"])
def test_edge_impulse_numerics(kind: str) -> None:
    p = Params(numerics="edge_impulse_v4", filter=kind, cutoff_hz=8.0, fft_length=16)
    x = noise(1)[0]
    got = BLOCK.reference(x, ACCELEROMETER, p)
    want = []
    for axis in range(3):
        y = x[:, axis]
        if kind != "none":
            sos = scipy_signal.butter(6, 8.0, kind, fs=62.5, output="sos").astype(np.float32)
            y = scipy_signal.sosfilt(sos.astype(np.float64), y)
        y = y - y.mean()
        power = max_hold(y, 16)
        want += [np.sqrt((y**2).mean()), stats.skew(y), stats.kurtosis(y)]
        want += [stats.skew(power), stats.kurtosis(power)]
        bins = {"none": range(1, 9), "low": range(1, 3), "high": range(2, 9)}[kind]
        want += [np.log10(power[k]) for k in bins]
    assert np.allclose(got, want, rtol=1e-5, atol=1e-8)


def test_thirty_nine_features_like_the_published_block() -> None:
    p = Params(numerics="edge_impulse_v4", filter="none", fft_length=16)
    assert len(BLOCK.features(ACCELEROMETER, p)) == 39


def test_edge_impulse_takes_the_log_of_zero_as_minus_ten() -> None:
    p = Params(numerics="edge_impulse_v4", fft_length=16)
    case = Case(BLOCK, ACCELEROMETER, p)
    raw, _ = built(case).run(np.full((1, 125, 3), 700, np.int16))
    assert np.all(raw.reshape(3, 13)[:, 5:] == -10.0)
    assert np.all(case.reference(np.full((1, 125, 3), 700)).reshape(3, 13)[:, 5:] == -10.0)


@pytest.mark.parametrize(
    ("kind", "cutoff", "bins"),
    [("low", 3.0, (1, 7)), ("high", 3.0, (6, 65)), ("low", 31.0, (1, 64)), ("high", 0.1, (1, 65)),
     ("none", 3.0, (1, 65))],
)  # fmt: skip
def test_bins_beyond_the_cutoff_are_left_out(kind: str, cutoff: float, bins: tuple) -> None:
    p = Params(filter=kind, cutoff_hz=cutoff, fft_length=128)
    assert kept_bins(p, 62.5) == bins
    order0 = Params(filter=kind, cutoff_hz=cutoff, fft_length=128, order=0)
    assert kept_bins(order0, 62.5) == bins
    assert plan(ACCELEROMETER, order0).butterworth is None


def test_decimation_is_the_published_filter() -> None:
    x = noise(1)[0]
    p = Params(decimation=3, statistics=True, fft_length=0)
    sos = scipy_signal.cheby1(8, 0.05, 0.8 / 3, output="sos")
    rest = scipy_signal.sosfilt_zi(sos)
    rms = []
    for axis in range(3):
        y, _ = scipy_signal.sosfilt(sos, x[:, axis], zi=rest * x[0, axis])
        rms.append(y[::3].std())
    assert np.allclose(BLOCK.reference(x, ACCELEROMETER, p)[::3], rms, rtol=1e-4)


def test_extra_low_frequencies_are_a_second_use() -> None:
    """What is published of that option: without a filter, the features of the window without its
    mean, decimated by 10, behind all others."""
    signal = replace(ACCELEROMETER, length=500)
    p = Params(numerics="edge_impulse_v4", fft_length=16)
    uses = [BlockUse("spectral", p), BlockUse("spectral", replace(p, decimation=10))]
    x = np.random.default_rng(8).normal([0.0, 1.0, -0.5], size=(500, 3))
    got = front_end.reference(x[None], signal, uses)[0]
    low = cheby1_from_rest(x - x.mean(axis=0), 10)
    low = low - low.mean(axis=0)
    want = []
    for y in low.T:
        power = max_hold(y, 16)
        want += [np.sqrt((y**2).mean()), stats.skew(y), stats.kurtosis(y)]
        want += [stats.skew(power), stats.kurtosis(power), *np.log10(power[1:])]
    assert np.allclose(got[39:], want, rtol=2e-4, atol=2e-4)


def cheby1_from_rest(x: np.ndarray, ratio: int) -> np.ndarray:
    """The published decimation of samples × channels."""
    sos = scipy_signal.cheby1(8, 0.05, 0.8 / ratio, output="sos")
    rest = scipy_signal.sosfilt_zi(sos)[:, :, None] * x[0]
    return scipy_signal.sosfilt(sos, x, axis=0, zi=rest)[0][::ratio]


def test_a_tone_lands_in_its_band() -> None:
    t = np.arange(125) / 62.5
    x = np.stack([np.sin(2 * np.pi * f * t) for f in (2.0, 10.0, 30.0)], axis=-1)
    p = replace(SEED, filter="none", statistics=False)
    bands = BLOCK.reference(x, ACCELEROMETER, p).reshape(3, 8)
    assert list(bands.argmax(axis=1)) == [0, 2, 7]


@pytest.mark.parametrize(
    ("signal", "params", "field"),
    [
        (ACCELEROMETER, Params(filter="low", cutoff_hz=31.25), "cutoff_hz"),
        (ACCELEROMETER, Params(filter="low", cutoff_hz=10.0, decimation=3), "cutoff_hz"),
        (ACCELEROMETER, Params(filter="high", cutoff_hz=0.01), "cutoff_hz"),
        (ACCELEROMETER, Params(fft_length=26), "fft_length"),
        (ACCELEROMETER, Params(fft_length=15), "fft_length"),
        (ACCELEROMETER, Params(numerics="edge_impulse_v4", fft_length=24), "fft_length"),
        (ACCELEROMETER, Params(fft_length=4), "fft_length"),
        (ACCELEROMETER, Params(fft_length=512), "fft_length"),
        (ACCELEROMETER, Params(fft_length=16, bands=9), "bands"),
        (ACCELEROMETER, Params(filter="low", cutoff_hz=1.0, fft_length=16), "fft_length"),
        (ACCELEROMETER, Params(decimation=1000, fft_length=0), "decimation"),
        (ACCELEROMETER, Params(statistics=False, fft_length=0), "spectral"),
        (ACCELEROMETER, Params(numerics="edge_impulse_v4", bands=4), "bands"),
        (ACCELEROMETER, Params(numerics="edge_impulse_v4", fft_length=0), "fft_length"),
        (replace(ACCELEROMETER, length=1), Params(), "spectral"),
    ],
)
def test_refuses_before_training(signal: Signal, params: Params, field: str) -> None:
    with pytest.raises(InputError) as error:
        BLOCK.check(signal, params)
    assert field in str(error.value.where)
    assert error.value.way_out


def test_linear_powers_have_no_fixed_point_form() -> None:
    with pytest.raises(InputError, match="32 bits"):
        BLOCK.c(ACCELEROMETER, Params(log=False), "fixed")


def test_float_samples_have_no_fixed_point_form() -> None:
    with pytest.raises(InputError, match="int16"):
        BLOCK.c(replace(ACCELEROMETER, sample="float32"), SEED, "fixed")


def signal_to_error(case: Case, x: np.ndarray) -> np.ndarray:
    """Per feature, in decibels, over the windows."""
    raw, _ = built(case).run(x)
    reference = case.reference(x)
    error = case.to_units(raw) - reference
    return 10 * np.log10((reference**2).mean(axis=0) / (error**2).mean(axis=0))


def test_fixed_point_keeps_sixty_decibels_over_its_range() -> None:
    rng = np.random.default_rng(3)
    level = 10.0 ** rng.uniform(1, 4, size=(300, 1, 1))
    x = np.clip(rng.normal(size=(300, 125, 3)) * level, -32768, 32767).astype(np.int16)
    assert signal_to_error(Case(BLOCK, ACCELEROMETER, SEED, "fixed"), x).min() > 60
