"""Parts, functions, stack and counts of the emulator."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from motekit.core.errors import InputError
from motekit.targets.emulation import Count, Machine
from motekit.testing.machine import program

HERE = Path(__file__).parent
PARTS = {"first": "mk_first", "second": "mk_second", "deep": "mk_deep", "last": "mk_last"}
CORES = ("cortex-m4f", "cortex-m0plus", "riscv32imc")


def build(core: str, parts: dict[str, str], python: bool = False) -> Iterator[Machine]:
    with program(core, [HERE / "parts.c"], parts=parts, python_hook=python) as machine:
        yield machine


@pytest.mark.parametrize("core", CORES)
def test_parts_add_up(core: str) -> None:
    with program(core, [HERE / "parts.c"], parts=PARTS) as machine:
        done = machine.measure("mk_run", 10)
    assert sum(p.instructions for p in done.parts.values()) == done.instructions
    assert sum(p.cycles for p in done.parts.values()) == done.cycles
    assert sum(f.instructions for f in done.functions.values()) == done.instructions
    assert set(done.parts) == {"", *PARTS}
    assert all(p.instructions > 0 for p in done.parts.values())


@pytest.mark.parametrize("core", CORES)
@pytest.mark.parametrize("python", [False, True])
def test_part_is_inclusive_of_what_it_calls(core: str, python: bool) -> None:
    """A part costs what its function costs when called alone, wherever it is called from."""

    def alone(machine: Machine, name: str, n: int) -> Count:
        done = machine.measure(name, n)
        return Count(done.instructions, done.cycles)

    with program(core, [HERE / "parts.c"]) as machine:
        first = [alone(machine, "mk_first", n) for n in (1, 10)]
        deep, shared = alone(machine, "mk_deep", 10), alone(machine, "mk_shared", 10)
        second = alone(machine, "mk_second", 10)
    with program(core, [HERE / "parts.c"], parts=PARTS, python_hook=python) as machine:
        done = machine.measure("mk_run", 10)
    # mk_run calls mk_first(10) itself and, as its last act, mk_last calls it again; mk_second
    # calls mk_first(1).
    assert took(done.parts["first"]) == (
        2 * first[1].instructions + first[0].instructions, 2 * first[1].cycles + first[0].cycles
    )  # fmt: skip
    assert took(done.parts["deep"]) == took(deep)
    assert done.parts["second"].instructions == second.instructions - first[0].instructions
    assert done.parts["second"].cycles == second.cycles - first[0].cycles
    assert done.parts[""].instructions > shared.instructions


def test_both_hooks_agree_on_everything() -> None:
    seen = []
    for python in (False, True):
        with program("cortex-m4f", [HERE / "parts.c"], parts=PARTS, python_hook=python) as m:
            seen.append([m.measure("mk_run", n) for n in (0, 1, 30)] + [m.measure("mk_frame", 3)])
    assert seen[0] == seen[1]


def test_parts_per_call() -> None:
    with program("cortex-m4f", [HERE / "parts.c"], parts=PARTS) as machine:
        totals = []
        for _ in range(3):
            machine.call("mk_run", 5)
            totals.append(machine.parts())
        assert totals[2] == machine.measurement().parts
        steps = [b["first"].cycles - a["first"].cycles for a, b in itertools.pairwise(totals)]
        assert steps[0] == steps[1] == totals[0]["first"].cycles
        machine.clear()
        assert machine.measurement().instructions == 0


def test_deep_recursion_is_one_stay() -> None:
    for python in (False, True):
        with program("cortex-m4f", [HERE / "parts.c"], parts=PARTS, python_hook=python) as machine:
            done = machine.measure("mk_deep", 1000)
            assert took(done.parts["deep"])[0] == done.instructions
            assert done.parts["deep"].stack_bytes == done.stack_bytes >= 8000


@pytest.mark.parametrize("python", [False, True])
def test_a_return_address_seen_deeper_is_not_the_return(python: bool) -> None:
    parts = {"pivot": "mk_pivot"}
    with program("cortex-m4f", [HERE / "parts.c"], parts=parts, python_hook=python) as machine:
        outside = [machine.measure("mk_swing", n).parts[""].instructions for n in (0, 1, 9)]
    assert outside[0] == outside[1] == outside[2] > 0


def test_unknown_part() -> None:
    with (
        pytest.raises(InputError, match=r"no symbol.*mk_frist.*mk_first"),
        program("cortex-m4f", [HERE / "parts.c"], parts={"x": "mk_frist"}),
    ):
        pass


def took(count: Count) -> tuple[int, int]:
    return count.instructions, count.cycles


FRAMES = {
    "mk_leaf": 0, "mk_push": 20, "mk_sub": 104, "mk_wide": 1024, "mk_store": 8, "mk_many": 20,
    "mk_floats": 16, "mk_both": 36, "mk_moved": 200,
    "mk_down": 200,
}  # fmt: skip


@pytest.mark.parametrize("python", [False, True])
def test_stack_to_the_byte(python: bool) -> None:
    with program("cortex-m4f", [HERE / "frames.c"], python_hook=python) as machine:
        for name, size in FRAMES.items():
            machine.clear()
            machine.call(name, 1, 1)
            assert machine.measurement().stack_bytes == size, name
        machine.clear()
        for name in FRAMES:  # a measurement holds the deepest
            machine.call(name, 1, 1)
        assert machine.measurement().stack_bytes == 1024


def test_stack_of_parts() -> None:
    """Each part's own depth, what it calls included, whatever lies above it."""
    parts = {"both": "mk_both", "push": "mk_push", "leaf": "mk_leaf"}
    for python in (False, True):
        with program("cortex-m4f", [HERE / "frames.c"], parts=parts, python_hook=python) as machine:
            machine.call("mk_push")
            machine.call("mk_leaf")
            assert {k: v.stack_bytes for k, v in machine.parts().items()} == {
                "": 0, "both": 0, "push": 20, "leaf": 0
            }  # fmt: skip
            machine.call("mk_both")
            done = machine.parts()
            assert (done["both"].stack_bytes, done["push"].stack_bytes) == (36, 20)
            machine.clear()
            assert machine.parts()["both"].stack_bytes == 0


@pytest.mark.parametrize("core", CORES)
def test_stack_covers_what_was_written(core: str) -> None:
    """Paint the stack, run, and look how far the paint is gone."""
    with program(core, [HERE / "parts.c"]) as machine:
        top = machine.elf.labels["mk_stack_top"]
        paint = machine.memory.view(top - 4096, 4096)
        paint[:] = 0x5C
        used = machine.measure("mk_frame", 3).stack_bytes
        untouched = next(i for i, byte in enumerate(paint) if byte != 0x5C)
        assert 4096 - untouched <= used + 64  # the 64 bytes kept above a called function
        assert 200 <= used <= 232


def test_stack_overflow_is_a_fault() -> None:
    with program("cortex-m4f", [HERE / "parts.c"]) as machine:
        machine.alloc(machine.core.spec.ram[1] - 0x41000)
        assert machine.call("mk_deep", 1000) is not None
        with pytest.raises(Exception, match="stack ran into its data"):
            machine.call("mk_deep", 50_000)
