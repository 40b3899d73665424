"""NPZ: recordings as plain NumPy arrays, one after the other."""

from __future__ import annotations

from motekit.core.format import Format

from .params import Params
from .reader import parts
from .writer import write

FORMAT = Format(
    name="npz",
    summary="plain NumPy arrays, one recording or many one after the other",
    suffixes=(".npz",),
    sniff=lambda head: head[:4] == b"PK\x03\x04",
    params=Params,
    parts=parts,
    write=write,
    package=__name__,
)
