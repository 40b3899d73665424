"""The normaliser: constants, the range of int8, the Q8.8 form."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from motekit.core.pipeline import int8_input
from motekit.models.normalize import (
    STEPS,
    choose_z_lsb,
    fit_normalizer,
    standard,
    standardise,
)

VALUES = hnp.arrays(
    np.float32, st.tuples(st.integers(2, 30), st.integers(1, 4)),
    elements=st.floats(-1e6, 1e6, width=32, allow_subnormal=False),
)  # fmt: skip


@given(VALUES)
@settings(deadline=None)
def test_any_features_give_a_usable_normaliser(values: np.ndarray) -> None:
    norm = fit_normalizer(values)
    assert (norm.std > 0).all() and norm.z_lsb > 0
    z = standardise(norm, values)
    assert np.isfinite(z).all() and np.abs(z).max() <= norm.z_lsb * STEPS * (1 + 1e-6)
    mul, add = norm.multiplier()
    assert np.isfinite(mul).all() and np.isfinite(add).all()


@given(VALUES)
@settings(deadline=None)
def test_the_learners_z_is_the_devices_q(values: np.ndarray) -> None:
    norm = fit_normalizer(values)
    z, q = standardise(norm, values), norm.q(values)
    # float32 product and sum of the C: some of the last bits of the offset are lost
    bound = 1.0 + np.abs(norm.mean / (norm.std * norm.z_lsb) * 256) * 2**-22
    assert (np.abs(q - z.astype(np.float64) / norm.z_lsb * 256) <= bound).all()


def test_a_constant_feature_stays_at_zero_and_does_not_saturate_at_once() -> None:
    values = np.full((50, 2), 5.0, dtype=np.float32)
    values[:, 1] = np.arange(50)
    norm = fit_normalizer(values)
    assert (standardise(norm, values)[:, 0] == 0).all()
    moved = values.copy()
    moved[:, 0] = 5.5
    assert np.abs(int8_input(norm.q(moved))[:, 0]).max() < 10


def test_heavy_tails_get_a_wider_range() -> None:
    rng = np.random.default_rng(0)
    light = choose_z_lsb(rng.uniform(-1.7, 1.7, (4000, 3)))
    heavy = choose_z_lsb(rng.standard_t(3, (4000, 3)))
    assert light < heavy
    assert light == float(np.float32(light))


def test_the_chosen_range_has_the_least_error() -> None:
    z = np.random.default_rng(0).normal(size=(2000, 4))

    def error(lsb: float) -> float:
        return float(np.mean((z - np.clip(np.rint(z / lsb), -128, 127) * lsb) ** 2))

    chosen = error(choose_z_lsb(z))
    assert all(chosen <= error(half / 127) + 1e-12 for half in (3.0, 5.0, 8.0, 12.0))


def test_only_the_rows_given_matter() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(100, 3))
    first = fit_normalizer(values[:50])
    values[50:] = 1e9
    again = fit_normalizer(values[:50])
    assert np.array_equal(first.mean, again.mean) and first.z_lsb == again.z_lsb


def test_standard_and_standardise_agree() -> None:
    values = np.random.default_rng(0).normal(3, 20, (40, 3)).astype(np.float32)
    values[0] = 1e7
    norm = fit_normalizer(values[1:])
    assert standard(norm)(values) == pytest.approx(standardise(norm, values), abs=1e-4)
