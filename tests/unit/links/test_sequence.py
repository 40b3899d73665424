import pytest
from hypothesis import given
from hypothesis import strategies as st

from motekit.links.frames import Hold
from motekit.links.sequence import Mark, Sequence, unwrap

BIG = 2**32


def started(oldest=0, sent=0, next_=0, **kw):
    sequence = Sequence(kw.get("window", 100), kw.get("backlog", 16), kw.get("patience_s", 1.0))
    sequence.hold(Hold(0, oldest % BIG, sent % BIG, next_ % BIG, ()))
    return sequence


@given(st.integers(0, 2**40), st.integers(-(2**31) + 1, 2**31 - 1))
def test_unwrap_finds_the_number_within_half_a_wrap(near, ahead):
    value = near + ahead
    assert unwrap(value % BIG, near) == value


@pytest.mark.parametrize("first", [0, 5, BIG - 2])
def test_frames_in_order_leave_nothing_missing(first):
    sequence = started(first, first, first)
    for n in range(5):
        assert sequence.arrived((first + n) % BIG, 0.0)
    assert sequence.mark() == Mark(first + 5, first + 5)
    assert not sequence.missing()
    assert not sequence.arrived(first % BIG, 0.0)
    assert sequence.duplicates == 1


@pytest.mark.parametrize("first", [0, BIG - 3])
def test_a_hole_is_asked_for_once_until_patience_ends(first):
    sequence = started(first)
    for n in (0, 1, 5, 6):
        sequence.arrived((first + n) % BIG, 0.0)
    assert sequence.missing() == [(first + 2, first + 5)]
    assert sequence.requests(0.0) == (((first + 2) % BIG, 3),)
    assert sequence.requests(0.5) == ()
    assert sequence.requests(1.5) == (((first + 2) % BIG, 3),)


def test_a_later_answer_shows_that_an_earlier_one_was_lost():
    sequence = started()
    for n in (0, 2, 4, 6):
        sequence.arrived(n, 0.0)
    assert sequence.requests(0.0) == ((1, 1), (3, 1), (5, 1))
    sequence.arrived(3, 0.1)
    assert sequence.requests(0.1) == ()
    sequence.arrived(5, 0.1)
    assert sequence.requests(0.1) == ((1, 1),)


def test_the_last_frames_are_missed_through_the_report():
    sequence = started()
    sequence.arrived(0, 0.0)
    sequence.hold(Hold(1, 0, 3, 4, ()))
    assert sequence.missing() == [(1, 3)]


def test_what_the_device_forgot_is_not_asked_for():
    sequence = started()
    sequence.arrived(0, 0.0)
    sequence.hold(Hold(1, 40, 50, 60, ()))
    assert sequence.missing() == [(40, 50)]
    assert sequence.mark().base == 40


def test_a_backlog_is_asked_for_in_portions():
    sequence = started(0, 1000, 1000, backlog=16)
    assert sequence.requests(0.0) == ((0, 16),)
    for n in range(15):
        sequence.arrived(n, 0.1)
    assert sequence.requests(0.1) == ()
    sequence.arrived(15, 0.1)
    assert sequence.requests(0.1) == ((16, 16),)


def test_no_more_than_eight_ranges_wait():
    sequence = started()
    for n in range(0, 40, 2):
        sequence.arrived(n, 0.0)
    assert sequence.requests(0.0) == tuple((n, 1) for n in range(1, 17, 2))
    assert sequence.requests(0.1) == ()


def test_only_what_is_committed_is_acknowledged():
    sequence = started(0, 0, 0, window=10)
    for n in range(4):
        sequence.arrived(n, 0.0)
    mark = sequence.mark()
    sequence.arrived(4, 0.0)
    assert (sequence.committed, sequence.limit) == (0, 10)
    sequence.commit(mark)
    assert (sequence.committed, sequence.limit) == (4, 14)


def test_a_number_out_of_reach_is_not_believed():
    sequence = started()
    sequence.arrived(0, 0.0)
    assert not sequence.arrived(1 << 20, 0.0)
    assert sequence.mark() == Mark(1, 1)


@given(st.permutations(list(range(12))), st.lists(st.integers(0, 11), max_size=6))
def test_any_order_with_duplicates_ends_complete(order, again):
    sequence = started()
    new = sum(sequence.arrived(n, 0.0) for n in [*order[:6], *again, *order[6:], *again])
    assert new == 12
    assert sequence.mark() == Mark(12, 12)
