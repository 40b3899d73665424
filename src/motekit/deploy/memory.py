"""Which bytes of RAM a network's program touches, seen on the emulated core.

RAM is painted before an input comes in, and what has another colour after the run was written.
Two runs with two colours leave no byte out. What is counted for a program is all of it: static
data, that of start-up code and of the runner's console included, and the stack from reset on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from motekit.core.errors import PromiseError
from motekit.targets.emulation import Machine

COLOURS = (0xA5, 0x5A)
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Touched:
    """What a run wrote.

    Args:
        arena_bytes: from the start of the arena to the last byte of it that was written.
        stack_bytes: from the top of the stack to the last byte below that was written.
    """

    arena_bytes: int
    stack_bytes: int


def watch(machine: Machine, arena: str, run: Callable[[Machine], None], stack: int) -> Touched:
    """Run in painted RAM, twice.

    Args:
        arena: symbol of the memory of all tensors.
        run: start the program; called with a machine that waits for its first input.
        stack: bytes that the deepest stack takes.

    Raises:
        PromiseError: something outside of the arena, other static data and the stack was
            written.
    """
    written = np.zeros(len(machine.memory.ram), np.bool_)
    place = machine.elf.symbol(arena)
    origin = machine.core.spec.ram[0]
    inside = slice(place.address - origin, place.address - origin + place.size)
    floor = machine.elf.labels["mk_ram_end"] - origin
    top = machine.elf.labels["mk_stack_top"] - origin
    for colour in COLOURS:
        machine.start()
        before = machine.memory.ram.copy()
        pointer = int(machine.uc.reg_read(machine.cpu.sp)) - origin
        machine.memory.ram[inside] = colour
        machine.memory.ram[floor:pointer] = colour
        machine.memory.ram[top:] = colour
        painted = machine.memory.ram.copy()
        run(machine)
        written |= machine.memory.ram != painted
        written[pointer:top] |= before[pointer:top] != 0
    return _judge(written, inside, floor, top, stack, origin)


def _judge(
    written: Bytes | npt.NDArray[np.bool_], inside: slice, floor: int, top: int, stack: int,
    origin: int,
) -> Touched:  # fmt: skip
    beyond = np.flatnonzero(written[floor : top - stack])
    above = np.flatnonzero(written[top:])
    if beyond.size or above.size:
        at = origin + (floor + beyond[0] if beyond.size else top + above[0])
        raise PromiseError("the program writes outside of its memory", where=f"0x{int(at):08x}")
    arena = np.flatnonzero(written[inside])
    used = np.flatnonzero(written[floor:top])
    return Touched(
        arena_bytes=int(arena[-1]) + 1 if arena.size else 0,
        stack_bytes=top - floor - int(used[0]) if used.size else 0,
    )
