"""What a timing model is, and what it is told of an instruction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from motekit.core.figures import Tag


@dataclass(frozen=True, slots=True)
class Insn:
    """One decoded instruction.

    Args:
        address, size: in bytes.
        name: mnemonic without condition, width suffix or type ("ldr", "vmla").
        text: as a disassembler prints it.
        flow: "" straight on, "always" leaves its place, "maybe" is a conditional branch.
        call: it is a call.
        loads_pc: a load or an ALU result goes to the program counter.
        writes: core registers written.
        address_regs: core registers that form a memory address.
        indexed: the address is register + register.
        words: 32-bit words moved by a multiple load or store, 0 for others.
        fp_reads, fp_writes: single-precision registers; a double counts as its two halves.
        cores: core registers among the operands (VMOV of two of them costs more).
        sp: change of the stack pointer, or None if it cannot be told from the instruction.
    """

    address: int
    size: int
    name: str
    text: str = ""
    flow: str = ""
    call: bool = False
    loads_pc: bool = False
    writes: frozenset[str] = frozenset()
    address_regs: frozenset[str] = frozenset()
    indexed: bool = False
    words: int = 0
    fp_reads: frozenset[str] = frozenset()
    fp_writes: frozenset[str] = frozenset()
    cores: int = 0
    sp: int | None = 0


@dataclass(frozen=True, slots=True)
class Factor:
    """Cycles of the core per cycle of the rules, for a model without rules of its own."""

    low: float
    typical: float
    high: float


@dataclass(frozen=True)
class Timing:
    """A timing model; the module constant MODEL.

    Args:
        tag: "emulated" where the rules are the core's own published ones, else "estimated".
        sources: where the rules were read.
        decode: (code, address) → instructions.
        cycles: (instruction, the one executed before it or None after a taken branch) →
            cycles if it goes straight on.
        taken: instruction → further cycles if it leaves its place.
        factor: applied to the sum of a run.
    """

    name: str
    tag: Tag
    sources: tuple[str, ...]
    decode: Callable[[bytes, int], tuple[Insn, ...]]
    cycles: Callable[[Insn, Insn | None], int]
    taken: Callable[[Insn], int]
    factor: Factor = Factor(1.0, 1.0, 1.0)
