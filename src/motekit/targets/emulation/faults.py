"""Why an emulated program stopped when it should not have."""

from __future__ import annotations

from motekit.core.errors import PromiseError


class Fault(PromiseError):
    """The program broke: it touched memory that is not there, met an illegal instruction …

    Args:
        what: what it did.
        pc: address of the instruction.
        symbol: the function it is in, with the offset ("mk_fft+0x1c"), or "?".
        value: the address or number that was wrong.
    """

    def __init__(self, what: str, pc: int, symbol: str, value: object = None) -> None:
        self.pc = pc
        self.symbol = symbol
        super().__init__(what, where=f"0x{pc:08x} in {symbol}", value=value)
