"""Blocks side by side."""

import numpy as np
import pytest

from motekit import dsp
from motekit.core.block import Signal
from motekit.core.errors import InputError
from motekit.core.pipeline import BlockUse, Normalizer
from motekit.dsp import pipeline

SIGNAL = Signal(50.0, 100, 50, ("x", "y", "z"), ("g",) * 3, (1 / 4096,) * 3)
FLATTEN = BlockUse("flatten", dsp.block("flatten").params())
MAGNITUDE = BlockUse("flatten", dsp.block("flatten").params(), channels=(2, 0))
RAW = BlockUse("raw", dsp.block("raw").params(), channels=(1,))
USES = (FLATTEN, MAGNITUDE, RAW)


def counts(windows: int) -> np.ndarray:
    return np.random.default_rng(1).integers(-9000, 9000, (windows, 100, 3)).astype(np.int16)


def test_names_are_unique_and_ordered() -> None:
    names = [f.name for f in pipeline.describe(SIGNAL, USES)]
    assert len(names) == len(set(names)) == 21 + 14 + 100
    assert names[0] == "x.mean" and names[21] == "z.mean#1" and names[-1] == "y[99]"


def test_features_are_those_of_the_blocks() -> None:
    x = counts(1200) / 4096
    got = pipeline.reference(x, SIGNAL, USES)
    assert got.shape == (1200, 135)
    block = dsp.block("flatten")
    part = block.reference(x[..., [2, 0]], pipeline.fed(SIGNAL, MAGNITUDE), MAGNITUDE.params)
    assert np.allclose(got[:, 21:35], part, rtol=1e-12)
    assert np.allclose(pipeline.reference(x[7], SIGNAL, USES), got[7], rtol=1e-12)
    assert pipeline.reference(x[:0], SIGNAL, USES).shape == (0, 135)


def test_fixed_point_is_close_and_has_units() -> None:
    x = counts(20)
    natural = x / 4096
    got = pipeline.fixed(x, SIGNAL, USES) * pipeline.lsb(SIGNAL, USES)
    error = np.abs(got - pipeline.reference(natural, SIGNAL, USES))
    assert np.all(error <= pipeline.bound(natural, SIGNAL, USES, "fixed"))


@pytest.mark.parametrize("channels", [(3,), (-1,)])
def test_refuses_channels_that_are_not_there(channels: tuple) -> None:
    use = BlockUse("raw", dsp.block("raw").params(), channels)
    with pytest.raises(InputError, match="channels"):
        pipeline.check(SIGNAL, (use,))


def test_refuses_a_pipeline_without_blocks() -> None:
    with pytest.raises(InputError, match="at least one block"):
        pipeline.describe(SIGNAL, ())


def test_four_thousand_windows_take_seconds_at_most() -> None:
    """Not a time limit: this would take minutes if references looped over windows."""
    p = dsp.block("spectral").params(filter="low", fft_length=128, bands=8, mask=False)
    x = np.tile(counts(50), (80, 1, 1)) / 4096
    assert pipeline.reference(x, SIGNAL, (BlockUse("spectral", p),)).shape == (4000, 33)


def test_normalizer_rounds_half_away_and_survives_what_is_not_a_number() -> None:
    norm = Normalizer(np.zeros(8), np.full(8, 256.0), 1.0)
    values = np.array([0.5, -0.5, 1.5, -1.5, 1e9, -1e9, np.nan, 32767.4], np.float32)
    assert list(norm.q(values)) == [1, -1, 2, -2, 32767, -32768, 0, 32767]


@pytest.mark.parametrize("unit", [1e-9, 2.0**-16, 1.0, 1e6])
def test_fixed_normalizer_follows_the_float_one(unit: float) -> None:
    rng = np.random.default_rng(2)
    mean, std = rng.normal(size=50) * 1000 * unit, rng.uniform(5, 2000, 50) * unit
    norm = Normalizer(mean, std, 1 / 32)
    values = np.round(rng.normal(size=(30, 50)) * 500).astype(np.int32)
    exact = (values * unit - mean) / std * 32 * 256
    slack = 0.51 + 0.5 * unit / std * 32 * 256 + np.abs(exact) * 2.0**-28
    got = norm.q_fixed(values, (unit,) * 50)
    assert np.all(np.abs(got - np.clip(exact, -32768, 32767)) <= slack)
