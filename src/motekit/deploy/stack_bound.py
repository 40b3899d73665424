"""The most stack that a linked program can take, told from its instructions.

Every function is read from its first byte to its last. All that it pushes is added up, as if no
path left anything out, and the deepest function that it calls comes on top. A call through a
pointer may reach every function whose address is stored somewhere in flash, but none that is
running: recursion through a pointer is not looked for. Any other recursion has no bound.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from motekit.core.errors import PromiseError
from motekit.targets.elf import Elf, Symbol
from motekit.targets.timing.model import Insn, Timing

from . import calls_arm, calls_riscv
from .calls_arm import Calls

_LITERAL = re.compile(r"\[pc, #(0x[0-9a-f]+|\d+)\]")
_OFF_PATH = ("mk_trap", "mk_reset")  # nobody calls them: they are in the vector table


@dataclass(frozen=True)
class _Function:
    """Bytes pushed, and what is called."""

    frame: int
    calls: Calls


def stack_bound(elf: Elf, timing: Timing, isa: str, start: str = "mk_reset") -> int:
    """Bytes below the stack pointer that `start` is entered with.

    Raises:
        PromiseError: a function calls itself, by whatever way.
    """
    functions = {s.address: s for s in elf.symbols if s.kind == "function" and s.size}
    riscv = isa.startswith("rv")
    read = {at: _read(elf, timing, symbol, riscv) for at, symbol in functions.items()}
    taken = _stored(elf, thumb=not riscv).union(*(f.calls.taken for f in read.values()))
    stored = frozenset(at for at in taken & set(functions) if functions[at].name not in _OFF_PATH)
    known: dict[int, int] = {}

    def depth(at: int, above: tuple[int, ...]) -> int:
        if at in above:
            raise PromiseError("the stack has no bound: a function calls itself",
                               where=elf.path.name, value=functions[at].name)  # fmt: skip
        if at not in known:
            function = read[at]
            # A number that looks like the address of a caller is no pointer to it.
            pointed = stored - {*above, at} if function.calls.pointer else frozenset()
            calls = {to for to in function.calls.to if to in functions} | pointed
            deepest = max((depth(to, (*above, at)) for to in sorted(calls)), default=0)
            known[at] = function.frame + deepest
        return known[at]

    return depth(elf.symbol(start).address, ())


def _code(elf: Elf, symbol: Symbol) -> bytes:
    for segment in elf.segments:
        if segment.address <= symbol.address < segment.address + len(segment.data):
            at = symbol.address - segment.address
            return segment.data[at : at + symbol.size]
    return b""


def _instructions(timing: Timing, code: bytes, address: int) -> Iterator[Insn]:
    """Of a function, without the constants between them: what a load relative to the program
    counter reads lies behind it."""
    at, end = address, address + len(code)
    literals: set[int] = set()
    while at < end:
        begin = at
        for insn in timing.decode(code[begin - address :], begin):
            if insn.address in literals:
                break
            found = _LITERAL.search(insn.text)
            if found is not None:
                literals.add(((insn.address + 4) & ~3) + int(found[1], 0))
            at = insn.address + insn.size
            yield insn
        at += 4 if at in literals else 2 if at == begin else 0


def _read(elf: Elf, timing: Timing, symbol: Symbol, riscv: bool) -> _Function:
    found = list(_instructions(timing, _code(elf, symbol), symbol.address))
    frame = sum(max(0, -(insn.sp or 0)) for insn in found)
    return _Function(frame, (calls_riscv if riscv else calls_arm).calls(found, symbol))


def _stored(elf: Elf, thumb: bool) -> set[int]:
    """Words of the program that may be addresses of functions; with the Thumb bit on Arm."""
    found = set()
    for segment in elf.segments:
        whole = len(segment.data) // 4 * 4
        for (word,) in struct.iter_unpack("<I", segment.data[:whole]):
            if word & 1 == thumb:
                found.add(word & ~1)
    return found
