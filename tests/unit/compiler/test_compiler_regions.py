"""Placing a network in memories of different speed."""

import ctypes
import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motekit import targets
from motekit.compiler.network_file import compile_network
from motekit.compiler.placing import Memories, apart
from motekit.compiler.plan import Buffer, Sharing, plan
from motekit.compiler.regions import Item, Problem, place
from motekit.core.errors import InputError, PromiseError
from motekit.core.graph import Graph
from motekit.core.memory import Region, checked, parse
from motekit.deploy.network import build_network, random_cases
from motekit.deploy.network_program import assemble, run_cases
from motekit.graph import run
from motekit.graph.oracle import Oracle
from motekit.testing.graphs import classifier
from motekit.testing.image_networks import Images
from motekit.testing.machine import host_library

HOST = targets.core("host").spec


def cheapest(problem: Problem) -> float | None:
    """By trying every way to spread things over regions; None if nothing fits."""
    things = [*(b.name for b in problem.buffers), *(i.name for i in problem.placed)]
    weights = {i.name for i in problem.placed if i.weights}
    best = None
    for ways in itertools.product(problem.regions, repeat=len(things)):
        where = dict(zip(things, ways, strict=True))
        if not all(r.holds_weights if n in weights else r.holds_tensors for n, r in where.items()):
            continue
        if any(len({where[n].name for n in tied}) > 1 for tied in problem.together):
            continue
        if all(_fits(problem, r, where) for r in problem.regions):
            cost = problem.cost({name: r.name for name, r in where.items()})
            best = cost if best is None else min(best, cost)
    return best


def _fits(problem: Problem, region: Region, where: dict[str, Region]) -> bool:
    inside = [b for b in problem.buffers if where[b.name] is region]
    names = {b.name for b in inside}
    rules = [s for s in problem.sharings if {s.source, s.output} <= names]
    rest = sum(-(-i.nbytes // 4) * 4 for i in problem.placed if where[i.name] is region)
    return plan(inside, rules).nbytes + rest <= region.nbytes


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    buffers = []
    for i in range(draw(st.integers(0, 5))):
        first = draw(st.integers(0, 3))
        size = draw(st.integers(1, 40))
        buffers.append(Buffer(f"b{i}", size, first, first + draw(st.integers(0, 2))))
    rules = [
        Sharing(a.name, b.name, draw(st.sampled_from((0, 8, None))))
        for a, b in itertools.permutations(buffers, 2)
        if a.last == b.first and a.first < b.first and draw(st.booleans())
    ]
    items = [Item("kept", draw(st.integers(1, 12)), False)] if draw(st.booleans()) else []
    items += [Item("w", draw(st.integers(1, 30)), True)] if draw(st.booleans()) else []
    regions = [
        Region("fast", draw(st.integers(4, 60)), 1, draw(st.sampled_from(("ram", "weights")))),
        Region("slow", draw(st.integers(20, 120)), 3),
        Region("rom", draw(st.integers(4, 60)), 2, "flash"),
    ]
    names = [b.name for b in buffers]
    heat = {n: float(draw(st.integers(0, 50))) for n in (*names, "kept", "w")}
    tied = [names[:2]] if len(names) > 2 and draw(st.booleans()) else []
    return Problem(regions, buffers, rules, items, tied, heat)


@settings(deadline=None, max_examples=50)
@given(problems())
def test_no_way_to_spread_things_is_cheaper(problem: Problem) -> None:
    best = cheapest(problem)
    if best is None:
        with pytest.raises(PromiseError, match="does not fit the regions"):
            place(problem)
        return
    found = place(problem)
    assert found.cost == pytest.approx(best)
    assert found.bound <= best + 1e-9
    assert all(found.taken[r.name] <= r.nbytes for r in problem.regions)


def test_what_is_used_most_for_its_size_is_fast() -> None:
    buffers = [Buffer("big", 64, 0, 1), Buffer("hot", 16, 0, 1), Buffer("cold", 16, 0, 1)]
    regions = [Region("fast", 32), Region("slow", 128, 4)]
    heat = {"big": 300.0, "hot": 200.0, "cold": 10.0}
    found = place(Problem(regions, buffers, heat=heat))
    assert found.where == {"big": "slow", "hot": "fast", "cold": "fast"}
    assert found.cost == 4 * 300 + 200 + 10 and found.optimal


def test_holes_between_buffers_count() -> None:
    """Alive together are never more than 12 bytes, but no plan takes fewer than 16."""
    buffers = [
        Buffer("a", 4, 0, 0), Buffer("b", 8, 0, 1), Buffer("c", 4, 1, 2), Buffer("d", 8, 2, 3),
        Buffer("e", 4, 3, 4), Buffer("f", 8, 4, 5), Buffer("g", 4, 5, 5), Buffer("h", 4, 0, 2),
        Buffer("i", 4, 3, 5),
    ]  # fmt: skip
    heat = {b.name: 1.0 for b in buffers}
    for size in (8, 12, 16, 20):
        problem = Problem([Region("fast", size), Region("slow", 64, 2)], buffers, heat=heat)
        assert place(problem).cost == cheapest(problem)


def test_the_error_says_what_is_missing() -> None:
    problem = Problem([Region("a", 64), Region("b", 32)], [Buffer("x", 80, 0, 0)])
    with pytest.raises(PromiseError, match=r"80 B in one memory, 96 B in a=64@1, b=32@1.*x, takes"):
        place(problem, "net")


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("dtcm=64k", Region("dtcm", 65536)),
        ("sram=100@2.5", Region("sram", 100, 2.5)),
        ("qspi=2M@6:flash", Region("qspi", 2 << 20, 6, "flash")),
        ("d=8@1:weights", Region("d", 8, 1, "weights")),
    ],
)
def test_regions_are_read_and_written_back(text: str, region: Region) -> None:
    assert parse(text) == region
    assert parse(str(region)) == region


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (("dtcm",), "not a region.*dtcm.*NAME=BYTES"),
        (("a=1k@0",), "more than 0 cycles"),
        (("a=1k@1.2.3",), "more than 0 cycles"),
        (("a=1k:rom",), "not a kind of region"),
        (("DTCM=1k",), "not a name.*DTCM"),
        (("arena=1k",), "not a name.*arena"),
        (("a=1k", "a=2k"), "two regions have one name"),
        (("a=3",), "at least 4 bytes"),
        (("a=1k:flash",), "no region holds tensors"),
        (("a=1k:weights",), "flash=1M@3:flash"),
    ],
)
def test_regions_that_cannot_be(texts: tuple[str, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        checked(parse(text) for text in texts)


def tall() -> Graph:
    """Layers that run row by row, then a whole one."""
    n = Images((49, 10, 1))
    x = n.conv("x", 8, (10, 4), (2, 1))
    return n.graph(n.mean(n.conv(n.conv(x, 8, depthwise=True), 8, (1, 1))))


def test_groups_of_rows_run_in_a_region(tmp_path: Path) -> None:
    """Scratch may lie elsewhere; the rows of a group stay together."""
    graph = tall()
    spread = compile_network(graph, "rows", HOST, "ram", memories=Memories(apart=True))
    heat = {p.name: float(p.nbytes) for p in spread.places}
    one = compile_network(graph, "rows", HOST, "ram").sizes["arena_bytes"]
    regions = (
        Region("slow", 4 * one, 3), Region("fast", one // 2, 1, "weights"),
        Region("rom", 1 << 20, 2, "flash"),
    )  # fmt: skip
    made = compile_network(graph, "rows", HOST, "ram", memories=Memories(regions, heat))
    assert "rows_stream(&" in made.files["rows.c"]
    assert {p.region for p in made.places} == {"slow", "fast", "rom"}
    library = host_library(list(made.write(tmp_path)), include=[tmp_path])
    for case in random_cases(graph, 3):
        outs = [np.zeros(graph.type(name).shape, np.int8) for name in graph.outputs]
        library.rows_invoke(*(ctypes.c_void_p(a.ctypes.data) for a in (*case, *outs)))
        for got, want in zip(outs, run(graph, case), strict=True):
            assert np.array_equal(got, want)


def test_a_program_that_counts_accesses_shares_no_byte() -> None:
    """Else an access would count for two buffers."""
    buffers = [Buffer(f"b{n}", n, 0, 0) for n in (1, 4, 7, 8, 9, 64)]
    found = apart(buffers)
    spans = sorted((found.offsets[b.name], found.offsets[b.name] + b.nbytes) for b in buffers)
    assert all(end <= begin for (_, end), (begin, _) in itertools.pairwise(spans))
    assert spans[-1][1] <= found.nbytes and all(begin % 4 == 0 for begin, _ in spans)


def test_watching_accesses_changes_no_output(tmp_path: Path) -> None:
    """A program whose loads from the stack the emulator carried out twice when it watched them."""
    graph = classifier(inputs=32, hidden=9)
    case = random_cases(graph, 1)[0]
    made = compile_network(
        graph, "toy", targets.core("cortex-m4f").spec, memories=Memories(apart=True)
    )
    program = assemble(graph, made, "cortex-m4f", tmp_path, "zig", "-Os")
    (outs,), _ = run_cases(graph, program.machine(watch=True), [case])
    assert np.array_equal(outs[0], run(graph, case)[0].reshape(-1))


def test_a_run_confirms_what_is_in_each_region(tmp_path: Path) -> None:
    graph = classifier(inputs=32, hidden=9)
    regions = [parse(t) for t in ("big=1k@4", "quick=400@1:weights", "flash=1M@2:flash")]
    with Oracle() as oracle:
        built = build_network(
            graph, "toy", "cortex-m4f", tmp_path, random_cases(graph, 2), oracle, regions=regions
        )
    assert built.mismatches == 0
    found = {use.area.region.name: use for use in built.regions}
    header = (tmp_path / "c" / "toy.h").read_text()
    for name, use in found.items():
        assert f"#define TOY_{name.upper()}_BYTES {use.taken_bytes}\n" in header
        assert use.arena_bytes - 4 < use.touched_bytes <= use.arena_bytes
        assert use.taken_bytes <= use.area.region.nbytes
    assert found["quick"].accesses > 10 * found["big"].accesses
    moved = {p.kind for p in built.generated.places if p.region == "quick"}
    assert "weights" in moved  # by their reads the weights of one layer are worth it
    assert '__attribute__((section(".data.quick")))' in (tmp_path / "c" / "toy.c").read_text()
    told = built.as_dict()
    assert told["wait_cycles"] == sum(int(str(r["wait_cycles"])) for r in told["regions"])  # type: ignore[attr-defined]
