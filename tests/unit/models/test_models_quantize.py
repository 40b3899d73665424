"""int8: scales that float32 holds, ranges with zero in them, and the table of noise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motekit.core.tensors import QuantParams
from motekit.models.quantize import (
    activation_quant,
    asymmetric,
    bias_int32,
    noise,
    quantized,
    weights_int8,
)
from motekit.models.sqnr import sqnr_db

REALS = st.floats(-1e4, 1e4, allow_nan=False)


@given(REALS, REALS)
def test_zero_is_exact_in_every_range(a: float, b: float) -> None:
    quant = asymmetric(min(a, b), max(a, b))
    scale, zero = quant.per_tensor
    assert -128 <= zero <= 127 and scale > 0
    assert scale == float(np.float32(scale))
    assert quantized(np.array([0.0]), quant).item() == zero


@given(REALS, REALS)
def test_the_ends_of_the_range_are_within_a_step(a: float, b: float) -> None:
    ends = np.array([min(a, b, 0.0), max(a, b, 0.0)])
    quant = asymmetric(*ends)
    scale, zero = quant.per_tensor
    back = (quantized(ends, quant).astype(np.float64) - zero) * scale
    assert np.abs(back - ends).max() <= scale * 1.01


def test_relu_outputs_use_the_whole_range() -> None:
    assert activation_quant(np.array([0.0, 0.5, 6.0]), "minmax").per_tensor[1] == -128


def test_clipping_an_outlier_pays() -> None:
    rng = np.random.default_rng(0)
    values = np.append(rng.normal(size=200_000), 8.0)
    full, chosen = activation_quant(values, "minmax"), activation_quant(values, "sqnr")
    assert chosen.per_tensor[0] < full.per_tensor[0]
    assert noise(values, chosen) < noise(values, full)


@pytest.mark.parametrize("per_channel", [False, True])
def test_weights_are_symmetric_and_close(per_channel: bool) -> None:
    w = np.random.default_rng(0).normal(size=(5, 7)) * np.geomspace(0.1, 10, 5)[:, None]
    q, quant = weights_int8(w, per_channel)
    assert len(quant.scale) == (5 if per_channel else 1)
    assert quant.zero_point == (0,) * len(quant.scale) and np.abs(q).max() == 127
    back = q * np.array(quant.scale)[:, None]
    assert (np.abs(back - w) <= np.array(quant.scale)[:, None] * 0.51).all()


def test_zero_weights_do_not_divide_by_zero() -> None:
    q, quant = weights_int8(np.zeros((2, 3)), per_channel=True)
    assert not q.any() and min(quant.scale) > 0


def test_bias_saturates_instead_of_wrapping() -> None:
    tiny = QuantParams((1e-9,), (0,))
    assert np.abs(bias_int32(np.array([1e6, -1e6]), 1e-3, tiny)).max() < 1 << 30


def test_sqnr_of_known_noise() -> None:
    signal = np.array([1.0, -1.0])
    assert sqnr_db(signal, signal * 0.9) == pytest.approx(20.0)
    assert sqnr_db(signal, signal) == 120.0
    assert sqnr_db(np.zeros(2), np.ones(2)) == 0.0
