"""Augmentation: what a mirrored, turned or louder copy may and may not change."""

from __future__ import annotations

import numpy as np
import pytest

from motekit.core.errors import InputError
from motekit.models.augment import AugmentParams, augment, rotations
from motekit.models.data import table, with_copies

WINDOWS = np.random.default_rng(0).normal(size=(20, 15, 3))


def test_rotations_keep_lengths_and_handedness() -> None:
    turn = rotations(200, 40.0, np.random.default_rng(0))
    np.testing.assert_allclose(turn @ turn.transpose(0, 2, 1), np.tile(np.eye(3), (200, 1, 1)),
                               atol=1e-12)  # fmt: skip
    np.testing.assert_allclose(np.linalg.det(turn), 1.0)
    angle = np.degrees(np.arccos((np.trace(turn, axis1=1, axis2=2) - 1) / 2))
    assert 25 < np.sqrt((angle**2).mean()) < 55


def test_one_rotation_for_all_samples_of_a_window() -> None:
    (copy,) = augment(WINDOWS, AugmentParams(rotations=1, angle=30.0))
    np.testing.assert_allclose(
        np.linalg.norm(copy, axis=2), np.linalg.norm(WINDOWS, axis=2), rtol=1e-5
    )
    gram = np.einsum("wtc,wsc->wts", WINDOWS, WINDOWS)
    np.testing.assert_allclose(np.einsum("wtc,wsc->wts", copy, copy), gram, atol=1e-4)
    assert np.abs(copy - WINDOWS).max() > 0.1


def test_the_mirror_flips_its_channels_only() -> None:
    (copy,) = augment(WINDOWS, AugmentParams(mirror=(0,)))
    np.testing.assert_allclose(copy, WINDOWS * [-1, 1, 1], rtol=1e-6)


def test_counts_and_seed() -> None:
    params = AugmentParams(mirror=(0, 2), rotations=2, scalings=1)
    copies = augment(WINDOWS, params)
    assert len(copies) == 1 + 2 * 2 + 2
    assert all(c.dtype == np.float32 and c.shape == WINDOWS.shape for c in copies)
    again = augment(WINDOWS, params)
    assert all(np.array_equal(a, b) for a, b in zip(copies, again, strict=True))
    assert augment(WINDOWS, AugmentParams()) == []


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(InputError, match="3 channels"):
        augment(WINDOWS[:, :, :2], AugmentParams(rotations=1))
    with pytest.raises(InputError, match="counted from 0"):
        augment(WINDOWS, AugmentParams(mirror=(3,)))


def test_copies_follow_their_window_and_are_never_real() -> None:
    values = np.arange(8.0).reshape(4, 2)
    groups = np.array(["p", "p", "q", "q"])
    labels = np.array([0, 1, 0, 1])
    whole = with_copies(table(values, ("a", "b"), labels, ("x", "y"), groups), [values + 100])
    assert whole.real.tolist() == [True] * 4 + [False] * 4
    assert whole.rows(whole.groups == "q").tolist() == [2, 3, 6, 7]
    assert whole.subset(("b",)).values[:, 0].tolist() == [1, 3, 5, 7, 101, 103, 105, 107]
    with pytest.raises(InputError, match="no feature"):
        whole.subset(("c",))


def test_the_digest_sees_every_part() -> None:
    values = np.arange(8.0).reshape(4, 2)
    plain = table(values, ("a", "b"), np.array([0, 1, 0, 1]), ("x", "y"), np.array(list("ppqq")))
    others = [
        table(values + 1e-3, ("a", "b"), plain.labels, ("x", "y"), plain.groups),
        table(values, ("a", "c"), plain.labels, ("x", "y"), plain.groups),
        table(values, ("a", "b"), plain.labels[::-1], ("x", "y"), plain.groups),
        table(values, ("a", "b"), plain.labels, ("x", "z"), plain.groups),
        table(values, ("a", "b"), plain.labels, ("x", "y"), plain.groups[::-1]),
        with_copies(plain, []).subset(("a",)),
    ]
    assert len({t.digest() for t in [plain, *others]}) == 7


def test_features_that_are_not_numbers_are_refused() -> None:
    with pytest.raises(InputError, match="row 1, b"):
        table(np.array([[0.0, 1.0], [0.0, np.inf]]), ("a", "b"), np.zeros(2), ("x",),
              np.array(["p", "q"]))  # fmt: skip


def test_a_shift_turns_every_window_in_time() -> None:
    windows = np.arange(40, dtype=np.float32).reshape(2, 10, 2)
    copies = augment(windows, AugmentParams(shifts=3, shift=0.3))
    assert len(copies) == 3
    turns = set()
    for copy in copies:
        for window, shifted in zip(windows, copy, strict=True):
            found = [k for k in range(-3, 4) if np.array_equal(np.roll(window, k, 0), shifted)]
            assert len(found) == 1
            turns.add(found[0])
    assert len(turns) > 1
