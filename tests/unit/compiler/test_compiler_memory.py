"""Where a bare network keeps its inputs and outputs, and what a run of it touches."""

import ctypes
from pathlib import Path

import numpy as np
import pytest

from motekit import targets
from motekit.compiler.network_file import compile_network
from motekit.core.errors import PromiseError
from motekit.deploy import memory
from motekit.deploy.network import build_network, random_cases
from motekit.graph import run
from motekit.graph.oracle import Oracle
from motekit.targets import toolchain
from motekit.targets.emulation import Machine
from motekit.testing.graphs import classifier
from motekit.testing.machine import host_library

X = np.array([[5, -128, 127, 0, 1, -77]], np.int8)


def host(tmp_path: Path) -> ctypes.CDLL:
    files = compile_network(classifier(), "toy", targets.core("host").spec).write(tmp_path)
    library = host_library(list(files), include=[tmp_path])
    library.toy_input.restype = library.toy_output.restype = ctypes.c_void_p
    library.toy_invoke.argtypes = [ctypes.c_void_p] * 2
    return library


def test_a_run_takes_its_input_where_it_lies_or_copies_it_there(tmp_path: Path) -> None:
    library, expected = host(tmp_path), run(classifier(), [X])[0]
    ctypes.memmove(library.toy_input(), X.ctypes.data, X.nbytes)
    assert library.toy_invoke(library.toy_input(), library.toy_output()) == 0
    got = ctypes.string_at(library.toy_output(), expected.nbytes)
    assert got == expected.tobytes()
    out = np.zeros_like(expected)
    assert library.toy_invoke(X.ctypes.data, out.ctypes.data) == 0  # the first run spoilt its input
    assert np.array_equal(out, expected)


def test_the_emulated_run_confirms_the_arena(tmp_path: Path) -> None:
    graph = classifier(inputs=32, hidden=9)
    with Oracle() as oracle:
        built = build_network(graph, "toy", "cortex-m4f", tmp_path, random_cases(graph, 4), oracle)
    bill = built.bill
    assert built.mismatches == 0
    assert bill.arena_bytes - 4 < bill.touched_bytes <= bill.arena_bytes
    static = sum(s.size for s in Machine("cortex-m4f", built.elf).elf.symbols if s.place == "bss")
    assert static + bill.stack_bytes <= bill.ram_bytes < static + bill.stack_bytes + 8


STRAY = """#include "mk_semihost.h"
static unsigned char arena[16];
int main(void)
{
    while (mk_read(arena, 4U) == 4U) {
        *(volatile unsigned char *)(&arena[0] + (arena[0] * 256U)) = 1U;
        mk_write(arena, 4U);
    }
    return 0;
}
"""


@pytest.mark.parametrize(("far", "fine"), [(0, True), (1, False), (200, False)])
def test_a_write_outside_is_found(tmp_path: Path, far: int, fine: bool) -> None:
    (tmp_path / "main.c").write_text(STRAY)
    core = targets.core("cortex-m4f")
    elf = toolchain.program(core, [tmp_path / "main.c"], tmp_path / "p.elf", toolchain.Settings())

    def once(machine: Machine) -> None:
        machine.exchange(bytes([far, 0, 0, 0]))

    if fine:
        assert memory.watch(Machine(core, elf), ["arena"], once, 256).arena_bytes == 4
    else:
        with pytest.raises(PromiseError, match="outside of its memory"):
            memory.watch(Machine(core, elf), ["arena"], once, 256)
