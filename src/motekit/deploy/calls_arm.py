"""What a function of an Arm program calls, told from its instructions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from motekit.targets.elf import Symbol
from motekit.targets.timing.model import Insn

_TARGET = re.compile(r"#?0x([0-9a-f]+)$")


@dataclass(frozen=True)
class Calls:
    """What a function may call.

    Args:
        to: addresses; also where it jumps beyond itself for good.
        pointer: it calls what an address in a register says.
        taken: addresses that its instructions make, of functions perhaps.
    """

    to: frozenset[int]
    pointer: bool
    taken: frozenset[int] = frozenset()


def calls(found: Sequence[Insn], symbol: Symbol) -> Calls:
    """Of a function's instructions; addresses of functions are words of flash here."""
    to: set[int] = set()
    pointer = False
    for insn in found:
        if not insn.flow and not insn.call:
            continue
        target = _TARGET.search(insn.text)
        if target is None:
            last = insn.name == "bx" and not insn.text.endswith("lr")  # a call that ends it
            pointer = pointer or insn.call or last
        elif insn.call or int(target[1], 16) != symbol.address:
            to.add(int(target[1], 16))
    return Calls(frozenset(to), pointer)
