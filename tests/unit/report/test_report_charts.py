"""Geometry: places stay inside the plot, ticks are round, bars share one scale."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motekit.core.figures import Figure
from motekit.core.learner import FeatureSet
from motekit.report import formats
from motekit.report.charts import bars, heat, plot, points
from motekit.report.data import Confusion, MatrixCell
from motekit.report.map import feature_map, project, sample

numbers = st.floats(-1e9, 1e9, allow_nan=False)


@given(numbers, st.floats(1e-6, 1e9), st.integers(1, 12))
@settings(max_examples=60, deadline=None)
def test_ticks_are_round_and_inside(low: float, span: float, count: int) -> None:
    if low + span == low:
        return
    places = plot.nice(low, low + span, count)
    assert 1 <= len(places) <= 2 * count + 2
    slack = 1e-6 * (abs(low) + span)
    assert all(low - slack <= p <= low + span + slack for p in places) or len(places) == 1


def test_scale_ends_and_flip() -> None:
    assert [plot.Scale(2.0, 4.0)(v) for v in (2.0, 3.0, 4.0)] == [0.0, 50.0, 100.0]
    assert [plot.Scale(2.0, 4.0, flip=True)(v) for v in (2.0, 4.0)] == [100.0, 0.0]


def test_tick_text_has_the_digits_the_step_needs() -> None:
    assert [t.text for t in plot.Scale(0.0, 1.0).ticks(4)] == ["0.0", "0.5", "1.0"]
    assert [t.text for t in plot.Scale(0.0, 1.0).ticks(5, 100.0)] == [
        "0", "20", "40", "60", "80", "100",
    ]  # fmt: skip
    assert plot.Scale(-10.0, 10.0).ticks(4)[0].text == "−10"


@pytest.mark.parametrize("values", [[], [math.nan], [3.0], [3.0, 3.0], [math.inf, 1.0]])
def test_extent_is_never_empty(values: list[float]) -> None:
    low, high = plot.extent(values)
    assert math.isfinite(low) and math.isfinite(high) and high > low


def test_extent_from_zero_starts_at_zero() -> None:
    assert plot.extent([1.0, 2.0], zero=True)[0] == 0.0


def test_not_finite_samples_leave_a_line_drawable() -> None:
    x, y = plot.Scale(0, 3), plot.Scale(0, 3, flip=True)
    assert plot.polyline([0, 1, 2], [0.0, math.nan, 3.0], x, y) == "0,1000 667,0"


def test_sixty_four_classes_have_sixty_four_looks() -> None:
    assert len({(s % plot.STYLES, plot.shape(s)) for s in range(64)}) == 64


def test_bars_share_one_scale_that_holds_the_intervals() -> None:
    made = bars.bars("t", [("a", "", Figure(2, "ms", "emulated", 1, 4)),
                           ("b", "", Figure(1, "ms", "emulated"))])  # fmt: skip
    assert [(r.width, r.low, r.high) for r in made.rows] == [(50, 25, 100), (25, None, None)]


def test_fractions_are_drawn_on_a_scale_to_one() -> None:
    assert bars.bars("t", [("a", "", Figure(0.5, "fraction", "measured"))]).rows[0].width == 50


def test_zero_everywhere_divides_nothing() -> None:
    assert bars.bars("t", [("a", "", Figure(0, "B", "measured"))]).rows[0].width == 0


def test_confusion_shades_are_shares_of_the_row() -> None:
    grid = heat.confusion(Confusion(("a", "b"), ((3, 1), (0, 0))))
    assert [[c.shade for c in cells] for _, cells in grid.rows] == [[75, 25], [0, 0]]
    assert grid.rows[0][1][1].kind == "missed" and grid.rows[0][1][0].kind == "right"


def test_matrix_says_mismatches_and_missing_compilers() -> None:
    grid = heat.build_matrix(
        [MatrixCell("m4", "zig", "-Os", 9, 2), MatrixCell("rv", "gcc", "-Os", 9, None)]
    )
    assert [[c.text for c in cells] for _, cells in grid.rows] == [["✗ 2", "–"], ["–", "–"]]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.8362, "fraction", "83.6\u00a0%"), (0.002, "fraction", "0.20\u00a0%"),
        (0, "fraction", "0.0\u00a0%"), (48120, "cycles", "48,120\u00a0cycles"),
        (0.6421, "ms", "0.642\u00a0ms"), (1.2e-6, "", "1.20×10⁻⁶"), (0, "µJ", "0\u00a0µJ"),
        (9.9999, "ms", "10.00\u00a0ms"), (1234.5678, "ms", "1,235\u00a0ms"),
        (3.2e9, "Hz", "3.20×10⁹\u00a0Hz"),
    ],
)  # fmt: skip
def test_numbers_as_people_read_them(value: float, unit: str, text: str) -> None:
    assert formats.figure(Figure(value, unit, "measured")) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.1, "2.4\u00a0h"), (62.3, "62\u00a0days"), (1200, "3.3\u00a0years")]
)
def test_spans(value: float, text: str) -> None:
    assert formats.days(value) == text


def _features(classes: int, rng: np.random.Generator) -> FeatureSet:
    labels = np.arange(300, dtype=np.int64) % classes
    z = rng.normal(0, 1, (300, 6)) + 3 * np.eye(6)[labels]
    return FeatureSet(
        z.astype(np.float32), labels, tuple("abcdef"[:classes]), np.array(["s1"] * 300)
    )


def test_both_axes_of_the_map_separate_classes() -> None:
    """Also with features that say the same: shares add up, and each axis tells a class apart."""
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(3), 40)
    z = rng.normal(size=(120, 33))
    z[:, 0] += 3 * (labels == 1)
    z[:, 1] += 2 * (labels == 2)
    z[:, 5] = z[:, 0] + 0.1 * rng.normal(size=120)
    method, places, share = project(z, labels)
    assert method == "LDA" and sum(share) == pytest.approx(1) and share[1] > 0.1
    means = np.stack([places[labels == c].mean(axis=0) for c in range(3)])
    inside = np.stack([places[labels == c].std(axis=0) for c in range(3)]).mean(axis=0)
    assert (np.ptp(means, axis=0) > 1.5 * inside).all()


@pytest.mark.parametrize(("classes", "method"), [(2, "PCA"), (3, "LDA"), (5, "LDA")])
def test_map_separates_and_repeats(classes: int, method: str) -> None:
    data = _features(classes, np.random.default_rng(1))
    args = (data, data.labels, np.array(["r"] * 300), np.zeros(300))
    first = feature_map(*args)
    assert first == feature_map(*args)
    assert first.method == method and first.total == 300 and first.total_wrong == 0
    drawn = points.feature_map(first)
    assert all(0 <= m.x <= 100 and 0 <= m.y <= 100 for m in drawn.marks)


def test_map_of_a_single_feature() -> None:
    method, places, share = project(np.arange(10.0)[:, None], np.arange(10) % 3)
    assert method == "PCA" and places.shape == (10, 2) and share == (1.0, 0.0)


def test_sample_keeps_the_share_of_mistakes() -> None:
    wrong = np.zeros(1000, bool)
    wrong[::10] = True
    chosen = sample(wrong, 100)
    assert len(chosen) == 100 and wrong[chosen].sum() == 10 and len(set(chosen.tolist())) == 100
    rare = np.zeros(1000, bool)
    rare[7] = True
    assert 7 in sample(rare, 50)
