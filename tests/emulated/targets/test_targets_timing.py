"""The Cortex-M4 and Cortex-M0+ models, rule by rule, as the emulator applies them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from motekit.targets.emulation import Machine
from motekit.testing.machine import program

HERE = Path(__file__).parent
BX_LR = 3  # 1 + P: every sequence ends with it

# sequence → cycles without the final BX LR. r0 points to 64 words, the first of which holds
# its own address; r2 and r3 are 0.
M4 = {
    "mul r1, r1, r1": 1,
    "mla r1, r1, r1, r1": 1,
    "umull r1, r2, r1, r1": 1,
    "smlal r1, r2, r1, r1": 1,
    "smlad r1, r1, r1, r1": 1,
    "smuad r1, r1, r1": 1,
    "ssat r1, #8, r1": 1,
    "sxtb16 r1, r1, ror #8": 1,
    "uadd8 r1, r1, r1": 1,
    "sdiv r1, r1, r0": 7,
    "udiv r1, r1, r0": 7,
    "ldr r1, [r0]": 2,
    "ldrb r1, [r0, r2]": 2,
    "ldr r1, [r0]; ldr r2, [r0, #4]": 3,
    "ldr r1, [r0]; ldr r2, [r1]": 4,  # the address is what was just loaded
    "ldr r1, [r0]; nop; ldr r3, [r0]": 5,
    "str r1, [r0]": 1,
    "strb r1, [r0, #3]": 1,
    "str r1, [r0, r2]": 2,
    "str r1, [r0, r2, lsl #2]": 2,
    "ldr r1, [r0, #4]; str r1, [r0, r2]": 3,
    "str r1, [r0]; ldr r1, [r0]": 3,
    "ldrd r1, r2, [r0]": 3,
    "strd r1, r2, [r0]": 3,
    "ldrd r1, r2, [r0]; ldr r3, [r0]": 5,  # LDRD does not pair
    "ldr r3, [r0]; ldrd r1, r2, [r0]": 5,
    "ldm r0, {r1, r2, r3}": 4,
    "stm r0, {r1, r2, r3}": 4,
    "push {r4, r5}; pop {r4, r5}": 6,
    "push {lr}; ldr r1, =1f + 1; str r1, [sp]; pop {pc}; 1:": 2 + 2 + 1 + 2 + 2,
    "add r0, r0, #0; ldr r1, [r0]": 1 + 3,
    "mov r3, r0; str r1, [r3]": 1 + 2,
    "movs r2, #0; ldr r1, [r0, r2]": 1 + 3,  # the index counts as address, too
    "mov r3, r0; ldm r3, {r1, r2}": 1 + 4,
    "mov r3, r0; nop; ldr r1, [r3]": 4,
    "ldr r1, [r0], #4; ldr r3, [r0]": 2 + 2,  # a loaded-with-writeback address does not pair
    "cmp r2, #0; bne 1f; nop; 1:": 3,  # not taken
    "cmp r2, #0; beq 1f; nop; 1:": 1 + 3,
    "cbz r2, 1f; nop; 1:": 3,
    "cbnz r2, 1f; nop; 1:": 2,
    "b 1f; nop; 1:": 3,
    "b 1f; 1:": 3,  # taken, though it goes to the next instruction
    "mov r3, lr; bl 1f; 1: mov lr, r3": 1 + 3 + 1,
    "mov r3, lr; ldr r1, =1f + 1; blx r1; 1: mov lr, r3": 1 + 2 + 3 + 1,
    "ldr r1, =1f + 1; mov pc, r1; 1:": 2 + 3,
    "ldr pc, =1f + 1; 1:": 2 + 2,
    "tbb [pc, r2]; .byte 1, 1; 1:": 4 + 2,
    "tbh [pc, r2, lsl #1]; .short 1; 1:": 4 + 2,
    "cmp r2, #0; it eq; moveq r1, #1": 2,  # IT folds after a 16-bit instruction
    "cmp.w r2, #0; it eq; moveq r1, #1": 3,
    "cmp r2, #0; beq 1f; nop; 1: it eq; moveq r1, #1": 1 + 3 + 1 + 1,  # not behind a taken one
    "cmp r2, #0; bne 1f; it eq; moveq r1, #1; 1:": 1 + 1 + 0 + 1,
    "cmp r2, #0; it ne; movne r1, #1": 2,  # not executed, charged as if
    "dsb; isb": 8,
    "dmb": 4,
    "mrs r1, primask; msr primask, r1": 4,
    "cpsid i; cpsie i": 4,
    "vadd.f32 s0, s1, s2": 1,
    "vmul.f32 s0, s1, s2; vadd.f32 s3, s4, s5": 2,
    "vmul.f32 s0, s1, s2; vadd.f32 s3, s0, s5": 3,
    "vmul.f32 s0, s1, s2; vstr s0, [r0]": 1 + 3,
    "vmul.f32 s0, s1, s2; nop; vstr s0, [r0]": 1 + 1 + 2,
    "vabs.f32 s0, s1; vneg.f32 s2, s0": 2,
    "vcvt.s32.f32 s0, s0; vmov r1, s0": 1 + 2,
    "vcmp.f32 s0, s1; vmrs apsr_nzcv, fpscr": 2,
    "vmla.f32 s0, s1, s2": 3,
    "vfma.f32 s0, s1, s2; vfma.f32 s0, s1, s2": 3 + 4,  # the accumulator is read
    "vfma.f32 s0, s1, s2; vfma.f32 s3, s1, s2": 6,
    "vdiv.f32 s0, s1, s2": 14,
    "vsqrt.f32 s0, s1": 14,
    "vmov s0, r1": 1,
    "vmov r1, r2, s0, s1": 2,
    "vldr s0, [r0]": 2,
    "vldr d0, [r0]": 3,
    "vstr s0, [r0]": 2,
    "vstr d0, [r0]": 3,
    "vldm r0, {s0-s2}": 4,
    "vldm r0, {d0-d1}": 5,
    "vpush {s16-s18}; vpop {s16-s18}": 8,
}  # fmt: skip

# The same for Cortex-M0+, whose BX LR takes 2.
M0PLUS = {
    "movs r1, #1": 1,
    "muls r1, r1, r1": 1,
    "ldr r1, [r0]": 2,
    "ldr r1, [r0]; ldr r2, [r0]": 4,
    "ldr r1, [r0, r2]": 2,
    "str r1, [r0]": 2,
    "ldm r0!, {r1, r3}": 3,
    "stm r0!, {r1, r3}": 3,
    "push {r4, r5}; pop {r4, r5}": 6,
    "push {lr}; ldr r1, =1f + 1; str r1, [sp]; pop {pc}; 1:": 2 + 2 + 2 + 2 + 2,
    "cmp r2, #0; bne 1f; nop; 1:": 3,
    "cmp r2, #0; beq 1f; nop; 1:": 3,
    "b 1f; nop; 1:": 2,
    "mov r3, lr; bl 1f; 1: mov lr, r3": 1 + 3 + 1,
    "mov r3, lr; ldr r1, =1f + 1; blx r1; 1: mov lr, r3": 1 + 2 + 2 + 1,
    "ldr r1, =1f + 1; mov pc, r1; 1:": 2 + 2,
    "sxtb r1, r1; uxth r2, r2": 2,
    "mrs r1, primask; msr primask, r1": 6,
    "dsb": 3,
}


def _source(rules: dict[str, str | int], path: Path) -> Path:
    """A C file with one function of assembly for each sequence."""
    parts = []
    for i, sequence in enumerate(rules):
        lines = "\\n".join(part.strip() for part in sequence.split(";"))
        parts.append(
            f'__asm(".text\\n.thumb\\n.syntax unified\\n.balign 4\\n.global mk_rule_{i}\\n'
            f".type mk_rule_{i}, %function\\n.thumb_func\\nmk_rule_{i}:\\n"
            f'{lines}\\nbx lr\\n.pool\\n.size mk_rule_{i}, . - mk_rule_{i}\\n");'
        )
    path.write_text("\n".join(parts) + "\n")
    return path


def _measure(machine: Machine, name: str) -> int:
    memory = machine.alloc(256)
    machine.write(memory, np.array([memory] + [0] * 63, np.uint32))
    cycles = machine.measure(name, memory, 0, 0, 0).cycles
    machine.free()
    return cycles


@pytest.fixture(scope="module")
def m4(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    source = _source(M4, tmp_path_factory.mktemp("m4") / "rules.c")
    with program("cortex-m4f", [source, HERE / "cortex_m4.c"]) as machine:
        yield machine


@pytest.fixture(scope="module")
def m0plus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    source = _source(M0PLUS, tmp_path_factory.mktemp("m0") / "rules.c")
    with program("cortex-m0plus", [source]) as machine:
        yield machine


@pytest.mark.parametrize("sequence", M4)
def test_cortex_m4_rule(m4: Machine, sequence: str) -> None:
    name = f"mk_rule_{list(M4).index(sequence)}"
    assert _measure(m4, name) - BX_LR == M4[sequence]


@pytest.mark.parametrize("sequence", M0PLUS)
def test_cortex_m0plus_rule(m0plus: Machine, sequence: str) -> None:
    name = f"mk_rule_{list(M0PLUS).index(sequence)}"
    assert _measure(m0plus, name) - 2 == M0PLUS[sequence]


def test_check_loop_1(m4: Machine) -> None:
    done = m4.measure("mk_check_1")
    assert (done.instructions, done.cycles) == (2_002, 4_002)


def test_check_loop_2(m4: Machine) -> None:
    done = m4.measure("mk_check_2")
    assert (done.instructions, done.cycles) == (8, 11)


@pytest.mark.parametrize("count", [2, 3, 100])
def test_check_loop_3(m4: Machine, count: int) -> None:
    """5 instructions and 8 cycles for each iteration that ends in a taken branch."""
    vector = np.arange(count, dtype=np.int8)
    a, b = m4.put(vector), m4.put(vector)

    def run(n: int) -> tuple[int, int]:
        done = m4.measure("mk_check_3", a + n - 1, b - 1, a - 1)
        assert m4.cpu.result(m4.uc, "int") == int((vector[:n].astype(int) ** 2).sum())
        return done.instructions, done.cycles

    one, many = run(1), run(count)
    m4.free()
    assert (many[0] - one[0], many[1] - one[1]) == (5 * (count - 1), 8 * (count - 1))


def test_a_cut_run_pairs_across_the_cut(m4: Machine) -> None:
    """1,500 loads in a row: the first takes 2, all others 1, however the run is cut."""
    memory = m4.alloc(4)
    done = m4.measure("mk_long_loads", memory)
    m4.free()
    assert (done.instructions, done.cycles) == (1_501, 2 + 1_499 + BX_LR)
    cuts = [node for node in m4.graph.nodes[: m4.graph.state.node_count] if node["size"] > 512]
    assert cuts, "the emulator no longer cuts, so this test shows nothing"
