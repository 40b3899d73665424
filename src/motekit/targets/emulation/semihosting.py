"""The host side of semihosting: the calls that SPEC.md, "Emulated programs", lists."""

from __future__ import annotations

import struct
from typing import Any

from .cpu import Cpu
from .memory import Memory

SYS_OPEN, SYS_CLOSE, SYS_WRITEC, SYS_WRITE0, SYS_WRITE, SYS_READ, SYS_READC = range(1, 8)
SYS_ISTTY, SYS_FLEN, SYS_ERRNO = 0x09, 0x0C, 0x13
SYS_EXIT, SYS_EXIT_EXTENDED = 0x18, 0x20
APPLICATION_EXIT = 0x20026

STDIN, STDOUT, STDERR = 1, 2, 3
FAILED = 0xFFFFFFFF


class Semihosting:
    """Standard input and output of the program, as bytes on our side.

    Attributes:
        output: what SYS_WRITE sent to standard output, since it was last taken.
        console: what SYS_WRITE0 and SYS_WRITEC sent, and standard error: text for people.
        exit_code: None while the program runs.
        waiting: the program asked for input that is not there yet.
    """

    def __init__(self, memory: Memory, cpu: Cpu) -> None:
        self._memory, self._cpu = memory, cpu
        self.reset()

    def reset(self) -> None:
        self.output, self.console = bytearray(), bytearray()
        self.exit_code: int | None = None
        self.waiting = False
        self._input, self._at, self._closed = b"", 0, False

    def feed(self, data: bytes) -> None:
        """More standard input."""
        self._input = self._input[self._at :] + data if self._at < len(self._input) else data
        self._at = 0

    def close(self) -> None:
        """No more standard input will come."""
        self._closed = True

    def call(self, uc: Any) -> bool:
        """Serve the call that the registers hold.

        Returns False if it cannot go on: the program exited, or waits for input.
        """
        operation = uc.reg_read(self._cpu.arguments[0])
        argument = uc.reg_read(self._cpu.arguments[1])
        result = self._serve(operation, argument)
        if result is None:
            return False
        uc.reg_write(self._cpu.arguments[0], result)
        return True

    def _serve(self, operation: int, argument: int) -> int | None:
        if operation == SYS_READ:
            return self._read(argument)
        if operation == SYS_WRITE:
            return self._write(argument)
        if operation == SYS_WRITE0:
            self.console += self._text(argument)
            return 0
        if operation == SYS_WRITEC:
            self.console += self._memory.view(argument, 1).tobytes()
            return 0
        if operation == SYS_OPEN:
            return self._open(argument)
        if operation in (SYS_EXIT, SYS_EXIT_EXTENDED):
            self._exit(operation, argument)
            return None
        if operation in (SYS_CLOSE, SYS_ERRNO):
            return 0
        return 1 if operation == SYS_ISTTY else FAILED

    def _words(self, address: int, count: int) -> tuple[int, ...]:
        return struct.unpack(f"<{count}I", self._memory.view(address, 4 * count).tobytes())

    def _text(self, address: int) -> bytes:
        out = bytearray()
        while (byte := int(self._memory.view(address + len(out), 1)[0])) != 0:
            out.append(byte)
        return bytes(out)

    def _open(self, block: int) -> int:
        name, mode, length = self._words(block, 3)
        if self._memory.view(name, length).tobytes() != b":tt":
            return FAILED
        return STDIN if mode < 4 else STDOUT if mode < 8 else STDERR

    def _read(self, block: int) -> int | None:
        handle, address, wanted = self._words(block, 3)
        if handle != STDIN:
            return wanted
        part = self._input[self._at : self._at + wanted]
        if not part and wanted and not self._closed:
            self.waiting = True
            return None
        self._at += len(part)
        self._memory.view(address, len(part))[:] = memoryview(part)
        return wanted - len(part)

    def _write(self, block: int) -> int:
        handle, address, count = self._words(block, 3)
        data = self._memory.view(address, count).tobytes()
        if handle == STDOUT:
            self.output += data
        else:
            self.console += data
        return 0

    def _exit(self, operation: int, argument: int) -> None:
        reason, code = argument, 0
        if operation == SYS_EXIT_EXTENDED:
            reason, code = self._words(argument, 2)
        self.exit_code = code if reason == APPLICATION_EXIT else 1
