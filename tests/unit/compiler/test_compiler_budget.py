"""Programs within a budget, and the bound of their stack."""

from pathlib import Path

import pytest

from motekit import targets
from motekit.compiler.network_file import compile_network
from motekit.core.errors import PromiseError
from motekit.deploy.budget import Budget
from motekit.deploy.network import BuiltNetwork, build_network, random_cases
from motekit.deploy.stack_bound import stack_bound
from motekit.graph.oracle import Oracle
from motekit.targets import elf, timing, toolchain
from motekit.targets.emulation import Machine
from motekit.testing.image_networks import Images

CORE = targets.core("cortex-m4f")


def build(folder: Path, budget: Budget) -> BuiltNetwork:
    n = Images((24, 8, 4))
    graph = n.graph(n.mean(n.conv(n.conv(n.conv("x", 8, (1, 1)), 8, depthwise=True), 4)))
    with Oracle() as oracle:
        return build_network(
            graph, "net", CORE.name, folder, random_cases(graph, 3), oracle, budget=budget
        )


def test_a_budget_is_what_the_linked_program_takes(tmp_path: Path) -> None:
    free = build(tmp_path / "a", Budget()).bill
    ram = free.ram_bytes * 3 // 5
    less = build(tmp_path / "b", Budget(ram_bytes=ram))
    assert less.bill.ram_bytes <= ram < free.ram_bytes
    assert less.mismatches == 0 and "row by row" in less.generated.memory[0]
    flash = free.flash_bytes * 9 // 10
    small = build(tmp_path / "c", Budget(flash_bytes=flash)).bill
    assert small.flash_bytes <= flash and small.cycles > free.cycles
    for bill in (free, less.bill, small):
        assert bill.stack_bound_bytes is not None and bill.stack_bytes <= bill.stack_bound_bytes
    with pytest.raises(PromiseError, match="does not fit 900 B of RAM"):
        build(tmp_path / "d", Budget(ram_bytes=900))


CALLS = """#include "mk_semihost.h"
static volatile unsigned char seen;
__attribute__((noinline)) static void deep(const unsigned char *from) {{ seen = *from; }}
__attribute__((noinline)) static void leaf(const unsigned char *from)
{{
    volatile unsigned char room[{room}];
    room[seen] = *from;
    deep((const unsigned char *)room);
}}
{extra}
void (*volatile hand)(const unsigned char *) = leaf;
int main(void)
{{
    const unsigned char one = 1U;
    hand(&one);
    return {result};
}}
"""
LOOP = """int again(unsigned char n);
__attribute__((noinline)) int again(unsigned char n)
{
    return (n < 2U) ? seen : (again((unsigned char)(n - 1U)) * again((unsigned char)(n - 2U)));
}"""


def linked(core: str, folder: Path, room: int, extra: str = "") -> elf.Elf:
    folder.mkdir()
    (folder / "main.c").write_text(
        CALLS.format(room=room, extra=extra, result="again(seen)" if extra else "0")
    )
    settings = toolchain.Settings()
    plugin = targets.core(core)
    return elf.read(toolchain.program(plugin, [folder / "main.c"], folder / "p.elf", settings))


@pytest.mark.parametrize("core", ["cortex-m4f", "riscv32imc"])
def test_the_bound_follows_pointers_and_refuses_recursion(core: str, tmp_path: Path) -> None:
    spec = targets.core(core).spec
    model = timing.model(targets.core(core).timing)
    program = linked(core, tmp_path / "small", 64)
    small = stack_bound(program, model, spec.isa)
    assert 64 < small < 160
    machine = Machine(core, program.path)
    machine.run()
    assert 64 < machine.measurement().stack_bytes <= small
    assert stack_bound(linked(core, tmp_path / "large", 272), model, spec.isa) == small + 208
    with pytest.raises(PromiseError, match="calls itself"):
        stack_bound(linked(core, tmp_path / "loop", 64, LOOP), model, spec.isa)


def test_the_bound_holds_for_rows_on_riscv(tmp_path: Path) -> None:
    n = Images((24, 8, 4))
    graph = n.graph(n.mean(n.conv(n.conv("x", 8, (1, 1)), 8, depthwise=True)))
    with Oracle() as oracle:
        bill = build_network(
            graph, "net", "riscv32imc", tmp_path, random_cases(graph, 2), oracle, "ram"
        ).bill
    assert bill.stack_bound_bytes is not None
    assert bill.stack_bytes <= bill.stack_bound_bytes < 2 * bill.stack_bytes


def test_a_network_that_must_fit_says_what_does_not(tmp_path: Path) -> None:
    n = Images((24, 8, 4))
    graph = n.graph(n.conv("x", 8))
    with pytest.raises(PromiseError, match="RAM budget"):
        compile_network(graph, "net", CORE.spec, arena_budget=100)
