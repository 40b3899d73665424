"""Frames that wait while a program is busy."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from motekit.deploy.waiting import waiting


def counted(costs: list[int], frame_cycles: int) -> int:
    """By the book: each frame arrives, is taken in order, leaves when done with; all in cycles."""
    done, free = [], 0
    for i, cost in enumerate(costs):
        free = max(free, (i + 1) * frame_cycles) + cost
        done.append(free)
    arrivals = np.arange(1, 4 * len(costs) + sum(costs) // frame_cycles + 2) * frame_cycles
    return max(
        int(np.sum(arrivals <= end)) - i  # those before it have left
        for i, end in enumerate(done)
    )


def test_a_window_of_ten_and_a_half_frames_lets_ten_wait_behind_its_last() -> None:
    assert waiting([0] * 20 + [1050], 1, 100) == 11
    assert waiting([0] * 20 + [999], 1, 100) == 10
    assert waiting([0] * 20 + [1000], 1, 100) == 11
    assert waiting([], 1, 100) == waiting([99] * 9, 1, 100) == 1


@given(st.lists(st.sampled_from([0, 1, 40, 99, 100, 101, 900]), min_size=1, max_size=40))
def test_as_by_the_book(costs: list[int]) -> None:
    assert waiting(costs, 1, 100) == counted(costs, 100)


@given(
    st.lists(st.sampled_from([0, 1, 40, 300, 900]), min_size=1, max_size=40),
    st.integers(2, 8),
)
def test_what_is_timed_together_is_not_less_by_more_than_the_spread(
    costs: list[int], together: int
) -> None:
    """One dear frame among cheap ones counts in full wherever it stands."""
    one = [0] * len(costs)
    one[len(costs) // 2] = max(costs)
    sums = [sum(one[i : i + together]) for i in range(0, len(one), together)]
    assert waiting(sums, together, 100) >= waiting(one, 1, 100)
