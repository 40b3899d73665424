"""The memories of a chip as the placement of a network sees them. Plain values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from .errors import InputError

Kind = Literal["ram", "weights", "flash"]
KINDS: tuple[Kind, ...] = ("ram", "weights", "flash")
FORM = "NAME=BYTES[k|M][@CYCLES][:weights|:flash]"
_SPEC = re.compile(r"([^=@:]+)=(\d+)([kKmM]?)(?:@([0-9.]+))?(?::(\w+))?")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,15}")
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20}
# What a program's header says already under these names.
_TAKEN = ("arena", "state", "input", "output", "weight")


@dataclass(frozen=True)
class Region:
    """A memory with a size and a speed.

    Args:
        name: a C identifier in lower case ("dtcm"); the program's macros and sections have it.
        nbytes: what the network may take of it.
        cycles: of one access, in any unit that all regions share: 1 for no wait states, 3 for
            two.
        kind: "ram" for tensors; "weights" for tensors, and for weights that start-up code
            copies there; "flash" for weights alone.
    """

    name: str
    nbytes: int
    cycles: float = 1.0
    kind: Kind = "ram"

    @property
    def holds_tensors(self) -> bool:
        return self.kind != "flash"

    @property
    def holds_weights(self) -> bool:
        return self.kind != "ram"

    def __str__(self) -> str:
        kind = "" if self.kind == "ram" else f":{self.kind}"
        return f"{self.name}={self.nbytes}@{self.cycles:g}{kind}"


def parse(text: str, where: str = "--region") -> Region:
    """A region as a user writes it, such as "dtcm=64k@1" or "qspi=2M@6:flash"."""
    found = _SPEC.fullmatch(text.strip())
    if found is None:
        raise InputError("not a region", where=where, value=text, way_out=f"write {FORM}")
    name, number, unit, cycles, kind = found.groups()
    try:
        cost = 1.0 if cycles is None else float(cycles)
    except ValueError:
        cost = 0.0
    known = next((k for k in KINDS if k == (kind or "ram")), None)
    if known is None:
        raise InputError("not a kind of region", where=where, value=text,
                         way_out="leave it out, or write :weights or :flash")  # fmt: skip
    if not 0.0 < cost <= 1000.0:
        raise InputError("an access takes more than 0 cycles and at most 1000", where=where,
                         value=text, way_out="write @1 for no wait states")  # fmt: skip
    return Region(name, int(number) * _UNITS[unit.lower()], cost, known)


def checked(regions: Iterable[Region], where: str = "--region") -> tuple[Region, ...]:
    """The regions, if they can be used together.

    Raises:
        InputError: a bad or repeated name, no room, none for tensors, or one that may hold
            weights without a flash whose speed could be compared with its own.
    """
    found = tuple(regions)
    names = [r.name for r in found]
    for region in found:
        if not _NAME.fullmatch(region.name) or region.name in _TAKEN:
            raise InputError("not a name for a region", where=where, value=region.name,
                             way_out="a lower-case letter, then letters, digits or _, at most 16; "
                             f"not one of {', '.join(_TAKEN)}")  # fmt: skip
        if names.count(region.name) > 1:
            raise InputError("two regions have one name", where=where, value=region.name,
                             way_out="give each a name of its own")  # fmt: skip
        if region.nbytes < 4:
            raise InputError("a region has at least 4 bytes", where=where, value=str(region),
                             way_out="give its size in bytes, such as 16k")  # fmt: skip
    if found and not any(r.holds_tensors for r in found):
        raise InputError("no region holds tensors", where=where, value=", ".join(map(str, found)),
                         way_out="name one without :flash")  # fmt: skip
    kinds = {r.kind for r in found}
    if "weights" in kinds and "flash" not in kinds:
        raise InputError("what weights in flash cost is not known, so none would be moved",
                         where=where, value=next(str(r) for r in found if r.kind == "weights"),
                         way_out="name the flash too, such as flash=1M@3:flash")  # fmt: skip
    return found
