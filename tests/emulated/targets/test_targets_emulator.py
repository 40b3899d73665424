"""Input, output and the ends of runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motekit import targets
from motekit.core.errors import InputError, MachineError
from motekit.targets import toolchain
from motekit.targets.emulation import Fault, Machine
from motekit.targets.timing.model import Insn
from motekit.testing.machine import program
from motekit.testing.target import SOURCE, echo


@pytest.fixture(scope="module")
def elf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("elf") / "echo.elf"
    return toolchain.program(targets.core("cortex-m4f"), [SOURCE], out)


RECORDS = np.arange(400, dtype=np.uint32).reshape(100, 4)


@pytest.mark.parametrize("piece", [1, 7, 16, 1600])
def test_input_in_pieces_of_any_size(elf: Path, piece: int) -> None:
    data = RECORDS.tobytes()
    pieces = [data[i : i + piece] for i in range(0, len(data), piece)]
    done = Machine("cortex-m4f", elf).run(pieces)
    assert (done.exit_code, done.output) == (7, echo(RECORDS))


def test_exchange_record_by_record(elf: Path) -> None:
    machine = Machine("cortex-m4f", elf)
    machine.start()
    answers = b"".join(machine.exchange(record.tobytes()) for record in RECORDS)
    assert answers == echo(RECORDS)
    assert machine.semihosting.exit_code is None
    machine.finish()
    assert machine.semihosting.exit_code == 7


def test_counts_do_not_depend_on_how_input_comes(elf: Path) -> None:
    """A wait for input is no instruction."""
    counts = []
    for pieces in ([RECORDS.tobytes()], [r.tobytes() for r in RECORDS]):
        machine = Machine("cortex-m4f", elf)
        machine.run(pieces)
        done = machine.measurement()
        counts.append((done.instructions, done.cycles, done.functions, done.stack_bytes))
    assert counts[0] == counts[1]


def test_a_second_run_starts_afresh(elf: Path) -> None:
    machine = Machine("cortex-m4f", elf)
    first = machine.run(RECORDS.tobytes())
    taken = machine.measurement().instructions
    machine.clear()
    assert machine.run(RECORDS.tobytes()) == first
    assert machine.measurement().instructions == taken


def test_too_many_instructions(elf: Path) -> None:
    with pytest.raises(Fault, match="more instructions than allowed"):
        Machine("cortex-m4f", elf).run(RECORDS.tobytes(), max_instructions=100)


BAD = """
#include <stdint.h>
#include "mk_semihost.h"
int main(void);
int main(void) {
  mk_write((const void *)(uintptr_t)0x60000000u, 4);
  return 0;
}
"""


@pytest.mark.parametrize("core", ["cortex-m4f", "riscv32imc"])
def test_a_pointer_that_leads_nowhere_is_a_fault(core: str, tmp_path: Path) -> None:
    (tmp_path / "bad.c").write_text(BAD)
    with (
        program(core, [tmp_path / "bad.c"], main=True) as machine,
        pytest.raises(Fault, match=r"in mk_\w+.* outside flash and RAM"),
    ):
        machine.run()


def test_an_unknown_instruction_is_not_counted_silently(monkeypatch: pytest.MonkeyPatch) -> None:
    with program("cortex-m4f", [SOURCE]) as machine:
        model = machine.graph.timing
        blind = replace(model, decode=lambda code, at: (Insn(at, len(code), "unknown", "?"),))
        machine.graph.timing = blind
        with pytest.raises(MachineError, match="does not know an instruction"):
            machine.call("mk_divide", 4, 2)


def test_an_error_in_the_hook_comes_through(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(code: bytes, at: int) -> tuple[Insn, ...]:
        raise RuntimeError("broken decoder")

    for python in (False, True):
        with program("cortex-m4f", [SOURCE], python_hook=python) as machine:
            machine.graph.timing = replace(machine.graph.timing, decode=broken)
            with pytest.raises(RuntimeError, match="broken decoder"):
                machine.call("mk_divide", 4, 2)


def test_arguments() -> None:
    with program("cortex-m4f", [SOURCE]) as machine:
        assert machine.call("mk_divide", np.int32(-9), np.uint8(3)) == -3
        assert machine.call("mk_divide", 0xFFFFFFFF, 1, returns="uint") == 0xFFFFFFFF
        with pytest.raises(InputError, match="does not fit 32 bits"):
            machine.call("mk_divide", 1 << 32, 1)
        with pytest.raises(InputError, match="must be an integer or a float"):
            machine.call("mk_divide", "7", 1)  # type: ignore[arg-type]
        with pytest.raises(InputError, match="no symbol"):
            machine.call("mk_nothing")


def test_static_data_keeps_until_reset() -> None:
    with program("cortex-m4f", [SOURCE]) as machine:
        word = machine.symbol("data_word")
        assert machine.array(word, 1, np.uint32)[0] == 0x12345678
        machine.write(word, np.array([5], np.uint32))
        assert machine.array(word, 1, np.uint32)[0] == 5
        machine.reset()
        assert machine.array(word, 1, np.uint32)[0] == 0x12345678


def test_buffers() -> None:
    with program("cortex-m4f", [SOURCE]) as machine:
        a, b = machine.alloc(10), machine.put(np.arange(3, dtype=np.int16))
        assert a % 16 == 0 and b % 16 == 0 and b >= a + 10 + 16
        assert machine.read(a, 10) == b"\xa5" * 10
        assert machine.array(b, 3, np.int16).tolist() == [0, 1, 2]
        with pytest.raises(InputError, match="RAM is full"):
            machine.alloc(1 << 22)
        with pytest.raises(InputError, match="outside flash and RAM"):
            machine.read(0x40000000, 4)


def test_no_emulator_for_the_host(elf: Path) -> None:
    with pytest.raises(InputError, match="no emulator"):
        Machine("host", elf)


def test_not_an_elf() -> None:
    with pytest.raises(InputError, match="not an ELF"):
        Machine("cortex-m4f", SOURCE)
    with pytest.raises(InputError, match="cannot be read"):
        Machine("cortex-m4f", SOURCE.with_name("missing.elf"))


@pytest.mark.parametrize("python_hook", [False, True])
def test_a_double_word_needs_the_alignment_of_a_word(tmp_path: Path, python_hook: bool) -> None:
    """VPOP of a double-precision register behind an odd number of words is what compilers emit."""
    source = tmp_path / "double.c"
    source.write_text(
        "#include <stdint.h>\n"
        "uint32_t mk_low_half(const uint32_t *at);\n"
        "uint32_t mk_low_half(const uint32_t *at) {\n    uint32_t low;\n"
        '    __asm__ volatile("vldr d0, [%1]\\n\\tvmov %0, s0"\n'
        '                     : "=r"(low) : "r"(at) : "s0", "s1", "memory");\n'
        "    return low;\n}\n"
    )
    watched = {"python_hook": python_hook, "check_alignment": True}
    with program("cortex-m4f", [source], **watched) as machine:
        at = machine.put(np.arange(4, dtype=np.uint32))
        assert machine.call("mk_low_half", at) == 0
        assert machine.call("mk_low_half", at + 4) == 1
        assert machine.measurement().unaligned == 0
        with pytest.raises(Fault, match="unaligned"):
            machine.call("mk_low_half", at + 2)
