"""Which bytes of RAM a network's program touches, seen on the emulated core.

RAM is painted before an input comes in, and what has another colour after the run was written.
Two runs with two colours leave no byte out. What is counted for a program is all of it: static
data, that of start-up code and of the runner's console included, and the stack from reset on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
        arrays: array of tensors → bytes from its start to the last one that was written.
        stack_bytes: from the top of the stack to the last byte below that was written.
    """

    arrays: Mapping[str, int]
    stack_bytes: int

    @property
    def arena_bytes(self) -> int:
        return sum(self.arrays.values())


def watch(
    machine: Machine, arrays: Sequence[str], run: Callable[[Machine], None], stack: int
) -> Touched:
    """Run in painted RAM, twice.

    Args:
        arrays: symbols of the memory of all tensors.
        run: start the program; called with a machine that waits for its first input.
        stack: bytes that the deepest stack takes.

    Raises:
        PromiseError: something outside of these arrays, other static data and the stack was
            written.
    """
    written = np.zeros(len(machine.memory.ram), np.bool_)
    origin = machine.core.spec.ram[0]
    inside = {}
    for name in arrays:
        place = machine.elf.symbol(name)
        inside[name] = slice(place.address - origin, place.address - origin + place.size)
    floor = machine.elf.labels["mk_ram_end"] - origin
    top = machine.elf.labels["mk_stack_top"] - origin
    for colour in COLOURS:
        machine.start()
        before = machine.memory.ram.copy()
        pointer = int(machine.uc.reg_read(machine.cpu.sp)) - origin
        for part in inside.values():
            machine.memory.ram[part] = colour
        machine.memory.ram[floor:pointer] = colour
        machine.memory.ram[top:] = colour
        painted = machine.memory.ram.copy()
        run(machine)
        written |= machine.memory.ram != painted
        written[pointer:top] |= before[pointer:top] != 0
    return _judge(written, inside, floor, top, stack, origin)


def _judge(
    written: Bytes | npt.NDArray[np.bool_], inside: Mapping[str, slice], floor: int, top: int,
    stack: int, origin: int,
) -> Touched:  # fmt: skip
    beyond = np.flatnonzero(written[floor : top - stack])
    above = np.flatnonzero(written[top:])
    if beyond.size or above.size:
        at = origin + (floor + beyond[0] if beyond.size else top + above[0])
        raise PromiseError("the program writes outside of its memory", where=f"0x{int(at):08x}")
    last = {name: np.flatnonzero(written[part])[-1:] for name, part in inside.items()}
    used = np.flatnonzero(written[floor:top])
    return Touched(
        arrays={name: int(at[0]) + 1 if at.size else 0 for name, at in last.items()},
        stack_bytes=top - floor - int(used[0]) if used.size else 0,
    )
