"""A serial port that fails with words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import serial

from motekit.core.errors import MachineError

ANSWER_S = 5.0  # a window takes milliseconds; a silent board is gone


@contextmanager
def opened(port: str, baud: int) -> Iterator[serial.Serial]:
    """The port, open. Raises MachineError if it cannot be opened or goes away."""
    try:
        with serial.serial_for_url(port, baudrate=baud, timeout=ANSWER_S) as line:
            yield line
    except serial.SerialException as error:
        raise MachineError(
            "the serial port failed", where=port, value=str(error),
            way_out="check the cable and the port's name",
        ) from error  # fmt: skip
