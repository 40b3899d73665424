"""Figures of predictions, by cases that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motekit.models import intervals, reliability
from motekit.models.evaluate import confusion_matrix, evaluate

CLASSES = ("a", "b", "c")


def one_hot(predicted: list[int], top: float = 0.8) -> np.ndarray:
    rest = (1 - top) / 2
    return np.eye(3)[predicted] * (top - rest) + rest


def test_figures_of_a_small_case() -> None:
    labels = np.array([0, 0, 0, 1, 1, -1])
    predicted = [0, 0, 1, 1, 1, 2]
    groups = np.array(["p", "p", "q", "q", "q", "q"])
    found = evaluate(one_hot(predicted), labels, groups, CLASSES)
    assert found.windows == 5
    assert found.accuracy == pytest.approx(4 / 5)
    assert found.confusion == ((2, 1, 0), (0, 2, 0), (0, 0, 0))
    assert found.balanced_accuracy == pytest.approx((2 / 3 + 1) / 2)  # "c" does not occur
    assert [c.f1 for c in found.classes] == pytest.approx([4 / 5, 4 / 5, 0])
    assert found.macro_f1 == pytest.approx(4 / 5)
    assert [(g.group, g.windows) for g in found.groups] == [("p", 2), ("q", 3)]
    assert found.group_accuracy == pytest.approx((1 + 2 / 3) / 2)
    assert found.group_spread == pytest.approx(np.std([1, 2 / 3], ddof=1))
    assert found.interval[0] <= found.accuracy <= found.interval[1]
    assert found.calibration_error == pytest.approx(0.0, abs=1e-9)  # 80 % sure, 80 % right


def test_int8_scores_are_probabilities() -> None:
    scores = np.array([[127, -128, -128], [-128, 76, -77]], dtype=np.int8)
    found = evaluate(scores, np.array([0, 1]), np.array(["p", "p"]), CLASSES)
    assert found.accuracy == 1.0
    assert [b.windows for b in found.reliability] == [0] * 7 + [1, 0, 1]


def test_no_labelled_window_gives_zeros() -> None:
    found = evaluate(one_hot([1]), np.array([-1]), np.array(["p"]), CLASSES)
    assert (found.windows, found.accuracy, found.macro_f1, found.groups) == (0, 0.0, 0.0, ())
    assert found.interval == (0.0, 1.0)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=50))
def test_confusion_counts_every_window_once(pairs: list[tuple[int, int]]) -> None:
    true, predicted = (np.array(column) for column in zip(*pairs, strict=True))
    counts = confusion_matrix(true, predicted, 3)
    assert counts.sum() == len(pairs)
    assert counts[pairs[0]] == pairs.count(pairs[0])


def test_calibration_error_of_an_overconfident_model() -> None:
    bins = reliability.bins(one_hot([0] * 10, top=0.94), np.array([0] * 5 + [1] * 5))
    assert reliability.calibration_error(bins) == pytest.approx(0.44)


def test_a_probability_of_one_is_in_the_last_bin() -> None:
    bins = reliability.bins(np.eye(3), np.arange(3))
    assert bins[-1].windows == 3 and bins[-1].accuracy == 1.0


def test_wilson_against_the_published_values() -> None:
    # Newcombe, Statistics in Medicine 17 (1998), table I, method 3
    for hits, count, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605),
                                   (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)):  # fmt: skip
        assert intervals.wilson(hits, count) == pytest.approx((low, high), abs=5e-5)


def test_the_interval_over_groups_is_wider_than_over_windows() -> None:
    low, high = intervals.over_groups([100, 50], [100, 100])
    narrow = intervals.wilson(150, 200)
    assert low < narrow[0] and high > narrow[1]
    assert intervals.over_groups([3], [4]) == intervals.wilson(3, 4)
    assert intervals.over_groups([5, 7], [9, 8]) == intervals.over_groups([5, 7], [9, 8])
