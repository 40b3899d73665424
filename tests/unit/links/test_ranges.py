from hypothesis import given
from hypothesis import strategies as st

from motekit.links.ranges import Ranges

PAIRS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 8)), max_size=12)


def model(pairs):
    return {value for start, count in pairs for value in range(start, start + count)}


def made(pairs):
    out = Ranges()
    for start, count in pairs:
        out.add(start, start + count)
    return out


@given(PAIRS)
def test_holds_what_was_added_in_as_few_ranges_as_possible(pairs):
    ranges, values = made(pairs), model(pairs)
    assert {v for a, b in ranges for v in range(a, b)} == values
    assert len(ranges) == len(values)
    edges = [edge for pair in ranges for edge in pair]
    assert edges == sorted(set(edges))
    assert ranges.stop == (max(values) + 1 if values else None)


@given(PAIRS, st.integers(-2, 40), st.integers(0, 12))
def test_questions(pairs, start, count):
    ranges, values = made(pairs), model(pairs)
    asked = set(range(start, start + count))
    holes = ranges.holes(start, start + count)
    assert {v for a, b in holes for v in range(a, b)} == asked - values
    assert ranges.overlaps(start, start + count) == bool(asked & values)
    assert (start in ranges) == (start in values)
    assert ranges.first_gap(start) == next(v for v in range(start, 99) if v not in values)


@given(PAIRS, st.integers(-2, 40))
def test_forgets(pairs, value):
    ranges = made(pairs)
    ranges.forget_before(value)
    assert {v for a, b in ranges for v in range(a, b)} == {v for v in model(pairs) if v >= value}
