"""The emulated core with a program in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
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
from .graph import Graph
from .measure import Measurement, measure
from .memory import STOP, Memory
from .semihosting import Semihosting

LIMIT = 20_000_000_000  # instructions of one run, unless told otherwise

_ACCESS = {
    uc_const.UC_MEM_READ_UNMAPPED: "reads memory that is not there",
    uc_const.UC_MEM_WRITE_UNMAPPED: "writes memory that is not there",
    uc_const.UC_MEM_FETCH_UNMAPPED: "runs off into memory that is not there",
    uc_const.UC_MEM_WRITE_PROT: "writes flash",
    uc_const.UC_MEM_READ_PROT: "reads protected memory",
    uc_const.UC_MEM_FETCH_PROT: "runs data as code",
}


@dataclass(frozen=True)
class Run:
    """How a program ended: exit code, standard output, text for people."""

    exit_code: int
    output: bytes
    console: str


class Machine:
    """An emulated core with a linked program.

    Two ways to use it, not mixed: call single functions, or run from reset and talk to the
    program over semihosting. Both count into the same measurement until `clear`.

    Args:
        core: plugin or name.
        elf: the program.
        parts: part → symbol of the function whose work it is.
        check_alignment: refuse loads and stores that the core would not carry out. Without it
            a run is about four times as fast.
        python_hook: count with the slow hook in Python; the numbers are the same.
    """

    def __init__(
        self, core: Core | str, elf: Path, parts: Mapping[str, str] | None = None,
        *, check_alignment: bool = True,
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
        self.hook = trace.install(self.uc, self.graph, askew, python_hook)
        self._error: Fault | None = None
        self._access: tuple[int, int] | None = None
        self._top = self.elf.labels.get("mk_stack_top", sum(self.core.spec.ram))
        self._lowest = self._top
        self._started = self._top
        self.uc.hook_add(UC_HOOK_INTR, self._interrupt)
        self.uc.hook_add(UC_HOOK_MEM_INVALID, self._invalid)
        self._load()

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

    # --- memory -------------------------------------------------------------------------

    def alloc(self, size: int, align: int = 16) -> int:
        """Address of a new buffer in RAM, filled with 0xA5; writing past its end is caught."""
        return self.memory.alloc(size, align)

    def put(self, values: npt.ArrayLike | bytes, align: int = 16) -> int:
        """Address of a new buffer that holds these values."""
        data = values if isinstance(values, bytes) else np.ascontiguousarray(values).tobytes()
        address = self.memory.alloc(len(data), align)
        self.memory.view(address, len(data))[:] = np.frombuffer(data, np.uint8)
        return address

    def write(self, address: int, values: npt.ArrayLike | bytes) -> None:
        """Overwrite memory."""
        data = values if isinstance(values, bytes) else np.ascontiguousarray(values).tobytes()
        self.memory.view(address, len(data))[:] = np.frombuffer(data, np.uint8)

    def read(self, address: int, size: int) -> bytes:
        """A copy of memory."""
        return self.memory.view(address, size).tobytes()

    def array(
        self, address: int, shape: int | tuple[int, ...], dtype: npt.DTypeLike
    ) -> npt.NDArray[Any]:
        """A copy of memory as an array."""
        kind = np.dtype(dtype)
        size = int(np.prod(shape)) * kind.itemsize
        return np.frombuffer(self.read(address, size), kind).reshape(shape)

    def free(self) -> None:
        """Give back all buffers."""
        self.memory.free()

    def reset(self) -> None:
        """Static data as after power-up, no buffers. Counts stay."""
        self.memory.ram[:] = 0
        self._load()

    def symbol(self, name: str) -> int:
        """Address of a function or object."""
        return self.elf.symbol(name).address

    # --- single functions ---------------------------------------------------------------

    def call(
        self, name: str, *args: int | float, returns: str = "int", max_instructions: int = LIMIT
    ) -> int | float:
        """Call a C function and return its result.

        Args:
            args: 32-bit integers and addresses, or Python floats for C floats.
            returns: "int" (signed), "uint", "int64" or "float".

        Raises:
            Fault: it broke, wrote past a buffer, or took too many instructions.
        """
        function = self.elf.symbol(name)
        sp = self.cpu.place(self.uc, [_plain(a) for a in args], self._top)
        self.uc.reg_write(self.cpu.sp, sp)
        self.uc.reg_write(self.cpu.link, STOP | self.cpu.thumb)
        self.graph.begin(max_instructions)
        self._started = sp
        self._go(function.address)
        self.hook.step(STOP, 0)
        self._note_stack()
        broken = self.memory.broken_guard()
        if broken is not None:
            raise Fault(
                f"wrote past the end of the {broken[1]}-byte buffer at 0x{broken[0]:08x}",
                function.address, name,
            )  # fmt: skip
        return self.cpu.result(self.uc, returns)

    def measure(self, name: str, *args: int | float, **options: Any) -> Measurement:
        """Call a C function and return what that call alone took. The result is dropped."""
        self.clear()
        self.call(name, *args, **options)
        return self.measurement()

    # --- whole programs -----------------------------------------------------------------

    def run(self, stdin: bytes | Iterable[bytes] = b"", max_instructions: int = LIMIT) -> Run:
        """Run from reset to the program's exit, with this standard input."""
        self.start(max_instructions)
        for part in [stdin] if isinstance(stdin, bytes) else stdin:
            if self.semihosting.exit_code is not None:
                break
            self.feed(part)
        self.finish()
        code = self.semihosting.exit_code
        if code is None:
            raise MachineError("the program neither ended nor asked for input", where=self.elf.path)
        console = self.semihosting.console.decode("utf-8", "replace")
        return Run(code, bytes(self.semihosting.output), console)

    def start(self, max_instructions: int = LIMIT) -> None:
        """Run from reset until the program asks for input or exits."""
        self.semihosting.reset()
        self.reset()
        self.uc.reg_write(self.cpu.sp, self._top)
        self.graph.begin(max_instructions)
        self._started = self._top
        self._go(self.elf.entry & ~self.cpu.thumb)

    def feed(self, data: bytes) -> None:
        """Give the waiting program input and run on until it asks for more, or exits."""
        self.semihosting.feed(data)
        self._resume()

    def exchange(self, data: bytes) -> bytes:
        """`feed`, then what the program wrote to standard output since."""
        self.feed(data)
        out = bytes(self.semihosting.output)
        self.semihosting.output.clear()
        return out

    def finish(self) -> None:
        """Tell the program that its input has ended and run it to its exit."""
        self.semihosting.close()
        while self.semihosting.waiting:
            self._resume()

    def _resume(self) -> None:
        if not self.semihosting.waiting:
            return
        self.semihosting.waiting = False
        if self.semihosting.call(self.uc):
            self._go(self.uc.reg_read(self.cpu.pc) + self.cpu.trap_size)

    # --- measurement --------------------------------------------------------------------

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

    def _note_stack(self) -> None:
        """Depth is kept relative to the top, so that stacked arguments do not hide it."""
        used = max(0, self._started - int(self.graph.state.lowest))
        self._lowest = min(self._lowest, self._top - used)

    # --- running ------------------------------------------------------------------------

    def _go(self, address: int) -> None:
        self._error = self._access = None
        next_: int | None = address
        while next_ is not None:
            next_ = self._emulate(next_)
        if self._error is not None:
            raise self._error
        status = self.graph.state.status
        if status == trace.LIMIT:
            raise self._at_pc("takes more instructions than allowed", self.graph.state.limit)
        if status != trace.OK:
            raise MachineError("the program has more branches than can be counted")
        self._note_stack()
        if self._lowest < self.memory.end:
            raise self._at_pc("its stack ran into its data", self._top - self._lowest)

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
            return pc + self.cpu.trap_size if self.semihosting.call(self.uc) else None
        return None

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
        if self._error is None and not self.alignment.allows(pc):
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
        elif self.semihosting.call(uc):
            uc.reg_write(self.cpu.pc, (pc + self.cpu.trap_size) | self.cpu.thumb)
        else:
            uc.emu_stop()

    def _is_semihosting(self, pc: int) -> bool:
        """Whether the code at `pc` is the architecture's semihosting sequence."""
        before, code = self.cpu.trap
        origin, size = self.core.spec.flash
        start = pc - before
        return origin <= start < origin + size - len(code) and self._fetch(start, len(code)) == code


def _plain(value: Any) -> int | float:
    """NumPy numbers as Python's."""
    if isinstance(value, (float, np.floating)):
        return float(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    raise InputError("an argument must be an integer or a float", where="call", value=value)
