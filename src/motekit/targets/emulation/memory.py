"""The emulated memories, shared with Python so that reading and writing them costs a copy."""

from __future__ import annotations

import mmap
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from unicorn import UC_PROT_EXEC, UC_PROT_READ, UC_PROT_WRITE

from motekit.core.errors import InputError
from motekit.core.target import TargetSpec

Bytes = npt.NDArray[np.uint8]
GUARD = np.arange(0xC0, 0xD0, dtype=np.uint8)  # 16 bytes after each buffer; none repeats
FILL = 0xA5
PERIPHERALS = (0xE0000000, 0x100000)  # Cortex-M private bus: CPACR is written at reset
STOP = 0x70000000  # a page for the return address of `call`
STACK_ROOM = 0x40000  # buffers keep this far from the top of RAM


def _pages(size: int) -> Bytes:
    return np.frombuffer(mmap.mmap(-1, size), dtype=np.uint8)


@dataclass
class Memory:
    """Flash (read, execute) and RAM (read, write) of a core, and buffers taken from RAM."""

    uc: Any
    spec: TargetSpec
    flash: Bytes = field(init=False)
    ram: Bytes = field(init=False)
    floor: int = 0
    _next: int = 0
    _guards: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.flash, self.ram = _pages(self.spec.flash[1]), _pages(self.spec.ram[1])
        readable = UC_PROT_READ | UC_PROT_EXEC
        self.uc.mem_map_ptr(*self.spec.flash, readable, self.flash.ctypes.data)
        self.uc.mem_map_ptr(*self.spec.ram, UC_PROT_READ | UC_PROT_WRITE, self.ram.ctypes.data)
        self.uc.mem_map(STOP, 0x1000, readable)
        if not self.spec.isa.startswith("rv"):
            self.uc.mem_map(*PERIPHERALS, UC_PROT_READ | UC_PROT_WRITE)

    @property
    def end(self) -> int:
        """First address above static data and buffers."""
        return self._next

    def view(self, address: int, size: int) -> Bytes:
        """The bytes themselves, to read or write. Raises InputError outside the memories."""
        for (origin, length), memory in ((self.spec.ram, self.ram), (self.spec.flash, self.flash)):
            if origin <= address and address + size <= origin + length:
                return memory[address - origin : address - origin + size]
        raise InputError(
            f"{size} bytes at 0x{address:08x} are outside flash and RAM", where="memory"
        )

    def start_buffers(self, floor: int) -> None:
        """Buffers begin above `floor`, the end of the program's static data."""
        self.floor = floor
        self.free()

    def alloc(self, size: int, align: int = 16) -> int:
        """Address of a new buffer, filled with 0xA5, with a guard behind it.

        Raises InputError when the RAM is full.
        """
        address = (self._next + align - 1) & -align
        self._next = address + size + len(GUARD)
        if self._next > sum(self.spec.ram) - STACK_ROOM:
            raise InputError("the emulated RAM is full", where="alloc", value=size)
        self.view(address, size)[:] = FILL
        self.view(address + size, len(GUARD))[:] = GUARD
        self._guards.append((address, size))
        return address

    def free(self) -> None:
        """Give back every buffer."""
        self._next = self.floor
        self._guards.clear()

    def broken_guard(self) -> tuple[int, int] | None:
        """(address, size) of a buffer that was written past its end."""
        guard = GUARD.tobytes()
        for address, size in self._guards:
            if self.view(address + size, len(GUARD)).tobytes() != guard:
                return address, size
        return None
