"""The emulated core as its users see it: memory, single functions, whole programs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError, MachineError

from .faults import Fault
from .measure import Measurement
from .memory import STOP
from .runner import Runner

RUN_LIMIT = 20_000_000_000  # instructions of a whole run, unless told otherwise
CALL_LIMIT = 1_000_000_000
CALLER = 64  # bytes above the stack pointer of a called function that it may read


@dataclass(frozen=True)
class Run:
    """How a program ended: exit code, standard output, text for people."""

    exit_code: int
    output: bytes
    console: str


class Machine(Runner):
    """An emulated core with a linked program.

    Two ways to use it, not mixed: call single functions, or run from reset and talk to the
    program over semihosting. Both count into the same measurement until `clear`.

    Args:
        core: plugin or name.
        elf: the program.
        parts: part → symbol of the function whose work it is.
        check_alignment: refuse loads and stores that the core would not carry out. For that
            alone: while memory is watched, unicorn 2.1.4 gets unaligned loads with write-back
            wrong (QEMU and an unwatched run agree), and a run is four times as slow.
        python_hook: count with the slow hook in Python; the numbers are the same.
    """

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

    def symbol(self, name: str) -> int:
        """Address of a function or object."""
        return self.elf.symbol(name).address

    # --- single functions ---------------------------------------------------------------

    def call(
        self,
        name: str,
        *args: int | float,
        returns: str = "int",
        max_instructions: int = CALL_LIMIT,
    ) -> int | float:
        """Call a C function and return its result.

        Args:
            args: 32-bit integers and addresses, or Python floats for C floats.
            returns: "int" (signed), "uint", "int64" or "float".

        Raises:
            Fault: it broke, wrote past a buffer, or took too many instructions.
        """
        function = self.elf.symbol(name)
        sp = self.cpu.place(self.uc, [_plain(a) for a in args], self._top - CALLER)
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

    def run(self, stdin: bytes | Iterable[bytes] = b"", max_instructions: int = RUN_LIMIT) -> Run:
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

    def start(self, max_instructions: int = RUN_LIMIT) -> None:
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


def _plain(value: Any) -> int | float:
    """NumPy numbers as Python's."""
    if isinstance(value, (float, np.floating)):
        return float(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    raise InputError("an argument must be an integer or a float", where="call", value=value)
