import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motekit.compiler.plan import Buffer, Plan, Sharing, aligned, plan


def overlaps(a: Buffer, b: Buffer, p: Plan) -> bool:
    x, y = p.offsets[a.name], p.offsets[b.name]
    return x < y + aligned(b.nbytes) and y < x + aligned(a.nbytes)


def check(buffers: list[Buffer], sharings: list[Sharing], p: Plan) -> None:
    leads = {(s.source, s.output): s.lead for s in sharings}
    for a, b in itertools.combinations(buffers, 2):
        if a.last < b.first or b.last < a.first or not overlaps(a, b, p):
            continue
        below = p.offsets[a.name] - p.offsets[b.name]
        allowed = []
        for pair, distance in (((a.name, b.name), below), ((b.name, a.name), -below)):
            lead = leads.get(pair, 1 << 30)
            allowed.append(distance == 0 if lead is None else distance >= lead)
        assert any(allowed), (a, b, p)
    top = max((p.offsets[b.name] + b.nbytes for b in buffers), default=0)
    assert top <= p.nbytes < top + 4 and all(at % 4 == 0 for at in p.offsets.values())
    assert p.nbytes >= p.lower_bound


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[Buffer], list[Sharing]]:
    count = draw(st.integers(0, 8))
    buffers = []
    for i in range(count):
        first = draw(st.integers(0, 9))
        buffers.append(
            Buffer(f"b{i}", draw(st.integers(1, 100)), first, first + draw(st.integers(0, 3)))
        )
    sharings = [
        Sharing(a.name, b.name, draw(st.sampled_from((0, 0, 8, -8, 40, None, None))))
        for a, b in itertools.permutations(buffers, 2)
        if a.last == b.first and a.first < b.first and draw(st.booleans())
    ]
    return buffers, sharings


@settings(deadline=None, max_examples=60)
@given(problems())
def test_no_two_live_buffers_meet_but_where_a_kernel_allows_it(
    problem: tuple[list[Buffer], list[Sharing]],
) -> None:
    buffers, sharings = problem
    check(buffers, sharings, plan(buffers, sharings))


def test_nothing_to_plan() -> None:
    assert plan([]).nbytes == 0


def test_a_chain_needs_the_largest_pair() -> None:
    sizes = (100, 40, 64, 8)
    buffers = [Buffer(f"t{i}", n, i, i + 1) for i, n in enumerate(sizes)]
    p = plan(buffers)
    assert p.nbytes == p.lower_bound == 140


def test_in_place_halves_a_chain() -> None:
    buffers = [Buffer("a", 100, 0, 1), Buffer("b", 100, 1, 2), Buffer("c", 100, 2, 3)]
    p = plan(buffers, [Sharing("a", "b", 0), Sharing("b", "c", 0)])
    assert p.nbytes == 100 and set(p.offsets.values()) == {0}


def test_a_lead_costs_what_it_says() -> None:
    buffers = [Buffer("a", 100, 0, 1), Buffer("b", 100, 1, 2)]
    p = plan(buffers, [Sharing("a", "b", 12)])
    assert p.nbytes == 112 and p.offsets["a"] - p.offsets["b"] >= 12


def test_exactly_in_place_or_apart() -> None:
    """Below the state, a lead of 0 would put b at 0; here it must start where a does."""
    buffers = [Buffer("state", 8, 0, 9), Buffer("a", 40, 0, 1), Buffer("b", 20, 1, 2)]
    for others in ([], [Buffer("c", 12, 1, 2)]):
        p = plan([*buffers, *others], [Sharing("a", "b", None)])
        check([*buffers, *others], [Sharing("a", "b", None)], p)
        assert p.offsets["a"] == p.offsets["b"]
        assert p.nbytes == p.lower_bound


def test_a_negative_lead_lets_a_small_output_start_inside_the_input() -> None:
    buffers = [Buffer("a", 100, 0, 1), Buffer("b", 20, 1, 2), Buffer("s", 16, 1, 1)]
    p = plan(buffers, [Sharing("a", "b", -40)])
    check(buffers, [Sharing("a", "b", -40)], p)
    assert p.nbytes == 116


def test_greedy_by_size_is_not_enough_and_the_search_finds_the_optimum() -> None:
    """Largest first puts 7 beside 6 and needs 16 words; 15 are enough."""
    w = 4
    buffers = [
        Buffer("a", 7 * w, 1, 2), Buffer("b", 6 * w, 0, 1), Buffer("c", 5 * w, 3, 4),
        Buffer("d", 4 * w, 2, 3), Buffer("e", 2 * w, 0, 4),
    ]  # fmt: skip
    p = plan(buffers)
    assert p.nbytes == p.lower_bound == 15 * w


def test_the_same_problem_gives_the_same_plan() -> None:
    buffers = [Buffer(f"t{i}", 10 + 7 * i % 50, i % 5, i % 5 + 2) for i in range(14)]
    assert plan(buffers) == plan(buffers)


@pytest.mark.parametrize(("n", "to", "expected"), [(0, 4, 0), (1, 4, 4), (4, 4, 4), (9, 8, 16)])
def test_aligned(n: int, to: int, expected: int) -> None:
    assert aligned(n, to) == expected
