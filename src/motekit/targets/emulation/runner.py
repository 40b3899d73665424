"""Runs code on an emulated core, counts what it executes and says why it broke."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from unicorn import UC_HOOK_INTR, UC_HOOK_MEM_INVALID
from unicorn import unicorn_const as uc_const

from motekit import targets
from motekit.core.errors import InputError, MachineError
from motekit.targets import elf as elf_file
from motekit.targets import timing
from motekit.targets.plugin import Core
from motekit.targets.timing.model import Insn

from . import trace
from .alignment import Alignment
from .cpu import create
from .engine import UcError
from .faults import Fault
from .graph import LIMIT, OK, Graph
from .measure import Count, Measurement, measure, total
from .memory import STACK_ROOM, STOP, Memory
from .semihosting import Semihosting

_ACCESS = {
    uc_const.UC_MEM_READ_UNMAPPED: "reads memory that is not there",
    uc_const.UC_MEM_WRITE_UNMAPPED: "writes memory that is not there",
    uc_const.UC_MEM_FETCH_UNMAPPED: "runs off into memory that is not there",
    uc_const.UC_MEM_WRITE_PROT: "writes flash",
    uc_const.UC_MEM_READ_PROT: "reads protected memory",
    uc_const.UC_MEM_FETCH_PROT: "runs data as code",
}


class Runner:
    """A core with a program in its memories, and what was counted of it.

    Args: see Machine.
    """

    def __init__(
        self, core: Core | str, elf: Path, parts: Mapping[str, str] | None = None,
        *, check_alignment: bool = False,
        python_hook: bool = False,
    ) -> None:  # fmt: skip
        self.core = targets.core(core) if isinstance(core, str) else core
        self.elf = elf_file.read(elf)
        self.uc, self.cpu = create(self.core)
        self.memory = Memory(self.uc, self.core.spec)
        self.semihosting = Semihosting(self.memory, self.cpu)
        self._parts = tuple(parts or {})
        marks = {self.elf.symbol(s).address: i for i, s in enumerate((parts or {}).values(), 1)}
        self.graph = Graph(
            timing.model(self.core.timing), self._fetch, marks, (self.cpu.sp, self.cpu.link)
        )
        self.alignment = Alignment(self.core.spec, self._insn_at)
        askew = self._askew if check_alignment else None
        self.hook = trace.install(self.uc, self.graph, askew, python_hook, self._watched())
        self._error: Fault | None = None
        self._access: tuple[int, int] | None = None
        self._top = self.elf.labels.get("mk_stack_top", sum(self.core.spec.ram))
        self._lowest = self._top
        self._started = self._top
        self.uc.hook_add(UC_HOOK_INTR, self._interrupt)
        self.uc.hook_add(UC_HOOK_MEM_INVALID, self._invalid)
        self._load()

    def _watched(self) -> list[tuple[int, int]]:
        """Addresses at which alignment is looked at: flash, static data and buffers. Not the
        stack: unicorn 2.1.4 carries out some loads of several registers from it twice where it is
        watched."""
        (flash, size), (ram, room) = self.core.spec.flash, self.core.spec.ram
        return [(flash, flash + size - 1), (ram, ram + room - STACK_ROOM - 1)]

    def _load(self) -> None:
        for segment in self.elf.segments:
            data = np.frombuffer(segment.data, np.uint8)
            self.memory.view(segment.load, len(data))[:] = data
            if segment.load != segment.address:
                self.memory.view(segment.address, segment.size)[:] = 0
                self.memory.view(segment.address, len(data))[:] = data
        floor = self.elf.labels.get("mk_ram_end", self.core.spec.ram[0])
        self.memory.start_buffers(floor)

    def _fetch(self, address: int, size: int) -> bytes:
        return bytes(self.uc.mem_read(address, size))

    def _insn_at(self, pc: int) -> Insn:
        return self.graph.timing.decode(self._fetch(pc, 4), pc)[0]

    def reset(self) -> None:
        """Static data as after power-up, no buffers. Counts stay."""
        self.memory.ram[:] = 0
        self._load()

    def clear(self) -> None:
        """Start a new measurement."""
        self.graph.clear()
        self.alignment.count = 0
        self._lowest = self._started = self._top

    def measurement(self) -> Measurement:
        """What was executed since the last `clear`."""
        self._note_stack()
        stack = self._top - self._lowest
        return measure(self.graph, self.elf, self._parts, stack, self.alignment.count)

    def parts(self) -> dict[str, Count]:
        """Part → what was executed since the last `clear`; quick enough for every window."""
        return total(self.graph, self._parts)

    def _note_stack(self) -> None:
        """Depth is kept relative to the top, so that stacked arguments do not hide it."""
        used = max(0, self._started - int(self.graph.state.lowest))
        self._lowest = min(self._lowest, self._top - used)

    def _go(self, address: int) -> None:
        self._error = self._access = self.graph.failure = None
        next_: int | None = address
        while next_ is not None:
            next_ = self._emulate(next_)
        if self._error is not None:
            raise self._error
        self._check_hook()
        self._note_stack()
        if self._lowest < self.memory.end:
            raise self._at_pc("its stack ran into its data", self._top - self._lowest)

    def _check_hook(self) -> None:
        """Raise what the hook stopped the run for."""
        if self.graph.failure is not None:
            raise self.graph.failure
        status = self.graph.state.status
        if status == LIMIT:
            raise self._at_pc("takes more instructions than allowed", self.graph.state.limit)
        if status != OK:
            raise MachineError("the program has more paths than can be counted")

    def _emulate(self, address: int) -> int | None:
        """Run until it stops; returns where to go on if that was a semihosting call.

        On Arm the interrupt hook serves the calls and this returns None; on RISC-V unicorn
        ends the run at EBREAK instead of calling the hook.
        """
        try:
            self.uc.emu_start(address | self.cpu.thumb, STOP)
        except UcError as error:
            pc = int(self.uc.reg_read(self.cpu.pc))
            if self._access is not None or not self._is_semihosting(pc):
                raise self._fault(error) from None
            return pc + self.cpu.trap_size if self._serve(pc) else None
        return None

    def _serve(self, pc: int) -> bool:
        """Carry out a semihosting call; False if the program cannot go on."""
        try:
            return self.semihosting.call(self.uc)
        except InputError as error:  # a pointer that leads nowhere
            self._error = self._fault_at(f"asks for what cannot be: {error.what}", pc, None)
            return False

    def _at_pc(self, what: str, value: object = None) -> Fault:
        return self._fault_at(what, int(self.uc.reg_read(self.cpu.pc)), value)

    def _executed(self, pc: int) -> int:
        """The instruction that raised an exception: RISC-V's PC is already behind it."""
        node = self.graph.nodes[self.graph.state.at]
        if node["size"] == 0:  # a block of nothing but an illegal instruction
            return int(node["address"])
        insns = self.graph.block(int(node["address"]), int(node["size"])).insns
        return next((i.address for i in insns if i.address + i.size == pc), pc)

    def _fault_at(self, what: str, pc: int, value: object) -> Fault:
        found = self.elf.function_at(pc)
        name = f"{found.name}+0x{pc - found.address:x}" if found else "?"
        return Fault(what, pc, name, value)

    def _fault(self, error: UcError) -> Fault:
        if self._access is not None:
            access, address = self._access
            return self._at_pc(_ACCESS.get(access, "touches memory it may not"), f"0x{address:08x}")
        return self._at_pc(f"breaks: {error}")

    def _askew(self, address: int, size: int) -> None:
        pc = int(self.uc.reg_read(self.cpu.pc))
        node = self.graph.nodes[self.graph.state.at]
        insns = self.graph.block(int(node["address"]), int(node["size"])).insns
        if self._error is None and not self.alignment.allows(pc, insns):
            what = f"loads or stores {size} bytes at an unaligned address, which faults on the core"
            self._error = self._at_pc(what, f"0x{address:08x}")
            self.uc.emu_stop()

    def _invalid(
        self, _uc: Any, access: int, address: int, _size: int, _value: int, _data: Any
    ) -> bool:
        self._access = (access, address)
        return False

    def _interrupt(self, uc: Any, number: int, _data: Any) -> None:
        pc = int(uc.reg_read(self.cpu.pc))
        if number != self.cpu.breakpoint or not self._is_semihosting(pc):
            self._error = self._fault_at("meets an exception", self._executed(pc), number)
            uc.emu_stop()
        elif self._serve(pc):
            uc.reg_write(self.cpu.pc, (pc + self.cpu.trap_size) | self.cpu.thumb)
        else:
            uc.emu_stop()

    def _is_semihosting(self, pc: int) -> bool:
        """Whether the code at `pc` is the architecture's semihosting sequence."""
        before, code = self.cpu.trap
        origin, size = self.core.spec.flash
        start = pc - before
        return origin <= start < origin + size - len(code) and self._fetch(start, len(code)) == code
